"""The focal change: what each dated event does to it, that it does it to nothing else, and that all accounts still balance."""

import numpy as np
import pytest
import worlds

from sim.model.parameters import Parameters
from sim.model.schedule import simulate
from sim.model.state import Cause, Kind
from sim.verification.conservation import TOLERANCE, imbalances

SEED = 21
FOLLOWED = {
    "population.users": 320,
    "changes.arriving": 10,
    "focal.arrival": 10,
    "focal.duration": 24.0,
}
BEGUN = {**FOLLOWED, "focal.stage": 4, "focal.coverage": 0.2}
LATE = 45
REPORTS = {"power.judged_on": {"reports": 1.0, "outcomes": 0.0, "learning": 0.0}}


def lived(*settings, dated=(), **keys):
    changes = [dict(zip(("month", "key", "value", "places"), row, strict=False)) for row in dated]
    return simulate(
        worlds.parameters({"population.months": 80}, *settings, interventions=changes, **keys), SEED
    )


def column(run, name, focal=True):
    """A column of cells: of the focal change, or of all others."""
    return run.state.cells[name][:, (run.state.changes.focal == 1) == focal]


def covered(run):
    return float(column(run, "real_coverage")[:, 0] @ run.state.places.weight)


def test_without_one_there_is_none():
    assert not simulate(Parameters(), SEED).state.changes.focal.any()


def test_it_stands_in_the_stream_by_its_month_and_moves_no_other_change():
    plain, other = lived({**FOLLOWED, "focal.arrival": -1}), lived(FOLLOWED)
    stream = other.state.changes
    (place,) = np.flatnonzero(stream.focal)
    assert stream.arrival[:place].max() <= 10 < stream.arrival[place + 1 :].min()
    assert stream.arrival[stream.focal == 1].tolist() == [10]
    rest = stream[stream.focal == 0]
    for name in ("arrival", "duration", "need", "conflict", "ambition"):
        assert np.array_equal(rest[name], plain.state.changes[name])


def test_its_kind_is_given_as_it_is():
    kind = {"radicalness": 0.8, "ambiguity": 2.0, "heterogeneity": 1.2, "spillover": 0.6, "conflict": 0.8}
    kind |= {"visibility": 0.9, "urgency": 0.03}
    run = lived(
        FOLLOWED,
        {"changes.ambition": 3.0, "focal.users": 0.5},
        {f"focal.{name}": value for name, value in kind.items()},
    )
    (row,) = run.state.changes[run.state.changes.focal == 1]
    assert {name: row[name] for name in kind} == kind
    assert row["ambition"] == 1.5


@pytest.mark.parametrize(
    ("settings", "dated"),
    [
        (FOLLOWED, [(15, "focal.duty", 0.95), (15, "focal.visibility", 0.9)]),
        ({**FOLLOWED, "focal.visibility": 0.9}, [(15, "focal.due", 40)]),
        ({**FOLLOWED, "focal.visibility": 0.2, "focal.duty": 0.95}, [(15, "focal.visibility", 0.95)]),
        ({**FOLLOWED, "work.load": 3.0}, [(12, "focal.pilot", 0.6), (12, "focal.scale_up", 0.6)]),
        ({**BEGUN, "work.load": 3.0, "population.months": 20}, [(12, "focal.scale_up", 0.6)]),
        (
            {**BEGUN, "work.load": 3.0, "focal.urgency": 0.0, "money.secure_months": 0.0, "money.scale_up": 0.5},
            [(12, "focal.ring_fenced", 1.0)],
        ),
        ({**FOLLOWED, "attention.authority": 0.2, "attention.ratio": 1.0}, [(20, "focal.waived", 1.0)]),
        (FOLLOWED, [(12, "focal.ready", 0.8)]),
        ({**FOLLOWED, "pledge.threshold": -1.0, "pledge.cost": 1.0, "pledge.monitoring": 1.0}, [(12, "pledge.open", 1.0)]),
    ],
    ids=("law", "target", "visible", "money", "scale-up money", "ring-fenced", "waived", "ready", "pledge"),
)  # fmt: skip
def test_an_event_helps_it_along(settings, dated):
    settings = {"population.months": LATE, **settings}
    assert covered(lived(settings, dated=dated)) > covered(lived(settings)) + 0.002


def test_a_change_for_some_promises_and_asks_for_that_much_less():
    """With hours to spare and nobody pressing, it goes the same way for a tenth of the people as for all of them."""
    spare = {**FOLLOWED, "work.load": 0.01, "design.hours": 0.0, "design.signal_hours": 0.0}
    whole, tenth = (lived(spare, {"focal.users": s}, mechanisms=worlds.OFF) for s in (1.0, 0.1))
    assert np.array_equal(column(whole, "real_coverage"), column(tenth, "real_coverage"))
    for name in ("intended", "realised"):
        of_all, of_some = (run.state.account[name][:, run.state.changes.focal == 1] for run in (whole, tenth))
        assert of_all.sum() > 0.0
        np.testing.assert_allclose(of_some, 0.1 * of_all, rtol=1e-12)


def test_a_change_for_some_is_done_where_one_for_all_starves_the_place():
    short = {**FOLLOWED, "work.load": 2.0, "population.months": LATE}
    whole, tenth = (lived(short, {"focal.users": s}) for s in (1.0, 0.1))
    assert covered(tenth) > covered(whole) + 0.02
    assert column(tenth, "nominal", False).sum() > column(whole, "nominal", False).sum()


def test_co_design_of_a_change_for_some_takes_their_time_alone():
    piloted = {**FOLLOWED, "focal.stage": 3, "design.signal_user_hours": 0.0, "population.months": 11}
    piloted["power.design"] = {"centre": 0.0, "authorities": 0.0, "third_sector": 0.0, "users": 1.0}
    alone = worlds.OFF | {"participation_cost": 1.0}

    def users_time(settings):
        run = simulate(worlds.parameters(piloted, settings, mechanisms=alone), SEED)
        return run.state.journal.readiness[-1, Kind.USERS, 2]

    without, for_some, for_all = map(users_time, ({"focal.arrival": -1}, {"focal.users": 0.1}, {}))
    assert without - for_all > 0.005
    assert without - for_some == pytest.approx(0.1 * (without - for_all), rel=1e-6)


def test_a_duty_taken_away_is_no_duty():
    """Suspending and resuming are duty and date taken away and set again."""
    held = [(10, "focal.duty", 0.95), (10, "focal.visibility", 0.9), (10, "focal.due", 34)]
    put_off = [*held, (20, "focal.duty", 0.0), (20, "focal.due", -1)]
    resumed = [*put_off, (30, "focal.duty", 0.95), (30, "focal.due", 40)]
    month = {**FOLLOWED, "population.months": LATE}
    never, off, again, always = (covered(lived(month, dated=rows)) for rows in ([], put_off, resumed, held))
    assert never < off < again < always


def test_what_is_followed_of_it_is_written_down():
    pledged = {
        **BEGUN,
        "pledge.open": 1.0,
        "pledge.threshold": 0.3,
        "pledge.threshold_spread": 0.3,
        "focal.closed": 0.5,
    }
    run = lived(pledged, {"population.months": LATE}, REPORTS)
    state, weight = run.state, run.state.places.weight
    (cells,) = state.cells.T[state.changes.focal == 1]
    used = cells.uptake + 0.5 * (1.0 - cells.uptake)
    expected = [
        weight @ cells.nominal, weight @ cells.real_coverage, weight @ (cells.real_coverage * used), state.places.signed.mean(),
    ]  # fmt: skip
    assert state.journal.focal[-1] == pytest.approx(expected, rel=1e-12)
    assert len(set(np.round(expected, 6))) == 4
    assert 0.0 < expected[3] < 1.0
    assert not state.journal.focal[:10].any()


def test_a_date_gone_by_presses_nobody():
    visible = {**FOLLOWED, "focal.visibility": 0.9, "population.months": LATE}
    assert covered(lived(visible, {"focal.due": 9})) == covered(lived(visible))


def test_the_old_way_shut_makes_users_take_it_up():
    shut = {**BEGUN, "focal.closed": 1.0}

    def refused(run):
        taken = run.state.lost[:, run.state.changes.focal == 1]
        return taken[..., Cause.NOT_TAKEN_UP].sum()

    assert refused(lived(BEGUN)) > 0.0
    assert refused(lived(shut)) == 0.0


def test_places_that_began_early_have_it_and_others_begin_as_they_would():
    few = {**FOLLOWED, "population.months": 11, "work.start_chance": 0.0, "mechanisms.peer_learning": 0.0}
    run = lived(few, dated=[(10, "focal.stage", 4, ["Highland"]), (10, "focal.coverage", 0.3, ["Highland"])])
    begun = column(run, "nominal")[:, 0] > 0.2
    assert [run.territory.name[a] for a in np.flatnonzero(begun)] == ["Highland"]
    assert column(run, "stage")[:, 0].tolist() == [4 * int(here) for here in begun]
    assert column(run, "designed")[begun, 0] == 1
    assert column(run, "fit")[begun, 0] > 0.0


def test_with_mechanisms_off_its_events_leave_all_other_changes_alone():
    """Two changes share hours; with nothing short, what is done for one is felt by no other."""
    plenty = {**FOLLOWED, "work.load": 0.01, "design.hours": 0.0, "design.signal_hours": 0.0}
    dated = [(12, "focal.ready", 0.8), (12, "focal.duty", 1.0), (12, "focal.ring_fenced", 1.0)]
    plain, other = (
        lived(plenty, dated=rows, mechanisms=worlds.OFF) for rows in ([], [*dated, (12, "focal.due", 30)])
    )
    assert np.array_equal(column(plain, "real_coverage", False), column(other, "real_coverage", False))
    assert covered(plain) != covered(other)


def test_a_pledge_is_about_the_focal_change_alone():
    signed = {
        **FOLLOWED,
        "pledge.threshold": -1.0,
        "pledge.open": 1.0,
        "work.load": 0.01,
        "population.months": 40,
    }
    alone = worlds.OFF | {"concordat": 1.0}
    plain = lived({**signed, "pledge.open": 0.0}, mechanisms=alone)
    bound = lived(signed, mechanisms=alone)
    assert np.array_equal(column(plain, "real_coverage", False), column(bound, "real_coverage", False))
    assert covered(bound) > covered(plain)


def test_no_table_of_rights_matters_to_it_with_all_mechanisms_off():
    dated = [
        (12, "focal.duty", 0.9),
        (20, "focal.waived", 1.0),
        (20, "focal.ready", 0.8),
        (30, "focal.closed", 1.0),
    ]
    runs = [
        lived(BEGUN, {"power.distribution": d, "focal.due": 30}, dated=dated, mechanisms=worlds.OFF)
        for d in (0.0, 1.0)
    ]
    labels = {"cells.agenda_holder", "cells.design_holder"}
    assert worlds.differing(runs[0].state, runs[1].state) <= labels


def test_accounts_balance_with_it():
    dated = [
        (12, "focal.duty", 0.9),
        (20, "focal.waived", 1.0),
        (20, "focal.ready", 0.8),
        (30, "focal.closed", 0.9),
    ]
    dated += [(15, "focal.ring_fenced", 1.0), (15, "focal.scale_up", 0.4)]
    run = lived(BEGUN, dated=dated, mechanisms=worlds.ON)
    found = imbalances(run)
    assert max(found.values()) < TOLERANCE, found
