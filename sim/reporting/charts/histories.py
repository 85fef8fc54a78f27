"""Charts of histories: what was reported, over the fan of single runs."""

from __future__ import annotations

import numpy as np

from sim.formatting import counted, number, percent
from sim.history.evaluate import History
from sim.reporting.charts.base import Chart, Plot, axis_title, padded
from sim.reporting.charts.lines import Line, bands, single_runs
from sim.reporting.charts.style import INK, MUTED, ORANGE_WORDS, colour, end_labels, faint, text
from sim.runner.compare import Comparison

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
    reported = list(points.values())
    span = padded(values, reported, read.at_none, read.at_full)
    runs = values[:: max(1, len(values) // SINGLE_RUNS)][:SINGLE_RUNS]
    plot = Plot(left=80, right=170)
    x = when.tolist()
    single_runs(plot, x, runs, faint(colour(0), PALE))
    bands(plot, x, [Line("runs", middle)], hover="median of runs: %{y:.4g}<extra></extra>")
    plot.trace(
        "markers", [x[m] for m in points], reported, hovertemplate="reported: %{y:.4g}<extra></extra>",
        marker={"color": ORANGE_WORDS, "size": 11, "symbol": "diamond", "line": {"color": INK, "width": 1}},
    )  # fmt: skip
    ends = [(float(middle[-1]), "<b>runs</b>, median", colour(0))]
    if points:
        ends.append((reported[-1], "<b>reported</b>", ORANGE_WORDS))
    plot.notes += end_labels(ends, span, HEIGHT)
    plot.place(
        {"range": [x[0], x[-1] + 0.001 * case.months], "showgrid": False, "tickformat": "d", "ticks": "outside",
         "dtick": 1 + case.months // 140, "tickcolor": MUTED, "title": axis_title("beginning of year")},
        {"range": span},
    )  # fmt: skip
    what = f"diamonds: reported; line: median run; thin lines: {counted(len(runs), 'single run')}"
    verdict = "a hit" if history.hit else "a miss"
    called = case.file.header.title
    title = f"{called}: {verdict}; {percent(history.share, 0)} of runs show the whole pattern"
    rows = [
        (calendar_month(case.file.months.first, m), number(v), number(float(middle[m])),
         f"{number(float(np.quantile(values[:, m], 0.05)))} to {number(float(np.quantile(values[:, m], 0.95)))}")
        for m, v in points.items()
    ]  # fmt: skip
    summary = f"{called}, {name}: what was reported, and the same months in {len(values)} runs."
    return plot.chart(
        f"{case.name}-{name}", name, title, summary, ("Month", "Reported", "Median run", "Nine runs in ten"), rows,
        stamped, HEIGHT, above=f"{text(name)} ({what})", hovermode="closest",
    )  # fmt: skip


def calendar_month(first: str, later: int) -> str:
    """The year and month that comes so many months after a first one."""
    year, month = map(int, first.split("-"))
    count = 12 * year + month - 1 + later
    return f"{count // 12}-{count % 12 + 1:02d}"
