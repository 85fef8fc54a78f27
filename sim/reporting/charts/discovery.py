"""Charts of scenario discovery: the region, the way to it, which factors tell most, and four factors stacked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.discovery import DiscoveredBox, Discovery
from sim.analysis.sweep_data import SweptFactor, plain
from sim.formatting import number, percent
from sim.reporting.charts.base import Chart, Plot, axis_title
from sim.reporting.charts.style import GRID, INK, MUTED, UNCLEAR, colour, cut, faint, label, text
from sim.reporting.discovery_text import restriction_in_words

MOST_SCORES = 12
BINS = 3
STACKED = 4


def region_chart(found: Discovery, factors: Sequence[SweptFactor], made_by: str) -> Chart | None:
    """The points by the two factors that the first box rests on most, with the box; None without a box of numbers."""
    if not found.boxes:
        return None
    box = found.boxes[0]
    numeric = [restriction for restriction in box.restrictions if restriction.factor.numeric]
    if not numeric:
        return None
    whole = {factor.key: factor for factor in factors}
    across = whole[numeric[0].factor.key]
    upwards = whole[numeric[1].factor.key] if len(numeric) > 1 else None
    condition = found.condition
    known = condition.known
    x = across.values[known]
    y = (upwards.values if upwards else condition.values)[known]
    cases = condition.holds[known]
    plot = Plot(left=84, right=40)
    for meets, ink, symbol in ((False, UNCLEAR, "circle-open"), (True, colour(1), "circle")):
        chosen = cases == meets
        look = {"color": ink, "size": 8, "symbol": symbol, "opacity": 0.85}
        plot.trace("markers", x[chosen], y[chosen], marker=look, hoverinfo="skip")
    low, high = numeric[0].limits
    bottom, top = numeric[1].limits if upwards else (float(y.min()), float(y.max()))
    corners = [(low, bottom), (high, bottom), (high, top), (low, top), (low, bottom)]
    plot.trace(
        "lines",
        [c[0] for c in corners],
        [c[1] for c in corners],
        line={"color": INK, "width": 2.5},
        hoverinfo="skip",
    )
    plot.place(
        {"title": axis_title(_name(across))},
        {
            "title": axis_title(
                _name(upwards) if upwards else found.condition.text.rpartition(" ")[0].rpartition(" ")[0]
            )
        },
    )
    words = " and ".join(restriction_in_words(r) for r in numeric[:2])
    inside, of_all = percent(box.density, 0), percent(_share(found), 0)
    title = f"{inside} of the points in the region meet the condition, against {of_all} of all"
    more = len(box.restrictions) - min(2, len(numeric))
    summary = f"The frame holds the points where {words}" + (
        f"; the region asks for {more} more, which this picture cannot show." if more else "."
    )
    rows = [(restriction_in_words(r), number(r.p, 4), percent(r.reproduced, 0)) for r in box.restrictions]
    below = (
        f"<span style='color:{colour(1)}'>●</span> meets the condition   "
        f"<span style='color:{UNCLEAR}'>○</span> does not   frame: the region"
    )
    return plot.chart(
        "region", "The region", title, summary, ("What it asks for", "Quasi-p-value", "Found again on half of the points"),
        rows, made_by, 420, below=below,
    )  # fmt: skip


def _share(found: Discovery) -> float:
    return found.cases / max(1, found.points)


def _name(factor: SweptFactor | None) -> str:
    if factor is None:
        return ""
    return text(f"{factor.key} ({factor.unit})" if factor.unit else factor.key)


def trajectory_chart(found: Discovery, made_by: str) -> Chart | None:
    """Coverage against density of every box on the way, with the one that was taken; None for a tree."""
    steps = found.trajectory
    if len(steps) < 2:
        return None
    plot = Plot(left=84, right=60)
    coverage = np.array([100 * box.coverage for box in steps])
    density = np.array([100 * box.density for box in steps])
    plot.trace("lines+markers", coverage, density, line={"color": faint(colour(0), 0.5), "width": 2},
               marker={"color": colour(0), "size": 7}, hoverinfo="skip")  # fmt: skip
    taken = steps[found.chosen]
    at = (100 * taken.coverage, 100 * taken.density)
    plot.trace("markers", [at[0]], [at[1]], marker={"color": colour(1), "size": 14}, hoverinfo="skip")
    plot.notes.append(label(at[0], at[1], "the region above", colour(1), xshift=-12, xanchor="right"))
    plot.notes.append(
        label(float(coverage[0]), float(density[0]), "all points", MUTED, yshift=-14, xanchor="right")
    )
    axis = {"ticksuffix": " %", "range": [0, 104]}
    plot.place(
        axis | {"title": axis_title("coverage: share of all cases that the box holds")},
        axis | {"title": axis_title("density: share of its points that are cases")},
    )
    title = f"The region keeps {percent(taken.coverage, 0)} of the cases at a density of {percent(taken.density, 0)}"
    summary = "Each mark is a box on the way from all points to the smallest; a smaller box is denser and covers less."
    rows = [
        (str(k), percent(b.coverage), percent(b.density), percent(b.mass), str(len(b.limits)))
        for k, b in enumerate(steps)
    ]
    columns = ("Step", "Coverage", "Density", "Share of points", "Factors restricted")
    return plot.chart("trajectory", "The way to it", title, summary, columns, rows, made_by, 380)


def score_chart(scores: Sequence[tuple[SweptFactor, float]], made_by: str) -> Chart:
    """How much each factor tells about the condition, the most telling first."""
    shown = list(scores[:MOST_SCORES])[::-1]
    plot = Plot(left=14 + 9 * max(len(cut(f.key, 34)) for f, _ in shown), right=70)
    heights = list(range(len(shown)))
    for height, (_, score) in zip(heights, shown, strict=True):
        plot.trace(
            "lines",
            [0.0, 100 * score],
            [height, height],
            line={"color": colour(0), "width": 12},
            hoverinfo="skip",
        )
        plot.notes.append(label(100 * score, height, percent(score, 0), INK, xshift=8))
    plot.place(
        {"ticksuffix": " %", "rangemode": "tozero"},
        {
            "tickvals": heights,
            "ticktext": [text(cut(f.key, 34)) for f, _ in shown],
            "range": [-0.6, len(shown) - 0.4],
        },
    )
    best = scores[0][0].key
    title = f"{best} tells most about whether the condition holds"
    summary = (
        "Mean decrease in impurity over 250 random trees; scores sum to 100 %. It ranks and does not test."
    )
    rows = [(f.key, f.sentence, percent(score)) for f, score in scores]
    return plot.chart(
        "scores",
        "Which factors tell most",
        title,
        summary,
        ("Factor", "Meaning", "Score"),
        rows,
        made_by,
        30 * len(shown) + 10,
    )


def stacked_chart(
    found: Discovery,
    factors: Sequence[SweptFactor],
    scores: Sequence[tuple[SweptFactor, float]],
    made_by: str,
) -> Chart | None:
    """Share of cases by the four factors that tell most, each in at most three bins (dimensional stacking)."""
    whole = {factor.key: factor for factor in factors}
    chosen = [whole[factor.key] for factor, _ in scores[:STACKED]]
    if len(chosen) < 2:
        return None
    known, cases = found.condition.known, found.condition.holds
    binned = [_bins(factor, known) for factor in chosen]
    across, upwards = binned[0::2], binned[1::2]
    columns, rows = (_positions(part) for part in (across, upwards))
    wide, high = (int(np.prod([len(names) for _, names in part])) for part in (across, upwards))
    count, held = np.zeros((high, wide)), np.zeros((high, wide))
    np.add.at(count, (rows[known], columns[known]), 1)
    np.add.at(held, (rows[known], columns[known]), cases[known])
    with np.errstate(invalid="ignore"):
        share = np.where(count > 0, held / count, np.nan)
    plot = Plot(left=40 + 8 * max(len(name) for name in _tick_names(upwards)), right=40)
    plot.data.append(
        {
            "type": "heatmap", "z": [[None if np.isnan(v) else round(float(100 * v), 1) for v in row] for row in share],
            "colorscale": [[0.0, "#f2f5f8"], [1.0, "#ef8d52"]], "zmin": 0, "zmax": 100, "showscale": False,
            "xgap": 2, "ygap": 2, "hoverinfo": "skip", "xaxis": "x", "yaxis": "y",
        }
    )  # fmt: skip
    for row in range(high):
        for column in range(wide):
            if count[row, column]:
                words = f"{100 * share[row, column]:.0f} %<br><span style='font-size:11px'>of {count[row, column]:.0f}</span>"
                plot.notes.append(label(column, row, words, INK, size=14, xanchor="center", align="center"))
    plot.place(
        {
            "tickvals": list(range(wide)),
            "ticktext": _tick_names(across),
            "gridcolor": GRID,
            "title": axis_title(_both(chosen[0::2])),
        },
        {"tickvals": list(range(high)), "ticktext": _tick_names(upwards), "gridcolor": GRID},
    )
    best = np.unravel_index(np.nanargmax(np.where(count >= 3, share, -1)), share.shape)
    most, where = percent(float(share[best]), 0), _cell_in_words(best, across, upwards, chosen)
    title = f"The condition holds most often ({most}) where {where}"
    summary = (
        f"Each tile is a combination of {', '.join(f.key for f in chosen)}; its number is the share of its points that meet "
        "the condition."
    )
    table = [
        (x, y, f"{held[r, c]:.0f} of {count[r, c]:.0f}")
        for r, y in enumerate(_tick_names(upwards))
        for c, x in enumerate(_tick_names(across))
    ]
    return plot.chart(
        "stacked", "Four factors together", title, summary,
        (_both(chosen[0::2]), _both(chosen[1::2]), "Points that meet the condition"),
        [(x.replace("<br>", ", "), y.replace("<br>", ", "), n) for x, y, n in table], made_by, 64 * high + 10,
        above=f"upwards: {_both(chosen[1::2])}", bottom=66,
    )  # fmt: skip


Binned = tuple[np.ndarray, list[str]]


def _bins(factor: SweptFactor, known: np.ndarray) -> Binned:
    """The bin of each point and the names of the bins: levels when they are few, else thirds of the points."""
    if len(factor.levels) <= BINS:
        codes = {level: code for code, level in enumerate(factor.levels)}
        names = [plain(v) if isinstance(v, float) else str(v) for v in factor.levels]
        return np.array([codes[v] for v in factor.values.tolist()]), names
    if not factor.numeric:
        common = sorted(factor.levels, key=lambda v: -int((factor.values == v).sum()))[: BINS - 1]
        codes = {level: code for code, level in enumerate(common)}
        return np.array([codes.get(v, len(common)) for v in factor.values.tolist()]), [
            *map(str, common),
            "other",
        ]
    ends = np.quantile(factor.values[known], [1 / 3, 2 / 3])
    return np.searchsorted(ends, factor.values), [
        f"≤ {plain(ends[0])}", f"{plain(ends[0])} to {plain(ends[1])}", f"> {plain(ends[1])}"
    ]  # fmt: skip


def _positions(parts: Sequence[Binned]) -> np.ndarray:
    """The place of each point along a stacked axis, the second factor fastest."""
    place = parts[0][0].copy()
    for bins, names in parts[1:]:
        place = place * len(names) + bins
    return place


def _tick_names(parts: Sequence[Binned]) -> list[str]:
    names = list(parts[0][1])
    for _, more in parts[1:]:
        names = [f"{one}<br>{other}" for one in names for other in more]
    return names


def _both(factors: Sequence[SweptFactor]) -> str:
    return text(", then ".join(factor.key for factor in factors))


def _cell_in_words(
    cell: Sequence[np.intp],
    across: Sequence[Binned],
    upwards: Sequence[Binned],
    chosen: Sequence[SweptFactor],
) -> str:
    names = [*_tick_names(across)[cell[1]].split("<br>"), *_tick_names(upwards)[cell[0]].split("<br>")]
    order = [*chosen[0::2], *chosen[1::2]]
    return ", ".join(f"{factor.key} {name}" for factor, name in zip(order, names, strict=True))


def boxes_table(found: Discovery) -> list[tuple[str, ...]]:
    """Rows of the table of regions."""
    return [_box_row(number_of, box) for number_of, box in enumerate(found.boxes, start=1)]


def _box_row(number_of: int, box: DiscoveredBox) -> tuple[str, ...]:
    asked = "; ".join(restriction_in_words(r) for r in box.restrictions)
    return str(number_of), asked, str(box.points), percent(box.coverage), percent(box.density)
