"""Targets: every condition of every pattern as an observed value with a tolerance.

The bound of a condition lies as far from the observed value as its recipe allows (`docs/cases.md`): a fifth of the range,
half of a change or of a distance, five points for flat. This tolerance is taken as three standard deviations of the model
discrepancy, so that the usual cut-off of history matching, three, falls on the frozen bound.

Conditions of practice are what practitioners report of the stream of changes as a whole. They are listed in `sim/data/fit.yaml`
with their bounds. Only those of patterns F1 and F5 may rule out parameter sets; all other patterns are tests, evaluated after
the defaults are fixed (`gapsim verify practice`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.history.case_schema import Condition
from sim.history.cases import Case
from sim.history.evaluate import OUTCOMES, as_reported, evaluate_conditions
from sim.history.matching.fitted_set import fit_settings

CUT_OFF = 3.0
"""Implausibility above which a value is ruled out: nearly all of any distribution with one peak lies within three standard
deviations of its mean (Pukelsheim 1994)."""

FRACTION = 0.2
"""Tolerance of a level, as a share of the range from nobody to everybody."""

PRACTICE = "practice"
"""Name of the scenario in which the system is run by itself, without a focal change."""


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
        low = self.centre - self.allowance - 1e-9 if self.from_below else -np.inf
        high = self.centre + self.allowance + 1e-9 if self.from_above else np.inf
        return np.asarray((values >= low) & (values <= high))


def targets(cases: Sequence[Case]) -> list[Target]:
    """All conditions of some cases, case by case in the order of their files."""
    return [_target(case, condition) for case in cases for condition in case.file.pattern.conditions]


def _target(case: Case, condition: Condition) -> Target:
    below, above = condition.at_least is not None, condition.at_most is not None
    low, high = condition.bounds
    if below and above:
        return Target(case.name, (low + high) / 2, (high - low) / 2)
    bound, away = (low, 1.0) if below else (high, -1.0)
    if condition.kind == "level":
        allowance = FRACTION * abs(case.file.observed[condition.series].width)
        return Target(case.name, bound + away * allowance, allowance, below, above)
    # Half of a change or of a distance is allowed, so the bound is the other half.
    return Target(case.name, 2 * bound, abs(bound), below, above)


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


@dataclass(frozen=True)
class PracticeCondition:
    """One number that a run of the system must show.

    Args:
        pattern: the pattern of practice it belongs to.
        says: its meaning.
        measure: the weighted sum of responses that it bounds: weight by response.
        allowance: tolerance: distance of the bound from the target.
        at_least: smallest value at which it holds; None if it has an upper bound.
        at_most: largest value at which it holds; None if it has a lower bound.
    """

    pattern: str
    says: str
    measure: Mapping[str, float]
    allowance: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> Target:
        """The condition as a target with a bound on one side."""
        if self.at_most is not None:
            centre, below = self.at_most - self.allowance, False
        else:
            assert self.at_least is not None
            centre, below = self.at_least + self.allowance, True
        return Target(self.pattern, centre, self.allowance, below, not below, required=True)


def practice_conditions(in_force_only: bool = True) -> tuple[PracticeCondition, ...]:
    """The conditions of practice that the fit requires; none while they are not in force."""
    listed = fit_settings()[PRACTICE]
    if in_force_only and not listed["in_force"]:
        return ()
    return tuple(PracticeCondition(**row) for row in listed["conditions"])


def practice_responses(conditions: Sequence[PracticeCondition]) -> tuple[str, ...]:
    """Names of the responses that a run must keep for these conditions."""
    return tuple(dict.fromkeys(name for condition in conditions for name in condition.measure))


def measure_practice(
    conditions: Sequence[PracticeCondition], kept: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """The value of every condition in runs of the system.

    Args:
        conditions: the conditions.
        kept: by name of a response, the values of the runs, all of one shape.
    """
    return [
        np.sum([weight * kept[name] for name, weight in condition.measure.items()], axis=0)
        for condition in conditions
    ]
