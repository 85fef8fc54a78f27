"""Capacity: staff time left after business as usual, and how it is divided over the changes at work. ODD 8.5.

A change wants the same hours for its own work in every month it is active, and hours for its design until that is paid,
so that more staff never slow anything down in the base.
"""

from typing import NamedTuple

from sim.model.kernels.jit import kernel
from sim.model.state import CAPACITY_ROWS, FREE, Activity, Cause, Gate, Stage
from sim.model.submodels.loss_accounting import NEGLIGIBLE, log_shortfall

MOST_LOAD = 3.0
"""Workload that counts at most for the mean of a year: a month without staff is not an endless one."""


@kernel
def is_active(cell):
    """True if a change wants staff time in an authority this month: until it is rolled out to everybody. ODD 8.5."""
    if cell.stage < Stage.SEE or cell.stage > Stage.SHIFT or cell.gate != Gate.OPEN:
        return False
    if cell.held != FREE and (cell.stage == Stage.SHIFT or cell.progress >= 1.0):
        return False
    return cell.stage < Stage.SHIFT or cell.nominal < 1.0 - NEGLIGIBLE


@kernel
def is_held(cell):
    """True if a change waits, or goes no further, because it is not a priority in its authority. ODD 8.11."""
    if cell.held == FREE or cell.gate != Gate.OPEN:
        return False
    if cell.stage == Stage.SHIFT:
        return cell.nominal < 1.0 - NEGLIGIBLE
    return cell.stage >= Stage.SPARK and cell.progress >= 1.0


@kernel
def true_hours(row, planned):
    """Staff hours a month that an active change really takes: planned (1 + mu optimism) + mu overhead. ODD 8.5."""
    if row.hidden_work <= 0.0:
        return planned
    return planned * (1.0 + row.hidden_work * row.hidden_optimism) + row.hidden_work * row.hidden_overhead


@kernel
def upkeep_hours(row, planned, cell):
    """Staff hours a month that sustain delivered coverage, or a pilot that waits: mu k planned coverage. ODD 8.5.

    Args:
        row: parameters of the authority.
        planned: hours a month that carrying out the change is planned to take.
        cell: the change in its authority.
    """
    waiting = cell.stage == Stage.SHAPE and cell.progress >= 1.0
    return row.hidden_work * row.hidden_upkeep * planned * (1.0 if waiting else cell.nominal)


@kernel
def own_hours(row, people, radicalness, pace):
    """Staff hours a month that an active change takes: load h people (.5 + radicalness) pace. ODD 8.5."""
    return row.work_load * row.work_hours_per_person * people * (0.5 + radicalness) * pace


@kernel
def share_left(cell, months):
    """Share of a full month's hours that a change still wants: less at the very end of its roll-out. ODD 8.5.

    Args:
        cell: the change in its authority.
        months: months that all of *shift* takes at the fullest speed.
    """
    if cell.stage < Stage.SHIFT:
        return 1.0
    return min(1.0, (1.0 - cell.nominal) * months)


@kernel
def design_cost_due(cell, top_speed, pace):
    """Share of a design's cost that falls due this month, so that it is paid once by the soonest possible end. ODD 8.5."""
    return min(cell.design_cost_outstanding, top_speed * pace)


@kernel
def co_design_hours(row, hours):
    """Staff hours that co-design adds while a change is designed and piloted: mu k U_design hours. ODD 8.5."""
    if row.participation_cost > 0.0:
        return row.participation_cost * row.participation_hours * row.design_users * hours
    return 0.0


@kernel
def judged_by_reports(row):
    """How far people are judged by what they report: J_rep (1 - U); users see what was done. ODD 8."""
    return row.judged_on_reports * (1.0 - row.accountability_users)


@kernel
def switching_factor(row, active):
    """Share of staff time left when several changes compete for it: 1 / (1 + mu k (active - 1)). ODD 8.5."""
    if row.overload > 0.0 and active > 1:
        return 1.0 / (1.0 + row.overload * row.overload_switching * (active - 1.0))
    return 1.0


@kernel
def planning_factor(row, announced):
    """Share of staff time left when announcements draw planners from delivery: 1 - mu k C_agenda min(1, rate). ODD 8.5."""
    if row.overload > 0.0:
        drawn = min(1.0, announced / row.overload_rate)
        return 1.0 - row.overload * row.overload_planning * row.agenda_centre * drawn
    return 1.0


@kernel
def reporting_factor(row):
    """Share of staff time left when reports must look good: 1 - mu k J_rep*. ODD 8.5."""
    if row.gaming > 0.0:
        return 1.0 - row.gaming * row.gaming_hours * judged_by_reports(row)
    return 1.0


@kernel
def crisis_share(row, start, month, results):
    """Share of staff hours that crises take: it grows with the years, less where benefit prevents them. ODD 8.5."""
    share = row.authorities_crisis_demand * start
    if row.prevention > 0.0:
        share *= 1.0 + row.prevention * row.prevention_growth * month / 12.0
        share *= 1.0 - row.prevention * row.prevention_relief * results
    return share


@kernel
def third_sector_support(p, places, bodies):
    """Hours a month that third-sector bodies bring to each authority, and their brokerage there. ODD 8.5.

    An authority's brokerage is its bodies' readiness per head, relative to the nation's number of bodies per head.

    Returns:
        The hours that all bodies hold together.
    """
    count = len(places)
    people = 0.0
    for a in range(count):
        places[a].support = 0.0
        places[a].broker = 0.0
        people += places[a].population
    number = len(bodies)
    if number == 0:
        return 0.0
    each = p[count].bodies_hours * people / number
    for b in range(number):
        body = bodies[b]
        part = body.will * body.ability * body.capacity
        if body.second_home >= 0:
            part *= 0.5
            other = places[body.second_home]
            other.support += each * part
            other.broker += part * people / (number * other.population)
        home = places[body.home]
        home.support += each * part
        home.broker += part * people / (number * home.population)
    return each * number


@kernel
def capacity_loss_shares(a, reasons, staff_left, switching, policy, reports, growth, co_design):
    """Split the capacity shortfall into six causes, with weights -log(remaining share), normalised to 1. ODD 9.

    Args:
        a: index of the authority.
        reasons: (A, 6) written; shares that sum to 1.
        staff_left: share of wanted hours on offer before any of the losses below.
        switching: share of hours that switching left.
        policy: share of hours that announcing and planning left.
        reports: share of hours that reporting left.
        growth: share of hours that growing crises left.
        co_design: share of the wanted hours that is co-design.
    """
    reasons[a, 0] = log_shortfall(staff_left)
    reasons[a, Cause.SWITCHING - Cause.CAPACITY] = log_shortfall(switching)
    reasons[a, Cause.POLICY_END - Cause.CAPACITY] = log_shortfall(policy)
    reasons[a, Cause.REPORTING - Cause.CAPACITY] = log_shortfall(reports)
    reasons[a, Cause.PREVENTION - Cause.CAPACITY] = log_shortfall(growth)
    reasons[a, Cause.PARTICIPATION - Cause.CAPACITY] = log_shortfall(1.0 - co_design)
    total = 0.0
    for reason in range(CAPACITY_ROWS):
        total += reasons[a, reason]
    if total <= 0.0:
        reasons[a, 0] = total = 1.0
    for reason in range(CAPACITY_ROWS):
        reasons[a, reason] /= total


@kernel
def ratio(part, whole):
    """Part divided by whole; 0 of nothing."""
    return part / whole if whole > 0.0 else 0.0


@kernel
def demand_scale(row):
    """Factor on the shares of staff time that usual business and crises take: their hours do not grow with staff. ODD 8.5.

    1 + mu (h / H - 1), with H the staff hours there are, per inhabitant, and h = `reference.hidden_staff`.
    """
    if row.hidden_work <= 0.0:
        return 1.0
    return 1.0 + row.hidden_work * (row.hidden_staff / max(NEGLIGIBLE, row.authorities_staff_hours) - 1.0)


@kernel
def staff_left_over(row, authority, month, scale):
    """Share of staff time left after business as usual and crises; `authority.crisis` is written. ODD 8.5.

    Args:
        row: parameters of the authority.
        authority: the authority.
        month: month of the run.
        scale: factor on the shares that both take (`demand_scale`).

    Returns:
        Tuple (share left, share that would be left if crisis demand had not changed since the start).
    """
    usual = row.authorities_usual_business
    start = min(1.0, row.authorities_crisis_demand * authority.crisis_start)
    authority.crisis = min(1.0, crisis_share(row, authority.crisis_start, month, authority.delivered_share))
    left = 1.0 - usual * scale - authority.crisis * scale + authority.capacity_offset
    before = 1.0 - usual * scale - start * scale + authority.capacity_offset
    return max(0.0, min(1.0, left)), max(NEGLIGIBLE, min(1.0, before))


class Demand(NamedTuple):
    """Hours a month that the changes at work in an authority ask for."""

    active: int  # changes at work
    work: float  # staff hours of carrying them out
    design: float  # staff hours of design and discovery
    co_design: float  # staff hours that co-design adds
    upkeep: float  # staff hours that sustain what is delivered
    users: float  # users' hours that discovery asks for
    shaping: float  # changes in *spark* and *shape*, each by the share of people it concerns


@kernel
def demand_for_hours(a, arrived, row, shift, changes, authority, cells):
    """Add up the hours that all changes ask for in one authority this month. ODD 8.5.

    Args:
        a: index of the authority.
        arrived: changes announced.
        row: its parameters.
        shift: share of the planned path that *shift* takes.
        changes: announced changes.
        authority: the authority.
        cells: changes in authorities.

    Returns:
        A `Demand`.
    """
    months_of_shift = shift / row.work_top_speed
    active = 0
    work = design = co_design = upkeep = users = shaping = 0.0
    for i in range(arrived):
        cell = cells[a, i]
        change = changes[i]
        people = change.target_share * authority.population
        if row.hidden_work > 0.0 and cell.stage >= Stage.SHAPE:
            planned = own_hours(row, people, change.radicalness, change.pace)
            upkeep += upkeep_hours(row, planned, cell)
        if not is_active(cell):
            continue
        active += 1
        left = share_left(cell, months_of_shift * change.duration)
        own = left * own_hours(row, people, change.radicalness, change.pace)
        work += true_hours(row, own)
        due = design_cost_due(cell, row.work_top_speed, change.pace)
        design += due * cell.design_hours
        users += due * cell.user_hours_cost
        if cell.stage == Stage.SPARK or cell.stage == Stage.SHAPE:
            shaping += change.target_share
            co_design += co_design_hours(row, own)
    return Demand(active, work, design, co_design, upkeep, users, shaping)


@kernel
def users_time_for_co_design(row, authority, demand):
    """Share of users' time that discovery and co-design take, at most 1. ODD 8.5.

    Where staff have no time to gather signals, users are not asked for theirs.
    """
    share = authority.capacity_ratio * demand.users / (authority.population * row.users_hours)
    if row.participation_cost > 0.0:
        cost = row.participation_cost * row.participation_time * row.design_users
        share += cost * demand.shaping
    return min(1.0, share)


@kernel
def allocate_capacity(month, p, state):
    """Divide the hours of each authority and its third-sector bodies over the changes at work there. ODD 8.5."""
    calendar, changes, places, reasons = state.calendar, state.changes, state.places, state.reasons
    journal = state.journal
    arrived = calendar[month].arrived
    held = third_sector_support(p, places, state.bodies)
    nation = p[len(places)]
    shift = nation.work_shift / (nation.work_see + nation.work_spark + nation.work_shape + nation.work_shift)
    hours = journal.hours[month]
    endowment = held
    brought = 0.0
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        staff = row.authorities_staff_hours * authority.population
        scale = demand_scale(row)
        authority.capacity, before = staff_left_over(row, authority, month, scale)
        demand = demand_for_hours(a, arrived, row, shift, changes, authority, state.cells)
        wanted = demand.work + demand.design + demand.co_design

        # What is left of staff time, activity by activity.
        free = staff * authority.capacity
        policy = planning_factor(row, calendar[month].announced)
        reports = reporting_factor(row)
        switching = switching_factor(row, demand.active)
        staffed = free * policy * reports * switching
        meetings = min(staffed, authority.meeting_hours)
        authority.meeting_hours = 0.0
        brokering = min(authority.support, authority.brokered)
        authority.brokered -= brokering
        offered = staffed - meetings + authority.support - brokering
        kept_up = min(offered, demand.upkeep)
        offered -= kept_up

        authority.capacity_ratio = min(1.0, offered / wanted) if wanted > 0.0 else 1.0
        authority.workload_ratio = (wanted + demand.upkeep) / max(NEGLIGIBLE, offered + kept_up)
        year = 1.0 if month == 0 else 1.0 / 12.0
        authority.workload += year * (min(MOST_LOAD, authority.workload_ratio) - authority.workload)
        growth = max(NEGLIGIBLE, authority.capacity) / before
        sustained = max(0.0, staff * before + authority.support - demand.upkeep)
        plain = sustained / (demand.work + demand.design) if wanted > 0.0 else 1.0
        capacity_loss_shares(
            a, reasons, plain, switching, policy, reports, growth, ratio(demand.co_design, wanted)
        )
        authority.co_design = users_time_for_co_design(row, authority, demand)

        served = min(staff - free, row.authorities_usual_business * scale * staff)
        spent = authority.capacity_ratio * wanted
        authority.worked = spent / authority.population
        hours[Activity.USUAL_BUSINESS] += served
        hours[Activity.CRISIS] += staff - free - served
        hours[Activity.POLICY_END] += free * (1.0 - policy)
        hours[Activity.REPORTING] += free * policy * (1.0 - reports)
        hours[Activity.SWITCHING] += free * policy * reports * (1.0 - switching)
        hours[Activity.MEETINGS] += meetings
        hours[Activity.UPKEEP] += kept_up
        hours[Activity.DELIVERY] += spent * ratio(demand.work, wanted)
        hours[Activity.DESIGN] += spent * ratio(demand.design, wanted) + brokering
        hours[Activity.PARTICIPATION] += spent * ratio(demand.co_design, wanted)
        hours[Activity.UNSPENT] += max(0.0, offered - spent)
        brought += authority.support
        endowment += staff
    hours[Activity.UNSPENT] += held - brought
    journal.months[month].endowment = endowment
