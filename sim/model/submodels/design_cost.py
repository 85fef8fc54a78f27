"""The cost of a design: signals of need, hours of staff and users, and who pays for how much of it. ODD 8.3."""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import Kind


@kernel
def time_pressure(row, agenda_holder, place_will, centre_will, u):
    """Pressure to cut discovery short: all of it, unless protection holds. ODD 8.3.

    Protection breaks where u < k (1 - will), with the will of the holder of the agenda and k = `pace.broken`.
    """
    will = centre_will if agenda_holder == Kind.CENTRE else place_will
    protected = u >= row.pace_broken * (1.0 - will)
    return row.pace_pressure * (1.0 - row.pace_protected) if protected else row.pace_pressure


@kernel
def signals_used(row, pressure):
    """Number of signals of need that go into one design: n (1 - mu k pressure). ODD 8.3."""
    signals = row.design_signals
    if row.pace > 0.0:
        signals *= 1.0 - row.pace * row.pace_discovery * pressure
    return signals


@kernel
def design_cost_multiplier(who, weight, taking):
    """Share of one full design that an authority pays for without economies of scale. ODD 8.2.

    1 if it designs locally; its share of the people in authorities that use the central design otherwise.
    """
    return weight / taking if who == Kind.CENTRE else 1.0


@kernel
def design_cost_share(row, who, weight, taking):
    """Share of one design and its discovery that an authority pays for. ODD 8.2.

    w + mu (m - w), with w the authority's share of the nation's people, m = `design_cost_multiplier` and mu the strength of
    `design_economies`: in the base everybody pays for a part of one national design.

    Args:
        row: parameters of the authority.
        who: holder of the right to design.
        weight: w.
        taking: share of the people in authorities for which the centre designs this change.
    """
    if row.design_economies <= 0.0:
        return weight
    return weight + row.design_economies * (design_cost_multiplier(who, weight, taking) - weight)


@kernel
def signals_paid(row, who, share, pressure):
    """Number of signals whose gathering an authority pays for: its part of the nation's, and a local holder's own. ODD 8.3."""
    signals = signals_used(row, pressure)
    paid = share * signals
    if row.local_need > 0.0 and who != Kind.CENTRE:
        paid += row.local_need * signals
    return paid


@kernel
def population_using_central_design(i, who, p, keys, places):
    """Share of people who share one design of change i where `who` designs: 1, or those with the central design. ODD 8.2."""
    if who != Kind.CENTRE:
        return 1.0
    taking = 0.0
    for a in range(len(places)):
        if random.uniform(keys[random.DESIGN_HOLDER], a, i, 0) < p[a].design_centre:
            taking += places[a].weight
    return taking


@kernel
def set_design_cost(row, weight, taking, cell):
    """Set what an authority pays for a design and its discovery, in hours of staff and of users. ODD 8.3."""
    share = design_cost_share(row, cell.design_holder, weight, taking)
    signals = signals_paid(row, cell.design_holder, share, cell.time_pressure)
    cell.design_hours = share * row.design_hours + signals * row.design_signal_hours
    cell.user_hours_cost = signals * row.design_signal_user_hours
    cell.design_cost_outstanding = 1.0


@kernel
def add_design_cost(cell, staff, users):
    """Add hours of staff and of users to what is still to be paid for a design. ODD 8.3."""
    cell.design_hours = cell.design_cost_outstanding * cell.design_hours + staff
    cell.user_hours_cost = cell.design_cost_outstanding * cell.user_hours_cost + users
    cell.design_cost_outstanding = 1.0
