"""Recording: the outputs of each month. Rules never read them. ODD 8.10."""

import numpy as np

from sim.model.kernels.jit import kernel
from sim.model.state import FocalOutput, Kind
from sim.model.submodels.focal import uptake_forced


@kernel
def record_coverage(month, arrived, changes, places, cells, journal):
    """Record the number of changes at each stage, and coverage as reported and with fidelity. ODD 8.10."""
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
            adopted[i] += weight * cell.real_coverage
            reported[i] += weight * cell.nominal
    nominal = real = 0.0
    for i in range(arrived):
        for stage in range(len(stages)):
            stages[stage] += census[i, stage]
        nominal += reported[i]
        real += adopted[i]
        changes[i].adopted = adopted[i]
        changes[i].peak_adoption = max(changes[i].peak_adoption, adopted[i])
        if adopted[i] >= 0.5 and changes[i].months_to_half < 0:
            changes[i].months_to_half = month + 1 - changes[i].arrival
    if arrived > 0:
        journal.months[month].nominal_coverage = nominal / arrived
        journal.months[month].real_coverage = real / arrived


@kernel
def record_focal_change(month, arrived, p, changes, places, cells, journal):
    """Record the coverage of the followed change, if there is one, and the share that signed its pledge. ODD 8.10."""
    for i in range(arrived):
        if changes[i].focal:
            followed = journal.focal[month]
            for a in range(len(places)):
                weight = places[a].weight
                cell = cells[a, i]
                taken_up = uptake_forced(p[a], changes[i], cell.uptake)
                followed[FocalOutput.NOMINAL] += weight * cell.nominal
                followed[FocalOutput.REAL] += weight * cell.real_coverage
                followed[FocalOutput.USED] += weight * cell.real_coverage * taken_up
                followed[FocalOutput.SIGNED] += places[a].signed / len(places)


@kernel
def record_state(ready, kind, will, ability, capacity):
    """Record the means of a kind of agent; `ready` is written. ODD 8.10."""
    ready[kind, 0] = will
    ready[kind, 1] = ability
    ready[kind, 2] = capacity


@kernel
def record_agents(ready, places, bodies, centre):
    """Record will, ability and capacity by kind of agent; `ready` is written. ODD 8.10."""
    record_state(ready, Kind.CENTRE, centre[0].will, centre[0].ability, centre[0].capacity)
    will = ability = capacity = trust = users_ability = time = 0.0
    for a in range(len(places)):
        authority = places[a]
        will += authority.will / len(places)
        ability += authority.ability / len(places)
        capacity += authority.capacity / len(places)
        trust += authority.weight * authority.trust
        users_ability += authority.weight * authority.user_ability
        time += authority.weight * max(0.0, authority.user_time - authority.co_design)
    record_state(ready, Kind.AUTHORITIES, will, ability, capacity)
    record_state(ready, Kind.USERS, trust, users_ability, time)
    will = ability = capacity = 0.0
    for b in range(len(bodies)):
        will += bodies[b].will / len(bodies)
        ability += bodies[b].ability / len(bodies)
        capacity += bodies[b].capacity / len(bodies)
    record_state(ready, Kind.THIRD_SECTOR, will, ability, capacity)


@kernel
def record_month(month, p, state):
    """Record the month: stages, coverage, the followed change, and will, ability and capacity by kind of agent. ODD 8.10."""
    calendar, changes, places, bodies = state.calendar, state.changes, state.places, state.bodies
    centre, cells, journal = state.centre, state.cells, state.journal
    arrived = calendar[month].arrived
    record_coverage(month, arrived, changes, places, cells, journal)
    record_focal_change(month, arrived, p, changes, places, cells, journal)
    record_agents(journal.readiness[month], places, bodies, centre)
