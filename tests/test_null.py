"""With every mechanism off, the table of rights changes nothing: not one bit of state, account or journal."""

import numpy as np
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.model.outcomes import councils, series, summary
from sim.model.schedule import begin, simulate
from sim.verification.checks import HOLDER_LABELS, contrasts, differing_columns, run_checks, structures

LABELS = {f"cells.{label}" for label in HOLDER_LABELS}


def test_null(subtests):
    rows = run_checks("null")
    directional = [contrast for contrast in contrasts() if contrast.kind == "D"]
    assert len(rows) >= 3 + len(directional)
    for row in rows:
        with subtests.test(row["name"]):
            assert row["passed"], row


def test_all_seven_structures_are_compared():
    assert len(worlds.POWER_SCENARIOS) == 7
    assert {"baseline", *worlds.POWER_SCENARIOS} < set(structures())


def test_holders_do_differ_under_the_null(small):
    """Else the null would only say that tables are not read at all."""
    run, other = (
        simulate(worlds.parameters(small, {"power.distribution": d}, mechanisms=worlds.OFF), 4)
        for d in (0.0, 1.0)
    )
    assert worlds.differing(run.state, other.state) == LABELS


def test_a_flipped_bit_in_any_column_is_noticed(small):
    """The comparison sees everything a run holds, holder labels aside."""
    run = simulate(worlds.parameters(small), 4)
    for name, _ in worlds.tables(run.state):
        changed = worlds.copied(run)
        column = dict(worlds.tables(changed.state))[name]
        if column.size:
            column[(0,) * column.ndim] = column[(0,) * column.ndim] + column.dtype.type(1)
            expected = [] if name in LABELS else [name]
            assert differing_columns(run, changed) == expected


@given(data=st.data())
def test_any_two_tables_are_equal_whatever_the_other_parameters(data, six_places):
    settings = {**data.draw(worlds.settings_of()), "population.places": six_places}
    months = settings["population.months"]
    dated = [
        row for row in data.draw(worlds.dated_changes(months)) if not row["key"].startswith("mechanisms.")
    ]
    other_dated = [row for row in dated if not row["key"].startswith("power.")]
    runs = [
        simulate(worlds.parameters(settings, power=table, mechanisms=worlds.OFF, interventions=changes), 11)
        for table, changes in (
            (data.draw(worlds.power_tables()), dated),
            (data.draw(worlds.power_tables()), other_dated),
        )
    ]
    assert worlds.differing(runs[0].state, runs[1].state) <= LABELS
    assert repr(summary(runs[0])) == repr(summary(runs[1]))


def test_outcomes_are_equal_too():
    runs = [
        simulate(
            worlds.parameters({"population.users": 320, "power": worlds.rights(t)}, mechanisms=worlds.OFF), 9
        )
        for t in ("hierarchy", "citizen_led")
    ]
    for read in (summary, series, councils):
        first, second = read(runs[0]), read(runs[1])
        assert all(repr(first[name]) == repr(second[name]) for name in first)


def test_the_null_holds_misfit_error_load_and_uneven_progress():
    """What makes the null a world, not a void: each of these is there before any mechanism is."""
    run = begin(worlds.parameters({"population.users": 640}, mechanisms=worlds.OFF), 20261123)
    run.advance(60)
    cells, changes, places = run.state.cells, run.state.changes, run.state.places
    designed = cells.designed == 1
    arrived = changes.arrival < 60
    assert np.std(changes.ambiguity[arrived]) > 0.1
    assert 0.3 < cells.fit[designed].mean() < 0.95
    assert np.std(cells.fit[designed]) > 0.05
    miss = cells.design - changes.need
    assert np.all(np.std(miss, axis=0)[designed.all(axis=0)] > 0.1)
    assert places.workload_ratio.max() > 1.0
    assert places.capacity_ratio.min() < 1.0
    spread = np.std(cells.stage[:, arrived] + np.minimum(cells.progress[:, arrived], 1.0), axis=0)
    assert np.mean(spread > 0.05) > 0.5
    assert run.state.journal.realised.sum() > 0.0
