"""Charts of the gap: month by month, and from the most to the least deprived fifth of the population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import MOST_NAMED, counted, levels, listing, number, percent, points, share_with_interval
from sim.model.vocabulary import OUTCOMES
from sim.reporting.charts.base import Chart, Plot, axis_title, padded, whiskers
from sim.reporting.charts.lines import Line, bands, end_names, month_axis, months_drawn, single_runs
from sim.reporting.charts.style import INK, colour, faint, room_for, short, stroke, text
from sim.reporting.comparison_text import Verdict, at_these_settings
from sim.stats import excludes_zero, interval, intervals

if TYPE_CHECKING:
    from sim.runner.compare import Comparison

SINGLE_RUNS = 40
"""Faint single runs drawn in all; at most half of them for one scenario."""

PALE = 0.14
FIFTHS = [name for name in OUTCOMES if name.startswith("gap_fifth_")]

NEXT_TO_NOTHING = 0.01
"""Share of all it will intend below which a replication's gap so far is a ratio of next to nothing, and no finding."""


def gap_over_time(comparison: Comparison) -> Chart:
    """The cumulative gap month by month: mean, 95 % interval, and some single runs behind them."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    first = first_shown(comparison)
    drawn = drawn[drawn >= first]
    x = (drawn + 1).tolist()
    runs = min(comparison.replications, SINGLE_RUNS // 2, max(2, SINGLE_RUNS // len(scenarios)))
    values = [100 * s.series["gap"][:, drawn] for s in scenarios]
    lines = [Line(s.name, *intervals(of)) for s, of in zip(scenarios, values, strict=True)]
    plot = Plot()
    for k, of in enumerate(values):
        single_runs(plot, x, of[:runs], faint(colour(k), PALE))
    bands(plot, x, lines, hover="month %{x}: %{y:.1f} %")
    what = f"line: mean; band: 95 % interval; thin lines: {counted(runs, 'single run')} each"
    if first:
        what += f"; drawn once every run intends a hundredth of its benefit, month {drawn[0] + 1}"
    final = [f"{s.name} {share_with_interval(interval(s.series['gap'][:, -1]))}" for s in scenarios]
    return _chart_of_gaps(
        comparison, plot, lines, values, month_axis(months, title=axis_title("month")), 430,
        key="gap",
        heading="The gap over time",
        title=_gap_title(comparison, at_these_settings(comparison)),
        summary=f"The cumulative implementation gap over {months} months. At the end: {'; '.join(final)}.",
        columns=("Month", *(s.name for s in scenarios)),
        rows=_table(comparison, months),
        above=f"Gap since the start, % of intended benefit<br>{what}",
        hovermode="closest",
    )  # fmt: skip


def _chart_of_gaps(
    comparison: Comparison, plot: Plot, lines: Sequence[Line], values: Sequence[np.ndarray],
    across: dict[str, Any], height: int, **words: Any,
) -> Chart:  # fmt: skip
    """A chart of gaps in percent: its axes, and a label at the end of every line."""
    span = padded(*values, *(edge for line in lines for edge in (line.mean, line.low, line.high)), least=1.0)
    end_names(plot, lines, lambda line: f"<b>{short(line.name)}</b> {number(line.mean[-1])} %", span, height)
    plot.left, plot.right = 70, 95 + room_for((line.name for line in lines), 16)
    plot.place(across, {"range": span, "ticksuffix": " %"})
    return plot.chart(made_by=comparison, height=height, **words)


def first_shown(comparison: Comparison) -> int:
    """The first month, from 0, by which every replication has intended enough for a gap so far to be shown; 0 if none."""
    intended = comparison.scenarios[0].series["intended"].cumsum(axis=1)
    enough = np.all(intended >= NEXT_TO_NOTHING * intended[:, -1:], axis=0) & np.all(intended > 0.0, axis=0)
    return int(enough.argmax())


def _gap_title(comparison: Comparison, said: Verdict) -> str:
    named = [(s.name, interval(s.summaries["gap"])["mean"]) for s in comparison.scenarios]
    words, two = levels(named), len(named) == 2
    if said.kind == "single":
        return f"The gap ends at {percent(named[0][1])} of intended benefit under {named[0][0]}"
    if said.winner is not None:
        least = "smaller" if two else "smallest"
        return f"{said.winner} ends with the {least} gap: {words} of intended benefit"
    unclear = (
        "No clear difference in the gap:" if two else "No single structure has the clearly smallest gap:"
    )
    undecided = {
        "unknown": "Too little is known to tell the gaps apart:",
        "depends": "Which closes more of the gap depends on what is looked at: the mean gap is",
        "practically the same": "No difference in the gap that matters:",
    }
    return f"{undecided.get(said.kind, unclear)} {words}"


def _table(comparison: Comparison, months: int) -> list[tuple[str, ...]]:
    step = max(1, round(months / 10)) if months > 24 else 1
    shown = sorted({*range(step - 1, months, step), months - 1})
    levels_at = [
        [share_with_interval(interval(s.series["gap"][:, m])) for s in comparison.scenarios] for m in shown
    ]
    return [(str(m + 1), *row) for m, row in zip(shown, levels_at, strict=True)]


FIFTH_NAMES = ("1 most deprived", "2", "3", "4", "5 least deprived")


def deprivation_fifths(comparison: Comparison) -> Chart | None:
    """The gap from the most to the least deprived fifth of the population; None where the fifths are unknown."""
    scenarios = comparison.scenarios
    if not all(np.isfinite(s.summaries.get(key, np.nan)).any() for s in scenarios for key in FIFTHS):
        return None
    known = [intervals(100 * np.column_stack([s.summaries[key] for key in FIFTHS])) for s in scenarios]
    lines = [Line(s.name, *of) for s, of in zip(scenarios, known, strict=True)]
    plot = Plot()
    for k, line in enumerate(lines):
        apart = 0.05 * (k - (len(lines) - 1) / 2)
        plot.trace(
            "lines+markers", np.arange(len(FIFTHS)) + apart, line.mean,
            line=stroke(k, len(lines)), marker={"size": 10, "color": colour(k)},
            error_y=whiskers(known[k], colour(k)), name=text(line.name), hovertemplate="%{y:.1f} %",
        )  # fmt: skip
    title = axis_title("fifths of the population, places ordered by deprivation")
    ticks = {"tickvals": list(range(5)), "ticktext": [*FIFTH_NAMES], "tickfont": {"size": 14, "color": INK}}
    return _chart_of_gaps(
        comparison, plot, lines, [], {"range": [-0.3, 4.3], "showgrid": False, "title": title} | ticks, 300,
        key="deprivation",
        heading="For whom",
        title=_deprivation_title(comparison),
        summary="Dots with 95 % intervals: the gap in each fifth of the population, places ordered by deprivation.",
        columns=("Fifth", *(s.name for s in scenarios)),
        rows=[
            (name, *(share_with_interval(interval(s.summaries[key])) for s in scenarios))
            for key, name in zip(FIFTHS, FIFTH_NAMES, strict=True)
        ],
        above="Gap, % of intended benefit (dot: mean; whisker: 95 % interval)",
    )  # fmt: skip


def _deprivation_title(comparison: Comparison) -> str:
    said, larger = [], 0
    for s in comparison.scenarios:
        d = interval(s.summaries["gap_fifth_1"] - s.summaries["gap_fifth_5"])
        if d["mean"] is None or not excludes_zero(d):
            said.append(f"not clearly different in {s.name}")
            continue
        larger += d["mean"] > 0
        said.append(f"{points(abs(d['mean']))} points {'larger' if d['mean'] > 0 else 'smaller'} in {s.name}")
    if len(said) > MOST_NAMED:
        against = "in the most than in the least deprived fifth"
        return f"The gap is clearly larger {against} in {larger} of {len(said)} scenarios"
    return f"In the most deprived fifth the gap, against the least deprived, is {listing(said)}"
