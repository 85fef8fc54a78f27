"""Conditions of practice: what practitioners say of the stream of changes as a whole, as numbers that a fit may ask for.

They are written in `sim/data/fit.yaml` with their bounds. Only those of patterns F1 and F5 may rule parameters out; all other
patterns are tests, looked at after the defaults are frozen (`gapsim verify practice`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from sim.history.matching.targets import Target
from sim.model.geography import DATA

NAME = "practice"
"""Name of the scenario in which the system is run by itself, without a focal change."""


@dataclass(frozen=True)
class PracticeCondition:
    """One number that a run of the system must show.

    Args:
        pattern: the pattern of practice it belongs to.
        says: what it means.
        measure: responses of a run, each with the weight it is added with.
        bound: where the condition stops holding.
        allowance: how far from what is asked for the bound lies.
        at_most: whether larger values speak against a set; if not, smaller ones do.
    """

    pattern: str
    says: str
    measure: Mapping[str, float]
    bound: float
    allowance: float
    at_most: bool

    @property
    def target(self) -> Target:
        """The condition as a number to be met, on one side only."""
        away = -1.0 if self.at_most else 1.0
        centre = self.bound + away * self.allowance
        return Target(self.pattern, centre, self.allowance, not self.at_most, self.at_most, required=True)


def practice_conditions(in_force_only: bool = True) -> tuple[PracticeCondition, ...]:
    """The conditions of practice that the fit asks for; none while they are not in force."""
    said = yaml.safe_load((DATA / "fit.yaml").read_text(encoding="utf-8"))[NAME]
    if in_force_only and not said["in_force"]:
        return ()
    return tuple(
        PracticeCondition(
            row["pattern"], row["says"], row["measure"], float(row.get("at_most", row.get("at_least"))),
            float(row["allowance"]), "at_most" in row,
        )
        for row in said["conditions"]
    )  # fmt: skip


def practice_responses(conditions: Sequence[PracticeCondition]) -> tuple[str, ...]:
    """Names of the responses that a run must keep for these conditions."""
    return tuple(dict.fromkeys(name for condition in conditions for name in condition.measure))


def measure_practice(
    conditions: Sequence[PracticeCondition], kept: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """What runs of the system make of every condition.

    Args:
        conditions: the conditions.
        kept: by name of a response, the values of the runs, all of one shape.
    """
    return [
        np.sum([weight * kept[name] for name, weight in condition.measure.items()], axis=0)
        for condition in conditions
    ]
