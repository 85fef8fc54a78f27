"""What a worker does: live the runs of a chunk one after the other, and keep them as a part.

While it does, a small file tells which run it is at. A run that takes longer than its time limit ends the worker from
within, by a watch of the interpreter's own that works even when compiled code never comes back; the file is then what
tells whose fault it was.
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
from sim.runner.run_one import RunRecord, run_one

RUNNING = "running"
DIGITS = 20
OUT_OF_TIME = "Timeout ("
"""How the interpreter's watch begins what it writes."""


class WorkerLost(Exception):
    """A worker ended in the middle of a chunk."""


@dataclass(frozen=True)
class Task:
    """What a worker is handed: numbered runs of the plan in a folder.

    Args:
        folder: folder of results; every worker must see it.
        stamp: of the plan that is meant.
        name: name of the part that comes of it.
        runs: numbers of the runs, ascending.
        limit: seconds that one run may take; None for as long as it likes.
    """

    folder: str
    stamp: str
    name: str
    runs: np.ndarray
    limit: float | None


@dataclass(frozen=True)
class ChunkResult:
    """What a worker reports of a chunk: runs kept, runs failed, the slowest run's seconds, and where the time went.

    Args:
        runs: how many runs were kept.
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
    """Says which run is being simulated, and ends this process when one run takes longer than the limit.

    It lets a run have a quarter more, a second at most: setting it again for every run would cost more than runs may.
    """

    def __init__(self, path: Path, limit: float | None) -> None:
        # A file that is there already was left by a worker that was lost with this chunk.
        try:
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115
        except FileExistsError:
            raise WorkerLost(f"{path} was begun before") from None
        self._path, self._limit, self._set = path, limit, -np.inf

    def __enter__(self) -> Watchdog:
        return self

    def at(self, run: int) -> None:
        """A run begins."""
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
    """What a lost worker left behind: the run it was at, and the watch's words if it ran out of time."""

    run: int
    out_of_time: str | None


def last_heartbeat(folder: Path, name: str) -> Heartbeat | None:
    """What a worker that was lost with a chunk was doing, or None when it had not begun; the trace is cleared away."""
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
    """Load what was compiled, so that it counts for no run's time limit."""
    simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 0)


def run_chunk(task: Task) -> ChunkResult:
    """Live the runs of a task, keep them, and report.

    Raises:
        OSError: if they cannot be kept.
        WorkerLost: if another worker was lost with the same task.
    """
    folder = Path(task.folder)
    plan = _plan(folder, task.stamp)
    _warm()
    began = time.perf_counter()
    with Watchdog(folder / RUNNING / f"{task.name}.now", task.limit) as watch:
        records = _run_all(plan, task.runs, watch)
    parts.write(folder, parts.table(plan, task.runs, records), task.name)
    seconds = [sum(one.seconds) for one in records]
    failed = sum(1 for one in records if one.stage)
    return ChunkResult(len(records), failed, max(seconds), sum(seconds), time.perf_counter() - began)


def _run_all(plan: Plan, runs: np.ndarray, watch: Watchdog) -> list[RunRecord]:
    records, last, point = [], -1, {}
    for run, replication, number, scenario in zip(
        runs.tolist(), *(key.tolist() for key in plan.keys(runs)), strict=True
    ):
        if number != last:
            last, point = number, plan.point(number)
        watch.at(run)
        records.append(run_one(plan, plan.scenarios[scenario], point, plan.draws(number, replication)))
    return records
