"""Faults, for real: runs that raise, hang or take their process with them, kills, interrupts, damage, full disks."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import sweeps

from sim.experiments import plan_files, plans
from sim.experiments.experiment import from_command_line
from sim.experiments.factors import Factor
from sim.runner import executors, parts, run_one, worker
from sim.runner.sweep import Shard

ONLY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")
LONG = ("hierarchy", "distributed", "changes.heterogeneity=0,1.5", *sweeps.TINY, "--seed", 7)
MANY = 400
"""Replications that keep two workers busy for some seconds."""
DEADLY, UNLUCKY = 12, 36
"""Months of runs that end their worker: always, or only once."""


@pytest.fixture
def table(tmp_path):
    """A table of places that a test may spoil: runs that read it then go wrong, as they would for a user."""
    path = tmp_path / "places.csv"
    shutil.copy(Path(sys.modules["sim"].__file__).parent / "data" / "councils.csv", path)
    return path


@pytest.fixture
def start():
    """Starts `gapsim sweep`, and leaves nothing of it running."""
    begun = []

    def started(*words):
        begun.append(sweeps.started(*words))
        return begun[-1]

    yield started
    for sweeping in begun:
        for pid in sweeps.members(sweeping.pid):
            sweeps.kill(pid)
        sweeping.communicate()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """The bytes of the long sweep carried out here, in one go."""
    words = [str(word) for word in LONG[: LONG.index("--seed")]]
    plan = plans.make_plan(from_command_line(words, MANY, 7), "gapsim sweep")
    return whole(plan, tmp_path_factory.mktemp("at-once") / "out")


def with_table(table, replications=3):
    """A plan of which every third point happens in that table's places."""
    where = Factor("population.places", "uncertainty", levels=("scotland", str(table), None))
    return sweeps.plan(replications=replications, factors=(where,))


def whole(plan, folder):
    """The same plan carried out with nothing going wrong."""
    sweeps.swept(plan, folder)
    return sweeps.content(folder)


@pytest.mark.parametrize("engine", [executors.Serial, lambda: executors.Processes(2)], ids=["serial", "pool"])
def test_a_run_that_raises_is_a_row_and_the_sweep_goes_on(table, tmp_path, engine):
    plan = with_table(table)
    good = table.read_text()
    table.write_text("nonsense")
    outcome = sweeps.swept(plan, tmp_path / "out", engine())
    assert (outcome.done, outcome.failed, outcome.finished) == (18, 6, True)
    rows = sweeps.rows(tmp_path / "out")
    failed = [row for row in rows if row["status"] == "failed"]
    assert {row["design_point"] for row in failed} == {1}
    assert all(row[name] is None for row in failed for name in sweeps.RESPONSES)
    assert all(row["gap"] is not None for row in rows if row["status"] == "ok" and row["replication"] == 0)
    why = sweeps.rows(tmp_path / "out", "failures.parquet")
    assert [row["run"] for row in why] == [2, 3, 8, 9, 14, 15]
    assert {(row["stage"], row["seed"]) for row in why} == {("setting up", 7)}
    assert str(table) in why[0]["parameters"]
    assert "ValueError" in why[0]["message"]
    # Without being asked nothing is simulated again; asked, the failed ones are, and nothing else.
    assert sweeps.swept(plan, tmp_path / "out").executed == 0
    table.write_text(good)
    again = sweeps.swept(plan, tmp_path / "out", retry_failed=True)
    assert (again.executed, again.failed) == (6, 0)
    assert sweeps.content(tmp_path / "out") == whole(plan, tmp_path / "whole")
    assert sweeps.rows(tmp_path / "out", "failures.parquet") == []


@pytest.mark.parametrize(
    ("stage", "broken"),
    [("living", "sim.model.schedule.Run.advance"), ("reading outcomes", "sim.runner.run_one.summary")],
)
def test_the_stage_of_a_failure_is_told(monkeypatch, stage, broken):
    def fail(*_):
        raise ZeroDivisionError("in the middle")

    monkeypatch.setattr(broken, fail)
    plan = sweeps.plan()
    lived = run_one.run_one(plan, plan.scenarios[0], plan.point(0), 0)
    assert (lived.responses, lived.stage, lived.message) == (None, stage, "ZeroDivisionError: in the middle")


def with_an_endless_run():
    """A plan whose second point keeps compiled code busy for half a minute; the others take a moment."""
    months = Factor("population.months", "uncertainty", levels=(24, 12_000, 36))
    overrides = ("population.users=32", "population.bodies=8", "changes.arriving=1000", "work.start_chance=1")
    return sweeps.plan(replications=1, factors=(months,), overrides=overrides)


@ONLY_POSIX
@pytest.mark.slow
def test_a_run_that_hangs_is_ended_and_others_go_on(tmp_path):
    plan = with_an_endless_run()
    outcome = sweeps.swept(plan, tmp_path / "out", executors.Processes(2), limit=1.0)
    check_time_limit(tmp_path / "out", outcome)
    assert not (tmp_path / "out" / "running").exists()


def check_time_limit(folder, outcome):
    """The endless runs failed, and nothing else did."""
    assert (outcome.done, outcome.failed, outcome.finished) == (6, 2, True)
    why = sweeps.rows(folder, "failures.parquet")
    assert [(row["design_point"], row["stage"]) for row in why] == [(1, "time limit")] * 2
    assert "longer than its time limit of 1 s" in why[0]["message"]
    assert "schedule.py" in why[0]["message"]
    assert [row["status"] for row in sweeps.rows(folder)] == ["ok"] * 2 + ["failed"] * 2 + ["ok"] * 2


def taken_along(folder):
    """What starts a worker: every run of the second point takes its worker with it, of the third only the first time."""
    executors._end_with_parent()

    def fatal(plan, scenario, point, replication):
        marked = Path(folder) / f"{scenario.name}.once"
        if point["population.months"] == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        if point["population.months"] == UNLUCKY and not marked.exists():
            marked.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return run_one.run_one(plan, scenario, point, replication)

    worker.run_one = fatal


@ONLY_POSIX
@pytest.mark.slow
def test_only_a_run_that_takes_its_worker_with_it_when_alone_is_blamed(tmp_path, monkeypatch):
    months = Factor("population.months", "uncertainty", levels=(24, DEADLY, UNLUCKY))
    plan = sweeps.plan(replications=1, factors=(months,))
    monkeypatch.setattr(executors, "_end_with_parent", functools.partial(taken_along, str(tmp_path)))
    outcome = sweeps.swept(plan, tmp_path / "out", executors.Processes(2))
    why = sweeps.rows(tmp_path / "out", "failures.parquet")
    assert [(row["run"], row["stage"]) for row in why] == [(2, "worker lost"), (3, "worker lost")]
    assert (outcome.done, outcome.failed) == (6, 2)
    assert len(list(tmp_path.glob("*.once"))) == 2


@ONLY_POSIX
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_chunk_costs_nothing(tmp_path, start, at_once):
    sweeping = start(tmp_path / "out", *LONG, "--replications", MANY, "--workers", 2)
    victim = sweeps.until(lambda: busy(tmp_path / "out") and sweeps.living_workers(sweeping.pid))[0]
    sweeps.kill(victim)
    printed, said = sweeping.communicate(timeout=400)
    assert sweeping.returncode == 0, said
    assert f"{MANY * 4} runs" in printed
    assert "0 of them failed" in printed
    assert sweeps.content(tmp_path / "out") == at_once
    sweeps.until(lambda: not sweeps.members(sweeping.pid))


def busy(folder):
    """Whether workers are in the middle of chunks of some size: the first ones are kept already."""
    return len(list((folder / "parts").glob("*.parquet"))) >= 3 and any((folder / "running").glob("*.now"))


@ONLY_POSIX
@pytest.mark.slow
@pytest.mark.parametrize("who", ["parent", "all"])
def test_a_killed_sweep_leaves_nobody_behind_and_goes_on(tmp_path, start, at_once, who):
    folder, words = tmp_path / "out", (*LONG, "--replications", MANY, "--workers", 2)
    sweeping = start(folder, *words)
    sweeps.until(lambda: busy(folder))
    if who == "all":
        os.killpg(sweeping.pid, signal.SIGKILL)
    else:
        sweeps.kill(sweeping.pid)
    sweeping.communicate(timeout=400)
    sweeps.until(lambda: not sweeps.members(sweeping.pid))
    said = subprocess.run(
        [sweeps.COMMAND, "status", folder], capture_output=True, text=True, check=True
    ).stdout
    assert "stopped" in said
    assert "gapsim sweep hierarchy" in said
    kept = {path: path.read_bytes() for path in (folder / "parts").glob("*.parquet")}
    assert kept
    again = start(folder, *words)
    _, said = again.communicate(timeout=400)
    assert again.returncode == 0, said
    assert sweeps.content(folder) == at_once
    assert not (folder / "parts").exists()


@ONLY_POSIX
@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(tmp_path, start, at_once, which):
    folder, words = tmp_path / "out", (*LONG, "--replications", MANY, "--workers", 2)
    sweeping = start(folder, *words)
    sweeps.until(lambda: busy(folder))
    # A terminal sends Ctrl-C to all processes, a batch system its signal to the first.
    if which == signal.SIGINT:
        os.killpg(sweeping.pid, which)
    else:
        os.kill(sweeping.pid, which)
    _, said = sweeping.communicate(timeout=400)
    assert sweeping.returncode == 130, said
    assert "Traceback" not in said
    assert "To go on: gapsim sweep hierarchy distributed" in said
    sweeps.until(lambda: not sweeps.members(sweeping.pid))
    assert not list((folder / "running").glob("*.now"))
    assert not list((folder / "parts").glob(".*"))
    again = start(folder, *words)
    _, said = again.communicate(timeout=400)
    assert again.returncode == 0, said
    assert sweeps.content(folder) == at_once


@ONLY_POSIX
@pytest.mark.slow
def test_a_second_interrupt_drops_what_is_under_way(tmp_path, start):
    endless = ("hierarchy", "changes.heterogeneity=0,1.5", "population.users=32", "changes.arriving=1000")
    folder = tmp_path / "out"
    sweeping = start(folder, *endless, "population.months=12000", "--workers", 2)
    sweeps.until(lambda: any((folder / "running").glob("*.now")))
    os.killpg(sweeping.pid, signal.SIGINT)
    assert sweeping.stderr.readline().startswith("stopping: what is under way is finished first")
    os.killpg(sweeping.pid, signal.SIGINT)
    _, said = sweeping.communicate(timeout=400)
    assert sweeping.returncode == 130, said
    assert "Traceback" not in said
    sweeps.until(lambda: not sweeps.members(sweeping.pid))


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_part_is_set_aside_and_its_runs_are_made_again(tmp_path, damage):
    plan, folder, heard = sweeps.plan(), tmp_path / "out", []
    sweeps.swept(plan, folder, share=Shard(1, 2))
    part = max((folder / "parts").glob("*.parquet"))
    data = part.read_bytes()
    flipped = data[:40] + bytes([data[40] ^ 1]) + data[41:]
    part.write_bytes({"cut": data[:-20], "flipped": flipped, "empty": b""}[damage])
    outcome = sweeps.swept(plan, folder, say=heard.append)
    assert outcome.finished
    assert [part.name in words and "damaged" in words for words in heard] == [True]
    assert sweeps.content(folder) == whole(plan, tmp_path / "whole")
    assert not (folder / "parts").exists()


def test_a_full_disk_leaves_nothing_half_written_and_the_sweep_goes_on_later(tmp_path, monkeypatch):
    plan, folder = sweeps.plan(replications=40), tmp_path / "out"
    real, stored = os.fsync, []

    def full(handle):
        stored.append(handle)
        if len(stored) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        sweeps.swept(plan, folder)
    monkeypatch.undo()
    good, damaged = parts.valid_parts(folder, plan.identity)
    assert good
    assert not damaged
    assert not [path for path in folder.rglob("*") if path.name.startswith(".") or path.suffix == ".tmp"]
    assert plan_files.read(folder).identity == plan.identity
    assert sweeps.swept(plan, folder).executed < plan.runs
    assert sweeps.content(folder) == whole(plan, tmp_path / "whole")


@ONLY_POSIX
@pytest.mark.slow
def test_a_disk_that_is_really_full_is_told_clearly(tmp_path, start, at_once):
    """On a file system of 200 kB, where this account may mount one."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", small]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        words = (*LONG, "--replications", MANY, "--workers", 2)
        sweeping = start(small / "out", *words)
        _, said = sweeping.communicate(timeout=400)
        assert sweeping.returncode == 1, said
        assert "the disk is full" in said
        assert "To go on: gapsim sweep" in said
        assert "Traceback" not in said
        assert not list((small / "out").rglob("*.tmp"))
        subprocess.run(["mount", "-o", "remount,size=20m", small], check=True)
        again = start(small / "out", *words)
        _, said = again.communicate(timeout=400)
        assert again.returncode == 0, said
        assert sweeps.content(small / "out") == at_once
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_costs_nothing(tmp_path):
    pytest.importorskip("distributed")
    plan, folder, stop = sweeps.plan(replications=400), tmp_path / "out", threading.Event()
    engine, killed = executors.Dask(2), []

    def kill_one():
        while not stop.wait(0.02):
            if busy(folder):
                victim = min(engine._client.run(os.getpid).values())
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                return

    killer = threading.Thread(target=kill_one)
    killer.start()
    try:
        outcome = sweeps.swept(plan, folder, engine)
    finally:
        stop.set()
        killer.join()
    assert killed
    assert (outcome.done, outcome.failed, outcome.finished) == (plan.runs, 0, True)
    assert sweeps.content(folder) == whole(plan, tmp_path / "whole")


@ONLY_POSIX
@pytest.mark.slow
def test_a_run_that_hangs_in_a_dask_worker_is_ended(tmp_path):
    pytest.importorskip("distributed")
    outcome = sweeps.swept(with_an_endless_run(), tmp_path / "out", executors.Dask(2), limit=1.0)
    check_time_limit(tmp_path / "out", outcome)


def test_a_worker_that_sees_another_plan_refuses_to_work(tmp_path):
    plan_files.write(sweeps.plan(), tmp_path)
    task = worker.Task(str(tmp_path), "another", "x", np.arange(2), None)
    with pytest.raises(RuntimeError, match="another plan"):
        worker.run_chunk(task)
