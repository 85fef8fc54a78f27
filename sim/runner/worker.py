"""A worker: executes the runs of a chunk one after the other, and stores them as a part.

Meanwhile a small file, the heartbeat, names the run in progress. The watchdog of the interpreter ends the worker if a run
exceeds its time limit, even when compiled code never returns; the heartbeat then names the run that did.
"""

from __future__ import annotations

import errno
import faulthandler
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.experiments import plan_files
from sim.experiments.plans import Plan
from sim.model import provenance
from sim.model.parameters import Parameters
from sim.model.schedule import simulate
from sim.paths import PLAN
from sim.runner import parts
from sim.runner.run_one import run_one

RUNNING = "running"
DIGITS = 20
OUT_OF_TIME = "Timeout ("
"""How the interpreter's watchdog begins what it writes."""


class WorkerLost(Exception):
    """A worker died in the middle of a chunk."""


@dataclass(frozen=True)
class Task:
    """A chunk of runs of the plan in a folder, as it is sent to a worker.

    Args:
        folder: folder of results; every worker must see it.
        stamp: hash of the plan's file.
        name: name of the part that it becomes.
        runs: numbers of the runs, ascending.
        limit: time limit of one run in seconds, if there is one.
    """

    folder: str
    stamp: str
    name: str
    runs: np.ndarray
    limit: float | None


@dataclass(frozen=True)
class ChunkResult:
    """What a worker returns for a chunk.

    Args:
        runs: how many runs were stored.
        failed: how many of them failed.
        slowest: seconds of the slowest run.
        model: seconds spent in the model: initialising, simulating, reading outcomes.
        busy: seconds spent on the chunk as a whole, once the worker was ready.
    """

    runs: int
    failed: int
    slowest: float
    model: float
    busy: float


class Watchdog:
    """Writes the heartbeat, and ends this process when a run takes longer than the limit.

    The limit is extended by a quarter, a second at most: setting the timer for every run would cost more than short runs.
    """

    def __init__(self, path: Path, limit: float | None) -> None:
        # A file that exists was left by a worker that died with this chunk.
        try:
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115
        except FileExistsError:
            raise WorkerLost(f"{path} was begun before") from None
        self._path, self._limit, self._set = path, limit, -np.inf

    def __enter__(self) -> Watchdog:
        return self

    def at(self, run: int) -> None:
        """Record that a run begins."""
        self._file.seek(0)
        self._file.write(b"%0*d\n" % (DIGITS, run))
        if self._limit is None:
            return
        now, grace = time.monotonic(), min(1.0, self._limit / 4)
        if now - self._set > grace:
            faulthandler.dump_traceback_later(self._limit + grace, exit=True, file=self._file)
            self._set = now

    def __exit__(self, *_: object) -> None:
        if self._limit is not None:
            faulthandler.cancel_dump_traceback_later()
        self._file.close()
        self._path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Heartbeat:
    """The last heartbeat of a worker that died: its run, and the traceback of the watchdog if it exceeded the limit."""

    run: int
    out_of_time: str | None


def last_heartbeat(folder: Path, name: str) -> Heartbeat | None:
    """The heartbeat of a worker that died with a chunk, or None if it had not begun; the file is removed."""
    path = folder / RUNNING / f"{name}.now"
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    path.unlink()
    if not text[:DIGITS].isdigit():
        return None
    return Heartbeat(int(text[:DIGITS]), text[DIGITS + 1 :] if OUT_OF_TIME in text else None)


@lru_cache(maxsize=1)
def _plan(folder: Path, stamp: str) -> Plan:
    if not (folder / PLAN).is_file():
        said = "this worker does not see the folder of results; every worker needs it under the same path"
        raise OSError(errno.ENOENT, said, str(folder))
    if plan_files.plan_file_hash(folder) != stamp:
        raise RuntimeError(f"this worker sees another plan in {folder} than the one it was given work from")
    plan = plan_files.read(folder)
    if not provenance.same_model(plan.model, provenance.model()):
        raise RuntimeError(
            "this worker has another version of the rules, or of numpy or numba, than who planned"
        )
    return plan


@lru_cache(maxsize=1)
def _warm() -> None:
    """Load the compiled code, so that it does not count towards the time limit of a run."""
    simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 0)


def run_chunk(task: Task) -> ChunkResult:
    """Execute the runs of a task and store them.

    Raises:
        OSError: if they cannot be stored.
        WorkerLost: if another worker died with the same task.
    """
    folder = Path(task.folder)
    plan = _plan(folder, task.stamp)
    _warm()
    began = time.perf_counter()
    runs = task.runs
    records, last, point = [], -1, {}
    with Watchdog(folder / RUNNING / f"{task.name}.now", task.limit) as watch:
        for run, *key in zip(runs.tolist(), *(part.tolist() for part in plan.keys(runs)), strict=True):
            replication, number, scenario = key
            if number != last:
                last, point = number, plan.point(number)
            watch.at(run)
            records.append(run_one(plan, plan.scenarios[scenario], point, plan.draws(number, replication)))
    parts.write(folder, parts.table(plan, runs, records), task.name)
    seconds = [sum(one.seconds) for one in records]
    failed = sum(1 for one in records if one.stage)
    return ChunkResult(len(records), failed, max(seconds), sum(seconds), time.perf_counter() - began)
