"""The map section of a sweep's page: which scenario is best over any two factors, and the data it is drawn from."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.analysis.paired import level_over, point_names
from sim.analysis.regime_map import NOBODY, OPEN, SAME, SCALE, Regimes
from sim.analysis.sensitivity import Sensitivity
from sim.analysis.sweep_data import SweptFactor, is_share
from sim.formatting import counted, listing, number, points
from sim.model.vocabulary import outcome_name
from sim.reporting.charts.base import lean
from sim.reporting.charts.style import DIVERGING, SEQUENTIAL, colour
from sim.reporting.sweep_page.findings import Findings
from sim.reporting.sweep_page.section import Section, written_level
from sim.reporting.wording import share
from sim.stats import known_or_none, mean_over

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
    compared, found, positions = findings.compared, findings.found, findings.positions
    response, names = compared.decided_by, compared.structures
    outcome, share = outcome_name(response), is_share(response)
    unit, apart = (", %", ", points") if share else ("", "")
    means = [mean_over(values, axis=1) for values in compared.responses[response]]
    shown = [
        (f"mean_{response}_{name}", f"mean {outcome} in {name}{unit}", mean, share)
        for name, mean in zip(names, means, strict=True)
    ]
    if found is not None:
        if len(names) == 2:
            a, b = names
            said = f"difference in the {outcome}, {a} − {b}{apart}"
            shown.append(("difference", said, means[0] - means[1], share))
        else:
            for k, name in enumerate(names):
                leads = np.where(found.known, found.leaders[k].astype(float), np.nan)
                said = f"points at which {name} leads or shares the lead, %"
                shown.append((f"leads_{name}", said, leads, True))
        shown += [
            ("edge", f"edge of the best over its nearest rival{apart}", found.edge, share),
            ("edge_low", f"edge, lower end of its corrected interval{apart}", found.low, share),
            ("edge_high", f"edge, upper end of its corrected interval{apart}", found.high, share),
            ("pairs", "paired replications", found.pairs.astype(float), False),
        ]
    if positions is not None:
        beside = "position not significantly different from the best"
        shown += [
            ("best_position", f"best position on {SCALE}", positions.best, False),
            ("lowest_position", f"lowest {beside}", positions.lowest, False),
            ("highest_position", f"highest {beside}", positions.highest, False),
        ]
    return {
        key: {"name": name, "share": in_points, "signed": key == "difference", "values": lean(values[drawn])}
        for key, name, values, in_points in shown
    }


def the_map(f: Findings) -> Section | None:
    """Who wins where, over any two factors."""
    factors = ordered(f)
    if not factors:
        return None
    keys = [(x.key, x.key) for x in factors]
    second = factors[1].key if len(factors) > 1 else ""
    controls = [
        ("map-x", "Across", keys, factors[0].key),
        ("map-y", "Up", [("", "nothing: one row"), *keys], second),
        *_choices(f),
    ]
    shown = {"controls": controls, "beside": points_file_name(f), "standing": _standing(f)}
    return Section("map", "The map", shown)


def _choices(f: Findings) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """What the map can show besides its factors: name and words of each choice, its options, and the one taken first."""
    response, names = f.compared.decided_by, f.compared.structures
    several = len(names) > 2
    shows = [(f"mean_{response}_{n}", f"mean {outcome_name(response)} in {n}") for n in names]
    if len(names) == 2:
        shows.append(("difference", f"difference, {names[0]} − {names[1]}"))
    choices = []
    if f.found is not None:
        shows = [("winner", "who wins"), *shows]
        if several:
            shows += [(f"leads_{name}", f"where {name} leads or shares the lead") for name in names]
            pairs = [(f"{a}-{b}", f"{names[a]} and {names[b]}") for o, a, b in f.in_pairs if o == response]
            choices.append(("map-compare", "Compare", [("all", "all structures"), *pairs], "all"))
        if f.others:
            outcomes = [(o, outcome_name(o)) for o in (response, *f.others)]
            choices.append(("map-outcome", "Decided by", outcomes, response))
    if f.positions is not None:
        shows.append(("best_position", f"best position on {SCALE}"))
    return [*choices, ("map-show", "Show", shows, shows[0][0])]


def point_by_point(f: Findings) -> Section | None:
    """Every point of a design that was written down point by point, with who wins it."""
    found, sweep = f.found, f.compared
    called = point_names(sweep)
    if found is None or not called:
        return None
    names = sweep.structures
    rows = []
    for p in range(found.points):
        won = int(found.winner[p])
        who = f"{LETTERS[won]} {names[won]}" if won != NOBODY else _nobody(found, p)
        write = points if is_share(found.response) else number
        levels = [write(known_or_none(float(m))) for m in found.mean[:, p]]
        rows.append((called[p], who, *levels, _edge(f, p)))
    unit = ", %" if is_share(found.response) else ""
    heads = ("Point", "Wins", *(f"{outcome_name(found.response).capitalize()} in {n}{unit}" for n in names),
             "Best ahead of its nearest rival (corrected interval)")  # fmt: skip
    return Section("points", "Point by point", {"columns": heads, "rows": rows})


def _nobody(found: Regimes, point: int) -> str:
    """Why nobody wins a point, and who leads together there, unless all do."""
    kind = str(found.kind[point])
    if not found.sharing[point]:
        return f"no clear winner: {kind}"
    leaders = np.flatnonzero(found.leaders[:, point])
    return f"no clear winner: {listing([found.structures[k] for k in leaders])} {kind}"


def _edge(f: Findings, point: int) -> str:
    found = f.found
    if found is None or not np.isfinite(found.edge[point]):
        return "–"
    write = points if is_share(found.response) else number
    ends = f"{write(float(found.low[point]))} to {write(float(found.high[point]))}"
    return f"{write(float(found.edge[point]))} ({ends}; {found.structures[int(found.rival[point])]})"


def _standing(f: Findings) -> Sequence[tuple[object, ...]]:
    """How many points each structure wins, and how often it cannot be ruled out; empty where nothing is compared."""
    if f.found is None:
        return []
    found, rows = f.found, []
    for k, name in enumerate(f.compared.structures):
        won = found.won_by(k)
        gap = level_over(f.compared, k, found.response, np.ones(found.points, bool))
        rows.append((f"{LETTERS[k]} {name}", int(won.sum()), share(found.share(won)),
                     share(found.share(found.leaders[k])), written_level(found.response, gap)))  # fmt: skip
    several = [("several share the lead", SHARED, found.sharing)] if len(f.compared.structures) > 2 else []
    apart = [(kind, MARKS[kind], (found.kind == kind) & ~found.sharing) for kind in (SAME, OPEN)]
    for kind, mark, at in [*several, *apart]:
        rows.append((f"{mark} no clear winner: {kind}", int(at.sum()), share(found.share(at)), "–", "–"))
    return rows


def points_file_name(found: Findings) -> str | None:
    """What the file is called; None where the page itself holds every point."""
    if found.compared.points <= MOST_ON_PAGE:
        return None
    return f"{file_name(found)}-all-points.csv"
