"""Access code, signed tokens and rate limits of the live view, and limits on the size of a request.

The limits bound the work of the server, not the model: `gapsim run` accepts what they refuse.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from sim.errors import Problem
from sim.model.parameters import Parameters
from sim.model.schema import value_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that are not easily confused from a distance."""
LENGTH = 8
ADDRESSES = 4096
"""Number of addresses that are remembered; the least recently used are dropped."""

Clock = Callable[[], float]


class AccessCode:
    """The code of one server, and the tokens it has signed."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        self._key = secrets.token_bytes(32)
        self._clock = clock

    def token(self, code: str) -> str | None:
        """A token for the right code; None for a wrong one."""
        given = code.strip().upper().replace("-", "").replace(" ", "")
        if not hmac.compare_digest(given.encode(), self.code.encode()):
            return None
        expires = f"{int(self._clock()) + 3600 * TOKEN_HOURS}"
        return f"{expires}.{self._signature(expires)}"

    def is_valid(self, token: str) -> bool:
        """Whether a token was signed by this server and has not expired."""
        expires, _, signature = token.partition(".")
        signed = hmac.compare_digest(signature.encode(), self._signature(expires).encode())
        return signed and self._clock() < int(expires)

    def _signature(self, expires: str) -> str:
        return hmac.new(self._key, expires.encode(), hashlib.sha256).hexdigest()


class RateLimit:
    """An allowance for each address that refills at a constant rate."""

    def __init__(self, a_minute: float, clock: Clock = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, amount: float) -> float:
        """Take an amount off what an address has left.

        Returns:
            0 when it was taken; otherwise how many seconds to wait until it can be.
        """
        now = self._clock()
        left, when = self._left.pop(address, (self._a_minute, now))
        left = min(self._a_minute, left + (now - when) * self._a_minute / 60.0)
        # A request larger than the whole allowance needs a full one; otherwise it could never be granted.
        needed = min(amount, self._a_minute)
        enough = left >= needed
        self._left[address] = (left - needed if enough else left, now)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if enough else (needed - left) * 60.0 / self._a_minute


LARGEST_BODY = 64 * 1024
"""Bytes of one request."""

MOST_SIDES = 2
MOST_SET = 150
"""Keys that one side may set, in groups or alone."""
MOST_MOVES = 50
MOST_NAMES = 200
"""Names of places in all the moves of a side."""
LONGEST_NAME = 80
"""Letters of a key, a scenario or a place: a search for the nearest name of a longer one takes long."""
MOST_REPLICATION = 999_999
MOST_FUTURES = 50
"""Futures that one request may ask to see at once."""

AT_ONCE = 2
"""Runs simulated at the same time; compiled months release Python's lock."""
MOST_WAITING = 200
"""Requests that may wait for their turn."""

RUNS_A_MINUTE = 3000
"""Runs of the declared size that one address may ask for a minute; one of twice the months or users counts twice."""
CODES_A_MINUTE = 60
"""Codes that one address may try a minute: a room may share an address, and a guesser would need thousands of years."""

TOKEN_HOURS = 12
"""Hours until a token expires."""

LARGEST = {
    "population.months": 360,
    "population.users": 20_000,
    "population.bodies": 2_000,
    "changes.arriving": 100,
    "changes.in_progress": 100,
}
"""Largest values of the parameters that determine the cost of a run."""


def cost(parameters: Parameters) -> float:
    """The work of a run, in runs of the declared size."""
    asked, declared = parameters.population, Parameters().population
    return max(1.0, asked.months / declared.months) * max(1.0, asked.users / declared.users)


def too_large(parameters: Parameters, where: str) -> list[Problem]:
    """A problem for each parameter above the limits of the live view."""
    said = "must be at most {} in the live view; `gapsim run` takes more"
    return [
        Problem(where, key, said.format(most), str(value_of(parameters, key)))
        for key, most in LARGEST.items()
        if value_of(parameters, key) > most
    ]
