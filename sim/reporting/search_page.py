"""The page of a search: trade-offs, the front, regret, where chosen policies fail, and convergence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.analysis.search.choice import Chosen
from sim.analysis.search.run import SearchResult
from sim.experiments.experiment import Experiment
from sim.formatting import counted
from sim.model import provenance
from sim.reporting import search_text
from sim.reporting.charts.search import (
    chosen_table,
    convergence_chart,
    front_chart,
    regret_map,
    trade_off_lines,
    trade_offs,
)
from sim.reporting.discovery_text import in_words
from sim.reporting.html import render, write_page


def write_search(
    experiment: Experiment,
    result: SearchResult,
    chosen: Sequence[Chosen],
    pairs: tuple[int, int],
    target: Path,
) -> Path:
    """Write the page of a search.

    Args:
        experiment: what was searched.
        result: what was found.
        chosen: the policies to look at.
        pairs: pairs of policies that cannot be separated, and of how many.
        target: the page's file.
    """
    front = result.front
    fresh = 0 if front is None else front.outcomes.shape[1]
    made_by = f"n = {counted(fresh, 'fresh future')} · seed {experiment.seed} · gapsim {provenance.version()} · not a forecast"
    charts = [] if front is None else [
        trade_offs(result, made_by),
        front_chart(result, chosen, made_by),
        regret_map(result, made_by),
        convergence_chart(result, made_by),
    ]  # fmt: skip
    fails = [
        (
            f"policy {one.policy + 1}",
            one.because,
            f"{one.failing:.0%}",
            "; or ".join(in_words(box) for box in one.fails.boxes) or one.fails.why_not or "no region",
            "yes" if one.fails.better_than_guessing else "no",
        )
        for one in chosen
    ]
    page = render(
        "search.html.j2",
        charts,
        experiment=experiment,
        headline=search_text.headline(result),
        sentences=search_text.reasons(result, chosen, pairs),
        chosen=[f"policy {one.policy + 1} {one.because}" for one in chosen],
        chosen_rows=[] if front is None else chosen_table(front, chosen, result.crossing.objectives),
        fails=fails,
        lines={} if front is None else trade_off_lines(result),
        made_by=made_by,
    )
    return write_page(page, target)
