"""One sentence that states the result, month by month: of one side, or of two under the same luck.

It speaks of one future and says so; what many futures say is for the spread and for `gapsim compare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.live.words import say
from sim.weighing import MATTERS
from sim.wording import points


def percent(share: float | None) -> str:
    """A share as a percentage, or that it is unknown."""
    return say("unknown") if share is None else say("percent", n=points(share))


def of_one(side: dict[str, Any]) -> str:
    """What one side comes to at the end of its run."""
    return _of_one(side, side["months"] - 1)


def of_months(sides: Sequence[dict[str, Any]]) -> list[str]:
    """What can be said after each month; of sides of unlike length, as far as the longer one goes."""
    months = max(side["months"] for side in sides)
    return [_after(sides, min(month, months - 1)) for month in range(months)]


def _after(sides: Sequence[dict[str, Any]], month: int) -> str:
    if len(sides) == 1:
        return _of_one(sides[0], month)
    gaps = [side["series"]["gap"][min(month, side["months"] - 1)] for side in sides]
    names = _names(sides, month)
    if None in gaps:
        return say("sentence.unknown", month=month + 1)
    about = {
        "month": month + 1,
        "a": names[0],
        "b": names[1],
        "gap_a": percent(gaps[0]),
        "gap_b": percent(gaps[1]),
    }
    difference = gaps[0] - gaps[1]
    if difference == 0:
        return say("sentence.same", **about)
    if abs(difference) < MATTERS:
        return say("sentence.neither", **about, points=points(abs(difference), 2))
    better, worse = (0, 1) if difference < 0 else (1, 0)
    return say(
        "sentence.better",
        month=month + 1,
        better=names[better],
        worse=names[worse],
        points=points(abs(difference)),
        gap_better=percent(gaps[better]),
        gap_worse=percent(gaps[worse]),
    )


def _names(sides: Sequence[dict[str, Any]], month: int) -> list[str]:
    titles = [_title(side, month) for side in sides]
    if titles[0] != titles[1]:
        return titles
    return [
        say("sentence.side", letter=letter, title=title) for letter, title in zip("AB", titles, strict=True)
    ]


def _title(side: dict[str, Any], month: int) -> str:
    """What a side is called after a month: its scenario, and from then on that it was changed by hand."""
    changed = side["changed"] is not None and month >= side["changed"]
    return say("sentence.changed", title=side["title"]) if changed else side["title"]


def _of_one(side: dict[str, Any], month: int) -> str:
    series = side["series"]
    gap, nominal, when = series["gap"][month], series["nominal_gap"][month], series["month"][month]
    if gap is None:
        return say("sentence.unknown", month=when)
    title = _title(side, month)
    return say("sentence.one", title=title, month=when, gap=percent(gap), nominal=percent(nominal))
