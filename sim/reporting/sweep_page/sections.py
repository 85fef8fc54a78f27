"""Sections below the map: what decides the best scenario, what moves the gap, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.paired import level_over
from sim.analysis.regime_map import SCALE
from sim.analysis.sweep_data import FAILED, NOT_RUN, is_share, losses_of, plain
from sim.formatting import listing, number, percent, points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.sensitivity import influence_chart
from sim.reporting.charts.sweep import (
    agreement_chart,
    along_chart,
    contrast_chart,
    difference_chart,
    loss_chart,
)
from sim.reporting.sweep_page import section, tables
from sim.reporting.sweep_page.findings import Findings, two_best
from sim.reporting.sweep_page.map_section import stamp
from sim.reporting.sweep_page.section import Section, written_level
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
    best = []
    if f.positions is not None:
        best = [(plain(float(p)), int((f.positions.best == p).sum())) for p in f.positions.positions]
    return Section("along", f"Along {key}", {"best": best}, [chart], [data])


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
    return Section(
        "contrasts",
        "Point against point",
        charts=[c for c in charts if c is not None],
        tables=[tables.contrasts_table(f)],
    )


def rules(f: Findings) -> Section | None:
    """What decides who wins, as short rules."""
    if f.rules is None:
        return None
    made, asked, two = [tables.rules_table(f, f.rules, "rules")], [*f.rules.factors], []
    if f.rules_of_two is not None:
        two = [f.compared.structures[k] for k in two_best(f.compared)]
        made.append(tables.rules_table(f, f.rules_of_two, "rules-of-two"))
        asked += f.rules_of_two.factors
    where = {x.key: x for x in f.sweep.factors}
    meanings = [where[key] for key in dict.fromkeys(asked) if key in where]
    shown = {"two": two, "asked": asked, "meanings": meanings}
    return Section("rules", "What decides it", shown, tables=made)


def influences(f: Findings) -> Section | None:
    """What moves the response, and how much of it is chance."""
    drawn = [f.sensitivities[-1].response]
    if len(f.compared.structures) > 1:
        drawn += [f"{f.compared.decided_by} in {f.compared.structures[k]}" for k in two_best(f.compared)]
    chart = influence_chart(f.sensitivities, drawn, stamp(f))
    known = [s for s in f.sensitivities if s.influences]
    shown = {
        "methods": list(dict.fromkeys(s.method for s in known)),
        "only_two_best": 1 < len(f.sensitivities) < len(f.sweep.structures) + 1,
        # How much of what the indices divide is nobody's doing.
        "chance": [
            f"{percent(min(s.chance_share, 1.0), 0)} for the {s.response}"
            for s in known
            if np.isfinite(s.chance_share)
        ],
        "left_out": max(s.left_out for s in f.sensitivities),
        "silent": [s for s in f.sensitivities if not s.influences],
        "seeds": [
            (
                response,
                percent(value, 0),
                "–" if np.isnan(low) else f"{percent(low, 0)} to {percent(high, 0)}",
            )
            for response, (value, low, high) in f.seed_shares
            if np.isfinite(value)
        ],
    }
    made = [tables.sensitivity_table(f), tables.seed_table(f)]
    return Section("influences", "What moves it", shown, [chart] if chart else [], made)


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
    made = [tables.differences_table(f)]
    return Section("differences", "Paired differences", {"rows": rows}, [chart] if chart else [], made)


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
    by_region = []
    for region in f.regions[1:]:
        rows = [
            (outcome_name(f.compared.decided_by).capitalize(), *(written_level("gap", g) for g in region.gap))
        ]
        order = np.argsort(-np.nan_to_num(region.lost.max(axis=1)))
        rows += [(cause_name(causes[c]), *(points(known_or_none(v)) for v in region.lost[c])) for c in order]
        by_region.append((region, rows))
    made = [tables.losses_table(f)]
    return Section("losses", "Where the benefit was lost", {"regions": by_region}, [chart], made)


def replications(f: Findings) -> Section | None:
    """How many replications would have sufficed."""
    if f.enough is None:
        return None
    chart = agreement_chart(f.enough, stamp(f))
    made = [tables.replications_table(f)]
    return Section("replications", "Were there enough replications?", charts=[chart], tables=made)


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
    shown = {"sweep": rows, "factors": factors}
    return Section("design", "What was tried", shown, tables=[tables.factors_table(f)])


def _range(values: np.ndarray | None, levels: Sequence[object]) -> str:
    if len(levels) <= 12:
        return ", ".join(plain(v) if isinstance(v, float) else str(v) for v in levels)
    if values is None:
        return f"{len(levels)} levels"
    return f"{plain(float(values.min()))} to {plain(float(values.max()))}, {len(levels)} values"
