"""Results of the first edition, stored for good: whatever comes later reads them, or refuses them by name.

Every command is tried twice: with the rules of the model as they are, and as if they had changed. When they really
have, both are the second case.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import sweeps
from baseline.refresh import TOLERANCE
from pyarrow import parquet

from sim.errors import InputProblems
from sim.experiments import plan_files, plans
from sim.live import session, url, views
from sim.model import provenance, vocabulary
from sim.runner import replay

EDITION = Path(__file__).parent / "fixtures" / "edition_1"
MADE_BY = "b7fbed7edba0d7ee50bc20c2f13229a2e6485914"
MODEL = "bcb0711ecac2bef3"
OTHER = "0" * 16
LARGEST = 300_000
"""Bytes that all of it may take."""

COMPARED = {
    "hierarchy": [0.8903398652317458, 0.7906607921152489, 0.9668493732589022],
    "distributed": [0.8318290374567219, 0.6875942227112037, 0.9198902968914046],
}
SWEPT = [
    0.7481711751878731, 0.6527796295233943, 0.8818301676845252, 0.8246219068250986,
    0.7963056039449135, 0.6943799343020143, 0.9063771831611864, 0.8458845552619716,
    0.6223961915901528, 0.3620188277495784, 0.7823838369154148, 0.6697964926318503,
    0.6890257991592892, 0.472534190078176, 0.8217545911947514, 0.7231872000473366,
]  # fmt: skip
"""Gaps by run: replication, design point, scenario."""

AGAIN = ("sweep", "tiny.yaml", "--engine", "serial", "--out")


@pytest.fixture
def edition(tmp_path):
    """A copy of all that is stored, in the folder where commands are run."""
    shutil.copytree(EDITION, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(params=["the rules as they are", "other rules"])
def refused(request, monkeypatch):
    """Whether what runs the model has to refuse the stored results."""
    if request.param == "other rules":
        monkeypatch.setattr(provenance, "model", lambda: OTHER)
        monkeypatch.setitem(vocabulary.CAUSE_LABELS, "a_later_cause", "a later cause")
    return provenance.model() != MODEL


def said(folder, name="plan.json"):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def gaps(folder):
    return [row["gap"] for row in sweeps.rows(folder)]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_refused(gapsim, folder, *command):
    """By name: both models, both versions, what to do; and nothing is touched."""
    before = files(folder)
    code, out, err = gapsim(*command)
    assert (code, out) == (2, "")
    assert f"have changed since (version 0.1.0 there, version {provenance.version()} here" in err
    assert f"model {MODEL} there and {provenance.model()} here" in err
    assert "the version that made" in err or "name another folder with --out" in err
    assert "Traceback" not in err
    assert files(folder) == before


def rewrite(folder, change):
    """Write the plan of a folder as other rules would have: changed, under an identity of its own."""
    plan = said(folder)
    change(plan)
    plan["model"] = OTHER
    plan["identity"] = plan_files.plan_fingerprint(plan)
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    manifest = said(folder, "manifest.json") | {"identity": plan["identity"], "model": OTHER}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def assert_finished_sweep_is_read(gapsim, folder, names=("hierarchy", "distributed")):
    """Its status, its report and both exports give the numbers of its table."""
    code, out, _ = gapsim("status", folder)
    assert (code, out) == (0, "tiny: finished, 16 of 16 runs (100 %)\nfailed: 0\n")
    code, out, _ = gapsim("report", folder, "--json")
    assert code == 0
    apart = np.array(SWEPT).reshape(-1, 2)
    found = next(each for each in json.loads(out)["differences"] if each["outcome"] == "gap")
    assert (found["a"], found["b"]) == names
    assert found["mean"] == pytest.approx((apart[:, 0] - apart[:, 1]).mean())
    assert (folder / "report.html").is_file()
    assert gapsim("export", folder, "--to", "csv")[0] == 0
    with open(folder / "runs.csv", newline="") as file:
        written = list(csv.DictReader(file))
    assert [float(row["gap"]) for row in written] == SWEPT
    assert [row["scenario"] for row in written] == [*names] * 8
    assert gapsim("export", folder, "--to", "netcdf")[0] == 0
    from scipy.io import netcdf_file

    with netcdf_file(str(folder / "runs.nc"), mmap=False) as file:
        assert file.variables["gap"][:].ravel().tolist() == SWEPT


def test_what_is_stored_is_whole_and_small():
    manifest = said(EDITION / "sweep", "manifest.json")
    for file in manifest["files"]:
        content = (EDITION / "sweep" / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file["name"]
    assert manifest["commit"] == said(EDITION / "compare", "metadata.json")["commit"] == MADE_BY
    assert said(EDITION / "run", "metadata.json")["commit"] == MADE_BY
    assert {said(EDITION / name)["model"] for name in ("sweep", "shard_1", "shard_2")} == {MODEL}
    assert sum(map(len, files(EDITION).values())) < LARGEST
    notes = (EDITION / "README.md").read_text(encoding="utf-8")
    assert MADE_BY in notes
    assert MODEL in notes
    for path in EDITION.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in notes, path.name


def test_tables_of_a_comparison_are_read():
    rows = sweeps.rows(EDITION / "compare")
    for name, known in COMPARED.items():
        mine = [row for row in rows if row["scenario"] == name]
        assert [row["gap"] for row in mine] == known
        assert [row["replication"] for row in mine] == [0, 1, 2]
    for row in rows:
        losses = sum(value for name, value in row.items() if name.startswith("losses."))
        assert losses == pytest.approx(row["gap"], abs=1e-12)
    councils = parquet.read_table(EDITION / "compare" / "councils.parquet")
    assert councils.num_rows == 64
    answer = said(EDITION, "compare.json")
    assert (answer["replications"], answer["seed"], answer["version"]) == (3, 7, "0.1.0")
    for name, known in COMPARED.items():
        assert answer["scenarios"][name]["gap"]["mean"] == pytest.approx(np.mean(known))
        will = [row["losses.will"] for row in rows if row["scenario"] == name]
        assert answer["scenarios"][name]["losses"]["will"] == pytest.approx(np.mean(will))


def test_tables_of_a_run_are_read():
    (known, *_) = COMPARED["distributed"]
    outcomes = said(EDITION, "run.json")["outcomes"]
    assert outcomes["gap"] == known
    series = parquet.read_table(EDITION / "run" / "series.parquet")
    assert series["month"].to_pylist() == list(range(1, 25))
    assert series["gap"].to_pylist()[-1] == known
    by_month = parquet.read_table(EDITION / "run" / "places_by_month.parquet").to_pydict()
    assert len(by_month["month"]) == 768
    assert 1 - sum(by_month["realised"]) / sum(by_month["intended"]) == pytest.approx(known)
    cells = parquet.read_table(EDITION / "run" / "cells.parquet").to_pydict()
    assert len(cells["change"]) == 320
    assert sum(cells["intended"]) > 0
    places = parquet.read_table(EDITION / "run" / "councils.parquet")
    assert places.num_rows == 32


def test_a_finished_sweep_is_read_under_any_rules(gapsim, edition, refused):
    assert gaps(edition / "sweep") == SWEPT
    assert_finished_sweep_is_read(gapsim, edition / "sweep")


def test_a_run_is_replayed_or_refused(gapsim, edition, refused):
    if refused:
        assert_refused(gapsim, edition / "sweep", "replay", "sweep", 5)
        assert_refused(gapsim, edition / "shard_1", "replay", "shard_1", 2)
        return
    code, out, _ = gapsim("replay", "sweep", 5)
    assert "run 5: scenario distributed, design_point 2, replication 0, changes.heterogeneity 1.5" in out
    # To the bit on the machine that made it; another processor may round otherwise.
    assert code == 0 or near(replay.replay(edition / "sweep", 5).differing)
    assert gapsim("replay", "sweep", 16)[0] == 2


def near(differing):
    return all(now == pytest.approx(before, rel=TOLERANCE) for before, now in differing.values())


def test_a_half_finished_sweep_is_gone_on_with_or_refused(gapsim, edition, refused):
    half = edition / "shard_1"
    code, out, err = gapsim("status", "shard_1")
    assert code == 0
    assert out.startswith("tiny: stopped, 8 of 16 runs (50 %)\n")
    assert gapsim("export", "shard_1", "--to", "csv")[0] == 2
    assert gapsim("report", "shard_1", "--out", "half.html")[0] == 0
    if refused:
        assert "to go on, with the version that made it: gapsim sweep tiny.yaml" in out
        assert f"model {MODEL} there" in err
        assert_refused(gapsim, half, *AGAIN, "shard_1")
        return
    assert out.endswith("to go on: gapsim sweep tiny.yaml --engine serial --out shard_1\n")
    code, out, _ = gapsim(*AGAIN, "shard_1")
    assert (code, out) == (0, "finished: 16 runs in shard_1, 0 of them failed\n")
    assert gaps(half)[::2] == SWEPT[::2]
    assert gaps(half) == pytest.approx(SWEPT, rel=TOLERANCE)


def test_a_finished_sweep_is_extended_or_refused(gapsim, edition, refused):
    words = (*AGAIN, "sweep", "--replications", 3)
    if refused:
        assert_refused(gapsim, edition / "sweep", *AGAIN, "sweep")
        assert_refused(gapsim, edition / "sweep", *words)
        return
    code, out, _ = gapsim(*words)
    assert (code, out) == (0, "finished: 24 runs in sweep, 0 of them failed\n")
    assert gaps(edition / "sweep")[:16] == SWEPT


def test_shards_are_merged_or_refused(gapsim, edition, refused):
    words = ("merge", "shard_1", "shard_2", "--out", "whole")
    if refused:
        assert_refused(gapsim, edition, *words)
        return
    code, out, _ = gapsim(*words)
    assert (code, out) == (0, "finished: 16 runs in whole, 0 of them failed\n")
    assert gaps(edition / "whole") == SWEPT
    assert gapsim("merge", "shard_1", "--out", "half")[0] == 2


def of_other_parameters(plan):
    """Before one parameter was there, with one that is no more, and another default."""
    for scenario in plan["scenarios"]:
        del scenario["parameters"]["work"]["top_speed"]
        scenario["parameters"]["reference"]["of_old"] = 0.5
        scenario["parameters"]["work"]["load"] = 1.25


def before_a_parameter(plan):
    for scenario in plan["scenarios"]:
        del scenario["parameters"]["work"]["top_speed"]


@pytest.mark.parametrize("change", [of_other_parameters, before_a_parameter])
def test_a_sweep_with_other_parameters_is_read_and_not_run(gapsim, edition, change):
    folder = edition / "sweep"
    rewrite(folder, change)
    plan = plan_files.read(folder)
    assert plan.identity == said(folder)["identity"]
    assert_finished_sweep_is_read(gapsim, folder)
    again = (*AGAIN, "sweep")
    for words in (("replay", "sweep", 5), again, ("merge", "sweep", "--out", "whole")):
        code, _, err = gapsim(*words)
        assert code == 2
        assert f"model {OTHER} there and {provenance.model()} here" in err
        # What is not known of its parameters is not made up.
        assert "in scenario" not in err
        assert "Traceback" not in err
    assert not (edition / "whole").exists()
    assert gaps(folder) == SWEPT


def test_an_edited_plan_is_no_plan_of_other_rules(gapsim, edition, refused):
    path = edition / "sweep" / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"load": 1.0', '"load": 1.5'), encoding="utf-8")
    code, _, err = gapsim("status", "sweep")
    assert code == 2
    assert "edited by hand" in err


def test_a_factor_that_is_no_parameter_any_more_is_exported_and_reported(gapsim, edition):
    folder = edition / "sweep"

    def change(plan):
        plan["factors"][0]["key"] = "changes.of_old"

    rewrite(folder, change)
    for name in ("design.parquet", "runs.parquet"):
        table = parquet.read_table(folder / name)
        names = ["changes.of_old" if name == "changes.heterogeneity" else name for name in table.column_names]
        parquet.write_table(table.rename_columns(names), folder / name)
    assert_finished_sweep_is_read(gapsim, folder)
    assert "changes.of_old" in (folder / "report.html").read_text(encoding="utf-8")


def test_outcomes_that_are_there_are_read_without_those_that_are_not(gapsim, edition):
    """A column that today's rules would write is missing, and there is a cause of loss that they do not know."""
    folder = edition / "sweep"

    def change(plan):
        plan["responses"].remove("persistence")
        plan["responses"][plan["responses"].index("losses.will")] = "losses.goodwill"

    rewrite(folder, change)
    table = parquet.read_table(folder / "runs.parquet").drop_columns(["persistence"])
    names = ["losses.goodwill" if name == "losses.will" else name for name in table.column_names]
    parquet.write_table(table.rename_columns(names), folder / "runs.parquet")
    assert_finished_sweep_is_read(gapsim, folder)
    assert "goodwill" in (folder / "report.html").read_text(encoding="utf-8")
    with open(folder / "runs.csv", newline="") as file:
        for row in csv.DictReader(file):
            losses = sum(float(value) for name, value in row.items() if name.startswith("losses."))
            assert losses == pytest.approx(float(row["gap"]), abs=1e-12)


def test_a_table_without_a_column_of_its_own_plan_is_refused(gapsim, edition, refused):
    path = edition / "sweep" / "runs.parquet"
    parquet.write_table(parquet.read_table(path).drop_columns(["losses.will"]), path)
    for words in (("report", "sweep"), ("export", "sweep", "--to", "csv"), ("export", "sweep", "--to", "netcdf")):  # fmt: skip
        code, _, err = gapsim(*words)
        assert code == 2
        assert "losses.will" in err
        assert "Traceback" not in err


@pytest.mark.parametrize("name", ["compare", "run"])
def test_results_of_other_commands_are_no_sweep(gapsim, edition, refused, name):
    before = files(edition / name)
    for words in (
        ("report", name), ("status", name), ("export", name, "--to", "csv"), ("replay", name, 0), ("merge", name)
    ):  # fmt: skip
        code, out, err = gapsim(*words)
        assert (code, out) == (2, "")
        assert "plan.json" in err
        assert "Traceback" not in err
    assert files(edition / name) == before


def test_the_deck_is_read():
    read = session.read(EDITION / "deck.yaml", views.available())
    assert read.title == "Who should decide?"
    assert [step.title for step in read.steps] == ["Predict before you look", "A crisis in the third year"]
    assert [step.part for step in read.steps] == ["predict", "twin"]
    first, second = (url.read(step.show, "here")[0]["sides"] for step in read.steps)
    assert [side["set"] for side in first] == [{"work.load": 2}] * 2
    crisis = {"month": 36, "key": "authorities.crisis_demand", "value": 0.4, "places": None}
    assert [side["moves"] for side in second] == [[crisis]] * 2


@pytest.mark.parametrize("link", said(EDITION, "links.json"), ids=lambda link: link["address"][:30])
def test_links_mean_what_they_meant(link):
    view, look, problems = url.read(link["address"], "here")
    assert (view, look, problems) == (link["view"], link["look"], [])
    read = views.read(view, views.available())
    assert [side.scenario for side in read.sides] == [side["scenario"] for side in link["view"]["sides"]]
    assert read.seed == link["view"].get("seed", 2026)


def test_a_link_or_a_deck_that_names_what_is_no_more_is_refused_by_name(tmp_path):
    text = (EDITION / "deck.yaml").read_text(encoding="utf-8")
    (tmp_path / "deck.yaml").write_text(text.replace("b.work.load", "b.work.burden"), encoding="utf-8")
    with pytest.raises(InputProblems, match=r"step 1 of 2, side 2: work\.burden"):
        session.read(tmp_path / "deck.yaml", views.available())
    view, _, problems = url.read("#a=hierarchy&b.work.burden=2&world=3", "here")
    assert [problem.key for problem in problems] == ["world"]
    with pytest.raises(InputProblems, match=r"work\.burden"):
        views.read(view, views.available())


def test_other_rules_are_said_with_both_fingerprints():
    plan = plan_files.read(EDITION / "sweep")
    assert plans.other_rules(plan, MODEL, "9.9.9") is None
    assert f"model {MODEL} there and {OTHER} here" in plans.other_rules(plan, OTHER, "9.9.9")
