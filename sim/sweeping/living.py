"""One run of a plan, lived and read: its responses, or at what stage it failed and why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiments.design_point import parameters_at
from sim.experiments.plans import Plan
from sim.month import begin
from sim.outcomes import summary
from sim.scenarios import Composed

SETTING_UP, LIVING, READING = "setting up", "living", "reading outcomes"
TIME_LIMIT, WORKER_LOST = "time limit", "worker lost"
"""Stages at which a run can fail; at the last two it took its process with it."""

LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class Lived:
    """What came of one run.

    Args:
        responses: its outcomes in the order of the plan; None when it failed.
        seconds: spent on setting up, living and reading outcomes.
        stage: where it failed; empty when it did not.
        message: why.
    """

    responses: list[float] | None
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stage: str = ""
    message: str = ""


def live(plan: Plan, scenario: Composed, point: Mapping[str, Any], replication: int) -> Lived:
    """Live one run of a plan; whatever it raises becomes part of the answer."""
    clock = [time.perf_counter()]
    stage = SETTING_UP
    try:
        parameters = parameters_at(scenario, point)
        run = begin(parameters, plan.seed, replication)
        clock.append(time.perf_counter())
        stage = LIVING
        run.advance(parameters.population.months)
        clock.append(time.perf_counter())
        stage = READING
        outcomes = summary(run)
        responses = [outcomes[name] for name in plan.responses]
        clock.append(time.perf_counter())
    except Exception as error:
        message = f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]
        return Lived(None, stage=stage, message=message)
    begun, ready, lived, done = clock
    return Lived(responses, (ready - begun, lived - ready, done - lived))
