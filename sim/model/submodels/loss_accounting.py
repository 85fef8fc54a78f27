"""The account: where the benefit was lost, shared among hurdles in proportion to how hard each bit.

Each cell keeps a ledger of missing progress by cause. Missing coverage is shared by that ledger; what is lost on coverage
that was delivered is shared by the logarithms of what each hurdle left.
"""

import math

from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import logarithm
from sim.model.state import (
    ABILITY,
    BLAME,
    CAPACITY,
    CAPACITY_ROWS,
    DEVALUED,
    LEDGER,
    NOT_A_PRIORITY,
    NOT_TAKEN_UP,
    RELAPSE,
    RITUAL,
    SPILLOVER_MISSING,
    WILL,
    WRONG_DESIGN,
)
from sim.model.submodels.effort import MINIMUM

SETTLED = 1e-9
"""Differences of coverage, and factors, below which nothing is left to tell apart."""


@kernel
def log_shortfall(factor):
    """How hard a hurdle bit: minus the logarithm of the factor that it left, at most about 21."""
    return 0.0 if factor >= 1.0 else -math.log(max(SETTLED, factor))


@kernel
def normalise_weights(factors, hurdles):
    """How hard each of many hurdles bit: `log_shortfall` of a column of factors; `hurdles` is written."""
    for row in range(len(factors)):
        hurdles[row] = max(0.0, -logarithm(max(SETTLED, factors[row])))


@kernel
def ledger_total(a, i, settled, ledger):
    """Progress missing in a cell, over all causes of its ledger; two sums side by side, since one waits for itself."""
    if settled == 1:
        return ledger[a, i, RELAPSE]
    even = 0.0
    odd = 0.0
    for cause in range(0, LEDGER, 2):
        even += ledger[a, i, cause]
        odd += ledger[a, i, cause + 1]
    return even + odd


@kernel
def reduce_ledger(a, i, caught, missing, settled, ledger):
    """Shrink a cell's ledger pro rata: of the progress that was missing, some was caught up."""
    left = (missing - caught) / missing
    if settled == 1:
        ledger[a, i, RELAPSE] *= left
    else:
        for cause in range(LEDGER):
            ledger[a, i, cause] *= left


@kernel
def limiting_factors(form, weak, unable, short):
    """How hard will, ability and capacity bit; under the minimum form the hardest takes all."""
    if form != MINIMUM:
        return weak, unable, short
    if weak >= unable and weak >= short:
        return weak, 0.0, 0.0
    if unable >= short:
        return 0.0, unable, 0.0
    return 0.0, 0.0, short


@kernel
def attribute_shortfall(a, i, behind, weak, unable, short, timid, reasons, ledger):
    """Share missing progress among will, ability, capacity and blame by how hard each bit.

    Args:
        a: index of the place.
        i: index of the change.
        behind: planned minus actual progress.
        weak: how hard lack of will bit.
        unable: how hard lack of ability bit.
        short: how hard lack of staff time bit.
        timid: how hard fear bit.
        reasons: (A, 6) shares of `capacity` and its five sub-rows.
        ledger: (A, I, LEDGER) written.
    """
    total = weak + unable + short + timid
    if total <= 0.0:
        # Nothing bit: the place ran at full speed, and is behind only because speed has a limit.
        short = total = 1.0
    per = behind / total
    ledger[a, i, WILL] += per * weak
    ledger[a, i, ABILITY] += per * unable
    ledger[a, i, BLAME] += per * timid
    for reason in range(CAPACITY_ROWS):
        ledger[a, i, CAPACITY + reason] += per * short * reasons[a, reason]


@kernel
def attribute_hold(a, i, planned, denied, cause, ledger):
    """Attribute to a hold what was planned for the month, and the catching-up that it prevents.

    Args:
        a: index of the place.
        i: index of the change.
        planned: progress that was due this month.
        denied: progress beyond it that the place could have made.
        cause: cause of the hold.
        ledger: (A, I, LEDGER) written; what other causes lose, the hold gains.
    """
    other = 0.0
    for number in range(NOT_A_PRIORITY):
        other += ledger[a, i, number]
    moved = min(max(0.0, denied), other)
    if moved > 0.0:
        left = (other - moved) / other
        for number in range(NOT_A_PRIORITY):
            ledger[a, i, number] *= left
    ledger[a, i, cause] += planned + moved


@kernel
def close_ledger(a, i, settled, ledger):
    """Clear what a cell misses: it is rolled out to everybody, so all was caught up.

    Args:
        a: index of the place.
        i: index of the change.
        settled: 1 if the ledger holds nothing but what slipped.
        ledger: (A, I, LEDGER) written.
    """
    if settled == 0:
        for cause in range(LEDGER):
            ledger[a, i, cause] = 0.0
    ledger[a, i, RELAPSE] = 0.0


@kernel
def add_loss(a, i, cause, amount, lost, by_month):
    """Book an amount of lost benefit to one cause, in its cell and in its month."""
    lost[a, i, cause] += amount
    by_month[cause] += amount


@kernel
def attribute_missing(a, i, missing, settled, ledger, lost, by_month):
    """Share missing coverage among the causes of a cell's ledger."""
    total = ledger_total(a, i, settled, ledger)
    per = missing / total if total > 0.0 else 0.0
    if settled == 1 and total > 0.0:
        add_loss(a, i, RELAPSE, per * ledger[a, i, RELAPSE], lost, by_month)
        return
    for cause in range(LEDGER):
        part = per * ledger[a, i, cause]
        lost[a, i, cause] += part
        by_month[cause] += part
    if total <= 0.0:
        lost[a, i, CAPACITY] += missing
        by_month[CAPACITY] += missing


@kernel
def attribute_delivery_loss(a, i, loss, hurdles, lost, by_month):
    """Share the loss on delivered coverage among its factors, in proportion to how hard each bit.

    Args:
        a: index of the place.
        i: index of the change.
        loss: benefit lost on the coverage reported.
        hurdles: minus the logarithms of real over nominal coverage, fit, uptake, spillover and timeliness.
        lost: (A, I, causes) written.
        by_month: (causes,) written.
    """
    ritual, wrong, refused, alone, late = hurdles
    per = loss / (ritual + wrong + refused + alone + late)
    add_loss(a, i, RITUAL, per * ritual, lost, by_month)
    add_loss(a, i, WRONG_DESIGN, per * wrong, lost, by_month)
    add_loss(a, i, NOT_TAKEN_UP, per * refused, lost, by_month)
    add_loss(a, i, SPILLOVER_MISSING, per * alone, lost, by_month)
    add_loss(a, i, DEVALUED, per * late, lost, by_month)
