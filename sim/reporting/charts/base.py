"""What all charts share: title above, stamp below, quiet axes, numbers rounded for the eye, a table beneath."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import counted
from sim.reporting.charts.style import ABOVE_TICK, GRID, INK, MUTED, PAPER, axis_name, label, text

if TYPE_CHECKING:
    from sim.runner.compare import Comparison

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

WIDTH = 1240
"""The width in pixels that charts are laid out for: a projector, or a screen 1366 pixels wide."""

TITLE_LETTERS, TITLE_LINE = 86, 27

BELOW_TICKS = 30
"""Pixels from the plotting area to words below its tick labels."""


@dataclass(frozen=True)
class Chart:
    """One chart with the words and numbers that say the same.

    Attributes:
        key: a short name without spaces.
        heading: what it is about.
        title: what it shows: the result, in a sentence.
        summary: what a reader who cannot see it should know.
        data: plotly traces.
        layout: plotly layout, its height in pixels included.
        columns: headings of the table beneath.
        rows: the table beneath, one tuple of texts a row.
    """

    key: str
    heading: str
    title: str
    summary: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def lean(values: Any) -> Any:
    """Numbers rounded to five significant digits, unknown ones as None: a third of the size, as good to the eye."""
    array = np.asarray(values, dtype=float)
    if array.ndim > 1:
        return [lean(row) for row in array]
    return [float(f"{v:.5g}") if np.isfinite(v) else None for v in array.tolist()]


def stamp(comparison: Comparison) -> str:
    """What every chart must bear: number of replications, seed and version."""
    paired = "paired " if len(comparison.scenarios) > 1 else ""
    runs = counted(comparison.replications, f"{paired}replication")
    made_by = f"n = {runs} · seed {comparison.seed} · gapsim {text(comparison.version)}"
    return f"{made_by} · not a forecast: one point of a map"


@dataclass
class Plot:
    """The inside of a chart while it is drawn, panel by panel.

    Attributes:
        left: room left of the panels in pixels, for tick labels.
        right: room right of them, for direct labels.
        data: plotly traces.
        notes: labels, as plotly has them.
        axes: axes by plotly's layout key.
    """

    left: int = 60
    right: int = 40
    data: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    axes: dict[str, Any] = field(default_factory=dict)

    def trace(self, mode: str, x: Any, y: Any, panel: int = 0, **look: Any) -> None:
        """Add lines, markers or text to a panel.

        Args:
            mode: `lines`, `markers`, `lines+markers` or `text`.
            x: positions across; an array is rounded for the eye, other sequences are taken as they are.
            y: positions upwards, likewise.
            panel: which panel.
            look: colours, hover text and so on, as plotly has them.
        """
        x, y = (at if isinstance(at, (list, tuple)) else lean(at) for at in (x, y))
        self.data.append({"type": "scatter", "mode": mode, "x": x, "y": y} | on(panel) | look)

    def place(self, x: dict[str, Any], y: dict[str, Any], panel: int = 0) -> None:
        """Give a panel its two axes."""
        self.axes[axis_key("x", panel)] = axis(anchor=axis_name("y", panel), **x)
        self.axes[axis_key("y", panel)] = axis(anchor=axis_name("x", panel), **y)

    def chart(
        self, key: str, heading: str, title: str, summary: str, columns: tuple[str, ...],
        rows: Sequence[tuple[str, ...]], made_by: Comparison | str, height: int, *,
        top: int = 10, bottom: int = 0, above: str = "", below: str = "", **more: Any,
    ) -> Chart:  # fmt: skip
        """The chart of what was drawn, with its title above and its stamp below.

        Args:
            key: as in `Chart`, like all words and the table.
            heading: what it is about.
            title: the result in a sentence; wrapped here.
            summary: for a reader who cannot see it.
            columns: headings of the table.
            rows: the table.
            made_by: what is charted, or the words of its stamp.
            height: height of the plotting area in pixels.
            top: room between title and plotting area in pixels, without that for `above`.
            bottom: room for tick labels and titles of axes, without that for `below`; by default what they take.
            above: what stands above the plotting area, usually what the vertical axis shows.
            below: what stands between tick labels and stamp, usually what the marks are.
            more: whatever else the layout has.
        """
        lines = textwrap.wrap(title.replace(" %", "\u00a0%"), TITLE_LETTERS) or [""]
        top += _height_of(above)
        bottom = (bottom or 36 + 20 * any("title" in axis for axis in self.axes.values())) + _height_of(below)
        margin = {"l": self.left, "r": self.right, "t": 14 + TITLE_LINE * len(lines) + top, "b": bottom + 26}
        place: dict[str, Any] = {"xref": "paper", "yref": "paper", "xshift": 14 - self.left}
        over, under = (place | {"yanchor": edge} for edge in ("bottom", "top"))
        words = "<b>" + "<br>".join(text(line) for line in lines) + "</b>"
        made = made_by if isinstance(made_by, str) else stamp(made_by)
        # The title is an annotation, since plotly's own moves up by a line, out of sight, when it has two.
        notes = [
            label(0, 1, words, INK, size=20, yshift=top, name="title", **over),
            *self.notes,
            label(0, 1, above, MUTED, size=14, yshift=ABOVE_TICK, **over),
            label(0, 0, below, MUTED, size=14, yshift=-BELOW_TICKS, **under),
            label(0, 0, made, MUTED, size=13, yshift=-bottom, name="stamp", **under),
        ]
        layout = {
            "font": {"family": FONT, "size": 15, "color": INK},
            "height": margin["t"] + height + margin["b"],
            "margin": margin,
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "showlegend": False,
            "hoverlabel": {"font": {"family": FONT, "size": 14}, "namelength": -1},
            "dragmode": False,
            "annotations": [note for note in notes if note["text"]],
        }
        return Chart(key, heading, title, summary, self.data, layout | self.axes | more, columns, rows)


def _height_of(words: str) -> int:
    """Height in pixels of words of the usual size, a line break being `<br>`."""
    return 6 + 18 * (words.count("<br>") + 1) if words else 0


def on(panel: int) -> dict[str, str]:
    """On which axes a trace of a panel is drawn."""
    return {"xaxis": axis_name("x", panel), "yaxis": axis_name("y", panel)}


def axis(**more: Any) -> dict[str, Any]:
    """A quiet axis: pale grid, no zero line, no frame."""
    quiet = {"gridcolor": GRID, "zeroline": False, "showline": False, "ticks": "", "fixedrange": True}
    return quiet | {"automargin": False, "tickfont": {"size": 14, "color": MUTED}} | more


def axis_title(words: str) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": words, "font": {"size": 14, "color": MUTED}, "standoff": 6}


def axis_key(letter: str, position: int) -> str:
    """plotly's layout key for the k-th axis: xaxis, xaxis2 …"""
    return axis_name(letter, position).replace(letter, f"{letter}axis")


def padded(*values: Any, least: float = 0.0) -> list[float]:
    """The range of an axis: around all that is known, with a little room on either side; 0 to 100 if nothing is.

    Args:
        values: numbers or arrays of any shape.
        least: the least room on either side.
    """
    every = np.concatenate([np.ravel(np.asarray(v, dtype=float)) for v in values])
    known = every[np.isfinite(every)]
    if not known.size:
        return [0.0, 100.0]
    room = max(0.06 * float(np.ptp(known)), least) or 1.0
    return [float(known.min()) - room, float(known.max()) + room]


def domains(count: int, gap: float) -> list[list[float]]:
    """Equal stretches of [0, 1] with a gap between them: the columns of small multiples."""
    width = (1 - gap * (count - 1)) / count
    return [[k * (width + gap), k * (width + gap) + width] for k in range(count)]


def grid(
    count: int, across: int, panel: int, between: int, gap: float
) -> tuple[int, list[tuple[list[float], list[float]]]]:
    """Small multiples in rows and columns.

    Args:
        count: number of panels.
        across: how many stand side by side.
        panel: height of a panel in pixels.
        between: room between rows in pixels.
        gap: room between columns, as a share of the width.

    Returns:
        Height of them all in pixels, and where each panel lies across and upwards.
    """
    down = -(-count // across)
    height = panel * down + between * (down - 1)
    columns, cells = domains(across, gap), []
    for k in range(count):
        row, column = divmod(k, across)
        top = 1 - row * (panel + between) / height
        cells.append((columns[column], [top - panel / height, top]))
    return height, cells


def whiskers(level: Iterable[np.ndarray], ink: str) -> dict[str, Any]:
    """Whiskers from the low to the high end of intervals, given as means, low ends and high ends."""
    mean, low, high = level
    ends = {"array": lean(high - mean), "arrayminus": lean(mean - low)}
    return {"type": "data", "symmetric": False, "thickness": 1.8, "width": 3, "color": ink} | ends
