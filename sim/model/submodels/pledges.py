"""Pledges: a mutual, public pledge spreads as authorities see others sign, and binds while it is open. ODD 8.4.

Source: threshold models of collective behaviour (Granovetter 1978).
"""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.submodels.responses import neighbour_mean


@kernel
def reaches_threshold(around, threshold):
    """True if enough of those that an authority looks to have signed. ODD 8.4."""
    return around >= threshold


@kernel
def pledge_applies(signed, focal, following):
    """True if a signed pledge binds an authority for a change: where one change is followed, for that alone. ODD 8.4."""
    return signed == 1.0 and (focal or not following)


@kernel
def update_pledges(month, p, state):
    """Let authorities sign an open pledge, all seeing who had signed before this month; a closed pledge binds nobody. ODD 8.4.

    An authority whose threshold is met signs with the chance `pledge.signing` a month.
    """
    keys, places, ties = state.keys, state.places, state.ties
    count = len(places)
    before = places.signed.copy()
    national = 0.0
    for a in range(count):
        national += before[a]
    for a in range(count):
        row = p[a]
        authority = places[a]
        if row.concordat <= 0.0 or row.pledge_open <= 0.0:
            authority.signed = 0.0
            continue
        around = neighbour_mean(authority, row.population_mixing == 1.0, national / count, before, ties)
        threshold = row.pledge_threshold + row.pledge_threshold_spread * authority.threshold
        decides = random.uniform(keys[random.SIGNING], a, 0, month) < row.pledge_signing
        if decides and reaches_threshold(around, threshold):
            authority.signed = 1.0
