"""Progress of a sweep: reported to whoever watches it, and written to a file for other shells."""

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
from sim.storage import atomic_write_text

if sys.platform != "win32":
    import fcntl

EVERY = 1.0
"""Seconds between two notes to other shells."""

SILENT = 60.0
"""Seconds without a note after which a process on another machine counts as stopped; their clocks may differ a little."""

TABLES = "tables"

OnProgress = Callable[[int, int], None]
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
        atomic_write_text(self.path, json.dumps(content, indent=2) + "\n")


def status(plan: Plan, folder: Path) -> dict[str, Any]:
    """What another shell can say of a sweep, from its files alone; nothing is touched.

    Returns:
        state (finished, running, stopped), done, total, failed, rate in runs a second, seconds left, and shares: what
        each process in the folder last wrote of itself; of one that has just begun only its label.
    """
    shares = _shares(folder)
    running = [share for share in shares if share["running"]]
    counts = list(parts.counts(folder))
    done = _finished_before(folder) + sum(rows for rows, _ in counts)
    # Read last: who ends meanwhile has written it before taking away what it said of itself.
    finished = manifest(folder)
    if finished is not None and finished["identity"] == plan.identity:
        said = {"state": "finished", "done": finished["runs"], "failed": finished["failed"]}
        return {**said, "total": plan.runs, "rate": None, "seconds_left": 0.0, "shares": []}
    rate = sum(share.get("rate") or 0.0 for share in running)
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


def _shares(folder: Path) -> list[dict[str, Any]]:
    """What processes wrote of themselves, and who holds a share without a word yet: one reads first what is kept."""
    held = {path.stem for path in (folder / RUNNING).glob("*.lock")} - {TABLES}
    shares = {label: {"label": label, "running": True} for label in sorted(held) if is_held(folder, label)}
    for path in sorted((folder / RUNNING).glob("*.json")):
        # Who ends takes it away.
        with suppress(FileNotFoundError):
            note = json.loads(path.read_text("utf-8"))
            shares[note["label"]] = {**note, "running": note["label"] in shares or _is_heard_from(note)}
    return list(shares.values())


def _is_heard_from(note: dict[str, Any]) -> bool:
    """Whether a process of another machine, whose locks may not be seen from here, wrote of itself just now."""
    return note["machine"] != platform.node() and time.time() - note["noted"] < SILENT


def _finished_before(folder: Path) -> int:
    path = folder / RUNS
    return parquet.read_metadata(path).num_rows if path.is_file() else 0


class FolderLock(FileLock):
    """A lock whose folder another process may take away as it ends: then it is made and asked for once more."""

    def acquire(self, *given: Any, **asked: Any) -> Any:
        """Wait for the lock, as every file lock does, however often its folder goes meanwhile."""
        while True:
            Path(self.lock_file).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                return super().acquire(*given, **asked)


def lock(folder: Path, label: str, wait: float = 1.0) -> FileLock:
    """What a process holds while it works on a share of a folder; it falls away when the process ends, however it does.

    Args:
        folder: folder of results.
        label: of the share.
        wait: seconds to wait for it; `gapsim status` touches it for a moment to see whether anybody holds it.
    """
    return FolderLock(folder / RUNNING / f"{label}.lock", timeout=wait)


def tables_lock(folder: Path) -> FileLock:
    """What a process holds while it reads parts or turns them into tables: two shards may end at the same moment."""
    return lock(folder, TABLES, wait=3600.0)


def is_held(folder: Path, label: str) -> bool:
    """Whether a process is at work on a share; whoever may read the folder may ask."""
    path = folder / RUNNING / f"{label}.lock"
    if sys.platform == "win32":
        return _is_taken(path)
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        # Where a file system has no such locks, one is held as long as its file is there.
        return path.exists()
    return False


def _is_taken(path: Path) -> bool:
    if not path.exists():
        return False
    held = FileLock(path, timeout=0)
    try:
        held.acquire()
    except Timeout:
        return True
    held.release()
    return False


def forget(folder: Path, label: str) -> None:
    """Take away what an earlier process wrote about itself under this label; the caller holds its lock."""
    (folder / RUNNING / f"{label}.json").unlink(missing_ok=True)


def clear(folder: Path, label: str) -> None:
    """Take away what a process wrote about itself, and the folder for it when it was the last.

    The caller still holds its lock: a file that is taken away later could be the next one's, which then nobody would see.
    """
    _unlink((folder / RUNNING).glob(f"{label}[.-]*"))
    tables = lock(folder, TABLES, wait=0.0)
    with suppress(Timeout), tables:
        _unlink([Path(tables.lock_file)])
    with suppress(OSError):
        (folder / RUNNING).rmdir()


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        # Windows keeps a file that is open; it is empty, and in nobody's way.
        with suppress(PermissionError):
            path.unlink(missing_ok=True)
