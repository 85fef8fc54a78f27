"""Chart of what moves the gap: the sensitivity indices of each factor, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from sim.analysis.sensitivity import Influence, Sensitivity
from sim.formatting import number_with_interval
from sim.reporting.charts.base import Chart, Plot, domains, padded
from sim.reporting.charts.rows import Marks, forest, room_left
from sim.reporting.charts.style import PAPER, colour, heading, text
from sim.stats import known_or_none

MOST_FACTORS, MOST_PANELS = 14, 3

MEASURES = {
    "morris": ("Morris' elementary effects", "mu*: mean size of an effect", "sigma: how much it varies"),
    "sobol": ("Sobol indices", "alone (first order)", "with its interactions (total)"),
    "grid": ("Shares of the variance over the grid", "alone (first order)", "with its interactions (total)"),
    "rbd_fast": ("First-order indices by RBD-FAST", "alone (first order)", ""),
    "rank": ("Rank correlations", "rank correlation", ""),
}
"""How each method is called, and what its one or two marks are."""


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
    called, one, two = MEASURES[method]
    marks = [_marks(panel, factors) for panel in panels]
    shared = None if method == "morris" else padded(0.0, *(m.ends for two_marks in marks for m in two_marks))
    plot = Plot(left=room_left(factors))
    for k, (panel, domain) in enumerate(zip(panels, domains(len(panels), 0.05), strict=True)):
        forest(plot, factors, marks[k], panel=k, named=k == 0, span=shared, domain=domain)
        plot.notes.append(heading(text(panel.response), panel=k, yshift=6))
    key = f"<span style='color:{colour(0)}'>●</span> {one}"
    if two:
        key += f"   <span style='color:{colour(1)}'>◆</span> {two}"
    # A scale is no factor of the difference between its ends, so the first panel may have one factor and others more.
    title = _title(next((panel for panel in panels if len(panel.influences) > 1), panels[0]))
    summary = (
        f"{called}: how strongly each factor moves the response over the points tried. They describe this "
        "model over these ranges; a wider range makes a factor count for more."
    )
    return plot.chart(
        "influences", "What moves it", title, summary,
        ("Response", "Factor", one, two or "–", "Rank correlation", "Points"),
        [_row(s, i) for s in shown for i in s.influences],
        made_by, 30 * len(factors) + 8, top=34, below=f"{key}; whiskers: 95 % intervals",
    )  # fmt: skip


def _strongest(panels: Sequence[Sensitivity]) -> list[str]:
    size: dict[str, float] = {}
    for panel in panels:
        scale = max(abs(_size(i)) for i in panel.influences) or 1.0
        for i in panel.influences:
            size[i.factor] = max(size.get(i.factor, 0.0), abs(_size(i)) / scale)
    return sorted(size, key=lambda f: -size[f])[:MOST_FACTORS]


def _size(i: Influence) -> float:
    known = [abs(v) for v in (i.first[0], i.total[0]) if np.isfinite(v)]
    return max(known) if known else abs(i.rank[0]) if np.isfinite(i.rank[0]) else 0.0


def _marks(panel: Sensitivity, factors: Sequence[str]) -> list[Marks]:
    """The one or two marks of every factor; factors that the panel does not have are unknown."""
    by_factor = {i.factor: i for i in panel.influences}
    unknown = (np.nan,) * 3
    rows = [by_factor.get(f, Influence(f, unknown, unknown, unknown)) for f in factors]
    two = bool(MEASURES[panel.method][2])
    first = np.array([i.rank if panel.method == "rank" else i.first for i in rows])
    marks = [Marks(first, colour(0), PAPER, colour(0), size=12, shift=-0.12 * two)]
    if two:
        total = np.array([i.total for i in rows])
        marks.append(Marks(total, colour(1), PAPER, colour(1), size=12, shift=0.16, symbol="diamond"))
    return marks


def _title(panel: Sensitivity) -> str:
    first = panel.influences[0]
    screening = panel.method == "morris"
    if len(panel.influences) == 1:
        return f"One factor alone was varied: {first.factor}"
    if screening and not max(i.first[0] for i in panel.influences):
        return f"No factor moves the {panel.response} at all"
    if panel.chance_share > 0.5:
        return f"The {panel.response} varies between points hardly more than chance would make it"
    if screening:
        return _title_of_screening(panel)
    # The strongest of many factors is named only if its interval clears 0 when all factors are read together.
    wider = float(ndtri(1 - 0.025 / len(panel.influences)) / ndtri(0.975))
    ends = [first.rank] if panel.method == "rank" else [first.first, first.total]
    size = abs if panel.method == "rank" else float
    if not any(size(m) - wider * max(m - low, high - m) > 0 for m, low, high in ends if np.isfinite(low)):
        return f"No factor is shown to move the {panel.response}"
    if panel.method == "rank":
        return f"Most closely in line with the {panel.response}: {first.factor}"
    return f"What moves the {panel.response} most: {first.factor}"


def _title_of_screening(panel: Sensitivity) -> str:
    """Effects are absolute, so none can fall below 0; what their intervals tell is which might be the largest."""
    first, *others = sorted(panel.influences, key=lambda i: -i.first[0])
    near = sum(i.first[2] >= first.first[1] for i in others)
    said = (
        f"; intervals of {near} of the other {len(others)} reach its own" if near else ", clear of all others"
    )
    return f"Largest mean effect on the {panel.response}: {first.factor}{said}"


def _row(found: Sensitivity, i: Influence) -> tuple[str, ...]:
    return (found.response, i.factor, *map(_written, (i.first, i.total, i.rank)), str(found.points))


def _written(value: tuple[float, float, float]) -> str:
    mean, low, high = (known_or_none(v) for v in value)
    return "–" if mean is None else number_with_interval({"mean": mean, "low": low, "high": high}, 2)
