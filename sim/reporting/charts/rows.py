"""Rows of marks: one row a name, with whiskers, and a line at 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.reporting.charts.base import Plot, padded, whiskers
from sim.reporting.charts.style import INK, MUTED, beside, label, text


@dataclass(frozen=True)
class Marks:
    """One mark a row, with the whiskers of its interval.

    Attributes:
        ends: mean, low and high of each row, shape (rows, 3); NaN is unknown, and where it is the mean nothing is drawn.
        fill: colour of the marks, or of each.
        rim: colour of their rims, or of each.
        whisker: colour of the whiskers.
        thick: how thick whiskers are, in pixels.
        shift: how far below the middle of its row a mark stands, in rows.
        symbol: shape of the marks.
        size: their size in pixels.
        name: what they are, for the pointer.
        words: words and their colour at the right edge of each row.
    """

    ends: np.ndarray
    fill: str | Sequence[str] = INK
    rim: str | Sequence[str] = INK
    whisker: str = MUTED
    thick: float = 1.8
    shift: float = 0.0
    symbol: str = "circle"
    size: int = 10
    name: str = ""
    words: Sequence[tuple[str, str]] = ()


def ends_of(found: Iterable[Any], scale: float) -> np.ndarray:
    """Of whatever has a `mean`, `low` and `high`, these, times a scale: shape (rows, 3), NaN where unknown."""
    return scale * np.array([(d.mean, d.low, d.high) for d in found], dtype=float).reshape(-1, 3)


def forest(
    plot: Plot, names: Sequence[str], marks: Sequence[Marks], *, panel: int = 0, named: bool = True, rows: int = 0,
    span: Sequence[float] | None = None, least: float = 0.0, hover: str = "%{x:.3g}", **across: Any,
) -> None:  # fmt: skip
    """Draw one panel of a forest plot.

    Args:
        plot: where.
        names: of the rows, from the top.
        marks: one or more marks a row.
        panel: which panel.
        named: whether the names are written left of the rows.
        rows: rows of the longest panel, if this one may have fewer: it is then shorter, its axis close beneath it.
        span: ends of the horizontal axis; around all marks, whiskers and 0 by default.
        least: the least room on either side of them.
        hover: how a value is written beside the pointer, as plotly has it.
        across: the horizontal axis, as plotly has it.
    """
    for one in marks:
        y = np.arange(len(names)) + 0.5 + one.shift
        marker = {
            "symbol": one.symbol,
            "size": one.size,
            "color": one.fill,
            "line": {"color": one.rim, "width": 2},
        }
        thick = whiskers(one.ends.T, one.whisker) | {"thickness": one.thick}
        words = {"name": text(one.name), "hovertemplate": hover + ("" if one.name else "<extra></extra>")}
        plot.trace("markers", one.ends[:, 0], y, panel, marker=marker, error_x=thick, **words)
        plot.notes += [
            label(1, at, said, ink, xshift=8, size=13, **beside(panel))
            for at, (said, ink) in zip(y, one.words, strict=False)
        ]
    span = span or padded(0.0, *(one.ends for one in marks), least=least)
    line = {"zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1.5}
    upwards = row_axis(names if named else [""] * len(names), rows)
    plot.place({"range": span, "nticks": 6, "tickangle": 0} | line | across, upwards, panel)


def ranges(plot: Plot, low: np.ndarray, high: np.ndarray, ink: str, width: float) -> None:
    """Draw a thick pale line in each row from a low to a high value, behind the marks that are drawn later."""
    parted = np.column_stack([low, high, np.full(len(low), np.nan)]).ravel()
    y = np.repeat(np.arange(len(low)) + 0.5, 3)
    plot.trace("lines", parted, y, hoverinfo="skip", line={"color": ink, "width": width})


def row_axis(names: Sequence[str], rows: int = 0) -> dict[str, Any]:
    """The vertical axis of rows with names, from the top, in a panel that may be shorter than the others."""
    ticks = {"tickvals": [j + 0.5 for j in range(len(names))], "ticktext": [text(name) for name in names]}
    place = {"range": [len(names), 0], "domain": [1 - len(names) / max(rows, len(names), 1), 1]}
    return place | ticks | {"tickfont": {"size": 14, "color": INK}}


def room_left(names: Sequence[str]) -> int:
    """Room in pixels for the names of rows."""
    return 40 + int(8.2 * max(map(len, names)))
