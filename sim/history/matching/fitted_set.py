"""The fitted set: the non-implausible parameter sets of the historical cases, shipped as a small table.

It lies beside the experiments, so that an experiment with the design `table` can run over it. Its first row holds the declared
defaults. The shipped screening decides which parameters are fitted; which are kept out and why is in `sim/data/fit.yaml`.
"""

from __future__ import annotations

import csv
from collections.abc import Container
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim import paths
from sim.errors import raise_if_any
from sim.experiments import designs
from sim.experiments.designs import point, points_of
from sim.experiments.factors import Factor, default_range
from sim.model.geography import DATA
from sim.model.parameters import STABLE
from sim.model.schema import declarations

FITTED_SET, FITTED_MAP, SCREENING = "fitted_set.csv", "fitted_map.csv", "screening.csv"


class KeptOut(NamedTuple):
    """Parameters that are fixed by assumption and not fitted.

    Args:
        keys: the parameters.
        because: why the cases cannot inform them.
    """

    keys: tuple[str, ...]
    because: str


@lru_cache(maxsize=1)
def fit_settings() -> Any:
    """The content of `sim/data/fit.yaml`."""
    return yaml.safe_load((DATA / "fit.yaml").read_text(encoding="utf-8"))


def spread() -> float:
    """Factor by which a number without natural bounds may be smaller or larger than its prior default."""
    return float(fit_settings()["spread"])


def fitted_factors() -> tuple[Factor, ...]:
    """The fitted parameters, each with its range, as the shipped screening found them: the strongest first."""
    with open(DATA / "fit" / SCREENING, encoding="utf-8", newline="") as file:
        return tuple(factor_of(row["key"]) for row in csv.DictReader(file) if row["fitted"] == "yes")


def kept_out() -> tuple[KeptOut, ...]:
    """Parameters that are fixed by assumption although they may matter."""
    return tuple(KeptOut(tuple(row["keys"]), row["because"]) for row in fit_settings()["kept_out"])


def factor_of(key: str) -> Factor:
    """A parameter with its prior range.

    Raises:
        ValueError: if it has none.
    """
    found = default_range(declarations()[key], spread())
    if found is None:
        raise ValueError(f"{key} has no range to be fitted over")
    return found


def set_file() -> Path:
    """The file of the shipped set."""
    return paths.bundled("experiments") / FITTED_SET


def beside() -> tuple[Factor, ...]:
    """The parameters that vary beside the fitted set where the map is drawn again: those that no fit could inform."""
    strengths = {f"mechanisms.{name}": None for name in STABLE}
    fitted = {factor.key for factor in fitted_factors()}
    found = []
    for key, ends in {**fit_settings()["beside"], **strengths}.items():
        if key not in fitted:
            factor = factor_of(key)
            found.append(factor if ends is None else replace(factor, low=float(ends[0]), high=float(ends[1])))
    return tuple(found)


def fitted_points(path: Path | None = None, asked: Container[str] = ()) -> list[dict[str, Any]]:
    """The parameter sets of a table: value by key.

    Args:
        path: the table; the shipped one by default.
        asked: keys that the user set; they take precedence over the set.

    Raises:
        InputProblems: if the table cannot be read.
    """
    columns, problems = designs.read(path or set_file())
    raise_if_any(problems)
    kept = {key: values for key, values in columns.items() if key not in asked}
    return [point(kept, number) for number in range(points_of(columns))]
