"""Schedules chunks of runs on an executor until every run is stored.

Only a few chunks are submitted at a time, so that a million runs need no more memory than a thousand. If a worker dies, the
run it was executing is retried alone. If it kills its worker again, it is recorded as failed; the other runs of the chunk
are requeued.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.experiments.plans import Plan
from sim.runner import parts
from sim.runner.executors import Engine
from sim.runner.run_one import TIME_LIMIT, WORKER_LOST, RunRecord
from sim.runner.worker import ChunkResult, Heartbeat, Task, last_heartbeat, run_chunk

CHUNK_SECONDS = 2.0
FIRST_CHUNK = 4
LARGEST_CHUNK = 5000
AHEAD = 2
"""Chunks submitted for each worker: one in progress, one queued."""

LEAST_LIMIT = 60.0
FIRST_LIMIT = 600.0
TIMEOUT_FACTOR = 100
"""The time limit of a run is this many times the slowest run so far; before any is known, it is very long."""

ISOLATED = "-alone"
"""How the name of a chunk ends that holds one run, retried alone."""

OnChunkDone = Callable[[int, int], None]
"""Called with the number of runs that were stored, and how many of them failed."""


@dataclass
class ChunkSizer:
    """Chunk size and time limit of a run, from the durations of the chunks so far.

    Args:
        asked: time limit of a run in seconds, if the user set one.
    """

    asked: float | None = None
    seconds: float | None = None
    slowest: float = 0.0

    def learn(self, result: ChunkResult) -> None:
        """Record the duration of a chunk."""
        new = result.busy / max(1, result.runs)
        # Points may differ, and so may what else the machine does: the latest count most.
        self.seconds = new if self.seconds is None else 0.5 * (self.seconds + new)
        self.slowest = max(self.slowest, result.slowest)

    def size(self, waiting: int, workers: int) -> int:
        """How many runs the next chunk holds: some seconds' worth, and less towards the end so that all end together."""
        if self.seconds is None:
            return FIRST_CHUNK
        fitting = min(LARGEST_CHUNK, int(CHUNK_SECONDS / max(self.seconds, 1e-6)))
        return max(1, min(fitting, -(-waiting // (AHEAD * workers))))

    @property
    def limit(self) -> float:
        """Time limit of a run in seconds."""
        if self.asked is not None:
            return self.asked
        return max(LEAST_LIMIT, TIMEOUT_FACTOR * self.slowest) if self.slowest else FIRST_LIMIT


class PendingRuns:
    """Runs that are neither stored nor submitted: a queue in the order of their numbers, and runs to be retried alone.

    Args:
        runs: numbers, ascending.
    """

    def __init__(self, runs: np.ndarray) -> None:
        self.queue = [runs]
        self.retries: list[int] = []

    @property
    def waiting(self) -> int:
        """How many are queued, without those to be retried alone."""
        return sum(len(runs) for runs in self.queue)

    def take(self, count: int) -> np.ndarray:
        """At most so many of the next runs, those given back first."""
        runs = self.queue.pop()
        self.give_back(runs[count:])
        return runs[:count]

    def give_back(self, runs: np.ndarray) -> None:
        """Requeue runs that were taken and are not stored."""
        if len(runs):
            self.queue.append(runs)


@dataclass
class SweepScheduler:
    """The execution of the pending runs of a sweep.

    Args:
        plan: all runs.
        folder: where parts go.
        stamp: hash of the plan's file.
        label: of the shard, in front of the names of parts; another process in the same folder has another.
        engine: where workers are.
        pending: runs to be executed.
        sizer: chunk size and time limit.
        on_chunk_done: called after every finished chunk, and every second.
    """

    plan: Plan
    folder: Path
    stamp: str
    label: str
    engine: Engine
    pending: PendingRuns
    sizer: ChunkSizer
    on_chunk_done: OnChunkDone
    submitted: dict[Future, Task] = field(default_factory=dict)
    token: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    chunks: int = 0

    def execute(self, on_interrupt: Callable[[], None]) -> None:
        """Submit all pending runs and wait for them.

        Args:
            on_interrupt: called on an interrupt, before chunks in progress are waited for.

        Raises:
            KeyboardInterrupt: after an interrupt, when the chunks in progress have been stored.
            OSError: if a worker could not store its runs; those of the others have been stored.
        """
        at_once = True
        try:
            executor = self.engine.start()
            while self.pending.waiting or self.pending.retries or self.submitted:
                executor = self._submit_chunks(executor)
                executor = self._collect(executor, wait(self.submitted, 1.0, FIRST_COMPLETED).done)
                # Also when no chunk is done: other machines judge by it whether this process still works.
                self.on_chunk_done(0, 0)
            at_once = False
        except (KeyboardInterrupt, OSError):
            on_interrupt()
            self._finish_chunks_in_progress()
            at_once = False
            raise
        finally:
            self.engine.stop(at_once)
            for task in self.submitted.values():
                last_heartbeat(self.folder, task.name)

    def _submit_chunks(self, executor: Executor) -> Executor:
        """Submit as many chunks as workers need; a run to be retried alone only when no other chunk is submitted."""
        while not self.pending.retries and self.pending.waiting:
            if len(self.submitted) >= AHEAD * self.engine.workers:
                return executor
            runs = self.pending.take(self.sizer.size(self.pending.waiting, self.engine.workers))
            if not self._submit(executor, runs):
                self.pending.give_back(runs)
                return self._after_lost_workers(executor, [])
        if self.pending.retries and not self.submitted:
            run = self.pending.retries.pop()
            if not self._submit(executor, np.array([run]), ISOLATED):
                self.pending.retries.append(run)
                return self._after_lost_workers(executor, [])
        return executor

    def _submit(self, executor: Executor, runs: np.ndarray, ending: str = "") -> bool:
        """Whether a chunk could be submitted: not if the workers were lost since the last look at them."""
        self.chunks += 1
        name = f"{self.label}-{self.token}-{self.chunks:06d}{ending}"
        limit = self.sizer.limit if self.engine.watched else None
        task = Task(str(self.folder.resolve()), self.stamp, name, runs, limit)
        try:
            self.submitted[executor.submit(run_chunk, task)] = task
        except self.engine.lost:
            return False
        return True

    def _collect(self, executor: Executor, done: Iterable[Future]) -> Executor:
        lost = []
        for future in done:
            try:
                result = future.result()
            except self.engine.lost:
                lost.append(self.submitted.pop(future))
                continue
            del self.submitted[future]
            self.sizer.learn(result)
            self.on_chunk_done(result.runs, result.failed)
        return self._after_lost_workers(executor, lost) if lost else executor

    def _after_lost_workers(self, executor: Executor, tasks: list[Task]) -> Executor:
        """Requeue the runs of lost chunks, except those that may have ended their worker."""
        if self.engine.falls_together:
            tasks = [*tasks, *self.submitted.values()]
            self.submitted.clear()
            # All processes have to be gone before their heartbeats are read.
            executor = self.engine.start()
        heartbeats = [(task, last_heartbeat(self.folder, task.name)) for task in tasks]
        timed_out = any(last is not None and last.out_of_time for _, last in heartbeats)
        for task, last in heartbeats:
            self._requeue(task, last, timed_out)
        return executor

    def _requeue(self, task: Task, last: Heartbeat | None, timed_out: bool) -> None:
        # If another run's time limit ended the whole pool, this chunk is not to blame.
        if last is None or (timed_out and not last.out_of_time and not task.name.endswith(ISOLATED)):
            self.pending.give_back(task.runs)
            return
        self.pending.give_back(task.runs[task.runs != last.run])
        if last.out_of_time:
            where = " < ".join(line.strip() for line in last.out_of_time.splitlines() if "File" in line)
            said = f"the run took longer than its time limit of {task.limit:g} s; it was at: {where}"
            self._store_failure(task, last.run, TIME_LIMIT, said)
        elif task.name.endswith(ISOLATED):
            said = "its process ended without a message twice, the second time while it ran alone"
            self._store_failure(task, last.run, WORKER_LOST, said)
        else:
            self.pending.retries.append(last.run)

    def _store_failure(self, task: Task, run: int, stage: str, message: str) -> None:
        part = parts.table(self.plan, np.array([run]), [RunRecord(None, stage=stage, message=message)])
        parts.write(self.folder, part, f"{task.name}-{run}")
        self.on_chunk_done(1, 1)

    def _finish_chunks_in_progress(self) -> None:
        """Drop chunks that no worker has begun, and wait for the others; a second interrupt ends that too."""
        try:
            running = [future for future in self.submitted if not future.cancel()]
            for future in wait(running).done:
                if future.cancelled() or future.exception() is not None:
                    continue
                del self.submitted[future]
                self.on_chunk_done(future.result().runs, future.result().failed)
        except KeyboardInterrupt:
            self.engine.stop(at_once=True)
