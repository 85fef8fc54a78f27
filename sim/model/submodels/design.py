"""Discovery and design: what is learned of a need, what is designed for it, and how well that fits people. ODD 8.3.

The right answer to change i in authority a is y + delta; for a user it differs again by what the person needs. A design is
the designer's best estimate of the nation's answer, plus what mechanisms add, plus an error of translation.
"""

import math

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import exponential, mean_of
from sim.model.state import Cause, Gate, Kind, Stage
from sim.model.submodels.design_cost import add_design_cost, signals_used
from sim.model.submodels.effort import blame_aversion
from sim.model.submodels.holders import layers_to


@kernel
def expected_fit(variance, within, tolerance):
    """Mean fit of designs that miss with variance V, over an authority's users: t / sqrt(t^2 + within^2 + V). ODD 8.3."""
    spread = tolerance * tolerance + within * within + variance
    return tolerance / math.sqrt(spread)


@kernel
def trust_in_signals(prior, noise, signals):
    """Weight of the signals against the prior belief: prior / (prior + noise / signals), all variances. ODD 8.3."""
    if prior <= 0.0 or signals <= 0.0:
        return 0.0
    return prior / (prior + noise / signals)


@kernel
def difference(change, authority):
    """Difference between an authority's right answer and the nation's (delta), from its deprivation and rurality. ODD 8.3."""
    return change.heterogeneity * (
        change.need_direction_1 * authority.deprived + change.need_direction_2 * authority.rural
    )


@kernel
def signal_variance(row, who, centre_ability):
    """Variance of one signal as it reaches the designer, by layers passed and central expertise. ODD 8.3."""
    variance = row.design_signal_noise * row.design_signal_noise
    if row.information_loss > 0.0:
        variance *= 1.0 + row.information_loss * row.information_noise * layers_to(who, row)
    if row.central_expertise > 0.0 and who == Kind.CENTRE:
        variance *= 1.0 - row.central_expertise * row.expertise_variance * centre_ability
    return variance


@kernel
def national_estimate(prior, variance, signals, need, error):
    """A designer's estimate of the nation's right answer: g (y + e), g the weight of the signals. ODD 8.3."""
    trust = trust_in_signals(prior, variance, signals)
    if trust <= 0.0:
        return 0.0
    return trust * (need + error * math.sqrt(variance / signals))


@kernel
def best_neighbour_design(i, own, row, authority, ties, cells):
    """Design of change i that fits best among tied authorities that made their own, or the own one if none does. ODD 8.3."""
    best = own
    promise = expected_fit(
        row.design_translation_error * row.design_translation_error, row.design_within, row.design_tolerance
    )
    for number in range(authority.first_tie, authority.last_tie):
        shown = cells[ties[number].other, i]
        if shown.real_coverage > 0.0 and shown.design_holder != Kind.CENTRE and shown.fit > promise:
            promise = shown.fit
            best = shown.design
    return best


@kernel
def local_signals(row, signals, authority):
    """Number of signals about local need available to a local designer. ODD 8.3.

    n (I_A + I_T min(1, broker) + I_U trust ability) + brokered broker (I_A + I_T + I_U), n signals in all, I_k the share of
    information held by authorities, third sector and users.
    """
    voice = authority.trust * authority.user_ability
    passed_on = row.information_third_sector * min(1.0, authority.broker)
    heard = signals * (row.information_authorities + passed_on + row.information_users * voice)
    kept = row.information_authorities + row.information_third_sector + row.information_users
    return heard + row.bodies_brokered * authority.broker * kept


@kernel
def share_known(row, who):
    """Share of an authority's difference that a designer can learn and that enters the design. ODD 8.3.

    mu k for a local designer; times grain and the centre's share of information for the centre, which sees aggregates.
    """
    share = row.local_need * row.local_need_share
    if who == Kind.CENTRE:
        share = share * row.hierarchy_central_grain * row.information_centre
    return share


@kernel
def new_design(a, i, row, keys, change, authority, centre_ability, ties, cells):
    """The design that the holder of the right makes of change i for authority a. ODD 8.3."""
    cell = cells[a, i]
    who = cell.design_holder
    signals = signals_used(row, cell.time_pressure)
    variance = signal_variance(row, who, centre_ability)
    prior = change.ambiguity * change.ambiguity
    design = national_estimate(prior, variance, signals, change.need, change.national_estimation_error)
    if row.local_need > 0.0:
        delta = difference(change, authority)
        share = share_known(row, who)
        if who == Kind.CENTRE:
            design += share * delta
        else:
            local = local_signals(row, signals, authority)
            spread = change.heterogeneity * change.heterogeneity
            u = random.normal(keys[random.LOCAL_ESTIMATION], a, i, 0)
            design += share * national_estimate(spread, variance, local, delta, u)
    design += row.design_translation_error * random.normal(keys[random.TRANSLATION], a, i, 0)
    if row.peer_learning > 0.0 and who != Kind.CENTRE:
        closeness = row.peer_learning * row.peer_copy
        design += closeness * (best_neighbour_design(i, design, row, authority, ties, cells) - design)
    return design


@kernel
def fit_people(miss, need_1, need_2, tolerance, users_need_1, users_need_2, users_fit):
    """Compute how well a design fits each user of an authority, exp(-gap^2 / (2 t^2)); returns their mean fit. ODD 8.3.

    Args:
        miss: design minus the authority's need.
        need_1: personal need per standardised first component.
        need_2: personal need per standardised second component.
        tolerance: t, tolerance of misfit.
        users_need_1: first component of each user's personal need.
        users_need_2: second component.
        users_fit: written.
    """
    scale = -0.5 / (tolerance * tolerance)
    for user in range(len(users_fit)):
        gap = miss - (need_1 * users_need_1[user] + need_2 * users_need_2[user])
        users_fit[user] = exponential(scale * gap * gap)
    return mean_of(users_fit)


@kernel
def personal_part(row):
    """Spread of personal needs that a service leaves unmet: less where information travels with the person. ODD 8.3."""
    personal = row.design_within
    if row.citizen_data > 0.0:
        personal *= 1.0 - row.citizen_data * row.citizen_personal * row.information_users
    return personal


@kernel
def adopt_design(i, design, row, change, authority, cell, users):
    """Put a design to use: each user's fit is computed, and the national standard is marked as stale. ODD 8.3."""
    cell.design = design
    cell.designed = 1
    personal = personal_part(row)
    miss = design - (change.need + difference(change, authority))
    here = slice(authority.first_user, authority.last_user)
    cell.fit = fit_people(
        miss, personal * change.need_direction_1, personal * change.need_direction_2, row.design_tolerance,
        users.need_1[here], users.need_2[here], users.fit[i, here],
    )  # fmt: skip
    change.standard_is_stale = 1


@kernel
def make_design(a, i, row, keys, change, authority, centre_ability, ties, users, cells):
    """Make a design for an authority and put it to use; the help of third-sector bodies costs their hours. ODD 8.3."""
    cell = cells[a, i]
    design = new_design(a, i, row, keys, change, authority, centre_ability, ties, cells)
    if row.local_need > 0.0 and cell.design_holder != Kind.CENTRE:
        authority.brokered += row.bodies_brokered * authority.broker * row.design_signal_hours
    adopt_design(i, design, row, change, authority, cell, users)


@kernel
def updated_design(row, design, change, authority, u):
    """Design after a failed pilot: moved towards the authority's need by what the pilot taught. ODD 8.3."""
    noise = row.design_signal_noise * row.design_signal_noise
    signals = row.fail_fast_signals
    prior = (
        change.ambiguity * change.ambiguity
        + change.heterogeneity * change.heterogeneity
        + row.design_translation_error * row.design_translation_error
    )
    trust = trust_in_signals(prior, noise, signals)
    if trust <= 0.0:
        return design
    need = change.need + difference(change, authority)
    return design + trust * (need + u * math.sqrt(noise / signals) - design)


@kernel
def perceived_fit(row, who, fit):
    """Fit of a pilot as its designer perceives it: phi + (1 - phi) min(1, mu k layers), each layer adds optimism. ODD 8.3."""
    if row.information_loss > 0.0:
        return fit + (1.0 - fit) * min(
            1.0, row.information_loss * row.information_optimism * layers_to(who, row)
        )
    return fit


@kernel
def record_pilot(a, i, row, ties, places, cells):
    """Show the authority and those tied to it how well a completed pilot fits: 2 fit - 1, by the weight of ties. ODD 8.11."""
    cell = cells[a, i]
    cell.piloted = 1
    shown = 2.0 * perceived_fit(row, cell.design_holder, cell.fit) - 1.0
    cell.pilot_evidence += shown
    for b in range(len(places)):
        for number in range(places[b].first_tie, places[b].last_tie):
            if ties[number].other == a:
                cells[b, i].pilot_evidence += ties[number].weight * shown


@kernel
def pilot_threshold(row, change):
    """Fit below which a pilot is stopped: mu k, lowered by fear of blame, so that wrong designs are kept. ODD 8.3."""
    bar = row.fail_fast * row.fail_fast_fit
    if row.blame > 0.0:
        bar *= 1.0 - row.blame * blame_aversion(row, change.radicalness, change.visibility)
    return bar


@kernel
def design_changes(month, p, state):
    """Make designs where *spark* is complete; stop and redesign pilots that fit badly. ODD 8.3."""
    keys, calendar, changes, places = state.keys, state.calendar, state.changes, state.places
    ties, users, centre, cells = state.ties, state.users, state.centre, state.cells
    ledger = state.ledger
    count = len(places)
    path = p[count].work_see + p[count].work_spark + p[count].work_shape + p[count].work_shift
    undone = (p[count].work_spark + p[count].work_shape) / path
    government = centre[0]
    for a in range(count):
        row = p[a]
        authority = places[a]
        for i in range(calendar[month].arrived):
            cell = cells[a, i]
            in_use = cell.stage == Stage.SHAPE or cell.stage == Stage.SHIFT
            if cell.progress < 1.0 and (cell.designed == 1 or not in_use):
                continue
            change = changes[i]
            if cell.designed == 0 and (in_use or cell.stage == Stage.SPARK):
                make_design(a, i, row, keys, change, authority, government.ability, ties, users, cells)
            elif (
                cell.stage == Stage.SHAPE
                and row.fail_fast > 0.0
                and cell.reviewed == 0
                and cell.gate == Gate.OPEN
            ):
                cell.reviewed = 1
                if perceived_fit(row, cell.design_holder, cell.fit) < pilot_threshold(row, change):
                    if row.scale_up > 0.0 and row.evidence > 0.0:
                        # What failed is seen as well; once redesigned it is a new pilot.
                        if cell.piloted == 0:
                            record_pilot(a, i, row, ties, places, cells)
                        cell.piloted = 0
                    u = random.normal(keys[random.PILOT], a, i, 0)
                    # What a pilot taught is one place's alone, so it pays for all of it.
                    taught = row.fail_fast_signals
                    staff = row.design_hours + taught * row.design_signal_hours
                    add_design_cost(cell, staff, taught * row.design_signal_user_hours)
                    cell.stage = Stage.SPARK
                    cell.progress = 0.0
                    cell.redesigned = 1
                    ledger[a, i, Cause.WRONG_DESIGN] += undone
                    design = updated_design(row, cell.design, change, authority, u)
                    adopt_design(i, design, row, change, authority, cell, users)
