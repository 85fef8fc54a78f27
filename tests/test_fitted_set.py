"""The shipped fit: what is fitted is what the screening left, the set lies in its ranges, and cases are simulated over it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim import paths
from sim.history.cases import as_fitted, cases
from sim.history.matching import tables
from sim.history.matching.fitted_set import (
    FITTED_MAP,
    SCREENING,
    beside,
    factor_of,
    fitted_factors,
    fitted_points,
    kept_out,
)
from sim.history.matching.screening import EXPLAINS
from sim.history.matching.targets import CUT_OFF
from sim.model.geography import DATA
from sim.model.parameters import STABLE
from sim.model.schema import declarations

SHIPPED = DATA / "fit"
DOCS = Path(__file__).parents[1] / "docs"
KEPT_OUT = {key for row in kept_out() for key in row.keys}


def rows(name):
    return tables.read(SHIPPED / name)


def test_what_is_fitted_is_what_the_cases_tell_of_and_of_that_alone():
    informed = [row["key"] for row in rows(SCREENING) if float(row["most_variance_explained"]) >= EXPLAINS]
    assert [factor.key for factor in fitted_factors()] == [key for key in informed if key not in KEPT_OUT]
    assert all(factor_of(key) for key in KEPT_OUT)


def test_the_set_lies_within_its_ranges():
    points = fitted_points()
    assert len(points) >= 30
    for factor in fitted_factors():
        values = [one[factor.key] for one in points]
        if factor.levels is not None:
            assert set(values) <= set(factor.levels)
        else:
            assert min(values) >= factor.low - 1e-9
            assert max(values) <= factor.high + 1e-9
    assert [set(one) for one in points] == [{factor.key for factor in fitted_factors()}] * len(points)


def test_the_declared_defaults_are_the_first_member():
    first, declared = fitted_points()[0], declarations()
    assert {key: declared[key].default for key in first} == first


def test_members_are_those_that_fewest_cases_speak_against():
    judged, *members = rows(tables.MEMBERS)
    assert judged["member"] == "judged"
    assert len(members) == len(fitted_points())
    names = [case.name for case in as_fitted(cases())]
    for row in (judged, *members):
        worst = [float(row[f"implausibility.{name}"]) for name in names]
        assert sum(value > CUT_OFF for value in worst) == int(row["cases_against"])
    given_up = int(rows(tables.WAVES)[-1]["cases_given_up"])
    assert max(int(row["cases_against"]) for row in members) == given_up
    assert all(0 <= int(row["frozen_against"]) <= len(cases()) for row in (judged, *members))


def test_every_case_was_left_out():
    assert [row["case"] for row in rows(tables.LEFT_OUT)] == [case.name for case in as_fitted(cases())]


def test_shipped_calibration_is_of_what_is_fitted_and_its_middles_are_as_wide_as_they_say():
    whole, *parameters = rows(tables.CALIBRATION)
    assert int(whole["histories"]) >= 500
    assert float(whole["truth_nearly_held"]) >= float(whole["truth_held"]) >= 0.8
    assert [row["parameter"] for row in parameters] == [factor.key for factor in fitted_factors()]
    assert np.mean([float(row["inside_90"]) for row in parameters]) >= 0.89


def test_the_map_takes_every_set_in_turn():
    path = paths.bundled("experiments") / FITTED_MAP
    points, around = fitted_points(), beside()
    found = fitted_points(path)
    for number in (0, 1, len(points), len(found) - 1):
        one = points[number % len(points)]
        assert {key: found[number][key] for key in one} == one
    for factor in around:
        values = np.array([one[factor.key] for one in found], dtype=float)
        assert factor.low - 1e-9 <= values.min() < values.max() <= factor.high + 1e-9
    # What was not fitted and is a strength varies over all of its range.
    fitted = {factor.key for factor in fitted_factors()}
    strengths = {f"mechanisms.{name}" for name in STABLE}
    assert strengths - fitted <= {factor.key for factor in around}


def test_the_page_is_of_the_shipped_set():
    page = (DOCS / "fitted.md").read_text(encoding="utf-8")
    assert all(f"| `{factor.key}` |" in page for factor in fitted_factors())
    for row in rows(tables.LEFT_OUT):
        assert f"| {row['case']} |" in page
    assert f"{len(fitted_points())} sets and" in page


# The command


def test_cases_are_lived_over_the_set_unless_the_defaults_are_asked_for(gapsim, tmp_path):
    small = ("smoking_ban", "population.users=64", "work.form=minimum", "--replications", 1, "--out", "there")
    code, out, _ = gapsim("cases", *small, "--json")
    assert code == 0
    said = json.loads(out)
    assert said["fitted"]
    assert said["sets"] == len(fitted_points())
    assert said["parameters"] == f"{said['sets']} fitted sets of parameters with what the command set"
    case = said["cases"]["smoking_ban"]
    assert 0 <= case["sets_that_hit"] <= said["sets"]
    (left,) = [row for row in rows(tables.LEFT_OUT) if row["case"] == "smoking_ban"]
    assert case["left_out"]["share"] == pytest.approx(float(left["shows"]))
    page = (tmp_path / "there" / "report.html").read_text(encoding="utf-8")
    assert "Left out of the fit" in page
    assert f"n = {said['sets']} replications" in page
    assert f"{said['sets']} parameter sets · 1 replication each" in page
    assert "other replications" in page
    about = json.loads((tmp_path / "there" / "metadata.json").read_text())
    # What the command sets wins over the set.
    assert "work.form" not in about["fitted_sets"][0]
    assert about["system"]["work"]["form"] == "minimum"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], ["nothing: must be one of set, screening, calibration"]),
        (["--seed", "-1", "--workers", "0"], ["--seed", "--workers"]),
        (["--engine", "fast"], ["must be one of"]),
    ],
)
def test_wrong_fits_are_refused(gapsim, tmp_path, arguments, words):
    code, _, err = gapsim("fit", *arguments)
    assert code == 2
    assert all(word in err for word in words), err
    assert not list(tmp_path.iterdir())
