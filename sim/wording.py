"""How outcomes, causes and numbers are named and written, the same in verdict, charts and report."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.analysis import Difference
from sim.cases import QUOTED_BY
from sim.statistics import Interval

OUTCOMES = {
    "gap": "gap",
    "nominal_gap": "gap as reported",
    "rhetoric_reality": "reported beyond real delivery",
    "worst_decile_gap": "gap in the worst-served tenth",
    "gap_fifth_1": "gap in the most deprived fifth",
    "gap_fifth_5": "gap in the least deprived fifth",
    "recovered_later": "share of missed progress made up later",
    "persistence": "share of peak delivery kept to the end",
    "months_to_half": "months to half delivery",
    "starts": "changes started",
    "stops": "changes stopped",
}

CAUSES = {
    "not_started": "not started",
    "waiting_on_clearance": "waiting on clearance",
    "waiting_on_attention": "waiting on attention",
    "will": "will",
    "ability": "ability",
    "capacity": "capacity",
    "switching": "capacity lost to switching",
    "policy_end": "capacity lost to the policy end",
    "participation": "capacity lost to co-design",
    "reporting": "capacity lost to reporting",
    "prevention": "capacity lost to crisis demand",
    "wrong_design": "wrong design",
    "relapse": "relapse",
    "blame": "blame",
    "not_a_priority": "not a priority",
    "priority_capacity": "not a priority, for lack of staff",
    "priority_ability": "not a priority, for lack of ability",
    "priority_blame": "not a priority, for fear of blame",
    "ritual_compliance": "ritual compliance",
    "not_taken_up": "not taken up",
    "spillover_missing": "spillover missing",
    "devalued_by_delay": "devalued by delay",
    "ahead": "ahead of plan (a gain)",
}

STAGES = {
    "not_started": "not started",
    "see": "see",
    "spark": "spark",
    "shape": "shape",
    "shift": "shift",
    "abandoned": "abandoned",
}

KINDS = {
    "centre": "Central government",
    "authorities": "Local authorities",
    "third_sector": "Third sector",
    "users": "Service users",
}

UNITS = {"months_to_half": " months", "starts": "", "stops": ""}
"""Units of outcomes that are not shares."""

MOST_NAMED = 4
"""More scenarios than this are not all named in one sentence."""

ONE_POINT = (
    "This is not a forecast: it is one point of a map, what this model gives at these settings. "
    "Other settings may give another answer."
)

NO_FORECAST = "This is not a forecast: it is what this model gives. Other rules and other settings may give another answer."


def outcome_name(outcome: str) -> str:
    """The name of an outcome, or of a loss, in words."""
    if outcome.startswith("losses."):
        return "lost to " + cause_name(outcome.removeprefix("losses."))
    return OUTCOMES.get(outcome, outcome.replace("_", " "))


def cause_name(cause: str) -> str:
    """The name of a cause of loss in words."""
    return CAUSES.get(cause, cause.replace("_", " "))


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


def counted(count: int, thing: str) -> str:
    """A number of things: `1 pair`, `2 pairs`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def levels(named: list[tuple[str, float | None]]) -> str:
    """Shares by name; of many only the smallest and the largest."""
    if len(named) <= MOST_NAMED:
        return listing([f"{name} {percent(share)}" for name, share in named])
    known = sorted((share, name) for name, share in named if share is not None and math.isfinite(share))
    if not known:
        return "unknown"
    (low, first), (high, last) = known[0], known[-1]
    return f"from {percent(low)} ({first}) to {percent(high)} ({last})"


def share_with_interval(level: Interval) -> str:
    """A share as a percentage with its interval, if it has one."""
    if level["low"] is None:
        return percent(level["mean"])
    return f"{percent(level['mean'])} ({points(level['low'])} to {points(level['high'])})"


def points_with_interval(level: Interval) -> str:
    """A share in points with its interval, if it has one."""
    return share_with_interval(level).replace(" %", "")


def written_level(outcome: str, level: Interval) -> str:
    """An outcome with its interval, if it has one, in its own unit."""
    if outcome not in UNITS:
        return share_with_interval(level)
    mean, low, high = (number(level[end]) for end in ("mean", "low", "high"))
    return mean if level["low"] is None else f"{mean} ({low} to {high})"


def written_difference(d: Difference) -> str:
    """A paired difference with its interval, if it has one, in the unit of its outcome."""
    write, unit = (number, UNITS[d.outcome]) if d.outcome in UNITS else (points, " points")
    if d.mean is None:
        return write(None)
    mean = ("+" if d.mean > 0 else "") + write(d.mean) + unit
    return mean if d.low is None else f"{mean} ({write(d.low)} to {write(d.high)})"


def listing(items: list[str], word: str = "and") -> str:
    """Words in a row: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
