"""The section of the map: who wins where, over any two factors, and point by point where points are few."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.charting.ink import colour
from sim.page import escape
from sim.statistics import known_or_none
from sim.sweep_analysis.contrasts import point_names
from sim.sweep_analysis.paired import level_over
from sim.sweep_analysis.positions import SCALE
from sim.sweep_analysis.regimes import NOBODY, OPEN, SAME, Regimes
from sim.sweep_analysis.swept import is_share
from sim.sweep_report.findings import Findings
from sim.sweep_report.map_data import LETTERS, MARKS, MOST_ON_PAGE, SHARED, ordered
from sim.sweep_report.points_file import points_file_name
from sim.sweep_report.section import Section, scrolling, written_level
from sim.sweep_verdict.headline import share
from sim.wording import listing, number, outcome_name, points


def the_map(f: Findings) -> Section | None:
    """Who wins where, over any two factors."""
    factors = ordered(f)
    if not factors:
        return None
    response = f.compared.decided_by
    keys = [(x.key, x.key) for x in factors]
    second = factors[1].key if len(factors) > 1 else ""
    controls = _select("map-x", "Across", keys, factors[0].key)
    controls += _select("map-y", "Up", [("", "nothing: one row"), *keys], second)
    names = f.compared.structures
    if f.found is not None:
        if len(names) > 2:
            pairs = [(f"{a}-{b}", f"{names[a]} and {names[b]}") for _, a, b in f.in_pairs if _ == response]
            controls += _select("map-compare", "Compare", [("all", "all structures"), *pairs], "all")
        if f.others:
            outcomes = [(o, outcome_name(o)) for o in (response, *f.others)]
            controls += _select("map-outcome", "Decided by", outcomes, response)
    shows = [("winner", "who wins")] if f.found is not None else []
    shows += [(f"mean_{response}_{n}", f"mean {outcome_name(response)} in {n}") for n in names]
    if len(names) == 2:
        shows.append(("difference", f"difference, {names[0]} − {names[1]}"))
    if f.found is not None and len(names) > 2:
        shows += [(f"leads_{name}", f"where {name} leads or shares the lead") for name in names]
    if f.positions is not None:
        shows.append(("best_position", f"best position on {SCALE}"))
    controls += _select("map-show", "Show", shows, shows[0][0])
    beside = points_file_name(f)
    many, which = "", "all its points"
    if beside is not None:
        many = (
            f"<p>The page holds {MOST_ON_PAGE:,} of the {f.compared.points:,} points, evenly chosen; the words use all, and "
            f'<a href="{escape(beside)}">all are in a file beside this page</a>.</p>'
        )
        which = "the points drawn"
    after = (
        f'<details><summary>The map as a table</summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="Table: the map"><table id="map-table"></table></div></details>{many}'
        '<button type="button" class="csv" id="map-cells-csv">Download this map as CSV</button> '
        f'<button type="button" class="csv" id="map-points-csv">Download {which} as CSV</button>'
    )
    before = (
        f'<div class="controls">{controls}</div>{_legend(f)}'
        '<p class="scale" id="map-scale" hidden><span></span><i></i><span></span></p>'
        '<h3 id="map-title" aria-live="polite"></h3>'
        '<figure tabindex="0" aria-label="Chart: the map"><div class="chart" id="map" role="img"></div></figure>'
        '<p id="map-note">Each cell gathers the points that lie in it, whatever their other factors are; its colours '
        "divide it as its points divide. The letter says who wins most of its points, or which letters share most of its "
        "leads, with their share of points in percent.</p>"
    )
    return Section("map-section", "The map", before, after=after + _standing(f))


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
    return Section("points-section", "Point by point", scrolling("point by point", heads, rows))


def _nobody(found: Regimes, point: int) -> str:
    """Why nobody wins a point, and who leads together there, unless all do."""
    kind = str(found.kind[point])
    if not found.sharing[point]:
        return f"nobody: {kind}"
    leaders = np.flatnonzero(found.leaders[:, point])
    return f"nobody: {listing([found.structures[k] for k in leaders])} {kind}"


def _edge(f: Findings, point: int) -> str:
    found = f.found
    if found is None or not np.isfinite(found.edge[point]):
        return "–"
    write = points if is_share(found.response) else number
    ends = f"{write(float(found.low[point]))} to {write(float(found.high[point]))}"
    return f"{write(float(found.edge[point]))} ({ends}; {found.structures[int(found.rival[point])]})"


def _select(name: str, words: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    inside = "".join(
        f'<option value="{escape(v)}"{" selected" if v == chosen else ""}>{escape(said)}</option>'
        for v, said in options
    )
    return f'<label>{words}<select id="{name}">{inside}</select></label>'


def _legend(f: Findings) -> str:
    if f.found is None:
        return '<ul class="legend" id="map-legend" hidden></ul>'
    items = "".join(
        f'<li data-call="{LETTERS[k]}"><i style="background:{colour(k)}"></i><b>{LETTERS[k]}</b> {escape(name)} wins</li>'
        for k, name in enumerate(f.compared.structures)
    )
    if len(f.compared.structures) > 2:
        items += (
            '<li data-call="+"><i style="background:#c9d6ea"></i><b>+</b> nobody: several share the lead</li>'
        )
    items += '<li data-call="="><i style="background:#aab2ba"></i><b>=</b> nobody: practically the same</li>'
    items += '<li data-call="?"><i style="background:#e3e7eb"></i><b>?</b> nobody: not told apart</li>'
    return f'<ul class="legend" id="map-legend">{items}</ul>'


def _standing(f: Findings) -> str:
    """How many points each structure wins, and how often it cannot be ruled out."""
    if f.found is None:
        return ""
    found, rows = f.found, []
    for k, name in enumerate(f.compared.structures):
        won = found.won_by(k)
        gap = level_over(f.compared, k, found.response, np.ones(found.points, bool))
        rows.append((f"{LETTERS[k]} {name}", int(won.sum()), share(found.share(won)),
                     share(found.share(found.leaders[k])), written_level(found.response, gap)))  # fmt: skip
    several = [("several share the lead", SHARED, found.sharing)] if len(f.compared.structures) > 2 else []
    apart = [(kind, MARKS[kind], (found.kind == kind) & ~found.sharing) for kind in (SAME, OPEN)]
    for kind, mark, at in [*several, *apart]:
        rows.append((f"{mark} nobody: {kind}", int(at.sum()), share(found.share(at)), "–", "–"))
    heads = ("Structure", "Points won", "Share of points", "Leads, alone or not clearly behind the best",
             f"Mean {outcome_name(found.response)} over the map")  # fmt: skip
    return scrolling("points won", heads, rows)
