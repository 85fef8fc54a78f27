"""What a view says in one sentence: how its sides differ before the first month, and the result after each.

Two rules keep the result honest. It is withheld until `DUE` of all the benefit that the run intends is due: a share of next to
nothing says nothing. And a difference is the difference of the numbers shown; below `MEANINGFUL` the sides are the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.analysis.comparison import MEANINGFUL
from sim.formatting import number, points
from sim.live import i18n
from sim.live.i18n import say, value_in_words
from sim.model.parameters import Parameters
from sim.model.schema import declarations, value_of

DUE = 0.05
"""Share of all the benefit intended by a run that must be due before the page says how much of it is lost."""

TENTHS = 10
"""Numbers are shown in tenths of a percentage point."""

MOST_NAMED = 3
"""Most settings that the opening sentence names; the others are counted."""

RIGHTS = "power."
"""Beginning of the keys of decision rights."""


def stated_from(intended: np.ndarray) -> int:
    """The first month, numbered from 1, by whose end `DUE` of all that is intended is due; one past the last if none."""
    so_far = np.cumsum(intended)
    enough = (so_far > 0) & (so_far >= DUE * so_far[-1])
    return int(np.argmax(enough)) + 1 if enough.any() else len(so_far) + 1


def tenths(share: float) -> int:
    """A share in tenths of a percentage point, as shown; halves go up, as the page rounds them."""
    return math.floor(100.0 * share * TENTHS + 0.5)


def percent(share: float | None) -> str:
    """A share as a percentage, or that it is unknown."""
    return say("unknown") if share is None else say("percent", n=number(tenths(share) / TENTHS))


def of_months(sides: Sequence[dict[str, Any]]) -> list[str]:
    """The sentence for each month; if the sides differ in length, up to the end of the longer one."""
    months = max(side["months"] for side in sides)
    return [_after(sides, month) for month in range(months)]


def of_one(side: dict[str, Any], month: int) -> str:
    """What one side comes to by a month, counted from 0."""
    gap, nominal = _stated(side, "gap", month), _stated(side, "nominal_gap", month)
    if gap is None or nominal is None:
        return _unknown(month)
    kind = "sentence.one" if nominal >= 0 else "sentence.one.ahead"
    about = {"title": _title(side, month), "gap": percent(gap), "nominal": percent(nominal)}
    return say(kind, when=i18n.after(month + 1), **about)


def opening(sides: Sequence[dict[str, Any]]) -> str:
    """What differs between the sides before the first month, read from their settings."""
    if len(sides) == 1:
        return say("opening.one", title=sides[0]["title"])
    a, b = sides
    keys = [key for key in {**a["resolved"], **b["resolved"]} if _setting(a, key) != _setting(b, key)]
    rights = [key for key in keys if key.startswith(RIGHTS)]
    differ = [_differing(a, b, key) for key in keys if key not in rights]
    dated = [
        say("opening.dated", what=_name(move["key"]), month=move["month"], letter=letter)
        for letter, side, other in (("A", a, b), ("B", b, a))
        for move in side["moves"]
        if move not in other["moves"]
    ]
    if not (rights or differ or dated):
        return say("opening.alike")
    if not (differ or dated):
        return say("opening.rights")
    named = [*([say("opening.who")] if rights else []), *differ, *dated]
    if len(named) > MOST_NAMED + 1:
        named = [*named[:MOST_NAMED], say("opening.more", n=len(named) - MOST_NAMED)]
    return say("opening.differ", what=i18n.listing(named))


def _setting(side: dict[str, Any], key: str) -> Any:
    """The value of a setting on a side; what is not among its differences has its declared default."""
    return side["resolved"][key] if key in side["resolved"] else _default(key)


def _default(key: str) -> Any:
    if key in declarations():
        return value_of(Parameters(), key)
    return getattr(Parameters().power, key.removeprefix(RIGHTS)).model_dump()


def _differing(a: dict[str, Any], b: dict[str, Any], key: str) -> str:
    values = {"a": value_in_words(_setting(a, key)), "b": value_in_words(_setting(b, key))}
    return say("opening.setting", what=_name(key), **values)


def _name(key: str) -> str:
    return say("opening.who") if key.startswith(RIGHTS) else i18n.name_of(key)


def _after(sides: Sequence[dict[str, Any]], month: int) -> str:
    if len(sides) == 1:
        return of_one(sides[0], month)
    gaps = [_stated(side, "gap", min(month, side["months"] - 1)) for side in sides]
    if gaps[0] is None or gaps[1] is None:
        return _unknown(month)
    shown = [tenths(gap) for gap in gaps if gap is not None]
    names, written = _names(sides, month), [percent(gap) for gap in gaps]
    when, apart = i18n.after(month + 1), abs(shown[0] - shown[1])
    if apart < 100 * TENTHS * MEANINGFUL:
        said = {"a": names[0], "b": names[1], "gap_a": written[0], "gap_b": written[1]}
        return say("sentence.same", when=when, least=points(MEANINGFUL), **said)
    less, more = (0, 1) if shown[0] < shown[1] else (1, 0)
    said = {
        "better": names[less],
        "worse": names[more],
        "gap_better": written[less],
        "gap_worse": written[more],
    }
    return say("sentence.better", when=when, points=number(apart / TENTHS), **said)


def _stated(side: dict[str, Any], column: str, month: int) -> float | None:
    """A share of what was intended so far, in a month counted from 0; None before it is stated."""
    found: float | None = side["series"][column][month]
    return found if month + 1 >= side["stated"] else None


def _unknown(month: int) -> str:
    return say("sentence.unknown", when=i18n.after(month + 1), least=say("percent", n=points(DUE, 0)))


def _names(sides: Sequence[dict[str, Any]], month: int) -> list[str]:
    titles = [_title(side, month) for side in sides]
    alike = titles[0] == titles[1]
    return [
        say("sentence.side", letter=letter, title=title) if alike else title
        for letter, title in zip("AB", titles, strict=True)
    ]


def _title(side: dict[str, Any], month: int) -> str:
    """The title of a side in a month: its scenario, marked as changed from the first change by hand."""
    changed = side["changed"] is not None and month >= side["changed"]
    return say("sentence.changed", title=side["title"]) if changed else side["title"]
