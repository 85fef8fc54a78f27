"""Designs: the design points at which an experiment runs.

A design point is one value for each factor; the points are columns, one for each factor. A table of points may also come
from a CSV file whose header is parameter keys.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from sim.errors import Problem, raise_if_any, shown
from sim.experiments import sampling
from sim.experiments.checks import allowed
from sim.experiments.factors import Factor, column
from sim.model.aliases import RENAMED, Written, current_key
from sim.model.aliases import value as value_now
from sim.model.schema import Declaration, declarations, nearest_key
from sim.scenarios.forms import Form, whole

__all__ = [
    "KINDS",
    "Columns",
    "Design",
    "design_points",
    "notes",
    "point",
    "points_of",
    "points_planned",
    "unit_points",
]

Columns = dict[str, Any]
"""One column for each factor, by key: an array of numbers, or a list."""

MOST = 10_000_000


class NoSettings(Form):
    """A design that its factors or levels give."""

    label: ClassVar[str] = "a design of this kind"


class ListSettings(Form):
    """Points that are written down in the experiment file."""

    label: ClassVar[str] = "a list"
    points: list[Any] = Field(min_length=1, description="must be a list of points, one or more")


class TableSettings(Form):
    """Points that are written down in a CSV file."""

    label: ClassVar[str] = "a table"
    file: str = Field(description="must be the path of a CSV file")


class SampleSettings(Form):
    """A sample of a number of points."""

    label: ClassVar[str] = "a sample"
    points: int = whole(1, MOST)


class MorrisSettings(Form):
    """Trajectories of Morris."""

    label: ClassVar[str] = "a morris"
    trajectories: int = whole(2, MOST)
    levels: int = Field(
        4,
        ge=2,
        le=MOST,
        multiple_of=2,
        description="must be even, 2 or more, so that a step of Morris ends on a level",
    )


class SaltelliSettings(Form):
    """Blocks of Saltelli."""

    label: ClassVar[str] = "a saltelli"
    samples: int = whole(2, MOST)
    second_order: bool = Field(False, description="must be true or false")


SAMPLES: dict[str, type[Form]] = {
    "latin_hypercube": SampleSettings,
    "sobol_sequence": SampleSettings,
    "morris": MorrisSettings,
    "saltelli": SaltelliSettings,
}
"""Designs that sample ranges, and the form of their settings."""

DESIGNS: dict[str, type[Form]] = {
    "grid": NoSettings,
    "zip": NoSettings,
    "list": ListSettings,
    "table": TableSettings,
    "ablation": NoSettings,
    **SAMPLES,
}
KINDS = tuple(DESIGNS)


@dataclass(frozen=True)
class Design:
    """How the points of an experiment are chosen.

    Args:
        kind: one of `KINDS`.
        settings: what that kind needs, by name, as in {"points": 1000}.
    """

    kind: str
    settings: dict[str, Any] = field(default_factory=dict)


def design_points(factors: Sequence[Factor], design: Design, seed: int) -> Columns:
    """All points of a design, one column for each factor.

    Grid: every combination of levels, the last factor fastest. Zip: the first levels of all factors, the second, and
    so on. List and table: the points as given. Ablation: first all as the scenario says, then each factor at 0 in
    turn with the others as the scenario says, then each as the scenario says with all others at 0, then all at 0.
    Samples: see `sim.experiments.sampling`.

    Args:
        factors: what varies; for list and table, the keys that the points name.
        design: which points.
        seed: root of the sample's luck; written-down points ignore it.
    """
    if design.kind in SAMPLES:
        shares = unit_points(factors, design, seed)
        return {factor.key: factor.values_at(shares[:, number]) for number, factor in enumerate(factors)}
    return _EXPLICIT[design.kind](factors, design)


def unit_points(factors: Sequence[Factor], design: Design, seed: int) -> np.ndarray:
    """A sample before it is stretched over the ranges: what SALib's analyses of it expect.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    return getattr(sampling, design.kind)(len(factors), seed, **design.settings)


def points_planned(factors: Sequence[Factor], design: Design) -> int:
    """How many design points a design will have, counted without laying them out; 0 where only its table says."""
    settings, count = design.settings, len(factors)
    if design.kind == "grid":
        return math.prod(len(factor.levels or ()) for factor in factors)
    if design.kind == "zip":
        return len(factors[0].levels or ()) if factors else 0
    if design.kind == "ablation":
        return 2 * count + 2
    if design.kind == "morris":
        return settings["trajectories"] * (count + 1)
    if design.kind == "saltelli":
        return settings["samples"] * (count * (2 if settings.get("second_order") else 1) + 2)
    return settings["points"] if design.kind in SAMPLES else 0


def points_of(columns: Columns) -> int:
    """How many design points columns hold; without a factor there is one, the scenario itself."""
    return len(next(iter(columns.values()))) if columns else 1


def point(columns: Columns, number: int) -> dict[str, Any]:
    """One design point in plain Python values, by key."""
    found = {key: values[number] for key, values in columns.items()}
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in found.items()}


def notes(factors: Sequence[Factor], design: Design) -> list[str]:
    """What somebody should know of a design before running it."""
    name = {"sobol_sequence": "points", "saltelli": "samples"}.get(design.kind)
    count = design.settings.get(name) if name else None
    if count is None or count & (count - 1) == 0:
        return []
    near = 2 ** math.floor(math.log2(count)), 2 ** math.ceil(math.log2(count))
    return [
        f"{design.kind} covers the space evenly when {name} is a power of two: {near[0]} or {near[1]}, not {count}"
    ]


def _grid(factors: Sequence[Factor], design: Design) -> Columns:
    counts = [len(factor.levels or ()) for factor in factors]
    found: Columns = {}
    for number, factor in enumerate(factors):
        # Each level is held while all later factors run through theirs.
        order = np.arange(counts[number])
        held = np.repeat(order, math.prod(counts[number + 1 :]))
        found[factor.key] = _picked(factor, np.tile(held, math.prod(counts[:number])))
    return found


def _picked(factor: Factor, order: np.ndarray) -> list[Any] | np.ndarray:
    levels = column(factor.levels or ())
    return levels[order] if isinstance(levels, np.ndarray) else [levels[place] for place in order.tolist()]


def _zip(factors: Sequence[Factor], design: Design) -> Columns:
    return {factor.key: column(factor.levels or ()) for factor in factors}


def _list(factors: Sequence[Factor], design: Design) -> Columns:
    points: list[Mapping[str, Any]] = design.settings["points"]
    return {factor.key: column([given.get(factor.key) for given in points]) for factor in factors}


def _table(factors: Sequence[Factor], design: Design) -> Columns:
    columns, problems = read(design.settings["file"])
    raise_if_any(problems)
    return {factor.key: columns[factor.key] for factor in factors}


def _ablation(factors: Sequence[Factor], design: Design) -> Columns:
    found: Columns = {}
    for number, factor in enumerate(factors):
        # Whole numbers stay whole: 0.0 is not taken for one.
        off = 0 if factor.whole else 0.0
        others = range(len(factors))
        turns = [off if other == number else None for other in others]
        alone = [None if other == number else off for other in others]
        found[factor.key] = [None, *turns, *alone, off]
    return found


_EXPLICIT: dict[str, Callable[[Sequence[Factor], Design], Columns]] = {
    "grid": _grid,
    "zip": _zip,
    "list": _list,
    "table": _table,
    "ablation": _ablation,
}

MOST_SHOWN = 3


def read(path: str | Path) -> tuple[dict[str, Any], list[Problem]]:
    """The columns of a table, and all that is wrong with its form.

    An empty cell means "as the scenario says". Bounds are checked later, with all points.

    Returns:
        One column for each key, and the problems.
    """
    where = os.path.relpath(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return {}, [Problem(where, "table", f"cannot be read ({error})")]
    problems = _header_problems(where, header)
    if header and not rows:
        problems.append(Problem(where, "table", "has no rows: each row below the header is a design point"))
    wrong = [number for number, row in enumerate(rows) if len(row) != len(header)]
    if wrong:
        said = f"{len(header)} cells a row, as in the header; not so in {_rows(wrong)}"
        problems.append(Problem(where, "table", said))
    if problems:
        return {}, problems
    columns: dict[str, Any] = {}
    written = Written()
    keys = [key.strip() for key in header]
    names = [current_key(key) for key in keys]
    for place, (key, name) in enumerate(zip(keys, names, strict=True)):
        values, found = _values(where, declarations()[name], [row[place].strip() for row in rows])
        problems += found
        if key in RENAMED:
            values = column(value_now(key, _plain(values)))
        # Only columns of one parameter are compared, since a table may have a million rows.
        if names.count(name) > 1:
            _, _, at_odds = written.note(key, _plain(values))
            if at_odds:
                problems.append(Problem(where, key, at_odds))
        columns[name] = values
    return columns, problems


def _plain(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else values


def _header_problems(where: str, header: Sequence[str]) -> list[Problem]:
    problems = []
    keys = [key.strip() for key in header]
    for place, key in enumerate(keys):
        if key not in declarations() and key not in RENAMED:
            said = "the header names parameters, and there is no such one"
            problems.append(Problem(where, key or f"column {place + 1}", said, "", nearest_key(key)))
        elif key in keys[:place]:
            problems.append(Problem(where, key, "stands twice in the header"))
    if not keys:
        problems.append(Problem(where, "table", "is empty: the header names parameters, each row is a point"))
    return problems


def _values(where: str, declared: Declaration, cells: list[str]) -> tuple[Any, list[Problem]]:
    kind = declared.kind if declared.kind in (int, float) else str
    try:
        return column([kind(cell) if cell else None for cell in cells]), []
    except ValueError:
        bad: dict[str, list[int]] = {}
        for number, cell in enumerate(cells):
            try:
                kind(cell or "0")
            except ValueError:
                bad.setdefault(cell, []).append(number)
    return [], [
        Problem(where, declared.key, f"must be {allowed(declared)}; in {_rows(numbers)}", shown(cell))
        for cell, numbers in list(bad.items())[:MOST_SHOWN]
    ] + _more(where, declared.key, len(bad))


def _more(where: str, key: str, count: int) -> list[Problem]:
    if count <= MOST_SHOWN:
        return []
    return [Problem(where, key, f"and {count - MOST_SHOWN} more values that cannot be read")]


def _rows(numbers: Sequence[int]) -> str:
    # A person counts the header as the first row.
    listed = ", ".join(str(number + 2) for number in numbers[:MOST_SHOWN])
    more = f" and {len(numbers) - MOST_SHOWN} more" if len(numbers) > MOST_SHOWN else ""
    return f"row {listed}{more}" if len(numbers) == 1 else f"rows {listed}{more}"
