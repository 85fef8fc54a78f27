"""Sweeps of one scenario over `power.distribution`: its levels are the structures that are compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.sweep_analysis.swept import Sweep, plain

SCALE = "power.distribution"
"""The position between hierarchy (0) and distributed power (1)."""


@dataclass(frozen=True)
class Scale:
    """The levels of the scale as structures, over the points that the other factors make.

    Attributes:
        levels: all levels as structures, from low to high.
        ends: the lowest and the highest alone.
        positions: the levels' numbers.
    """

    levels: Sweep
    ends: Sweep
    positions: np.ndarray


def scale_of(sweep: Sweep) -> Scale | None:
    """The scale of a sweep of one scenario in which every level met every combination of the other factors.

    Returns:
        None when there are several scenarios, when the scale is not a factor, or when its levels met different points
        (a sampled design), so that no two of them can be compared at a point.
    """
    if len(sweep.structures) != 1 or SCALE not in {f.key for f in sweep.factors}:
        return None
    scale = sweep.factor(SCALE)
    others = [f for f in sweep.factors if f.key != SCALE]
    if not scale.numeric or len(scale.levels) < 2:
        return None
    codes = np.column_stack(
        [np.zeros(sweep.points, int), *(np.unique(f.values, return_inverse=True)[1] for f in others)]
    )
    _, first, point = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    # Points keep the order of the design.
    order = np.argsort(np.argsort(first))
    point, first = order[point.ravel()], np.sort(first)
    level = np.searchsorted(np.array(scale.levels), scale.values)
    table = np.full((len(scale.levels), len(first)), -1)
    table[level, point] = np.arange(sweep.points)
    if (table < 0).any() or table.size != sweep.points:
        return None
    levels = replace(
        sweep,
        structures=tuple(f"{SCALE} = {plain(v)}" for v in scale.levels),
        factors=tuple(f.at(first) for f in others),
        responses={name: values[0][table] for name, values in sweep.responses.items()},
        status=sweep.status[0][table],
    )
    return Scale(levels, only(levels, (0, len(scale.levels) - 1)), np.array(scale.levels))


def only(sweep: Sweep, structures: tuple[int, ...]) -> Sweep:
    """The same sweep with some of its structures."""
    some = list(structures)
    return replace(
        sweep,
        structures=tuple(sweep.structures[k] for k in some),
        responses={name: values[some] for name, values in sweep.responses.items()},
        status=sweep.status[some],
    )
