"""Rules say what decides the map, in short and readable words, and own up when they are no better than guessing."""

import numpy as np
import pytest
from synthetic_sweep import design, sweep

from sim.analysis.decision_rules import Rules, rules_of
from sim.analysis.regime_map import NOBODY, Regimes, regimes


def with_winners(winner):
    """A map whose winners are given; all else is unknown."""
    points = len(winner)
    unknown = np.full(points, np.nan)
    kind = np.where(winner == NOBODY, "not significantly different", "won").astype(object)
    return Regimes(("a", "b"), "gap", winner, kind, winner, winner, unknown, unknown, unknown, np.full(points, 9),
                   np.zeros((2, points)), np.zeros((2, points), bool), np.zeros((2, points), bool), 0.05)  # fmt: skip


def factors(tmp_path, columns):
    points = len(next(iter(columns.values())))
    return sweep(tmp_path / "s", columns, {"a": np.zeros(points), "b": np.zeros(points)}, 2).factors


def test_one_cut_is_found_and_told_in_a_short_number(tmp_path):
    columns = design(200, ("x", "y", "z"))
    rules = rules_of(factors(tmp_path, columns), with_winners((columns["x"] > 0.4).astype(int)), 1)
    assert rules.factors == ("x",)
    assert {rule.words for rule in rules.rules} == {"x is above 0.4", "x is at most 0.4"}
    assert all(rule.density == 1.0 and rule.coverage == 1.0 for rule in rules.rules)
    assert rules.better
    assert rules.accuracy > 0.97
    assert 0.5 < rules.guess < 0.7


def test_coverage_and_density_are_counted_by_hand(tmp_path):
    columns = design(200)
    winner = (columns["x"] > 0.5).astype(int)
    winner[np.argsort(columns["x"])[:10]] = 1
    rules = rules_of(factors(tmp_path, columns), with_winners(winner), 1)
    for rule in rules.rules:
        here = winner[rule.inside]
        assert rule.density == pytest.approx((here == rule.outcome).mean())
        assert rule.coverage == pytest.approx((here == rule.outcome).sum() / (winner == rule.outcome).sum())
    assert sum(rule.inside.sum() for rule in rules.rules) == 200


def test_words_of_a_choice(tmp_path):
    columns = design(120, ("x",)) | {"form": np.array(["p", "q", "r"] * 40)}
    winner = (columns["form"] == "q").astype(int)
    rules = rules_of(factors(tmp_path, columns), with_winners(winner), 1)
    assert {rule.words for rule in rules.rules} == {"form is q", "form is not q"}


def test_noise_gives_no_better_than_guessing(tmp_path):
    """Winners thrown by a coin: over 20 throws hardly any rule passes for knowledge."""
    found = factors(tmp_path, design(200, ("x", "y", "z")))
    generator = np.random.default_rng(4)
    thrown = [rules_of(found, with_winners(generator.integers(0, 2, 200)), 1) for _ in range(20)]
    assert sum(rules.better for rules in thrown) <= 2


@pytest.mark.parametrize(("points", "said"), [(20, "only 20 points"), (60, "same at every point")])
def test_without_enough_to_learn_from_it_says_so(tmp_path, points, said):
    columns = design(points)
    winner = (columns["x"] > 0.5).astype(int) if points == 20 else np.zeros(points, int)
    rules: Rules = rules_of(factors(tmp_path, columns), with_winners(winner), 1)
    assert said in rules.why_not
    assert not rules.better
    assert rules.rules == ()


def test_the_same_map_is_read_alike(tmp_path):
    columns = design(150)
    read = sweep(tmp_path / "s", columns, {"a": np.full(150, 0.6), "b": 0.5 + 0.2 * columns["y"]})
    first, second = (rules_of(read.factors, regimes(read), 7) for _ in range(2))
    assert [r.words for r in first.rules] == [r.words for r in second.rules]
    assert first.accuracy == second.accuracy
