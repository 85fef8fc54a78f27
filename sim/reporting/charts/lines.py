"""Lines with the bands of their intervals, single runs behind them, and labels at their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.reporting.charts.base import Plot, lean
from sim.reporting.charts.style import MUTED, colour, end_labels, faint, stroke, text

MOST_MONTHS = 240
"""Longer runs are drawn at this many months."""

BAND = 0.22


@dataclass(frozen=True)
class Line:
    """What is drawn of one scenario.

    Attributes:
        name: its name.
        mean: the line.
        low: lower edge of the band around it; without it there is no band.
        high: upper edge.
    """

    name: str
    mean: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


def bands(
    plot: Plot, x: list, lines: Sequence[Line], *, hover: str, mode: str = "lines", panel: int = 0
) -> None:
    """Draw a line for each scenario, and the bands behind them all."""
    for k, line in enumerate(lines):
        if line.low is None or line.high is None:
            continue
        known = np.flatnonzero(np.isfinite(line.low) & np.isfinite(line.high))
        there = [x[m] for m in known]
        around = lean(line.high[known]) + lean(line.low[known])[::-1]
        look = {"fill": "toself", "fillcolor": faint(colour(k), BAND), "line": {"width": 0}}
        plot.trace("lines", there + there[::-1], around, panel, hoverinfo="skip", **look)
    for k, line in enumerate(lines):
        look = {"name": text(line.name), "line": stroke(k, len(lines)), "hovertemplate": hover}
        plot.trace(mode, x, line.mean, panel, **look)


def single_runs(plot: Plot, x: list, runs: np.ndarray, ink: str) -> None:
    """Draw every row of `runs` as a thin line, all in one trace."""
    parted = np.column_stack([runs, np.full(len(runs), np.nan)]).ravel()
    plot.trace("lines", [*x, None] * len(runs), parted, hoverinfo="skip", line={"color": ink, "width": 1})


def end_names(
    plot: Plot, lines: Sequence[Line], write: Callable[[Line], str], span: Sequence[float], height: int, **more: Any
) -> None:  # fmt: skip
    """Label every line at its right end, as `end_labels` has it."""
    labels = [(float(line.mean[-1]), write(line), colour(k)) for k, line in enumerate(lines)]
    plot.notes += end_labels(labels, span, height, **more)


def months_drawn(months: int) -> np.ndarray:
    """Positions of the months that are drawn, first and last included."""
    return np.unique(np.linspace(0, months - 1, min(months, MOST_MONTHS)).round().astype(int))


def month_axis(months: int, sparse: int = 1, **more: Any) -> dict[str, Any]:
    """The axis of months, with ticks at whole years where the run is long enough.

    Args:
        months: length of the run.
        sparse: how many times fewer ticks, for narrow panels.
        more: as plotly has them.
    """
    step = next((step for step in (1, 6, 12, 24, 60, 120, 600) if months / step <= 12), 1200)
    ticks = {"tick0": 0, "dtick": step * sparse, "ticks": "outside", "tickcolor": MUTED, "tickangle": 0}
    return {"range": [0, months], "showgrid": False} | ticks | more
