"""Chart of the paired differences: dots with intervals against the line of no difference."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis import SHARE_OUTCOMES, Difference, causes, difference
from sim.charting.frame import WIDTH, Chart, axis, axis_key, axis_name, axis_title, frame, lean, whiskers
from sim.charting.ink import INK, MUTED, PAPER, UNCLEAR, colour
from sim.charting.labels import heading, label, short, text
from sim.weighing import NOTED
from sim.wording import cause_name, listing, outcome_name, points, signed_points, written_difference

if TYPE_CHECKING:
    from sim.comparison import Comparison, ScenarioRuns

OF_MANY = ("gap", "nominal_gap", "worst_decile_gap")
"""Those charted for more than two scenarios."""

AT_LEAST = 3
"""Causes drawn however small their differences are."""

Panel = tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]


def paired_differences(comparison: Comparison) -> Chart | None:
    """Paired differences with their intervals and the line of no difference; None for a single scenario."""
    if len(comparison.scenarios) < 2:
        return None
    return _of_two(comparison) if len(comparison.scenarios) == 2 else _of_many(comparison)


def _of_two(comparison: Comparison) -> Chart:
    a, b = comparison.scenarios
    outcomes = [difference(a, b, key) for key in SHARE_OUTCOMES if key in a.summaries]
    by_cause = [difference(a, b, f"losses.{cause}") for cause in causes(comparison)]
    by_cause.sort(key=lambda d: -abs(d.mean or 0.0))
    noted = by_cause[: max(AT_LEAST, sum(abs(d.mean or 0.0) >= NOTED for d in by_cause))]
    rows = max(len(outcomes), len(noted))
    left, right, names = 248, 165, 228
    inside = WIDTH - left - right
    width = (inside - right - names) / 2 / inside
    cause_names = [cause_name(d.outcome.removeprefix("losses.")) for d in noted]
    first = _panel(0, outcomes, [outcome_name(d.outcome) for d in outcomes], [0, width], rows)
    second = _panel(1, noted, cause_names, [1 - width, 1], rows)
    left_out = len(by_cause) - len(noted)
    rest = f" ({left_out} smaller ones not drawn)" if left_out else ""
    notes = [
        heading("<b>Outcomes</b>", size=15, yshift=26, xshift=-names),
        heading(f"<b>Losses by cause</b>{rest}", panel=1, size=15, yshift=26, xshift=-names),
        *(note for k in (0, 1) for note in sides(k, a, b)),
    ]
    title = _title(a, b, outcomes)
    layout = _framed(comparison, title, 27 * rows, [first, second], notes, left, right, 58)
    half = [difference(a, b, "months_to_half")] if "months_to_half" in a.summaries else []
    table = [
        (outcome_name(d.outcome), written_difference(d), str(d.pairs)) for d in (*outcomes, *half, *by_cause)
    ]
    summary = (
        f"Dots with 95 % intervals: the paired differences {a.name} − {b.name}, in points of intended benefit; left "
        f"of 0 is smaller in {a.name}. Full dots are clear of 0. Each interval is read alone: of twenty true zeros, "
        "one would look clear by luck."
    )
    columns = (f"{a.name} − {b.name}", "Mean (95 % interval)", "Pairs")
    data = [*first[0], *second[0]]
    return Chart("differences", "Paired differences", title, summary, data, layout, columns, table)


def _of_many(comparison: Comparison) -> Chart:
    pairs = list(combinations(comparison.scenarios, 2))
    chosen = [key for key in OF_MANY if key in comparison.scenarios[0].summaries]
    named = [f"{short(a.name)} − {short(b.name)}" for a, b in pairs]
    left, right = min(60 + 8 * max(len(name) for name in named), 400), 150
    inside = WIDTH - left - right
    width = (inside - right * (len(chosen) - 1)) / len(chosen) / inside
    panels, notes, table = [], [], []
    for k, key in enumerate(chosen):
        start = k * (width + right / inside)
        found = [difference(a, b, key) for a, b in pairs]
        names = named if k == 0 else [""] * len(pairs)
        panels.append(_panel(k, found, names, [start, start + width], len(pairs), plain=True))
        notes.append(heading(f"<b>{outcome_name(key)}</b>", panel=k, size=15, yshift=4))
        table += [(f"{d.a} − {d.b}", outcome_name(key), written_difference(d), str(d.pairs)) for d in found]
    clear = sum(difference(a, b, "gap").clear for a, b in pairs)
    title = (
        f"In {clear} of {len(pairs)} pairs the difference in the gap is clear of 0, each interval read alone"
    )
    if not clear:
        title = f"No clear difference in the gap in any of {len(pairs)} pairs"
    layout = _framed(comparison, title, 25 * len(pairs), panels, notes, left, right, 36)
    summary = (
        "Dots with 95 % intervals: paired differences between all pairs of scenarios, in points of intended benefit; "
        "left of 0 is smaller in the first named. Full dots are clear of 0. Each interval is read alone."
    )
    columns = ("Pair", "Outcome", "Mean (95 % interval)", "Pairs")
    data = [trace for panel in panels for trace in panel[0]]
    return Chart("differences", "Paired differences", title, summary, data, layout, columns, table)


def _framed(
    comparison: Comparison,
    title: str,
    height: int,
    panels: list[Panel],
    notes: list[dict[str, Any]],
    left: int,
    right: int,
    top: int,
) -> dict[str, Any]:
    labels = [*notes, *(note for panel in panels for note in panel[1])]
    axes = {key: value for panel in panels for key, value in panel[2].items()}
    room = {"left": left, "right": right, "bottom": 54, "top": top}
    return frame(comparison, title, height, annotations=labels, **room, **axes)


def _panel(
    k: int, found: list[Difference], names: list[str], domain: list[float], rows: int, plain: bool = False
) -> Panel:
    """One panel of dots: its traces, its labels and its axes."""
    xa, ya = axis_name("x", k), axis_name("y", k)
    mean, low, high = (
        np.array([_hundredfold(getattr(d, end)) for d in found]) for end in ("mean", "low", "high")
    )
    inks = [_ink(d, plain) for d in found]
    y = [j + 0.5 for j in range(len(found))]
    fills = [ink if d.clear else PAPER for d, ink in zip(found, inks, strict=True)]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": lean(mean),
        "y": y,
        "xaxis": xa,
        "yaxis": ya,
        "marker": {"size": 10, "color": fills, "line": {"color": inks, "width": 2}},
        "error_x": whiskers(mean, low, high, MUTED),
        "hovertemplate": "%{x:.2f} points<extra></extra>",
    }
    place: dict[str, Any] = {"xref": f"{xa} domain", "yref": ya, "xshift": 8, "size": 13}
    notes = [
        label(1, at, _short(d), ink if d.clear else MUTED, **place)
        for at, d, ink in zip(y, found, inks, strict=True)
    ]
    ends = np.concatenate([mean, low, high, [0.0]])
    ends = ends[np.isfinite(ends)]
    pad = max(0.08 * float(np.ptp(ends)), 0.25)
    span = [float(ends.min()) - pad, float(ends.max()) + pad]
    zero = {"zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1.5}
    named = {
        "tickvals": y,
        "ticktext": [text(name) for name in names],
        "tickfont": {"size": 14, "color": INK},
    }
    # A panel with fewer rows than its neighbour is shorter, its axis close beneath it.
    upright = {"domain": [1 - len(found) / rows, 1], "range": [len(found), 0]}
    axes = {
        axis_key("x", k): axis(
            anchor=ya, domain=domain, range=span, nticks=6, tickangle=0, title=axis_title("points"), **zero
        ),
        axis_key("y", k): axis(anchor=xa, **upright, **named),
    }
    return [dots], notes, axes


def sides(k: int, a: ScenarioRuns, b: ScenarioRuns) -> list[dict[str, Any]]:
    """Which side of 0 is whose."""
    return [
        heading(f"← smaller in {short(a.name)}", colour(0), panel=k, size=13, yshift=4, xshift=-90),
        heading(
            f"smaller in {short(b.name)} →",
            colour(1),
            panel=k,
            size=13,
            yshift=4,
            x=1,
            xanchor="right",
            xshift=90,
        ),
    ]


def _hundredfold(value: float | None) -> float:
    return np.nan if value is None else 100 * value


def _ink(d: Difference, plain: bool) -> str:
    if not d.clear or d.mean is None:
        return UNCLEAR
    if plain:
        return INK
    return colour(0) if d.mean < 0 else colour(1)


def _short(d: Difference) -> str:
    if d.low is None:
        return signed_points(d.mean)
    return f"{signed_points(d.mean)} ({points(d.low)} to {points(d.high)})"


def _title(a: ScenarioRuns, b: ScenarioRuns, outcomes: list[Difference]) -> str:
    for_a = sum(d.clear and (d.mean or 0.0) < 0 for d in outcomes)
    for_b = sum(d.clear and (d.mean or 0.0) > 0 for d in outcomes)
    if not for_a and not for_b:
        return f"No clear difference between {a.name} and {b.name} in any of {len(outcomes)} outcomes"
    counts = [f"{n} clearly smaller in {s.name}" for n, s in ((for_a, a), (for_b, b)) if n]
    rest = len(outcomes) - for_a - for_b
    if rest:
        counts.append(f"{rest} without a clear difference")
    return f"Of {len(outcomes)} measures of the gap, {listing(counts)}"
