"""Entry with a code, when the server can be reached from other machines; and how much one address may ask.

Whoever enters the code printed in the terminal gets a token: the time it expires and a signature. Nothing is kept of it
here, so there is no list of sessions to grow or to leak.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from sim.live import limits

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that cannot be taken for each other from the last row."""
LENGTH = 8
ADDRESSES = 4096
"""So many addresses are remembered; the ones longest unheard of are forgotten."""

Clock = Callable[[], float]


class Entry:
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
        expires = f"{int(self._clock()) + 3600 * limits.HOURS_INSIDE}"
        return f"{expires}.{self._signature(expires)}"

    def lets_in(self, token: str) -> bool:
        """Whether a token was signed here and has not expired."""
        expires, _, signature = token.partition(".")
        signed = hmac.compare_digest(signature.encode(), self._signature(expires).encode())
        return signed and self._clock() < int(expires)

    def _signature(self, expires: str) -> str:
        return hmac.new(self._key, expires.encode(), hashlib.sha256).hexdigest()


class Allowance:
    """How much each address may still ask: so much a minute, refilled as time goes by."""

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
        # What is larger than the whole allowance must wait for a full one, or it would wait for ever.
        needed = min(amount, self._a_minute)
        enough = left >= needed
        self._left[address] = (left - needed if enough else left, now)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if enough else (needed - left) * 60.0 / self._a_minute
