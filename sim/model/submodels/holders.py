"""Holders of indivisible rights: who decides on the agenda and the design of a change in an authority.

One holder is drawn for each change and authority. A change of the table of rights moves a holder only where its shares move.
"""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import Kind


@kernel
def draw_holder(centre, authorities, third_sector, users, u):
    """Holder of an indivisible right: the kind of agent whose share the uniform draw u falls into, in fixed order. ODD 3.

    Raising one share at the cost of another only adds to what its holder holds.
    """
    if u < centre:
        return Kind.CENTRE
    if u < centre + authorities:
        return Kind.AUTHORITIES
    if u < centre + authorities + third_sector:
        return Kind.THIRD_SECTOR
    if users > 0.0:
        return Kind.USERS
    if third_sector > 0.0:
        return Kind.THIRD_SECTOR
    return Kind.AUTHORITIES if authorities > 0.0 else Kind.CENTRE


@kernel
def layers_to(who, row):
    """Layers of hierarchy that a signal of need passes to reach a holder (Lambda). ODD 8.

    Times 1 - mu_citizen k U_information: information that users keep passes some of them by.
    """
    if who == Kind.CENTRE:
        layers = row.hierarchy_layers
    elif who == Kind.AUTHORITIES:
        layers = row.hierarchy_local_layers
    else:
        layers = 0.0
    if row.citizen_data > 0.0:
        layers *= 1.0 - row.citizen_data * row.citizen_layers * row.information_users
    return layers


@kernel
def draw_agenda_holder(a, i, row, keys):
    """Holder of the right to decide whether and when a change starts in an authority, under the present rights. ODD 3."""
    u = random.uniform(keys[random.AGENDA_HOLDER], a, i, 0)
    return draw_holder(
        row.agenda_centre, row.agenda_authorities, row.agenda_third_sector, row.agenda_users, u
    )


@kernel
def draw_design_holder(a, i, row, keys):
    """Holder of the right to design a change for an authority, under the present rights. ODD 3."""
    u = random.uniform(keys[random.DESIGN_HOLDER], a, i, 0)
    return draw_holder(
        row.design_centre, row.design_authorities, row.design_third_sector, row.design_users, u
    )
