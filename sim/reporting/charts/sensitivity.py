"""Chart of what moves the gap: the sensitivity indices of each factor, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from sim.formatting import number
from sim.reporting.charts.base import Chart, axis, axis_key, axis_name, domains, frame, lean, whiskers
from sim.reporting.charts.style import INK, MUTED, colour, heading, label, text

if TYPE_CHECKING:
    from sim.analysis.sensitivity import Influence, Sensitivity

MOST_FACTORS, MOST_PANELS = 14, 3

MEASURES = {
    "morris": ("mu*: mean size of an effect", "sigma: how much it varies"),
    "sobol": ("alone (first order)", "with its interactions (total)"),
    "grid": ("alone (first order)", "with its interactions (total)"),
    "rbd_fast": ("alone (first order)", ""),
    "rank": ("rank correlation", ""),
}
"""What the two marks of each method are."""

METHODS = {
    "morris": "Morris' elementary effects",
    "sobol": "Sobol indices",
    "grid": "Shares of the variance over the grid",
    "rbd_fast": "First-order indices by RBD-FAST",
    "rank": "Rank correlations",
}


def influence_chart(found: Sequence[Sensitivity], first: Sequence[str], made_by: str) -> Chart | None:
    """What moves each response: a row a factor, a panel a response; None where nothing can be said.

    Args:
        found: sensitivities of all responses; the table has them all.
        first: responses that are drawn before others, as far as there is room.
        made_by: the stamp.
    """
    shown = [s for s in found if s.influences]
    if not shown:
        return None
    panels = sorted(shown, key=lambda s: first.index(s.response) if s.response in first else len(first))
    panels = panels[:MOST_PANELS]
    method = panels[0].method
    panels = [p for p in panels if p.method == method]
    factors = _strongest(panels)
    one, two = MEASURES[method]
    shares = _ends(panels, factors)
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for k, (panel, domain) in enumerate(zip(panels, domains(len(panels), 0.05), strict=True)):
        by_factor = {i.factor: i for i in panel.influences}
        rows = [by_factor[f] for f in factors if f in by_factor]
        places = [j + 0.5 for j, f in enumerate(factors) if f in by_factor]
        data += _marks(rows, places, method, k)
        shown_ends = shares if method != "morris" else _ends([panel], factors)
        axes[axis_key("x", k)] = axis(
            domain=domain, zeroline=True, zerolinecolor=MUTED, nticks=5, range=shown_ends
        )
        axes[axis_key("y", k)] = axis(
            range=[len(factors), 0], showgrid=False, anchor=axis_name("x", k), showticklabels=k == 0,
            tickvals=[j + 0.5 for j in range(len(factors))], ticktext=[text(f) for f in factors],
        ) | {"tickfont": {"size": 14, "color": INK}}  # fmt: skip
        notes.append(heading(text(panel.response), panel=k, yshift=6))
    key = f"<span style='color:{colour(0)}'>●</span> {one}"
    if two:
        key += f"   <span style='color:{colour(1)}'>◆</span> {two}"
    notes.append(label(0, 0, key + "; whiskers: 95 % intervals", MUTED, size=14, xref="paper", yref="paper",
                       yanchor="top", yshift=-30))  # fmt: skip
    # A scale is no factor of the difference between its ends, so the first panel may have one factor and others more.
    title = _title(next((panel for panel in panels if len(panel.influences) > 1), panels[0]))
    left = 30 + int(8.2 * max(len(f) for f in factors))
    layout = frame(
        made_by, title, 30 * len(factors) + 8, left=left, bottom=64, top=34, annotations=notes, **axes
    )
    summary = (
        f"{METHODS[method]}: how strongly each factor moves the response over the points tried. They describe this "
        "model over these ranges; a wider range makes a factor count for more."
    )
    columns = ("Response", "Factor", one, two or "–", "Rank correlation", "Points")
    rows_said = [_row(s, i) for s in shown for i in s.influences]
    return Chart("influences", "What moves it", title, summary, data, layout, columns, rows_said)


def _strongest(panels: Sequence[Sensitivity]) -> list[str]:
    size: dict[str, float] = {}
    for panel in panels:
        scale = max(abs(_size(i)) for i in panel.influences) or 1.0
        for i in panel.influences:
            size[i.factor] = max(size.get(i.factor, 0.0), abs(_size(i)) / scale)
    return sorted(size, key=lambda f: -size[f])[:MOST_FACTORS]


def _ends(panels: Sequence[Sensitivity], factors: Sequence[str]) -> list[float]:
    """A range that holds 0 and every mark and whisker."""
    marks = [
        value
        for p in panels
        for i in p.influences
        if i.factor in factors
        for value in (*(i.rank if p.method == "rank" else i.first), *i.total)
        if np.isfinite(value)
    ]
    low, high = min(0.0, *marks), max(0.0, *marks)
    return [low - 0.06 * (high - low), high + 0.06 * (high - low)]


def _size(i: Influence) -> float:
    known = [abs(v) for v in (i.first[0], i.total[0]) if np.isfinite(v)]
    return max(known) if known else abs(i.rank[0]) if np.isfinite(i.rank[0]) else 0.0


def _marks(rows: Sequence[Influence], places: list[float], method: str, panel: int) -> list[dict[str, Any]]:
    first = [i.rank if method == "rank" else i.first for i in rows]
    two = bool(MEASURES[method][1])
    marks = [_mark(first, [p - 0.12 * two for p in places], "circle", 0, panel)]
    if two:
        marks.append(_mark([i.total for i in rows], [p + 0.16 for p in places], "diamond", 1, panel))
    return marks


def _mark(
    values: Sequence[tuple[float, float, float]], y: list[float], symbol: str, ink: int, panel: int
) -> dict:
    mean, low, high = (np.array([v[k] for v in values]) for k in range(3))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": lean(mean),
        "y": lean(y),
        "xaxis": axis_name("x", panel),
        "yaxis": axis_name("y", panel),
        "marker": {"symbol": symbol, "size": 10, "color": colour(ink)},
        "error_x": whiskers(mean, low, high, colour(ink), 3),
        "hovertemplate": "%{x:.3g}<extra></extra>",
    }


def _title(panel: Sensitivity) -> str:
    first = panel.influences[0]
    if panel.method == "morris" and len(panel.influences) > 1:
        return _title_of_screening(panel)
    # The strongest of many factors is named only if its interval clears 0 when all factors are read together.
    wider = float(ndtri(1 - 0.025 / len(panel.influences)) / ndtri(0.975))
    ends = [first.rank] if panel.method == "rank" else [first.first, first.total]
    size = abs if panel.method == "rank" else float
    clear = any(size(m) - wider * max(m - low, high - m) > 0 for m, low, high in ends if np.isfinite(low))
    if len(panel.influences) == 1:
        return f"One factor alone was varied: {first.factor}"
    if panel.chance_share > 0.5:
        return f"The {panel.response} varies between points hardly more than chance would make it"
    if not clear:
        return f"No factor is shown to move the {panel.response}"
    if panel.method == "rank":
        return f"Most closely in line with the {panel.response}: {first.factor}"
    return f"What moves the {panel.response} most: {first.factor}"


def _title_of_screening(panel: Sensitivity) -> str:
    """Effects are absolute, so none can fall below 0; what their intervals tell is which might be the largest."""
    first, *others = sorted(panel.influences, key=lambda i: -i.first[0])
    if not first.first[0]:
        return f"No factor moves the {panel.response} at all"
    if panel.chance_share > 0.5:
        return f"The {panel.response} varies between points hardly more than chance would make it"
    near = sum(i.first[2] >= first.first[1] for i in others)
    said = (
        f"; intervals of {near} of the other {len(others)} reach its own" if near else ", clear of all others"
    )
    return f"Largest mean effect on the {panel.response}: {first.factor}{said}"


def _row(found: Sensitivity, i: Influence) -> tuple[str, ...]:
    cells = [_written(v) for v in (i.first, i.total, i.rank)]
    return (found.response, i.factor, *cells, str(found.points))


def _written(value: tuple[float, float, float]) -> str:
    if not np.isfinite(value[0]):
        return "–"
    mean, low, high = (number(v, 2) for v in value)
    return mean if not np.isfinite(value[1]) else f"{mean} ({low} to {high})"
