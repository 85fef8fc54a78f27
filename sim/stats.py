"""Statistics: intervals, tests and corrections over replications; what is unknown is left out, never replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypedDict, TypeVar

import numpy as np
from scipy.special import stdtr, stdtrit

CONFIDENCE = 0.95
ALPHA = 0.05
"""A difference is significant when its p-value, corrected where several are read together, is below this."""


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
    mean, half = mean_over(values, axis=0), half_width(values, 1 - CONFIDENCE)
    return mean, mean - half, mean + half


def half_width(values: np.ndarray, level: float) -> np.ndarray:
    """Half the width of the t-interval of confidence 1 − level for the mean of every column; NaN with one row."""
    n, _, spread, _ = moments(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 1 - level / 2) * spread / np.sqrt(n), np.nan)


def mean_over(values: np.ndarray, axis: int) -> np.ndarray:
    """Means of what is known along an axis; NaN where nothing is."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0.0).sum(axis=axis) / known.sum(axis=axis)


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of every column: how many numbers are known, their mean, their standard deviation, and whether all are equal."""
    known = np.isfinite(values)
    n, mean = known.sum(axis=0), mean_over(values, axis=0)
    lowest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    constant = lowest == highest
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.where(known, values - mean, 0.0)
        # A column of equal numbers has no spread, though its mean may be off by a last bit.
        spread = np.where(constant, 0.0, np.sqrt((deviation**2).sum(axis=0) / (n - 1)))
    return n, mean, spread, constant


def interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Mean and 95 % t-interval over the replications in which the number is known.

    One known replication has a mean and no interval; none has neither.
    """
    mean, low, high = intervals(np.asarray(values, dtype=float).reshape(-1, 1))
    return {"mean": known_or_none(mean[0]), "low": known_or_none(low[0]), "high": known_or_none(high[0])}


def excludes_zero(level: Interval) -> bool:
    """Whether a known interval lies wholly on one side of 0."""
    return level["low"] is not None and level["high"] is not None and (level["low"] > 0 or level["high"] < 0)


def known_or_none(value: float) -> float | None:
    """The number, or None when it is unknown."""
    return float(value) if np.isfinite(value) else None


def p_value(values: np.ndarray) -> float:
    """How easily chance alone would give a mean this far from 0: two-sided one-sample t-test; 1 when unknown."""
    return float(p_values(values.reshape(-1, 1))[0])


def p_values(values: np.ndarray) -> np.ndarray:
    """`p_value` of every column at once.

    Args:
        values: shape (replications, columns); what is not finite is unknown.

    Returns:
        Shape (columns,); 1 where fewer than two numbers are known.
    """
    n, mean, spread, constant = moments(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = 2 * stdtr(np.maximum(n - 1, 1), -np.abs(mean) / (spread / np.sqrt(n)))
    found = np.where(constant, np.where(mean != 0.0, 0.0, 1.0), found)
    return np.where(n > 1, found, 1.0)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjustment of several p-values: below .05 still means below .05 when all are read together."""
    order = np.argsort(p, kind="stable")
    stepped = np.asarray(p, dtype=float)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted.tolist()


def false_discoveries(p: np.ndarray, rate: float = 1 - CONFIDENCE) -> tuple[np.ndarray, float]:
    """Which of many tests stand when of those that do at most a share `rate` may be chance (Benjamini and Hochberg).

    If no difference were real, the chance that any stands at all would be at most `rate`.

    Args:
        p: shape (tests,).
        rate: the share, 0 to 1.

    Returns:
        Which stand, and the level each was held to: an interval of confidence 1 − level excludes 0 just where its
        test stands. With none standing the level is that of the first to come.
    """
    # Loaded here: a comparison needs none of it, and scipy.stats takes longer to import than a run takes.
    from scipy.stats import false_discovery_control

    if p.size == 0:
        return np.zeros(0, bool), rate
    stands = false_discovery_control(p) <= rate
    return stands, rate * max(1, int(stands.sum())) / p.size


@dataclass(frozen=True, kw_only=True)
class PairedMean:
    """The mean of a paired difference over the replications in which both sides are known.

    Attributes:
        mean: None is unknown.
        low: lower end of its 95 % interval over replications.
        high: upper end.
        pairs: replications behind it.
        adjusted: p-value, after Holm's correction where several differences are read together; see `together`.
    """

    mean: float | None
    low: float | None
    high: float | None
    pairs: int
    adjusted: float

    @classmethod
    def of(cls, values: np.ndarray, **what: Any) -> Self:
        """The mean of one difference in every replication, shape (replications,), with fields that say of what it is."""
        pairs = int(np.isfinite(values).sum())
        return cls(**what, **interval(values), pairs=pairs, adjusted=p_value(values))

    @property
    def size(self) -> float:
        """The mean without its sign; 0 when unknown."""
        return abs(self.mean or 0.0)

    @property
    def clear(self) -> bool:
        """Whether it is significantly different from 0; of one difference alone, whether its interval excludes 0."""
        return self.low is not None and self.adjusted < ALPHA


Paired = TypeVar("Paired", bound=PairedMean)


def together(found: Sequence[Paired]) -> list[Paired]:
    """The same differences with p-values corrected by Holm for reading all of them together."""
    corrected = holm([one.adjusted for one in found])
    return [replace(one, adjusted=p) for one, p in zip(found, corrected, strict=True)]
