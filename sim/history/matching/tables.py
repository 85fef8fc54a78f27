"""What a fit leaves behind: small tables as CSV, each written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.factors import Factor
from sim.history.matching.coverage import WIDTHS, Coverage
from sim.history.matching.fitted_set import FITTED_SET, SCREENING
from sim.history.matching.implausibility import case_names, cases_excluding, shows
from sim.history.matching.leave_one_out import NULLS, HeldOutCase
from sim.history.matching.screening import Screened
from sim.history.matching.space import Space
from sim.history.matching.waves import Fit
from sim.storage import atomic_write_text

MEMBERS, WAVES, LEFT_OUT = "members.csv", "waves.csv", "left_out.csv"
CALIBRATION = "calibration.csv"
DIGITS = 4
"""Significant digits of values: far finer than anything the cases can tell, and small files."""


def write_fit(folder: Path, found: Fit, left_out: Sequence[HeldOutCase], frozen: np.ndarray) -> None:
    """The set, what each case says of its members, how the waves went, and every case as foreseen from the others.

    Args:
        folder: where the tables go.
        found: the fit.
        left_out: every case as foreseen from the others.
        frozen: (1 + members, cases) implausibility by the frozen readings of all cases; the judged defaults come first.
    """
    columns = found.space.columns(found.confirmed.shares[found.chosen])
    names = case_names(found.targets)
    _write(
        folder / FITTED_SET, found.space.names, zip(*(columns[key] for key in found.space.names), strict=True)
    )
    shown = shows(found.confirmed.values, found.targets).mean(axis=1)
    # The judged defaults were simulated beside the set, first of all, and are no member unless they were chosen as well.
    asked = [("judged", 0), *enumerate(found.chosen.tolist())]
    rows = [
        [
            name,
            int(cases_excluding(found.worst[[place]])[0]),
            int(by_frozen),
            *found.worst[place],
            *shown[place],
        ]
        for (name, place), by_frozen in zip(asked, cases_excluding(frozen), strict=True)
    ]
    head = [
        "member",
        "cases_against",
        "frozen_against",
        *(f"implausibility.{n}" for n in names),
        *(f"shows.{n}" for n in names),
    ]
    _write(folder / MEMBERS, head, rows)
    head = ["wave", "points", "worlds", "space_left", "cases_given_up", "surprised"]
    about = [[w.name, *w.values.shape[:2], w.kept, w.given_up, w.surprised] for w in found.waves[:-1]]
    last = [found.confirmed.name, *found.confirmed.values.shape[:2], None, found.given_up, None]
    _write(folder / WAVES, head, [*about, last])
    head = ["case", "sets", "others_given_up", "shows", "low", "high", "shows_when_fitted", *NULLS]
    _write(
        folder / LEFT_OUT, head,
        [[o.case, o.sets, o.given_up, o.share, o.low, o.high, o.fitted, *(o.nulls[n] for n in NULLS)] for o in left_out],
    )  # fmt: skip


def write_map(
    path: Path, points: Sequence[dict[str, Any]], beside: Sequence[Factor], count: int, seed: int
) -> None:
    """Points at which the map is drawn again: each takes the next fitted set, and its own values of what was not fitted.

    Args:
        path: where the table goes.
        points: the fitted sets, value by key.
        beside: what else varies, spread evenly over its ranges.
        count: how many points.
        seed: root of the spread.
    """
    space = Space(tuple(beside))
    columns = space.columns(space.spread(count, seed))
    rows = [
        [*points[number % len(points)].values(), *(columns[key][number] for key in space.names)]
        for number in range(count)
    ]
    _write(path, [*points[0], *space.names], rows)


def write_screening(folder: Path, found: Sequence[Screened], apart: Container[str]) -> None:
    """Every uncertainty, the strongest first, and whether it is to be fitted: the cases inform it, and it is not kept apart."""
    rows = [
        [one.key, one.most, one.like or "", "yes" if one.informed and one.key not in apart else "no"]
        for one in found
    ]
    _write(folder / SCREENING, ["key", "most_variance_explained", "like", "fitted"], rows)


def write_calibration(folder: Path, found: Coverage) -> None:
    """Coverage by parameter, and of the set as a whole in the first row."""
    head = [
        "parameter",
        *(f"inside_{100 * width:.0f}" for width in WIDTHS),
        "width",
        "histories",
        "truth_held",
        "truth_nearly_held",
        "left",
    ]
    whole: list[Any] = [
        "all",
        *(None for _ in WIDTHS),
        None,
        found.histories,
        found.held,
        found.nearly,
        found.left,
    ]
    rows = [
        [name, *(found.inside[width][place] for width in WIDTHS), found.narrowed[place], *[None] * 4]
        for place, name in enumerate(found.names)
    ]
    _write(folder / CALIBRATION, head, [whole, *rows])


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table, as text by column."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, head: Sequence[str], rows: Any) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_plain(value) for value in row] for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path, text.getvalue())


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.{DIGITS}g}"
    return value.item() if isinstance(value, np.generic) else value
