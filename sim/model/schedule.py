"""The month: read this schedule and you know the model.

Within a process all agents read the same state and their updates apply together; between processes the order below
holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.geography import Territory, territory
from sim.model.initialise import initialise
from sim.model.interventions import Change, timeline
from sim.model.kernels.jit import kernel
from sim.model.parameters import Parameters
from sim.model.schema import record
from sim.model.state import State
from sim.model.submodels.adaptation import adapt_designs
from sim.model.submodels.agenda import start_changes
from sim.model.submodels.benefit import deliver_benefit
from sim.model.submodels.capacity import allocate_capacity
from sim.model.submodels.clearance import clear_changes
from sim.model.submodels.design import design_changes
from sim.model.submodels.focal import update_focal_change
from sim.model.submodels.funding import offer_funding
from sim.model.submodels.handover import reassign_rights
from sim.model.submodels.implementation import advance_implementation
from sim.model.submodels.pledges import update_pledges
from sim.model.submodels.priorities import bar_in_force, set_priorities
from sim.model.submodels.recording import record_month
from sim.model.submodels.responses import (
    update_authorities,
    update_bodies,
    update_centre,
    update_centre_beliefs,
    update_users,
)


@kernel
def run_months(first, last, p, state):
    """Live the months from `first` up to, not including, `last`: in each, process by process."""
    (
        keys, calendar, changes, places, reasons, ties, bodies, users, centre, heads, cells, ledger, account, lost,
        journal,
    ) = state  # fmt: skip
    lasting = np.empty(len(changes))
    at_bar = bar_in_force(p, cells)
    for month in range(first, last):
        # 1: what is said of the change that is followed, if one is
        update_focal_change(p, changes)
        # 2: rights that changed hands take along what is under way; what has been announced is pushed or pulled
        if month == first:
            # Values change between calls only, so within one no right does.
            reassign_rights(month, p, keys, calendar, changes, places, ties, users, centre, cells)
        start_changes(month, p, keys, calendar, changes, places, ties, centre, cells, ledger, journal)
        # 3: needs are explored, designs made, failed pilots stopped; designs in use are corrected
        design_changes(month, p, keys, calendar, changes, places, ties, users, centre, cells, ledger)
        adapt_designs(month, p, calendar, changes, places, users, cells)
        # 4: heads decide, decision points agree, pledges are signed
        clear_changes(month, p, keys, calendar, changes, places, centre, cells, heads, journal)
        update_pledges(month, p, keys, places, ties)
        # 5: money is offered, priorities are set, hours are divided over what is active
        offers = offer_funding(month, p, calendar, changes, places, centre)
        if at_bar:
            set_priorities(
                month, month == first, p, keys, calendar, changes, places, ties, centre, offers, lasting, cells
            )  # fmt: skip
        allocate_capacity(month, p, calendar, changes, places, reasons, bodies, cells, journal)
        # 6: stages advance, coverage is rolled out or slips
        advance_implementation(
            month, p, keys, calendar, changes, places, reasons, centre, offers, cells, ledger, journal
        )
        # 7: benefit reaches users, or is lost
        deliver_benefit(month, p, calendar, changes, places, users, cells, ledger, account, lost, journal)
        # 8: reports go up
        update_centre_beliefs(month, p, keys, places)
        # 9: will, ability, capacity and trust respond
        update_authorities(month, p, calendar, changes, places, ties, bodies, centre, cells)
        update_centre(p[len(places)], centre)
        update_bodies(p, bodies)
        update_users(p, places, users)
        # 10: the month is written down
        record_month(month, p, calendar, changes, places, bodies, centre, cells, journal)


@dataclass
class Run:
    """One world under one set of parameters: its parameters, its state, and how far it has come.

    Attributes:
        parameters: the declared values of this run.
        territory: the places it happens in.
        seed: root seed.
        replication: number of the replication; with the seed it fixes the world.
        state: all columns.
        values: parameter record, one row for each place and the last for the nation.
        dated: interventions still to come, by month.
        month: months lived so far.
    """

    parameters: Parameters
    territory: Territory
    seed: int
    replication: int
    state: State
    values: np.ndarray
    dated: list[Change]
    month: int = 0

    def advance(self, months: int) -> None:
        """Live some more months, with the interventions that fall due."""
        goal = self.month + months
        if goal > self.parameters.population.months:
            raise ValueError(
                f"the run ends after month {self.parameters.population.months}; it cannot go on to {goal}"
            )
        with np.errstate(over="ignore"):
            while self.month < goal:
                while self.dated and self.dated[0].month <= self.month:
                    self.dated.pop(0).apply(self.values)
                until = min(goal, self.dated[0].month) if self.dated else goal
                run_months(self.month, until, self.values, self.state)
                self.month = until


def begin(parameters: Parameters, seed: int, replication: int = 0) -> Run:
    """Set a world up, at month 0.

    Args:
        parameters: what holds in it.
        seed: root seed, a non-negative integer.
        replication: number of the replication; (seed, replication) fixes the world in every power structure.

    Raises:
        ValueError: if the table of places or the interventions cannot be used.
    """
    land = territory(parameters.population.places)
    with np.errstate(over="ignore"):
        state = initialise(parameters, land, seed, replication)
    values = record(parameters, len(land.code) + 1)
    return Run(parameters, land, seed, replication, state, values, timeline(parameters, land))


def simulate(parameters: Parameters, seed: int, replication: int = 0) -> Run:
    """Live a whole run. See `begin` for the arguments."""
    run = begin(parameters, seed, replication)
    run.advance(parameters.population.months)
    return run
