"""Handing out runs to workers, chunk by chunk, until all are kept; and finding out whose fault it was when one is lost.

Only a few chunks are handed out at a time, so that a million runs need no more memory than a thousand. When a worker is
lost, the run that it was at is simulated again with nothing beside it: only a run that takes its worker with it when alone
is written down as failed, and its innocent neighbours are simply simulated again.
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
"""Chunks handed out for each worker: one to do, one to go on with."""

LEAST_LIMIT = 60.0
FIRST_LIMIT = 600.0
TIMEOUT_FACTOR = 100
"""A run is given this many times as long as the slowest so far; before any is known, very long."""

ISOLATED = "-alone"
"""How the name of a chunk ends that holds a suspect."""

OnChunkDone = Callable[[int, int], None]
"""Told how many runs were kept, and how many of them failed."""


@dataclass
class ChunkSizer:
    """How long runs take, as chunks come in: how many make a chunk, and when one has surely hung.

    Args:
        asked: seconds that a run may take, when somebody said so.
    """

    asked: float | None = None
    seconds: float | None = None
    slowest: float = 0.0

    def learn(self, receipt: ChunkResult) -> None:
        """Takes note of a chunk."""
        new = receipt.busy / max(1, receipt.runs)
        # Points may differ, and so may what else the machine does: the latest count most.
        self.seconds = new if self.seconds is None else 0.5 * (self.seconds + new)
        self.slowest = max(self.slowest, receipt.slowest)

    def size(self, waiting: int, workers: int) -> int:
        """How many runs the next chunk holds: some seconds' worth, and less towards the end so that all end together."""
        if self.seconds is None:
            return FIRST_CHUNK
        fitting = min(LARGEST_CHUNK, int(CHUNK_SECONDS / max(self.seconds, 1e-6)))
        return max(1, min(fitting, -(-waiting // (AHEAD * workers))))

    @property
    def limit(self) -> float:
        """Seconds after which a run has hung."""
        if self.asked is not None:
            return self.asked
        return max(LEAST_LIMIT, TIMEOUT_FACTOR * self.slowest) if self.slowest else FIRST_LIMIT


@dataclass
class PendingRuns:
    """Runs that nobody has in hand: those in the order of their numbers, and suspects, to be simulated alone.

    Args:
        runs: numbers, ascending.
    """

    runs: np.ndarray
    returned: list[np.ndarray] = field(default_factory=list)
    suspects: list[int] = field(default_factory=list)
    taken: int = 0

    @property
    def waiting(self) -> int:
        """How many are left, suspects apart."""
        return len(self.runs) - self.taken + sum(len(runs) for runs in self.returned)

    def take(self, count: int) -> np.ndarray:
        """At most so many of the next runs, those given back first."""
        if self.returned:
            runs = self.returned.pop()
            if len(runs) > count:
                self.returned.append(runs[count:])
            return runs[:count]
        runs = self.runs[self.taken : self.taken + count]
        self.taken += len(runs)
        return runs

    def give_back(self, runs: np.ndarray) -> None:
        """Runs that were in hand and are not kept."""
        if len(runs):
            self.returned.append(runs)


@dataclass
class SweepScheduler:
    """A sweep under way: what waits, what is in hand, what was heard.

    Args:
        plan: all runs.
        folder: where parts go.
        stamp: of the plan's file.
        label: name in front of the names of parts; another process in the same folder has another.
        engine: where workers are.
        backlog: what is to be done.
        pace: how long runs take.
        heard: called with every finished chunk.
    """

    plan: Plan
    folder: Path
    stamp: str
    label: str
    engine: Engine
    backlog: PendingRuns
    pace: ChunkSizer
    heard: OnChunkDone
    in_hand: dict[Future, Task] = field(default_factory=dict)
    token: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    handed: int = 0

    def carry_out(self, stopping: Callable[[], None]) -> None:
        """Hand out all runs and wait for them.

        Args:
            stopping: called on an interrupt, before runs in progress are waited for.

        Raises:
            KeyboardInterrupt: after an interrupt, when what was in hand has been kept.
            OSError: if a worker could not keep what it did; what others did has been kept.
        """
        at_once = True
        try:
            executor = self.engine.start()
            while self.backlog.waiting or self.backlog.suspects or self.in_hand:
                executor = self._hand_out(executor)
                executor = self._hear(executor, wait(self.in_hand, 1.0, FIRST_COMPLETED).done)
                # Word also when no chunk has come in: other machines go by it.
                self.heard(0, 0)
            at_once = False
        except (KeyboardInterrupt, OSError):
            stopping()
            self._finish_what_is_in_hand()
            at_once = False
            raise
        finally:
            self.engine.stop(at_once)
            for task in self.in_hand.values():
                last_heartbeat(self.folder, task.name)

    def _hand_out(self, executor: Executor) -> Executor:
        """Hand out as many chunks as are good to have ahead; a suspect only when nothing else is in hand."""
        while not self.backlog.suspects and self.backlog.waiting:
            if len(self.in_hand) >= AHEAD * self.engine.workers:
                return executor
            size = self.pace.size(self.backlog.waiting, self.engine.workers)
            if not self._submit(executor, self.backlog.take(size)):
                return self._lost(executor, [])
        if self.backlog.suspects and not self.in_hand:
            suspect = np.array([self.backlog.suspects.pop()])
            if not self._submit(executor, suspect, alone=True):
                self.backlog.suspects.append(int(suspect[0]))
                return self._lost(executor, [])
        return executor

    def _submit(self, executor: Executor, runs: np.ndarray, alone: bool = False) -> bool:
        self.handed += 1
        name = f"{self.label}-{self.token}-{self.handed:06d}{ISOLATED if alone else ''}"
        limit = self.pace.limit if self.engine.watched else None
        task = Task(str(self.folder.resolve()), self.stamp, name, runs, limit)
        try:
            self.in_hand[executor.submit(run_chunk, task)] = task
        except self.engine.lost:
            # The pool fell after the last look at it.
            if not alone:
                self.backlog.give_back(runs)
            return False
        return True

    def _hear(self, executor: Executor, done: Iterable[Future]) -> Executor:
        lost = []
        for future in done:
            try:
                receipt = future.result()
            except self.engine.lost:
                lost.append(self.in_hand.pop(future))
                continue
            del self.in_hand[future]
            self.pace.learn(receipt)
            self.heard(receipt.runs, receipt.failed)
        return self._lost(executor, lost) if lost else executor

    def _lost(self, executor: Executor, tasks: list[Task]) -> Executor:
        """Give back the runs of lost chunks, and find out whose fault it was."""
        if self.engine.falls_together:
            tasks = [*tasks, *self.in_hand.values()]
            self.in_hand.clear()
            # All processes have to be gone before it is read what they were doing.
            executor = self.engine.start()
        seen = [(task, last_heartbeat(self.folder, task.name)) for task in tasks]
        out_of_time = any(last is not None and last.out_of_time for _, last in seen)
        for task, last in seen:
            self._judge(task, last, out_of_time)
        return executor

    def _judge(self, task: Task, last: Heartbeat | None, out_of_time: bool) -> None:
        if last is None:
            self.backlog.give_back(task.runs)
        elif last.out_of_time:
            where = " < ".join(line.strip() for line in last.out_of_time.splitlines() if "File" in line)
            said = f"the run took longer than its time limit of {task.limit:g} s; it was at: {where}"
            self._write_down(last.run, RunRecord(None, stage=TIME_LIMIT, message=said), task)
        elif task.name.endswith(ISOLATED):
            said = "its process ended without a message twice, the second time while it ran alone"
            self._write_down(last.run, RunRecord(None, stage=WORKER_LOST, message=said), task)
        elif out_of_time:
            # Another run's time limit made the whole pool fall: nobody here is to blame.
            self.backlog.give_back(task.runs)
        else:
            self.backlog.suspects.append(last.run)
            self.backlog.give_back(task.runs[task.runs != last.run])

    def _write_down(self, run: int, record: RunRecord, task: Task) -> None:
        part = parts.table(self.plan, np.array([run]), [record])
        parts.write(self.folder, part, f"{task.name}-{run}")
        self.heard(1, 1)
        self.backlog.give_back(task.runs[task.runs != run])

    def _finish_what_is_in_hand(self) -> None:
        """Chunks that no worker has begun are dropped, the others are waited for; a second interrupt ends that too."""
        try:
            waited = [future for future in self.in_hand if not future.cancel()]
            for future in wait(waited).done:
                if future.cancelled() or future.exception() is not None:
                    continue
                del self.in_hand[future]
                self.heard(future.result().runs, future.result().failed)
        except KeyboardInterrupt:
            self.engine.stop(at_once=True)
