"""What is written out for columns agrees with the mathematics library, one value at a time or many at once."""

import math

import numba
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.model.kernels import vector_math

LAST_DIGITS = 2.0**-51
"""Two units in the last place of a number just above a power of two."""


@numba.njit(error_model="numpy")
def through(rule, column):
    found = np.empty(len(column))
    for row in range(len(column)):
        found[row] = rule(column[row])
    return found


@given(x=st.floats(-708.0, 709.0))
@example(x=0.0)
@example(x=-0.0)
@example(x=0.5 * math.log(2.0))
@example(x=-5e-324)
def test_the_exponential(x):
    assert vector_math.exponential(x) == pytest.approx(math.exp(x), rel=LAST_DIGITS, abs=0.0)
    assert vector_math.exponential(x) == vector_math.exponential.py_func(x)


def test_series_are_long_enough():
    """In steps over all that is left once twos are taken out, and at its ends, where the last term counts."""
    for x in np.linspace(-0.5 * math.log(2.0), 0.5 * math.log(2.0), 5001):
        assert abs(vector_math.exponential(x) - math.exp(x)) <= math.ulp(math.exp(x))
    for x in np.linspace(math.sqrt(0.5), math.sqrt(2.0), 5001):
        assert abs(vector_math.logarithm(x) - math.log(x)) <= 2.0 * math.ulp(math.log(x))


@pytest.mark.parametrize("x", [-708.5, -1e6, -1e300, -math.inf])
def test_next_to_nothing_is_nothing(x):
    assert vector_math.exponential(x) == 0.0


def test_what_is_no_number_stays_none():
    assert math.isnan(vector_math.exponential(math.nan))


@given(x=st.floats(1e-300, 1e300))
@example(x=1.0)
@example(x=math.sqrt(0.5))
@example(x=math.nextafter(1.0, 0.0))
@example(x=math.nextafter(1.0, 2.0))
@example(x=1e-9)
def test_the_logarithm(x):
    assert vector_math.logarithm(x) == pytest.approx(math.log(x), rel=LAST_DIGITS, abs=0.0)
    assert vector_math.logarithm(x) == vector_math.logarithm.py_func(x)


@pytest.mark.parametrize(
    "rule", [vector_math.exponential, vector_math.logarithm], ids=["exponential", "logarithm"]
)
@pytest.mark.parametrize("many", [1, 7, 32, 100, 4003])
def test_many_at_once_are_each_alone(rule, many):
    """Columns are worked on several values at a time, with a rest at the end: to the bit as one by one."""
    column = np.linspace(0.001, 1.5, many)
    assert through(rule, column).tolist() == [rule(value) for value in column]


def test_the_mean_counts_every_row():
    for many in (1, 3, 4, 7, 101):
        values = np.arange(1.0, many + 1.0) / 8.0
        assert vector_math.mean_of(values) == pytest.approx(values.mean(), rel=1e-15)
