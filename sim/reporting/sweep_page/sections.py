"""Sections below the map: what decides the best scenario, what moves the gap, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.decision_rules import Rules
from sim.analysis.paired import level_over
from sim.analysis.regime_map import NOBODY, SCALE
from sim.analysis.sweep_data import FAILED, NOT_RUN, is_share, losses_of, plain
from sim.formatting import counted, listing, number, percent, points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.forest import contrast_chart
from sim.reporting.charts.sensitivity import influence_chart
from sim.reporting.charts.sweep import agreement_chart, along_chart, difference_chart, loss_chart
from sim.reporting.html import escape
from sim.reporting.sweep_page import section, tables
from sim.reporting.sweep_page.findings import Findings, two_best
from sim.reporting.sweep_page.map_section import LETTERS, stamp
from sim.reporting.sweep_page.section import Section, scrolling, written_level
from sim.reporting.sweep_text.headline import share
from sim.stats import known_or_none


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
    data = section.Table("along", ("structure", key, "mean", "low", "high"), rows)
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
        "significantly different from both.</p>"
    )


def point_against_point(f: Findings) -> Section | None:
    """What changes from point to point in one structure, where points were written down one by one."""
    if not f.contrasts:
        return None
    share, made_by = is_share(f.compared.decided_by), stamp(f)
    groups = dict.fromkeys(c.group for c in f.contrasts)
    charts = [
        contrast_chart(f"contrasts-{k}", [c for c in f.contrasts if c.group == group], share, made_by)
        for k, group in enumerate(groups)
    ]
    words = (
        f"<p>Each point is compared with the one that its group starts from, in the same structure and the same "
        "replications. All "
        f"{counted(len(f.contrasts), 'contrast')} are read together, so each is called significantly different only by Holm's "
        "correction.</p>"
    )
    return Section(
        "contrasts-section", "Point against point", words, [c for c in charts if c is not None],
        tables=[tables.contrasts_table(f)],
    )  # fmt: skip


def rules(f: Findings) -> Section | None:
    """What decides who wins, as short rules."""
    if f.rules is None:
        return None
    words = _rules(f, f.rules)
    made = [tables.rules_table(f, f.rules, "rules")]
    asked = [*f.rules.factors]
    if f.rules_of_two is not None:
        names = listing([f.compared.structures[k] for k in two_best(f.compared)])
        words += f"<h3>Between {escape(names)} alone, the two with the smallest mean over the map</h3>"
        words += _rules(f, f.rules_of_two)
        made.append(tables.rules_table(f, f.rules_of_two, "rules-of-two"))
        asked += f.rules_of_two.factors
    if asked:
        words += "<p>Rules describe the map by its edges parallel to the axes; they name no cause.</p>"
    where = {x.key: x for x in f.sweep.factors}
    meanings = "".join(
        f"<li><code>{escape(key)}</code>: {escape(where[key].sentence or 'no sentence is given')}</li>"
        for key in dict.fromkeys(asked)
        if key in where
    )
    after = f"<p>What these factors mean:</p><ul>{meanings}</ul>" if meanings else ""
    return Section("rules-section", "What decides it", words, after=after, tables=made)


def _rules(f: Findings, found: Rules) -> str:
    """How good some rules are, and the rules."""
    if not found.rules:
        return f"<p>There are no rules to give: {escape(found.why_not)}.</p>"
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
        who = "nobody"
        if rule.outcome != NOBODY:
            who = f"{LETTERS[rule.outcome]} {f.compared.structures[rule.outcome]}"
        rows.append((rule.words, who, int(rule.inside.sum()), share(rule.density), share(rule.coverage)))
    heads = ("Where", "Wins most points there", "Points", "Density: share of them won",
             "Coverage: share of all its points")  # fmt: skip
    return f"<p>{said}</p>{scrolling('rules', heads, rows)}"


def influences(f: Findings) -> Section | None:
    """What moves the response, and how much of it is chance."""
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
    how += _remaining_variance(f)
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
            "<h3>How much is chance: the share of a single run's variance that is due to the seed</h3>"
            + scrolling("share due to the seed", ("Response", "Due to the seed", "95 % interval"), rows)
            + "<p>The rest is due to the settings. Differences are taken within a replication, so the chance that "
            "both structures "
            "share is gone from them.</p>"
        )
    return Section(
        "influences-section", "What moves it", how, [chart] if chart else [], notes + seeds,
        [tables.sensitivity_table(f), tables.seed_table(f)],
    )  # fmt: skip


def _remaining_variance(f: Findings) -> str:
    """How much of what the indices divide is nobody's doing."""
    known = [s for s in f.sensitivities if s.influences and np.isfinite(s.chance_share)]
    if not known:
        return ""
    parts = [f"{percent(min(s.chance_share, 1.0), 0)} for the {escape(s.response)}" for s in known]
    return (
        f"<p>Chance is part of the points' means, and the indices include it: of their variance {listing(parts)}. More "
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
        "a factor has alone. What is missing from a sum of 1 is interaction and chance. A Saltelli design gives total "
        "indices as well.",
        "rank": f"The design ({kind}) is no sample of ranges, or has holes, so there are no shares of variance; rank "
        "correlations say which way and how closely a factor and the response go together over the points.",
    }[method]


MOST_REGIONS_OPEN = 3


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
    heads = ("Pair", "Outcome", "Mean difference over the map (95 % interval)", "Significant", "Replications")
    count = counted(len(f.differences), "difference")
    words = (
        f"<p>All {count} are read together, so each is called significantly different only after Holm's "
        "correction for their number; the "
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
    return with_interval(f"{sign}{write(mean)}{unit}", low, high, write)


def losses(f: Findings) -> Section | None:
    """Where the benefit was lost, by structure and by region of the map."""
    causes = losses_of(f.compared)
    names = f.compared.structures
    chart = loss_chart(f.regions[0], names, causes, stamp(f))
    if chart is None:
        return None
    parts = []
    for k, region in enumerate(f.regions[1:]):
        rows = [
            (outcome_name(f.compared.decided_by).capitalize(), *(written_level("gap", g) for g in region.gap))
        ]
        order = np.argsort(-np.nan_to_num(region.lost.max(axis=1)))
        rows += [(cause_name(causes[c]), *(points(known_or_none(v)) for v in region.lost[c])) for c in order]
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


def replications(f: Findings) -> Section | None:
    """How many replications would have sufficed."""
    if f.enough is None:
        return None
    enough = f.enough
    words = "<p>The decision: who wins each point of the map. Read with the first replications alone, as below.</p>"
    after = ""
    if enough.open_points:
        rows = [(f"{r:,}", decided, enough.open_points - decided) for r, decided in enough.within]
        after = (
            f"<p>Of the {counted(enough.open_points, 'point')} not significantly different, so many would be if "
            "the differences seen "
            "are the true ones (a rough guess: they are uncertain themselves):</p>"
            + scrolling("replications needed", ("Replications", "Significant", "Still not"), rows)
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
