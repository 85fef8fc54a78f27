"""What intervals allow one to say of two scenarios: which is better, whether it matters, and what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis import Difference, difference, losses, paired
from sim.statistics import holm, interval
from sim.wording import cause_name, listing, number, outcome_name, percent, points, share_with_interval

if TYPE_CHECKING:
    from sim.comparison import ScenarioRuns

MATTERS = 0.005
"""The smallest difference that matters: half a percentage point of intended benefit. A judgement, stated as such."""

NOTED = 0.001
"""Differences of losses below a tenth of a point are not worth a word, however clear."""

ALPHA = 0.05

FOR_WHOM = ("worst_decile_gap", "gap_fifth_1")
"""Outcomes that can overrule a smaller mean gap: for whom the gap is closed."""


def span(low: float, high: float) -> str:
    """An interval in points, in words."""
    return f"95 % interval {points(low)} to {points(high)}"


def matters() -> str:
    """The smallest difference that matters, in words."""
    return f"{points(MATTERS)} points, taken here as the smallest difference that matters"


def level(scenario: ScenarioRuns) -> str:
    """The gap a scenario leaves, with its interval."""
    return share_with_interval(interval(scenario.summaries["gap"]))


def edge(d: Difference) -> str:
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


def trifling(d: Difference) -> bool:
    """Whether the whole interval lies within the smallest difference that matters."""
    return d.low is not None and sizes(d)[1] <= MATTERS


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
        if d.clear and (d.mean or 0.0) > MATTERS
    ]


def elsewhere(a: ScenarioRuns, b: ScenarioRuns) -> list[str]:
    """Where the mean gap does not tell two scenarios apart, the outcomes that do."""
    found = [difference(a, b, outcome) for outcome in FOR_WHOM]
    return [
        f"But the {outcome_name(d.outcome)} is {points(abs(d.mean or 0.0))} points smaller in "
        f"{d.a if (d.mean or 0.0) < 0 else d.b} ({span(*sizes(d))})."
        for d in found
        if d.clear and abs(d.mean or 0.0) > MATTERS
    ]


def alongside(better: ScenarioRuns, worse: ScenarioRuns) -> list[str]:
    """What goes with a smaller gap: what reports would have said, and how soon half was delivered."""
    said = []
    nominal = difference(better, worse, "nominal_gap")
    if nominal.clear and (nominal.mean or 0.0) > MATTERS:
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
    """Differences of losses told apart from 0 when all causes are read together, the largest first."""
    found = [difference(a, b, key) for key in a.summaries if key.startswith("losses.")]
    apart = zip(found, holm([d.p for d in found]), strict=True)
    clear = [d for d, p in apart if p < ALPHA and d.clear and abs(d.mean or 0.0) >= NOTED]
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
