"""Under which settings who wins, in words: short rules, values of a single factor, positions on a scale, who is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.sweep_analysis.decision_rules import Rules, said_of
from sim.sweep_analysis.regimes import NOBODY, BestPositions, Regimes
from sim.sweep_analysis.swept import SweptFactor, plain
from sim.sweep_verdict.headline import share
from sim.wording import listing, points

MOST_STRETCHES = 8


def rules_found(found: Regimes, rules: Rules, kind: str) -> list[str]:
    """Where each structure wins most often, and how well such rules call points they have not seen."""
    if not rules.better:
        if kind in ("depends", "mostly", "partly") and not rules.why_not:
            return [
                "The rules below are no better than guessing: they call "
                f"{share(rules.accuracy)} of unseen points right, naming the commonest answer {share(rules.guess)}."
            ]
        return []
    outcomes = dict.fromkeys(rule.outcome for rule in rules.rules)
    named = [said for outcome in outcomes if (said := said_of(rules, found.structures, outcome))]
    low, high = (points(end, 0) for end in rules.gain[1:])
    return [
        f"Most often {'; '.join(named)}. Such rules call {share(rules.accuracy)} of unseen points right, against "
        f"{share(rules.guess)} by always naming the commonest answer ({low} to {high} points more)."
    ]


def between_two(found: Regimes, between: Rules | None) -> list[str]:
    """What decides between the two best structures where all others are left aside."""
    if between is None or not between.better:
        return []
    outcomes = [o for o in dict.fromkeys(rule.outcome for rule in between.rules) if o != NOBODY]
    told = [said for outcome in outcomes if (said := said_of(between, found.structures, outcome))]
    if len(told) < 2:
        return []
    return [f"Between the two with the smallest mean over the map alone, most often {' and '.join(told)}."]


def along_one_factor(found: Regimes, varying: Sequence[SweptFactor], rules: Rules) -> list[str]:
    """With a single factor and no rules: which of its values each structure wins."""
    if len(varying) != 1 or rules.better or len(np.unique(found.winner)) < 2:
        return []
    factor, said = varying[0], []
    order = (
        list(range(found.points)) if not factor.numeric else np.argsort(factor.values, kind="stable").tolist()
    )
    called = [found.called(p) for p in order]
    values = [plain(float(factor.values[p])) if factor.numeric else str(factor.values[p]) for p in order]
    start = 0
    for k in range(1, len(order) + 1):
        if k == len(order) or called[k] != called[start]:
            ends = values[start] if k - start == 1 else f"{values[start]} to {values[k - 1]}"
            said.append(f"{called[start]} at {ends}")
            start = k
    return [f"Along {factor.key}: {'; '.join(said)}."] if len(said) <= MOST_STRETCHES else []


def left_over(found: Regimes) -> list[str]:
    """With many structures the best is often not told apart from the next, yet some can be ruled out."""
    if len(found.structures) == 2:
        return []
    left = {name: found.share(found.leaders[k]) for k, name in enumerate(found.structures)}
    if max(left.values()) == 1.0 and sum(left.values()) == 1.0:
        return []
    named = [
        f"{name} {share(part)}" for name, part in sorted(left.items(), key=lambda item: -item[1]) if part
    ]
    nowhere = [name for name, part in left.items() if not part]
    if nowhere:
        named.append(f"{listing(nowhere)} nowhere")
    return [
        f"Share of the points at which a structure leads, alone or not clearly behind the best: {', '.join(named)}."
    ]


def best_position(positions: BestPositions | None) -> list[str]:
    """Where on a scale between two structures the gap is smallest."""
    if positions is None:
        return []
    known = np.isfinite(positions.best)
    if not known.any():
        return []
    low, middle, high = (float(v) for v in np.quantile(positions.best[known], (0, 0.5, 1)))
    inside = float(positions.inside[known].mean())
    at = f"at {share(inside)}" if inside else "at none"
    where = (
        f"{plain(low)} at every point"
        if low == high
        else f"{plain(middle)} in the middle of the points, from {plain(low)} to {plain(high)}"
    )
    return [
        f"The position that leaves the smallest gap is {where}; {at} of the points it lies between the ends and is told "
        "apart from both."
    ]
