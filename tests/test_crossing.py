"""Experiments that cross policies with futures, and factors that may not overwrite what a scenario is."""

import numpy as np
import pytest
from pyarrow import parquet

from sim.errors import InputProblems
from sim.experiments import experiment, plan_files, plans

HEAD = "question: Which mix holds up?\ntitle: Mix\n"
BODY = """
levers:
  power.design: {simplex: 4}
  mechanisms.programme_support: {levels: [0, 1]}
policies: {kind: latin_hypercube, points: 5}
uncertainties:
  work.load: {range: [0.5, 2]}
  changes.ambiguity: {range: [0, 2]}
futures: {kind: latin_hypercube, points: 7}
"""


TWICE = "mechanisms.programme_support: {range: [0, 1]}"


@pytest.fixture
def load(tmp_path):
    def written(text, scenarios="[baseline]", **asked):
        path = tmp_path / "mix.yaml"
        path.write_text(f"{HEAD}scenarios: {scenarios}\nreplications: 2\n{text}", encoding="utf-8")
        return experiment.load(path, **asked)

    return written


@pytest.fixture
def refused(load):
    def said(text, scenarios="[baseline]", **asked):
        with pytest.raises(InputProblems) as found:
            load(text, scenarios, **asked)
        return " | ".join(str(problem) for problem in found.value.problems)

    return said


def test_every_policy_meets_every_future(load):
    found = load(BODY)
    points = {key: np.asarray(values).reshape(5, 7) for key, values in found.points.items()}
    for key in ("power.design.users", "mechanisms.programme_support"):
        assert (points[key] == points[key][:, :1]).all()
    for key in ("work.load", "changes.ambiguity"):
        assert (points[key] == points[key][:1]).all()
        assert len(np.unique(points[key])) == 7
    assert [f.role for f in found.factors] == ["lever"] * 5 + ["uncertainty"] * 2
    assert (found.design.kind, found.design.settings) == ("crossed", {"policies": 5, "futures": 7})


def test_policies_and_futures_are_not_sampled_alike(load):
    one = "levers: {work.load: {range: [0, 1]}}\npolicies: {kind: latin_hypercube, points: 50}\n"
    two = (
        "uncertainties: {changes.ambiguity: {range: [0, 1]}}\nfutures: {kind: latin_hypercube, points: 50}\n"
    )
    found = load(one + two)
    policies = np.asarray(found.points["work.load"]).reshape(50, 50)[:, 0]
    futures = np.asarray(found.points["changes.ambiguity"]).reshape(50, 50)[0]
    assert abs(np.corrcoef(policies, futures)[0, 1]) < 0.4
    assert not np.allclose(policies, futures)


def test_each_future_has_random_numbers_of_its_own_and_all_policies_the_same(load):
    plan = plans.make_plan(load(BODY), "")
    draws = np.array([[[plan.draws(p * 7 + f, r) for f in range(7)] for p in range(5)] for r in range(2)])
    assert (draws == draws[:, :1]).all()
    assert len(np.unique(draws[:, 0])) == 14


def test_named_policies_are_written_down(load):
    found = load(
        """
policies:
  - {name: tight, power.design: {centre: 1, authorities: 0, third_sector: 0, users: 0}}
  - {name: loose, power.design: {centre: 0, authorities: 1, third_sector: 0, users: 0}, pace.protected: 0.2}
uncertainties: {work.load: {range: [0.5, 2]}}
futures: {kind: sobol_sequence, points: 4}
"""
    )
    assert found.design.settings == {"policies": 2, "futures": 4, "names": ["tight", "loose"]}
    assert found.points["pace.protected"] == [None] * 4 + [0.2] * 4


def test_a_sweep_of_policies_and_futures_replays_to_the_bit(gapsim, tmp_path):
    (tmp_path / "mix.yaml").write_text(
        f"{HEAD}parameters: {{population.users: 64, population.months: 24}}\nreplications: 2\n{BODY}",
        encoding="utf-8",
    )
    assert gapsim("sweep", "mix.yaml", "--out", "mix", "--engine", "serial")[0] == 0
    rows = parquet.read_table(tmp_path / "mix" / "runs.parquet").to_pandas()
    assert len(rows) == 70
    assert plan_files.read(tmp_path / "mix").design.settings["futures"] == 7
    assert gapsim("replay", "mix", "33")[0] == 0
    # The middle of a policy's row of futures has draws of its own: replication 0 elsewhere differs.
    assert rows.groupby("design_point").gap.nunique().min() == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("factors: {work.load: {range: [0, 1]}}\n" + BODY, "cannot stand beside levers and uncertainties"),
        ("factors: {uncertainties: {spread: 2}}\n" + BODY, "goes into `uncertainties` as it is"),
        ("design: grid\n" + BODY, "cannot stand beside policies and futures"),
        (BODY.replace("simplex: 4", "simplex: 3"), "must be 4, one share for each of"),
        (BODY.replace("power.design:", "power.designs:"), "did you mean"),
        (BODY.replace("{simplex: 4}", "{simplex: 4, dirichlet: [1, 1]}"), "must be 4 numbers above 0"),
        (
            BODY.replace("power.design: {simplex: 4}", "power.design.users: {range: [0, 1]}"),
            "vary the whole row",
        ),
        (BODY.replace("kind: latin_hypercube, points: 5", "kind: morris"), "must be a list of policies"),
        (BODY.replace("kind: latin_hypercube, points: 5", "kind: grid"), "a grid needs a lattice"),
        (BODY.replace("work.load: {range", "work.lode: {range"), "uncertainties.work.lode"),
        (
            BODY.replace("work.load: {range: [0.5, 2]}", "pace.protected: {range: [2, 1]}"),
            "uncertainties.pace.protected",
        ),
        (BODY + "objectives: {gapp: {}}\n", "there is no such outcome"),
        (BODY + "objectives: {gap: {over: median}}\n", "mean, worst_tenth or p90"),
        (BODY + "search: {evaluations: 1}\n", "search.evaluations"),
        (
            BODY.replace(
                "changes.ambiguity: {range: [0, 2]}", "mechanisms.programme_support: {range: [0, 1]}"
            ),
            "is a lever here",
        ),
        ("levers: {power.design: {simplex: 4}}\n", "let `gapsim search` look"),
    ],
)
def test_what_cannot_be_crossed_is_refused_with_the_way_out(refused, text, said):
    assert said in refused(text)


def test_a_search_needs_no_policies(load):
    found = load("levers: {power.design: {simplex: 4}}\nobjectives: [gap]\n", searching=True)
    assert found.crossing.objectives[0].outcomes == ("gap",)
    assert found.design.settings == {"policies": 1, "futures": 1}


def test_outcomes_that_are_judged_are_kept(load):
    text = (
        BODY + "objectives: {apart: {outcome: gap_fifth_1 - gap_fifth_5}, work: {outcome: hours.delivery}}\n"
    )
    found = load(text)
    assert {"gap_fifth_1", "gap_fifth_5", "hours.delivery"} <= set(found.responses)


# What a scenario is


@pytest.fixture
def two_files(tmp_path):
    """Two scenarios that differ in one strength alone."""
    for name, strength in (("without", 0), ("with_it", 1)):
        (tmp_path / f"{name}.yaml").write_text(
            f"# @package _global_\nheader: {{title: {name}, question: Q, source: S}}\n"
            f"mechanisms: {{programme_support: {strength}}}\n",
            encoding="utf-8",
        )
    return tmp_path


def test_a_factor_never_overwrites_what_a_scenario_is(refused, two_files):
    factors = "factors: {uncertainties: {spread: 2}}\ndesign: {kind: latin_hypercube, points: 3}\n"
    said = refused(factors, "[without, with_it]", folders=[two_files])
    assert (
        "mechanisms.programme_support: is set by without, with_it, and the factor would overwrite it" in said
    )
    assert "except: [mechanisms.programme_support]" in said


def test_left_out_of_the_factors_the_two_scenarios_differ(load, two_files):
    factors = "factors: {uncertainties: {spread: 2, except: [mechanisms.programme_support]}}\n"
    found = load(
        factors + "design: {kind: latin_hypercube, points: 3}\n", "[without, with_it]", folders=[two_files]
    )
    assert len(found.points) > 100


@pytest.mark.parametrize("name", ["ability_first", "fear_of_failure"])
def test_the_fitted_set_never_makes_a_shipped_claim_equal_the_baseline(refused, name):
    factors = "factors: {uncertainties: {spread: 2}}\ndesign: {kind: latin_hypercube, points: 3}\n"
    assert f"is set by {name}" in refused(factors, f"[baseline, {name}]")


@pytest.mark.parametrize("key", ["power.distribution", "power.design.users"])
def test_a_table_of_rights_is_not_overwritten_by_one_of_its_rows(refused, key):
    said = refused(
        f"factors: {{{key}: {{range: [0, 1]}}}}\ndesign: {{kind: latin_hypercube, points: 3}}\n",
        "[hierarchy, distributed]",
    )
    assert f"{key}: is set by hierarchy, distributed" in said


def test_a_dated_change_of_a_scenario_is_not_overwritten(refused):
    factors = "factors: {authorities.crisis_demand: {range: [0, 0.3]}}\ndesign: {kind: latin_hypercube, points: 3}\n"
    assert "is set by crisis" in refused(factors, "[baseline, crisis]")
