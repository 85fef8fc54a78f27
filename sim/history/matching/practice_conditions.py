"""Conditions of practice: what practitioners report of the stream of changes as a whole, as numbers that a fit can require.

They are listed in `sim/data/fit.yaml` with their bounds. Only those of patterns F1 and F5 may rule out parameter sets; all
other patterns are tests, evaluated after the defaults are fixed (`gapsim verify practice`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.history.matching.fitted_set import fit_settings
from sim.history.matching.targets import Target

NAME = "practice"
"""Name of the scenario in which the system is run by itself, without a focal change."""


@dataclass(frozen=True)
class PracticeCondition:
    """One number that a run of the system must show.

    Args:
        pattern: the pattern of practice it belongs to.
        says: its meaning.
        measure: the weighted sum of responses that it bounds: weight by response.
        bound: the value at which the condition stops holding.
        allowance: tolerance: distance of the bound from the target.
        at_most: whether larger values rule out a set; if not, smaller ones do.
    """

    pattern: str
    says: str
    measure: Mapping[str, float]
    bound: float
    allowance: float
    at_most: bool

    @property
    def target(self) -> Target:
        """The condition as a target with a bound on one side."""
        away = -1.0 if self.at_most else 1.0
        centre = self.bound + away * self.allowance
        return Target(self.pattern, centre, self.allowance, not self.at_most, self.at_most, required=True)


def practice_conditions(in_force_only: bool = True) -> tuple[PracticeCondition, ...]:
    """The conditions of practice that the fit requires; none while they are not in force."""
    listed = fit_settings()[NAME]
    if in_force_only and not listed["in_force"]:
        return ()
    found = []
    for row in listed["conditions"]:
        bound, allowance = float(row.get("at_most", row.get("at_least"))), float(row["allowance"])
        condition = (row["pattern"], row["says"], row["measure"], bound, allowance, "at_most" in row)
        found.append(PracticeCondition(*condition))
    return tuple(found)


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
