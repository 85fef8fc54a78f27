"""Benefit: what reaches users, and the account of where the rest was lost. ODD 8.7.

Benefit of a change in an authority a month = ambition, times people, times reported coverage, times F. F is the product of
fidelity, mean fit, uptake given fit, spillover and timeliness. Intended benefit depends on the stream of changes alone.
"""

import math
from enum import IntEnum

import numpy as np

from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import exponential
from sim.model.state import Cause, Kind
from sim.model.submodels.focal import uptake_forced
from sim.model.submodels.implementation import planned_path
from sim.model.submodels.loss_accounting import (
    add_loss,
    attribute_delivery_loss,
    attribute_missing,
    log_shortfalls,
)

LEAST = 1e-300


class Factor(IntEnum):
    """Factors of delivered benefit: fidelity, fit, uptake, compatible adoption elsewhere, and timeliness."""

    FIDELITY, FITTING, TAKEN_UP, SPILLED_OVER, TIMELY = range(5)


@kernel
def planned_coverage(path, shift):
    """Coverage that the plan has reached: none until *shift* was to begin, then evenly up to everybody. ODD 8."""
    return max(0.0, (path - (1.0 - shift)) / shift)


@kernel
def burden(row, designer):
    """How much uptake asks of a user's ability, 0 to 1: less where users designed it or hold their own data. ODD 8.7."""
    asks = row.uptake_burden
    if designer == Kind.USERS:
        asks *= 1.0 - row.uptake_eased
    if row.citizen_data > 0.0:
        asks *= 1.0 - row.citizen_data * row.citizen_personal * row.information_users
    return asks


@kernel
def uptake_share(strength, asks, mean_fit, fit, ready, ability):
    """Share of the fitting benefit in an authority that its users take up: the willing and able take more. ODD 8.7.

    1 - mu + mu mean(fit ready (1 - asks + asks ability)) / mean(fit).

    Args:
        strength: mu.
        asks: how much uptake asks of a user's ability.
        mean_fit: mean of `fit`.
        fit: fit of the design to each user.
        ready: readiness of each user, ability aside.
        ability: ability of each user.
    """
    if mean_fit <= 0.0:
        return 1.0
    # Four sums side by side, since one waits for itself.
    taken = taken_2 = taken_3 = taken_4 = 0.0
    whole = len(fit) // 4 * 4
    free = 1.0 - asks
    for user in range(0, whole, 4):
        taken += fit[user] * ready[user] * (free + asks * ability[user])
        taken_2 += fit[user + 1] * ready[user + 1] * (free + asks * ability[user + 1])
        taken_3 += fit[user + 2] * ready[user + 2] * (free + asks * ability[user + 2])
        taken_4 += fit[user + 3] * ready[user + 3] * (free + asks * ability[user + 3])
    for user in range(whole, len(fit)):
        taken += fit[user] * ready[user] * (free + asks * ability[user])
    share = ((taken + taken_2) + (taken_3 + taken_4)) / (mean_fit * len(fit))
    return min(1.0, max(LEAST, 1.0 - strength + strength * share))


@kernel
def set_standard(i, tolerance, changes, places, cells):
    """Find the standard of change i, the mean design by people, and each design's compatibility with it. ODD 8.7."""
    count = len(places)
    total = weight = 0.0
    for a in range(count):
        if cells[a, i].designed == 1:
            total += places[a].weight * cells[a, i].design
            weight += places[a].weight
    if weight <= 0.0:
        return
    standard = total / weight
    changes[i].standard_is_stale = 0
    scale = -0.5 / (tolerance * tolerance)
    for a in range(count):
        cell = cells[a, i]
        if cell.designed == 1:
            miss = cell.design - standard
            cell.compatible = math.exp(scale * miss * miss)


@kernel
def adopted_compatibly(arrived, strongest, tolerance, changes, places, cells):
    """Compatible real coverage of each change over all authorities, weighted by people; shape (changes announced,). ODD 8.7."""
    total = np.zeros(arrived)
    if strongest <= 0.0:
        return total
    for i in range(arrived):
        if changes[i].standard_is_stale == 1:
            set_standard(i, tolerance, changes, places, cells)
    for a in range(len(places)):
        weight = places[a].weight
        for i in range(arrived):
            total[i] += weight * cells[a, i].real_coverage * cells[a, i].compatible
    return total


@kernel
def adoption_elsewhere(total, weight, real, compatible):
    """Compatible adoption among the other authorities, 0 to 1: c (total - w g c) / (1 - w). ODD 8.7.

    Args:
        total: compatible real coverage over all authorities, weighted by people.
        weight: w, the authority's share of the people.
        real: g, its real coverage.
        compatible: c, compatibility of its design with the standard.
    """
    if weight >= 1.0:
        return 1.0
    return min(1.0, max(0.0, compatible * (total - weight * real * compatible) / (1.0 - weight)))


@kernel
def record_intended(month, arrived, shift, changes, places, cells, ledger, account, lost, journal):
    """Record what was intended this month, and attribute what is lost because coverage is missing. ODD 8.7."""
    due = np.empty(arrived)
    for i in range(arrived):
        due[i] = planned_coverage(planned_path(month + 1.0, changes[i].arrival, changes[i].pace), shift)
    by_month = journal.lost[month]
    for a in range(len(places)):
        here = 0.0
        for i in range(arrived):
            cell = cells[a, i]
            if due[i] <= 0.0 and cell.nominal <= 0.0:
                continue
            full = changes[i].ambition * places[a].population
            intended = full * due[i]
            account[a, i].intended += intended
            here += intended
            missing = full * (due[i] - cell.nominal)
            if missing > 0.0:
                attribute_missing(a, i, missing, cell.ledger_closed, ledger, lost, by_month)
            elif missing < 0.0:
                add_loss(a, i, Cause.AHEAD, missing, lost, by_month)
        journal.intended[month, a] = here


@kernel
def delivery_factors(month, p, adopted, changes, places, users, cells):
    """Share of the benefit of delivered coverage that each of five factors leaves, except timeliness. ODD 8.7.

    Args:
        month: month of the run.
        p: parameters.
        adopted: compatible real coverage of each change over all authorities; shape (changes announced,).
        changes: announced changes.
        places: authorities.
        users: users.
        cells: changes in authorities.

    Returns:
        Tuple (factors, weights), each of shape (5, cells), authority by authority. Factors are 1 where nothing is delivered; of
        the weights only that of lateness is filled in, since benefit falls with its exponential.
    """
    count, arrived = len(places), len(adopted)
    review_months = int(p[count].users_review_months)
    fit, ready, ability = users.fit, users.ready, users.ability
    factors = np.ones((5, count * arrived))
    weights = np.zeros((5, count * arrived))
    for a in range(count):
        row = p[a]
        authority = places[a]
        here = slice(authority.first_user, authority.last_user)
        for i in range(arrived):
            change = changes[i]
            cell = cells[a, i]
            if cell.nominal <= 0.0:
                continue
            at = a * arrived + i
            factors[Factor.FIDELITY, at] = max(LEAST, cell.real_coverage / cell.nominal)
            factors[Factor.FITTING, at] = max(LEAST, cell.fit)
            if row.uptake > 0.0:
                if cell.next_uptake_review <= month:
                    cell.uptake = uptake_share(
                        row.uptake * change.personal_effort, burden(row, cell.design_holder), cell.fit,
                        fit[i, here], ready[here], ability[here],
                    )  # fmt: skip
                    cell.next_uptake_review = month + review_months
                factors[Factor.TAKEN_UP, at] = cell.uptake
                if change.focal == 1:
                    factors[Factor.TAKEN_UP, at] = uptake_forced(row, change, cell.uptake)
            if row.spillover > 0.0:
                part = row.spillover * change.spillover
                around = adoption_elsewhere(adopted[i], authority.weight, cell.real_coverage, cell.compatible)
                factors[Factor.SPILLED_OVER, at] = max(LEAST, 1.0 - part + part * around)
            weights[Factor.TIMELY, at] = row.urgency * change.urgency * cell.mean_delay_months
    return factors, weights


@kernel
def loss_weights(factors, weights):
    """Weight of each factor, -log of what it left, and the factor of timeliness from its weight. ODD 9.

    Args:
        factors: shape (5, cells); timeliness is written.
        weights: shape (5, cells); all but lateness are written.
    """
    for factor in range(Factor.TIMELY):
        log_shortfalls(factors[factor], weights[factor])
    timely, late = factors[Factor.TIMELY], weights[Factor.TIMELY]
    for at in range(len(late)):
        timely[at] = exponential(-late[at])


@kernel
def deliver_to_users(month, arrived, factors, weights, changes, places, cells, account, lost, journal):
    """Deliver the benefit of coverage to users, as far as its factors leave it, and attribute the loss. ODD 8.7."""
    by_month = journal.lost[month]
    fidelity, fitting, taken_up = factors[Factor.FIDELITY], factors[Factor.FITTING], factors[Factor.TAKEN_UP]
    spilled_over, timely = factors[Factor.SPILLED_OVER], factors[Factor.TIMELY]
    symbolic, misfit, refused = weights[Factor.FIDELITY], weights[Factor.FITTING], weights[Factor.TAKEN_UP]
    alone, late = weights[Factor.SPILLED_OVER], weights[Factor.TIMELY]
    for a in range(len(places)):
        authority = places[a]
        realised_here = reported_here = 0.0
        for i in range(arrived):
            nominal = cells[a, i].nominal
            if nominal <= 0.0:
                continue
            at = a * arrived + i
            reaches = fidelity[at] * fitting[at] * taken_up[at] * spilled_over[at] * timely[at]
            reported = changes[i].ambition * authority.population * nominal
            realised = reported * reaches
            account[a, i].realised += realised
            realised_here += realised
            reported_here += reported
            if reaches < 1.0:
                attribute_delivery_loss(
                    a, i, reported * (1.0 - reaches), symbolic[at], misfit[at], refused[at], alone[at], late[at],
                    lost, by_month,
                )  # fmt: skip
        intended_here = journal.intended[month, a]
        journal.realised[month, a] = realised_here
        journal.nominal[month, a] = reported_here
        authority.delivered_share = min(1.0, realised_here / intended_here) if intended_here > 0.0 else 0.0
        authority.unkept_promise_share = (
            (reported_here - realised_here) / reported_here if reported_here > 0.0 else 0.0
        )


@kernel
def deliver_benefit(month, p, state):
    """Deliver benefit to users, and record every unit of intended benefit as realised or lost. ODD 8.7."""
    calendar, changes, places, users = state.calendar, state.changes, state.places, state.users
    cells, ledger, account, lost = state.cells, state.ledger, state.account, state.lost
    journal = state.journal
    nation = p[len(places)]
    arrived = calendar[month].arrived
    path = nation.work_see + nation.work_spark + nation.work_shape + nation.work_shift
    strongest = 0.0
    for a in range(len(places)):
        strongest = max(strongest, p[a].spillover)
    record_intended(
        month, arrived, nation.work_shift / path, changes, places, cells, ledger, account, lost, journal
    )
    adopted = adopted_compatibly(arrived, strongest, nation.design_tolerance, changes, places, cells)
    factors, weights = delivery_factors(month, p, adopted, changes, places, users, cells)
    loss_weights(factors, weights)
    deliver_to_users(month, arrived, factors, weights, changes, places, cells, account, lost, journal)
