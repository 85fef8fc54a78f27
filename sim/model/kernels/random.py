"""Common random numbers: each decision draws from (seed, stream, agent, change, month) and nothing else.

A mechanism that draws more changes no other draw, and agent k gets the same draws under every table of rights.
Uniforms come from a counter hashed by the SplitMix64 finaliser (Steele, Lea and Flood 2014); normals by Wichura's
inverse (Algorithm AS 241, 1988), so that no library's change of generator can move a result.
"""

from __future__ import annotations

import math

import numpy as np

from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import exponential, logarithm

# Streams are numbered in this order; append new ones at the end, or every recorded result moves.
STREAMS = (
    "place_will", "place_ability", "body_several", "body_second", "body_will", "body_ability", "body_capacity",
    "user_need_first", "user_need_second", "user_will", "user_ability", "user_capacity",
    "arrival", "direction", "need", "estimation", "duration", "radicalness", "ambiguity", "heterogeneity", "spillover",
    "visibility", "conflict", "urgency", "ambition", "head_start",
    "agenda_holder", "start", "design_holder", "translation", "local_estimation", "protection", "pilot",
    "vertical_point", "horizontal_point", "clearance_try", "decisions", "queue_order", "stage", "threshold", "intent",
    "picture", "seen_through", "interest", "carrier_leaves", "resistance", "signing",
    "personal_effort", "efficacy",
)  # fmt: skip
(
    PLACE_WILL, PLACE_ABILITY, BODY_SEVERAL, BODY_SECOND, BODY_WILL, BODY_ABILITY, BODY_CAPACITY,
    USER_NEED_FIRST, USER_NEED_SECOND, USER_WILL, USER_ABILITY, USER_CAPACITY,
    ARRIVAL, DIRECTION, NEED, ESTIMATION, DURATION, RADICALNESS, AMBIGUITY, HETEROGENEITY, SPILLOVER,
    VISIBILITY, CONFLICT, URGENCY, AMBITION, HEAD_START,
    AGENDA_HOLDER, START, DESIGN_HOLDER, TRANSLATION, LOCAL_ESTIMATION, PROTECTION, PILOT,
    VERTICAL_POINT, HORIZONTAL_POINT, CLEARANCE_TRY, DECISIONS, QUEUE_ORDER, STAGE, THRESHOLD, INTENT,
    PICTURE, SEEN_THROUGH, INTEREST, CARRIER_LEAVES, RESISTANCE, SIGNING,
    PERSONAL_EFFORT, EFFICACY,
) = range(len(STREAMS))  # fmt: skip

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_CHANGES, _MONTHS = np.uint64(1 << 12), np.uint64(1 << 16)
_TO_UNIT = 2.0**-52


@kernel
def mix(word):
    """Scatter a 64-bit word so that neighbouring words have unrelated results."""
    word = (word ^ (word >> _30)) * _FIRST
    word = (word ^ (word >> _27)) * _SECOND
    return word ^ (word >> _31)


@kernel
def stream_keys(seed, replication, count):
    """The keys of all streams of one replication.

    Args:
        seed: root seed, a non-negative integer.
        replication: number of the replication under that seed.
        count: how many streams.

    Returns:
        uint64 array of shape (count,).
    """
    keys = np.empty(count, np.uint64)
    world = mix(mix(np.uint64(seed) + _GOLDEN) + _GOLDEN * (np.uint64(replication) + np.uint64(1)))
    for stream in range(count):
        keys[stream] = mix(world + _GOLDEN * np.uint64(stream + 1))
    return keys


@kernel
def uniform(key, agent, change, month):
    """One draw, evenly spread over the open interval (0, 1)."""
    counter = (np.uint64(agent) * _CHANGES + np.uint64(change)) * _MONTHS + np.uint64(month)
    word = mix(key + _GOLDEN * (counter + np.uint64(1)))
    return (np.float64(word >> _12) + 0.5) * _TO_UNIT


CENTRAL = 0.425
"""How far from the middle a share may lie for its normal value to need no logarithm."""


@kernel
def central_normal(q):
    """The standard normal value of the share 0.5 + q, for |q| up to `CENTRAL`."""
    r = 0.180625 - q * q
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
    low = (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * top / low


@kernel
def outer_normal(share):
    """The standard normal value of a share further from the middle than `CENTRAL`."""
    r = math.sqrt(-logarithm(min(share, 1.0 - share)))
    if r <= 5.0:
        r -= 1.6
        top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
        low = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
        low = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    value = top / low
    return -value if share < 0.5 else value


@kernel
def inverse_normal(share):
    """The standard normal value below which a share of the population lies (relative error about 1e-16)."""
    q = share - 0.5
    return central_normal(q) if abs(q) <= CENTRAL else outer_normal(share)


@kernel
def normal(key, agent, change, month):
    """One draw from the standard normal distribution."""
    return inverse_normal(uniform(key, agent, change, month))


@kernel
def poisson(key, mean, agent, month):
    """How many events happen in a month when `mean` are expected: by inversion, so more is expected, more happen."""
    share = uniform(key, agent, 0, month)
    if mean > 200.0:
        return max(0.0, math.floor(mean + math.sqrt(mean) * inverse_normal(share) + 0.5))
    count = 0.0
    chance = exponential(-mean)
    total = chance
    while share > total and count < 1000.0:
        count += 1.0
        chance *= mean / count
        total += chance
    return count
