"""Parts: the rows of finished runs, one file a chunk, each complete or absent; and reading rows in the order of their runs.

A row says which run it is by replication, design point and position of the scenario. Files may overlap: shards
interleave, failed runs are repeated.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from sim import storage
from sim.experiments.plans import Plan
from sim.runner.run_one import RunRecord
from sim.storage import atomic_write

PARTS = "parts"
DAMAGED = ".damaged"
KEYS = ("replication", "design_point", "scenario")
SECONDS = ("seconds_setting_up", "seconds_living", "seconds_reading")
OK, FAILED = "ok", "failed"


def table(plan: Plan, runs: np.ndarray, records: Sequence[RunRecord]) -> pa.Table:
    """Rows of runs, in the order of their numbers."""
    order = np.argsort(runs, kind="stable")
    rows = [records[place] for place in order.tolist()]
    keys = plan.keys(runs[order])
    unknown = [float("nan")] * len(plan.responses)
    responses = np.array([row.responses or unknown for row in rows]).reshape(len(rows), -1)
    seconds = np.array([row.seconds for row in rows], dtype=np.float32)
    columns = {
        **{name: storage.column(key) for name, key in zip(KEYS, keys, strict=True)},
        "status": storage.texts([FAILED if row.stage else OK for row in rows]),
        "stage": storage.texts([row.stage or None for row in rows]),
        "message": storage.texts([row.message or None for row in rows]),
        **{name: storage.numbers(seconds[:, place], pa.float32()) for place, name in enumerate(SECONDS)},
        **{name: storage.column(responses[:, place]) for place, name in enumerate(plan.responses)},
    }
    failed = sum(1 for row in rows if row.stage)
    about = {b"identity": plan.identity.encode(), b"failed": str(failed).encode()}
    return pa.table(columns, metadata=about)


def write(folder: Path, part: pa.Table, name: str) -> Path:
    """Store a part atomically, under a name that ends in a hash of its content.

    Raises:
        OSError: if it cannot be stored; nothing of it is left.
    """
    packed = pa.BufferOutputStream()
    parquet.write_table(part, packed, compression="zstd", use_dictionary=["status", "stage", "message"])
    content = packed.getvalue().to_pybytes()
    path = folder / PARTS / f"{name}-{_hash(content)}.parquet"

    def checked(draft: Path) -> None:
        draft.write_bytes(content)
        if parquet.read_metadata(draft).num_rows != part.num_rows:
            raise OSError(f"{draft} does not hold what was written to it")

    atomic_write(path, checked)
    return path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def valid_parts(folder: Path, identity: str) -> tuple[list[Path], list[Path]]:
    """The intact parts of a folder that belong to this plan, and all others; sorted by name."""
    found = sorted((folder / PARTS).glob("*.parquet"))
    good = [path for path in found if _readable(path, identity)]
    return good, [path for path in found if path not in set(good)]


def quarantine(path: Path) -> None:
    """Rename a damaged part so that no reader finds it; its runs have to be executed again."""
    os.replace(path, path.with_name(path.name + DAMAGED))


def _readable(path: Path, identity: str) -> bool:
    # A reader of Parquet trusts its input and may crash on a damaged file; the hash comes first.
    if path.stem.rpartition("-")[2] != _hash(path.read_bytes()):
        return False
    about = parquet.read_schema(path).metadata or {}
    return about.get(b"identity") == identity.encode()


def counts(folder: Path) -> Iterator[tuple[int, int]]:
    """Rows and failed rows of every part; damaged ones are skipped."""
    for path in (folder / PARTS).glob("*.parquet"):
        # The process that sweeps may remove a part, or set it aside, meanwhile.
        try:
            about = parquet.read_metadata(path)
        except (OSError, ValueError):
            continue
        yield about.num_rows, int((about.metadata or {}).get(b"failed", b"0"))


WINDOW = 65_536
"""Rows held in memory at a time, and rows in a row group of a finished table."""


@dataclass(frozen=True)
class CompletedRuns:
    """The runs of a plan that are stored.

    Args:
        files: where their rows are, finished tables before parts.
        done: whether there is a row, by run.
        failed: whether there is a row and none is ok, by run.
    """

    files: tuple[Path, ...]
    done: np.ndarray
    failed: np.ndarray


def completed_runs(plan: Plan, files: Sequence[Path]) -> CompletedRuns:
    """The runs that are stored in some files, finished tables first."""
    done, ok = np.zeros(plan.runs, dtype=bool), np.zeros(plan.runs, dtype=bool)
    for path in files:
        for runs, is_ok in _runs(plan, path):
            done[runs] = True
            ok[runs[is_ok]] = True
    return CompletedRuns(tuple(files), done, done & ~ok)


def iter_sorted(
    plan: Plan, files: Sequence[Path], columns: Sequence[str], only: int | None = None
) -> Iterator[tuple[np.ndarray, pa.Table]]:
    """The rows of some files in the order of their runs, each run once.

    Of several rows of a run, one that is ok goes before one that failed, then one of a later file before an earlier one.

    Args:
        plan: all runs.
        files: one or more files of parts or finished tables.
        columns: names of the columns to read.
        only: number of the one run to read, if not all.

    Yields:
        Numbers of the runs of a window, and their rows; one empty window if there are no rows.
    """
    groups = [(path, group, *found) for path in files for group, found in enumerate(_runs(plan, path))]
    run = np.concatenate([np.empty(0, dtype=np.int64), *(numbers for _, _, numbers, _ in groups)])
    failed = ~np.concatenate([np.empty(0, dtype=bool), *(ok for _, _, _, ok in groups)])
    sizes = np.array([len(numbers) for _, _, numbers, _ in groups], dtype=np.int64)
    of_group = np.repeat(np.arange(len(groups)), sizes)
    order = np.lexsort((-of_group, failed, run))
    _, first = np.unique(run[order], return_index=True)
    chosen = order[first] if only is None else order[first][run[order[first]] == only]
    nothing = _columns(files[0], [], columns)
    for start in range(0, max(1, len(chosen)), WINDOW):
        rows = chosen[start : start + WINDOW]
        needed = np.unique(of_group[rows])
        tables = [
            _columns(path, [group], columns) for path, group, *_ in (groups[n] for n in needed.tolist())
        ]
        # From row numbers over all groups to row numbers over those that are read.
        left_out = np.where(np.isin(np.arange(len(groups)), needed), 0, sizes).cumsum()
        indices = storage.column(rows - left_out[of_group[rows]])
        yield run[rows], pa.concat_tables([nothing, *tables]).take(indices).combine_chunks()


def _runs(plan: Plan, path: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Number of the run of each row and whether it is ok, for every row group of a part or a finished table."""
    scenarios = [composed.name for composed in plan.scenarios]
    file = parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group, columns=[*KEYS, "status"])
        # The table of failures has no status: all its rows failed.
        ok = is_ok(rows) if "status" in rows.column_names else np.zeros(rows.num_rows, dtype=bool)
        yield plan.numbers(*positions(rows, scenarios)), ok


def is_ok(rows: pa.Table) -> np.ndarray:
    """Whether each row is that of a run which did not fail."""
    ok = storage.texts([OK])[0]
    return storage.values(pc.equal(rows["status"].cast(pa.string()), ok).cast(pa.int8())).astype(bool)


def positions(rows: pa.Table, scenarios: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Replication, design point and position of the scenario of each row; parts hold the position, finished tables the name.

    A name that is not among the scenarios has the position after the last.
    """
    replication, point, scenario = (rows[key] for key in KEYS)
    if not pa.types.is_integer(scenario.type):
        found = pc.index_in(scenario.cast(pa.string()), value_set=storage.texts(scenarios))
        scenario = pc.fill_null(found.cast(pa.int64()), storage.column([len(scenarios)])[0])
    return storage.values(replication), storage.values(point), storage.values(scenario)


def _columns(path: Path, row_groups: list[int], names: Sequence[str]) -> pa.Table:
    rows = parquet.ParquetFile(path).read_row_groups(row_groups, columns=names)
    return rows.select(names).replace_schema_metadata(None)
