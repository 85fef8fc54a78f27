"""Interest, pressure and the bar: each rule by an example worked by hand, and what whole runs must show."""

import math

import numpy as np
import pytest
import worlds

from sim.model.kernels import random
from sim.model.outcomes import summary
from sim.model.schedule import begin, simulate
from sim.model.schema import record
from sim.model.state import (
    CAUSES,
    CELLS,
    CENTRE_COLUMNS,
    CHANGES,
    FREE,
    LEDGER,
    PLACES,
    Activity,
    Cause,
    Kind,
    Stage,
    table,
)
from sim.model.submodels import (
    benefit,
    capacity,
    effort,
    focal,
    implementation,
    interest,
    loss_accounting,
    pledges,
    priorities,
    responses,
)


def row(*deltas, **strengths):
    """One record of parameters: all mechanisms off but those named."""
    return record(worlds.parameters(*deltas, mechanisms=worlds.OFF | strengths), 1)[0]


def a_cell(**values):
    return table(CELLS, 1, **values)[0]


def a_change(**values):
    return table(CHANGES, 1, **values)[0]


def close(value):
    return pytest.approx(value, rel=1e-12)


# Interest


def test_the_mean_of_interest_is_a_share_of_will():
    exponent = interest.interest_exponent(row({"reference.scale_up_interest": 0.25}), 0.6)
    assert exponent == close(1.0 / 0.15 - 1.0)
    drawn = np.linspace(0.0005, 0.9995, 1000) ** exponent
    assert drawn.mean() == pytest.approx(0.15, abs=1e-3)
    assert np.median(drawn) < 0.05, "few places want any one change"


@pytest.mark.parametrize(("will", "mean"), [(0.0, 0.01), (1.0, 0.95)])
def test_the_mean_of_interest_keeps_its_bounds(will, mean):
    assert interest.interest_exponent(row({"reference.scale_up_interest": 1.0}), will) == close(
        1.0 / mean - 1.0
    )


@pytest.mark.parametrize(
    ("rate", "u", "months"),
    [(0.0, 0.5, 32_000), (0.5, 0.5, 2), (0.5, 0.9, 1), (0.5, 0.2, 3), (1e-9, 0.01, 32_000)],
)
def test_carriers_leave_after_a_geometric_time(rate, u, months):
    assert interest.months_until_leaving(rate, u) == months


def test_the_mean_stay_is_the_inverse_of_the_chance():
    stays = [interest.months_until_leaving(0.05, (k + 0.5) / 4000) for k in range(4000)]
    assert np.mean(stays) == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize("steps", [[3], [40, 3], [5, 6, 7, 40, 3]])
def test_the_draw_of_a_month_does_not_depend_on_when_it_was_looked_at(steps):
    """Every power table meets the same interest, however early a place begins."""
    keys = random.stream_keys(7, 0, len(random.STREAMS))
    cell = a_cell()
    for month in sorted(steps):
        interest.renew_interest(4, 2, month, 0.2, 1, keys, cell)
    interest.renew_interest(4, 2, 60, 0.2, 1, keys, cell)
    fresh = a_cell()
    interest.renew_interest(4, 2, 60, 0.2, 1, keys, fresh)
    assert (cell.interest, cell.resistance, cell.efficacy, cell.carrier_leaves) == (
        fresh.interest,
        fresh.resistance,
        fresh.efficacy,
        fresh.carrier_leaves,
    )
    assert fresh.carrier_leaves > 60


def test_interest_stays_while_its_carrier_does_and_is_drawn_again_afterwards():
    keys = random.stream_keys(7, 0, len(random.STREAMS))
    cell = a_cell()
    interest.renew_interest(0, 0, 0, 0.2, 0, keys, cell)
    first, leaves = cell.interest, int(cell.carrier_leaves)
    interest.renew_interest(0, 0, leaves - 1, 0.2, 0, keys, cell)
    assert cell.interest == first
    interest.renew_interest(0, 0, leaves, 0.2, 0, keys, cell)
    assert cell.interest != first


def own(cell, *deltas, conflict=0.0, spillover=0.0, exponent=1.0, **strengths):
    return interest.own_interest(row(*deltas, **strengths), exponent, conflict, spillover, cell)


HALF = math.log(0.5)
CENTRE_ALL = {f"power.{right}": worlds.whole("centre") for right in ("agenda", "design")}
USERS_ALL = {f"power.{right}": worlds.whole("users") for right in ("agenda", "design")}


def test_being_told_lowers_interest_in_that_change():
    told = a_cell(interest=HALF, agenda_holder=Kind.CENTRE, design_holder=Kind.CENTRE)
    lowered = own(told, CENTRE_ALL, {"reference.reactance_will": 0.4}, conflict=1.0, reactance=0.5)
    assert lowered == close(0.5 * (1.0 - 0.5 * 0.4))


def test_having_shaped_a_change_raises_interest_in_it():
    shaped = a_cell(interest=HALF, agenda_holder=Kind.USERS, design_holder=1)
    room = {"power.design": {"centre": 0.0, "authorities": 0.75, "third_sector": 0.0, "users": 0.25}}
    assert own(shaped, room, {"reference.ownership_will": 0.4}, ownership=0.5) == close(0.5 + 0.5 * 0.4 * 0.5)


@pytest.mark.parametrize(
    ("seen", "expected"), [(0.5, 0.5 + 0.1 * 0.5), (3.0, 0.6), (-0.5, 0.5 - 0.1 * 0.5), (-3.0, 0.4)]
)
def test_pilots_that_fit_raise_interest_and_those_that_do_not_lower_it(seen, expected):
    cell = a_cell(interest=HALF, pilot_evidence=seen)
    assert own(cell, {"reference.evidence_pilot": 0.4}, evidence=0.5) == close(expected)


@pytest.mark.parametrize(
    ("holder", "expected"), [(Kind.CENTRE, 0.5), (Kind.USERS, 0.5 * (1.0 - 0.5 * 0.6 * 0.4))]
)
def test_a_place_that_decides_for_itself_counts_its_own_benefit_only(holder, expected):
    cell = a_cell(interest=HALF, agenda_holder=holder)
    settings = {"reference.spillover_starts": 0.6}
    found = interest.own_interest(row(settings, spillover=0.5), 1.0, 0.0, 0.4, cell)
    assert found == close(expected)


# Pressure


@pytest.mark.parametrize(
    ("left", "pledge", "expected"),
    [
        (24, 0.0, 0.0),
        (12, 0.0, 0.0),
        (6, 0.0, 0.5),
        (0, 0.0, 1.0),
        (-6, 0.0, 0.5),
        (-12, 0.0, 0.0),
        (-40, 0.0, 0.0),
        (-40, 0.25, 0.25),
        (-6, 0.25, 0.5),
        (6, 0.25, 0.5),
    ],
)
def test_a_date_fades_once_it_is_gone_as_far_as_no_pledge_sustains_it(left, pledge, expected):
    assert priorities.nearness(float(left), pledge) == close(expected)


@pytest.mark.parametrize(
    ("focal", "strength", "expected"),
    [(0, 0.5, 0.5 * 20 * 0.02), (1, 0.5, 0.5 * (20 * 0.02 + 0.3)), (1, 1.0, 0.7), (1, 0.0, 0.0)],
)
def test_need_presses_by_urgency_and_by_an_old_way_that_is_shut(focal, strength, expected):
    parameters = row({"reference.urgency_pressure": 20.0, "focal.closed": 0.3}, urgency=strength)
    assert priorities.need_pressure(parameters, a_change(focal=focal, urgency=0.02)) == close(expected)


def test_need_presses_no_more_than_wholly():
    parameters = row({"reference.urgency_pressure": 100.0, "focal.closed": 1.0}, urgency=1.0)
    assert priorities.need_pressure(parameters, a_change(focal=1, urgency=0.05)) == 1.0


@pytest.mark.parametrize(
    ("due", "left", "expected"), [(-1, -1, 1.0), (60, 24, 0.0), (60, 3, 0.75), (60, 0, 1.0), (60, -9, 1.0)]
)
def test_a_law_presses_from_a_year_before_its_date(due, left, expected):
    parameters = row({"focal.duty": 0.8, "focal.due": due, "reference.mandate_unseen": 0.5}, mandate=0.5)
    pressure = priorities.law_pressure(parameters, a_change(focal=1, visibility=0.6), float(left))
    assert pressure == close(0.5 * 0.8 * expected * (0.5 + 0.5 * 0.6))
    assert priorities.law_pressure(parameters, a_change(visibility=0.6), float(left)) == 0.0


def judging(visibility=0.5, **shares):
    table_of_rights = {
        "power.accountability": {"centre": 0.4, "authorities": 0.3, "third_sector": 0.2, "users": 0.1},
        "power.information": {"centre": 0.25, "authorities": 0.25, "third_sector": 0.25, "users": 0.25},
        "power.judged_on": {"reports": 0.5, "outcomes": 0.3, "learning": 0.2} | shares,
        "reference.mandate_pressure": 0.8,
    }
    return priorities.judging_pressure(row(table_of_rights, mandate=0.5), visibility, 0.7, 0.6, 2.0, 0.5)


def test_all_who_judge_press_by_share_will_and_sight():
    reports, outcomes = judging()
    others = 0.4 * 0.7 + 0.3 * 0.6 + 0.2 * 1.0
    sight = 0.5 + 0.5 * 0.25
    assert reports == close(0.5 * 0.8 * 0.5 * others)
    assert outcomes == close(0.5 * 0.8 * (0.3 * others + 0.8 * 0.1 * 0.5) * sight)


def test_reports_press_whatever_can_be_seen_and_outcomes_as_far_as_they_are():
    assert judging(visibility=0.0)[0] == judging(visibility=1.0)[0]
    assert judging(visibility=0.0)[1] < judging(visibility=1.0)[1]


def test_learning_presses_on_nothing():
    assert judging(reports=0.0, outcomes=0.0, learning=1.0) == (0.0, 0.0)


def test_attention_of_the_centre_is_divided_over_what_it_presses():
    nation = row({"reference.mandate_span": 4.0})
    centre = table(CENTRE_COLUMNS, 1, will=0.5, capacity=0.5)[0]
    changes = table(CHANGES, 3, arrival=0, duration=12.0, adopted=np.array([0.0, 0.5, 0.0]))
    share, lasting = priorities.centre_pressure(0, 3, nation, centre, changes)
    assert share == close(2.0 / 2.5)
    assert lasting.tolist() == [1.0, 1.0, 1.0]
    late = 12 + int(nation.money_secure_months) + 12
    share, lasting = priorities.centre_pressure(late, 3, nation, centre, changes)
    assert share == 1.0, "what is long overdue is pressed less"
    assert lasting == pytest.approx(0.5)


# The bar


def test_money_lifts_the_part_of_the_bar_that_goes_with_workload():
    parameters = row({"reference.scale_up_load": 0.4})
    assert priorities.load_factor(parameters, 1.0, 0.0) == close(1.0)
    assert priorities.load_factor(parameters, 9.0, 0.0) == close(0.6 + 0.4 * 1.5)
    assert priorities.load_factor(parameters, 1.0, 0.5) == close(0.6 + 0.4 * 0.5)


def test_a_full_agenda_raises_the_bar_for_what_a_place_chooses_only():
    parameters = row({"reference.overload_room": 1.0}, overload=0.5)
    assert priorities.agenda_factor(parameters, 1.4, True) == close(1.2)
    assert priorities.agenda_factor(parameters, 0.9, True) == 1.0
    assert priorities.agenda_factor(parameters, 1.4, False) == 1.0


@pytest.mark.parametrize(
    ("ability", "efficacy", "able"), [(0.6, 1.5, 0.9), (0.6, -1.5, 0.3), (0.6, 4.0, 1.0), (0.6, -4.0, 0.0)]
)
def test_what_counts_at_the_bar_is_ability_for_this_change(ability, efficacy, able):
    parameters = row({"reference.scale_up_efficacy": 0.2, "reference.scale_up_ability": 0.5})
    assert priorities.unable_factor(parameters, ability, efficacy) == close(1.0 + 0.5 * (1.0 - able))


@pytest.mark.parametrize("efficacy", [-3.0, 0.7])
def test_without_spread_efficacy_is_ability_to_the_bit(efficacy):
    parameters = row({"reference.scale_up_efficacy": 0.0, "reference.scale_up_ability": 0.7})
    assert priorities.unable_factor(parameters, 0.3, efficacy) == 1.0 + 0.7 * (1.0 - 0.3)


def test_efficacy_is_drawn_once_and_standard_normal(small):
    run = begin(worlds.parameters(small, mechanisms=worlds.OFF | {"scale_up": 1.0}), 3)
    run.advance(30)
    drawn = run.state.cells.efficacy.copy()
    known = drawn != 0.0
    assert abs(drawn[known].mean()) < 0.3
    assert 0.8 < drawn[known].std() < 1.2
    run.advance(15)
    assert np.array_equal(run.state.cells.efficacy[known], drawn[known])


def test_efficacy_moves_nothing_but_the_bar_and_what_it_holds(small):
    held = [
        simulate(
            worlds.parameters(
                small, {"reference.scale_up_efficacy": spread}, mechanisms=worlds.OFF | {"scale_up": 1.0}
            ),
            5,
        )
        for spread in (0.0, 0.5)
    ]
    assert np.array_equal(held[0].state.cells.interest, held[1].state.cells.interest)
    assert np.array_equal(held[0].state.cells.resistance, held[1].state.cells.resistance)
    assert not np.array_equal(held[0].state.cells.bar, held[1].state.cells.bar)


@pytest.mark.parametrize(
    ("priority", "cause"),
    [
        (0.5, FREE),
        (0.6, FREE),
        (0.1, Cause.NOT_A_PRIORITY),
        (0.25, Cause.PRIORITY_ABILITY),
        (0.45, Cause.PRIORITY_ABILITY),
    ],
)
def test_a_hold_goes_to_the_circumstance_that_alone_would_lift_it(priority, cause):
    assert priorities.reason_held(priority, 0.5, 0.4, 0.2, 0.3) == cause


@pytest.mark.parametrize(
    ("slack", "able", "calm", "cause"),
    [
        (0.2, 0.3, 0.3, Cause.PRIORITY_CAPACITY),
        (0.2, 0.2, 0.2, Cause.PRIORITY_CAPACITY),
        (0.3, 0.2, 0.2, Cause.PRIORITY_ABILITY),
        (0.3, 0.3, 0.2, Cause.PRIORITY_BLAME),
    ],
)
def test_of_several_the_one_that_lowers_the_bar_most_is_named(slack, able, calm, cause):
    assert priorities.reason_held(0.35, 0.5, slack, able, calm) == cause


def test_a_law_makes_places_start_and_takes_decisions_out_of_their_hands():
    parameters = row({"focal.duty": 0.8, "focal.waived": 0.1}, scale_up=0.5, mandate=0.5)
    followed = a_change(focal=1, visibility=0.9)
    assert focal.legal_force(parameters, followed) == close(0.5 * 0.5 * 0.8 * 0.9)
    assert focal.waived_share(parameters, followed) == close(0.18)
    assert focal.legal_force(parameters, a_change(visibility=0.9)) == 0.0


# What follows from it


def test_what_is_done_under_pressure_on_reports_is_symbolic_where_it_cannot_be_seen():
    parameters = row({"reference.decoupling_share": 0.8}, scale_up=0.5, decoupling=0.5)
    share = effort.fidelity_of_new_coverage(parameters, 0.25, 0.2, 0.8)
    assert share == close(1.0 - 0.5 * 0.5 * 0.8 * 0.75 * 0.75)
    assert effort.fidelity_of_new_coverage(parameters, 1.0, 0.2, 0.8) == 1.0, "all can be seen"
    assert effort.fidelity_of_new_coverage(parameters, 0.25, 0.8, 0.8) == 1.0, "it is wanted for itself"


@pytest.mark.parametrize(
    ("will", "strength", "expected"), [(0.4, 1.0, 1.0), (0.4, 0.5, 0.7), (0.4, 0.0, 0.4)]
)
def test_general_will_leaves_effort_as_the_bar_comes_in(will, strength, expected):
    found = effort.effective_will(
        row(scale_up=strength), Stage.SHIFT, will, 0.7, 0.5, 0.0, -1.0, False, True, True, 0.0
    )
    assert found == (close(expected), 1.0, 1.0)


def test_coverage_that_is_no_priority_lapses():
    cell = a_cell(stage=Stage.SHIFT, nominal=0.8, real_coverage=0.4, held=Cause.NOT_A_PRIORITY, priority=0.25)
    parameters = row({"reference.relapse_rate": 0.1}, scale_up=1.0, relapse=0.5)
    slips, lapses = implementation.decay_coverage(parameters, 1.0, 0.0, cell)
    assert (slips, lapses) == (0.0, close(0.05 * 0.75 * 0.8))
    assert (cell.nominal, cell.real_coverage) == (close(0.8 - lapses), close(0.4 * (1.0 - 0.0375)))


def test_coverage_that_is_a_priority_does_not_lapse():
    cell = a_cell(stage=Stage.SHIFT, nominal=0.8, real_coverage=0.4, held=FREE, priority=0.25)
    assert implementation.decay_coverage(row(scale_up=1.0, relapse=1.0), 1.0, 0.0, cell) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("stage", "progress", "active", "held"),
    [
        (Stage.SPARK, 0.5, True, False),
        (Stage.SPARK, 1.0, False, True),
        (Stage.SHAPE, 0.5, True, False),
        (Stage.SHAPE, 1.0, False, True),
        (Stage.SHIFT, 0.0, False, True),
    ],
)
def test_what_is_held_waits_once_its_stage_is_done(stage, progress, active, held):
    cell = a_cell(stage=stage, progress=progress, nominal=0.2, held=Cause.NOT_A_PRIORITY)
    assert capacity.is_active(cell) is active
    assert capacity.is_held(cell) is held
    cell.held = FREE
    assert capacity.is_active(cell)
    assert not capacity.is_held(cell)


def test_a_hold_takes_what_was_planned_and_the_catching_up_that_it_prevents():
    ledger = np.zeros((1, 1, LEDGER))
    ledger[0, 0, Cause.RELAPSE], ledger[0, 0, 0] = 0.1, 0.3
    loss_accounting.attribute_hold(0, 0, 0.02, 0.1, Cause.PRIORITY_BLAME, ledger)
    assert ledger[0, 0, Cause.PRIORITY_BLAME] == close(0.12)
    assert (ledger[0, 0, Cause.RELAPSE], ledger[0, 0, 0]) == (close(0.075), close(0.225))
    loss_accounting.attribute_hold(0, 0, 0.0, 5.0, Cause.NOT_A_PRIORITY, ledger)
    assert ledger[0, 0].sum() == close(0.42)
    assert ledger[0, 0, Cause.NOT_A_PRIORITY] == close(0.3)
    assert ledger[0, 0, Cause.PRIORITY_BLAME] == close(0.12), "what one hold took, another leaves"


# Hidden work


def test_true_hours_exceed_planned_ones_and_have_an_overhead():
    parameters = row({"reference.hidden_optimism": 0.4, "reference.hidden_overhead": 30.0}, hidden_work=0.5)
    assert capacity.true_hours(parameters, 100.0) == close(100.0 * 1.2 + 15.0)
    assert capacity.true_hours(row(), 100.0) == 100.0


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ({"stage": Stage.SHIFT, "nominal": 0.6}, 0.6),
        ({"stage": Stage.SHAPE, "progress": 1.0}, 1.0),
        ({"stage": Stage.SHAPE, "progress": 0.5}, 0.0),
    ],
)
def test_coverage_and_waiting_pilots_take_upkeep(cell, part):
    parameters = row({"reference.hidden_upkeep": 0.2}, hidden_work=0.5)
    assert capacity.upkeep_hours(parameters, 100.0, a_cell(**cell)) == close(10.0 * part)


def test_upkeep_is_spent_before_change(small):
    off, on = (
        simulate(
            worlds.parameters(small, {"work.load": 2.0}, mechanisms=worlds.OFF | {"hidden_work": strength}), 3
        )
        for strength in (0.0, 1.0)
    )
    assert off.state.journal.hours[:, Activity.UPKEEP].sum() == 0.0
    assert on.state.journal.hours[:, Activity.UPKEEP].sum() > 0.0
    assert (on.state.places.workload > off.state.places.workload).all()


# Take-up by kind of change, and signing


def test_benefit_that_needs_nobody_to_ask_reaches_everybody():
    one = np.ones(4)
    assert benefit.uptake_share(1.0 * 0.0, 0.8, 1.0, one, 0.2 * one, 0.2 * one) == 1.0
    assert benefit.uptake_share(1.0 * 0.5, 0.0, 1.0, one, 0.2 * one, 0.2 * one) == close(0.6)


@pytest.mark.parametrize("key", ["changes.personal_effort", "focal.personal_effort"])
def test_less_effort_of_users_narrows_the_gap(small, key):
    settings = {"focal.arrival": 4, "focal.duration": 12.0} if key.startswith("focal") else {}
    gaps = [
        summary(
            simulate(
                worlds.parameters(small, settings, {key: value}, mechanisms=worlds.OFF | {"uptake": 1.0}), 1
            )
        )["gap"]
        for value in (0.0, 0.5, 1.0)
    ]
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[2]


def test_signing_takes_time(small):
    dated = [{"month": 0, "key": "pledge.open", "value": 1.0}]
    settings = {"pledge.threshold": -1.0, "pledge.threshold_spread": 0.0}
    signed = []
    for chance in (1.0, 0.3, 0.0):
        parameters = worlds.parameters(
            small,
            settings,
            {"pledge.signing": chance},
            interventions=dated,
            mechanisms=worlds.OFF | {"concordat": 0.5},
        )
        run = begin(parameters, 2)
        run.advance(2)
        signed.append(run.state.places.signed.sum())
    assert signed[0] == len(run.state.places)
    assert 0 < signed[1] < signed[0]
    assert signed[2] == 0
    assert pledges.reaches_threshold(0.5, 0.5)


# Whole runs

AT_BAR = worlds.OFF | {"scale_up": 1.0}


def gap(small, *deltas, seed=1, **strengths):
    return summary(simulate(worlds.parameters(small, *deltas, mechanisms=AT_BAR | strengths), seed))


def test_without_the_bar_no_magnitude_of_it_matters(small):
    """Off is off to the bit: whatever interest, pressure and bar are said to be, and with all else on."""
    extreme = {
        "reference.scale_up_bar": 1.0, "reference.scale_up_interest": 0.05, "reference.mandate_pressure": 1.0,
        "reference.mandate_span": 0.5, "reference.blame_bar": 5.0, "reference.evidence_pilot": 1.0,
        "reference.scale_up_carriers": 0.5, "reference.decoupling_share": 1.0,
    }  # fmt: skip
    runs = [
        simulate(worlds.parameters(small, delta, mechanisms=worlds.ON | {"scale_up": 0.0}), 5).state
        for delta in ({}, extreme)
    ]
    assert not worlds.differing(*runs)


@pytest.mark.parametrize("seed", range(3))
def test_a_higher_bar_widens_the_gap_and_leaves_more_undone(small, seed):
    low, high = (gap(small, {"reference.scale_up_bar": bar}, seed=seed) for bar in (0.05, 0.8))
    assert high["gap"] > low["gap"]
    assert high["stage.shift"] < low["stage.shift"]
    assert high["losses.not_a_priority"] > low["losses.not_a_priority"]


@pytest.mark.parametrize("seed", range(3))
def test_money_for_scale_up_lets_more_pilots_through(small, seed):
    settings = {
        "reference.scale_up_bar": 0.4,
        "reference.scale_up_load": 1.0,
        "money.secure_months": 240.0,
        "work.load": 3.0,
    }
    none, full = (gap(small, settings, {"money.scale_up": money}, seed=seed) for money in (0.0, 1.0))
    assert none["gap"] > full["gap"]


def test_everything_passes_where_there_is_no_bar(small):
    found = gap(small, {"reference.scale_up_bar": 0.0})
    assert all(found[f"losses.{cause}"] == 0.0 for cause in CAUSES if "priority" in cause)


def test_what_was_held_is_let_go_when_the_bar_is_taken_away(small):
    dated = [{"month": 20, "key": "mechanisms.scale_up", "value": 0.0}]
    parameters = worlds.parameters(
        small, {"reference.scale_up_bar": 1.0}, interventions=dated, mechanisms=AT_BAR
    )
    run = begin(parameters, 1)
    run.advance(20)
    assert (run.state.cells.held != FREE).any()
    run.advance(1)
    assert not (run.state.cells.held != FREE).any()


def test_coverage_falls_once_its_law_is_gone():
    """A change that nobody wants is done while a law demands it, and lapses afterwards."""
    settings = {
        "population.users": 64, "population.months": 120, "focal.arrival": 0, "focal.duration": 12.0, "focal.duty": 1.0,
        "focal.visibility": 1.0, "focal.stage": 4, "focal.coverage": 0.5, "reference.scale_up_interest": 0.05,
        "reference.scale_up_bar": 0.4, "reference.relapse_rate": 0.1, "authorities.will": 0.3,
    }  # fmt: skip
    dated = [{"month": 60, "key": "focal.duty", "value": 0.0}]
    parameters = worlds.parameters(
        settings, interventions=dated, mechanisms=AT_BAR | {"mandate": 1.0, "relapse": 1.0}
    )
    covered = simulate(parameters, 1).state.journal.focal[:, 0]
    assert covered[59] > 0.95
    assert covered[96] < 0.9 * covered[59]


def test_pressure_without_interest_gives_reports_without_fidelity(small):
    settings = {"changes.visibility": 0.1, "reference.scale_up_bar": 0.1}
    plain, symbolic = (gap(small, settings, mandate=1.0, decoupling=strength) for strength in (0.0, 1.0))
    assert symbolic["losses.ritual_compliance"] > plain["losses.ritual_compliance"]
    assert symbolic["nominal_gap"] == pytest.approx(plain["nominal_gap"], abs=0.02)


def test_a_stopped_pilot_puts_others_off():
    """It is seen when it is stopped, by its own place and by those tied to it, and its successor is seen again."""
    settings = {
        "population.users": 64, "population.months": 60, "reference.fail_fast_fit": 1.0, "reference.scale_up_try": 0.0,
        "changes.ambiguity": 4.0, "design.signals": 0.0,
    }  # fmt: skip
    shown = []
    for stopping in (0.0, 1.0):
        strengths = AT_BAR | {"evidence": 1.0, "fail_fast": stopping}
        run = begin(worlds.parameters(settings, mechanisms=strengths), 1)
        cells, lowest = run.state.cells, 0.0
        for _ in range(60):
            run.advance(1)
            lowest = min(lowest, float(cells.pilot_evidence[cells.reviewed == 1].min(initial=0.0)))
        shown.append(lowest)
    assert shown[0] == 0.0, "without stopping, nothing is reviewed"
    assert shown[1] < -0.5


def test_usual_business_takes_its_hours_however_many_staff_there_are():
    """At half strength and twice the staff, shares of time fall half of the way to a half."""
    settings = {"authorities.staff_hours": 0.1, "reference.hidden_staff": 0.05}
    assert capacity.demand_scale(row(settings, hidden_work=0.5)) == close(0.75)
    assert capacity.demand_scale(row(settings)) == 1.0
    assert capacity.demand_scale(row({"authorities.staff_hours": 0.05}, hidden_work=1.0)) == 1.0


def test_practice_teaches_by_what_is_done_for_an_inhabitant():
    place = table(PLACES, 1, workload_ratio=0.4, worked=0.007)[0]
    settings = {"reference.hidden_learning": 0.0175}
    assert responses.share_at_work(row(settings), place) == close(0.4)
    assert responses.share_at_work(row(settings, hidden_work=1.0), place) == close(0.4)
    assert responses.share_at_work(
        row(settings, hidden_work=1.0), table(PLACES, 1, workload_ratio=2.0, worked=0.0035)[0]
    ) == close(0.2)
    assert responses.share_at_work(
        row(settings, hidden_work=0.5), table(PLACES, 1, workload_ratio=2.0, worked=0.0035)[0]
    ) == close(0.6)


@pytest.mark.parametrize("seed", range(3))
def test_more_staff_never_teach_less(seed):
    """With hidden work in full, ability at the end does not fall as staff grow."""
    settings = {"population.users": 64, "population.months": 60, "work.load": 1.5}
    ability = [
        simulate(
            worlds.parameters(
                settings,
                {"authorities.staff_hours": hours},
                mechanisms=worlds.OFF | {"hidden_work": 1.0, "practice": 1.0},
            ),
            seed,
        ).state.places.ability.mean()
        for hours in (0.04, 0.05, 0.07, 0.1)
    ]
    assert ability == sorted(ability)
