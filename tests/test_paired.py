"""Paired differences over a map and losses by region, counted by hand."""

import numpy as np
import pytest
from synthetic_sweep import design, gaps, responses, sweep, write

from sim.analysis.paired import clear_losses, map_differences, region, regions
from sim.analysis.regime_map import regimes
from sim.analysis.sweep_data import losses_of, read_sweep
from sim.model.state import CAUSES
from sim.stats import interval

COLUMNS = design(50)
FLAT = np.full(50, 0.6)


def test_worlds_are_compared_with_themselves(tmp_path):
    read = sweep(tmp_path / "s", COLUMNS, {"a": FLAT, "b": FLAT + 0.1 * (COLUMNS["x"] - 0.4)})
    found = next(d for d in map_differences(read) if d.response == "gap")
    values = read.responses["gap"]
    worlds = (values[0] - values[1]).mean(axis=0)
    assert (found.mean, found.low, found.high) == pytest.approx(tuple(interval(worlds).values()))
    assert found.smallest == pytest.approx((values[0] - values[1]).mean(axis=1).min())
    assert found.smallest < 0 < found.largest
    assert found.pairs == 20


def test_a_replication_that_is_not_whole_is_left_out(tmp_path):
    """Half a replication holds other points than the rest, and would shift the mean by their share."""
    slope = {"a": FLAT, "b": FLAT + 0.5 * np.linspace(0, 1, 50)}
    read = sweep(tmp_path / "s", COLUMNS, slope, 6, drop=60, parts=True)
    found = next(d for d in map_differences(read) if d.response == "gap")
    assert found.pairs == 5
    assert found.mean == pytest.approx(-0.25, abs=0.01)


def test_differences_are_read_together(tmp_path):
    """Twelve structures that are the same: 66 pairs in 9 outcomes, none significantly different, though some "
    "intervals exclude 0."""
    means = {f"s{k}": FLAT for k in range(12)}
    found = map_differences(sweep(tmp_path / "s", COLUMNS, means, 12))
    assert sum(d.low > 0 or d.high < 0 for d in found if d.low is not None) > 0
    assert not any(d.clear for d in found)


def test_losses_of_a_region_sum_to_its_gap(tmp_path):
    weights = {"a": np.arange(len(CAUSES)) + 1.0, "b": np.arange(len(CAUSES))[::-1] + 1.0}
    made = responses(gaps({"a": FLAT, "b": FLAT + 0.2 * (COLUMNS["x"] - 0.5)}), weights)
    read = read_sweep(write(tmp_path / "s", COLUMNS, made))
    found = regions(read, regimes(read), [("a box", COLUMNS["y"] > 0.5)])
    assert [r.name for r in found][:3] == ["the whole map", "where a wins", "where b wins"]
    assert found[-1].name == "a box"
    assert found[-1].points == 25
    for r in found:
        for k, gap in enumerate(r.gap):
            assert r.lost[:, k].sum() == pytest.approx(gap["mean"])
    assert found[1].points + found[2].points <= 50


def test_losses_that_differ_are_named_with_their_sign(tmp_path):
    weights = {"a": np.ones(len(CAUSES)), "b": np.ones(len(CAUSES)) + 9 * np.eye(len(CAUSES))[5]}
    made = responses(gaps({"a": FLAT, "b": FLAT}), weights)
    read = read_sweep(write(tmp_path / "s", COLUMNS, made))
    cause, mean, low, high = clear_losses(read, 0, 1, np.ones(50, bool))[0]
    assert cause == losses_of(read)[5]
    assert low <= mean <= high
    assert mean == pytest.approx(0.6 * (10 / (len(CAUSES) + 9) - 1 / len(CAUSES)), abs=0.02)
    assert clear_losses(read, 1, 0, np.ones(50, bool))[0][1] == pytest.approx(-mean)


def test_a_region_without_points_known_is_unknown(tmp_path):
    read = sweep(tmp_path / "s", COLUMNS, {"a": FLAT, "b": FLAT}, 2, failed=[("a", 0, 0), ("a", 0, 1)])
    alone = region(read, "one point", np.arange(50) == 0)
    assert alone.gap[0]["mean"] is None
    assert np.isnan(alone.lost[:, 0]).all()
