"""Progress of a sweep: reported to a callback, and written to a file for other processes."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pyarrow import parquet

from sim.experiments.plans import Plan
from sim.paths import RUNS
from sim.runner import parts
from sim.runner.finalise import manifest
from sim.runner.worker import RUNNING
from sim.storage import atomic_write_text, json_text

if sys.platform != "win32":
    import fcntl

EVERY = 1.0
"""Seconds between two writes of the progress file."""

SILENT = 60.0
"""Seconds without a write after which a process on another machine counts as stopped; clocks may differ a little."""

TABLES = "tables"

OnProgress = Callable[[int, int], None]
"""Called with how many runs are done, of how many."""


@dataclass
class Progress:
    """Progress of one process with its shard of a sweep.

    Args:
        path: the progress file.
        about: what else it says: label, engine, workers.
        total: runs of the shard.
        done: runs of the shard that are stored.
        failed: those of them that failed.
        watcher: called with every step.
    """

    path: Path
    about: dict[str, Any]
    total: int
    done: int
    failed: int
    watcher: OnProgress | None = None
    began: float = field(default_factory=time.time)
    noted: float = 0.0

    def __post_init__(self) -> None:
        self._at_start = self.done
        self._note()

    def add(self, runs: int, failed: int) -> None:
        """Count more stored runs."""
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
        atomic_write_text(self.path, json_text(content))


def status(plan: Plan, folder: Path) -> dict[str, Any]:
    """The status of a sweep, from its files alone; nothing is written.

    Returns:
        state (finished, running, stopped), done, total, failed, rate in runs a second, seconds left, and shares: the
        progress file of each process in the folder; of one that has just begun only its label.
    """
    shares = _shares(folder)
    running = [share for share in shares if share["running"]]
    counts = list(parts.counts(folder))
    table = folder / RUNS
    before = parquet.read_metadata(table).num_rows if table.is_file() else 0
    # A run that was executed again after a stop counts twice until the tables are written.
    done = min(before + sum(rows for rows, _ in counts), plan.runs)
    # Read last: a process that ends meanwhile writes it before it removes its progress file.
    finished = manifest(folder)
    if finished is not None and finished["identity"] == plan.identity:
        said = {"state": "finished", "done": finished["runs"], "failed": finished["failed"]}
        return {**said, "total": plan.runs, "rate": None, "seconds_left": 0.0, "shares": []}
    rate = sum(share.get("rate") or 0.0 for share in running)
    return {
        "state": "running" if running else "stopped",
        "done": done,
        "total": plan.runs,
        "failed": sum(failed for _, failed in counts),
        "rate": rate or None,
        "seconds_left": (plan.runs - done) / rate if rate else None,
        "shares": shares,
    }


def _shares(folder: Path) -> list[dict[str, Any]]:
    """The progress of each process, and the label of those that hold a shard and have not written any progress yet."""
    held = {path.stem for path in (folder / RUNNING).glob("*.lock")} - {TABLES}
    shares = {label: {"label": label, "running": True} for label in sorted(held) if is_held(folder, label)}
    for path in sorted((folder / RUNNING).glob("*.json")):
        # A process that ends removes it.
        with suppress(FileNotFoundError):
            note = json.loads(path.read_text("utf-8"))
            shares[note["label"]] = {**note, "running": note["label"] in shares or _is_alive(note)}
    return list(shares.values())


def _is_alive(note: dict[str, Any]) -> bool:
    """Whether a process of another machine, whose locks may not be visible here, wrote its progress just now."""
    return note["machine"] != platform.node() and time.time() - note["noted"] < SILENT


class FolderLock(FileLock):
    """A lock whose folder another process may remove as it ends: then it is made and asked for once more."""

    def acquire(self, *given: Any, **asked: Any) -> Any:
        """Wait for the lock, as every file lock does, however often its folder is removed meanwhile."""
        while True:
            Path(self.lock_file).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                return super().acquire(*given, **asked)


def lock(folder: Path, label: str, wait: float = 1.0) -> FileLock:
    """The lock of a shard, held while a process works on it; the system releases it however the process ends.

    Args:
        folder: folder of results.
        label: of the shard.
        wait: seconds to wait for it; `gapsim status` takes it for a moment to see whether it is held.
    """
    return FolderLock(folder / RUNNING / f"{label}.lock", timeout=wait)


def tables_lock(folder: Path) -> FileLock:
    """The lock held while parts are read or turned into tables: two shards may end at the same moment."""
    return lock(folder, TABLES, wait=3600.0)


def is_held(folder: Path, label: str) -> bool:
    """Whether a process works on a shard; read access to the folder is enough to ask."""
    path = folder / RUNNING / f"{label}.lock"
    if sys.platform == "win32":
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        # Where a file system has no such locks, one is held as long as its file is there.
        return path.exists()
    return False


def forget(folder: Path, label: str) -> None:
    """Remove the progress file of an earlier process with this label; the caller holds its lock."""
    (folder / RUNNING / f"{label}.json").unlink(missing_ok=True)


def clear(folder: Path, label: str) -> None:
    """Remove the files of a process, and their folder when it was the last.

    The caller still holds its lock: a file that is removed later could be that of the next process with this label.
    """
    _unlink((folder / RUNNING).glob(f"{label}[.-]*"))
    tables = lock(folder, TABLES, wait=0.0)
    with suppress(Timeout), tables:
        _unlink([Path(tables.lock_file)])
    with suppress(OSError):
        (folder / RUNNING).rmdir()


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        # Windows keeps a file that is open; it is empty and does no harm.
        with suppress(PermissionError):
            path.unlink(missing_ok=True)
