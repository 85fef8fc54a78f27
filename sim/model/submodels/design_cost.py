"""Agenda: which change starts where, and when; who holds the right to decide on it there.

A change that has been announced waits in each place until it is started. The holder of the right `agenda` is drawn
for each change and place; so is the holder of `design`. Every holder starts changes at the same base rate."""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import CENTRE


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
