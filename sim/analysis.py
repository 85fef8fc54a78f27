"""What the replications of a comparison say: means, intervals, paired differences, and where the benefit was lost.

Replication k meets the same luck in every scenario, so scenarios are compared pair by pair. An unknown number
(NaN: half delivery never reached, say) is left out, never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import over_the_set
from sim.statistics import interval, known_or_none, p_value

if TYPE_CHECKING:
    from sim.comparison import Comparison, ScenarioRuns

SHARE_OUTCOMES = ("gap", "nominal_gap", "rhetoric_reality", "worst_decile_gap", "gap_fifth_1", "gap_fifth_5")
"""Outcomes that are shares of intended benefit, and all the better the smaller."""

HEADLINE_OUTCOMES = (*SHARE_OUTCOMES, "months_to_half", "recovered_later", "persistence")
"""Outcomes that a report tells first, and whose differences it reckons between any two scenarios."""

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
        "over_set": over_the_set.as_json(over_the_set.of(comparison)),
        "replications": comparison.replications,
        "seed": comparison.seed,
        "version": comparison.version,
    }
