"""Clearances: requests queue for the heads who must decide; then vertical and horizontal points must agree. ODD 8.4.

Three requests are made for a change in an authority: to go ahead after *see*, to approve its design after *spark* (and
again after a redesign), and to review its pilot after *shape*. A change that has finished one of these stages waits at a
gate; with all mechanisms off it passes at once. A decision point exists where its uniform draw lies below the share that
calls for it, so that shares act without rounding.
"""

import math

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import FREE, Gate, Kind, Stage
from sim.model.submodels.effort import EPS, persistence_of_centre
from sim.model.submodels.focal import waived_share

VERTICAL = 1000
"""Points still to pass are kept in one number: thousands are vertical, units horizontal."""


@kernel
def veto_share(row):
    """The centre's share of the rights to stop a change: the mean of agenda, design and money. ODD 8.4."""
    return (row.agenda_centre + row.design_centre + row.resource_centre) / 3.0


@kernel
def power_evenness(centre, authorities, third_sector, users):
    """Evenness of one right: (1 - sum of squares) / .75, 0 if one kind of agent holds all, 1 if all are equal. ODD 8.4."""
    held = centre * centre + authorities * authorities + third_sector * third_sector + users * users
    return (1.0 - held) / 0.75


@kernel
def partners_needed(row):
    """Mean evenness of agenda, design and money: the more evenly they are shared, the more partners must agree. ODD 8.4."""
    agenda = power_evenness(
        row.agenda_centre, row.agenda_authorities, row.agenda_third_sector, row.agenda_users
    )
    design = power_evenness(
        row.design_centre, row.design_authorities, row.design_third_sector, row.design_users
    )
    money = power_evenness(
        row.resource_centre, row.resource_authorities, row.resource_third_sector, row.resource_users
    )
    return (agenda + design + money) / 3.0


@kernel
def draw_decision_points(a, i, stage, row, keys, left=1.0):
    """Decision points at the gate after a stage: vertical ones in thousands, horizontal ones in units. ODD 8.4.

    `left` is the share of them that is not waived.
    """
    points = 0
    if stage == Stage.SEE:
        return points
    if row.clearance > 0.0:
        share = row.clearance * veto_share(row) * left
        possible = row.clearance_points * row.hierarchy_layers
        for point in range(math.ceil(possible)):
            # Part of a point exists that part of the time.
            if random.uniform(keys[random.VERTICAL_POINT], a, i, 64 * point + stage) < share * min(
                1.0, possible - point
            ):
                points += VERTICAL
    if row.partnership > 0.0:
        share = row.partnership * partners_needed(row) * left
        for point in range(int(row.partnership_points)):
            if random.uniform(keys[random.HORIZONTAL_POINT], a, i, 64 * point + stage) < share:
                points += 1
    return points


@kernel
def fewer_points(points, others):
    """The fewer vertical and the fewer horizontal points of two numbers of points. ODD 8.4."""
    vertical = min(points // VERTICAL, others // VERTICAL)
    return vertical * VERTICAL + min(points % VERTICAL, others % VERTICAL)


@kernel
def must_ask(a, i, stage, row, keys, left):
    """True if a change at a gate must ask the heads who decide: u < mu left. ODD 8.4."""
    if row.attention > 0.0:
        return random.uniform(keys[random.QUEUE_ORDER], a + 1, i, stage) < row.attention * left
    return False


@kernel
def decision_queue(a, centre_row, cell):
    """Row of the heads who decide at a change's gate: the centre's or the authority's, by who holds the right. ODD 8.4."""
    holder = cell.agenda_holder if cell.stage == Stage.SEE else cell.design_holder
    return centre_row if holder == Kind.CENTRE else a


@kernel
def enqueue(head, cell):
    """Give a change the next ticket in the queue of the heads who must decide. ODD 8.4."""
    cell.queue_ticket = head.issued
    head.issued += 1
    cell.gate = Gate.QUEUED


@kernel
def enqueue_requests(month, arrived, p, keys, changes, cells, heads):
    """Queue every change that has reached a gate; a random authority comes first each month. ODD 8.4."""
    count = len(cells)
    first = int(random.uniform(keys[random.QUEUE_ORDER], 0, 0, month) * count)
    for turn in range(count):
        a = (first + turn) % count
        row = p[a]
        for i in range(arrived):
            cell = cells[a, i]
            if cell.progress < 1.0 or cell.gate != Gate.OPEN or cell.stage > Stage.SHAPE:
                continue
            if cell.held != FREE and cell.stage != Stage.SEE:
                continue
            left = 1.0 - waived_share(row, changes[i])
            if must_ask(a, i, int(cell.stage), row, keys, left):
                enqueue(heads[decision_queue(a, count, cell)], cell)
            else:
                cell.gate = Gate.PASSING
                cell.points = draw_decision_points(a, i, int(cell.stage), row, keys, left)


@kernel
def serve_queues(month, p, keys, centre_capacity, heads):
    """Let each head decide the first requests of its queue, a Poisson number by its attention this month. ODD 8.4."""
    for number in range(len(heads)):
        head = heads[number]
        waiting = head.issued - head.served
        if waiting <= 0:
            continue
        rate = p[number].attention_authority
        if number == len(heads) - 1:
            rate *= p[number].attention_ratio * centre_capacity
        else:
            rate *= p[number].attention_free
        head.served += min(waiting, int(random.poisson(keys[random.DECISIONS], rate, number, month)))


@kernel
def attempt_decision_point(row, conflict, cell, u):
    """Attempt the present decision point once; True if the change must be abandoned. ODD 8.4.

    It passes where u < c (1 - k conflict). Only vertical points can end a change, after `reference.clearance_tries` failures.
    """
    chance = row.clearance_chance if cell.points >= VERTICAL else row.partnership_chance
    if u < chance * (1.0 - row.clearance_conflict * conflict):
        cell.points -= VERTICAL if cell.points >= VERTICAL else 1
        cell.failed_attempts = 0
        return False
    cell.failed_attempts += 1
    return cell.points >= VERTICAL and cell.failed_attempts >= row.clearance_tries


@kernel
def clear_changes(month, p, state):
    """Move changes at gates through queues and decision points; those that are free enter their next stage. ODD 8.4."""
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    centre, cells, heads, journal = state.centre, state.cells, state.heads, state.journal
    count = len(places)
    arrived = calendar[month].arrived
    enqueue_requests(month, arrived, p, keys, changes, cells, heads)
    serve_queues(month, p, keys, centre[0].capacity, heads)
    log_centre_will = math.log(max(EPS, centre[0].will))
    for a in range(count):
        row = p[a]
        for i in range(arrived):
            cell = cells[a, i]
            if cell.gate == Gate.OPEN:
                continue
            left = 1.0 - waived_share(row, changes[i])
            if cell.gate == Gate.QUEUED:
                head = decision_queue(a, count, cell)
                if left == 1.0 or must_ask(a, i, int(cell.stage), row, keys, left):
                    if cell.queue_ticket >= heads[head].served:
                        continue
                    age = month - changes[i].arrival
                    kept = persistence_of_centre(age, p[count].money_secure_months, log_centre_will)
                    if head == count and random.uniform(keys[random.SEEN_THROUGH], a, i, month) >= kept:
                        # The centre has turned to what is newer: it puts an old change off, which must ask again.
                        enqueue(heads[head], cell)
                        continue
                cell.gate = Gate.PASSING
                cell.points = draw_decision_points(a, i, int(cell.stage), row, keys, left)
            elif left < 1.0:
                # Points that have been waived meanwhile are gone, those already passed stay passed.
                cell.points = fewer_points(
                    cell.points, draw_decision_points(a, i, int(cell.stage), row, keys, left)
                )
            if cell.points > 0:
                places[a].meeting_hours += row.attention_meeting_hours
                u = random.uniform(keys[random.CLEARANCE_TRY], a, i, month)
                if attempt_decision_point(row, changes[i].conflict, cell, u):
                    cell.stage = Stage.ABANDONED
                    cell.gate = Gate.OPEN
                    journal.months[month].stops += 1.0
                    continue
            if cell.points == 0:
                cell.gate = Gate.OPEN
                cell.stage += 1
                cell.progress = 0.0
                cell.failed_attempts = 0
