"""Everything that the report of a sweep says, worked out once from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.analysis.decision_rules import Rules, named, rules_of
from sim.analysis.paired import (
    Contrast,
    MapDifference,
    Region,
    contrasts,
    map_differences,
    regions,
)
from sim.analysis.regime_map import BestPositions, Regimes, Scale, best_positions, only, regimes, scale_of
from sim.analysis.sensitivity import Sensitivity, of_difference, of_structures
from sim.analysis.sweep_data import Sweep
from sim.analysis.variance import ReplicationsNeeded, replications_for_map, seed_share
from sim.reporting.sweep_text.verdict import MapVerdict, map_verdict
from sim.stats import mean_over

MOST_MOVED = 3
"""Of more structures than this, only the two best have their sensitivity worked out: it takes seconds for each."""

MAPPED = ("worst_decile_gap", "gap_fifth_1", "nominal_gap")
"""Outcomes that have a map beside the gap's."""


@dataclass(frozen=True)
class Findings:
    """What a sweep says.

    Attributes:
        sweep: all that was swept.
        compared: the same with the structures that are compared: scenarios, or the ends of a scale.
        scale: the scale, when its levels are what is compared.
        positions: the best position at each point of it.
        found: who wins where; None with one structure.
        others: the same for other outcomes.
        in_pairs: the same for two structures alone, by their positions; outcome first.
        rules: what decides it.
        rules_of_two: of three structures or more, what decides between the two best alone.
        sensitivities: what moves the response, structure by structure, and last the difference between the two best.
        seed_shares: share of a run's variance due to the seed, by structure and for that difference.
        differences: paired differences over the map.
        contrasts: what changes from point to point, where points were written down one by one.
        regions: where the benefit was lost.
        enough: whether fewer replications would have done.
        verdict: the answer in words.
    """

    sweep: Sweep
    compared: Sweep
    scale: Scale | None
    positions: BestPositions | None
    found: Regimes | None
    others: Mapping[str, Regimes]
    in_pairs: Mapping[tuple[str, int, int], Regimes]
    rules: Rules | None
    rules_of_two: Rules | None
    sensitivities: tuple[Sensitivity, ...]
    seed_shares: tuple[tuple[str, tuple[float, float, float]], ...]
    differences: tuple[MapDifference, ...]
    contrasts: tuple[Contrast, ...]
    regions: tuple[Region, ...]
    enough: ReplicationsNeeded | None
    verdict: MapVerdict


def findings(sweep: Sweep) -> Findings:
    """Read a sweep; what cannot be said of it is left empty."""
    scale = scale_of(sweep)
    compared = scale.ends if scale else sweep
    positions = best_positions(scale.levels, scale.positions) if scale else None
    seed = int(sweep.plan["seed"])
    found, rules, between, enough = None, None, None, None
    others: dict[str, Regimes] = {}
    in_pairs: dict[tuple[str, int, int], Regimes] = {}
    if len(compared.structures) > 1:
        found = regimes(compared)
        outcomes = [o for o in MAPPED if o in compared.responses and o != found.response]
        others = {o: regimes(compared, o) for o in outcomes}
        in_pairs = _in_pairs(compared, [found.response, *outcomes])
        rules = rules_of(compared.factors, found, seed)
        if in_pairs:
            best = two_best(compared)
            between = named(rules_of(compared.factors, in_pairs[found.response, *best], seed), best)
        enough = replications_for_map(compared, found)
    contrasted = contrasts(compared)
    sensitivities, shares = _moved(sweep, compared, seed)
    boxes = [(rule.words, rule.inside) for rule in rules.rules] if rules and rules.better else []
    return Findings(
        sweep=sweep,
        compared=compared,
        scale=scale,
        positions=positions,
        found=found,
        others=others,
        in_pairs=in_pairs,
        rules=rules,
        rules_of_two=between,
        sensitivities=tuple(sensitivities),
        seed_shares=tuple(shares),
        differences=tuple(map_differences(compared)),
        contrasts=tuple(contrasted),
        regions=tuple(regions(compared, found, boxes)),
        enough=enough,
        verdict=map_verdict(compared, found, rules, others, enough, positions, between, contrasted),
    )


def _in_pairs(compared: Sweep, outcomes: list[str]) -> dict[tuple[str, int, int], Regimes]:
    if len(compared.structures) < 3:
        return {}
    return {
        (outcome, a, b): regimes(only(compared, (a, b)), outcome)
        for a, b in combinations(range(len(compared.structures)), 2)
        for outcome in outcomes
    }


def two_best(compared: Sweep) -> tuple[int, int]:
    """The structures with the smallest and the next smallest mean over the map, in the order given."""
    means = mean_over(mean_over(compared.responses[compared.decided_by], axis=2), axis=1)
    first, second = np.argsort(np.nan_to_num(means, nan=np.inf), kind="stable")[:2]
    return min(int(first), int(second)), max(int(first), int(second))


def _moved(
    sweep: Sweep, compared: Sweep, seed: int
) -> tuple[list[Sensitivity], list[tuple[str, tuple[float, float, float]]]]:
    """Sensitivities and seed shares of the response and, with two structures or more, of a difference."""
    response = sweep.decided_by
    found = moved(sweep, compared)
    shares = [
        (f"{response} in {name}", seed_share(sweep.numbers(response)[k], seed))
        for k, name in enumerate(sweep.structures)
    ]
    if len(compared.structures) > 1:
        a, b = two_best(compared)
        values = compared.numbers(response)
        shares.append((found[-1].response, seed_share(values[a] - values[b], seed)))
    return found, shares


def moved(sweep: Sweep, compared: Sweep | None = None) -> list[Sensitivity]:
    """What moves the response in each structure, or in the two best of many, and then the difference of the two best.

    Args:
        sweep: all that was swept.
        compared: the same with the structures that are compared, where these are others.
    """
    between = compared or sweep
    best = two_best(between) if len(between.structures) > 1 else None
    found = of_structures(sweep, best if len(sweep.structures) > MOST_MOVED else None)
    return found if best is None else [*found, of_difference(between, *best)]
