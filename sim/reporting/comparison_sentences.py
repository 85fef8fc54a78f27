"""The sentences of a comparison: differences in words, and the answers that intervals and the shipped set allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.comparison import (
    FOR_WHOM,
    MEANINGFUL,
    Difference,
    clear_loss_differences,
    difference,
    for_whom,
    gap_differences,
    losses,
    significantly_different,
    wins,
)
from sim.analysis.over_set import ENDS, OverTheSet
from sim.formatting import listing, number, percent, points, share_with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.wording import meaningful_in_words, share_of_points, span
from sim.stats import interval

if TYPE_CHECKING:
    from sim.runner.compare import ScenarioRuns

ENOUGH = 0.9
"""The share of design points at which a difference must hold. A judgement, stated as such."""

SAME = "practically the same"

WHAT_THE_RANGE_COVERS = (
    "The range covers doubt about the parameters that were fitted or kept out of "
    "the fit; all others stay at their defaults. All historical cases happened under one table of rights, so history does not "
    "test the table."
)

UNIT = "percentage points of intended benefit"


@dataclass(frozen=True)
class Answer:
    """What is said of a comparison before anything is added that explains it.

    Args:
        kind: better, depends, neither, practically the same, unknown or single; see `sim.reporting.comparison_text.Verdict`.
        winner: the structure that closes more of the gap; None unless `kind` is `better`.
        headline: the answer with its numbers.
        reasons: what stands behind it.
    """

    kind: str
    winner: str | None
    headline: str
    reasons: tuple[str, ...] = ()


# Two scenarios


def level(scenario: ScenarioRuns) -> str:
    """The gap a scenario leaves, with its interval."""
    return share_with_interval(interval(scenario.summaries["gap"]))


def margin(d: Difference) -> str:
    """By how much the better of two is better; the interval is turned so that it lies above 0."""
    return f"{points(d.size)} {UNIT} ({span(*d.sizes)}, {d.pairs} paired replications)"


def split(a: ScenarioRuns, b: ScenarioRuns) -> str:
    """How the replications divide between two scenarios."""
    (for_a, shared), (for_b, _) = wins(a, b), wins(b, a)
    counts = f"in {for_a} under {a.name} and in {for_b} under {b.name}"
    return f"Of {shared} paired replications the gap is smaller {counts}."


def against(better: ScenarioRuns, worse: ScenarioRuns) -> list[str]:
    """Outcomes in which the scenario with the smaller mean gap does clearly and noticeably worse."""
    return [
        f"its {outcome_name(d.outcome)} is {points(d.size)} points larger ({span(*d.sizes)})"
        for d in for_whom(better, worse)
        if d.better == worse.name
    ]


def elsewhere(a: ScenarioRuns, b: ScenarioRuns) -> list[str]:
    """Where the mean gap does not tell two scenarios apart, the outcomes that do."""
    return [
        f"But the {outcome_name(d.outcome)} is {points(d.size)} points smaller in {d.better} ({span(*d.sizes)})."
        for d in for_whom(a, b)
    ]


def alongside(better: ScenarioRuns, worse: ScenarioRuns) -> list[str]:
    """What goes with a smaller gap: what reports would have said, and how soon half was delivered."""
    said = []
    nominal = difference(better, worse, "nominal_gap")
    if nominal.clear and nominal.size > MEANINGFUL and nominal.better == worse.name:
        said.append(f"Reports alone would say the opposite: the gap as reported is smaller in {worse.name}.")
    half = difference(better, worse, "months_to_half")
    if half.clear:
        low, high = map(number, half.sizes)
        when = "sooner" if half.better == better.name else "later"
        said.append(
            f"{better.name} reaches half delivery {number(half.size)} months {when} "
            f"(95 % interval {low} to {high}; over the {half.pairs} of {len(better.summaries['gap'])} "
            "replications in which both reach it)."
        )
    return [*said, *_reached_alone(better, worse), *_reached_alone(worse, better)]


def _reached_alone(one: ScenarioRuns, other: ScenarioRuns) -> list[str]:
    """In how many replications only one of two reaches half delivery: differences of months leave them out."""
    if "months_to_half" not in one.summaries:
        return []
    months, of_other = one.summaries["months_to_half"], other.summaries["months_to_half"]
    alone = int((np.isfinite(months) & np.isnan(of_other)).sum())
    said = f"In {alone} of {len(months)} replications only {one.name} reaches half delivery of most changes at all."
    return [said] if alone else []


def largest_losses(scenario: ScenarioRuns, count: int) -> str:
    """To what a scenario lost most, in points."""
    known = sorted(((v, c) for c, v in losses(scenario).items() if v is not None and v > 0), reverse=True)
    return listing([f"{cause_name(c)} ({points(v)})" for v, c in known[:count]])


def differs_most(a: ScenarioRuns, b: ScenarioRuns, count: int = 3) -> str:
    """Which losses differ most between two scenarios, with their intervals."""
    clear = clear_loss_differences(a, b)[:count]
    if not clear:
        return "No single cause of loss differs clearly between them."
    return f"Where the losses differ most: {'; '.join(map(_lost_or_gained, clear))}."


def _lost_or_gained(d: Difference) -> str:
    """One cause in words: where more was lost to it, or, of delivery ahead of plan, where more was gained."""
    low, high = map(points, d.sizes)
    if d.outcome == "losses.ahead":
        cause, kind, where = "ahead of plan", "gained", d.better
    else:
        cause, kind = cause_name(d.outcome.removeprefix("losses.")), "lost"
        where = d.b if d.better == d.a else d.a
    return f"{cause}, {points(d.size)} points more {kind} in {where} ({low} to {high})"


def one_run(a: ScenarioRuns, b: ScenarioRuns) -> str:
    """What a single pair of replications shows."""
    d = difference(a, b, "gap")
    if not d.mean:
        return f"In it the gap was {percent(interval(a.summaries['gap'])['mean'])} in both."
    return f"In it the gap was {points(d.size)} points smaller in {d.better}."


# Several scenarios


def rank(scenarios: Sequence[ScenarioRuns]) -> Answer:
    """Which of several scenarios closes most of the gap, if that can be said."""
    pairs = gap_differences(scenarios)
    names = [s.name for s in scenarios]
    if all(d.low is None for d in pairs):
        said = f"No verdict among {listing(names)}: no two of them share two replications with a known gap."
        return Answer("unknown", None, said)
    gaps = [(interval(s.summaries["gap"])["mean"], s) for s in scenarios]
    ranked = [
        s for _, s in sorted(((gap, s) for gap, s in gaps if gap is not None), key=lambda known: known[0])
    ]
    ranking = (
        f"From the smallest mean gap to the largest: {'; '.join(f'{s.name} {level(s)}' for s in ranked)}."
    )
    clear = significantly_different(pairs)
    reasons = (
        ranking,
        f"{len(clear)} of the {len(pairs)} pairs are clearly different, with Holm's correction for reading "
        f"{len(pairs)} at once; differences within {meaningful_in_words()}, do not count.",
    )
    if not clear and all(d.negligible for d in pairs):
        said = f"Neither of them: {listing(names)} are practically the same, within {meaningful_in_words()}."
        return Answer(SAME, None, said, (ranking,))
    if not clear:
        said = f"None of {listing(names, 'or')} is shown to close more of the gap."
        return Answer("neither", None, said, reasons)
    best, others = ranked[0], ranked[1:]
    beaten = [s for s in others if (best.name, s.name) in clear]
    speaks_against = [f"{words} than in {s.name}" for s in beaten for words in against(best, s)]
    if speaks_against:
        said = f"It depends: {best.name} has the smallest mean gap, but {listing(speaks_against)}."
        return Answer("depends", None, said, reasons)
    if len(beaten) < len(others):
        level_with = [best.name, *(s.name for s in others if s not in beaten)]
        more = f" {best.name} closes more of it than {listing([s.name for s in beaten])}." if beaten else ""
        said = f"No single structure closes most of the gap: {listing(level_with)} are not clearly different.{more}"
        return Answer("neither", None, said, reasons)
    by = margin(difference(best, others[0], "gap"))
    said = (
        f"{best.name} closes more of the gap than each of the {len(others)} others; "
        f"than the next, {others[0].name}, by {by}."
    )
    return Answer("better", best.name, said, reasons)


# Over the shipped set


def weighed(at_defaults: Answer, d: Difference, over: OverTheSet) -> Answer:
    """The answer that the defaults and the set give together.

    "a closes more" needs both: the interval at the defaults, and S ≥ 0.9, where S is the share of design points at which a
    closes more by more than half a point of intended benefit.

    Args:
        at_defaults: what the defaults alone allow one to say.
        d: the paired difference of the gap at the defaults.
        over: how the two differ over the set.
    """
    winner, effects = at_defaults.winner, _shares(over)
    reasons = tuple(_of_the_defaults(reason) for reason in at_defaults.reasons)
    if at_defaults.kind == "unknown":
        return Answer("unknown", None, f"{_range(over)} {at_defaults.headline}", (effects, *reasons))
    if winner is not None and over.smaller(MEANINGFUL)[winner] >= ENOUGH:
        at_the_defaults = f"At the defaults it does so by {points(d.size)} ({span(*d.sizes)}, {d.pairs} paired replications)."
        headline = f"{_won(over, winner)} {at_the_defaults}"
        return Answer("better", winner, headline, (effects, *_better_in_loser(over, winner), *reasons))
    defaults = f"At the defaults {_lower(at_defaults.headline)}"
    if at_defaults.kind == SAME and over.within(MEANINGFUL) >= ENOUGH:
        headline = f"Neither: {over.a} and {over.b} are practically the same. {_range(over)} {defaults}"
        return Answer(SAME, None, headline, (effects, *reasons))
    return Answer("depends", None, f"It depends: {_lower(_range(over))} {effects} {defaults}", reasons)


def _sets(over: OverTheSet) -> str:
    return (
        f"Over the {over.sets} sets of parameters that history does not rule out (and the ranges of what history cannot "
        "distinguish),"
    )


def _effort(over: OverTheSet) -> str:
    """How the range was made."""
    return f"the middle 95 % of {over.points} design points, {over.replications} replications each"


def _won(over: OverTheSet, winner: str) -> str:
    """By how much the winner closes more over the set; where the range passes 0, at how many points and how far both ways."""
    more = over.in_favour_of(winner)
    won = f"{_sets(over)} {winner} closes more of the gap than {over.other(winner)}"
    if more.low < 0:
        at = share_of_points(over.smaller(MEANINGFUL)[winner])
        return (
            f"{won} at {at} of the design points, by {points(more.mean)} {UNIT} on average. The difference ranges "
            f"{_ends(over, winner, 'points')} ({_effort(over)})."
        )
    return f"{won}, by {points(more.low)} to {points(more.high)} {UNIT} (mean {points(more.mean)}; {_effort(over)})."


def _range(over: OverTheSet) -> str:
    """The range of the difference over the set, each end with the structure that it favours."""
    first = over.a if over.range().mean < 0 else over.b
    mean = f"mean {points(over.in_favour_of(first).mean)} in favour of {first}"
    return f"{_sets(over)} the difference ranges {_ends(over, first, UNIT)} ({mean}; {_effort(over)})."


def _ends(over: OverTheSet, first: str, unit: str) -> str:
    """The ends of a range, each with the structure that it favours; `first` at the upper one."""
    more = over.in_favour_of(first)
    if more.low >= 0:
        return f"from {points(more.low)} to {points(more.high)} {unit} in favour of {first}"
    return (
        f"from {points(-more.low)} {unit} in favour of {over.other(first)} to {points(more.high)} "
        f"in favour of {first}"
    )


def shares(over: OverTheSet) -> list[tuple[str, str]]:
    """Each structure with the share of design points at which it closes more by more than what matters, the larger first."""
    found = sorted(over.smaller(MEANINGFUL).items(), key=lambda named: -named[1])
    return [(name, share_of_points(of_points)) for name, of_points in found]


def _shares(over: OverTheSet) -> str:
    (first, most), (second, least) = shares(over)
    return f"{first} closes more by over {meaningful_in_words()}, at {most} of the design points, and {second} at {least}."


def _better_in_loser(over: OverTheSet, winner: str) -> list[str]:
    """Outcomes in which the other structure does better at so many design points that the range reaches there."""
    loser = over.other(winner)
    found = {outcome: over.smaller(MEANINGFUL, outcome)[loser] for outcome in FOR_WHOM}
    return [
        f"But the {outcome_name(outcome)} is smaller in {loser}, by over {points(MEANINGFUL)} points, at "
        f"{share_of_points(of_points)} of the design points."
        for outcome, of_points in found.items()
        if of_points > ENDS[0]
    ]


def _of_the_defaults(reason: str) -> str:
    """A reason that gives the gaps, so that it says at which settings; all others follow from it."""
    return f"At the defaults t{reason[1:]}" if reason.startswith("The gap is ") else reason


def _lower(sentence: str) -> str:
    """A sentence to stand after other words; names of structures, which may begin it, stay as they are."""
    first = sentence.partition(" ")[0]
    return sentence[0].lower() + sentence[1:] if first in ("It", "Neither", "Neither:", "Over") else sentence
