"""Designs: at which points of the space of factors an experiment looks.

A design point is one value for each factor. Points are columns, one for each factor and all of equal length; the row
number is the number of the design point. None in a column means "as the scenario says".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.experiments import point_tables, sampling
from sim.experiments.factors import Factor, column
from sim.problems import refuse

__all__ = [
    "KINDS",
    "Columns",
    "Design",
    "Factor",
    "design_points",
    "notes",
    "point",
    "points_of",
    "points_planned",
    "unit_points",
]

Columns = dict[str, Any]
"""One column for each factor, by key: an array of numbers, or a list."""

SAMPLES: dict[str, dict[str, type]] = {
    "latin_hypercube": {"points": int},
    "sobol_sequence": {"points": int},
    "morris": {"trajectories": int, "levels": int},
    "saltelli": {"samples": int, "second_order": bool},
}
"""Designs that sample ranges, and their settings."""

EXPLICIT: dict[str, dict[str, type]] = {
    "grid": {},
    "zip": {},
    "list": {"points": list},
    "table": {"file": str},
    "ablation": {},
}
"""Designs whose points are written down, and their settings."""

SETTINGS: dict[str, dict[str, type]] = {**EXPLICIT, **SAMPLES}
KINDS = tuple(SETTINGS)
OPTIONAL = {"levels": 4, "second_order": False}
"""Settings that may be left out, and what they are then."""


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
    settings = {name: design.settings.get(name, OPTIONAL.get(name)) for name in SAMPLES[design.kind]}
    return getattr(sampling, design.kind)(len(factors), seed, **settings)


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
        return settings["samples"] * (count * (2 if settings["second_order"] else 1) + 2)
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
    columns, problems = point_tables.read(design.settings["file"])
    refuse(problems)
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
