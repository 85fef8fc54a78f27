"""Discovery and design: what is learned of a need, what is designed for it, and how well that fits the people.

The right answer for change i in place a is y + delta; for a user it differs again by what the person needs. A design
is the designer's best estimate of the nation's answer, plus what mechanisms add, plus the error with which every place
translates it.
"""

import math

from sim.model.kernels import random
from sim.model.kernels.jit import compiled
from sim.model.kernels.vector_math import exponential, mean_of
from sim.model.state import CENTRE, OPEN, SHAPE, SHIFT, SPARK, WRONG_DESIGN
from sim.model.submodels.agenda import add_to_bill, layers_to, signals_heard
from sim.model.submodels.effort import fear


@compiled
def expected_fit(variance, within, tolerance):
    """Mean fit of designs that miss with a given variance, over a place's users."""
    spread = tolerance * tolerance + within * within + variance
    return tolerance / math.sqrt(spread)


@compiled
def trust_in_signals(prior, noise, signals):
    """Weight of what signals say against what was believed before: prior variance over prior plus error variance."""
    if prior <= 0.0 or signals <= 0.0:
        return 0.0
    return prior / (prior + noise / signals)


@compiled
def difference(change, authority):
    """How far the right answer of a place lies from the nation's (delta)."""
    return change.heterogeneity * (change.first * authority.deprived + change.second * authority.rural)


@compiled
def signal_variance(row, who, centre_ability):
    """Variance of one signal as it reaches the designer."""
    variance = row.design_signal_noise * row.design_signal_noise
    if row.information_loss > 0.0:
        variance *= 1.0 + row.information_loss * row.information_noise * layers_to(who, row)
    if row.central_expertise > 0.0 and who == CENTRE:
        variance *= 1.0 - row.central_expertise * row.expertise_variance * centre_ability
    return variance


@compiled
def national_estimate(prior, variance, signals, need, error):
    """A designer's estimate of the nation's right answer: g (y + e)."""
    trust = trust_in_signals(prior, variance, signals)
    if trust <= 0.0:
        return 0.0
    return trust * (need + error * math.sqrt(variance / signals))


@compiled
def best_around(i, own, row, authority, ties, cells):
    """The design that works best for change `i` among tied places that made their own, or the own one if none does."""
    best = own
    promise = expected_fit(
        row.design_translation_error * row.design_translation_error, row.design_within, row.design_tolerance
    )
    for number in range(authority.first_tie, authority.last_tie):
        shown = cells[ties[number].other, i]
        if shown.genuine > 0.0 and shown.design_holder != CENTRE and shown.fit > promise:
            promise = shown.fit
            best = shown.design
    return best


@compiled
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


@compiled
def share_known(row, who):
    """Share of what a holder can learn of a place's difference that enters its design.

    What differs between places is in the centre's part of the data alone, as far as its aggregates keep it.
    """
    share = row.local_need * row.local_need_share
    if who == CENTRE:
        share = share * row.hierarchy_central_grain * row.information_centre
    return share


@compiled
def designed_for(a, i, row, keys, change, authority, centre_ability, ties, cells):
    """The design that the holder of the right makes of change `i` for place `a`."""
    cell = cells[a, i]
    who = cell.design_holder
    signals = signals_heard(row, cell.haste)
    variance = signal_variance(row, who, centre_ability)
    prior = change.ambiguity * change.ambiguity
    design = national_estimate(prior, variance, signals, change.need, change.error)
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
        design += closeness * (best_around(i, design, row, authority, ties, cells) - design)
    return design


@compiled
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


@compiled
def personal_part(row):
    """Spread of personal needs that a service leaves unmet: less where information travels with the person."""
    personal = row.design_within
    if row.citizen_data > 0.0:
        personal *= 1.0 - row.citizen_data * row.citizen_personal * row.information_users
    return personal


@compiled
def put_in_use(i, design, row, change, authority, cell, users):
    """Put a design to use in a place: everyone's fit is reckoned anew, and the nation's standard as well."""
    cell.design = design
    cell.designed = 1
    personal = personal_part(row)
    miss = design - (change.need + difference(change, authority))
    begin = authority.first_user
    end = authority.last_user
    cell.fit = fit_people(
        miss, personal * change.first, personal * change.second, row.design_tolerance,
        users.first[begin:end], users.second[begin:end], users.fit[i, begin:end],
    )  # fmt: skip
    change.restandard = 1


@compiled
def make_design(a, i, row, keys, change, authority, centre_ability, ties, users, cells):
    """Let the holder of the right make a design for a place and put it to use; bodies' help with it costs their hours."""
    cell = cells[a, i]
    design = designed_for(a, i, row, keys, change, authority, centre_ability, ties, cells)
    if row.local_need > 0.0 and cell.design_holder != CENTRE:
        authority.brokered += row.bodies_brokered * authority.broker * row.design_signal_hours
    put_in_use(i, design, row, change, authority, cell, users)


@compiled
def redesigned(row, design, change, authority, luck):
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


@compiled
def seen_fit(row, who, fit):
    """Fit of a pilot as its designer hears of it: each layer that a report climbs makes it look better."""
    if row.information_loss > 0.0:
        return fit + (1.0 - fit) * min(
            1.0, row.information_loss * row.information_optimism * layers_to(who, row)
        )
    return fit


@compiled
def show_pilot(a, i, row, ties, places, cells):
    """Let the place and those tied to it see how well a completed pilot fits: 2 fit - 1, by the weight of ties. ODD 8.11."""
    cell = cells[a, i]
    cell.piloted = 1
    shown = 2.0 * seen_fit(row, cell.design_holder, cell.fit) - 1.0
    cell.seen += shown
    for b in range(len(places)):
        for number in range(places[b].first_tie, places[b].last_tie):
            if ties[number].other == a:
                cells[b, i].seen += ties[number].weight * shown


@compiled
def bar_for_pilots(row, change):
    """Fit below which a pilot is stopped; fear of blame lowers it, so that wrong designs are kept."""
    bar = row.fail_fast * row.fail_fast_fit
    if row.blame > 0.0:
        bar *= 1.0 - row.blame * fear(row, change.radicalness, change.visibility)
    return bar


@compiled
def design_changes(month, p, keys, calendar, changes, places, ties, users, centre, cells, ledger):
    """Make designs where commitment is won; stop and redesign pilots that show a bad fit."""
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
                if seen_fit(row, cell.design_holder, cell.fit) < bar_for_pilots(row, change):
                    if row.scale_up > 0.0 and row.evidence > 0.0:
                        # What failed is seen as well; once redesigned it is a new pilot.
                        if cell.piloted == 0:
                            show_pilot(a, i, row, ties, places, cells)
                        cell.piloted = 0
                    luck = random.normal(keys[random.PILOT], a, i, 0)
                    # What a pilot taught is one place's alone, so it pays for all of it.
                    taught = row.fail_fast_signals
                    staff = row.design_hours + taught * row.design_signal_hours
                    add_to_bill(cell, staff, taught * row.design_signal_user_hours)
                    cell.stage = SPARK
                    cell.progress = 0.0
                    cell.redesigned = 1
                    ledger[a, i, WRONG_DESIGN] += undone
                    put_in_use(
                        i,
                        redesigned(row, cell.design, change, authority, luck),
                        row,
                        change,
                        authority,
                        cell,
                        users,
                    )
