"""Loss accounting: where benefit was lost, split among limiting factors in proportion to the log of what each left. ODD 9.

Each change in an authority keeps a ledger of missing progress by cause. Missing coverage is split by that ledger; what is
lost on delivered coverage is split by the logarithms of its five factors.
"""

import math

from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import logarithm
from sim.model.state import CAPACITY_ROWS, LEDGER, Cause
from sim.model.submodels.effort import MINIMUM

NEGLIGIBLE = 1e-9
"""Coverage and factors below this are treated as 0."""


@kernel
def log_shortfall(factor):
    """Weight of a limiting factor: -log(factor), 0 from a factor of 1 on, at most about 21. ODD 8."""
    return 0.0 if factor >= 1.0 else -math.log(max(NEGLIGIBLE, factor))


@kernel
def log_shortfalls(factors, weights):
    """`log_shortfall` of a column of factors; `weights` is written. ODD 9."""
    for row in range(len(factors)):
        weights[row] = max(0.0, -logarithm(max(NEGLIGIBLE, factors[row])))


@kernel
def ledger_total(a, i, closed, ledger):
    """Progress missing in a ledger, over all causes. ODD 9.

    Two sums side by side: a single one would wait for itself at every step.
    """
    if closed == 1:
        return ledger[a, i, Cause.RELAPSE]
    even = odd = 0.0
    for cause in range(0, LEDGER, 2):
        even += ledger[a, i, cause]
        odd += ledger[a, i, cause + 1]
    return even + odd


@kernel
def reduce_ledger(a, i, caught, missing, closed, ledger):
    """Reduce a ledger in proportion: part of the progress that was missing is made up. ODD 9."""
    left = (missing - caught) / missing
    if closed == 1:
        ledger[a, i, Cause.RELAPSE] *= left
    else:
        for cause in range(LEDGER):
            ledger[a, i, cause] *= left


@kernel
def limiting_factors(form, weak, unable, short):
    """Weights of will, ability and capacity; under the minimum form the smallest factor takes all. ODD 9."""
    if form != MINIMUM:
        return weak, unable, short
    if weak >= unable and weak >= short:
        return weak, 0.0, 0.0
    if unable >= short:
        return 0.0, unable, 0.0
    return 0.0, 0.0, short


@kernel
def attribute_shortfall(a, i, behind, weak, unable, short, timid, reasons, ledger):
    """Split missing progress among will, ability, capacity and blame, in proportion to their weights. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        behind: planned minus actual progress.
        weak: weight of will.
        unable: weight of ability.
        short: weight of capacity.
        timid: weight of fear.
        reasons: (A, 6) shares of `capacity` and its five sub-causes.
        ledger: (A, I, LEDGER) written.
    """
    total = weak + unable + short + timid
    if total <= 0.0:
        # Nothing bit: the place ran at full speed, and is behind only because speed has a limit.
        short = total = 1.0
    per = behind / total
    ledger[a, i, Cause.WILL] += per * weak
    ledger[a, i, Cause.ABILITY] += per * unable
    ledger[a, i, Cause.BLAME] += per * timid
    for reason in range(CAPACITY_ROWS):
        ledger[a, i, Cause.CAPACITY + reason] += per * short * reasons[a, reason]


@kernel
def attribute_hold(a, i, planned, denied, cause, ledger):
    """Attribute to a hold the progress that was due this month, and the catching-up that it prevents. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        planned: progress that was due this month.
        denied: progress beyond it that the authority could have made.
        cause: cause of the hold.
        ledger: (A, I, LEDGER) written; what other causes lose, the hold gains.
    """
    other = 0.0
    for number in range(Cause.NOT_A_PRIORITY):
        other += ledger[a, i, number]
    moved = min(max(0.0, denied), other)
    if moved > 0.0:
        left = (other - moved) / other
        for number in range(Cause.NOT_A_PRIORITY):
            ledger[a, i, number] *= left
    ledger[a, i, cause] += planned + moved


@kernel
def close_ledger(a, i, closed, ledger):
    """Close the ledger of a change that is rolled out to everybody: earlier shortfalls have been made up. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        closed: 1 if the ledger holds only what slipped.
        ledger: (A, I, LEDGER) written.
    """
    if closed == 0:
        for cause in range(LEDGER):
            ledger[a, i, cause] = 0.0
    ledger[a, i, Cause.RELAPSE] = 0.0


@kernel
def add_loss(a, i, cause, amount, lost, by_month):
    """Add an amount of lost benefit to one cause, for its change and authority and for its month. ODD 9."""
    lost[a, i, cause] += amount
    by_month[cause] += amount


@kernel
def attribute_missing(a, i, missing, closed, ledger, lost, by_month):
    """Split missing coverage among the causes of a ledger. ODD 9."""
    total = ledger_total(a, i, closed, ledger)
    per = missing / total if total > 0.0 else 0.0
    if closed == 1 and total > 0.0:
        add_loss(a, i, Cause.RELAPSE, per * ledger[a, i, Cause.RELAPSE], lost, by_month)
        return
    for cause in range(LEDGER):
        part = per * ledger[a, i, cause]
        lost[a, i, cause] += part
        by_month[cause] += part
    if total <= 0.0:
        lost[a, i, Cause.CAPACITY] += missing
        by_month[Cause.CAPACITY] += missing


@kernel
def attribute_delivery_loss(a, i, loss, symbolic, misfit, refused, alone, late, lost, by_month):
    """Split the loss on delivered coverage among its five factors, in proportion to their weights. ODD 9.

    Args:
        a: index of the authority.
        i: index of the change.
        loss: benefit lost on the coverage reported.
        symbolic: weight of fidelity, its -log.
        misfit: weight of fit.
        refused: weight of uptake.
        alone: weight of adoption elsewhere.
        late: weight of timeliness.
        lost: (A, I, causes) written.
        by_month: (causes,) written.
    """
    per = loss / (symbolic + misfit + refused + alone + late)
    add_loss(a, i, Cause.RITUAL_COMPLIANCE, per * symbolic, lost, by_month)
    add_loss(a, i, Cause.WRONG_DESIGN, per * misfit, lost, by_month)
    add_loss(a, i, Cause.NOT_TAKEN_UP, per * refused, lost, by_month)
    add_loss(a, i, Cause.SPILLOVER_MISSING, per * alone, lost, by_month)
    add_loss(a, i, Cause.DEVALUED_BY_DELAY, per * late, lost, by_month)
