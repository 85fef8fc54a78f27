"""Whoever makes the runs, the tables are the same bytes; a sweep goes on where it stopped, and can be extended."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sweeps
from pyarrow import parquet

from sim.errors import InputProblems
from sim.experiments.design_point import apply_design_point
from sim.model.outcomes import summary
from sim.model.schedule import simulate
from sim.runner import executors, parts, status, sweep
from sim.runner.finalise import manifest
from sim.runner.scheduler import ChunkSizer, PendingRuns
from sim.runner.sweep import Shard
from sim.runner.worker import ChunkResult

FINISHED = {
    "plan.json",
    "design.parquet",
    "runs.parquet",
    "failures.parquet",
    "timings.parquet",
    "summary.json",
    "manifest.json",
}


@pytest.fixture(scope="module")
def plan():
    return sweeps.plan()


@pytest.fixture(scope="module")
def serial(plan, tmp_path_factory):
    """A finished sweep made in this process."""
    folder = tmp_path_factory.mktemp("serial") / "out"
    outcome = sweeps.swept(plan, folder)
    assert (outcome.done, outcome.failed, outcome.finished, outcome.executed) == (48, 0, True, 48)
    return folder


def test_a_finished_folder_holds_its_tables_and_nothing_else(serial):
    assert {path.name for path in serial.iterdir()} == FINISHED


def test_rows_are_what_single_runs_give(plan, serial):
    rows = sweeps.rows(serial)
    assert list(rows[0]) == [
        "design_point", "scenario", "replication", "seed", "status", "changes.heterogeneity", "work.form",
        *sweeps.RESPONSES,
    ]  # fmt: skip
    for number in (0, 3, 21, 47):
        row = rows[number]
        scenario = next(s for s in plan.scenarios if s.name == row["scenario"])
        run = simulate(apply_design_point(scenario, plan.point(row["design_point"])), 7, row["replication"])
        expected = {name: None if np.isnan(v) else v for name, v in summary(run).items()}
        assert {name: row[name] for name in sweeps.RESPONSES} == {n: expected[n] for n in sweeps.RESPONSES}
        assert {name: row[name] for name in ("changes.heterogeneity", "work.form")} == plan.point(
            row["design_point"]
        )
        assert (row["seed"], row["status"]) == (7, "ok")
    keys = [(row["replication"], row["design_point"], row["scenario"]) for row in rows]
    order = {"hierarchy": 0, "distributed": 1}
    assert keys == sorted(keys, key=lambda key: (key[0], key[1], order[key[2]]))
    assert len(set(keys)) == plan.runs
    assert len({row["gap"] for row in rows}) > 20


def test_summary_and_manifest_say_what_the_tables_hold(plan, serial):
    rows = sweeps.rows(serial)
    said = json.loads((serial / "summary.json").read_text())["scenarios"]["distributed"]["gap"]
    by_world = [
        np.mean([r["gap"] for r in rows if r["replication"] == k and r["scenario"] == "distributed"])
        for k in range(6)
    ]
    assert said["mean"] == pytest.approx(np.mean(by_world))
    half = 2.570581835636197 * np.std(by_world, ddof=1) / np.sqrt(6)
    assert said["high"] - said["mean"] == pytest.approx(half)
    assert said["known"] == 24
    about = manifest(serial)
    assert (about["runs"], about["ok"], about["failed"], about["identity"]) == (48, 48, 0, plan.identity)
    assert {file["name"] for file in about["files"]} == FINISHED - {"manifest.json"}
    assert next(file["rows"] for file in about["files"] if file["name"] == "runs.parquet") == 48


def test_the_pool_gives_the_same_bytes_and_seconds_lie_elsewhere(plan, serial, tmp_path):
    sweeps.swept(plan, tmp_path / "pool", executors.Processes(2))
    assert sweeps.content(tmp_path / "pool") == sweeps.content(serial)
    timings = sweeps.rows(serial, "timings.parquet")
    assert len(timings) == 48
    assert all(row["seconds_living"] > 0 for row in timings)
    assert not any("second" in name for name in sweeps.rows(serial)[0])


@pytest.mark.slow
def test_dask_gives_the_same_bytes(plan, serial, tmp_path):
    pytest.importorskip("distributed")
    sweeps.swept(plan, tmp_path / "dask", executors.Dask(2))
    assert sweeps.content(tmp_path / "dask") == sweeps.content(serial)


def test_shards_in_one_folder_and_in_several_give_the_same_bytes(plan, serial, tmp_path):
    for number in (3, 1, 2):
        outcome = sweeps.swept(plan, tmp_path / "one", share=Shard(number, 3))
        sweeps.swept(plan, tmp_path / f"part{number}", share=Shard(number, 3))
        assert not (tmp_path / f"part{number}" / "runs.parquet").exists()
    assert outcome.finished
    assert sweeps.content(tmp_path / "one") == sweeps.content(serial)
    folders = [tmp_path / f"part{number}" for number in (1, 2, 3)]
    with pytest.raises(InputProblems, match="16 of 48 runs are missing, the first is run 2"):
        sweep.merge(folders[:2], tmp_path / "whole", "gapsim merge")
    assert not (tmp_path / "whole").exists()
    sweep.merge(folders, tmp_path / "whole", "gapsim merge")
    assert sweeps.content(tmp_path / "whole") == sweeps.content(serial)
    assert {path.name for path in (tmp_path / "whole").iterdir()} == FINISHED


def test_different_plans_are_not_merged(plan, tmp_path):
    sweeps.swept(plan, tmp_path / "a", share=Shard(1, 2))
    sweeps.swept(sweeps.plan(seed=8), tmp_path / "b", share=Shard(2, 2))
    with pytest.raises(InputProblems, match="the seed is 8 there and 7 here"):
        sweep.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c", "gapsim merge")


def test_a_finished_sweep_has_nothing_left_to_do(plan, serial):
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in serial.iterdir()}
    assert sweeps.swept(plan, serial).executed == 0
    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in serial.iterdir()} == before


def test_another_plan_is_refused_with_the_difference_and_leaves_no_trace(plan, serial):
    before = {path.name: path.read_bytes() for path in serial.iterdir()}
    with pytest.raises(InputProblems, match="the seed is 7 there and 8 here"):
        sweeps.swept(sweeps.plan(seed=8), serial)
    assert {path.name: path.read_bytes() for path in serial.iterdir()} == before


def test_more_replications_and_points_extend_what_is_there(plan, tmp_path):
    longer = (
        sweeps.Factor("changes.heterogeneity", "uncertainty", levels=(0.0, 1.5, 2.5)),
        sweeps.Factor("work.form", "uncertainty", levels=("product", None)),
    )
    steps = [
        sweeps.plan(replications=2),
        sweeps.plan(replications=3),
        sweeps.plan(replications=3, factors=longer),
    ]
    lived = [sweeps.swept(step, tmp_path / "grown").executed for step in steps]
    assert lived == [16, 8, 12]
    sweeps.swept(steps[-1], tmp_path / "at-once")
    assert sweeps.content(tmp_path / "grown") == sweeps.content(tmp_path / "at-once")
    assert len(sweeps.rows(tmp_path / "grown", "timings.parquet")) == 36


def test_a_second_process_at_the_same_share_is_refused(plan, tmp_path):
    with status.lock(tmp_path, "whole"), pytest.raises(InputProblems, match="another process is at work"):
        sweeps.swept(plan, tmp_path)


def test_a_plan_is_not_extended_while_another_shard_is_at_work(tmp_path):
    sweeps.swept(sweeps.plan(replications=2), tmp_path, share=Shard(1, 2))
    longer = sweeps.plan(replications=3)
    with (
        status.lock(tmp_path, "shard-2-of-2"),
        pytest.raises(InputProblems, match="another process is at work"),
    ):
        sweeps.swept(longer, tmp_path, share=Shard(1, 2))
    sweeps.swept(longer, tmp_path, share=Shard(1, 2))
    assert sweeps.swept(longer, tmp_path, share=Shard(2, 2)).finished


def test_drafts_that_a_killed_process_left_are_cleared_away(plan, tmp_path):
    sweeps.swept(plan, tmp_path, share=Shard(1, 2))
    drafts = (tmp_path / ".runs.parquet-x.tmp", tmp_path / "parts" / ".whole-0-1-2.parquet-x.tmp")
    for draft in drafts:
        draft.write_text("half")
    sweeps.swept(plan, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FINISHED


def test_chunks_take_some_seconds_and_shrink_towards_the_end():
    pace = ChunkSizer()
    assert pace.size(1000, 2) == 4
    pace.learn(ChunkResult(runs=100, failed=0, slowest=0.02, model=0.9, busy=1.0))
    assert pace.size(100_000, 2) == 200
    assert pace.size(40, 2) == 10
    assert pace.size(1, 2) == 1
    assert pace.limit == 60.0
    assert ChunkSizer(asked=3.0).limit == 3.0


def test_what_is_given_back_is_taken_first_and_nothing_is_lost():
    backlog = PendingRuns(np.arange(10))
    taken = [backlog.take(4)]
    backlog.give_back(taken.pop())
    while backlog.waiting:
        taken.append(backlog.take(3))
    assert sorted(np.concatenate(taken).tolist()) == list(range(10))


def test_of_several_rows_of_a_run_the_one_that_is_ok_counts(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "WINDOW", 2)
    from sim.runner.run_one import RunRecord

    (tmp_path / "parts").mkdir()
    runs = np.array([3, 1, 11])
    well = [RunRecord([float(run), 0.0, 0.0, 0.0]) for run in runs]
    badly = [RunRecord(None, stage="living", message="no")] * 3
    for name, lived in (("a", badly), ("b", well), ("c", badly)):
        parts.write(tmp_path, parts.table(plan, runs, lived), name)
    good, damaged = parts.valid_parts(tmp_path, plan.identity)
    found = parts.completed_runs(plan, good)
    assert not damaged
    assert np.flatnonzero(found.done).tolist() == [1, 3, 11]
    assert not found.failed.any()
    windows = [
        (n.tolist(), t["gap"].to_pylist()) for n, t in parts.iter_sorted(plan, found.files, ("status", "gap"))
    ]
    assert windows == [([1, 3], [1.0, 3.0]), ([11], [11.0])]


def test_finished_tables_take_little_memory_however_small_the_window(plan, serial, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.runner.parts.WINDOW", 7)
    monkeypatch.setattr("sim.runner.finalise.WINDOW", 7)
    sweeps.swept(plan, tmp_path / "out")
    file = parquet.ParquetFile(tmp_path / "out" / "runs.parquet")
    assert file.num_row_groups == 7
    assert sweeps.rows(tmp_path / "out") == sweeps.rows(serial)


def test_a_finished_sweep_without_failures_is_merged_into_another_folder(plan, serial, tmp_path):
    outcome = sweep.merge([serial], tmp_path / "out", "gapsim merge")
    assert outcome.finished
    assert sweeps.content(tmp_path / "out") == sweeps.content(serial)
    assert (tmp_path / "out" / "failures.parquet").read_bytes() == (serial / "failures.parquet").read_bytes()
