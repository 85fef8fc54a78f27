"""Paired differences: over the whole map, by region of it, and from one design point to another.

In each complete replication a response is averaged over the points; the mean of these paired differences has an interval
over replications. Designs with chosen points also compare each point with the one that its group starts from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.analysis.comparison import HEADLINE_OUTCOMES, SMALLEST_REPORTED
from sim.analysis.regime_map import NOBODY, UNKNOWN, Regimes
from sim.analysis.sweep_data import AS_THE_SCENARIO, Sweep, SweptFactor, losses_of, plain
from sim.stats import Interval, PairedMean, interval, known_or_none, mean_over, together

WRITTEN_DOWN = ("list", "table", "zip", "ablation")
"""Designs whose points somebody chose one by one, so that each has a meaning of its own."""

MOST_POINTS = 150
MOST_VALUES = 6


@dataclass(frozen=True, kw_only=True)
class Contrast(PairedMean):
    """What changes from the first point of a group to another of its points, corrected for all contrasts of the sweep.

    Attributes:
        group: the group's name.
        start: name of the point that it starts from.
        point: name of the other point.
        response: in which structure, or in the difference of which two; the other point minus the first.
    """

    group: str
    start: str
    point: str
    response: str


def contrasts(sweep: Sweep) -> list[Contrast]:
    """Every point of a written-down design against the one that its group starts from; none for other designs."""
    names = point_names(sweep)
    if not names:
        return []
    measured = _measured(sweep)
    return together(
        [
            Contrast.of(
                values[point] - values[start],
                group=group, start=names[start], point=names[point], response=response,
            )
            for group, start, points in _groups(sweep)
            for response, values in measured.items()
            for point in points
        ]
    )  # fmt: skip


def point_names(sweep: Sweep) -> list[str]:
    """What each point of a written-down design is called: its own name, or what is particular about it."""
    design = sweep.plan["design"]
    if design["kind"] not in WRITTEN_DOWN or sweep.points > MOST_POINTS:
        return []
    if design["kind"] == "ablation":
        bare = [f.key.removeprefix("mechanisms.") for f in sweep.factors]
        without, alone = [f"without {k}" for k in bare], [f"{k} alone" for k in bare]
        return ["all as the scenario says", *without, *alone, "all at 0"]
    given = _labels(design, "names", sweep.points)
    return [given[p] or setting(sweep.factors, p) for p in range(sweep.points)]


def setting(factors: Sequence[SweptFactor], point: int) -> str:
    """What is particular about a point: its factors' values, a row of power said once, what the scenario says left out."""
    parts: dict[str, list[str]] = {}
    left = 0
    for f in factors:
        value = plain(float(f.values[point])) if f.numeric else str(f.values[point])
        if value == AS_THE_SCENARIO:
            left += 1
            continue
        row, _, who = f.key.rpartition(".")
        if row.startswith("power."):
            parts.setdefault(row, []).append(f"{who} {value}")
        else:
            parts[f.key] = [value]
    said = [f"{key} {', '.join(values)}" for key, values in parts.items()]
    if len(said) > MOST_VALUES:
        said = [*said[:MOST_VALUES], f"{len(said) - MOST_VALUES} more"]
    if left:
        said.append(f"all others {AS_THE_SCENARIO}" if said else f"all {AS_THE_SCENARIO}")
    return "; ".join(said)


def _labels(design: Mapping, which: str, points: int) -> list[str | None]:
    given = list(design.get(which) or [])[:points]
    return [*given, *[None] * (points - len(given))]


def _groups(sweep: Sweep) -> list[tuple[str, int, list[int]]]:
    """Each group's name, the point that it starts from and its other points."""
    design, count = sweep.plan["design"], len(sweep.factors)
    if design["kind"] == "ablation":
        off, alone = list(range(1, count + 1)), list(range(count + 1, 2 * count + 1))
        return [("each taken out in turn", 0, off), ("each alone, all others at 0", 2 * count + 1, alone)]
    members: dict[str, list[int]] = {}
    for point, group in enumerate(_labels(design, "groups", sweep.points)):
        members.setdefault(group or "", []).append(point)
    return [(group, points[0], points[1:]) for group, points in members.items() if len(points) > 1]


def _measured(sweep: Sweep) -> dict[str, np.ndarray]:
    """What is compared between points: the response in each structure and, of two, their difference."""
    response, names = sweep.decided_by, sweep.structures
    values = sweep.numbers(response)
    found = {f"{response} in {name}": values[k] for k, name in enumerate(names)}
    if len(names) == 2:
        found[f"{response}, {names[0]} − {names[1]}"] = values[0] - values[1]
    return found


@dataclass(frozen=True, kw_only=True)
class MapDifference(PairedMean):
    """The paired difference a − b of one response, averaged over the map; corrected for all differences in the table.

    Attributes:
        a: name of one structure.
        b: name of the other.
        response: whose difference.
        smallest: the smallest mean difference at any point.
        largest: the largest.
    """

    a: str
    b: str
    response: str
    smallest: float | None
    largest: float | None


def map_differences(sweep: Sweep) -> list[MapDifference]:
    """Every pair of structures in every main outcome, corrected together by Holm."""
    outcomes = [o for o in HEADLINE_OUTCOMES if o in sweep.responses] or [sweep.decided_by]
    found = []
    for (k, a), (j, b) in combinations(enumerate(sweep.structures), 2):
        for outcome in outcomes:
            values = sweep.numbers(outcome)
            apart = values[k] - values[j]
            by_point = mean_over(apart, axis=1)
            ends = {
                "smallest": known_or_none(np.min(by_point, where=np.isfinite(by_point), initial=np.inf)),
                "largest": known_or_none(np.max(by_point, where=np.isfinite(by_point), initial=-np.inf)),
            }
            found.append(MapDifference.of(mean_over(apart, axis=0), a=a, b=b, response=outcome, **ends))
    return together(found)


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
    causes, decided = losses_of(sweep), sweep.numbers(sweep.decided_by)
    lost = np.full((len(causes), len(sweep.structures)), np.nan)
    for row, cause in enumerate(causes):
        values = sweep.numbers(f"losses.{cause}")
        for k, gap in enumerate(decided):
            some = values[k][points][np.isfinite(gap[points])]
            lost[row, k] = some.mean() if some.size else np.nan
    gaps = tuple(level_over(sweep, k, sweep.decided_by, points) for k in range(len(decided)))
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
    causes, found = losses_of(sweep), []
    for cause in causes:
        values = sweep.numbers(f"losses.{cause}")
        found.append(PairedMean.of(mean_over((values[rival] - values[structure])[points], axis=0)))
    apart = zip(causes, together(found), strict=True)
    clear = [(cause, d) for cause, d in apart if d.clear and d.size >= SMALLEST_REPORTED]
    return sorted(
        ((cause, d.mean or 0.0, d.low or 0.0, d.high or 0.0) for cause, d in clear), key=lambda f: -abs(f[1])
    )
