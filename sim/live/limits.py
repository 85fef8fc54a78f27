"""What one request may ask for: bounds that keep a laptop answering a whole room.

They bound the work, not the model: what they refuse, `gapsim run` and `gapsim compare` still do.
"""

from __future__ import annotations

from sim.parameters import Parameters
from sim.problems import Problem

LARGEST_BODY = 64 * 1024
"""Bytes of one request."""

MOST_SIDES = 2
MOST_SET = 150
"""Keys that one side may set, in groups or alone."""
MOST_MOVES = 50
MOST_NAMES = 200
"""Names of places in all the moves of a side."""
LONGEST_NAME = 80
"""Letters of a key, a scenario or a place: looking for what was meant by a longer one takes long."""
MOST_REPLICATION = 999_999
MOST_FUTURES = 50
"""Futures that one request may ask to see at once."""

AT_ONCE = 2
"""Runs lived at the same time; compiled months release Python's lock."""
MOST_WAITING = 200
"""Requests that may wait for their turn."""

RUNS_A_MINUTE = 3000
"""Runs of the declared size that one address may ask for a minute; one of twice the months or users counts twice."""
CODES_A_MINUTE = 60
"""Codes that one address may try a minute: a room may share an address, and a guesser would need thousands of years."""

HOURS_INSIDE = 12
"""How long a code, once entered, lets its browser in."""

LARGEST = {
    "population.months": 360,
    "population.users": 20_000,
    "population.bodies": 2_000,
    "changes.arriving": 100,
    "changes.in_progress": 100,
}
"""The most that a view may ask of what a run costs."""


def cost(parameters: Parameters) -> float:
    """The work of a run, in runs of the declared size."""
    asked, declared = parameters.population, Parameters().population
    return max(1.0, asked.months / declared.months) * max(1.0, asked.users / declared.users)


def too_large(parameters: Parameters, where: str) -> list[Problem]:
    """What a view asks for beyond the bounds, though the model could do it."""
    found = []
    for key, most in LARGEST.items():
        group, _, name = key.partition(".")
        value = getattr(getattr(parameters, group), name)
        if value > most:
            said = f"must be at most {most} in the live view; `gapsim run` takes more"
            found.append(Problem(where, key, said, str(value)))
    return found
