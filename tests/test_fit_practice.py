"""Conditions of practice in the fit: written beforehand, measured on the system by itself, never given up."""

import numpy as np
import pytest
from test_fitting import MIDDLE, PLAYGROUND, TINY, made_up, to_be_met

from sim.history.cases import cases
from sim.history.matching.implausibility import implausibility, worst_by_case
from sim.history.matching.simulate import Histories
from sim.history.matching.targets import (
    PracticeCondition,
    Target,
    measure_practice,
    practice_conditions,
    practice_responses,
    targets,
)
from sim.history.matching.waves import WaveSettings, fit
from sim.model.outcomes import summary
from sim.model.schedule import simulate
from sim.model.state import STAGES, Stage
from sim.model.vocabulary import matching_responses, window_response
from sim.runner import executors
from sim.runner.run_one import read

ONE_WAVE = WaveSettings(first=120, waves=1, replications=4, confirmed=60, confirm_replications=4, enough=10)
WRITTEN = practice_conditions(in_force_only=False)


def test_only_two_patterns_may_rule_out_and_both_are_in_force():
    assert practice_conditions() == WRITTEN
    assert {condition.pattern for condition in WRITTEN} == {"F1", "F5"}


def test_every_measure_is_made_of_responses_that_a_run_has():
    assert all(matching_responses(response) == (response,) for response in practice_responses(WRITTEN))


@pytest.mark.parametrize(("bound", "centre", "speaks"), [("at_most", 0.3, 0.6), ("at_least", 0.7, 0.4)])
def test_a_bound_lies_at_the_cut_off_and_speaks_on_one_side_only(bound, centre, speaks):
    target = PracticeCondition("F1", "", {"gap": 1.0}, 0.2, **{bound: 0.5}).target
    assert target.centre == pytest.approx(centre)
    away = implausibility(np.array([[0.5], [speaks], [1.0 - speaks]]), np.zeros((3, 1)), [target])[:, 0]
    assert away[0] == pytest.approx(3.0)
    assert away[1] > 3.0
    assert away[2] < 3.0


def test_what_is_required_rules_out_beside_the_cases():
    asked = [Target("one", 0.0, 1.0), Target("two", 0.0, 1.0), Target("F1", 0.0, 1.0, required=True)]
    found = np.array([[1.0, 4.0, 2.9], [1.0, 1.0, 3.1], [1.0, 1.0, np.nan]])
    worst = worst_by_case(found, asked)
    assert worst[0].tolist() == [1.0, 4.0]
    assert np.isinf(worst[1:]).all()


def test_no_member_of_a_set_misses_what_is_required():
    """The cases alone would take will up to .6; the requirement asks for less than .3."""

    def with_will(name, shares, worlds, fresh):
        shares, values = made_up(1)(name, shares, worlds, fresh)
        will = np.repeat(shares[:, None, :1], worlds, axis=1)
        return shares, np.concatenate([values, will], axis=-1)

    wide = to_be_met(np.array([0.3, 0.7, 0.25]), allowance=0.9)
    condition = PracticeCondition("F1", "", {"will": 1.0}, 0.1, at_most=0.3)
    plain = fit(PLAYGROUND, wide, made_up(1), ONE_WAVE, 3, MIDDLE)
    found = fit(PLAYGROUND, [*wide, condition.target], with_will, ONE_WAVE, 3, MIDDLE)
    assert plain.confirmed.shares[plain.chosen][:, 0].max() > 0.35
    assert found.confirmed.shares[found.chosen][:, 0].max() <= 0.3
    assert found.given_up == 0
    assert found.worst.shape[1] == 3, "a requirement is no case"


def test_measures_are_weighted_sums():
    condition = PracticeCondition("F5", "", {"losses.not_taken_up": 3.0, "gap": -1.0}, 0.1, at_most=0.0)
    kept = {"losses.not_taken_up": np.array([[0.1, 0.2]]), "gap": np.array([[0.5, 0.5]])}
    (value,) = measure_practice([condition], kept)
    assert value == pytest.approx(np.array([[-0.2, 0.1]]))


@pytest.mark.parametrize("name", ["stage.shift.0-4", "stage.shift.9-4", "stage.nothing.1-4", "stage.shift.4"])
def test_a_window_that_is_none_is_no_response(name):
    assert window_response(name) is None
    assert matching_responses(name) == ()


def test_a_stage_in_some_months_is_read_from_the_run():
    run = simulate(TINY, 3, 0)
    stages = run.state.journal.stages
    expected = stages[35:84, Stage.SHIFT].sum() / stages[35:84].sum()
    shift, all_of_it, beyond = read(run, ["stage.shift.36-84", "stage.shift.1-120", "stage.shift.1-121"])
    assert shift == pytest.approx(expected)
    assert all_of_it == pytest.approx(summary(run)["stage.shift"])
    assert np.isnan(beyond)
    assert sum(read(run, [f"stage.{stage}.36-84" for stage in STAGES])) == pytest.approx(1.0)


def test_histories_measure_practice_on_the_system_by_itself(tmp_path):
    known = cases(["smoking_ban"])
    conditions = [c for c in WRITTEN if c.pattern == "F5"]
    histories = Histories(
        known,
        TINY,
        PLAYGROUND,
        tmp_path,
        executors.make_executor("serial", None),
        4,
        "a test",
        practice=conditions,
    )
    shares, values = histories("wave", np.array([[0.5, 0.5, 0.25], [0.9, 0.9, 0.25]]), 2, 0)
    assert values.shape == (2, 2, len(targets(known)) + len(conditions))
    point = {key: column[0] for key, column in PLAYGROUND.columns(shares).items()}
    tree = TINY.model_dump(exclude_unset=True) | {
        "authorities": {
            "will": float(point["authorities.will"]),
            "ability": float(point["authorities.ability"]),
        },
        "work": {"form": str(point["work.form"])},
    }
    outcomes = summary(simulate(type(TINY).model_validate(tree), 4, 0))
    assert values[0, 0, -3:].tolist() == pytest.approx(
        [outcomes["gap"], outcomes["gap"], 3.0 * outcomes["losses.not_taken_up"] - outcomes["gap"]]
    )
