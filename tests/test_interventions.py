"""Dated changes of parameters: from their month on, where they are meant to hold, and refused when they cannot be."""

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.model.geography import territory
from sim.model.interventions import problems
from sim.model.outcomes import summary
from sim.model.schedule import begin, simulate
from sim.model.schema import declarations

SEED = 12


def dated(month, key, value, places=None):
    return {"month": month, "key": key, "value": value, "places": places}


def by_month(run, until):
    """The journal of the months before one, byte for byte."""
    return [
        column[:until].tobytes() for name, column in worlds.tables(run.state) if name.startswith("journal.")
    ]


@given(data=st.data())
def test_months_before_an_intervention_are_untouched(data, small):
    month = data.draw(st.integers(0, 47))
    changes = [{**row, "month": month} for row in data.draw(worlds.dated_changes(48))]
    mechanisms = data.draw(worlds.strengths())
    plain = simulate(worlds.parameters(small, mechanisms=mechanisms), SEED)
    other = simulate(worlds.parameters(small, mechanisms=mechanisms, interventions=changes), SEED)
    assert by_month(plain, month) == by_month(other, month)


@pytest.mark.parametrize("key", [d.key for d in worlds.LIVE])
def test_every_live_parameter_may_change_in_mid_run(small, key):
    declared = declarations()[key]
    value = declared.high if declared.high != declared.default else declared.low
    run = simulate(worlds.parameters(small, interventions=[dated(20, key, float(value))]), SEED)
    assert np.all(run.values[declared.field] == float(value))
    assert [begun.month for begun in run.timetable.log] == [20]


@pytest.mark.parametrize(
    "key", ["work.load", "mechanisms.reactance", "money.pilot", "attention.authority", "pledge.cost"]
)
def test_an_intervention_in_the_first_month_is_the_value_itself(small, key):
    value = declarations()[key].low
    named = simulate(worlds.parameters(small, {key: value}), SEED)
    changed = simulate(worlds.parameters(small, interventions=[dated(0, key, value)]), SEED)
    assert not worlds.differing(named.state, changed.state)


@pytest.mark.parametrize("values", [(0.5, 2.0), (2.0, 0.5)])
def test_of_two_in_one_month_the_later_said_holds_and_an_earlier_month_comes_first(small, values):
    rows = [dated(20, "work.load", value) for value in values]
    rows.append(dated(10, "work.load", 3.0))
    run = begin(worlds.parameters(small, interventions=rows), SEED)
    run.advance(15)
    assert np.all(run.values["work_load"] == 3.0)
    run.advance(10)
    assert np.all(run.values["work_load"] == values[-1])


def load(small, rows, month):
    """Load in every row of the record in a month, under some dated changes."""
    run = begin(worlds.parameters(small, {"work.load": 0.5}, interventions=rows), SEED)
    run.advance(month + 1)
    return run.values["work_load"].tolist()


def test_what_has_an_end_leaves_what_would_hold_without_it(small):
    passing = {**dated(10, "work.load", 2.0), "until": 20}
    assert load(small, [passing], 9) == [0.5] * 7
    assert load(small, [passing], 19) == [2.0] * 7
    assert load(small, [passing], 20) == [0.5] * 7
    earlier, within = dated(5, "work.load", 3.0), dated(15, "work.load", 4.0)
    assert load(small, [passing, earlier], 20) == [3.0] * 7
    assert load(small, [passing, within], 20) == [4.0] * 7
    crossing = {**dated(15, "work.load", 4.0), "until": 25}
    assert load(small, [passing, crossing], 20) == [4.0] * 7
    assert load(small, [passing, crossing], 25) == [0.5] * 7
    assert load(small, [dated(20, "work.load", 6.0), passing], 20) == [6.0] * 7


def test_an_end_is_an_end_in_its_own_places(small):
    passing = {**dated(10, "work.load", 2.0, ["Cairn"]), "until": 20}
    there = dated(5, "work.load", 3.0, ["Cairn"])
    assert load(small, [passing, there, dated(12, "work.load", 1.5)], 20) == [1.5] * 7
    assert load(small, [there, {**dated(10, "work.load", 2.0), "until": 20}], 20) == [
        0.5,
        0.5,
        3.0,
        *[0.5] * 4,
    ]


def test_a_table_of_rights_that_passes_comes_back_row_by_row(small):
    row = dict(centre=0.25, authorities=0.25, third_sector=0.25, users=0.25)
    rows = [{**dated(10, "power.distribution", 1.0), "until": 20}, dated(15, "power.agenda", row)]
    run = begin(worlds.parameters(small, interventions=rows), SEED)
    before = run.values.copy()
    run.advance(21)
    assert np.all(run.values["agenda_centre"] == 0.25)
    moved = [f for f in before.dtype.names if np.any(run.values[f] != before[f])]
    assert all(f.startswith("agenda_") for f in moved)
    assert moved


def test_a_run_whose_change_has_passed_before_it_began_to_act_is_the_same(small):
    """`pledge.cost` does nothing while no pledge is open."""
    passing = {**dated(10, "pledge.cost", 1.0), "until": 20}
    plain = simulate(worlds.parameters(small), SEED)
    assert not worlds.differing(
        plain.state, simulate(worlds.parameters(small, interventions=[passing]), SEED).state
    )


def test_a_named_place_changes_alone(small):
    """With mechanisms off places do not meet, so what is done in one is felt in that one only."""
    plain = simulate(worlds.parameters(small, mechanisms=worlds.OFF), SEED)
    change = dated(10, "authorities.staff_hours", 0.0, ["Cairn"])
    other = simulate(worlds.parameters(small, mechanisms=worlds.OFF, interventions=[change]), SEED)
    moved = np.any(plain.state.journal.realised != other.state.journal.realised, axis=0)
    moved |= np.any(plain.state.cells.progress != other.state.cells.progress, axis=1)
    assert moved.tolist() == [False, False, True, False, False, False]
    by_code = simulate(
        worlds.parameters(small, mechanisms=worlds.OFF, interventions=[{**change, "places": ["C"]}]), SEED
    )
    assert not worlds.differing(other.state, by_code.state)


def test_what_belongs_to_the_nation_changes_for_everywhere_or_not_at_all(small):
    run = simulate(worlds.parameters(small, interventions=[dated(5, "centre.will", 0.1)]), SEED)
    assert run.state.centre.will[0] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="belongs to the nation alone; leave places out"):
        begin(worlds.parameters(small, interventions=[dated(5, "centre.will", 0.1, ["Cairn"])]), SEED)


@pytest.mark.parametrize("key", [d.key for d in worlds.LIVE if not d.national])
def test_what_may_change_in_named_places_is_felt_there(small, key):
    """No intervention is silently without effect: each is felt somewhere when all places are named."""
    settings = {
        **small,
        "pledge.threshold": -1.0,
        "pledge.open": float(key != "pledge.open"),
        "work.load": 3.0,
    }
    settings |= {"attention.authority": 0.3, "money.secure_months": 6.0, "focal.arrival": 12}
    if key in ("focal.coverage", "focal.closed", "focal.scale_up"):
        settings["focal.stage"] = 4
        settings["focal.coverage"] = 0.2 * (key != "focal.coverage")
    if key == "mechanisms.decoupling":
        settings["mechanisms.scale_up"] = 1.0
    everyone = [place[0] for place in worlds.PLACES]
    declared = declarations()[key]
    ends = [float(end) for end in (declared.low, declared.high) if end != settings.get(key, declared.default)]
    plain = simulate(worlds.parameters(settings), SEED)
    assert any(
        worlds.differing(
            plain.state,
            simulate(worlds.parameters(settings, interventions=[dated(9, key, end, everyone)]), SEED).state,
        )
        for end in ends
    )


def test_a_whole_row_of_the_table_may_change(small):
    row = {"centre": 0.0, "authorities": 0.25, "third_sector": 0.25, "users": 0.5}
    run = simulate(worlds.parameters(small, interventions=[dated(7, "power.design", row, ["A"])]), SEED)
    assert [run.values[f"design_{who}"][0] for who in row] == list(row.values())
    assert run.values.design_centre[1] == 0.5


def test_a_position_between_the_ends_may_change(small):
    run = simulate(worlds.parameters(small, interventions=[dated(7, "power.distribution", 1.0)]), SEED)
    named = begin(worlds.parameters(small, {"power.distribution": 1.0}), SEED)
    for field in run.values.dtype.names:
        assert np.all(run.values[field] == named.values[field]), field


def test_later_interventions_win_in_whatever_order_they_are_written(small):
    rows = [dated(30, "work.load", 4.0), dated(10, "work.load", 0.1), dated(20, "work.load", 2.0, ["A"])]
    run = begin(worlds.parameters(small, interventions=rows), SEED)
    seen = []
    for _ in range(48):
        run.advance(1)
        seen.append((run.values.work_load[0], run.values.work_load[1]))
    assert (seen[9], seen[10], seen[20], seen[30]) == ((1.0, 1.0), (0.1, 0.1), (2.0, 0.1), (4.0, 4.0))


def test_more_work_for_a_while_widens_the_gap_and_for_good_widens_it_further(small):
    begins, ends = dated(6, "work.load", 10.0), dated(18, "work.load", 1.0)
    plain, ended, loaded = (
        summary(simulate(worlds.parameters(small, interventions=rows), SEED))["gap"]
        for rows in ([], [begins, ends], [begins])
    )
    assert plain < ended < loaded


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (dated(3, "work.lode", 1.0), ["unknown parameter", "work.load"]),
        (dated(3, "work.see", 0.5), ["cannot change in mid-run"]),
        (dated(3, "population.users", 5), ["cannot change in mid-run"]),
        (dated(3, "work.load", 11.0), ["outside", "10"]),
        (dated(3, "work.load", -0.1), ["outside 0"]),
        (dated(3, "focal.due", 12.5), ["must be a whole number"]),
        (dated(3, "work.load", float("nan")), ["must be a number"]),
        (dated(3, "work.load", float("inf")), ["must be a number"]),
        (dated(3, "work.load", True), ["must be a number"]),
        (dated(3, "work.load", "1"), ["must be a number"]),
        (dated(3, "work.load", [1.0]), ["must be a number"]),
        (dated(48, "work.load", 1.0), ["the run ends before", "47"]),
        (dated(3, "work.load", 1.0, []), ["places is empty"]),
        (dated(3, "work.load", 1.0, ["Carn"]), ["no place 'Carn'", "Cairn"]),
        (dated(3, "power.agenda.centre", 1.0), ["whole row", "power.agenda"]),
        (dated(3, "power.agenda", worlds.whole("centre") | {"users": 0.5}), ["sum to 1"]),
        (
            dated(3, "power.agenda", {"centre": 1.0, "parliament": 0.0}),
            ["parliament is no part of the row", "users"],
        ),
        (dated(3, "power.agenda", {"centre": True}), ["centre must be a number from 0 to 1, not True"]),
        (
            dated(3, "power.agenda", 0.4),
            ["must be a row of shares of centre, authorities, third_sector, users"],
        ),
        (dated(3, "power.judged_on", 0.4), ["must be a row of shares of reports, outcomes, learning"]),
        (dated(3, "power.distribution", 1.4), ["outside"]),
        (dated(3, "power.judged_on", {"reports": 0.5, "outcomes": 0.4, "learning": 0.0}), ["sum to 1"]),
        (dated(3, "", 1.0), ["unknown parameter"]),
    ],
)
def test_what_cannot_be_done_is_refused(small, row, words):
    with pytest.raises(ValueError, match=r"interventions\[0\]") as refused:
        begin(worlds.parameters(small, interventions=[row]), SEED)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    "row", [{"month": -1}, {"month": 1.5}, {"month": "3"}, {"key": 5}, {"places": "Cairn"}, {"when": 3}]
)
def test_what_is_no_intervention_is_refused(small, row):
    with pytest.raises(ValueError, match="interventions"):
        worlds.parameters(small, interventions=[{**dated(3, "work.load", 1.0), **row}])


def test_all_problems_are_reported_together(small):
    rows = [dated(3, "work.lode", 1.0), dated(99, "work.load", 1.0), dated(3, "work.load", 99.0, ["Nowhere"])]
    settings = worlds.parameters(small, interventions=rows)
    found = problems(settings, territory(settings.population.places))
    assert len(found) == 4
    assert [line[:16] for line in found] == [f"interventions[{n}]" for n in (0, 1, 2, 2)]


def test_places_that_take_the_centres_design_pay_for_one_also_where_an_event_takes_a_place_out(small):
    at = {"centre": 0.0, "authorities": 1.0, "third_sector": 0.0, "users": 0.0}
    first = territory(small["population.places"]).code[0]
    run = begin(
        worlds.parameters(
            small, {"power.design": {**at, "centre": 1.0, "authorities": 0.0}},
            {"design.signals": 0.0, "design.hours": 900.0, "work.start_chance": 1.0},
            mechanisms=worlds.OFF | {"design_economies": 1.0},
            interventions=[dated(0, "power.design", at, [first])],
        ),
        SEED,
    )  # fmt: skip
    run.advance(1)
    cells = run.state.cells
    everywhere = (cells.started == 0).all(axis=0)
    assert everywhere.any()
    assert np.all(cells.design_hours[0, everywhere] == 900.0)
    np.testing.assert_allclose(cells.design_hours[1:, everywhere].sum(axis=0), 900.0, rtol=1e-12)


def watching(key, value, places=None, **when):
    lasts, where = when.pop("lasts", None), when.pop("where", None)
    watched = {"outcome": "nominal_gap", "above": 0.5, "places": where, **when}
    return {"when": watched, "key": key, "value": value, "places": places, "lasts": lasts}


def begun(run):
    return [one.month for one in run.timetable.log]


def test_what_is_never_seen_changes_nothing_to_the_bit(small):
    plain = simulate(worlds.parameters(small), SEED)
    never = watching("work.load", 2.0, above=2.0)
    each = watching("work.load", 2.0, above=2.0, where="each")
    for row in (never, each):
        run = simulate(worlds.parameters(small, interventions=[row]), SEED)
        assert not worlds.differing(plain.state, run.state)
        assert not run.timetable.log


@pytest.mark.parametrize("months", [1, 4])
def test_what_waits_begins_as_if_its_month_had_been_written(small, months):
    waits = watching("power.distribution", 1.0, after=9, **{"for": months})
    first = simulate(worlds.parameters(small, interventions=[waits]), SEED)
    (month,) = begun(first)
    assert 9 <= month < 48
    second = simulate(worlds.parameters(small, interventions=[dated(month, "power.distribution", 1.0)]), SEED)
    assert not worlds.differing(first.state, second.state)
    assert by_month(first, month) == by_month(simulate(worlds.parameters(small), SEED), month)


def test_it_begins_in_the_first_month_in_which_reports_have_said_so_long_enough(small):
    plain = simulate(worlds.parameters(small), SEED).state.journal
    reported, intended = plain.nominal.sum(axis=1), plain.intended.sum(axis=1)
    gaps = [1 - reported[m - 5 : m + 1].sum() / intended[m - 5 : m + 1].sum() for m in range(26, 48)]
    limit = float(np.median(gaps))
    row = watching("work.load", 2.0, above=None, below=limit, after=29, over=6, **{"for": 3})
    expected = next(m for m in range(29, 48) if all(gap < limit for gap in gaps[m - 29 : m - 26]))
    assert expected > 29
    assert begun(simulate(worlds.parameters(small, interventions=[row]), SEED)) == [expected]


def test_reports_and_what_is_so_are_different_things_to_see(small):
    rows = [
        watching("work.load", 2.0, outcome="gap", real=True, above=0.6, after=12),
        watching("work.load", 2.0, above=0.6, after=12),
    ]
    real, reported = (begun(simulate(worlds.parameters(small, interventions=[row]), SEED)) for row in rows)
    assert real
    assert real[0] <= (reported or [48])[0]


def test_it_lasts_and_begins_again_only_if_it_may(small):
    always = {"above": 0.0, "after": 25, "for": 2, "lasts": 5}
    once = watching("work.load", 2.0, **always)
    again = watching("work.load", 2.0, repeat=True, **always)
    assert begun(simulate(worlds.parameters(small, interventions=[once]), SEED)) == [25]
    # Two months must be seen after each end before it can begin again.
    run = simulate(worlds.parameters(small, interventions=[again]), SEED)
    assert begun(run) == [25, 32, 39, 46]
    assert load(small, [once], 29) == [2.0] * 7
    assert load(small, [once], 30) == [0.5] * 7
    assert load(small, [again], 32) == [2.0] * 7


def test_each_place_is_watched_by_itself(small):
    plain = simulate(worlds.parameters(small), SEED).state.journal
    gaps = 1 - plain.nominal[20:40].sum(axis=0) / plain.intended[20:40].sum(axis=0)
    limit = float(np.sort(gaps)[2:4].mean())
    row = watching("authorities.staff_hours", 0.0, above=limit, after=40, over=20, where="each")
    run = begin(worlds.parameters(small, interventions=[row]), SEED)
    run.advance(41)
    assert run.timetable.log[0].rows == tuple(np.flatnonzero(gaps > limit).tolist())
    assert (run.values["authorities_staff_hours"][:-1] == 0).tolist() == (gaps > limit).tolist()
    assert run.values["authorities_staff_hours"][-1] > 0


def test_some_places_are_watched_and_others_changed(small):
    row = watching("work.load", 2.0, ["Cairn"], where=["A", "B"], above=0.0, after=30)
    run = begin(worlds.parameters(small, interventions=[row]), SEED)
    run.advance(31)
    assert np.flatnonzero(run.values["work_load"] == 2.0).tolist() == [run.territory.index("Cairn")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"month": 3}, "give either the month"),
        ({"when": None, "month": None}, "give either the month"),
        ({"until": 9}, "give `lasts`"),
        ({"when": {"outcome": "nominal_gap"}}, "needs one number"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "below": 0.2}}, "needs one number"),
        ({"when": {"outcome": "gap", "above": 0.1}}, "say `real: true`"),
        ({"when": {"outcome": "nominal_coverage", "above": 0.1, "places": "each"}}, "for the nation alone"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "after": 48}}, "goes from 0 to 47"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "for": 48}}, "must be shorter"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "repeat": True}}, "only if it ends"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "places": ["Atlantis"]}}, "no place 'Atlantis'"),
        ({"when": {"outcome": "nominal_gap", "above": 0.1, "places": []}}, "when.places is empty"),
        (
            {
                "key": "attention.ratio",
                "value": 2.0,
                "when": {"outcome": "nominal_gap", "above": 0.1, "places": "each"},
            },
            "belongs to the nation alone",
        ),
    ],
)
def test_what_cannot_be_watched_is_refused_with_the_way_out(small, row, said):
    given = {**watching("work.load", 2.0), **row}
    with pytest.raises(ValueError, match=said):
        begin(worlds.parameters(small, interventions=[given]), SEED)


def test_a_dated_one_is_written_as_it_always_was(small):
    row = dated(3, "work.load", 2.0)
    (kept,) = worlds.parameters(small, interventions=[row]).model_dump(mode="json")["interventions"]
    assert kept == {**row, "until": None}
    waits = worlds.parameters(small, interventions=[watching("work.load", 2.0)])
    again = type(waits).model_validate(waits.model_dump(mode="json"))
    assert again.interventions == waits.interventions
