"""Known answers through the whole path of sensitivity: a design, a folder, the reading, the indices."""

import numpy as np
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import qmc
from synthetic_sweep import design, grid, sweep, worlds, write

from sim.analysis.sensitivity import of_structures, rank_correlation, sensitivity
from sim.analysis.sweep_data import read_sweep
from sim.analysis.variance import point_means, seed_share, stochastic_variance_of_means

PI = np.pi

# Ishigami, a = 7, b = 0.1 (Ishigami and Homma 1990; Saltelli et al. 2008).
ISHIGAMI_FIRST = {"x0": 0.3139, "x1": 0.4424, "x2": 0.0}
ISHIGAMI_TOTAL = {"x0": 0.5576, "x1": 0.4424, "x2": 0.2437}

# Sobol' G with these coefficients: V_i = 1 / (3 (1 + a_i)^2).
G_COEFFICIENTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def ishigami(x):
    x = PI * (2 * x - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(x):
    return np.prod((np.abs(4 * x - 2) + G_COEFFICIENTS) / (1 + G_COEFFICIENTS), axis=1)


def g_indices():
    parts = 1 / (3 * (1 + G_COEFFICIENTS) ** 2)
    whole = np.prod(1 + parts) - 1
    total = [parts[k] * np.prod(np.delete(1 + parts, k)) for k in range(len(parts))]
    return parts / whole, np.array(total) / whole


def cube(count):
    return {"num_vars": count, "names": [f"x{k}" for k in range(count)], "bounds": [[0.0, 1.0]] * count}


def columns_of(table):
    return {f"x{k}": column for k, column in enumerate(table.T)}


def read_back(folder, table, values, kind, replications=1, **settings):
    """A response through the folder: the same in every replication but for what a world does to all alike."""
    shared = np.random.default_rng(8).normal(0, 1.0, replications) if replications > 1 else np.zeros(1)
    made = {"a": {"y": values[:, None] + shared}}
    return read_sweep(write(folder, columns_of(table), made, kind=kind, settings=settings))


def by_factor(found, kind):
    return {i.factor: getattr(i, kind) for i in found.influences}


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("replications", [1, 4])
def test_ishigami(tmp_path, second_order, replications):
    generator = np.random.default_rng(11)
    table = sobol_sample.sample(cube(3), 1024, calc_second_order=second_order, seed=generator)
    read = read_back(
        tmp_path / "s", table, ishigami(table), "saltelli", replications, second_order=second_order
    )
    (found,) = of_structures(read)
    for truth, kind in ((ISHIGAMI_FIRST, "first"), (ISHIGAMI_TOTAL, "total")):
        for factor, (mean, low, high) in by_factor(found, kind).items():
            assert mean == pytest.approx(truth[factor], abs=0.05)
            assert low - 0.02 <= truth[factor] <= high + 0.02


def test_sobol_g(tmp_path):
    table = sobol_sample.sample(cube(6), 1024, calc_second_order=False, seed=np.random.default_rng(12))
    read = read_back(tmp_path / "s", table, sobol_g(table), "saltelli", samples=1024, second_order=False)
    (found,) = of_structures(read)
    first, total = g_indices()
    for k in range(6):
        assert by_factor(found, "first")[f"x{k}"][0] == pytest.approx(first[k], abs=0.03)
        assert by_factor(found, "total")[f"x{k}"][0] == pytest.approx(total[k], abs=0.03)
    assert [i.factor for i in found.influences][:3] == ["x0", "x1", "x2"]


def test_morris_ranks_sobol_g_and_knows_a_straight_line(tmp_path):
    table = morris_sample.sample(cube(6), 40, num_levels=4, seed=np.random.default_rng(13))
    read = read_back(tmp_path / "g", table, sobol_g(table), "morris", trajectories=40, levels=4)
    (found,) = of_structures(read)
    assert [i.factor for i in found.influences][:4] == ["x0", "x1", "x2", "x3"]
    straight = read_back(tmp_path / "l", table, table @ np.arange(6.0), "morris", trajectories=40, levels=4)
    (found,) = of_structures(straight)
    for factor, (mean, _, _) in by_factor(found, "first").items():
        assert mean == pytest.approx(float(factor[1:]), abs=1e-9)
    assert all(sigma[0] == pytest.approx(0, abs=1e-9) for sigma in by_factor(found, "total").values())


def test_unknown_responses_cost_their_block_alone(tmp_path):
    """One NaN would make all of SALib's indices NaN; here its block is left out and counted."""
    table = sobol_sample.sample(cube(3), 256, calc_second_order=False, seed=np.random.default_rng(14))
    values = ishigami(table)
    values[[7, 300]] = np.nan
    read = read_back(tmp_path / "s", table, values, "saltelli", second_order=False)
    (found,) = of_structures(read)
    assert found.left_out == 10
    assert all(np.isfinite(i.first).all() and np.isfinite(i.total).all() for i in found.influences)
    table = morris_sample.sample(cube(3), 20, num_levels=4, seed=np.random.default_rng(15))
    values = ishigami(table)
    values[9] = np.nan
    (found,) = of_structures(read_back(tmp_path / "m", table, values, "morris", levels=4))
    assert found.left_out == 4
    assert all(np.isfinite(i.first[0]) for i in found.influences)


def test_a_sample_without_its_own_method_gets_first_order_indices(tmp_path):
    table = qmc.LatinHypercube(3, rng=np.random.default_rng(16)).random(1000)
    (found,) = of_structures(read_back(tmp_path / "s", table, ishigami(table), "latin_hypercube"))
    assert found.method == "rbd_fast"
    for factor, (mean, low, high) in by_factor(found, "first").items():
        assert mean == pytest.approx(ISHIGAMI_FIRST[factor], abs=0.06)
        assert low < ISHIGAMI_FIRST[factor] + 0.03
        assert high > ISHIGAMI_FIRST[factor] - 0.03
    assert all(np.isnan(i.total[0]) for i in found.influences)


def test_a_grid_is_averaged_exactly(tmp_path):
    steps = (np.arange(20) + 0.5) / 20
    columns = grid(x0=steps, x1=steps, x2=steps)
    table = np.column_stack(list(columns.values()))
    (found,) = of_structures(read_back(tmp_path / "s", table, ishigami(table), "grid", 3))
    assert found.method == "grid"
    for factor in ISHIGAMI_FIRST:
        assert by_factor(found, "first")[factor][0] == pytest.approx(ISHIGAMI_FIRST[factor], abs=0.01)
        assert by_factor(found, "total")[factor][0] == pytest.approx(ISHIGAMI_TOTAL[factor], abs=0.01)


def test_words_where_nothing_can_be_said(tmp_path):
    table = np.random.default_rng(17).random((12, 2))
    (flat,) = of_structures(read_back(tmp_path / "f", table, np.ones(12), "latin_hypercube"))
    assert "same at every point" in flat.why_not
    (few,) = of_structures(read_back(tmp_path / "l", table[:6], table[:6, 0], "list"))
    assert "only 6 points" in few.why_not
    (some,) = of_structures(read_back(tmp_path / "r", table, table[:, 0], "latin_hypercube"))
    assert some.method == "rank"
    assert some.influences[0].factor == "x0"


def test_ranks_have_a_direction():
    x = np.linspace(0, 1, 30)
    up, down = rank_correlation(x, np.exp(x)), rank_correlation(x, -(x**3))
    assert up[0] == pytest.approx(1)
    assert down[0] == pytest.approx(-1)
    noise = rank_correlation(x, np.random.default_rng(18).normal(size=30))
    assert noise[1] < 0 < noise[2]


def test_the_share_due_to_the_seed_is_the_one_put_in():
    """Settings, worlds and luck with variances 1, 2 and 1: three quarters are due to the seed."""
    generator = np.random.default_rng(19)
    values = (
        generator.normal(0, 1, (400, 1))
        + generator.normal(0, 2**0.5, (1, 300))
        + generator.normal(0, 1, (400, 300))
    )
    share, low, high = seed_share(values, 1)
    assert share == pytest.approx(0.75, abs=0.04)
    assert low < 0.75 < high
    assert seed_share(np.tile(np.arange(5.0), (6, 1)).T, 1)[0] == pytest.approx(0, abs=1e-12)


def test_luck_left_in_the_means_is_the_one_put_in():
    generator = np.random.default_rng(20)
    chance_share = generator.normal(0, 1, (4000, 10))
    assert stochastic_variance_of_means(chance_share) == pytest.approx(1.0, abs=0.1)
    settings = generator.normal(0, 0.3**0.5, (4000, 1))
    # Luck of variance 1 over ten replications leaves 0.1, beside 0.3 by the settings.
    assert stochastic_variance_of_means(chance_share + settings) == pytest.approx(0.25, abs=0.05)


def test_a_run_missing_in_a_kind_world_does_not_move_its_point():
    shared = worlds(6, 8, spread=0.3, luck=0.0)
    values = np.arange(6.0)[:, None] + shared
    missing = values.copy()
    missing[2, np.argmin(shared[0])] = np.nan
    apart = point_means(missing)
    assert apart[2] - apart[1] == pytest.approx(1.0, abs=0.05)


def test_the_difference_between_structures_is_its_own_response(tmp_path):
    columns = design(200)
    means = {"a": 0.6 + 0.2 * columns["x"], "b": 0.6 + 0.2 * columns["x"] + 0.1 * columns["y"]}
    read = sweep(tmp_path / "s", columns, means)
    values = read.numbers("gap")
    alone = sensitivity(read, values[0], "a").influences[0]
    apart = sensitivity(read, values[0] - values[1], "a − b").influences[0]
    assert alone.factor == "x"
    assert apart.factor == "y"
