"""How numbers, shares and lists are written in text, the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from sim.stats import Interval


def number(value: float | None, decimals: int = 1) -> str:
    """A number with a true minus sign; a small one keeps enough digits not to read as 0."""
    if value is None or not math.isfinite(value):
        return "unknown"
    longer = decimals
    while longer < 6 and round(value, longer) == 0:
        longer += 1
    # What is nothing at six decimals is nothing.
    if round(value, longer) != 0:
        decimals = longer
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def points(share: float | None, decimals: int = 1) -> str:
    """A share of intended benefit in percentage points."""
    return number(None if share is None else 100.0 * share, decimals)


def signed_points(share: float | None, decimals: int = 1) -> str:
    """A difference in percentage points, its sign always written."""
    text = points(share, decimals)
    return "+" + text if share is not None and share > 0 else text


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as a percentage."""
    text = points(share, decimals)
    return text if text == "unknown" else text + " %"


def counted(count: int, thing: str) -> str:
    """A number of things: `1 pair`, `2 pairs`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def listing(items: list[str], word: str = "and") -> str:
    """Words in a row: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


MOST_NAMED = 4
"""More scenarios than this are not all named in one sentence."""


def levels(named: list[tuple[str, float | None]]) -> str:
    """Shares by name; of many only the smallest and the largest."""
    if len(named) <= MOST_NAMED:
        return listing([f"{name} {percent(share)}" for name, share in named])
    known = sorted((share, name) for name, share in named if share is not None and math.isfinite(share))
    if not known:
        return "unknown"
    (low, first), (high, last) = known[0], known[-1]
    return f"from {percent(low)} ({first}) to {percent(high)} ({last})"


def with_interval(middle: str, low: float | None, high: float | None, write: Callable[..., str]) -> str:
    """A number as written, with its interval, if it has one: `41.0 % (39.5 to 42.5)`."""
    return middle if low is None else f"{middle} ({write(low)} to {write(high)})"


def number_with_interval(level: Interval, decimals: int = 1) -> str:
    """A number that is not a share, with its interval, if it has one."""
    write = partial(number, decimals=decimals)
    return with_interval(write(level["mean"]), level["low"], level["high"], write)


def share_with_interval(level: Interval) -> str:
    """A share as a percentage with its interval, if it has one."""
    return with_interval(percent(level["mean"]), level["low"], level["high"], points)


def points_with_interval(level: Interval) -> str:
    """A share in points with its interval, if it has one."""
    return share_with_interval(level).replace(" %", "")
