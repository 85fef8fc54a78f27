"""What the replications of a comparison say: means, intervals, paired differences, and where the benefit was lost.

Replication k meets the same luck in every scenario, so scenarios are compared pair by pair. An unknown number
(NaN: half delivery never reached, say) is left out, never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from scipy.special import stdtr, stdtrit

if TYPE_CHECKING:
    from sim.comparison import Comparison, ScenarioRuns

CONFIDENCE = 0.95

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


class Interval(TypedDict):
    """A mean and its 95 % interval; None is unknown."""

    mean: float | None
    low: float | None
    high: float | None


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


def intervals(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and 95 % t-interval of every column, over the rows in which it is known.

    Args:
        values: shape (replications, columns); what is not finite is unknown.

    Returns:
        Mean, low and high, each of shape (columns,): NaN where nothing is known, and the ends NaN with one row.
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / n
        deviation = np.where(known, values - mean, 0.0)
        # A column of equal numbers has no spread, though its mean may be off by a last bit.
        spread = np.where(_constant(values, known), 0.0, np.sqrt((deviation**2).sum(axis=0) / (n - 1)))
        half = np.where(
            n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2) * spread / np.sqrt(n), np.nan
        )
    return mean, mean - half, mean + half


def _constant(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    lowest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    return lowest == highest


def interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Mean and 95 % t-interval over the replications in which the number is known.

    One known replication has a mean and no interval; none has neither.
    """
    mean, low, high = intervals(np.asarray(values, dtype=float).reshape(-1, 1))
    return {"mean": known_or_none(mean[0]), "low": known_or_none(low[0]), "high": known_or_none(high[0])}


def known_or_none(value: float) -> float | None:
    """The number, or None when it is unknown."""
    return float(value) if np.isfinite(value) else None


def p_value(values: np.ndarray) -> float:
    """How easily luck alone would give a mean this far from 0: two-sided one-sample t-test; 1 when unknown."""
    known = values[np.isfinite(values)]
    if known.size < 2:
        return 1.0
    mean, spread = known.mean(), known.std(ddof=1)
    if known.min() == known.max():
        return 1.0 if known[0] == 0 else 0.0
    return float(2 * stdtr(known.size - 1, -abs(mean) / (spread / np.sqrt(known.size))))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjustment of several p-values: below .05 still means below .05 when all are read together."""
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    adjusted = [1.0] * len(p_values)
    reached = 0.0
    for rank, k in enumerate(order):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[k]))
        adjusted[k] = reached
    return adjusted


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
        "replications": comparison.replications,
        "seed": comparison.seed,
        "version": comparison.version,
    }
