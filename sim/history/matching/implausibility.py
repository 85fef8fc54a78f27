"""Matching: which sets of parameters the observed histories rule out, and which case rules each of them out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.history.matching.targets import CUT_OFF, Target

WIDEST = 2.0
"""Standard deviation of a single run, in allowances, above which a condition cannot be met: it would be by chance alone."""


def too_wide(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Whether single runs of a point differ so much that it would meet a condition by their width alone.

    A point whose mean lies on a side that no bound is set on does not meet the condition by width.

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
    """How many standard deviations what was observed lies from what is expected, condition by condition.

    The standard deviation includes all that is not due to the parameters: emulator variance and the chance of the one history
    that happened (`variance`), and what the model may be wrong by at its best (a third of the allowance).

    Args:
        mean: (..., conditions) expected values.
        variance: the same shape: doubt about the mean plus the variance of a single run.
        targets: one a condition.

    Returns:
        The same shape; 0 where an expected value lies on the side that no bound is set on. Unknown stays unknown.
    """
    wrong_by = np.array([target.allowance for target in targets]) / CUT_OFF
    return _counted_away(mean, targets) / np.sqrt(variance + wrong_by**2)


def _counted_away(mean: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """How far means lie from what was observed, on the sides that count: shape (..., conditions). Unknown stays unknown."""
    centre = np.array([target.centre for target in targets])
    counts_below = np.array([target.from_below for target in targets])
    counts_above = np.array([target.from_above for target in targets])
    away = mean - centre
    counted = np.where(away < 0, counts_below, counts_above)
    return np.where(np.isnan(away), np.nan, np.where(counted, np.abs(away), 0.0))


def by_case(found: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """The worst condition of each case: shape (..., cases), cases in the order in which they come. Unknown is infinite."""
    names = case_names(targets)
    known = np.where(np.isnan(found), np.inf, found)
    return np.stack([known[..., [t.case == name for t in targets]].max(axis=-1) for name in names], axis=-1)


def case_names(targets: Sequence[Target]) -> list[str]:
    """Names of the cases, in the order in which they come; what is required is no case."""
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
    """How many cases speak against each point.

    Args:
        worst: (N, cases) implausibility by case.
        without: position of a case that is not asked.
    """
    asked = worst if without is None else np.delete(worst, without, axis=1)
    return (asked > CUT_OFF).sum(axis=1)


def non_implausible(worst: np.ndarray, enough: int, without: int | None = None) -> tuple[np.ndarray, int]:
    """The points that fewest cases speak against: so many cases are given up as leave enough points.

    Args:
        worst: (N, cases) implausibility by case.
        enough: how many points a set must have.
        without: position of a case that is not asked.

    Returns:
        Positions of the points, and how many cases may speak against each of them.
    """
    counted = cases_excluding(worst, without)
    asked = worst.shape[1] - (without is not None)
    given_up = next((k for k in range(asked) if (counted <= k).sum() >= enough), asked)
    return np.flatnonzero(counted <= given_up), given_up


def shows(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Whether single runs show the whole pattern of each case, by the frozen rule.

    Args:
        values: (..., conditions).

    Returns:
        Shape (..., cases).
    """
    held = np.stack([target.held(values[..., place]) for place, target in enumerate(targets)], axis=-1)
    return np.stack(
        [held[..., [t.case == name for t in targets]].all(axis=-1) for name in case_names(targets)], axis=-1
    )
