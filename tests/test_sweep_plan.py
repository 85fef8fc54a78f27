"""Plans: numbers of runs, the differences between plans, and their files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sweeps

from sim.errors import InputProblems
from sim.experiments import plan_files, plans
from sim.experiments.factors import Factor


def test_runs_are_numbered_replication_by_replication():
    plan = sweeps.plan(replications=3)
    assert (plan.points, plan.runs) == (4, 24)
    replication, point, scenario = plan.keys(np.arange(plan.runs))
    assert replication.tolist() == [0] * 8 + [1] * 8 + [2] * 8
    assert point.tolist() == [0, 0, 1, 1, 2, 2, 3, 3] * 3
    assert scenario.tolist() == [0, 1] * 12
    assert plan.numbers(replication, point, scenario).tolist() == list(range(24))


def test_a_plan_reads_back_as_it_was_written(tmp_path):
    plan = sweeps.plan()
    plan_files.write(plan, tmp_path)
    again = plan_files.read(tmp_path)
    assert again.identity == plan.identity
    assert plans.plan_differences(plan, again) == [] == plans.plan_differences(again, plan)
    assert [again.point(n) for n in range(4)] == [plan.point(n) for n in range(4)]
    assert again.point(1) == {"changes.heterogeneity": 0.0, "work.form": None}
    assert [s.parameters for s in again.scenarios] == [s.parameters for s in plan.scenarios]
    assert again.factors == plan.factors
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "design.parquet"}


def test_a_plan_without_factors_has_one_point(tmp_path):
    experiment = replace(sweeps.experiment(), factors=(), points={})
    plan = plans.make_plan(experiment, "gapsim sweep tiny")
    plan_files.write(plan, tmp_path)
    assert plan_files.read(tmp_path).points == 1
    sweeps.swept(plan, tmp_path / "out")
    assert len(sweeps.rows(tmp_path / "out")) == 12


def test_more_replications_and_more_points_at_the_end_are_no_difference():
    plan = sweeps.plan(replications=2)
    assert plans.plan_differences(plan, sweeps.plan(replications=5)) == []
    more = (
        Factor("changes.heterogeneity", "uncertainty", levels=(0.0, 1.5, 2.5)),
        Factor("work.form", "uncertainty", levels=("product", None)),
    )
    longer = sweeps.plan(replications=2, factors=more)
    assert longer.identity == plan.identity
    assert plans.plan_differences(plan, longer) == []
    assert plans.plan_differences(longer, plan) == ["there are 6 design points there and only 4 here"]
    assert "only 2 here" in plans.plan_differences(sweeps.plan(replications=5), plan)[0]


def _other(**changed):
    return replace(sweeps.plan(), **changed)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: sweeps.plan(seed=8), ["the seed is 7 there and 8 here"]),
        (lambda: sweeps.plan(responses=("gap",)), ["without nominal_gap, months_to_half, losses.will"]),
        (
            lambda: sweeps.plan(overrides=(*sweeps.TINY, "work.load=2")),
            ["scenario hierarchy, work.load is 1.0 there and 2.0 here", "scenario distributed, work.load"],
        ),
        (
            lambda: sweeps.plan(factors=(Factor("work.load", "lever", levels=(1.0, 2.0)),)),
            ["the factors are changes.heterogeneity, work.form there and work.load here"],
        ),
        (
            lambda: sweeps.plan(
                factors=(
                    Factor("changes.heterogeneity", "uncertainty", levels=(0.0, 1.25)),
                    Factor("work.form", "uncertainty", levels=("product", None)),
                )
            ),
            ["changes.heterogeneity at design point 2 is 1.5 there and 1.25 here"],
        ),
        (lambda: _other(model="0" * 16, version="9.9.9"), ["have changed since (version 0.1.0 there, version 9.9.9 here)"]),
        (lambda: _other(scenarios=sweeps.plan().scenarios[:1]), ["hierarchy, distributed there and hierarchy here"]),
        (lambda: _other(places={"scotland": "0"}), ["the table of places scotland has changed"]),
    ],
)  # fmt: skip
def test_differences_are_given_in_words(other, words):
    found = plans.plan_differences(sweeps.plan(), other())
    assert len(found) == len(words)
    for message, wanted in zip(found, words, strict=True):
        assert wanted in message


def test_everything_that_determines_results_is_in_the_identity():
    plan = sweeps.plan()
    others = [
        sweeps.plan(seed=8),
        sweeps.plan(responses=("gap",)),
        sweeps.plan(overrides=(*sweeps.TINY, "work.load=2")),
        _other(model="0" * 16),
        _other(places={"scotland": "0"}),
    ]
    assert len({plan.identity, *(other.identity for other in others)}) == 6
    assert sweeps.plan(replications=9).identity == plan.identity
    assert _other(question="Why?", command="x", version="2").identity == plan.identity


def test_a_folder_without_a_plan_and_an_edited_plan_are_refused(tmp_path):
    with pytest.raises(InputProblems, match=r"no plan\.json"):
        plan_files.read(tmp_path)
    plan_files.write(sweeps.plan(), tmp_path)
    path = tmp_path / "plan.json"
    path.write_text(path.read_text().replace('"seed": 7', '"seed": 8'))
    with pytest.raises(InputProblems, match="edited by hand"):
        plan_files.read(tmp_path)
    path.write_text("{")
    with pytest.raises(InputProblems, match=r"plan\.json: cannot be read"):
        plan_files.read(tmp_path)
