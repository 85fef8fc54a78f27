"""Interest: how much an authority wants one change for its own sake, before anybody presses it. ODD 8.11.

Attention is scarce, so most changes matter little to most authorities (Jones and Baumgartner 2005).
"""

import math

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import Kind
from sim.model.submodels.responses import imposition, ownership

LEAST_INTEREST, MOST_INTEREST = 0.01, 0.95
"""Bounds of the mean interest, so that its distribution stays skewed and proper."""
NEVER = 32_000
"""A month later than any run."""


@kernel
def interest_exponent(row, will):
    """Exponent k of an authority's interest u^k, from its will: with a uniform draw u the mean is 1 / (k + 1). ODD 8.11.

    k = 1/m - 1 with m = `reference.scale_up_interest` times will, kept in [0.01, 0.95].
    """
    mean = row.scale_up_interest * will
    return 1.0 / max(LEAST_INTEREST, min(MOST_INTEREST, mean)) - 1.0


@kernel
def months_until_leaving(rate, u):
    """Whole months until the person who carries a change leaves, at a constant chance a month; at least 1. ODD 8.11."""
    if rate <= 0.0:
        return NEVER
    return min(NEVER, 1 + int(math.log(u) / math.log(1.0 - rate)))


@kernel
def new_carrier(a, i, month, number, rate, keys, cell):
    """Give a change a new carrier from a month on: draw the interest, and the month of leaving. ODD 8.11.

    Args:
        a: index of the authority.
        i: index of the change.
        month: first month.
        number: number of the draw; 0 is the first carrier's.
        rate: chance a month that the carrier leaves.
        keys: keys of the random streams.
        cell: `interest` (the logarithm of the draw) and `carrier_leaves` are written.
    """
    cell.interest = math.log(random.uniform(keys[random.INTEREST], a, i, number))
    wait = months_until_leaving(rate, random.uniform(keys[random.CARRIER_LEAVES], a, i, number))
    cell.carrier_leaves = min(NEVER, month + wait)


@kernel
def renew_interest(a, i, month, rate, arrival, keys, cell):
    """Draw an authority's interest in a change, and draw it again each time that its carrier leaves. ODD 8.11.

    The months of leaving follow from the announcement alone, so that every table of rights meets the same draws.

    Args:
        a: index of the authority.
        i: index of the change.
        month: month of the run.
        rate: chance a month that the carrier leaves.
        arrival: month of announcement.
        keys: keys of the random streams.
        cell: `resistance` and `efficacy` are written with the first draw, and all that `new_carrier` writes.
    """
    if cell.carrier_leaves == 0:
        cell.resistance = 2.0 * random.uniform(keys[random.RESISTANCE], a, i, 0) - 1.0
        cell.efficacy = random.normal(keys[random.EFFICACY], a, i, 0)
        new_carrier(a, i, max(0, arrival), 0, rate, keys, cell)
    while month >= cell.carrier_leaves:
        left = int(cell.carrier_leaves)
        new_carrier(a, i, left, left, rate, keys, cell)


@kernel
def own_interest(row, exponent, conflict, spillover, cell):
    """Interest of an authority in a change that is under way there, 0 to 1. ODD 8.11.

    From c = u^k: imposition lowers it, ownership raises it, pilots that fit raise it and those that do not lower it, and an
    authority that decides for itself counts only its own part of the benefit.

    Args:
        row: parameters of the authority.
        exponent: k of `interest_exponent`.
        conflict: how far interests differ over the change.
        spillover: share of its benefit that depends on others.
        cell: the change in its authority.
    """
    interest = math.exp(exponent * cell.interest)
    if row.reactance > 0.0:
        interest *= 1.0 - row.reactance * row.reactance_will * imposition(row, conflict, cell)
    if row.ownership > 0.0:
        interest += row.ownership * row.ownership_will * ownership(row, cell) * (1.0 - interest)
    if row.evidence > 0.0 and cell.pilot_evidence != 0.0:
        shown = row.evidence * row.evidence_pilot * max(-1.0, min(1.0, cell.pilot_evidence))
        interest += shown * (1.0 - interest) if shown > 0.0 else shown * interest
    if row.spillover > 0.0 and cell.agenda_holder != Kind.CENTRE:
        interest *= 1.0 - row.spillover * row.spillover_starts * spillover
    return interest


@kernel
def start_factor(row, exponent, cell):
    """Factor on the chance that an authority starts a change that it decides on: 1 - mu k (1 - u^k'). ODD 8.2."""
    return 1.0 - row.scale_up * row.scale_up_pull * (1.0 - math.exp(exponent * cell.interest))
