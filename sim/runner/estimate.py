"""Estimates time, memory and disk of a sweep from a few of its runs."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np

from sim.experiments.plans import Plan
from sim.runner.run_one import run_one

SECONDS = 1.5
LEAST, MOST = 3, 200
START_UP = 4.0
"""Seconds until workers have loaded the model."""

BYTES_A_NUMBER = 7.5
BYTES_A_RUN = 20.0
"""What a response, and the keys and clock of a run, take on disk once packed: measured, and rounded up."""

BYTES_A_VALUE = 18.0
"""What one factor of one design point takes: in the design, and in the runs that name it."""

PARTS_AS_WELL = 2.2
"""While a sweep is finished its parts and its tables are both there, and parts are packed less well."""


@dataclass(frozen=True)
class Estimate:
    """Time, memory and disk of a sweep.

    Args:
        seconds_a_run: mean over the runs that were tried.
        seconds: for all runs, on the workers given.
        memory: bytes that one worker needs; None where the system does not say.
        disk: bytes of the finished results.
        most_disk: bytes needed at the most while it is running.
        tried: how many runs were tried.
        failed: how many of them failed.
    """

    seconds_a_run: float
    seconds: float
    memory: int | None
    disk: int
    most_disk: int
    tried: int
    failed: int


def estimate(plan: Plan, workers: int) -> Estimate:
    """Execute a few runs from all over the plan, and extrapolate to all."""
    runs = np.random.default_rng(plan.seed).permutation(min(plan.runs, 1_000_000))[: MOST + 1]
    if plan.runs > 1_000_000:
        runs = runs * (plan.runs // 1_000_000)
    # The first run loads the compiled code, or compiles it.
    _succeeds(plan, int(runs[0]))
    began, times, failed = time.perf_counter(), [], 0
    for run in np.resize(runs[1:], MOST) if len(runs) > 1 else np.resize(runs, MOST):
        before = time.perf_counter()
        failed += not _succeeds(plan, int(run))
        times.append(time.perf_counter() - before)
        if len(times) >= LEAST and time.perf_counter() - began > SECONDS:
            break
    mean = sum(times) / len(times)
    factors = plan.points * len(plan.factors) * BYTES_A_VALUE
    disk = int(factors + plan.runs * (BYTES_A_RUN + BYTES_A_NUMBER * len(plan.responses)))
    busy = min(workers, plan.runs)
    seconds = START_UP + mean * plan.runs / busy
    return Estimate(mean, seconds, _memory(), disk, int(disk * PARTS_AS_WELL), len(times), failed)


def _succeeds(plan: Plan, run: int) -> bool:
    replication, point, scenario = (int(key[0]) for key in plan.keys(np.array([run])))
    return not run_one(plan, plan.scenarios[scenario], plan.point(point), replication).stage


def _memory() -> int | None:
    """The most that this process, which has just simulated runs as a worker does, has needed so far."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
