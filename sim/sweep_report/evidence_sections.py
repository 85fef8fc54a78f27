"""Sections on what stands behind the map: differences, losses, replications, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.charting.map_charts import agreement_chart, difference_chart, loss_chart
from sim.page import escape
from sim.statistics import known_or_none
from sim.sweep_analysis.swept import FAILED, NOT_RUN, is_share, losses_of, plain
from sim.sweep_report import tables
from sim.sweep_report.findings import Findings
from sim.sweep_report.map_data import stamp
from sim.sweep_report.section import Section, scrolling, written_level
from sim.wording import cause_name, counted, listing, number, outcome_name, points

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
