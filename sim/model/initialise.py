"""Initialisation: authorities, third-sector bodies, users, and the stream of announced changes, drawn once for a run.

Nothing here reads the table of rights: under one seed, every scenario has the same people and the same problems.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.model.decision_rights import KINDS
from sim.model.geography import Territory
from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.parameters import Parameters
from sim.model.state import (
    ACCOUNT,
    ACTIVITIES,
    BODIES,
    CALENDAR,
    CAPACITY_ROWS,
    CAUSES,
    CELLS,
    CENTRE_COLUMNS,
    CHANGES,
    FOCAL_OUTPUTS,
    HEADS,
    LEDGER,
    MONTHS,
    PLACES,
    STAGES,
    TIES,
    Journal,
    Kind,
    State,
    Users,
    table,
)


@kernel
def draw_uniforms(key, count):
    """One uniform draw for each of `count` agents."""
    values = np.empty(count)
    for agent in range(count):
        values[agent] = random.uniform(key, agent, 0, 0)
    return values


@kernel
def draw_normals(key, count, spread):
    """Own differences from a mean: one for each of `count` agents, with a standard deviation of `spread`."""
    shares = draw_uniforms(key, count)
    values = np.empty(count)
    # Loops without branches run several agents at a time; the few far from the middle come after.
    for agent in range(count):
        values[agent] = spread * random.central_normal(shares[agent] - 0.5)
    for agent in range(count):
        if abs(shares[agent] - 0.5) > random.CENTRAL:
            values[agent] = spread * random.outer_normal(shares[agent])
    return values


@kernel
def start_levels(mean, offsets):
    """Levels at the start: a mean and own differences, kept in [0, 1]."""
    values = np.empty(len(offsets))
    for agent in range(len(offsets)):
        values[agent] = max(0.0, min(1.0, mean + offsets[agent]))
    return values


@kernel
def lower_by_deprivation(offsets, place, character, slope):
    """Lower the users' own differences where their place is more deprived."""
    for user in range(len(offsets)):
        offsets[user] -= slope * character[place[user], 0]


@lru_cache(maxsize=64)
def apportion(total: int, land: Territory, least: int) -> np.ndarray:
    """Share a whole number out over places by their people, by largest remainders, with at least so many each.

    Returns:
        Shape (A,), the same array for all runs that share alike: it cannot be written to.
    """
    spare = total - least * len(land.code)
    exact = spare * land.population / land.population.sum()
    parts = np.floor(exact).astype(np.int64)
    rest = spare - int(parts.sum())
    parts[np.argsort(-(exact - parts), kind="stable")[:rest]] += 1
    parts += least
    parts.flags.writeable = False
    return parts


@kernel
def draw_varied(key, count, mean, variety, low, high):
    """One value for each of `count` changes, evenly spread around a mean by a share of it, and kept within bounds."""
    values = np.empty(count)
    for change in range(count):
        u = random.uniform(key, change, 0, 0)
        values[change] = max(low, min(high, mean * (1.0 + variety * (2.0 * u - 1.0))))
    return values


def stream(parameters: Parameters, keys: np.ndarray) -> np.recarray:
    """The stream of announced changes; those begun before the run come first and have negative months of arrival."""
    declared = parameters.changes
    months = parameters.population.months
    early = declared.in_progress
    count = early + declared.arriving

    def u(stream_number: int) -> np.ndarray:
        return draw_uniforms(keys[stream_number], count)

    def varied(name: str, number: int, low: float, high: float) -> np.ndarray:
        return draw_varied(keys[number], count, getattr(declared, name), declared.variety, low, high)

    duration = varied("duration", random.DURATION, 2.0, np.inf)
    when = u(random.ARRIVAL)
    begun = -1 - np.floor(0.6 * when[:early] * duration[:early]).astype(np.int64)
    arrival = np.concatenate([begun, np.sort(np.floor(when[early:] * months).astype(np.int64))])
    ambiguity = varied("ambiguity", random.AMBIGUITY, 0.0, np.inf)
    angle = 2.0 * np.pi * u(random.DIRECTION)
    changes = table(
        CHANGES,
        count,
        arrival=arrival,
        duration=duration,
        pace=1.0 / duration,
        ambition=varied("ambition", random.AMBITION, 0.0, np.inf),
        target_share=1.0,
        radicalness=varied("radicalness", random.RADICALNESS, 0.0, 1.0),
        ambiguity=ambiguity,
        heterogeneity=varied("heterogeneity", random.HETEROGENEITY, 0.0, np.inf),
        spillover=varied("spillover", random.SPILLOVER, 0.0, 1.0),
        visibility=varied("visibility", random.VISIBILITY, 0.0, 1.0),
        conflict=varied("conflict", random.CONFLICT, 0.0, 1.0),
        urgency=varied("urgency", random.URGENCY, 0.0, np.inf),
        personal_effort=declared.personal_effort
        ** (1.0 + declared.variety * (2.0 * u(random.PERSONAL_EFFORT) - 1.0)),
        need_direction_1=np.cos(angle),
        need_direction_2=np.sin(angle),
        need=ambiguity * draw_normals(keys[random.NEED], count, 1.0),
        national_estimation_error=draw_normals(keys[random.ESTIMATION], count, 1.0),
        head_start=u(random.HEAD_START),
        months_to_half=-1,
    )
    return changes if parameters.focal.arrival < 0 else _with_focal(changes, parameters, keys)


def _with_focal(changes: np.recarray, parameters: Parameters, keys: np.ndarray) -> np.recarray:
    """The stream with the focal change in its place, after all others announced by its month."""
    focal, count = parameters.focal, len(changes)
    position = int(np.sum(changes.arrival <= focal.arrival))
    angle = 2.0 * np.pi * random.uniform(keys[random.DIRECTION], count, 0, 0)
    whole = table(CHANGES, count + 1)
    whole[:position] = changes[:position]
    whole[position + 1 :] = changes[position:]
    own = {
        **{name: value for name, value in focal if name in (whole.dtype.names or ())},
        "pace": 1.0 / focal.duration,
        "ambition": parameters.changes.ambition * focal.users,
        "target_share": focal.users,
        "need_direction_1": np.cos(angle),
        "need_direction_2": np.sin(angle),
        "need": focal.ambiguity * random.normal(keys[random.NEED], count, 0, 0),
        "national_estimation_error": random.normal(keys[random.ESTIMATION], count, 0, 0),
        "months_to_half": -1,
        "focal": 1,
    }
    for name, value in own.items():
        whole[name][position] = value
    return whole


def _places(
    parameters: Parameters, land: Territory, keys: np.ndarray, parts: np.ndarray, users: Users
) -> np.recarray:
    declared = parameters.authorities
    count = len(land.code)
    will_offset = draw_normals(keys[random.PLACE_WILL], count, declared.will_spread)
    ability_offset = draw_normals(keys[random.PLACE_ABILITY], count, declared.ability_spread)
    will = start_levels(declared.will, will_offset)
    widening = 1.0 + parameters.mechanisms.uneven_ability * parameters.reference.equalising_spread
    ability = start_levels(declared.ability, ability_offset * widening)
    crisis_start = np.maximum(0.0, 1.0 + declared.crisis_by_deprivation * land.character[:, 0])
    last_user = np.cumsum(parts)
    return table(
        PLACES,
        count,
        population=land.population,
        weight=land.population / land.population.sum(),
        deprived=land.character[:, 0],
        rural=land.character[:, 1],
        will=will,
        baseline_will=will,
        will_offset=will_offset,
        ability=ability,
        ability_offset=ability_offset,
        capacity=np.clip(1.0 - declared.usual_business - declared.crisis_demand * crisis_start, 0.0, 1.0),
        crisis=declared.crisis_demand * crisis_start,
        crisis_start=crisis_start,
        believed_ability=ability,
        threshold=draw_normals(keys[random.THRESHOLD], count, 1.0),
        intent=draw_uniforms(keys[random.INTENT], count),
        capacity_ratio=1.0,
        funding_multiplier=1.0,
        last_users_will=-1.0,
        last_users_ability=-1.0,
        last_users_time=-1.0,
        trust=np.add.reduceat(users.will, last_user - parts) / parts,
        user_ability=np.add.reduceat(users.ability, last_user - parts) / parts,
        first_user=last_user - parts,
        last_user=last_user,
        first_tie=land.tie_start[:-1],
        last_tie=land.tie_start[1:],
    )


def _bodies(parameters: Parameters, land: Territory, keys: np.ndarray) -> np.recarray:
    declared = parameters.bodies
    count = parameters.population.bodies
    least = 1 if count >= len(land.code) else 0
    home = np.repeat(np.arange(len(land.code)), apportion(count, land, least))
    several = draw_uniforms(keys[random.BODY_SEVERAL], count) < parameters.population.bodies_several
    u = draw_uniforms(keys[random.BODY_SECOND], count)
    first, last = land.tie_start[home], land.tie_start[home + 1]
    chosen = np.minimum(first + np.floor(u * (last - first)).astype(np.int64), last - 1)
    tied = several & (last > first)
    second = np.full(count, -1, np.int64)
    second[tied] = land.tie_other[chosen[tied]]
    will_offset = draw_normals(keys[random.BODY_WILL], count, declared.spread)
    ability_offset = draw_normals(keys[random.BODY_ABILITY], count, declared.spread)
    capacity_offset = draw_normals(keys[random.BODY_CAPACITY], count, declared.spread)
    return table(
        BODIES,
        count,
        home=home,
        second_home=second,
        will=start_levels(declared.will, will_offset),
        ability=start_levels(declared.ability, ability_offset),
        capacity=start_levels(declared.capacity, capacity_offset),
        will_offset=will_offset,
        ability_offset=ability_offset,
        capacity_offset=capacity_offset,
    )


def _users(
    parameters: Parameters, land: Territory, keys: np.ndarray, parts: np.ndarray, changes: int
) -> Users:
    declared = parameters.users
    count = int(parts.sum())
    place = np.repeat(np.arange(len(parts), dtype=np.int32), parts)
    will_offset = draw_normals(keys[random.USER_WILL], count, declared.spread)
    ability_offset = draw_normals(keys[random.USER_ABILITY], count, declared.spread)
    capacity_offset = draw_normals(keys[random.USER_CAPACITY], count, declared.spread)
    for offset in (ability_offset, capacity_offset):
        lower_by_deprivation(offset, place, land.character, declared.by_deprivation)
    will = start_levels(declared.will, will_offset)
    capacity = start_levels(declared.capacity, capacity_offset)
    return Users(
        place=place,
        need_1=draw_normals(keys[random.USER_NEED_FIRST], count, 1.0),
        need_2=draw_normals(keys[random.USER_NEED_SECOND], count, 1.0),
        will=will,
        ability=start_levels(declared.ability, ability_offset),
        capacity=capacity,
        will_offset=will_offset,
        ability_offset=ability_offset,
        capacity_offset=capacity_offset,
        initial_trust=will.copy(),
        ready=will * np.minimum(1.0, capacity / declared.time_needed),
        fit=np.zeros((changes, count)),
    )


def _journal(months: int, places: int) -> Journal:
    return Journal(
        months=table(MONTHS, months),
        intended=np.zeros((months, places)),
        realised=np.zeros((months, places)),
        nominal=np.zeros((months, places)),
        lost=np.zeros((months, len(CAUSES))),
        stages=np.zeros((months, len(STAGES))),
        readiness=np.zeros((months, len(KINDS), 3)),
        hours=np.zeros((months, len(ACTIVITIES))),
        focal=np.zeros((months, len(FOCAL_OUTPUTS))),
    )


def initialise(parameters: Parameters, land: Territory, seed: int, replication: int) -> State:
    """Draw the world that (seed, replication) fixes, before its first month.

    Raises:
        ValueError: if there are fewer sampled users than places.
    """
    places = len(land.code)
    if parameters.population.users < places:
        raise ValueError(
            f"population.users is {parameters.population.users}, but every one of {places} places needs a user"
        )
    months = parameters.population.months
    keys = random.stream_keys(seed, replication, len(random.STREAMS))
    changes = stream(parameters, keys)
    number = len(changes)
    parts = apportion(parameters.population.users, land, 1)
    centre = parameters.centre
    when = np.arange(months)[:, None]
    arrived = np.sum(changes.arrival <= when, axis=1)
    users = _users(parameters, land, keys, parts, number)
    return State(
        keys=keys,
        calendar=table(
            CALENDAR,
            months,
            arrived=arrived,
            announced=arrived - np.sum(changes.arrival <= when - 12, axis=1),
        ),
        changes=changes,
        places=_places(parameters, land, keys, parts, users),
        reasons=np.zeros((places, CAPACITY_ROWS)),
        ties=table(TIES, len(land.tie_other), other=land.tie_other, weight=land.tie_weight),
        bodies=_bodies(parameters, land, keys),
        users=users,
        centre=table(CENTRE_COLUMNS, 1, will=centre.will, ability=centre.ability, capacity=centre.capacity),
        heads=table(HEADS, places + 1),
        cells=table(
            CELLS,
            places,
            number,
            started=-1,
            agenda_holder=Kind.NOBODY,
            design_holder=Kind.NOBODY,
            uptake=1.0,
            compatible=1.0,
        ),
        ledger=np.zeros((places, number, LEDGER)),
        account=table(ACCOUNT, places, number),
        lost=np.zeros((places, number, len(CAUSES))),
        journal=_journal(months, places),
    )
