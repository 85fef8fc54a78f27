"""Colours, line styles and labels of charts: readable with any common colour vision, and without overlap."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

SCENARIOS = ("#002d54", "#e5682a", "#2b9c93", "#6a2063", "#5d9f3c", "#ca72a2", "#592c20", "#7d8a99")
"""One colour a scenario, by position."""

SOLID = 4
"""Scenarios beyond this many have dashed lines, since eight colours are too many to rest on."""

INK, MUTED, GRID, UNCLEAR, PAPER = "#1d2630", "#56616d", "#e3e7eb", "#8a939c", "#ffffff"

STAGES = {
    "not_started": "#e9ecef",
    "see": "#cfe0ee",
    "spark": "#94b9d8",
    "shape": "#4a7fae",
    "shift": "#002d54",
    "abandoned": "#8f8f8f",
}

DIVERGING = [[0.0, "#5b97cf"], [0.5, "#f5f5f2"], [1.0, "#ef8d52"]]
"""Blue to orange, pale in the middle, and light enough throughout for dark letters."""

SEQUENTIAL = [[0.0, "#f2f5f8"], [1.0, "#6d9cc6"]]

BLUE_WORDS, ORANGE_WORDS = "#0b4a82", "#b0440d"


def colour(position: int) -> str:
    """The colour of a scenario by its position."""
    return SCENARIOS[position % len(SCENARIOS)]


def stroke(position: int, count: int) -> dict[str, object]:
    """The line of a scenario; the first is the widest, so that lines lying on each other can all be seen."""
    width = 4.6 - 2.6 * position / (count - 1) if count > 1 else 3.0
    return {"color": colour(position), "width": width, "dash": "solid" if position < SOLID else "dash"}


def faint(hex_colour: str, opacity: float) -> str:
    """A colour let through."""
    red, green, blue = (int(hex_colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


NAME_LETTERS = 24
"""Longer names of scenarios are cut in charts; tables have them whole."""


def text(words: str) -> str:
    """Words from a scenario file, made safe for plotly, which reads some markup."""
    return html.escape(words, quote=False)


def cut(name: str, letters: int = NAME_LETTERS) -> str:
    """A name, cut when it has more letters than fit."""
    return name if len(name) <= letters else name[: letters - 1] + "…"


def short(name: str) -> str:
    """A scenario's name as it stands in a chart: safe for plotly, and cut when it would not fit."""
    return text(cut(name))


def room_for(names: Iterable[str], size: int = 15) -> int:
    """Room in pixels that the longest of some names takes."""
    return int(0.62 * size * min(max(map(len, names)), NAME_LETTERS))


def label(
    x: Any, y: Any, words: str, ink: str, *, size: int = 15, xref: str = "x", yref: str = "y", **more: Any
) -> dict:
    """A direct label: words at a point, without an arrow."""
    font = {"size": size, "color": ink}
    place = {"x": x, "y": y, "xref": xref, "yref": yref, "xanchor": "left", "yanchor": "middle"}
    return place | {"text": words, "showarrow": False, "font": font, "align": "left"} | more


ABOVE_TICK = 10
"""Pixels that words above an axis keep from its top, where half of the highest tick's label may stand."""


def axis_name(letter: str, position: int) -> str:
    """plotly's name for the k-th axis: x, x2, x3 …"""
    return letter if position == 0 else f"{letter}{position + 1}"


def beside(panel: int) -> dict[str, str]:
    """Where words at the right edge of a panel are placed: across by its width, upwards by the values of its axis."""
    return {"xref": f"{axis_name('x', panel)} domain", "yref": axis_name("y", panel)}


def heading(words: str, ink: str = INK, *, panel: int = 0, size: int = 14, **more: Any) -> dict:
    """Words above the left corner of a panel."""
    place = {name: f"{axis_name(name[0], panel)} domain" for name in ("xref", "yref")} | {"yanchor": "bottom"}
    return label(0, 1, words, ink, size=size) | place | more


def end_labels(
    ends: Sequence[tuple[float, str, str]], span: Sequence[float], height: float, *, panel: int = 0, size: int = 15
) -> list[dict]:  # fmt: skip
    """Labels at the right ends of lines, nudged apart so that none covers another.

    Args:
        ends: (height of the line's end, words, colour) of every line.
        span: lowest and highest value of the axis.
        height: height of the axis in pixels.
        panel: which panel.
        size: size of the letters in pixels.
    """
    known = [end for end in ends if np.isfinite(end[0])]
    wanted = [(y - span[0]) * height / (span[1] - span[0]) for y, _, _ in known]
    given = spread(wanted, size * 1.3, 0.0, height)
    return [
        label(1, y, words, ink, size=size, xshift=6, yshift=g - w, **beside(panel))
        for (y, words, ink), w, g in zip(known, wanted, given, strict=True)
    ]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as may be to those wanted, at least a gap apart, and within bounds where there is room."""
    from scipy.optimize import isotonic_regression

    if not len(wanted):
        return []
    order, steps = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    nearest = isotonic_regression(np.asarray(wanted)[order] - steps).x
    given = np.empty(len(wanted))
    given[order] = np.clip(nearest, low, max(low, high - steps[-1])) + steps
    return given.tolist()
