"""Handover: when rights change hands during a run, changes that are under way change hands with them. ODD 8.2.

What is rolled out, or was judged as a pilot, stays as it is. A new holder of the right to design makes a new design and
pays for it.
"""

from sim.model.kernels.jit import kernel
from sim.model.state import Gate, Kind, Stage
from sim.model.submodels.design import make_design
from sim.model.submodels.design_cost import (
    add_design_cost,
    design_cost_multiplier,
    population_using_central_design,
    set_design_cost,
    signals_used,
)
from sim.model.submodels.holders import draw_agenda_holder, draw_design_holder


@kernel
def design_depends_on_holder(row):
    """True if a mechanism makes the design depend on its designer; otherwise a new holder needs no redesign. ODD 8.2."""
    learned = max(row.local_need, row.peer_learning)
    return max(learned, max(row.information_loss, row.central_expertise)) > 0.0


@kernel
def redesign_cost(row, weight, taking, cell):
    """Charge for a second design; only `design_economies` and `local_need` make it more expensive. ODD 8.2."""
    signals = signals_used(row, cell.time_pressure)
    again = row.design_economies * design_cost_multiplier(cell.design_holder, weight, taking)
    gathered = again * signals
    if row.local_need > 0.0 and cell.design_holder != Kind.CENTRE:
        gathered += row.local_need * signals
    staff = again * row.design_hours + gathered * row.design_signal_hours
    add_design_cost(cell, staff, gathered * row.design_signal_user_hours)


@kernel
def reassign_rights(month, p, state):
    """Hand changes that are not yet rolled out to those who hold the rights over them now. ODD 8.2.

    The same draws decide as at the start: where no share has moved, nothing changes hands.
    """
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    ties, users, centre, cells = state.ties, state.users, state.centre, state.cells
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        for i in range(calendar[month].arrived):
            cell = cells[a, i]
            if cell.stage == Stage.NOT_STARTED or cell.stage > Stage.SHAPE:
                continue
            agenda, design = draw_agenda_holder(a, i, row, keys), draw_design_holder(a, i, row, keys)
            passed = design != cell.design_holder and cell.reviewed == 0
            if cell.gate == Gate.QUEUED and (passed or agenda != cell.agenda_holder):
                # Those who decide now have not been asked yet.
                cell.gate = Gate.OPEN
            cell.agenda_holder = agenda
            if not passed:
                continue
            cell.design_holder = design
            taking = 1.0
            if row.design_economies > 0.0:
                taking = population_using_central_design(i, design, p, keys, places)
            if cell.designed == 0:
                if row.design_economies > 0.0 or row.local_need > 0.0:
                    set_design_cost(row, authority.weight, taking, cell)
            elif design_depends_on_holder(row):
                redesign_cost(row, authority.weight, taking, cell)
                make_design(a, i, row, keys, changes[i], authority, centre[0].ability, ties, users, cells)
