"""Charts of a sweep beside its map: paired differences, losses, replications, and the gap along one factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.sweep_data import is_share
from sim.formatting import listing, number, points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.base import Chart, axis, axis_title, frame, lean, whiskers
from sim.reporting.charts.style import (
    INK,
    MUTED,
    colour,
    end_labels,
    faint,
    label,
    room_for,
    short,
    stroke,
    text,
)

if TYPE_CHECKING:
    from sim.analysis.paired import MapDifference, Region
    from sim.analysis.variance import ReplicationsNeeded
    from sim.stats import Interval

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "hexagon", "triangle-down")
SMALL = 0.005


def difference_chart(found: Sequence[MapDifference], response: str, made_by: str) -> Chart | None:
    """The paired difference of every pair, averaged over the map, with its interval and its range over the points."""
    rows = sorted(
        (d for d in found if d.response == response and d.mean is not None), key=lambda d: d.mean or 0.0
    )
    if not rows:
        return None
    scale, unit = (100, "points of intended benefit; ") if is_share(response) else (1, "")
    names = [f"{short(d.a)} − {short(d.b)}" for d in rows]
    mean, low, high, least, most = (
        np.array([np.nan if v is None else scale * v for v in ends], float)
        for ends in zip(*((d.mean, d.low, d.high, d.smallest, d.largest) for d in rows), strict=True)
    )
    y = [k + 0.5 for k in range(len(rows))]
    span = {
        "type": "scatter", "mode": "lines", "line": {"color": "#c3cad1", "width": 7}, "hoverinfo": "skip",
        "x": lean(np.column_stack([least, most, np.full(len(rows), np.nan)]).ravel()),
        "y": lean(np.repeat(y, 3)),
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": lean(mean), "y": lean(y),
        "marker": {"size": 11, "color": [INK if d.clear else "#ffffff" for d in rows],
                   "line": {"color": INK, "width": 2}},
        "error_x": whiskers(mean, low, high, INK, 4),
        "hovertemplate": "%{x:.2f}<extra></extra>",
    }  # fmt: skip
    clear = [d for d in rows if d.clear]
    one = len(rows) == 1
    if not clear:
        title = "No two structures are significantly different when averaged over the map" if not one else (
            "The two are not significantly different when averaged over the map"
        )  # fmt: skip
    elif one:
        d = rows[0]
        less = d.a if (d.mean or 0) < 0 else d.b
        title = f"Averaged over the points tried, the {outcome_name(response)} is smaller in {less}"
    else:
        title = f"{len(clear)} of {len(rows)} pairs are significantly different when averaged over the points tried"
    both = sum((d.smallest or 0) < 0 < (d.largest or 0) for d in rows)
    if both:
        title += "; " + (
            "the sign turns within the map" if one else f"in {both} the sign turns within the map"
        )
    left = 40 + int(8.4 * max(len(n) for n in names))
    key = (
        f"{unit}dot: mean over the map, filled when significantly different (Holm); whisker: 95 % interval;<br>"
        "grey bar: from the smallest to the largest mean at any point"
    )
    note = label(
        0, 0, key, MUTED, size=14, xref="paper", yref="paper", yanchor="top", yshift=-28, xshift=14 - left
    )
    layout = frame(
        made_by, title, 30 * len(rows) + 14, left=left, bottom=80, annotations=[note],
        xaxis=axis(zeroline=True, zerolinecolor=INK, range=_padded(least, most, low, high)),
        yaxis=axis(range=[len(rows), 0], showgrid=False, tickvals=y, ticktext=names)
        | {"tickfont": {"size": 14, "color": INK}},
    )  # fmt: skip
    summary = (
        "Paired differences, each replication compared with itself. A negative number means that the first of the pair leaves "
        "less. The interval covers random variation at these points; the grey bar shows how far the answer depends "
        "on the point."
    )
    columns = (
        "Pair",
        "Mean difference (95 % interval)",
        "Smallest and largest at a point",
        "Replications",
        "Significant",
    )
    write = points if scale == 100 else number
    said = [
        (
            f"{d.a} − {d.b}",
            with_interval(write(d.mean), d.low, d.high, write),
            f"{write(d.smallest)} to {write(d.largest)}",
            str(d.pairs),
            "yes" if d.clear else "no",
        )
        for d in rows
    ]
    return Chart("map-differences", "Paired differences", title, summary, [span, dots], layout, columns, said)


def _padded(*ends: np.ndarray) -> list[float]:
    """A range around all ends and 0, with some air."""
    every = np.concatenate([e[np.isfinite(e)] for e in ends] + [np.zeros(1)])
    air = 0.05 * float(np.ptp(every)) + 1e-9
    return [float(every.min()) - air, float(every.max()) + air]


def loss_chart(
    region: Region, structures: Sequence[str], causes: Sequence[str], made_by: str
) -> Chart | None:
    """Where each structure lost the benefit, averaged over the points tried."""
    if not causes or not np.isfinite(region.lost).any():
        return None
    largest = np.nan_to_num(np.nanmax(np.abs(np.where(np.isnan(region.lost), 0.0, region.lost)), axis=1))
    order = [k for k in np.argsort(-largest) if largest[k] >= SMALL]
    y = np.arange(len(order)) + 0.5
    data: list[dict[str, Any]] = []
    ends = np.array([100 * region.lost[order].min(axis=1), 100 * region.lost[order].max(axis=1)])
    data.append({
        "type": "scatter", "mode": "lines", "line": {"color": "#d5dbe1", "width": 5}, "hoverinfo": "skip",
        "x": lean(np.vstack([ends, np.full(len(order), np.nan)]).T.ravel()), "y": lean(np.repeat(y, 3)),
    })  # fmt: skip
    for k, name in enumerate(structures):
        data.append({
            "type": "scatter", "mode": "markers", "x": lean(100 * region.lost[order, k]), "y": lean(y),
            "name": text(name), "hovertemplate": "%{x:.2f} points",
            "marker": {"symbol": SYMBOLS[k % len(SYMBOLS)], "size": 12, "color": colour(k),
                       "line": {"color": "#ffffff", "width": 1}},
        })  # fmt: skip
    most = {name: causes[int(np.nanargmax(region.lost[:, k]))] for k, name in enumerate(structures)
            if np.isfinite(region.lost[:, k]).any()}  # fmt: skip
    if len(set(most.values())) == 1:
        who = {1: f"{structures[0]} loses", 2: "both lose"}.get(len(most), "each structure loses")
        title = f"Averaged over the points tried, {who} most to “{cause_name(next(iter(most.values())))}”"
    else:
        by_cause = {c: [n for n, m in most.items() if m == c] for c in dict.fromkeys(most.values())}
        parts = [f"“{cause_name(c)}” in {listing(names)}" for c, names in by_cause.items()]
        title = f"The largest loss, averaged over the points tried: {'; '.join(parts)}"
    names = [cause_name(causes[k]) for k in order]
    layout = frame(
        made_by, title, 27 * len(order) + 10, left=270, bottom=56, top=34, annotations=_key(structures),
        xaxis=axis(title=axis_title("points of intended benefit, mean over points and replications"),
                   zeroline=True, zerolinecolor=MUTED, rangemode="tozero"),
        yaxis=axis(range=[len(order), 0], showgrid=True, tickvals=y.tolist(), ticktext=names)
        | {"tickfont": {"size": 15, "color": INK}},
    )  # fmt: skip
    summary = (
        "Within a structure the losses sum to its gap. Causes that take less than half a point everywhere stand in the "
        "table alone. Shares describe where the benefit was lost; they do not say what removing a cause would bring back."
    )
    columns = ("Cause, points of intended benefit", *structures)
    rows = [
        (cause_name(cause), *(points(None if np.isnan(v) else float(v)) for v in lost))
        for cause, lost in zip(causes, region.lost, strict=True)
    ]
    return Chart("map-losses", "Where the benefit was lost", title, summary, data, layout, columns, rows)


def _key(structures: Sequence[str]) -> list[dict[str, Any]]:
    """Which mark is whose, in one line above the plot."""
    shapes = dict(zip(SYMBOLS, "●◆■▲✚★⬢▼", strict=True))
    parts = [
        f"<span style='color:{colour(k)}'>{shapes[SYMBOLS[k % len(SYMBOLS)]]} {short(name)}</span>"
        for k, name in enumerate(structures)
    ]
    return [
        label(0, 1, "   ".join(parts), INK, size=14, xref="paper", yref="paper", yanchor="bottom", yshift=8)
    ]


def agreement_chart(enough: ReplicationsNeeded, made_by: str) -> Chart:
    """What fewer replications would have said."""
    there = enough.tried[-1]
    data = [
        {"type": "scatter", "mode": "lines+markers", "x": list(enough.tried), "y": lean(100 * np.array(values)),
         "line": stroke(k, 2), "hovertemplate": "%{x} replications: %{y:.0f} %<extra></extra>"}
        for k, values in enumerate((enough.agreement, enough.decided))
    ]  # fmt: skip
    if enough.enough is not None:
        title = f"{enough.enough} of {there} replications would have called 95 % of the points the same"
    else:
        title = f"All {there} replications were needed to call 95 % of the points as they are called here"
    ends = [(100 * enough.agreement[-1], "called the same", colour(0)),
            (100 * enough.decided[-1], "given to a structure", colour(1))]  # fmt: skip
    layout = frame(
        made_by, title, 300, right=190, bottom=56, annotations=end_labels(ends, (0, 105), 300),
        xaxis=axis(title=axis_title("replications"), showgrid=False, rangemode="tozero"),
        yaxis=axis(range=[0, 105], ticksuffix=" %"),
    )  # fmt: skip
    summary = (
        "Share of the points called as with all replications, and share given to a structure, when only the first so many "
        "replications are read. Agreement with all of them says nothing of what more would say."
    )
    rows = [
        (str(r), f"{100 * a:.0f} %", f"{100 * d:.0f} %")
        for r, a, d in zip(enough.tried, enough.agreement, enough.decided, strict=True)
    ]
    columns = ("Replications", "Points called the same", "Points given to a structure")
    return Chart("agreement", "Were there enough replications?", title, summary, data, layout, columns, rows)


def along_chart(
    factor: str,
    positions: Sequence[float],
    levels: Mapping[str, Sequence[Interval]],
    response: str,
    made_by: str,
) -> Chart:
    """The response along one factor, a line for each structure, averaged over everything else."""
    scale = 100 if is_share(response) else 1
    data: list[dict[str, Any]] = []
    ends, every = [], []
    for k, (name, found) in enumerate(levels.items()):
        mean, low, high = (
            np.array([np.nan if i[end] is None else scale * (i[end] or 0.0) for i in found])
            for end in ("mean", "low", "high")
        )
        band = {
            "type": "scatter",
            "mode": "lines",
            "line": {"width": 0},
            "hoverinfo": "skip",
            "x": lean(positions),
        }
        data.append(band | {"y": lean(low)})
        data.append(band | {"y": lean(high), "fill": "tonexty", "fillcolor": faint(colour(k), 0.18)})
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": lean(positions), "y": lean(mean),
            "line": stroke(k, len(levels)), "name": text(name), "hovertemplate": "%{x}: %{y:.1f}",
        })  # fmt: skip
        ends.append((float(mean[-1]), f"<b>{short(name)}</b>" if len(levels) > 1 else "", colour(k)))
        every += [*low[np.isfinite(low)], *high[np.isfinite(high)], *mean[np.isfinite(mean)]]
    room = 0.06 * (max(every) - min(every)) + 1e-9
    span = (min(every) - room, max(every) + room)
    lowest = {name: int(np.nanargmin([np.nan if i["mean"] is None else i["mean"] for i in found]))
              for name, found in levels.items()}  # fmt: skip
    said = [f"{positions[k]:g} in {name}" if len(levels) > 1 else f"{positions[k]:g}"
            for name, k in lowest.items()]  # fmt: skip
    title = f"The mean {outcome_name(response)} over the points tried is smallest at {factor} = "
    title += (
        listing(said)
        if len(said) <= 3
        else f"{min(positions):g} to {max(positions):g}, as the structure has it"
    )
    layout = frame(
        made_by, title, 340, right=30 + room_for(list(levels)), bottom=56,
        annotations=end_labels(ends, span, 340),
        xaxis=axis(title=axis_title(factor)),
        yaxis=axis(range=list(span), ticksuffix=" %" if scale == 100 else ""),
    )  # fmt: skip
    write = points if scale == 100 else number
    rows = [
        (name, number(position, 2), write(i["mean"]), write(i["low"]), write(i["high"]))
        for name, found in levels.items()
        for position, i in zip(positions, found, strict=True)
    ]
    summary = (
        "Line: mean over points and replications; band: its 95 % interval over replications. All levels and structures "
        "meet the same replications, so they differ more clearly from each other than the bands suggest."
    )
    columns = ("Structure", factor, "Mean", "Low", "High")
    return Chart("along", f"Along {factor}", title, summary, data, layout, columns, rows)
