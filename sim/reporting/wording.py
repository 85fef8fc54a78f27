"""How outcomes, causes and numbers are named and written, the same in verdict, charts and report."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sim.analysis.comparison import MEANINGFUL, Difference
from sim.formatting import listing, number, number_with_interval, points, share_with_interval, with_interval
from sim.history.cases import QUOTED_BY
from sim.model.vocabulary import UNITS
from sim.stats import Interval

ONE_POINT = (
    "This is not a forecast: it is one point of a map, what this model gives at these settings. "
    "Other settings may give another answer."
)

NO_FORECAST = "This is not a forecast: it is what this model gives. Other rules and other settings may give another answer."


def span(low: float, high: float) -> str:
    """An interval in points, in words."""
    return f"95 % interval {points(low)} to {points(high)}"


def meaningful_in_words() -> str:
    """The smallest difference that matters, in words."""
    return f"{points(MEANINGFUL)} points, taken here as the smallest difference that matters"


def share_of_points(of_points: float) -> str:
    """A share of design points, such as 100 % or 89.6 %."""
    return f"{100 * of_points:.3g} %"


def without_quoted(names: Iterable[str], hits: int, others: int) -> list[str]:
    """A sentence on cases that are no independent test and how many of the others are hit, where there are both.

    Args:
        names: all cases.
        hits: how many of the others are hit, by the frozen readings.
        others: how many others there are.
    """
    quoted = [name for name in names if name in QUOTED_BY]
    if not quoted or not others:
        return []
    are = "is no independent test" if len(quoted) == 1 else "are no independent test"
    said = f"{listing(quoted)} {are}, since parameters quote their figures."
    return [f"{said} Of the other {others}: {hits} (frozen readings)."]


def share(part: float) -> str:
    """A share of points in whole percent, unless it would read as none or all."""
    if not math.isfinite(part):
        return "unknown"
    text = f"{100 * part:.0f}"
    rounded = text in ("0", "100") and part not in (0.0, 1.0)
    return (f"{100 * part:.1f}" if rounded else text) + " %"


def written_level(outcome: str, level: Interval) -> str:
    """An outcome with its interval, if it has one, in its own unit."""
    return number_with_interval(level) if outcome in UNITS else share_with_interval(level)


def written_difference(d: Difference) -> str:
    """A paired difference with its interval, if it has one, in the unit of its outcome."""
    write, unit = (number, UNITS[d.outcome]) if d.outcome in UNITS else (points, " points")
    if d.mean is None:
        return write(None)
    mean = ("+" if d.mean > 0 else "") + write(d.mean) + unit
    return with_interval(mean, d.low, d.high, write)
