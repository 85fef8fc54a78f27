"""Designs: each has its defining property, and a design point has the effect of `key=value`."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiments import designs
from sim.experiments.design_point import apply_design_point
from sim.experiments.designs import SAMPLES, Design, design_points, notes, point, points_of, unit_points
from sim.experiments.factors import Factor, default_range
from sim.model import parameters
from sim.model.decision_rights import ROWS
from sim.model.parameters import MECHANISM_NAMES
from sim.model.schema import declarations
from sim.scenarios.compose import compose

DISTRIBUTION = Factor("power.distribution", "lever", levels=(0.0, 0.5, 1.0))
FORM = Factor("work.form", "uncertainty", levels=("product", "minimum", "geometric_mean"))
LOAD = Factor("work.load", "lever", levels=(1.0, 2.0))
NEED = Factor("changes.heterogeneity", "uncertainty", 0.5, 2.5)
ARRIVING = Factor("changes.arriving", "uncertainty", 10, 12, whole=True)
MIXED = (NEED, ARRIVING, FORM)
SETTINGS = {
    "latin_hypercube": {"points": 60},
    "sobol_sequence": {"points": 64},
    "morris": {"trajectories": 9, "levels": 4},
    "saltelli": {"samples": 16, "second_order": False},
}


def sample(kind, factors=MIXED, seed=3, **changed):
    return design_points(factors, Design(kind, {**SETTINGS[kind], **changed}), seed)


# Points that are written down


def test_grid_has_every_combination_once_with_the_last_factor_fastest():
    columns = design_points((DISTRIBUTION, FORM, LOAD), Design("grid"), 1)
    rows = list(zip(*columns.values(), strict=True))
    assert rows == list(itertools.product(DISTRIBUTION.levels, FORM.levels, LOAD.levels))
    assert list(columns) == ["power.distribution", "work.form", "work.load"]


def test_zip_takes_levels_side_by_side():
    columns = design_points(
        (LOAD, Factor("work.dynamics", "uncertainty", levels=("work", "hazard"))), Design("zip"), 1
    )
    assert [point(columns, 0), point(columns, 1)] == [
        {"work.load": 1.0, "work.dynamics": "work"},
        {"work.load": 2.0, "work.dynamics": "hazard"},
    ]


def test_ablation_switches_each_off_in_turn_then_leaves_each_alone():
    keys = [f"mechanisms.{name}" for name in ("reactance", "pace", "uptake")]
    columns = design_points([Factor(key, "uncertainty") for key in keys], Design("ablation"), 1)
    rows = [tuple(row) for row in zip(*columns.values(), strict=True)]
    assert rows == [
        (None, None, None),
        (0.0, None, None), (None, 0.0, None), (None, None, 0.0),
        (None, 0.0, 0.0), (0.0, None, 0.0), (0.0, 0.0, None),
        (0.0, 0.0, 0.0),
    ]  # fmt: skip
    (baseline,) = compose(["baseline"])
    assert apply_design_point(baseline, point(columns, 0)) == baseline.parameters


def test_an_ablated_whole_number_stays_one():
    factor = Factor("reference.partnership_points", "uncertainty", whole=True)
    columns = design_points([factor], Design("ablation"), 1)
    (baseline,) = compose(["baseline"])
    assert apply_design_point(baseline, point(columns, 1)).reference.partnership_points == 0


def test_table_reads_numbers_whole_numbers_and_choices(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("﻿work.load,changes.arriving, work.form\n1,12,product\n,,\n0.5,20,minimum\n")
    columns, problems = designs.read(file)
    assert not problems
    assert point(columns, 0) == {"work.load": 1.0, "changes.arriving": 12, "work.form": "product"}
    assert point(columns, 1) == {"work.load": None, "changes.arriving": None, "work.form": None}
    file.write_text("work.load\n1\nmuch\n")
    _, problems = designs.read(file)
    assert [(problem.key, problem.value) for problem in problems] == [("work.load", "'much'")]


# Points that are sampled


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_come_from_the_seed_and_stay_in_their_ranges(kind):
    columns, again, other = sample(kind), sample(kind), sample(kind, seed=4)
    for key, values in columns.items():
        assert list(values) == list(again[key])
        assert list(values) != list(other[key])
    assert columns["changes.heterogeneity"].min() >= 0.5
    assert columns["changes.heterogeneity"].max() <= 2.5
    assert columns["changes.arriving"].dtype == np.int64
    assert set(columns["changes.arriving"].tolist()) == {10, 11, 12}
    assert set(columns["work.form"]) == set(FORM.levels)


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_take_seeds_of_any_size(kind):
    assert points_of(sample(kind, seed=0)) == points_of(sample(kind, seed=2**63 - 1))


def test_latin_hypercube_has_one_point_in_each_slice_of_each_factor():
    shares = unit_points(MIXED, Design("latin_hypercube", {"points": 60}), 3)
    for number in range(len(MIXED)):
        assert sorted((shares[:, number] * 60).astype(int)) == list(range(60))
    columns = sample("latin_hypercube")
    assert np.bincount(columns["changes.arriving"])[10:].tolist() == [20, 20, 20]
    assert [columns["work.form"].count(form) for form in FORM.levels] == [20, 20, 20]
    slices = ((columns["changes.heterogeneity"] - 0.5) / 2.0 * 60).astype(int)
    assert sorted(slices) == list(range(60))


def test_sobol_sequence_is_balanced_and_longer_ones_begin_alike():
    shares = unit_points(MIXED, Design("sobol_sequence", {"points": 64}), 3)
    for number in range(len(MIXED)):
        assert sorted((shares[:, number] * 64).astype(int)) == list(range(64))
    longer = sample("sobol_sequence", points=128)
    for key, values in sample("sobol_sequence").items():
        assert list(values) == list(longer[key])[:64]


@pytest.mark.parametrize("levels", [2, 4, 6])
def test_a_step_of_morris_moves_one_factor_by_slightly_more_than_half(levels):
    design = Design("morris", {"trajectories": 9, "levels": levels})
    shares = unit_points(MIXED, design, 3).reshape(9, 4, 3)
    steps = np.diff(shares, axis=1)
    moved = np.abs(steps) > 1e-12
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    assert np.allclose(np.abs(steps[moved]), levels / (2 * (levels - 1)))
    # Whole numbers and choices move as well, or an elementary effect would be 0 by construction.
    columns = design_points(MIXED, design, 3)
    for number, factor in enumerate(MIXED):
        values = np.array([FORM.levels.index(v) if v in FORM.levels else v for v in columns[factor.key]])
        assert ((np.diff(values.reshape(9, 4), axis=1) != 0) == moved[:, :, number]).all()


@pytest.mark.parametrize(("second_order", "rows"), [(False, 16 * 5), (True, 16 * 8)])
def test_saltelli_blocks_change_one_factor_at_a_time(second_order, rows):
    design = Design("saltelli", {"samples": 16, "second_order": second_order})
    shares = unit_points(MIXED, design, 3)
    assert shares.shape == (rows, 3)
    blocks = shares.reshape(16, -1, 3)
    first, last = blocks[:, 0], blocks[:, -1]
    for number in range(3):
        mixed = first.copy()
        mixed[:, number] = last[:, number]
        assert np.array_equal(blocks[:, 1 + number], mixed)
    more = unit_points(MIXED, Design("saltelli", {"samples": 32, "second_order": second_order}), 3)
    assert np.array_equal(more[:rows], shares)


def test_sampled_designs_give_every_level_an_equal_slice():
    shares = np.array([0.0, 0.32, 0.34, 0.66, 0.67, 0.999999, 1.0])
    assert FORM.values_at(shares) == ["product"] * 2 + ["minimum"] * 2 + ["geometric_mean"] * 3
    assert ARRIVING.values_at(shares).tolist() == [10, 10, 11, 11, 12, 12, 12]
    assert NEED.values_at(np.array([0.0, 0.5, 1.0])).tolist() == [0.5, 1.5, 2.5]


def test_rounding_never_leaves_the_range():
    narrow = Factor("changes.heterogeneity", "uncertainty", 0.1, 0.1 + 0.2)
    assert narrow.values_at(np.array([1.0])).max() <= 0.1 + 0.2


def test_powers_of_two_are_recommended_where_they_matter():
    assert not notes(MIXED, Design("sobol_sequence", {"points": 64}))
    assert "64 or 128" in notes(MIXED, Design("sobol_sequence", {"points": 100}))[0]
    assert "samples" in notes(MIXED, Design("saltelli", {"samples": 100}))[0]
    assert not notes(MIXED, Design("latin_hypercube", {"points": 100}))


# Default ranges


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("mechanisms.pace", 0.0, 1.0),
        ("changes.conflict", 0.0, 1.0),
        ("users.time_needed", 0.01, 1.0),
        ("authorities.will", 0.3, 1.0),
        ("design.hours", 450.0, 1800.0),
        ("reference.overload_planning", 0.175, 0.7),
        ("reference.gaming_reports", 0.125, 0.5),
        ("response.speed", 0.05, 0.2),
        ("changes.arriving", 12, 48),
        ("reference.partnership_points", 2, 6),
    ],
)
def test_default_ranges_follow_the_rule(key, low, high):
    factor = default_range(declarations()[key], 2)
    assert (factor.low, factor.high) == (low, high)
    assert type(factor.low) is type(low)


def test_every_uncertainty_has_a_default_range_within_its_bounds():
    for declared in declarations().values():
        # There is no focal change by default; its parameters are varied only by name.
        if declared.role != "uncertainty" or declared.group == "focal":
            continue
        factor = default_range(declared, 2)
        if declared.choices:
            assert factor.levels == declared.choices
        else:
            assert declared.low <= factor.low < factor.high <= declared.high
            assert factor.low <= declared.default <= factor.high


def test_a_default_that_a_fit_has_moved_keeps_its_range():
    speed = declarations()["work.top_speed"]
    moved = dataclasses.replace(speed, default=1.3 * speed.judged)
    assert default_range(moved, 2) == default_range(speed, 2)
    assert parameters.number(2.0, 0.0, 9.0, "x", "A number.", judged=1.5).json_schema_extra["judged"] == 1.5


def test_zero_has_no_half_and_double():
    hours = dataclasses.replace(declarations()["design.hours"], judged=0.0)
    assert default_range(hours, 2) is None
    assert default_range(dataclasses.replace(declarations()["mechanisms.pace"], judged=0.0), 2).high == 1.0
    below = dataclasses.replace(declarations()["pledge.threshold"], judged=-0.4)
    assert (default_range(below, 2).low, default_range(below, 2).high) == (-0.8, -0.2)


# A design point has the effect of key=value

SINGLE = [d for d in declarations().values() if d.group != "power" and d.group != "population"]
SCENARIOS = ("baseline", "hierarchy", "devolved", "sequenced", "rush", "law_without_delivery", "crisis")


@st.composite
def points(draw):
    chosen = draw(st.lists(st.sampled_from(SINGLE), unique=True, max_size=6))
    found = {}
    for declared in chosen:
        if declared.choices:
            found[declared.key] = draw(st.sampled_from(declared.choices))
        elif declared.kind is int:
            found[declared.key] = draw(st.integers(int(declared.low), int(declared.high)))
        else:
            found[declared.key] = draw(st.floats(declared.low, declared.high, allow_subnormal=False))
    if draw(st.booleans()):
        found["power.distribution"] = draw(st.floats(0.0, 1.0, allow_subnormal=False))
    if draw(st.booleans()):
        row = draw(st.sampled_from([row for row in ROWS if row != "judged_on"]))
        share = draw(st.integers(0, 8)) / 8
        given_row = {"centre": share, "authorities": 1.0 - share, "third_sector": 0.0, "users": 0.0}
        found |= {f"power.{row}.{who}": value for who, value in given_row.items()}
    return found


FIXED = (
    (),
    ("mechanisms=none",),
    ("mechanisms=none", "mechanisms.pace=0.25"),
    ("power.design={centre:0.5,authorities:0.5,third_sector:0.0,users:0.0}",),
    ("work.load=2",),
)


@functools.cache
def without_the_point(name, fixed):
    """A scenario with the fixed overrides of an experiment, composed once."""
    (scenario,) = compose([name], fixed)
    return scenario


@pytest.mark.parametrize("name", SCENARIOS)
@settings(max_examples=40)
@given(point=points(), fixed=st.sampled_from(FIXED))
def test_a_design_point_equals_the_same_overrides_on_the_command_line(name, point, fixed):
    keys = {text.partition("=")[0] for text in fixed}
    point = {
        k: v for k, v in point.items() if not any(k.startswith(key) for key in keys if key != "mechanisms")
    }
    asked = [
        f"{key}={value!r}" if not isinstance(value, str) else f"{key}={value}" for key, value in point.items()
    ]
    (whole,) = compose([name], [*fixed, *asked])
    applied = apply_design_point(without_the_point(name, fixed), point)
    assert applied == whole.parameters
    assert applied.model_dump() == whole.parameters.model_dump()


def test_distribution_replaces_rows_of_the_scenario_but_not_fixed_rows():
    row = "power.agenda={centre:0.0,authorities:1.0,third_sector:0.0,users:0.0}"
    (free,) = compose(["devolved"])
    (fixed,) = compose(["devolved"], [row])
    assert apply_design_point(free, {"power.distribution": 0.0}).power.agenda.centre == 0.9
    assert apply_design_point(fixed, {"power.distribution": 0.0}).power.agenda.centre == 0.0
    assert apply_design_point(fixed, {"power.distribution": 0.0}).power.design.centre == 0.9


def test_a_key_that_a_point_leaves_out_keeps_the_value_of_the_scenario():
    (rush,) = compose(["rush"])
    assert apply_design_point(rush, {"work.load": None}) is rush.parameters
    other = apply_design_point(rush, {"work.load": 2.5, "power.distribution": None})
    assert other.work.load == 2.5
    assert other.pace == rush.parameters.pace
    assert other.power == rush.parameters.power
    assert rush.parameters.work.load == compose(["rush"])[0].parameters.work.load


def test_points_are_plain_python_values():
    columns = sample("latin_hypercube")
    assert [type(value) for value in point(columns, 0).values()] == [float, int, str]
    (baseline,) = compose(["baseline"])
    for number in range(points_of(columns)):
        apply_design_point(baseline, point(columns, number))


def test_the_last_point_of_an_ablation_equals_mechanisms_none():
    columns = design_points(
        [Factor(f"mechanisms.{name}", "uncertainty") for name in MECHANISM_NAMES], Design("ablation"), 1
    )
    assert points_of(columns) == 2 * len(MECHANISM_NAMES) + 2
    (baseline,) = compose(["baseline"])
    assert (
        apply_design_point(baseline, point(columns, points_of(columns) - 1))
        == compose(["baseline"], ["mechanisms=none"])[0].parameters
    )
