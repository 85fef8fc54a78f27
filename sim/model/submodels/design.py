"""Discovery and design: what is learned of a need, what is designed for it, and how well that fits the people.

The right answer for change i in place a is y + delta; for a user it differs again by what the person needs. A design
is the designer's best estimate of the nation's answer, plus what mechanisms add, plus the error with which every place
translates it.
"""

import math

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import exponential, mean_of
from sim.model.state import CENTRE, OPEN, SHAPE, SHIFT, SPARK, WRONG_DESIGN
from sim.model.submodels.design_cost import add_design_cost, signals_used
from sim.model.submodels.effort import blame_aversion
from sim.model.submodels.holders import layers_to


@kernel
def expected_fit(variance, within, tolerance):
    """Mean fit of designs that miss with a given variance, over a place's users."""
    spread = tolerance * tolerance + within * within + variance
    return tolerance / math.sqrt(spread)


@kernel
def trust_in_signals(prior, noise, signals):
    """Weight of what signals say against what was believed before: prior variance over prior plus error variance."""
    if prior <= 0.0 or signals <= 0.0:
        return 0.0
    return prior / (prior + noise / signals)


@kernel
def difference(change, authority):
    """How far the right answer of a place lies from the nation's (delta)."""
    return change.heterogeneity * (
        change.need_direction_1 * authority.deprived + change.need_direction_2 * authority.rural
    )


@kernel
def signal_variance(row, who, centre_ability):
    """Variance of one signal as it reaches the designer."""
    variance = row.design_signal_noise * row.design_signal_noise
    if row.information_loss > 0.0:
        variance *= 1.0 + row.information_loss * row.information_noise * layers_to(who, row)
    if row.central_expertise > 0.0 and who == CENTRE:
        variance *= 1.0 - row.central_expertise * row.expertise_variance * centre_ability
    return variance


@kernel
def national_estimate(prior, variance, signals, need, error):
    """A designer's estimate of the nation's right answer: g (y + e)."""
    trust = trust_in_signals(prior, variance, signals)
    if trust <= 0.0:
        return 0.0
    return trust * (need + error * math.sqrt(variance / signals))


@kernel
def best_neighbour_design(i, own, row, authority, ties, cells):
    """The design that works best for change `i` among tied places that made their own, or the own one if none does."""
    best = own
    promise = expected_fit(
        row.design_translation_error * row.design_translation_error, row.design_within, row.design_tolerance
    )
    for number in range(authority.first_tie, authority.last_tie):
        shown = cells[ties[number].other, i]
        if shown.real_coverage > 0.0 and shown.design_holder != CENTRE and shown.fit > promise:
            promise = shown.fit
            best = shown.design
    return best


@kernel
def local_signals(row, signals, authority):
    """Signals of its own difference that a local designer of a place has, as far as they are kept where it can hear them.

    An authority's part shows its place; bodies pass on what they keep as far as they are ready to; users speak for
    themselves as far as they trust enough to take part and are able to; bodies speak for those who do not.
    """
    voice = authority.trust * authority.user_ability
    passed_on = row.information_third_sector * min(1.0, authority.broker)
    heard = signals * (row.information_authorities + passed_on + row.information_users * voice)
    kept = row.information_authorities + row.information_third_sector + row.information_users
    return heard + row.bodies_brokered * authority.broker * kept


@kernel
def share_known(row, who):
    """Share of what a holder can learn of a place's difference that enters its design.

    What differs between places is in the centre's part of the data alone, as far as its aggregates keep it.
    """
    share = row.local_need * row.local_need_share
    if who == CENTRE:
        share = share * row.hierarchy_central_grain * row.information_centre
    return share


@kernel
def new_design(a, i, row, keys, change, authority, centre_ability, ties, cells):
    """The design that the holder of the right makes of change `i` for place `a`."""
    cell = cells[a, i]
    who = cell.design_holder
    signals = signals_used(row, cell.time_pressure)
    variance = signal_variance(row, who, centre_ability)
    prior = change.ambiguity * change.ambiguity
    design = national_estimate(prior, variance, signals, change.need, change.national_estimation_error)
    if row.local_need > 0.0:
        delta = difference(change, authority)
        share = share_known(row, who)
        if who == CENTRE:
            design += share * delta
        else:
            local = local_signals(row, signals, authority)
            spread = change.heterogeneity * change.heterogeneity
            luck = random.normal(keys[random.LOCAL_ESTIMATION], a, i, 0)
            design += share * national_estimate(spread, variance, local, delta, luck)
    design += row.design_translation_error * random.normal(keys[random.TRANSLATION], a, i, 0)
    if row.peer_learning > 0.0 and who != CENTRE:
        closeness = row.peer_learning * row.peer_copy
        design += closeness * (best_neighbour_design(i, design, row, authority, ties, cells) - design)
    return design


@kernel
def fit_people(miss, first, second, tolerance, users_first, users_second, users_fit):
    """Reckon how well a design fits each user of a place; returns their mean fit.

    Args:
        miss: design less the place's need.
        first: personal need per standardised first component.
        second: personal need per standardised second component.
        tolerance: tolerance of misfit.
        users_first: first component of each user's personal need.
        users_second: second component.
        users_fit: written.
    """
    scale = -0.5 / (tolerance * tolerance)
    for user in range(len(users_fit)):
        gap = miss - (first * users_first[user] + second * users_second[user])
        users_fit[user] = exponential(scale * gap * gap)
    return mean_of(users_fit)


@kernel
def personal_part(row):
    """Spread of personal needs that a service leaves unmet: less where information travels with the person."""
    personal = row.design_within
    if row.citizen_data > 0.0:
        personal *= 1.0 - row.citizen_data * row.citizen_personal * row.information_users
    return personal


@kernel
def adopt_design(i, design, row, change, authority, cell, users):
    """Put a design to use in a place: everyone's fit is reckoned anew, and the nation's standard as well."""
    cell.design = design
    cell.designed = 1
    personal = personal_part(row)
    miss = design - (change.need + difference(change, authority))
    begin = authority.first_user
    end = authority.last_user
    cell.fit = fit_people(
        miss, personal * change.need_direction_1, personal * change.need_direction_2, row.design_tolerance,
        users.need_1[begin:end], users.need_2[begin:end], users.fit[i, begin:end],
    )  # fmt: skip
    change.standard_is_stale = 1


@kernel
def make_design(a, i, row, keys, change, authority, centre_ability, ties, users, cells):
    """Let the holder of the right make a design for a place and put it to use; bodies' help with it costs their hours."""
    cell = cells[a, i]
    design = new_design(a, i, row, keys, change, authority, centre_ability, ties, cells)
    if row.local_need > 0.0 and cell.design_holder != CENTRE:
        authority.brokered += row.bodies_brokered * authority.broker * row.design_signal_hours
    adopt_design(i, design, row, change, authority, cell, users)


@kernel
def updated_design(row, design, change, authority, luck):
    """What a failed pilot turns the design into: moved towards the place's need by what it taught."""
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
    return design + trust * (need + luck * math.sqrt(noise / signals) - design)


@kernel
def perceived_fit(row, who, fit):
    """Fit of a pilot as its designer hears of it: each layer that a report climbs makes it look better."""
    if row.information_loss > 0.0:
        return fit + (1.0 - fit) * min(
            1.0, row.information_loss * row.information_optimism * layers_to(who, row)
        )
    return fit


@kernel
def record_pilot(a, i, row, ties, places, cells):
    """Let the place and those tied to it see how well a completed pilot fits: 2 fit - 1, by the weight of ties. ODD 8.11."""
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
    """Fit below which a pilot is stopped; fear of blame lowers it, so that wrong designs are kept."""
    bar = row.fail_fast * row.fail_fast_fit
    if row.blame > 0.0:
        bar *= 1.0 - row.blame * blame_aversion(row, change.radicalness, change.visibility)
    return bar


@kernel
def design_changes(month, p, state):
    """Make designs where commitment is won; stop and redesign pilots that show a bad fit."""
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
            in_use = cell.stage == SHAPE or cell.stage == SHIFT
            if cell.progress < 1.0 and (cell.designed == 1 or not in_use):
                continue
            change = changes[i]
            if cell.designed == 0 and (in_use or cell.stage == SPARK):
                make_design(a, i, row, keys, change, authority, government.ability, ties, users, cells)
            elif cell.stage == SHAPE and row.fail_fast > 0.0 and cell.reviewed == 0 and cell.gate == OPEN:
                cell.reviewed = 1
                if perceived_fit(row, cell.design_holder, cell.fit) < pilot_threshold(row, change):
                    if row.scale_up > 0.0 and row.evidence > 0.0:
                        # What failed is seen as well; once redesigned it is a new pilot.
                        if cell.piloted == 0:
                            record_pilot(a, i, row, ties, places, cells)
                        cell.piloted = 0
                    luck = random.normal(keys[random.PILOT], a, i, 0)
                    # What a pilot taught is one place's alone, so it pays for all of it.
                    taught = row.fail_fast_signals
                    staff = row.design_hours + taught * row.design_signal_hours
                    add_design_cost(cell, staff, taught * row.design_signal_user_hours)
                    cell.stage = SPARK
                    cell.progress = 0.0
                    cell.redesigned = 1
                    ledger[a, i, WRONG_DESIGN] += undone
                    adopt_design(
                        i,
                        updated_design(row, cell.design, change, authority, luck),
                        row,
                        change,
                        authority,
                        cell,
                        users,
                    )
