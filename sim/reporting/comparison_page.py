"""The HTML report of a comparison: the answer, its charts, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.comparison import HEADLINE_OUTCOMES, differences
from sim.formatting import listing, number
from sim.model.decision_rights import ROWS, columns
from sim.model.interventions import timing
from sim.model.schema import Declaration, declarations, value_of
from sim.model.schema import power_table as rights_of
from sim.model.vocabulary import outcome_name
from sim.reporting.charts.render import charts
from sim.reporting.charts.tile_maps import tiles
from sim.reporting.comparison_text import verdict
from sim.reporting.html import render, write_page
from sim.reporting.wording import written_difference, written_level
from sim.stats import interval

if TYPE_CHECKING:
    from sim.runner.compare import Comparison


def write_report(comparison: Comparison, path: str | Path, command: str | None = None) -> Path:
    """Write the report; a reader never finds half of one.

    Args:
        comparison: what to report.
        path: where the HTML file goes; its folder is made if need be.
        command: the command that gives these numbers again; by default the one without overrides.

    Returns:
        The path written.
    """
    return write_page(report_html(comparison, command), Path(path))


def report_html(comparison: Comparison, command: str | None = None) -> str:
    """The whole page as text."""
    names = " ".join(s.name for s in comparison.scenarios)
    default = f"gapsim compare {names} --replications {comparison.replications} --seed {comparison.seed}"
    return render(
        "comparison.html.j2",
        charts(comparison),
        comparison=comparison,
        verdict=verdict(comparison),
        headline_numbers=headline_numbers(comparison),
        mapped=tiles(comparison) is not None,
        differences=[
            (f"{d.a} − {d.b}", outcome_name(d.outcome), written_difference(d), d.pairs)
            for d in differences(comparison)
        ],
        power=power_table(comparison),
        differing=differing(comparison),
        interventions=interventions(comparison),
        not_default=not_default(comparison),
        command=command or default,
    )


def headline_numbers(comparison: Comparison) -> tuple[list[str], list[list[object]]]:
    """Columns and rows of the first table: every headline outcome, of two scenarios with their paired difference."""
    scenarios = comparison.scenarios
    apart = {d.outcome: d for d in differences(comparison)} if len(scenarios) == 2 else {}
    heads = ["Mean (95 % interval)", *(s.name for s in scenarios)]
    if apart:
        heads += [f"Paired difference, {scenarios[0].name} − {scenarios[1].name}", "Pairs"]
    rows: list[list[object]] = []
    for outcome in HEADLINE_OUTCOMES:
        if all(outcome in s.summaries for s in scenarios):
            row = [written_level(outcome, interval(s.summaries[outcome])) for s in scenarios]
            rows.append([outcome_name(outcome).capitalize(), *row])
        if outcome in apart:
            rows[-1] += [written_difference(apart[outcome]), apart[outcome].pairs]
    return heads, rows


def power_table(comparison: Comparison) -> list[tuple[str, ...]]:
    """Row by row who holds each right at the start, in every scenario."""
    tables = [rights_of(s.parameters) for s in comparison.scenarios]
    return [(row.replace("_", " "), *(_shares(row, table[row]) for table in tables)) for row in ROWS]


def _shares(row: str, shares: Any) -> str:
    held = [who for who in columns(row) if shares[who] > 0]
    return ", ".join(f"{who.replace('_', ' ')} {number(100 * shares[who], 0)}" for who in held)


def _written(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return listing([f"{key} {_written(v)}" for key, v in value.items()])
    return str(value)


def _values(comparison: Comparison) -> Iterator[tuple[Declaration, list[Any]]]:
    """Each parameter outside the table of power, with its value in every scenario."""
    for d in declarations().values():
        if d.group != "power":
            yield d, [value_of(s.parameters, d.key) for s in comparison.scenarios]


def differing(comparison: Comparison) -> list[tuple[str, ...]]:
    """Parameters outside the table of power that are not equal in all scenarios, with their meaning."""
    return [
        (d.key, *map(_written, values), d.sentence)
        for d, values in _values(comparison)
        if any(v != values[0] for v in values)
    ]


def not_default(comparison: Comparison) -> list[tuple[str, ...]]:
    """Parameters outside the table of power that all scenarios share and that are not the declared defaults."""
    return [
        (d.key, _written(values[0]), _written(d.default), d.unit, d.sentence)
        for d, values in _values(comparison)
        if all(v == values[0] for v in values) and values[0] != d.default
    ]


def interventions(comparison: Comparison) -> list[tuple[str, ...]]:
    """Changes in mid-run, scenario by scenario."""
    return [
        (
            scenario.name,
            timing(change).removeprefix("from month "),
            change.key,
            _written(change.value),
            listing(list(change.places)) if change.places else "everywhere",
        )
        for scenario in comparison.scenarios
        for change in scenario.parameters.interventions
    ]
