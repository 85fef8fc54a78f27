"""Implausibility: which parameter sets the observed histories rule out, and which case rules out each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.history.matching.targets import CUT_OFF, Target

WIDEST = 2.0
"""Standard deviation of a single run, in tolerances, above which a condition counts as missed: it is met by chance alone."""


def too_wide(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Whether single runs of a point differ so much that it would meet a condition by their spread alone.

    A point whose mean lies on a side without a bound does not meet the condition by spread.

    Args:
        values: (N, replications, conditions).
        targets: one a condition.

    Returns:
        Shape (N, conditions).
    """
    allowed = np.array([target.allowance for target in targets])
    wide = values.std(axis=1, ddof=1) > WIDEST * allowed
    both_sides = np.array([target.from_below and target.from_above for target in targets])
    return np.asarray(wide & (both_sides | (_counted_away(values.mean(axis=1), targets) > 0.0)))


def implausibility(mean: np.ndarray, variance: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Number of standard deviations between the observed and the expected value of each condition.

    The variance includes all that is not due to the parameters: emulator variance and the stochastic variance of the one
    history that happened (`variance`), and the model discrepancy (a third of the tolerance, squared).

    Args:
        mean: (..., conditions) expected values.
        variance: the same shape: emulator variance plus the variance of a single run.
        targets: one a condition.

    Returns:
        The same shape; 0 where an expected value lies on a side without a bound. NaN stays NaN.
    """
    discrepancy = np.array([target.allowance for target in targets]) / CUT_OFF
    return _counted_away(mean, targets) / np.sqrt(variance + discrepancy**2)


def _counted_away(mean: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Distance of means from the observed values, on the sides with a bound: shape (..., conditions). NaN stays NaN."""
    away = mean - np.array([target.centre for target in targets])
    below, above = np.array([(target.from_below, target.from_above) for target in targets]).T
    return np.where(np.isnan(away) | np.where(away < 0, below, above), np.abs(away), 0.0)


def by_case(found: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """The worst condition of each case: shape (..., cases), in the order of `case_names`. NaN becomes infinite."""
    known = np.where(np.isnan(found), np.inf, found)
    return np.stack([known[..., places].max(axis=-1) for places in _conditions(targets)], axis=-1)


def _conditions(targets: Sequence[Target]) -> list[list[int]]:
    """Positions of the conditions of each case."""
    return [[place for place, t in enumerate(targets) if t.case == name] for name in case_names(targets)]


def case_names(targets: Sequence[Target]) -> list[str]:
    """Names of the cases, in the order of the targets; required conditions belong to no case."""
    return list(dict.fromkeys(target.case for target in targets if not target.required))


def worst_by_case(found: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """The worst condition of each case, infinite for all cases where a required condition rules the point out.

    Args:
        found: (..., conditions) implausibility.
        targets: one a condition.
    """
    worst = by_case(found, targets)
    required = np.array([target.required for target in targets])
    missed = np.asarray(np.isnan(found) | (found > CUT_OFF)) & required
    return np.where(missed.any(axis=-1, keepdims=True), np.inf, worst)


def cases_excluding(worst: np.ndarray, without: int | None = None) -> np.ndarray:
    """Number of cases that rule out each point.

    Args:
        worst: (N, cases) implausibility by case.
        without: position of a case that is left out.
    """
    asked = worst if without is None else np.delete(worst, without, axis=1)
    return (asked > CUT_OFF).sum(axis=1)


def non_implausible(worst: np.ndarray, enough: int, without: int | None = None) -> tuple[np.ndarray, int]:
    """The points that fewest cases rule out: as few cases are given up as leave enough points.

    Args:
        worst: (N, cases) implausibility by case.
        enough: number of points that a set must have.
        without: position of a case that is left out.

    Returns:
        Positions of the points, and the number of cases that may rule out each of them.
    """
    counted = cases_excluding(worst, without)
    asked = worst.shape[1] - (without is not None)
    given_up = next((k for k in range(asked) if (counted <= k).sum() >= enough), asked)
    return np.flatnonzero(counted <= given_up), given_up


def shows(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Whether single runs reproduce the whole pattern of each case, by the frozen rule.

    Args:
        values: (..., conditions).

    Returns:
        Shape (..., cases).
    """
    held = np.stack([target.held(values[..., place]) for place, target in enumerate(targets)], axis=-1)
    return np.stack([held[..., places].all(axis=-1) for places in _conditions(targets)], axis=-1)
