"""Parts: rows of finished runs in files of their own, each complete or absent, and read back in the order of their runs.

A row says which run it is by replication, design point and position of the scenario. Files may overlap: shards
interleave, failed runs are repeated. Rows are read a window of runs at a time, so memory stays bounded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
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
    held = {
        **{name: storage.numbers(key, pa.int64()) for name, key in zip(KEYS, keys, strict=True)},
        "status": storage.texts([FAILED if row.stage else OK for row in rows]),
        "stage": storage.texts([row.stage or None for row in rows]),
        "message": storage.texts([row.message or None for row in rows]),
        **{name: storage.numbers(seconds[:, place], pa.float32()) for place, name in enumerate(SECONDS)},
        **{name: storage.column(responses[:, place]) for place, name in enumerate(plan.responses)},
    }
    failed = sum(1 for row in rows if row.stage)
    about = {b"identity": plan.identity.encode(), b"failed": str(failed).encode()}
    return pa.Table.from_arrays(list(held.values()), names=list(held)).replace_schema_metadata(about)


def write(folder: Path, part: pa.Table, name: str) -> Path:
    """Keep a part, whole or not at all, under a name that ends in a hash of what is in it.

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
    """The parts of a folder that hold what was written, for this plan; and those that do not. By name."""
    found = sorted((folder / PARTS).glob("*.parquet"))
    good = [path for path in found if _readable(path, identity)]
    return good, [path for path in found if path not in set(good)]


def quarantine(path: Path) -> None:
    """Put a damaged part where no reader takes it for one; its runs have to be made again."""
    os.replace(path, path.with_name(path.name + DAMAGED))


def _readable(path: Path, identity: str) -> bool:
    # A reader of Parquet trusts what it reads, and may do anything with a damaged file; the hash comes first.
    if path.stem.rpartition("-")[2] != _hash(path.read_bytes()):
        return False
    about = parquet.read_schema(path).metadata or {}
    return about.get(b"identity") == identity.encode()


def counts(folder: Path) -> Iterator[tuple[int, int]]:
    """Rows and failed rows of every part, damaged ones left out, without touching any."""
    for path in (folder / PARTS).glob("*.parquet"):
        # Whoever sweeps may take a part away, or set it aside, meanwhile.
        try:
            about = parquet.read_metadata(path)
        except (OSError, ValueError):
            continue
        yield about.num_rows, int((about.metadata or {}).get(b"failed", b"0"))


WINDOW = 65_536
"""Runs held in memory at a time, and rows in a row group of a finished table."""


@dataclass(frozen=True)
class RowGroup:
    """One row group of a file, and the runs that it holds.

    Args:
        path: the file.
        group: which row group.
        runs: number of the run in each row.
        ok: whether it is ok, row by row.
    """

    path: Path
    group: int
    runs: np.ndarray
    ok: np.ndarray


def row_groups(plan: Plan, path: Path) -> Iterator[RowGroup]:
    """The row groups of a file of parts or of a finished table; only its keys are read."""
    file = parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        held = file.read_row_group(group, columns=[*KEYS, "status"])
        # The table of failures has no status: all its rows failed.
        status = held["status"].to_pylist() if "status" in held.column_names else [""] * held.num_rows
        yield RowGroup(path, group, _runs(plan, held), np.array([word == OK for word in status], dtype=bool))


def _runs(plan: Plan, held: pa.Table) -> np.ndarray:
    scenario = held["scenario"]
    if pa.types.is_integer(scenario.type):
        positions = storage.values(scenario)
    else:
        names = {composed.name: place for place, composed in enumerate(plan.scenarios)}
        positions = np.array([names[name] for name in scenario.to_pylist()], dtype=np.int64)
    return plan.numbers(storage.values(held["replication"]), storage.values(held["design_point"]), positions)


@dataclass(frozen=True)
class CompletedRuns:
    """All that is kept of a plan: where each run's row is.

    Args:
        pieces: row groups, those of finished tables before those of parts.
        done: whether there is a row, by run.
        failed: whether there is a row and none is ok, by run.
    """

    pieces: tuple[RowGroup, ...]
    done: np.ndarray
    failed: np.ndarray


def completed_runs(plan: Plan, files: Sequence[Path]) -> CompletedRuns:
    """What is kept in some files, finished tables first."""
    found = tuple(piece for path in files for piece in row_groups(plan, path))
    done, ok = np.zeros(plan.runs, dtype=bool), np.zeros(plan.runs, dtype=bool)
    for piece in found:
        done[piece.runs] = True
        ok[piece.runs[piece.ok]] = True
    return CompletedRuns(found, done, done & ~ok)


def iter_sorted(
    plan: Plan, held: Sequence[RowGroup], wanted: Sequence[str]
) -> Iterator[tuple[np.ndarray, pa.Table]]:
    """The rows of all pieces in the order of their runs, each run once.

    Args:
        plan: all runs.
        held: where rows are; later pieces go before earlier ones.
        wanted: names of the columns to read.

    Yields:
        Numbers of the runs of a window, and their rows.
    """
    lows = np.array([piece.runs.min(initial=plan.runs) for piece in held], dtype=np.int64)
    highs = np.array([piece.runs.max(initial=-1) for piece in held], dtype=np.int64)
    for low in range(0, plan.runs, WINDOW):
        meeting = np.flatnonzero((lows < low + WINDOW) & (highs >= low)).tolist()
        found = [(held[place], place, _inside(held[place], low)) for place in meeting]
        found = [(piece, place, inside) for piece, place, inside in found if len(inside)]
        if found:
            tables = [_rows(piece, wanted).take(storage.numbers(i, pa.int64())) for piece, _, i in found]
            runs = np.concatenate([piece.runs[inside] for piece, _, inside in found])
            failed = np.concatenate([~piece.ok[inside] for piece, _, inside in found])
            late = np.concatenate([np.full(len(inside), -place) for _, place, inside in found])
            yield _deduplicate(runs, np.lexsort((late, failed, runs)), pa.concat_tables(tables))


def _inside(piece: RowGroup, low: int) -> np.ndarray:
    return np.flatnonzero((piece.runs >= low) & (piece.runs < low + WINDOW))


def _rows(piece: RowGroup, wanted: Sequence[str]) -> pa.Table:
    rows = parquet.ParquetFile(piece.path).read_row_group(piece.group, columns=list(wanted))
    return rows.select(list(wanted)).replace_schema_metadata(None)


def _deduplicate(runs: np.ndarray, order: np.ndarray, rows: pa.Table) -> tuple[np.ndarray, pa.Table]:
    """The first row of every run, in the order given."""
    ordered = runs[order]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    chosen = order[first]
    return runs[chosen], rows.take(storage.numbers(chosen, pa.int64())).combine_chunks()
