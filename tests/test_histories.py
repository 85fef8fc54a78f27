"""Histories simulated again: how runs are read, how they are judged, what the command says and writes."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
import worlds
from pyarrow import parquet

from sim.history import evaluate
from sim.history.cases import cases, parameters_of
from sim.history.evaluate import (
    OUTCOMES,
    Count,
    as_reported,
    by_frozen_readings,
    by_mended_readings,
    evaluate_conditions,
    judge_mended,
    of_independent_cases,
    simulate_case,
    simulate_cases,
)
from sim.history.null_models import against_nulls, bass, constant_hazards, last_value, linear_trend
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schedule import begin
from sim.reporting import terminal
from sim.reporting.cases_page import Page, cases_json, findings, page_html
from sim.reporting.wording import without_quoted

FAST = worlds.parameters({"population.users": 64})


def case_of(name):
    (case,) = cases([name])
    return case


def made_up(case, **paths):
    """Outcomes of one run: value by month of history, held from then on."""
    seen = np.zeros((1, len(OUTCOMES), case.months))
    for outcome, path in paths.items():
        for month, value in path.items():
            seen[0, OUTCOMES.index(outcome), case.number(month) :] = value
    return seen


def hit(case, **paths):
    judged = evaluate_conditions(case, as_reported(case, made_up(case, **paths)))
    return bool(np.all([j.held for j in judged]))


# Reading a run


def test_outcomes_are_those_of_the_focal_change_by_people():
    case = case_of("video_consultations")
    run = begin(parameters_of(case, FAST), 4, 0)
    run.advance(13)
    nominal, real, used, signed = run.state.journal.focal[12]
    highland = run.territory.index("Highland")
    # Highland began with three tenths, and has worked on it for a month.
    assert 0.3 <= real / run.state.places.weight[highland] < 0.45
    assert 0.0 < used < real <= nominal
    assert signed == 0.0
    assert not run.state.journal.focal[:12].any()  # it had not been announced


def test_where_the_old_way_is_shut_those_who_would_not_have_taken_it_up_do():
    case = case_of("video_consultations")
    run, shut = (begin(parameters_of(case, FAST), 4, 0) for _ in range(2))
    shut.values["focal_closed"] = 0.9
    for one in (run, shut):
        one.values["urgency"] = 0.0  # else an old way that is shut presses as well
        one.advance(13)
    _, real, used, _ = run.state.journal.focal[12]
    assert shut.state.journal.focal[12, 2] == pytest.approx(used + 0.9 * (real - used))


def test_a_history_is_read_off_the_run():
    case = case_of("class_sizes")
    at_once = FAST.model_copy(
        update={"pledge": FAST.pledge.model_copy(update={"signing": 1.0, "threshold": 0.0})}
    )
    parameters = parameters_of(case, at_once)
    seen = simulate_case(parameters, 4, 1)
    run = begin(parameters, 4, 1)
    run.advance(case.months)
    assert seen.shape == (4, case.months)
    (focal,) = np.flatnonzero(run.state.changes.focal)
    weight, cells = run.state.places.weight, run.state.cells[:, focal]
    assert seen[:, -1] == pytest.approx(
        [weight @ cells.nominal, weight @ cells.real_coverage, seen[2, -1], 0.0]
    )
    assert seen[3, case.number("2008-06")] > 0.5  # the concordat is signed
    assert seen[3, case.number("2010-09")] == 0.0  # and closed


def test_figures_that_cannot_be_compared_are_left_out():
    case = case_of("self_directed_support")
    assert list(case.points("sds_offered_choice").values()) == [70.0, 77.1, 81.3, 81.5, 84.4]


def test_series_are_read_in_a_straight_line_in_their_own_unit():
    case = case_of("self_directed_support")
    series = as_reported(case, made_up(case, nominal={"2013-01": 0.5}, real={"2013-01": 0.25}))
    assert series["sds_offered_choice"][0, -1] == 50.0
    assert series["sds_arranged_by_council"][0, -1] == 75.0
    assert "sds_direct_payment" not in series


# Judging


REALISED = {
    "class_sizes": {"real": {"2009-09": 0.5, "2010-06": 1.0, "2013-01": 0.1}},
    "early_learning": {
        "nominal": {"2019-08": 0.33, "2020-06": 0.8, "2022-01": 0.97},
        "real": {"2020-06": 0.6, "2022-01": 0.88},
    },
    "participatory_budgeting": {"nominal": {"2020-06": 0.71, "2023-06": 1.0}},
    "recycling_charter": {
        "signed": {"2016-07": 0.5},
        "real": {"2019-01": 0.16, "2020-01": 0.0, "2023-01": 0.06},
    },
    "self_directed_support": {"nominal": {"2018-01": 0.77, "2021-01": 0.844}, "real": {"2018-01": 0.16}},
    "smoking_ban": {"real": {"2006-04": 0.994}},
    "targets_and_gaming": {"nominal": {"2004-12": 0.96}, "real": {"2004-12": 0.77}},
    "video_consultations": {"used": {"2017-01": 0.016, "2020-04": 0.9}},
}
"""What happened, as a run would have to show it."""

OTHERWISE = {
    "class_sizes": {"real": {"2009-09": 0.5, "2010-06": 1.0}},  # no relapse
    "early_learning": {"nominal": {"2019-08": 0.7, "2020-06": 0.8, "2022-01": 0.97}, "real": {"2020-06": 0.6, "2022-01": 0.88}},
    "participatory_budgeting": {"nominal": {"2020-06": 1.0}},  # met in time
    "recycling_charter": {"signed": {"2016-07": 1.0}},  # everybody signs
    "self_directed_support": {"nominal": {"2018-01": 0.77, "2021-01": 0.844}, "real": {"2018-01": 0.16, "2021-01": 0.7}},
    "smoking_ban": {"real": {"2006-04": 0.6, "2006-08": 1.0}},  # two months late
    "targets_and_gaming": {"nominal": {"2004-12": 0.96}, "real": {"2004-12": 0.95}},  # honest reports
    "video_consultations": {"used": {"2017-01": 0.016, "2018-01": 0.5, "2020-04": 0.9}},  # grown before the crisis
}  # fmt: skip


@pytest.mark.parametrize("name", REALISED)
def test_a_run_that_shows_what_happened_is_a_hit_and_another_is_not(name):
    case = case_of(name)
    assert hit(case, **REALISED[name])
    assert not hit(case, **OTHERWISE[name])
    assert not hit(case)


def test_all_conditions_must_hold_in_the_same_run():
    case = case_of("video_consultations")
    early = made_up(case, used={"2017-01": 0.5, "2020-04": 0.9})
    never = made_up(case, used={"2017-01": 0.01})
    series = as_reported(case, np.concatenate([early, never]))
    history = evaluate.History(case, series, evaluate_conditions(case, series))
    assert [j.held.mean() for j in history.judged] == [0.5, 0.5]
    assert (history.share, history.hit) == (0.0, False)


def test_half_of_the_runs_are_enough():
    case = case_of("smoking_ban")
    yes, no = made_up(case, real={"2006-04": 1.0}), made_up(case)
    series = as_reported(case, np.concatenate([yes, no]))
    assert evaluate.History(case, series, evaluate_conditions(case, series)).hit
    series = as_reported(case, np.concatenate([yes, no, no]))
    assert not evaluate.History(case, series, evaluate_conditions(case, series)).hit


def test_what_was_observed_passes_its_own_rule():
    """Observed figures, where every month of a condition was reported, lie within its bounds."""
    mended = [case.as_mended for case in cases() if case.as_mended is not None]
    for case in [*cases(), *mended]:
        series = as_reported(case, np.zeros((1, len(OUTCOMES), case.months)))
        for judged in evaluate_conditions(case, series):
            if judged.seen is not None:
                assert judged.condition.at_least is None or judged.seen >= judged.condition.at_least
                beyond = case.name == "participatory_budgeting"  # above the pledge
                assert judged.condition.at_most is None or judged.seen <= judged.condition.at_most or beyond


# Mended readings


def history_of(name, *runs):
    """A case as made-up runs have it, judged by its frozen and its mended reading."""
    case = case_of(name)
    outcomes = np.concatenate([made_up(case, **paths) for paths in runs])
    series = as_reported(case, outcomes)
    return evaluate.History(
        case, series, evaluate_conditions(case, series), mended=judge_mended(case, outcomes)
    )


def test_only_the_reading_of_a_run_differs():
    # Everybody is 20 % by the frozen reading, and all pupils by the mended one.
    fall = {"real": {"2009-09": 0.02, "2010-06": 0.06, "2013-01": 0.0}}
    history = history_of("class_sizes", fall, fall, {})
    assert (history.share, history.hit) == (0.0, False)
    assert (history.mended_share, history.mended_hit) == (pytest.approx(2 / 3), True)
    assert history.mended[0].values == pytest.approx([0.06 * 84.7, 0.06 * 84.7, 0.0])
    assert history.mended[0].seen == pytest.approx(6.3)


def test_full_hours_are_read_from_use_by_the_mended_reading():
    realised = REALISED["early_learning"]
    offered = history_of("early_learning", realised)
    used = history_of("early_learning", {**realised, "used": realised["real"]})
    assert (offered.hit, offered.mended_hit) == (True, False)
    assert (used.hit, used.mended_hit) == (True, True)


def test_a_case_without_a_mended_reading_has_no_mended_verdict():
    plain = history_of("smoking_ban", REALISED["smoking_ban"])
    left_out = history_of("targets_and_gaming", REALISED["targets_and_gaming"])
    for history in (plain, left_out):
        assert history.mended is history.mended_share is history.mended_hit is None
    assert (plain.mended_left_out, left_out.mended_left_out) == (False, True)


def test_hits_are_counted_by_both_readings_and_without_what_is_quoted():
    realised = REALISED["early_learning"]
    made = [
        history_of("class_sizes", {"real": {"2009-09": 0.02, "2010-06": 0.06, "2013-01": 0.0}}),
        history_of("early_learning", {**realised, "used": realised["real"]}),
        history_of("smoking_ban", REALISED["smoking_ban"]),
        history_of("targets_and_gaming", REALISED["targets_and_gaming"]),
        history_of("video_consultations", {}),
    ]
    assert [history.hit for history in made] == [False, True, True, True, False]
    assert by_frozen_readings(made) == Count(3, 5)
    # Class sizes turn to a hit; the one left out is not counted, and those without a mended reading are as frozen.
    assert [history.mended_hit for history in made] == [True, True, None, None, None]
    assert by_mended_readings(made) == Count(3, 4)
    # Early learning, smoking and video: class sizes and emergency departments are quoted.
    assert of_independent_cases(made) == Count(2, 3)


def made_up_page():
    made = [
        history_of("class_sizes", {"real": {"2009-09": 0.02, "2010-06": 0.06, "2013-01": 0.0}}),
        history_of("early_learning", REALISED["early_learning"]),
        history_of("smoking_ban", REALISED["smoking_ban"]),
        history_of("targets_and_gaming", REALISED["targets_and_gaming"]),
    ]
    return Page(made, 1, 5, "0", fitted=False, changed=False, command="cases --defaults")


def test_both_counts_are_in_the_json():
    said = cases_json(made_up_page())
    assert (said["hits"], said["misses"]) == (3, 1)
    assert (said["mended_hits"], said["mended_cases"]) == (2, 3)
    assert (said["hits_of_independent"], said["independent_cases"]) == (2, 2)
    found = {
        name: (case["mended_hit"], case["mended_share"], case["mended_left_out"])
        for name, case in said["cases"].items()
    }
    assert found == {
        "class_sizes": (True, 1.0, False),
        "early_learning": (False, 0.0, False),
        "smoking_ban": (None, None, False),
        "targets_and_gaming": (None, None, True),
    }
    assert said["cases"]["smoking_ban"]["mended_conditions"] is None
    rise, _ = said["cases"]["class_sizes"]["mended_conditions"]
    assert rise["condition"] == "change of class_size_18 from 2007-09 to 2010-09: at least 3.15"
    assert json.dumps(said)


def test_both_counts_are_printed_and_another_verdict_is_marked():
    text = terminal.cases(cases_json(made_up_page()), "Note.")
    rows = {line.split()[0]: line for line in text.splitlines()[2:7]}
    assert rows["class_sizes"].endswith("another verdict: hit, 100 %")
    assert rows["early_learning"].endswith("another verdict: miss, 0 %")
    assert rows["smoking_ban"].endswith("–")
    assert rows["targets_and_gaming"].endswith("left out")
    assert "class_sizes, mended reading" in text
    said = " ".join(text.split())
    assert "3 of 4 patterns are hit by the frozen readings, 2 of 3 by the mended ones." in said
    assert "class_sizes and targets_and_gaming are no independent test" in said
    assert "Of the other 2: 2 (frozen readings). Note." in said


def test_no_count_is_given_of_others_where_there_are_none_or_no_quoted_case():
    assert without_quoted(["class_sizes"], 0, 0) == []
    assert without_quoted(["smoking_ban"], 1, 1) == []


def test_the_page_shows_both_readings():
    page = page_html(made_up_page()).partition("<script>")[0].replace("\xa0", " ")
    for words in (
        "3 of 4 patterns are hit", "By the mended readings: 2 of 3.", "Of the other 2: 2 (frozen readings).",
        ">Mended reading<", "another verdict: hit, 100 % of runs", "another verdict: miss, 0 % of runs", "left out",
    ):  # fmt: skip
        assert words in page, words
    of = {name: page.partition(f'<section id="{name}">')[2].partition("</section>")[0] for name in REALISED}
    assert "Mended reading of 2026-11-30: hit." in of["class_sizes"]
    assert "change of class_size_18 from 2007-09 to 2010-09: at least 3.15" in of["class_sizes"]
    assert "15.3 to 100" in of["class_sizes"]
    assert "12.7 to 20" in of["class_sizes"]
    assert "Mended reading of 2026-11-30: miss." in of["early_learning"]
    assert "Mended reading of 2026-11-30: left out of the mended count." in of["targets_and_gaming"]
    assert "Mended" not in of["smoking_ban"]


# Null models


def test_null_curves_have_their_known_values():
    years = np.array([-1.0, 0.0, 1.0, 5.0, 10.0])
    assert bass(years) == pytest.approx([0.0, 0.0, 0.0358, 0.3312, 0.8128], abs=1e-4)
    months = np.linspace(0.0, 2000.0, 200_001)
    covered = constant_hazards(months, 36.0)
    assert covered[0] == 0.0
    assert np.trapezoid(1.0 - covered, months) == pytest.approx(36.0, abs=1e-3)  # the mean time to pass


def test_null_models_are_told_the_first_figures_and_judged_by_the_same_rule():
    case = case_of("class_sizes")
    assert last_value(case, "class_size_18")[-1] == 12.7
    trend = linear_trend(case, "class_size_18")
    assert trend[case.number("2008-09")] == pytest.approx(15.3 + 2.6)
    assert trend[-1] == 21.6  # never beyond what was or could be reported
    series = as_reported(case, made_up(case, **REALISED["class_sizes"]))
    nulls = {null.name: null for null in against_nulls(case, series)}
    assert not any(null.hit for null in nulls.values())
    figures = [v for month, v in case.points("class_size_18").items() if month > case.number("2007-11")]
    expected = np.sqrt(np.mean([((12.7 - v) / 7.3) ** 2 for v in figures]))
    assert nulls["last_value"].error == pytest.approx(expected)
    assert nulls["last_value"].error_of_runs < expected


def test_a_null_model_that_is_told_the_answer_is_not_tested():
    case = case_of("smoking_ban")
    series = as_reported(case, made_up(case, **REALISED["smoking_ban"]))
    nulls = {null.name: null for null in against_nulls(case, series)}
    # It is told the one figure that the rule asks for: no test of it.
    assert (nulls["last_value"].hit, nulls["last_value"].error) == (None, None)
    assert nulls["linear_trend"].hit is None
    assert nulls["bass"].hit is False
    case = case_of("recycling_charter")
    flat = {null.name: null.hit for null in against_nulls(case, as_reported(case, made_up(case)))}
    assert flat == {"constant_hazards": False, "bass": False, "last_value": False, "linear_trend": False}


# Running


def test_the_same_seed_gives_the_same_histories_and_levels_are_moved_one_step():
    chosen = cases(["smoking_ban"])
    one, two = (simulate_cases(chosen, [FAST], 7, 3, look=2)[0] for _ in range(2))
    for name in one.series:
        assert np.array_equal(one.series[name], two.series[name])
    assert one.recoded == two.recoded
    # All eight dimensions stand at an end and have one neighbour.
    assert len(one.recoded) == 8
    assert {r.level for r in one.recoded} == {"middle"}
    # Beside it stands what the first two of these three runs are as coded, not all three.
    assert {r.own for r in one.recoded} == {simulate_cases(chosen, [FAST], 7, 2)[0].share}
    assert not simulate_cases(chosen, [FAST], 7, 1)[0].recoded


def test_the_system_given_is_the_system_run():
    chosen = cases(["smoking_ban"])
    off = Parameters.model_validate(
        {"population": {"users": 64}, "mechanisms": dict.fromkeys(MECHANISM_NAMES, 0.0)}
    )
    plain, other = (
        simulate_cases(chosen, [system], 7, 2)[0].series["smoking_ban_compliance"] for system in (FAST, off)
    )
    assert not np.array_equal(plain, other)


def test_every_set_of_parameters_is_run_in_every_world():
    chosen = cases(["smoking_ban"])
    slow = Parameters.model_validate({"population": {"users": 64}, "work": {"top_speed": 0.1}})
    (both,) = simulate_cases(chosen, [FAST, slow], 7, 2)
    alone = [
        simulate_cases(chosen, [system], 7, 2)[0].series["smoking_ban_compliance"] for system in (FAST, slow)
    ]
    for number, values in enumerate(alone):
        assert np.array_equal(both.series["smoking_ban_compliance"][number::2], values)
    assert both.systems == 2
    held = next(j.held for j in both.judged)
    assert both.systems_that_hit == sum(held[number::2].mean() >= 0.5 for number in range(2))


def test_a_failed_run_is_named(monkeypatch):
    def broken(*arguments):
        raise FloatingPointError("broken")

    monkeypatch.setattr(evaluate, "simulate_case", broken)
    with pytest.raises(evaluate.RunFailed, match="case smoking_ban, seed 7, replication 0"):
        simulate_cases(cases(["smoking_ban"]), [FAST], 7, 1)


# The command


def test_the_command_says_and_writes_the_same(gapsim, tmp_path):
    small = (
        "smoking_ban",
        "class_sizes",
        "--defaults",
        "population.users=64",
        "--replications",
        2,
        "--out",
        "there",
    )
    code, out, _ = gapsim("cases", *small, "--seed", 5, "--json")
    assert code == 0  # a miss is no error
    said = json.loads(out)
    assert list(said["cases"]) == ["class_sizes", "smoking_ban"]
    assert said["hits"] + said["misses"] == said["mended_cases"] == 2
    assert said["independent_cases"] == 1
    assert said["cases"]["smoking_ban"]["mended_hit"] is said["cases"]["smoking_ban"]["mended_share"] is None
    sizes = said["cases"]["class_sizes"]
    assert sizes["mended_hit"] == (sizes["mended_share"] >= 0.5)
    assert (said["replications"], said["seed"], said["fitted"]) == (2, 5, False)
    assert "with what the command set" in said["parameters"]
    for case in said["cases"].values():
        assert case["hit"] == (case["share"] >= 0.5)
        assert all({"condition", "observed", "median", "share"} == set(c) for c in case["conditions"])
        assert case["recoded"]
        assert set(case["nulls"]) == {"constant_hazards", "bass", "last_value", "linear_trend"}
    folder = tmp_path / "there"
    assert {path.name for path in folder.iterdir()} == {"report.html", "series.parquet", "metadata.json"}
    assert json.loads((folder / "metadata.json").read_text())["cases"] == said["cases"]
    rows = parquet.read_table(folder / "series.parquet").to_pylist()
    (row,) = [r for r in rows if r["series"] == "class_size_18" and r["month"] == "2010-09"]
    assert row["reported"] == 21.6
    assert row["low"] <= row["median"] <= row["high"]


def test_the_page_is_whole_and_fetches_nothing(gapsim, tmp_path):
    gapsim("cases", "class_sizes", "--defaults", "population.users=64", "--replications", 2, "--out", "there")
    page = (tmp_path / "there" / "report.html").read_text(encoding="utf-8")
    written = page.partition("<script>")[0]
    for words in (
        "A hit of theirs is no forecast", "Miss.", "A guess at why", "coded and dated", "gapsim cases class_sizes", "2010-09",
        'id="class_sizes-class_size_18"', 'id="class_sizes-class_size_18-drawing"', "One level moved", "seed 2026",
        "constant_hazards",
    ):  # fmt: skip
        assert words in written, words
    assert "default-src 'none'" in page
    assert "//" not in written.replace("https://www.nationalarchives.gov.uk", "")


def test_the_command_prints_a_table_for_people(gapsim):
    code, out, err = gapsim("cases", "smoking_ban", "--defaults", "population.users=64", "--replications", 2)
    assert code == 0
    assert "smoking_ban_compliance in 2006-06: at least 79.4" in out
    assert "A hit of theirs is no forecast" in " ".join(out.split())
    assert "report: results/cases-" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["smoking_bann"], ["did you mean `smoking_ban`"]),
        (["smoking_ban", "focal.duty=1.0"], ["focal.duty", "belongs to the history"]),
        (["smoking_ban", "population.months=12"], ["belongs to the history"]),
        (["smoking_ban", "work.laod=2"], ["did you mean `work.load`"]),
        (["smoking_ban", "scenario=rush"], ["cases are not scenarios"]),
        (
            ["--replications", "0", "nothing", "work.laod=2"],
            ["--replications", "no such case", "`work.load`"],
        ),
        (["work.load=99"], ["must be a number from 0.0 to 10.0"]),
    ],
)
def test_wrong_commands_are_refused_whole(gapsim, tmp_path, arguments, words):
    code, _, err = gapsim("cases", *arguments)
    assert code == 2
    assert all(word in err for word in words), err
    assert not list(tmp_path.iterdir())


def test_cases_are_listed_and_explained(gapsim):
    code, out, _ = gapsim("list", "cases", "--json")
    assert code == 0
    assert [case["name"] for case in json.loads(out)["cases"]] == [case.name for case in cases()]
    code, out, _ = gapsim("explain", "video_consultations")
    assert code == 0
    assert "2017-01: begun_early in Highland" in out
    assert "ambiguity: low" in out


def test_every_case_has_a_guess_to_show_if_it_misses():
    assert set(findings()) == {case.name for case in cases()}
    # A number in a guess would be one that nobody makes again.
    assert not any(
        any(letter.isdigit() for letter in guess.replace("2020", "")) for guess in findings().values()
    )
    assert resources.files("sim").joinpath("data", "case_findings.yaml").is_file()
