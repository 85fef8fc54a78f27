"""Parameters are declared once, with all that a reader needs, and nothing that is no value is taken for one."""

import math

import numpy as np
import pytest
import worlds
from pydantic import ValidationError

from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, between, columns
from sim.model.parameters import MECHANISM_NAMES, STABLE, Parameters
from sim.model.schema import (
    as_number,
    declarations,
    experimental,
    nearest_key,
    record,
    record_type,
    reference_magnitudes,
    value_of,
)

NUMBERS = [d for d in declarations().values() if d.kind in (int, float)]
SPECIFIED = [
    "local_need", "information_loss", "reactance", "ownership", "clearance", "partnership", "attention", "overload",
    "gaming", "blame", "peer_learning", "citizen_data", "design_economies", "central_expertise",
    "uneven_ability", "mandate", "spillover", "participation_cost", "urgency", "programme_support", "practice",
    "evidence", "pace", "fail_fast", "concordat", "relapse", "prevention", "uptake", "scale_up", "decoupling",
    "hidden_work", "adaptation",
]  # fmt: skip


def test_there_are_the_33_mechanisms_by_their_names():
    assert list(STABLE) == SPECIFIED
    assert MECHANISM_NAMES[: len(SPECIFIED)] == STABLE, "one on trial stands behind them"


@pytest.mark.parametrize("declared", declarations().values(), ids=lambda d: d.key)
def test_every_parameter_is_declared_in_full(declared):
    assert declared.unit
    assert len(declared.sentence) > 15
    assert declared.sentence.endswith((".", ".)"))
    assert declared.source
    assert declared.role in ("lever", "uncertainty", "fixed")
    if declared.kind in (int, float):
        assert declared.low is not None
        assert declared.high is not None
        assert declared.low < declared.high
        assert declared.default is None or declared.low <= declared.default <= declared.high


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_strengths_run_from_off_to_full(mechanism):
    strength = declarations()[f"mechanisms.{mechanism}"]
    assert (strength.low, strength.high, strength.live) == (0.0, 1.0, True)


def test_every_reference_magnitude_belongs_to_a_mechanism():
    found = [d.key for mechanism in MECHANISM_NAMES for d in reference_magnitudes(mechanism)]
    declared = [d.key for d in declarations().values() if d.group == "reference"]
    assert sorted(found) == sorted(declared)


@pytest.mark.parametrize("declared", NUMBERS, ids=lambda d: d.key)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "0.5", True, [0.5], {"value": 0.5}])
def test_what_is_no_number_is_refused(declared, bad):
    with pytest.raises(ValidationError):
        worlds.parameters({declared.key: bad})


@pytest.mark.parametrize("declared", NUMBERS, ids=lambda d: d.key)
def test_what_lies_outside_is_refused_and_the_ends_are_not(declared):
    step = 1 if declared.kind is int else 1e-9
    for outside in (declared.low - step, declared.high + step * max(1.0, declared.high)):
        value = int(outside) if declared.kind is int else outside
        with pytest.raises(ValidationError):
            worlds.parameters({declared.key: value})
    if declared.group != "power" or declared.key == "power.distribution":
        for end in (declared.low, declared.high):
            value = int(end) if declared.kind is int else float(end)
            assert value_of(worlds.parameters({declared.key: value}), declared.key) == value


@pytest.mark.parametrize("declared", [d for d in declarations().values() if d.choices], ids=lambda d: d.key)
def test_choices_are_from_their_list(declared):
    for choice in declared.choices:
        parameters = worlds.parameters({declared.key: choice})
        assert as_number(declared, value_of(parameters, declared.key)) == declared.choices.index(choice)
    for bad in ("other", 0, None, ""):
        with pytest.raises(ValidationError):
            worlds.parameters({declared.key: bad})


@pytest.mark.parametrize(
    "tree", [{"wrok": {}}, {"work": {"lode": 1.0}}, {"power": {"agenda": {"state": 1.0}}}, {"work": None}]
)
def test_unknown_names_are_refused(tree):
    with pytest.raises(ValidationError):
        Parameters.model_validate(tree)


@pytest.mark.parametrize("row", ROWS)
def test_rows_sum_to_one(row):
    names = columns(row)
    for shares in (
        [0.5] * len(names),
        [0.0] * len(names),
        [1.0 + 1e-6] + [0.0] * (len(names) - 1),
        [2.0, -1.0] + [0.0] * 2,
    ):
        with pytest.raises(ValidationError):
            worlds.parameters({f"power.{row}": dict(zip(names, shares, strict=False))})
    third = dict(zip(names, [1.0 / 3.0] * 3 + [0.0], strict=False))
    assert worlds.parameters({f"power.{row}": third})


def test_parameters_are_frozen():
    with pytest.raises(ValidationError):
        Parameters().work.load = 2.0


@pytest.mark.parametrize("position", [0.0, 0.25, 1.0])
def test_a_position_lies_between_the_ends(position):
    values = record(worlds.parameters({"power.distribution": position}), 3)
    for row in ROWS:
        for who in columns(row):
            expected = (1.0 - position) * HIERARCHY[row][who] + position * DISTRIBUTED[row][who]
            assert np.all(values[f"{row}_{who}"] == pytest.approx(expected))
        assert sum(between(position)[row].values()) == pytest.approx(1.0)


def test_an_explicit_row_wins_over_a_position():
    row = worlds.whole("users")
    values = record(worlds.parameters({"power.distribution": 0.0, "power.design": row}), 2)
    assert [values[f"design_{who}"][0] for who in columns("design")] == [0.0, 0.0, 0.0, 1.0]
    assert values["agenda_centre"][0] == HIERARCHY["agenda"]["centre"]


def test_an_explicit_row_wins_though_it_be_the_status_quo():
    values = record(worlds.parameters({"power.distribution": 0.0, "power.design": STATUS_QUO["design"]}), 2)
    assert values["design_centre"][0] == STATUS_QUO["design"]["centre"]


def test_the_record_holds_every_number_once():
    fields = record_type().names
    assert len(set(fields)) == len(fields)
    values = record(Parameters(), 5)
    assert len(values) == 5
    for declared in declarations().values():
        if declared.field in fields and declared.group != "power":
            expected = as_number(declared, declared.default)
            assert np.all(values[declared.field] == expected), declared.key


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("work.lode", "work.load"), ("mechanisms.reactanse", "mechanisms.reactance"), ("power.agend", "power.agenda"),
     ("reactance", "mechanisms.reactance"), ("autorities.will", "authorities.will"),
     ("laod", "work.load")],
)  # fmt: skip
def test_a_mistyped_key_is_recognised(typed, meant):
    assert nearest_key(typed) == meant


def test_a_mechanism_is_on_trial_with_the_magnitudes_that_its_strength_multiplies(monkeypatch):
    before = experimental.__wrapped__()
    established = [name for name in STABLE if name not in ("gaming", "peer_learning")]
    monkeypatch.setattr("sim.model.schema.STABLE", established)
    tried = experimental.__wrapped__() - before
    assert {
        "mechanisms.gaming",
        "mechanisms.peer_learning",
        "reference.gaming_hours",
        "reference.peer_copy",
    } < tried
    assert {key.partition("_")[0] for key in tried if "reference" in key} == {
        "reference.gaming",
        "reference.peer",
    }


def test_nonsense_has_no_nearest_key():
    assert nearest_key("xyzzy.plugh") is None


@pytest.mark.parametrize("key", [["work.load"], {"work.load": 1}, 5, None])
def test_a_dated_change_whose_key_is_no_text_is_refused(key):
    with pytest.raises(ValidationError, match="key"):
        Parameters.model_validate({"interventions": [{"month": 1, "key": key, "value": 1.0}]})
