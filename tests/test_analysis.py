"""Means, intervals and verdicts: what is said must follow from the numbers, whoever wins."""

import json
import math
import re

import numpy as np
import pytest
from synthetic_comparison import comparison, scenario

from sim.analysis.comparison import comparison_json, difference, gap_differences, significantly_different
from sim.reporting.comparison_text import verdict
from sim.stats import holm, interval, p_value

FORBIDDEN = ("prove", "certain", "always", "forecasts")


def two(gap_a, gap_b, n=100, **more):
    return comparison(
        scenario("north", gap_a, n, seed=1, **more.get("a", {})),
        scenario("south", gap_b, n, seed=2, **more.get("b", {})),
    )


# Intervals


def test_interval_is_the_t_interval():
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = interval(values)
    # t(.975, 4) = 2.776445
    half = 2.776445 * np.std(values, ddof=1) / math.sqrt(5)
    assert found["mean"] == pytest.approx(3.0)
    assert found["low"] == pytest.approx(3.0 - half, abs=1e-5)
    assert found["high"] == pytest.approx(3.0 + half, abs=1e-5)


def test_interval_leaves_out_what_is_unknown():
    assert interval([1.0, np.nan, 3.0, np.inf]) == interval([1.0, 3.0])


def test_one_replication_has_a_mean_and_no_interval():
    assert interval([0.5]) == {"mean": 0.5, "low": None, "high": None}
    assert interval([0.5, np.nan]) == {"mean": 0.5, "low": None, "high": None}


def test_nothing_known_is_none():
    assert interval([]) == {"mean": None, "low": None, "high": None}
    assert interval([np.nan, np.nan]) == {"mean": None, "low": None, "high": None}


def test_equal_values_have_an_interval_of_no_width():
    assert interval([0.1] * 7)["low"] == interval([0.1] * 7)["high"]
    assert interval([0.0, 0.0]) == {"mean": 0.0, "low": 0.0, "high": 0.0}


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    found = [interval(rng.normal(0.3, 1.0, 8)) for _ in range(2000)]
    assert 0.93 < np.mean([i["low"] <= 0.3 <= i["high"] for i in found]) < 0.97


def test_holm_is_stricter_than_each_alone_and_keeps_the_order():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_p_value_of_nothing_is_one():
    assert p_value(np.array([np.nan, 1.0])) == 1.0
    assert p_value(np.zeros(5)) == 1.0
    assert p_value(np.full(5, 0.2)) == 0.0
    assert p_value(np.array([-1.0, 1.0, -1.0, 1.0])) == pytest.approx(1.0)


# The JSON object


def test_json_has_the_shape_of_the_contract():
    found = comparison_json(two(0.6, 0.55))
    assert set(found) == {"scenarios", "paired", "over_set", "replications", "seed", "version"}
    for one in found["scenarios"].values():
        assert set(one) == {"gap", "nominal_gap", "worst_decile_gap", "months_to_half", "losses"}
        assert set(one["gap"]) == {"mean", "low", "high"}
        assert math.fsum(one["losses"].values()) == pytest.approx(one["gap"]["mean"], abs=1e-9)
    for one in found["paired"]:
        assert set(one) == {"a", "b", "outcome", "mean", "low", "high"}
    json.dumps(found, allow_nan=False)


def test_paired_mean_is_a_minus_b():
    gap = next(d for d in comparison_json(two(0.6, 0.55))["paired"] if d["outcome"] == "gap")
    assert (gap["a"], gap["b"]) == ("north", "south")
    assert gap["low"] < 0.05 < gap["high"]


def test_pairs_come_in_the_order_given():
    three = comparison(*[scenario(name, 0.5, 4) for name in ("z", "a", "m")])
    pairs = [(d["a"], d["b"]) for d in comparison_json(three)["paired"] if d["outcome"] == "gap"]
    assert pairs == [("z", "a"), ("z", "m"), ("a", "m")]


def test_one_scenario_has_no_pairs():
    assert "paired" not in comparison_json(comparison(scenario("north", 0.5, 4)))


def test_unknown_numbers_are_null_and_losses_still_sum():
    gap = np.array([0.5, np.nan, 0.6, 0.7])
    found = comparison_json(two(gap, 0.5, 4, a={"months_to_half": [np.nan] * 4}))
    north = found["scenarios"]["north"]
    assert north["months_to_half"] == {"mean": None, "low": None, "high": None}
    assert math.fsum(north["losses"].values()) == pytest.approx(north["gap"]["mean"], abs=1e-9)
    assert next(d for d in found["paired"] if d["outcome"] == "months_to_half")["mean"] is None


def test_only_pairs_known_in_both_count():
    pair = two(
        0.6,
        0.5,
        5,
        a={"months_to_half": [10, np.nan, 30, 40, 50]},
        b={"months_to_half": [1, 2, np.nan, 4, 5]},
    )
    d = difference(*pair.scenarios, "months_to_half")
    assert d.pairs == 3
    assert d.mean == pytest.approx((9 + 36 + 45) / 3)


# The verdict


def test_names_the_winner_the_size_the_interval_and_the_pairs():
    said = verdict(two(0.60, 0.55))
    assert (said.kind, said.winner) == ("better", "south")
    assert "south closes more of the gap than north" in said.headline
    assert "percentage points of intended benefit" in said.headline
    assert "95 % interval" in said.headline
    assert "100 paired replications" in said.headline


def test_the_other_side_can_win():
    said = verdict(two(0.55, 0.60))
    assert (said.kind, said.winner) == ("better", "north")
    assert "north closes more of the gap than south" in said.headline


def swapped(words):
    return words.replace("north", "*").replace("south", "north").replace("*", "south")


@pytest.mark.parametrize(
    ("gap_a", "gap_b", "spread"), [(0.6, 0.55, 0.01), (0.6, 0.6, 0.01), (0.6, 0.59, 0.1)]
)
def test_swapping_the_names_swaps_the_words(gap_a, gap_b, spread):
    north = scenario("north", gap_a, seed=1, spread=spread, weights={"will": 4.0})
    south = scenario("south", gap_b, seed=2, spread=spread)
    as_south = scenario("south", gap_a, seed=1, spread=spread, weights={"will": 4.0})
    as_north = scenario("north", gap_b, seed=2, spread=spread)
    assert verdict(comparison(as_south, as_north)).text == swapped(verdict(comparison(north, south)).text)


def test_the_order_given_does_not_change_a_clear_answer():
    north, south = two(0.6, 0.55).scenarios
    assert verdict(comparison(north, south)).text == verdict(comparison(south, north)).text


def test_neither_when_the_interval_includes_zero():
    said = verdict(two(0.600, 0.605, a={"spread": 0.05}, b={"spread": 0.05}))
    assert (said.kind, said.winner) == ("neither", None)
    assert said.headline.startswith("Neither north nor south")
    assert "includes 0" in said.headline


def test_practically_the_same_when_smaller_than_what_matters():
    sure_but_tiny = verdict(two(np.full(50, 0.500) + 1e-5 * np.arange(50), np.full(50, 0.499), 50))
    assert (sure_but_tiny.kind, sure_but_tiny.winner) == ("practically the same", None)
    assert "Neither" in sure_but_tiny.headline
    assert "0.5 points" in sure_but_tiny.headline


def test_says_when_a_clear_difference_may_not_matter():
    said = verdict(two(0.600, 0.593, a={"spread": 0.005}, b={"spread": 0.02}))
    assert said.kind == "better"
    assert "too small to matter" in said.text


def test_identical_scenarios_are_the_same():
    said = verdict(comparison(scenario("north", 0.6), scenario("south", 0.6)))
    assert said.kind == "practically the same"
    assert "No single cause of loss differs clearly" in said.text


@pytest.mark.parametrize("outcome", ["worst_decile_gap", "gap_fifth_1"])
def test_depends_when_the_worst_served_do_worse(outcome):
    said = verdict(two(0.60, 0.55, b={outcome: np.full(100, 0.9)}))
    assert (said.kind, said.winner) == ("depends", None)
    assert said.headline.startswith("It depends")
    assert "larger" in said.headline


def test_depends_when_replications_split():
    rng = np.random.default_rng(1)
    base = rng.normal(0.5, 0.02, 200)
    # Much better in four replications of ten, a little worse in the others.
    other = base + np.where(np.arange(200) % 5 < 2, -0.2, 0.01)
    said = verdict(two(base, other, 200))
    assert said.kind == "depends"
    assert "80 of the 200 paired replications" in said.headline


def test_neither_still_says_for_whom_it_matters():
    worst = np.full(100, 0.5) + 0.001 * np.arange(100)
    said = verdict(two(0.6, 0.6, b={"worst_decile_gap": worst}))
    assert said.winner is None
    assert re.search(r"But the gap in the worst-served tenth is [0-9.]+ points smaller in south", said.text)


def test_reports_that_say_the_opposite_are_mentioned():
    said = verdict(two(0.60, 0.55, b={"nominal_gap": np.full(100, 0.9)}))
    assert "Reports alone would say the opposite: the gap as reported is smaller in north" in said.text


def test_half_delivery_says_over_how_many_replications():
    some = np.where(np.arange(100) < 60, np.nan, 40.0)
    said = verdict(two(0.60, 0.55, b={"months_to_half": some}))
    assert "over the 40 of 100 replications in which both reach it" in said.text
    assert "In 60 of 100 replications only north reaches half delivery of most changes at all." in said.text
    assert "only south" not in said.text


def test_a_side_that_alone_ever_reaches_half_is_named_though_no_pair_can_be_compared():
    said = verdict(two(0.60, 0.55, a={"months_to_half": np.full(100, np.nan)}))
    assert "In 100 of 100 replications only south reaches half delivery" in said.text
    assert "months sooner" not in said.text


def test_names_the_largest_losses_and_what_differs_most():
    said = verdict(two(0.60, 0.55, a={"weights": {"blame": 6.0}}))
    assert "in north fear of blame" in said.text
    assert re.search(
        r"Where the losses differ most: fear of blame, [0-9.]+ points more lost in north", said.text
    )


def test_delivery_ahead_of_plan_is_gained_and_not_lost():
    none, much = {"losses.ahead": np.zeros(100)}, {"losses.ahead": np.full(100, -0.5)}
    for sides in ({"a": none, "b": much}, {"a": much, "b": none}):
        where = "north" if sides["a"] is much else "south"
        assert (
            f"differ most: ahead of plan, 50.0 points more gained in {where}"
            in verdict(two(0.60, 0.60, **sides)).text
        )


def test_one_replication_gives_no_verdict():
    said = verdict(two(0.60, 0.55, 1))
    assert (said.kind, said.winner) == ("unknown", None)
    assert "no interval" in said.headline
    assert "In it the gap was" in said.text


def test_nothing_known_gives_no_verdict():
    said = verdict(two(np.full(4, np.nan), 0.5, 4))
    assert said.kind == "unknown"


def test_few_replications_are_called_rough_and_nan_is_counted():
    gap = np.where(np.arange(8) < 3, np.nan, 0.6)
    said = verdict(two(gap, 0.5, 8))
    assert "only 5 paired replications" in said.text
    assert "5 of 8 replications" in said.text


def test_a_single_scenario_is_not_compared():
    said = verdict(comparison(scenario("north", 0.6)))
    assert said.kind == "single"
    assert "closes more" not in said.text


@pytest.mark.parametrize(
    ("gaps", "kind", "winner"),
    [
        ((0.60, 0.55, 0.50), "better", "c"),
        ((0.60, 0.50, 0.50), "neither", None),
        ((0.60, 0.60, 0.60), "practically the same", None),
    ],
)
def test_several_scenarios_are_ranked_with_care(gaps, kind, winner):
    said = verdict(
        comparison(*[scenario(n, g, seed=k) for k, (n, g) in enumerate(zip("abc", gaps, strict=True))])
    )
    assert (said.kind, said.winner) == (kind, winner)
    if kind == "neither":
        assert "are not clearly different" in said.headline
        assert "closes more of it than a" in said.headline


def test_reading_many_pairs_asks_for_more_than_one_interval():
    """Among eight equal scenarios some of 28 intervals miss 0 by chance; the verdict must not fall for them."""
    for seed in range(12):
        equal = [scenario(f"s{k}", 0.6, 30, seed=100 * seed + k, spread=0.05) for k in range(8)]
        assert verdict(comparison(*equal)).winner is None


def test_equal_scenarios_are_seldom_told_apart():
    fooled = 0
    for seed in range(12):
        equal = [scenario(f"s{k}", 0.6, 30, seed=100 * seed + k, spread=0.05) for k in range(8)]
        fooled += bool(significantly_different(gap_differences(equal)))
    assert fooled <= 2


def test_several_depend_when_the_worst_served_do_worse():
    third = scenario("c", 0.5, seed=3, worst_decile_gap=np.full(100, 0.95))
    said = verdict(comparison(scenario("a", 0.6), scenario("b", 0.55, seed=2), third))
    assert (said.kind, said.winner) == ("depends", None)


@pytest.mark.parametrize("n", [1, 2, 5, 100])
@pytest.mark.parametrize("gaps", [(0.6,), (0.6, 0.5), (0.5, 0.6), (0.6, 0.6), (0.6, 0.55, 0.5)])
def test_never_says_too_much(gaps, n):
    made = comparison(*[scenario(f"s{k}", g, n, seed=k) for k, g in enumerate(gaps)])
    said = verdict(made).text
    assert "not a forecast" in said
    assert "one point of a map" in said
    assert not any(word in said.lower() for word in FORBIDDEN)
    assert "nan" not in said.split()
