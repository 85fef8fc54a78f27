"""Levers that sum to one, and policies crossed with futures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiments.factors import Factor
from sim.experiments.policies import Simplex, Space, crossed, row_of, simplexes
from sim.model.decision_rights import ROWS
from sim.model.parameters import Parameters
from sim.scenarios.layers import laid_over

EVEN = Simplex("design", (1.0,) * 4)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=5),
    st.none() | st.integers(1, 12),
    st.sampled_from([(1.0,) * 4, (0.5, 2.0, 1.0, 4.0)]),
)
def test_every_row_is_a_row_that_the_model_takes(shares, steps, concentration):
    rows = Simplex("design", concentration, steps).values_at(np.array(shares))
    for number in range(len(shares)):
        point = {key: float(values[number]) for key, values in rows.items()}
        Parameters.model_validate(laid_over(Parameters().__dict__, point))
        if steps:
            assert all((np.round(v * steps) == pytest.approx(v * steps)) for v in point.values())


@pytest.mark.parametrize("concentration", [(1.0,) * 4, (0.5, 2.0, 1.0, 4.0)])
def test_uniform_numbers_give_the_dirichlet_distribution(concentration):
    draws = np.random.default_rng(1).random((20_000, 4))
    rows = np.array(list(Simplex("design", concentration).values_at(draws).values()))
    total = sum(concentration)
    for alpha, share in zip(concentration, rows, strict=True):
        assert stats.kstest(share, stats.beta(alpha, total - alpha).cdf).pvalue > 1e-4


def test_a_lattice_has_every_row_once():
    rows = Simplex("judged_on", (1.0,) * 3, steps=4).lattice()
    assert len(rows) == 15 == len(np.unique(rows, axis=0))
    assert rows.sum(axis=1) == pytest.approx(np.ones(15))


def test_the_whole_table_is_six_rows():
    assert [simplex.row for simplex in simplexes("power")] == list(ROWS)
    assert [simplex.row for simplex in simplexes("power.judged_on")] == ["judged_on"]
    assert row_of("power") is None
    assert row_of("power.design.centre") is None
    assert row_of("design") is None


def test_a_space_turns_points_of_a_cube_into_policies():
    space = Space(
        (
            Factor("pace.protected", "lever", 0.0, 0.4),
            EVEN,
            Factor("work.form", "lever", levels=("product", "minimum")),
        )
    )
    assert space.variables == 6
    found = space.values_at(np.full((3, 6), 0.5))
    assert list(found) == [factor.key for factor in space.factors]
    assert found["pace.protected"].tolist() == [0.2] * 3
    assert found["power.design.users"] == pytest.approx(np.full(3, 0.25))
    assert found["work.form"] == ["minimum"] * 3


def test_a_grid_has_every_combination():
    space = Space(
        (Factor("work.load", "lever", levels=(1.0, 2.0)), Simplex("judged_on", (1.0,) * 3, steps=2))
    )
    found = space.grid()
    assert space.grid_size() == 12 == len(found["work.load"])
    assert len({tuple(values[n] for values in found.values()) for n in range(12)}) == 12


def test_every_policy_meets_every_future():
    points = crossed({"a": np.array([1.0, 2.0]), "w": ["x", "y"]}, {"b": np.array([5, 6, 7])})
    assert points["a"].tolist() == [1, 1, 1, 2, 2, 2]
    assert points["w"] == ["x"] * 3 + ["y"] * 3
    assert points["b"].tolist() == [5, 6, 7] * 2
