"""The schedule: the order of the processes of a month, and a run of many months.

Within a process all agents read the same state and their updates apply together; between processes the order below
holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.geography import Territory, territory
from sim.model.initialise import initialise
from sim.model.interventions import Timetable, timetable
from sim.model.kernels.jit import kernel
from sim.model.parameters import Intervention, Parameters
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
from sim.model.submodels.priorities import set_priorities
from sim.model.submodels.recording import record_month
from sim.model.submodels.responses import (
    update_authorities,
    update_bodies,
    update_centre,
    update_centre_beliefs,
    update_users,
)


@kernel
def step_month(month, p, state):
    """One month. The order of these lines is the schedule of the model (ODD 4)."""
    update_focal_change(month, p, state)  # 8.1
    start_changes(month, p, state)  # 8.2
    design_changes(month, p, state)  # 8.3
    adapt_designs(month, p, state)  # 8.3
    clear_changes(month, p, state)  # 8.4
    update_pledges(month, p, state)  # 8.4
    offers = offer_funding(month, p, state)  # 8.6
    set_priorities(month, p, state, offers)  # 8.11
    allocate_capacity(month, p, state)  # 8.5
    advance_implementation(month, p, state, offers)  # 8.6
    deliver_benefit(month, p, state)  # 8.7
    update_centre_beliefs(month, p, state)  # 8.8
    update_authorities(month, p, state)  # 8.9
    update_centre(month, p, state)  # 8.9
    update_bodies(month, p, state)  # 8.9
    update_users(month, p, state)  # 8.9
    record_month(month, p, state)  # 8.10


@kernel
def run_months(first, last, p, state):
    """Run the months from `first` up to, not including, `last`, under parameters that do not change between them."""
    # Rights can change only between two calls, so what is under way changes hands here.
    update_focal_change(first, p, state)
    reassign_rights(first, p, state)  # 8.2
    for month in range(first, last):
        step_month(month, p, state)


@dataclass
class Run:
    """One run: its parameters, its state, and how many months it has run.

    Attributes:
        parameters: the declared values of this run.
        territory: the authorities.
        seed: random seed.
        replication: number of the replication; with the seed it fixes all random numbers.
        state: all columns.
        values: parameter record, one row for each authority and the last for the nation.
        timetable: its interventions.
        month: months run so far.
    """

    parameters: Parameters
    territory: Territory
    seed: int
    replication: int
    state: State
    values: np.ndarray
    timetable: Timetable
    month: int = 0

    @property
    def dated(self) -> list[Intervention]:
        """Dated interventions that have not begun yet, by month."""
        waiting = [i for i in self.parameters.interventions if i.month is not None and i.month >= self.month]
        return sorted(waiting, key=lambda dated: dated.month or 0)

    def advance(self, months: int) -> None:
        """Run some more months, with the interventions that begin or end in them."""
        goal = self.month + months
        if goal > self.parameters.population.months:
            raise ValueError(
                f"the run ends after month {self.parameters.population.months}; it cannot go on to {goal}"
            )
        with np.errstate(over="ignore"):
            while self.month < goal:
                self.timetable.apply(self.month, self.state, self.values)
                until = int(min(goal, self.timetable.next_month(self.month)))
                run_months(self.month, until, self.values, self.state)
                self.month = until


def begin(parameters: Parameters, seed: int, replication: int = 0) -> Run:
    """Initialise a run, at month 0.

    Args:
        parameters: its parameters.
        seed: random seed, a non-negative integer.
        replication: number of the replication; (seed, replication) fixes the random numbers in every scenario.

    Raises:
        ValueError: if the table of places or the interventions cannot be used.
    """
    land = territory(parameters.population.places)
    with np.errstate(over="ignore"):
        state = initialise(parameters, land, seed, replication)
    values = record(parameters, len(land.code) + 1)
    return Run(parameters, land, seed, replication, state, values, timetable(parameters, land))


def simulate(parameters: Parameters, seed: int, replication: int = 0) -> Run:
    """Run a whole simulation. See `begin` for the arguments."""
    run = begin(parameters, seed, replication)
    run.advance(parameters.population.months)
    return run
