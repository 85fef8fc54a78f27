"""Which policies of a front to look at more closely, where each of them fails, and which the search cannot separate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.conditions import Condition
from sim.analysis.discovery import Discovery, discover
from sim.analysis.search.run import SearchResult
from sim.analysis.sweep_data import SweptFactor
from sim.experiments.crossing import FRESH, Crossing, futures_of
from sim.experiments.designs import Columns
from sim.stats import interval

WORST_QUARTER = 0.75


@dataclass(frozen=True)
class Chosen:
    """A policy that stands out.

    Attributes:
        policy: its position on the front.
        because: what it is best at.
        fails: where it fails: the futures in which the first objective is worse than its threshold.
        limit: the threshold that was used.
        failing: share of fresh futures in which it fails.
    """

    policy: int
    because: str
    fails: Discovery
    limit: float
    failing: float


def chosen(result: SearchResult, seed: int) -> list[Chosen]:
    """Up to three policies: the best on average, the one with the least regret, and the one that is most often good enough.

    Where one policy is best at several of these, the next best stands in for it, so that there are three to compare.

    Args:
        result: what was found; the first objective decides.
        seed: seed of the experiment, also of the discovery of where they fail.
    """
    front = result.front
    if front is None:
        return []
    futures = futures_of(result.crossing, seed, FRESH, result.crossing.search.fresh_futures)
    factors = _as_swept(result.crossing, futures)
    measures = front.robustness
    rankings = [
        ("is the best on average", measures.mean),
        ("has the least regret", measures.regret),
        (
            ("is good enough most often", -measures.satisfied)
            if np.isfinite(measures.satisfied).all()
            else ("has the best mean and spread together", measures.mean_variance)
        ),
    ]
    first = result.crossing.objectives[0]
    limit = first.threshold
    if limit is None:
        limit = float(np.nanquantile(front.outcomes, WORST_QUARTER))
    found: list[Chosen] = []
    for because, values in rankings:
        order = [int(p) for p in np.argsort(values, kind="stable") if p not in {c.policy for c in found}]
        if not order:
            break
        outcomes = front.outcomes[order[0]]
        fails = Condition(f"{first.name} > {limit:g}", outcomes, outcomes > limit)
        found.append(
            Chosen(
                order[0],
                because,
                discover(factors, fails, seed),
                limit,
                float(fails.holds[fails.known].mean()),
            )
        )
    return found


def inseparable(result: SearchResult) -> tuple[int, int]:
    """How many pairs of policies the fresh futures cannot separate on the first objective, and of how many.

    A pair is separated if the 95 % interval of its paired difference over futures leaves out 0.
    """
    front = result.front
    if front is None:
        return 0, 0
    known = front.outcomes[:, np.isfinite(front.outcomes).all(axis=0)]
    pairs = apart = 0
    for one in range(len(known)):
        for other in range(one + 1, len(known)):
            pairs += 1
            of = interval(known[one] - known[other])
            apart += of["low"] is not None and of["high"] is not None and of["low"] * of["high"] > 0
    return pairs - apart, pairs


def _as_swept(crossing: Crossing, futures: Columns) -> list[SweptFactor]:
    """The uncertainties as factors with their values in each future, for the discovery of where a policy fails."""
    return [
        SweptFactor(
            factor.key, "uncertainty", factor.unit, factor.sentence, factor.low, factor.high,
            np.asarray(futures[factor.key], float)
            if np.asarray(futures[factor.key]).dtype.kind in "fiu"
            else np.array([str(value) for value in futures[factor.key]], dtype=object),
        )
        for factor in crossing.uncertainties
    ]  # fmt: skip
