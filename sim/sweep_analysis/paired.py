"""Paired differences over the whole map, and where the benefit was lost in each region of it.

In each whole replication (world) a response is averaged over the points; worlds are then compared pair by pair. So an
interval covers the luck of the draws for this set of points, and says nothing of points that were not tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.analysis import HEADLINE_OUTCOMES
from sim.statistics import Interval, holm, interval, p_value
from sim.sweep_analysis.regimes import NOBODY, UNKNOWN, Regimes
from sim.sweep_analysis.swept import Sweep, losses_of
from sim.weighing import ALPHA, NOTED


@dataclass(frozen=True)
class MapDifference:
    """The paired difference a − b of one response, averaged over the map.

    Attributes:
        a: name of one structure.
        b: name of the other.
        response: whose difference.
        mean: over points and replications; None is unknown.
        low: lower end of its 95 % interval.
        high: upper end.
        pairs: replications behind it.
        smallest: the smallest mean difference at any point.
        largest: the largest.
        adjusted: p-value after Holm's correction for all differences in the table.
    """

    a: str
    b: str
    response: str
    mean: float | None
    low: float | None
    high: float | None
    pairs: int
    smallest: float | None
    largest: float | None
    adjusted: float

    @property
    def clear(self) -> bool:
        """Whether the two are told apart when all differences are read together."""
        return self.low is not None and self.adjusted < ALPHA


def map_differences(sweep: Sweep) -> list[MapDifference]:
    """Every pair of structures in every main outcome, corrected together by Holm."""
    outcomes = [o for o in HEADLINE_OUTCOMES if o in sweep.responses] or [sweep.decided_by]
    found = []
    for a, b in combinations(range(len(sweep.structures)), 2):
        for outcome in outcomes:
            values = sweep.numbers(outcome)
            apart = values[a] - values[b]
            found.append((a, b, outcome, mean_over(apart, axis=1), mean_over(apart, axis=0)))
    together = holm([p_value(worlds) for *_, worlds in found])
    return [_difference(sweep, *one, p) for one, p in zip(found, together, strict=True)]


def _difference(
    sweep: Sweep, a: int, b: int, outcome: str, by_point: np.ndarray, worlds: np.ndarray, adjusted: float
) -> MapDifference:
    known = by_point[np.isfinite(by_point)]
    ends = (float(known.min()), float(known.max())) if known.size else (None, None)
    pairs = int(np.isfinite(worlds).sum())
    names = sweep.structures
    return MapDifference(names[a], names[b], outcome, **interval(worlds), pairs=pairs, smallest=ends[0],
                         largest=ends[1], adjusted=adjusted)  # fmt: skip


def mean_over(values: np.ndarray, axis: int) -> np.ndarray:
    """Means of what is known along an axis; NaN where nothing is."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0.0).sum(axis=axis) / known.sum(axis=axis)


def level_over(sweep: Sweep, structure: int, response: str, points: np.ndarray) -> Interval:
    """The mean of a response over some points, with its interval over whole replications."""
    return interval(mean_over(sweep.numbers(response)[structure][points], axis=0))


@dataclass(frozen=True)
class Region:
    """Some points of the map, and where the benefit was lost there.

    Attributes:
        name: what the points have in common, in words.
        points: how many.
        gap: mean gap by structure, with its interval.
        lost: shape (causes, structures): mean share of intended benefit lost; NaN is unknown.
    """

    name: str
    points: int
    gap: tuple[Interval, ...]
    lost: np.ndarray


def region(sweep: Sweep, name: str, points: np.ndarray) -> Region:
    """Where each structure lost the benefit over some points, in runs of which the gap is known.

    Args:
        sweep: with responses `losses.*`.
        name: what the points have in common.
        points: shape (points,), true where the point belongs.
    """
    structures = range(len(sweep.structures))
    decided = sweep.decided_by
    causes = losses_of(sweep)
    lost = np.full((len(causes), len(sweep.structures)), np.nan)
    for k in structures:
        known = np.isfinite(sweep.numbers(decided)[k][points])
        for row, cause in enumerate(causes):
            values = sweep.numbers(f"losses.{cause}")[k][points][known]
            lost[row, k] = values.mean() if values.size else np.nan
    gaps = tuple(level_over(sweep, k, decided, points) for k in structures)
    return Region(name, int(points.sum()), gaps, lost)


def regions(sweep: Sweep, found: Regimes | None, boxes: Sequence[tuple[str, np.ndarray]]) -> list[Region]:
    """Where the benefit was lost on the whole map, where each structure wins, where nobody does, and in each box.

    Args:
        sweep: what was swept.
        found: who wins where; None with one structure.
        boxes: further regions: what they have in common, and their points.
    """
    asked = [("the whole map", np.ones(sweep.points, bool))]
    if found is not None:
        asked += [(f"where {name} wins", found.won_by(k)) for k, name in enumerate(found.structures)]
        asked.append(("where nobody wins", (found.winner == NOBODY) & (found.kind != UNKNOWN)))
    some = [(name, points) for name, points in (*asked, *boxes) if points.any()]
    # A region that is the whole map under another name is said once.
    kept = [some[0], *((name, points) for name, points in some[1:] if not points.all())]
    return [region(sweep, name, points) for name, points in kept]


def clear_losses(
    sweep: Sweep, structure: int, rival: int, points: np.ndarray
) -> list[tuple[str, float, float, float]]:
    """Losses that clearly differ between two structures over some points, the largest difference first.

    Returns:
        Cause, and by how much more the rival loses to it: mean, low and high; corrected by Holm for all causes.
    """
    causes = losses_of(sweep)
    worlds = []
    for cause in causes:
        values = sweep.numbers(f"losses.{cause}")
        worlds.append(mean_over((values[rival] - values[structure])[points], axis=0))
    together = holm([p_value(w) for w in worlds])
    found = []
    for cause, world, p in zip(causes, worlds, together, strict=True):
        apart = interval(world)
        if p < ALPHA and apart["mean"] is not None and abs(apart["mean"]) >= NOTED:
            found.append((cause, apart["mean"], apart["low"] or 0.0, apart["high"] or 0.0))
    return sorted(found, key=lambda f: -abs(f[1]))
