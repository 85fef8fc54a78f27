"""The commands about sweeps, as a user types them: what they print, write, refuse, and their exit codes."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys

import numpy as np
import pytest
import sweeps
from pyarrow import parquet

import sim
from sim.errors import InputProblems
from sim.experiments import plan_files

ASKED = ("hierarchy", "distributed", "changes.heterogeneity=0,1.5", *sweeps.TINY, "--seed", 7)
SERIAL = ("--engine", "serial")


def test_a_sweep_is_run_shown_replayed_and_exported(gapsim, tmp_path):
    code, out, err = gapsim("sweep", *ASKED, *SERIAL, "--replications", 3, "--out", "there")
    assert (code, err) == (0, "")
    assert out == "finished: 12 runs in there, 0 of them failed\n"
    folder = tmp_path / "there"
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    rows = sweeps.rows(folder)
    assert [row["replication"] for row in rows] == [0] * 4 + [1] * 4 + [2] * 4
    plan = json.loads((folder / "plan.json").read_text())
    assert (plan["points"], plan["replications"], plan["seed"]) == (2, 3, 7)
    assert plan["command"].startswith("gapsim sweep hierarchy distributed changes.heterogeneity=0,1.5 ")
    assert plan["responses"][:3] == ["gap", "nominal_gap", "rhetoric_reality"]

    code, out, _ = gapsim("status", "there")
    assert code == 0
    assert "finished, 12 of 12 runs (100 %)" in out

    code, out, _ = gapsim("replay", "there", 7)
    assert code == 0
    assert "run 7: scenario distributed, design_point 1, replication 1, changes.heterogeneity 1.5" in out
    assert "to the bit" in out

    code, out, _ = gapsim("export", "there", "--to", "csv")
    assert (code, out) == (0, "there/runs.csv\n")
    with open(folder / "runs.csv", newline="") as file:
        written = list(csv.DictReader(file))
    assert [float(row["gap"]) for row in written] == [row["gap"] for row in rows]
    assert [row["months_to_half"] for row in written] == [
        "" if row["months_to_half"] is None else f"{row['months_to_half']:g}" for row in rows
    ]

    assert gapsim("export", "there", "--to", "netcdf")[0] == 0
    from scipy.io import netcdf_file

    with netcdf_file(str(folder / "runs.nc"), mmap=False) as file:
        gap = file.variables["gap"][:]
        assert file.variables["gap"].dimensions == ("replication", "design_point", "scenario")
        assert gap.shape == (3, 2, 2)
        assert gap.ravel().tolist() == [row["gap"] for row in rows]
        assert file.variables["changes.heterogeneity"][:].tolist() == [0.0, 1.5]
        names = [b"".join(word).decode() for word in file.variables["scenario"][:]]
        assert [name.rstrip("\x00") for name in names] == ["hierarchy", "distributed"]
        assert file.variables["scenario"]._Encoding == b"utf-8"
        assert np.isnan(file.variables["months_to_half"][:]).sum() == sum(
            row["months_to_half"] is None for row in rows
        )


def test_replay_reports_a_row_that_differs(gapsim, tmp_path):
    gapsim("sweep", *ASKED, *SERIAL, "--replications", 1, "--out", "there")
    path = tmp_path / "there" / "runs.parquet"
    table = parquet.read_table(path)
    gaps = table["gap"].to_pylist()
    gaps[2] = math.nextafter(gaps[2], 2.0)
    place = table.column_names.index("gap")
    parquet.write_table(table.set_column(place, "gap", [gaps]), path)
    assert gapsim("replay", "there", 1)[0] == 0
    code, out, _ = gapsim("replay", "there", 2)
    assert code == 1
    assert f"gap: {gaps[2]!r} is stored" in out
    assert gapsim("replay", "there", 4)[0] == 2
    assert gapsim("replay", "there", "x")[0] == 2


def test_a_table_altered_after_the_sweep_is_named_in_a_warning(gapsim, tmp_path):
    gapsim("sweep", *ASKED, *SERIAL, "--replications", 2, "--out", "there")
    commands = (("status", "there"), ("report", "there"), ("report", "there", "--json"))
    assert not any("warning" in gapsim(*command)[2] for command in commands)
    path = tmp_path / "there" / "runs.parquet"
    table = parquet.read_table(path)
    gaps = [value / 2 for value in table["gap"].to_pylist()]
    parquet.write_table(table.set_column(table.column_names.index("gap"), "gap", [gaps]), path)
    for command in commands:
        warnings = [line for line in gapsim(*command)[2].splitlines() if line.startswith("warning: ")]
        assert len(warnings) == 1, command
        assert "there/runs.parquet was altered after the sweep finished" in warnings[0]
    path.unlink()
    assert "warning: there/runs.parquet is missing" in gapsim("status", "there")[2]


def test_dry_run_says_what_it_will_take_and_writes_nothing(gapsim, tmp_path):
    code, out, err = gapsim("sweep", *ASKED, "--replications", 500, "--dry-run", "--workers", 2)
    assert code == 0
    said = dict(line.split("  ", 1) for line in out.splitlines())
    said = {name.strip(): value.strip() for name, value in said.items()}
    assert said["runs"].startswith("2000 (2 × 2 × 500")
    assert said["design points"] == "2, all checked"
    assert {"time", "memory", "disk", "folder"} <= set(said)
    assert "nothing was written" in err
    assert list(tmp_path.iterdir()) == []


def test_shards_are_merged_and_a_missing_one_is_named(gapsim, tmp_path):
    for number in (1, 2):
        words = (*ASKED, *SERIAL, "--replications", 3, "--shard", f"{number}/2", "--out", f"part{number}")
        code, out, err = gapsim("sweep", *words)
        assert code == 0
        assert f"shard-{number}-of-2 is done: 6 of all 12 runs" in out
        assert "gapsim merge" in err
    code, _, err = gapsim("merge", "part1")
    assert code == 2
    assert "6 of 12 runs are missing, the first is run 1" in err
    _, out, _ = gapsim("status", "part1")
    assert out.startswith("sweep: stopped, 6 of 12 runs (50 %)")
    *_, to_go_on = out.splitlines()
    assert to_go_on.startswith("to go on: gapsim sweep ")
    assert to_go_on.endswith(" --engine serial --replications 3 --out part1"), (
        "everything that is left, not one shard"
    )
    code, out, _ = gapsim("merge", "part1", "part2", "--out", "whole")
    assert (code, out) == (0, "finished: 12 runs in whole, 0 of them failed\n")
    gapsim("sweep", *ASKED, *SERIAL, "--replications", 3, "--out", "at-once")
    assert sweeps.content(tmp_path / "whole") == sweeps.content(tmp_path / "at-once")


def test_a_folder_of_its_own_and_a_different_plan(gapsim, tmp_path):
    assert gapsim("sweep", *ASKED, *SERIAL, "--replications", 1)[0] == 0
    assert gapsim("sweep", *ASKED, *SERIAL, "--replications", 2)[0] == 0
    assert len(list((tmp_path / "results").iterdir())) == 1
    (folder,) = (tmp_path / "results").iterdir()
    code, _, err = gapsim("sweep", *ASKED[:-1], 8, *SERIAL, "--replications", 2, "--out", folder)
    assert code == 2
    assert "the seed is 7 there and 8 here" in err
    code, _, err = gapsim("sweep", *ASKED, *SERIAL, "--replications", 1, "--out", folder)
    assert code == 2
    assert "2 replications there and only 1 here" in err


def test_all_problems_are_reported_at_once(gapsim, tmp_path):
    code, out, err = gapsim(
        "sweep", "hierarchy", "changes.heterogenity=1,2", "--replications", "0", "--workers", "x", "--shard", "3/2",
        "--engine", "threads", "--time-limit", "-1",
    )  # fmt: skip
    assert (code, out) == (2, "")
    wanted = ("changes.heterogeneity", "--replications", "--workers", "--shard", "--engine", "--time-limit")
    assert all(word in err for word in wanted)
    assert list(tmp_path.iterdir()) == []
    assert gapsim("sweep", *ASKED, "--address", "tcp://x:1", "--engine", "serial")[0] == 2
    assert gapsim("export", ".", "--to", "csv")[0] == 2
    assert gapsim("status", ".")[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_some_runs_failed(gapsim, tmp_path, monkeypatch):
    real = sim.model.schedule.Run.advance

    def fail_sometimes(run, months):
        if run.replication == 1:
            raise FloatingPointError("in the middle")
        real(run, months)

    monkeypatch.setattr("sim.model.schedule.Run.advance", fail_sometimes)
    words = ("sweep", *ASKED, *SERIAL, "--replications", 2, "--out", "there")
    code, out, err = gapsim(*words)
    assert code == 3
    assert "4 of them failed" in out
    assert "failures.parquet" in err
    assert gapsim(*words)[0] == 3
    assert "failed: 4" in gapsim("status", "there")[1]
    code, out, _ = gapsim("replay", "there", 5)
    assert code == 0, out
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert gapsim("replay", "there", 5)[0] == 1
    code, out, _ = gapsim(*words, "--retry-failed")
    assert (code, out) == (0, "finished: 8 runs in there, 0 of them failed\n")


def test_frames_hold_what_the_files_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = sim.sweep(
        "hierarchy", "changes.heterogeneity=0,1.5", *sweeps.TINY, replications=2, seed=7, engine="serial"
    )
    assert frame["gap"].tolist() == [row["gap"] for row in sweeps.rows(tmp_path / frame.attrs["folder"])]
    compared = sim.compare("hierarchy", "changes.heterogeneity=1.5", *sweeps.TINY, replications=2, seed=7)
    swept = frame[frame["design_point"] == 1]
    assert compared["gap"].tolist() == swept["gap"].tolist()
    run = sim.run("hierarchy", "changes.heterogeneity=1.5", *sweeps.TINY, seed=7, replication=1)
    assert run.attrs["outcomes"]["gap"] == swept["gap"].tolist()[1]
    assert len(run) == 24
    assert run["gap"].iloc[-1] == pytest.approx(swept["gap"].tolist()[1])
    with pytest.raises(InputProblems, match="--engine"):
        sim.sweep("power.distribution=0,1", engine="threads")


@pytest.mark.process
def test_workers_load_neither_mesa_nor_pandas(tmp_path):
    """Each worker would take seconds longer to start."""
    plan_files.write(sweeps.plan(), tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "running").mkdir()
    code = f"""
import sys
import numpy
from sim.experiments import plan_files
from sim.runner.worker import Task, run_chunk
from pathlib import Path
folder = {str(tmp_path)!r}
print(run_chunk(Task(folder, plan_files.plan_file_hash(Path(folder)), "x", numpy.arange(9), 60.0)).runs)
print([name for name in ("mesa", "pandas", "scipy.stats", "plotly") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["9", "[]"]
