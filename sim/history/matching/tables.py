"""The tables that a fit writes: small CSV files, each written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Container, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.factors import Factor
from sim.history.matching.coverage import Coverage
from sim.history.matching.fitted_set import FITTED_SET, SCREENING
from sim.history.matching.implausibility import case_names, cases_excluding, shows
from sim.history.matching.leave_one_out import HeldOutCase
from sim.history.matching.screening import Screened
from sim.history.matching.space import Space
from sim.history.matching.waves import Fit
from sim.storage import atomic_write_text

MEMBERS, WAVES, LEFT_OUT = "members.csv", "waves.csv", "left_out.csv"
CALIBRATION = "calibration.csv"
DIGITS = 4
"""Significant digits of values: far finer than anything the cases can tell, and small files."""


def write_fit(folder: Path, found: Fit, left_out: Sequence[HeldOutCase], frozen: np.ndarray) -> None:
    """The set, the implausibility of its members by case, the course of the waves, and the prediction of every case.

    Args:
        folder: where the tables go.
        found: the fit.
        left_out: every case as predicted from the others.
        frozen: (1 + members, cases) implausibility by the frozen readings of all cases; the prior defaults come first.
    """
    _write(folder / FITTED_SET, pd.DataFrame(found.space.columns(found.confirmed.shares[found.chosen])))
    # The prior defaults were simulated beside the set, first of all, and are no member unless they were chosen as well.
    asked = [0, *found.chosen]
    worst = found.worst[asked]
    shown = shows(found.confirmed.values[asked], found.targets).mean(axis=1)
    cases = list(enumerate(case_names(found.targets)))
    members = {
        "member": ["judged", *range(len(found.chosen))],
        "cases_against": cases_excluding(worst),
        "frozen_against": cases_excluding(frozen),
        **{f"implausibility.{name}": worst[:, place] for place, name in cases},
        **{f"shows.{name}": shown[:, place] for place, name in cases},
    }
    _write(folder / MEMBERS, pd.DataFrame(members))
    waves = [(w.name, *w.values.shape[:2], w.kept, w.given_up, w.surprised) for w in found.waves]
    columns = ["wave", "points", "worlds", "space_left", "cases_given_up", "surprised"]
    _write(folder / WAVES, pd.DataFrame(waves, columns=columns))
    rows = pd.DataFrame([asdict(one) | one.nulls for one in left_out]).drop(columns="nulls")
    renamed = {"given_up": "others_given_up", "share": "shows", "fitted": "shows_when_fitted"}
    _write(folder / LEFT_OUT, rows.rename(columns=renamed))


def write_map(
    path: Path, points: Sequence[dict[str, Any]], beside: Sequence[Factor], count: int, seed: int
) -> None:
    """Design points of the map over the fitted set: each takes the next member, and its own values of what was not fitted.

    Args:
        path: where the table goes.
        points: the fitted sets, value by key.
        beside: what else varies, spread evenly over its ranges.
        count: number of points.
        seed: seed of the spread.
    """
    space = Space(tuple(beside))
    members = pd.DataFrame(points).iloc[np.arange(count) % len(points)].reset_index(drop=True)
    _write(path, members.assign(**space.columns(space.spread(count, seed))))


def write_screening(folder: Path, found: Sequence[Screened], apart: Container[str]) -> None:
    """Every uncertainty, the strongest first, and whether it is to be fitted: the cases inform it, and it is not kept apart."""
    screened = {
        "key": [one.key for one in found],
        "most_variance_explained": [one.most for one in found],
        "like": [one.like for one in found],
        "fitted": ["yes" if one.informed and one.key not in apart else "no" for one in found],
    }
    _write(folder / SCREENING, pd.DataFrame(screened))


def write_calibration(folder: Path, found: Coverage) -> None:
    """Coverage by parameter, and of the set as a whole in the first row."""
    inside = {f"inside_{100 * width:.0f}": shares for width, shares in found.inside.items()}
    rows = pd.DataFrame({"parameter": found.names, **inside, "width": found.narrowed})
    whole = {
        "parameter": "all",
        "histories": found.histories,
        "truth_held": found.held,
        "truth_nearly_held": found.nearly,
        "left": found.left,
    }
    table = pd.concat([rows, pd.DataFrame([whole])]).iloc[[-1, *range(len(rows))]]
    _write(folder / CALIBRATION, table.astype({"histories": "Int64"}))


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table, as text by column."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, table: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path, table.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"))
