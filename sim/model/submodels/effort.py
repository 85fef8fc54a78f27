"""Effort: how will, ability and capacity combine in a month, and what changes the will for one change. ODD 8.6."""

import math
from typing import NamedTuple

from sim.model.kernels.jit import kernel
from sim.model.state import Stage


@kernel
def blame_aversion(row, radicalness, visibility):
    """Fear of a change that fails in sight of the centre: C_accountability (J_rep + J_out) v r, 0 to 1. ODD 8.

    Args:
        row: parameters of the authority; its centre's share of `accountability` is who punishes.
        radicalness: r, how far the change departs from present practice.
        visibility: v, how easily failure is seen.
    """
    judged = row.judged_on_reports + row.judged_on_outcomes
    return row.accountability_centre * judged * visibility * radicalness


EPS = 1e-9
MINIMUM, GEOMETRIC_MEAN = 1.0, 2.0


@kernel
def progress_rate(form, will, ability, capacity):
    """Progress as a share of the fastest possible: will, ability and capacity together. ODD 8.6.

    Args:
        form: 0 product, 1 minimum, 2 geometric mean.
        will: commitment, 0 to 1.
        ability: 0 to 1.
        capacity: share of the wanted hours that is there, 0 to 1.
    """
    if form == MINIMUM:
        return min(will, min(ability, capacity))
    product = will * ability * capacity
    if form == GEOMETRIC_MEAN:
        return product ** (1.0 / 3.0)
    return product


@kernel
def persistence_of_centre(age, secure, log_will):
    """Share of the centre's money and attention that a change still has: will^((age - secure) / 12) after safe months. ODD 8.6.

    Args:
        age: months since the announcement.
        secure: months for which both are safe.
        log_will: logarithm of the centre's will.
    """
    if age <= secure:
        return 1.0
    return math.exp(log_will / 12.0 * (age - secure))


@kernel
def mandate_grip(row, centre_will):
    """How firmly compliance is compelled: mu C_accountability will of the centre. ODD 8.6."""
    return row.mandate * row.accountability_centre * centre_will


@kernel
def compelled_fidelity(visibility, will, floor):
    """Fidelity under compulsion: v + (1 - v) min(1, will / floor). ODD 8.6."""
    if floor <= 0.0:
        return 1.0
    return visibility + (1.0 - visibility) * min(1.0, will / floor)


class Effort(NamedTuple):
    """What an authority puts into one change in a month."""

    will: float  # 0 to 1
    fidelity: float  # share of new coverage that is done as intended
    speed: float  # factor on the speed of work


@kernel
def mandate_effect(row, will, centre_will, visibility, to_target, duty):
    """Effort under compulsion: it lifts a low will to a floor, lowers fidelity, and speeds work up before a date. ODD 8.6.

    With grip g and floor f: will + g (f - will), fidelity 1 - g (1 - r), speed 1 + g k (1 - months left / 12), where r is
    `compelled_fidelity`. A law (`duty`) binds whoever judges and whoever governs.
    """
    fidelity = speed = 1.0
    grip = mandate_grip(row, centre_will)
    floor = row.mandate_floor
    if duty > 0.0:
        grip += duty * (row.mandate - grip)
        floor = max(floor, duty)
    if will < floor:
        fidelity = 1.0 - grip * (1.0 - compelled_fidelity(visibility, will, floor))
        will += grip * (floor - will)
    if 0.0 <= to_target < 12.0:
        speed = 1.0 + grip * row.mandate_target * (1.0 - to_target / 12.0)
    return Effort(will, fidelity, speed)


@kernel
def pledge_effect(row, will, sincere):
    """Will and fidelity of an authority that signed a pledge; what is not sincere is partly symbolic. ODD 8.6.

    Returns:
        Tuple (will, factor on fidelity).
    """
    fidelity = 1.0
    lift = row.concordat * row.pledge_cost * row.pledge_monitoring * (1.0 - will)
    if not sincere and lift > 0.0:
        fidelity = 1.0 - lift / (will + lift) * (1.0 - row.pledge_monitoring)
    return will + lift, fidelity


@kernel
def effective_will(
    row, stage, will, centre_will, visibility, spillover, to_target, signed, sincere, pulled, pressure, duty=0.0
):  # fmt: skip
    """Effort that goes into a change this month: compulsion, pledges and own benefit each act on it. ODD 8.6.

    Args:
        row: parameters of the authority.
        stage: stage of the change.
        will: the authority's will, 0 to 1.
        centre_will: the centre's will.
        visibility: how easily compliance is seen.
        spillover: share of benefit that depends on others.
        to_target: months until the end of the plan.
        signed: whether the authority signed an open pledge.
        sincere: whether its pledge is sincere.
        pulled: whether the authority itself, not the centre, holds the agenda for this change.
        pressure: time pressure that cut its discovery short.
        duty: effort that a law demands for this change.

    Returns:
        An `Effort`.
    """
    fidelity = speed = 1.0
    if row.mandate > 0.0:
        will, fidelity, speed = mandate_effect(row, will, centre_will, visibility, to_target, duty)
    if row.concordat > 0.0 and signed:
        will, sincerity = pledge_effect(row, will, sincere)
        fidelity *= sincerity
    if row.spillover > 0.0 and pulled and (stage == Stage.SEE or stage == Stage.SPARK):
        # Only its own benefit counts until a design exists; what is built is built for all.
        will *= 1.0 - row.spillover * row.spillover_starts * spillover
    if row.scale_up > 0.0:
        # What interest and pressure decide at the bar does not act on the speed of work a second time.
        will = row.scale_up + (1.0 - row.scale_up) * min(1.0, will)
        fidelity = row.scale_up + (1.0 - row.scale_up) * fidelity
        speed = row.scale_up + (1.0 - row.scale_up) * speed
    if row.pace > 0.0:
        if stage == Stage.SEE or stage == Stage.SPARK:
            speed *= 1.0 + row.pace * row.pace_speed * pressure
        elif stage == Stage.SHIFT:
            fidelity *= 1.0 - row.pace * row.pace_unready * pressure
    return Effort(max(EPS, min(1.0, will)), fidelity, speed)


@kernel
def fidelity_of_new_coverage(row, visibility, own_priority, priority):
    """Share of coverage rolled out under pressure that is done as intended. ODD 8.11.

    1 - mu k (1 - v)(1 - o/pi): where compliance cannot be seen, coverage is symbolic as far as pressure on reports alone (o/pi)
    makes the change a priority (decoupling; Meyer and Rowan 1977, Matland 1995).

    Args:
        row: parameters of the authority.
        visibility: v, how easily compliance is seen.
        own_priority: o, priority without pressure on reports.
        priority: pi.
    """
    if row.decoupling <= 0.0 or row.scale_up <= 0.0 or priority <= 0.0:
        return 1.0
    pressed = 1.0 - own_priority / priority
    return 1.0 - row.scale_up * row.decoupling * row.decoupling_share * (1.0 - visibility) * pressed
