"""The answer in words: which structure closes more of the gap, by how much, how surely, and where the benefit went.

The words follow from the intervals, and from the range over the shipped set where it is known (`sim/analysis/over_set.py`). No
scenario's name is known here: swap two scenarios and the words swap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.analysis import over_set
from sim.analysis.comparison import MEANINGFUL, Difference, difference, gap_differences, wins
from sim.analysis.over_set import NotKnown, OverTheSet
from sim.formatting import MOST_NAMED, listing, signed_points
from sim.reporting.comparison_sentences import (
    SAME,
    WHAT_THE_RANGE_COVERS,
    Answer,
    against,
    alongside,
    differs_most,
    elsewhere,
    largest_losses,
    level,
    margin,
    one_run,
    rank,
    split,
    weighed,
)
from sim.reporting.wording import NO_FORECAST, ONE_POINT, meaningful_in_words, span

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns

SPLIT = 2 / 3
"""A structure that is better in fewer than this share of the paired replications may be better by chance only."""

ROUGH = 10
"""With fewer paired replications than this the interval itself is rough."""


@dataclass(frozen=True)
class Verdict:
    """What a comparison allows one to say.

    Attributes:
        kind: better, depends, neither, practically the same, unknown (too little known) or single (one scenario).
        winner: the structure that closes more of the gap; None unless `kind` is `better`.
        headline: the answer with its numbers: first over the shipped set, where that is known, then at the defaults.
        sentences: what qualifies and explains it.
    """

    kind: str
    winner: str | None
    headline: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """Headline and sentences as one paragraph."""
        return " ".join((self.headline, *self.sentences))

    def __str__(self) -> str:
        """The paragraph, for printing."""
        return self.text


def verdict(comparison: Comparison) -> Verdict:
    """Say which structure closes more of the implementation gap, and never more than intervals and the set allow.

    Two of the shipped structures at unchanged settings are weighed over the shipped set as well; for all others the verdict
    is of these settings alone, and says so.
    """
    found, known = _at_these_settings(comparison), over_set.of(comparison)
    if isinstance(known, OverTheSet):
        a, b = comparison.scenarios
        answer = weighed(found, difference(a, b, "gap"), known)
        chance = "The interval at the defaults covers chance alone."
        return _explained(comparison, answer, chance, (WHAT_THE_RANGE_COVERS, NO_FORECAST))
    return _of_one_point(comparison, found, known)


def at_these_settings(comparison: Comparison) -> Verdict:
    """What the runs of a comparison alone show, without the range over the set."""
    return _of_one_point(comparison, _at_these_settings(comparison), NotKnown(""))


def _of_one_point(comparison: Comparison, found: Answer, known: NotKnown) -> Verdict:
    reasons = (known.why, *found.reasons) if known.why else found.reasons
    chance = "The intervals cover chance at these settings, not the choice of settings."
    return _explained(comparison, replace(found, reasons=reasons), chance, (ONE_POINT,))


def _at_these_settings(comparison: Comparison) -> Answer:
    scenarios = comparison.scenarios
    if len(scenarios) == 1:
        (only,) = scenarios
        return Answer("single", None, HEADLINES["single"].format(a=only.name, level=level(only)))
    if len(scenarios) == 2:
        return _of_two(*scenarios)
    return rank(scenarios)


def _explained(comparison: Comparison, answer: Answer, chance: str, ends: tuple[str, ...]) -> Verdict:
    """An answer with where the benefit was lost, what its intervals cover, and that it is no forecast."""
    scenarios = comparison.scenarios
    # The winner first, so that the order in which scenarios were given does not show.
    ordered = sorted(scenarios, key=lambda s: s.name != answer.winner)
    caution = _caution(gap_differences(scenarios), comparison.replications, chance)
    sentences = (*answer.reasons, *_lost(ordered), *caution, *ends)
    return Verdict(answer.kind, answer.winner, answer.headline, sentences)


HEADLINES = {
    "single": "{a} leaves a gap of {level} of intended benefit; nothing to compare it with.",
    "no pair": "No verdict between {a} and {b}: the gap is known in no pair.",
    "one pair": "No verdict between {a} and {b}: one paired replication carries no interval.",
    SAME: "Neither: {a} and {b} are practically the same; {difference}, within {meaningful}.",
    "neither": "Neither {a} nor {b} is shown to close more of the gap; {difference}, which includes 0.",
    "depends": "It depends: {a} closes more of the mean gap than {b}, by {margin}, but {objections}.",
    "chance": "It depends on chance: on average {a} closes more of the gap than {b}, by {margin}, yet it does so in only "
    "{won} of the {pairs} paired replications.",
    "better": "{a} closes more of the gap than {b}, by {margin}.",
}
"""What is said of one scenario or two, by the kind of result. With a clear difference, a is the one with the smaller gap."""


def _of_two(a: ScenarioRuns, b: ScenarioRuns) -> Answer:
    d = difference(a, b, "gap")
    if d.mean is None:
        return Answer("unknown", None, HEADLINES["no pair"].format(a=a.name, b=b.name))
    if d.low is None:
        return Answer("unknown", None, HEADLINES["one pair"].format(a=a.name, b=b.name), (one_run(a, b),))
    if not d.clear or d.negligible:
        return _no_difference(a, b, d)
    better, worse = (a, b) if d.mean < 0 else (b, a)
    objections = against(better, worse)
    won, pairs = wins(better, worse)
    case = "depends" if objections else "chance" if won < SPLIT * pairs else "better"
    headline = HEADLINES[case].format(
        a=better.name, b=worse.name, margin=margin(d), objections=listing(objections), won=won, pairs=pairs
    )
    gaps = _gaps(better, worse)
    if case != "better":
        return Answer("depends", None, headline, (gaps, split(better, worse)) if objections else (gaps,))
    reasons = [gaps, f"It is smaller in {better.name} in {won} of the {pairs} paired replications."]
    if d.sizes[0] < MEANINGFUL:
        reasons.append(
            f"The interval reaches below {meaningful_in_words()}, so the difference may be too small to matter."
        )
    return Answer("better", better.name, headline, (*reasons, *alongside(better, worse)))


def _no_difference(a: ScenarioRuns, b: ScenarioRuns, d: Difference) -> Answer:
    kind = SAME if d.negligible else "neither"
    evidence = (
        f"the difference {a.name} − {b.name} is {signed_points(d.mean)} percentage points of intended benefit "
        f"({span(d.low or 0.0, d.high or 0.0)}, {d.pairs} paired replications)"
    )
    headline = HEADLINES[kind].format(
        a=a.name, b=b.name, difference=evidence, meaningful=meaningful_in_words()
    )
    return Answer(kind, None, headline, (_gaps(a, b), *elsewhere(a, b), split(a, b)))


def _gaps(first: ScenarioRuns, second: ScenarioRuns) -> str:
    return f"The gap is {level(first)} in {first.name} and {level(second)} in {second.name}."


def _lost(scenarios: list[ScenarioRuns]) -> list[str]:
    count = 3 if len(scenarios) <= MOST_NAMED else 1
    most = [f"in {s.name} {lost}" for s in scenarios if (lost := largest_losses(s, count))]
    said = [f"The most benefit was lost, in points of intended benefit: {'; '.join(most)}."] if most else []
    if len(scenarios) == 2 and difference(scenarios[0], scenarios[1], "gap").low is not None:
        said.append(differs_most(scenarios[0], scenarios[1]))
    return said


def _caution(pairs: list[Difference], replications: int, chance: str) -> list[str]:
    fewest = min((d.pairs for d in pairs), default=replications)
    said = []
    if 1 < fewest < ROUGH:
        said.append(f"With only {fewest} paired replications the intervals are rough.")
    if fewest < replications:
        said.append(f"The gap is known in both of a pair in only {fewest} of {replications} replications.")
    return [*said, chance] if fewest > 1 else said
