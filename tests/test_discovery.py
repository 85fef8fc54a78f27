"""Scenario discovery: planted regions are found, noise is not, and conditions are read or refused."""

import numpy as np
import pytest

from sim.analysis.conditions import Condition, condition
from sim.analysis.discovery import discover, feature_scores
from sim.analysis.sweep_data import NOT_RUN, OK, Sweep, SweptFactor
from sim.errors import InputProblems


def factors(columns):
    return [SweptFactor(key, "uncertainty", "", "", None, None, values) for key, values in columns.items()]


def where(cases, known=None):
    values = cases.astype(float)
    if known is not None:
        values[~known] = np.nan
    return Condition("gap > 0.8", values, cases & np.isfinite(values))


def said(found):
    return [[(r.factor.key, r.limits, r.p, r.reproduced) for r in box.restrictions] for box in found.boxes]


def planted(seed, points=300, others=18):
    draws = np.random.default_rng(seed)
    columns = {f"other_{number}": draws.random(points) for number in range(others)}
    columns["staff"], columns["pressure"] = draws.random(points), draws.random(points)
    columns["form"] = np.array(["product", "minimum", "mean"], dtype=object)[draws.integers(0, 3, points)]
    return columns, (columns["staff"] < 0.45) & (columns["pressure"] > 0.5)


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_region_is_found_and_confirmed_by_points_not_used(seed):
    columns, cases = planted(seed)
    found = discover(factors(columns), where(cases), seed=1)
    box = found.boxes[0]
    assert {restriction.factor.key for restriction in box.restrictions} == {"staff", "pressure"}
    assert box.coverage >= 0.9
    assert box.density >= 0.9
    assert found.better_than_guessing
    assert found.held_out.density > 0.8
    assert all(restriction.p < 1e-6 and restriction.reproduced >= 0.8 for restriction in box.restrictions)
    assert (box.inside.sum(), cases[box.inside].mean()) == (box.points, pytest.approx(box.density))


def test_a_planted_category_is_found():
    columns, _ = planted(9)
    cases = (columns["form"] == "minimum") & (columns["staff"] > 0.3)
    box = discover(factors(columns), where(cases), seed=1).boxes[0]
    limits = {restriction.factor.key: restriction.limits for restriction in box.restrictions}
    assert limits["form"] == ("minimum",)
    assert limits["staff"][0] == pytest.approx(0.3, abs=0.02)


def test_two_planted_regions_are_two_boxes():
    draws = np.random.default_rng(3)
    columns = {name: draws.random(800) for name in "abcd"}
    cases = ((columns["a"] > 0.8) & (columns["b"] > 0.4)) | ((columns["c"] < 0.25) & (columns["d"] < 0.5))
    found = discover(factors(columns), where(cases), seed=1)
    held = np.zeros(800, bool)
    for box in found.boxes:
        held |= box.inside
    assert len(found.boxes) >= 2
    assert cases[held].sum() / cases.sum() >= 0.9
    assert cases[held].mean() >= 0.9


def test_noise_is_no_better_than_guessing():
    wrong = 0
    for seed in range(12):
        draws = np.random.default_rng(seed)
        columns = {f"x{number}": draws.random(200) for number in range(12)}
        wrong += discover(factors(columns), where(draws.random(200) < 0.3), seed=1).better_than_guessing
    assert wrong <= 1


def test_unknown_points_are_left_out_and_lie_in_no_box():
    columns, cases = planted(2)
    known = np.random.default_rng(0).random(300) < 0.8
    found = discover(factors(columns), where(cases, known), seed=1)
    assert found.points == known.sum()
    assert found.cases == (cases & known).sum()
    assert not (found.boxes[0].inside & ~known).any()


def test_two_readings_are_equal():
    columns, cases = planted(4)
    first, second = (discover(factors(columns), where(cases), seed=1) for _ in range(2))
    assert first.held_out == second.held_out
    assert said(first) == said(second)


@pytest.mark.parametrize(
    ("cases", "points", "said"),
    [
        (np.zeros(100, bool), 100, "holds at no point"),
        (np.ones(100, bool), 100, "holds at every point"),
        (np.arange(100) < 3, 100, "holds at only 3 of 100 points"),
        (np.arange(100) >= 3, 100, "fails at only 3 of 100 points"),
        (np.arange(20) < 10, 20, "only 20 points"),
    ],
)
def test_too_little_to_learn_from_is_said(cases, points, said):
    columns = {"x": np.random.default_rng(0).random(points)}
    found = discover(factors(columns), where(cases), seed=1)
    assert said in found.why_not
    assert not found.boxes
    assert not found.better_than_guessing


def sweep(structures=("hierarchy", "distributed"), replications=2, months=60):
    shape = (len(structures), 3, replications)
    gap = np.arange(np.prod(shape), dtype=float).reshape(shape) / 10
    half = np.full(shape, np.nan)
    half[:, 0] = 20.0
    plan = {"scenarios": [{"name": s, "parameters": {"population": {"months": months}}} for s in structures]}
    responses = {"gap": gap, "months_to_half": half, "losses.will": gap / 2}
    return Sweep(plan, structures, (), responses, np.full(shape, OK, np.int8))


def test_a_condition_is_the_mean_over_replications():
    found = condition(sweep(), "distributed.gap>.9")
    assert found.values == pytest.approx([0.65, 0.85, 1.05])
    assert found.holds.tolist() == [False, False, True]
    assert found.text == "distributed.gap > .9"


def test_a_difference_is_taken_within_replications():
    of = sweep()
    of.responses["gap"][0, 0, 0] = np.nan
    found = condition(of, "hierarchy.gap − distributed.losses.will >= -0.2")
    first, second = of.responses["gap"][0], of.responses["losses.will"][1]
    assert found.values[1:] == pytest.approx((first - second)[1:].mean(axis=1))
    assert found.values[0] == pytest.approx(first[0, 1] - second[0, 1])


def test_a_run_that_never_reaches_half_delivery_counts_as_the_month_after_its_end():
    of = sweep(("baseline",))
    of.status[0, 2, 0] = NOT_RUN
    found = condition(of, "months_to_half > 60")
    assert found.values[:2] == pytest.approx([20, 61])
    assert found.holds[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gap > 0.8", "write hierarchy.gap"),
        ("hierarchy.gapp > 0.8", "is no outcome that this sweep has kept"),
        ("gap", "must compare an outcome"),
        ("hierarchy.gap > distributed.gap", "must compare an outcome"),
        ("hierarchy.gap > 0.5 and distributed.gap > 0.5", "must compare an outcome"),
        ("__import__('os').system('true') > 0", "must compare an outcome"),
        ("hierarchy.gap == 0.5", "must compare an outcome"),
    ],
)
def test_what_is_no_condition_is_refused_with_the_way_to_say_it(text, said):
    with pytest.raises(InputProblems, match=said):
        condition(sweep(), text)


@pytest.mark.parametrize("seed", range(3))
def test_a_tree_finds_the_planted_region_too(seed):
    columns, cases = planted(seed)
    found = discover(factors(columns), where(cases), seed=1, method="tree")
    box = found.boxes[0]
    assert {restriction.factor.key for restriction in box.restrictions} == {"staff", "pressure"}
    assert box.coverage >= 0.9
    assert box.density >= 0.9
    assert found.better_than_guessing


def test_a_tree_finds_a_planted_category():
    columns, _ = planted(9)
    cases = (columns["form"] != "minimum") & (columns["staff"] > 0.3)
    (box,) = discover(factors(columns), where(cases), seed=1, method="tree").boxes
    limits = {restriction.factor.key: restriction.limits for restriction in box.restrictions}
    assert set(limits["form"]) == {"product", "mean"}
    assert box.coverage == pytest.approx(1, abs=0.05)


def test_a_tree_finds_nothing_in_noise():
    draws = np.random.default_rng(1)
    columns = {f"x{number}": draws.random(200) for number in range(12)}
    found = discover(factors(columns), where(draws.random(200) < 0.3), seed=1, method="tree")
    assert not found.better_than_guessing


def test_the_factors_that_matter_have_the_highest_scores():
    columns, cases = planted(1)
    scores = feature_scores(factors(columns), where(cases), seed=1)
    assert {factor.key for factor, _ in scores[:2]} == {"staff", "pressure"}
    assert sum(score for _, score in scores) == pytest.approx(1)
