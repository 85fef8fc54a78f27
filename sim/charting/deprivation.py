"""Chart of the gap from the most to the least deprived places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.charting.frame import Chart, axis, axis_title, frame, lean, whiskers
from sim.charting.ink import INK, MUTED, colour, stroke
from sim.charting.labels import ABOVE_TICK, end_labels, heading, room_for, short, text
from sim.statistics import interval, intervals
from sim.wording import MOST_NAMED, listing, percent, points, share_with_interval

if TYPE_CHECKING:
    from sim.comparison import Comparison

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
    note = heading(
        "Gap, % of intended benefit (dot: mean; whisker: 95 % interval)", MUTED, xshift=-56, yshift=ABOVE_TICK
    )
    ticks = {
        "tickvals": list(range(5)),
        "ticktext": list(FIFTHS.values()),
        "tickfont": {"size": 14, "color": INK},
    }
    fifths = axis_title("fifths of the population, places ordered by deprivation")
    title = _title(comparison)
    layout = frame(
        comparison,
        title,
        height,
        left=70,
        right=95 + room_for([s.name for s in scenarios], 16),
        bottom=58,
        top=24 + ABOVE_TICK,
        annotations=[*end_labels(ends, span, height), note],
        xaxis=axis(range=[-0.3, 4.3], showgrid=False, title=fifths, **ticks),
        yaxis=axis(range=list(span), ticksuffix=" %"),
    )
    rows = [
        (name, *(share_with_interval(interval(s.summaries[key])) for s in scenarios))
        for key, name in FIFTHS.items()
    ]
    summary = (
        "Dots with 95 % intervals: the gap in each fifth of the population, places ordered by deprivation."
    )
    columns = ("Fifth", *(s.name for s in scenarios))
    return Chart("deprivation", "For whom", title, summary, data, layout, columns, rows)


def _title(comparison: Comparison) -> str:
    said, larger = [], 0
    for s in comparison.scenarios:
        d = interval(s.summaries["gap_fifth_1"] - s.summaries["gap_fifth_5"])
        if d["mean"] is None or d["low"] is None or d["high"] is None or d["low"] <= 0 <= d["high"]:
            said.append(f"not clearly different in {s.name}")
            continue
        larger += d["mean"] > 0
        said.append(f"{points(abs(d['mean']))} points {'larger' if d['mean'] > 0 else 'smaller'} in {s.name}")
    if len(said) > MOST_NAMED:
        against = "in the most than in the least deprived fifth"
        return f"The gap is clearly larger {against} in {larger} of {len(said)} scenarios"
    return f"In the most deprived fifth the gap, against the least deprived, is {listing(said)}"
