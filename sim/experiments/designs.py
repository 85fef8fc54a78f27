"""Designs: the design points at which an experiment runs.

A design point is one value for each factor; the points are columns, one for each factor. A table of points may also come
from a CSV file whose header is parameter keys.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from sim.errors import Problem
from sim.experiments import sampling
from sim.experiments.checks import column_problems
from sim.experiments.factors import Factor, column
from sim.model.aliases import RENAMED, Written, current_key
from sim.model.aliases import value as value_now
from sim.model.schema import declarations, nearest_key
from sim.scenarios.forms import Form, whole

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
    so on. Ablation: first all as the scenario says, then each factor at 0 in turn with the others as the scenario says,
    then each as the scenario says with all others at 0, then all at 0. Samples: see `sim.experiments.sampling`.

    Args:
        factors: what varies.
        design: the design; not a list or a table, whose points come with the experiment.
        seed: random seed of a sample; other designs ignore it.
    """
    if design.kind in SAMPLES:
        shares = unit_points(factors, design, seed)
        return {factor.key: factor.values_at(shares[:, number]) for number, factor in enumerate(factors)}
    if design.kind == "zip":
        return {factor.key: column(factor.levels or ()) for factor in factors}
    return _grid(factors) if design.kind == "grid" else _ablation(factors)


def unit_points(factors: Sequence[Factor], design: Design, seed: int) -> np.ndarray:
    """A sample on the unit cube, before it is scaled to the ranges, as SALib's analyses expect it.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    return getattr(sampling, design.kind)(len(factors), seed, **design.settings)


def points_planned(factors: Sequence[Factor], design: Design) -> int:
    """The number of design points, found without laying them out; 0 for a list or a table."""
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
    """The number of design points in some columns; without a factor there is one, the scenario itself."""
    return len(next(iter(columns.values()))) if columns else 1


def point(columns: Columns, number: int) -> dict[str, Any]:
    """One design point in plain Python values, by key."""
    found = {key: values[number] for key, values in columns.items()}
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in found.items()}


def notes(factors: Sequence[Factor], design: Design) -> list[str]:
    """Advice on a design before it is run."""
    name = {"sobol_sequence": "points", "saltelli": "samples"}.get(design.kind)
    count = design.settings.get(name, 1) if name else 1
    below = 2 ** math.floor(math.log2(count))
    if count == below:
        return []
    near = f"{below} or {2 * below}, not {count}"
    return [f"{design.kind} covers the space evenly when {name} is a power of two: {near}"]


def _grid(factors: Sequence[Factor]) -> Columns:
    counts = [len(factor.levels or ()) for factor in factors]
    positions = np.indices(counts, dtype=np.int32).reshape(len(counts), math.prod(counts))
    return {factor.key: factor.levels_at(row) for factor, row in zip(factors, positions, strict=True)}


def _ablation(factors: Sequence[Factor]) -> Columns:
    found: Columns = {}
    for factor in factors:
        # Whole numbers stay whole: 0.0 is not taken for one.
        off = 0 if factor.whole else 0.0
        turns = [off if other == factor else None for other in factors]
        alone = [None if other == factor else off for other in factors]
        found[factor.key] = [None, *turns, *alone, off]
    return found


MOST_SHOWN = 3


def read(path: str | Path) -> tuple[Columns, list[Problem]]:
    """The columns of a table of points in a CSV file, and all problems with it.

    An empty cell means "as the scenario says".

    Returns:
        One column for each key, and the problems.
    """
    where = os.path.relpath(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return {}, [Problem(where, "table", f"cannot be read ({error})")]
    keys = [key.strip() for key in header]
    problems = list(_header_problems(where, keys))
    if keys and not rows:
        problems.append(Problem(where, "table", "has no rows: each row below the header is a design point"))
    # The header is row 1, as in a spreadsheet.
    uneven = [str(number) for number, row in enumerate(rows, start=2) if len(row) != len(keys)]
    if uneven:
        listed = ", ".join(uneven[:MOST_SHOWN])
        more = f" and {len(uneven) - MOST_SHOWN} more" if len(uneven) > MOST_SHOWN else ""
        message = f"needs {len(keys)} cells a row, as in the header; not so in row {listed}{more}"
        problems.append(Problem(where, "table", message))
    if problems:
        return {}, problems
    columns: Columns = {}
    written = Written()
    names = [current_key(key) for key in keys]
    for place, (key, name) in enumerate(zip(keys, names, strict=True)):
        kind = declarations()[name].kind
        values = value_now(key, [_cell(kind, row[place].strip()) for row in rows])
        # Only columns of one parameter are compared, since a table may have a million rows.
        at_odds = written.note(key, values)[2] if names.count(name) > 1 else None
        if at_odds:
            problems.append(Problem(where, key, at_odds))
        columns[name] = column(values)
    return columns, [*problems, *column_problems(where, columns)]


def _cell(kind: type, text: str) -> Any:
    """The value of a cell; text that is no number stays text, and is refused with the column."""
    if not text:
        return None
    try:
        return kind(text) if kind in (int, float) else text
    except ValueError:
        return text


def _header_problems(where: str, keys: Sequence[str]) -> Iterator[Problem]:
    for place, key in enumerate(keys):
        if key not in declarations() and key not in RENAMED:
            message = "the header names parameters, and there is no such one"
            yield Problem(where, key or f"column {place + 1}", message, "", nearest_key(key))
        elif key in keys[:place]:
            yield Problem(where, key, "is given twice in the header")
    if not keys:
        yield Problem(where, "table", "is empty: the header names parameters, each row is a point")
