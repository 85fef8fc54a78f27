"""The patient rule induction method: boxes in the space of the factors that hold most of the cases of interest.

Friedman and Fisher 1999, in the form used for scenario discovery (Bryant and Lempert 2010): a box that holds all points
is peeled, a small share of its points at a time, from the side that raises the share of cases most for each point given
up; then it is pasted back where that raises the share again. Coverage is the share of all cases that lie in the box,
density the share of the box's points that are cases, mass the share of all points that lie in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

PEEL = 0.05
"""Share of a box's points that one step takes away, or gives back."""
SMALLEST_MASS = 0.05
"""Share of all points that a box holds at least."""


@dataclass(frozen=True)
class Dimension:
    """One factor as the method sees it.

    Attributes:
        values: shape (points,): float64, int64, or codes of categories.
        kind: `real`, `whole` or `category`.
        categories: names by code, of a category.
    """

    values: np.ndarray
    kind: str
    categories: tuple[Any, ...] = ()

    @cached_property
    def everything(self) -> Limits:
        """The limits that leave out no point."""
        if self.kind == "category":
            return frozenset(np.unique(self.values).tolist())
        return float(self.values.min()), float(self.values.max())


Limits = tuple[float, float] | frozenset
"""Both ends, included, of a number; or the codes of the categories that are in the box."""


@dataclass(frozen=True)
class Box:
    """One box of a trajectory.

    Attributes:
        limits: of each restricted dimension, by its position.
        inside: shape (points,): the points that lie in it.
        coverage: share of all cases that lie in it.
        density: share of its points that are cases.
        mass: share of all points that lie in it.
    """

    limits: dict[int, Limits]
    inside: np.ndarray = field(repr=False)
    coverage: float
    density: float
    mass: float


class _Step(NamedTuple):
    limits: dict[int, Limits]
    inside: np.ndarray
    gain: float


def trajectory(
    dimensions: Sequence[Dimension],
    cases: np.ndarray,
    remaining: np.ndarray | None = None,
    places: Sequence[int] | None = None,
    peel: float = PEEL,
    smallest_mass: float = SMALLEST_MASS,
) -> list[Box]:
    """All boxes from the one that holds everything to the smallest, in the order in which they were found.

    Peeling takes the step with the largest gain in density for each point given up (the lenient objective), among equal
    gains the step that restricts fewer dimensions, then the first dimension and its upper end. Pasting gives
    back a share of points. Both end where no step raises the density.

    Args:
        dimensions: the factors.
        cases: shape (points,): whether a point is a case of interest.
        remaining: the points that no earlier box holds; all by default.
        places: positions of the dimensions that may be restricted; all by default.
        peel: share of a box's points that a step takes away.
        smallest_mass: share of all points that a box holds at least.
    """
    remaining = np.ones(len(cases), bool) if remaining is None else remaining
    places = range(len(dimensions)) if places is None else places
    boxes = [_box({}, remaining, cases)]
    for change in (partial(_peels, places=places), _pastes):
        while True:
            steps = [
                _worth(step, boxes[-1], cases) for step in change(dimensions, boxes[-1], remaining, peel)
            ]
            best = max(steps, key=lambda step: (step.gain, -len(step.limits)), default=None)
            if best is None or best.gain <= 0 or best.inside.sum() < smallest_mass * len(cases):
                break
            boxes.append(_box(best.limits, best.inside, cases))
    return boxes


def within(dimensions: Sequence[Dimension], limits: dict[int, Limits], points: np.ndarray) -> np.ndarray:
    """Which of some points lie inside some limits, shape (all points,)."""
    inside = points.copy()
    for position, limit in limits.items():
        inside &= holds(dimensions[position], limit)
    return inside


def holds(dimension: Dimension, limit: Limits) -> np.ndarray:
    """Which points have a value within a limit, shape (points,)."""
    if isinstance(limit, frozenset):
        return np.isin(dimension.values, list(limit))
    return (dimension.values >= limit[0]) & (dimension.values <= limit[1])


def _box(limits: dict[int, Limits], inside: np.ndarray, cases: np.ndarray) -> Box:
    held, count = int(cases[inside].sum()), int(inside.sum())
    return Box(limits, inside, held / max(1, int(cases.sum())), held / max(1, count), count / len(cases))


def _worth(step: tuple[dict[int, Limits], np.ndarray], box: Box, cases: np.ndarray) -> _Step:
    """A step with its gain in density for each point given up or taken back."""
    limits, inside = step
    moved = abs(int(inside.sum()) - int(box.inside.sum()))
    density = float(cases[inside].mean()) if inside.any() else 0.0
    return _Step(limits, inside, (density - float(cases[box.inside].mean())) / moved if moved else -np.inf)


def _peels(
    dimensions: Sequence[Dimension], box: Box, remaining: np.ndarray, share: float, places: Sequence[int]
) -> Iterator[tuple[dict[int, Limits], np.ndarray]]:
    """Every way to take a share of the points from one side of the box, or one category out of it."""
    for position in places:
        dimension = dimensions[position]
        now = box.limits.get(position, dimension.everything)
        values = dimension.values[box.inside]
        if isinstance(now, frozenset):
            options: list[Limits] = [now - {code} for code in sorted(now)] if len(now) > 1 else []
        else:
            ordered = np.sort(values)
            low = _new_end(dimension, *_around_share(ordered, share))
            high = -_new_end(dimension, *_around_share(-ordered[::-1], share))
            options = [(now[0], high), (low, now[1])]
        for limit in options:
            inside = box.inside & holds(dimension, limit)
            if inside.any() and inside.sum() < box.inside.sum():
                yield {**box.limits, position: limit}, inside


def _around_share(ordered: np.ndarray, share: float) -> tuple[float, float]:
    """The two neighbouring values between which the first share of some ordered values ends.

    Equal values stay together, so that the share is at least one point.
    """
    place = (len(ordered) - 1) * share
    last, following = int(np.floor(place)), int(np.ceil(place))
    while following < len(ordered) - 1 and ordered[last] == ordered[following]:
        following += 1
    return float(ordered[last]), float(ordered[following])


def _new_end(dimension: Dimension, given_up: float, kept: float) -> float:
    """The end of a box between a value outside and the next one inside: half-way, or the whole number inside."""
    return kept if dimension.kind == "whole" else (given_up + kept) / 2


def _pastes(
    dimensions: Sequence[Dimension], box: Box, remaining: np.ndarray, share: float
) -> Iterator[tuple[dict[int, Limits], np.ndarray]]:
    """Every way to give back a share of the points beyond one end of the box, or one category."""
    for position, now in box.limits.items():
        dimension = dimensions[position]
        others = {place: limit for place, limit in box.limits.items() if place != position}
        around = within(dimensions, others, remaining)
        outside = dimension.values[around & ~box.inside]
        everything = dimension.everything
        options: list[Limits] = []
        if isinstance(now, frozenset):
            options = [now | {code} for code in np.unique(outside).tolist() if code not in now]
        else:
            below, above = -np.sort(-outside[outside < now[0]]), np.sort(outside[outside > now[1]])
            if below.size:
                options.append((-_new_end(dimension, *_around_share(-below, share)[::-1]), now[1]))
            if above.size:
                options.append((now[0], _new_end(dimension, *_around_share(above, share)[::-1])))
        for limit in options:
            limits = others if limit == everything else {**box.limits, position: limit}
            inside = within(dimensions, limits, remaining)
            if inside.sum() > box.inside.sum():
                yield limits, inside
