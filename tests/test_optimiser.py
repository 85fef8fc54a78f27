"""The search reaches known fronts, keeps what ε-dominance keeps, and repeats itself to the bit."""

import numpy as np
import pytest

from sim.analysis.search.archive import Archive
from sim.analysis.search.convergence import hypervolume
from sim.analysis.search.optimiser import Optimiser, Settings
from sim.analysis.search.robustness import regrets, robustness, value_of_information


def dtlz2(x, objectives=3):
    """Deb, Thiele, Laumanns and Zitzler 2005: the front is the eighth of the unit sphere at x[3:] = .5."""
    distance = ((x[:, objectives - 1 :] - 0.5) ** 2).sum(axis=1)
    angles = x[:, : objectives - 1] * np.pi / 2
    found = []
    for number in range(objectives):
        value = 1 + distance
        for place in range(objectives - 1 - number):
            value = value * np.cos(angles[:, place])
        if number:
            value = value * np.sin(angles[:, objectives - 1 - number])
        found.append(value)
    return np.column_stack(found)


def zdt1(x):
    g = 1 + 9 * x[:, 1:].mean(axis=1)
    return np.column_stack([x[:, 0], g * (1 - np.sqrt(x[:, 0] / g))])


def searched(function, settings, generations, limit=None):
    optimiser = Optimiser(settings)
    trace = []
    for _ in range(generations):
        x = optimiser.ask()
        trace.append(x.copy())
        objectives = function(x)
        optimiser.tell(objectives, None if limit is None else limit(x))
    return optimiser, trace


def test_the_front_of_dtlz2_is_reached():
    optimiser, _ = searched(dtlz2, Settings(7, (0.02,) * 3, seed=1), 80)
    found = optimiser.archive.objectives
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=0.05)
    # The box of side 1.1 less an eighth of a unit ball: what the whole front would dominate.
    best = (1.1**3 - np.pi / 6) / 1.1**3
    assert hypervolume(found, np.zeros(3), np.full(3, 1.1)) > 0.95 * best


def test_the_front_of_zdt1_is_reached():
    optimiser, _ = searched(zdt1, Settings(10, (0.01, 0.01), seed=2), 120)
    whole = (1.1 * 1.1 - 1 / 3) / 1.21
    assert hypervolume(optimiser.archive.objectives, np.zeros(2), np.full(2, 1.1)) > 0.97 * whole


def test_two_searches_with_one_seed_are_equal_and_two_seeds_are_not():
    settings = Settings(7, (0.05,) * 3, seed=3, population=20, patience=2)
    (first, asked), (second, again) = searched(dtlz2, settings, 30), searched(dtlz2, settings, 30)
    assert first.restarts > 0
    assert all((a == b).all() for a, b in zip(asked, again, strict=True))
    assert (first.archive.objectives == second.archive.objectives).all()
    other, _ = searched(dtlz2, Settings(7, (0.05,) * 3, seed=4, population=20, patience=2), 30)
    assert (
        other.archive.objectives.shape != first.archive.objectives.shape
        or (other.archive.objectives != first.archive.objectives).any()
    )


def test_a_constraint_keeps_policies_out():
    over = lambda x: x[:, :1] - 0.3  # noqa: E731
    optimiser, _ = searched(zdt1, Settings(5, (0.01, 0.01), constraints=1, seed=1, population=40), 60, over)
    assert len(optimiser.archive) > 5
    assert optimiser.archive.solutions[:, 0].max() <= 0.3


def test_what_could_not_be_evaluated_never_enters():
    optimiser = Optimiser(Settings(3, (0.1, 0.1), population=8))
    x = optimiser.ask()
    objectives = x[:, :2].copy()
    objectives[::2] = np.nan
    optimiser.tell(objectives)
    assert np.isfinite(optimiser.archive.objectives).all()
    assert len(optimiser.archive) >= 1


def test_no_kept_policy_dominates_another_and_none_that_was_offered_beats_all():
    draws = np.random.default_rng(0)
    archive, offered = Archive(np.array([0.1, 0.1])), draws.random((500, 2))
    for number, objectives in enumerate(offered):
        archive.add(np.array([number]), objectives)
    steps = archive.steps(archive.objectives)
    assert len(np.unique(steps, axis=0)) == len(archive)
    for mine in steps:
        assert ((steps <= mine).all(axis=1)).sum() == 1
    for mine in archive.steps(offered):
        assert ((steps <= mine).all(axis=1)).any()


def test_of_two_in_a_step_the_nearer_to_its_better_corner_stays():
    archive = Archive(np.array([1.0, 1.0]))
    assert archive.add(np.array([0.0]), np.array([0.9, 0.9]))
    assert archive.add(np.array([1.0]), np.array([0.1, 0.2]))
    assert not archive.add(np.array([2.0]), np.array([0.3, 0.4]))
    assert (archive.solutions.tolist(), archive.progress) == ([[1.0]], 1)


def test_hypervolume_is_the_dominated_share_of_the_declared_box():
    one = np.array([[0.5, 0.25]])
    assert hypervolume(one, np.zeros(2), np.ones(2)) == pytest.approx(0.5 * 0.75)
    assert hypervolume(one, np.zeros(2), np.array([0.4, 1.0])) == 0
    assert hypervolume(np.empty((0, 2)), np.zeros(2), np.ones(2)) == 0


def test_robustness_by_hand():
    outcomes = np.array([[1.0, 5.0, 1.0, 5.0], [3.0, 3.0, 3.0, 3.0]])
    assert regrets(outcomes).tolist() == [[0, 2, 0, 2], [2, 0, 2, 0]]
    found = robustness(outcomes, threshold=3)
    assert found.mean.tolist() == [3, 3]
    assert found.mean_variance.tolist() == [5, 3]
    assert found.satisfied.tolist() == [0.5, 1]
    assert found.regret == pytest.approx([2, 2])
    assert found.agreement["mean_variance", "satisfied"] == pytest.approx(1)


def test_a_future_unknown_for_one_policy_counts_for_none():
    found = robustness(np.array([[1.0, np.nan], [2.0, 0.0]]))
    assert found.mean.tolist() == [1, 2]


def test_the_value_of_information_by_hand():
    outcomes = np.array([[0.0, 4.0, 0.0, 4.0], [3.0, 3.0, 3.0, 3.0]])
    assert value_of_information(outcomes) == pytest.approx(2 - 1.5)
    assert value_of_information(outcomes, np.array([0, 1, 0, 1])) == pytest.approx(0.5)
    assert value_of_information(outcomes, np.array([0, 0, 1, 1])) == 0
