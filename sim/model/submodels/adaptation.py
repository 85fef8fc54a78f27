"""Adaptation: while a change is rolled out or sustained, the holder of its design corrects it by what delivery shows.

Fit is made in use, not once at the start. Sources: dynamic sustainability (Chambers, Glasgow and Stange 2013),
re-invention (Rogers 2003), a framework of modifications (Wiltsey Stirman and others 2019); all general knowledge. ODD 8.3.
"""

from sim.model.kernels.jit import kernel
from sim.model.state import FREE, Stage
from sim.model.submodels.design import adopt_design, difference, share_known
from sim.model.submodels.holders import layers_to

REVIEWS = 2
"""Reviews of uptake from one correction to the next: a year by default, since people's fit is costly to compute."""


@kernel
def known_difference(row, cell):
    """Share of an authority's difference towards which a design is corrected. ODD 8.3.

    As in a new design: a local holder's by `local_need`, the centre's as far as its information is fine-grained. A pilot that
    was stopped taught all of it, and that stays known.
    """
    return 1.0 if cell.redesigned == 1 else share_known(row, cell.design_holder)


@kernel
def monthly_correction(row, who, real):
    """Share of the distance that one month corrects: mu k g / (1 + delay). ODD 8.3.

    g is real coverage, k = `reference.adaptation_rate`, and delay is in months, as in the start of a change (ODD 8.2).
    """
    rate = row.adaptation * row.adaptation_rate * real
    if row.information_loss > 0.0:
        rate /= 1.0 + row.information_loss * row.information_delay * layers_to(who, row)
    return rate


@kernel
def corrected(design, right, rate, months):
    """Design after some months of correction: right + (design - right)(1 - rate)^months. ODD 8.3.

    The power is by squaring, so that compiled and uncompiled runs agree to the bit.
    """
    left = 1.0
    factor = 1.0 - rate
    while months > 0:
        if months % 2 == 1:
            left *= factor
        months //= 2
        factor *= factor
    return right + (design - right) * left


@kernel
def adapt_designs(month, p, state):
    """Correct every design in *shift* that is delivered and not held, at every second review of uptake. ODD 8.3.

    The months between two corrections are made up at once, so that people's fit is computed once a year only.
    """
    calendar, changes, places, users = state.calendar, state.changes, state.places, state.users
    cells = state.cells
    count = len(places)
    months = REVIEWS * int(p[count].users_review_months)
    if month == 0 or month % months != 0:
        return
    for a in range(count):
        row = p[a]
        if row.adaptation <= 0.0 or row.adaptation_rate <= 0.0:
            continue
        for i in range(calendar[month].arrived):
            cell = cells[a, i]
            if (
                cell.stage != Stage.SHIFT
                or cell.held != FREE
                or cell.designed == 0
                or cell.real_coverage <= 0.0
            ):
                continue
            change = changes[i]
            right = change.need + known_difference(row, cell) * difference(change, places[a])
            rate = monthly_correction(row, cell.design_holder, cell.real_coverage)
            adopt_design(i, corrected(cell.design, right, rate, months), row, change, places[a], cell, users)
