"""Priorities: whether an authority scales a pilot up and sustains coverage, by own interest and by pressure. ODD 8.11.

A pilot waits, and coverage stops growing and lapses, where the priority of the change lies below the bar. Sources: Jones
and Baumgartner (attention), Cooley and Linn (pilots and scale-up), Rogers (discontinuance), Weiner (commitment and
efficacy), Bandura (efficacy is specific to a task), Meyer and Rowan (decoupling).
"""

import math

import numpy as np

from sim.model.kernels.jit import kernel
from sim.model.state import FREE, Cause, Kind, Stage
from sim.model.submodels.design import record_pilot
from sim.model.submodels.effort import EPS, blame_aversion, persistence_of_centre
from sim.model.submodels.focal import to_target
from sim.model.submodels.funding import Offer
from sim.model.submodels.interest import interest_exponent, own_interest, renew_interest
from sim.model.submodels.pledges import pledge_applies
from sim.model.submodels.responses import neighbour_mean

FULL_LOAD = 1.5
"""Workload of a year beyond which the bar rises no further."""
NOTICE = 12.0
"""Months before a date in which it presses more and more, and after it in which it fades."""


@kernel
def has_date(row, change):
    """True if a change has a date by which it is due: the end of its plan, or the date set for the followed one. ODD 8.11."""
    return change.focal == 0 or row.focal_due >= 0.0


@kernel
def nearness(left, pledge):
    """How much a date presses, 0 to 1, by the months left to it. ODD 8.11.

    It rises over the twelve months before the date and fades over the twelve after it; a pledge sustains it as far as it
    presses itself (`pledge`).
    """
    if left >= 0.0:
        return max(0.0, 1.0 - left / NOTICE)
    return max(pledge, 1.0 + left / NOTICE)


@kernel
def need_pressure(row, change):
    """Pressure of need on what is done: urgency, and an old way of getting the service that is shut. ODD 8.11.

    min(1, mu_urgency (k rho + closed)), with rho the monthly rate at which late benefit loses its worth and k =
    `reference.urgency_pressure`. Sources: Kingdon on agendas, Birkland on focusing events (general knowledge).
    """
    if row.urgency <= 0.0:
        return 0.0
    closed = row.focal_closed if change.focal == 1 else 0.0
    return min(1.0, row.urgency * (row.urgency_pressure * change.urgency + closed))


@kernel
def law_pressure(row, change, left):
    """Pressure of a law on the focal change, from a year before its date on, or at once where it has none. ODD 8.11.

    mu_mandate x duty x (1 - k + k v), with v the visibility of compliance and k = `reference.mandate_unseen`.
    """
    if change.focal == 0 or row.focal_duty <= 0.0:
        return 0.0
    due = 1.0
    if row.focal_due >= 0.0:
        due = max(0.0, min(1.0, 1.0 - left / NOTICE))
    seen = 1.0 - row.mandate_unseen + row.mandate_unseen * change.visibility
    return row.mandate * row.focal_duty * due * seen


@kernel
def pledge_pressure(row, signed):
    """Pressure of a pledge on a place that signed: what reneging costs, as surely as it is noticed. ODD 8.11."""
    if row.concordat > 0.0 and signed:
        return row.concordat * row.pledge_cost * row.pledge_monitoring
    return 0.0


@kernel
def sees(visibility, information):
    """How far a holder sees what is done in an authority: v + (1 - v) of its share of information. ODD 8.11."""
    return visibility + (1.0 - visibility) * information


@kernel
def judging_pressure(row, visibility, centre_will, lateral, broker, trust):
    """Pressure of all who judge, by their share, their own will and what they see. ODD 8.11.

    Reports press on reported coverage whatever can be seen; outcomes press on real coverage as far as it is seen; learning
    presses on neither. Users who judge see what was done and do not go by reports.

    Args:
        row: parameters of the place.
        visibility: how easily compliance is seen.
        centre_will: will of the centre, times the part of its attention that this change has.
        lateral: mean will of the places it looks to.
        broker: readiness of third-sector bodies there.
        trust: mean trust of its users.

    Returns:
        Tuple (pressure on reported coverage, pressure on real coverage).
    """
    centre = row.accountability_centre * centre_will
    peers = row.accountability_authorities * lateral
    bodies = row.accountability_third_sector * min(1.0, broker)
    users = row.accountability_users * trust
    reports = row.judged_on_reports * (centre + peers + bodies)
    outcomes = centre * sees(visibility, row.information_centre)
    outcomes += peers * sees(visibility, row.information_authorities)
    outcomes += bodies * sees(visibility, row.information_third_sector)
    outcomes *= row.judged_on_outcomes
    outcomes += (
        users * (row.judged_on_reports + row.judged_on_outcomes) * sees(visibility, row.information_users)
    )
    full = row.mandate * row.mandate_pressure
    return full * reports, full * outcomes


@kernel
def load_factor(row, workload, money):
    """Factor on the bar by the workload of the last year, as far as money does not lift it.

    1 - k + k min(1.5, workload)(1 - money), with k = `reference.scale_up_load`. ODD 8.11.
    """
    return 1.0 - row.scale_up_load + row.scale_up_load * min(FULL_LOAD, workload) * (1.0 - money)


@kernel
def unable_factor(row, ability, efficacy):
    """Factor on the bar by the ability that a place lacks for one change. ODD 8.11.

    Efficacy is specific to a change (Weiner 2009, after Bandura; general knowledge): what counts is the place's ability plus
    s z, kept in [0, 1], with s = `reference.scale_up_efficacy`.

    Args:
        row: parameters of the place.
        ability: its ability in general.
        efficacy: z, standard normal, drawn once for the place and the change.
    """
    able = min(1.0, max(0.0, ability + row.scale_up_efficacy * efficacy))
    return 1.0 + row.scale_up_ability * (1.0 - able)


@kernel
def agenda_factor(row, workload, pulled):
    """Factor on the bar for what an authority chooses itself where its agenda is full: 1 + mu max(0, load - room). ODD 8.11."""
    if row.overload > 0.0 and pulled:
        return 1.0 + row.overload * max(0.0, min(FULL_LOAD, workload) - row.overload_room)
    return 1.0


@kernel
def reason_held(priority, bar, slack, able, calm):
    """Why a priority lies below its bar: the one circumstance that alone would lift the hold, or none. ODD 9.

    Args:
        priority: priority of the change.
        bar: the bar it must reach.
        slack: the bar at a workload of 1 at most.
        able: the bar of a place with full ability.
        calm: the bar without fear of blame.

    Returns:
        `FREE`, or the cause to which the hold is attributed; if several circumstances would lift it, the one that lowers the
        bar most.
    """
    if priority >= bar:
        return FREE
    lowest = min(slack, min(able, calm))
    if priority < lowest:
        return Cause.NOT_A_PRIORITY
    if slack == lowest:
        return Cause.PRIORITY_CAPACITY
    return Cause.PRIORITY_ABILITY if able == lowest else Cause.PRIORITY_BLAME


@kernel
def record_pilots(arrived, p, ties, places, cells):
    """Show completed pilots that were not stopped, to their authority and to those tied to it. ODD 8.11."""
    for a in range(len(places)):
        row = p[a]
        if row.scale_up <= 0.0 or row.evidence <= 0.0:
            continue
        for i in range(arrived):
            cell = cells[a, i]
            complete = cell.stage == Stage.SHIFT or (cell.stage == Stage.SHAPE and cell.progress >= 1.0)
            if cell.piloted == 0 and cell.designed == 1 and complete:
                record_pilot(a, i, row, ties, places, cells)


@kernel
def centre_pressure(month, arrived, nation, centre, changes):
    """Share of its will that the centre brings to bear on each announced change. ODD 8.11.

    It presses every announced change as far as the nation has not adopted it; long after its plan has ended, as far as the
    centre's will lasts. Beyond its span, attention is divided among the changes it presses.

    Args:
        month: month of the run.
        arrived: changes announced.
        nation: parameters of the nation.
        centre: the centre.
        changes: announced changes.

    Returns:
        Tuple (share of attention left for each change, how far pressure on each lasts, shape (arrived,)).
    """
    log_will = math.log(max(EPS, centre.will))
    lasting = np.empty(arrived)
    pressed = 0.0
    for i in range(arrived):
        change = changes[i]
        end = change.arrival + change.duration
        lasting[i] = persistence_of_centre(month - end, nation.money_secure_months, log_will)
        pressed += lasting[i] * (1.0 - change.adopted)
    span = nation.mandate_span * centre.capacity
    return 1.0 if pressed <= span else span / pressed, lasting


@kernel
def bar_in_force(p, cells):
    """True if priorities matter anywhere under these parameters, or still hold something back under earlier ones. ODD 8.11."""
    for a in range(len(p)):
        if p[a].scale_up > 0.0:
            return True
    for a in range(len(cells)):
        for i in range(cells.shape[1]):
            if cells[a, i].held != FREE:
                return True
    return False


@kernel
def dated_pressure(row, change, month, grip, pledge):
    """Pressure of a date and of a law together, on what is reported. ODD 8.11.

    Args:
        row: parameters of the place.
        change: the change.
        month: month of the run.
        grip: how firmly the centre can hold to a date.
        pledge: pressure of a pledge that binds the place for this change.
    """
    left = to_target(row, change, month)
    free = 1.0 - law_pressure(row, change, left)
    if has_date(row, change):
        free *= 1.0 - min(1.0, grip * nearness(left, pledge))
    return 1.0 - free


@kernel
def set_priority(cell, interest, need, outcomes, sincere, reports, dated, formal, money):
    """Write the priority of a change in an authority: without pressure on reports, and with all pressure. ODD 8.11.

    1 - (1 - c) prod (1 - pressure); the first product has the pressures on what is done, the second all.

    Args:
        cell: `own_priority` and `priority` are written.
        interest: c, own interest.
        need: pressure of need, on what is done.
        outcomes: pressure of those who judge, on what is done.
        sincere: pressure of a sincere pledge.
        reports: pressure of those who judge, on what is reported.
        dated: pressure of a date and a law.
        formal: pressure of a pledge that is not sincere.
        money: pressure of earmarked money.
    """
    free = (1.0 - interest) * (1.0 - need) * (1.0 - outcomes) * (1.0 - sincere)
    cell.own_priority = 1.0 - free
    cell.priority = 1.0 - free * (1.0 - reports) * (1.0 - dated) * (1.0 - formal) * (1.0 - money)


@kernel
def hold_below_bar(row, workload, unable, money, change, cell):
    """Write the bar that a change must reach in a place, and why it is held if it does not. ODD 8.11.

    Args:
        row: parameters of the place.
        workload: its workload of the last year.
        unable: factor on the bar by the ability it lacks for the change.
        money: share of the change's hours that money for the next step buys.
        change: the change.
        cell: `bar` and `held` are written.
    """
    mean = row.scale_up * row.scale_up_bar * (1.0 + row.scale_up_spread * cell.resistance)
    if cell.stage == Stage.SPARK:
        mean *= row.scale_up_try
    pulled = cell.agenda_holder != Kind.CENTRE
    eased = min(1.0, workload)
    load = load_factor(row, workload, money) * agenda_factor(row, workload, pulled)
    slack = load_factor(row, eased, money) * agenda_factor(row, eased, pulled)
    afraid = 1.0
    if row.blame > 0.0:
        afraid += row.blame * row.blame_bar * blame_aversion(row, change.radicalness, change.visibility)
    cell.bar = mean * load * afraid * unable
    cell.held = reason_held(
        cell.priority, cell.bar, mean * slack * afraid * unable, mean * load * afraid, mean * load * unable
    )


@kernel
def set_priorities(month, p, state, offers):
    """Set the priority of every change under way in every place, and hold what lies below the bar. ODD 8.11.

    What is held waits at the end of *spark* and *shape*, and goes no further in *shift*.

    Args:
        month: month of the run.
        p: parameters, a row for each place and the last for the nation.
        state: the state of the run.
        offers: money offered to each change, shape (A, arrived, 3).
    """
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    ties, centre, cells = state.ties, state.centre, state.cells
    if not bar_in_force(p, cells):
        return
    count = len(places)
    arrived = calendar[month].arrived
    following = p[count].focal_arrival >= 0.0
    centre_will = centre[0].will
    attention, lasting = centre_pressure(month, arrived, p[count], centre[0], changes)
    record_pilots(arrived, p, ties, places, cells)
    wills = places.will
    mean_will = 0.0
    for a in range(count):
        mean_will += wills[a] / count
    for a in range(count):
        row = p[a]
        authority = places[a]
        if row.scale_up <= 0.0:
            for i in range(arrived):
                cells[a, i].held = FREE
            continue
        exponent = interest_exponent(row, authority.will)
        lateral = neighbour_mean(authority, row.population_mixing == 1.0, mean_will, wills, ties)
        grip = row.mandate * row.accountability_centre * centre_will * row.mandate_target
        sincere = authority.intent < row.pledge_intent
        for i in range(arrived):
            cell = cells[a, i]
            if cell.stage < Stage.SPARK or cell.stage > Stage.SHIFT:
                cell.held = FREE
                continue
            change = changes[i]
            renew_interest(a, i, month, row.scale_up_carriers, change.arrival, keys, cell)
            interest = own_interest(row, exponent, change.conflict, change.spillover, cell)
            signed = pledge_applies(authority.signed, change.focal == 1, following)
            pledge = pledge_pressure(row, signed)
            reports, outcomes, dated = 0.0, 0.0, 0.0
            if row.mandate > 0.0:
                pressing = centre_will * attention * lasting[i]
                reports, outcomes = judging_pressure(
                    row, change.visibility, pressing, lateral, authority.broker, authority.trust
                )
                dated = dated_pressure(row, change, month, grip, pledge)
            money = min(1.0, offers[a, i, Offer.SCALE_UP] * authority.funding_multiplier)
            earmark = row.scale_up_earmark * row.resource_centre * money
            kept_pledge = pledge if sincere else 0.0
            need = need_pressure(row, change)
            set_priority(
                cell, interest, need, outcomes, kept_pledge, reports, dated, pledge - kept_pledge, earmark
            )
            if cell.stage == Stage.SPARK:
                money = min(1.0, offers[a, i, Offer.PILOT] * authority.funding_multiplier)
            unable = unable_factor(row, authority.ability, cell.efficacy)
            hold_below_bar(row, authority.workload, unable, money, change, cell)
