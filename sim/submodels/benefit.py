"""Benefit: what reaches users, and the account of where the rest was lost.

Benefit of a change in a place a month = ambition × people × nominal coverage × F, where F is the product of real over
nominal coverage, mean fit, uptake given fit, spillover and timeliness. Intended benefit depends on the stream of changes
alone.
"""

import math

import numpy as np

from sim.compiled import compiled
from sim.state import AHEAD, USERS
from sim.submodels.account import book, book_delivered, book_missing, weakness
from sim.submodels.focal import uptake_forced
from sim.submodels.work import planned_path

LEAST = 1e-300


@compiled
def planned_coverage(path, shift):
    """Coverage that the plan has reached: none until *shift* was to begin, then evenly up to everybody."""
    return max(0.0, (path - (1.0 - shift)) / shift)


@compiled
def burden(row, designer):
    """How much taking a service up asks of a user's ability: less where users designed it or hold their own data."""
    asks = row.uptake_burden
    if designer == USERS:
        asks *= 1.0 - row.uptake_eased
    if row.citizen_data > 0.0:
        asks *= 1.0 - row.citizen_data * row.citizen_personal * row.information_users
    return asks


@compiled
def take_up(strength, asks, mean_fit, fit, ready, ability):
    """Share of the fitting benefit in a place that its users take up: the willing and able take more.

    Args:
        strength: strength of `uptake`.
        asks: how much taking up asks of a user's ability.
        mean_fit: mean of `fit`.
        fit: fit of the design to each user.
        ready: readiness of each user, ability aside.
        ability: ability of each user.
    """
    if mean_fit <= 0.0:
        return 1.0
    # Four sums side by side, since one waits for itself.
    taken, taken_2, taken_3, taken_4 = 0.0, 0.0, 0.0, 0.0
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


@compiled
def set_standard(i, tolerance, changes, places, cells):
    """Find the design of change `i` that most people live under, and how compatible each place's design is with it."""
    count = len(places)
    total = 0.0
    weight = 0.0
    for a in range(count):
        if cells[a, i].designed == 1:
            total += places[a].weight * cells[a, i].design
            weight += places[a].weight
    if weight <= 0.0:
        return
    standard = total / weight
    changes[i].restandard = 0
    scale = -0.5 / (tolerance * tolerance)
    for a in range(count):
        cell = cells[a, i]
        if cell.designed == 1:
            miss = cell.design - standard
            cell.compatible = math.exp(scale * miss * miss)


@compiled
def adopted_compatibly(arrived, strongest, tolerance, changes, places, cells):
    """Compatible real adoption of each change, weighted by people, over all places; shape (changes announced,)."""
    total = np.zeros(arrived)
    if strongest <= 0.0:
        return total
    for i in range(arrived):
        if changes[i].restandard == 1:
            set_standard(i, tolerance, changes, places, cells)
    for a in range(len(places)):
        weight = places[a].weight
        for i in range(arrived):
            total[i] += weight * cells[a, i].genuine * cells[a, i].compatible
    return total


@compiled
def adoption_elsewhere(total, weight, real, compatible):
    """Adoption among the other places that is compatible with a place's design, from 0 to 1.

    Args:
        total: compatible real adoption over all places, weighted by people.
        weight: the place's share of the people.
        real: the place's real coverage.
        compatible: compatibility of the place's design with the standard.
    """
    if weight >= 1.0:
        return 1.0
    return min(1.0, max(0.0, compatible * (total - weight * real * compatible) / (1.0 - weight)))


@compiled
def deliver(month, p, calendar, changes, places, users, cells, ledger, account, lost, journal):
    """Let benefit reach users, and book every unit of intended benefit as realised or lost."""
    count = len(places)
    nation = p[count]
    path = nation.work_see + nation.work_spark + nation.work_shape + nation.work_shift
    shift = nation.work_shift / path
    strongest = 0.0
    for a in range(count):
        strongest = max(strongest, p[a].spillover)
    adopted = adopted_compatibly(
        calendar[month].arrived, strongest, nation.design_tolerance, changes, places, cells
    )
    due = np.empty(len(adopted))
    for i in range(len(adopted)):
        due[i] = planned_coverage(planned_path(month + 1.0, changes[i].arrival, changes[i].pace), shift)
    by_month = journal.lost[month]
    fit, ready, ability = users.fit, users.ready, users.ability
    review_months = int(nation.users_review_months)
    for a in range(count):
        row = p[a]
        authority = places[a]
        here = slice(authority.first_user, authority.last_user)
        intended_here = 0.0
        realised_here = 0.0
        reported_here = 0.0
        for i in range(len(adopted)):
            change = changes[i]
            cell = cells[a, i]
            planned = due[i]
            if planned <= 0.0 and cell.nominal <= 0.0:
                continue
            full = change.ambition * authority.population
            intended = full * planned
            account[a, i].intended += intended
            intended_here += intended
            missing = full * (planned - cell.nominal)
            if missing > 0.0:
                book_missing(a, i, missing, cell.settled, ledger, lost, by_month)
            elif missing < 0.0:
                book(a, i, AHEAD, missing, lost, by_month)
            if cell.nominal <= 0.0:
                continue
            real = max(LEAST, cell.genuine / cell.nominal)
            suits = max(LEAST, cell.fit)
            uptake = 1.0
            refusal = 0.0
            if row.uptake > 0.0:
                if cell.review <= month:
                    cell.uptake = take_up(
                        row.uptake, burden(row, cell.design_holder), cell.fit,
                        fit[i, here], ready[here], ability[here],
                    )  # fmt: skip
                    cell.refusal = weakness(cell.uptake)
                    cell.review = month + review_months
                uptake = cell.uptake
                refusal = cell.refusal
                if change.focal == 1:
                    uptake = uptake_forced(row, change, uptake)
                    refusal = weakness(uptake)
            spilled = 1.0
            if row.spillover > 0.0:
                part = row.spillover * change.spillover
                around = adoption_elsewhere(adopted[i], authority.weight, cell.genuine, cell.compatible)
                spilled = max(LEAST, 1.0 - part + part * around)
            late = row.urgency * change.urgency * cell.behind
            reaches = real * suits * uptake * spilled
            if late > 0.0:
                reaches *= math.exp(-late)
            reported = full * cell.nominal
            realised = reported * reaches
            account[a, i].realised += realised
            realised_here += realised
            reported_here += reported
            if reaches < 1.0:
                hurdles = (weakness(real), cell.misfit, refusal, weakness(spilled), late)
                book_delivered(a, i, reported * (1.0 - reaches), hurdles, lost, by_month)
        journal.intended[month, a] = intended_here
        journal.realised[month, a] = realised_here
        journal.nominal[month, a] = reported_here
        authority.results = min(1.0, realised_here / intended_here) if intended_here > 0.0 else 0.0
        authority.promise = (reported_here - realised_here) / reported_here if reported_here > 0.0 else 0.0
