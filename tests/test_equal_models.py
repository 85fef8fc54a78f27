"""Fingerprints that are known to stand for the same model serve each other, in sweeps too; all others do not."""

from dataclasses import replace

import pytest
import sweeps

from sim.errors import InputProblems
from sim.experiments import plan_files, plans
from sim.model import provenance
from sim.model.provenance import same_model
from sim.paths import RUNS
from sim.runner import executors, parts, replay, sweep
from sim.runner.sweep import Shard

OLD, OLDER, OTHER = "a" * 16, "b" * 16, "c" * 16


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """A list that has the present model and two earlier fingerprints in one group, on two lines."""
    path = tmp_path / "equal_models.txt"
    path.write_text(
        f"# said of the lines below\n\n{provenance.model()} {OLD}  # names changed\n{OTHER} {'d' * 16}\n{OLDER} {OLD}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(provenance, "EQUAL_MODELS", path)


def test_equal_are_those_of_one_group(listed):
    now = provenance.model()
    assert same_model(now, OLD)
    assert same_model(OLDER, now)
    assert not same_model(now, OTHER)
    assert not same_model(OTHER, OLDER)
    assert same_model("unheard of", "unheard of")
    assert not same_model("# said of the lines below", "unheard of")


def test_the_shipped_list_has_groups_of_fingerprints_only():
    for group in provenance.equal_models(provenance.EQUAL_MODELS):
        assert len(group) > 1
        assert all(len(name) == 16 and int(name, 16) >= 0 for name in group)
    assert not same_model("0" * 16, "1" * 16)


def begun_with(model, folder, monkeypatch, share=None, **asked):
    """A share of a sweep, as a checkout with that fingerprint would have left it."""
    with monkeypatch.context() as there:
        there.setattr(provenance, "model", lambda: model)
        sweeps.swept(sweeps.plan(**asked), folder, share=share or Shard())


def test_a_sweep_goes_on_where_an_equal_model_stopped(listed, tmp_path, monkeypatch):
    begun_with(OLD, tmp_path / "s", monkeypatch, Shard(1, 2))
    kept = sorted((tmp_path / "s" / parts.PARTS).iterdir())
    assert kept
    said = []
    outcome = sweeps.swept(sweeps.plan(), tmp_path / "s", say=said.append)
    assert not said
    assert outcome.finished
    assert outcome.executed == sweeps.plan().runs // 2
    assert plan_files.read(tmp_path / "s").model == OLD
    sweeps.swept(sweeps.plan(), tmp_path / "whole")
    assert sweeps.content(tmp_path / "s") == sweeps.content(tmp_path / "whole")


def test_it_is_extended_replayed_and_merged(listed, tmp_path, monkeypatch):
    begun_with(OLD, tmp_path / "one", monkeypatch, Shard(1, 2))
    begun_with(provenance.model(), tmp_path / "two", monkeypatch, Shard(2, 2))
    assert replay.replay(tmp_path / "one", 0).same
    merged = sweep.merge([tmp_path / "one", tmp_path / "two"], tmp_path / "out", "gapsim merge")
    assert merged.finished
    assert (tmp_path / "out" / RUNS).is_file()
    longer = sweeps.plan(replications=8)
    assert sweeps.swept(longer, tmp_path / "out").finished
    assert plan_files.read(tmp_path / "out").replications == 8


def test_another_model_is_still_refused(listed, tmp_path, monkeypatch):
    begun_with(OTHER, tmp_path / "s", monkeypatch)
    with pytest.raises(InputProblems, match="have changed since"):
        sweeps.swept(sweeps.plan(), tmp_path / "s")
    with pytest.raises(InputProblems, match="have changed since"):
        replay.replay(tmp_path / "s", 0)
    plan = sweeps.plan()
    assert plans.plan_differences(replace(plan, model=OTHER), plan)
    assert not plans.plan_differences(replace(plan, model=OLDER), plan)


def test_a_worker_with_an_equal_model_takes_the_work(listed, tmp_path, monkeypatch):
    """Workers read the plan from the folder, in processes of their own; the serial engine is one of them."""
    plan = replace(sweeps.plan(), model=OLDER)
    assert sweeps.swept(plan, tmp_path / "s", executors.Serial()).finished
    with pytest.raises(RuntimeError, match="another version of the rules"):
        sweeps.swept(replace(plan, model=OTHER), tmp_path / "t", executors.Serial())
