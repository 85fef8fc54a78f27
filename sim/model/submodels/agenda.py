"""Agenda: whether and when an announced change starts in an authority. ODD 8.2.

A change waits in each authority until the holder of the right `agenda` starts it. All holders start at the same base rate.
"""

import numpy as np

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.state import Cause, Kind, Stage
from sim.model.submodels.design_cost import population_using_central_design, set_design_cost, time_pressure
from sim.model.submodels.focal import begins_at, legal_force
from sim.model.submodels.holders import draw_agenda_holder, draw_design_holder, layers_to
from sim.model.submodels.interest import interest_exponent, renew_interest, start_factor


@kernel
def start_chance(base, delay, hold_back, imitation):
    """Chance a month that a waiting change is started: b / (1 + b delay) (1 - hold back) + imitation, at most 1. ODD 8.2.

    Args:
        base: b, the chance without any mechanism.
        delay: months by which the need is recognised later.
        hold_back: share by which a holder that counts only its own benefit holds back.
        imitation: chance added by tied authorities that have started.
    """
    if base <= 0.0:
        return min(1.0, imitation)
    return min(1.0, base / (1.0 + base * delay) * (1.0 - hold_back) + imitation)


@kernel
def started_nationwide(month, arrived, cells):
    """Share of all authorities that had started each change before this month; shape (changes announced,). ODD 8.2."""
    share = np.zeros(arrived)
    for a in range(len(cells)):
        for i in range(arrived):
            if 0 <= cells[a, i].started < month:
                share[i] += 1.0
    for i in range(arrived):
        share[i] /= len(cells)
    return share


@kernel
def started_around(i, month, authority, ties, cells):
    """Share of the tied authorities that had started change i before this month, by weight of ties. ODD 8.2."""
    share = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        tie = ties[number]
        if 0 <= cells[tie.other, i].started < month:
            share += tie.weight
    return share


@kernel
def chance_to_start(a, i, month, who, row, exponent, around, change, cell, keys):
    """Chance this month that the holder of the agenda starts a change in an authority. ODD 8.2.

    Args:
        a: index of the authority.
        i: index of the change.
        month: month of the run.
        who: holder of the right `agenda`.
        row: parameters of the authority.
        exponent: k of its interest (`interest_exponent`).
        around: share of the authorities it looks to that have started the change.
        change: the change.
        cell: the change in its authority.
        keys: keys of the random streams.
    """
    delay = 0.0
    if row.information_loss > 0.0:
        delay = row.information_loss * row.information_delay * layers_to(who, row)
    if who == Kind.CENTRE:
        return start_chance(row.work_start_chance, delay, 0.0, 0.0)
    hold_back = 0.0
    if row.spillover > 0.0:
        hold_back = row.spillover * row.spillover_starts * change.spillover
    imitation = 0.0
    if row.peer_learning > 0.0:
        imitation = row.peer_learning * row.peer_starts * around
    chance = start_chance(row.work_start_chance, delay, hold_back, imitation)
    if row.scale_up > 0.0:
        renew_interest(a, i, month, row.scale_up_carriers, change.arrival, keys, cell)
        chance *= start_factor(row, exponent, cell)
    return chance


@kernel
def begin_at(stage, row, cell):
    """Begin a followed change at a given stage, with the coverage that it already has. ODD 8.1."""
    cell.stage = stage
    if stage == Stage.SHIFT:
        cell.nominal = row.focal_coverage
        cell.real_coverage = row.focal_coverage


@kernel
def begin_before_the_run(a, i, nation, change, cell, ledger):
    """Give a change announced before the run the progress it had made by then; the rest of its plan is late. ODD 8.2."""
    early = nation.work_see + nation.work_spark
    path = early + nation.work_shape + nation.work_shift
    planned = min(1.0, -change.arrival / change.duration)
    done = change.head_start * min(planned, early / path)
    ledger[a, i, Cause.NOT_STARTED] = planned - done
    see = nation.work_see / path
    if done < see:
        cell.progress = done / see
    else:
        cell.stage = Stage.SPARK
        cell.progress = min(1.0, (done - see) / (nation.work_spark / path))


@kernel
def start_changes(month, p, state):
    """Start announced changes where their holders take them up; changes begun before the run start at once. ODD 8.2."""
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    cells = state.cells
    count = len(places)
    arrived = calendar[month].arrived
    complete = p[count].population_mixing == 1.0 and p[count].peer_learning > 0.0
    nationwide = started_nationwide(month, arrived if complete else 0, cells)
    for a in range(count):
        row = p[a]
        authority = places[a]
        # No authority starts a change with a greater chance than this: draws above it need no further look.
        most_likely = start_chance(row.work_start_chance, 0.0, 0.0, row.peer_learning * row.peer_starts)
        exponent = interest_exponent(row, authority.will) if row.scale_up > 0.0 else 0.0
        for i in range(arrived):
            cell = cells[a, i]
            if cell.stage != Stage.NOT_STARTED:
                continue
            change = changes[i]
            begun = month == 0 and change.arrival < 0
            at_once = begins_at(row, change)
            waits = not begun and at_once == 0
            u = random.uniform(keys[random.START], a, i, month)
            by_law = legal_force(row, change)
            if waits and u >= max(most_likely, by_law):
                continue
            who = draw_agenda_holder(a, i, row, keys)
            if waits:
                around = 0.0
                if row.peer_learning > 0.0 and who != Kind.CENTRE:
                    around = (
                        nationwide[i] if complete else started_around(i, month, authority, state.ties, cells)
                    )
                chance = chance_to_start(a, i, month, who, row, exponent, around, change, cell, keys)
                if u >= max(chance, by_law):
                    continue
            cell.agenda_holder = who
            cell.design_holder = draw_design_holder(a, i, row, keys)
            cell.started = month
            if row.pace > 0.0:
                broken = random.uniform(keys[random.PROTECTION], a, i, 0)
                cell.time_pressure = time_pressure(row, who, authority.will, state.centre[0].will, broken)
            taking = 1.0
            if row.design_economies > 0.0:
                taking = population_using_central_design(i, cell.design_holder, p, keys, places)
            set_design_cost(row, authority.weight, taking, cell)
            cell.stage = Stage.SEE
            state.journal.months[month].starts += 1.0
            if at_once > 0:
                begin_at(at_once, row, cell)
            if begun:
                begin_before_the_run(a, i, p[count], change, cell, state.ledger)
