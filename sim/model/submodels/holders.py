"""Agenda: which change starts where, and when; who holds the right to decide on it there.

A change that has been announced waits in each place until it is started. The holder of the right `agenda` is drawn
for each change and place; so is the holder of `design`. Every holder starts changes at the same base rate."""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import AUTHORITIES, CENTRE, THIRD_SECTOR, USERS


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
