"""Chart of will, ability and capacity of each kind of agent over time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.charting.frame import Chart, axis, axis_key, axis_name, domains, frame, month_axis, months_drawn
from sim.charting.ink import colour
from sim.charting.labels import end_labels, heading, room_for, short
from sim.charting.over_time import band, line
from sim.power import KINDS
from sim.statistics import Interval, interval, intervals
from sim.wording import KINDS as KIND_NAMES
from sim.wording import number

if TYPE_CHECKING:
    from sim.comparison import Comparison

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
    title = _title(comparison)
    layout = frame(comparison, title, height, right=right, bottom=36, top=30, annotations=notes, **axes)
    rows = [
        (QUALITIES[q], KIND_NAMES[k], *(_written(interval(s.series[f"{q}.{k}"][:, -1])) for s in scenarios))
        for q, k in _cells()
    ]
    columns = ("Last month", "Kind of agent", *(s.name for s in scenarios))
    summary = (
        "Twelve small panels: will, ability and capacity of each kind of agent from 0 to 1, month by month."
    )
    return Chart("agents", "Will, ability and capacity", title, summary, data, layout, columns, rows)


def _cells() -> Iterator[tuple[str, str]]:
    return ((quality, kind) for quality in QUALITIES for kind in KINDS)


def _written(level: Interval) -> str:
    mean, low, high = (number(level[end], 2) for end in ("mean", "low", "high"))
    return mean if level["low"] is None else f"{mean} ({low} to {high})"


def _title(comparison: Comparison) -> str:
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
            if d["mean"] is None or d["low"] is None or d["high"] is None or d["low"] <= 0 <= d["high"]:
                continue
            if abs(d["mean"]) > largest:
                largest = abs(d["mean"])
                high, low = (a, b) if d["mean"] > 0 else (b, a)
                words = (
                    f"The largest difference at the end: {quality} of {KIND_NAMES[kind].lower()} is "
                    f"{number(largest, 2)} higher under {high.name} than under {low.name} (scale 0 to 1)"
                )
    return words
