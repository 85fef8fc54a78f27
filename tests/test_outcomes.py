"""What is read off a run: gaps that are not capped, causes that sum to the gap, and who is left behind."""

import math

import numpy as np
import pytest
import worlds

from sim.model import outcomes
from sim.model.decision_rights import KINDS
from sim.model.outcomes import (
    cells,
    councils,
    fifths,
    months_to_half,
    persistence,
    places_by_month,
    series,
    summary,
    worst_decile,
)
from sim.model.schedule import begin, simulate
from sim.model.state import ACTIVITIES, CAUSES, STAGES

SEED = 5


@pytest.fixture(scope="module")
def run():
    return simulate(worlds.parameters({"population.users": 320, "changes.in_progress": 6}), SEED)


def test_losses_sum_to_the_gap(run):
    row = summary(run)
    assert set(CAUSES) == {name.removeprefix("losses.") for name in row if name.startswith("losses.")}
    assert sum(row[f"losses.{cause}"] for cause in CAUSES) == pytest.approx(row["gap"], abs=1e-9)
    columns = series(run)
    by_month = sum(columns[f"loss.{cause}"] for cause in CAUSES)
    known = columns["intended"].cumsum() > 0
    np.testing.assert_allclose(by_month[known], columns["gap"][known], atol=1e-9)
    places = councils(run)
    np.testing.assert_allclose(sum(places[f"losses.{cause}"] for cause in CAUSES), places["gap"], atol=1e-9)


def test_the_parts_agree_with_the_whole(run):
    row, columns, places = summary(run), series(run), councils(run)
    assert columns["gap"][-1] == pytest.approx(row["gap"], rel=1e-12)
    assert columns["nominal_gap"][-1] == pytest.approx(row["nominal_gap"], rel=1e-12)
    assert row["gap"] - row["nominal_gap"] == pytest.approx(row["rhetoric_reality"], rel=1e-9)
    weight = run.territory.population / run.territory.population.sum()
    # Intended benefit a head is the same everywhere, so the gap is the people's mean of gaps.
    assert weight @ places["gap"] == pytest.approx(row["gap"], rel=1e-9)
    groups = fifths(run.territory.deprivation, run.territory.population)
    people = np.array([weight[groups == fifth].sum() for fifth in range(5)])
    assert sum(people[f] * row[f"gap_fifth_{f + 1}"] for f in range(5)) == pytest.approx(row["gap"], rel=1e-9)
    assert sum(row[f"stage.{stage}"] for stage in STAGES) == pytest.approx(1.0)
    assert sum(row[f"hours.{activity}"] for activity in ACTIVITIES) == pytest.approx(1.0)
    state = run.state
    assert columns["starts"].sum() == row["starts"] == np.sum(state.cells.started >= 0)
    assert columns["stops"].sum() == row["stops"] == np.sum(state.cells.stage == STAGES.index("abandoned"))
    assert row["worst_decile_gap"] == pytest.approx(worst_decile(places["gap"], np.ones(32)))
    assert row["worst_decile_gap"] > row["gap"]
    assert row["rhetoric_reality"] >= 0.0


def test_names_and_shapes(run):
    columns, places = series(run), councils(run)
    assert columns["month"].tolist() == list(range(1, 121))
    assert all(len(column) == 120 for column in columns.values())
    assert all(len(column) == 32 for column in places.values())
    assert {f"{state}.{kind}" for state in ("will", "ability", "capacity") for kind in KINDS} <= set(columns)
    assert {f"stage.{stage}" for stage in STAGES} <= set(columns) & set(places)
    assert {f"hours.{activity}" for activity in ACTIVITIES} <= set(columns)
    np.testing.assert_allclose(sum(columns[f"stage.{stage}"] for stage in STAGES)[11:], 1.0)


def test_tables_tell_each_place_month_and_change_apart(run):
    state, journal, land = run.state, run.state.journal, run.territory
    assert np.array_equal(series(run)["intended"], journal.intended.sum(axis=1))
    late = series(run)["intended"] > 0.0
    by_month = 1.0 - journal.realised.sum(axis=1) / np.maximum(1.0, journal.intended.sum(axis=1))
    np.testing.assert_allclose(series(run)["gap_month"][late], by_month[late])
    for name in ("nominal_coverage", "real_coverage"):
        assert np.array_equal(series(run)[name], journal.months[name])

    places = councils(run)
    assert places["rurality"] is land.rurality
    assert places["deprivation"] is land.deprivation
    for name in ("will", "ability", "capacity"):
        assert np.array_equal(places[name], state.places[name])
    np.testing.assert_allclose(
        places["nominal_gap"], 1.0 - journal.nominal.sum(axis=0) / journal.intended.sum(axis=0)
    )
    for number, stage in enumerate(STAGES):
        here = [np.mean([reached == number for reached in row]) for row in state.cells.stage]
        assert places[f"stage.{stage}"].tolist() == here

    for place, change in ((0, 0), (3, 7), (31, 29)):
        at = change * 32 + place
        told = {name: column[at] for name, column in cells(run).items()}
        cell = state.cells[place, change]
        assert (told["change"], told["code"]) == (change + 1, land.code[place])
        assert (told["arrival"], told["stage"]) == (state.changes.arrival[change], STAGES[cell.stage])
        assert (told["nominal_coverage"], told["real_coverage"], told["fit"]) == (
            cell.nominal, cell.real_coverage, cell.fit,
        )  # fmt: skip
        assert told["intended"] == state.account.intended[place, change]
        assert told["realised"] == state.account.realised[place, change]
        assert [told[f"lost.{cause}"] for cause in CAUSES] == state.lost[place, change].tolist()

    for month, place in ((0, 5), (60, 0), (119, 31)):
        told = {name: column[month * 32 + place] for name, column in places_by_month(run).items()}
        assert (told["month"], told["code"]) == (month + 1, land.code[place])
        for name in ("intended", "realised", "nominal"):
            assert told[name] == getattr(journal, name)[month, place]


def test_intended_benefit_is_what_was_announced(small):
    """From the stream alone: ambition times people times planned coverage, late starts and timid scale counted in full."""
    settings = {**small, "changes.arriving": 1, "changes.in_progress": 0, "changes.variety": 0.0, "changes.duration": 10.0,
                "changes.ambition": 2.0, "work.start_chance": 0.0}  # fmt: skip
    run = simulate(worlds.parameters(settings, mechanisms=worlds.OFF), SEED)
    arrival = int(run.state.changes.arrival[0])
    people = sum(place[2] for place in worlds.PLACES)
    # *Shift* takes a fifth of the plan: nothing is planned for eight months, half after nine, all after ten.
    expected = np.zeros(48)
    expected[arrival + 8 : arrival + 9] = 2.0 * people * 0.5
    expected[arrival + 9 :] = 2.0 * people
    np.testing.assert_allclose(run.state.journal.intended.sum(axis=1), expected, rtol=1e-9, atol=1e-3)
    row = summary(run)
    assert row["gap"] == 1.0
    assert row["losses.not_started"] == pytest.approx(1.0)


def test_benefit_ahead_of_plan_is_its_own_negative_cause():
    """The gap is not capped: with people, hours and designs to spare, more than intended arrives."""
    settings = {
        "authorities.will": 1.0, "authorities.ability": 1.0, "authorities.will_spread": 0.0,
        "authorities.ability_spread": 0.0, "work.load": 0.01, "work.top_speed": 10.0, "work.start_chance": 1.0,
        "changes.ambiguity": 0.0, "changes.heterogeneity": 0.0, "design.translation_error": 0.0, "design.within": 0.0,
        "population.users": 64,
    }  # fmt: skip
    row = summary(simulate(worlds.parameters(settings, mechanisms=worlds.OFF), SEED))
    assert row["gap"] < 0.0
    assert row["losses.ahead"] < 0.0
    assert row["losses.ahead"] == pytest.approx(row["gap"], abs=0.02)
    assert row["persistence"] == pytest.approx(1.0)


FREE = {
    "population.months": 90, "authorities.will": 1.0, "authorities.ability": 1.0, "authorities.will_spread": 0.0,
    "authorities.ability_spread": 0.0, "work.load": 0.01, "work.start_chance": 1.0, "changes.ambiguity": 0.0,
    "changes.heterogeneity": 0.0, "design.translation_error": 0.0, "design.within": 0.0, "changes.in_progress": 0,
}  # fmt: skip
"""Nothing is in the way."""
SHORT = {
    "work.load": 1.0,
    "authorities.staff_hours": 0.003,
    "bodies.hours": 0.0,
    "money.pilot": 0.0,
    "money.scale_up": 0.0,
}
"""Staff time binds."""
CENTRE = {
    f"power.{right}": worlds.whole("centre") for right in ("agenda", "design", "resource", "accountability")
}
BUSY = {**SHORT, **CENTRE}
REPORTS = {"power.judged_on": {"reports": 1.0, "outcomes": 0.0, "learning": 0.0}}
BOLD = {"changes.visibility": 1.0, "changes.radicalness": 1.0, "reference.blame_delay": 0.99}
FORGETFUL = {
    "centre.will": 0.0,
    "money.secure_months": 0.0,
    "reference.relapse_rate": 0.5,
    "authorities.will": 0.4,
}
LAW = {"authorities.will": 0.1, "centre.will": 1.0, "changes.visibility": 0.4}
SCATTERED = {"changes.spillover": 1.0, "changes.ambiguity": 3.0, "design.translation_error": 4.0}

OBSTACLES = [
    ("will", None, {"authorities.will": 0.2}),
    ("ability", None, {"authorities.ability": 0.2}),
    ("capacity", None, SHORT),
    ("not_started", None, {"work.start_chance": 0.005}),
    ("wrong_design", None, {"changes.ambiguity": 4.0, "design.signals": 0.0}),
    ("waiting_on_clearance", "clearance", {**CENTRE, "reference.clearance_points": 20}),
    ("waiting_on_attention", "attention", {**CENTRE, "attention.authority": 0.05, "attention.ratio": 1.0}),
    ("not_taken_up", "uptake", {"users.will": 0.1}),
    ("blame", "blame", {**CENTRE, **BOLD}),
]
"""One obstacle at a time: it takes more of the loss than anything else."""
BURDENS = [
    ("switching", "overload", {**BUSY, "reference.overload_switching": 0.2}),
    ("policy_end", "overload", {**BUSY, "reference.overload_rate": 0.5}),
    ("reporting", "gaming", {**BUSY, **REPORTS, "reference.gaming_hours": 0.9}),
    ("prevention", "prevention", {**BUSY, "reference.prevention_growth": 0.5}),
    ("participation", "participation_cost", {**SHORT, "power.design": worlds.whole("users")}),
    ("spillover_missing", "spillover", SCATTERED),
    ("devalued_by_delay", "urgency", {**SHORT, "changes.urgency": 0.2}),
    ("relapse", "relapse", FORGETFUL),
    ("ritual_compliance", "mandate", {**CENTRE, **REPORTS, **LAW}),
]
"""One burden at a time: it takes a share of the loss where there was none."""


def lost(small, delta, strengths):
    """Losses by cause in a world where nothing else is in the way."""
    row = summary(simulate(worlds.parameters(small, FREE, delta, mechanisms=strengths), SEED))
    return {cause: row[f"losses.{cause}"] for cause in CAUSES}


@pytest.mark.parametrize(("cause", "mechanism", "delta"), OBSTACLES)
def test_an_obstacle_takes_the_loss_under_its_own_name(small, cause, mechanism, delta):
    losses = lost(small, delta, worlds.OFF | ({mechanism: 1.0} if mechanism else {}))
    assert max(losses, key=losses.__getitem__) == cause
    assert losses[cause] > 0.05


@pytest.mark.parametrize(("cause", "mechanism", "delta"), BURDENS)
def test_a_burden_takes_a_share_of_the_loss_under_its_own_name(small, cause, mechanism, delta):
    assert lost(small, delta, worlds.OFF | {mechanism: 1.0})[cause] > 0.001
    assert lost(small, delta, worlds.OFF)[cause] == 0.0


def test_the_worst_tenth_counts_exactly_a_tenth():
    gaps = np.linspace(0.0, 1.0, 21)
    everyone = np.ones(21)
    # Of 21 places a tenth is 2.1: the two worst in full, and a tenth of the third.
    assert worst_decile(gaps, everyone) == pytest.approx((1.0 + 0.95 + 0.1 * 0.9) / 2.1)
    assert worst_decile(np.array([0.3, 0.7]), np.ones(2)) == 0.7
    assert worst_decile(np.array([0.3, np.nan]), np.array([1.0, 0.0])) == 0.3
    assert math.isnan(worst_decile(np.array([np.nan]), np.zeros(1)))


def test_fifths_hold_about_a_fifth_of_the_people_each(run):
    land = run.territory
    groups = fifths(land.deprivation, land.population)
    assert set(groups) == set(range(5))
    share = np.bincount(groups, weights=land.population) / land.population.sum()
    assert share == pytest.approx(0.2, abs=0.08)
    order = np.argsort(-land.deprivation)
    assert np.all(np.diff(groups[order]) >= 0)


def test_a_place_belongs_to_the_fifth_in_which_the_middle_of_its_people_falls():
    deprivation = np.array([10.0, 50.0, 20.0, 40.0, 30.0])
    assert fifths(deprivation, np.ones(5)).tolist() == [4, 0, 3, 1, 2]
    # The most deprived place holds .7 of the people, so that their middle is at .35; those of the others, at .75 and .9.
    assert fifths(deprivation[:3], np.array([2.0, 7.0, 1.0])).tolist() == [4, 1, 3]


def test_what_was_lost_and_made_up_later_is_told_as_a_share_of_what_was_missed(small):
    """Staff are away for three years, and come back in one place."""
    away = [{"month": 0, "key": "authorities.staff_hours", "value": 0.0}]
    back = [*away, {"month": 36, "key": "authorities.staff_hours", "value": 3.0, "places": ["Bogside"]}]
    settings = {**FREE, **SHORT, "changes.duration": 24.0, "changes.variety": 0.0, "work.top_speed": 10.0}
    never, later = (
        simulate(worlds.parameters(small, settings, mechanisms=worlds.OFF, interventions=rows), SEED)
        for rows in (away, back)
    )
    assert summary(never)["recovered_later"] == pytest.approx(0.0, abs=1e-6)
    state = later.state
    closed = state.journal.months.recovered.sum()
    missing = (state.ledger.sum(axis=2) * state.changes.ambition * later.territory.population[:, None]).sum()
    assert summary(later)["recovered_later"] == pytest.approx(closed / (closed + missing))
    # What Bogside caught up is no more than its people's share of all that was missed.
    assert 0.2 < summary(later)["recovered_later"] < 120 / 269


def test_half_delivery_and_what_is_kept():
    run = begin(
        worlds.parameters({"population.users": 64, "changes.arriving": 4, "changes.in_progress": 1}), SEED
    )
    changes = run.state.changes
    changes.arrival[:] = (-3, 0, 10, 59, 60)
    changes.months_to_half[:] = (5, 30, 20, -1, 7)
    # The one before the run and the one of the second half do not count; the unknown one is later than any.
    assert months_to_half(run) == 30.0
    changes.months_to_half[:] = (5, -1, 20, -1, 7)
    assert math.isnan(months_to_half(run))
    assert math.isnan(persistence(run))
    changes.ambition[:] = (1.0, 1.0, 2.0, 1.0, 1.0)
    changes.duration[:] = (24.0, 24.0, 24.0, 24.0, 99.0)
    changes.peak_adoption[:] = (0.5, 0.0, 0.8, 0.4, 0.9)
    changes.adopted[:] = (0.5, 0.0, 0.6, 0.2, 0.9)
    # By its own most, weighted by what it was to bring; a change whose plan still runs does not count.
    assert persistence(run) == pytest.approx((0.5 + 2 * 0.6 + 0.2) / (0.5 + 2 * 0.8 + 0.4))


def test_nothing_intended_leaves_the_gap_unknown(small):
    run = simulate(worlds.parameters(small, {"population.months": 1, "changes.in_progress": 0}), SEED)
    row = summary(run)
    assert math.isnan(row["gap"])
    assert math.isnan(row["losses.will"])
    assert all(np.isnan(series(run)["gap"]))


def test_the_detail_says_why_a_change_is_no_priority(small):
    """At the bar each cell in spark, shape or shift has its priority and what it must reach; without it neither."""
    plain = outcomes.cells(simulate(worlds.parameters(small, mechanisms={"scale_up": 0.0}), 1))
    assert np.isnan(plain["priority"]).all()
    assert set(plain["held"]) == {""}
    at_bar = worlds.parameters(small, {"reference.scale_up_bar": 0.6}, mechanisms={"scale_up": 1.0})
    table = outcomes.cells(simulate(at_bar, 1))
    known = ~np.isnan(table["priority"])
    assert set(np.array(table["stage"])[known]) <= {"spark", "shape", "shift"}
    held = np.array(table["held"]) != ""
    assert held.any()
    assert (held[known] == (table["priority"] < table["bar"])[known]).all()
    assert (table["own_priority"][known] <= table["priority"][known]).all()
