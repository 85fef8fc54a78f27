"""The answer in one sentence: who wins, at what share of the points, and on what it depends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.analysis.decision_rules import Rules
from sim.analysis.regime_map import NOBODY, SAME, BestPositions, Regimes
from sim.analysis.sweep_data import Sweep, SweptFactor, is_share
from sim.formatting import counted, listing, number, points
from sim.model.vocabulary import outcome_name
from sim.reporting.comparison_sentences import Answer
from sim.reporting.wording import meaningful_in_words, share
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


HEADLINES = {
    "everywhere": "{won}{rest}.",
    "mostly": "{won}; at the other {rest}.",
    "partly": "No clear winner at most points: {won}; at the other {rest}.",
    "depends": "{condition}: {won}{rest}.",
    "asked": "It depends on what is asked: {answer}, but {objections}.",
    "shared": "No single structure wins: {who} share the lead at {at} of {tried}; the best of them {goal} than {others}.",
    SAME: "No clear winner: at {at} of {tried} the {who} are practically the same, within {meaningful}.",
    "neither": "No clear winner: {who} is shown to {goal} at any of {tried}.",
    "between": "Between the ends: at {at} of {tried} a position between them {goal} than either. Of the ends alone: {ends}",
    "unknown": "No verdict among {names}: {reason}.",
}
"""What is said of a map, by the kind of answer."""


def answer(found: Regimes, rules: Rules, varying: Sequence[SweptFactor]) -> Answer:
    """Who wins, and on what it depends."""
    names, most = found.structures, credited(found)
    if not most:
        return _nobody(found)
    shares = [found.share(found.won_by(k)) for k in range(len(names))]
    first, only, nobody = names[most[0]], shares[most[0]], 1 - sum(shares)
    at = f"at {share(only)} of {points_tried(found)}"
    rest = f"{share(nobody)} {_shown_to(found)}"
    if len(most) > 1:
        others = [f"{names[k]} at {share(shares[k])}" for k in most[1:]]
        won = ", ".join([f"{first} {_goal(found)} {at}", *others])
        rest = f", and at {rest}" if nobody > 1e-9 else ""
        said = HEADLINES["depends"].format(condition=_on_what(rules, most, varying), won=won, rest=rest)
        return Answer("depends", None, said)
    kind = "everywhere" if only >= NEARLY_ALL else "mostly" if only >= 0.5 else "partly"
    if kind == "everywhere":
        rest = "" if only == 1.0 else f", and at {rest}"
    versus = "" if len(names) == 2 else ", significantly different from each other structure,"
    return Answer(kind, first, HEADLINES[kind].format(won=f"{first} {_goal(found)}{versus} {at}", rest=rest))


def _nobody(found: Regimes) -> Answer:
    """No structure wins: some share the lead, they are the same, or nothing is significantly different."""
    names, tried = list(found.structures), points_tried(found)
    two, same, leads = len(names) == 2, found.share(found.kind == SAME), found.shared_leads()
    if leads and found.share(leads[0][1]) >= 0.5:
        together, at = leads[0]
        behind = len(names) - len(together)
        others = "the other one" if behind == 1 else f"each of the other {behind}"
        who, part = listing([names[k] for k in together]), share(found.share(at))
        said = HEADLINES["shared"].format(
            who=who, at=part, tried=tried, goal=_leaves(found, "a smaller"), others=others
        )
        return Answer("shared", None, said)
    if same >= NEARLY_ALL:
        who, within = "two" if two else "best two", meaningful_in_words()
        return Answer(
            SAME, None, HEADLINES[SAME].format(at=share(same), tried=tried, who=who, meaningful=within)
        )
    who = f"neither {listing(names, 'nor')}" if two else f"none of {listing(names)}"
    verb, rest = _goal(found).split(" ", 1)
    return Answer(
        "neither",
        None,
        HEADLINES["neither"].format(who=who, goal=f"{verb.removesuffix('s')} {rest}", tried=tried),
    )


def _goal(found: Regimes) -> str:
    """What the best scenario does; of several, it leaves the smallest gap, which may still be large."""
    if len(found.structures) == 2:
        return _leaves(found, "the smaller")
    return f"leaves the smallest {outcome_name(found.response)}"


def _leaves(found: Regimes, size: str) -> str:
    """What the better of two does, in the words of the gap where that is what decides."""
    return (
        "closes more of the gap"
        if found.response == "gap"
        else f"leaves {size} {outcome_name(found.response)}"
    )


def _shown_to(found: Regimes) -> str:
    """What holds where there is no winner: a shared lead, if there is one at most of those points."""
    leads, nobody = found.shared_leads(), found.share(found.winner == NOBODY)
    if leads and found.share(leads[0][1]) > 0.5 * nobody:
        together, at = leads[0]
        size = "" if share(found.share(at)) == share(nobody) else f" (at {share(found.share(at))})"
        return f"{listing([found.structures[k] for k in together])} share the lead{size}"
    return "there is no clear winner"


def on_a_scale(found: Regimes, positions: BestPositions, ends: Answer) -> Answer:
    """The ends alone do not answer where a position between them may be better than both."""
    known = np.isfinite(positions.best)
    inside = float(positions.inside[known].mean()) if known.any() else 0.0
    if inside >= 0.5:
        at, tried, goal = share(inside), points_tried(found), _leaves(found, "a smaller")
        said = HEADLINES["between"].format(at=at, tried=tried, goal=goal, ends=ends.headline)
        return Answer("between", None, said)
    if ends.kind == "neither":
        return ends
    return replace(ends, headline=f"{ends.headline[:-1]} (the two ends of the scale).")


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
