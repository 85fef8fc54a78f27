"""Experiments: the shipped ones are valid, files and commands are read in full, and all problems are reported at once."""

import contextlib
import copy
import functools
import itertools
import re
import textwrap

import numpy as np
import pytest
import worlds
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import paths
from sim.errors import InputProblems, Problem
from sim.experiments import experiment_files
from sim.experiments.design_point import apply_design_point
from sim.experiments.designs import point, points_of
from sim.experiments.experiment import from_command_line, load
from sim.experiments.factors import default_range
from sim.model import outcomes
from sim.model.parameters import DEFAULT_SEED, STABLE, Parameters
from sim.model.schedule import simulate
from sim.model.schema import declarations, experimental
from sim.model.state import CAUSES
from sim.model.vocabulary import DEFAULT_RESPONSES, RESPONSES, matching_responses
from sim.runner import run_one
from sim.scenarios import scenario_files

SHIPPED = sorted(experiment_files.available())


@functools.cache
def shipped(name):
    return load(name, searching=name in SEARCHES)


def runs_of(name):
    """Runs of a shipped experiment; of a search, its evaluations in all futures."""
    experiment = shipped(name)
    count = points_of(experiment.points) * len(experiment.scenarios) * experiment.replications
    return count * experiment.crossing.search.evaluations if name in SEARCHES else count


WANTED = {
    "power_by_heterogeneity", "regime_map", "mechanism_ablation", "sensitivity_screening", "sensitivity", "policy_types",
    "capacity_and_load", "contradictions", "regime_map_wide", "fitted_comparison", "fitted_map",
    "over_the_set", "robust_mix",
}  # fmt: skip
SEARCHES = {"robust_mix"}
"""Experiments whose policies a search chooses."""
HEAD = "question: What then?\ntitle: Mine\n"
GRID = "factors:\n  work.load: {levels: [1, 2]}\ndesign: grid\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written(text, head=HEAD, name="mine.yaml"):
        (tmp_path / name).write_text(head + textwrap.dedent(text))
        return name

    return written


def complaints(call, *arguments, **named):
    with pytest.raises(InputProblems) as refused:
        call(*arguments, **named)
    return [str(problem) for problem in refused.value.problems]


def only(call, *arguments, **named):
    found = complaints(call, *arguments, **named)
    assert len(found) == 1, found
    return found[0]


def swept(*arguments, **named):
    return from_command_line(arguments, **named)


# Shipped experiments


def test_shipped_experiments_and_scenarios_have_different_names():
    assert set(SHIPPED) == WANTED
    assert not WANTED & set(scenario_files.available()[0])


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_are_valid_at_every_point(name):
    experiment = shipped(name)
    assert experiment.question.endswith("?")
    text = experiment_files.available()[name].read_text(encoding="utf-8")
    assert text.lstrip("# ").startswith("question:")
    assert "neither" in text.lower(), "the result that would count as neither"
    assert "runs" in text, "the number of runs"
    runs = runs_of(name)
    assert f"{runs:,} runs" in text
    assert runs <= (1_000_000 if name in SEARCHES else 100_000)
    assert set(experiment.responses) <= set(RESPONSES)
    count = points_of(experiment.points)
    for number in sorted({0, count // 2, count - 1}):
        for scenario in experiment.scenarios:
            apply_design_point(scenario, point(experiment.points, number))


def test_the_map_covers_all_uncertainties_and_all_power_structures():
    experiment = shipped("regime_map")
    uncertain = {
        d.key for d in declarations().values() if d.role == "uncertainty" and d.group != "focal"
    } - experimental()
    varied = {factor.key for factor in experiment.factors}
    assert uncertain <= varied
    assert not any(key.startswith("focal.") for key in varied)
    assert {factor.key for factor in experiment.factors if factor.role == "lever"} == {"work.load"}
    assert set(worlds.POWER_SCENARIOS) < {scenario.name for scenario in experiment.scenarios}
    assert experiment.design.kind == "latin_hypercube"


def test_the_wide_map_has_one_range_by_hand():
    experiment = shipped("regime_map_wide")
    uncertain = [d for d in declarations().values() if d.role == "uncertainty" and d.group != "focal"]
    by_rule = {d.key: default_range(d, 4) for d in uncertain if not d.choices}
    for factor in experiment.factors:
        if factor.key in by_rule and factor.key != "authorities.crisis_demand":
            assert (factor.low, factor.high) == (by_rule[factor.key].low, by_rule[factor.key].high)
    assert {d.key for d in uncertain} - experimental() <= {factor.key for factor in experiment.factors}


def test_the_ablation_covers_all_stable_mechanisms():
    experiment = shipped("mechanism_ablation")
    assert [factor.key for factor in experiment.factors] == [f"mechanisms.{name}" for name in STABLE]
    assert points_of(experiment.points) == 66


def test_sensitivity_varies_some_factors_of_the_screening_over_the_same_ranges():
    screened = {factor.key: factor for factor in shipped("sensitivity_screening").factors}
    left = shipped("sensitivity").factors
    assert 5 < len(left) < len(screened) / 4
    assert all(screened[factor.key] == factor for factor in left)


def test_policy_types_are_the_four_of_matland():
    points = shipped("policy_types").points
    pairs = set(zip(points["changes.ambiguity"], points["changes.conflict"], strict=True))
    low, high = (sorted(set(points[key])) for key in ("changes.ambiguity", "changes.conflict"))
    assert pairs == set(itertools.product(low, high))
    assert len(pairs) == 4


README = (paths.bundled("experiments") / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_experiment_with_its_runs():
    for name in SHIPPED:
        runs = runs_of(name)
        (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
        assert row.endswith(f"| {runs:,} |"), name


def test_the_examples_of_the_readme_are_valid(write):
    whole, shorthand = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    experiment = load(write(whole, head=""))
    assert points_of(experiment.points) == 4 * 3 * 3
    load(write(shorthand + "design: {kind: sobol_sequence, points: 4}\n"))


def test_the_commands_of_the_readme_are_valid(write):
    write(GRID)
    commands = [
        line.split("   ")[0].split() for line in README.splitlines() if line.startswith("gapsim sweep ")
    ]
    assert len(commands) == 5
    for _, _, *words in commands:
        words = words[: words.index("--replications")] if "--replications" in words else words
        experiment = swept(*words)
        assert experiment.question
    assert experiment.factors[0].levels[-1] == 1.0


def test_responses_are_the_outcomes_of_a_run(small):
    tree = {}
    for key, value in small.items():
        group, name = key.split(".")
        tree.setdefault(group, {})[name] = value
    run = simulate(Parameters.model_validate(tree), 1, 0)
    assert set(outcomes.summary(run)) == set(RESPONSES)
    assert set(DEFAULT_RESPONSES) < set(RESPONSES)


@pytest.mark.parametrize("name", ["focal.real.5", "focal.nominal.9", "focal.used.1", "focal.signed.0"])
def test_the_state_of_the_focal_change_can_be_a_response(name):
    _, outcome, month = name.split(".")
    parameters = Parameters.model_validate(
        {"population": {"users": 64, "months": 10}, "focal": {"arrival": 0}}
    )
    run = simulate(parameters, 5)
    column = ("nominal", "real", "used", "signed").index(outcome)
    assert matching_responses(name) == (name,)
    assert run_one.read(run, ["gap", name])[1] == run.state.journal.focal[int(month), column]
    beyond = run_one.read(run, [f"focal.{outcome}.10"])
    without = run_one.read(
        simulate(Parameters.model_validate({"population": {"users": 64, "months": 10}}), 5), [name]
    )
    assert np.isnan([*beyond, *without]).all()
    assert matching_responses("focal.real.x") == matching_responses("focal.real") == ()


# Files


def test_a_file_with_every_part(write):
    name = write(
        """
        scenarios: [crisis, status_quo]
        parameters: {work: {load: 2}, mechanisms.pace: 0.1}
        factors:
          power.distribution: {levels: [null, 0, 1]}
          changes.heterogeneity: {range: [0, 2], count: 5, role: lever}
          work.form: {levels: all}
        design: grid
        replications: 7
        seed: 11
        responses: [gap, losses.*]
        """
    )
    experiment = load(name)
    assert (experiment.name, experiment.title, experiment.question) == ("mine", "Mine", "What then?")
    assert [scenario.name for scenario in experiment.scenarios] == ["crisis", "status_quo"]
    assert {scenario.parameters.work.load for scenario in experiment.scenarios} == {2.0}
    assert {scenario.parameters.mechanisms.pace for scenario in experiment.scenarios} == {0.1}
    assert [(f.key, f.role) for f in experiment.factors] == [
        ("power.distribution", "lever"),
        ("changes.heterogeneity", "lever"),
        ("work.form", "uncertainty"),
    ]
    assert experiment.factors[1].levels == (0.0, 0.5, 1.0, 1.5, 2.0)
    assert points_of(experiment.points) == 3 * 5 * 3
    assert (experiment.replications, experiment.seed) == (7, 11)
    assert experiment.responses[0] == "gap"
    assert len(experiment.responses) == 1 + len(CAUSES)
    assert experiment.source == "mine.yaml"


def test_defaults_of_parts_that_a_file_leaves_out(write):
    experiment = load(write(GRID))
    assert [scenario.name for scenario in experiment.scenarios] == ["baseline"]
    assert (experiment.replications, experiment.seed) == (100, DEFAULT_SEED)
    assert experiment.responses == DEFAULT_RESPONSES
    assert experiment.points["work.load"].tolist() == [1.0, 2.0]


def test_options_and_overrides_win_over_the_file(write):
    name = write("seed: 11\nreplications: 7\nparameters: {work.top_speed: 2, mechanisms: none}\n" + GRID)
    experiment = load(name, ["work.top_speed=3", "changes.variety=0.1"], replications=9, seed=12)
    assert (experiment.replications, experiment.seed) == (9, 12)
    (scenario,) = experiment.scenarios
    assert (scenario.parameters.work.top_speed, scenario.parameters.changes.variety) == (3.0, 0.1)
    assert set(scenario.parameters.mechanisms.model_dump().values()) == {0.0}
    assert load(name, ["seed=5"]).seed == 5
    again = load(name, ["mechanisms=as_scenario"])
    assert again.scenarios[0].parameters.mechanisms.pace == Parameters().mechanisms.pace > 0.0


def test_distribution_on_the_command_line_wins_over_rows_of_the_file(write):
    row = "parameters:\n  power.agenda: {centre: 0, authorities: 1, third_sector: 0, users: 0}\n"
    assert load(write(row + GRID)).scenarios[0].parameters.power.agenda.authorities == 1.0
    (scenario,) = load(write(row + GRID), ["power.distribution=0"]).scenarios
    assert scenario.parameters.power.agenda.centre == 0.9


def test_the_rule_for_all_uncertainties(write):
    text = """
        factors:
          changes.heterogeneity: {range: [0, 2]}
          uncertainties: {spread: 3, except: [reference, pledge, work.see]}
        design: {kind: sobol_sequence, points: 8}
        """
    factors = {factor.key: factor for factor in load(write(text)).factors}
    assert (factors["changes.heterogeneity"].low, factors["changes.heterogeneity"].high) == (0.0, 2.0)
    assert (factors["design.hours"].low, factors["design.hours"].high) == (300.0, 2700.0)
    assert not [key for key in factors if key.startswith(("reference.", "pledge.")) or key == "work.see"]
    assert "work.form" not in factors
    assert "work.load" not in factors
    with_choices = load(write(text.replace("spread: 3", "spread: 3, choices: true"))).factors
    assert {f.key for f in with_choices if f.levels} == {"work.form", "population.mixing"}


def test_points_of_a_list_may_name_whole_rows(write):
    name = write(
        """
        design:
          kind: list
          points:
            - {work.load: 2}
            - {power.agenda: {centre: 0, authorities: 1, third_sector: 0, users: 0}, work.form: minimum}
        """
    )
    experiment = load(name)
    assert [factor.key for factor in experiment.factors][:2] == ["work.load", "power.agenda.centre"]
    assert experiment.points["power.agenda.authorities"] == [None, 1.0]
    applied = apply_design_point(experiment.scenarios[0], point(experiment.points, 1))
    assert applied.power.agenda.authorities == 1.0
    assert applied.work.form == "minimum"


def test_the_path_of_a_table_is_relative_to_its_experiment(write, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "points.csv").write_text("work.load,work.form\n1,product\n2,\n")
    name = write("design: {kind: table, file: points.csv}\n", name="sub/mine.yaml")
    experiment = load(name)
    assert experiment.points["work.load"].tolist() == [1.0, 2.0]
    assert experiment.factors[1].levels == ("product", None)


BAD_FILES = {
    "factors:\n  work.lod: {levels: [1]}\ndesign: grid": "work.lod: there is no such parameter; did you mean `work.load`?",
    "factors:\n  work.load: {levels: [1, -1]}\ndesign: grid": "= -1: must be a number from 0.0 to 10.0 (x), or null",
    "factors:\n  work.load: {levels: [1, '2']}\ndesign: grid": "= '2': must be a number",
    "factors:\n  work.load: {levels: [1, true]}\ndesign: grid": "= True: must be a number",
    "factors:\n  work.load: {levels: [1, .nan]}\ndesign: grid": "= nan: must be a number",
    "factors:\n  changes.arriving: {levels: [1, 2.5]}\ndesign: grid": "= 2.5: must be a whole number from 1 to 1000",
    "factors:\n  work.form: {levels: [product, minimun]}\ndesign: grid": "did you mean `minimum`?",
    "factors:\n  work.form: {range: [0, 1]}\ndesign: grid": "has no range; give levels",
    "factors:\n  work.load: {levels: [1, 1]}\ndesign: grid": "a level is given twice",
    "factors:\n  work.load: {levels: []}\ndesign: grid": "must be a list of values",
    "factors:\n  work.load: {levels: all}\ndesign: grid": "must be a list of values",
    "factors:\n  work.load: [1, 2]\ndesign: grid": "must give {range: [low, high]} or {levels",
    "factors:\n  work.load: {range: null}\ndesign: grid": "must give {range: [low, high]} or {levels",
    "factors:\n  work.load: {levels: 3}\ndesign: grid": "must be a list of values",
    "factors:\n  work.load: {range: 3}\ndesign: grid": "must be [low, high]",
    "factors:\n  work.load: {range: [null, 2]}\ndesign: grid": "= null: must be a number",
    "factors:\n  work.load: {range: [1, 2]}\ndesign: grid": "a grid needs levels",
    "factors:\n  work.load: {range: [1, 2], levels: [1]}\ndesign: grid": "must give {range: [low, high]} or {levels",
    "factors:\n  work.load: {range: [1, 2], count: 1}\ndesign: grid": "must be a number of evenly spaced levels",
    "factors:\n  changes.arriving: {range: [1, 2], count: 3}\ndesign: grid": "that fall on whole numbers",
    "factors:\n  work.load: {levels: [1, 2], count: 2}\ndesign: grid": "belongs to a range",
    "factors:\n  work.load: {levels: [1, 2], rolle: lever}\ndesign: grid": "did you mean `role`?",
    "factors:\n  work.load: {levels: [1, 2], role: knob}\ndesign: grid": "must be one of lever, uncertainty",
    "factors:\n  work.load: {range: [2, 1]}\ndesign: {kind: morris, trajectories: 4}": "the first must be less",
    "factors:\n  work.load: {range: [2]}\ndesign: {kind: morris, trajectories: 4}": "must be [low, high]",
    "factors:\n  work.load: {range: [1, 20]}\ndesign: {kind: morris, trajectories: 4}": "= 20: must be a number from",
    "factors:\n  work.load: {levels: [1, null]}\ndesign: {kind: morris, trajectories: 4}": "null has no place",
    "factors:\n  work.load: {levels: [1]}\ndesign: {kind: morris, trajectories: 4}": "one level is no factor",
    "factors:\n  work.load: {levels: [1, 2]}\n  work.form: {levels: [product]}\ndesign: zip": "work.form has 1",
    "factors:\n  power.agenda: {levels: [1]}\ndesign: grid": "is a row of shares",
    "factors:\n  mechanisms: {levels: [1]}\ndesign: grid": "use the design `ablation`",
    "factors:\n  interventions: {levels: [1]}\ndesign: grid": "write a scenario for each list",
    "factors: {}\ndesign: grid": "must be a mapping from keys",
    "design: grid": "must be a mapping from keys",
    "factors:\n  uncertainties: all\ndesign: {kind: morris, trajectories: 4}": "must give {spread: 2}",
    "factors:\n  uncertainties: {spread: 1}\ndesign: {kind: morris, trajectories: 4}": "must be a number above 1",
    "factors:\n  uncertainties: {spread: 2, exept: []}\ndesign: {kind: morris, trajectories: 4}": "did you mean `except`?",
    "factors:\n  uncertainties: {spread: 2, except: [referense]}\ndesign: {kind: morris, trajectories: 4}": "mean `reference`?",
    "factors:\n  uncertainties: {spread: 2, choices: 1}\ndesign: {kind: morris, trajectories: 4}": "must be true or false",
    "factors:\n  work.load: {levels: [1, 2]}": "must give its kind, one of grid",
    "factors:\n  work.load: {levels: [1, 2]}\ndesign: gird": "did you mean `grid`?",
    "factors:\n  work.load: {levels: [1, 2]}\ndesign: {kind: grid, points: 4}": "a design of this kind has no settings",
    "factors:\n  work.load: {range: [1, 2]}\ndesign: {kind: latin_hypercube}": "design.points: must be a whole number",
    "factors:\n  work.load: {range: [1, 2]}\ndesign: {kind: latin_hypercube, points: 0}": "from 1 to 10000000",
    "factors:\n  work.load: {range: [1, 2]}\ndesign: {kind: morris, trajectories: 4, levels: 5}": "must be even",
    "factors:\n  work.load: {range: [1, 2]}\ndesign: {kind: saltelli, samples: 4, second_order: 1}": "true or false",
    "design: {kind: list, points: []}": "design.points = []: must be a list of points, one or more",
    "design: {kind: list, points: [work.load]}": "must be a mapping of keys to values",
    "design: {kind: list, points: [{work.lod: 1}]}": "did you mean `work.load`?",
    "design: {kind: list, points: [{work.load: 1}, {work.load: 11}]}": "work.load = 11.0: must be a number from 0.0 to 10.0",
    "design: {kind: list, points: [{power.agenda: {centre: 1}}]}": "the row must sum to 1, not 1.4, over baseline",
    "design: {kind: list, points: [{power.agenda.centre: 0.7}, {power.agenda.users: 0.05}]}": "not 1.1, over baseline in 1 of",
    "design: {kind: list, points: [{1: 2}]}": "design.points[0].1 = 2: there is no such parameter",
    "design: {kind: list, points: [{work.load: [1]}]}": "work.load = [1]: must be a number",
    "design: {kind: list, points: [{pledge: {open: 1}}]}": "name them one by one, as in pledge.open",
    "design: {kind: list, points: [{name: {a: b}, work.load: 1}]}": "design.points[0].name = {a: 'b'}: must be plain words",
    "design: {kind: list, points: [{group: '', work.load: 1}]}": "design.points[0].group = '': must be plain words",
    "design: {kind: list, points: [{name: a, work.load: 1}, {name: a, work.load: 2}]}": "two points have this name",
    "design: {kind: list, points: [{work.load: 1}]}\nfactors: {}": "leave factors out",
    "design: {kind: table, file: none.csv}": "cannot be read",
    "design: {kind: table}": "must be the path of a CSV file",
    "factors: [mechanisms.pase]\ndesign: ablation": "did you mean `mechanisms.pace`?",
    "factors: [mechanisms.pace, mechanisms.pace]\ndesign: ablation": "is given twice",
    "factors: [hierarchy.layers]\ndesign: ablation": "cannot be switched off",
    "factors: {mechanisms.pace: 0}\ndesign: ablation": "must be a list of keys",
    GRID + "scenarios: []": "must be a list of names of scenarios",
    GRID + "scenarios: [hierarky]": "mine.yaml: hierarky: there is no such scenario; did you mean `hierarchy`?",
    GRID + "scenarios: [hierarchy, hierarchy]": "mine.yaml: hierarchy: the same scenario is named twice",
    GRID + "parameters: [work.load]": "must be a mapping of keys to values",
    GRID + "parameters: {work: {lod: 1}}": "mine.yaml: work.lod = 1: there is no such parameter; did you mean `work.load`?",
    GRID + "parameters: {changes.conflict: 2}": "mine.yaml: changes.conflict = 2: must be a number from 0.0 to 1.0",
    GRID + "parameters: {mechanisms: non}": "mine.yaml: mechanisms = non: must be one of as_scenario, none",
    GRID + "parameters: {power.agenda: {centre: 1}}": "mine.yaml over baseline: power.agenda",
    GRID + "parameters: {work.load: 3}": "mine.yaml: work.load: is a factor and also stands in `parameters`",
    GRID + "parameters: {interventions: [{month: 500, key: work.load, value: 1}]}": "mine.yaml: interventions[0]",
    GRID + "replications: 0": "replications = 0: must be a whole number from 1",
    GRID + "seed: -1": "seed = -1: must be a whole number from 0",
    GRID + "seed: true": "seed = True: must be a whole number",
    GRID + "responses: [gapp]": "there is no such outcome; did you mean `gap`?",
    GRID + "responses: gap": "must be a list of names of outcomes",
    GRID + "replication: 3": "did you mean `replications`?",
    GRID + "parameters: {population.places: '${oc.env:HOME}'}": "${…} is refused",
    GRID + "seed: ${oops": "${…} is refused",
    GRID + "seed: [": "is not valid YAML",
    GRID + "seed: 1\nseed: 2": "is not valid YAML",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_FILES, ids=lambda text: text.replace("\n", " ")[:70])
def test_every_kind_of_invalid_file_gives_one_message(write, text):
    message = only(load, write(text + "\n"))
    assert BAD_FILES[text] in message
    assert "mine.yaml" in message or "none.csv" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "every experiment must give its question"),
        ("- one\n", "must be a mapping"),
        ("title: Mine\n" + GRID, "every experiment must give its question"),
        ("title: Mine\nquestion: What?\n" + GRID, "must come first"),
        ("question: What?\n" + GRID, "every experiment must give its question and title"),
    ],
)
def test_a_file_begins_with_its_question(write, text, message):
    assert any(message in found for found in complaints(load, write(text, head="")))


def test_all_problems_of_a_file_are_reported_at_once(write):
    name = write(
        """
        scenarios: [hierarchy, nowhere]
        parameters: {work: {lod: 1}, changes.conflict: 3}
        factors:
          work.load: {levels: [1, 99]}
          work.forn: {levels: [product]}
        design: {kind: grid, points: 3}
        seed: soon
        """,
        head="title: Mine\n",
    )
    found = "\n".join(
        complaints(
            load, name, ["work.sea=1", "seed=2"], seed=3, already=[Problem("command line", "--out", "no")]
        )
    )
    for part in (
        "--out", "--seed", "nowhere", "work.lod", "changes.conflict", "99", "work.forn", "design.points", "soon",
        "question", "work.sea",
    ):  # fmt: skip
        assert part in found, part


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "is empty"),
        ("work.load\n", "has no rows"),
        ("work.lod\n1\n", "did you mean `work.load`?"),
        ("work.load,work.load\n1,2\n", "is given twice in the header"),
        ("work.load,work.form\n1,product\n1\n", "needs 2 cells a row, as in the header; not so in row 3"),
        ("work.load\n1\nmuch\n2\nmuch\n", "= 'much': must be a number from 0.0 to 10.0 (x); in 2 of 4 design points (1, 3)"),
        ("changes.arriving\n1.5\n", "= '1.5': must be a whole number"),
        ("work.load\n" + "11\n" * 5 + "1\n", "from 0.0 to 10.0 (x); in 5 of 6 design points (0, 1, 2, …)"),
        ("work.load\nnan\n", "= nan: must be a number"),
        ("work.form\nproduct\nminimun\n", "= 'minimun': must be one of product"),
        ("power.agenda.centre\n0.6\n0.7\n", "the row must sum to 1, not 1.1, over baseline in 1 of 2 design points (1)"),
        ("population.users\n3200\n31\n", "must be at least 32"),
        ("population.places\nnowhere.csv\n", "nowhere.csv"),
    ],
)  # fmt: skip
def test_problems_of_a_table(write, tmp_path, table, message):
    (tmp_path / "points.csv").write_text(table)
    assert message in only(load, write("design: {kind: table, file: points.csv}\n"))


def test_many_invalid_values_are_counted(write, tmp_path):
    (tmp_path / "points.csv").write_text("work.load\n" + "\n".join(str(20 + n) for n in range(9)))
    found = complaints(load, write("design: {kind: table, file: points.csv}\n"))
    assert len(found) == 4
    assert "and 6 more values outside, in 6 design points" in found[-1]


JUNK = [None, 3, -1, 2.5, 10**400, "x", "all", "", [], {}, [None], {1: 2}, True, float("nan"), "${a}"]
WHOLE = """
question: What then?
title: Mine
scenarios: [hierarchy, baseline]
parameters: {work: {load: 2}, mechanisms: none, power.agenda: {centre: 1, authorities: 0, third_sector: 0, users: 0}}
factors:
  changes.heterogeneity: {range: [0, 2], count: 5, role: lever}
  work.form: {levels: all}
  uncertainties: {spread: 2, choices: true, except: [pledge]}
design: {kind: morris, trajectories: 2, levels: 4}
replications: 2
seed: 1
responses: [gap, losses.*]
"""
DESIGNS = [
    {},
    {"design": "grid", "factors": {"changes.conflict": {"levels": [0, 1]}, "work.form": {"levels": "all"}}},
    {"design": "ablation", "factors": ["mechanisms.pace", "mechanisms.reactance"]},
    {
        "design": {
            "kind": "list",
            "points": [{"name": "a", "changes.conflict": 1}, {"power.design": {"users": 1}}],
        }
    },
]


def places(tree, above=()):
    """Every place in a tree of mappings and lists, as the keys and positions that lead to it."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in parts:
        yield (*above, key)
        yield from places(part, (*above, key))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_junk_anywhere_in_a_file_is_a_problem_and_no_crash(write, data):
    tree = yaml.safe_load(WHOLE) | data.draw(st.sampled_from(DESIGNS))
    if tree["design"] == DESIGNS[-1]["design"]:
        del tree["factors"]
    tree = copy.deepcopy(tree)
    *above, last = data.draw(st.sampled_from(list(places(tree))))
    functools.reduce(lambda node, key: node[key], above, tree)[last] = data.draw(st.sampled_from(JUNK))
    with contextlib.suppress(InputProblems):
        load(write(yaml.safe_dump(tree, sort_keys=False), head=""))


# The command line


def test_several_swept_keys_make_a_grid():
    experiment = swept(
        "crisis",
        "work.load=2",
        "power.distribution=0,0.5,1",
        "work.form=choice(product,minimum)",
        "concordat",
    )
    assert [scenario.name for scenario in experiment.scenarios] == ["crisis", "concordat"]
    assert {scenario.parameters.work.load for scenario in experiment.scenarios} == {2.0}
    rows = list(zip(*experiment.points.values(), strict=True))
    assert rows == list(itertools.product((0.0, 0.5, 1.0), ("product", "minimum")))
    assert experiment.question.endswith("power.distribution and work.form?")
    assert experiment.replications == 100


def test_ranges_are_in_decimals():
    experiment = swept("work.load=range(0,1,0.1)", "changes.arriving=range(3,6)")
    assert experiment.factors[0].levels == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    assert experiment.factors[1].levels == (3, 4, 5)
    assert swept("work.load=range(0,1.1,0.1)").factors[0].levels[-1] == 1.0
    assert swept("work.load=range(1,0,-0.25)").factors[0].levels == (1.0, 0.75, 0.5, 0.25)
    assert experiment.points["changes.arriving"].dtype == np.int64


def test_scenarios_default_to_the_baseline_and_may_be_swept():
    assert [s.name for s in swept("work.load=1,2").scenarios] == ["baseline"]
    assert [s.name for s in swept("scenario=hierarchy,devolved", "work.load=1,2").scenarios] == [
        "hierarchy",
        "devolved",
    ]


def test_seeds_and_replications():
    assert swept("work.load=1,2").seed == DEFAULT_SEED
    assert swept("work.load=1,2", "seed=4").seed == 4
    assert swept("work.load=1,2", seed=5, replications=3).seed == 5
    assert swept("work.load=1,2", replications=3).replications == 3


def test_an_experiment_takes_fixed_overrides_by_name_or_path(write):
    (scenario,) = swept(write(GRID), "changes.conflict=0.9").scenarios
    assert scenario.parameters.changes.conflict == 0.9
    named = swept("policy_types", "work.load=2", replications=2)
    assert {scenario.parameters.work.load for scenario in named.scenarios} == {2.0}


BAD_COMMANDS = {
    (
        "power.distribution=0,null",
        "power.agenda.centre=0.6",
    ): "must sum to 1, not 0.7, over baseline in 1 of 2",
    ("hierarchy", "distributed"): "nothing is swept",
    (): "nothing is swept",
    ("hierarky", "work.load=1,2"): "there is no such scenario; did you mean `hierarchy`?",
    ("regime_mapp",): "there is no such experiment or scenario; did you mean `regime_map`?",
    ("work.lod=1,2",): "work.lod = 1,2: there is no such parameter; did you mean `work.load`?",
    ("work.load=1,20",): "work.load = 20: must be a number from 0.0 to 10.0",
    ("work.load=1,1",): "a value is given twice",
    ("work.load=1,2", "work.load=3"): "work.load = 3: is given twice",
    ("work.load=3", "work.load=1,2"): "is given twice",
    ("work.load=range(1,1)",): "the range is empty",
    ("work.load=range(0,1,0.0000001)",): "has more than 1,000,000 values",
    ("work.load=range(0,1,0)",): "the range is empty",
    ("work.load=shuffle(range(0,1))",): "several values are written 0,0.5,1",
    ("work.load=shuffle(1,2)",): "several values are written 0,0.5,1",
    ("work.load=interval(1,2)",): "a range is sampled by an experiment file",
    ("work.load=glob(*)",): "several values are written 0,0.5,1",
    ("work.form=product,minimun",): "did you mean `minimum`?",
    ("work.load=1,2", "seed=1,2"): "one seed only; for more runs use --replications",
    ("mechanisms=none,as_scenario",): "`ablation`",
    ("power.agenda=1,2",): "only single parameters can be swept",
    ("interventions=1,2",): "write a scenario for each list",
    (
        "power.agenda.centre=0.6,0.7",
    ): "the row must sum to 1, not 1.1, over baseline in 1 of 2 design points (1)",
    (
        "sequenced",
        "population.months=24,120",
    ): "interventions[0] (power.distribution in month 60): the run ends before; months go from 0 to 23, over sequenced in 1 of",
    (
        "population.users=8,3200",
    ): "must be at least 32: every place needs a user, in 1 of 2 design points (0)",
    ("work.load=1,2", "population.places=${oc.env:HOME},scotland"): "${…} is refused",
    ("work.load=1,2", "+work.more=1"): "`+` is refused",
    ("hierarchy", "scenario=devolved", "work.load=1,2"): "given together with names of scenarios",
    ("policy_types", "work.load=1,2"): "takes one value here",
    ("policy_types", "changes.conflict=0.4"): "is a factor of policy_types, which gives it the values",
    (
        "sensitivity_screening",
        "work.load=2",
    ): "is a factor of sensitivity_screening, which gives it values from",
    ("policy_types", "hierarchy"): "command line: hierarchy: an experiment stands alone",
    ("policy_types", "policy_types"): "command line: policy_types: an experiment stands alone",
    ("policy_types", "scenario=hierarchy"): "an experiment names its own scenarios",
    ("nowhere.yaml",): "cannot be read",
}


@pytest.mark.parametrize("arguments", BAD_COMMANDS, ids=" ".join)
def test_every_kind_of_invalid_command_gives_one_message(arguments):
    assert BAD_COMMANDS[arguments] in only(swept, *arguments)


def test_all_problems_of_a_command_are_reported_at_once():
    found = "\n".join(
        complaints(
            swept, "nowhere", "work.lod=1,2", "work.form=product,best", "changes.conflict=7", "seed=1", seed=2
        )
    )
    for part in ("nowhere", "work.lod", "'best'", "changes.conflict", "--seed"):
        assert part in found, part


def test_too_many_points_are_refused_before_they_are_laid_out():
    keys = ["work.load", "work.top_speed", "design.hours", "changes.variety"]
    message = only(swept, *(f"{key}=range(0.1,1,0.005)" for key in keys))
    assert "1,049,760,000 points" in message


def test_an_unknown_experiment_gets_the_nearest_name():
    assert "did you mean `regime_map`?" in only(load, "regime_mapp")


@pytest.mark.parametrize(
    "words",
    [
        ("hierarchy", "work.load=1,99"),
        ("hierarchy", "work.load=99"),
        ("hierarchy", "work.lod=1"),
        ("hierarchy", "nosuch"),
        ("hierarchy", "--replications", "x"),
        ("hierarchy", "seed=1", "--seed", "1"),
    ],
)
def test_a_swept_row_that_does_not_sum_to_1_is_reported_with_other_problems(gapsim, words):
    code, _, err = gapsim("sweep", "power.design.centre=0.2,0.9", *words)
    assert code == 2
    assert "power.design: the row must sum to 1, not 0.3, over hierarchy in 1 of " in err
    assert err.startswith("2 problems")
