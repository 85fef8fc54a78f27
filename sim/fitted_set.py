"""The fitted set: sets of parameters that the historical cases do not rule out, shipped as a small table.

It lies beside the experiments, so that an experiment of the design `table` can run over it. What is fitted, and what is
kept out and why, is in `sim/data/fit.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim import places
from sim.declarations import declarations
from sim.experiments import point_tables
from sim.experiments.design_point import parameters_at
from sim.experiments.designs import point, points_of
from sim.experiments.factors import Factor
from sim.experiments.plausible import plausible_factor
from sim.parameters import Parameters
from sim.problems import refuse
from sim.scenarios import Composed
from sim.territory import DATA

FITTED_SET = "fitted_set.csv"


@dataclass(frozen=True)
class KeptOut:
    """Parameters that are fixed by assumption and not fitted.

    Args:
        keys: which.
        because: why the cases cannot tell.
    """

    keys: tuple[str, ...]
    because: str


@lru_cache(maxsize=1)
def _said() -> Any:
    return yaml.safe_load((DATA / "fit.yaml").read_text(encoding="utf-8"))


def spread() -> float:
    """How many times smaller and larger than its default a number without natural bounds may be."""
    return float(_said()["spread"])


def fitted_factors() -> tuple[Factor, ...]:
    """What is fitted, each with its range."""
    return tuple(factor_of(key) for key in _said()["fitted"])


def kept_out() -> tuple[KeptOut, ...]:
    """What is fixed by assumption although it may matter."""
    return tuple(KeptOut(tuple(row["keys"]), row["because"]) for row in _said()["kept_out"])


def factor_of(key: str) -> Factor:
    """A parameter with the range that it may lie in beforehand.

    Raises:
        ValueError: if it has none.
    """
    found = plausible_factor(declarations()[key], spread())
    if found is None:
        raise ValueError(f"{key} has no range to be fitted over")
    return found


def set_file() -> Path:
    """Where the shipped set is."""
    return places.shipped("experiments") / FITTED_SET


def fitted_points() -> list[dict[str, Any]]:
    """The sets of the shipped table: value by key.

    Raises:
        InputProblems: if the table cannot be read.
    """
    columns, problems = point_tables.read(set_file())
    refuse(problems)
    return [point(columns, number) for number in range(points_of(columns))]


def fitted_systems(system: Composed, asked: tuple[str, ...] = ()) -> list[Parameters]:
    """A system under every fitted set of parameters.

    Args:
        system: what holds for all parameters that were not fitted.
        asked: keys that somebody set by hand; they win over the set.
    """
    points = [{key: value for key, value in one.items() if key not in asked} for one in fitted_points()]
    return [parameters_at(system, one) for one in points]
