"""Chart of where the benefit was lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.comparison import causes, clear_loss_differences, losses
from sim.formatting import listing, points, points_with_interval
from sim.model.vocabulary import cause_name
from sim.reporting.charts.base import Chart, axis, axis_title, frame, lean, whiskers
from sim.reporting.charts.style import INK, MUTED, UNCLEAR, colour, room_for, short, text
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
    data: list[dict[str, Any]] = []
    for k, s in enumerate(scenarios):
        y = [(j * pitch + 6 + bar * (k + 0.5)) / pitch for j in range(len(bars))]
        data += _bars_of(s, k, bars, y, bar, pitch)
    title = _title(comparison)
    # Whiskers of single means are wider than those of paired differences, and would mislead who compares by them.
    see = {1: "", 2: "; how clearly bars differ: next chart"}.get(
        len(scenarios), "; differences: table below"
    )
    measure = axis_title(f"points of intended benefit (bar: mean; whisker: its 95 % interval{see})")
    layout = frame(
        comparison,
        title,
        pitch * len(bars),
        left=270,
        right=70 + room_for([s.name for s in scenarios]),
        bottom=56,
        barmode="overlay",
        xaxis=axis(title=measure, zeroline=True, zerolinecolor=MUTED, rangemode="tozero"),
        yaxis=axis(range=[len(bars), 0], showgrid=False, tickfont={"size": 15, "color": INK})
        | {"tickvals": [j + 0.5 for j in range(len(bars))], "ticktext": [name for name, _ in bars]},
    )
    summary = (
        "Bars of the benefit lost to each cause, in points of intended benefit; within a scenario they sum to its "
        "gap. Shares describe where the benefit was lost; they do not say what removing a cause would bring back."
    )
    columns = ("Cause", *(f"{s.name}, points" for s in scenarios))
    return Chart(
        "losses", "Where the benefit was lost", title, summary, data, layout, columns, _table(comparison)
    )


def _bars_of(
    s: ScenarioRuns, k: int, bars: list[tuple[str, list[str]]], y: list[float], bar: int, pitch: int
) -> list[dict[str, Any]]:
    mean, low, high = intervals(100 * np.column_stack([_lost_to(s, names) for _, names in bars]))
    drawn = {
        "type": "bar",
        "orientation": "h",
        "x": lean(mean),
        "y": lean(y),
        "width": 0.88 * bar / pitch,
        "name": text(s.name),
        "marker": {"color": colour(k)},
        "hovertemplate": "%{x:.2f} points",
        "error_x": whiskers(mean, low, high, UNCLEAR, 3),
    }
    words = [" " + points(m / 100) for m in mean]
    words[0] += f"  <b>{short(s.name)}</b>"
    labels = {
        "type": "scatter",
        "mode": "text",
        "x": lean(np.fmax(np.fmax(mean, high), 0.0)),
        "y": lean(y),
        "text": words,
        "textposition": "middle right",
        "textfont": {"size": min(14, bar - 1), "color": colour(k)},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [drawn, labels]


def _lost_to(scenario: ScenarioRuns, names: Sequence[str]) -> np.ndarray:
    return np.sum([np.asarray(scenario.summaries[f"losses.{name}"], dtype=float) for name in names], axis=0)


def _bars(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """The bars: large causes by size, the small ones together, and last what was delivered ahead of plan."""
    lost = [losses(s) for s in comparison.scenarios]
    size = {c: max(abs(of[c] or 0.0) for of in lost) for c in causes(comparison)}
    ordered = sorted((c for c in size if c != "ahead"), key=lambda c: -size[c])
    bars = [(cause_name(c), [c]) for c in ordered if size[c] >= SMALL]
    small = [c for c in ordered if size[c] < SMALL]
    if len(small) == 1:
        bars.append((cause_name(small[0]), small))
    elif small:
        bars.append((f"other: {len(small)} causes below {points(SMALL)} each", small))
    if "ahead" in size:
        bars.append((cause_name("ahead"), ["ahead"]))
    return bars


def _table(comparison: Comparison) -> list[tuple[str, ...]]:
    scenarios = comparison.scenarios
    lost = [losses(s) for s in scenarios]
    ordered = sorted(causes(comparison), key=lambda c: -max(of[c] or 0.0 for of in lost))
    rows: list[tuple[str, ...]] = [
        (cause_name(c), *(points_with_interval(interval(_lost_to(s, [c]))) for s in scenarios))
        for c in ordered
    ]
    total = (points_with_interval(interval(s.summaries["gap"])) for s in scenarios)
    return [*rows, ("all together: the gap", *total)]


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
