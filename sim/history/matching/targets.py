"""Targets: every condition of every pattern as a number to be met, and how far off it the frozen rules let a run be.

A condition's bound lies as far from what was observed as its recipe allows (`docs/cases.md`): a fifth of the range, half
of a change or of a distance, five points for flat. That allowance is taken for three standard deviations of what the model
may be wrong by even at its best, so that three, the usual cut-off of history matching, falls on the frozen bound.
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
"""Share of the range from nobody to everybody that a level may miss by."""


@dataclass(frozen=True)
class Target:
    """One condition as a number to be met.

    Args:
        case: name of the case.
        centre: what was observed.
        allowance: how far from it a run may lie by the frozen rule.
        from_below: whether a value below the centre can speak against a set of parameters.
        from_above: whether one above it can.
        required: whether it rules out by itself, beside the cases: a condition of practice is no case, and is never given up.
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
        read = case.file.observed[condition.series]
        assert read.at_full is not None
        assert read.at_none is not None
        allowance = FRACTION * abs(read.at_full - read.at_none)
        return Target(case.name, bound + away * allowance, allowance, low is not None, high is not None)
    # Half of a change or of a distance is allowed, so the bound is the other half.
    return Target(case.name, 2 * bound, abs(bound), low is not None, high is not None)


def responses(cases: Sequence[Case]) -> tuple[str, ...]:
    """Names of the responses that a run must keep for all conditions of all cases."""
    found: dict[str, None] = {}
    for case in cases:
        for outcome, month in _asked(case):
            found[response(outcome, month)] = None
    return tuple(found)


def response(outcome: str, month: int) -> str:
    """Name of the response for an outcome of the focal change at the end of a month, counted from 0."""
    return f"focal.{outcome}.{month}"


def _asked(case: Case) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for condition in case.file.pattern.conditions:
        for month in (condition.month, condition.first, condition.last):
            for series in (condition.series, condition.less):
                if month is not None and series is not None:
                    found.append((case.file.observed[series].outcome, case.number(month)))
    return found


def measured(cases: Sequence[Case], kept: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
    """What runs make of every condition.

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
