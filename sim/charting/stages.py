"""Chart of the stages in which changes are, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.charting import ink
from sim.charting.frame import (
    WIDTH,
    Chart,
    axis,
    axis_key,
    axis_name,
    domains,
    frame,
    lean,
    month_axis,
    months_drawn,
)
from sim.charting.labels import end_labels, heading, short
from sim.statistics import interval, intervals
from sim.wording import STAGES, levels, number, percent, share_with_interval

if TYPE_CHECKING:
    from sim.comparison import Comparison

FROM_BELOW = ("shift", "shape", "spark", "see", "not_started", "abandoned")
PANEL, BETWEEN, LEFT, LABELS, ACROSS = 330, 60, 60, 128, 4
ONLY = "the only stage that gives benefit"


def stage_census(comparison: Comparison) -> Chart:
    """In which stage the changes that have arrived are, place by place, month by month, one panel a scenario."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    across = min(len(scenarios), ACROSS)
    down = -(-len(scenarios) // across)
    height = PANEL * down + BETWEEN * (down - 1)
    columns_at = domains(across, LABELS / (WIDTH - LEFT - LABELS))
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for k, s in enumerate(scenarios):
        row, column = divmod(k, across)
        on = {"xaxis": axis_name("x", k), "yaxis": axis_name("y", k)}
        base, ends = 0.0, []
        for stage in FROM_BELOW:
            mean = 100 * intervals(s.series[f"stage.{stage}"][:, drawn])[0]
            area = {
                "stackgroup": f"s{k}",
                "fillcolor": ink.STAGES[stage],
                "line": {"width": 0.6, "color": ink.PAPER},
            }
            named = {"name": STAGES[stage], "hovertemplate": "month %{x}: %{y:.1f} %"}
            points = {"type": "scatter", "mode": "lines", "x": (drawn + 1).tolist(), "y": lean(mean)}
            data.append(points | area | named | on)
            last = float(np.nan_to_num(mean[-1]))
            share = "&lt;1" if 0.0 < last < 1.0 else number(last, 0)
            ends.append((base + last / 2, f"{STAGES[stage]} {share} %", ink.INK))
            base += last
        top = 1 - row * (PANEL + BETWEEN) / height
        sparse = 1 if across < 3 else 2 * across - 4
        axes[axis_key("x", k)] = month_axis(months, sparse, anchor=on["yaxis"], domain=columns_at[column])
        axes[axis_key("y", k)] = axis(
            anchor=on["xaxis"], domain=[top - PANEL / height, top], range=[0, 100], ticksuffix=" %"
        ) | {"showticklabels": column == 0}
        notes += end_labels(ends, (0, 100), PANEL, panel=k, size=14)
        notes.append(heading(f"<b>{short(s.name)}</b>", ink.colour(k), panel=k, size=16))
    title = _title(comparison)
    layout = frame(
        comparison, title, height, left=LEFT, right=LABELS, bottom=36, top=30, annotations=notes, **axes
    )
    rows = [
        (name, *(share_with_interval(interval(s.series[f"stage.{stage}"][:, -1])) for s in scenarios))
        for stage, name in STAGES.items()
    ]
    summary = (
        "Stacked areas, one panel a scenario: the share of changes × places in each stage, of those that have "
        "arrived. Only shift gives benefit. The table has the last month."
    )
    columns = ("Stage in the last month", *(s.name for s in scenarios))
    return Chart("stages", "Stages of change", title, summary, data, layout, columns, rows)


def _title(comparison: Comparison) -> str:
    ends = {s.name: s.series["stage.shift"][:, -1] for s in comparison.scenarios}
    named = [(name, interval(values)["mean"]) for name, values in ends.items()]
    if len(ends) == 1:
        return f"At the end {percent(named[0][1])} of changes × places are in shift, {ONLY}"
    if len(ends) > 2:
        return f"In shift, {ONLY}, at the end: {levels(named)}"
    a, b = ends
    d = interval(ends[a] - ends[b])
    both = f"{levels(named)} of changes × places"
    if d["low"] is None or d["high"] is None or d["low"] <= 0 <= d["high"]:
        return f"No clear difference in how many changes are in shift at the end, {ONLY}: {both}"
    return f"{a if d['low'] > 0 else b} has more changes in shift at the end, {ONLY}: {both}"
