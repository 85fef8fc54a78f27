"""Benefit, hours, money and users balance, and states keep their bounds, whatever the parameters, table and interventions."""

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.model.outcomes import councils, series, summary
from sim.model.schedule import begin, simulate
from sim.model.schema import record
from sim.model.state import CAUSES, PLACES, Gate, Stage, table
from sim.model.submodels.funding import equalise_funding
from sim.verification.checks import run_checks
from sim.verification.conservation import TOLERANCE, imbalances


def test_conservation(subtests):
    rows = run_checks("conservation")
    assert len(rows) >= 9
    for row in rows:
        with subtests.test(row["name"]):
            assert row["passed"], row


SHARES = {
    "places": (
        "will",
        "baseline_will",
        "ability",
        "capacity",
        "crisis",
        "delivered_share",
        "unkept_promise_share",
        "imposed_share",
        "coproduced_share",
        "capacity_ratio",
        "believed_ability",
        "co_design",
        "trust",
        "user_ability",
        "user_time",
        "gained_ability",
    ),
    "bodies": ("will", "ability", "capacity"),
    "centre": ("will", "ability", "capacity"),
    "cells": (
        "progress",
        "time_pressure",
        "nominal",
        "real_coverage",
        "fit",
        "uptake",
        "compatible",
        "design_cost_outstanding",
    ),
}
MAY_LEAVE = {"places.believed_ability"}
"""The centre's picture of a place's ability is blurred by noise: it is a report, not a state of the place."""


def assert_sound(run):
    """All that must hold in any world at any time."""
    state, journal = run.state, run.state.journal
    lived = run.month
    for name, column in worlds.tables(state):
        assert column.dtype.kind != "f" or np.isfinite(column).all(), name
    for part, names in SHARES.items():
        rows = getattr(state, part).view(np.ndarray)
        for name in names:
            column = rows[name]
            if column.size and f"{part}.{name}" not in MAY_LEAVE:
                assert column.min() >= 0.0, f"{part}.{name}"
                assert column.max() <= 1.0, f"{part}.{name}"
    for name in ("will", "ability", "capacity", "ready", "fit"):
        column = getattr(state.users, name)
        assert column.min() >= 0.0, f"users.{name}"
        assert column.max() <= 1.0, f"users.{name}"
    for name in ("ledger", "reasons"):
        assert getattr(state, name).min() >= -TOLERANCE, name
    np.testing.assert_allclose(state.reasons.sum(axis=1), 1.0 if lived else 0.0, atol=1e-9)
    assert np.all(state.cells.real_coverage <= state.cells.nominal + 1e-12)
    fear_and_slippage = np.isin(CAUSES[: state.ledger.shape[2]], ("blame", "relapse"))
    assert not state.ledger[state.cells.ledger_closed == 1][:, ~fear_and_slippage].any()
    at_work = (state.cells.gate == Gate.OPEN) & (state.cells.stage != Stage.ABANDONED)
    assert not state.cells.failed_attempts[at_work].any()
    assert np.all((state.cells.mean_delay_months >= 0.0) & (state.cells.mean_delay_months <= lived + 1200))

    # The account: month by month, cell by cell, and cause by cause.
    intended, realised = journal.intended[:lived].sum(axis=1), journal.realised[:lived].sum(axis=1)
    worth = max(
        1.0, float(np.sum(run.territory.population)) * max(1.0, float(np.max(state.changes.ambition)))
    )
    np.testing.assert_allclose(journal.lost[:lived].sum(axis=1), intended - realised, atol=TOLERANCE * worth)
    np.testing.assert_allclose(
        state.lost.sum(axis=2), state.account.intended - state.account.realised, atol=TOLERANCE * worth * 60
    )
    np.testing.assert_allclose(journal.lost.sum(axis=0), state.lost.sum(axis=(0, 1)), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(journal.intended.sum(axis=0), state.account.intended.sum(axis=1), rtol=1e-9)
    others = np.delete(np.arange(len(CAUSES)), CAUSES.index("ahead"))
    assert np.all(journal.lost[:, others] >= -TOLERANCE * worth)
    assert np.all(journal.lost[:, CAUSES.index("ahead")] <= TOLERANCE * worth)
    assert np.all(journal.realised <= journal.nominal + TOLERANCE * worth)

    # Hours: all that is offered is spent on something or stays unspent; nothing is spent twice.
    assert journal.hours.min() >= -1e-6
    offered = journal.months.endowment[:lived]
    np.testing.assert_allclose(journal.hours[:lived].sum(axis=1), offered, rtol=1e-9, atol=1e-6)

    # Everybody and everything is somewhere, once.
    assert journal.stages[:lived].sum() == sum(state.calendar.arrived[:lived]) * len(state.places)
    assert np.all(np.bincount(state.users.place, minlength=len(state.places)) > 0)
    started = state.cells.started >= 0
    assert np.all(started == (state.cells.stage != Stage.NOT_STARTED))
    assert journal.months.starts.sum() == started.sum()
    assert journal.months.stops.sum() == np.sum(state.cells.stage == Stage.ABANDONED)


FALSIFIED = {
    "losses": lambda run: run.state.journal.lost[-1],
    "losses by cell": lambda run: run.state.lost[0, 0],
    "intended benefit comes from the stream alone": lambda run: run.state.changes.ambition,
    "hours": lambda run: run.state.journal.hours[0],
    "endowment": lambda run: run.state.journal.months.endowment,
    "users": lambda run: run.state.places.last_user,
    "bounds": lambda run: run.state.users.ability,
    "real above nominal": lambda run: run.state.cells.real_coverage,
}
"""What each account rests on; made half as large again, it balances no more."""


def test_every_account_notices_what_does_not_balance(small):
    run = simulate(worlds.parameters(small), 3)
    sound = imbalances(run)
    assert set(sound) == set(FALSIFIED)
    assert max(sound.values()) < TOLERANCE
    for account, numbers in FALSIFIED.items():
        falsified = worlds.copied(run)
        column = numbers(falsified)
        if account == "endowment":
            column /= 2
        else:
            column += (column / 2 + 1).astype(column.dtype)
        assert imbalances(falsified)[account] > TOLERANCE, account


@given(data=st.data())
def test_what_the_tilt_gives_one_place_it_takes_from_others(data):
    """Whatever places are offered and however able they look, the money of all of them together stays the same."""
    share, count = st.floats(0.0, 1.0), data.draw(st.integers(1, 6))
    hours = np.array(data.draw(st.lists(st.floats(0.0, 1e6), min_size=count, max_size=count)))
    reported = data.draw(st.lists(st.floats(-0.2, 1.2), min_size=count, max_size=count))
    places = table(PLACES, count, weight=1.0 / count, believed_ability=np.array(reported))
    national = data.draw(share)
    held = {
        "power.resource": {
            "centre": national,
            "authorities": 1.0 - national,
            "third_sector": 0.0,
            "users": 0.0,
        }
    }
    settings = {
        "reference.equalising_money": data.draw(st.floats(0.0, 0.9)),
        "authorities.ability_spread": 0.1,
    }
    on = worlds.OFF | {"uneven_ability": data.draw(share)}
    equalise_funding(record(worlds.parameters(held, settings, mechanisms=on), count + 1), places, hours)
    assert np.all(places.funding_multiplier >= 0.0)
    assert hours @ places.funding_multiplier == pytest.approx(hours.sum(), rel=1e-9)


@given(data=st.data())
def test_any_world_balances(data, six_places):
    settings = {**data.draw(worlds.settings_of()), "population.places": six_places}
    dated = data.draw(worlds.dated_changes(settings["population.months"]))
    run = simulate(
        worlds.parameters(
            settings, power=data.draw(worlds.power_tables()), mechanisms=data.draw(worlds.strengths()),
            interventions=dated,
        ),
        data.draw(st.integers(0, 2**63 - 1)),
        data.draw(st.integers(0, 1000)),
    )  # fmt: skip
    assert_sound(run)
    moved = {row["key"] for row in dated}
    # Relative errors say nothing where nothing was intended; `assert_sound` has judged the absolute ones.
    accounts = imbalances(run) if run.state.journal.intended.sum() > 0.0 else {}
    for account, error in accounts.items():
        # Endowments may be changed by intervention; each month's hours then balance with that month's endowment.
        if account != "endowment" or not moved & {"authorities.staff_hours", "bodies.hours"}:
            assert error < TOLERANCE, account
    if run.state.journal.intended.sum() > 0.0:
        row = summary(run)
        assert abs(sum(v for k, v in row.items() if k.startswith("losses.")) - row["gap"]) < 1e-9
    series(run), councils(run)


@given(data=st.data())
def test_the_account_balances_at_every_moment(data, six_places):
    settings = {**data.draw(worlds.settings_of()), "population.places": six_places}
    run = begin(
        worlds.parameters(
            settings, power=data.draw(worlds.power_tables()), mechanisms=data.draw(worlds.strengths())
        ),
        data.draw(st.integers(0, 2**32)),
    )
    for _ in range(run.parameters.population.months):
        run.advance(1)
        assert_sound(run)


def littles_law(run):
    """Mean number before *shift*, and rate of starts times mean months there; cells still there count as long as seen."""
    months = run.parameters.population.months
    left = np.full(run.state.cells.shape, months)
    for month in range(months):
        run.advance(1)
        gone = (run.state.cells.stage == Stage.SHIFT) | (run.state.cells.stage == Stage.ABANDONED)
        left[gone & (left == months)] = month
    cells = run.state.cells
    started = cells.started >= 0
    journal = run.state.journal
    census = journal.stages[:, 1:4].sum() / months
    stays = (left - cells.started)[started]
    return census, journal.months.starts.sum() / months * stays.mean() if stays.size else 0.0


@given(data=st.data())
def test_littles_law_holds_in_every_run(data, six_places):
    settings = {**data.draw(worlds.settings_of()), "population.places": six_places}
    run = begin(
        worlds.parameters(
            settings, power=data.draw(worlds.power_tables()), mechanisms=data.draw(worlds.strengths())
        ),
        data.draw(st.integers(0, 2**32)),
    )
    census, flow = littles_law(run)
    assert census == pytest.approx(flow, rel=1e-9)


@pytest.mark.parametrize("dynamics", ["work", "hazard"])
@pytest.mark.parametrize(
    "mechanisms", [{}, {"fail_fast": 1.0}, {"relapse": 1.0}, {"clearance": 1.0, "attention": 0.5}]
)
def test_the_ledger_is_planned_less_actual_progress(small, dynamics, mechanisms):
    """Where nothing runs ahead of its plan, what is missing is known month by month, cell by cell."""
    settings = {**small, "changes.in_progress": 6, "authorities.will": 0.35, "authorities.will_spread": 0.0}
    settings |= {"work.dynamics": dynamics, "work.hazard": 0.3}
    settings |= {
        "money.secure_months": 0.0,
        "reference.fail_fast_fit": 0.9,
        "changes.duration": 20.0,
        "work.top_speed": 2.5,
    }
    run = begin(worlds.parameters(settings, mechanisms=worlds.OFF | mechanisms), 6)
    lengths = np.array([0.25, 0.25, 0.3, 0.2])
    before = np.array([0.0, 0.0, 0.25, 0.5, 0.8])
    seen = set()
    ahead = np.zeros(run.state.cells.shape, bool)
    for month in range(48):
        run.advance(1)
        cells, changes = run.state.cells, run.state.changes
        stage = np.minimum(cells.stage, Stage.SHIFT)
        done = before[stage] + np.where(
            stage == Stage.SHIFT,
            cells.nominal * 0.2,
            np.where(stage > 0, cells.progress * lengths[np.maximum(stage, 1) - 1], 0.0),
        )
        planned = np.clip((month + 1 - changes.arrival) / changes.duration, 0.0, 1.0) * (
            changes.arrival <= month
        )
        started = (cells.stage > 0) & (cells.stage != Stage.ABANDONED)
        waits = (cells.stage == Stage.NOT_STARTED) & (changes.arrival >= 0)
        ahead |= started & (done > planned + 1e-12)
        known = (started | waits) & ~ahead
        np.testing.assert_allclose(run.state.ledger.sum(axis=2)[known], (planned - done)[known], atol=1e-9)
        seen |= set(stage[known].tolist())
    if dynamics == "work":
        assert seen >= {0, 1, 2, 3, 4}
