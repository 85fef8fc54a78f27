"""One run of a plan, simulated and read: its responses, or at what stage it failed and why."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiments.design_point import apply_design_point
from sim.experiments.plans import Plan
from sim.model.outcomes import summary
from sim.model.schedule import Run, begin
from sim.model.vocabulary import focal_response, window_response
from sim.scenarios.compose import Composed

STAGES = ("setting up", "living", "reading outcomes")
TIME_LIMIT, WORKER_LOST = "time limit", "worker lost"
"""Stages at which a run can fail; at the last two it took its process with it."""

LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class RunRecord:
    """What came of one run.

    Args:
        responses: its outcomes in the order of the plan; None when it failed.
        seconds: spent on initialising, simulating and reading outcomes.
        stage: where it failed; empty when it did not.
        message: why.
    """

    responses: list[float] | None
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stage: str = ""
    message: str = ""


def run_one(plan: Plan, scenario: Composed, point: Mapping[str, Any], replication: int) -> RunRecord:
    """Live one run of a plan; whatever it raises becomes part of the answer."""
    clock = [time.perf_counter()]
    try:
        parameters = apply_design_point(scenario, point)
        run = begin(parameters, plan.seed, replication)
        clock.append(time.perf_counter())
        run.advance(parameters.population.months)
        clock.append(time.perf_counter())
        responses = read(run, plan.responses)
        clock.append(time.perf_counter())
    except Exception as error:
        message = f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]
        return RunRecord(None, stage=STAGES[len(clock) - 1], message=message)
    begun, ready, simulated, done = clock
    return RunRecord(responses, (ready - begun, simulated - ready, done - simulated))


def read(run: Run, responses: Sequence[str]) -> list[float]:
    """The responses of a finished run; unknown (NaN) where there is no focal change, or not so many months."""
    outcomes = summary(run)
    return [_response(run, outcomes, name) for name in responses]


def _response(run: Run, outcomes: Mapping[str, float], name: str) -> float:
    if focal := focal_response(name):
        return _followed(run, *focal)
    if window := window_response(name):
        return _staged(run, *window)
    return outcomes[name]


def _staged(run: Run, stage: int, first: int, last: int) -> float:
    """Share of announced changes x places that are in a stage in months `first` to `last`, counted from 1."""
    counted = run.state.journal.stages[first - 1 : last]
    if last > run.month or counted.sum() == 0.0:
        return float("nan")
    return float(counted[:, stage].sum() / counted.sum())


def _followed(run: Run, outcome: int, month: int) -> float:
    if month >= run.month or not run.state.changes.focal.any():
        return float("nan")
    return float(run.state.journal.focal[month, outcome])
