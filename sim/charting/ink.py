"""Colours and line styles: told apart by readers with any common kind of colour blindness, and by lightness."""

from __future__ import annotations

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
