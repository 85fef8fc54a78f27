"""The answer in one sentence: who wins, at what share of the points, and on what it depends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.comparison import meaningful_in_words
from sim.analysis.decision_rules import Rules
from sim.analysis.regime_map import NOBODY, SAME, BestPositions, Regimes
from sim.analysis.sweep_data import Sweep, SweptFactor, is_share
from sim.formatting import counted, listing, number, points
from sim.model.vocabulary import outcome_name
from sim.reporting.wording import share
from sim.stats import mean_over

NEARLY_ALL = 0.95
CHANCE_ALONE = 0.05
"""So large a share of the points that have a winner may have it by chance; a structure with no more is not credited."""


def credited(found: Regimes) -> list[int]:
    """Structures that win more points than chance may have given them, those with most first."""
    won = int((found.winner != NOBODY).sum())
    counts = [int(found.won_by(k).sum()) for k in range(len(found.structures))]
    return sorted((k for k, n in enumerate(counts) if n > CHANCE_ALONE * won), key=lambda k: -counts[k])


def of_one(sweep: Sweep) -> str:
    """What can be said of one structure alone."""
    name, response = sweep.structures[0], sweep.decided_by
    by_point = mean_over(sweep.responses[response][0], axis=1)
    known = by_point[np.isfinite(by_point)]
    if not known.size:
        return f"No verdict: the {outcome_name(response)} is known at no point."
    low, high = (_level(response, float(v)) for v in (known.min(), known.max()))
    return (
        f"One structure, {name}: nothing to compare it with. Its mean {outcome_name(response)} lies between {low} and "
        f"{high} over the {counted(sweep.points, 'point')} tried."
    )


def _level(response: str, value: float) -> str:
    return points(value) + " %" if is_share(response) else number(value, 2)


def answer(found: Regimes, rules: Rules, varying: Sequence[SweptFactor]) -> tuple[str, str | None, str]:
    """Who wins, as a kind of answer, a name or None, and a sentence."""
    names, most = found.structures, credited(found)
    shares = [found.share(found.won_by(k)) for k in range(len(names))]
    goal = _goal(found)
    if not most:
        return _nobody(found)
    parts = [f"{names[k]}{f' {goal}' if i == 0 else ''} at {share(shares[k])}" for i, k in enumerate(most)]
    nobody = 1 - sum(shares)
    rest = f"{share(nobody)} {_shown_to(found)}"
    if len(most) > 1:
        parts[0] += f" of {points_tried(found)}"
        rest = f", and at {rest}" if nobody > 1e-9 else ""
        return "depends", None, f"{_on_what(rules, most, varying)}: {', '.join(parts)}{rest}."
    only, name = shares[most[0]], names[most[0]]
    versus = "" if len(names) == 2 else ", significantly different from each other structure,"
    said = f"{name} {goal}{versus} at {share(only)} of {points_tried(found)}"
    if only >= NEARLY_ALL:
        return "everywhere", name, f"{said}{'' if only == 1.0 else f', and at {rest}'}."
    if only >= 0.5:
        return "mostly", name, f"{said}; at the other {rest}."
    return "partly", name, f"No clear winner at most points: {said}; at the other {rest}."


def _goal(found: Regimes) -> str:
    """What the best scenario does; of several, it leaves the smallest gap, which may still be large."""
    two = len(found.structures) == 2
    if found.response == "gap" and two:
        return "closes more of the gap"
    return f"leaves the {'smaller' if two else 'smallest'} {outcome_name(found.response)}"


def _nobody(found: Regimes) -> tuple[str, None, str]:
    """No structure wins: they are the same, some share the lead, or nothing is significantly different."""
    names, tried = found.structures, points_tried(found)
    two, same = len(names) == 2, found.share(found.kind == SAME)
    if two and same >= NEARLY_ALL:
        said = f"No clear winner: at {share(same)} of {tried} the two are practically the same, within {meaningful_in_words()}."
        return "practically the same", None, said
    leads = found.shared_leads()
    if leads and found.share(leads[0][1]) >= 0.5:
        together, at = leads[0]
        behind = len(names) - len(together)
        others = "the other one" if behind == 1 else f"each of the other {behind}"
        more = (
            "closes more of the gap"
            if found.response == "gap"
            else f"leaves a smaller {outcome_name(found.response)}"
        )
        said = (
            f"No single structure wins: {listing([names[k] for k in together])} share the lead at "
            f"{share(found.share(at))} of {tried}; the best of them {more} than {others}."
        )
        return "shared", None, said
    if same >= NEARLY_ALL:
        said = (
            f"No clear winner: at {share(same)} of {tried} the best two are practically the same, within "
            f"{meaningful_in_words()}."
        )
        return "practically the same", None, said
    who = f"neither {listing(list(names), 'nor')}" if two else f"none of {listing(list(names), 'and')}"
    return "neither", None, f"No clear winner: {who} is shown to {_bare(_goal(found))} at any of {tried}."


def _shown_to(found: Regimes) -> str:
    """What holds where there is no winner: a shared lead, if there is one at most of those points."""
    leads, nobody = found.shared_leads(), found.share(found.winner == NOBODY)
    if leads and found.share(leads[0][1]) > 0.5 * nobody:
        together, at = leads[0]
        size = "" if share(found.share(at)) == share(nobody) else f" (at {share(found.share(at))})"
        return f"{listing([found.structures[k] for k in together])} share the lead{size}"
    return "there is no clear winner"


def on_a_scale(
    found: Regimes, positions: BestPositions, kind: str, winner: str | None, headline: str
) -> tuple[str, str | None, str]:
    """The ends alone do not answer where a position between them may be better than both."""
    known = np.isfinite(positions.best)
    inside = float(positions.inside[known].mean()) if known.any() else 0.0
    ends = f"{headline[:-1]} (the two ends of the scale)." if kind != "neither" else headline
    if inside < 0.5:
        return kind, winner, ends
    said = f"Between the ends: at {share(inside)} of {points_tried(found)} a position between them"
    goal = (
        "closes more of the gap"
        if found.response == "gap"
        else f"leaves a smaller {outcome_name(found.response)}"
    )
    return "between", None, f"{said} {goal} than either. Of the ends alone: {headline}"


def _bare(goal: str) -> str:
    verb, rest = goal.split(" ", 1)
    return f"{verb.removesuffix('s') if verb == 'closes' else 'leave'} {rest}"


def points_tried(found: Regimes) -> str:
    """How many points were tried, in words."""
    known = int(found.known.sum())
    return "the one point tried" if known == 1 else f"the {known:,} points tried"


def _on_what(rules: Rules, most: Sequence[int], varying: Sequence[SweptFactor]) -> str:
    if len(varying) == 1:
        return f"It depends on {varying[0].key}"
    if rules.why_not:
        return "It depends"
    parted = {rule.outcome for rule in rules.rules}
    if not rules.better or len(parted & set(most)) < 2:
        return "It depends, and no short rule says on what"
    return f"It depends on {listing(list(rules.factors))}"
