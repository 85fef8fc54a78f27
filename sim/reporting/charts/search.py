"""Charts of a search: trade-offs to brush, the front, regret by future, and convergence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.search.choice import Chosen
from sim.analysis.search.robustness import regrets
from sim.analysis.search.run import Front, SearchResult
from sim.experiments.crossing import Objective
from sim.formatting import counted, number, percent
from sim.model.vocabulary import UNITS
from sim.reporting.charts.base import Chart, Plot, axis_title, lean
from sim.reporting.charts.style import UNCLEAR, colour, end_labels, label, text
from sim.reporting.search_text import policies_in_words, title_of, value_of

MOST_ROWS, MOST_COLUMNS = 24, 60
LONGEST_AXIS_TITLE = 48
BEST = 4
"""One policy in so many, the best in the first objective, is drawn dark."""
PALE = "#e5a27f"


def _scaled(objective: Objective, values: np.ndarray) -> np.ndarray:
    """An objective as it is drawn: a share in percent, more upwards where more is better."""
    turned = -values if objective.maximise else values
    return turned if objective.outcomes[0] in UNITS else 100 * turned


def _suffix(objective: Objective) -> str:
    return "" if objective.outcomes[0] in UNITS else " %"


def trade_offs(result: SearchResult, made_by: str) -> Chart:
    """Every policy as a line through its levers and objectives; dragging along an axis keeps the lines that pass."""
    front = result.front
    assert front is not None
    objectives = result.crossing.objectives
    title = f"{policies_in_words(len(front.variables))} that no other of them beats in every objective"
    summary = (
        "Each line is a policy; its levers stand left, its objectives in fresh futures right. Drag along an axis to keep the "
        "policies that pass there. The dark lines are the best quarter in the first objective."
    )
    columns = ("Policy", *front.policies, *(title_of(one) for one in objectives))
    rows = [
        (
            str(n + 1),
            *(_cell(values[n]) for values in front.policies.values()),
            *(value_of(one, float(front.fresh[n, place])) for place, one in enumerate(objectives)),
        )
        for n in range(len(front.variables))
    ]
    return Plot().chart("trade-offs", "Trade-offs", title, summary, columns, rows, made_by, 0)


def trade_off_lines(result: SearchResult) -> dict[str, list]:
    """What the trade-offs are drawn from: an axis for each lever and objective, and a colour for each policy."""
    front = result.front
    assert front is not None
    axes = []
    for key, values in front.policies.items():
        if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
            axes.append({"label": _short(key), "values": lean(values), "suffix": ""})
        else:
            levels = sorted(map(str, set(values)))
            codes = [levels.index(str(value)) for value in values]
            axes.append(
                {"label": _short(key), "values": codes, "ticks": list(enumerate(levels)), "suffix": ""}
            )
    for place, one in enumerate(result.crossing.objectives):
        values = lean(_scaled(one, front.fresh[:, place]))
        axes.append({"label": one.name, "values": values, "suffix": _suffix(one)})
    order = np.argsort(np.argsort(front.fresh[:, 0], kind="stable"), kind="stable")
    best = order < max(1, len(order) // BEST)
    return {"axes": axes, "colours": [colour(0) if one else PALE for one in best]}


def _axis_name(objective: Objective) -> str:
    """The title of an objective, or its name where the title is too long for an axis."""
    title = title_of(objective)
    return text(title if len(title) <= LONGEST_AXIS_TITLE else objective.name)


def _short(key: str) -> str:
    return text(".".join(key.split(".")[-2:]))


def _cell(value: object) -> str:
    return number(float(value), 2) if isinstance(value, int | float | np.number) else str(value)


def front_chart(result: SearchResult, chosen: Sequence[Chosen], made_by: str) -> Chart:
    """The first two objectives of every policy, those to look at marked."""
    front = result.front
    assert front is not None
    one, other = result.crossing.objectives[:2]
    x, y = _scaled(one, front.fresh[:, 0]), _scaled(other, front.fresh[:, 1])
    plot = Plot(left=84, right=60)
    plot.trace("markers", x, y, marker={"color": UNCLEAR, "size": 9}, hoverinfo="skip")
    for place, pick in enumerate(chosen):
        at = float(x[pick.policy]), float(y[pick.policy])
        plot.trace("markers", [at[0]], [at[1]], marker={"color": colour(place), "size": 15}, hoverinfo="skip")
        plot.notes.append(
            label(
                *at,
                f"policy {pick.policy + 1} {pick.because}",
                colour(place),
                xshift=12,
                yshift=20 * (1 - place),
            )
        )
    plot.place(
        {"title": axis_title(_axis_name(one)), "ticksuffix": _suffix(one)},
        {"title": axis_title(_axis_name(other)), "ticksuffix": _suffix(other)},
    )
    slope = float(np.corrcoef(x, y)[0, 1]) if len(x) > 2 and x.std() > 0 and y.std() > 0 else 0.0
    together = (
        "rise and fall together"
        if slope > 0.3
        else "are traded for each other"
        if slope < -0.3
        else "move independently"
    )
    title = f"On the front {title_of(one)} and {title_of(other)} {together}"
    summary = (
        "Each mark is a policy, judged in fresh futures; the named ones are looked at more closely below."
    )
    columns = ("Policy", title_of(one), title_of(other))
    rows = [
        (str(n + 1), value_of(one, float(front.fresh[n, 0])), value_of(other, float(front.fresh[n, 1])))
        for n in range(len(x))
    ]
    return plot.chart("front", "The front", title, summary, columns, rows, made_by, 420)


def regret_map(result: SearchResult, made_by: str) -> Chart:
    """How much worse each policy is than the best of them, future by future."""
    front = result.front
    assert front is not None
    first = result.crossing.objectives[0]
    known = front.outcomes[:, np.isfinite(front.outcomes).all(axis=0)]
    scale = 1.0 if first.outcomes[0] in UNITS else 100.0
    regret = scale * regrets(known)
    rows = np.argsort(front.robustness.regret, kind="stable")[:MOST_ROWS]
    columns = np.argsort(known.min(axis=0), kind="stable")
    groups = np.array_split(columns, min(MOST_COLUMNS, len(columns)))
    drawn = np.array([[regret[row, group].mean() for group in groups] for row in rows])
    plot = Plot(left=110, right=40)
    plot.data.append(
        {
            "type": "heatmap", "z": lean(drawn), "colorscale": [[0, "#f2f5f8"], [1, "#b0440d"]], "xaxis": "x", "yaxis": "y",
            "colorbar": {"title": {"text": "regret"}, "thickness": 14}, "hoverinfo": "skip",
        }
    )  # fmt: skip
    plot.place(
        {"title": axis_title("futures, from the mildest to the hardest"), "showticklabels": False},
        {
            "tickvals": list(range(len(rows))), "ticktext": [f"policy {row + 1}" for row in rows],
            "autorange": "reversed",
        },
    )  # fmt: skip
    least = int(rows[0])
    unit = "points" if scale == 100 else ""
    most = number(scale * float(front.robustness.regret[least]))
    title = f"Policy {least + 1} has the least regret: in nine futures of ten at most {most} {unit}".rstrip()
    if front.robustness.regret[least] <= 0.0:
        title = f"Policy {least + 1} is the best of them in at least nine futures of ten"
    summary = (
        f"Rows are the {len(rows)} policies with the least regret; a column is a group of "
        f"{counted(len(groups[0]), 'future')}. Dark is far from the best."
    )
    table = [
        (
            f"{row + 1}",
            number(scale * float(front.robustness.regret[row]), 2),
            number(float(drawn[k].mean()), 2),
        )
        for k, row in enumerate(rows)
    ]
    return plot.chart(
        "regret",
        "Regret by future",
        title,
        summary,
        ("Policy", "90th percentile", "Mean"),
        table,
        made_by,
        20 * len(rows) + 40,
    )


def convergence_chart(result: SearchResult, made_by: str) -> Chart:
    """The hypervolume that each seed's archive dominates, by policies evaluated."""
    plot = Plot(left=84, right=90)
    seeds = sorted({step.seed for step in result.steps})
    ends = []
    values = [100 * step.hypervolume for step in result.steps]
    span = (0.98 * min(values), 1.02 * max(values) + 1e-9)
    for place, seed in enumerate(seeds):
        steps = [step for step in result.steps if step.seed == seed]
        plot.trace(
            "lines", np.array([s.evaluations for s in steps], float), np.array([100 * s.hypervolume for s in steps]),
            line={"color": colour(place), "width": 3}, hoverinfo="skip",
        )  # fmt: skip
        ends.append((100 * steps[-1].hypervolume, f"seed {seed}", colour(place)))
    plot.place({"title": axis_title("policies evaluated")}, {"ticksuffix": " %", "range": list(span)})
    plot.notes += end_labels(ends, span, 300)
    last = [
        s for s in result.steps if s.generation == max(t.generation for t in result.steps if t.seed == s.seed)
    ]
    volumes = [s.hypervolume for s in last]
    spread = max(volumes) - min(volumes)
    title = f"The seeds end within {percent(spread)} of each other"
    summary = (
        "Share of the box between the declared ideal and reference points that the archive dominates; flat lines mean that "
        "little more was found."
    )
    rows = [
        (
            str(s.seed),
            str(s.generation),
            str(s.evaluations),
            percent(s.hypervolume, 2),
            str(s.kept),
            str(s.progress),
            str(s.restarts),
        )
        for s in result.steps
    ]
    columns = (
        "Seed",
        "Generation",
        "Policies evaluated",
        "Hypervolume",
        "In the archive",
        "ε-progress",
        "Restarts",
    )
    return plot.chart("convergence", "Convergence", title, summary, columns, rows, made_by, 300)


def chosen_table(
    front: Front, chosen: Sequence[Chosen], objectives: Sequence[Objective]
) -> list[tuple[str, ...]]:
    """Rows of the table of policies to look at: what they set and what they come to."""
    rows = []
    for key, values in front.policies.items():
        rows.append((key, *(_cell(values[one.policy]) for one in chosen)))
    for place, objective in enumerate(objectives):
        rows.append(
            (
                title_of(objective),
                *(value_of(objective, float(front.fresh[one.policy, place])) for one in chosen),
            )
        )
    return rows
