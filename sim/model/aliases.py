"""Keys that parameters had in earlier versions, and the current key of each; declared once, read wherever a key is given.

An old key is read as the current one, its value times a factor where the unit changed. The user is told once per process.
Two keys of one parameter with different values are refused, with the key to give instead.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Renamed:
    """What became of a key.

    Args:
        key: the key it has now.
        became: one sentence that says what it became.
        factor: number that its values are multiplied by.
    """

    key: str
    became: str
    factor: float = 1.0


ONE_STRENGTH = "Layering and the policy end are two parts of one mechanism, overload, and have one strength."

RENAMED: Mapping[str, Renamed] = {
    "mechanisms.layering": Renamed("mechanisms.overload", ONE_STRENGTH),
    "mechanisms.policy_end": Renamed("mechanisms.overload", ONE_STRENGTH),
    "reference.layering_switching": Renamed(
        "reference.overload_switching", "It is the part of overload that switching takes; only the name is new."
    ),
    "reference.layering_room": Renamed(
        "reference.overload_room", "It acts at the bar for scale-up only; a start no longer waits for room."
    ),
    "reference.policy_end_hours": Renamed(
        "reference.overload_planning", "It is the part of overload that announcing and planning take; only the name is new."
    ),
    "reference.policy_end_rate": Renamed(
        "reference.overload_rate", "It is the rate of announcements of overload; only the name is new."
    ),
    "reference.blame_scale": Renamed(
        "reference.blame_bar",
        "Fear no longer limits coverage and acts at the bar for scale-up only; "
        "a value x is read as 2.5 x, so that the default .4 of the old key is the default 1 of the new one.",
        2.5,
    ),
}  # fmt: skip


class RenamedKey(FutureWarning):
    """A key of an earlier version was given, and read as the new one."""


def _warn(said: str) -> None:
    warnings.warn(said, RenamedKey, stacklevel=2)


say: Callable[[str], None] = _warn
"""How the user is told of an old key: by a warning, unless a command sets another way."""

_TOLD: set[str] = set()
_ONE_AT_A_TIME = Lock()


def note_renamed(key: str) -> str:
    """The message about an old key."""
    now = RENAMED[key]
    times = "" if now.factor == 1.0 else f", times {now.factor:g}"
    return f"{key} is an earlier name, read as {now.key}{times}. {now.became}"


def current_key(key: str) -> str:
    """The current key of a parameter; the user is told of an old one, once per process."""
    if key not in RENAMED:
        return key
    with _ONE_AT_A_TIME:
        new = key not in _TOLD
        _TOLD.add(key)
    if new:
        say(note_renamed(key))
    return RENAMED[key].key


def value(key: str, given: Any) -> Any:
    """A value given under a key, in the unit of the key that it has now; in a list, every number."""
    factor = RENAMED[key].factor if key in RENAMED else 1.0
    if factor != 1.0 and isinstance(given, list | tuple):
        return [value(key, part) for part in given]
    if factor == 1.0 or not _is_number(given):
        return given
    # Twelve digits, so that a level is 0.5 and not 0.5000000000000001.
    return float(f"{factor * given:.12g}")


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


class Written:
    """The keys under which parameters were given in one file or command, so that two keys of one parameter are noticed."""

    def __init__(self) -> None:
        self._by: dict[str, tuple[str, Any]] = {}

    def note(self, key: str, given: Any) -> tuple[str, bool, str | None]:
        """Take note of a key and of its value in the unit of today.

        Returns:
            Tuple (the key now, whether another key has said the same already, what is wrong).
        """
        now = current_key(key)
        first, before = self._by.setdefault(now, (key, given))
        if first == key:
            return now, False, None
        return now, True, None if same(before, given) else at_odds(first, key, now)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, but for the last digits of a number."""
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def at_odds(one: str, other: str, now: str) -> str:
    """What is wrong where two keys of one parameter say different things, and the way out."""
    return f"{one} and {other} are one parameter now and are given different values; give {now} only"
