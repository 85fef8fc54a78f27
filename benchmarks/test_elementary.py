"""What a value of a column costs: exponential and logarithm written out, beside the system's, for all cells of a month."""

import math

import numba
import numpy as np
import pytest

from sim.model.kernels import vector_math

CELLS = 32 * 21
TIMES = 1000


@numba.njit
def library_exponential(x):
    return math.exp(x)


@numba.njit
def library_logarithm(x):
    return math.log(x)


@numba.njit(error_model="numpy")
def through(rule, column, found):
    for _ in range(TIMES):
        for row in range(len(column)):
            found[row] = rule(column[row])


@pytest.mark.parametrize(
    "rule",
    [vector_math.exponential, library_exponential, vector_math.logarithm, library_logarithm],
    ids=["exponential", "library's exponential", "logarithm", "library's logarithm"],
)
def test_a_column(benchmark, rule):
    column = np.random.default_rng(1).random(CELLS) + 1e-9
    found = np.empty(CELLS)
    benchmark(through, rule, column, found)
    benchmark.extra_info["ns a value"] = round(benchmark.stats.stats.min / (TIMES * CELLS) * 1e9, 2)
    print(f"\n{benchmark.extra_info['ns a value']} ns a value")
    assert np.isfinite(found).all()
