"""What the map on the page is drawn from: factors, who wins each point, and means, point by point."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from sim.charting.frame import lean
from sim.charting.ink import DIVERGING, SEQUENTIAL, colour
from sim.sweep_analysis.contrasts import point_names
from sim.sweep_analysis.paired import mean_over
from sim.sweep_analysis.regimes import NOBODY, OPEN, SAME, Regimes
from sim.sweep_analysis.sensitivity import Sensitivity
from sim.sweep_analysis.swept import SweptFactor, is_share
from sim.sweep_report.findings import Findings
from sim.wording import counted, outcome_name

LETTERS = string.ascii_uppercase + string.ascii_lowercase
"""A structure's letter on the map, by position."""

MOST_ON_PAGE = 20_000
"""Of more points than this an even choice is drawn, so that the page stays small; verdict and tables use all."""

SHARED = "+"
"""A point of which several structures, but not all, share the lead."""

MARKS = {SAME: "=", OPEN: "?"}


def map_data(findings: Findings) -> dict[str, Any]:
    """All that the page needs to draw the map, ready for JSON."""
    compared, found = findings.compared, findings.found
    drawn = drawn_points(compared.points)
    response = compared.decided_by
    calls: dict[str, dict[str, str]] = {}
    shared: dict[str, dict[int, str]] = {}
    if found is not None:
        for outcome, regimes in {response: found, **findings.others}.items():
            calls[outcome] = {"all": _letters(regimes, range(len(compared.structures)), drawn)}
            shared[outcome] = _leading(regimes, drawn)
        for (outcome, a, b), regimes in findings.in_pairs.items():
            calls[outcome][f"{a}-{b}"] = _letters(regimes, (a, b), drawn)
    return {
        "points": len(drawn),
        "structures": [
            {"name": name, "colour": colour(k), "letter": LETTERS[k]} for k, name in enumerate(compared.structures)
        ],
        "factors": [_factor(f.at(drawn)) for f in ordered(findings)],
        "response": response,
        "response_name": outcome_name(response),
        "calls": calls,
        "shared": shared,
        "numbers": _numbers(findings, drawn),
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
        **_called(findings, drawn),
        "stamp": stamp(findings),
        "file": file_name(findings),
    }  # fmt: skip


def drawn_points(points: int) -> np.ndarray:
    """The points that the page holds: all, or an even choice of them."""
    return np.unique(np.linspace(0, points - 1, min(points, MOST_ON_PAGE)).round().astype(int))


def stamp(findings: Findings) -> str:
    """What every chart must bear: points, replications, seed and version."""
    sweep = findings.sweep
    runs = "paired replication" if len(findings.compared.structures) > 1 else "replication"
    there = int((sweep.status != 0).any(axis=(0, 1)).sum())
    return (
        f"n = {counted(findings.compared.points, 'point')} × {counted(there, runs)} · seed {sweep.plan['seed']} · "
        f"gapsim {sweep.plan['version']} · not a forecast: a map of what was tried"
    )


def file_name(findings: Findings) -> str:
    """The beginning of the names of downloaded tables."""
    kept = [c if c.isalnum() or c in "-_" else "_" for c in str(findings.sweep.plan["name"])]
    return "gapsim-" + "".join(kept)[:60]


def ordered(findings: Findings) -> list[SweptFactor]:
    """The factors that vary, those first that decide or move most, so that the first map shown is the telling one."""
    varying = [f for f in findings.compared.factors if len(f.levels) > 1]
    first = list(findings.rules.factors) if findings.rules and findings.rules.better else []
    moved: list[Sensitivity] = list(findings.sensitivities)
    strongest = [i.factor for i in moved[-1].influences] if moved else []
    rank = {key: k for k, key in enumerate(dict.fromkeys([*first, *strongest]))}
    return sorted(varying, key=lambda f: rank.get(f.key, len(rank)))


def _factor(factor: SweptFactor) -> dict[str, Any]:
    about: dict[str, Any] = {"key": factor.key, "unit": factor.unit, "low": factor.low, "high": factor.high}
    if factor.numeric:
        return about | {"levels": None, "values": lean(factor.values)}
    place = {level: k for k, level in enumerate(factor.levels)}
    return about | {"levels": list(factor.levels), "values": [place[v] for v in factor.values.tolist()]}


def _called(findings: Findings, drawn: np.ndarray) -> dict[str, Any]:
    """What points are called in tables, and by letter which structures are the best and the next at each."""
    names = point_names(findings.compared)
    found = {
        # The ends of a scale are structures here: what is left of the design are its combinations of other factors.
        "point": "design_point" if findings.scale is None else "point",
        "point_numbers": drawn.tolist() if len(drawn) < findings.compared.points else None,
        "point_names": [names[p] for p in drawn] if names else None,
    }
    if findings.found is not None:
        for key in ("best", "rival"):
            places = getattr(findings.found, key)[drawn].tolist()
            found[key] = "".join(" " if place == NOBODY else LETTERS[place] for place in places)
    return found


def _letters(regimes: Regimes, members: range | tuple[int, ...], drawn: np.ndarray) -> str:
    alone = regimes.winner != NOBODY
    together = regimes.sharing
    return "".join(
        LETTERS[members[int(regimes.winner[p])]]
        if alone[p]
        else SHARED
        if together[p]
        else MARKS.get(regimes.kind[p], " ")
        for p in drawn
    )


def _leading(regimes: Regimes, drawn: np.ndarray) -> dict[int, str]:
    """Letters of those who lead where nobody wins, unless all do, by the number of the drawn point."""
    some = (regimes.winner == NOBODY) & regimes.leaders.any(axis=0) & ~regimes.leaders.all(axis=0)
    return {
        k: "".join(LETTERS[s] for s in np.flatnonzero(regimes.leaders[:, p]))
        for k, p in enumerate(drawn)
        if some[p]
    }


def _numbers(findings: Findings, drawn: np.ndarray) -> dict[str, dict[str, Any]]:
    """Numbers that the map can show instead of who wins."""
    compared = findings.compared
    response = compared.decided_by
    share = is_share(response)
    found: dict[str, dict[str, Any]] = {}

    def add(key: str, name: str, values: np.ndarray, in_points: bool, signed: bool = False) -> None:
        found[key] = {"name": name, "share": in_points, "signed": signed, "values": lean(values[drawn])}

    unit = ", %" if share else ""
    means = [mean_over(values, axis=1) for values in compared.responses[response]]
    for name, mean in zip(compared.structures, means, strict=True):
        add(f"mean_{response}_{name}", f"mean {outcome_name(response)} in {name}{unit}", mean, share)
    if findings.found is not None:
        unit = ", points" if share else ""
        if len(means) == 2:
            a, b = compared.structures
            add(
                "difference",
                f"difference in the {outcome_name(response)}, {a} − {b}{unit}",
                means[0] - means[1],
                share,
                signed=True,
            )
        if len(means) > 2:
            for k, name in enumerate(compared.structures):
                leads = np.where(findings.found.known, findings.found.leaders[k].astype(float), np.nan)
                add(f"leads_{name}", f"points at which {name} leads or shares the lead, %", leads, True)
        edge = findings.found
        add("edge", f"edge of the best over its nearest rival{unit}", edge.edge, share)
        add("edge_low", f"edge, lower end of its corrected interval{unit}", edge.low, share)
        add("edge_high", f"edge, upper end of its corrected interval{unit}", edge.high, share)
        add("pairs", "paired replications", edge.pairs.astype(float), False)
    if findings.positions is not None:
        add("best_position", "best position on power.distribution", findings.positions.best, False)
        add(
            "lowest_position",
            "lowest position not told apart from the best",
            findings.positions.lowest,
            False,
        )
        add(
            "highest_position",
            "highest position not told apart from the best",
            findings.positions.highest,
            False,
        )
    return found
