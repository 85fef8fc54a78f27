"""Agents as views of the columns: what they know, and what happens to what is written through them."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from live_models import (
    GLASGOW,
    KINDS,
    MONTHS,
    NONE,
    STATES,
    assert_same_state,
    example_of,
    parameters,
    plain,
    stepped,
)

import sim
from sim.model.state import CAUSES, STAGES, Gate, Kind, Stage
from sim.model.submodels import capacity, responses


def test_agents_know_their_place():
    model = stepped(sim.Model(parameters()), 12)
    land = model.run.territory
    council = model.authority("S12000049")
    assert council is model.authority(GLASGOW)
    assert (council.name, council.code, council.population) == (GLASGOW, "S12000049", land.population.max())
    row = land.index(GLASGOW)
    assert (council.deprivation, council.rurality) == (land.deprivation[row], land.rurality[row])
    assert council.signed is False
    assert council.waiting >= 0
    assert example_of(model, sim.CentralGovernment).waiting >= 0
    changes = len(model.run.state.changes)
    reached = [council.stage_of(change) for change in range(changes)]
    assert council.stages == {stage: reached.count(stage) for stage in STAGES}
    for change in (-1, changes):
        with pytest.raises(IndexError, match="numbered 0 to"):
            council.stage_of(change)
    assert all(user.authority is council for user in council.users)
    assert council.users.agg("weight", sum) == pytest.approx(council.population)
    assert model.agents_by_type[sim.ServiceUser].agg("weight", sum) == pytest.approx(5447700)
    bodies = model.agents_by_type[sim.ThirdSectorBody]
    assert set(council.bodies) == {body for body in bodies if council in (body.home, body.second)}
    assert {body.second is None for body in bodies} == {True, False}
    user = next(iter(council.users))
    users, first = model.run.state.users, model.run.state.places.first_user[row]
    assert user.need == (users.need_1[first], users.need_2[first])
    with pytest.raises(AttributeError):
        council.population = 0
    with pytest.raises(ValueError, match=f"no place 'Glasgo'; nearest is '{GLASGOW}'"):
        model.authority("Glasgo")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("level", [0.0, 0.15, 0.95])
def test_a_written_value_becomes_the_agents_own_level_and_nobody_elses(kind, name, level):
    model, twin = (stepped(sim.Model(plain()), 2) for _ in range(2))
    agent = example_of(model, kind)
    setattr(agent, name, level)
    assert getattr(agent, name) == level
    stepped(model, 1), stepped(twin, 1)
    assert getattr(agent, name) == pytest.approx(level, abs=1e-12)
    changed = [
        (mine.unique_id, state)
        for mine, theirs in zip(model.agents, twin.agents, strict=True)
        for state in STATES
        if getattr(mine, state) != getattr(theirs, state)
    ]
    assert changed == [(agent.unique_id, name)]
    stepped(model, 20)
    assert getattr(agent, name) == pytest.approx(level, abs=1e-12)


def test_a_written_level_holds_where_mechanisms_change_what_is_usual():
    strengths = {"uneven_ability": 1.0, "prevention": 1.0}
    dated = [{"month": 1, "key": "authorities.ability", "value": 0.3, "places": [GLASGOW]}]
    declared = parameters(mechanisms={**NONE, **strengths}, interventions=dated)
    model = stepped(sim.Model(declared), 30)
    council = model.authority(GLASGOW)
    council.ability, council.capacity = 0.8, 0.45
    model.step()
    assert (council.ability, council.capacity) == pytest.approx((0.8, 0.45), abs=1e-12)


def test_what_had_been_learned_is_part_of_a_written_ability():
    model = stepped(sim.Model(plain(practice=1.0)), 30)
    council = model.authority(GLASGOW)
    assert model.run.state.places.gained_ability[model.run.territory.index(GLASGOW)] > 0
    council.ability = 0.1
    model.step()
    assert 0.1 <= council.ability < 0.15
    stepped(model, 6)
    assert council.ability >= 0.1


def test_staff_time_written_away_is_missing_as_staff_time_and_not_as_a_growth_of_crises():
    model = stepped(sim.Model(plain()), 12)
    model.authority(GLASGOW).capacity = 0.05
    stepped(model, 24)
    lost = model.run.state.lost[model.run.territory.index(GLASGOW)].sum(axis=0)
    assert lost[CAUSES.index("capacity")] > 0.0
    assert lost[CAUSES.index("prevention")] == 0.0


def test_an_intervention_moves_a_written_level_as_it_moves_any_other():
    dated = [{"month": 3, "key": "authorities.will", "value": 0.3, "places": [GLASGOW]}]
    usual = parameters().authorities.will
    model = stepped(sim.Model(parameters(mechanisms=NONE, interventions=dated)), 2)
    council = model.authority(GLASGOW)
    council.will = 0.9
    model.step()
    assert council.will == pytest.approx(0.9)
    stepped(model, MONTHS - 3)
    assert council.will == pytest.approx(0.9 + 0.3 - usual, abs=0.02)


def differing(one, other, *names):
    return [name for name in names if one[name].tobytes() != other[name].tobytes()]


@pytest.mark.parametrize("name", STATES)
def test_what_is_written_to_a_council_is_felt_there_in_the_next_month(name):
    model, twin = (stepped(sim.Model(plain()), 6) for _ in range(2))
    council = model.authority(GLASGOW)
    setattr(council, name, 0.02)
    stepped(model, 1), stepped(twin, 1)
    mine, theirs = model.run.state.cells, twin.run.state.cells
    here = model.run.territory.index(GLASGOW)
    assert mine.progress[here].sum() < theirs.progress[here].sum()
    elsewhere = np.arange(32) != here
    assert mine[elsewhere].tobytes() == theirs[elsewhere].tobytes()


@pytest.mark.parametrize("name", STATES)
def test_what_is_written_to_a_body_is_felt_in_the_next_month(name):
    model, twin = (stepped(sim.Model(plain()), 2) for _ in range(2))
    body = example_of(model, sim.ThirdSectorBody)
    setattr(body, name, 0.0)
    stepped(model, 1), stepped(twin, 1)
    home = model.run.territory.index(body.home.name)
    assert model.run.state.places.support[home] < twin.run.state.places.support[home]


@pytest.mark.parametrize(
    ("name", "strengths", "table"),
    [
        ("will", {"mandate": 1.0}, "cells"),
        ("ability", {"programme_support": 1.0}, "places"),
        ("capacity", {"attention": 1.0}, "heads"),
    ],
)
def test_what_is_written_to_the_centre_is_felt_in_the_next_month(name, strengths, table):
    model, twin = (stepped(sim.Model(plain(**strengths)), 20) for _ in range(2))
    setattr(example_of(model, sim.CentralGovernment), name, 0.0)
    assert not differing(model.run.state._asdict(), twin.run.state._asdict(), table)
    stepped(model, 1), stepped(twin, 1)
    assert differing(model.run.state._asdict(), twin.run.state._asdict(), table)


@pytest.mark.parametrize("name", STATES)
def test_what_is_written_to_users_is_felt_in_the_next_month_whenever_they_last_reviewed(name):
    declared = parameters(
        mechanisms={**NONE, "uptake": 1.0},
        users={"review_months": 100},
        changes={"personal_effort": 1.0},
        authorities={"will": 0.9},
    )
    model, twin = (stepped(sim.Model(declared), MONTHS - 1) for _ in range(2))
    here = model.run.territory.index(GLASGOW)
    assert (model.run.state.cells.nominal[here] > 0).any()
    model.authority(GLASGOW).users.set(name, 0.05)
    stepped(model, 1), stepped(twin, 1)
    mine, theirs = model.run.state, twin.run.state
    assert mine.journal.realised[-1, here] < 0.7 * theirs.journal.realised[-1, here]
    for mean in ("trust", "user_ability", "user_time"):
        column = {"trust": "will", "user_ability": "ability", "user_time": "capacity"}[mean]
        users = getattr(mine.users, column)[mine.users.place == here]
        assert mine.places[mean][here] == pytest.approx(users.mean())
    # Places are reviewed on their own: nobody else's uptake moved.
    elsewhere = np.arange(32) != here
    assert mine.cells[elsewhere].tobytes() == theirs.cells[elsewhere].tobytes()


def test_what_waits_for_a_head_is_what_stands_in_its_queue():
    row = {"centre": 0.4, "authorities": 0.6, "third_sector": 0.0, "users": 0.0}
    declared = parameters(
        mechanisms={**NONE, "attention": 1.0},
        power={"agenda": row, "design": row},
        attention={"authority": 0.1, "ratio": 2.0},
    )
    model = stepped(sim.Model(declared), MONTHS)
    cells = model.run.state.cells
    holder = np.where(cells.stage == Stage.SEE, cells.agenda_holder, cells.design_holder)
    queued, central = cells.gate == Gate.QUEUED, holder == Kind.CENTRE
    centre = example_of(model, sim.CentralGovernment)
    assert centre.waiting == np.sum(queued & central) > 0
    councils = list(model.agents_by_type[sim.LocalAuthority])
    assert [one.waiting for one in councils] == np.sum(queued & ~central, axis=1).tolist()
    assert len({one.waiting for one in councils}) > 1


@pytest.mark.parametrize("kind", [sim.ThirdSectorBody, sim.ServiceUser])
def test_a_written_level_holds_where_the_place_has_a_level_of_its_own(kind):
    key = {sim.ThirdSectorBody: "bodies.capacity", sim.ServiceUser: "users.capacity"}[kind]
    dated = [{"month": 1, "key": key, "value": 0.1, "places": [GLASGOW]}]
    model = stepped(sim.Model(parameters(mechanisms=NONE, interventions=dated)), 6)
    council = model.authority(GLASGOW)
    home = "authority" if kind is sim.ServiceUser else "home"
    one = next(one for one in model.agents_by_type[kind] if getattr(one, home) is council)
    one.capacity = 0.7
    model.step()
    assert one.capacity == pytest.approx(0.7, abs=1e-12)


def test_a_user_who_is_given_what_it_has_is_as_ready_as_before():
    table = {"design": {"centre": 0.0, "authorities": 0.0, "third_sector": 0.0, "users": 1.0}}
    model = stepped(sim.Model(parameters(mechanisms={**NONE, "participation_cost": 1.0}, power=table)), 12)
    state = model.run.state
    assert state.places.co_design[model.run.territory.index(GLASGOW)] > 0.0
    ready = state.users.ready.copy()
    for user in model.authority(GLASGOW).users:
        user.capacity = user.capacity
    np.testing.assert_allclose(state.users.ready, ready, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_clipped_and_what_is_no_number_is_refused(kind):
    model = sim.Model(parameters())
    agent = example_of(model, kind)
    for given, kept in ((1.7, 1.0), (-3, 0.0), (math.inf, 1.0), (np.float32(0.5), 0.5), (1, 1.0)):
        agent.will = given
        assert agent.will == kept
        assert type(agent.will) is float
    before = copy.deepcopy(model.run.state)
    with pytest.raises(ValueError, match=f"{kind.__name__}.ability must be a number from 0 to 1, not NaN"):
        agent.ability = math.nan
    for wrong in (True, np.True_, "0.5", None, [0.5], 1j):
        with pytest.raises(TypeError, match="must be a number from 0 to 1, not"):
            agent.capacity = wrong
    with pytest.raises(ValueError, match="NaN"):
        model.agents_by_type[kind].set("will", np.nan)
    assert_same_state(model.run.state, before)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_can_be_removed(kind):
    model = sim.Model(parameters())
    agent = example_of(model, kind)
    with pytest.raises(TypeError, match=r"cannot be removed.*populations are fixed.*to 0 instead"):
        agent.remove()
    with pytest.raises(TypeError, match="cannot be removed"):
        model.remove_all_agents()
    assert agent in model.agents
    assert len(model.agents) == 1 + 32 + 160 + 320


def test_writing_compiles_no_rule_anew():
    model = stepped(sim.Model(parameters()), 1)
    for agent in model.agents:
        agent.will = agent.ability = agent.capacity = 0.5
    stepped(model, 1)
    for rule in (capacity.crisis_share, responses.readiness, responses.start_ability):
        assert len(getattr(rule, "signatures", [()])) == 1
