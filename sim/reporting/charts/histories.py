"""Charts of histories: what was reported, over the fan of single runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import counted, number, percent
from sim.reporting.charts.base import Chart, axis, axis_title, frame, lean
from sim.reporting.charts.style import INK, MUTED, ORANGE_WORDS, colour, end_labels, faint, heading, text
from sim.runner.compare import Comparison

if TYPE_CHECKING:
    from sim.history.evaluate import History

SINGLE_RUNS = 40
PALE = 0.18
HEIGHT = 330


def history_charts(history: History, replications: int, seed: int, version: str) -> list[Chart]:
    """One chart for each reported series of a case that is read from the model, judged or not."""
    stamped = Comparison((), replications, seed, version)
    return [_chart(history, name, stamped) for name in history.series]


def _chart(history: History, name: str, stamped: Comparison) -> Chart:
    case, values = history.case, history.series[name]
    year, month = map(int, case.file.months.first.split("-"))
    when = year + (month - 1 + np.arange(case.months)) / 12.0
    middle = np.median(values, axis=0)
    points = case.points(name)
    read = case.file.observed[name]
    everything = [*points.values(), read.at_none, read.at_full, values.min(), values.max()]
    low, high = min(everything), max(everything)
    span = (low - 0.05 * (high - low), high + 0.05 * (high - low))
    runs = values[:: max(1, len(values) // SINGLE_RUNS)][:SINGLE_RUNS]
    xs: list[Any] = []
    ys: list[Any] = []
    for run in runs:
        xs += [*when.tolist(), None]
        ys += [*lean(run), None]
    blue = colour(0)
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "hoverinfo": "skip",
         "line": {"color": faint(blue, PALE), "width": 1}},
        {"type": "scatter", "mode": "lines", "x": when.tolist(), "y": lean(middle),
         "line": {"color": blue, "width": 3}, "hovertemplate": "median of runs: %{y:.4g}<extra></extra>"},
        {"type": "scatter", "mode": "markers", "x": [float(when[m]) for m in points], "y": list(points.values()),
         "marker": {"color": ORANGE_WORDS, "size": 11, "symbol": "diamond", "line": {"color": INK, "width": 1}},
         "hovertemplate": "reported: %{y:.4g}<extra></extra>"},
    ]  # fmt: skip
    ends = [(float(middle[-1]), "<b>runs</b>, median", blue)]
    if points:
        ends.append((list(points.values())[-1], "<b>reported</b>", ORANGE_WORDS))
    what = f"diamonds: reported; line: median run; thin lines: {counted(len(runs), 'single run')}"
    note = heading(f"{text(name)} ({what})", MUTED, xshift=-56)
    verdict = "a hit" if history.hit else "a miss"
    title = f"{case.file.header.title}: {verdict}; {percent(history.share, 0)} of runs show the whole pattern"
    layout = frame(
        stamped, title, HEIGHT, left=80, right=170, bottom=58, top=24,
        annotations=[*end_labels(ends, span, HEIGHT), note],
        xaxis=axis(range=[float(when[0]), float(when[-1]) + 0.001 * case.months], showgrid=False, tickformat="d",
                   dtick=1 + case.months // 140, ticks="outside", tickcolor=MUTED, title=axis_title("beginning of year")),
        yaxis=axis(range=list(span)), hovermode="closest",
    )  # fmt: skip
    rows = [
        (calendar_month(case.file.months.first, m), number(v), number(float(middle[m])),
         f"{number(float(np.quantile(values[:, m], 0.05)))} to {number(float(np.quantile(values[:, m], 0.95)))}")
        for m, v in points.items()
    ]  # fmt: skip
    summary = (
        f"{case.file.header.title}, {name}: what was reported, and the same months in {len(values)} runs."
    )
    columns = ("Month", "Reported", "Median run", "Nine runs in ten")
    return Chart(f"{case.name}-{name}", name, title, summary, data, layout, columns, rows)


def calendar_month(first: str, later: int) -> str:
    """The year and month that comes so many months after a first one."""
    year, month = map(int, first.split("-"))
    count = 12 * year + month - 1 + later
    return f"{count // 12}-{count % 12 + 1:02d}"
