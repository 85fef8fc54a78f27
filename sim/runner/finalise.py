"""The tables of a finished sweep: one row a run, sorted, each run once, the same bytes whoever made the runs.

`runs.parquet`: keys, status, factors, responses. `failures.parquet`: what went wrong and where. `timings.parquet`: the
clock, which is apart because it never is the same twice. `summary.json`: means and intervals by scenario.
`manifest.json`: what the files hold, and what made them; it is written last, and a folder with one is finished.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim import storage
from sim.experiments.plans import DESIGN_POINT, Plan
from sim.model import provenance
from sim.paths import DESIGN, FAILURES, MANIFEST, PLAN, RUNS, SUMMARY, TIMINGS
from sim.runner.parts import FAILED, OK, SECONDS, WINDOW, CompletedRuns, RowGroup, iter_sorted, row_groups
from sim.stats import intervals, known_or_none, mean_over
from sim.storage import atomic_write, atomic_write_text


@dataclass(frozen=True)
class TableKind:
    """One of the tables of a finished sweep.

    Args:
        name: of its file.
        held: the columns that parts hold for it.
        shape: makes its rows of numbers of runs and of those columns.
    """

    name: str
    held: tuple[str, ...]
    shape: Callable[[Plan, np.ndarray, pa.Table], pa.Table]


def write_tables(plan: Plan, folder: Path, kept: CompletedRuns, command: str) -> None:
    """Write the tables of a sweep all of whose runs are kept, then its manifest; parts are left to the caller.

    Args:
        plan: all runs.
        folder: where the tables go.
        kept: where the rows are, in this folder or others.
        command: the command that finished it.

    Raises:
        OSError: if they cannot be stored; what was there before still is.
    """
    for kind in kinds(plan):
        held = _sources(plan, kept, kind)
        atomic_write(folder / kind.name, lambda draft, kind=kind, held=held: _write(plan, draft, kind, held))  # type: ignore[misc]
    atomic_write_text(folder / SUMMARY, _as_text(_summary(plan, folder / RUNS)))
    atomic_write_text(folder / MANIFEST, _as_text(_manifest(plan, folder, command)))


def kinds(plan: Plan) -> tuple[TableKind, ...]:
    """The tables of a finished sweep."""
    return (
        TableKind(RUNS, ("status", *plan.responses), _runs),
        TableKind(TIMINGS, ("status", *SECONDS), _timings),
        TableKind(FAILURES, ("stage", "message"), _failures),
    )


def _sources(plan: Plan, kept: CompletedRuns, kind: TableKind) -> list[RowGroup]:
    """Row groups to make a table from: the finished table of that kind, if there is one, and all parts."""
    finished = dict.fromkeys(piece.path for piece in kept.pieces if piece.path.name == RUNS)
    before = [path.with_name(kind.name) for path in finished]
    tables = [piece for path in before if path.is_file() for piece in row_groups(plan, path)]
    return [*tables, *(piece for piece in kept.pieces if piece.path.name != RUNS)]


def _write(plan: Plan, draft: Path, kind: TableKind, held: list[RowGroup]) -> None:
    nothing = pa.table({name: storage.texts([]) for name in kind.held})
    schema = kind.shape(plan, np.empty(0, np.int64), nothing).schema
    for name in (*plan.responses, *SECONDS):
        if name in schema.names:
            width = pa.float64() if name in plan.responses else pa.float32()
            schema = schema.set(schema.get_field_index(name), pa.field(name, width))
    numbers = [name for name in schema.names if name in plan.responses]
    with parquet.ParquetWriter(
        draft,
        schema,
        compression="zstd",
        compression_level=3,
        use_byte_stream_split=numbers or False,
        use_dictionary=[name for name in schema.names if name not in numbers],
        write_page_checksum=True,
    ) as writer:
        for runs, rows in iter_sorted(plan, held, kind.held):
            writer.write_table(kind.shape(plan, runs, rows).cast(schema), row_group_size=WINDOW)


def _keys(plan: Plan, runs: np.ndarray) -> dict[str, pa.Array]:
    replication, point, scenario = plan.keys(runs)
    names = [composed.name for composed in plan.scenarios]
    return {
        DESIGN_POINT: storage.numbers(point, pa.int64()),
        "scenario": storage.texts([names[place] for place in scenario.tolist()]),
        "replication": storage.numbers(replication, pa.int64()),
    }


def _seed(plan: Plan, runs: np.ndarray) -> dict[str, pa.Array]:
    return {"seed": storage.numbers(np.full(len(runs), plan.seed), pa.int64())}


def _runs(plan: Plan, runs: np.ndarray, rows: pa.Table) -> pa.Table:
    points = storage.numbers(plan.keys(runs)[1], pa.int64())
    factors = plan.table.take(points)
    held = {
        **_keys(plan, runs),
        **_seed(plan, runs),
        "status": rows["status"],
        **{factor.key: factors[factor.key] for factor in plan.factors},
        **{name: rows[name] for name in plan.responses},
    }
    return pa.Table.from_arrays(list(held.values()), names=list(held))


def _timings(plan: Plan, runs: np.ndarray, rows: pa.Table) -> pa.Table:
    held = {**_keys(plan, runs), **{name: rows[name] for name in rows.column_names}}
    return pa.Table.from_arrays(list(held.values()), names=list(held))


def _failures(plan: Plan, runs: np.ndarray, rows: pa.Table) -> pa.Table:
    stages = rows["stage"].to_pylist()
    failed = np.array([place for place, stage in enumerate(stages) if stage is not None], dtype=np.int64)
    points = plan.keys(runs[failed])[1].tolist()
    rows = rows.take(storage.numbers(failed, pa.int64()))
    held = {
        "run": storage.numbers(runs[failed], pa.int64()),
        **_keys(plan, runs[failed]),
        **_seed(plan, runs[failed]),
        "parameters": storage.texts([json.dumps(plan.point(point), ensure_ascii=False) for point in points]),
        "stage": rows["stage"],
        "message": rows["message"],
    }
    return pa.Table.from_arrays(list(held.values()), names=list(held))


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
            said = dict(
                zip(("mean", "low", "high"), (known_or_none(end[place]) for end in ends), strict=True)
            )
            found[scenario.name][response] = {**said, "known": int(count[:, place].sum())}
    return {"scenarios": found, "replications": plan.replications, "points": plan.points, "runs": plan.runs}


def _manifest(plan: Plan, folder: Path, command: str) -> dict[str, Any]:
    tables = [folder / name for name in (RUNS, FAILURES, TIMINGS, DESIGN)]
    texts = [folder / name for name in (PLAN, SUMMARY)]
    files = [
        {"name": path.name, **_rows(path), "sha256": storage.file_hash(path)} for path in (*tables, *texts)
    ]
    status = parquet.ParquetFile(folder / RUNS).read(columns=["status"])["status"]
    failed = sum(1 for batch in status.chunks for word in batch.to_pylist() if word == FAILED)
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


def _rows(path: Path) -> dict[str, int]:
    return {"rows": parquet.read_metadata(path).num_rows} if path.suffix == ".parquet" else {}


def _as_text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def manifest(folder: Path) -> dict[str, Any] | None:
    """What the manifest of a folder says, or None when its sweep is not finished."""
    path = folder / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
