"""What all charts share: title above, stamp below, quiet axes, numbers rounded for the eye, a table beneath."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import counted
from sim.reporting.charts.style import GRID, INK, MUTED, PAPER, label, text

if TYPE_CHECKING:
    from sim.runner.compare import Comparison

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

WIDTH = 1240
"""The width in pixels that charts are laid out for: a projector, or a screen 1366 pixels wide."""

TITLE_LETTERS, TITLE_LINE = 86, 27

MOST_MONTHS = 240
"""Longer runs are drawn at this many months."""


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
    runs = counted(
        comparison.replications, "paired replication" if len(comparison.scenarios) > 1 else "replication"
    )
    made_by = f"n = {runs} · seed {comparison.seed} · gapsim {text(comparison.version)}"
    return f"{made_by} · not a forecast: one point of a map"


def frame(
    made_by: Comparison | str,
    title: str,
    plot_height: int,
    *,
    left: int = 60,
    right: int = 40,
    bottom: int = 50,
    top: int = 10,
    annotations: Sequence[dict[str, Any]] = (),
    **axes: Any,
) -> dict[str, Any]:
    """The layout of a chart.

    Args:
        made_by: what is charted, or the words of its stamp.
        title: the result in a sentence; wrapped here.
        plot_height: height of the plotting area in pixels.
        left: room left of the plotting area in pixels.
        right: room right of it, for direct labels.
        bottom: room below it, for tick labels and axis title.
        top: room between title and plotting area.
        annotations: labels.
        axes: `xaxis`, `yaxis` and so on, as plotly has them.
    """
    lines = textwrap.wrap(title.replace(" %", "\u00a0%"), TITLE_LETTERS) or [""]
    above, below = 14 + TITLE_LINE * len(lines) + top, bottom + 26
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "xshift": 14 - left}
    # An annotation, since plotly's own title moves up by a line, out of sight, when it has two.
    words = "<b>" + "<br>".join(text(line) for line in lines) + "</b>"
    head = label(0, 1, words, INK, size=20, yanchor="bottom", yshift=top, name="title", **corner)
    words = made_by if isinstance(made_by, str) else stamp(made_by)
    foot = label(0, 0, words, MUTED, size=13, yanchor="top", yshift=-bottom, name="stamp", **corner)
    return {
        "font": {"family": FONT, "size": 15, "color": INK},
        "height": above + plot_height + below,
        "margin": {"l": left, "r": right, "t": above, "b": below},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "showlegend": False,
        "hoverlabel": {"font": {"family": FONT, "size": 14}, "namelength": -1},
        "dragmode": False,
        "annotations": [head, *annotations, foot],
        **axes,
    }


def axis(**more: Any) -> dict[str, Any]:
    """A quiet axis: pale grid, no zero line, no frame."""
    quiet = {"gridcolor": GRID, "zeroline": False, "showline": False, "ticks": "", "fixedrange": True}
    return quiet | {"automargin": False, "tickfont": {"size": 14, "color": MUTED}} | more


def axis_title(words: str) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": words, "font": {"size": 14, "color": MUTED}, "standoff": 6}


def month_axis(months: int, sparse: int = 1, **more: Any) -> dict[str, Any]:
    """The axis of months, with ticks at whole years where the run is long enough.

    Args:
        months: length of the run.
        sparse: how many times fewer ticks, for narrow panels.
        more: as plotly has them.
    """
    step = next((step for step in (1, 6, 12, 24, 60, 120, 600) if months / step <= 12), 1200)
    ticks = {"tick0": 0, "dtick": step * sparse, "ticks": "outside", "tickcolor": MUTED, "tickangle": 0}
    return axis(**({"range": [0, months], "showgrid": False} | ticks | more))


def months_drawn(months: int) -> np.ndarray:
    """Positions of the months that are drawn, first and last included."""
    return np.unique(np.linspace(0, months - 1, min(months, MOST_MONTHS)).round().astype(int))


def domains(count: int, gap: float) -> list[list[float]]:
    """Equal stretches of [0, 1] with a gap between them: the columns of small multiples."""
    width = (1 - gap * (count - 1)) / count
    return [[k * (width + gap), k * (width + gap) + width] for k in range(count)]


def axis_name(letter: str, position: int) -> str:
    """plotly's name for the k-th axis: x, x2, x3 …"""
    return letter if position == 0 else f"{letter}{position + 1}"


def axis_key(letter: str, position: int) -> str:
    """plotly's layout key for the k-th axis: xaxis, xaxis2 …"""
    return f"{letter}axis" if position == 0 else f"{letter}axis{position + 1}"


def whiskers(
    mean: np.ndarray, low: np.ndarray, high: np.ndarray, ink: str, width: float = 0
) -> dict[str, Any]:
    """Whiskers from the low to the high end of intervals."""
    ends = {"array": lean(high - mean), "arrayminus": lean(mean - low)}
    return {"type": "data", "symmetric": False, "thickness": 1.8, "width": width, "color": ink} | ends
