"""The tables of a finished sweep: one row a run, sorted, each run once, the same bytes on any number of workers.

`runs.parquet`: keys, status, factors, responses. `failures.parquet`: stage and message of each failure. `timings.parquet`:
durations, apart because they are never the same twice. `summary.json`: means and intervals by scenario. `manifest.json`:
hashes of the files, and the versions that made them; it is written last, and a folder with one is finished.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim import storage
from sim.experiments.plans import DESIGN_POINT, Plan
from sim.model import provenance
from sim.paths import DESIGN, FAILURES, MANIFEST, PLAN, RUNS, SUMMARY, TIMINGS
from sim.runner.parts import FAILED, OK, SECONDS, WINDOW, CompletedRuns, iter_sorted
from sim.stats import intervals, known_or_none, mean_over
from sim.storage import atomic_write, atomic_write_text, json_text

Shape = Callable[[Plan, np.ndarray, pa.Table], dict[str, Any]]
"""Makes the columns of a table from numbers of runs and their stored rows."""


def write_tables(plan: Plan, folder: Path, kept: CompletedRuns, command: str) -> None:
    """Write the tables of a sweep all of whose runs are stored, then its manifest; parts are left to the caller.

    Args:
        plan: all runs.
        folder: where the tables go.
        kept: where the rows are, in this folder or others.
        command: the command that finished it.

    Raises:
        OSError: if they cannot be stored; what was there before still is.
    """
    _write(plan, folder, kept, RUNS, ("status", *plan.responses), _runs)
    _write(plan, folder, kept, TIMINGS, ("status", *SECONDS), _timings)
    _write(plan, folder, kept, FAILURES, ("stage", "message"), _failures)
    atomic_write_text(folder / SUMMARY, json_text(_summary(plan, folder / RUNS)))
    atomic_write_text(folder / MANIFEST, json_text(_manifest(plan, folder, kept, command)))


def _write(
    plan: Plan, folder: Path, kept: CompletedRuns, name: str, columns: Sequence[str], shape: Shape
) -> None:
    """Write one table from the parts and, if the sweep was finished before, from the finished table of that name."""
    files = [path.with_name(name) if path.name == RUNS else path for path in kept.files]
    files = [path for path in files if path.is_file()]

    def write(draft: Path) -> None:
        tables = (pa.table(shape(plan, runs, rows)) for runs, rows in iter_sorted(plan, files, columns))
        first = next(tables)
        numbers = [column for column in first.column_names if column in plan.responses]
        with parquet.ParquetWriter(
            draft,
            first.schema,
            compression="zstd",
            compression_level=3,
            use_byte_stream_split=numbers or False,
            use_dictionary=[column for column in first.column_names if column not in numbers],
            write_page_checksum=True,
        ) as writer:
            for table in chain([first], tables):
                writer.write_table(table, row_group_size=WINDOW)

    atomic_write(folder / name, write)


def _keys(plan: Plan, runs: np.ndarray) -> dict[str, pa.Array]:
    replication, point, scenario = plan.keys(runs)
    names = storage.texts([composed.name for composed in plan.scenarios])
    return {
        DESIGN_POINT: storage.column(point),
        "scenario": names.take(storage.column(scenario)),
        "replication": storage.column(replication),
    }


def _runs(plan: Plan, runs: np.ndarray, rows: pa.Table) -> dict[str, Any]:
    keys = _keys(plan, runs)
    factors = plan.table.take(keys[DESIGN_POINT])
    return {
        **keys,
        "seed": storage.column(np.full(len(runs), plan.seed)),
        "status": rows["status"],
        **{factor.key: factors[factor.key] for factor in plan.factors},
        **{name: rows[name] for name in plan.responses},
    }


def _timings(plan: Plan, runs: np.ndarray, rows: pa.Table) -> dict[str, Any]:
    return {**_keys(plan, runs), **{name: rows[name] for name in rows.column_names}}


def _failures(plan: Plan, runs: np.ndarray, rows: pa.Table) -> dict[str, Any]:
    failed = np.flatnonzero([stage is not None for stage in rows["stage"].to_pylist()])
    runs, rows = runs[failed], rows.take(storage.column(failed))
    keys = _keys(plan, runs)
    points = [plan.point(point) for point in keys[DESIGN_POINT].to_pylist()]
    return {
        "run": storage.column(runs),
        **keys,
        "seed": storage.column(np.full(len(runs), plan.seed)),
        "parameters": storage.texts([json.dumps(point, ensure_ascii=False) for point in points]),
        "stage": rows["stage"],
        "message": rows["message"],
    }


def _summary(plan: Plan, path: Path) -> dict[str, Any]:
    """Mean of every response by scenario, over points and replications; intervals over replications.

    Points meet the same replications, so a replication counts once: its mean over the points is what varies.
    """
    file = parquet.ParquetFile(path)
    cube = (plan.replications, plan.points, len(plan.scenarios))
    found: dict[str, dict[str, Any]] = {scenario.name: {} for scenario in plan.scenarios}
    for response in plan.responses:
        values = storage.values(file.read(columns=[response])[response]).reshape(cube)
        count = np.isfinite(values).sum(axis=1)
        ends = intervals(mean_over(values, axis=1))
        for place, scenario in enumerate(plan.scenarios):
            mean, low, high = (known_or_none(end[place]) for end in ends)
            known = int(count[:, place].sum())
            found[scenario.name][response] = {"mean": mean, "low": low, "high": high, "known": known}
    return {"scenarios": found, "replications": plan.replications, "points": plan.points, "runs": plan.runs}


def _manifest(plan: Plan, folder: Path, kept: CompletedRuns, command: str) -> dict[str, Any]:
    files = []
    for name in (RUNS, FAILURES, TIMINGS, DESIGN, PLAN, SUMMARY):
        path = folder / name
        rows = {"rows": parquet.read_metadata(path).num_rows} if path.suffix == ".parquet" else {}
        files.append({"name": name, **rows, "sha256": storage.file_hash(path)})
    failed = int(kept.failed.sum())
    return {
        "name": plan.name,
        "identity": plan.identity,
        "runs": plan.runs,
        OK: plan.runs - failed,
        FAILED: failed,
        "seed": plan.seed,
        "command": command,
        "model": plan.model,
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "files": files,
    }


def manifest(folder: Path) -> dict[str, Any] | None:
    """What the manifest of a folder says, or None when its sweep is not finished."""
    path = folder / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
