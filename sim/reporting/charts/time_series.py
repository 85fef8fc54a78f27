"""Charts by month: the gap, agents' will, ability and capacity, stages of changes; and the gap by deprivation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import (
    MOST_NAMED,
    counted,
    levels,
    listing,
    number,
    number_with_interval,
    percent,
    points,
    share_with_interval,
)
from sim.model.decision_rights import KINDS
from sim.model.vocabulary import KIND_LABELS as KIND_NAMES
from sim.model.vocabulary import STAGE_LABELS
from sim.reporting.charts import style
from sim.reporting.charts.base import (
    WIDTH,
    Chart,
    axis,
    axis_key,
    axis_name,
    axis_title,
    domains,
    frame,
    lean,
    month_axis,
    months_drawn,
    whiskers,
)
from sim.reporting.charts.style import (
    ABOVE_TICK,
    INK,
    MUTED,
    colour,
    end_labels,
    faint,
    heading,
    room_for,
    short,
    stroke,
    text,
)
from sim.reporting.comparison_text import Verdict, at_these_settings
from sim.stats import excludes_zero, interval, intervals

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns


SINGLE_RUNS = 40
"""Faint single runs drawn in all; at most half of them for one scenario."""

PALE, BAND = 0.14, 0.22

NEXT_TO_NOTHING = 0.01
"""Share of all it will intend below which a replication's gap so far is a ratio of next to nothing, and no finding."""


def gap_over_time(comparison: Comparison) -> Chart:
    """The cumulative gap month by month: mean, 95 % interval, and some single runs behind them."""
    scenarios, height = comparison.scenarios, 430
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    first = first_shown(comparison)
    drawn = drawn[drawn >= first]
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
    if first:
        what += f"; drawn once every run intends a hundredth of its benefit, month {drawn[0] + 1}"
    note = f"Gap since the start, % of intended benefit<br>{what}"
    title = _gap_title(comparison, at_these_settings(comparison))
    months_across = month_axis(months, title=axis_title("month"))
    layout = _gap_frame(
        comparison, title, height, 42, note, ends, span, xaxis=months_across, hovermode="closest"
    )
    final = [f"{s.name} {share_with_interval(interval(s.series['gap'][:, -1]))}" for s in scenarios]
    summary = f"The cumulative implementation gap over {months} months. At the end: {'; '.join(final)}."
    columns = ("Month", *(s.name for s in scenarios))
    data = [*behind, *bands, *lines]
    return Chart(
        "gap", "The gap over time", title, summary, data, layout, columns, _table(comparison, months)
    )


def _gap_frame(
    comparison: Comparison, title: str, height: int, above: int, note: str,
    ends: list[tuple[float, str, str]], span: tuple[float, float], **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """The layout of a chart of gaps in percent: what the axis shows above it, and a label at the end of every line."""
    return frame(
        comparison,
        title,
        height,
        left=70,
        right=95 + room_for([s.name for s in comparison.scenarios], 16),
        bottom=58,
        top=above + ABOVE_TICK,
        annotations=[*end_labels(ends, span, height), heading(note, MUTED, xshift=-56, yshift=ABOVE_TICK)],
        yaxis=axis(range=list(span), ticksuffix=" %"),
        **more,
    )


def first_shown(comparison: Comparison) -> int:
    """The first month, from 0, by which every replication has intended enough for a gap so far to be shown; 0 if none."""
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


def _gap_title(comparison: Comparison, said: Verdict) -> str:
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


QUALITIES = {"will": "Will", "ability": "Ability", "capacity": "Capacity"}

NOTICEABLE = 0.01
"""Differences below a hundredth of the scale are not worth a title, however clear."""

FEW = 3
"""With more scenarios than this, bands would hide the lines."""

PANEL, BETWEEN = 170, 44


def will_ability_capacity(comparison: Comparison) -> Chart:
    """Will, ability and capacity of every kind of agent over time, one panel each, all scenarios in it."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    x = (drawn + 1).tolist()
    height = 3 * PANEL + 2 * BETWEEN
    letters = min(15, int(PANEL / len(scenarios) / 1.35))
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for k, (quality, kind) in enumerate(_cells()):
        row, column = divmod(k, len(KINDS))
        on = {"xaxis": axis_name("x", k), "yaxis": axis_name("y", k)}
        ends = []
        for c, s in enumerate(scenarios):
            mean, low, high = intervals(s.series[f"{quality}.{kind}"][:, drawn])
            if len(scenarios) <= FEW:
                data.append(band(x, low, high, c, **on))
            data.append(line(x, mean, scenarios, c, "month %{x}: %{y:.2f}", **on))
            ends.append((mean[-1], short(s.name), colour(c)))
        top = 1 - row * (PANEL + BETWEEN) / height
        across = domains(len(KINDS), 0.03)[column]
        axes[axis_key("x", k)] = month_axis(
            months, 2, anchor=on["yaxis"], domain=across, showticklabels=row == 2
        )
        axes[axis_key("y", k)] = axis(
            anchor=on["xaxis"],
            domain=[top - PANEL / height, top],
            range=[0, 1],
            dtick=0.25,
            tickformat=".2~f",
        ) | {"showticklabels": column == 0}
        name = "Trust" if (quality, kind) == ("will", "users") else QUALITIES[quality]
        notes.append(heading(f"<b>{name}</b> · {KIND_NAMES[kind]}", panel=k))
        if column == len(KINDS) - 1:
            notes += end_labels(ends, (0, 1), PANEL, panel=k, size=letters)
    right = 24 + room_for([s.name for s in scenarios])
    title = _agents_title(comparison)
    layout = frame(comparison, title, height, right=right, bottom=36, top=30, annotations=notes, **axes)
    rows = [
        (
            QUALITIES[q],
            KIND_NAMES[k],
            *(number_with_interval(interval(s.series[f"{q}.{k}"][:, -1]), 2) for s in scenarios),
        )
        for q, k in _cells()
    ]
    columns = ("Last month", "Kind of agent", *(s.name for s in scenarios))
    summary = (
        "Twelve small panels: will, ability and capacity of each kind of agent from 0 to 1, month by month."
    )
    return Chart("agents", "Will, ability and capacity", title, summary, data, layout, columns, rows)


def _cells() -> Iterator[tuple[str, str]]:
    return ((quality, kind) for quality in QUALITIES for kind in KINDS)


def _agents_title(comparison: Comparison) -> str:
    scenarios = comparison.scenarios
    if len(scenarios) == 1:
        ends = {
            cell: interval(scenarios[0].series[".".join(cell)][:, -1])["mean"] or 0.0 for cell in _cells()
        }
        quality, kind = min(ends, key=lambda cell: ends[cell])
        value = number(ends[quality, kind], 2)
        return (
            f"Lowest at the end: the {quality} of {KIND_NAMES[kind].lower()}, {value} on a scale from 0 to 1"
        )
    largest = NOTICEABLE
    words = f"No clear difference of {NOTICEABLE} or more at the end in will, ability or capacity of anybody"
    for a, b in combinations(scenarios, 2):
        for quality, kind in _cells():
            key = f"{quality}.{kind}"
            d = interval(a.series[key][:, -1] - b.series[key][:, -1])
            if d["mean"] is None or not excludes_zero(d):
                continue
            if abs(d["mean"]) > largest:
                largest = abs(d["mean"])
                high, low = (a, b) if d["mean"] > 0 else (b, a)
                words = (
                    f"The largest difference at the end: {quality} of {KIND_NAMES[kind].lower()} is "
                    f"{number(largest, 2)} higher under {high.name} than under {low.name} (scale 0 to 1)"
                )
    return words


FROM_BELOW = ("shift", "shape", "spark", "see", "not_started", "abandoned")
STAGE_PANEL, STAGE_BETWEEN, LEFT, LABELS, ACROSS = 330, 60, 60, 128, 4
ONLY = "the only stage that gives benefit"


def stage_census(comparison: Comparison) -> Chart:
    """In which stage the changes that have arrived are, place by place, month by month, one panel a scenario."""
    scenarios = comparison.scenarios
    months = scenarios[0].series["gap"].shape[1]
    drawn = months_drawn(months)
    across = min(len(scenarios), ACROSS)
    down = -(-len(scenarios) // across)
    height = STAGE_PANEL * down + STAGE_BETWEEN * (down - 1)
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
                "fillcolor": style.STAGES[stage],
                "line": {"width": 0.6, "color": style.PAPER},
            }
            named = {"name": STAGE_LABELS[stage], "hovertemplate": "month %{x}: %{y:.1f} %"}
            points = {"type": "scatter", "mode": "lines", "x": (drawn + 1).tolist(), "y": lean(mean)}
            data.append(points | area | named | on)
            last = float(np.nan_to_num(mean[-1]))
            share = "&lt;1" if 0.0 < last < 1.0 else number(last, 0)
            ends.append((base + last / 2, f"{STAGE_LABELS[stage]} {share} %", style.INK))
            base += last
        top = 1 - row * (STAGE_PANEL + STAGE_BETWEEN) / height
        sparse = 1 if across < 3 else 2 * across - 4
        axes[axis_key("x", k)] = month_axis(months, sparse, anchor=on["yaxis"], domain=columns_at[column])
        axes[axis_key("y", k)] = axis(
            anchor=on["xaxis"], domain=[top - STAGE_PANEL / height, top], range=[0, 100], ticksuffix=" %"
        ) | {"showticklabels": column == 0}
        notes += end_labels(ends, (0, 100), STAGE_PANEL, panel=k, size=14)
        notes.append(heading(f"<b>{short(s.name)}</b>", style.colour(k), panel=k, size=16))
    title = _stages_title(comparison)
    layout = frame(
        comparison, title, height, left=LEFT, right=LABELS, bottom=36, top=30, annotations=notes, **axes
    )
    rows = [
        (name, *(share_with_interval(interval(s.series[f"stage.{stage}"][:, -1])) for s in scenarios))
        for stage, name in STAGE_LABELS.items()
    ]
    summary = (
        "Stacked areas, one panel a scenario: the share of changes × places in each stage, of those that have "
        "arrived. Only shift gives benefit. The table has the last month."
    )
    columns = ("Stage in the last month", *(s.name for s in scenarios))
    return Chart("stages", "Stages of change", title, summary, data, layout, columns, rows)


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


FIFTHS = {
    "gap_fifth_1": "1 most deprived",
    "gap_fifth_2": "2",
    "gap_fifth_3": "3",
    "gap_fifth_4": "4",
    "gap_fifth_5": "5 least deprived",
}


def deprivation_fifths(comparison: Comparison) -> Chart | None:
    """The gap from the most to the least deprived fifth of the population; None where the fifths are unknown."""
    scenarios, height = comparison.scenarios, 300
    if any(
        key not in s.summaries or not np.isfinite(s.summaries[key]).any() for s in scenarios for key in FIFTHS
    ):
        return None
    data, ends, seen = [], [], []
    for k, s in enumerate(scenarios):
        mean, low, high = intervals(100 * np.column_stack([s.summaries[key] for key in FIFTHS]))
        offset = 0.05 * (k - (len(scenarios) - 1) / 2)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": lean(np.arange(5) + offset),
                "y": lean(mean),
                "name": text(s.name),
                "line": stroke(k, len(scenarios)),
                "marker": {"size": 10, "color": colour(k)},
                "error_y": whiskers(mean, low, high, colour(k), 4),
                "hovertemplate": "%{y:.1f} %",
            }
        )
        ends.append((mean[-1], f"<b>{short(s.name)}</b> {percent(mean[-1] / 100)}", colour(k)))
        seen += [mean, low, high]
    lowest, highest = float(np.nanmin(seen)), float(np.nanmax(seen))
    pad = max(0.1 * (highest - lowest), 1.0)
    span = (lowest - pad, highest + pad)
    note = "Gap, % of intended benefit (dot: mean; whisker: 95 % interval)"
    ticks = {
        "tickvals": list(range(5)),
        "ticktext": list(FIFTHS.values()),
        "tickfont": {"size": 14, "color": INK},
    }
    fifths = axis_title("fifths of the population, places ordered by deprivation")
    title = _deprivation_title(comparison)
    across = axis(range=[-0.3, 4.3], showgrid=False, title=fifths, **ticks)
    layout = _gap_frame(comparison, title, height, 24, note, ends, span, xaxis=across)
    rows = [
        (name, *(share_with_interval(interval(s.summaries[key])) for s in scenarios))
        for key, name in FIFTHS.items()
    ]
    summary = (
        "Dots with 95 % intervals: the gap in each fifth of the population, places ordered by deprivation."
    )
    columns = ("Fifth", *(s.name for s in scenarios))
    return Chart("deprivation", "For whom", title, summary, data, layout, columns, rows)


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
