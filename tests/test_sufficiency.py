"""How many replications would have sufficed, where that is known beforehand."""

import numpy as np
import pytest
from synthetic_sweep import design, gaps, responses, sweep, write

from sim.analysis.regime_map import regimes
from sim.analysis.sweep_data import read_sweep
from sim.analysis.variance import replications_for_map, replications_needed

FLAT = np.full(60, 0.6)


def test_a_wide_edge_needs_few(tmp_path):
    read = sweep(tmp_path / "s", design(60), {"a": FLAT, "b": FLAT + 0.2}, 30)
    enough = replications_for_map(read, regimes(read))
    assert enough.enough <= 4
    assert enough.agreement[-1] == 1.0
    assert enough.decided[-1] == 1.0
    assert enough.open_points == 0


def test_with_two_replications_nothing_is_said(tmp_path):
    read = sweep(tmp_path / "s", design(60), {"a": FLAT, "b": FLAT + 0.2}, 2)
    assert replications_for_map(read, regimes(read)) is None


def test_the_number_needed_is_the_number_that_does(tmp_path):
    """An edge of d with luck of s needs about (t s / d)^2: a sweep of that size tells most points apart."""
    means = {"a": FLAT, "b": FLAT + 0.012}
    few = read_sweep(write(tmp_path / "f", design(60), responses(gaps(means, 12, luck=0.02))))
    needed = replications_needed(few, regimes(few))
    # The spread of a difference is 0.02 × sqrt(2): with t near 3, 50 replications.
    assert 20 < np.median(needed) < 150
    many = read_sweep(
        write(tmp_path / "m", design(60), responses(gaps(means, int(np.median(needed) * 2), luck=0.02)))
    )
    assert (regimes(many).winner == 0).mean() > 0.8


def test_no_number_is_enough_where_there_is_no_difference(tmp_path):
    made = responses(gaps({"a": FLAT}, 10))
    twins = read_sweep(write(tmp_path / "s", design(60), {"a": made["a"], "b": made["a"]}))
    assert np.isinf(replications_needed(twins, regimes(twins))).all()


@pytest.mark.parametrize("replications", [5, 25])
def test_the_tried_numbers_end_with_all(tmp_path, replications):
    read = sweep(tmp_path / "s", design(60), {"a": FLAT, "b": FLAT + 0.02}, replications)
    enough = replications_for_map(read, regimes(read))
    assert enough.tried[-1] == replications
    assert list(enough.tried) == sorted(set(enough.tried))
