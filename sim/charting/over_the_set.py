"""Chart of the range over the shipped set beside the interval at the defaults, on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim import over_the_set
from sim.analysis import difference
from sim.charting.differences import OF_MANY, sides
from sim.charting.frame import Chart, axis, axis_title, frame, lean, stamp, whiskers
from sim.charting.ink import INK, MUTED, PAPER
from sim.charting.labels import label
from sim.over_the_set import OverTheSet
from sim.weighing import MATTERS
from sim.weighing_the_set import shares
from sim.wording import outcome_name, points, signed_points

if TYPE_CHECKING:
    from sim.comparison import Comparison

ROW = 58
"""Pixels of a row with its two marks."""

Ends = tuple[float | None, float | None, float | None]
"""Mean, low and high of a difference, as a share; None is unknown."""


def range_over_the_set(comparison: Comparison) -> Chart | None:
    """Differences over the set and at the defaults, outcome by outcome; None where no range is known."""
    known = over_the_set.of(comparison)
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
    ends = 100 * np.array([value for one in (*over, *defaults) for value in one if value is not None] + [0.0])
    pad = max(0.08 * float(np.ptp(ends)), 0.25)
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
        xaxis=axis(
            range=[float(ends.min()) - pad, float(ends.max()) + pad],
            nticks=8,
            tickangle=0,
            title=axis_title("points"),
            zeroline=True,
            zerolinecolor=INK,
            zerolinewidth=1.5,
        ),
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
        "does not rule out and the ranges of what history cannot tell apart. Full dots: the mean at the defaults with its "
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
    by = f"closes more of the gap by over {points(MATTERS)} points"
    return f"{first} {by} at {most} of the design points, {second} at {least}"


def written(one: Ends) -> str:
    """A difference with its ends, if it has any, in points."""
    mean, low, high = one
    return signed_points(mean) if low is None else f"{signed_points(mean)} ({points(low)} to {points(high)})"


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
