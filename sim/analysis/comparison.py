"""What a comparison shows: means, intervals, paired differences and losses.

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
from sim.stats import PairedMean, interval, known_or_none, together

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


MEANINGFUL = 0.005
"""The smallest difference that matters: half a percentage point of intended benefit. A judgement, stated as such."""

SMALLEST_REPORTED = 0.001
"""Differences of losses below a tenth of a point are not worth a word, however clear."""

FOR_WHOM = ("worst_decile_gap", "gap_fifth_1")
"""Outcomes that can overrule a smaller mean gap: for whom the gap is closed."""


@dataclass(frozen=True, kw_only=True)
class Difference(PairedMean):
    """The mean of a paired difference a − b over the replications in which both are known."""

    a: str
    b: str
    outcome: str

    @property
    def better(self) -> str:
        """The scenario in which the outcome is smaller."""
        return self.a if (self.mean or 0.0) < 0 else self.b

    @property
    def sizes(self) -> tuple[float, float]:
        """The ends of a clear interval as sizes, the smaller first."""
        low, high = sorted((abs(self.low or 0.0), abs(self.high or 0.0)))
        return low, high

    @property
    def negligible(self) -> bool:
        """Whether the whole interval lies within the smallest difference that matters."""
        return self.low is not None and self.sizes[1] <= MEANINGFUL


def paired(a: ScenarioRuns, b: ScenarioRuns, outcome: str) -> np.ndarray:
    """The difference a − b in every replication; NaN where either is unknown."""
    with np.errstate(invalid="ignore"):
        return np.asarray(a.summaries[outcome], dtype=float) - np.asarray(b.summaries[outcome], dtype=float)


def difference(a: ScenarioRuns, b: ScenarioRuns, outcome: str) -> Difference:
    """The paired difference a − b of one outcome, with its interval and the number of pairs behind it."""
    return Difference.of(paired(a, b, outcome), a=a.name, b=b.name, outcome=outcome)


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


def wins(a: ScenarioRuns, b: ScenarioRuns) -> tuple[int, int]:
    """In how many paired replications the gap is smaller in the first, and how many there are."""
    values = paired(a, b, "gap")
    return int((values < 0).sum()), int(np.isfinite(values).sum())


def for_whom(a: ScenarioRuns, b: ScenarioRuns) -> list[Difference]:
    """The clear differences that matter in the outcomes that can overrule a smaller mean gap."""
    found = [difference(a, b, outcome) for outcome in FOR_WHOM]
    return [d for d in found if d.clear and d.size > MEANINGFUL]


def clear_loss_differences(a: ScenarioRuns, b: ScenarioRuns) -> list[Difference]:
    """Differences of losses significantly different from 0 when all causes are read together, the largest first."""
    found = together([difference(a, b, key) for key in a.summaries if key.startswith("losses.")])
    clear = [d for d in found if d.clear and d.size >= SMALLEST_REPORTED]
    return sorted(clear, key=lambda d: -d.size)


def gap_differences(scenarios: Sequence[ScenarioRuns]) -> list[Difference]:
    """The paired differences in the gap of all pairs."""
    return [difference(a, b, "gap") for a, b in combinations(scenarios, 2)]


def significantly_different(pairs: Sequence[Difference]) -> set[tuple[str, str]]:
    """Pairs (better, worse) significantly different when all are read together, by Holm's correction, and not by a trifle."""
    clear = [d for d in together(pairs) if d.clear and not d.negligible]
    return {(d.a, d.b) if d.better == d.a else (d.b, d.a) for d in clear}
