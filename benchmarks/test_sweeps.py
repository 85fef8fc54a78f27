"""Sweeps: planning a million runs, ten thousand default runs, what workers spend outside the model, size on disk."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.experiments import plan_files, plans
from sim.experiments.experiment import from_command_line
from sim.runner import executors, parts, scheduler, sweep
from sim.runner.parts import completed_runs
from sim.runner.run_one import RunRecord

COMMAND = Path(sys.executable).with_name("gapsim")
TEN_THOUSAND = ("hierarchy", "distributed", "changes.heterogeneity=0,0.5,1,1.5,2", "--replications", "1000")
GRID = (
    "hierarchy",
    "distributed",
    "changes.heterogeneity=range(0,5,0.005)",
    "changes.conflict=range(0,1,0.002)",
)


@pytest.mark.parametrize("points", ["500,000 points", "500 points"])
def test_planning_a_million_runs(benchmark, tmp_path, points):
    """Read, composed, every point checked, numbered and written down: aim 5 s."""
    words, replications = (GRID, 1) if points == "500,000 points" else ((GRID[0], GRID[1], GRID[3]), 1000)

    def planned():
        plan = plans.make_plan(from_command_line(words, replications, 2026), "gapsim sweep")
        plan_files.write(plan, tmp_path)
        return plan

    assert benchmark.pedantic(planned, rounds=3).runs == 1_000_000


def test_ten_thousand_default_runs(benchmark, tmp_path):
    """As a user types it, on two cores, start-up and finished tables included: aim 40 s."""

    def typed():
        words = (COMMAND, "sweep", *TEN_THOUSAND, "--workers", "2", "--out", tmp_path / "out")
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    benchmark.pedantic(typed, rounds=1)
    benchmark.extra_info["bytes a run"] = (tmp_path / "out" / "runs.parquet").stat().st_size / 10_000


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_what_workers_spend_outside_the_model(benchmark, tmp_path, monkeypatch, engine):
    """Share of the workers' time that is not initialising, simulating or reading a run: aim 5 % in a pool, 12 % with Dask.

    `waiting` counts the time between chunks as well, from the first receipt to the last.
    """
    receipts = []
    learn = scheduler.ChunkSizer.learn

    def noted(pace, receipt):
        receipts.append((time.perf_counter(), receipt))
        learn(pace, receipt)

    monkeypatch.setattr(scheduler.ChunkSizer, "learn", noted)
    words = [word for word in TEN_THOUSAND if not word.startswith("--")][:-1]
    plan = plans.make_plan(from_command_line(words, 1000, 2026), "gapsim sweep")
    workers = executors.make_executor(engine, 2)
    benchmark.pedantic(sweep.sweep, (plan, tmp_path / "out", workers), rounds=1)
    model = sum(receipt.model for _, receipt in receipts)
    busy = sum(receipt.busy for _, receipt in receipts)
    # The first two chunks end when the workers have started.
    began, rest = receipts[1][0], [receipt for _, receipt in receipts[2:]]
    waiting = 1 - sum(receipt.model for receipt in rest) / (2 * (receipts[-1][0] - began))
    said = {"outside, in chunks": 1 - model / busy, "outside, waiting included": waiting}
    benchmark.extra_info.update({name: f"{100 * share:.1f} %" for name, share in said.items()})
    print(f"\n{engine}: " + ", ".join(f"{name} {100 * share:.1f} %" for name, share in said.items()))


FINISHING = """
import resource, sys
from pathlib import Path
from sim.experiments import plan_files
from sim.runner import finalise, parts
from sim.runner.parts import completed_runs
folder = Path(sys.argv[1])
plan = plan_files.read(folder)
good, _ = parts.valid_parts(folder, plan.identity)
finalise.write_tables(plan, folder, completed_runs(plan, good), "benchmark")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory in Linux's unit")
def test_tables_of_a_million_runs(benchmark, tmp_path):
    """Two thousand parts become finished tables: aim 1.5 GiB of memory and 0.5 GB on disk, with numbers that do not pack."""
    plan = plans.make_plan(from_command_line(GRID, 1, 2026), "gapsim sweep")
    plan_files.write(plan, tmp_path)
    (tmp_path / parts.PARTS).mkdir()
    rng = np.random.default_rng(1)
    for first in range(0, plan.runs, 500):
        runs = np.arange(first, first + 500)
        records = [
            RunRecord(row, (0.001, 0.006, 0.0002)) for row in rng.random((500, len(plan.responses))).tolist()
        ]
        parts.write(tmp_path, parts.table(plan, runs, records), f"whole-{first:07d}")
    code = [sys.executable, "-c", FINISHING, str(tmp_path)]
    done = benchmark.pedantic(subprocess.run, (code,), {"capture_output": True, "text": True}, rounds=1)
    assert done.returncode == 0, done.stderr
    tables = sum(path.stat().st_size for path in tmp_path.glob("*.*"))
    benchmark.extra_info.update(
        {"peak GiB": round(float(done.stdout), 2), "GB on disk": round(tables / 1e9, 3)}
    )
    print(f"\npeak memory {float(done.stdout):.2f} GiB, finished tables {tables / 1e9:.3f} GB")
    assert completed_runs(plan, [tmp_path / "runs.parquet"]).done.all()
    assert os.path.getsize(tmp_path / "runs.parquet") < 5e8
