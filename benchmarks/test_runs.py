"""How long a run takes in process: by table, by number of users, with and without mechanisms."""

import resource
import sys

import pytest

from sim.model.outcomes import summary
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schedule import begin, simulate

EVERYBODY = 5_447_700


def parameters(**groups):
    return Parameters.model_validate(groups)


@pytest.mark.parametrize("distribution", [0.0, 1.0], ids=["hierarchy", "distributed"])
def test_default_run(benchmark, distribution):
    """32 councils, 160 bodies, 3,200 users, 24 changes, 120 months: aim 6 ms."""
    one = parameters(power={"distribution": distribution})
    run = benchmark(simulate, one, 2026)
    assert run.month == 120


def test_run_without_mechanisms(benchmark):
    one = parameters(mechanisms=dict.fromkeys(MECHANISM_NAMES, 0.0))
    assert benchmark(simulate, one, 2026).month == 120


def test_setting_a_world_up(benchmark):
    assert benchmark(begin, parameters(), 2026).month == 0


def test_reading_a_run(benchmark):
    run = simulate(parameters(), 2026)
    assert 0.0 < benchmark(summary, run)["gap"] < 1.0


@pytest.mark.parametrize("users", [3_200, 32_000, 320_000])
def test_cost_by_users(benchmark, users):
    """Linear in users: ten times the users, at most ten times the time."""
    one = parameters(population={"users": users})
    benchmark.extra_info["users"] = users
    assert benchmark.pedantic(simulate, (one, 2026), rounds=3).month == 120


def test_everybody(benchmark):
    """The whole population, each a user: aim 60 s and 6 GiB."""
    one = parameters(population={"users": EVERYBODY})
    run = benchmark.pedantic(simulate, (one, 2026), rounds=1)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    benchmark.extra_info["peak GiB"] = round(peak, 2)
    print(f"\npeak memory of the whole process: {peak:.2f} GiB")
    assert len(run.state.users.will) == EVERYBODY
