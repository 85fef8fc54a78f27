"""Rows of many files put in the order of their runs, each run once, a window of runs at a time.

Files may overlap in any way: shards interleave, failed runs are made again, a sweep that was killed while it finished
leaves parts whose rows are in its tables already. Of several rows of a run, one that is ok goes before one that failed,
and a later one before an earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim import columns
from sim.experiments.plans import Plan
from sim.sweeping.parts import KEYS, OK

WINDOW = 65_536
"""Runs held in memory at a time, and rows in a row group of a finished table."""


@dataclass(frozen=True)
class Piece:
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


def pieces(plan: Plan, path: Path) -> Iterator[Piece]:
    """The row groups of a file of parts or of a finished table; only its keys are read."""
    file = parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        held = file.read_row_group(group, columns=[*KEYS, "status"])
        # The table of failures has no status: all its rows failed.
        status = held["status"].to_pylist() if "status" in held.column_names else [""] * held.num_rows
        yield Piece(path, group, _runs(plan, held), np.array([word == OK for word in status], dtype=bool))


def _runs(plan: Plan, held: pa.Table) -> np.ndarray:
    scenario = held["scenario"]
    if pa.types.is_integer(scenario.type):
        positions = columns.values(scenario)
    else:
        names = {composed.name: place for place, composed in enumerate(plan.scenarios)}
        positions = np.array([names[name] for name in scenario.to_pylist()], dtype=np.int64)
    return plan.numbers(columns.values(held["replication"]), columns.values(held["design_point"]), positions)


@dataclass(frozen=True)
class Kept:
    """All that is kept of a plan: where each run's row is.

    Args:
        pieces: row groups, those of finished tables before those of parts.
        done: whether there is a row, by run.
        failed: whether there is a row and none is ok, by run.
    """

    pieces: tuple[Piece, ...]
    done: np.ndarray
    failed: np.ndarray


def kept(plan: Plan, files: Sequence[Path]) -> Kept:
    """What is kept in some files, finished tables first."""
    found = tuple(piece for path in files for piece in pieces(plan, path))
    done, ok = np.zeros(plan.runs, dtype=bool), np.zeros(plan.runs, dtype=bool)
    for piece in found:
        done[piece.runs] = True
        ok[piece.runs[piece.ok]] = True
    return Kept(found, done, done & ~ok)


def in_order(
    plan: Plan, held: Sequence[Piece], wanted: Sequence[str]
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
            tables = [_rows(piece, wanted).take(columns.numbers(i, pa.int64())) for piece, _, i in found]
            runs = np.concatenate([piece.runs[inside] for piece, _, inside in found])
            failed = np.concatenate([~piece.ok[inside] for piece, _, inside in found])
            late = np.concatenate([np.full(len(inside), -place) for _, place, inside in found])
            yield _once(runs, np.lexsort((late, failed, runs)), pa.concat_tables(tables))


def _inside(piece: Piece, low: int) -> np.ndarray:
    return np.flatnonzero((piece.runs >= low) & (piece.runs < low + WINDOW))


def _rows(piece: Piece, wanted: Sequence[str]) -> pa.Table:
    rows = parquet.ParquetFile(piece.path).read_row_group(piece.group, columns=list(wanted))
    return rows.select(list(wanted)).replace_schema_metadata(None)


def _once(runs: np.ndarray, order: np.ndarray, rows: pa.Table) -> tuple[np.ndarray, pa.Table]:
    """The first row of every run, in the order given."""
    ordered = runs[order]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    chosen = order[first]
    return runs[chosen], rows.take(columns.numbers(chosen, pa.int64())).combine_chunks()
