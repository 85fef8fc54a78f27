"""Policies crossed with futures: what an experiment asks for, and the points that come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from sim.errors import Problem
from sim.experiments.checks import column_problems
from sim.experiments.designs import SAMPLES, Columns, Design, design_points, points_of, unit_points
from sim.experiments.factors import Factor
from sim.experiments.policies import Space, crossed
from sim.scenarios.forms import Form, whole

CROSSED = "crossed"
"""The kind of a design whose points are policies × futures."""

MOST_VALUES = 100_000_000
"""Points × factors: more would not fit into the memory that a sweep may take."""
FUTURES, FRESH = 1, 2
"""What a seed is for: futures, and fresh ones that no search has seen."""


class SearchForm(Form):
    """How far a search goes."""

    label: ClassVar[str] = "search"
    evaluations: int = whole(10, 10_000_000, 2000)
    population: int = whole(4, 10_000, 100)
    seeds: int = whole(1, 50, 2)
    fresh_futures: int = whole(10, 1_000_000, 1000)
    front: int = whole(2, 1000, 100)


@dataclass(frozen=True)
class Objective:
    """An objective or a constraint, smaller being better.

    Attributes:
        name: its name.
        outcomes: one response, or two whose difference is taken.
        over: how futures are put together: `mean`, `worst_tenth` or `p90`.
        epsilon: the smallest difference that matters.
        ideal: the best value, for the hypervolume; of the objective as it is minimised.
        reference: the worst value that still counts.
        threshold: what is good enough in a future, or the limit of a constraint; None if none was stated.
        maximise: whether more is better: the outcome is then minimised with its sign turned.
    """

    name: str
    outcomes: tuple[str, ...]
    over: str
    epsilon: float
    ideal: float
    reference: float
    threshold: float | None
    maximise: bool = False


@dataclass
class Crossing:
    """Policies crossed with futures, as an experiment file asks for them.

    Attributes:
        space: the levers.
        policies: how policies are chosen; None where a search chooses them.
        policy_points: the policies where they are written down.
        uncertainties: what varies between futures.
        futures: how futures are chosen.
        future_points: the futures where they are written down.
        objectives: what a search minimises.
        constraints: what no policy may exceed.
        search: how far a search goes.
    """

    space: Space
    policies: Design | None = None
    policy_points: Columns | None = None
    uncertainties: tuple[Factor, ...] = ()
    futures: Design | None = None
    future_points: Columns | None = None
    objectives: tuple[Objective, ...] = ()
    constraints: tuple[Objective, ...] = ()
    search: SearchForm = field(default_factory=SearchForm)


def derived_seed(seed: int, purpose: int) -> int:
    """A seed for one purpose: samples drawn with one seed would move together."""
    return int(np.random.default_rng([seed, purpose]).integers(2**31))


def futures_of(crossing: Crossing, seed: int, purpose: int = FUTURES, count: int | None = None) -> Columns:
    """The futures, one column for each uncertainty; without uncertainties there is one.

    Args:
        crossing: what is asked for.
        seed: seed of the experiment.
        purpose: what they are for; fresh ones differ from those that were searched on.
        count: how many, where they are sampled; as the experiment says when left out.
    """
    if crossing.future_points is not None:
        return crossing.future_points
    if crossing.futures is None:
        return {}
    design = crossing.futures
    if design.kind in SAMPLES and count is not None:
        design = Design(design.kind, {**design.settings, "points": count})
    return design_points(crossing.uncertainties, design, derived_seed(seed, purpose))


def policies_of(crossing: Crossing, seed: int) -> Columns:
    """The policies, one column for each lever; where a search chooses them, the middle of the space alone."""
    if crossing.policy_points is not None:
        return crossing.policy_points
    if crossing.policies is None:
        return crossing.space.values_at(np.full((1, crossing.space.variables), 0.5))
    if crossing.policies.kind == "grid":
        return crossing.space.grid()
    # The sample has a dimension for each number that a policy is made of.
    stand_ins = [Factor(str(number), "lever", 0.0, 1.0) for number in range(crossing.space.variables)]
    return crossing.space.values_at(unit_points(stand_ins, crossing.policies, seed))


def crossed_points(where: str, crossing: Crossing, seed: int) -> tuple[Columns, Design, list[Problem]]:
    """Every policy in every future, the design that says how many there are of each, and all problems."""
    if crossing.policies is not None and crossing.policies.kind == "grid":
        count = crossing.space.grid_size()
    else:
        count = crossing.policies.settings.get("points", 1) if crossing.policies else 1
    factors = len(crossing.space.factors) + len(crossing.uncertainties)
    expected = count if isinstance(count, int) else len(count)
    problems = _too_many(where, expected, factors)
    if problems:
        return {}, Design(CROSSED), problems
    policies, futures = policies_of(crossing, seed), futures_of(crossing, seed)
    many, each = points_of(policies), points_of(futures)
    problems = _too_many(where, many * each, factors) or [
        *column_problems(where, policies),
        *column_problems(where, futures),
    ]
    names = (crossing.policies.settings.get("names") if crossing.policies else None) or []
    settings = {"policies": many, "futures": each, **({"names": names} if any(names) else {})}
    return ({} if problems else crossed(policies, futures)), Design(CROSSED, settings), problems


def _too_many(where: str, points: int, factors: int) -> list[Problem]:
    if points * max(1, factors) <= MOST_VALUES:
        return []
    message = f"{points:,} points of {factors} factors are too many: at most {MOST_VALUES:,} values"
    return [Problem(where, "policies", message)]
