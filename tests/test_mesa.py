"""The door for Mesa: the same run as everywhere else, sets and collectors at work, nothing paid or kept in vain."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import subprocess
import sys
import weakref

import mesa
import numpy as np
import pytest
from live_models import GLASGOW, KINDS, MONTHS, STATES, assert_same_state, example_of, parameters, stepped
from mesa.datacollection import DataCollector

import sim
from sim.model import outcomes
from sim.model.mesa_agents import _View
from sim.model.parameters import MAX_SEED
from sim.model.schedule import begin
from sim.model.state import STAGES


def test_a_model_run_is_the_same_run_to_the_bit():
    dated = [
        {"month": 7, "key": "authorities.will", "value": 0.2, "places": [GLASGOW]},
        {"month": 12, "key": "power.distribution", "value": 1.0},
    ]
    declared = parameters(interventions=dated)
    run = sim.simulate(declared, seed=5, replication=3)
    whole = sim.Model(declared, seed=5, replication=3)
    whole.run_model()
    watched = sim.Model(declared, seed=5, replication=3)
    while watched.running:
        watched.step()
        # Looking does not touch.
        watched.agents.get(list(STATES))
        watched.summary()
        example_of(watched, sim.LocalAuthority).stages  # noqa: B018
        watched.rng.random()
        watched.random.random()
    for model in (whole, watched):
        assert isinstance(model, mesa.Model)
        assert_same_state(model.run.state, run.state)
        assert model.run.values.tobytes() == run.values.tobytes()
        assert model.summary() == pytest.approx(outcomes.summary(run), rel=0, abs=0, nan_ok=True)
    other = sim.Model(declared, seed=5, replication=4)
    other.run_model()
    assert other.gap != whole.gap


def test_months_are_counted_and_the_end_is_the_end():
    model = sim.Model(parameters(population={"months": 2}))
    assert (model.month, model.steps, model.running) == (0, 0, True)
    model.step()
    assert (model.month, model.steps, model.running) == (1, 1, True)
    model.step()
    assert (model.month, model.steps, model.running) == (2, 2, False)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"ended after month 2.*population\.months"):
            model.step()
    assert (model.month, model.steps) == (2, 2)
    model.run_model()
    assert model.month == 2


def test_runs_that_ask_for_no_agents_make_none(monkeypatch):
    def refuse(*_):
        raise AssertionError("an agent was made")

    model = sim.Model(parameters())
    with monkeypatch.context() as patched:
        patched.setattr(_View, "__init__", refuse)
        stepped(model, 3)
        assert all(name in model.summary() for name in ("gap", "losses.will"))
        assert model.agent_types == list(KINDS)
        assert len(model.agents_by_type) == len(KINDS)
    with monkeypatch.context() as patched:
        # Organisations are few, users may be millions.
        patched.setattr(sim.ServiceUser, "__init__", refuse)
        assert model.authority(GLASGOW).name == GLASGOW
        assert len(model.agents_by_type[sim.LocalAuthority]) == 32
        assert len(model.agents_by_type[sim.ThirdSectorBody]) == 160
    assert len(model.agents) == 1 + 32 + 160 + 320


@pytest.mark.parametrize("asked_early", [False, True])
def test_agents_are_numbered_alike_whenever_they_are_asked_for(asked_early):
    model = sim.Model(parameters())
    if asked_early:
        model.authority(GLASGOW)
        model = pickle.loads(pickle.dumps(model))
    assert model.agents.get("unique_id") == list(range(1, 1 + 1 + 32 + 160 + 320))
    assert model.agents.groupby(type).count() == dict(zip(KINDS, (1, 32, 160, 320), strict=True))
    assert [len(agents) for agents in model.agents_by_type.values()] == [1, 32, 160, 320]


def test_a_world_without_third_sector_bodies_has_an_empty_set_of_them():
    model = sim.Model(parameters(population={"bodies": 0}))
    assert len(model.agents_by_type[sim.ThirdSectorBody]) == 0
    assert len(model.agents) == 1 + 32 + 320


def test_sets_of_agents_select_get_set_aggregate_and_group():
    model = stepped(sim.Model(parameters()), 3)
    councils = model.agents.select(agent_type=sim.LocalAuthority)
    places = model.run.state.places
    assert councils.get("will") == places.will.tolist()
    land = model.run.territory
    assert councils.get(["name", "deprivation"])[0] == [land.name[0], land.deprivation[0]]
    assert councils.agg("population", sum) == 5447700
    assert councils.agg("ability", [min, max]) == [places.ability.min(), places.ability.max()]
    deprived = councils.select(lambda council: council.deprivation > 20)
    assert 0 < len(deprived) < 32
    deprived.set("will", 0.9)
    assert [council.will == 0.9 for council in councils] == [council in deprived for council in councils]
    means = model.agents.groupby("kind").agg("ability", np.mean)
    assert set(means) == {"centre", "authorities", "third_sector", "users"}
    assert means["users"] == pytest.approx(model.run.state.users.ability.mean())
    most = councils.sort("population", ascending=False)
    assert next(iter(most)).name == GLASGOW


class Observed(sim.Model):
    """As in Mesa's tutorials: a model that collects after each step."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.datacollector = DataCollector(
            model_reporters={
                "gap": "gap",
                "month": lambda model: model.month,
                "will": lambda model: model.agents_by_type[sim.LocalAuthority].agg("will", np.mean),
                "summary": sim.Model.summary,
            },
            agent_reporters={"will": "will", "free": lambda agent: agent.capacity},
            agenttype_reporters={sim.LocalAuthority: {"gap": "gap", "stages": "stages"}},
        )

    def step(self):
        super().step()
        self.datacollector.collect(self)


def test_data_are_collected_as_mesa_collects_them():
    declared = parameters()
    model = Observed(declared, seed=8)
    model.run_model()
    run = sim.simulate(declared, seed=8)
    collected = model.datacollector.get_model_vars_dataframe()
    assert collected.month.tolist() == list(range(1, MONTHS + 1))
    np.testing.assert_allclose(collected.gap, outcomes.series(run)["gap"], rtol=1e-12)
    assert collected.summary.iloc[-1]["gap"] == outcomes.summary(run)["gap"]
    assert collected.will.iloc[-1] == run.state.places.will.mean()
    agents = model.datacollector.get_agent_vars_dataframe()
    assert len(agents) == MONTHS * len(model.agents)
    assert agents.loc[MONTHS].will.tolist() == model.agents.get("will")
    assert agents.loc[MONTHS].free.tolist() == model.agents.get("capacity")
    assert agents.loc[1].will.tolist() != agents.loc[MONTHS].will.tolist()
    councils = model.datacollector.get_agenttype_vars_dataframe(sim.LocalAuthority)
    np.testing.assert_allclose(councils.loc[MONTHS].gap, outcomes.councils(run)["gap"], rtol=1e-12)
    in_shift = (run.state.cells.stage == STAGES.index("shift")).sum(axis=1)
    assert [stages["shift"] for stages in councils.loc[MONTHS].stages] == in_shift.tolist()


def test_the_gaps_so_far_are_those_of_the_months_lived():
    model = sim.Model(parameters(population={"months": 90}))
    assert math.isnan(model.gap)
    assert math.isnan(model.summary()["gap"])
    stepped(model, 60)
    so_far = model.summary()
    journal = model.run.state.journal
    assert 0 < model.nominal_gap <= model.gap < 1
    assert (so_far["gap"], so_far["nominal_gap"]) == pytest.approx((model.gap, model.nominal_gap))
    losses = [share for name, share in so_far.items() if name.startswith("losses.")]
    assert sum(losses) == pytest.approx(model.gap, abs=1e-9)
    changes = model.run.state.changes
    ended = changes.ambition * (changes.arrival + changes.duration <= 60)
    assert so_far["persistence"] == pytest.approx((ended @ changes.adopted) / (ended @ changes.peak_adoption))
    assert so_far["stops"] == journal.months.stops.sum()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_lives_on_by_itself(duplicate):
    model = stepped(sim.Model(parameters()), 5)
    model.authority(GLASGOW).will = 0.9
    model.agents  # noqa: B018
    twin = duplicate(model)
    assert twin.authority(GLASGOW).model is twin
    assert {agent.model for agent in twin.agents} == {twin}
    before = copy.deepcopy(model.run.state)
    twin.run_model()
    assert (model.month, model.steps) == (5, 5)
    assert_same_state(model.run.state, before)
    model.run_model()
    assert_same_state(model.run.state, twin.run.state)


def test_two_live_models_do_not_touch_each_other():
    declared = parameters()
    first, second = sim.Model(declared, seed=1), sim.Model(declared, seed=2)
    while first.running:
        first.step()
        second.step()
        first.agents.get("will"), second.agents.get("will")
    assert_same_state(first.run.state, sim.simulate(declared, 1).state)
    assert_same_state(second.run.state, sim.simulate(declared, 2).state)
    first.agents.set("will", 0.0)
    assert_same_state(second.run.state, sim.simulate(declared, 2).state)
    assert min(second.agents.get("will")) > 0


def test_a_dropped_model_is_collected():
    model = stepped(sim.Model(parameters()), 2)
    agents = model.agents.select(agent_type=sim.LocalAuthority)
    agents.set("will", 0.4)
    dropped = weakref.ref(model), weakref.ref(model.run.state.users.fit), weakref.ref(next(iter(agents)))
    del model, agents
    gc.collect()
    assert [what() for what in dropped] == [None] * 3


def test_a_run_ends_where_it_was_to_end_by_every_door():
    run = begin(parameters(), 1)
    with pytest.raises(ValueError, match=f"ends after month {MONTHS}; it cannot go on to {MONTHS + 1}"):
        run.advance(MONTHS + 1)
    assert run.month == 0
    run.advance(MONTHS)
    with pytest.raises(ValueError, match=f"ends after month {MONTHS}"):
        run.advance(1)


def test_a_summary_so_far_counts_changes_as_if_the_run_ended_here():
    """Of a run cut short, those of its first half count; of the whole run, twice as many months do."""
    model = stepped(sim.Model(parameters()), MONTHS // 2)
    changes = model.run.state.changes
    early = (changes.arrival >= 0) & (changes.arrival < MONTHS // 4)
    assert 0 < early.sum() < np.sum((changes.arrival >= 0) & (changes.arrival < MONTHS // 2))
    changes.months_to_half[:] = np.where(early, 3, -1)
    changes.months_to_half[np.flatnonzero(early)[0]] = 5
    assert model.summary()["months_to_half"] == np.median(changes.months_to_half[early])


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"seed": True}, "seed must be a whole number from 0"),
        ({"seed": 1.5}, "seed must be a whole number from 0"),
        ({"seed": None}, "seed must be a whole number from 0"),
        ({"seed": MAX_SEED + 1}, f"seed must be a whole number from 0 to {MAX_SEED}"),
        ({"replication": -1}, "replication must be a whole number from 0"),
        ({"parameters": {"population": {"users": 320}}}, r"parameters must be a sim\.Parameters, not a dict"),
    ],
)
def test_bad_arguments_are_refused(given, wrong):
    with pytest.raises((ValueError, TypeError), match=wrong):
        sim.Model(**given)


def test_numpy_seeds_are_seeds():
    declared = parameters(population={"months": 1})
    one, other = sim.Model(declared, seed=np.int64(4)), sim.Model(declared, seed=4)
    one.step(), other.step()
    assert_same_state(one.run.state, other.run.state)
    # Mesa's own generators, for those who shuffle agents.
    assert (one.random.random(), one.rng.random()) == (other.random.random(), other.rng.random())


@pytest.mark.process
def test_the_package_loads_its_public_names_only_when_asked():
    code = """
import sys, sim
heavy = {"mesa", "numba", "numpy", "pandas", "pydantic", "plotly"}
print(sorted(heavy & set(sys.modules)))
assert set(sim.__all__) <= set(dir(sim))
sim.simulate
print("mesa" in sys.modules)
try:
    sim.Modle
except AttributeError as error:
    print(error)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, mesa_loaded, error = answer.stdout.splitlines()
    assert loaded == "[]"
    assert mesa_loaded == "False"
    assert "no name 'Modle'" in error
    assert "Model" in error
    assert all(getattr(sim, name).__name__ == name for name in sim.__all__)
