"""What each process of the month does in a run, by the one thing that nothing else would do."""

import numpy as np
import pytest
import worlds

from sim.model.outcomes import summary
from sim.model.schedule import begin, simulate
from sim.model.state import ACTIVITIES, CAUSES, Gate, Stage

SEED = 21
CENTRE = {right: worlds.whole("centre") for right in ("power.agenda", "power.design", "power.resource")}
PLACES = {right: worlds.whole("authorities") for right in CENTRE}


def lived(small, *deltas, **strengths):
    return simulate(worlds.parameters(small, *deltas, mechanisms=worlds.OFF | strengths), SEED)


def test_the_first_month_begins_with_the_levels_that_were_declared(small):
    settings = {"centre.will": 0.9, "centre.ability": 0.2, "centre.capacity": 0.6, "population.users": 6}
    run = begin(worlds.parameters(small, settings, {"population.bodies": 3}, mechanisms=worlds.OFF), SEED)
    (centre,), places = run.state.centre, run.state.places
    assert (centre.will, centre.ability, centre.capacity) == (0.9, 0.2, 0.6)
    before = places.capacity.copy()
    # Three bodies among six places live where most people do; each of six users stands for a place.
    assert set(run.state.bodies.home) <= set(np.argsort(-run.territory.population)[:3])
    assert run.state.users.place.tolist() == list(range(6))
    run.advance(1)
    np.testing.assert_allclose(before, places.capacity)


def test_no_start_waits_for_room_whoever_holds_the_agenda(small):
    """Room counts at the bar only; there a full agenda holds what a place chose itself, and nothing that was pushed."""
    busy = {"authorities.staff_hours": 0.001, "bodies.hours": 0.0, "reference.overload_switching": 0.0}
    busy |= {"reference.overload_planning": 0.0}
    starts = {
        (who, strength): lived(small, busy, table, overload=strength).state.cells.started
        for who, table in (("centre", CENTRE), ("places", PLACES))
        for strength in (0.0, 1.0)
    }
    for who in ("centre", "places"):
        assert np.array_equal(starts[who, 0.0], starts[who, 1.0]), who
    held = {
        (who, strength): lived(small, busy, table, overload=strength, scale_up=1.0).state.cells.bar.sum()
        for who, table in (("centre", CENTRE), ("places", PLACES))
        for strength in (0.0, 1.0)
    }
    assert held["centre", 0.0] == held["centre", 1.0]
    assert held["places", 1.0] > held["places", 0.0]


def test_changes_begun_before_the_run_stand_where_their_head_start_brought_them(small):
    """Nobody has the will to go on, so that they stay there; what is announced in the first month waits as any other."""
    idle = {
        "authorities.will": 0.0,
        "authorities.will_spread": 0.0,
        "work.start_chance": 0.0,
        "population.months": 1,
    }
    lengths = {"see": 0.1, "spark": 0.5, "shape": 0.3, "shift": 0.1}
    begun = {"changes.in_progress": 30, "changes.arriving": 4}
    state = lived(small, idle, begun, {f"work.{stage}": months for stage, months in lengths.items()}).state
    early = state.changes.arrival < 0
    assert np.all(state.cells.started[:, early] == 0)
    assert np.all(state.cells.stage[:, ~early] == 0)
    planned = -state.changes.arrival / state.changes.duration
    done = state.changes.head_start * np.minimum(planned, 0.6)
    cells = state.cells[:, early]
    stands = np.where(cells.stage == 1, 0.1 * cells.progress, 0.1 + 0.5 * cells.progress)
    np.testing.assert_allclose(stands, np.tile(done[early], (6, 1)), atol=1e-6)
    assert set(np.unique(cells.stage)) == {1, 2}
    # What the plan asks for and they do not have is missing from the start.
    np.testing.assert_allclose(
        state.ledger[:, early, 0], np.tile((planned - done)[early], (6, 1)), rtol=1e-12
    )


def test_tied_places_that_have_started_hasten_the_start(small):
    slow = {"work.start_chance": 0.02, "reference.peer_starts": 0.5}
    assert (
        lived(small, slow, PLACES, peer_learning=1.0).state.journal.months.starts.sum()
        > lived(small, slow, PLACES).state.journal.months.starts.sum()
    )


@pytest.mark.parametrize("mixing", ["complete", "neighbours"])
def test_what_nobody_has_started_is_imitated_by_nobody(small, mixing):
    settings = {"work.start_chance": 0.0, "population.mixing": mixing, "changes.in_progress": 1}
    run = lived(small, settings, PLACES, {"reference.peer_starts": 1.0}, peer_learning=1.0)
    begun = run.state.changes.arrival < 0
    assert np.all(run.state.cells.started[:, begun] == 0)
    assert np.all(run.state.cells.started[:, ~begun] == -1)


def test_a_stopped_pilot_costs_a_return_and_fits_better(small):
    wrong = {"changes.ambiguity": 3.0, "design.signals": 0.5, "reference.fail_fast_fit": 0.8}
    kept, stopped = lived(small, wrong), lived(small, wrong, fail_fast=1.0)
    judged = stopped.state.cells.reviewed == 1
    assert judged.any()
    assert stopped.state.cells.fit[judged].mean() > kept.state.cells.fit[judged].mean() + 0.1
    assert stopped.state.cells.design_hours[judged].sum() > kept.state.cells.design_hours[judged].sum()


def test_a_stopped_pilot_adds_a_design_and_what_it_taught_to_what_is_still_owed(small):
    prices = {"design.hours": 300.0, "design.signal_hours": 20.0, "design.signal_user_hours": 7.0}
    settings = {"reference.fail_fast_fit": 1.0, "reference.fail_fast_signals": 5.0, "changes.in_progress": 6}
    run = begin(worlds.parameters(small, prices, settings, mechanisms=worlds.OFF | {"fail_fast": 1.0}), SEED)
    stopped = 0
    for _ in range(48):
        before = run.state.cells.copy()
        run.advance(1)
        cells = run.state.cells
        now = (before.stage == Stage.SHAPE) & (cells.stage == Stage.SPARK)
        for column, added in (("design_hours", 300.0 + 5.0 * 20.0), ("user_hours_cost", 5.0 * 7.0)):
            owed = (before.design_cost_outstanding * before[column])[now]
            np.testing.assert_allclose(cells[column][now], owed + added, rtol=1e-12)
        due = np.minimum(1.0, run.values.work_top_speed[0] * run.state.changes.pace)
        granted = run.state.places.capacity_ratio[:, None]
        np.testing.assert_allclose(cells.design_cost_outstanding[now], (1.0 - granted * due)[now], rtol=1e-12)
        stopped += now.sum()
    assert stopped > 5


def test_a_pilot_is_judged_once(small):
    """Where no pilot is ever good enough, each is stopped once and rolled out all the same."""
    strict = {
        "reference.fail_fast_fit": 1.0,
        "work.top_speed": 10.0,
        "work.load": 0.1,
        "changes.in_progress": 6,
    }
    cells = lived(small, strict, {"design.hours": 0.0}, fail_fast=1.0).state.cells
    begun = cells.started >= 0
    assert np.all(cells.reviewed[begun & (cells.stage == 4)] == 1)
    assert cells.nominal.max() > 0.9


def test_a_pilot_that_waits_for_a_decision_has_been_judged_or_never_is(small):
    """Heads decide nothing from month 20 on, and pilots are stopped from month 34 on: those that wait stay pilots."""
    dated = [
        {"month": 20, "key": "mechanisms.attention", "value": 1.0},
        {"month": 34, "key": "mechanisms.fail_fast", "value": 1.0},
    ]
    settings = {"attention.authority": 0.01, "reference.fail_fast_fit": 1.0, "changes.in_progress": 8}
    run = begin(worlds.parameters(small, PLACES, settings, mechanisms=worlds.OFF, interventions=dated), SEED)
    run.advance(34)
    waits = (run.state.cells.stage == Stage.SHAPE) & (run.state.cells.gate == Gate.QUEUED)
    asked_later = (run.state.cells.stage == Stage.SHAPE) & ~waits
    assert waits.any()
    assert asked_later.any()
    run.advance(14)
    assert np.all(run.state.cells.stage[waits] == Stage.SHAPE)
    assert np.all(run.state.cells.reviewed[waits] == 0)
    assert run.state.cells.reviewed[asked_later].any()


def test_tries_at_points_that_are_waived_do_not_count_at_the_next_gate(small):
    stuck = {"reference.clearance_chance": 0.0, "reference.clearance_tries": 40, "population.months": 60}
    followed = {"focal.arrival": 0, "focal.duration": 12.0, "work.start_chance": 1.0}
    waived = [{"month": 40, "key": "focal.waived", "value": 1.0}]
    on = worlds.OFF | {"clearance": 1.0}
    run = begin(worlds.parameters(small, CENTRE, stuck, followed, mechanisms=on, interventions=waived), SEED)
    run.advance(40)
    cells = run.state.cells[:, run.state.changes.focal == 1]
    tried = (cells.stage == Stage.SPARK) & (cells.failed_attempts > 0)
    assert tried.any()
    run.advance(1)
    cells = run.state.cells[:, run.state.changes.focal == 1]
    assert np.all(cells.stage[tried] == Stage.SHAPE)
    assert np.all(cells.failed_attempts[tried] == 0)


def test_what_slips_while_the_plan_runs_is_missing_for_all_that_holds_it_back(small):
    """Rolled out far ahead of plan, then given up by everybody: what is missing again is put to will as well as to slipping."""
    quick = {
        "work.top_speed": 10.0, "work.load": 0.05, "changes.duration": 60.0, "authorities.will": 1.0,
        "authorities.will_spread": 0.0, "centre.will": 0.0, "money.secure_months": 0.0, "response.speed": 1.0,
        "reference.relapse_rate": 0.5,
    }  # fmt: skip
    given_up = [{"month": 24, "key": "authorities.will", "value": 0.0}]
    on = worlds.OFF | {"relapse": 1.0}
    run = begin(worlds.parameters(small, quick, mechanisms=on, interventions=given_up), SEED)
    run.advance(25)
    changes = run.state.changes
    done = (run.state.cells.ledger_closed == 1) & (changes.arrival + changes.duration > 30)
    assert done.any()
    assert not run.state.ledger[done].any()
    run.advance(3)
    assert np.all(run.state.cells.nominal[done] < 0.6)
    assert np.all(run.state.cells.ledger_closed[done] == 0)
    for cause in ("will", "relapse"):
        assert np.all(run.state.ledger[done][:, CAUSES.index(cause)] > 0.0)


def test_coverage_slips_where_money_has_gone_and_not_where_it_lasts(small):
    """Nobody has the will to hold it; money is safe for one council for longer than for the others."""
    quick = {"work.top_speed": 10.0, "work.load": 0.05, "centre.will": 0.0, "money.secure_months": 20.0}
    dated = [
        {"month": 0, "key": "money.secure_months", "value": 100.0, "places": ["Cairn"]},
        {"month": 12, "key": "authorities.will", "value": 0.0},
    ]
    on = worlds.OFF | {"relapse": 1.0}
    ledger_closed = {"authorities.will": 1.0, "authorities.will_spread": 0.0, "response.speed": 1.0}
    run = begin(worlds.parameters(small, quick, ledger_closed, mechanisms=on, interventions=dated), SEED)
    run.advance(12)
    before = run.state.cells.nominal.copy()
    done = before.min(axis=0) > 0.0
    assert done.any()
    run.advance(36)
    slipped = run.state.cells.nominal < before
    assert not slipped[2].any()
    assert slipped[np.arange(6) != 2][:, done].all()


def test_what_was_learned_lifts_no_place_above_the_fullest_ability_and_is_lost_where_it_would(small):
    eager = {"reference.practice_gain": 0.3, "authorities.ability": 0.5, "authorities.ability_spread": 0.05}
    dated = [
        {"month": 24, "key": "authorities.ability", "value": 0.9},
        {"month": 25, "key": "authorities.ability", "value": 0.5},
    ]
    run = begin(
        worlds.parameters(small, eager, mechanisms=worlds.OFF | {"practice": 1.0}, interventions=dated), SEED
    )
    run.advance(24)
    assert np.all(run.state.places.gained_ability > 0.2)
    run.advance(1)
    raised = np.clip(0.9 + run.state.places.ability_offset, 0.0, 1.0)
    np.testing.assert_allclose(run.state.places.gained_ability, 1.0 - raised, rtol=1e-12)


def test_however_much_changes_vary_their_shares_stay_shares(small):
    names = ("radicalness", "spillover", "visibility", "conflict")
    settings = {f"changes.{name}": 0.9 for name in names} | {"changes.variety": 1.0, "changes.arriving": 60}
    changes = begin(worlds.parameters(small, settings), SEED).state.changes
    for name in names:
        assert (changes[name].min() < 0.5, changes[name].max()) == (True, 1.0), name


def test_users_start_as_ready_as_their_trust_and_their_time_allow(small):
    settings = {"users.time_needed": 0.5, "users.capacity": 0.5}
    users = begin(worlds.parameters(small, settings), SEED).state.users
    assert users.capacity.min() < 0.5 < users.capacity.max()
    np.testing.assert_allclose(users.ready, users.will * np.minimum(1.0, users.capacity / 0.5), rtol=1e-12)


def test_a_centre_without_will_turns_from_what_is_no_longer_new(small):
    """Requests for changes younger than `money.secure_months` are decided at once, older ones are put off for ever."""
    heads = {**CENTRE, "attention.authority": 100.0, "attention.ratio": 32.0, "centre.capacity": 1.0}
    queue = {"mechanisms": worlds.OFF | {"attention": 1.0}, "money.secure_months": 6.0}
    bored, keen = (
        begin(worlds.parameters(small, heads, queue, {"centre.will": will}), SEED) for will in (0.0, 1.0)
    )
    put_off = 0
    for month in range(48):
        bored.advance(1)
        keen.advance(1)
        old = month - bored.state.changes.arrival > 6
        waits = bored.state.cells.gate == 1
        assert not waits[:, ~old].any()
        assert not (keen.state.cells.gate == 1).any()
        put_off += waits.sum()
    assert put_off > 0
    # Whoever is put off asks again, behind all others.
    assert bored.state.heads.issued[-1] > keen.state.heads.issued[-1]


def test_a_council_does_not_put_off_what_is_old(small):
    heads = {**PLACES, "attention.authority": 100.0}
    wills = ({"centre.will": will, "mechanisms": worlds.OFF | {"attention": 1.0}} for will in (0.0, 1.0))
    money = {"money.pilot": 0.0, "money.scale_up": 0.0}
    bored, keen = (simulate(worlds.parameters(small, heads, money, will), SEED) for will in wills)
    assert worlds.differing(bored.state, keen.state) <= {"centre.will", "journal.readiness"}


def test_places_in_the_queue_are_served_in_the_order_they_asked(small):
    settings = {**CENTRE, "attention.authority": 0.2, "attention.ratio": 4.0, "work.top_speed": 10.0}
    run = begin(worlds.parameters(small, settings, mechanisms=worlds.OFF | {"attention": 1.0}), SEED)
    waited = 0
    for _ in range(48):
        run.advance(1)
        cells, heads = run.state.cells, run.state.heads
        queued = cells.gate == 1
        waited += queued.sum()
        # Whoever still waits asked after all who were served, and nobody who was served waits.
        assert np.all(cells.queue_ticket[queued] >= heads.served[-1])
        assert queued.sum() == heads.issued[-1] - heads.served[-1]
    assert waited > 50


def test_a_new_stage_begins_at_its_beginning(small):
    run = begin(
        worlds.parameters(small, {"work.top_speed": 0.5, "authorities.will": 0.3}, mechanisms=worlds.OFF),
        SEED,
    )
    entered = 0
    for _ in range(48):
        before = run.state.cells.stage.copy()
        step = run.state.cells.progress.copy()
        run.advance(1)
        moved = (run.state.cells.stage > before) & (before >= 1) & (run.state.cells.stage < 4)
        entered += moved.sum()
        assert np.all(step[moved] >= 1.0)
        assert np.all(run.state.cells.progress[moved] < 0.2)
    assert entered > 10


def test_a_pledge_spreads_only_from_month_to_month():
    settings = {
        "population.users": 32, "pledge.open": 1.0, "pledge.threshold": 0.3, "pledge.threshold_spread": 0.3,
        "pledge.signing": 1.0,
    }  # fmt: skip
    run = begin(worlds.parameters(settings, mechanisms=worlds.OFF | {"concordat": 1.0}), SEED)
    places, ties = run.state.places, run.state.ties
    threshold = 0.3 + 0.3 * places.threshold
    signed = np.zeros(32)
    for _ in range(12):
        around = np.array([
            sum(ties.weight[t] * signed[ties.other[t]] for t in range(place.first_tie, place.last_tie)) for place in places
        ])  # fmt: skip
        signed = np.maximum(signed, around >= threshold)
        run.advance(1)
        assert places.signed.tolist() == signed.tolist()
    assert 1 < signed.sum() < 32


def test_hours_are_divided_as_far_as_they_go(small):
    run = begin(worlds.parameters(small, {"work.load": 4.0}, mechanisms=worlds.OFF), SEED)
    short = 0
    for _ in range(48):
        run.advance(1)
        places = run.state.places
        np.testing.assert_allclose(
            places.capacity_ratio, np.minimum(1.0, 1.0 / np.maximum(places.workload_ratio, 1e-12)), rtol=1e-9
        )
        short += np.sum(places.workload_ratio > 1.0)
    assert short > 20


def test_hours_are_written_down_under_what_took_them(small):
    reports = {"power.judged_on": {"reports": 1.0, "outcomes": 0.0, "learning": 0.0}}
    table = {**CENTRE, **reports, "power.accountability": worlds.whole("centre")}
    settings = {
        "authorities.usual_business": 0.4,
        "authorities.crisis_demand": 0.2,
        "authorities.staff_hours": 0.05,
    }
    drawn = {
        "reference.overload_planning": 0.4,
        "reference.overload_rate": 2.0,
        "reference.overload_switching": 0.0,
        "reference.gaming_hours": 0.25,
    }

    def spent(**strengths):
        run = lived(small, table, settings, drawn, **strengths)
        return dict(zip(ACTIVITIES, run.state.journal.hours.T, strict=True)), run.state

    hours, state = spent()
    people, nothing = state.places.population, np.zeros(48)
    usual, crisis = 0.4 * 0.05 * people.sum(), 0.2 * 0.05 * people @ state.places.crisis_start
    free = 0.6 * 0.05 * people.sum() - crisis
    np.testing.assert_allclose(hours["usual_business"], usual)
    np.testing.assert_allclose(hours["crisis"], crisis)
    for activity in ("policy_end", "switching", "reporting", "meetings", "participation", "support"):
        assert np.array_equal(hours[activity], nothing), activity
    assert hours["design"].sum() > 0.0
    assert hours["delivery"].sum() > 0.0

    announcing = free * 0.4 * np.minimum(1.0, state.calendar.announced / 2.0)
    assert len(set(announcing)) > 2
    np.testing.assert_allclose(spent(overload=1.0)[0]["policy_end"], announcing)
    np.testing.assert_allclose(spent(gaming=1.0)[0]["reporting"], free * 0.25)
    both = spent(overload=1.0, gaming=1.0)[0]
    np.testing.assert_allclose(both["policy_end"], announcing)
    np.testing.assert_allclose(both["reporting"], (free - announcing) * 0.25)
    assert np.array_equal(both["switching"], nothing)


@pytest.mark.parametrize(
    ("activity", "mechanism", "settings"),
    [
        ("switching", "overload", {**CENTRE, "reference.overload_planning": 0.0}),
        ("meetings", "clearance", CENTRE),
        ("participation", "participation_cost", {"power.design": worlds.whole("users")}),
        ("support", "programme_support", {}),
    ],
)
def test_hours_of_a_mechanism_are_spent_under_its_own_name_and_taken_from_the_rest(
    small, activity, mechanism, settings
):
    def spent(strength):
        journal = lived(small, settings, **{mechanism: strength}).state.journal
        return dict(zip(ACTIVITIES, journal.hours.sum(axis=0), strict=True))

    without, with_it = spent(0.0), spent(1.0)
    assert without[activity] == 0.0
    assert with_it[activity] > 0.0
    for other in ("usual_business", "crisis", "policy_end", "reporting"):
        assert with_it[other] == without[other]


def test_where_hardly_anybody_is_deprived_there_are_no_crises_not_fewer_than_none(small):
    run = lived(small, {"authorities.crisis_by_deprivation": 1.0, "authorities.crisis_demand": 0.2})
    spent = run.state.journal.hours[:, ACTIVITIES.index("crisis")]
    usual = run.parameters.authorities.usual_business
    best_off = run.state.places[np.argmin(run.territory.deprivation)]
    assert best_off.deprived < -1.0
    assert best_off.capacity == 1.0 - usual
    assert spent.min() > 0.0


def test_without_design_and_signals_nobody_spends_hours_on_them(small):
    free = {"design.hours": 0.0, "design.signal_hours": 0.0}
    hours = lived(small, free).state.journal.hours.sum(axis=0)
    assert hours[ACTIVITIES.index("design")] == 0.0
    assert hours[ACTIVITIES.index("delivery")] > 0.0


def test_co_design_takes_no_more_time_than_users_have(small):
    settings = {"users.hours": 0.1, "design.signal_user_hours": 10_000.0}
    strengths = {"design_economies": 1.0, "local_need": 1.0}
    run = begin(worlds.parameters(small, settings, PLACES, mechanisms=worlds.OFF | strengths), SEED)
    asked = []
    for _ in range(24):
        run.advance(1)
        asked.append(run.state.places.co_design.max())
    assert max(asked) == 1.0


def test_the_share_made_up_later_is_the_same_whatever_a_change_is_worth(small):
    one, other = (lived(small, {"changes.ambition": worth, "changes.variety": 0.0}) for worth in (1.0, 3.0))
    assert summary(one)["recovered_later"] > 0.0
    assert summary(other)["recovered_later"] == pytest.approx(summary(one)["recovered_later"])


def test_what_an_abandoned_change_still_misses_is_put_down_to_those_who_stopped_it(small):
    stopped = {"reference.clearance_chance": 0.1, "reference.clearance_tries": 1, "work.top_speed": 4.0}
    run = begin(worlds.parameters(small, CENTRE, stopped, mechanisms=worlds.OFF | {"clearance": 1.0}), SEED)
    run.advance(30)
    abandoned = run.state.cells.stage == Stage.ABANDONED
    before = run.state.ledger[abandoned]
    run.advance(18)
    more = run.state.ledger[abandoned] - before
    assert more[:, CAUSES.index("waiting_on_clearance")].max() > 0.0
    assert not np.delete(more, CAUSES.index("waiting_on_clearance"), axis=1).any()


def test_pilots_and_scale_up_are_bought_from_their_own_purses(small):
    """No staff at all: what has money moves, what has none stands."""
    poor = {"authorities.staff_hours": 0.0, "bodies.hours": 0.0, "work.load": 1.0, "work.top_speed": 10.0}
    poor |= {
        "authorities.will": 1.0,
        "authorities.ability": 1.0,
        "population.months": 60,
        "money.secure_months": 240.0,
    }
    stages = {}
    for pilot, scale_up in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        run = lived(small, poor, {"money.pilot": pilot, "money.scale_up": scale_up})
        stages[pilot, scale_up] = run.state.cells
    assert stages[1.0, 0.0].stage.max() == 4
    assert stages[1.0, 0.0].nominal.max() < 1e-6
    assert stages[0.0, 1.0].stage.max() == 1
    assert stages[1.0, 1.0].nominal.max() > 0.9


def test_money_made_safe_in_one_place_lasts_there_and_nowhere_else(small):
    settings = {"money.secure_months": 0.0, "centre.will": 0.1, "money.pilot": 0.5, "money.scale_up": 0.5}
    settings |= {"authorities.staff_hours": 0.005, "bodies.hours": 0.0}
    event = {"month": 6, "key": "money.secure_months", "value": 120.0, "places": ["Cairn"]}
    plain, safe = (
        simulate(worlds.parameters(small, settings, mechanisms=worlds.OFF, interventions=dated), SEED)
        for dated in ([], [event])
    )
    assert safe.state.cells.nominal[2].sum() > plain.state.cells.nominal[2].sum()
    others = np.delete(np.arange(6), 2)
    assert np.array_equal(safe.state.cells.nominal[others], plain.state.cells.nominal[others])


def test_money_and_will_each_keep_coverage_from_slipping(small):
    base = {"population.months": 90, "reference.relapse_rate": 0.3, "authorities.will": 0.9, "work.load": 0.1}
    kept = {}
    for name, delta in (
        ("neither", {"centre.will": 0.2, "money.secure_months": 0.0}),
        ("money", {"centre.will": 0.2, "money.secure_months": 240.0}),
    ):
        slack = begin(worlds.parameters(small, base, delta, mechanisms=worlds.OFF | {"relapse": 1.0}), SEED)
        slack.advance(60)
        slack.values["authorities_will"] = 0.1
        slack.advance(30)
        kept[name] = summary(slack)["losses.relapse"]
    assert kept["money"] == pytest.approx(0.0, abs=1e-9)
    assert kept["neither"] > 0.005


def test_people_reconsider_taking_up(small):
    """Trust that falls in mid-run is felt in what is taken up, within the months of a review."""
    base = {
        "population.months": 60,
        "changes.in_progress": 8,
        "users.review_months": 5,
        "work.top_speed": 5.0,
    }
    fall = [{"month": 40, "key": "users.will", "value": 0.0}]
    run = begin(
        worlds.parameters(small, base, mechanisms=worlds.OFF | {"uptake": 1.0}, interventions=fall), SEED
    )
    run.advance(40)
    used = run.state.cells.nominal > 0.0
    before = run.state.cells.uptake.copy()
    run.advance(12)
    assert used.any()
    assert np.all(run.state.cells.uptake[used] < before[used])


def test_benefit_depends_on_others_only(small):
    """A place that alone has adopted misses all that depends on others."""
    settings = {
        "changes.spillover": 1.0, "changes.variety": 0.0, "changes.in_progress": 0, "work.load": 0.01,
        "work.top_speed": 10.0, "design.translation_error": 0.0,
    }  # fmt: skip
    run = begin(worlds.parameters(small, settings, mechanisms=worlds.OFF | {"spillover": 1.0}), SEED)
    run.values["work_start_chance"][1:] = 0.0
    run.advance(48)
    alone = run.state.cells.nominal[0] > 0.0
    alone &= np.all(run.state.cells.nominal[1:] == 0.0, axis=0)
    assert alone.any()
    assert np.all(run.state.account.realised[0][alone] < 1e-6)


def test_broken_promises_lower_trust(small):
    settings = {
        "changes.in_progress": 8,
        "changes.ambiguity": 5.0,
        "design.signals": 0.0,
        "work.top_speed": 5.0,
    }
    settings |= {"reference.evidence_promises": 1.0, "population.months": 80}
    plain, broken = lived(small, settings), lived(small, settings, evidence=1.0)
    assert np.all(broken.state.places.trust < plain.state.places.trust)
    worse = np.argsort(broken.state.places.unkept_promise_share)
    assert broken.state.places.trust[worse[-1]] < broken.state.places.trust[worse[0]] + 0.1
    np.testing.assert_allclose(
        broken.state.places.unkept_promise_share,
        1.0 - broken.state.journal.realised[-1] / broken.state.journal.nominal[-1],
    )


def test_the_picture_that_the_centre_has_is_renewed_once_a_year(small):
    settings = {"reference.information_delay": 0.0, "reference.information_blur": 0.3}
    run = begin(worlds.parameters(small, settings, mechanisms=worlds.OFF | {"information_loss": 1.0}), SEED)
    seen = []
    for _ in range(36):
        run.advance(1)
        seen.append(run.state.places.believed_ability[0])
    assert len(set(np.round(seen, 12))) == 3
    assert len(set(np.round(seen[:12], 12))) == 1


@pytest.mark.parametrize("kind", ["centre", "bodies", "users"])
@pytest.mark.parametrize("name", ["will", "ability", "capacity"])
def test_a_level_that_is_set_in_mid_run_moves_that_level_and_no_other(small, kind, name):
    settings = {f"{kind}.will": 0.5, f"{kind}.ability": 0.4, f"{kind}.capacity": 0.3, "population.months": 20}
    settings |= {"response.speed": 1.0}
    event = {"month": 12, "key": f"{kind}.{name}", "value": 0.7}
    plain, moved = (
        simulate(worlds.parameters(small, settings, mechanisms=worlds.OFF, interventions=dated), SEED)
        for dated in ([], [event])
    )
    for state in ("will", "ability", "capacity"):
        before, after = (np.asarray(getattr(getattr(run.state, kind), state)) for run in (plain, moved))
        assert np.all(after > before) if state == name else np.array_equal(after, before)


def test_will_is_heard_as_it_was_before_anybody_changed():
    """Peers' will moves together: one month of it by hand, for all places at once."""
    settings = {
        "population.users": 32, "authorities.will_spread": 0.3, "reference.evidence_results": 0.0, "changes.in_progress": 0,
        "reference.evidence_vision": 0.0, "reference.evidence_peers": 0.8, "reference.evidence_self": 0.0,
        "power.accountability": worlds.whole("authorities"), "population.mixing": "neighbours",
    }  # fmt: skip
    run = begin(worlds.parameters(settings, mechanisms=worlds.OFF | {"evidence": 1.0}), SEED)
    before, places, ties = run.state.places.will.copy(), run.state.places, run.state.ties
    run.advance(1)
    for a, place in enumerate(places):
        lateral = sum(ties.weight[t] * before[ties.other[t]] for t in range(place.first_tie, place.last_tie))
        assert place.will == pytest.approx(0.8 * lateral + 0.2 * before[a], rel=1e-9)


def test_a_will_of_the_centre_that_moves_is_heard_a_month_later(small):
    """Places and the centre move together, so that none of them hears what the others come to want this month."""
    settings = {"power.accountability": worlds.whole("centre"), "reference.evidence_self": 0.0}
    event = {"month": 12, "key": "centre.will", "value": 0.0}
    told, plain = (
        begin(
            worlds.parameters(
                small, settings, mechanisms=worlds.OFF | {"evidence": 1.0}, interventions=dated
            ),
            SEED,
        )
        for dated in ([event], [])
    )
    for run in (told, plain):
        run.advance(13)
    assert told.state.centre.will[0] == 0.0
    assert np.array_equal(told.state.places.will, plain.state.places.will)
    for run in (told, plain):
        run.advance(1)
    assert np.all(told.state.places.will < plain.state.places.will)


def test_a_hand_in_design_strengthens_bodies(small):
    table = {"power.design": worlds.whole("third_sector")}
    plain, shaped = lived(small, table), lived(small, table, ownership=1.0)
    assert np.all(shaped.state.bodies.will > plain.state.bodies.will)
    assert np.array_equal(
        lived(small, CENTRE, ownership=1.0).state.bodies.will, lived(small, CENTRE).state.bodies.will
    )


def test_a_hand_in_design_not_in_the_choice_of_policy_strengthens_trust(small):
    for right, strengthens in (("power.design", True), ("power.agenda", False)):
        table = {**CENTRE, right: worlds.whole("users")}
        plain, shaped = (lived(small, table, ownership=s).state.places.trust for s in (0.0, 1.0))
        assert np.all(shaped > plain) if strengthens else np.array_equal(shaped, plain)


def test_where_there_are_no_bodies_the_other_places_speak_for_them(small):
    judged = {"power.accountability": worlds.whole("third_sector"), "authorities.will_spread": 0.0}
    heard = {
        "reference.evidence_results": 0.0,
        "reference.evidence_vision": 0.0,
        "reference.evidence_peers": 1.0,
    }
    run = lived(small, judged, heard, {"population.bodies": 0}, evidence=1.0)
    assert run.state.places.will == pytest.approx(run.parameters.authorities.will)


def test_where_spillover_matters_in_one_place_only_it_counts_what_all_others_adopt(small):
    """The centre starts everything, so that spillover moves benefit alone."""
    settings = {"work.load": 0.01, "work.top_speed": 10.0, "changes.in_progress": 8, "changes.spillover": 0.8}
    everywhere = {"month": 0, "key": "mechanisms.spillover", "value": 1.0}
    off, one, every = (
        simulate(
            worlds.parameters(small, CENTRE, settings, mechanisms=worlds.OFF, interventions=rows), SEED
        ).state.journal.realised.sum(axis=0)
        for rows in ([], [{**everywhere, "places": ["Cairn"]}], [everywhere])
    )
    cairn = np.arange(6) == 2
    assert np.array_equal(one[cairn], every[cairn])
    assert np.array_equal(one[~cairn], off[~cairn])
    assert 0.0 < one[2] < off[2]


def test_what_is_told_is_a_share_of_live_changes(small):
    table = {
        **CENTRE,
        "reference.reactance_conflict": 0.0,
        "reference.reactance_will": 0.4,
        "authorities.will_spread": 0.0,
    }
    run = lived(small, table, reactance=1.0)
    assert set(run.state.places.imposed_share.tolist()) <= {0.0, 1.0}
    assert run.state.places.will.min() >= 0.6 * 0.6 - 1e-9


@pytest.mark.parametrize(
    "mechanisms", [worlds.ON, worlds.OFF, worlds.OFF | {"pace": 1.0}], ids=["all", "none", "pace"]
)
def test_the_journal_writes_down_what_is(small, mechanisms):
    """The census, readiness and half delivery of a month are those of the columns at its end."""
    settings = {"reference.clearance_chance": 0.1, "reference.clearance_tries": 1, "population.months": 80}
    settings |= {"work.top_speed": 4.0, "changes.in_progress": 6, "power.design": worlds.whole("users")}
    settings["focal.arrival"] = 10
    run = begin(worlds.parameters(small, settings, mechanisms=mechanisms), SEED)
    half = np.full(len(run.state.changes), -1)
    for month in range(80):
        run.advance(1)
        state, journal, place = run.state, run.state.journal, run.state.places
        arrived = state.changes.arrival <= month
        census = np.bincount(state.cells.stage[:, arrived].ravel(), minlength=6)
        assert journal.stages[month].tolist() == census.tolist()
        ready = journal.readiness[month]
        assert ready[0].tolist() == [state.centre.will[0], state.centre.ability[0], state.centre.capacity[0]]
        np.testing.assert_allclose(ready[1], [place.will.mean(), place.ability.mean(), place.capacity.mean()])
        np.testing.assert_allclose(
            ready[2], [state.bodies[s].mean() for s in ("will", "ability", "capacity")]
        )
        free = np.maximum(0.0, place.user_time - place.co_design)
        users = [place.weight @ column for column in (place.trust, place.user_ability, free)]
        np.testing.assert_allclose(ready[3], users)
        adopted = place.weight @ state.cells.real_coverage
        half = np.where((half < 0) & arrived & (adopted >= 0.5), month + 1 - state.changes.arrival, half)
        assert state.changes.months_to_half.tolist() == half.tolist()
        np.testing.assert_allclose(journal.months.real_coverage[month], adopted[arrived].mean())
        said = (place.weight @ state.cells.nominal)[arrived].mean()
        np.testing.assert_allclose(journal.months.nominal_coverage[month], said)
    if mechanisms is worlds.ON:
        assert census[5] > 0
    else:
        assert half.max() > 0
