"""Targets: every condition of every pattern as an observed value with a tolerance.

The bound of a condition lies as far from the observed value as its recipe allows (`docs/cases.md`): a fifth of the range,
half of a change or of a distance, five points for flat. This tolerance is taken as three standard deviations of the model
discrepancy, so that the usual cut-off of history matching, three, falls on the frozen bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.history.case_schema import Condition
from sim.history.cases import Case
from sim.history.evaluate import OUTCOMES, as_reported, evaluate_conditions

CUT_OFF = 3.0
"""Implausibility above which a value is ruled out: nearly all of any distribution with one peak lies within three standard
deviations of its mean (Pukelsheim 1994)."""

FRACTION = 0.2
"""Tolerance of a level, as a share of the range from nobody to everybody."""


@dataclass(frozen=True)
class Target:
    """One condition as an observed value with a tolerance.

    Args:
        case: name of the case.
        centre: the observed value.
        allowance: distance from it that the frozen rule allows a run.
        from_below: whether a value below the centre can rule out a parameter set.
        from_above: whether a value above it can.
        required: whether it rules out parameter sets by itself, as a condition of practice does; it is never given up.
    """

    case: str
    centre: float
    allowance: float
    from_below: bool = True
    from_above: bool = True
    required: bool = False

    def held(self, values: np.ndarray) -> np.ndarray:
        """Whether values meet the condition by the frozen rule."""
        held = np.ones(np.shape(values), dtype=bool)
        if self.from_below:
            held &= values >= self.centre - self.allowance - 1e-9
        if self.from_above:
            held &= values <= self.centre + self.allowance + 1e-9
        return held & ~np.isnan(values)


def targets(cases: Sequence[Case]) -> list[Target]:
    """All conditions of some cases, case by case in the order of their files."""
    return [_target(case, condition) for case in cases for condition in case.file.pattern.conditions]


def _target(case: Case, condition: Condition) -> Target:
    low, high = condition.at_least, condition.at_most
    if low is not None and high is not None:
        return Target(case.name, (low + high) / 2, (high - low) / 2)
    bound = low if low is not None else high
    assert bound is not None
    away = 1.0 if low is not None else -1.0
    if condition.kind == "level":
        allowance = FRACTION * abs(case.file.observed[condition.series].width)
        return Target(case.name, bound + away * allowance, allowance, low is not None, high is not None)
    # Half of a change or of a distance is allowed, so the bound is the other half.
    return Target(case.name, 2 * bound, abs(bound), low is not None, high is not None)


def responses(cases: Sequence[Case]) -> tuple[str, ...]:
    """Names of the responses that a run must keep for all conditions of all cases."""
    return tuple(dict.fromkeys(response(*asked) for case in cases for asked in _asked(case)))


def response(outcome: str, month: int) -> str:
    """Name of the response for an outcome of the focal change at the end of a month, counted from 0."""
    return f"focal.{outcome}.{month}"


def _asked(case: Case) -> list[tuple[str, int]]:
    """Outcome and month of every figure that the conditions of a case refer to."""
    return [(case.file.observed[series].outcome, month) for series, month in case.figures]


def measured(cases: Sequence[Case], kept: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
    """The value of every condition in every run.

    Args:
        cases: the cases.
        kept: by case and by name of a response, the values of its runs, all of one shape.

    Returns:
        That shape with one more axis, the conditions in the order of `targets`.
    """
    found = []
    for case in cases:
        shape = next(iter(kept[case.name].values())).shape
        outcomes = np.full((int(np.prod(shape)), len(OUTCOMES), case.months), np.nan)
        for outcome, month in _asked(case):
            values = kept[case.name][response(outcome, month)]
            outcomes[:, OUTCOMES.index(outcome), month] = values.ravel()
        found += [one.values.reshape(shape) for one in evaluate_conditions(case, as_reported(case, outcomes))]
    return np.stack(found, axis=-1)
