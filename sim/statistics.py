"""Statistics: intervals, tests and corrections over replications; what is unknown is left out, never replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from scipy.special import stdtr, stdtrit

CONFIDENCE = 0.95


class Interval(TypedDict):
    """A mean and its 95 % interval; None is unknown."""

    mean: float | None
    low: float | None
    high: float | None


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
