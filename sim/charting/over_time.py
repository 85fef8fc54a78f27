"""Chart of the gap over the months of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.charting.frame import Chart, axis, axis_title, frame, lean, month_axis, months_drawn
from sim.charting.ink import MUTED, colour, faint, stroke
from sim.charting.labels import ABOVE_TICK, end_labels, heading, room_for, short, text
from sim.statistics import interval, intervals
from sim.verdict import Verdict, at_these_settings
from sim.wording import counted, levels, percent, share_with_interval

if TYPE_CHECKING:
    from sim.comparison import Comparison, ScenarioRuns

SINGLE_RUNS = 40
"""Faint single runs drawn in all; at most half of them for one scenario."""

PALE, BAND = 0.14, 0.22

NEXT_TO_NOTHING = 0.01
"""Share of all it will intend below which a world's gap so far is a ratio of next to nothing, and no finding."""


def gap_over_time(comparison: Comparison) -> Chart:
    """The cumulative gap month by month: mean, 95 % interval, and some single runs behind them."""
    scenarios, height = comparison.scenarios, 430
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    told = first_told(comparison)
    drawn = drawn[drawn >= told]
    x = (drawn + 1).tolist()
    runs = min(comparison.replications, SINGLE_RUNS // 2, max(2, SINGLE_RUNS // len(scenarios)))
    behind, bands, lines, ends, seen = [], [], [], [], []
    for k, s in enumerate(scenarios):
        values = 100 * s.series["gap"][:, drawn]
        mean, low, high = intervals(values)
        behind.append(_single_runs(x, values[:runs], k))
        bands.append(band(x, low, high, k))
        lines.append(line(x, mean, scenarios, k, "month %{x}: %{y:.1f} %"))
        ends.append((mean[-1], f"<b>{short(s.name)}</b> {percent(mean[-1] / 100)}", colour(k)))
        seen += [values.ravel(), low, high]
    span = _span(np.concatenate(seen))
    what = f"line: mean; band: 95 % interval; thin lines: {counted(runs, 'single run')} each"
    if told:
        what += f"; drawn once every run intends a hundredth of its benefit, month {drawn[0] + 1}"
    note = heading(
        f"Gap since the start, % of intended benefit<br>{what}", MUTED, xshift=-56, yshift=ABOVE_TICK
    )
    title = _title(comparison, at_these_settings(comparison))
    layout = frame(
        comparison,
        title,
        height,
        left=70,
        right=95 + room_for([s.name for s in scenarios], 16),
        bottom=58,
        top=42 + ABOVE_TICK,
        annotations=[*end_labels(ends, span, height), note],
        xaxis=month_axis(months, title=axis_title("month")),
        yaxis=axis(range=list(span), ticksuffix=" %"),
        hovermode="closest",
    )
    final = [f"{s.name} {share_with_interval(interval(s.series['gap'][:, -1]))}" for s in scenarios]
    summary = f"The cumulative implementation gap over {months} months. At the end: {'; '.join(final)}."
    columns = ("Month", *(s.name for s in scenarios))
    data = [*behind, *bands, *lines]
    return Chart(
        "gap", "The gap over time", title, summary, data, layout, columns, _table(comparison, months)
    )


def first_told(comparison: Comparison) -> int:
    """The first month, from 0, by which every world has intended enough for a gap so far to be told; 0 if there is none."""
    intended = comparison.scenarios[0].series["intended"].cumsum(axis=1)
    enough = np.all(intended >= NEXT_TO_NOTHING * intended[:, -1:], axis=0) & np.all(intended > 0.0, axis=0)
    return int(enough.argmax())


def band(x: list, low: np.ndarray, high: np.ndarray, k: int, **axes: str) -> dict[str, Any]:
    """The 95 % interval around the line of a scenario."""
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    there = [x[m] for m in known]
    around = {"x": there + there[::-1], "y": lean(high[known]) + lean(low[known])[::-1]}
    look = {"fill": "toself", "fillcolor": faint(colour(k), BAND), "line": {"width": 0}, "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "lines"} | around | look | axes


def line(
    x: list, mean: np.ndarray, scenarios: tuple[ScenarioRuns, ...], k: int, hover: str, **axes: str
) -> dict[str, Any]:
    """The line of a scenario."""
    named = {"name": text(scenarios[k].name), "hovertemplate": hover, "line": stroke(k, len(scenarios))}
    return {"type": "scatter", "mode": "lines", "x": x, "y": lean(mean)} | named | axes


def _single_runs(x: list, values: np.ndarray, k: int) -> dict[str, Any]:
    xs: list[Any] = []
    ys: list[Any] = []
    for run in values:
        xs += [*x, None]
        ys += [*lean(run), None]
    look = {"hoverinfo": "skip", "line": {"color": faint(colour(k), PALE), "width": 1}}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys} | look


def _span(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not known.size:
        return 0.0, 100.0
    low, high = float(known.min()), float(known.max())
    pad = max(0.06 * (high - low), 1.0)
    return low - pad, high + pad


def _title(comparison: Comparison, said: Verdict) -> str:
    named = [(s.name, interval(s.summaries["gap"])["mean"]) for s in comparison.scenarios]
    words = levels(named)
    if said.kind == "single":
        return f"The gap ends at {percent(named[0][1])} of intended benefit under {named[0][0]}"
    if said.winner is not None:
        least = "smaller" if len(named) == 2 else "smallest"
        return f"{said.winner} ends with the {least} gap: {words} of intended benefit"
    if said.kind == "unknown":
        return f"Too little is known to tell the gaps apart: {words}"
    if said.kind == "depends":
        return f"Which closes more of the gap depends on what is looked at: the mean gap is {words}"
    if said.kind == "practically the same":
        return f"No difference in the gap that matters: {words}"
    if len(named) == 2:
        return f"No clear difference in the gap: {words}"
    return f"No single structure has the clearly smallest gap: {words}"


def _table(comparison: Comparison, months: int) -> list[tuple[str, ...]]:
    step = max(1, round(months / 10)) if months > 24 else 1
    shown = sorted({*range(step - 1, months, step), months - 1})
    levels_at = [
        [share_with_interval(interval(s.series["gap"][:, m])) for s in comparison.scenarios] for m in shown
    ]
    return [(str(m + 1), *row) for m, row in zip(shown, levels_at, strict=True)]
