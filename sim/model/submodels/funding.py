"""Funding: the money that changes are offered each month for pilots and for scale-up, and how it is equalised. ODD 8.6.

Both funds depend on the time since the announcement only, so that every table of rights is given the same; what is not
used is lost.
"""

import math
from enum import IntEnum

import numpy as np

from sim.model.kernels.jit import kernel
from sim.model.submodels.capacity import own_hours
from sim.model.submodels.effort import EPS, persistence_of_centre
from sim.model.submodels.focal import focal_money, focal_money_left
from sim.model.submodels.pledges import pledge_applies


class Offer(IntEnum):
    """What is offered to a change: money for pilots, money for scale-up, and the share of both that is still there."""

    PILOT, SCALE_UP, PERSISTENCE = range(3)


@kernel
def change_funds(row, persistence, signed, own_pilot=0.0, own_scale_up=0.0):
    """Money of a change in an authority, as shares of its hours; money for pilots is not money for scale-up. ODD 8.6.

    (base + pledged + own) persistence, for each of the two.

    Returns:
        Tuple (for pilots, for scale-up).
    """
    pledged = 0.0
    if row.concordat > 0.0 and signed:
        pledged = row.concordat * row.pledge_money
    return (row.money_pilot + pledged + own_pilot) * persistence, (
        row.money_scale_up + pledged + own_scale_up
    ) * persistence


@kernel
def equalise_funding(p, places, hours):
    """Shift money towards the least able authorities, as far as it is held nationally; the sum stays the same. ODD 8.6.

    1 + mu k C_resource lean, with lean the distance of believed ability below the mean, in standard deviations, within +-1.

    Args:
        p: parameters.
        places: `funding_multiplier` is written.
        hours: hours of money that each authority would be offered without this; shape (A,).
    """
    count = len(places)
    mean = 0.0
    for a in range(count):
        mean += places[a].weight * places[a].believed_ability
        places[a].funding_multiplier = 1.0
    plain = tilted = 0.0
    for a in range(count):
        row = p[a]
        authority = places[a]
        if row.uneven_ability > 0.0 and row.authorities_ability_spread > 0.0:
            lean = max(-1.0, min(1.0, (mean - authority.believed_ability) / row.authorities_ability_spread))
            authority.funding_multiplier += (
                row.uneven_ability * row.equalising_money * row.resource_centre * lean
            )
        plain += hours[a]
        tilted += hours[a] * authority.funding_multiplier
    if tilted > 0.0:
        for a in range(count):
            places[a].funding_multiplier *= plain / tilted


@kernel
def offer_funding(month, p, state):
    """Offer every change in every authority its money for the month. ODD 8.6.

    Returns:
        Shape (A, changes announced, 3): money for pilots and for scale-up as shares of a change's hours, before
        `funding_multiplier`, and the share of money that is still there.
    """
    calendar, changes, places, centre = state.calendar, state.changes, state.places, state.centre
    count = len(places)
    nation = p[count]
    following = nation.focal_arrival >= 0.0
    log_will = math.log(max(EPS, centre[0].will))
    arrived = calendar[month].arrived
    kept = np.empty(arrived)
    for i in range(arrived):
        kept[i] = persistence_of_centre(month - changes[i].arrival, nation.money_secure_months, log_will)
    offers = np.empty((count, arrived, 3))
    hours = np.empty(count)
    for a in range(count):
        row = p[a]
        authority = places[a]
        offered = 0.0
        as_the_nation = row.money_secure_months == nation.money_secure_months
        for i in range(arrived):
            change = changes[i]
            focal = change.focal == 1
            lasting = kept[i]
            if not as_the_nation:
                lasting = persistence_of_centre(month - change.arrival, row.money_secure_months, log_will)
            lasting = focal_money_left(row, focal, lasting)
            signed = pledge_applies(authority.signed, focal, following)
            own_pilot, own_scale_up = focal_money(row, focal)
            pilot, scale_up = change_funds(row, lasting, signed, own_pilot, own_scale_up)
            people = change.target_share * authority.population
            offered += (pilot + scale_up) * own_hours(row, people, change.radicalness, change.pace)
            offers[a, i, Offer.PILOT] = pilot
            offers[a, i, Offer.SCALE_UP] = scale_up
            offers[a, i, Offer.PERSISTENCE] = lasting
        hours[a] = offered
    equalise_funding(p, places, hours)
    return offers
