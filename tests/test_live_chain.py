"""The chain from what is announced to what reaches people: it starts with all that is due, and its shares add up."""

from __future__ import annotations

import numpy as np
import pytest

from sim.live import chain, views
from sim.model.schedule import simulate
from sim.model.state import CAUSES, LEDGER


@pytest.fixture(scope="module")
def known():
    return views.available()


def journal_of(known, scenario, replication=0, **given):
    view = views.read({"sides": [{"scenario": scenario, "set": given}]}, known)
    return simulate(view.sides[0].composed.parameters, view.seed, replication).state.journal


def lost_by(journal, *causes):
    """Benefit lost so far to some causes, as a share of all that the run intends."""
    columns = [CAUSES.index(cause) for cause in causes]
    return journal.lost[:, columns].sum(axis=1).cumsum() / journal.intended.sum()


@pytest.mark.parametrize(
    ("scenario", "replication"), [("hierarchy", 0), ("distributed", 1), ("fail_fast", 0), ("devolved", 2)]
)
def test_the_steps_are_those_of_the_account_and_add_up(known, scenario, replication):
    journal = journal_of(known, scenario, replication)
    left = {name: np.array(values) for name, values in chain.frames(journal).items()}
    assert tuple(left) == chain.STEPS
    whole = journal.intended.sum()
    so_far = {
        name: column.sum(axis=1).cumsum() / whole
        for name, column in journal._asdict().items()
        if name in ("intended", "nominal", "realised")
    }
    close = {"rtol": 2e-5, "atol": 2e-5}
    np.testing.assert_allclose(left["announced"], so_far["intended"], **close)
    np.testing.assert_allclose(left["announced"] - left["begun"], lost_by(journal, "not_started"), **close)
    np.testing.assert_allclose(left["reported"], so_far["nominal"], **close)
    np.testing.assert_allclose(
        left["reported"] - left["meant"], lost_by(journal, "ritual_compliance"), **close
    )
    np.testing.assert_allclose(left["fits"] - left["taken_up"], lost_by(journal, "not_taken_up"), **close)
    last = lost_by(journal, "spillover_missing", "devalued_by_delay")
    np.testing.assert_allclose(left["taken_up"] - left["benefit"], last, **close)
    np.testing.assert_allclose(left["benefit"], so_far["realised"], **close)
    assert left["announced"][-1] == 1.0
    # What does not fit is the part of its cause that the reports do not hold back.
    every = [cause for cause in CAUSES[:LEDGER] if cause != "wrong_design"]
    held = (so_far["intended"] - so_far["nominal"]) - lost_by(journal, *every, "ahead")
    misfit = lost_by(journal, "wrong_design") - held
    np.testing.assert_allclose(left["meant"] - left["fits"], misfit, **close)
    assert (held > -1e-9).all()
    assert misfit[-1] > 0
    for name in chain.STEPS[3:]:
        before = left[chain.STEPS[chain.STEPS.index(name) - 1]]
        assert (before - left[name] > -3e-5).all(), name


def test_amounts_only_grow(known):
    for values in chain.frames(journal_of(known, "hierarchy")).values():
        assert (np.diff(values) > -3e-5).all()


def test_a_run_that_intends_nothing_has_no_chain(known):
    journal = journal_of(known, "hierarchy")
    nothing = journal._replace(
        intended=0 * journal.intended,
        nominal=0 * journal.nominal,
        realised=0 * journal.realised,
        lost=0 * journal.lost,
    )
    assert {value for values in chain.frames(nothing).values() for value in values} == {None}
