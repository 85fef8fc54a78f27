"""The regime map: at each design point, which scenario is significantly best, and where none is.

All scenarios use the same random numbers, so they are compared by paired differences. A sweep of one scenario over
`power.distribution` compares the levels of that scale in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.analysis.comparison import MEANINGFUL
from sim.analysis.sweep_data import Sweep, is_share, plain
from sim.stats import ALPHA, false_discoveries, half_width, holm, mean_over, p_values

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
    met = pd.DataFrame({f.key: f.values for f in others}, index=range(sweep.points)).assign(every=0)
    point = met.groupby(list(met), sort=False).ngroup()
    first = point.drop_duplicates().index.to_numpy()
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


NOBODY = -1
"""In place of a winner: no structure wins there."""

WON, SAME, OPEN, UNKNOWN = "won", "practically the same", "not significantly different", "too few runs"


@dataclass(frozen=True)
class Regimes:
    """Who wins where.

    Attributes:
        structures: their names.
        response: what decides; smaller is better.
        winner: position of the winning structure at each point, or `NOBODY`.
        kind: `WON`, `SAME` (the best two differ by less than matters), `OPEN` or `UNKNOWN`, at each point.
        best: the structure with the smallest mean at each point, or `NOBODY` where too little is known.
        rival: the structure with the next smallest mean; without a winner, the one that differs least clearly.
        edge: by how much the rival's mean is larger; shape (points,).
        low: lower end of the edge's corrected interval.
        high: upper end.
        pairs: replications in which every structure is known at a point.
        mean: shape (structures, points), over those replications.
        ruled_out: whether a structure is significantly different from the best, all comparisons of the map corrected together;
            shape (structures, points).
        leaders: the winner where there is one; else the best and those not significantly different from it, or
            practically the same; shape (structures, points).
        level: what each test was held to, after correction: intervals have confidence 1 − level.
    """

    structures: tuple[str, ...]
    response: str
    winner: np.ndarray
    kind: np.ndarray
    best: np.ndarray
    rival: np.ndarray
    edge: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pairs: np.ndarray
    mean: np.ndarray
    ruled_out: np.ndarray
    leaders: np.ndarray
    level: float

    @property
    def points(self) -> int:
        """How many points the map has."""
        return len(self.winner)

    @property
    def known(self) -> np.ndarray:
        """Points at which enough is known to compare."""
        return self.kind != UNKNOWN

    def won_by(self, structure: int) -> np.ndarray:
        """Points that a structure wins."""
        return self.winner == structure

    def share(self, points: np.ndarray) -> float:
        """Some points as a share of those at which enough is known; NaN when that is none."""
        known = int(self.known.sum())
        return float((points & self.known).sum() / known) if known else float("nan")

    def called(self, point: int) -> str:
        """Who wins a point, in words."""
        winner = int(self.winner[point])
        return str(self.kind[point]) if winner == NOBODY else self.structures[winner]

    @property
    def sharing(self) -> np.ndarray:
        """Points at which nobody wins and several structures, but not all, share the lead."""
        together = self.leaders.sum(axis=0)
        return (self.winner == NOBODY) & (together > 1) & (together < len(self.structures))

    def shared_leads(self) -> list[tuple[tuple[int, ...], np.ndarray]]:
        """Groups of several structures, but not all, that lead together where nobody wins, the commonest first.

        Returns:
            Positions of the structures, and the points at which just they lead.
        """
        groups: dict[tuple[int, ...], list[int]] = {}
        for point in np.flatnonzero(self.sharing).tolist():
            groups.setdefault(tuple(np.flatnonzero(self.leaders[:, point]).tolist()), []).append(point)
        found = []
        for together, points in sorted(groups.items(), key=lambda item: -len(item[1])):
            at = np.zeros(self.points, bool)
            at[points] = True
            found.append((together, at))
        return found


def common(values: np.ndarray) -> np.ndarray:
    """A response, shape (structures, points, replications), in the replications in which every structure is known."""
    return np.where(np.isfinite(values).all(axis=0), values, np.nan)


def regimes(sweep: Sweep, response: str | None = None, replications: int | None = None) -> Regimes:
    """Decide each point of the map.

    Args:
        sweep: two structures or more.
        response: what decides; the gap by default. Smaller is better.
        replications: only so many of the first replications; all by default.
    """
    chosen = response or sweep.decided_by
    values = common(sweep.responses[chosen][:, :, :replications])
    count, points, _ = values.shape
    pairs = np.isfinite(values[0]).sum(axis=1)
    mean = mean_over(values, axis=2)
    known = pairs > 1
    best = np.where(known, np.argmin(np.where(known, mean, 0.0), axis=0), 0)
    at = np.arange(points)
    against = values - values[best, at]
    p = np.array([p_values(d.T) for d in against])
    p[best, at] = -1.0
    hardest = p.argmax(axis=0)
    stands, level = false_discoveries(p[hardest, at][known])
    significant = np.zeros(points, bool)
    significant[known] = stands
    matters = MEANINGFUL if is_share(chosen) else 0.0
    behind = mean - mean[best, at]
    close = np.array([behind[j] + half_width(against[j].T, ALPHA) <= matters for j in range(count)])
    close[best, at] = False
    same = known & close.any(axis=0)
    won = significant & ~same
    # Where somebody wins, the next to it; where nobody does, the one that stands in the way.
    order = np.where(known, behind, 0.0)
    order[best, at] = np.inf
    rival = np.where(significant, order.argmin(axis=0), hardest)
    edge = behind[rival, at]
    half = half_width(against[rival, at].T, level)
    # One word for all points, not a copy of it for each: a report keeps a hundred such maps of a large sweep.
    kind = np.array([UNKNOWN, WON, SAME, OPEN], object)[np.select([~known, won, same], [0, 1, 2], 3)]
    ruled_out = np.zeros((count, points), bool)
    compared = (np.arange(count)[:, None] != best) & known
    ruled_out[compared] = false_discoveries(p[compared])[0]
    is_best = np.arange(count)[:, None] == best
    leaders = known & np.where(won, is_best, is_best | ~ruled_out | close)
    return Regimes(
        structures=sweep.structures,
        response=chosen,
        winner=np.where(won, best, NOBODY),
        kind=kind,
        best=np.where(known, best, NOBODY),
        rival=np.where(known, rival, NOBODY),
        edge=np.where(known, edge, np.nan),
        low=np.where(known, edge - half, np.nan),
        high=np.where(known, edge + half, np.nan),
        pairs=pairs,
        mean=mean,
        ruled_out=ruled_out,
        leaders=leaders,
        level=level,
    )


@dataclass(frozen=True)
class BestPositions:
    """Which position between two ends leaves the smallest gap, where positions form a scale.

    Attributes:
        positions: the levels of the scale.
        best: the level with the smallest mean at each point; NaN where too little is known.
        lowest: the lowest level not significantly different from it.
        highest: the highest.
        inside: points at which both ends are significantly different from the best, which lies between them.
    """

    positions: np.ndarray
    best: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    inside: np.ndarray


def best_positions(levels: Sweep, positions: np.ndarray) -> BestPositions:
    """The best position at each point, and how far it could be moved without a clear loss.

    Args:
        levels: a sweep whose structures are the levels of a scale, in order.
        positions: those levels.

    Positions are compared with the best by Holm's correction for reading all of them together; whether the best lies
    inside is further corrected by false discoveries over the points.
    """
    values = common(levels.responses[levels.decided_by])
    found = np.full((3, levels.points), np.nan)
    p_inside = np.ones(levels.points)
    known = np.zeros(levels.points, bool)
    for point in range(levels.points):
        here = values[:, point, np.isfinite(values[0, point])]
        if here.shape[1] < 2:
            continue
        best = int(here.mean(axis=1).argmin())
        others = [j for j in range(len(positions)) if j != best]
        together = holm(p_values((here[others] - here[best]).T).tolist())
        left = [best, *(j for j, p in zip(others, together, strict=True) if p >= ALPHA)]
        found[:, point] = positions[best], positions[min(left)], positions[max(left)]
        known[point] = True
        ends = [p for j, p in zip(others, together, strict=True) if j in (0, len(positions) - 1)]
        p_inside[point] = max(ends) if len(ends) == 2 else 1.0
    inside = np.zeros(levels.points, bool)
    inside[known] = false_discoveries(p_inside[known])[0]
    return BestPositions(positions, found[0], found[1], found[2], inside)
