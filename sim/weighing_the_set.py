"""What a comparison at the defaults and its range over the shipped set allow one to say together.

The rule is the decision of 2026-11-30 in `docs/decisions.md`. No structure's name is known here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis import Difference
from sim.over_the_set import ENDS, OverTheSet
from sim.weighing import FOR_WHOM, MATTERS, matters, sizes, span
from sim.wording import outcome_name, points

ENOUGH = 0.9
"""The share of design points at which a difference must hold. A judgement, stated as such."""

SAME = "practically the same"

WHAT_THE_RANGE_COVERS = (
    "The range covers doubt about the parameters that were fitted or kept out of "
    "the fit; all others stay at their defaults. All historical cases happened under one table of rights, so history does not "
    "test the table."
)


@dataclass(frozen=True)
class Answer:
    """What is said of a comparison before anything is added that explains it.

    Args:
        kind: better, depends, neither, practically the same, unknown or single; see `sim.verdict.Verdict`.
        winner: the structure that closes more of the gap; None unless `kind` is `better`.
        headline: the answer with its numbers.
        reasons: what stands behind it.
    """

    kind: str
    winner: str | None
    headline: str
    reasons: tuple[str, ...] = ()


def weighed(at_defaults: Answer, d: Difference, over: OverTheSet) -> Answer:
    """The answer that the defaults and the set give together.

    "a closes more" needs both: the interval at the defaults, and S ≥ 0.9, where S is the share of design points at which a
    closes more by more than half a point of intended benefit.

    Args:
        at_defaults: what the defaults alone allow one to say.
        d: the paired difference of the gap at the defaults.
        over: how the two differ over the set.
    """
    share_of = over.smaller(MATTERS)
    reasons = tuple(_of_the_defaults(reason) for reason in at_defaults.reasons)
    if at_defaults.kind == "unknown":
        return Answer("unknown", None, f"{_range(over)} {at_defaults.headline}", (_shares(over), *reasons))
    if at_defaults.winner is not None and share_of[at_defaults.winner] >= ENOUGH:
        headline = f"{_won(over, at_defaults.winner)} {_more_at_defaults(d)}"
        of_the_set = (_shares(over), *_for_whom(over, at_defaults.winner))
        return Answer("better", at_defaults.winner, headline, (*of_the_set, *reasons))
    defaults = _at_defaults(at_defaults.headline)
    if at_defaults.kind == SAME and _within(over) >= ENOUGH:
        headline = f"Neither: {over.a} and {over.b} are practically the same. {_range(over)} {defaults}"
        return Answer(SAME, None, headline, (_shares(over), *reasons))
    headline = f"It depends: {_lower(_range(over))} {_shares(over)} {defaults}"
    return Answer("depends", None, headline, reasons)


def _within(over: OverTheSet) -> float:
    return float((abs(over.differences["gap"]) <= MATTERS).mean())


def _sets(over: OverTheSet) -> str:
    return (
        f"Over the {over.sets} sets of parameters that history does not rule out (and the ranges of what history cannot "
        "tell apart),"
    )


def _effort(over: OverTheSet) -> str:
    """How the range was made."""
    return f"the middle 95 % of {over.points} design points, {over.replications} replications each"


def _won(over: OverTheSet, winner: str) -> str:
    """By how much the winner closes more over the set; where the range passes 0, at how many points and how far both ways."""
    loser = _other(over, winner)
    mean, low, high = _in_favour_of(over, winner)
    if low < 0:
        return (
            f"{_sets(over)} {winner} closes more of the gap than {loser} at {share(over.smaller(MATTERS)[winner])} of the "
            f"design points, by {points(mean)} percentage points of intended benefit on average. The difference ranges "
            f"{_both_ways(over, winner, 'points')} ({_effort(over)})."
        )
    return (
        f"{_sets(over)} {winner} closes more of the gap than {loser}, by {points(low)} to {points(high)} percentage points "
        f"of intended benefit (mean {points(mean)}; {_effort(over)})."
    )


def _range(over: OverTheSet) -> str:
    """The range of the difference over the set, each end with the structure that it favours."""
    first = over.a if over.range().mean < 0 else over.b
    mean, low, high = _in_favour_of(over, first)
    unit = "percentage points of intended benefit"
    if low >= 0:
        ends = f"from {points(low)} to {points(high)} {unit} in favour of {first}"
    else:
        ends = _both_ways(over, first, unit)
    return f"{_sets(over)} the difference ranges {ends} (mean {points(mean)} in favour of {first}; {_effort(over)})."


def _both_ways(over: OverTheSet, first: str, unit: str) -> str:
    """The ends of a range that passes 0, each with the structure that it favours; `first` at the upper one."""
    _, low, high = _in_favour_of(over, first)
    return f"from {points(-low)} {unit} in favour of {_other(over, first)} to {points(high)} in favour of {first}"


def _other(over: OverTheSet, name: str) -> str:
    """The structure that one is compared with."""
    return over.a if name == over.b else over.b


def _in_favour_of(over: OverTheSet, name: str) -> tuple[float, float, float]:
    """Mean, low and high of how much more one structure closes."""
    r = over.range()
    return (-r.mean, -r.high, -r.low) if name == over.a else (r.mean, r.low, r.high)


def shares(over: OverTheSet) -> list[tuple[str, str]]:
    """Each structure with the share of design points at which it closes more by more than what matters, the larger first."""
    found = sorted(over.smaller(MATTERS).items(), key=lambda named: -named[1])
    return [(name, share(of_points)) for name, of_points in found]


def _shares(over: OverTheSet) -> str:
    (first, most), (second, least) = shares(over)
    return (
        f"{first} closes more by over {matters()}, at {most} of the design points, and {second} at {least}."
    )


def _for_whom(over: OverTheSet, winner: str) -> list[str]:
    """Outcomes in which the other structure does better at so many design points that the range reaches there."""
    loser = _other(over, winner)
    found = {outcome: over.smaller(MATTERS, outcome)[loser] for outcome in FOR_WHOM}
    return [
        f"But the {outcome_name(outcome)} is smaller in {loser}, by over {points(MATTERS)} points, at {share(of_points)} of "
        "the design points."
        for outcome, of_points in found.items()
        if of_points > ENDS[0]
    ]


def _more_at_defaults(d: Difference) -> str:
    return f"At the defaults it does so by {points(abs(d.mean or 0.0))} ({span(*sizes(d))}, {d.pairs} paired replications)."


def _at_defaults(headline: str) -> str:
    """The headline of the defaults alone, as a sentence that says so."""
    return f"At the defaults {_lower(headline)}"


def _of_the_defaults(reason: str) -> str:
    """A reason that gives the gaps, so that it says at which settings; all others follow from it."""
    return f"At the defaults t{reason[1:]}" if reason.startswith("The gap is ") else reason


def _lower(sentence: str) -> str:
    """A sentence to stand after other words; names of structures, which may begin it, stay as they are."""
    first = sentence.partition(" ")[0]
    return sentence[0].lower() + sentence[1:] if first in ("It", "Neither", "Neither:", "Over") else sentence


def share(of_points: float) -> str:
    """A share of design points, such as 100 % or 89.6 %."""
    return f"{100 * of_points:.3g} %"
