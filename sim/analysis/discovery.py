"""Scenario discovery: under which values of the factors a condition on the outcomes holds.

Boxes by the patient rule induction method (`sim.analysis.prim`) or leaves of a classification tree. The design point is the
unit of all statistics, so that one replication a point is enough. Whether a finding is better than guessing is judged
on points that neither the boxes nor their number were chosen by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis import prim
from sim.analysis.conditions import Condition
from sim.analysis.decision_rules import FEWEST, regions_of
from sim.analysis.prim import Box, Dimension, Limits
from sim.analysis.sweep_data import SweptFactor

MOST_BOXES = 4
SMALLEST_COVERAGE = 0.05
"""A box holds at least this share of the cases."""

FEWEST_OF_EACH = 5
"""Fewer cases, or fewer others, cannot be described."""
SIGNIFICANT = 0.05
FOLDS = 5
TREE_SEED = 0
HALVES = 20
"""How often the method is repeated on half of the points."""

FoundBoxes = list[tuple[dict[int, Limits], np.ndarray]]


@dataclass(frozen=True)
class Restriction:
    """What a box asks of one factor.

    Attributes:
        factor: the factor.
        limits: lowest and highest value, or the values that it may take.
        p: quasi-p-value (Bryant and Lempert 2010): how probable it is that as many of the box's points would be cases by chance
            if the factor did not matter.
        reproduced: share of repetitions on half of the points whose first box restricts the factor too.
    """

    factor: SweptFactor
    limits: tuple[Any, ...]
    p: float
    reproduced: float


@dataclass(frozen=True)
class DiscoveredBox:
    """One region in which the condition holds more often than elsewhere.

    Attributes:
        restrictions: the surest first.
        coverage: share of all cases that lie in it.
        density: share of its points that are cases.
        points: how many points lie in it.
        inside: shape (all points,): which.
    """

    restrictions: tuple[Restriction, ...]
    coverage: float
    density: float
    points: int
    inside: np.ndarray


@dataclass(frozen=True)
class HeldOut:
    """What the boxes are worth on points they were not made from, five folds in turn.

    Attributes:
        coverage: share of the held-out cases that lie in a box.
        density: share of the held-out points in a box that are cases.
        share: share of all points that are cases, which is what guessing would reach.
        p: Fisher's exact test that the density is not larger than outside.
    """

    coverage: float
    density: float
    share: float
    p: float


@dataclass(frozen=True)
class Discovery:
    """All that was found about a condition.

    Attributes:
        condition: the condition.
        method: `prim` or `tree`.
        points: how many points were used: those at which the value is known.
        cases: how many of them meet the condition.
        boxes: the regions found, in the order found; none where nothing is worth naming.
        trajectory: the boxes on the way to the first, from all points to the smallest; none for a tree.
        chosen: position in the trajectory of the box that the first was made from.
        held_out: the check on points not used; None where it could not be made.
        why_not: when there are no boxes, the reason.
    """

    condition: Condition
    method: str
    points: int
    cases: int
    boxes: tuple[DiscoveredBox, ...] = ()
    trajectory: tuple[Box, ...] = ()
    chosen: int = 0
    held_out: HeldOut | None = None
    why_not: str = ""

    @property
    def better_than_guessing(self) -> bool:
        """Whether points that were not used confirm the boxes."""
        held_out = self.held_out
        return bool(
            self.boxes and held_out and held_out.p <= SIGNIFICANT and held_out.density > held_out.share
        )


def discover(
    factors: Sequence[SweptFactor],
    condition: Condition,
    seed: int,
    method: str = "prim",
    groups: np.ndarray | None = None,
) -> Discovery:
    """Find the regions in which a condition holds.

    Args:
        factors: what was varied.
        condition: the condition at every design point.
        seed: of folds and repetitions, so that the same sweep always gives the same result.
        method: `prim` or `tree`.
        groups: shape (points,): points that share a future, or a policy, are no independent evidence. They are held out
            together, and together they count as one point in the test. By default every point stands alone.
    """
    known = condition.known
    groups = (np.arange(len(known)) if groups is None else groups)[known]
    cases = condition.holds[known]
    varied = [factor.at(known) for factor in factors]
    varied = [factor for factor in varied if len(factor.levels) > 1]
    said = Discovery(condition, method, len(cases), int(cases.sum()))
    reason = _too_little(varied, cases, len(np.unique(groups)))
    if reason:
        return _without_boxes(said, reason)
    dimensions = [dimension(factor) for factor in varied]
    find: Callable[[Sequence[Dimension], np.ndarray], FoundBoxes] = METHODS[method]
    found = find(dimensions, cases)
    held_out = _held_out(find, dimensions, cases, groups, seed)
    if not found:
        return _without_boxes(said, "no region holds more cases than all points do")
    reproduced = _reproduced(find, dimensions, cases, seed)
    boxes = tuple(
        _described(limits, inside, varied, dimensions, cases, known, reproduced) for limits, inside in found
    )
    steps = steps_to_box(dimensions, cases, np.ones(len(cases), bool))[0] if method == "prim" else []
    return Discovery(
        condition,
        method,
        len(cases),
        int(cases.sum()),
        boxes,
        tuple(steps),
        best(steps) if steps else 0,
        held_out,
    )


def _without_boxes(said: Discovery, reason: str) -> Discovery:
    return Discovery(said.condition, said.method, said.points, said.cases, why_not=reason)


def _too_little(varied: Sequence[SweptFactor], cases: np.ndarray, independent: int) -> str:
    """Why there is nothing to be found, or nothing."""
    count, held = len(cases), int(cases.sum())
    if not varied:
        return "no factor varies"
    if count < FEWEST:
        return f"there are only {count} points; discovery needs {FEWEST}"
    if independent < FEWEST:
        return f"its points are only {independent} independent ones, since they share futures; discovery needs {FEWEST}"
    if held in (0, count):
        return f"the condition holds at {'every' if held else 'no'} point"
    if min(held, count - held) < FEWEST_OF_EACH:
        few = f"holds at only {held}" if held < count - held else f"fails at only {count - held}"
        return f"the condition {few} of {count} points; at least {FEWEST_OF_EACH} of each are needed"
    return ""


def dimension(factor: SweptFactor) -> Dimension:
    """A factor as the method sees it: real, whole, or one of several categories."""
    if factor.numeric:
        whole = bool((factor.values == np.round(factor.values)).all())
        return Dimension(factor.values, "whole" if whole else "real")
    codes = {level: code for code, level in enumerate(factor.levels)}
    values = np.array([codes[value] for value in factor.values.tolist()])
    return Dimension(values, "category", tuple(factor.levels))


def boxes_by_prim(dimensions: Sequence[Dimension], cases: np.ndarray) -> FoundBoxes:
    """One box after another, each on the points that no earlier box holds, while the next is denser than all points are."""
    remaining = np.ones(len(cases), bool)
    found: FoundBoxes = []
    while len(found) < MOST_BOXES and cases[remaining].sum() >= FEWEST_OF_EACH:
        limits = steps_to_box(dimensions, cases, remaining)[1]
        inside = prim.within(dimensions, limits, remaining)
        if not limits or _no_denser(inside, cases):
            break
        found.append((limits, inside))
        remaining &= ~inside
    return found


def steps_to_box(
    dimensions: Sequence[Dimension], cases: np.ndarray, remaining: np.ndarray
) -> tuple[list[Box], dict[int, Limits]]:
    """The trajectory to a box and the limits of the best box on it.

    Where some of its limits are not significant, the method is repeated with the other dimensions alone.
    """
    places = list(range(len(dimensions)))
    while True:
        steps = prim.trajectory(dimensions, cases, remaining, places)
        limits = steps[best(steps)].limits
        significant = _significant(dimensions, limits, remaining, cases)
        if len(significant) == len(limits):
            return steps, limits
        places = sorted(significant)


def _no_denser(inside: np.ndarray, cases: np.ndarray) -> bool:
    """Whether a box holds few cases, or a share of cases that points picked by chance from all might hold."""
    from scipy.special import bdtrc

    held, count = int(cases[inside].sum()), int(inside.sum())
    by_chance = float(bdtrc(held - 1, count, cases.mean())) if held else 1.0
    return held < SMALLEST_COVERAGE * cases.sum() or by_chance > SIGNIFICANT


def best(steps: Sequence[Box]) -> int:
    """Position of the box with the best weighted harmonic mean of coverage and density; of equals, with fewer limits.

    Density has twice the weight of coverage (F with β = ½), since further boxes add coverage and nothing adds density.
    """

    def worth(place: int) -> tuple[float, int, int]:
        box = steps[place]
        total = 0.25 * box.density + box.coverage
        return (1.25 * box.coverage * box.density / total if total else 0.0), -len(box.limits), -place

    return max(range(len(steps)), key=worth)


def _significant(
    dimensions: Sequence[Dimension], limits: dict[int, Limits], points: np.ndarray, cases: np.ndarray
) -> dict[int, Limits]:
    """The limits of a box without those that chance explains, the least significant taken out first."""
    limits = dict(limits)
    while limits:
        values = {place: quasi_p(dimensions, limits, place, points, cases) for place in limits}
        worst = max(values, key=lambda place: values[place])
        if values[worst] <= SIGNIFICANT:
            break
        del limits[worst]
    return limits


def quasi_p(
    dimensions: Sequence[Dimension],
    limits: dict[int, Limits],
    place: int,
    points: np.ndarray,
    cases: np.ndarray,
) -> float:
    """How probable as many cases in a box are if one of its limits picks points by chance (Bryant and Lempert 2010)."""
    from scipy.special import bdtrc

    inside = prim.within(dimensions, limits, points)
    wider = prim.within(dimensions, {k: v for k, v in limits.items() if k != place}, points)
    held, count = int(cases[inside].sum()), int(inside.sum())
    return float(bdtrc(held - 1, count, cases[wider].mean())) if held else 1.0


def _held_out(
    find: Callable[[Sequence[Dimension], np.ndarray], FoundBoxes],
    dimensions: Sequence[Dimension],
    cases: np.ndarray,
    groups: np.ndarray,
    seed: int,
) -> HeldOut:
    """Boxes made from four fifths of the points, held against the last fifth, five times."""
    from scipy.stats import fisher_exact

    called = np.zeros(len(cases), bool)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    everything = np.ones(len(cases), bool)
    for some in np.array_split(order, FOLDS):
        fold, kept = (np.flatnonzero(np.isin(groups, some) == inside) for inside in (True, False))
        boxes = find([_some(dimension, kept) for dimension in dimensions], cases[kept])
        for limits, _ in boxes:
            called[fold] |= prim.within(dimensions, limits, everything)[fold]
    hit, missed = int(cases[called].sum()), int(cases[~called].sum())
    table = [[hit, int(called.sum()) - hit], [missed, int((~called).sum()) - missed]]
    density = hit / called.sum() if called.any() else 0.0
    independent = np.rint(np.array(table) * len(order) / len(cases)).astype(int)
    p = float(fisher_exact(independent, alternative="greater").pvalue)
    return HeldOut(hit / int(cases.sum()), float(density), float(cases.mean()), p)


def _some(dimension: Dimension, points: np.ndarray) -> Dimension:
    return Dimension(dimension.values[points], dimension.kind, dimension.categories)


def _reproduced(
    find: Callable[[Sequence[Dimension], np.ndarray], FoundBoxes],
    dimensions: Sequence[Dimension],
    cases: np.ndarray,
    seed: int,
) -> np.ndarray:
    """How often a first box found on half of the points restricts each dimension, shape (dimensions,)."""
    generator = np.random.default_rng(seed + 1)
    counts = np.zeros(len(dimensions))
    for _ in range(HALVES):
        half = np.sort(generator.choice(len(cases), len(cases) // 2, replace=False))
        boxes = find([_some(dimension, half) for dimension in dimensions], cases[half])
        counts[list(boxes[0][0]) if boxes else []] += 1
    return counts / HALVES


def _described(
    limits: dict[int, Limits],
    inside: np.ndarray,
    varied: Sequence[SweptFactor],
    dimensions: Sequence[Dimension],
    cases: np.ndarray,
    known: np.ndarray,
    reproduced: np.ndarray,
) -> DiscoveredBox:
    """A box in the words of its factors."""
    everything = np.ones(len(cases), bool)
    restrictions = [
        Restriction(
            varied[place],
            _in_values(limit, varied[place], dimensions[place]),
            quasi_p(dimensions, limits, place, everything, cases),
            float(reproduced[place]),
        )
        for place, limit in limits.items()
    ]
    all_points = np.zeros(len(known), bool)
    all_points[np.flatnonzero(known)[inside]] = True
    held = int(cases[inside].sum())
    return DiscoveredBox(
        tuple(sorted(restrictions, key=lambda restriction: restriction.p)),
        held / int(cases.sum()),
        held / int(inside.sum()),
        int(inside.sum()),
        all_points,
    )


def _in_values(limit: Limits, factor: SweptFactor, dimension: Dimension) -> tuple[Any, ...]:
    """Limits as values of the factor; an end that leaves nothing out is the end of the factor's range."""
    if isinstance(limit, frozenset):
        return tuple(dimension.categories[code] for code in sorted(limit))
    lowest, highest = dimension.everything
    low = factor.low if limit[0] <= lowest and factor.low is not None else limit[0]
    high = factor.high if limit[1] >= highest and factor.high is not None else limit[1]
    return low, high


def boxes_by_tree(dimensions: Sequence[Dimension], cases: np.ndarray) -> FoundBoxes:
    """The regions of a classification tree in which most points are cases, the densest first."""
    columns: list[tuple[np.ndarray, Any]] = []
    places: list[int] = []
    for place, one in enumerate(dimensions):
        levels = [None] if one.kind != "category" else sorted(np.unique(one.values).tolist())
        columns += [
            (one.values if level is None else (one.values == level).astype(float), level) for level in levels
        ]
        places += [place] * len(levels)
    found = []
    for bounds, inside in regions_of(columns, cases, TREE_SEED):
        limits: dict[int, Limits] = {}
        for column, (low, high) in bounds.items():
            place, level = places[column], columns[column][1]
            everything = dimensions[place].everything
            if isinstance(everything, frozenset):
                now = limits.get(place, everything)
                assert isinstance(now, frozenset)
                limits[place] = now & {level} if low >= 0.5 else now - {level}
            else:
                # A bound belongs to the region below it.
                limits[place] = max(everything[0], float(np.nextafter(low, np.inf))), min(everything[1], high)
        found.append((limits, inside))
    return sorted(found, key=lambda box: -cases[box[1]].mean())


def feature_scores(
    factors: Sequence[SweptFactor], condition: Condition, seed: int
) -> list[tuple[SweptFactor, float]]:
    """How much each factor tells about a condition, the most telling first; scores sum to 1.

    Mean decrease in impurity over 250 extremely randomised trees (Geurts et al. 2006); a rough ranking, without a test.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    known = condition.known
    varied = [factor.at(known) for factor in factors]
    varied = [factor for factor in varied if len(factor.levels) > 1]
    table = np.column_stack([dimension(factor).values for factor in varied])
    trees = ExtraTreesClassifier(250, min_samples_leaf=3, random_state=seed % 2**32, n_jobs=1)
    scores = trees.fit(table, condition.holds[known]).feature_importances_
    order = np.argsort(-scores, kind="stable")
    return [(varied[place], float(scores[place])) for place in order]


METHODS: dict[str, Callable[[Sequence[Dimension], np.ndarray], FoundBoxes]] = {
    "prim": boxes_by_prim,
    "tree": boxes_by_tree,
}
