"""Recording: what is written down of each month. Rules never read it."""

import numpy as np

from sim.compiled import compiled
from sim.state import (
    AS_MEANT,
    AS_REPORTED,
    AUTHORITIES,
    CENTRE,
    SIGNATURES,
    TAKEN_UP,
    THIRD_SECTOR,
    USERS,
)
from sim.submodels.focal import uptake_forced


@compiled
def write_down(month, p, calendar, changes, places, bodies, centre, cells, journal):
    """Write down the month: stages, coverage, the focal change, and will, ability and capacity by kind of agent."""
    count = len(places)
    stages = journal.stages[month]
    arrived = calendar[month].arrived
    reported = np.zeros(arrived)
    adopted = np.zeros(arrived)
    for a in range(count):
        weight = places[a].weight
        for i in range(arrived):
            cell = cells[a, i]
            stages[cell.stage] += 1.0
            adopted[i] += weight * cell.genuine
            reported[i] += weight * cell.nominal
    nominal = 0.0
    real = 0.0
    for i in range(arrived):
        nominal += reported[i]
        real += adopted[i]
        changes[i].adopted = adopted[i]
        changes[i].most = max(changes[i].most, adopted[i])
        if adopted[i] >= 0.5 and changes[i].half < 0:
            changes[i].half = month + 1 - changes[i].arrival
    if arrived > 0:
        journal.months[month].nominal_coverage = nominal / arrived
        journal.months[month].real_coverage = real / arrived

    for i in range(arrived):
        if changes[i].focal:
            followed = journal.focal[month]
            for a in range(count):
                weight = places[a].weight
                cell = cells[a, i]
                taken_up = uptake_forced(p[a], changes[i], cell.uptake)
                followed[AS_REPORTED] += weight * cell.nominal
                followed[AS_MEANT] += weight * cell.genuine
                followed[TAKEN_UP] += weight * cell.genuine * taken_up
                followed[SIGNATURES] += places[a].signed / count

    ready = journal.readiness[month]
    ready[CENTRE, 0] = centre[0].will
    ready[CENTRE, 1] = centre[0].ability
    ready[CENTRE, 2] = centre[0].capacity
    for a in range(count):
        authority = places[a]
        ready[AUTHORITIES, 0] += authority.will / count
        ready[AUTHORITIES, 1] += authority.ability / count
        ready[AUTHORITIES, 2] += authority.capacity / count
        ready[USERS, 0] += authority.weight * authority.trust
        ready[USERS, 1] += authority.weight * authority.user_ability
        ready[USERS, 2] += authority.weight * max(0.0, authority.user_time - authority.co_design)
    for b in range(len(bodies)):
        ready[THIRD_SECTOR, 0] += bodies[b].will / len(bodies)
        ready[THIRD_SECTOR, 1] += bodies[b].ability / len(bodies)
        ready[THIRD_SECTOR, 2] += bodies[b].capacity / len(bodies)
