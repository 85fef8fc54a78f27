"""Effort: how will, ability and capacity combine in a month, and what changes the will for one change."""

import math

from sim.model.kernels.jit import kernel
from sim.model.state import SEE, SHIFT, SPARK


@kernel
def blame_aversion(row, radicalness, visibility):
    """Fear of a change that fails in sight of the centre, from 0 to 1: where reports or outcomes are judged, not learning.

    Args:
        row: parameters of the place; its centre's share of `accountability` is who punishes.
        radicalness: how far the change departs from what is done now.
        visibility: how easily failure is seen.
    """
    judged = row.judged_on_reports + row.judged_on_outcomes
    return row.accountability_centre * judged * visibility * radicalness


EPS = 1e-9
MINIMUM, GEOMETRIC_MEAN = 1.0, 2.0


@kernel
def progress_rate(form, will, ability, capacity):
    """Advance as a share of the fullest possible: will, ability and capacity together.

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
    """Share of the centre's money and attention that a change still has so many months after its announcement.

    Args:
        age: months since the announcement.
        secure: months for which both are safe.
        log_will: logarithm of the centre's will; each later year keeps a share `will` of them.
    """
    if age <= secure:
        return 1.0
    return math.exp(log_will / 12.0 * (age - secure))


@kernel
def mandate_grip(row, centre_will):
    """How firmly compliance is compelled: as far as the centre judges and persists."""
    return row.mandate * row.accountability_centre * centre_will


@kernel
def compelled_fidelity(visibility, will, floor):
    """Real over nominal coverage under compulsion: v + (1 - v) min(1, will / floor)."""
    if floor <= 0.0:
        return 1.0
    return visibility + (1.0 - visibility) * min(1.0, will / floor)


@kernel
def effective_will(
    row, stage, will, centre_will, visibility, spillover, to_target, signed, sincere, pulled, haste, duty=0.0
):
    """Will that goes into a change this month, the share of its coverage done as meant, and its gain in speed.

    Compulsion, a pledge and the counting of only one's own benefit each move the place's will for this one change.

    Args:
        row: parameters of the place.
        stage: stage of the change.
        will: the place's will.
        centre_will: the centre's will.
        visibility: how easily compliance is seen.
        spillover: share of benefit that depends on others.
        to_target: months until the end of the plan.
        signed: whether the place signed an open pledge.
        sincere: whether it means it.
        pulled: whether the place itself, not the centre, holds the agenda for this change.
        haste: pressure that its discovery gave way to.
        duty: effort that a law demands for this change.

    Returns:
        Tuple (will, genuine, speed).
    """
    genuine = 1.0
    speed = 1.0
    if row.mandate > 0.0:
        grip = mandate_grip(row, centre_will)
        floor = row.mandate_floor
        if duty > 0.0:
            # A law binds whoever judges and whoever governs.
            grip += duty * (row.mandate - grip)
            floor = max(floor, duty)
        if will < floor:
            real = compelled_fidelity(visibility, will, floor)
            genuine *= 1.0 - grip * (1.0 - real)
            will += grip * (floor - will)
        if 0.0 <= to_target < 12.0:
            speed *= 1.0 + grip * row.mandate_target * (1.0 - to_target / 12.0)
    if row.concordat > 0.0 and signed:
        lift = row.concordat * row.pledge_cost * row.pledge_monitoring * (1.0 - will)
        if not sincere and lift > 0.0:
            genuine *= 1.0 - lift / (will + lift) * (1.0 - row.pledge_monitoring)
        will += lift
    if row.spillover > 0.0 and pulled and (stage == SEE or stage == SPARK):
        # Only its own benefit counts while a place orders work and starts it; what is built is built for all.
        will *= 1.0 - row.spillover * row.spillover_starts * spillover
    if row.scale_up > 0.0:
        # What interest and pressure decide at the bar does not act on the pace of work a second time.
        will = row.scale_up + (1.0 - row.scale_up) * min(1.0, will)
        genuine = row.scale_up + (1.0 - row.scale_up) * genuine
        speed = row.scale_up + (1.0 - row.scale_up) * speed
    if row.pace > 0.0:
        if stage == SEE or stage == SPARK:
            speed *= 1.0 + row.pace * row.pace_speed * haste
        elif stage == SHIFT:
            genuine *= 1.0 - row.pace * row.pace_unready * haste
    return max(EPS, min(1.0, will)), genuine, speed


@kernel
def fidelity_of_new_coverage(row, visibility, own_priority, priority):
    """Share of coverage rolled out under pressure that is done as intended. ODD 8.11.

    1 - mu k (1 - v)(1 - o/pi): what nobody can see is symbolic as far as pressure on reports alone (o/pi) makes it a
    priority (decoupling; Meyer and Rowan 1977, Matland 1995).

    Args:
        row: parameters of the place.
        visibility: v, how easily compliance is seen.
        own_priority: o, priority without pressure on reports.
        priority: pi.
    """
    if row.decoupling <= 0.0 or row.scale_up <= 0.0 or priority <= 0.0:
        return 1.0
    pressed = 1.0 - own_priority / priority
    return 1.0 - row.scale_up * row.decoupling * row.decoupling_share * (1.0 - visibility) * pressed
