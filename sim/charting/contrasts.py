"""Chart of points against the one that their group starts from: by how much a response changes, structure by structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.charting.frame import Chart, axis, axis_key, axis_name, domains, frame, lean, whiskers
from sim.charting.ink import INK, MUTED
from sim.charting.labels import heading, label, text
from sim.wording import counted, number, points

if TYPE_CHECKING:
    from sim.sweep_analysis.contrasts import Contrast

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
        f"change from “{text(found[0].start)}”, {unit}; filled: told apart (Holm); whiskers: 95 % intervals"
    )
    notes.append(
        label(0, 0, key_words, MUTED, size=14, xref="paper", yref="paper", yanchor="top", yshift=-30)
    )
    title = _title(found, panels[0])
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
        f"Each point against “{found[0].start}”, in the same worlds. A negative number means that the response is smaller at "
        "the point. All contrasts of the sweep are corrected together for their number; intervals are for one alone."
    )
    columns = ("Point", "Response", "Change", "95 % interval", "Told apart", "Worlds")
    return Chart(key, found[0].group or "Point against point", title, summary, data, layout, columns, said)


def _ends(*marks: np.ndarray) -> list[float]:
    """A range that holds 0, every mark and every whisker, and is never nothing."""
    every = np.concatenate([m[np.isfinite(m)] for m in marks] + [np.zeros(1)])
    air = 0.06 * float(np.ptp(every)) or 1.0
    return [float(every.min()) - air, float(every.max()) + air]


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"


def _title(found: Sequence[Contrast], response: str) -> str:
    here = [c for c in found if c.response == response]
    clear = [c for c in here if c.clear]
    group = f"{found[0].group}: " if found[0].group else ""
    name, _, pair = response.partition(", ")
    what = f"the difference in the {name} ({pair})" if pair else f"the {name}"
    if not clear:
        said = f"no point is told apart from “{found[0].start}” in {what}"
    else:
        most = max(clear, key=lambda c: abs(c.mean or 0.0))
        way = "lowered" if (most.mean or 0.0) < 0 else "raised"
        few = f"{len(clear)} of {counted(len(here), 'point')} told apart; " if len(here) > 1 else ""
        said = f"{few}{what} is {way} most by “{most.point}”" if few else f"{what} is {way} by “{most.point}”"
    words = f"{group}{said}"
    return words[0].upper() + words[1:]
