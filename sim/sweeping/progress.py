"""How far a sweep has come, told to whoever watches it and written down for other shells to read."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim.experiments.plans import Plan
from sim.results import whole_text
from sim.sweeping import parts
from sim.sweeping.chunks import RUNNING
from sim.sweeping.finishing import manifest

EVERY = 1.0
"""Seconds between two notes to other shells."""

TABLES = "tables"

Watcher = Callable[[int, int], None]
"""Told how many runs are done, of how many."""


@dataclass
class Progress:
    """How far one process has come with its share of a sweep.

    Args:
        path: where it is written down.
        about: what else others may want to know: engine, workers.
        total: runs of the share.
        done: runs of the share that are kept.
        failed: those of them that failed.
        watcher: told of every step.
    """

    path: Path
    about: dict[str, Any]
    total: int
    done: int
    failed: int
    watcher: Watcher | None = None
    began: float = field(default_factory=time.time)
    noted: float = 0.0

    def __post_init__(self) -> None:
        self._at_start = self.done
        self._note()

    def heard(self, runs: int, failed: int) -> None:
        """Some more runs are kept."""
        self.done += runs
        self.failed += failed
        if self.watcher:
            self.watcher(self.done, self.total)
        if time.time() - self.noted >= EVERY:
            self._note()

    def _note(self) -> None:
        self.noted = time.time()
        seconds = self.noted - self.began
        content = {
            **self.about,
            "machine": platform.node(),
            "process": os.getpid(),
            "began": self.began,
            "noted": self.noted,
            "done": self.done,
            "total": self.total,
            "failed": self.failed,
            "rate": (self.done - self._at_start) / seconds if seconds > 0 else None,
        }
        whole_text(self.path, json.dumps(content, indent=2) + "\n")


def status(plan: Plan, folder: Path) -> dict[str, Any]:
    """What another shell can say of a sweep, from its files alone; nothing is touched.

    Returns:
        state (finished, running, stopped), done, total, failed, rate in runs a second, seconds left, and shares: what
        each process in the folder last wrote of itself.
    """
    finished = manifest(folder)
    if finished is not None and finished["identity"] == plan.identity:
        said = {"state": "finished", "done": finished["runs"], "failed": finished["failed"]}
        return {**said, "total": plan.runs, "rate": None, "seconds_left": 0.0, "shares": []}
    counts = list(parts.counts(folder))
    shares = [json.loads(path.read_text("utf-8")) for path in sorted((folder / RUNNING).glob("*.json"))]
    for share in shares:
        share["running"] = is_held(folder, share["label"])
    running = [share for share in shares if share["running"]]
    done = _finished_before(folder) + sum(rows for rows, _ in counts)
    rate = sum(share["rate"] or 0.0 for share in running)
    return {
        "state": "running" if running else "stopped",
        # A run that was made again after a stop counts twice until the tables are written.
        "done": min(done, plan.runs),
        "total": plan.runs,
        "failed": sum(failed for _, failed in counts),
        "rate": rate or None,
        "seconds_left": (plan.runs - min(done, plan.runs)) / rate if rate else None,
        "shares": shares,
    }


def _finished_before(folder: Path) -> int:
    from pyarrow import parquet

    from sim.sweeping.finishing import RUNS

    path = folder / RUNS
    return parquet.read_metadata(path).num_rows if path.is_file() else 0


def lock(folder: Path, label: str, wait: float = 1.0) -> FileLock:
    """What a process holds while it works on a share of a folder; it falls away when the process ends, however it does.

    Args:
        folder: folder of results.
        label: of the share.
        wait: seconds to wait for it; `gapsim status` holds it for a moment to see whether anybody does.
    """
    (folder / RUNNING).mkdir(parents=True, exist_ok=True)
    return FileLock(folder / RUNNING / f"{label}.lock", timeout=wait)


def tables_lock(folder: Path) -> FileLock:
    """What a process holds while it reads parts or turns them into tables: two shards may end at the same moment."""
    return lock(folder, TABLES, wait=3600.0)


def is_held(folder: Path, label: str) -> bool:
    """Whether a process is at work on a share."""
    path = folder / RUNNING / f"{label}.lock"
    if not path.exists():
        return False
    held = FileLock(path, timeout=0)
    try:
        held.acquire()
    except Timeout:
        return True
    held.release()
    return False


def clear(folder: Path, label: str) -> None:
    """Take away what a process wrote about itself, and the folder for it when it was the last."""
    for name in (label, TABLES):
        for path in (folder / RUNNING).glob(f"{name}[.-]*"):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / RUNNING).rmdir()
