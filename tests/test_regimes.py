"""The regime map: a boundary that is known is found, and where nothing differs nobody wins."""

import numpy as np
import pytest
from scipy.stats import t as student
from synthetic_sweep import design, gaps, responses, sweep, write

from sim.analysis.decision_rules import rules_of
from sim.analysis.regime_map import NOBODY, OPEN, SAME, UNKNOWN, best_positions, regimes, scale_of
from sim.analysis.sweep_data import read_sweep
from sim.stats import false_discoveries, half_width, p_value, p_values

LEVEL = 0.6


def flat(points, **structures):
    return {name: np.full(points, value) for name, value in structures.items()}


def test_p_values_are_those_of_one_column_at_a_time():
    values = np.random.default_rng(1).normal(0.3, 1, (12, 40))
    values[3, :5] = np.nan
    values[:, 5] = 0.25
    values[:, 6] = 0.0
    values[1:, 7] = np.nan
    np.testing.assert_allclose(p_values(values), [p_value(v) for v in values.T], rtol=1e-12)


def test_an_interval_excludes_zero_just_where_its_test_stands():
    generator = np.random.default_rng(2)
    values = generator.normal(generator.choice([0.0, 0.8], 200), 1, (15, 200))
    stands, level = false_discoveries(p_values(values))
    assert 0 < stands.sum() < 200
    np.testing.assert_array_equal(np.abs(values.mean(axis=0)) > half_width(values, level), stands)


def test_false_discoveries_by_the_book():
    # Benjamini and Hochberg's own example (1995, 15 tests): four stand at 5 %.
    p = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
                  0.6528, 0.7590, 1.0])  # fmt: skip
    stands, level = false_discoveries(p)
    assert stands.sum() == 4
    assert level == pytest.approx(0.05 * 4 / 15)


def test_half_widths_are_students():
    values = np.random.default_rng(3).normal(size=(9, 1))
    expected = student.ppf(0.99, 8) * values.std(ddof=1) / 3
    assert half_width(values, 0.02)[0] == pytest.approx(expected)


def test_the_boundary_is_found(tmp_path):
    """The winner flips at x + y = 1; points with an edge of more than three standard errors are called right."""
    columns = design(600)
    distance = columns["x"] + columns["y"] - 1
    read = sweep(tmp_path / "s", columns, {"a": np.full(600, LEVEL), "b": LEVEL + 0.1 * distance}, 20)
    found = regimes(read)
    truth = np.where(distance > 0, 0, 1)
    won = found.winner != NOBODY
    assert (found.winner[won] == truth[won]).mean() >= 0.99
    # The standard error of an edge is about 0.014 / sqrt(20): 0.1 points of distance are three of them.
    far = np.abs(distance) > 0.16
    assert (found.winner[far] == truth[far]).mean() >= 0.99
    # No clear winner only near the boundary.
    assert np.abs(distance[~won]).max() < 0.16
    rules = rules_of(read.factors, found, 1)
    assert rules.better
    assert set(rules.factors) == {"x", "y"}
    # Three cuts parallel to the axes cannot do better than a staircase along the diagonal.
    assert rules.accuracy > 0.70


def test_the_boundary_is_where_it_is(tmp_path):
    """A straight line through the points where the edge is 0, fitted to the map, is x + y = 1 within 0.02."""
    columns = design(600)
    distance = columns["x"] + columns["y"] - 1
    read = sweep(tmp_path / "s", columns, {"a": np.full(600, LEVEL), "b": LEVEL + 0.1 * distance}, 20)
    found = regimes(read)
    signed = np.where(found.best == 0, found.edge, -found.edge)
    table = np.column_stack([columns["x"], columns["y"], np.ones(600)])
    bx, by, constant = np.linalg.lstsq(table, signed, rcond=None)[0]
    assert -constant / bx == pytest.approx(1, abs=0.02)
    assert -constant / by == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("structures", [2, 7])
def test_where_nothing_differs_the_map_stays_empty(tmp_path, structures):
    """Over 60 seeds: a map with any winner at all comes with a chance of at most 5 %."""
    columns = design(80)
    with_a_winner, won = 0, []
    for seed in range(60):
        means = flat(80, **{f"s{k}": LEVEL for k in range(structures)})
        folder = write(
            tmp_path / str(seed), columns, responses(gaps(means, 10, luck=0.05, seed=100 + 2 * seed))
        )
        found = regimes(read_sweep(folder))
        with_a_winner += bool((found.winner != NOBODY).any())
        won.append((found.winner != NOBODY).mean())
    # Binomial: more than 7 of 60 come with a chance below 2 % when each has 5 %.
    assert with_a_winner <= 7
    assert np.mean(won) <= 0.05


def test_the_winner_does_not_hang_on_the_order(tmp_path):
    columns = design(50)
    means = {"a": LEVEL + 0.1 * columns["x"], "b": LEVEL + 0.1 * columns["y"], "c": np.full(50, LEVEL + 0.05)}
    made = responses(gaps(means))
    forward = regimes(read_sweep(write(tmp_path / "f", columns, made)))
    backward = regimes(read_sweep(write(tmp_path / "b", columns, dict(reversed(made.items())))))
    names = [[r.called(p) for p in range(50)] for r in (forward, backward)]
    assert names[0] == names[1]
    assert {"a", "b"} <= set(names[0])


def test_a_trifle_wins_nothing(tmp_path):
    means = {"a": np.full(40, LEVEL), "b": np.full(40, LEVEL + 0.003)}
    made = responses(gaps(means, luck=0.0005))
    found = regimes(read_sweep(write(tmp_path / "s", design(40), made)))
    assert (found.kind == SAME).all()
    assert (found.winner == NOBODY).all()


def test_a_structure_practically_the_same_as_the_best_denies_it_the_win(tmp_path):
    """Clear of both others, and yet no winner: the nearer one is behind by a trifle, however surely."""
    made = responses(gaps({"a": np.full(40, LEVEL)}))
    near = {key: value + 0.001 for key, value in made["a"].items()}
    far = responses(gaps({"c": np.full(40, LEVEL + 0.1)}, luck=0.02, seed=9))["c"]
    read = read_sweep(write(tmp_path / "s", design(40), {"a": made["a"], "b": near, "c": far}))
    found = regimes(read)
    assert (found.kind == SAME).all()


def test_the_rival_of_a_winner_is_the_next(tmp_path):
    """Not the one whose difference varies more, though its difference is less clear."""
    made = responses(gaps({"a": np.full(40, LEVEL), "b": np.full(40, LEVEL + 0.03)}, luck=0.001))
    made["c"] = responses(gaps({"c": np.full(40, LEVEL + 0.2)}, luck=0.08, seed=9))["c"]
    found = regimes(read_sweep(write(tmp_path / "s", design(40), made)))
    assert (found.winner == 0).all()
    assert (found.rival == 1).all()


def test_two_that_tie_do_not_win_but_the_third_is_ruled_out(tmp_path):
    read = sweep(tmp_path / "s", design(40), flat(40, a=LEVEL, b=LEVEL, c=LEVEL + 0.1))
    found = regimes(read)
    assert (found.winner == NOBODY).all()
    assert set(found.kind) == {OPEN}
    assert found.ruled_out[2].all()
    # Of what is ruled out one in twenty may be by chance.
    assert found.ruled_out[:2].sum() <= 4


def test_one_replication_decides_nothing(tmp_path):
    found = regimes(sweep(tmp_path / "s", design(10), flat(10, a=0.1, b=0.9), 1))
    assert (found.kind == UNKNOWN).all()
    assert (found.winner == NOBODY).all()


def test_failed_runs_are_left_out_in_pairs(tmp_path):
    failed = [("a", 3, r) for r in range(19)] + [("b", 4, 0)]
    found = regimes(sweep(tmp_path / "s", design(10), flat(10, a=0.5, b=0.6), failed=failed))
    assert found.kind[3] == UNKNOWN
    assert found.pairs[4] == 19
    assert (np.delete(found.winner, 3) == 0).all()


def test_the_best_position_between_the_ends(tmp_path):
    from synthetic_sweep import grid

    columns = grid(**{"power.distribution": np.linspace(0, 1, 6), "x": np.linspace(0, 1, 5)})
    bowl = LEVEL + 0.3 * (columns["power.distribution"] - 0.4) ** 2
    scale = scale_of(sweep(tmp_path / "s", columns, {"baseline": bowl}, kind="grid"))
    found = best_positions(scale.levels, scale.positions)
    assert np.median(found.best) == pytest.approx(0.4)
    assert found.inside.all()
    slope = LEVEL + 0.1 * columns["power.distribution"]
    tilted = scale_of(sweep(tmp_path / "t", columns, {"baseline": slope}, kind="grid"))
    found = best_positions(tilted.levels, tilted.positions)
    assert (found.best == 0.0).mean() > 0.7
    assert not found.inside.any()


def test_those_who_share_a_lead_are_the_best_and_all_not_clearly_behind_it(tmp_path):
    half = np.arange(400) < 200
    means = {
        "a": np.where(half, LEVEL, LEVEL + 0.2),
        "b": np.full(400, LEVEL),
        "c": np.full(400, LEVEL + 0.1),
    }
    found = regimes(sweep(tmp_path / "s", design(400), means, 20))
    # In the first half a and b are the same in truth and c is behind; in the second b wins alone.
    (together, at), *_ = found.shared_leads()
    assert together == (0, 1)
    assert at[~half].sum() == 0
    assert at[half].mean() > 0.9
    assert (found.winner[~half] == 1).all()
    assert not found.leaders[[0, 2]][:, ~half].any()
    assert found.leaders[1][~half].all()
    assert not found.leaders[2].any()
