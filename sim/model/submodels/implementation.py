"""Implementation: stages advance, coverage is rolled out or lost, and the ledger records what limited progress. ODD 8.6.

Progress needs will, ability and capacity together. The planned path of a change runs evenly from announcement to the end
of its plan; each month's planned minus actual progress is added to its ledger under the factors that limited it.
"""

import numpy as np

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import FREE, Activity, Cause, Gate, Kind, Stage
from sim.model.submodels.capacity import (
    design_cost_due,
    is_active,
    is_held,
    judged_by_reports,
    own_hours,
    share_left,
    true_hours,
)
from sim.model.submodels.effort import (
    EPS,
    blame_aversion,
    effective_will,
    fidelity_of_new_coverage,
    progress_rate,
)
from sim.model.submodels.focal import to_target
from sim.model.submodels.funding import Offer
from sim.model.submodels.loss_accounting import (
    NEGLIGIBLE,
    attribute_hold,
    attribute_shortfall,
    close_ledger,
    ledger_total,
    limiting_factors,
    log_shortfall,
    reduce_ledger,
)
from sim.model.submodels.pledges import pledge_applies

HAZARD = 1.0


@kernel
def planned_path(month, arrival, pace):
    """Share of a change's path that its plan has covered by a moment in months. ODD 8."""
    return min(1.0, max(0.0, (month - arrival) * pace))


@kernel
def decay_coverage(row, will, persistence, cell):
    """Let coverage slip where neither will nor money sustains it, and lapse below the bar. ODD 8.11.

    Slippage: mu k (1 - max(will, persistence)); lapse: mu k mu_scale_up (1 - priority). Both act on coverage.

    Returns:
        Tuple (coverage that slips, coverage that lapses because the change is no priority).
    """
    if row.relapse <= 0.0 or cell.nominal <= 0.0:
        return 0.0, 0.0
    slips = row.relapse * row.relapse_rate * (1.0 - max(will, persistence))
    lapses = 0.0
    if cell.held != FREE:
        lapses = row.relapse * row.relapse_rate * row.scale_up * (1.0 - cell.priority)
    share = slips + lapses
    lost = share * cell.nominal
    cell.nominal -= lost
    cell.real_coverage *= 1.0 - share
    if lapses == 0.0:
        return lost, 0.0
    return lost * slips / (slips + lapses), lost * lapses / (slips + lapses)


@kernel
def reported_share(row, share):
    """Coverage reported for a month's work: share (1 + mu k J_rep*), more than was done where reports are judged. ODD 8.6."""
    if row.gaming > 0.0:
        return share * (1.0 + row.gaming * row.gaming_reports * judged_by_reports(row))
    return share


@kernel
def roll_out(row, share, fidelity, nominal, real):
    """Extend coverage by a share of the authority's people. ODD 8.6.

    Args:
        row: parameters of the authority.
        share: coverage that this month's work adds.
        fidelity: share of it that is done as intended.
        nominal: coverage reported so far.
        real: coverage with fidelity so far.

    Returns:
        Tuple (nominal, real) after the month.
    """
    reported = min(reported_share(row, share), max(0.0, 1.0 - nominal))
    return nominal + reported, real + min(share, reported) * fidelity


@kernel
def months_behind(before, nominal, after, month, arrival, duration, shift):
    """Months behind plan of the coverage reached, weighted by coverage; new coverage is as late as its month. ODD 8.6.

    Args:
        before: months behind plan of the coverage so far.
        nominal: coverage so far.
        after: coverage after this month.
        month: month of the run.
        arrival: month of announcement.
        duration: planned months.
        shift: share of the planned path that *shift* takes.
    """
    plan = arrival + duration * (1.0 - shift + shift * after)
    late = max(0.0, month + 1.0 - plan)
    return (before * nominal + late * (after - nominal)) / after


@kernel
def advance_stage(month, a, i, row, shift, length, share, fidelity, change, cell, keys):
    """Advance a change through its stage, or extend its coverage; returns progress as a share of the whole path. ODD 8.6."""
    if row.work_dynamics == HAZARD:
        chance = row.work_hazard * share
        if cell.stage == Stage.SHAPE:
            chance *= row.work_shape_slower
        step = 1.0 if random.uniform(keys[random.STAGE], a, i, month) < chance else 0.0
    else:
        step = row.work_top_speed * share * change.pace / length
    if cell.stage != Stage.SHIFT:
        before = cell.progress
        cell.progress = min(1.0, before + step)
        return (cell.progress - before) * length
    before = cell.nominal
    after, real = roll_out(row, step, fidelity, before, cell.real_coverage)
    if after > before:
        cell.mean_delay_months = months_behind(
            cell.mean_delay_months, before, after, month, change.arrival, change.duration, shift
        )
    cell.nominal = after
    cell.real_coverage = real
    return (after - before) * shift


@kernel
def funded_capacity(row, ratio, money, planned, wanted):
    """Capacity for one change: the hours that staff can give, and those that money for this step buys. ODD 8.6.

    Money is given for the hours of the plan; a part of it pays for support teams under `programme_support`.

    Args:
        row: parameters of the authority.
        ratio: share of the wanted hours that staff can give.
        money: money for this step, as a share of the planned hours.
        planned: planned hours a month.
        wanted: hours that the change really takes.

    Returns:
        Tuple (capacity, share of hours for support teams, share of hours bought).
    """
    if wanted > planned:
        money *= planned / wanted
    teams = 0.0
    if row.programme_support > 0.0:
        teams = money * row.programme_support * row.support_money
        money -= teams
    capacity = min(1.0, ratio + money)
    return max(EPS, capacity), teams, capacity - ratio


@kernel
def pilot_boldness(row, stage, change):
    """Factor on the speed of a pilot: fear of blame delays it. 1 - mu k fear. ODD 8.6."""
    if row.blame <= 0.0 or stage != Stage.SHAPE:
        return 1.0
    fear = blame_aversion(row, change.radicalness, change.visibility)
    return max(EPS, 1.0 - row.blame * row.blame_delay * fear)


@kernel
def account_for_progress(a, i, gap, form, will, ability, capacity, boldness, reasons, cell, ledger):
    """Attribute missing progress to its limiting factors; extra progress reduces what was missing before. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        gap: planned minus actual progress of the month.
        form: how will, ability and capacity combine.
        will: will put into the change.
        ability: ability of the authority.
        capacity: capacity for the change.
        boldness: factor of fear on a pilot.
        reasons: shares of the causes of missing capacity.
        cell: the change in its authority.
        ledger: written.

    Returns:
        Progress that was missing and is made up.
    """
    if gap > 0.0:
        cell.ledger_closed = 0
        weak, unable, short = limiting_factors(
            form, log_shortfall(will), log_shortfall(ability), log_shortfall(capacity)
        )
        attribute_shortfall(a, i, gap, weak, unable, short, log_shortfall(boldness), reasons, ledger)
        return 0.0
    missing = ledger_total(a, i, cell.ledger_closed, ledger)
    caught = min(-gap, missing)
    if caught > 0.0:
        reduce_ledger(a, i, caught, missing, cell.ledger_closed, ledger)
    return caught


@kernel
def account_for_waiting(a, i, planned, possible, cell, ledger):
    """Attribute progress that was due to what the change waits for: a priority, a decision or an agreement. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        planned: progress that was due this month.
        possible: progress that the authority could have made if nothing held the change.
        cell: the change in its authority.
        ledger: written.
    """
    if is_held(cell):
        cell.ledger_closed = 0
        attribute_hold(a, i, planned, possible - planned, int(cell.held), ledger)
    elif cell.gate == Gate.QUEUED:
        ledger[a, i, Cause.WAITING_ON_ATTENTION] += planned
    elif cell.gate != Gate.OPEN:
        ledger[a, i, Cause.WAITING_ON_CLEARANCE] += planned


@kernel
def advance_implementation(month, p, state, offers):
    """Advance every change in every authority by one month, with its staff and the money it is offered. ODD 8.6.

    Args:
        month: month of the run.
        p: parameters, a row for each authority and the last for the nation.
        state: the state of the run.
        offers: money offered to each change, shape (A, arrived, 3).
    """
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    reasons, cells, ledger, journal = state.reasons, state.cells, state.ledger, state.journal
    count = len(places)
    nation = p[count]
    path = nation.work_see + nation.work_spark + nation.work_shape + nation.work_shift
    shift = nation.work_shift / path
    lengths = nation.work_see / path, nation.work_spark / path, nation.work_shape / path, shift
    following = nation.focal_arrival >= 0.0
    centre_will = state.centre[0].will
    hours = journal.hours[month]
    arrived = calendar[month].arrived
    due = np.empty(arrived)
    for i in range(arrived):
        change = changes[i]
        due[i] = planned_path(month + 1.0, change.arrival, change.pace)
        due[i] -= planned_path(month, change.arrival, change.pace)
    endowment = recovered = 0.0
    for a in range(count):
        row = p[a]
        authority = places[a]
        form = row.work_form
        ability = max(EPS, authority.ability)
        months_of_shift = shift / row.work_top_speed
        at_work = supported = delivered = unspent = 0.0
        for i in range(arrived):
            change = changes[i]
            cell = cells[a, i]
            focal = change.focal == 1
            pilot = offers[a, i, Offer.PILOT] * authority.funding_multiplier
            scale_up = offers[a, i, Offer.SCALE_UP] * authority.funding_multiplier
            hours_of_plan = own_hours(
                row, change.target_share * authority.population, change.radicalness, change.pace
            )
            offered = (pilot + scale_up) * hours_of_plan
            endowment += offered
            if cell.stage == Stage.NOT_STARTED or cell.stage == Stage.ABANDONED:
                unspent += offered
                waiting = cell.stage == Stage.NOT_STARTED
                ledger[a, i, Cause.NOT_STARTED if waiting else Cause.WAITING_ON_CLEARANCE] += due[i]
                continue
            will, fidelity, speed = effective_will(
                row, cell.stage, authority.will, centre_will, change.visibility, change.spillover,
                to_target(row, change, month), pledge_applies(authority.signed, focal, following),
                authority.intent < row.pledge_intent, cell.agenda_holder != Kind.CENTRE, cell.time_pressure,
                row.focal_duty if focal else 0.0,
            )  # fmt: skip
            if focal:
                speed /= 1.0 - row.focal_ready
            if is_active(cell):
                planned = hours_of_plan * share_left(cell, months_of_shift * change.duration)
                wanted = true_hours(row, planned)
                cell.design_cost_outstanding -= authority.capacity_ratio * design_cost_due(
                    cell, row.work_top_speed, change.pace
                )
                money = scale_up if cell.stage == Stage.SHIFT else pilot
                capacity, teams, bought = funded_capacity(
                    row, authority.capacity_ratio, money, planned, wanted
                )
                at_work += wanted
                supported += teams * wanted
                delivered += bought * wanted
                unspent += offered - (teams + bought) * wanted
                boldness = pilot_boldness(row, cell.stage, change)
                fidelity *= fidelity_of_new_coverage(row, change.visibility, cell.own_priority, cell.priority)
                share = progress_rate(form, will, ability, capacity) * boldness * speed
                length = lengths[cell.stage - Stage.SEE]
                gained = advance_stage(month, a, i, row, shift, length, share, fidelity, change, cell, keys)
                caught = account_for_progress(
                    a, i, due[i] - gained, form, will, ability, capacity, boldness, reasons, cell, ledger
                )
                recovered += caught * change.ambition * authority.population
            else:
                unspent += offered
                capacity = max(EPS, min(1.0, authority.capacity_ratio + pilot))
                possible = progress_rate(form, will, ability, capacity) * speed
                account_for_waiting(a, i, due[i], possible * (row.work_top_speed * change.pace), cell, ledger)
            if cell.nominal >= 1.0 - NEGLIGIBLE:
                close_ledger(a, i, cell.ledger_closed, ledger)
                cell.ledger_closed = 1
            slips, lapses = decay_coverage(row, will, offers[a, i, Offer.PERSISTENCE], cell)
            ledger[a, i, Cause.RELAPSE] += shift * slips
            if lapses > 0.0:
                cell.ledger_closed = 0
                ledger[a, i, cell.held] += shift * lapses
        authority.teams = supported / at_work if at_work > 0.0 else 0.0
        hours[Activity.SUPPORT] += supported
        hours[Activity.DELIVERY] += delivered
        hours[Activity.UNSPENT] += unspent
    journal.months[month].endowment += endowment
    journal.months[month].recovered = recovered
