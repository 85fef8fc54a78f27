"""Responses: the centre's beliefs, and how will, ability, capacity and trust respond to what the month brought. ODD 8.8, 8.9.

A baseline will moves towards its target at one speed. Peers' will enters as in Friedkin and Johnsen (1990):
w(t+1) = L A w(t) + (I - L) z(t), with z the baseline will.
"""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import mean_of
from sim.model.state import Kind, Stage
from sim.model.submodels.effort import EPS


@kernel
def update_centre_beliefs(month, p, state):
    """Update the centre's belief about each authority's ability: true in the base, else late and optimistic. ODD 8.8."""
    keys, places = state.keys, state.places
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        perceived = authority.ability
        update_rate = 1.0
        if row.information_loss > 0.0:
            layers = row.information_loss * row.hierarchy_layers
            perceived += (1.0 - perceived) * min(1.0, layers * row.information_optimism)
            perceived += (
                layers * row.information_blur * random.normal(keys[random.PICTURE], a, 0, month // 12)
            )
            update_rate = 1.0 / (1.0 + layers * row.information_delay)
        authority.believed_ability += update_rate * (perceived - authority.believed_ability)


@kernel
def within_bounds(value):
    """Keep a state in [0, 1]."""
    return max(0.0, min(1.0, value))


@kernel
def lateral_weight(row):
    """Weight of ties between authorities: 1 - (C_design + C_information) / 2. ODD 8.9."""
    return 1.0 - 0.5 * (row.design_centre + row.information_centre)


@kernel
def target_will(base, row, imposed, coproduced, delivered):
    """The will that an authority's baseline will moves to. ODD 8.9.

    Args:
        base: will without any mechanism.
        row: parameters of the authority.
        imposed: share of changes under way that is imposed without voice, weighted by conflict.
        coproduced: share of changes under way that is shaped in the authority, by users and deliverers together.
        delivered: delivered share of intended benefit last month.
    """
    will = base
    # At the bar, imposition and ownership act on the interest in that change, not on the will for all.
    general = 1.0 - row.scale_up
    if row.reactance > 0.0:
        will *= 1.0 - general * row.reactance * row.reactance_will * imposed
    if row.ownership > 0.0:
        will += general * row.ownership * row.ownership_will * coproduced * (1.0 - will)
    if row.evidence > 0.0:
        many = (
            row.information_centre * row.information_centre
            + row.information_authorities * row.information_authorities
        )
        many += (
            row.information_third_sector * row.information_third_sector
            + row.information_users * row.information_users
        )
        backing = 0.5 * (1.0 - many) / 0.75 + 0.5 * (1.0 - row.agenda_centre)
        lift = row.evidence_results * delivered + row.evidence_vision * row.centre_vision * backing
        will += row.evidence * lift * (1.0 - will)
    return within_bounds(will)


@kernel
def imposition(row, conflict, cell):
    """How far a change is imposed on an authority rather than chosen, 0 to 1. ODD 8.9.

    Half for the agenda and half for the design held by the centre, times 1 - voice, sharpened by conflict.
    """
    orders = 0.0
    if cell.agenda_holder == Kind.CENTRE:
        orders += 0.5
    if cell.design_holder == Kind.CENTRE:
        orders += 0.5
    voice = 1.0 - 0.5 * (row.agenda_centre + row.design_centre)
    sharpened = 1.0 - row.reactance_conflict + row.reactance_conflict * conflict
    return orders * (1.0 - voice) * sharpened


@kernel
def ownership(row, cell):
    """Ownership of a change by those who deliver it, 0 to 1, from the shares D of the right `design`. ODD 8.9.

    0 if the centre designs; .5 + .5 min(1, 4 D_users) if authorities design; .5 min(1, 4 D_authorities) if the third sector or
    users design. Taking part in the agenda raises no will to deliver.
    """
    if cell.design_holder == Kind.CENTRE:
        return 0.0
    if cell.design_holder == Kind.AUTHORITIES:
        return 0.5 + 0.5 * min(1.0, 4.0 * row.design_users)
    return 0.5 * min(1.0, 4.0 * row.design_authorities)


@kernel
def count_imposed_changes(arrived, p, changes, places, cells):
    """Set for each authority which share of its changes under way is imposed, and which it shaped itself. ODD 8.9."""
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        under_way = 0
        imposed = coproduced = 0.0
        if row.reactance > 0.0 or row.ownership > 0.0:
            for i in range(arrived):
                cell = cells[a, i]
                if cell.stage == Stage.NOT_STARTED or cell.stage == Stage.ABANDONED or cell.nominal >= 1.0:
                    continue
                under_way += 1
                imposed += imposition(row, changes[i].conflict, cell)
                coproduced += ownership(row, cell)
        authority.imposed_share = imposed / under_way if under_way > 0 else 0.0
        authority.coproduced_share = coproduced / under_way if under_way > 0 else 0.0


@kernel
def neighbour_mean(authority, complete, mean, values, ties):
    """Mean of a value over the authorities that one looks to: all, or those it is tied to. ODD 8.9."""
    if complete:
        return mean
    seen = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        seen += ties[number].weight * values[ties[number].other]
    return seen


@kernel
def neighbour_lead(authority, complete, mean, own, values, ties):
    """How far abler authorities that one looks to are ahead of it, by weight of ties. ODD 8.9."""
    if complete:
        return max(0.0, mean - own)
    lead = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        lead += ties[number].weight * max(0.0, values[ties[number].other] - own)
    return lead


@kernel
def perceived_norm(row, own, centre_will, lateral, bodies_will, trust):
    """The will that an authority perceives: its own, and that of those who judge it, share by share. ODD 8.9.

    The authorities' share is the voice of tied authorities, the third sector's that of bodies, the users' that of trust.
    """
    outside = row.accountability_centre * centre_will + row.accountability_authorities * lateral
    outside += row.accountability_third_sector * bodies_will + row.accountability_users * trust
    return row.evidence_self * own + (1.0 - row.evidence_self) * outside


@kernel
def team_quality(row, own_ability, user_ability, centre_ability):
    """Quality of support teams: the ability of those who hold the change money, share by share. ODD 8.9."""
    quality = row.resource_centre * centre_ability + row.resource_authorities * own_ability
    return quality + row.resource_third_sector * row.bodies_ability + row.resource_users * user_ability


@kernel
def start_ability(row, offset):
    """Ability of an authority before anything was learned; `uneven_ability` widens the spread. ODD 8.9."""
    if row.uneven_ability > 0.0:
        offset *= 1.0 + row.uneven_ability * row.equalising_spread
    return row.authorities_ability + offset


@kernel
def share_at_work(row, authority):
    """How much an authority learns by doing this month, as a share of the most. ODD 8.9.

    How busy its staff are; under `hidden_work` the work done per inhabitant, so that more staff never teach less.
    """
    busy = min(1.0, authority.workload_ratio)
    if row.hidden_work <= 0.0:
        return busy
    return busy + row.hidden_work * (min(1.0, authority.worked / row.hidden_learning) - busy)


@kernel
def ability_gained(row, authority, own, lead, quality):
    """Ability gained so far, after peers, support teams and practice add to it and turnover takes away this month. ODD 8.9."""
    gained = authority.gained_ability
    if row.peer_learning > 0.0:
        gained += row.peer_learning * row.peer_ability * lateral_weight(row) * lead
    if row.programme_support > 0.0:
        gained += row.support_ability * authority.teams / max(EPS, row.support_money) * quality * (1.0 - own)
    if row.practice > 0.0:
        gained += row.practice * row.practice_gain * share_at_work(row, authority) * (1.0 - own)
        gained -= row.practice * row.practice_turnover * authority.gained_ability
    return gained


@kernel
def update_authorities(month, p, state):
    """Update the will and the ability of authorities; all see the same month before any of them changes. ODD 8.9."""
    calendar, changes, places, ties = state.calendar, state.changes, state.places, state.ties
    bodies, centre, cells = state.bodies, state.centre, state.cells
    count = len(places)
    count_imposed_changes(calendar[month].arrived, p, changes, places, cells)
    wills = places.will.copy()
    abilities = places.ability.copy()
    mean_will = mean_ability = 0.0
    for a in range(count):
        mean_will += wills[a] / count
        mean_ability += abilities[a] / count
    # Where there are no bodies, their part of the judgement is heard in the voice of the other places.
    bodies_will = mean_will if len(bodies) == 0 else 0.0
    for b in range(len(bodies)):
        bodies_will += bodies[b].will / len(bodies)
    for a in range(count):
        row = p[a]
        authority = places[a]
        complete = row.population_mixing == 1.0
        base = within_bounds(row.authorities_will + authority.will_offset)
        wanted = target_will(
            base, row, authority.imposed_share, authority.coproduced_share, authority.delivered_share
        )
        authority.baseline_will += row.response_speed * (wanted - authority.baseline_will)
        authority.will = authority.baseline_will
        if row.evidence > 0.0:
            lateral = neighbour_mean(authority, complete, mean_will, wills, ties)
            open_to = row.evidence * row.evidence_peers
            listened = open_to * perceived_norm(
                row, wills[a], centre[0].will, lateral, bodies_will, authority.trust
            )
            authority.will = within_bounds(listened + (1.0 - open_to) * authority.baseline_will)

        lead = 0.0
        if row.peer_learning > 0.0:
            lead = neighbour_lead(authority, complete, mean_ability, abilities[a], abilities, ties)
        quality = team_quality(row, abilities[a], authority.user_ability, centre[0].ability)
        start = start_ability(row, authority.ability_offset)
        gained = ability_gained(row, authority, abilities[a], lead, quality)
        authority.gained_ability = max(0.0, min(gained, 1.0 - within_bounds(start)))
        authority.ability = within_bounds(start + authority.gained_ability)


@kernel
def update_centre(month, p, state):
    """Set the centre's will, ability and attention to their levels. ODD 8.9."""
    row = p[len(p) - 1]
    centre = state.centre
    government = centre[0]
    government.will = within_bounds(row.centre_will + government.will_offset)
    government.ability = within_bounds(row.centre_ability + government.ability_offset)
    government.capacity = within_bounds(row.centre_capacity + government.capacity_offset)


@kernel
def update_bodies(month, p, state):
    """Update third-sector bodies: a share in design strengthens their commitment. ODD 8.9."""
    bodies = state.bodies
    for b in range(len(bodies)):
        body = bodies[b]
        row = p[body.home]
        wanted = within_bounds(row.bodies_will + body.will_offset)
        if row.ownership > 0.0:
            wanted += row.ownership * row.ownership_will * row.design_third_sector * (1.0 - wanted)
        body.will += row.response_speed * (wanted - body.will)
        body.ability = within_bounds(row.bodies_ability + body.ability_offset)
        body.capacity = within_bounds(row.bodies_capacity + body.capacity_offset)


@kernel
def update_users(month, p, state):
    """Update users' trust (broken promises lower it, a share in design raises it) and their readiness for uptake. ODD 8.9."""
    places, users = state.places, state.users
    will, ability, time = users.will, users.ability, users.capacity
    initial_trust, ready = users.initial_trust, users.ready
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        here = slice(authority.first_user, authority.last_user)
        unchanged = (
            authority.last_users_will == row.users_will and authority.last_users_ability == row.users_ability
        )
        if not unchanged or authority.last_users_time != row.users_capacity:
            set_levels(row.users_will, initial_trust[here], users.will_offset[here])
            authority.user_ability = set_levels(row.users_ability, ability[here], users.ability_offset[here])
            authority.user_time = set_levels(row.users_capacity, time[here], users.capacity_offset[here])
            authority.last_users_will = row.users_will
            authority.last_users_ability = row.users_ability
            authority.last_users_time = row.users_capacity
        kept = 1.0
        lift = 0.0
        if row.evidence > 0.0:
            kept = 1.0 - row.evidence * row.evidence_promises * authority.unkept_promise_share
        if row.ownership > 0.0:
            lift = row.ownership * row.ownership_will * row.design_users
        trust = will[here]
        update_trust(row.response_speed, kept, lift, trust, initial_trust[here])
        update_readiness(authority.co_design, 1.0 / row.users_time_needed, trust, time[here], ready[here])
        authority.trust = mean_of(trust)


@kernel
def set_levels(mean, level, offset):
    """Set users to a mean level and their own differences, kept in [0, 1]; returns their mean. ODD 8.9."""
    total = 0.0
    for user in range(len(level)):
        level[user] = max(0.0, min(1.0, mean + offset[user]))
        total += level[user]
    return total / len(level)


@kernel
def update_trust(speed, kept, lift, will, initial_trust):
    """Move each user's trust towards its level: less what broken promises take, plus what a share in design gives. ODD 8.9."""
    for user in range(len(will)):
        wanted = initial_trust[user] * kept
        wanted += lift * (1.0 - wanted)
        will[user] += speed * (wanted - will[user])


@kernel
def readiness(will, time, co_design, worth):
    """Readiness of a user for uptake, ability aside: trust times min(1, time left / time needed). ODD 8.9.

    Args:
        will: the user's trust.
        time: the user's time.
        co_design: time that co-design takes.
        worth: 1 / `users.time_needed`.
    """
    return will * min(1.0, max(0.0, time - co_design) * worth)


@kernel
def update_readiness(co_design, worth, will, time, ready):
    """Compute the readiness of each user of an authority; `ready` is written. ODD 8.9."""
    for user in range(len(ready)):
        ready[user] = readiness(will[user], time[user], co_design, worth)
