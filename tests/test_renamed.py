"""Keys of earlier versions: taken wherever a key is given, told of once, refused where they disagree."""

from __future__ import annotations

import json
import warnings

import pytest

import sim
from sim.errors import InputProblems
from sim.experiments import experiment, experiment_files
from sim.live import url, views
from sim.model import aliases
from sim.model.parameters import Intervention, Parameters
from sim.model.schema import declarations, value_of
from sim.reporting.describe import explain
from sim.scenarios.compose import compose

HEADER = "# @package _global_\nheader:\n  title: Mine\n  question: What then?\n  source: made up\n"
SHORT = ("population.users=32", "population.months=3", "population.bodies=4", "changes.arriving=2")
OLD = sorted(aliases.RENAMED)


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """What is told of old keys; nothing has been told yet."""
    heard = []
    monkeypatch.setattr(aliases, "_TOLD", set())
    monkeypatch.setattr(aliases, "say", heard.append)
    return heard


def one(*arguments, folders=(), name="baseline"):
    return compose([name], list(arguments), folders)[0].parameters


def refused(*arguments, folders=(), name="baseline"):
    with pytest.raises(InputProblems) as error:
        compose([name], list(arguments), folders)
    return str(error.value)


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "mine.yaml").write_text(HEADER + text)
        return one(folders=[tmp_path], name="mine")

    return write


def draft(tmp_path, text):
    path = tmp_path / "asked.yaml"
    path.write_text("question: What then?\ntitle: Mine\n" + text)
    return experiment_files.read(path)


def test_old_keys_are_no_parameters_and_new_ones_are():
    for old, now in aliases.RENAMED.items():
        assert old not in declarations()
        assert now.key in declarations()
        assert now.became.endswith(".")


@pytest.mark.parametrize("old", OLD)
def test_an_old_key_sets_what_it_became(old, said):
    now = aliases.RENAMED[old]
    assert value_of(one(f"{old}=0.1"), now.key) == pytest.approx(0.1 * now.factor)
    assert value_of(one(f"{old}=0.2"), now.key) == pytest.approx(0.2 * now.factor)
    assert len(said) == 1, "told once a process, not once a value"
    assert old in said[0]
    assert now.key in said[0]


def test_the_default_of_the_old_scale_is_the_default_of_the_bar():
    assert one("reference.blame_scale=0.4") == Parameters()


def test_a_group_may_hold_old_keys():
    assert one("mechanisms={layering:0.2,policy_end:0.2}").mechanisms.overload == 0.2


def test_a_scenario_file_may_hold_old_keys(written):
    parameters = written("mechanisms: {layering: 0.2}\nreference: {blame_scale: 0.2, policy_end_rate: 6}\n")
    assert parameters.mechanisms.overload == 0.2
    assert (parameters.reference.blame_bar, parameters.reference.overload_rate) == (0.5, 6)


def test_a_command_wins_over_the_old_key_of_a_file(tmp_path):
    (tmp_path / "mine.yaml").write_text(HEADER + "mechanisms: {policy_end: 0.2}\n")
    assert one("mechanisms.overload=0.9", folders=[tmp_path], name="mine").mechanisms.overload == 0.9


def test_dated_changes_may_name_old_keys(written, said):
    text = "interventions:\n  - {month: 3, key: mechanisms.policy_end, value: 0.2}\n"
    (dated,) = written(text).interventions
    assert (dated.key, dated.value) == ("mechanisms.overload", 0.2)
    asked = "interventions=[{month:3,key:mechanisms.layering,value:0.2}]"
    assert one(asked).interventions[0].key == "mechanisms.overload"
    made = Intervention(month=1, key="reference.blame_scale", value=0.2)
    assert (made.key, made.value) == ("reference.blame_bar", 0.5)
    assert len(said) == 3


@pytest.mark.parametrize(
    ("first", "second", "now"),
    [
        ("mechanisms.layering", "mechanisms.policy_end", "mechanisms.overload"),
        ("mechanisms.overload", "mechanisms.layering", "mechanisms.overload"),
        ("reference.blame_scale", "reference.blame_bar", "reference.blame_bar"),
    ],
)
def test_keys_of_one_parameter_must_agree(tmp_path, first, second, now):
    def all_named(text):
        return all(name in text for name in (first, second, f"give {now} only"))

    assert all_named(refused(f"{first}=0.2", f"{second}=0.3"))
    group, leaf = first.split(".")
    other = second.split(".")[1]
    (tmp_path / "mine.yaml").write_text(HEADER + f"{group}: {{{leaf}: 0.2, {other}: 0.3}}\n")
    assert all_named(refused(folders=[tmp_path], name="mine"))
    (tmp_path / "mine.yaml").unlink()
    rows = f"[{{month:3,key:{first},value:0.2}},{{month:3,key:{second},value:0.3}}]"
    assert all_named(refused(f"interventions={rows}"))
    factors = f"factors:\n  {first}: {{range: [0, 1]}}\n  {second}: {{range: [0, 0.5]}}\n"
    found = draft(tmp_path, factors + "design: {kind: sobol, samples: 4}\n")
    assert any(all_named(str(problem)) for problem in found.problems)
    found = draft(tmp_path, f"design: {{kind: list, points: [{{{first}: 0.2, {second}: 0.3}}]}}\n")
    assert any(all_named(str(problem)) for problem in found.problems)


def test_keys_that_agree_are_one():
    assert one("mechanisms.layering=0.3", "mechanisms.policy_end=0.3").mechanisms.overload == 0.3
    assert one("reference.blame_scale=0.2", "reference.blame_bar=0.5").reference.blame_bar == 0.5
    assert "is given twice" in refused("mechanisms.layering=0.3", "mechanisms.layering=0.3")


def test_experiments_may_vary_old_keys(tmp_path):
    text = "factors:\n  reference.blame_scale: {range: [0, 0.4], count: 3}\n  mechanisms.policy_end: {levels: [0, 1]}\n"
    found = draft(tmp_path, f"{text}design: {{kind: grid}}\n")
    assert not found.problems
    assert {f.key: f.levels for f in found.factors} == {
        "reference.blame_bar": (0.0, 0.5, 1.0), "mechanisms.overload": (0.0, 1.0),
    }  # fmt: skip
    text = "factors:\n  uncertainties: {spread: 2, except: [mechanisms.layering]}\n"
    found = draft(tmp_path, text + "design: {kind: latin_hypercube, points: 10}\n")
    assert not found.problems
    assert "mechanisms.overload" not in [factor.key for factor in found.factors]
    found = draft(
        tmp_path,
        "design: {kind: list, points: [{reference.blame_scale: 0.2}, {reference.blame_scale: null}]}\n",
    )
    assert not found.problems
    assert list(found.points) == ["reference.blame_bar"]
    assert list(found.points["reference.blame_bar"]) == [0.5, None]
    found = draft(tmp_path, "factors: [mechanisms.layering, mechanisms.policy_end]\ndesign: ablation\n")
    assert not found.problems
    assert [factor.key for factor in found.factors] == ["mechanisms.overload"]
    text = "parameters: {mechanisms: {layering: 0.2}}\nfactors:\n  work.load: {levels: [1, 2]}\n"
    found = draft(tmp_path, text + "design: {kind: grid}\n")
    assert not found.problems
    assert found.fixed.leaves == {"mechanisms.overload": 0.2}


def test_a_table_of_points_may_name_old_keys(tmp_path):
    (tmp_path / "points.csv").write_text("reference.blame_scale,work.load\n0.2,1\n0.4,2\n")
    found = draft(tmp_path, "design: {kind: table, file: points.csv}\n")
    assert not found.problems
    assert list(found.points["reference.blame_bar"]) == [0.5, 1.0]
    (tmp_path / "points.csv").write_text("mechanisms.layering,mechanisms.policy_end\n0.2,0.2\n0.4,0.3\n")
    found = draft(tmp_path, "design: {kind: table, file: points.csv}\n")
    assert "give mechanisms.overload only" in str(found.problems[0])


def test_a_sweep_on_the_command_line_may_name_old_keys():
    asked = experiment.from_command_line(["baseline", "reference.blame_scale=0,0.2,0.4", *SHORT])
    assert list(asked.points["reference.blame_bar"]) == [0.0, 0.5, 1.0]


def test_a_notebook_may_name_old_keys(monkeypatch):
    monkeypatch.setattr(aliases, "say", aliases._warn)
    with pytest.warns(aliases.RenamedKey, match="mechanisms.overload"):
        first = sim.run("baseline", "mechanisms.layering=0.9", *SHORT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = sim.run("baseline", "mechanisms.layering=0.9", *SHORT)
    third = sim.run("baseline", "mechanisms.overload=0.9", *SHORT)
    assert first.equals(second)
    assert first.equals(third)


def test_a_command_tells_of_old_keys_on_standard_error_once(gapsim):
    words = ("run", "baseline", "mechanisms.layering=0.9", *SHORT, "--json")
    code, out, err = gapsim(*words)
    assert code == 0
    assert "mechanisms.layering" not in out
    assert err.count("mechanisms.layering is an earlier name, read as mechanisms.overload") == 1
    code, again, err = gapsim(*words)
    assert "earlier name" not in err
    assert json.loads(again)["outcomes"] == json.loads(out)["outcomes"]


def test_a_view_is_given_back_under_the_keys_of_today():
    link = "#a=baseline&a.reference.blame_scale=0.2&a@3.mechanisms.layering=0.9&b=hierarchy"
    asked, _, problems = url.read(link, "here")
    assert not problems
    side = views.read(asked, views.available()).sides[0]
    assert side.given == {"reference.blame_bar": 0.5}
    assert [(move["key"], move["value"]) for move in side.moves] == [("mechanisms.overload", 0.9)]
    assert side.composed.parameters.reference.blame_bar == 0.5
    asked, _, _ = url.read("#a=baseline&a.mechanisms.layering=0.2&a.mechanisms.policy_end=0.3", "here")
    with pytest.raises(InputProblems, match=r"give mechanisms\.overload only"):
        views.read(asked, views.available())


@pytest.mark.parametrize("old", OLD)
def test_an_old_key_is_explained(old):
    text = " ".join(explain(old).split())
    now = aliases.RENAMED[old]
    assert f"{old} is an earlier name, read as {now.key}" in text
    assert now.became in text
    assert declarations()[now.key].sentence in text


def test_a_configuration_of_an_earlier_version_is_read_as_today(written):
    """All its defaults are written out; two strengths and two magnitudes became one each."""
    text = "mechanisms: {layering: 0.5, policy_end: 0.5, blame: 0.5}\n"
    text += "reference: {blame_scale: 0.4, blame_bar: 1.0, layering_room: 1.0, layering_switching: 0.03}\n"
    assert written(text) == Parameters()
