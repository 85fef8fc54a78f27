"""The patient rule induction method against the EMA workbench, and on planted boxes."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.prim import Dimension, trajectory, within

FOLDER = Path(__file__).parent / "fixtures" / "prim"
SPEC = importlib.util.spec_from_file_location("prim_tables", FOLDER / "make.py")
made = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(made)
ORACLE = json.loads((FOLDER / "ema_workbench.json").read_text(encoding="utf-8"))


def dimension(values):
    if values.dtype.kind == "f":
        return Dimension(values, "real")
    names, codes = np.unique(values, return_inverse=True)
    return Dimension(codes, "category", tuple(names.tolist()))


def in_values(dimension, limit):
    if dimension.kind == "category":
        return sorted(dimension.categories[code] for code in limit)
    return list(limit)


@pytest.mark.parametrize("number", made.TABLES)
def test_every_step_and_the_last_box_are_those_of_the_ema_workbench(number):
    columns, cases = made.table(number)
    dimensions = [dimension(values) for values in columns.values()]
    boxes = trajectory(dimensions, cases)
    expected = ORACLE[str(number)]
    assert [box.coverage for box in boxes] == pytest.approx(expected["coverage"], abs=1e-12)
    assert [box.density for box in boxes] == pytest.approx(expected["density"], abs=1e-12)
    last = boxes[-1].limits
    for place, (name, values) in enumerate(zip(columns, dimensions, strict=True)):
        limits = in_values(values, last.get(place, values.everything))
        assert limits == (
            expected["limits"][name] if name == "e" else pytest.approx(expected["limits"][name], abs=1e-9)
        )


def test_the_ema_workbench_still_says_so():
    pytest.importorskip("ema_workbench")
    assert made.found(3) == ORACLE["3"]


def test_a_planted_box_of_whole_numbers_ends_at_whole_numbers():
    draws = np.random.default_rng(5)
    whole, real = draws.integers(1, 13, 600), draws.random(600)
    cases = (whole >= 4) & (whole <= 8) & (real < 0.5)
    boxes = trajectory([Dimension(whole.astype(float), "whole"), Dimension(real, "real")], cases)
    pure = next(box for box in boxes if box.density == 1)
    assert pure.limits[0] == (4, 8)
    assert pure.coverage > 0.95


def test_the_last_box_that_peeling_may_leave_is_not_smaller_than_asked():
    draws = np.random.default_rng(6)
    x = draws.random((400, 3))
    cases = draws.random(400) < x[:, 0] ** 4
    boxes = trajectory([Dimension(column, "real") for column in x.T], cases, smallest_mass=0.2)
    assert min(box.mass for box in boxes) >= 0.2
    masses = [box.mass for box in boxes]
    assert masses != sorted(masses, reverse=True) or len(boxes) > 5


def test_pasting_never_takes_back_what_an_earlier_box_holds():
    draws = np.random.default_rng(7)
    x = draws.random((500, 2))
    cases = (x[:, 0] > 0.7) | (x[:, 1] > 0.8)
    dimensions = [Dimension(column, "real") for column in x.T]
    first = trajectory(dimensions, cases)[-1]
    second = trajectory(dimensions, cases, ~first.inside)
    assert all(not (box.inside & first.inside).any() for box in second)


def test_limits_hold_exactly_the_points_inside():
    columns, cases = made.table(4)
    dimensions = [dimension(values) for values in columns.values()]
    everything = np.ones(len(cases), bool)
    for box in trajectory(dimensions, cases):
        assert (within(dimensions, box.limits, everything) == box.inside).all()
        assert box.mass == pytest.approx(box.inside.mean())
