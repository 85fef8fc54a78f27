"""Time from names and values to checked parameters, after the first composition of a process: aim 0.5 ms."""

import itertools

import pytest

from sim.experiments.design_point import apply_design_point
from sim.scenarios.compose import compose

OVERRIDES = ["work.load=2", "power.distribution=0.5"]


@pytest.fixture(scope="module", autouse=True)
def composed_before():
    """Hydra composes the shipped scenarios on first use, which is not timed here."""
    compose(["baseline"])


def test_compose_with_overrides(benchmark):
    assert benchmark(compose, ["hierarchy"], OVERRIDES)[0].parameters.work.load == 2.0


def test_compose_with_a_new_value_each_time(benchmark):
    """Hydra's parser reads each new `key=value` once, at about 0.2 ms."""
    numbers = itertools.count()

    def with_new_value():
        return compose(["hierarchy"], [f"work.load={1 + next(numbers) * 1e-6!r}"])

    assert benchmark(with_new_value)[0].parameters.work.load > 1.0


def test_apply_design_point(benchmark):
    (scenario,) = compose(["hierarchy"])
    point = {"work.load": 2.0, "power.distribution": 0.5}
    assert benchmark(apply_design_point, scenario, point).power.agenda.centre == 0.5
