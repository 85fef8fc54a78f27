"""Rights that change hands in mid-run take what is under way along, and leave alone what is rolled out."""

import numpy as np
import pytest
import worlds

from sim.model.decision_rights import DISTRIBUTED, HIERARCHY
from sim.model.kernels.random import AGENDA_HOLDER, DESIGN_HOLDER, uniform
from sim.model.schedule import begin, simulate
from sim.model.state import Gate, Kind, Stage

SEED, TURN = 31, 40
SLOW = {"changes.arriving": 60, "changes.in_progress": 8, "work.shape": 0.5, "work.top_speed": 2.0}
TO_HIERARCHY = {"month": TURN, "key": "power.distribution", "value": 0.0}


def turned(small, *deltas, interventions=(TO_HIERARCHY,), **strengths):
    """A run under distributed power just before the turn, and a copy one month later."""
    off = worlds.OFF | strengths
    given = worlds.parameters(
        small, SLOW, *deltas, {"power.distribution": 1.0}, mechanisms=off, interventions=list(interventions)
    )
    before = begin(given, SEED)
    before.advance(TURN)
    after = worlds.copied(before)
    after.advance(1)
    return before, after


def under_way(run):
    cells = run.state.cells
    return (cells.stage > Stage.NOT_STARTED) & (cells.stage <= Stage.SHAPE)


def falls_to(run, stream, right, table):
    """Who holds a right over each cell, by the luck that settled it at the start."""
    luck = np.array([
        [uniform(run.state.keys[stream], a, i, 0) for i in range(run.state.cells.shape[1])]
        for a in range(run.state.cells.shape[0])
    ])  # fmt: skip
    return np.searchsorted(np.cumsum(list(table[right].values())), luck, side="right")


def test_what_is_under_way_changes_hands_and_what_is_rolled_out_does_not(small):
    before, after = turned(small)
    live = under_way(before)
    assert live.sum() > 5
    for holder, stream, right in (
        ("agenda_holder", AGENDA_HOLDER, "agenda"), ("design_holder", DESIGN_HOLDER, "design"),
    ):  # fmt: skip
        was, became = before.state.cells[holder], after.state.cells[holder]
        np.testing.assert_array_equal(was[live], falls_to(before, stream, right, DISTRIBUTED)[live])
        np.testing.assert_array_equal(became[live], falls_to(before, stream, right, HIERARCHY)[live])
        assert (was[live] != became[live]).any()
        done = (before.state.cells.stage == Stage.SHIFT) | (before.state.cells.stage == Stage.ABANDONED)
        assert done.any()
        np.testing.assert_array_equal(was[done], became[done])


def test_a_design_is_made_anew_by_whoever_takes_it_over(small):
    """With local knowledge on, the centre's design of a change is the same for all but each place's translation of it."""
    before, after = turned(small, {"design.translation_error": 0.0}, local_need=1.0)
    live = under_way(before) & (before.state.cells.designed == 1)
    passed = live & (before.state.cells.design_holder != after.state.cells.design_holder)
    kept = live & ~passed
    assert passed.any()
    assert kept.any()
    central = passed & (after.state.cells.design_holder == Kind.CENTRE)
    by_change = [
        after.state.cells.design[central[:, i], i] for i in range(central.shape[1]) if central[:, i].sum() > 1
    ]
    assert by_change
    assert all(np.ptp(designs) == 0.0 for designs in by_change)
    assert (before.state.cells.design[passed] != after.state.cells.design[passed]).all()
    np.testing.assert_array_equal(before.state.cells.design[kept], after.state.cells.design[kept])


@pytest.mark.parametrize(
    "mechanism", ["local_need", "peer_learning", "information_loss", "central_expertise"]
)
def test_a_design_is_made_anew_wherever_it_bears_on_it_who_makes_it(small, mechanism):
    before, after = turned(small, {"design.signals": 2.0}, **{mechanism: 1.0})
    passed = under_way(before) & (before.state.cells.design_holder != after.state.cells.design_holder)
    passed &= before.state.cells.designed == 1
    assert (before.state.cells.design[passed] != after.state.cells.design[passed]).any()


def test_in_the_base_it_does_not_matter_who_designs_and_nothing_is_made_anew(small):
    before, after = turned(small, design_economies=1.0)
    was, became = before.state.cells, after.state.cells
    made = was.designed == 1
    assert (under_way(before) & made & (was.design_holder != became.design_holder)).any()
    np.testing.assert_array_equal(was.design[made], became.design[made])
    np.testing.assert_array_equal(was.design_hours[made], became.design_hours[made])


def test_a_second_design_is_paid_for_and_a_first_one_costs_what_it_costs_the_new_holder(small):
    before, after = turned(small, local_need=0.5, design_economies=1.0)
    was, became = before.state.cells, after.state.cells
    passed = under_way(before) & (was.design_holder != became.design_holder)
    designed, not_yet = passed & (was.designed == 1), passed & (was.designed == 0)
    assert designed.any()
    assert not_yet.any()
    owed = was.design_cost_outstanding * was.design_hours
    assert np.all(became.design_hours[designed] > owed[designed])
    # A part of the centre's design instead of a whole one of its own, and none of it paid but this month's part.
    central = not_yet & (became.design_holder == Kind.CENTRE)
    assert central.any()
    assert np.all(became.design_hours[central] < was.design_hours[central])
    this_month = before.values[0].work_top_speed * np.broadcast_to(before.state.changes.pace, central.shape)
    assert np.all(1.0 - became.design_cost_outstanding[central] <= this_month[central] + 1e-12)
    stays = under_way(before) & (was.design_holder == became.design_holder)
    np.testing.assert_array_equal(was.design_hours[stays], became.design_hours[stays])


@pytest.mark.parametrize("mechanism", ["local_need", "design_economies"])
def test_what_is_not_yet_designed_is_billed_anew_wherever_it_bears_on_the_price_who_designs(small, mechanism):
    before, after = turned(small, {"design.signals": 2.0}, **{mechanism: 1.0})
    was, became = before.state.cells, after.state.cells
    central = under_way(before) & (was.designed == 0) & (was.design_holder != became.design_holder)
    central &= became.design_holder == Kind.CENTRE
    assert central.any()
    assert np.all(became.design_hours[central] < was.design_hours[central])


def test_a_pilot_that_was_redesigned_keeps_what_it_taught(small):
    wrong = {"changes.ambiguity": 3.0, "design.signals": 0.5, "reference.fail_fast_fit": 0.95}
    before, after = turned(small, wrong, local_need=1.0, fail_fast=1.0)
    taught = under_way(before) & (before.state.cells.reviewed == 1)
    assert taught.any()
    for column in ("design", "design_holder"):
        np.testing.assert_array_equal(before.state.cells[column][taught], after.state.cells[column][taught])


def test_a_request_to_those_who_no_longer_decide_is_made_again(small):
    """Nobody decides anything, so that whoever has asked waits: in another queue once another decides."""
    before, after = turned(small, {"attention.authority": 0.01}, attention=1.0)
    was, became = before.state.cells, after.state.cells
    waits = was.gate == Gate.QUEUED
    moved = waits & ((was.agenda_holder == Kind.CENTRE) != (became.agenda_holder == Kind.CENTRE))
    assert moved.any()
    assert np.all(became.gate[waits] == Gate.QUEUED)
    assert before.state.heads.issued[-1] < after.state.heads.issued[-1]
    assert np.all(became.queue_ticket[moved] >= before.state.heads.issued[-1])
    still = waits & (was.agenda_holder == became.agenda_holder) & (was.design_holder == became.design_holder)
    np.testing.assert_array_equal(was.queue_ticket[still], became.queue_ticket[still])


@pytest.mark.parametrize("key", ["power.distribution", "work.load"])
def test_where_no_share_moves_nothing_changes_hands(small, key):
    value = 1.0
    dated = {"month": TURN, "key": key, "value": value}
    runs = [
        simulate(
            worlds.parameters(small, SLOW, {"power.distribution": 1.0, "work.load": 1.0}, interventions=rows),
            5,
        )
        for rows in ([], [dated])
    ]
    assert worlds.differing(runs[0].state, runs[1].state) == set()


def test_only_the_places_named_change_hands(small):
    before, after = turned(small, interventions=[{**TO_HIERARCHY, "places": ["Bogside"]}])
    moved = before.state.cells.design_holder != after.state.cells.design_holder
    moved &= under_way(before)
    assert moved[1].any()
    assert not np.delete(moved, 1, axis=0).any()


def test_harmonising_brings_what_is_being_designed_together(small):
    """Distributed first and central from the turn on: designs still on their way fit together better for it."""
    spread = {"changes.heterogeneity": 1.5, "design.translation_error": 0.1}
    before, after = turned(small, spread, local_need=1.0)
    live = under_way(before) & (before.state.cells.designed == 1)
    several = live.sum(axis=0) > 2
    assert several.any()

    def apart(run):
        designs = np.where(live, run.state.cells.design, np.nan)[:, several]
        return np.nanmean(np.nanstd(designs, axis=0))

    assert apart(after) < 0.7 * apart(before)
