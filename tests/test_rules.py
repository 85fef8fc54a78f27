"""Every rule by an example worked by hand, and by the direction it must have."""

import math

import numpy as np
import pytest
import worlds

from sim.model.kernels import random
from sim.model.schedule import begin
from sim.model.schema import record
from sim.model.state import (
    BODIES,
    CAUSES,
    CELLS,
    CHANGES,
    HEADS,
    LEDGER,
    PLACES,
    TIES,
    Cause,
    Gate,
    Kind,
    Stage,
    table,
)
from sim.model.submodels import (
    agenda,
    benefit,
    capacity,
    clearance,
    design,
    design_cost,
    effort,
    funding,
    holders,
    implementation,
    loss_accounting,
    pledges,
    responses,
)

CENTRE_ALL = {
    f"power.{r}": worlds.whole("centre")
    for r in ("agenda", "design", "resource", "accountability", "information")
}
USERS_ALL = {key: worlds.whole("users") for key in CENTRE_ALL}
LOCAL_ALL = {key: worlds.whole("authorities") for key in CENTRE_ALL}
REPORTS = {"power.judged_on": {"reports": 1.0, "outcomes": 0.0, "learning": 0.0}}
LEARNING = {"power.judged_on": {"reports": 0.0, "outcomes": 0.0, "learning": 1.0}}


def row(*deltas, **strengths):
    """One record of parameters: all mechanisms off but those named."""
    return record(worlds.parameters(*deltas, mechanisms=worlds.OFF | strengths), 1)[0]


def close(value):
    return pytest.approx(value, rel=1e-12)


# Agenda


def test_a_signal_climbs_layers_by_who_decides():
    base = row({"hierarchy.layers": 4.0, "hierarchy.local_layers": 1.0})
    assert [
        holders.layers_to(who, base) for who in (Kind.CENTRE, Kind.AUTHORITIES, Kind.THIRD_SECTOR, Kind.USERS)
    ] == [
        4.0,
        1.0,
        0.0,
        0.0,
    ]


def test_information_with_the_person_passes_layers_by():
    held = row(USERS_ALL, {"reference.citizen_layers": 0.8}, citizen_data=0.5)
    assert holders.layers_to(Kind.CENTRE, held) == close(4.0 * (1.0 - 0.5 * 0.8))
    assert holders.layers_to(Kind.CENTRE, row(CENTRE_ALL, citizen_data=1.0)) == 4.0


def test_chance_to_start():
    assert agenda.start_chance(0.25, 0.0, 0.0, 0.0) == 0.25
    # A delay of four months makes the mean wait of four months eight.
    assert agenda.start_chance(0.25, 4.0, 0.0, 0.0) == close(0.125)
    assert agenda.start_chance(0.25, 0.0, 0.4, 0.0) == close(0.15)
    assert agenda.start_chance(0.25, 0.0, 0.0, 0.3) == close(0.55)
    assert agenda.start_chance(0.9, 0.0, 0.0, 0.3) == 1.0
    assert agenda.start_chance(0.0, 3.0, 0.5, 0.2) == 0.2


def test_what_a_design_costs_a_place():
    for who in range(4):
        assert design_cost.design_cost_share(row(), who, 0.1, 0.5) == 0.1
    # The places that take the centre's design share one among them; a local holder pays for a whole one.
    assert design_cost.design_cost_share(row(design_economies=1.0), Kind.CENTRE, 0.1, 1.0) == close(0.1)
    assert design_cost.design_cost_share(row(design_economies=1.0), Kind.CENTRE, 0.1, 0.5) == close(0.2)
    assert design_cost.design_cost_share(row(design_economies=1.0), Kind.AUTHORITIES, 0.1, 0.5) == 1.0
    assert design_cost.design_cost_share(row(design_economies=0.5), Kind.USERS, 0.1, 0.5) == close(0.55)


def test_signals_of_the_nations_need_are_shared_and_a_places_own_are_its_own():
    four = {"design.signals": 4.0}
    for who in range(4):
        assert design_cost.signals_paid(row(four), who, 0.1, 0.0) == close(0.4)
    assert design_cost.signals_paid(row(four, local_need=1.0), Kind.CENTRE, 0.1, 0.0) == close(0.4)
    assert design_cost.signals_paid(row(four, local_need=0.5), Kind.AUTHORITIES, 0.1, 0.0) == close(0.4 + 2.0)
    rushed = row(four, {"reference.pace_discovery": 0.5}, pace=1.0)
    assert design_cost.signals_paid(rushed, Kind.CENTRE, 0.1, 1.0) == close(0.2)


def test_people_for_whom_the_centre_designs():
    keys = random.stream_keys(3, 0, len(random.STREAMS))
    places = table(PLACES, 200, weight=1 / 200)

    def taking(share):
        rights = {"centre": share, "authorities": 1.0 - share, "third_sector": 0.0, "users": 0.0}
        return design_cost.population_using_central_design(
            0, Kind.CENTRE, record(worlds.parameters({"power.design": rights}), 201), keys, places
        )

    assert taking(0.0) == 0.0
    assert taking(0.3) == pytest.approx(0.3, abs=0.1)
    assert taking(1.0) == close(1.0)


def test_who_has_started_is_told_as_of_last_month():
    cells = table(CELLS, 4, 2, started=-1)
    cells.started[:, 0] = (3, 5, -1, 0)
    assert agenda.started_nationwide(5, 2, cells).tolist() == [0.5, 0.0]
    place = table(PLACES, 1, first_tie=1, last_tie=4)[0]
    ties = table(TIES, 5, other=np.array([3, 0, 1, 2, 3]), weight=np.array([0.9, 0.5, 0.3, 0.2, 0.9]))
    assert agenda.started_around(0, 5, place, ties, cells) == 0.5
    assert agenda.started_around(0, 6, place, ties, cells) == close(0.8)


# Discovery


def test_users_speak_for_themselves_as_far_as_they_trust_and_are_able():
    four = {"power.information": {"centre": 0.2, "authorities": 0.3, "third_sector": 0.0, "users": 0.5}}
    values = row(four, {"bodies.brokered": 6.0})
    place = table(PLACES, 1, trust=0.8, user_ability=0.5, broker=0.5)[0]
    # 10 signals, of which .3 are kept by the place and .5 by users; bodies bring 3 more, whoever could not speak.
    assert design.local_signals(values, 10.0, place) == close(10.0 * (0.3 + 0.5 * 0.4) + 3.0 * 0.8)
    place.trust = 0.0
    assert design.local_signals(values, 10.0, place) == close(10.0 * 0.3 + 3.0 * 0.8)


def test_bodies_pass_on_what_they_keep_as_far_as_they_are_ready_to():
    theirs = {"power.information": {"centre": 0.4, "authorities": 0.0, "third_sector": 0.6, "users": 0.0}}
    values = row(theirs, {"bodies.brokered": 6.0})
    place = table(PLACES, 1, trust=0.0, user_ability=0.0, broker=0.5)[0]
    assert design.local_signals(values, 10.0, place) == close(10.0 * 0.6 * 0.5 + 3.0 * 0.6)
    place.broker = 1.5
    assert design.local_signals(values, 10.0, place) == close(10.0 * 0.6 + 9.0 * 0.6)


def test_a_central_design_is_fine_grained_only_as_far_as_the_centre_holds_the_data():
    """Aggregates keep what they keep of the centre's part; what others hold does not reach a central design."""
    keys = random.stream_keys(3, 0, len(random.STREAMS))
    change = table(CHANGES, 1, heterogeneity=0.8, need_direction_1=1.0)[0]
    place = table(PLACES, 1, deprived=1.5)[0]
    cells = table(CELLS, 1, 1, design_holder=Kind.CENTRE)
    ties = table(TIES, 0)

    def towards_place(share):
        held = {
            "power.information": {
                "centre": share,
                "authorities": 1.0 - share,
                "third_sector": 0.0,
                "users": 0.0,
            }
        }
        given = row(held, {"hierarchy.central_grain": 0.5, "reference.local_need_share": 1.0}, local_need=1.0)
        without = row(held, {"hierarchy.central_grain": 0.0}, local_need=1.0)
        made = (design.new_design(0, 0, r, keys, change, place, 0.5, ties, cells) for r in (given, without))
        return np.subtract(*made)

    assert towards_place(1.0) == close(0.5 * 1.2)
    assert towards_place(0.4) == close(0.4 * 0.5 * 1.2)
    assert towards_place(0.0) == 0.0


def test_weight_of_what_signals_say():
    assert design.trust_in_signals(1.0, 1.0, 4.0) == close(0.8)
    assert design.trust_in_signals(0.0, 1.0, 4.0) == 0.0
    assert design.trust_in_signals(1.0, 1.0, 0.0) == 0.0


def test_an_estimate_shrinks_what_was_heard():
    assert design.national_estimate(1.0, 1.0, 4.0, 2.0, 1.0) == close(0.8 * (2.0 + 0.5))
    assert design.national_estimate(1.0, 1.0, 0.0, 2.0, 1.0) == 0.0


def test_signals_blur_with_layers_and_clear_with_expertise():
    noise = {"design.signal_noise": 2.0}
    assert design.signal_variance(row(noise), Kind.CENTRE, 0.6) == 4.0
    lossy = row(noise, {"reference.information_noise": 0.5}, information_loss=1.0)
    assert design.signal_variance(lossy, Kind.CENTRE, 0.6) == close(4.0 * (1.0 + 0.5 * 4.0))
    assert design.signal_variance(lossy, Kind.AUTHORITIES, 0.6) == close(4.0 * 1.5)
    assert design.signal_variance(lossy, Kind.USERS, 0.6) == 4.0
    expert = row(noise, {"reference.expertise_variance": 0.6}, central_expertise=1.0)
    assert design.signal_variance(expert, Kind.CENTRE, 0.5) == close(4.0 * 0.7)
    assert design.signal_variance(expert, Kind.AUTHORITIES, 0.5) == 4.0


def test_pressure_cuts_discovery_short_unless_time_is_protected():
    rushed = row({"pace.pressure": 0.5, "reference.pace_discovery": 0.8, "design.signals": 5.0}, pace=1.0)
    assert design_cost.signals_used(rushed, 0.5) == close(3.0)
    assert design_cost.signals_used(row({"design.signals": 5.0}), 0.5) == 5.0
    granted = row({"pace.pressure": 0.5, "pace.protected": 0.6, "pace.broken": 0.5}, pace=1.0)
    assert design_cost.time_pressure(granted, Kind.CENTRE, 0.0, 0.4, 0.31) == close(0.2)
    assert design_cost.time_pressure(granted, Kind.CENTRE, 0.0, 0.4, 0.29) == 0.5
    # A place that holds the agenda keeps its own promise by its own will.
    assert design_cost.time_pressure(granted, Kind.AUTHORITIES, 1.0, 0.0, 0.0) == close(0.2)


def test_difference_of_a_place():
    change = table(CHANGES, 1, heterogeneity=0.5, need_direction_1=0.6, need_direction_2=0.8)[0]
    place = table(PLACES, 1, deprived=2.0, rural=-1.0)[0]
    assert design.difference(change, place) == close(0.5 * (1.2 - 0.8))


def test_personal_data_meet_personal_needs():
    assert design.personal_part(row({"design.within": 0.6})) == 0.6
    held = row(USERS_ALL, {"design.within": 0.6, "reference.citizen_personal": 0.6}, citizen_data=0.5)
    assert design.personal_part(held) == close(0.6 * 0.7)


def test_a_failed_pilot_moves_the_design_towards_the_need():
    settings = {
        "design.signal_noise": 1.0,
        "design.translation_error": 0.0,
        "reference.fail_fast_signals": 3.0,
    }
    change, place = table(CHANGES, 1, ambiguity=1.0, need=2.0)[0], table(PLACES, 1)[0]
    assert design.updated_design(row(settings), 0.0, change, place, 0.0) == close(0.75 * 2.0)
    assert design.updated_design(row(settings), 0.0, change, place, 1.0) == close(
        0.75 * (2.0 + 1.0 / math.sqrt(3.0))
    )
    assert (
        design.updated_design(row({**settings, "reference.fail_fast_signals": 0.0}), 0.3, change, place, 1.0)
        == 0.3
    )


def test_each_layer_makes_a_pilot_look_better():
    rosy = row({"reference.information_optimism": 0.1, "hierarchy.layers": 4.0}, information_loss=0.5)
    assert design.perceived_fit(rosy, Kind.CENTRE, 0.5) == close(0.6)
    assert design.perceived_fit(rosy, Kind.USERS, 0.5) == 0.5
    # However many layers, nothing looks better than perfect.
    rosiest = row({"reference.information_optimism": 0.5, "hierarchy.layers": 8.0}, information_loss=1.0)
    assert design.perceived_fit(rosiest, Kind.CENTRE, 0.5) == 1.0
    assert design.perceived_fit(row(), Kind.CENTRE, 0.5) == 0.5


def test_fear_lowers_the_bar_for_pilots():
    change = table(CHANGES, 1, radicalness=0.5, visibility=0.8)[0]
    settings = {"reference.fail_fast_fit": 0.6}
    assert design.pilot_threshold(row(settings, fail_fast=1.0), change) == close(0.6)
    afraid = row(settings, CENTRE_ALL, REPORTS, fail_fast=1.0, blame=1.0)
    assert design.pilot_threshold(afraid, change) == close(0.6 * (1.0 - 0.4))


def test_places_copy_the_best_design_that_was_tried_nearby():
    cells = table(CELLS, 3, 1)
    cells.real_coverage[:, 0] = (0.0, 0.2, 0.3)
    cells.fit[:, 0] = (0.0, 0.95, 0.99)
    cells.design[:, 0] = (0.0, 1.0, 2.0)
    cells.design_holder[:, 0] = (Kind.AUTHORITIES, Kind.AUTHORITIES, Kind.CENTRE)
    places = table(PLACES, 3, last_tie=2)
    ties = table(TIES, 2, other=np.array([1, 2]), weight=0.5)
    # The best was the centre's, and shows nothing that a place could not have had already.
    assert design.best_neighbour_design(0, -1.0, row(), places[0], ties, cells) == 1.0
    cells.design_holder[2, 0] = Kind.USERS
    cells.fit[2, 0] = 0.94
    assert design.best_neighbour_design(0, -1.0, row(), places[0], ties, cells) == 1.0
    cells.fit[1:, 0] = 0.1
    assert design.best_neighbour_design(0, -1.0, row(), places[0], ties, cells) == -1.0


# Clearances


def test_who_can_stop_and_who_must_agree():
    shared = dict.fromkeys(("centre", "authorities", "third_sector", "users"), 0.25)
    assert clearance.veto_share(row(CENTRE_ALL)) == close(1.0)
    assert clearance.veto_share(row(LOCAL_ALL)) == 0.0
    assert clearance.veto_share(row(LOCAL_ALL, {"power.resource": worlds.whole("centre")})) == close(
        1.0 / 3.0
    )
    assert clearance.partners_needed(row(CENTRE_ALL)) == 0.0
    assert clearance.partners_needed(row(dict.fromkeys(CENTRE_ALL, shared))) == close(1.0)
    assert clearance.partners_needed(row(CENTRE_ALL, {"power.design": shared})) == close(1.0 / 3.0)


def test_points_exist_below_the_share_that_calls_for_them():
    keys = random.stream_keys(1, 0, len(random.STREAMS))
    ten = {"reference.clearance_points": 2.5, "hierarchy.layers": 4.0, "reference.partnership_points": 10}
    full = row(CENTRE_ALL, ten, clearance=1.0)
    assert clearance.draw_decision_points(0, 0, Stage.SHAPE, full, keys) == 10 * clearance.VERTICAL
    assert clearance.draw_decision_points(0, 0, Stage.SEE, full, keys) == 0
    assert clearance.draw_decision_points(0, 0, Stage.SPARK, row(LOCAL_ALL, ten, clearance=1.0), keys) == 0
    even = dict.fromkeys(("centre", "authorities", "third_sector", "users"), 0.25)
    assert (
        clearance.draw_decision_points(
            0, 0, Stage.SPARK, row(dict.fromkeys(CENTRE_ALL, even), ten, partnership=1.0), keys
        )
        == 10
    )
    part = {"reference.clearance_points": 0.5, "hierarchy.layers": 3.0}
    parts = [
        clearance.draw_decision_points(a, 0, Stage.SPARK, row(CENTRE_ALL, part, clearance=1.0), keys)
        for a in range(800)
    ]
    assert set(parts) == {clearance.VERTICAL, 2 * clearance.VERTICAL}
    assert np.mean(parts) / clearance.VERTICAL == pytest.approx(1.5, abs=0.08)
    half = np.mean([
        clearance.draw_decision_points(a, 0, Stage.SPARK, row(CENTRE_ALL, ten, clearance=0.5), keys) for a in range(400)
    ]) / clearance.VERTICAL  # fmt: skip
    assert half == pytest.approx(5.0, abs=0.35)


def test_points_that_are_waived_are_gone_and_those_passed_stay_passed():
    keys = random.stream_keys(1, 0, len(random.STREAMS))
    ten = {"reference.clearance_points": 2.5, "hierarchy.layers": 4.0, "reference.partnership_points": 10}
    even = dict.fromkeys(("centre", "authorities", "third_sector", "users"), 0.25)
    for values, each in (
        (row(CENTRE_ALL, ten, clearance=1.0), clearance.VERTICAL),
        (row(dict.fromkeys(CENTRE_ALL, even), ten, partnership=1.0), 1),
    ):
        left = [
            clearance.draw_decision_points(a, 0, Stage.SPARK, values, keys, 0.3) / each for a in range(400)
        ]
        assert np.mean(left) == pytest.approx(3.0, abs=0.35)
        assert clearance.draw_decision_points(0, 0, Stage.SPARK, values, keys, 0.0) == 0
    many, few = 5 * clearance.VERTICAL + 2, 3 * clearance.VERTICAL + 7
    assert (
        clearance.fewer_points(many, few) == clearance.fewer_points(few, many) == 3 * clearance.VERTICAL + 2
    )


def test_a_point_is_tried_until_it_agrees_or_patience_ends():
    settings = {
        "reference.clearance_chance": 0.8,
        "reference.clearance_conflict": 0.5,
        "reference.clearance_tries": 2,
    }
    settings["reference.partnership_chance"] = 0.4
    cell = table(CELLS, 1, points=2 * clearance.VERTICAL + 1)[0]
    # Full conflict takes half of the chance of .8 away.
    assert not clearance.attempt_decision_point(row(settings), 1.0, cell, 0.39)
    assert cell.points == clearance.VERTICAL + 1
    assert not clearance.attempt_decision_point(row(settings), 1.0, cell, 0.41)
    assert (cell.points, cell.failed_attempts) == (clearance.VERTICAL + 1, 1)
    assert not clearance.attempt_decision_point(row(settings), 0.0, cell, 0.79)
    assert (cell.points, cell.failed_attempts) == (1, 0)
    # Partners who do not agree hold a change up for as long as it takes, and never stop it.
    for _ in range(9):
        assert not clearance.attempt_decision_point(row(settings), 0.0, cell, 0.41)
    assert not clearance.attempt_decision_point(row(settings), 0.0, cell, 0.39)
    assert cell.points == 0
    vertical = table(CELLS, 1, points=clearance.VERTICAL)[0]
    assert not clearance.attempt_decision_point(row(settings), 0.0, vertical, 0.81)
    assert clearance.attempt_decision_point(row(settings), 0.0, vertical, 0.81)


def test_heads_decide_as_far_as_their_attention_goes():
    keys = random.stream_keys(3, 0, len(random.STREAMS))
    heads_of = {"attention.authority": 10.0, "attention.free": 0.5, "attention.ratio": 5.0}
    values = record(worlds.parameters(heads_of), 3)
    decided = []
    for month in range(400):
        heads = table(HEADS, 3, issued=1000)
        clearance.serve_queues(month, values, keys, 0.5, heads)
        decided.append(heads.served.copy())
    assert np.mean(decided, axis=0) == pytest.approx([5.0, 5.0, 25.0], rel=0.06)
    few = table(HEADS, 3, issued=1)
    clearance.serve_queues(0, record(worlds.parameters({"attention.authority": 90.0}), 3), keys, 1.0, few)
    assert few.served.tolist() == [1, 1, 1]


def test_the_holder_of_the_right_decides_at_the_gate():
    cell = table(CELLS, 1, agenda_holder=Kind.CENTRE, design_holder=Kind.AUTHORITIES, stage=Stage.SEE)[0]
    assert clearance.decision_queue(2, 32, cell) == 32
    cell.stage = Stage.SPARK
    assert clearance.decision_queue(2, 32, cell) == 2
    cell.design_holder = Kind.CENTRE
    assert clearance.decision_queue(2, 32, cell) == 32


def test_a_lot_settles_whose_turn_to_ask_comes_first():
    keys = random.stream_keys(3, 0, len(random.STREAMS))
    values = record(worlds.parameters(mechanisms=worlds.OFF | {"attention": 1.0}), 6)
    first = set()
    for month in range(60):
        cells = table(CELLS, 5, 1, stage=Stage.SEE, progress=1.0, agenda_holder=Kind.CENTRE)
        heads = table(HEADS, 6)
        clearance.enqueue_requests(month, 1, values, keys, table(CHANGES, 1), cells, heads)
        assert heads.issued.tolist() == [0, 0, 0, 0, 0, 5]
        begins = int(np.argmin(cells.queue_ticket))
        assert np.roll(cells.queue_ticket[:, 0], -begins).tolist() == [0, 1, 2, 3, 4]
        first.add(begins)
    assert first == set(range(5))


# Fear, pledges, reports


def test_fear():
    assert effort.blame_aversion(row(CENTRE_ALL, REPORTS), 0.5, 0.8) == close(0.4)
    assert effort.blame_aversion(row(CENTRE_ALL, LEARNING), 0.5, 0.8) == 0.0
    assert effort.blame_aversion(row(LOCAL_ALL, REPORTS), 0.5, 0.8) == 0.0


def test_a_closed_pledge_binds_nobody():
    places = table(PLACES, 2, signed=1.0, threshold=0.0)
    state = worlds.state(places=places, ties=table(TIES, 0))
    pledges.update_pledges(0, record(worlds.parameters({"pledge.open": 0.0}), 3), state)
    assert places.signed.tolist() == [0.0, 0.0]
    open_to = {"pledge.open": 1.0, "pledge.signing": 1.0}
    pledges.update_pledges(0, record(worlds.parameters(open_to | {"pledge.threshold": 0.5}), 3), state)
    assert places.signed.tolist() == [0.0, 0.0]
    pledges.update_pledges(0, record(worlds.parameters(open_to | {"pledge.threshold": -0.5}), 3), state)
    assert places.signed.tolist() == [1.0, 1.0]
    none = worlds.parameters(open_to | {"pledge.threshold": -0.5}, mechanisms=worlds.OFF)
    pledges.update_pledges(0, record(none, 3), state)
    assert places.signed.tolist() == [0.0, 0.0]


def test_reports_are_true_and_at_once_unless_layers_delay_and_blur_them():
    places = table(PLACES, 2, ability=0.6, believed_ability=0.2)
    state = worlds.state(places=places)
    responses.update_centre_beliefs(0, record(worlds.parameters(mechanisms=worlds.OFF), 3), state)
    assert places.believed_ability.tolist() == close([0.6, 0.6])
    places.believed_ability[:] = 0.2
    settings = {
        "reference.information_blur": 0.0,
        "reference.information_optimism": 0.1,
        "reference.information_delay": 0.75,
        "hierarchy.layers": 4.0,
    }
    late = record(worlds.parameters(settings, mechanisms=worlds.OFF | {"information_loss": 1.0}), 3)
    responses.update_centre_beliefs(0, late, state)
    # Four layers make .6 look like .76, and show a quarter of the news in a month.
    assert places.believed_ability.tolist() == close([0.2 + 0.56 / 4.0] * 2)
    # However many layers, nobody looks abler than can be.
    rosy = {"reference.information_optimism": 0.5, "reference.information_delay": 0.0}
    rosiest = worlds.parameters(settings, rosy, mechanisms=worlds.OFF | {"information_loss": 1.0})
    responses.update_centre_beliefs(0, record(rosiest, 3), state)
    assert places.believed_ability.tolist() == close([1.0, 1.0])
    blurred = record(worlds.parameters(mechanisms=worlds.OFF | {"information_loss": 1.0}), 3)
    responses.update_centre_beliefs(0, blurred, state)
    assert places.believed_ability[0] != places.believed_ability[1]


# Capacity


def test_weakness():
    assert loss_accounting.log_shortfall(1.0) == 0.0
    assert loss_accounting.log_shortfall(2.0) == 0.0
    assert loss_accounting.log_shortfall(math.exp(-2.0)) == close(2.0)
    assert 20.0 < loss_accounting.log_shortfall(0.0) < 21.0


def test_a_column_of_hurdles_is_weighed_as_each_alone():
    factors = np.array([0.0, 1e-300, 1e-9, 0.1, 0.5, 0.999999, 1.0, 2.0])
    hurdles = np.full(len(factors), np.nan)
    loss_accounting.log_shortfalls(factors, hurdles)
    assert hurdles == close([loss_accounting.log_shortfall(factor) for factor in factors])


def test_hours_that_a_change_wants():
    wants = row({"work.load": 2.0, "work.hours_per_person": 0.03})
    assert capacity.own_hours(wants, 1000.0, 0.5, 1 / 30) == close(2.0)
    assert capacity.own_hours(wants, 1000.0, 1.0, 1 / 30) == close(3.0)


def test_hours_lost_to_switching_policy_and_reports():
    assert capacity.switching_factor(row({"reference.overload_switching": 0.1}, overload=0.5), 5) == close(
        1.0 / 1.2
    )
    assert capacity.switching_factor(row(overload=1.0), 1) == 1.0
    assert capacity.switching_factor(row(), 9) == 1.0
    drawn = row(
        CENTRE_ALL, {"reference.overload_planning": 0.4, "reference.overload_rate": 4.0}, overload=0.5
    )
    assert capacity.planning_factor(drawn, 2.0) == close(0.9)
    assert capacity.planning_factor(drawn, 9.0) == close(0.8)
    assert capacity.planning_factor(row(LOCAL_ALL, overload=1.0), 9.0) == 1.0
    judged = row(CENTRE_ALL, REPORTS, {"reference.gaming_hours": 0.2}, gaming=0.5)
    assert capacity.reporting_factor(judged) == close(0.9)
    assert capacity.reporting_factor(row(USERS_ALL, REPORTS, gaming=1.0)) == 1.0
    assert capacity.reporting_factor(row(CENTRE_ALL, LEARNING, gaming=1.0)) == 1.0


def test_hours_that_co_design_adds():
    costs = row(USERS_ALL, {"reference.participation_hours": 0.6}, participation_cost=0.5)
    assert capacity.co_design_hours(costs, 10.0) == close(3.0)
    assert capacity.co_design_hours(row(CENTRE_ALL, participation_cost=1.0), 10.0) == 0.0
    chosen = row(CENTRE_ALL, {"power.agenda": worlds.whole("users")}, participation_cost=1.0)
    assert capacity.co_design_hours(chosen, 10.0) == 0.0


def test_crises_grow_unless_benefit_prevents_them():
    settings = {
        "authorities.crisis_demand": 0.2,
        "reference.prevention_growth": 0.1,
        "reference.prevention_relief": 0.5,
    }
    assert capacity.crisis_share(row(settings), 1.5, 60, 0.9) == close(0.3)
    assert capacity.crisis_share(row(settings, prevention=1.0), 1.5, 60, 0.0) == close(0.3 * 1.5)
    assert capacity.crisis_share(row(settings, prevention=1.0), 1.5, 60, 1.0) == close(0.3 * 1.5 * 0.5)


def test_when_a_change_wants_staff():
    def wants(**cell):
        return bool(capacity.is_active(table(CELLS, 1, **cell)[0]))

    assert wants(stage=Stage.SEE)
    assert wants(stage=Stage.SHIFT, nominal=0.5)
    assert not wants(stage=Stage.SEE, gate=Gate.PASSING)
    assert not wants(stage=0)
    assert not wants(stage=5)
    assert not wants(stage=Stage.SHIFT, nominal=1.0)


def test_only_what_is_left_is_wanted():
    def left(**cell):
        return capacity.share_left(table(CELLS, 1, **cell)[0], 4.0)

    assert left(stage=Stage.SHAPE) == 1.0
    assert left(stage=Stage.SHIFT, nominal=0.9) == close(0.4)
    assert left(stage=Stage.SHIFT, nominal=0.1) == 1.0
    # Of a short change *shift* may take less than a month; the stages before want their hours all the same.
    assert capacity.share_left(table(CELLS, 1, stage=Stage.SPARK)[0], 0.4) == 1.0


def test_nothing_of_nothing_is_nothing():
    assert capacity.ratio(0.0, 0.0) == 0.0
    assert capacity.ratio(1.0, 4.0) == 0.25


def test_money_is_tilted_to_the_least_able_as_far_as_it_is_held_nationally():
    places = table(PLACES, 2, weight=0.5, believed_ability=np.array([0.4, 0.6]), ability=0.5)
    settings = {"authorities.ability_spread": 0.2, "reference.equalising_money": 0.8}
    even, on = np.array([7.0, 7.0]), worlds.OFF | {"uneven_ability": 1.0}
    funding.equalise_funding(
        record(worlds.parameters(settings, CENTRE_ALL, mechanisms=worlds.OFF), 3), places, even
    )
    assert places.funding_multiplier.tolist() == [1.0, 1.0]
    funding.equalise_funding(record(worlds.parameters(settings, LOCAL_ALL, mechanisms=on), 3), places, even)
    assert places.funding_multiplier.tolist() == [1.0, 1.0]
    national = record(worlds.parameters(settings, CENTRE_ALL, mechanisms=on), 3)
    funding.equalise_funding(national, places, even)
    assert places.funding_multiplier.tolist() == close([1.4, 0.6])
    # Where one place is offered more, what the other gains by the tilt is still what it loses.
    funding.equalise_funding(national, places, np.array([10.0, 30.0]))
    assert places.funding_multiplier.tolist() == close([1.4 * 40.0 / 32.0, 0.6 * 40.0 / 32.0])
    funding.equalise_funding(national, places, np.zeros(2))
    assert places.funding_multiplier.tolist() == close([1.4, 0.6])
    # Where the second place holds its own money, that of the first alone leans, and both give way to it alike.
    national.resource_centre[1] = 0.0
    funding.equalise_funding(national, places, even)
    assert places.funding_multiplier.tolist() == close([1.4 / 1.2, 1.0 / 1.2])


def test_every_place_is_offered_money_by_what_holds_there(small):
    settings = {"money.pilot": 0.2, "money.scale_up": 0.4, "money.secure_months": 6.0, "centre.will": 0.5}
    followed = {"focal.arrival": 3, "focal.users": 0.4, "focal.pilot": 0.1, "focal.ring_fenced": 0.5}
    on = worlds.OFF | {"uneven_ability": 1.0, "concordat": 0.5}
    run = begin(worlds.parameters(small, settings, followed, {"pledge.money": 0.3}, mechanisms=on), 1)
    run.advance(24)
    values, state = run.values, run.state
    state.places.signed[0] = 1.0
    values.money_pilot[1] = 0.5
    values.money_secure_months[2] = 12.0
    values.focal_scale_up[3] = 0.3
    values.focal_ring_fenced[4] = 1.0
    values.work_load[5] *= 2.0
    offers = funding.offer_funding(24, values, state)
    changes = state.changes[: state.calendar.arrived[24]]
    age, focal = 24 - changes.arrival, changes.focal == 1
    assert offers.shape == (6, len(changes), 3)
    assert (age < 6).any()
    assert (age > 12).any()
    expected = np.empty(offers.shape)
    for a in range(6):
        lasting = 0.5 ** (np.maximum(0.0, age - (12.0 if a == 2 else 6.0)) / 12.0)
        lasting[focal] += (1.0 if a == 4 else 0.5) * (1.0 - lasting[focal])
        expected[a, :, funding.Offer.PERSISTENCE] = lasting
        # A pledge on the change that is followed brings money for no other.
        own = focal * (0.5 * 0.3 if a == 0 else 0.0)
        expected[a, :, funding.Offer.PILOT] = lasting * ((0.5 if a == 1 else 0.2) + 0.1 * focal + own)
        expected[a, :, funding.Offer.SCALE_UP] = lasting * (0.4 + (0.3 if a == 3 else 0.0) * focal + own)
    np.testing.assert_allclose(offers, expected, rtol=1e-12)
    # What the tilt gives one place it takes from the others, in hours of what all of them are offered.
    people = state.places.population
    hours = np.array([
        [capacity.own_hours(values[a], one.target_share * people[a], one.radicalness, one.pace) for one in changes]
        for a in range(6)
    ])  # fmt: skip
    untilted = (hours * (offers[:, :, funding.Offer.PILOT] + offers[:, :, funding.Offer.SCALE_UP])).sum(
        axis=1
    )
    assert np.ptp(state.places.funding_multiplier) > 0.1
    assert untilted @ state.places.funding_multiplier == close(untilted.sum())


def test_a_design_is_paid_for_once_however_long_it_takes():
    cell = table(CELLS, 1, design_hours=600.0, user_hours_cost=30.0, design_cost_outstanding=1.0)[0]
    paid = 0.0
    for _ in range(40):
        due = capacity.design_cost_due(cell, 1.5, 0.1)
        assert due <= 1.5 * 0.1
        paid += 0.5 * due * cell.design_hours
        cell.design_cost_outstanding -= 0.5 * due
    assert paid == close(600.0 * (1.0 - cell.design_cost_outstanding))
    assert 0.0 <= cell.design_cost_outstanding < 0.01
    # What comes on top is spread again together with what is owed, and what was paid is not paid again.
    cell.design_cost_outstanding = 0.25
    design_cost.add_design_cost(cell, 50.0, 2.0)
    assert (cell.design_hours, cell.user_hours_cost, cell.design_cost_outstanding) == close((200.0, 9.5, 1.0))


def test_bodies_bring_hours_where_they_work():
    places = table(PLACES, 2, population=np.array([3000.0, 1000.0]))
    bodies = table(
        BODIES, 2, home=np.array([0, 0]), second_home=np.array([-1, 1]), will=1.0, ability=0.5, capacity=0.5
    )
    held = capacity.third_sector_support(record(worlds.parameters({"bodies.hours": 0.01}), 3), places, bodies)
    assert held == close(40.0)
    assert places.support.tolist() == close([20.0 * 0.25 * 1.5, 20.0 * 0.25 * 0.5])
    assert places.broker.tolist() == close([0.375 * 4000 / 2 / 3000, 0.125 * 4000 / 2 / 1000])


def test_reasons_for_a_lack_of_time_are_shared_by_how_hard_each_bit():
    reasons = np.zeros((1, 6))
    capacity.capacity_loss_shares(0, reasons, math.exp(-1.0), math.exp(-3.0), 1.0, 1.0, 1.0, 0.0)
    assert reasons[0].tolist() == close([0.25, 0.75, 0.0, 0.0, 0.0, 0.0])
    capacity.capacity_loss_shares(0, reasons, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0)
    assert reasons[0].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


# Work


@pytest.mark.parametrize(("form", "expected"), [(0.0, 0.06), (1.0, 0.2), (2.0, 0.06 ** (1 / 3))])
def test_will_ability_and_capacity_together(form, expected):
    assert effort.progress_rate(form, 0.5, 0.2, 0.6) == close(expected)
    assert (
        effort.progress_rate(form, 0.5, 0.6, 0.2)
        == effort.progress_rate(form, 0.2, 0.6, 0.5)
        == close(expected)
    )
    assert effort.progress_rate(form, 0.0, 1.0, 1.0) == 0.0
    assert effort.progress_rate(form, 1.0, 1.0, 1.0) == 1.0


def test_money_lasts_as_the_will_of_the_centre_does():
    assert effort.persistence_of_centre(24, 24.0, math.log(0.7)) == 1.0
    assert effort.persistence_of_centre(36, 24.0, math.log(0.7)) == close(0.7)
    assert effort.persistence_of_centre(48, 24.0, math.log(0.7)) == close(0.49)


def test_catching_up_shrinks_the_ledger_pro_rata():
    ledger = np.zeros((1, 1, LEDGER))
    ledger[0, 0, [Cause.WILL, Cause.ABILITY]] = (0.3, 0.1)
    assert loss_accounting.ledger_total(0, 0, 0, ledger) == close(0.4)
    loss_accounting.reduce_ledger(0, 0, 0.1, 0.4, 0, ledger)
    assert ledger[0, 0, [Cause.WILL, Cause.ABILITY]].tolist() == close([0.225, 0.075])
    loss_accounting.reduce_ledger(0, 0, 0.3, 0.3, 0, ledger)
    assert not ledger.any()


def test_every_cause_of_the_ledger_is_counted():
    ledger = np.zeros((1, 1, LEDGER))
    for cause in range(LEDGER):
        ledger[:] = 0.0
        ledger[0, 0, cause] = 0.5
        assert loss_accounting.ledger_total(0, 0, 0, ledger) == 0.5


def test_missing_progress_is_charged_by_how_hard_each_hurdle_bit():
    ledger = np.zeros((1, 1, LEDGER))
    reasons = np.array([[0.5, 0.5, 0.0, 0.0, 0.0, 0.0]])
    loss_accounting.attribute_shortfall(0, 0, 0.8, 1.0, 2.0, 4.0, 1.0, reasons, ledger)
    assert ledger[0, 0, [Cause.WILL, Cause.ABILITY, Cause.BLAME]].tolist() == close([0.1, 0.2, 0.1])
    assert ledger[0, 0, [Cause.CAPACITY, Cause.SWITCHING]].tolist() == close([0.2, 0.2])
    assert ledger.sum() == close(0.8)
    assert loss_accounting.limiting_factors(1.0, 1.0, 3.0, 2.0) == (0.0, 3.0, 0.0)
    assert loss_accounting.limiting_factors(1.0, 2.0, 1.0, 3.0) == (0.0, 0.0, 3.0)
    assert loss_accounting.limiting_factors(1.0, 3.0, 1.0, 2.0) == (3.0, 0.0, 0.0)
    assert loss_accounting.limiting_factors(0.0, 1.0, 3.0, 2.0) == (1.0, 3.0, 2.0)


def test_coverage_slips_where_neither_will_nor_money_holds_it():
    slips = row({"reference.relapse_rate": 0.1}, relapse=0.5)
    cell = table(CELLS, 1, nominal=0.8, real_coverage=0.4)[0]
    assert implementation.decay_coverage(slips, 0.6, 0.2, cell) == (close(0.8 * 0.05 * 0.4), 0.0)
    assert cell.nominal == close(0.8 * 0.98)
    assert cell.real_coverage == close(0.4 * 0.98)
    assert implementation.decay_coverage(slips, 0.6, 1.0, cell) == (0.0, 0.0)
    assert implementation.decay_coverage(row(), 0.0, 0.0, cell) == (0.0, 0.0)


def test_reports_run_ahead_of_what_is_done():
    gamed = row(CENTRE_ALL, REPORTS, {"reference.gaming_reports": 0.25}, gaming=1.0)
    assert implementation.reported_share(gamed, 0.2) == close(0.25)
    # Whoever judges by reports is told what it wants to hear, but users, who see what was done.
    assert implementation.reported_share(row(LOCAL_ALL, REPORTS, gaming=1.0), 0.2) == close(
        0.2 * implementation.reported_share(row(CENTRE_ALL, REPORTS, gaming=1.0), 1.0)
    )
    assert implementation.reported_share(row(USERS_ALL, REPORTS, gaming=1.0), 0.2) == 0.2
    halfway = row(CENTRE_ALL, REPORTS, {"reference.gaming_reports": 0.25}, gaming=0.5)
    assert implementation.reported_share(halfway, 0.2) == close(0.225)
    nominal, real = implementation.roll_out(gamed, 0.2, 0.5, 0.4, 0.4)
    assert (nominal, real) == close((0.65, 0.5))


def test_coverage_stops_at_everybody():
    assert implementation.roll_out(row(), 0.2, 1.0, 0.5, 0.5) == close((0.7, 0.7))
    assert implementation.roll_out(row(), 0.2, 0.5, 0.9, 0.8) == close((1.0, 0.85))
    # Fear does not keep roll-out small: it acts at the bar.
    afraid = row(CENTRE_ALL, REPORTS, blame=1.0)
    assert implementation.roll_out(afraid, 0.2, 1.0, 0.9, 0.9) == close((1.0, 1.0))


def put_in(settings, **more):
    given = {
        "stage": Stage.SHAPE, "will": 0.5, "centre_will": 0.8, "visibility": 0.5, "spillover": 0.4, "to_target": 30.0,
        "signed": False, "sincere": False, "pulled": False, "pressure": 0.0,
    } | more  # fmt: skip
    return effort.effective_will(settings, *given.values())


def test_effort_is_the_will_of_the_place_when_nothing_else_speaks():
    assert put_in(row()) == (0.5, 1.0, 1.0)
    assert put_in(row(), will=0.0)[0] == effort.EPS


def test_compulsion_lifts_effort_to_its_floor_and_quickens_before_a_target():
    settings = {"reference.mandate_floor": 0.7, "reference.mandate_target": 0.5}
    grip = 0.8
    will, genuine, speed = put_in(row(CENTRE_ALL, settings, mandate=1.0), to_target=6.0)
    assert will == close(0.5 + grip * 0.2)
    assert genuine == close(1.0 - grip * 0.5 * (1.0 - 5.0 / 7.0))
    assert speed == close(1.0 + grip * 0.5 * 0.5)
    assert put_in(row(CENTRE_ALL, settings, mandate=1.0), will=0.9) == (0.9, 1.0, 1.0)
    assert put_in(row(LOCAL_ALL, settings, mandate=1.0), to_target=6.0) == (0.5, 1.0, 1.0)
    # Held in full, effort stands at the floor, and what is real of it is v + (1 - v) min(1, will / floor).
    held, real, _ = put_in(row(CENTRE_ALL, settings, mandate=1.0), centre_will=1.0)
    assert (held, real) == close((0.7, 0.5 + 0.5 * 0.5 / 0.7))


def test_a_pledge_lifts_effort_and_words_without_intent_only_reports():
    binds = row({"pledge.cost": 0.8, "pledge.monitoring": 0.5}, concordat=1.0)
    assert put_in(binds, signed=True, sincere=True) == close((0.7, 1.0, 1.0))
    will, genuine, _ = put_in(binds, signed=True, sincere=False)
    assert will == close(0.7)
    assert genuine == close(1.0 - 0.2 / 0.7 * 0.5)
    assert put_in(binds, signed=False, sincere=True) == (0.5, 1.0, 1.0)


def test_who_counts_only_its_own_benefit_holds_back():
    counts = row({"reference.spillover_starts": 0.5}, spillover=1.0)
    for stage in (Stage.SEE, Stage.SPARK):
        assert put_in(counts, stage=stage, pulled=True) == close((0.4, 1.0, 1.0))
        assert put_in(counts, stage=stage, pulled=False) == (0.5, 1.0, 1.0)
    # What has been begun is carried on for all.
    for stage in (Stage.SHAPE, Stage.SHIFT):
        assert put_in(counts, stage=stage, pulled=True) == (0.5, 1.0, 1.0)


def test_pressure_quickens_the_start_and_launches_unready():
    rush = row({"pace.pressure": 0.6, "reference.pace_speed": 0.5, "reference.pace_unready": 0.4}, pace=1.0)
    assert put_in(rush, stage=Stage.SPARK, pressure=0.6) == close((0.5, 1.0, 1.3))
    assert put_in(rush, stage=Stage.SHAPE, pressure=0.6) == (0.5, 1.0, 1.0)
    assert put_in(rush, stage=Stage.SHIFT, pressure=0.6) == close((0.5, 1.0 - 0.24, 1.0))


def test_pilots_and_scale_up_have_separate_purses():
    settings = row({"money.pilot": 0.3, "money.scale_up": 0.1, "pledge.money": 0.2}, concordat=0.5)
    assert funding.change_funds(settings, 0.5, False) == close((0.15, 0.05))
    assert funding.change_funds(settings, 1.0, True) == close((0.4, 0.2))
    # A change's own money comes on top, and fades as all other.
    assert funding.change_funds(settings, 0.5, False, 0.2, 0.05) == close((0.25, 0.075))


def test_with_a_constant_hazard_a_stage_is_left_at_once_or_not_at_all():
    keys = random.stream_keys(4, 0, len(random.STREAMS))
    hazard = row({"work.dynamics": "hazard", "work.hazard": 0.5, "work.shape_slower": 0.4})
    change = table(CHANGES, 1, duration=20.0, pace=0.05)[0]

    def left(stage):
        cells = table(CELLS, 800, stage=stage)
        for a, cell in enumerate(cells):
            gained = implementation.advance_stage(7, a, 0, hazard, 0.2, 0.3, 0.6, 1.0, change, cell, keys)
            assert gained == close(cell.nominal * 0.2 if stage == Stage.SHIFT else cell.progress * 0.3)
            lucky = random.uniform(keys[random.STAGE], a, 0, 7) < (0.12 if stage == Stage.SHAPE else 0.3)
            assert (gained > 0.0) == lucky
        reached = cells.nominal if stage == Stage.SHIFT else cells.progress
        assert set(reached) == {0.0, 1.0}
        return reached.mean()

    assert left(Stage.SPARK) == left(Stage.SHIFT) == pytest.approx(0.3, abs=0.05)
    assert left(Stage.SHAPE) == pytest.approx(0.12, abs=0.04)


@pytest.mark.parametrize("settled", [0, 1])
def test_what_is_rolled_out_to_everybody_has_caught_up_on_all(settled):
    ledger = np.full((1, 1, LEDGER), 0.0 if settled else 0.1)
    ledger[0, 0, Cause.RELAPSE] = 0.1
    loss_accounting.close_ledger(0, 0, settled, ledger)
    assert not ledger.any()


def test_a_settled_ledger_holds_one_cause_and_is_read_as_any_other():
    ledger = np.zeros((1, 1, LEDGER))
    ledger[0, 0, Cause.RELAPSE] = 0.4
    for settled in (0, 1):
        assert loss_accounting.ledger_total(0, 0, settled, ledger) == close(0.4)
        lost, by_month = np.zeros((1, 1, len(CAUSES))), np.zeros(len(CAUSES))
        loss_accounting.attribute_missing(0, 0, 8.0, settled, ledger, lost, by_month)
        assert by_month[Cause.RELAPSE] == by_month.sum() == close(8.0)
        assert lost[0, 0] == close(by_month)
        caught_up = ledger.copy()
        loss_accounting.reduce_ledger(0, 0, 0.1, 0.4, settled, caught_up)
        assert caught_up[0, 0, Cause.RELAPSE] == caught_up.sum() == close(0.3)


@pytest.mark.parametrize("settled", [0, 1])
def test_what_is_missing_with_nothing_on_record_is_put_to_capacity(settled):
    """A hair's breadth may be missing of what counts as rolled out; no hurdle stands for it, and the account is exact."""
    ledger, lost, by_month = np.zeros((1, 1, LEDGER)), np.zeros((1, 1, len(CAUSES))), np.zeros(len(CAUSES))
    loss_accounting.attribute_missing(0, 0, 2.0, settled, ledger, lost, by_month)
    assert (
        lost[0, 0].tolist()
        == by_month.tolist()
        == [2.0 * (cause == Cause.CAPACITY) for cause in range(len(CAUSES))]
    )


# Benefit


def test_what_taking_up_asks_of_people():
    settings = {
        "reference.uptake_burden": 0.8,
        "reference.uptake_eased": 0.5,
        "reference.citizen_personal": 0.5,
    }
    assert benefit.burden(row(settings), Kind.CENTRE) == 0.8
    assert benefit.burden(row(settings), Kind.USERS) == close(0.4)
    assert benefit.burden(row(settings, USERS_ALL, citizen_data=1.0), Kind.CENTRE) == close(0.4)


def test_the_willing_and_able_take_more():
    fit, ready, ability = np.array([1.0, 0.5]), np.array([0.8, 0.4]), np.array([0.5, 1.0])
    taken = (0.8 * (0.2 + 0.8 * 0.5) + 0.5 * 0.4) / 1.5
    assert benefit.uptake_share(1.0, 0.8, 0.75, fit, ready, ability) == close(taken)
    assert benefit.uptake_share(0.5, 0.8, 0.75, fit, ready, ability) == close(0.5 + 0.5 * taken)
    assert benefit.uptake_share(1.0, 0.0, 0.75, fit, np.ones(2), ability) == 1.0


def test_the_standard_is_the_design_that_most_people_live_under():
    changes, places = (
        table(CHANGES, 1, standard_is_stale=1),
        table(PLACES, 3, weight=np.array([0.5, 0.3, 0.2])),
    )
    cells = table(CELLS, 3, 1, compatible=1.0)
    cells.designed[:, 0] = (1, 1, 0)
    cells.design[:, 0] = (1.0, 3.0, 99.0)
    benefit.set_standard(0, 2.0, changes, places, cells)
    # The standard is (0.5 * 1 + 0.3 * 3) / 0.8 = 1.75.
    assert changes.standard_is_stale[0] == 0
    assert cells.compatible[:, 0].tolist() == close(
        [math.exp(-0.5 * (0.75 / 2) ** 2), math.exp(-0.5 * (1.25 / 2) ** 2), 1.0]
    )


def test_adoption_elsewhere_leaves_the_place_itself_out():
    assert benefit.adoption_elsewhere(0.25 * 0.8, 0.25, 0.8, 1.0) == close(0.0)
    assert benefit.adoption_elsewhere(0.5, 0.25, 0.8, 1.0) == close(0.4)
    assert benefit.adoption_elsewhere(0.5, 0.25, 0.0, 0.5) == close(0.5 * 0.5 / 0.75)
    assert benefit.adoption_elsewhere(1.0, 1.0, 1.0, 1.0) == 1.0


def test_delivered_losses_are_shared_by_how_hard_each_bit():
    lost, by_month = np.zeros((1, 1, len(CAUSES))), np.zeros(len(CAUSES))
    loss_accounting.attribute_delivery_loss(0, 0, 10.0, 1.0, 2.0, 3.0, 4.0, 0.0, lost, by_month)
    shared = [
        lost[0, 0, cause]
        for cause in (
            Cause.RITUAL_COMPLIANCE,
            Cause.WRONG_DESIGN,
            Cause.NOT_TAKEN_UP,
            Cause.SPILLOVER_MISSING,
            Cause.DEVALUED_BY_DELAY,
        )
    ]
    assert shared == close([1.0, 2.0, 3.0, 4.0, 0.0])
    assert np.array_equal(lost[0, 0], by_month)


# Responses


def test_will_that_a_place_moves_to():
    told = row({"reference.reactance_will": 0.5}, reactance=1.0)
    assert responses.target_will(0.6, told, 0.4, 0.0, 0.0) == close(0.48)
    shaped = row({"reference.ownership_will": 0.5}, ownership=1.0)
    assert responses.target_will(0.6, shaped, 0.0, 0.5, 0.0) == close(0.7)
    seen = row({"reference.evidence_results": 0.5, "reference.evidence_vision": 0.0}, evidence=1.0)
    assert responses.target_will(0.6, seen, 0.0, 0.0, 0.5) == close(0.7)
    half_seen = row({"reference.evidence_results": 0.5, "reference.evidence_vision": 0.0}, evidence=0.5)
    assert responses.target_will(0.6, half_seen, 0.0, 0.0, 0.5) == close(0.65)
    vision = {"reference.evidence_results": 0.0, "reference.evidence_vision": 0.5, "centre.vision": 1.0}
    even = dict.fromkeys(("centre", "authorities", "third_sector", "users"), 0.25)
    backed = row(vision, LOCAL_ALL, {"power.information": even}, evidence=1.0)
    assert responses.target_will(0.6, backed, 0.0, 0.0, 0.0) == close(0.8)
    assert responses.target_will(0.6, row(vision, CENTRE_ALL, evidence=1.0), 0.0, 0.0, 0.0) == 0.6
    assert responses.target_will(0.6, row(), 1.0, 1.0, 1.0) == 0.6


def test_what_is_told_and_what_is_owned():
    cell = table(CELLS, 1, agenda_holder=Kind.CENTRE, design_holder=Kind.CENTRE)[0]
    conflict = {"reference.reactance_conflict": 0.5}
    assert responses.imposition(row(CENTRE_ALL, conflict), 1.0, cell) == close(1.0)
    assert responses.imposition(row(CENTRE_ALL, conflict), 0.0, cell) == close(0.5)
    # Where places hold half of the rights they have a voice even in what the centre decides.
    half = {"centre": 0.5, "authorities": 0.5, "third_sector": 0.0, "users": 0.0}
    voiced = row(CENTRE_ALL, {"power.agenda": half, "power.design": half}, conflict)
    assert responses.imposition(voiced, 1.0, cell) == close(0.5)
    assert responses.ownership(row(USERS_ALL), cell) == 0.0
    cell.design_holder = Kind.AUTHORITIES
    assert responses.imposition(row(CENTRE_ALL, conflict), 1.0, cell) == close(0.5)
    assert responses.ownership(row(LOCAL_ALL), cell) == close(0.5)
    quarter = {"centre": 0.0, "authorities": 0.8, "third_sector": 0.0, "users": 0.2}
    assert responses.ownership(row({"power.design": quarter}), cell) == close(0.9)
    # Taking part in the choice of policy raises no will to deliver.
    assert responses.ownership(row(LOCAL_ALL, {"power.agenda": worlds.whole("users")}), cell) == close(0.5)
    # A design of users is the deliverers' as far as they hold a part of the right themselves.
    cell.design_holder = Kind.USERS
    assert responses.ownership(row(USERS_ALL), cell) == 0.0
    tenth = {"centre": 0.0, "authorities": 0.1, "third_sector": 0.0, "users": 0.9}
    assert responses.ownership(row({"power.design": tenth}), cell) == close(0.2)


def test_ties_carry_less_where_the_centre_holds_design_and_information():
    assert responses.lateral_weight(row(CENTRE_ALL)) == 0.0
    assert responses.lateral_weight(row(LOCAL_ALL)) == 1.0
    assert responses.lateral_weight(row(CENTRE_ALL, {"power.design": worlds.whole("users")})) == 0.5
    assert responses.lateral_weight(row(CENTRE_ALL, {"power.information": worlds.whole("users")})) == 0.5
    assert responses.lateral_weight(row(CENTRE_ALL, {"power.agenda": worlds.whole("users")})) == 0.0


def test_whom_a_place_looks_to():
    ties = table(TIES, 4, other=np.array([0, 1, 2, 0]), weight=np.array([0.9, 0.7, 0.3, 0.9]))
    place, values = table(PLACES, 1, first_tie=1, last_tie=3)[0], np.array([0.0, 0.8, 0.2])
    assert responses.neighbour_mean(place, False, 0.5, values, ties) == close(0.7 * 0.8 + 0.3 * 0.2)
    assert responses.neighbour_mean(place, True, 0.5, values, ties) == 0.5
    # Only those who are ahead teach; where all meet all, only a mean that is ahead.
    assert responses.neighbour_lead(place, False, 0.9, 0.6, values, ties) == close(0.7 * 0.2)
    assert responses.neighbour_lead(place, True, 0.9, 0.6, values, ties) == close(0.3)
    assert responses.neighbour_lead(place, True, 0.5, 0.6, values, ties) == 0.0


def test_what_is_told_and_shaped_is_a_mean_over_live_changes():
    cells = table(CELLS, 1, 6, agenda_holder=Kind.CENTRE, design_holder=Kind.CENTRE)
    cells.stage[0] = (Stage.SEE, Stage.SPARK, Stage.SHIFT, Stage.SHIFT, 0, 5)
    cells.nominal[0, 3] = 1.0
    cells.design_holder[0, 1] = Kind.AUTHORITIES
    values = record(worlds.parameters(CENTRE_ALL, mechanisms=worlds.OFF | {"reactance": 1.0}), 2)
    places, changes = table(PLACES, 1), table(CHANGES, 6, conflict=1.0)
    responses.count_imposed_changes(6, values, changes, places, cells)
    # Three are live: two told in full, one of which is shared with the place that designs it.
    assert places.imposed_share[0] == close((1.0 + 0.5 + 1.0) / 3.0)
    assert places.coproduced_share[0] == close(0.5 / 3.0)
    responses.count_imposed_changes(
        6, record(worlds.parameters(mechanisms=worlds.OFF), 2), changes, places, cells
    )
    assert (places.imposed_share[0], places.coproduced_share[0]) == (0.0, 0.0)


def test_levels_of_users_are_set_for_everybody():
    for many in (1, 3, 4, 7):
        values = np.arange(1.0, many + 1.0) / 8.0
        level = np.zeros(many)
        assert responses.set_levels(0.1, level, values) == close(np.minimum(1.0, 0.1 + values).mean())
        assert level.tolist() == close(np.minimum(1.0, 0.1 + values).tolist())
        assert responses.set_levels(-0.5, level, values) == close(np.maximum(0.0, values - 0.5).mean())
        taken = benefit.uptake_share(1.0, 1.0, values.mean(), values, np.ones(many), values / 2.0)
        assert taken == close((values**2).sum() / 2.0 / values.sum())
        ready = np.zeros(many)
        responses.update_readiness(0.25, 1.0, np.full(many, 0.5), values, ready)
        assert ready.tolist() == close((0.5 * np.maximum(0.0, values - 0.25)).tolist())


def test_teams_are_as_good_as_those_who_hold_the_money():
    holds = {"centre": 0.4, "authorities": 0.3, "third_sector": 0.2, "users": 0.1}
    settings = {"power.resource": holds, "bodies.ability": 0.9}
    assert responses.team_quality(row(settings), 0.5, 0.2, 0.8) == close(
        0.4 * 0.8 + 0.3 * 0.5 + 0.2 * 0.9 + 0.1 * 0.2
    )


def test_ability_grows_and_leaks():
    place = table(PLACES, 1, gained_ability=0.1, workload_ratio=0.5, teams=0.05)[0]
    assert responses.ability_gained(row(), place, 0.6, 0.3, 0.7) == 0.1
    peers = row(LOCAL_ALL, {"reference.peer_ability": 0.1}, peer_learning=1.0)
    assert responses.ability_gained(peers, place, 0.6, 0.3, 0.7) == close(0.13)
    teams = row({"reference.support_ability": 0.1, "reference.support_money": 0.2}, programme_support=0.5)
    assert responses.ability_gained(teams, place, 0.6, 0.3, 0.7) == close(0.1 + 0.1 * 0.05 / 0.2 * 0.7 * 0.4)
    doing = row({"reference.practice_gain": 0.1, "reference.practice_turnover": 0.2}, practice=1.0)
    assert responses.ability_gained(doing, place, 0.6, 0.3, 0.7) == close(0.1 + 0.1 * 0.5 * 0.4 - 0.02)


def test_who_is_heard():
    judges = {"centre": 0.4, "authorities": 0.3, "third_sector": 0.2, "users": 0.1}
    hears = row({"reference.evidence_self": 0.5, "power.accountability": judges})
    outside = 0.4 * 1.0 + 0.3 * 0.5 + 0.2 * 0.9 + 0.1 * 0.6
    assert responses.perceived_norm(hears, 0.2, 1.0, 0.5, 0.9, 0.6) == close(0.5 * 0.2 + 0.5 * outside)


def test_users_trust_moves_by_promises_and_by_a_hand_in_design():
    will, trusting = np.array([0.5, 0.5]), np.array([0.6, 0.8])
    responses.update_trust(0.1, 0.5, 0.0, will, trusting)
    assert will.tolist() == close([0.48, 0.49])
    responses.update_trust(0.5, 1.0, 0.5, will[:1], trusting[:1])
    assert will[0] == close(0.48 + 0.5 * (0.8 - 0.48))
    assert will[1] == close(0.49)


def test_readiness_is_trust_times_the_time_that_co_design_leaves():
    assert responses.readiness(0.8, 0.6, 0.0, 1 / 0.3) == close(0.8)
    assert responses.readiness(0.8, 0.25, 0.1, 1 / 0.3) == close(0.8 * 0.5)
    assert responses.readiness(0.8, 0.05, 0.1, 1 / 0.3) == 0.0


def test_when_a_run_begins_no_change_is_started_or_at_a_gate(small):
    cells = begin(worlds.parameters(small), 3).state.cells
    assert (cells.stage == Stage.NOT_STARTED).all()
    assert (cells.gate == Gate.OPEN).all()
