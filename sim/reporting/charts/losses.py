"""Chart of where the benefit was lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.comparison import causes, clear_loss_differences, losses
from sim.formatting import listing, points, points_with_interval
from sim.model.vocabulary import cause_name
from sim.reporting.charts.base import Chart, Plot, axis_title, lean, whiskers
from sim.reporting.charts.rows import row_axis
from sim.reporting.charts.style import MUTED, UNCLEAR, colour, room_for, short, text
from sim.stats import interval, intervals

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns

SMALL = 0.005
"""Causes that take less than half a point of intended benefit in every scenario share one bar."""


def where_lost(comparison: Comparison) -> Chart:
    """Where the benefit was lost: a bar for each cause and scenario, the largest cause first."""
    scenarios = comparison.scenarios
    bars = _bars(comparison)
    bar = max(13, 26 - 3 * len(scenarios))
    pitch = bar * len(scenarios) + 12
    plot = Plot(left=270, right=70 + room_for(s.name for s in scenarios))
    for k, s in enumerate(scenarios):
        mean, low, high = intervals(100 * np.column_stack([_lost_to(s, names) for _, names in bars]))
        y = np.arange(len(bars)) + (6 + bar * (k + 0.5)) / pitch
        ends = {"x": lean(mean), "y": lean(y), "error_x": whiskers((mean, low, high), UNCLEAR)}
        look = {"orientation": "h", "width": 0.88 * bar / pitch, "marker": {"color": colour(k)}}
        words = {"name": text(s.name), "hovertemplate": "%{x:.2f} points"}
        plot.data.append({"type": "bar"} | ends | look | words)
        # How long each bar is, beyond its whisker.
        lengths = [" " + points(m / 100) for m in mean]
        lengths[0] += f"  <b>{short(s.name)}</b>"
        plot.trace(
            "text", np.fmax(np.fmax(mean, high), 0.0), y, text=lengths, textposition="middle right",
            textfont={"size": min(14, bar - 1), "color": colour(k)}, cliponaxis=False, hoverinfo="skip",
        )  # fmt: skip
    # Whiskers of single means are wider than those of paired differences, and would mislead who compares by them.
    elsewhere = {1: "", 2: "; how clearly bars differ: next chart"}
    see = elsewhere.get(len(scenarios), "; differences: table below")
    measure = axis_title(f"points of intended benefit (bar: mean; whisker: its 95 % interval{see})")
    across = {"title": measure, "zeroline": True, "zerolinecolor": MUTED, "rangemode": "tozero"}
    plot.place(across, row_axis([name for name, _ in bars]) | {"showgrid": False})
    summary = (
        "Bars of the benefit lost to each cause, in points of intended benefit; within a scenario they sum to its "
        "gap. Shares describe where the benefit was lost; they do not say what removing a cause would bring back."
    )
    return plot.chart(
        "losses", "Where the benefit was lost", _title(comparison), summary,
        ("Cause", *(f"{s.name}, points" for s in scenarios)), _table(comparison), comparison, pitch * len(bars),
        barmode="overlay",
    )  # fmt: skip


def _lost_to(scenario: ScenarioRuns, names: Sequence[str]) -> np.ndarray:
    return np.sum([np.asarray(scenario.summaries[f"losses.{name}"], dtype=float) for name in names], axis=0)


def _bars(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """The bars: large causes by size, the small ones together, and last what was delivered ahead of plan."""
    lost = [losses(s) for s in comparison.scenarios]
    size = {c: max(abs(of[c] or 0.0) for of in lost) for c in causes(comparison)}
    ordered = sorted((c for c in size if c != "ahead"), key=lambda c: -size[c])
    bars = [(cause_name(c), [c]) for c in ordered if size[c] >= SMALL]
    small = [c for c in ordered if size[c] < SMALL]
    if small:
        other = f"other: {len(small)} causes below {points(SMALL)} each"
        bars.append((cause_name(small[0]) if len(small) == 1 else other, small))
    if "ahead" in size:
        bars.append((cause_name("ahead"), ["ahead"]))
    return bars


def _table(comparison: Comparison) -> list[tuple[str, ...]]:
    scenarios = comparison.scenarios
    lost = [losses(s) for s in scenarios]
    ordered = sorted(causes(comparison), key=lambda c: -max(of[c] or 0.0 for of in lost))
    rows = {cause_name(c): [_lost_to(s, [c]) for s in scenarios] for c in ordered}
    rows["all together: the gap"] = [s.summaries["gap"] for s in scenarios]
    return [(name, *(points_with_interval(interval(v)) for v in values)) for name, values in rows.items()]


def _title(comparison: Comparison) -> str:
    scenarios = comparison.scenarios
    first = {s.name: max(losses(s).items(), key=lambda item: item[1] or 0.0)[0] for s in scenarios}
    if len(set(first.values())) == 1:
        where = {1: f" in {scenarios[0].name}", 2: " in both"}.get(len(scenarios), " in every scenario")
        most = f"The largest loss{where}: “{cause_name(first[scenarios[0].name])}”"
    else:
        most = "The largest loss: " + listing([f"“{cause_name(c)}” in {name}" for name, c in first.items()])
    if len(scenarios) != 2:
        return most
    a, b = scenarios
    clear = clear_loss_differences(a, b)
    if not clear:
        return f"{most}; no cause of loss differs clearly between {a.name} and {b.name}"
    apart = []
    for name, sign in ((a.name, 1), (b.name, -1)):
        more = next((d for d in clear if sign * (d.mean or 0.0) > 0), None)
        if more is not None:
            cause = cause_name(more.outcome.removeprefix("losses."))
            apart.append(f"{name} loses {points(abs(more.mean or 0.0))} points more to “{cause}”")
    return f"{most}; {listing(apart)}"
