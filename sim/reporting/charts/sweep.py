"""Charts of a sweep beside its map: paired differences, contrasts, losses, replications, the gap along one factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np

from sim.analysis.paired import Contrast, MapDifference, Region
from sim.analysis.sweep_data import is_share
from sim.analysis.variance import ReplicationsNeeded
from sim.formatting import counted, listing, number, points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.base import Chart, Plot, axis_title, domains, padded
from sim.reporting.charts.lines import Line, bands, end_names
from sim.reporting.charts.rows import Marks, ends_of, forest, ranges, room_left
from sim.reporting.charts.style import INK, PAPER, colour, cut, heading, room_for, short, text
from sim.stats import Interval

SYMBOLS = (
    ("circle", "●"), ("diamond", "◆"), ("square", "■"), ("triangle-up", "▲"), ("cross", "✚"), ("star", "★"),
    ("hexagon", "⬢"), ("triangle-down", "▼"),
)  # fmt: skip
"""plotly's name of each shape, and the letter that looks like it."""

SMALL = 0.005
MOST_PANELS, MOST_LETTERS = 3, 46


def difference_chart(found: Sequence[MapDifference], response: str, made_by: str) -> Chart | None:
    """The paired difference of every pair, averaged over the map, with its interval and its range over the points."""
    rows = [d for d in found if d.response == response and d.mean is not None]
    rows.sort(key=lambda d: d.mean or 0.0)
    if not rows:
        return None
    scale, unit = (100, "points of intended benefit; ") if is_share(response) else (1, "")
    names = [f"{cut(d.a)} − {cut(d.b)}" for d in rows]
    marks = _marks(rows, scale)
    least, most = scale * np.array([(d.smallest, d.largest) for d in rows], float).T
    plot = Plot(left=room_left(names))
    ranges(plot, least, most, "#c3cad1", 7)
    forest(plot, names, [marks], span=padded(0.0, least, most, marks.ends))
    clear = [d for d in rows if d.clear]
    one = len(rows) == 1
    if not clear:
        none = "The two are not" if one else "No two structures are"
        title = f"{none} significantly different when averaged over the map"
    elif one:
        less = rows[0].a if (rows[0].mean or 0) < 0 else rows[0].b
        title = f"Averaged over the points tried, the {outcome_name(response)} is smaller in {less}"
    else:
        title = f"{len(clear)} of {len(rows)} pairs are significantly different when averaged over the points tried"
    both = sum((d.smallest or 0) < 0 < (d.largest or 0) for d in rows)
    if both:
        title += f"; {'' if one else f'in {both} '}the sign turns within the map"
    key = (
        f"{unit}dot: mean over the map, filled when significantly different (Holm); whisker: 95 % interval;<br>"
        "grey bar: from the smallest to the largest mean at any point"
    )
    summary = (
        "Paired differences, each replication compared with itself. A negative number means that the first of the pair leaves "
        "less. The interval covers random variation at these points; the grey bar shows how far the answer depends "
        "on the point."
    )
    write = points if scale == 100 else number
    said = [
        (f"{d.a} − {d.b}", with_interval(write(d.mean), d.low, d.high, write),
         f"{write(d.smallest)} to {write(d.largest)}", str(d.pairs), "yes" if d.clear else "no")
        for d in rows
    ]  # fmt: skip
    return plot.chart(
        "map-differences", "Paired differences", title, summary,
        ("Pair", "Mean difference (95 % interval)", "Smallest and largest at a point", "Replications", "Significant"),
        said, made_by, 30 * len(rows) + 14, below=key,
    )  # fmt: skip


def _marks(found: Sequence[MapDifference | Contrast], scale: float) -> Marks:
    return Marks(ends_of(found, scale), fill=[INK if d.clear else PAPER for d in found], whisker=INK)


def contrast_chart(key: str, found: Sequence[Contrast], is_share: bool, made_by: str) -> Chart | None:
    """One group: a row a point, a panel a structure and, of two, their difference; None where nothing is known.

    Args:
        key: short name of the chart.
        found: the contrasts of one group, in the order of the design.
        is_share: whether the response is a share of intended benefit.
        made_by: the stamp.
    """
    responses = list(dict.fromkeys(c.response for c in found if c.mean is not None))
    if not responses:
        return None
    # Where two structures are compared, their difference first: it is what an experiment about power asks for.
    panels = sorted(responses, key=lambda r: " − " not in r)[:MOST_PANELS]
    rows = {r: {c.point: c for c in found if c.response == r} for r in panels}
    names = list(dict.fromkeys(c.point for c in found))
    size = {n: abs(rows[panels[0]][n].mean or 0.0) for n in names if n in rows[panels[0]]}
    if len(names) > 8:
        names.sort(key=lambda n: -size.get(n, 0.0))
    cut_names = [cut(n, MOST_LETTERS) for n in names]
    plot = Plot(left=room_left(cut_names))
    for k, (panel, domain) in enumerate(zip(panels, domains(len(panels), 0.05), strict=True)):
        marks = _marks([rows[panel][n] for n in names], 100 if is_share else 1)
        forest(plot, cut_names, [marks], panel=k, named=k == 0, domain=domain)
        plot.notes.append(heading(text(panel), panel=k, yshift=6))
    unit = "points of intended benefit" if is_share else "in its own unit"
    marked = "filled: significantly different (Holm); whiskers: 95 % intervals"
    write = points if is_share else number
    summary = (
        f"Each point against “{found[0].start}”, in the same replications. A negative number means that the "
        "response is smaller at the point. All contrasts of the sweep are corrected together for their number; "
        "intervals are for one alone."
    )
    table = [
        (c.point, c.response, write(c.mean), "–" if c.low is None else f"{write(c.low)} to {write(c.high)}",
         "yes" if c.clear else "no", str(c.pairs))
        for c in found
    ]  # fmt: skip
    return plot.chart(
        key, found[0].group or "Point against point", _contrasts_title(found, panels[0]), summary,
        ("Point", "Response", "Change", "95 % interval", "Significant", "Replications"), table,
        made_by, 30 * len(names) + 8, top=34, below=f"change from “{text(found[0].start)}”, {unit}; {marked}",
    )  # fmt: skip


def _contrasts_title(found: Sequence[Contrast], response: str) -> str:
    here = [c for c in found if c.response == response]
    clear = [c for c in here if c.clear]
    group = f"{found[0].group}: " if found[0].group else ""
    name, _, pair = response.partition(", ")
    what = f"the difference in the {name} ({pair})" if pair else f"the {name}"
    if not clear:
        said = f"no point is significantly different from “{found[0].start}” in {what}"
    else:
        most = max(clear, key=lambda c: abs(c.mean or 0.0))
        way = "lowered" if (most.mean or 0.0) < 0 else "raised"
        said = f"{what} is {way} by “{most.point}”"
        if len(here) > 1:
            few = f"{len(clear)} of {counted(len(here), 'point')} significantly different"
            said = f"{few}; {what} is {way} most by “{most.point}”"
    words = f"{group}{said}"
    return words[0].upper() + words[1:]


def loss_chart(
    region: Region, structures: Sequence[str], causes: Sequence[str], made_by: str
) -> Chart | None:
    """Where each structure lost the benefit, averaged over the points tried."""
    if not causes or not np.isfinite(region.lost).any():
        return None
    largest = np.abs(np.nan_to_num(region.lost)).max(axis=1)
    order = [k for k in np.argsort(-largest) if largest[k] >= SMALL]
    lost = 100 * region.lost[order]
    unknown = np.full_like(lost, np.nan)
    means = np.stack([lost, unknown, unknown], axis=1)
    marks = [
        Marks(means[:, :, k], colour(k), PAPER, symbol=symbol, size=13, name=name)
        for k, (name, (symbol, _)) in enumerate(zip(structures, cycle(SYMBOLS)))
    ]
    plot = Plot(left=270)
    ranges(plot, lost.min(axis=1), lost.max(axis=1), "#d5dbe1", 5)
    measure = axis_title("points of intended benefit, mean over points and replications")
    names = [cause_name(causes[k]) for k in order]
    forest(plot, names, marks, title=measure, hover="%{x:.2f} points")
    most = {name: causes[int(np.nanargmax(region.lost[:, k]))] for k, name in enumerate(structures)
            if np.isfinite(region.lost[:, k]).any()}  # fmt: skip
    if len(set(most.values())) == 1:
        who = {1: f"{structures[0]} loses", 2: "both lose"}.get(len(most), "each structure loses")
        title = f"Averaged over the points tried, {who} most to “{cause_name(next(iter(most.values())))}”"
    else:
        by_cause = {c: [n for n, m in most.items() if m == c] for c in dict.fromkeys(most.values())}
        parts = [f"“{cause_name(c)}” in {listing(names)}" for c, names in by_cause.items()]
        title = f"The largest loss, averaged over the points tried: {'; '.join(parts)}"
    # Which mark is whose.
    parts = [
        f"<span style='color:{colour(k)}'>{sign} {short(name)}</span>"
        for k, (name, (_, sign)) in enumerate(zip(structures, cycle(SYMBOLS)))
    ]
    summary = (
        "Within a structure the losses sum to its gap. Causes that take less than half a point everywhere stand in the "
        "table alone. Shares describe where the benefit was lost; they do not say what removing a cause would bring back."
    )
    rows = [(cause_name(cause), *map(points, of)) for cause, of in zip(causes, region.lost, strict=True)]
    return plot.chart(
        "map-losses", "Where the benefit was lost", title, summary,
        ("Cause, points of intended benefit", *structures), rows, made_by, 27 * len(order) + 10,
        above="   ".join(parts),
    )  # fmt: skip


def agreement_chart(enough: ReplicationsNeeded, made_by: str) -> Chart:
    """What fewer replications would have said."""
    there = enough.tried[-1]
    shares = (("called the same", enough.agreement), ("given to a structure", enough.decided))
    lines = [Line(name, 100 * np.array(values)) for name, values in shares]
    span, height = (0.0, 105.0), 300
    plot = Plot(right=190)
    hover = "%{x} replications: %{y:.0f} %<extra></extra>"
    bands(plot, list(enough.tried), lines, hover=hover, mode="lines+markers")
    end_names(plot, lines, lambda line: line.name, span, height)
    across = {"title": axis_title("replications"), "showgrid": False, "rangemode": "tozero"}
    plot.place(across, {"range": list(span), "ticksuffix": " %"})
    if enough.enough is not None:
        title = f"{enough.enough} of {there} replications would have called 95 % of the points the same"
    else:
        title = f"All {there} replications were needed to call 95 % of the points as they are called here"
    summary = (
        "Share of the points called as with all replications, and share given to a structure, when only the first so many "
        "replications are read. Agreement with all of them says nothing of what more would say."
    )
    rows = [
        (str(r), f"{100 * a:.0f} %", f"{100 * d:.0f} %")
        for r, a, d in zip(enough.tried, enough.agreement, enough.decided, strict=True)
    ]
    return plot.chart(
        "agreement", "Were there enough replications?", title, summary,
        ("Replications", "Points called the same", "Points given to a structure"), rows, made_by, height,
    )  # fmt: skip


def along_chart(
    factor: str, positions: Sequence[float], levels: Mapping[str, Sequence[Interval]], response: str, made_by: str
) -> Chart:  # fmt: skip
    """The response along one factor, a line for each structure, averaged over everything else."""
    scale, write, unit = (100, points, " %") if is_share(response) else (1, number, "")
    height = 340
    found = {
        name: scale * np.array([(i["mean"], i["low"], i["high"]) for i in of], float).T
        for name, of in levels.items()
    }
    lines = [Line(name, *of) for name, of in found.items()]
    span = padded(*found.values())
    plot = Plot(right=30 + room_for(levels))
    bands(plot, list(positions), lines, hover="%{x}: %{y:.1f}", mode="lines+markers")
    end_names(plot, lines, lambda line: f"<b>{short(line.name)}</b>" if len(lines) > 1 else "", span, height)
    plot.place({"title": axis_title(factor)}, {"range": span, "ticksuffix": unit})
    lowest = {line.name: f"{positions[int(np.nanargmin(line.mean))]:g}" for line in lines}
    said = [f"{at} in {name}" if len(lines) > 1 else at for name, at in lowest.items()]
    where = listing(said)
    if len(said) > 3:
        where = f"{min(positions):g} to {max(positions):g}, as the structure has it"
    title = f"The mean {outcome_name(response)} over the points tried is smallest at {factor} = {where}"
    rows = [
        (name, number(position, 2), write(i["mean"]), write(i["low"]), write(i["high"]))
        for name, of in levels.items()
        for position, i in zip(positions, of, strict=True)
    ]
    summary = (
        "Line: mean over points and replications; band: its 95 % interval over replications. All levels and structures "
        "meet the same replications, so they differ more clearly from each other than the bands suggest."
    )
    return plot.chart(
        "along", f"Along {factor}", title, summary, ("Structure", factor, "Mean", "Low", "High"), rows, made_by, height,
    )  # fmt: skip
