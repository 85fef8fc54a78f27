"""What `gapsim status` says of a sweep, at every moment of its life and from another machine."""

from __future__ import annotations

import json
import platform
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sweeps
from filelock import Timeout

from sim.errors import InputProblems
from sim.runner import finalise, parts, status, sweep
from sim.runner.sweep import Shard


@pytest.fixture
def plan():
    return sweeps.plan(replications=2)


def state(plan, folder):
    return status.status(plan, folder)["state"]


def asked_before(monkeypatch, module, name, heard, ask):
    """Ask each time before a function is called."""
    real = getattr(module, name)

    def asking(*arguments):
        heard.append((name, ask()))
        return real(*arguments)

    monkeypatch.setattr(module, name, asking)


def test_a_sweep_is_running_from_its_plan_to_its_tables(plan, tmp_path, monkeypatch):
    heard = []
    for module, name in (
        (sweep, "_found"),
        (finalise, "write_tables"),
        (sweep, "remove_parts"),
        (status, "clear"),
    ):
        asked_before(monkeypatch, module, name, heard, lambda: state(plan, tmp_path))

    def watcher(done, total):
        heard.append(("heard", state(plan, tmp_path)))

    sweeps.swept(plan, tmp_path, watcher=watcher)
    assert set(heard) == {
        ("_found", "running"),
        ("heard", "running"),
        ("write_tables", "running"),
        ("remove_parts", "finished"),
        ("clear", "finished"),
    }
    assert state(plan, tmp_path) == "finished"
    assert not (tmp_path / "running").exists()


def test_a_sweep_that_goes_on_says_nothing_of_the_one_before(plan, tmp_path, monkeypatch, gapsim):
    sweeps.swept(plan, tmp_path, share=Shard(1, 2))
    (tmp_path / "running").mkdir()
    before = {"label": "whole", "machine": platform.node(), "noted": time.time(), "rate": 99.0, "done": 1}
    (tmp_path / "running" / "whole.json").write_text(json.dumps(before))
    assert state(plan, tmp_path) == "stopped"
    heard = []
    asked_before(monkeypatch, sweep, "_found", heard, lambda: status.status(plan, tmp_path))
    asked_before(monkeypatch, sweep, "_found", heard, lambda: gapsim("status", tmp_path)[1].splitlines())
    sweeps.swept(plan, tmp_path)
    (_, lines), (_, said), *_ = heard
    assert said == {
        "state": "running", "done": 8, "total": 16, "failed": 0, "rate": None, "seconds_left": None,
        "shares": [{"label": "whole", "running": True}],
    }  # fmt: skip
    assert lines[0].startswith("tiny: running, 8 of 16 runs")
    assert lines[-1].startswith("whole: running, reading what is kept")


def test_a_sweep_that_ends_while_it_is_asked_about_is_finished(plan, tmp_path, monkeypatch):
    sweeps.swept(plan, tmp_path, share=Shard(1, 2))
    real = parts.counts

    def ends_meanwhile(folder):
        monkeypatch.setattr(parts, "counts", real)
        sweeps.swept(plan, tmp_path)
        return real(folder)

    monkeypatch.setattr(parts, "counts", ends_meanwhile)
    assert state(plan, tmp_path) == "finished"


def test_who_ends_leaves_the_locks_of_others_alone(plan, tmp_path):
    with status.tables_lock(tmp_path) as held:
        status.clear(tmp_path, "shard-1-of-2")
        with pytest.raises(Timeout):
            status.lock(tmp_path, status.TABLES, wait=0.0).acquire()
        assert held.is_locked
    ending = status.lock(tmp_path, "whole")
    with ending:
        status.clear(tmp_path, "whole")
        with status.lock(tmp_path, "whole"):
            # The next has begun before the one that ends lets go.
            ending.release()
            assert status.is_held(tmp_path, "whole")
            with pytest.raises(InputProblems, match="another process is at work"):
                sweeps.swept(plan, tmp_path)


def test_a_process_of_another_machine_runs_as_long_as_it_is_heard_from(plan, tmp_path):
    sweeps.swept(plan, tmp_path, share=Shard(1, 2))
    (tmp_path / "running").mkdir()
    note = {"label": "shard-2-of-2", "machine": "another", "rate": 2.0, "done": 4}
    for seconds, wanted in ((1, "running"), (2 * status.SILENT, "stopped")):
        text = json.dumps({**note, "noted": time.time() - seconds})
        (tmp_path / "running" / "shard-2-of-2.json").write_text(text)
        assert state(plan, tmp_path) == wanted


def test_a_lock_outlives_the_folder_that_another_process_takes_away(tmp_path):
    before_it_is_asked_for = status.lock(tmp_path, "whole")
    status.clear(tmp_path, "whole")
    assert not (tmp_path / "running").exists()
    with before_it_is_asked_for:
        assert status.is_held(tmp_path, "whole")


def test_shards_that_extend_a_sweep_at_the_same_moment_do_not_refuse_each_other(plan, tmp_path, monkeypatch):
    sweeps.swept(plan, tmp_path)
    longer, both_are_here, real = sweeps.plan(replications=3), threading.Barrier(3), status.tables_lock

    def waits(folder):
        both_are_here.wait(60)
        return real(folder)

    with ThreadPoolExecutor(2) as shards, real(tmp_path):
        monkeypatch.setattr(status, "tables_lock", waits)
        ends = [shards.submit(sweeps.swept, longer, tmp_path, share=Shard(k, 2)) for k in (1, 2)]
        both_are_here.wait(60)
        monkeypatch.setattr(status, "tables_lock", real)
    assert sum(end.result().executed for end in ends) == 8
    assert state(longer, tmp_path) == "finished"
