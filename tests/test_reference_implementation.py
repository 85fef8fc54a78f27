"""The model and its reference implementation, made from the description alone, give the same replications."""

import numpy as np
import pytest
import worlds
from reference_implementation import ReferenceModel

from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, STATUS_QUO
from sim.model.geography import DATA
from sim.model.outcomes import summary
from sim.model.parameters import STABLE, Parameters
from sim.model.schedule import simulate
from sim.model.schema import declarations, in_groups
from sim.model.state import CAUSES

PLEDGE = (24, 84)
BUSY = {"work.load": 2.0, "pace.protected": 0.5, "pledge.money": 0.1, "hierarchy.central_grain": 0.5}
STOPPED = {"reference.fail_fast_fit": 0.9}
FOCAL = {
    "focal.arrival": 20, "focal.duration": 30.0, "focal.ambiguity": 1.5, "focal.conflict": 0.7, "focal.due": 60,
    "focal.pilot": 0.1, "focal.scale_up": 0.2, "pledge.money": 0.1, "focal.spillover": 0.5,
}  # fmt: skip
EVENTS = (
    (40, "focal.duty", 0.9), (40, "focal.visibility", 0.9), (50, "focal.waived", 0.8), (50, "focal.urgency", 0.05),
    (70, "focal.due", -1), (75, "focal.ready", 0.5), (80, "focal.closed", 0.7), (80, "focal.ring_fenced", 0.6),
    (95, "focal.duty", 0.0),
)  # fmt: skip
BEGUN = {**FOCAL, "focal.stage": 4, "focal.coverage": 0.2}
PILOTED = {**FOCAL, "focal.stage": 3}
FOR_SOME = {**FOCAL, "focal.users": 0.3, "work.load": 2.0}


TURNS = (
    (36, "power", DISTRIBUTED),
    (60, "power", HIERARCHY),
    (96, "power", {"design": STATUS_QUO["design"]}),
)
"""The table is turned round and back in mid-run, and one of its rows once more."""


CASES = [
    (0.0, HIERARCHY, 0.0, {}, 4, ()),
    (0.0, HIERARCHY, 0.5, {}, 5, ()),
    (1.0, DISTRIBUTED, 0.5, BUSY, 6, ()),
    (0.0, HIERARCHY, 1.0, BUSY | STOPPED, 7, ()),
    (1.0, DISTRIBUTED, 1.0, STOPPED, 8, ()),
    (0.0, HIERARCHY, 0.5, FOCAL, 9, ()),
    (1.0, DISTRIBUTED, 1.0, BEGUN, 10, ()),
    (0.0, HIERARCHY, 1.0, PILOTED | STOPPED, 11, ()),
    (None, STATUS_QUO, 0.5, {}, 12, ("blame",)),
    (None, STATUS_QUO, 0.5, {"work.load": 1.5}, 13, ("turns",)),
    (None, STATUS_QUO, 1.0, STOPPED, 14, ("turns", "design_economies")),
    (1.0, DISTRIBUTED, 0.5, FOR_SOME, 15, ()),
]
NAMES = ("distribution", "rights", "strength", "settings", "seed", "off")
SHORT = {"population.users": 64, "population.months": 60, "changes.arriving": 12}
SOONER = {"focal.arrival": 10, "focal.duration": 15.0, "focal.due": 30}


@pytest.mark.slow
@pytest.mark.parametrize(NAMES, CASES)
def test_the_model_agrees_with_its_reference(distribution, rights, strength, settings, seed, off):
    agree(distribution, rights, strength, {"population.users": 160, **settings}, off, seed)


@pytest.mark.parametrize(NAMES, CASES)
def test_the_model_agrees_with_its_reference_for_five_years(
    distribution, rights, strength, settings, seed, off
):
    """All that happens in ten years, in half the time."""
    sooner = SOONER if "focal.arrival" in settings else {}
    agree(distribution, rights, strength, settings | sooner | SHORT, off, seed, 2)


def agree(distribution, rights, strength, settings, off, seed, times_as_soon=1):
    strengths = dict.fromkeys(STABLE, strength) | {name: 0.0 for name in off if name in STABLE}
    dated = EVENTS if "focal.arrival" in settings else TURNS if "turns" in off else ()
    dated = tuple((month // times_as_soon, key, value) for month, key, value in dated)
    pledge = tuple(month // times_as_soon for month in PLEDGE)
    assert_agree({"distribution": distribution}, rights, strengths, settings, seed, DATA, pledge, dated)


@pytest.mark.parametrize(
    ("strength", "settings", "seed"), [(0.5, {"work.load": 1.5}, 13), (1.0, STOPPED, 14)]
)
def test_they_agree_on_a_made_up_nation_whose_table_is_turned_round(tmp_path, strength, settings, seed):
    """Six places and less than three years, so that every bill, purse and handover weighs more than in Scotland."""
    few = {
        "population.places": worlds.write_places(tmp_path / "councils.csv"), "population.users": 24,
        "population.bodies": 9, "population.months": 32, "changes.arriving": 9, "changes.in_progress": 3,
        "changes.duration": 16.0, "money.secure_months": 5.0, "money.pilot": 0.3, "pledge.money": 0.1,
        "work.top_speed": 3.0,
    }  # fmt: skip
    (tmp_path / "ties.csv").write_text("a,b,kind\n", encoding="utf-8")
    early = tuple((month // 4, key, value) for month, key, value in TURNS)
    strengths = dict.fromkeys(STABLE, strength)
    assert_agree({}, STATUS_QUO, strengths, few | settings, seed, tmp_path, (6, 22), early)


def assert_agree(power, rights, strengths, settings, seed, folder, pledge, dated):
    """Both implementations of one run give the same benefit, nominal and lost, and the same starts and stops.

    Returns:
        Month and number of all that began, other than the pledge.
    """
    tree = in_groups(settings) | {"power": power, "mechanisms": strengths}
    if not power:
        tree["power"] = dict(rights)
    tree["interventions"] = [
        {"month": month, "key": "pledge.open", "value": value}
        for month, value in zip(pledge, (1.0, 0.0), strict=True)
    ]
    for start, key, value, *lasts in dated:
        rows = {f"power.{row}": shares for row, shares in value.items()} if key == "power" else {key: value}
        if isinstance(start, int):
            timing = {"month": start, "until": start + lasts[0] if lasts else None}
        else:
            timing = {"when": start, "lasts": lasts[0] if lasts else None}
        tree["interventions"] += [{**timing, "key": one, "value": what} for one, what in rows.items()]
    run = simulate(Parameters.model_validate(tree), seed, 1)
    first = summary(run)
    keys = {d.key: d.default for d in declarations().values()} | settings
    second = ReferenceModel(keys, rights, strengths, folder, seed, 1, pledge, dated).run()

    assert 1.0 - second.realised / second.intended == pytest.approx(first["gap"], abs=1e-9)
    assert 1.0 - second.nominal / second.intended == pytest.approx(first["nominal_gap"], abs=1e-9)
    assert second.persistence() == pytest.approx(first["persistence"], abs=1e-9)
    assert (second.starts, second.stops) == (first["starts"], first["stops"])
    lost = np.array([first[f"losses.{cause}"] for cause in CAUSES])
    np.testing.assert_allclose(second.lost / second.intended, lost, rtol=0, atol=1e-9)
    by_month = np.array(
        [getattr(run.state.journal, name).sum(axis=1) for name in ("intended", "nominal", "realised")]
    )
    scale = by_month[0].max()
    np.testing.assert_allclose(np.array(second.by_month).T / scale, by_month / scale, rtol=0, atol=1e-9)
    rows = [len(value) if key == "power" else 1 for _, key, value, *_ in dated]
    first_row = 2 + np.concatenate([[0], np.cumsum(rows)])
    began = [
        (begun.month, int(np.searchsorted(first_row, begun.number)))
        for begun in run.timetable.log
        if begun.number in first_row
    ]
    assert sorted(began) == sorted((month, number) for month, number, _, _ in second.begun)
    return began


AT_BAR = {"scale_up": 1.0, "decoupling": 0.8, "hidden_work": 0.6}
LAW = {
    **FOCAL, "population.months": 100, "pledge.signing": 0.2, "focal.personal_effort": 0.4, "changes.personal_effort": 0.6,
    "reference.scale_up_bar": 0.5,
}  # fmt: skip
HIGH_BAR = {
    "reference.scale_up_bar": 0.6, "reference.scale_up_try": 0.7, "work.load": 1.8, "authorities.staff_hours": 0.04,
}  # fmt: skip
RESTLESS = {
    "reference.scale_up_carriers": 0.1,
    "reference.evidence_pilot": 0.9,
    "reference.scale_up_pull": 0.9,
}
ADAPTED = STOPPED | {
    "reference.adaptation_rate": 0.3, "users.review_months": 4, "hierarchy.central_grain": 0.5,
    "reference.scale_up_efficacy": 0.4, "reference.scale_up_ability": 1.5,
}  # fmt: skip
"""Designs corrected fast, many of them by what a stopped pilot taught, and places able enough for some changes only."""


AT_BAR_QUICKLY = (22, 26, 28, 32)
"""Seeds of those that the quick tests run as well, with half as many changes."""
AT_BAR_CASES = [
    (HIERARCHY, 0.0, {"scale_up": 1.0}, {}, 21, False),
    (HIERARCHY, 0.5, AT_BAR, {}, 22, False),
    (DISTRIBUTED, 0.5, AT_BAR, HIGH_BAR, 23, False),
    (STATUS_QUO, 1.0, {"scale_up": 0.4, "decoupling": 1.0, "hidden_work": 0.0}, RESTLESS, 24, False),
    (STATUS_QUO, 0.5, AT_BAR, LAW, 25, False),
    (DISTRIBUTED, 1.0, AT_BAR, LAW | {"focal.stage": 4, "focal.coverage": 0.3}, 26, False),
    (HIERARCHY, 0.5, {"hidden_work": 1.0}, BUSY | {"authorities.staff_hours": 0.08}, 27, False),
    (STATUS_QUO, 0.5, AT_BAR, HIGH_BAR | RESTLESS, 28, True),
    (
        DISTRIBUTED,
        0.7,
        {"scale_up": 1.0, "decoupling": 1.0},
        {"reference.mandate_span": 1.0},
        29,
        True,
    ),
    (
        HIERARCHY,
        1.0,
        {"scale_up": 1.0},
        {"reference.relapse_rate": 0.5, "reference.blame_bar": 3.0},
        30,
        False,
    ),
    (HIERARCHY, 1.0, {"scale_up": 0.3}, ADAPTED, 31, False),
    (STATUS_QUO, 0.5, AT_BAR | {"adaptation": 1.0}, ADAPTED, 32, True),
]


@pytest.mark.parametrize(
    ("rights", "strength", "set_apart", "settings", "seed", "turns", "arriving"),
    [
        *(pytest.param(*case, 24, marks=pytest.mark.slow) for case in AT_BAR_CASES),
        *(pytest.param(*case, 12) for case in AT_BAR_CASES if case[4] in AT_BAR_QUICKLY),
    ],
)
def test_both_agree_month_by_month_on_the_rules_at_the_bar(
    rights, strength, set_apart, settings, seed, turns, arriving
):
    settings = {"population.users": 64, "population.months": 72, "changes.arriving": arriving, **settings}
    dated = EVENTS if "focal.arrival" in settings else TURNS[:2] if turns else ()
    pledge = (24, 60)
    strengths = dict.fromkeys(STABLE, strength) | dict.fromkeys(AT_BAR, 0.0) | set_apart
    assert_agree({}, rights, strengths, settings, seed, DATA, pledge, dated)


STALLED = {"outcome": "nominal_gap", "above": 0.55, "after": 14, "for": 3, "over": 12}
BETTER = {"outcome": "gap", "below": 0.9, "after": 20, "for": 4, "over": 6, "real": True, "repeat": True}
WATCHED = (
    (STALLED, "power", DISTRIBUTED),
    (BETTER, "work.load", 2.5, 5),
    (30, "design.signals", 2.0, 12),
    (40, "power", {"agenda": STATUS_QUO["agenda"]}),
)


@pytest.mark.parametrize(("strength", "seed"), [(0.5, 41), (0.0, 42)])
def test_both_begin_what_waits_for_what_is_seen_in_the_same_months(strength, seed):
    settings = {"population.users": 64, "population.months": 60}
    strengths = dict.fromkeys(STABLE, strength)
    begun = assert_agree({}, HIERARCHY, strengths, settings, seed, DATA, (12, 48), WATCHED)
    assert len({month for month, _ in begun}) > 3
