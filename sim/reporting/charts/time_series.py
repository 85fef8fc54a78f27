"""Charts month by month: agents' will, ability and capacity, and the stages of changes."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from sim.formatting import levels, number, number_with_interval, percent, share_with_interval
from sim.model.decision_rights import KINDS
from sim.model.vocabulary import KIND_LABELS as KIND_NAMES
from sim.model.vocabulary import STAGE_LABELS
from sim.reporting.charts.base import WIDTH, Chart, Plot, grid
from sim.reporting.charts.lines import Line, bands, end_names, month_axis, months_drawn
from sim.reporting.charts.style import INK, PAPER, STAGES, colour, end_labels, heading, room_for, short
from sim.stats import excludes_zero, interval, intervals

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns

QUALITIES = {"will": "Will", "ability": "Ability", "capacity": "Capacity"}
CELLS = tuple(product(QUALITIES, KINDS))

NOTICEABLE = 0.01
"""Differences below a hundredth of the scale are not worth a title, however clear."""

FEW = 3
"""With more scenarios than this, bands would hide the lines."""

PANEL = 170


def will_ability_capacity(comparison: Comparison) -> Chart:
    """Will, ability and capacity of every kind of agent over time, one panel each, all scenarios in it."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    across = len(KINDS)
    height, places = grid(len(CELLS), across, PANEL, between=44, gap=0.03)
    # Lines with their bands, or lines alone.
    shown = 3 if len(scenarios) <= FEW else 1
    upwards = {"range": [0, 1], "dtick": 0.25, "tickformat": ".2~f"}
    plot = Plot(right=24 + room_for(s.name for s in scenarios))
    for k, ((quality, kind), (x, y)) in enumerate(zip(CELLS, places, strict=True)):
        lines = [Line(s.name, *intervals(s.series[f"{quality}.{kind}"][:, drawn])[:shown]) for s in scenarios]
        bands(plot, (drawn + 1).tolist(), lines, hover="month %{x}: %{y:.2f}", panel=k)
        plot.place(
            month_axis(months, 2, domain=x, showticklabels=k >= len(places) - across),
            upwards | {"domain": y, "showticklabels": k % across == 0},
            panel=k,
        )
        name = "Trust" if (quality, kind) == ("will", "users") else QUALITIES[quality]
        plot.notes.append(heading(f"<b>{name}</b> · {KIND_NAMES[kind]}", panel=k))
        if (k + 1) % across == 0:
            letters = min(15, int(PANEL / len(scenarios) / 1.35))
            end_names(plot, lines, lambda line: short(line.name), (0, 1), PANEL, panel=k, size=letters)
    rows = [
        (QUALITIES[q], KIND_NAMES[k], *(number_with_interval(interval(_last(s, q, k)), 2) for s in scenarios))
        for q, k in CELLS
    ]
    return plot.chart(
        "agents", "Will, ability and capacity", _agents_title(comparison),
        "Twelve small panels: will, ability and capacity of each kind of agent from 0 to 1, month by month.",
        ("Last month", "Kind of agent", *(s.name for s in scenarios)), rows, comparison, height, top=30,
    )  # fmt: skip


def _last(s: ScenarioRuns, quality: str, kind: str) -> np.ndarray:
    return s.series[f"{quality}.{kind}"][:, -1]


def _agents_title(comparison: Comparison) -> str:
    scenarios = comparison.scenarios
    if len(scenarios) == 1:
        last = {cell: interval(_last(scenarios[0], *cell))["mean"] or 0.0 for cell in CELLS}
        quality, kind = min(last, key=lambda cell: last[cell])
        lowest = f"the {quality} of {KIND_NAMES[kind].lower()}, {number(last[quality, kind], 2)}"
        return f"Lowest at the end: {lowest} on a scale from 0 to 1"
    largest = NOTICEABLE
    words = f"No clear difference of {NOTICEABLE} or more at the end in will, ability or capacity of anybody"
    for (a, b), (quality, kind) in product(combinations(scenarios, 2), CELLS):
        d = interval(_last(a, quality, kind) - _last(b, quality, kind))
        if d["mean"] is None or not excludes_zero(d) or abs(d["mean"]) <= largest:
            continue
        largest = abs(d["mean"])
        high, low = (a, b) if d["mean"] > 0 else (b, a)
        words = (
            f"The largest difference at the end: {quality} of {KIND_NAMES[kind].lower()} is "
            f"{number(largest, 2)} higher under {high.name} than under {low.name} (scale 0 to 1)"
        )
    return words


FROM_BELOW = ("shift", "shape", "spark", "see", "not_started", "abandoned")
STAGE_PANEL, LEFT, LABELS, ACROSS = 330, 60, 128, 4
ONLY = "the only stage that gives benefit"


def stage_census(comparison: Comparison) -> Chart:
    """In which stage the changes that have arrived are, place by place, month by month, one panel a scenario."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    across = min(len(scenarios), ACROSS)
    sparse = 1 if across < 3 else 2 * across - 4
    gap = LABELS / (WIDTH - LEFT - LABELS)
    height, places = grid(len(scenarios), across, STAGE_PANEL, between=60, gap=gap)
    plot = Plot(LEFT, LABELS)
    for k, (s, (x, y)) in enumerate(zip(scenarios, places, strict=True)):
        base, labels = 0.0, []
        for stage in FROM_BELOW:
            mean = 100 * intervals(s.series[f"stage.{stage}"][:, drawn])[0]
            plot.trace(
                "lines", (drawn + 1).tolist(), mean, k,
                stackgroup=f"s{k}", fillcolor=STAGES[stage], line={"width": 0.6, "color": PAPER},
                name=STAGE_LABELS[stage], hovertemplate="month %{x}: %{y:.1f} %",
            )  # fmt: skip
            last = float(np.nan_to_num(mean[-1]))
            share = "&lt;1" if 0.0 < last < 1.0 else number(last, 0)
            labels.append((base + last / 2, f"{STAGE_LABELS[stage]} {share} %", INK))
            base += last
        plot.place(
            month_axis(months, sparse, domain=x),
            {"domain": y, "range": [0, 100], "ticksuffix": " %", "showticklabels": k % across == 0},
            panel=k,
        )
        plot.notes += end_labels(labels, (0, 100), STAGE_PANEL, panel=k, size=14)
        plot.notes.append(heading(f"<b>{short(s.name)}</b>", colour(k), panel=k, size=16))
    rows = [
        (name, *(share_with_interval(interval(s.series[f"stage.{stage}"][:, -1])) for s in scenarios))
        for stage, name in STAGE_LABELS.items()
    ]
    summary = (
        "Stacked areas, one panel a scenario: the share of changes × places in each stage, of those that have "
        "arrived. Only shift gives benefit. The table has the last month."
    )
    return plot.chart(
        "stages", "Stages of change", _stages_title(comparison), summary,
        ("Stage in the last month", *(s.name for s in scenarios)), rows, comparison, height, top=30,
    )  # fmt: skip


def _stages_title(comparison: Comparison) -> str:
    ends = {s.name: s.series["stage.shift"][:, -1] for s in comparison.scenarios}
    named = [(name, interval(values)["mean"]) for name, values in ends.items()]
    if len(ends) == 1:
        return f"At the end {percent(named[0][1])} of changes × places are in shift, {ONLY}"
    if len(ends) > 2:
        return f"In shift, {ONLY}, at the end: {levels(named)}"
    a, b = ends
    d = interval(ends[a] - ends[b])
    both = f"{levels(named)} of changes × places"
    if not excludes_zero(d):
        return f"No clear difference in how many changes are in shift at the end, {ONLY}: {both}"
    return f"{a if (d['mean'] or 0.0) > 0 else b} has more changes in shift at the end, {ONLY}: {both}"
