"""Luck belongs to (seed, stream, agent, change, month): nobody's luck moves because somebody else drew more."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import chi2, kstest, poisson

from sim.model.decision_rights import KINDS
from sim.model.geography import territory
from sim.model.initialise import apportion, draw_varied
from sim.model.kernels import random
from sim.model.parameters import MECHANISM_NAMES
from sim.model.schedule import begin, simulate
from sim.model.submodels.holders import draw_holder
from sim.verification.checks import structures

SEED = 20261123
KEYS = random.stream_keys(SEED, 0, len(random.STREAMS))
LUCK = np.array([random.uniform(KEYS[random.AGENDA_HOLDER], a, i, 0) for a in range(100) for i in range(40)])


def test_streams_are_numbered_in_the_order_of_their_names():
    assert len(set(random.STREAMS)) == len(random.STREAMS)
    assert all(getattr(random, name.upper()) == number for number, name in enumerate(random.STREAMS))


def test_draws_are_pinned():
    """A change of these numbers moves every recorded result: it must be a decision, not an accident."""
    keys = random.stream_keys(1, 2, 3)
    assert [hex(key) for key in keys] == ["0x3e12204644234bb0", "0xfeab9a052c034d9f", "0xa2780c38042e56e5"]
    assert random.uniform(keys[0], 5, 6, 7) == 0.9375749728183774
    assert random.normal(keys[0], 5, 6, 7) == pytest.approx(1.534730444308601, rel=1e-15)


def test_uniforms_are_even_and_unrelated_between_neighbours():
    key = KEYS[random.START]
    grid = np.array([[random.uniform(key, agent, 3, month) for month in range(200)] for agent in range(200)])
    assert np.all((grid > 0.0) & (grid < 1.0))
    assert kstest(grid.ravel(), "uniform").pvalue > 0.001
    bound = 4.0 / np.sqrt(grid.size)
    for one, other in ((grid[1:], grid[:-1]), (grid[:, 1:], grid[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < bound
    by_change = np.array([random.uniform(key, 3, change, 5) for change in range(4000)])
    assert kstest(by_change, "uniform").pvalue > 0.001


@pytest.mark.parametrize("other", [(SEED, 1), (SEED + 1, 0)])
def test_other_seeds_and_replications_give_other_luck(other):
    keys = random.stream_keys(*other, len(random.STREAMS))
    one = np.array([random.uniform(KEYS[0], agent, 0, 0) for agent in range(20_000)])
    two = np.array([random.uniform(keys[0], agent, 0, 0) for agent in range(20_000)])
    assert not np.any(one == two)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.0 / np.sqrt(one.size)


def test_no_two_streams_share_a_key():
    keys = np.concatenate([random.stream_keys(SEED, r, len(random.STREAMS)) for r in range(200)])
    assert len(np.unique(keys)) == keys.size


def test_inverse_normal_is_the_normal_quantile():
    shares = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 4001), 10.0 ** np.arange(-300, -6.0, 7)])
    found = np.array([random.inverse_normal(share) for share in shares])
    np.testing.assert_allclose(found, ndtri(shares), rtol=2e-14, atol=1e-15)


def test_varied_values_lie_evenly_around_their_mean_and_keep_their_bounds():
    key, many = KEYS[random.AMBITION], 4000
    luck = np.array([random.uniform(key, change, 0, 0) for change in range(many)])
    plain = draw_varied(key, many, 10.0, 0.5, 0.0, np.inf)
    assert plain == pytest.approx(5.0 + 10.0 * luck, rel=1e-15)
    bounded = draw_varied(key, many, 10.0, 0.5, 6.0, 12.0)
    assert bounded == pytest.approx(np.clip(plain, 6.0, 12.0), rel=1e-15)


def test_people_are_shared_out_once_for_all_runs_that_share_alike():
    land = territory("scotland")
    parts = apportion(3200, land, 1)
    assert parts.sum() == 3200
    assert parts.min() >= 1
    assert parts is apportion(3200, land, 1)
    with pytest.raises(ValueError, match="read-only"):
        parts[0] = 1


@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0, 400.0])
def test_poisson_counts(mean):
    counts = np.array([random.poisson(KEYS[0], mean, agent, 3) for agent in range(20_000)])
    assert counts.mean() == pytest.approx(mean, abs=4.0 * np.sqrt(mean / counts.size))
    assert counts.var() == pytest.approx(mean, rel=0.05)
    if mean < 10:
        expected = poisson.pmf(np.arange(40), mean) * counts.size
        likely = expected > 5
        found = np.bincount(counts.astype(int), minlength=40)[:40]
        statistic = np.sum((found - expected)[likely] ** 2 / expected[likely])
        assert chi2.sf(statistic, likely.sum() - 1) > 0.001


def test_more_expected_events_never_give_fewer():
    for agent in range(300):
        counts = [random.poisson(KEYS[0], mean, agent, 0) for mean in (0.1, 0.5, 1.0, 3.0, 9.0, 30.0, 100.0)]
        assert counts == sorted(counts)


@given(data=st.data())
def test_raising_a_share_only_adds_to_what_its_holder_holds(data):
    before = np.array(list(data.draw(worlds.rows_of("design")).values()))
    kind = data.draw(st.integers(0, 3))
    given_up = np.array([0.0 if k == kind else data.draw(st.floats(0.0, 1.0)) for k in range(4)]) * before
    after = before - given_up
    after[kind] += given_up.sum()
    for luck in LUCK[:400]:
        if draw_holder(*before, luck) == kind:
            assert draw_holder(*after, luck) == kind


def test_shares_are_the_chances_to_hold():
    row = (0.1, 0.4, 0.2, 0.3)
    held = np.bincount([draw_holder(*row, luck) for luck in LUCK], minlength=4) / LUCK.size
    assert held == pytest.approx(row, abs=4.0 * np.sqrt(0.25 / LUCK.size))


@pytest.mark.parametrize("kind", range(4))
def test_who_holds_nothing_decides_nothing(kind):
    row = np.full(4, 1.0 / 3.0)
    row[kind] = 0.0
    assert kind not in {draw_holder(*row, luck) for luck in [*LUCK, 0.0, 1.0 - 2.0**-53]}


@pytest.mark.parametrize(("right", "column"), [("agenda", "agenda_holder"), ("design", "design_holder")])
@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_raising_a_share_in_a_run_only_adds_to_what_its_holder_holds(small, right, column, kind):
    """Through the whole of a run: starts do not depend on who holds a right when mechanisms are off."""
    even = dict.fromkeys(KINDS, 0.25)
    more = dict.fromkeys(KINDS, 0.15) | {KINDS[kind]: 0.55}
    one, other = (
        simulate(worlds.parameters(small, {f"power.{right}": row}, mechanisms=worlds.OFF), SEED)
        for row in (even, more)
    )
    held, held_more = one.state.cells[column] == kind, other.state.cells[column] == kind
    assert np.all(held_more[held])
    assert held_more.sum() > held.sum()


def test_one_right_is_drawn_without_regard_to_another():
    """Who holds the agenda of a change in a place says nothing about who designs it there."""
    even = dict.fromkeys(KINDS, 0.25)
    settings = {"population.users": 32, "changes.arriving": 100, "power.agenda": even, "power.design": even}
    cells = simulate(worlds.parameters(settings, mechanisms=worlds.OFF), SEED).state.cells
    started = cells.started >= 0
    same = np.mean(cells.agenda_holder[started] == cells.design_holder[started])
    assert same == pytest.approx(0.25, abs=4.0 * np.sqrt(0.25 * 0.75 / started.sum()))


@pytest.mark.parametrize("chance", [0.05, 0.25, 0.8])
def test_a_change_waits_for_its_start_as_long_as_luck_has_it(chance):
    """The wait has mean (1 - h) / h and variance (1 - h) / h^2: each month brings fresh luck."""
    settings = {
        "population.users": 32,
        "population.months": 400,
        "changes.arriving": 200,
        "work.start_chance": chance,
    }
    state = simulate(worlds.parameters(settings, mechanisms=worlds.OFF), SEED).state
    early = (state.changes.arrival >= 0) & (state.changes.arrival < 200)
    waits = (state.cells.started - state.changes.arrival)[:, early]
    assert waits.min() >= 0
    assert waits.mean() == pytest.approx((1.0 - chance) / chance, rel=0.06)
    assert waits.var() == pytest.approx((1.0 - chance) / chance**2, rel=0.12)


# What a world is before its first month, whoever holds power in it and whatever mechanisms work in it.
EXOGENOUS = ("changes.", "bodies.", "users.", "ties.", "calendar.", "keys", "heads.")
GIVEN_TO_PLACES = (
    "population", "weight", "deprived", "rural", "will_offset", "ability_offset", "crisis_start", "threshold", "intent",
    "first_user", "last_user", "first_tie", "last_tie",
)  # fmt: skip


def exogenous(run):
    return {
        name: column.tobytes()
        for name, column in worlds.tables(run.state)
        if name.startswith(EXOGENOUS) or name.removeprefix("places.") in GIVEN_TO_PLACES
    }


@pytest.mark.parametrize("table", list(structures()))
def test_every_table_meets_the_same_people_and_the_same_problems(small, table):
    one = begin(worlds.parameters(small), SEED, 3)
    other = begin(worlds.parameters(small, power=worlds.rights(table)), SEED, 3)
    assert exogenous(one) == exogenous(other)
    assert len(exogenous(one)) > 40


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_every_mechanism_meets_the_same_people_and_the_same_problems(small, mechanism):
    one = begin(worlds.parameters(small, mechanisms=worlds.OFF), SEED, 3)
    other = begin(worlds.parameters(small, mechanisms=worlds.OFF | {mechanism: 1.0}), SEED, 3)
    assert exogenous(one) == exogenous(other)


STREAM = (
    "arrival", "duration", "ambition", "radicalness", "ambiguity", "heterogeneity", "spillover", "visibility", "conflict",
    "urgency", "need_direction_1", "need_direction_2", "need", "national_estimation_error", "head_start",
)  # fmt: skip


@pytest.mark.parametrize("table", list(structures()))
def test_the_stream_of_changes_is_the_same_after_a_whole_run(small, table):
    one = simulate(worlds.parameters(small, mechanisms=worlds.OFF), SEED)
    other = simulate(worlds.parameters(small, power=worlds.rights(table), mechanisms=worlds.ON), SEED)
    for name in STREAM:
        assert np.array_equal(one.state.changes[name], other.state.changes[name]), name


# These draw more, but act on neither the chance to start nor who holds a right.
DRAW_MORE = ["local_need", "clearance", "partnership", "attention", "fail_fast", "pace", "concordat"]


@pytest.mark.parametrize("mechanism", DRAW_MORE)
@pytest.mark.parametrize("dynamics", ["work", "hazard"])
def test_a_mechanism_that_draws_more_leaves_other_draws_alone(small, mechanism, dynamics):
    settings = {
        **small,
        "work.dynamics": dynamics,
        "population.users": 320,
        "pledge.open": 1.0,
        "pledge.threshold": -1.0,
    }
    one = simulate(worlds.parameters(settings, mechanisms=worlds.OFF), SEED)
    other = simulate(worlds.parameters(settings, mechanisms=worlds.OFF | {mechanism: 1.0}), SEED)
    assert worlds.differing(one.state, other.state)
    for name in ("started", "agenda_holder", "design_holder"):
        assert np.array_equal(one.state.cells[name], other.state.cells[name]), name


@pytest.mark.parametrize(
    "mechanism", ["clearance", "partnership", "attention", "practice", "overload", "relapse"]
)
def test_a_design_meets_the_same_luck_however_late_it_is_made(small, mechanism):
    one = simulate(worlds.parameters(small, mechanisms=worlds.OFF), SEED)
    other = simulate(worlds.parameters(small, mechanisms=worlds.OFF | {mechanism: 1.0}), SEED)
    both = (one.state.cells.designed == 1) & (other.state.cells.designed == 1)
    assert both.sum() > 10
    assert np.array_equal(one.state.cells.design[both], other.state.cells.design[both])


def test_local_knowledge_comes_on_top_of_the_same_translation_error(small):
    """With no local signal to hear, a local designer's luck changes nothing."""
    deaf = {**small, "design.signals": 0.0, "bodies.brokered": 0.0}
    one = simulate(worlds.parameters(deaf, mechanisms=worlds.OFF), SEED)
    other = simulate(worlds.parameters(deaf, mechanisms=worlds.OFF | {"local_need": 1.0}), SEED)
    assert not worlds.differing(one.state, other.state)


def test_a_world_does_not_depend_on_the_order_or_the_thread_it_is_lived_in(small):
    settings = worlds.parameters(small)
    in_order = [simulate(settings, SEED, r) for r in range(8)]
    backwards = [simulate(settings, SEED, r) for r in reversed(range(8))][::-1]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda r: simulate(settings, SEED, r), range(8)))
    for one, two, three in zip(in_order, backwards, together, strict=True):
        assert not worlds.differing(one.state, two.state)
        assert not worlds.differing(one.state, three.state)


def test_worlds_differ_between_seeds_and_replications(small):
    settings = worlds.parameters(small)
    gaps = {simulate(settings, seed, r).state.journal.realised.sum() for seed in (1, 2, 3) for r in (0, 1, 2)}
    assert len(gaps) == 9


def test_two_live_runs_do_not_touch_each_other(small):
    one, other = worlds.parameters(small), worlds.parameters(small, mechanisms=worlds.ON)
    alone = simulate(one, SEED), simulate(other, SEED)
    mixed = begin(one, SEED), begin(other, SEED)
    for _ in range(one.population.months):
        for run in mixed:
            run.advance(1)
    for single, woven in zip(alone, mixed, strict=True):
        assert not worlds.differing(single.state, woven.state)
    for (name, part), (_, other_part) in zip(*(worlds.tables(run.state) for run in mixed), strict=True):
        assert not np.shares_memory(part, other_part), name


def test_months_may_be_lived_one_by_one_or_together(small):
    settings = worlds.parameters(small, mechanisms=worlds.ON)
    whole = simulate(settings, SEED)
    parts = begin(settings, SEED)
    for months in (1, 7, 0, 30, 10):
        parts.advance(months)
    assert parts.month == whole.month == 48
    assert not worlds.differing(whole.state, parts.state)


def test_a_run_does_not_go_on_past_its_end(small):
    run = begin(worlds.parameters(small), SEED)
    with pytest.raises(ValueError, match="ends after month 48"):
        run.advance(49)
    assert run.month == 0
