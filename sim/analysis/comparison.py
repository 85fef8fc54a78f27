"""What a comparison shows: means, intervals, paired differences, losses, and what they allow one to conclude.

Replication k uses the same random numbers in every scenario, so scenarios are compared pair by pair. An unknown number
(NaN, for example half delivery that was never reached) is left out, never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis import over_set
from sim.analysis.over_set import ENDS, OverTheSet
from sim.formatting import listing, number, percent, points, share_with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.stats import holm, interval, known_or_none, p_value

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns


SHARE_OUTCOMES = ("gap", "nominal_gap", "rhetoric_reality", "worst_decile_gap", "gap_fifth_1", "gap_fifth_5")
"""Outcomes that are shares of intended benefit, and all the better the smaller."""

HEADLINE_OUTCOMES = (*SHARE_OUTCOMES, "months_to_half", "recovered_later", "persistence")
"""Outcomes that a report gives first, with their differences between any two scenarios."""

SCENARIO_OUTCOMES = ("gap", "nominal_gap", "worst_decile_gap", "months_to_half")
"""Outcomes that are given for every scenario."""

PAIRED_OUTCOMES = (
    *SCENARIO_OUTCOMES,
    "rhetoric_reality",
    "gap_fifth_1",
    "gap_fifth_5",
    "recovered_later",
    "persistence",
    "starts",
    "stops",
)
"""Outcomes whose paired differences are given; the losses follow them."""


@dataclass(frozen=True)
class Difference:
    """The mean of a paired difference a − b over the replications in which both are known."""

    a: str
    b: str
    outcome: str
    mean: float | None
    low: float | None
    high: float | None
    pairs: int
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval lies wholly on one side of 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def paired(a: ScenarioRuns, b: ScenarioRuns, outcome: str) -> np.ndarray:
    """The difference a − b in every replication; NaN where either is unknown."""
    with np.errstate(invalid="ignore"):
        return np.asarray(a.summaries[outcome], dtype=float) - np.asarray(b.summaries[outcome], dtype=float)


def difference(a: ScenarioRuns, b: ScenarioRuns, outcome: str) -> Difference:
    """The paired difference a − b of one outcome, with its interval and the number of pairs behind it."""
    values = paired(a, b, outcome)
    pairs = int(np.isfinite(values).sum())
    return Difference(a.name, b.name, outcome, **interval(values), pairs=pairs, p=p_value(values))


def causes(comparison: Comparison) -> list[str]:
    """The causes of loss that the account keeps, in its order."""
    keys = comparison.scenarios[0].summaries
    return [key.removeprefix("losses.") for key in keys if key.startswith("losses.")]


def losses(scenario: ScenarioRuns) -> dict[str, float | None]:
    """Where the benefit was lost: the mean share of intended benefit by cause; they sum to the mean gap."""
    known = np.isfinite(scenario.summaries["gap"])
    return {
        key.removeprefix("losses."): known_or_none(np.asarray(values)[known].mean()) if known.any() else None
        for key, values in scenario.summaries.items()
        if key.startswith("losses.")
    }


def differences(comparison: Comparison) -> Iterator[Difference]:
    """All paired differences: pairs in the order given, for each the outcomes and then the losses."""
    by_cause = tuple(f"losses.{cause}" for cause in causes(comparison))
    for a, b in combinations(comparison.scenarios, 2):
        for outcome in (*PAIRED_OUTCOMES, *by_cause):
            if outcome in a.summaries and outcome in b.summaries:
                yield difference(a, b, outcome)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as the object that `gapsim compare --json` prints; unknown numbers are None."""
    scenarios: dict[str, Any] = {
        scenario.name: {
            **{outcome: interval(scenario.summaries[outcome]) for outcome in SCENARIO_OUTCOMES},
            "losses": losses(scenario),
        }
        for scenario in comparison.scenarios
    }
    result: dict[str, Any] = {"scenarios": scenarios}
    if len(comparison.scenarios) > 1:
        result["paired"] = [
            {"a": d.a, "b": d.b, "outcome": d.outcome, "mean": d.mean, "low": d.low, "high": d.high}
            for d in differences(comparison)
        ]
    return {
        **result,
        "over_set": over_set.as_json(over_set.of(comparison)),
        "replications": comparison.replications,
        "seed": comparison.seed,
        "version": comparison.version,
    }


MEANINGFUL = 0.005
"""The smallest difference that matters: half a percentage point of intended benefit. A judgement, stated as such."""

SMALLEST_REPORTED = 0.001
"""Differences of losses below a tenth of a point are not worth a word, however clear."""

ALPHA = 0.05

FOR_WHOM = ("worst_decile_gap", "gap_fifth_1")
"""Outcomes that can overrule a smaller mean gap: for whom the gap is closed."""


def span(low: float, high: float) -> str:
    """An interval in points, in words."""
    return f"95 % interval {points(low)} to {points(high)}"


def meaningful_in_words() -> str:
    """The smallest difference that matters, in words."""
    return f"{points(MEANINGFUL)} points, taken here as the smallest difference that matters"


def level(scenario: ScenarioRuns) -> str:
    """The gap a scenario leaves, with its interval."""
    return share_with_interval(interval(scenario.summaries["gap"]))


def margin(d: Difference) -> str:
    """By how much the better of two is better; the interval is turned so that it lies above 0."""
    ends = sizes(d)
    return (
        f"{points(abs(d.mean or 0.0))} percentage points of intended benefit "
        f"({span(*ends)}, {d.pairs} paired replications)"
    )


def sizes(d: Difference) -> tuple[float, float]:
    """The ends of a clear interval as sizes, the smaller first."""
    low, high = abs(d.low or 0.0), abs(d.high or 0.0)
    return min(low, high), max(low, high)


def is_negligible(d: Difference) -> bool:
    """Whether the whole interval lies within the smallest difference that matters."""
    return d.low is not None and sizes(d)[1] <= MEANINGFUL


def wins(a: ScenarioRuns, b: ScenarioRuns) -> tuple[int, int]:
    """In how many paired replications the gap is smaller in the first, and how many there are."""
    values = paired(a, b, "gap")
    values = values[np.isfinite(values)]
    return int((values < 0).sum()), len(values)


def split(a: ScenarioRuns, b: ScenarioRuns) -> str:
    """How the replications divide between two scenarios."""
    for_a, shared = wins(a, b)
    for_b = wins(b, a)[0]
    counts = f"in {for_a} under {a.name} and in {for_b} under {b.name}"
    return f"Of {shared} paired replications the gap is smaller {counts}."


def against(better: ScenarioRuns, worse: ScenarioRuns) -> list[str]:
    """Outcomes in which the scenario with the smaller mean gap does clearly and noticeably worse."""
    found = [difference(better, worse, outcome) for outcome in FOR_WHOM]
    return [
        f"its {outcome_name(d.outcome)} is {points(d.mean)} points larger ({span(*sizes(d))})"
        for d in found
        if d.clear and (d.mean or 0.0) > MEANINGFUL
    ]


def elsewhere(a: ScenarioRuns, b: ScenarioRuns) -> list[str]:
    """Where the mean gap does not tell two scenarios apart, the outcomes that do."""
    found = [difference(a, b, outcome) for outcome in FOR_WHOM]
    return [
        f"But the {outcome_name(d.outcome)} is {points(abs(d.mean or 0.0))} points smaller in "
        f"{d.a if (d.mean or 0.0) < 0 else d.b} ({span(*sizes(d))})."
        for d in found
        if d.clear and abs(d.mean or 0.0) > MEANINGFUL
    ]


def alongside(better: ScenarioRuns, worse: ScenarioRuns) -> list[str]:
    """What goes with a smaller gap: what reports would have said, and how soon half was delivered."""
    said = []
    nominal = difference(better, worse, "nominal_gap")
    if nominal.clear and (nominal.mean or 0.0) > MEANINGFUL:
        said.append(f"Reports alone would say the opposite: the gap as reported is smaller in {worse.name}.")
    half = difference(better, worse, "months_to_half")
    if half.clear and half.mean is not None:
        low, high = sizes(half)
        when = "sooner" if half.mean < 0 else "later"
        said.append(
            f"{better.name} reaches half delivery {number(abs(half.mean))} months {when} "
            f"(95 % interval {number(low)} to {number(high)}; over the {half.pairs} of {len(better.summaries['gap'])} "
            "replications in which both reach it)."
        )
    return [*said, *_reached_alone(better, worse), *_reached_alone(worse, better)]


def _reached_alone(one: ScenarioRuns, other: ScenarioRuns) -> list[str]:
    """In how many replications only one of two reaches half delivery: differences of months leave them out."""
    if "months_to_half" not in one.summaries:
        return []
    months, of_other = one.summaries["months_to_half"], other.summaries["months_to_half"]
    alone = int((np.isfinite(months) & np.isnan(of_other)).sum())
    if alone == 0:
        return []
    return [
        f"In {alone} of {len(months)} replications only {one.name} reaches half delivery of most changes at all."
    ]


def largest_losses(scenario: ScenarioRuns, count: int) -> str:
    """To what a scenario lost most, in points."""
    known = sorted(((v, c) for c, v in losses(scenario).items() if v is not None and v > 0), reverse=True)
    return listing([f"{cause_name(c)} ({points(v)})" for v, c in known[:count]])


def clear_loss_differences(a: ScenarioRuns, b: ScenarioRuns) -> list[Difference]:
    """Differences of losses significantly different from 0 when all causes are read together, the largest first."""
    found = [difference(a, b, key) for key in a.summaries if key.startswith("losses.")]
    apart = zip(found, holm([d.p for d in found]), strict=True)
    clear = [d for d, p in apart if p < ALPHA and d.clear and abs(d.mean or 0.0) >= SMALLEST_REPORTED]
    return sorted(clear, key=lambda d: -abs(d.mean or 0.0))


def differs_most(a: ScenarioRuns, b: ScenarioRuns, count: int = 3) -> str:
    """Which losses differ most between two scenarios, with their intervals."""
    clear = clear_loss_differences(a, b)[:count]
    if not clear:
        return "No single cause of loss differs clearly between them."
    return f"Where the losses differ most: {'; '.join(map(_lost_or_gained, clear))}."


def _lost_or_gained(d: Difference) -> str:
    """One cause in words: where more was lost to it, or, of delivery ahead of plan, where more was gained."""
    low, high = sizes(d)
    ahead = d.outcome == "losses.ahead"
    more_in_a = ((d.mean or 0.0) > 0) != ahead
    cause = "ahead of plan" if ahead else cause_name(d.outcome.removeprefix("losses."))
    kind = "gained" if ahead else "lost"
    return (
        f"{cause}, {points(abs(d.mean or 0.0))} points more {kind} in {d.a if more_in_a else d.b} "
        f"({points(low)} to {points(high)})"
    )


def one_run(a: ScenarioRuns, b: ScenarioRuns) -> str:
    """What a single pair of replications shows."""
    d = difference(a, b, "gap")
    if not d.mean:
        return f"In it the gap was {percent(interval(a.summaries['gap'])['mean'])} in both."
    return f"In it the gap was {points(abs(d.mean))} points smaller in {d.a if d.mean < 0 else d.b}."


def gap_differences(scenarios: Sequence[ScenarioRuns]) -> list[Difference]:
    """The paired differences in the gap of all pairs."""
    return [difference(a, b, "gap") for a, b in combinations(scenarios, 2)]


def significantly_different(pairs: Sequence[Difference]) -> set[tuple[str, str]]:
    """Pairs (better, worse) significantly different when all are read together, by Holm's correction, and not by a trifle."""
    together = zip(pairs, holm([d.p for d in pairs]), strict=True)
    clear = [d for d, p in together if p < ALPHA and d.clear and not is_negligible(d)]
    return {(d.a, d.b) if (d.mean or 0.0) < 0 else (d.b, d.a) for d in clear}


def rank(scenarios: Sequence[ScenarioRuns]) -> tuple[str, str | None, str, list[str]]:
    """Which of several scenarios closes most of the gap, if that can be said.

    Returns:
        Kind of answer, winner or None, headline, and the sentences behind it.
    """
    pairs = gap_differences(scenarios)
    names = [s.name for s in scenarios]
    known = [s for s in scenarios if interval(s.summaries["gap"])["mean"] is not None]
    if all(d.low is None for d in pairs):
        headline = (
            f"No verdict among {listing(names)}: no two of them share two replications with a known gap."
        )
        return "unknown", None, headline, []
    ranked = sorted(known, key=lambda s: interval(s.summaries["gap"])["mean"] or 0.0)
    ranking = (
        "From the smallest mean gap to the largest: "
        + "; ".join(f"{s.name} {level(s)}" for s in ranked)
        + "."
    )
    clear = significantly_different(pairs)
    apart = (
        f"{len(clear)} of the {len(pairs)} pairs are clearly different, with Holm's correction for reading "
        f"{len(pairs)} at once; differences within {meaningful_in_words()}, do not count."
    )
    reasons = [ranking, apart]
    if not clear and all(is_negligible(d) for d in pairs):
        headline = (
            f"Neither of them: {listing(names)} are practically the same, within {meaningful_in_words()}."
        )
        return "practically the same", None, headline, [ranking]
    if not clear:
        return "neither", None, f"None of {listing(names, 'or')} is shown to close more of the gap.", reasons
    best, others = ranked[0], ranked[1:]
    beaten = [s for s in others if (best.name, s.name) in clear]
    speaks_against = [f"{words} than in {s.name}" for s in beaten for words in against(best, s)]
    if speaks_against:
        headline = f"It depends: {best.name} has the smallest mean gap, but {listing(speaks_against)}."
        return "depends", None, headline, reasons
    if len(beaten) < len(others):
        level_with = [best.name, *(s.name for s in others if s not in beaten)]
        more = f" {best.name} closes more of it than {listing([s.name for s in beaten])}." if beaten else ""
        headline = f"No single structure closes most of the gap: {listing(level_with)} are not clearly different.{more}"
        return "neither", None, headline, reasons
    by = margin(difference(best, others[0], "gap"))
    headline = (
        f"{best.name} closes more of the gap than each of the {len(others)} others; "
        f"than the next, {others[0].name}, by {by}."
    )
    return "better", best.name, headline, reasons


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
        kind: better, depends, neither, practically the same, unknown or single; see `sim.reporting.comparison_text.Verdict`.
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
    share_of = over.smaller(MEANINGFUL)
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
    return float((abs(over.differences["gap"]) <= MEANINGFUL).mean())


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
    loser = _other(over, winner)
    mean, low, high = _in_favour_of(over, winner)
    if low < 0:
        return (
            f"{_sets(over)} {winner} closes more of the gap than {loser} at {share(over.smaller(MEANINGFUL)[winner])} of the "
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
    found = sorted(over.smaller(MEANINGFUL).items(), key=lambda named: -named[1])
    return [(name, share(of_points)) for name, of_points in found]


def _shares(over: OverTheSet) -> str:
    (first, most), (second, least) = shares(over)
    return f"{first} closes more by over {meaningful_in_words()}, at {most} of the design points, and {second} at {least}."


def _for_whom(over: OverTheSet, winner: str) -> list[str]:
    """Outcomes in which the other structure does better at so many design points that the range reaches there."""
    loser = _other(over, winner)
    found = {outcome: over.smaller(MEANINGFUL, outcome)[loser] for outcome in FOR_WHOM}
    return [
        f"But the {outcome_name(outcome)} is smaller in {loser}, by over {points(MEANINGFUL)} points, at {share(of_points)} of "
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
