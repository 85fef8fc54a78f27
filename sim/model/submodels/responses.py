"""Reports: what the centre comes to believe of each place's ability, late and blurred by the layers a report climbs.

Responses: how will, ability, capacity and trust answer to what the month brought.

Everyone has a disposition that moves towards its level at one speed. Peers' will enters as in Friedkin and Johnsen:
w(t+1) = L A w(t) + (I - L) z(t), where z is the disposition, constant while nothing else moves it."""

from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.kernels.vector_math import mean_of
from sim.model.state import ABANDONED, AUTHORITIES, CENTRE, NOT_STARTED
from sim.model.submodels.effort import EPS


@kernel
def update_centre_beliefs(month, p, state):
    """Send each place's ability up: at once and true in the base; else late, blurred and too rosy."""
    keys, places = state.keys, state.places
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        seen = authority.ability
        catches = 1.0
        if row.information_loss > 0.0:
            layers = row.information_loss * row.hierarchy_layers
            seen += (1.0 - seen) * min(1.0, layers * row.information_optimism)
            seen += layers * row.information_blur * random.normal(keys[random.PICTURE], a, 0, month // 12)
            catches = 1.0 / (1.0 + layers * row.information_delay)
        authority.believed_ability += catches * (seen - authority.believed_ability)


@kernel
def within_bounds(value):
    """Keep a state in [0, 1]."""
    return max(0.0, min(1.0, value))


@kernel
def lateral_weight(row):
    """Weight that ties between places carry, the less so the more the centre holds of design and information."""
    return 1.0 - 0.5 * (row.design_centre + row.information_centre)


@kernel
def target_will(base, row, told, shaped, results):
    """The will that a place's disposition moves to.

    Args:
        base: will without any mechanism.
        row: parameters of the place.
        told: share of live changes imposed without voice, weighted by conflict.
        shaped: share of live changes shaped in the place, by users and deliverers together.
        results: delivered share of intended benefit last month.
    """
    will = base
    # At the bar, being told and having shaped act on the interest in that change, not on the will for all.
    general = 1.0 - row.scale_up
    if row.reactance > 0.0:
        will *= 1.0 - general * row.reactance * row.reactance_will * told
    if row.ownership > 0.0:
        will += general * row.ownership * row.ownership_will * shaped * (1.0 - will)
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
        lift = row.evidence_results * results + row.evidence_vision * row.centre_vision * backing
        will += row.evidence * lift * (1.0 - will)
    return within_bounds(will)


@kernel
def imposition(row, conflict, cell):
    """How far a change is told rather than chosen in a place, from 0 to 1."""
    orders = 0.0
    if cell.agenda_holder == CENTRE:
        orders += 0.5
    if cell.design_holder == CENTRE:
        orders += 0.5
    voice = 1.0 - 0.5 * (row.agenda_centre + row.design_centre)
    sharpened = 1.0 - row.reactance_conflict + row.reactance_conflict * conflict
    return orders * (1.0 - voice) * sharpened


@kernel
def ownership(row, cell):
    """How far a change was shaped by those who deliver it: in full when users and deliverers are in one room.

    The room is open as far as the other side holds a part of the right, and in full from a quarter on. Only the right
    `design` counts: taking part in the choice of policy (`agenda`) raises no will to deliver.
    """
    if cell.design_holder == CENTRE:
        return 0.0
    if cell.design_holder == AUTHORITIES:
        return 0.5 + 0.5 * min(1.0, 4.0 * row.design_users)
    return 0.5 * min(1.0, 4.0 * row.design_authorities)


@kernel
def count_imposed_changes(arrived, p, changes, places, cells):
    """Note for each place how much of its live work is imposed, and how much it shaped itself."""
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        live = 0
        told = 0.0
        shaped = 0.0
        if row.reactance > 0.0 or row.ownership > 0.0:
            for i in range(arrived):
                cell = cells[a, i]
                if cell.stage == NOT_STARTED or cell.stage == ABANDONED or cell.nominal >= 1.0:
                    continue
                live += 1
                told += imposition(row, changes[i].conflict, cell)
                shaped += ownership(row, cell)
        authority.imposed_share = told / live if live > 0 else 0.0
        authority.coproduced_share = shaped / live if live > 0 else 0.0


@kernel
def neighbour_mean(authority, complete, mean, values, ties):
    """What an authority sees of a value among those it looks to: the mean of all, or of tied places."""
    if complete:
        return mean
    seen = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        seen += ties[number].weight * values[ties[number].other]
    return seen


@kernel
def neighbour_lead(authority, complete, mean, own, values, ties):
    """How far abler places an authority looks to are ahead of it; where all meet all, how far the mean is."""
    if complete:
        return max(0.0, mean - own)
    lead = 0.0
    for number in range(authority.first_tie, authority.last_tie):
        lead += ties[number].weight * max(0.0, values[ties[number].other] - own)
    return lead


@kernel
def perceived_norm(row, own, centre_will, lateral, bodies_will, trust):
    """The will a place hears: its own of now, and that of those who judge it, share by share.

    The authorities' share is the voice of tied places, the third sector's that of bodies, the users' that of trust.
    """
    outside = row.accountability_centre * centre_will + row.accountability_authorities * lateral
    outside += row.accountability_third_sector * bodies_will + row.accountability_users * trust
    return row.evidence_self * own + (1.0 - row.evidence_self) * outside


@kernel
def team_quality(row, own_ability, user_ability, centre_ability):
    """Quality of implementation teams: the ability of those who hold the change money, share by share."""
    quality = row.resource_centre * centre_ability + row.resource_authorities * own_ability
    return quality + row.resource_third_sector * row.bodies_ability + row.resource_users * user_ability


@kernel
def start_ability(row, offset):
    """Ability of a place before anything was learned; the spread is wider under `uneven_ability`."""
    if row.uneven_ability > 0.0:
        offset *= 1.0 + row.uneven_ability * row.equalising_spread
    return row.authorities_ability + offset


@kernel
def share_at_work(row, authority):
    """How much a place learns by doing this month, as a share of the most. ODD 8.9.

    How busy its staff are; under `hidden_work` the work done per inhabitant, so that more staff never teach less.
    """
    busy = min(1.0, authority.workload_ratio)
    if row.hidden_work <= 0.0:
        return busy
    return busy + row.hidden_work * (min(1.0, authority.worked / row.hidden_learning) - busy)


@kernel
def ability_gained(row, authority, own, lead, quality):
    """Ability gained so far, after what peers, support teams and practice add and turnover takes away this month."""
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
    """Move the will and the ability of authorities; all see the same month before any of them changes."""
    calendar, changes, places, ties = state.calendar, state.changes, state.places, state.ties
    bodies, centre, cells = state.bodies, state.centre, state.cells
    count = len(places)
    count_imposed_changes(calendar[month].arrived, p, changes, places, cells)
    wills = places.will.copy()
    abilities = places.ability.copy()
    mean_will = 0.0
    mean_ability = 0.0
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
    """Move third-sector bodies: having a hand in design strengthens their commitment."""
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
    """Move users' trust: broken promises lower it, a hand in design raises it; reckon who is ready to take up."""
    places, users = state.places, state.users
    will, ability, time, trusting, ready = (
        users.will,
        users.ability,
        users.capacity,
        users.initial_trust,
        users.ready,
    )
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        here = slice(authority.first_user, authority.last_user)
        stands = (
            authority.last_users_will == row.users_will and authority.last_users_ability == row.users_ability
        )
        if not stands or authority.last_users_time != row.users_capacity:
            set_levels(row.users_will, trusting[here], users.will_offset[here])
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
        update_trust(row.response_speed, kept, lift, trust, trusting[here])
        update_readiness(authority.co_design, 1.0 / row.users_time_needed, trust, time[here], ready[here])
        authority.trust = mean_of(trust)


@kernel
def set_levels(mean, level, offset):
    """Set users to a mean level and their own differences, kept in [0, 1]; returns what they average."""
    total = 0.0
    for user in range(len(level)):
        level[user] = max(0.0, min(1.0, mean + offset[user]))
        total += level[user]
    return total / len(level)


@kernel
def update_trust(speed, kept, lift, will, trusting):
    """Move each user's trust towards its level: less what broken promises take, more by what a hand in design gives."""
    for user in range(len(will)):
        wanted = trusting[user] * kept
        wanted += lift * (1.0 - wanted)
        will[user] += speed * (wanted - will[user])


@kernel
def readiness(will, time, co_design, worth):
    """How ready a user is to take up, ability aside: trust, times the part of what is needed that time left is worth.

    Args:
        will: the user's trust.
        time: the user's time.
        co_design: time that co-design takes.
        worth: part of the need that a unit of time meets: 1 / `users.time_needed`.
    """
    return will * min(1.0, max(0.0, time - co_design) * worth)


@kernel
def update_readiness(co_design, worth, will, time, ready):
    """Reckon how ready each user of a place is to take up; `ready` is written."""
    for user in range(len(ready)):
        ready[user] = readiness(will[user], time[user], co_design, worth)
