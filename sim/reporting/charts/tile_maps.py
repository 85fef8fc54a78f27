"""Tile maps: one tile a council, near where it lies, all of one size so that islands and cities can be read."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formatting import MOST_NAMED, listing, number, percent, points, signed_points
from sim.reporting.charts.base import WIDTH, Chart, axis, axis_key, axis_name, frame, lean
from sim.reporting.charts.style import (
    BLUE_WORDS,
    DIVERGING,
    INK,
    MUTED,
    ORANGE_WORDS,
    SEQUENTIAL,
    colour,
    heading,
    short,
    text,
)
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
        rows = np.array(places.get("tile_row") or [], dtype=float)
        columns = np.array(places.get("tile_col") or [], dtype=float)
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
    scale = {"zmin": -span, "zmax": span, "colorscale": DIVERGING}
    trace = _heatmap(where, 100 * mean, names, numbers, LARGE) | scale
    tile_height, tile_width, left = 58, 106, 20
    right = max(WIDTH - left - tile_width * (int(where[1].max()) + 1), 20)
    title = _difference_title(a.name, b.name, mean, clear)
    layout = frame(
        comparison,
        title,
        tile_height * (int(where[0].max()) + 1),
        left=left,
        right=right,
        bottom=16,
        top=14,
        annotations=_key(a.name, b.name) if right > 300 else [],
        xaxis=_hidden(),
        yaxis=_hidden(autorange="reversed"),
    )
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
    columns = ("Place", f"Gap, {a.name}", f"Gap, {b.name}", "Difference, points", "95 % interval")
    return Chart("map", "Place by place: the difference", title, summary, [trace], layout, columns, rows)


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
    scale = {"zmin": lowest, "zmax": max(highest, lowest + 1.0), "colorscale": SEQUENTIAL}
    across = min(len(scenarios), 2)
    down = -(-len(scenarios) // across)
    between, panel = 56, 50 * (int(where[0].max()) + 1)
    height = panel * down + between * (down - 1)
    data, notes = [], []
    axes: dict[str, Any] = {}
    for k, (s, mean) in enumerate(zip(scenarios, means, strict=True)):
        row, column = divmod(k, across)
        on = {"xaxis": axis_name("x", k), "yaxis": axis_name("y", k)}
        size = LARGE if across == 1 else SMALL
        data.append(_heatmap(where, mean, names, [number(m, 0) for m in mean], size) | scale | on)
        top = 1 - row * (panel + between) / height
        domain = [0.505 * column, 0.505 * column + 0.495] if across == 2 else [0, 0.7]
        axes[axis_key("x", k)] = _hidden(anchor=on["yaxis"], domain=domain)
        axes[axis_key("y", k)] = _hidden(
            anchor=on["xaxis"], domain=[top - panel / height, top], autorange="reversed"
        )
        words = f"<b>{short(s.name)}</b>: gap in % of intended benefit"
        notes.append(heading(words, colour(k), panel=k, size=16, yshift=4))
    title = _maps_title([s.name for s in scenarios], means, names)
    layout = frame(comparison, title, height, left=12, right=12, bottom=16, top=34, annotations=notes, **axes)
    rows = [(name, *(percent(m[k] / 100) for m in means)) for k, name in enumerate(names)]
    summary = f"Tile maps of {len(names)} places, one a scenario: the gap in percent; darker is a larger gap."
    columns = ("Place", *(s.name for s in scenarios))
    return Chart("maps", "Place by place: the gap", title, summary, data, layout, columns, rows)


def _heatmap(
    where: Where, values: np.ndarray, names: list[str], numbers: list[str], size: tuple[int, float]
) -> dict[str, Any]:
    rows, columns = where
    down, across = int(rows.max()) + 1, int(columns.max()) + 1
    z = np.full((down, across), np.nan)
    words = [[""] * across for _ in range(down)]
    hover = [[""] * across for _ in range(down)]
    z[rows, columns] = values
    for row, column, name, figure in zip(rows, columns, names, numbers, strict=True):
        words[row][column] = f"{short_name(name, size[0])}<br><b>{figure}</b>"
        hover[row][column] = f"{text(name)}: {figure}"
    return {
        "type": "heatmap",
        "z": lean(z),
        "text": words,
        "texttemplate": "%{text}",
        "textfont": {"size": size[1], "color": INK},
        "xgap": 3,
        "ygap": 3,
        "showscale": False,
        "hovertext": hover,
        "hoverinfo": "text",
        "hoverongaps": False,
    }


def _key(a: str, b: str) -> list[dict[str, Any]]:
    """How to read the map of differences, written beside it."""
    lines = (
        (f"<b>Blue, minus:</b> smaller gap in {short(a)}", BLUE_WORDS),
        (f"<b>Orange, plus:</b> smaller gap in {short(b)}", ORANGE_WORDS),
        ("Difference in the gap, percentage points", MUTED),
        ("In brackets: the 95 % interval includes 0", MUTED),
        ("(each place's interval read alone)", MUTED),
    )
    return [
        heading(words, ink, size=15, x=1, yanchor="top", xshift=24, yshift=-28 * k)
        for k, (words, ink) in enumerate(lines)
    ]


def _hidden(**more: Any) -> dict[str, Any]:
    return axis(visible=False, showgrid=False, **more)


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
