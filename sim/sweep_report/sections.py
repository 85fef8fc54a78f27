"""The sections of a sweep's report, each made from what was found; a section with nothing to say is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.charting.frame import Chart
from sim.charting.influences import influence_chart
from sim.charting.map_charts import agreement_chart, along_chart, difference_chart, loss_chart
from sim.map_verdict import share
from sim.paired import level_over
from sim.positions import SCALE
from sim.regimes import NOBODY, OPEN, SAME
from sim.report import asset, escape, table
from sim.statistics import Interval
from sim.sweep_report import tables
from sim.sweep_report.findings import Findings, two_best
from sim.sweep_report.map_data import LETTERS, MOST_ON_PAGE, ordered, stamp
from sim.swept import FAILED, NOT_RUN, is_share, losses_of, plain
from sim.wording import (
    cause_name,
    counted,
    listing,
    number,
    outcome_name,
    percent,
    points,
    share_with_interval,
)

NO_SCRIPT = "<noscript><p>The map and the charts need JavaScript. Most of their numbers stand in the tables.</p></noscript>"

MOST_REGIONS_OPEN = 3


@dataclass(frozen=True)
class Section:
    """One section: words, charts, words, and the tables to be downloaded."""

    key: str
    heading: str
    before: str = ""
    charts: Sequence[Chart] = ()
    after: str = ""
    tables: Sequence[tables.Table] = field(default=())


def scrolling(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table in a box that scrolls sideways, by keyboard as well."""
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {escape(name)}">'
    return table(columns, rows).replace('<div class="scroll">', box, 1)


def opening(f: Findings) -> str:
    """What is missing, the question, and the answer."""
    plan, said = f.sweep.plan, f.verdict
    notice = f'<p class="notice">{escape(said.notice)}</p>' if said.notice else ""
    question = str(plan.get("question") or "Under which of the settings tried does each structure do better?")
    structures = _structures(f)
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said.sentences)
    return (
        f'{notice}<h1>{escape(question)}</h1><p class="lead">{structures}<br>{escape(stamp(f))}</p>'
        f'<section class="verdict" aria-label="Verdict"><p class="headline">{escape(said.headline)}</p>'
        f"<ul>{items}</ul></section>"
    )


def _structures(f: Findings) -> str:
    if f.scale is not None:
        ends = " and ".join(f"<b>{escape(name)}</b>" for name in f.compared.structures)
        (scenario,) = f.sweep.structures
        return f"Compared: {ends}, the ends of {len(f.scale.positions)} positions, in scenario {escape(scenario)}"
    titles = {s["name"]: s.get("title") or "" for s in f.sweep.plan["scenarios"]}
    named = (
        f"<b>{escape(name)}</b>" + (f": {escape(titles[name])}" if titles.get(name) else "")
        for name in f.compared.structures
    )
    return "; ".join(named)


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
    if f.positions is not None:
        shows.append(("best_position", f"best position on {SCALE}"))
    controls += _select("map-show", "Show", shows, shows[0][0])
    many = (
        f"<p>The page holds {MOST_ON_PAGE:,} of the {f.compared.points:,} points, evenly chosen; the words use all.</p>"
        if f.compared.points > MOST_ON_PAGE
        else ""
    )
    after = (
        f'<details><summary>The map as a table</summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="Table: the map"><table id="map-table"></table></div></details>{many}'
        '<button type="button" class="csv" id="map-cells-csv">Download this map as CSV</button> '
        '<button type="button" class="csv" id="map-points-csv">Download all its points as CSV</button>'
    )
    before = (
        f'<div class="controls">{controls}</div>{_legend(f)}'
        '<h3 id="map-title" aria-live="polite"></h3>'
        '<figure tabindex="0" aria-label="Chart: the map"><div class="chart" id="map" role="img"></div></figure>'
        "<p>Each cell gathers the points that lie in it, whatever their other factors are; its colours divide it as its "
        "points divide. The letter leads the cell, with its share of points in percent.</p>"
    )
    return Section("map-section", "The map", before, after=after + _standing(f))


def _select(name: str, words: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    inside = "".join(
        f'<option value="{escape(v)}"{" selected" if v == chosen else ""}>{escape(said)}</option>'
        for v, said in options
    )
    return f'<label>{words}<select id="{name}">{inside}</select></label>'


def _legend(f: Findings) -> str:
    from sim.charting.ink import colour

    if f.found is None:
        return '<ul class="legend" id="map-legend" hidden></ul>'
    items = "".join(
        f'<li><i style="background:{colour(k)}"></i><b>{LETTERS[k]}</b> {escape(name)} wins</li>'
        for k, name in enumerate(f.compared.structures)
    )
    items += '<li><i style="background:#aab2ba"></i><b>=</b> nobody: practically the same</li>'
    items += '<li><i style="background:#e3e7eb"></i><b>?</b> nobody: not told apart</li>'
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
                     share(found.share(~found.ruled_out[k])), _level(found.response, gap)))  # fmt: skip
    for kind, mark in ((SAME, "="), (OPEN, "?")):
        at = found.kind == kind
        rows.append((f"{mark} nobody: {kind}", int(at.sum()), share(found.share(at)), "–", "–"))
    heads = ("Structure", "Points won", "Share of points", "Best, or not told apart from the best",
             f"Mean {outcome_name(found.response)} over the map")  # fmt: skip
    return scrolling("points won", heads, rows)


def _level(response: str, value: Interval) -> str:
    if is_share(response):
        return share_with_interval(value)
    mean, low, high = (number(value[end], 2) for end in ("mean", "low", "high"))
    return mean if value["low"] is None else f"{mean} ({low} to {high})"


def along(f: Findings) -> Section | None:
    """The gap along the scale, or along the only factor."""
    response = f.sweep.decided_by
    if f.scale is not None:
        key, positions = SCALE, [float(v) for v in f.scale.positions]
        everywhere = np.ones(f.scale.levels.points, bool)
        (name,) = f.sweep.structures
        levels = {name: [level_over(f.scale.levels, k, response, everywhere) for k in range(len(positions))]}
    else:
        varying = [x for x in f.sweep.factors if len(x.levels) > 1]
        if len(varying) != 1 or not varying[0].numeric or len(varying[0].levels) > 60:
            return None
        key, positions = varying[0].key, varying[0].levels
        levels = {
            name: [level_over(f.sweep, k, response, varying[0].values == v) for v in positions]
            for k, name in enumerate(f.sweep.structures)
        }
    if all(i["mean"] is None for found in levels.values() for i in found):
        return None
    chart = along_chart(key, positions, levels, response, stamp(f))
    rows = [(n, p, i["mean"], i["low"], i["high"]) for n, found in levels.items()
            for p, i in zip(positions, found, strict=True)]  # fmt: skip
    data = tables.Table("along", ("structure", key, "mean", "low", "high"), rows)
    return Section("along-section", f"Along {key}", charts=[chart], after=_best_positions(f), tables=[data])


def _best_positions(f: Findings) -> str:
    """At how many points each position is the best."""
    if f.positions is None:
        return ""
    best = f.positions.best
    rows = [(plain(float(p)), int((best == p).sum())) for p in f.positions.positions]
    inside = int(f.positions.inside.sum())
    return (
        scrolling("best positions", ("Position", "Points at which its mean gap is smallest"), rows)
        + f"<p>At {counted(inside, 'point') if inside else 'no point'} the best position lies between the ends and is "
        "told apart from both.</p>"
    )


def rules(f: Findings) -> Section | None:
    """What decides who wins, as short rules."""
    if f.rules is None or f.found is None:
        return None
    found, names = f.rules, f.compared.structures
    if not found.rules:
        accuracy = f"<p>There are no rules to give: {escape(found.why_not)}.</p>"
        return Section("rules-section", "What decides it", accuracy)
    low, high = (points(v, 0) for v in found.gain[1:])
    if found.better:
        said = (
            f"These rules, made without the points they are tried on, call <b>{share(found.accuracy)}</b> of them right; "
            f"always naming the commonest answer calls {share(found.guess)} right. The rules gain {low} to {high} "
            "percentage points (95 % interval)."
        )
    else:
        said = (
            f"<b>These rules are no better than guessing.</b> They call {share(found.accuracy)} of unseen points right; "
            f"always naming the commonest answer calls {share(found.guess)} right (gain {low} to {high} points)."
        )
    rows = []
    for rule in found.rules:
        who = "nobody" if rule.outcome == NOBODY else f"{LETTERS[rule.outcome]} {names[rule.outcome]}"
        rows.append((rule.words, who, int(rule.inside.sum()), share(rule.density), share(rule.coverage)))
    heads = ("Where", "Wins most points there", "Points", "Density: share of them won",
             "Coverage: share of all its points")  # fmt: skip
    where = {x.key: x for x in f.sweep.factors}
    meanings = "".join(
        f"<li><code>{escape(key)}</code>: {escape(where[key].sentence or 'no sentence is given')}</li>"
        for key in found.factors
        if key in where
    )
    after = f"<p>What these factors mean:</p><ul>{meanings}</ul>" if meanings else ""
    note = "<p>Rules describe the map by its edges parallel to the axes; they name no cause.</p>"
    return Section(
        "rules-section", "What decides it", f"<p>{said}</p>{scrolling('rules', heads, rows)}{note}", after=after,
        tables=[tables.rules_table(f)],
    )  # fmt: skip


def influences(f: Findings) -> Section | None:
    """What moves the response, and how much of it is luck."""
    drawn = [f.sensitivities[-1].response]
    if len(f.compared.structures) > 1:
        drawn += [f"{f.compared.decided_by} in {f.compared.structures[k]}" for k in two_best(f.compared)]
    chart = influence_chart(f.sensitivities, drawn, stamp(f))
    silent = [s for s in f.sensitivities if not s.influences]
    said = "".join(f"<li>{escape(s.response)}: {escape(s.why_not)}.</li>" for s in silent)
    notes = f"<p>Nothing can be said of:</p><ul>{said}</ul>" if said else ""
    methods = list(dict.fromkeys(s.method for s in f.sensitivities if s.influences))
    kind = str(f.sweep.plan["design"]["kind"]).replace("_", " ")
    how = "".join(f"<p>{escape(_how(method, kind))}</p>" for method in methods)
    if 1 < len(f.sensitivities) < len(f.sweep.structures) + 1:
        how += "<p>For the two structures with the smallest mean over the map, and for their difference.</p>"
    how += _luck_left(f)
    dropped = [s for s in f.sensitivities if s.left_out]
    if dropped:
        most = max(s.left_out for s in dropped)
        how += f"<p>Up to {most} points are left out, since a run there, or in their block of the design, is unknown.</p>"
    rows = [
        (response, percent(value, 0), "–" if np.isnan(low) else f"{percent(low, 0)} to {percent(high, 0)}")
        for response, (value, low, high) in f.seed_shares
        if np.isfinite(value)
    ]
    seeds = ""
    if rows:
        seeds = (
            "<h3>How much is luck: the share of a single run's variance that is due to the seed</h3>"
            + scrolling("share due to the seed", ("Response", "Due to the seed", "95 % interval"), rows)
            + "<p>The rest is due to the settings. Differences are taken within a world, so the luck that both structures "
            "share is gone from them.</p>"
        )
    return Section(
        "influences-section", "What moves it", how, [chart] if chart else [], notes + seeds,
        [tables.sensitivity_table(f), tables.seed_table(f)],
    )  # fmt: skip


def _luck_left(f: Findings) -> str:
    """How much of what the indices divide is nobody's doing."""
    known = [s for s in f.sensitivities if s.influences and np.isfinite(s.luck)]
    if not known:
        return ""
    parts = [f"{percent(min(s.luck, 1.0), 0)} for the {escape(s.response)}" for s in known]
    return (
        f"<p>Luck is left in the points' means, and the indices divide it too: of their variance {listing(parts)}. More "
        "replications make it less.</p>"
    )


def _how(method: str, kind: str) -> str:
    return {
        "morris": "Morris' screening (SALib). mu* is the mean size of the change when one factor moves across its range; "
        "sigma is large where that change depends on the other factors.",
        "sobol": "Sobol indices from a Saltelli design (SALib): the share of the variance over the ranges that a factor "
        "has alone, and with all its interactions.",
        "grid": "Shares of the variance over the grid, exact for its points: what a factor has alone, and with all its "
        "interactions. Intervals come from resampling replications.",
        "rbd_fast": "First-order indices by RBD-FAST (SALib), which suits any even sample: the share of the variance that "
        "a factor has alone. What is missing from a sum of 1 is interaction and luck. A Saltelli design gives total "
        "indices as well.",
        "rank": f"The design ({kind}) is no sample of ranges, or has holes, so there are no shares of variance; rank "
        "correlations say which way and how closely a factor and the response go together over the points.",
    }[method]


def differences(f: Findings) -> Section | None:
    """Paired differences, with intervals, corrected."""
    if not f.differences:
        return None
    response = f.compared.decided_by
    chart = difference_chart(f.differences, response, stamp(f))
    rows = [
        (f"{d.a} − {d.b}", outcome_name(d.response), _difference(d.response, d.mean, d.low, d.high),
         "yes" if d.clear else "no", d.pairs)
        for d in f.differences
    ]  # fmt: skip
    heads = ("Pair", "Outcome", "Mean difference over the map (95 % interval)", "Told apart", "Replications")
    count = counted(len(f.differences), "difference")
    words = (
        f"<p>All {count} are read together, so each is called told apart only by Holm's correction for their number; the "
        "intervals themselves are for one difference alone.</p>"
    )
    every = f"<details><summary>Every pair and every outcome</summary>{scrolling('differences', heads, rows)}</details>"
    return Section(
        "differences-section", "Paired differences", words, [chart] if chart else [], every,
        [tables.differences_table(f)],
    )  # fmt: skip


def _difference(response: str, mean: float | None, low: float | None, high: float | None) -> str:
    write, unit = (points, " points") if is_share(response) else (number, "")
    if mean is None:
        return "unknown"
    sign = "+" if mean > 0 else ""
    ends = "" if low is None else f" ({write(low)} to {write(high)})"
    return f"{sign}{write(mean)}{unit}{ends}"


def losses(f: Findings) -> Section | None:
    """Where the benefit was lost, by structure and by region of the map."""
    causes = losses_of(f.compared)
    names = f.compared.structures
    chart = loss_chart(f.regions[0], names, causes, stamp(f))
    if chart is None:
        return None
    parts = []
    for k, region in enumerate(f.regions[1:]):
        rows = [(outcome_name(f.compared.decided_by).capitalize(), *(_level("gap", g) for g in region.gap))]
        order = np.argsort(-np.nan_to_num(region.lost.max(axis=1)))
        rows += [(cause_name(causes[c]), *(points(_or_none(v)) for v in region.lost[c])) for c in order]
        heads = ("Points of intended benefit", *names)
        title = f"{region.name[0].upper()}{region.name[1:]} ({counted(region.points, 'point')})"
        opened = " open" if k < MOST_REGIONS_OPEN and len(f.regions) <= 1 + MOST_REGIONS_OPEN else ""
        parts.append(
            f"<details{opened}><summary>{escape(title)}</summary>{scrolling(title, heads, rows)}</details>"
        )
    by_region = "<h3>By region of the map</h3>" + "".join(parts) if parts else ""
    return Section(
        "losses-section", "Where the benefit was lost", "", [chart], by_region, [tables.losses_table(f)]
    )


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def replications(f: Findings) -> Section | None:
    """How many replications would have sufficed."""
    if f.enough is None:
        return None
    enough = f.enough
    words = "<p>The decision: who wins each point of the map. Read with the first replications alone, as below.</p>"
    after = ""
    if enough.open_points:
        rows = [(f"{r:,}", told, enough.open_points - told) for r, told in enough.within]
        after = (
            f"<p>Of the {counted(enough.open_points, 'point')} not told apart, so many would be if the differences seen "
            "are the true ones (a rough guess: they are uncertain themselves):</p>"
            + scrolling("replications needed", ("Replications", "Told apart", "Still not"), rows)
        )
    return Section(
        "replications-section", "Were there enough replications?", words, [agreement_chart(enough, stamp(f))], after,
        [tables.replications_table(f)],
    )  # fmt: skip


def design(f: Findings) -> Section:
    """What was tried, and how the sweep was made."""
    plan, status = f.sweep.plan, f.sweep.status
    settings = {k: v for k, v in plan["design"].items() if k != "kind" and not isinstance(v, list | dict)}
    kind = str(plan["design"]["kind"]).replace("_", " ")
    if settings:
        named = [f"{key.replace('_', ' ')} {value}" for key, value in settings.items()]
        kind += f" ({listing(named)})"
    rows = [
        ("Design", kind),
        ("Points", f"{f.sweep.points:,}"),
        ("Structures", listing(list(f.sweep.structures))),
        ("Replications", f"{f.sweep.replications:,} planned; {int(f.sweep.whole_replications.sum()):,} whole"),
        ("Runs", f"{status.size:,} planned; {int((status != NOT_RUN).sum()):,} in; {int((status == FAILED).sum()):,} failed"),
        ("Seed", plan["seed"]),
        ("Version", f"gapsim {plan['version']}, model {str(plan.get('model', ''))[:12]}"),
        ("Identity", str(plan.get("identity", ""))[:12]),
    ]  # fmt: skip
    factors = [
        (x.key, x.role, _range(x.values if x.numeric else None, x.levels), x.unit or "–", x.sentence or "–")
        for x in f.sweep.factors
    ]
    heads = ("Factor", "Role", "Tried", "Unit", "Meaning")
    words = (
        scrolling("design", ("", "This sweep"), rows)
        + "<h3>Factors: levers can be chosen, uncertainties cannot</h3>"
        + scrolling("factors", heads, factors)
    )
    return Section("design-section", "What was tried", words, tables=[tables.factors_table(f)])


def _range(values: np.ndarray | None, levels: Sequence[object]) -> str:
    if len(levels) <= 12:
        return ", ".join(plain(v) if isinstance(v, float) else str(v) for v in levels)
    if values is None:
        return f"{len(levels)} levels"
    return f"{plain(float(values.min()))} to {plain(float(values.max()))}, {len(levels)} values"


def again(f: Findings) -> str:
    """The command that gives these numbers again."""
    plan = f.sweep.plan
    return (
        f'<section id="again"><h2>Make it again</h2><p>With gapsim {escape(plan["version"])}:</p>'
        f'<pre tabindex="0">{escape(plan["command"])}</pre></section>'
    )


def footer(f: Findings) -> str:
    """Licences and stamp."""
    return f"<footer>{asset('licence.html')}<p>{escape(stamp(f))}.</p></footer>"


ALL = (the_map, along, rules, influences, differences, losses, replications, design)
"""Every section, in the order of the page."""
