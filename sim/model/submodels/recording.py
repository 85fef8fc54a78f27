"""Recording: what is written down of each month. Rules never read it."""

import numpy as np

from sim.model.kernels.jit import compiled
from sim.model.state import (
    AS_MEANT,
    AS_REPORTED,
    AUTHORITIES,
    CENTRE,
    SIGNATURES,
    TAKEN_UP,
    THIRD_SECTOR,
    USERS,
)
from sim.model.submodels.focal import uptake_forced


@compiled
def note_coverage(month, arrived, changes, places, cells, journal):
    """Note how many cells stand at each stage, and how far changes are rolled out: as reported and as meant."""
    stages = journal.stages[month]
    # A row for each change, since counts of one number wait for one another.
    census = np.zeros((arrived, len(stages)))
    reported = np.zeros(arrived)
    adopted = np.zeros(arrived)
    for a in range(len(places)):
        weight = places[a].weight
        for i in range(arrived):
            cell = cells[a, i]
            census[i, cell.stage] += 1.0
            adopted[i] += weight * cell.genuine
            reported[i] += weight * cell.nominal
    nominal = 0.0
    real = 0.0
    for i in range(arrived):
        for stage in range(len(stages)):
            stages[stage] += census[i, stage]
        nominal += reported[i]
        real += adopted[i]
        changes[i].adopted = adopted[i]
        changes[i].most = max(changes[i].most, adopted[i])
        if adopted[i] >= 0.5 and changes[i].half < 0:
            changes[i].half = month + 1 - changes[i].arrival
    if arrived > 0:
        journal.months[month].nominal_coverage = nominal / arrived
        journal.months[month].real_coverage = real / arrived


@compiled
def note_focal(month, arrived, p, changes, places, cells, journal):
    """Note how far the focal change has come, if there is one, and which share of places has signed its pledge."""
    for i in range(arrived):
        if changes[i].focal:
            followed = journal.focal[month]
            for a in range(len(places)):
                weight = places[a].weight
                cell = cells[a, i]
                taken_up = uptake_forced(p[a], changes[i], cell.uptake)
                followed[AS_REPORTED] += weight * cell.nominal
                followed[AS_MEANT] += weight * cell.genuine
                followed[TAKEN_UP] += weight * cell.genuine * taken_up
                followed[SIGNATURES] += places[a].signed / len(places)


@compiled
def note(ready, kind, will, ability, capacity):
    """Note the means of a kind of agent; `ready` is written."""
    ready[kind, 0] = will
    ready[kind, 1] = ability
    ready[kind, 2] = capacity


@compiled
def note_readiness(ready, places, bodies, centre):
    """Note will, ability and capacity by kind of agent; `ready` is written."""
    note(ready, CENTRE, centre[0].will, centre[0].ability, centre[0].capacity)
    will, ability, capacity = 0.0, 0.0, 0.0
    trust, users_ability, time = 0.0, 0.0, 0.0
    for a in range(len(places)):
        authority = places[a]
        will += authority.will / len(places)
        ability += authority.ability / len(places)
        capacity += authority.capacity / len(places)
        trust += authority.weight * authority.trust
        users_ability += authority.weight * authority.user_ability
        time += authority.weight * max(0.0, authority.user_time - authority.co_design)
    note(ready, AUTHORITIES, will, ability, capacity)
    note(ready, USERS, trust, users_ability, time)
    will, ability, capacity = 0.0, 0.0, 0.0
    for b in range(len(bodies)):
        will += bodies[b].will / len(bodies)
        ability += bodies[b].ability / len(bodies)
        capacity += bodies[b].capacity / len(bodies)
    note(ready, THIRD_SECTOR, will, ability, capacity)


@compiled
def write_down(month, p, calendar, changes, places, bodies, centre, cells, journal):
    """Write down the month: stages, coverage, the focal change, and will, ability and capacity by kind of agent."""
    arrived = calendar[month].arrived
    note_coverage(month, arrived, changes, places, cells, journal)
    note_focal(month, arrived, p, changes, places, cells, journal)
    note_readiness(journal.readiness[month], places, bodies, centre)
