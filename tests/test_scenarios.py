"""Scenarios and overrides: precedence, the effect of each scenario, and problems with files and arguments."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import worlds

from sim import paths
from sim.errors import InputProblems
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, between
from sim.model.parameters import Parameters
from sim.model.schedule import begin
from sim.model.schema import declarations, value_of
from sim.reporting.describe import explain
from sim.scenarios import compose as composing
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose, compose_file
from sim.scenarios.overrides import Overrides

SHIPPED = sorted(scenario_files.available()[0])
HEADER = "# @package _global_\nheader:\n  title: Mine\n  question: What then?\n  source: made up\n"


def one(name, *overrides, folders=()):
    return compose([name], list(overrides), folders)[0].parameters


def table(parameters):
    return {row: getattr(parameters.power, row).model_dump() for row in ROWS}


def complaints(names, overrides=(), folders=()):
    with pytest.raises(InputProblems) as refused:
        compose(names, list(overrides), folders)
    return [str(problem) for problem in refused.value.problems]


def only(names, overrides=(), folders=()):
    found = complaints(names, overrides, folders)
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def folder(tmp_path):
    def write(name="mine", text="", header=HEADER):
        (tmp_path / f"{name}.yaml").write_text(header + text)
        return tmp_path

    return write


def flat(parameters):
    found = {key: value_of(parameters, key) for key in declarations() if not key.startswith("power.")}
    return {**found, **{f"power.{row}": shares for row, shares in table(parameters).items()}}


# Shipped scenarios


def test_baseline_is_the_declared_defaults_and_also_called_status_quo():
    assert one("baseline") == Parameters() == one("status_quo")
    assert not scenario_files.read(scenario_files.available()[0]["baseline"]).leaves


@pytest.mark.parametrize("name", SHIPPED)
def test_every_scenario_has_a_header_and_changes_what_it_names(name):
    file = scenario_files.read(scenario_files.available()[0][name])
    assert not file.problems
    assert all(file.header[part] for part in ("title", "question", "source"))
    parameters = one(name)
    assert bool(file.leaves) == (name != "baseline")
    default = Parameters()
    for key, value in file.leaves.items():
        if key == "power.distribution":
            assert table(parameters) == between(value)
        elif key == "interventions":
            assert [
                dated.model_dump(exclude_unset=True, by_alias=True) for dated in parameters.interventions
            ] == value
        else:
            assert value_of(parameters, key) == value, key
    undone = [
        k
        for k, v in file.leaves.items()
        if not k.startswith(("power", "interv")) and value_of(default, k) == v
    ]
    assert not undone, f"{name} names {undone} but leaves it as it was"
    assert (parameters != default) == (name != "baseline")


@pytest.mark.parametrize("name", worlds.POWER_SCENARIOS)
def test_power_scenarios_touch_only_power(name):
    here, default = flat(one(name)), flat(Parameters())
    touched = {key for key in here if here[key] != default[key]}
    assert touched
    assert all(key.startswith("power.") for key in touched)
    assert all(dated.key.startswith("power.") for dated in one(name).interventions)


def test_ends_and_sequence():
    assert table(one("hierarchy")) == HIERARCHY
    assert table(one("distributed")) == DISTRIBUTED == table(one("sequenced"))
    assert [dated.key for dated in one("sequenced").interventions] == ["power.distribution"]
    assert one("devolved").power.agenda.authorities == 1.0


PASSING = ["concordat", "crisis", "decisions_waived"]
STARTS = {
    "authorities.crisis_demand": (0.05, 0.4),
    "mechanisms.clearance": (0.2, 0.9),
    "centre.capacity": (0.3, 1.0),
    "pledge.open": (0.0, 1.0),
}


def test_scenarios_with_changes_that_end():
    passing = [name for name in SHIPPED if any(d.until is not None for d in one(name).interventions)]
    assert passing == PASSING


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("name", PASSING)
def test_a_change_that_ends_restores_the_value_before_it(name, end):
    keys = {dated.key for dated in one(name).interventions}
    asked = [f"{key}={STARTS[key][end]}" for key in keys]
    run = begin(one(name, *asked, "population.users=32"), seed=1)
    before, moved = run.values.copy(), False
    for month in range(run.parameters.population.months):
        run.timetable.apply(month, run.state, run.values)
        moved |= month < 60 and bool((run.values != before).any())
    # A pledge that is open already is not opened.
    assert moved != (name == "concordat" and end == 1)
    assert (run.values == before).all()


# Claims

QUESTIONS = ("baseline", *worlds.POWER_SCENARIOS, "harmonised_if_stalled")
"""Scenarios that ask where power resides, and claim nothing."""
CLAIMS = [name for name in SHIPPED if name not in QUESTIONS]
CLAIM = """  claim: It helps.
  predicts: narrows
  through: [will]
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_scenario_but_the_tables_of_rights_makes_a_claim(name):
    claim = scenario_files.read(scenario_files.available()[0][name]).claim
    assert (claim is not None) == (name in CLAIMS)


def test_a_claim_is_read_and_explained(folder):
    here = folder(header=HEADER + CLAIM)
    claim = scenario_files.read(here / "mine.yaml").claim
    assert (claim.says, claim.predicts, claim.through) == ("It helps.", "narrows", ("will",))
    one("mine", folders=[here])
    message = " ".join(explain("mine", [str(here)]).split())
    assert "claim: It helps. Predicts that the gap narrows, through will." in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  claim: It helps.\n",
            "",
            "header.claim: must be one sentence, with `predicts` and `through` beside it",
        ),
        (
            "claim: It helps.",
            "claim: 3",
            "header.claim = 3: must be one sentence, with `predicts` and `through` beside it",
        ),
        ("  predicts: narrows\n", "", "header.predicts: must be narrows or widens"),
        ("narrows", "closes", "header.predicts = 'closes': must be narrows or widens"),
        ("  through: [will]\n", "", "header.through: must be a list of causes of loss, or [reports]"),
        ("[will]", "will", "must be a list of causes of loss"),
        ("[will]", "[wil]", "header.through = 'wil': is not a cause of loss; did you mean `will`"),
        ("[will]", "[will, reports]", "header.through = 'reports': is not a cause of loss"),
        ("predicts", "predict", "did you mean `predicts`"),
    ],
)
def test_half_a_claim_is_refused(folder, old, new, message):
    here = folder(header=HEADER + CLAIM.replace(old, new))
    assert message in "\n".join(complaints(["mine"], folders=[here]))


# Precedence


@pytest.mark.parametrize("name", SHIPPED)
def test_none_switches_all_mechanisms_off_in_every_scenario(name):
    parameters = one(name, "mechanisms=none")
    assert set(parameters.mechanisms.model_dump().values()) == {0.0}
    assert not [dated for dated in parameters.interventions if dated.key.startswith("mechanisms")]


def test_precedence_in_any_order():
    asked = ["mechanisms=none", "mechanisms.pace=0.3", "work.load=2", "power.distribution=0.5"]
    trees = [one("fail_fast", *order) for order in itertools.permutations(asked)]
    assert all(tree == trees[0] for tree in trees)
    assert trees[0].mechanisms.pace == 0.3
    assert trees[0].mechanisms.fail_fast == 0.0
    assert trees[0].work.load == 2.0
    assert table(trees[0]) == between(0.5)


def test_as_scenario_is_the_default_and_empty():
    assert one("fail_fast", "mechanisms=as_scenario") == one("fail_fast")
    assert one("fail_fast").mechanisms.fail_fast == 1.0


def test_override_beats_scenario_file_beats_default(folder):
    here = folder(text="work:\n  load: 3\n  top_speed: 1.5\n")
    parameters = one("mine", "work.load=4", folders=[here])
    assert (parameters.work.load, parameters.work.top_speed) == (4.0, 1.5)
    assert isinstance(parameters.work.load, float)
    assert parameters.work.start_chance == Parameters().work.start_chance


def test_an_override_applies_to_every_scenario():
    assert [c.parameters.work.load for c in compose(worlds.POWER_SCENARIOS, ["work.load=2"])] == [2.0] * 7


def test_distribution_in_an_override_wins_over_the_rows_of_the_file():
    assert table(one("devolved", "power.distribution=0.5")) == between(0.5)
    assert table(one("devolved", "power.distribution=null")) == table(one("devolved"))
    assert table(one("hierarchy", "power.distribution=null")) == STATUS_QUO


def test_a_row_wins_over_distribution_of_its_own_and_of_a_lower_layer(folder):
    row = {"centre": 0.4, "authorities": 0.6, "third_sector": 0.0, "users": 0.0}
    whole = "power.agenda={centre:0.4,authorities:0.6,third_sector:0,users:0}"
    single = [f"power.agenda.{who}={share}" for who, share in row.items()]
    for overrides in ([whole], single, [whole, "power.distribution=0.0"]):
        assert table(one("hierarchy", *overrides)) == {**HIERARCHY, "agenda": row}
    here = folder(
        text="power:\n  distribution: 1.0\n  design: {centre: 1.0, authorities: 0.0, third_sector: 0.0, users: 0.0}\n"
    )
    assert one("mine", folders=[here]).power.design.centre == 1.0
    assert one("mine", folders=[here]).power.agenda.model_dump() == DISTRIBUTED["agenda"]


def test_an_explicit_row_equal_to_the_default_still_wins():
    shares = ",".join(f"{who}:{share}" for who, share in STATUS_QUO["agenda"].items())
    parameters = one("hierarchy", f"power.agenda={{{shares}}}")
    assert table(parameters) == {**HIERARCHY, "agenda": STATUS_QUO["agenda"]}
    assert parameters.power.distribution is None


def test_a_scenario_file_may_set_strengths_and_dated_strengths(folder):
    dated = "- {month: 3, key: mechanisms.pace, value: 1.0}\n- {month: 4, key: money.pilot, value: 0.1}\n"
    text = f"mechanisms:\n  pace: 0.9\ninterventions:\n{dated}"
    here = folder(text=text)
    assert one("mine", folders=[here]).mechanisms.pace == 0.9
    assert [dated.month for dated in one("mine", folders=[here]).interventions] == [3, 4]
    assert [dated.month for dated in one("mine", "mechanisms=none", folders=[here]).interventions] == [4]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_resolved_configuration_is_a_scenario_of_the_same_parameters(name, tmp_path):
    composed = compose([name])[0]
    (tmp_path / "again.yaml").write_text(composed.text)
    again = compose(["again"], [], [tmp_path])[0]
    assert again.parameters == composed.parameters
    assert (again.title, again.question, again.source) == (composed.title, composed.question, composed.source)


# Problems

REFUSED = {
    "work.laod=2": "did you mean `work.load`",
    "laod=2": "no such parameter",
    "work.load=-1": "a number from 0.0 to 10.0",
    "work.load=11": "a number from 0.0 to 10.0",
    "work.load=True": "must be a number",
    "work.load='0.4'": "must be a number",
    "work.load=null": "must be a number",
    "work.load=nan": "must be a number",
    "work.load=inf": "must be a number",
    "work.load=1e999": "must be a number",
    "work.load=[1]": "must be a number",
    "work.load={a:1}": "must be a number",
    "work.load=": "must be a number",
    "work.load=???": "",
    "population.users=99.0": "a whole number",
    "population.users=true": "a whole number",
    "population.users=31": "every place needs a user",
    "population.places=nowhere.csv": "no table",
    "work.form=best": "one of product, minimum, geometric_mean",
    "work=3": "group of parameters",
    "work.load=1,2": "gapsim sweep",
    "work.load=range(1,3)": "gapsim sweep",
    "power.agenda.centre=0.7": "must sum to 1, not 1.1",
    "power.agenda={centre:0.5}": "must sum to 1",
    "power.agenda=0.5": "row of shares",
    "power.agenda.center=0.5": "did you mean `power.agenda.centre`",
    "power.distribution=1.5": "from 0.0 to 1.0",
    "power.distribution=true": "must be a number",
    "+work.load=2": "`+` is refused",
    "++work.load=2": "`+` is refused",
    "~work.load": "`~` is refused",
    "hydra.run.dir=elsewhere": "Hydra's own settings",
    "hydra/launcher=basic": "Hydra's own settings",
    "population.places=${oc.env:HOME}": "environment",
    "population.places='${oc.env:HOME}'": "environment",
    r"population.places=$\{oc.env:HOME\}": "environment",
    "interventions=[{month:1,key:'${oc.env:HOME}',value:1}]": "environment",
    "hydra=basic": "Hydra's own settings",
    "work@mine.load=2": "refused",
    "mechanisms=[none]": "not a list",
    "mechanisms=nome": "did you mean `none`",
    "mechanisms={pace:2}": "mechanisms.pace",
    "scenario=[a,b]": "not a list",
    "seed=1.5": "whole number",
    "seed=-1": "whole number",
    "seed=true": "whole number",
    "=3": "no key",
    "a=b=c": "cannot be read",
    "interventions=3": "list of dated changes",
    "interventions=[3]": "interventions[0] = 3: must be a dated change with month, key, value, places",
    "interventions=[{month:1,key:work.load}]": "missing",
    "interventions=[{month:1.5,key:work.load,value:1}]": "whole number",
    "interventions=[{month:-1,key:work.load,value:1}]": "whole number",
    "interventions=[{month:1,key:work.laod,value:1}]": "work.load",
    "interventions=[{month:1,key:work.form,value:1}]": "mid-run",
    "interventions=[{month:1,key:work.load,value:99}]": "outside",
    "interventions=[{month:9,key:work.load,value:1,until:9}]": "it must end after it begins; until = 9",
    "interventions=[{month:9,key:work.load,value:1,until:121}]": "the run ends before month 121; leave until out",
    "interventions=[{month:9,key:work.load,value:1,until:soon}]": "until = 'soon': must be a whole number",
    "interventions=[{month:9,key:work.load,value:1,untill:12}]": "did you mean `until`",
    "interventions=[{month:999,key:work.load,value:1}]": "run ends before",
    "interventions=[{month:1,key:work.load,value:1,places:[Glasgo City]}]": "Glasgow City",
    "interventions=[{month:1,key:work.load,value:1,places:Fife}]": "a list",
    "interventions=[{month:1,kee:work.load,value:1,key:work.load}]": "is not a key of a dated change: it has month, key",
    "interventions=[{month:1,keyy:work.load,value:1,key:work.load}]": "did you mean `key`",
    "interventions=[{month:1,key:power.agenda,value:{centre:1,users:1}}]": "1): the row must sum to 1, not 2",
}


@pytest.mark.parametrize(("override", "message"), REFUSED.items(), ids=REFUSED)
def test_refused_override(override, message):
    assert message in only(["baseline"], [override])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("work.load=1", "work.load=1"),
        ("seed=1", "seed=1"),
        ("mechanisms=none", "mechanisms=none"),
        ("power.agenda.centre=0.6", "power.agenda={centre:0.6}"),
        ("work={load:1}", "work.load=1"),
    ],
)
def test_a_key_twice(first, second):
    assert "given twice" in only(["baseline"], [first, second])


def test_an_invalid_form_does_not_hide_other_problems():
    dated = (
        "[{month:-1,key:work.load,value:1},{month:900,key:work.load,value:1},{month:1,key:work.laod,value:1}]"
    )
    found = complaints(["baseline"], [f"interventions={dated}", "work.load=11", "population.users=3"])
    assert len(found) == 5
    for message in (
        "work.load = 11: must be",
        "interventions[0].month = -1",
        "interventions[1] (work.load in month 900): the run ends before; months go from 0 to 119",
        "interventions[2] (work.laod in month 1): unknown parameter",
        "population.users = 3: must be at least 32",
    ):
        assert sum(message in line for line in found) == 1, message


def test_an_unreadable_table_of_places_does_not_hide_other_problems():
    dated = (
        "interventions=[{month:900,key:work.load,value:1},{month:1,key:work.load,value:1,places:[Atlantis]}]"
    )
    table, ends = complaints(["baseline"], [dated, "population.places=nowhere.csv"])
    assert "population.places = 'nowhere.csv': no table" in table
    assert "the run ends before" in ends


def test_an_invalid_length_of_the_run_gives_no_problem_with_dates():
    dated = "interventions=[{month:900,key:work.load,value:1}]"
    assert "from 1 to 12000" in only(["baseline"], [dated, "population.months=1.5"])


def test_names():
    assert "did you mean `hierarchy`" in only(["hierarchi"])
    assert "empty" in only([""])
    assert "named twice" in only(["hierarchy", "hierarchy"])


FILES = {
    "work:\n  laod: 2\n": "did you mean `work.load`",
    "work:\n  load: '2'\n": "must be a number",
    "work:\n  load: yes\n": "must be a number",
    "work:\n  load: .nan\n": "must be a number",
    "work:\n  load: 11\n": "a number from 0.0 to 10.0",
    "work: 3\n": "group of parameters",
    "work:\n  load: 1\n  load: 2\n": "duplicate",
    "work: [\n": "not valid YAML",
    "population:\n  places: ${oc.env:HOME}\n": "environment",
    'population:\n  places: "\\x24{oc.env:HOME}"\n': "environment",
    "population:\n  places: ${oc.env\n": "environment",
    "interventions:\n- {month: 1, key: '${oc.env:HOME}', value: 1}\n": "environment",
    "power:\n  agenda: {centre: 0.5}\n": "must sum to 1, not 0.9",
    "power:\n  agenda: {center: 0.5}\n": "power.agenda.centre",
    "seed: 3\n": "does not belong in a scenario",
    "hydra:\n  run: {dir: elsewhere}\n": "does not belong in a scenario",
    "defaults: [hierarchy]\n": "does not belong in a scenario",
    "mechanisms: none\n": "group of parameters",
    "interventions:\n- {month: 1, key: work.form, value: 1}\n": "mid-run",
}


@pytest.mark.parametrize(("text", "message"), FILES.items(), ids=range(len(FILES)))
def test_refused_file(folder, text, message):
    found = only(["mine"], folders=[folder(text=text)])
    assert message in found
    assert found.partition(":")[0].endswith("mine.yaml")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.removeprefix("# @package _global_\n"), "# @package _global_"),
        (HEADER.replace("_global_", "mine"), "# @package _global_"),
        (HEADER.replace("title: Mine", "titel: Mine"), "did you mean `title`"),
        (HEADER.replace("title: Mine", "title: ''"), "header.title"),
        ("# @package _global_\n", "header.source"),
        (HEADER.replace("title: Mine", "title: ${oc.env:HOME}"), "environment"),
        ("# @package _global_\n- 1\n", "mapping"),
    ],
)
def test_refused_header(folder, header, message):
    assert message in "\n".join(complaints(["mine"], folders=[folder(header=header)]))


def test_interpolation_in_a_file_reads_nothing(folder, monkeypatch):
    monkeypatch.setenv("SECRET", "do-not-tell")
    here = folder(text="population:\n  places: ${oc.env:SECRET}\n")
    assert "do-not-tell" not in "\n".join(complaints(["mine"], folders=[here]))


def test_folders(folder, tmp_path):
    assert "no such folder" in only(["baseline"], folders=[tmp_path / "nowhere"])
    assert "no such folder" in only(["baseline"], folders=[""])
    assert one("baseline", folders=[paths.bundled("scenarios")]) == Parameters()
    folder("hierarchy")
    assert "same name" in only(["baseline"], folders=[tmp_path])
    (tmp_path / "hierarchy.yaml").rename(tmp_path / "status_quo.yaml")
    assert "same name" in only(["baseline"], folders=[tmp_path])
    (tmp_path / "status_quo.yaml").rename(tmp_path / "two words.yaml")
    assert "letters, digits" in only(["baseline"], folders=[tmp_path])


def test_all_problems_together(folder):
    folder("first", "work:\n  laod: 2\n  load: 99\nmechanisms:\n  pace: 7\n")
    here = folder("second", "population:\n  users: 3.5\nmoney: 1\n")
    found = complaints(["first", "second", "frist"], ["+x=1", "work.top_speed=99", "centre.wil=1"], [here])
    for part in (
        "first.yaml: work.laod = 2",
        "first.yaml: work.load = 99",
        "first.yaml: mechanisms.pace = 7",
        "second.yaml: population.users = 3.5",
        "second.yaml: money = 1",
        "command line: frist",
        "command line: +x = 1",
        "command line: work.top_speed = 99",
        "command line: centre.wil = 1",
    ):
        assert sum(part in line for line in found) == 1, part
    assert len(found) == 9, "each problem once, though two scenarios met some of them"


def test_a_problem_names_the_layer_that_set_the_value(folder):
    here = folder(text="work:\n  load: 99\n")
    assert "mine.yaml: work.load = 99" in only(["mine"], folders=[here])
    assert "command line: work.load = 88" in only(["mine"], ["work.load=88"], [here])
    assert one("mine", "work.load=1", folders=[here]).work.load == 1.0
    assert "command line over hierarchy: power.agenda" in only(["hierarchy"], ["power.agenda.users=0.5"])


def test_messages_give_paths_relative_to_the_working_directory(folder, monkeypatch, tmp_path):
    folder(text="work: 3\n")
    monkeypatch.chdir(tmp_path)
    assert only(["mine"], folders=[Path()]).startswith("mine.yaml: work = 3")


def test_overrides_are_checked_even_when_no_scenario_is_known():
    with pytest.raises(InputProblems) as refused:
        compose(["hierarchi"], ["mechanisms.pace=2", "power.agenda.centre=0.9"])
    message = str(refused.value)
    assert "hierarchi" in message
    assert "mechanisms.pace" in message
    assert "sum to 1" in message


def test_hydra_composes_a_scenario_once_in_a_process(folder, monkeypatch):
    compositions = []
    hydra_compose = composing.hydra_compose
    monkeypatch.setattr(
        composing, "hydra_compose", lambda name: compositions.append(name) or hydra_compose(name)
    )
    composing._BY_HYDRA.clear()
    composing._groups.cache_clear()
    here = folder(text="work:\n  load: 3\n")
    for load in (1.5, 2.5):
        for name in ("hierarchy", "rush", "mine"):
            assert one(name, f"work.load={load}", folders=[here]).work.load == load
    assert len(compositions) == 3
    compose(["sequenced", "devolved", "mine"], folders=[here])
    assert len(compositions) == 4, "new scenarios of one command are composed together"
    for path in scenario_files.available()[0].values():
        compose_file(scenario_files.read(path), Overrides())
    assert len(compositions) == 5, "so are all that the live view shows"
    assert one("mine", folders=[here]).work.load == 3.0


def test_a_scenario_file_that_changes_is_composed_again(folder):
    here = folder(text="work:\n  load: 3\n")
    assert one("mine", folders=[here]).work.load == 3.0
    assert one("mine", folders=[folder(text="work:\n  load: 4\n")]).work.load == 4.0


def test_overrides_leave_what_is_composed_once_as_it_was(folder):
    here = folder(text="work:\n  load: 99\ninterventions:\n- {month: -1, key: work.load, value: 1}\n")
    before = complaints(["mine"], folders=[here])
    asked = ["work.load=1", "power.agenda.centre=0.7", "interventions=[{month:3,key:work.load,value:99}]"]
    complaints(["mine"], asked, [here])
    assert complaints(["mine"], folders=[here]) == before
    dated = [{"month": -1, "key": "work.load", "value": 1}]
    overrides = Overrides(leaves={"interventions": dated})
    with pytest.raises(InputProblems):
        compose(["baseline"], overrides)
    assert dated == [{"month": -1, "key": "work.load", "value": 1}]


def test_scenarios_can_be_composed_by_several_threads_at_once():
    names = worlds.POWER_SCENARIOS * 3
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda name: compose([name])[0], names))
    assert together == [compose([name])[0] for name in names]
