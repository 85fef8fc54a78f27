"""Charts of differences with intervals against a line of no difference."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis import over_set
from sim.analysis.comparison import (
    MEANINGFUL,
    SHARE_OUTCOMES,
    SMALLEST_REPORTED,
    Difference,
    causes,
    difference,
)
from sim.analysis.over_set import OverTheSet
from sim.formatting import counted, listing, number, points, signed_points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.base import (
    WIDTH,
    Chart,
    axis,
    axis_key,
    axis_name,
    axis_title,
    domains,
    frame,
    lean,
    stamp,
    whiskers,
)
from sim.reporting.charts.style import INK, MUTED, PAPER, UNCLEAR, colour, heading, label, short, text
from sim.reporting.comparison_sentences import shares
from sim.reporting.wording import written_difference

if TYPE_CHECKING:
    from sim.analysis.paired import Contrast
    from sim.runner.compare import Comparison, ScenarioRuns


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
    noted = by_cause[: max(AT_LEAST, sum(abs(d.mean or 0.0) >= SMALLEST_REPORTED for d in by_cause))]
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
    title = _differences_title(a, b, outcomes)
    layout = _framed(comparison, title, 27 * rows, [first, second], notes, left, right, 58)
    half = [difference(a, b, "months_to_half")] if "months_to_half" in a.summaries else []
    table = [
        (outcome_name(d.outcome), written_difference(d), str(d.pairs)) for d in (*outcomes, *half, *by_cause)
    ]
    summary = (
        f"Dots with 95 % intervals: the paired differences {a.name} − {b.name}, in points of intended benefit; left "
        f"of 0 is smaller in {a.name}. Full dots are clear of 0. Each interval is read alone: of twenty true zeros, "
        "one would look clear by chance."
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
        label(1, at, written((d.mean, d.low, d.high)), ink if d.clear else MUTED, **place)
        for at, d, ink in zip(y, found, inks, strict=True)
    ]
    named = {
        "tickvals": y,
        "ticktext": [text(name) for name in names],
        "tickfont": {"size": 14, "color": INK},
    }
    # A panel with fewer rows than its neighbour is shorter, its axis close beneath it.
    upright = {"domain": [1 - len(found) / rows, 1], "range": [len(found), 0]}
    axes = {
        axis_key("x", k): _points_axis(np.concatenate([mean, low, high]), 6, anchor=ya, domain=domain),
        axis_key("y", k): axis(anchor=xa, **upright, **named),
    }
    return [dots], notes, axes


def _points_axis(ends: np.ndarray, ticks: int, **more: Any) -> dict[str, Any]:
    """The axis of differences in points: around all that is known and 0, with the line of no difference."""
    known = np.append(ends[np.isfinite(ends)], 0.0)
    pad = max(0.08 * float(np.ptp(known)), 0.25)
    span = [float(known.min()) - pad, float(known.max()) + pad]
    zero = {"zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1.5}
    return axis(range=span, nticks=ticks, tickangle=0, title=axis_title("points"), **zero, **more)


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


def _differences_title(a: ScenarioRuns, b: ScenarioRuns, outcomes: list[Difference]) -> str:
    for_a = sum(d.clear and (d.mean or 0.0) < 0 for d in outcomes)
    for_b = sum(d.clear and (d.mean or 0.0) > 0 for d in outcomes)
    if not for_a and not for_b:
        return f"No clear difference between {a.name} and {b.name} in any of {len(outcomes)} outcomes"
    counts = [f"{n} clearly smaller in {s.name}" for n, s in ((for_a, a), (for_b, b)) if n]
    rest = len(outcomes) - for_a - for_b
    if rest:
        counts.append(f"{rest} without a clear difference")
    return f"Of {len(outcomes)} measures of the gap, {listing(counts)}"


ROW = 58
"""Pixels of a row with its two marks."""

Ends = tuple[float | None, float | None, float | None]
"""Mean, low and high of a difference, as a share; None is unknown."""


def range_over_the_set(comparison: Comparison) -> Chart | None:
    """Differences over the set and at the defaults, outcome by outcome; None where no range is known."""
    known = over_set.of(comparison)
    if not isinstance(known, OverTheSet):
        return None
    a, b = comparison.scenarios
    over: list[Ends] = []
    defaults: list[Ends] = []
    for outcome in OF_MANY:
        r, d = known.range(outcome), difference(a, b, outcome)
        over.append((r.mean, r.low, r.high))
        defaults.append((d.mean, d.low, d.high))
    rows = len(OF_MANY)
    upper, lower = ([j + at for j in range(rows)] for at in (0.32, 0.68))
    data = [_marks(over, upper, PAPER, 5), _marks(defaults, lower, INK, 1.8)]
    ends = 100 * np.array([*over, *defaults], dtype=float)
    notes = [
        label(1, at, f"{what} {written(one)}", ink, xref="x domain", xshift=8, size=13)
        for what, found, place, ink in (
            ("over the set", over, upper, MUTED),
            ("at the defaults", defaults, lower, INK),
        )
        for at, one in zip(place, found, strict=True)
    ]
    middles = [j + 0.5 for j in range(rows)]
    layout = frame(
        f"{known.sets} sets, {known.points} design points × {known.replications} replications · at the defaults "
        f"{stamp(comparison)}",
        title(known),
        ROW * rows,
        left=248,
        right=300,
        bottom=54,
        top=34,
        annotations=[*sides(0, a, b), *notes],
        xaxis=_points_axis(ends, 8),
        yaxis=axis(
            range=[rows, 0],
            tickvals=middles,
            ticktext=[outcome_name(outcome) for outcome in OF_MANY],
            tickfont={"size": 14, "color": INK},
        ),
    )
    summary = (
        f"Paired differences {a.name} − {b.name} in points of intended benefit; left of 0 is smaller in {a.name}. Open dots "
        f"and thick lines: mean and the middle 95 % of {known.points} design points over the sets of parameters that history "
        "does not rule out and the ranges of what history cannot distinguish. Full dots: the mean at the defaults with its "
        "95 % interval."
    )
    columns = (
        f"{a.name} − {b.name}",
        "Over the set: mean (middle 95 %)",
        "At the defaults: mean (95 % interval)",
    )
    table = [
        (outcome_name(outcome), written(one), written(other))
        for outcome, one, other in zip(OF_MANY, over, defaults, strict=True)
    ]
    return Chart(
        "over-set", "Over the set, and at the defaults", title(known), summary, data, layout, columns, table
    )


def title(known: OverTheSet) -> str:
    """At how many design points either closes more of the gap by more than the smallest difference that matters."""
    (first, most), (second, least) = shares(known)
    by = f"closes more of the gap by over {points(MEANINGFUL)} points"
    return f"{first} {by} at {most} of the design points, {second} at {least}"


def written(one: Ends) -> str:
    """A difference with its ends, if it has any, in points."""
    mean, low, high = one
    return with_interval(signed_points(mean), low, high, points)


def _marks(found: list[Ends], y: list[float], fill: str, thick: float) -> dict[str, Any]:
    mean, low, high = 100 * np.array(found, dtype=float).T
    return {
        "type": "scatter",
        "mode": "markers",
        "x": lean(mean),
        "y": y,
        "marker": {"size": 10, "color": fill, "line": {"color": INK, "width": 2}},
        "error_x": whiskers(mean, low, high, MUTED) | {"thickness": thick},
        "hovertemplate": "%{x:.2f} points<extra></extra>",
    }


MOST_PANELS, MOST_LETTERS = 3, 46


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
    names = list(dict.fromkeys(c.point for c in found))
    scale = 100 if is_share else 1
    rows = {r: {c.point: c for c in found if c.response == r} for r in panels}
    size = {n: abs(rows[panels[0]][n].mean or 0.0) for n in names if n in rows[panels[0]]}
    if len(names) > 8:
        names.sort(key=lambda n: -size.get(n, 0.0))
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for k, (panel, domain) in enumerate(zip(panels, domains(len(panels), 0.05), strict=True)):
        here = [rows[panel][n] for n in names]
        mean, low, high = (
            np.array([np.nan if (v := getattr(c, end)) is None else scale * v for c in here], float)
            for end in ("mean", "low", "high")
        )
        data.append({
            "type": "scatter", "mode": "markers", "x": lean(mean), "y": [j + 0.5 for j in range(len(names))],
            "xaxis": axis_name("x", k), "yaxis": axis_name("y", k),
            "marker": {"size": 10, "color": [INK if c.clear else "#ffffff" for c in here],
                       "line": {"color": INK, "width": 2}},
            "error_x": whiskers(mean, low, high, INK, 3), "hovertemplate": "%{x:.2f}<extra></extra>",
        })  # fmt: skip
        axes[axis_key("x", k)] = axis(
            domain=domain, zeroline=True, zerolinecolor=INK, nticks=5, range=_ends(mean, low, high)
        )
        axes[axis_key("y", k)] = axis(
            range=[len(names), 0], showgrid=False, anchor=axis_name("x", k), showticklabels=k == 0,
            tickvals=[j + 0.5 for j in range(len(names))], ticktext=[text(_cut(n)) for n in names],
        ) | {"tickfont": {"size": 14, "color": INK}}  # fmt: skip
        notes.append(heading(text(panel), panel=k, yshift=6))
    unit = "points of intended benefit" if is_share else "in its own unit"
    key_words = (
        f"change from “{text(found[0].start)}”, {unit}; filled: significantly different (Holm); "
        "whiskers: 95 % intervals"
    )
    notes.append(
        label(0, 0, key_words, MUTED, size=14, xref="paper", yref="paper", yanchor="top", yshift=-30)
    )
    title = _contrasts_title(found, panels[0])
    left = 30 + int(8.0 * max(min(len(n), MOST_LETTERS) for n in names))
    layout = frame(
        made_by, title, 30 * len(names) + 8, left=left, bottom=64, top=34, annotations=notes, **axes
    )
    write = points if is_share else number
    said = [
        (c.point, c.response, write(c.mean), "–" if c.low is None else f"{write(c.low)} to {write(c.high)}",
         "yes" if c.clear else "no", str(c.pairs))
        for c in found
    ]  # fmt: skip
    summary = (
        f"Each point against “{found[0].start}”, in the same replications. A negative number means that the "
        "response is smaller at "
        "the point. All contrasts of the sweep are corrected together for their number; intervals are for one alone."
    )
    columns = ("Point", "Response", "Change", "95 % interval", "Significant", "Replications")
    return Chart(key, found[0].group or "Point against point", title, summary, data, layout, columns, said)


def _ends(*marks: np.ndarray) -> list[float]:
    """A range that holds 0, every mark and every whisker, and is never nothing."""
    every = np.concatenate([m[np.isfinite(m)] for m in marks] + [np.zeros(1)])
    air = 0.06 * float(np.ptp(every)) or 1.0
    return [float(every.min()) - air, float(every.max()) + air]


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"


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
        few = (
            f"{len(clear)} of {counted(len(here), 'point')} significantly different; "
            if len(here) > 1
            else ""
        )
        said = f"{few}{what} is {way} most by “{most.point}”" if few else f"{what} is {way} by “{most.point}”"
    words = f"{group}{said}"
    return words[0].upper() + words[1:]
