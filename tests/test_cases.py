"""Historical cases: frozen tables, what a file may and may not say, and what becomes of dates and words."""

from __future__ import annotations

import datetime
import hashlib
import re
from pathlib import Path

import pytest
import yaml

from sim.errors import InputProblems
from sim.history import case_files, case_schema
from sim.history.case_schema import LEVELS, ONE_SYSTEM, coverages, events, levels
from sim.history.cases import QUOTED_BY, cases, parameters_of, shifted
from sim.model import interventions
from sim.model.geography import territory
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schema import declarations, value_of

ROOT = Path(__file__).parents[1]
SHIPPED = tuple(case_files.available())
PAGE = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")

FROZEN = {
    "case_levels": "404c742cbbea6614",
    "case_events": "2d440fb5b1e056c9",
    "class_sizes": "1e4310ab2b3d6241",
    "early_learning": "695fb52c7bd488ae",
    "participatory_budgeting": "9777e13e69665e44",
    "recycling_charter": "d69730e91d031a4b",
    "self_directed_support": "9ae25bf35fece6c3",
    "smoking_ban": "2e6ccd37d84e96a3",
    "targets_and_gaming": "37505d6c70a847c4",
    "video_consultations": "fe4c7bb77aae91ff",
}
"""Digests of what the frozen files say. A change here is a change after the freeze: list it in `docs/cases.md`, with its
reason and with what it did to hits and misses. It is never made in order to hit."""


MENDED = {
    "class_sizes": "e15603bae838acf4",
    "early_learning": "27dfeb4e48a3aa87",
    "targets_and_gaming": "3c17e93e66c05369",
}
"""Digests of the mended readings, which stand beside the frozen ones. A change is listed in `docs/cases.md` like any other."""


def content(name):
    path = case_files.available().get(name, case_schema.DATA / f"{name}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def digest(said):
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@pytest.fixture
def refused(tmp_path):
    """Change a shipped case as told; gives what is said against it, one problem a line."""

    def change(name, edit):
        tree = content(name)
        edit(tree)
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
        with pytest.raises(InputProblems) as found:
            cases([name], tmp_path)
        return [str(problem) for problem in found.value.problems]

    return change


# The freeze


def test_there_are_the_eight_cases():
    assert SHIPPED == (
        "class_sizes", "early_learning", "participatory_budgeting", "recycling_charter", "self_directed_support",
        "smoking_ban", "targets_and_gaming", "video_consultations",
    )  # fmt: skip
    assert [case.name for case in cases()] == list(SHIPPED)


@pytest.mark.parametrize("name", FROZEN)
def test_what_was_frozen_is_as_it_was(name):
    frozen = {key: part for key, part in content(name).items() if key != "mended"}
    assert digest(frozen) == FROZEN[name]


def test_mended_readings_are_as_they_were_written():
    mended = {name: content(name)["mended"] for name in SHIPPED if "mended" in content(name)}
    assert {name: digest(block) for name, block in mended.items()} == MENDED


def test_the_page_shows_the_coding_and_the_sizes():
    for name in SHIPPED:
        coded = content(name)["change"]["type"]
        assert f"| {name} | " + " | ".join(coded[d]["level"] for d in levels()) + " |" in PAGE
        assert f"| {name} | {content(name)['pattern']['says']} |" in PAGE
    for dimension, row in content("case_levels")["dimensions"].items():
        cells = [f"{row[level]['value']:g}: {row[level]['when']}" for level in LEVELS]
        assert f"| {dimension} | {row['asks']} | {' | '.join(cells)} |" in PAGE
    for name, event in events().items():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {name} |")]
        assert event["says"] in row
        for key, value in event["sets"].items():
            parts = value.items() if isinstance(value, dict) else [("", value)]
            shown = (
                ", ".join(f"{who} {part:g}".strip() for who, part in parts) if value != "by" else "the month"
            )
            assert f"`{key}` {shown}" in row


def test_middle_is_the_default_and_levels_rise_within_bounds():
    for dimension, values in levels().items():
        declared = declarations()[f"focal.{dimension}"]
        assert values["middle"] == declared.default == declarations()[f"changes.{dimension}"].default
        assert declared.low < values["low"] < values["middle"] < values["high"] < declared.high
    assert list(coverages().values()) == sorted(coverages().values())


def test_bounds_of_patterns_come_from_what_was_observed():
    """By one recipe: levels within a fifth of the range, at least half of a change or a distance, five points for flat."""
    mended = [case.as_mended for case in cases() if case.as_mended is not None]
    assert len(mended) == 2
    for case in [*cases(), *mended]:
        for condition in case.file.pattern.conditions:
            series = case.file.observed[condition.series]
            # Where the model can count nothing beyond the pledge, neither does the figure; the case's file says so.
            most_counted = series.at_full if case.name == "participatory_budgeting" else float("inf")
            seen = {month: min(value, most_counted) for month, value in case.points(condition.series).items()}
            least, most = condition.at_least, condition.at_most
            if condition.kind == "level":
                value, fifth = seen[case.number(condition.month)], abs(series.at_full - series.at_none) / 5
                assert least is None or least == pytest.approx(value - fifth)
                assert most is None or most == pytest.approx(value + fifth)
            elif condition.kind == "change":
                moved = seen[case.number(condition.last)] - seen[case.number(condition.first)]
                if (least, most) == (-5, 5):
                    assert abs(moved) < 5
                else:
                    assert (least if most is None else most) == pytest.approx(moved / 2, abs=0.051)
            else:
                month = case.number(condition.month)
                assert least == pytest.approx((seen[month] - case.points(condition.less)[month]) / 2)


# From words and dates to parameters


def test_only_kind_and_timeline_differ_from_the_system():
    system = Parameters()
    for case in cases():
        parameters = parameters_of(case, system)
        assert not interventions.problems(parameters, territory(parameters.population.places))
        different = {
            key
            for key in declarations()
            if key != "power.distribution" and value_of(parameters, key) != value_of(system, key)
        }
        assert different <= {key for key in declarations() if key.startswith("focal.")} | {
            "population.months",
            "changes.arriving",
        }
        assert all(case_schema.may_set(dated.key) for dated in parameters.interventions)


def test_dates_become_months_and_what_ends_goes_back():
    (case,) = cases(["early_learning"])
    parameters = parameters_of(case, Parameters())
    assert (case.months, parameters.focal.arrival, parameters.focal.duration) == (120, 2, 77.0)
    dated = [(row.month, row.key, row.value) for row in parameters.interventions]
    assert (2, "focal.due", 79) in dated
    assert (51, "focal.ring_fenced", 1.0) in dated
    assert (99, "focal.ring_fenced", 0.0) in dated
    assert (74, "focal.duty", 0.0) in dated
    assert (91, "focal.duty", 0.8) in dated
    other = Parameters.model_validate({"authorities": {"crisis_demand": 0.2}})
    ends = [
        row.value
        for row in parameters_of(case, other).interventions
        if row.key == "authorities.crisis_demand"
    ]
    assert ends == [0.35, 0.2]


def test_what_begins_in_a_month_comes_after_what_ends_in_it(tmp_path):
    tree = content("class_sizes")
    tree["timeline"].append({"month": "2010-09", "event": "charter", "source": "made up"})
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    (case,) = cases((), tmp_path)
    opened = [
        row.value for row in parameters_of(case, Parameters()).interventions if row.key == "pledge.open"
    ]
    assert opened == [1.0, 0.0, 1.0]


def test_places_that_began_early_are_named():
    (case,) = cases(["video_consultations"])
    begun = [row for row in parameters_of(case, Parameters()).interventions if row.places]
    assert [(row.key, row.value, row.places) for row in begun] == [
        ("focal.stage", 4, ["Highland"]),
        ("focal.coverage", 0.3, ["Highland"]),
    ]


def test_other_changes_come_as_fast_however_long_the_history():
    rates = [
        p.changes.arriving / p.population.months for p in (parameters_of(c, Parameters()) for c in cases())
    ]
    assert all(rate == pytest.approx(0.2, abs=0.01) for rate in rates)


def test_whom_a_change_concerns_is_said_in_a_word_and_everybody_where_it_is_not(tmp_path):
    tree = content("smoking_ban")
    tree["change"]["users"] = {"share": "few", "because": "made up"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    (mine,) = cases((), tmp_path)
    (shipped,) = cases(["smoking_ban"])
    assert parameters_of(mine, Parameters()).focal.users == coverages()["few"] < 1.0
    assert parameters_of(shipped, Parameters()).focal.users == 1.0


def test_a_system_with_another_table_keeps_it():
    (case,) = cases(["smoking_ban"])
    system = Parameters.model_validate({"power": {"distribution": 1.0}})
    assert parameters_of(case, system).power.agenda.users == pytest.approx(0.3)


def test_a_level_may_be_moved_for_a_look():
    (case,) = cases(["smoking_ban"])
    assert parameters_of(case, Parameters(), {"conflict": "middle"}).focal.conflict == 0.4
    assert [shifted("low", -1), shifted("low", 1), shifted("high", 1)] == [None, "middle", None]


# What is refused


@pytest.mark.parametrize("group", ["mechanisms", "reference", "authorities", "work", "power", "centre"])
def test_a_case_may_set_no_part_of_the_system(refused, group):
    (said,) = refused("smoking_ban", lambda tree: tree.update({group: {"any": 1.0}}))
    assert group in said
    assert ONE_SYSTEM in said


@pytest.mark.parametrize(
    "key", [f"mechanisms.{MECHANISM_NAMES[0]}", "authorities.will", "focal.duty", "power.agenda"]
)
def test_a_timeline_names_events_and_no_parameters(refused, key):
    entry = {"month": "2005-01", "event": key, "source": "made up"}
    (said,) = refused("smoking_ban", lambda tree: tree["timeline"].append(entry))
    assert ONE_SYSTEM in said
    entry = {"month": "2005-01", "event": "law", "source": "made up", "key": key, "value": 1.0}
    said = refused("smoking_ban", lambda tree: tree["timeline"].append(entry))
    assert len(said) == 2
    assert all(ONE_SYSTEM in problem for problem in said)


def test_a_kind_is_coded_in_words_only(refused):
    said = refused("smoking_ban", lambda tree: tree["change"]["type"].update(conflict=0.7))
    assert "change.type.conflict = 0.7" in said[0]
    (said,) = refused("smoking_ban", lambda tree: tree["change"]["type"]["conflict"].update(level="fierce"))
    assert "must be 'low', 'middle' or 'high'" in said


def test_the_table_of_events_may_set_no_strength_either(monkeypatch):
    bad = {"events": {"magic": {"says": "x", "sets": {"mechanisms.mandate": 1.0}}}}
    monkeypatch.setattr(case_schema, "_table", lambda name: bad)
    with pytest.raises(ValueError, match=r"event magic sets mechanisms\.mandate: a case may not set this"):
        events.__wrapped__()
    assert not any(case_schema.may_set(f"mechanisms.{name}") for name in MECHANISM_NAMES)
    assert not any(case_schema.may_set(key) for key in ("authorities.will", "focal.arrival", "work.load"))


def test_everything_wrong_is_said_at_once_with_what_was_meant(refused):
    def edit(tree):
        tree["timeline"][0]["event"] = "targte"
        tree["timeline"].append({"month": "2005-13", "event": "law", "source": "made up"})
        tree["change"]["type"]["conflct"] = tree["change"]["type"].pop("conflict")
        tree["pattern"]["conditions"][0]["series"] = "smoking_ban_complience"

    said = "\n".join(refused("smoking_ban", edit))
    for words in ("`target`", "2005-13", "`conflict`", "conflict: is missing", "`smoking_ban_compliance`"):
        assert words in said


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda t: t["timeline"][0].update(month="2003-12"), "lies outside the history"),
        (lambda t: t["timeline"][0].pop("by"), "is missing: target needs it"),
        (lambda t: t["timeline"][1].update(by="2006-03"), "is nothing that ready_infrastructure has"),
        (lambda t: t["timeline"][1].update(places=["Highlnd"]), "did you mean `Highland`"),
        (lambda t: t["months"].update(to="2004-01"), "must end after it begins"),
        (lambda t: t["pattern"]["conditions"][0].update(at_least=None), "needs at_least or at_most"),
        (lambda t: t["pattern"]["conditions"][0].update(kind="apart"), "less: is missing"),
        (lambda t: t["observed"]["smoking_ban_compliance"].update(at_full=0), "they must differ"),
        (lambda t: t.pop("header"), "header: is missing"),
        (lambda t: t["change"].update(planned_untl="2006-03"), "did you mean `planned_until`"),
        (
            lambda t: t["change"].update(users={"share": "none", "because": "x"}),
            "must be one of few, some, most",
        ),
        (lambda t: t["change"].update(users={"shore": "few", "because": "x"}), "did you mean `share`"),
    ],
)
def test_mistakes_are_named(refused, edit, words):
    assert any(words in problem for problem in refused("smoking_ban", edit))


def mend(**said):
    """A change to a case: a mended reading that says this, with date and reason."""
    block = {"date": datetime.date(2026, 11, 30), "because": "made up", **said}
    return lambda tree: tree.update(mended=block)


COMPLIANCE = {"outcome": "real", "at_none": 10, "at_full": 90, "because": "made up"}
IN_JUNE = {"kind": "level", "series": "smoking_ban_compliance", "month": "2006-06", "at_least": 50}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (mend(), "mended: needs observed, pattern, or left_out: true"),
        (mend(pattern={}), "mended: needs observed, pattern, or left_out: true"),
        (mend(observed={}), "mended: needs observed, pattern, or left_out: true"),
        (mend(patern={"says": "x"}), "did you mean `pattern`"),
        (mend(observed={"smoking_ban_compliance": {**COMPLIANCE, "at_full": 10}}), "and they must differ"),
        (mend(observed={"smoking_ban_compliance": {**COMPLIANCE, "at_ful": 10}}), "did you mean `at_full`"),
        (mend(observed={"smoking_ban_complience": COMPLIANCE}), "did you mean `smoking_ban_compliance`"),
        (
            mend(observed={"smoking_ban_compliance": {**COMPLIANCE, "since": "2001-01"}}),
            "outside the history",
        ),
        (mend(pattern={"conditions": [{**IN_JUNE, "month": "2001-01"}]}), "lies outside the history"),
        (mend(pattern={"conditions": [{**IN_JUNE, "month": "June"}]}), "must be a year and a month"),
        (mend(pattern={"conditions": [{**IN_JUNE, "series": "smoking"}]}), "not among the series read"),
        (mend(pattern={"conditions": [{**IN_JUNE, "at_leest": 1}]}), "did you mean `at_least`"),
        (mend(pattern={"conditions": []}), "at least 1 item"),
        (mend(date="soon", left_out=True), "mended.date = 'soon'"),
        (mend(because="", left_out=True), "mended.because"),
        (mend(left_out=True, pattern={"says": "x"}), "mended.pattern: is out of place"),
        (mend(left_out=True, observed={}), "mended.observed: is out of place"),
    ],
)
def test_mistakes_in_a_mended_reading_are_named_once(refused, edit, words):
    (said,) = refused("smoking_ban", edit)
    assert words in said
    assert "smoking_ban.yaml: mended" in said


def test_a_mended_reading_that_spoils_a_frozen_condition_is_what_is_wrong(refused):
    unread = {"outcome": "none", "because": "made up"}
    (said,) = refused("smoking_ban", mend(observed={"smoking_ban_compliance": unread}))
    assert "mended.pattern.conditions[0].series" in said


def test_a_mistake_in_the_frozen_part_is_not_said_again_of_the_mended_one(refused):
    def edit(tree):
        mend(observed={"smoking_ban_compliance": COMPLIANCE})(tree)
        tree["pattern"]["conditions"][0].update(at_least=None)

    (said,) = refused("smoking_ban", edit)
    assert "smoking_ban.yaml: pattern.conditions[0]" in said


def test_a_mended_reading_replaces_what_it_names_and_nothing_else(tmp_path):
    tree = content("early_learning")
    tree["mended"]["observed"] = {"childcare_1140": {**COMPLIANCE, "outcome": "used"}}
    tree["mended"]["pattern"] = {"says": "Otherwise."}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    (case,) = cases((), tmp_path)
    frozen, mended = case.file, case.as_mended.file
    assert mended.observed["childcare_over_600"] == frozen.observed["childcare_over_600"]
    assert (frozen.observed["childcare_1140"].at_full, mended.observed["childcare_1140"].at_full) == (100, 90)
    assert (mended.pattern.says, mended.pattern.conditions) == ("Otherwise.", frozen.pattern.conditions)
    assert (mended.change, mended.timeline, mended.months) == (frozen.change, frozen.timeline, frozen.months)


def test_a_case_that_is_left_out_or_was_not_mended_has_no_mended_reading():
    left_out, plain = cases(["targets_and_gaming", "video_consultations"])
    assert left_out.file.mended.left_out
    assert plain.file.mended is left_out.as_mended is plain.as_mended is None


def test_cases_that_are_no_independent_test_are_those_that_a_parameter_quotes():
    assert {case.name for case in cases() if not case.independent} == set(QUOTED_BY)
    words = {"class_sizes": "class sizes", "targets_and_gaming": "Bevan and Hood"}
    for name, key in QUOTED_BY.items():
        assert words[name] in declarations()[key].source
        assert f"`{key.removeprefix('reference.')}`" in PAGE


def test_an_unknown_case_gets_the_nearest_name():
    with pytest.raises(InputProblems, match="did you mean `smoking_ban`"):
        cases(["smoking_bann"])


def test_every_event_is_used_by_a_case_or_says_what_timelines_must_be_able_to_say():
    used = {event["event"] for name in SHIPPED for event in content(name)["timeline"]}
    spare = {"pilot_money", "scale_up_money", "concordat_with_money"}
    assert set(events()) == used | spare


def test_reasons_and_sources_are_given():
    for case in cases():
        assert all(len(row.because) > 10 for row in case.file.change.type.values())
        assert all(
            re.search(r"seen in text|general knowledge|pandemic|nothing has", e.source)
            for e in case.file.timeline
        )
