"""Tile maps: one tile a council, near where it lies, all of one size so that islands and cities can be read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import MOST_NAMED, listing, number, percent, points, signed_points
from sim.reporting.charts import style
from sim.reporting.charts.base import WIDTH, Chart, Plot, grid, lean, on
from sim.reporting.charts.style import INK, MUTED, colour, heading, short, text
from sim.stats import intervals

if TYPE_CHECKING:
    from sim.runner.compare import Comparison

LARGE, SMALL = (14, 12.0), (12, 10.5)
"""Letters that fit in a line of a tile, and their size in pixels: on the large map, and on small ones side by side."""

LEAST_SPAN = 1.0
"""Differences are coloured over at least this many points either way, so that trifles look like trifles."""

SHORTER = {
    "City of ": "",
    " City": "",
    " Islands": "",
    "Na h-": "",
    " and ": " & ",
    "Clackmannanshire": "Clackmannan.",
}

Where = tuple[np.ndarray, np.ndarray]


def tiles(comparison: Comparison) -> Where | None:
    """Row and column of every place's tile; None where some place has none, or the tiles make no map."""
    places = comparison.scenarios[0].places
    try:
        rows, columns = (np.array(places.get(key) or [], dtype=float) for key in ("tile_row", "tile_col"))
    except (TypeError, ValueError):
        return None
    if not len(rows) == len(columns) == len(places["name"]) or not np.isfinite(rows + columns).all():
        return None
    shared = len(set(zip(rows.tolist(), columns.tolist(), strict=True))) < len(rows)
    broken = (rows != rows.round()).any() or (columns != columns.round()).any()
    rows, columns = rows - rows.min(), columns - columns.min()
    scattered = (rows.max() + 1) * (columns.max() + 1) > max(100, 40 * len(rows))
    return None if shared or broken or scattered else (rows.astype(int), columns.astype(int))


def short_name(name: str, letters: int) -> str:
    """A council's name in at most two lines of so many letters."""
    for whole, shorter in SHORTER.items():
        name = name.replace(whole, shorter)
    fitting = [word if len(word) <= letters else word[: letters - 1] + "." for word in name.split()]
    lines = textwrap.wrap(" ".join(fitting), letters, break_on_hyphens=False)
    return "<br>".join(text(line) for line in lines[:2])


def difference_map(comparison: Comparison) -> Chart | None:
    """Place by place, which of two scenarios leaves the smaller gap; None without two scenarios or without tiles."""
    where = tiles(comparison)
    if where is None or len(comparison.scenarios) != 2:
        return None
    a, b = comparison.scenarios
    mean, low, high = intervals(a.councils["gap"] - b.councils["gap"])
    clear = (low > 0) | (high < 0)
    names = [str(name) for name in a.places["name"]]
    numbers = [signed_points(m) if c else f"({signed_points(m)})" for m, c in zip(mean, clear, strict=True)]
    span = max(float(np.nanmax(np.abs(100 * mean), initial=0.0)), LEAST_SPAN)
    scale = {"zmin": -span, "zmax": span, "colorscale": style.DIVERGING}
    tile_height, tile_width, left = 58, 106, 20
    plot = Plot(left, max(WIDTH - left - tile_width * (int(where[1].max()) + 1), 20))
    if plot.right > 300:
        plot.notes += _key(a.name, b.name)
    _draw(plot, where, 100 * mean, names, numbers, LARGE, scale)
    gaps = [intervals(s.councils["gap"])[0] for s in (a, b)]
    rows = [
        (names[k], *(percent(gap[k]) for gap in gaps), signed_points(mean[k]), _span(low[k], high[k]))
        for k in np.argsort(mean, kind="stable")
    ]
    summary = (
        f"Tile map of {len(names)} places: the paired difference in the gap, {a.name} − {b.name}, in points of "
        f"intended benefit. Minus and blue: smaller gap in {a.name}; plus and orange: in {b.name}; in brackets "
        "where the interval includes 0, each place's interval read alone."
    )
    return plot.chart(
        "map", "Place by place: the difference", _difference_title(a.name, b.name, mean, clear), summary,
        ("Place", f"Gap, {a.name}", f"Gap, {b.name}", "Difference, points", "95 % interval"), rows,
        comparison, tile_height * (int(where[0].max()) + 1), top=14, bottom=16,
    )  # fmt: skip


def gap_maps(comparison: Comparison) -> Chart | None:
    """The gap place by place, one map a scenario, all on one scale; None without tiles."""
    where = tiles(comparison)
    if where is None:
        return None
    scenarios = comparison.scenarios
    names = [str(name) for name in scenarios[0].places["name"]]
    means = [100 * intervals(s.councils["gap"])[0] for s in scenarios]
    known = np.concatenate([mean[np.isfinite(mean)] for mean in means])
    lowest, highest = float(known.min(initial=100.0)), float(known.max(initial=0.0))
    scale = {"zmin": lowest, "zmax": max(highest, lowest + 1.0), "colorscale": style.SEQUENTIAL}
    across = min(len(scenarios), 2)
    size = LARGE if across == 1 else SMALL
    height, cells = grid(len(scenarios), across, panel=50 * (int(where[0].max()) + 1), between=56, gap=0.01)
    plot = Plot(12, 12)
    for k, (s, mean, (x, y)) in enumerate(zip(scenarios, means, cells, strict=True)):
        place = (x if across == 2 else [0, 0.7], y)
        _draw(plot, where, mean, names, [number(m, 0) for m in mean], size, scale, k, place)
        words = f"<b>{short(s.name)}</b>: gap in % of intended benefit"
        plot.notes.append(heading(words, colour(k), panel=k, size=16, yshift=4))
    rows = [(name, *(percent(m[k] / 100) for m in means)) for k, name in enumerate(names)]
    summary = f"Tile maps of {len(names)} places, one a scenario: the gap in percent; darker is a larger gap."
    return plot.chart(
        "maps", "Place by place: the gap", _maps_title([s.name for s in scenarios], means, names), summary,
        ("Place", *(s.name for s in scenarios)), rows, comparison, height, top=34, bottom=16,
    )  # fmt: skip


def _draw(
    plot: Plot, where: Where, values: np.ndarray, names: list[str], numbers: list[str], size: tuple[int, float],
    scale: dict[str, Any], panel: int = 0, place: tuple[Sequence[float], Sequence[float]] = ((0, 1), (0, 1)),
) -> None:  # fmt: skip
    """Draw a map: a tile for each place, with its name and number in letters of some size."""
    shape = int(where[0].max()) + 1, int(where[1].max()) + 1
    z, words, hover = np.full(shape, np.nan), np.full(shape, "", object), np.full(shape, "", object)
    z[where] = values
    words[where] = [f"{short_name(n, size[0])}<br><b>{f}</b>" for n, f in zip(names, numbers, strict=True)]
    hover[where] = [f"{text(n)}: {f}" for n, f in zip(names, numbers, strict=True)]
    tiles = {"type": "heatmap", "z": lean(z), "xgap": 3, "ygap": 3, "showscale": False, "hoverongaps": False}
    shown = {"text": words.tolist(), "texttemplate": "%{text}", "textfont": {"size": size[1], "color": INK}}
    plot.data.append(tiles | shown | {"hovertext": hover.tolist(), "hoverinfo": "text"} | on(panel) | scale)
    hidden = {"visible": False, "showgrid": False}
    plot.place({"domain": place[0]} | hidden, {"domain": place[1], "autorange": "reversed"} | hidden, panel)


def _key(a: str, b: str) -> list[dict[str, Any]]:
    """How to read the map of differences, written beside it."""
    lines = (
        (f"<b>Blue, minus:</b> smaller gap in {short(a)}", style.BLUE_WORDS),
        (f"<b>Orange, plus:</b> smaller gap in {short(b)}", style.ORANGE_WORDS),
        ("Difference in the gap, percentage points", MUTED),
        ("In brackets: the 95 % interval includes 0", MUTED),
        ("(each place's interval read alone)", MUTED),
    )
    return [
        heading(words, ink, size=15, x=1, yanchor="top", xshift=24, yshift=-28 * k)
        for k, (words, ink) in enumerate(lines)
    ]


def _span(low: float, high: float) -> str:
    return f"{points(low)} to {points(high)}" if np.isfinite(low) else "unknown"


def _difference_title(a: str, b: str, mean: np.ndarray, clear: np.ndarray) -> str:
    n = len(mean)
    if not clear.any():
        return f"No clear difference between {a} and {b} in any of {n} places"
    for_a, for_b = int((clear & (mean < 0)).sum()), int((clear & (mean > 0)).sum())
    if max(for_a, for_b) == n:
        return f"In all {n} places the gap is clearly smaller under {a if for_a else b}"
    counts = [f"clearly smaller under {name} in {count}" for name, count in ((a, for_a), (b, for_b)) if count]
    if n - for_a - for_b:
        counts.append(f"not clearly different in {n - for_a - for_b}")
    return f"Of {n} places the gap is {listing(counts)}"


def _maps_title(names: list[str], means: list[np.ndarray], places: list[str]) -> str:
    said, spreads = [], []
    for name, mean in zip(names, means, strict=True):
        if not np.isfinite(mean).any():
            continue
        low, high = int(np.nanargmin(mean)), int(np.nanargmax(mean))
        ends = [f"{number(mean[k], 0)} % ({places[k]})" for k in (low, high)]
        said.append(f"{' to '.join(ends)} under {name}")
        spreads.append((float(mean[high] - mean[low]), name))
    if not said:
        return "In no place is the gap known"
    if len(said) <= 2:
        return f"The gap differs from place to place: from {listing(said)}"
    if len(said) > MOST_NAMED:
        return f"The gap differs from place to place, most of all from {said[spreads.index(max(spreads))]}"
    apart = [f"{number(spread, 0)} points under {name}" for spread, name in spreads]
    return f"Between the best and the worst served place lie {listing(apart)}"
