"""Agenda: which change starts where, and when; who holds the right to decide on it there.

A change that has been announced waits in each place until it is started. The holder of the right `agenda` is drawn
for each change and place; so is the holder of `design`. Every holder starts changes at the same base rate.
"""

import numpy as np

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import (
    AUTHORITIES,
    CENTRE,
    LATE_START,
    NOT_STARTED,
    SEE,
    SHIFT,
    SPARK,
    THIRD_SECTOR,
    USERS,
)
from sim.model.submodels.focal import begins_at, legal_force
from sim.model.submodels.interest import interest_exponent, renew_interest, start_factor


@kernel
def draw_holder(centre, authorities, third_sector, users, luck):
    """Who holds an indivisible right: the kind of agent into whose share the luck falls, in fixed order.

    Raising one share at the cost of another only adds to what its holder holds.
    """
    if luck < centre:
        return CENTRE
    if luck < centre + authorities:
        return AUTHORITIES
    if luck < centre + authorities + third_sector:
        return THIRD_SECTOR
    if users > 0.0:
        return USERS
    if third_sector > 0.0:
        return THIRD_SECTOR
    return AUTHORITIES if authorities > 0.0 else CENTRE


@kernel
def layers_to(who, row):
    """Layers that a signal of need climbs to reach a holder; information kept by users passes some of them by."""
    if who == CENTRE:
        layers = row.hierarchy_layers
    elif who == AUTHORITIES:
        layers = row.hierarchy_local_layers
    else:
        layers = 0.0
    if row.citizen_data > 0.0:
        layers *= 1.0 - row.citizen_data * row.citizen_layers * row.information_users
    return layers


@kernel
def start_chance(base, delay, hold_back, imitation):
    """Chance a month that a waiting change is started.

    Args:
        base: chance without any mechanism.
        delay: months by which the need is seen later.
        hold_back: share by which a holder who counts only its own benefit holds back.
        imitation: chance added by tied places that have started.
    """
    if base <= 0.0:
        return min(1.0, imitation)
    return min(1.0, base / (1.0 + base * delay) * (1.0 - hold_back) + imitation)


@kernel
def time_pressure(row, agenda_holder, place_will, centre_will, luck):
    """Pressure that discovery gives way to: what is not protected, or whose protection is broken."""
    will = centre_will if agenda_holder == CENTRE else place_will
    kept = luck >= row.pace_broken * (1.0 - will)
    return row.pace_pressure * (1.0 - row.pace_protected) if kept else row.pace_pressure


@kernel
def signals_used(row, hurry):
    """Signals of need that go into one design."""
    signals = row.design_signals
    if row.pace > 0.0:
        signals *= 1.0 - row.pace * row.pace_discovery * hurry
    return signals


@kernel
def design_cost_multiplier(who, weight, taking):
    """Part of a design that a place would pay for by itself: a local holder all of it, those who share one their part."""
    return weight / taking if who == CENTRE else 1.0


@kernel
def design_cost_share(row, who, weight, taking):
    """Part of one design and its discovery that a place pays for.

    In the base every place pays its people's share of one national design. With `design_economies` a local holder pays for
    a whole design of its own, and the places that take the centre's design pay for one among them.

    Args:
        row: parameters of the place.
        who: holder of the right to design.
        weight: the place's share of the nation's people.
        taking: share of the people in places for which the centre designs this change.
    """
    if row.design_economies <= 0.0:
        return weight
    return weight + row.design_economies * (design_cost_multiplier(who, weight, taking) - weight)


@kernel
def signals_paid(row, who, share, hurry):
    """Signals of need whose gathering a place pays for: its part of the nation's, and a local holder's own of its place."""
    signals = signals_used(row, hurry)
    paid = share * signals
    if row.local_need > 0.0 and who != CENTRE:
        paid += row.local_need * signals
    return paid


@kernel
def draw_agenda_holder(a, i, row, keys):
    """Who holds the right to decide whether and when a change starts in a place, as the rights stand now."""
    luck = random.uniform(keys[random.AGENDA_HOLDER], a, i, 0)
    return draw_holder(
        row.agenda_centre, row.agenda_authorities, row.agenda_third_sector, row.agenda_users, luck
    )


@kernel
def draw_design_holder(a, i, row, keys):
    """Who holds the right to design a change for a place, as the rights stand now."""
    luck = random.uniform(keys[random.DESIGN_HOLDER], a, i, 0)
    return draw_holder(
        row.design_centre, row.design_authorities, row.design_third_sector, row.design_users, luck
    )


@kernel
def population_using_central_design(i, who, p, keys, places):
    """Share of the people in places that share the design of change `i` with a place for which `who` designs."""
    if who != CENTRE:
        return 1.0
    taking = 0.0
    for a in range(len(places)):
        if random.uniform(keys[random.DESIGN_HOLDER], a, i, 0) < p[a].design_centre:
            taking += places[a].weight
    return taking


@kernel
def set_design_cost(row, weight, taking, cell):
    """Settle what a place pays for a design and its discovery, in staff and in users' hours, by who designs."""
    share = design_cost_share(row, cell.design_holder, weight, taking)
    signals = signals_paid(row, cell.design_holder, share, cell.time_pressure)
    cell.design_hours = share * row.design_hours + signals * row.design_signal_hours
    cell.user_hours_cost = signals * row.design_signal_user_hours
    cell.design_cost_outstanding = 1.0


@kernel
def add_design_cost(cell, staff, users):
    """Add hours of staff and of users to what is still owed for a design; what has been paid is done with."""
    cell.design_hours = cell.design_cost_outstanding * cell.design_hours + staff
    cell.user_hours_cost = cell.design_cost_outstanding * cell.user_hours_cost + users
    cell.design_cost_outstanding = 1.0


@kernel
def started_nationwide(month, arrived, cells):
    """Share of all places that had started each change before this month; shape (changes announced,)."""
    share = np.zeros(arrived)
    for a in range(len(cells)):
        for i in range(arrived):
            if 0 <= cells[a, i].started < month:
                share[i] += 1.0
    for i in range(arrived):
        share[i] /= len(cells)
    return share


@kernel
def started_around(i, month, authority, ties, cells):
    """Share of the places an authority is tied to that had started change `i` before this month."""
    share = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        tie = ties[number]
        if 0 <= cells[tie.other, i].started < month:
            share += tie.weight
    return share


@kernel
def start_changes(month, p, keys, calendar, changes, places, ties, centre, cells, ledger, journal):
    """Start announced changes where their holders take them up; changes begun before the run start at once."""
    count = len(places)
    early = p[count].work_see + p[count].work_spark
    path = early + p[count].work_shape + p[count].work_shift
    complete = p[count].population_mixing == 1.0 and p[count].peer_learning > 0.0
    nationwide = started_nationwide(month, calendar[month].arrived if complete else 0, cells)
    for a in range(count):
        row = p[a]
        authority = places[a]
        # No place starts a change with a greater chance than this: draws above it need no further look.
        most_likely = start_chance(row.work_start_chance, 0.0, 0.0, row.peer_learning * row.peer_starts)
        exponent = interest_exponent(row, authority.will) if row.scale_up > 0.0 else 0.0
        for i in range(calendar[month].arrived):
            cell = cells[a, i]
            if cell.stage != NOT_STARTED:
                continue
            change = changes[i]
            begun = month == 0 and change.arrival < 0
            at_once = begins_at(row, change)
            luck = random.uniform(keys[random.START], a, i, month)
            by_law = legal_force(row, change)
            if not begun and at_once == 0 and luck >= max(most_likely, by_law):
                continue
            who = draw_agenda_holder(a, i, row, keys)
            if not begun and at_once == 0:
                delay = 0.0
                if row.information_loss > 0.0:
                    delay = row.information_loss * row.information_delay * layers_to(who, row)
                hold_back = 0.0
                if row.spillover > 0.0 and who != CENTRE:
                    hold_back = row.spillover * row.spillover_starts * change.spillover
                imitation = 0.0
                if row.peer_learning > 0.0 and who != CENTRE:
                    around = nationwide[i] if complete else started_around(i, month, authority, ties, cells)
                    imitation = row.peer_learning * row.peer_starts * around
                chance = start_chance(row.work_start_chance, delay, hold_back, imitation)
                if row.scale_up > 0.0 and who != CENTRE:
                    renew_interest(a, i, month, row.scale_up_carriers, change.arrival, keys, cell)
                    chance *= start_factor(row, exponent, cell)
                if luck >= max(chance, by_law):
                    continue
            designer = draw_design_holder(a, i, row, keys)
            cell.agenda_holder = who
            cell.design_holder = designer
            cell.started = month
            if row.pace > 0.0:
                luck = random.uniform(keys[random.PROTECTION], a, i, 0)
                cell.time_pressure = time_pressure(row, who, authority.will, centre[0].will, luck)
            taking = 1.0
            if row.design_economies > 0.0:
                taking = population_using_central_design(i, designer, p, keys, places)
            set_design_cost(row, authority.weight, taking, cell)
            cell.stage = SEE
            journal.months[month].starts += 1.0
            if at_once > 0:
                cell.stage = at_once
                if at_once == SHIFT:
                    cell.nominal = row.focal_coverage
                    cell.real_coverage = row.focal_coverage
            if begun:
                planned = min(1.0, -change.arrival / change.duration)
                done = change.head_start * min(planned, early / path)
                ledger[a, i, LATE_START] = planned - done
                see = p[count].work_see / path
                if done < see:
                    cell.progress = done / see
                else:
                    cell.stage = SPARK
                    cell.progress = min(1.0, (done - see) / (p[count].work_spark / path))
