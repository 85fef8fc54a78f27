"""The page of scenario discovery: where a condition holds, how sure that is, and pictures of it."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.discovery import Discovery, feature_scores
from sim.analysis.sweep_data import Sweep
from sim.formatting import counted
from sim.reporting import discovery_text
from sim.reporting.charts.discovery import (
    boxes_table,
    region_chart,
    score_chart,
    stacked_chart,
    trajectory_chart,
)
from sim.reporting.html import render, write_page


def write_discovery(sweep: Sweep, found: Discovery, target: Path) -> Path:
    """Write the page of what was discovered about a condition.

    Args:
        sweep: what has come in.
        found: what was discovered.
        target: the page's file.
    """
    plan = sweep.plan
    made_by = (
        f"n = {counted(found.points, 'design point')} × {counted(sweep.replications, 'replication')} · seed {plan['seed']} · "
        f"gapsim {plan['version']} · not a forecast"
    )
    charts = [region_chart(found, sweep.factors, made_by), trajectory_chart(found, made_by)]
    if found.cases not in (0, found.points):
        scores = feature_scores(sweep.factors, found.condition, int(plan["seed"]))
        charts += [score_chart(scores, made_by), stacked_chart(found, sweep.factors, scores, made_by)]
    drawn = [chart for chart in charts if chart is not None]
    page = render(
        "discovery.html.j2",
        drawn,
        plan=plan,
        found=found,
        headline=discovery_text.headline(found),
        sentences=discovery_text.reasons(found),
        method=discovery_text.METHOD_NAMES[found.method],
        boxes=boxes_table(found),
        made_by=made_by,
    )
    return write_page(page, target)
