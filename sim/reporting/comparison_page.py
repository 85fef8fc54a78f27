"""The HTML report of a comparison: the answer, its charts, and what was assumed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.comparison import HEADLINE_OUTCOMES, differences
from sim.formatting import counted, listing, number
from sim.model.decision_rights import ROWS, columns
from sim.model.interventions import timing
from sim.model.schema import Declaration, declarations, value_of
from sim.model.schema import power_table as rights_of
from sim.model.vocabulary import outcome_name
from sim.reporting.charts.base import Chart
from sim.reporting.charts.render import charts, drawing, library
from sim.reporting.charts.tile_maps import tiles
from sim.reporting.comparison_text import Verdict, verdict
from sim.reporting.html import NO_SCRIPT, asset, carry, chart_box, document, escape, table, write_page
from sim.reporting.wording import written_difference, written_level
from sim.stats import interval

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.runner.compare import Comparison


NO_MAP = (
    "<h2>Map</h2><p>No map is drawn: the table of places does not give every place a tile of its own "
    "(columns <code>tile_row</code> and <code>tile_col</code>).</p>"
)


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
    drawn = charts(comparison)
    parts = [
        f"<h1>Where power resides, and the implementation gap</h1>{_lead(comparison)}",
        _verdict(verdict(comparison)),
        _contents(drawn, comparison),
        _headline_numbers(comparison),
        NO_SCRIPT,
        *(_chart(chart) for chart in drawn),
        NO_MAP if tiles(comparison) is None else "",
        _all_differences(comparison),
        _assumptions(comparison),
        asset("reading.html"),
        _again(comparison, command),
        f"<footer>{asset('licence.html')}<p>{_made_by(comparison)}. Not a forecast: one point of a map.</p></footer>",
    ]
    names = ", ".join(scenario.name for scenario in comparison.scenarios)
    return document(
        f"{names}: the implementation gap",
        asset("report.css"),
        parts,
        [carry(f"{chart.key}-drawing", drawing(chart)) for chart in drawn],
        [library(), asset("report.js")],
    )


def _made_by(comparison: Comparison) -> str:
    runs = counted(
        comparison.replications, "paired replication" if len(comparison.scenarios) > 1 else "replication"
    )
    return f"gapsim {escape(comparison.version)} · seed {comparison.seed} · n = {runs}"


def _lead(comparison: Comparison) -> str:
    scenarios = comparison.scenarios
    named = "; ".join(
        f"<b>{escape(s.name)}</b>" + (f": {escape(s.title)}" if s.title else "") for s in scenarios
    )
    places, months = len(scenarios[0].places["name"]), scenarios[0].series["gap"].shape[1]
    return f'<p class="lead">{named}.<br>{places} places · {months} months · {_made_by(comparison)}</p>'


def _verdict(said: Verdict) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said.sentences)
    headline = f'<p class="headline">{escape(said.headline)}</p>'
    return f'<section class="verdict" aria-label="Verdict">{headline}<ul>{items}</ul></section>'


def _contents(drawn: list[Chart], comparison: Comparison) -> str:
    places = [(f"{chart.key}-section", chart.heading) for chart in drawn]
    if len(comparison.scenarios) > 1:
        places.append(("numbers", "All differences"))
    places += [
        ("assumptions", "What was assumed"),
        ("reading", "How to read this"),
        ("again", "Make it again"),
    ]
    links = " ".join(f'<a href="#{place}">{escape(words)}</a>' for place, words in places)
    return f'<nav aria-label="Contents">{links}</nav>'


def _headline_numbers(comparison: Comparison) -> str:
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
    return table(heads, rows)


def _chart(chart: Chart) -> str:
    return (
        f'<section id="{chart.key}-section"><h2>{escape(chart.heading)}</h2>'
        f"<figure>{chart_box(chart)}</figure>"
        f"<details><summary>What the chart shows, and its numbers</summary><p>{escape(chart.summary)}</p>"
        f"{table(chart.columns, chart.rows)}</details></section>"
    )


def _all_differences(comparison: Comparison) -> str:
    if len(comparison.scenarios) < 2:
        return ""
    rows = [
        (f"{d.a} − {d.b}", outcome_name(d.outcome), written_difference(d), d.pairs)
        for d in differences(comparison)
    ]
    numbers = table(("Pair", "Outcome", "Mean difference (95 % interval)", "Pairs"), rows)
    opening = "<details><summary>Every pair and every outcome, each interval read alone</summary>"
    return f'<section id="numbers"><h2>All paired differences</h2>{opening}{numbers}</details></section>'


def _assumptions(comparison: Comparison) -> str:
    names = [s.name for s in comparison.scenarios]
    parts = [
        '<section id="assumptions"><h2>What was assumed</h2>',
        "<h3>Where power resides at the start: who holds which right, in percent</h3>",
        table(("Right", *names), power_table(comparison)),
    ]
    if len(names) > 1:
        rows = differing(comparison)
        parts.append("<h3>What else the scenarios differ in</h3>")
        parts.append(
            table(("Parameter", *names, "Meaning"), rows) if rows else "<p>In no other parameter.</p>"
        )
    dated = interventions(comparison)
    if dated:
        columns = ("Scenario", "From month", "Parameter", "New value", "Where")
        parts.append("<h3>Dated changes</h3>" + table(columns, dated))
    rows = not_default(comparison)
    if rows:
        columns = ("Parameter", "Value", "Default", "Unit", "Meaning")
        parts.append("<h3>Not at its default, in all of them</h3>" + table(columns, rows))
    parts.append(
        "<p>Every other parameter has its declared default; <code>gapsim config</code> lists them, and "
        "<code>gapsim explain NAME</code> gives source and range of each. Most sizes are assumptions.</p></section>"
    )
    return "".join(parts)


def _again(comparison: Comparison, command: str | None) -> str:
    names = " ".join(s.name for s in comparison.scenarios)
    default = f"gapsim compare {names} --replications {comparison.replications} --seed {comparison.seed}"
    version = escape(comparison.version)
    return (
        f'<section id="again"><h2>Make it again</h2><p>With gapsim {version}:</p>'
        f"<pre>{escape(command or default)}</pre></section>"
    )


HOLDERS = {"centre": "centre", "authorities": "authorities", "third_sector": "third sector", "users": "users"}
NOT_GIVEN = "not given"


def power_table(comparison: Comparison) -> list[tuple[str, ...]]:
    """Row by row who holds each right at the start, in every scenario."""
    tables = [rights_of(s.parameters) for s in comparison.scenarios]
    return [(row.replace("_", " "), *(_shares(row, table[row]) for table in tables)) for row in ROWS]


def _shares(row: str, shares: Any) -> str:
    held = [
        f"{HOLDERS.get(who, who)} {number(100 * shares[who], 0)}" for who in columns(row) if shares[who] > 0
    ]
    return ", ".join(held)


def _written(value: Any) -> str:
    if value is None:
        return NOT_GIVEN
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return listing([f"{key} {_written(v)}" for key, v in value.items()])
    return str(value)


def _others() -> list[Declaration]:
    return [d for d in declarations().values() if d.group != "power"]


def differing(comparison: Comparison) -> list[tuple[str, ...]]:
    """Parameters outside the table of power that are not equal in all scenarios, with their meaning."""
    trees = [s.parameters for s in comparison.scenarios]
    found = []
    for d in _others():
        values = [value_of(tree, d.key) for tree in trees]
        if any(v != values[0] for v in values[1:]):
            found.append((d.key, *(_written(v) for v in values), d.sentence))
    return found


def not_default(comparison: Comparison) -> list[tuple[str, ...]]:
    """Parameters outside the table of power that all scenarios share and that are not the declared defaults."""
    trees = [s.parameters for s in comparison.scenarios]
    found: list[tuple[str, ...]] = []
    for d in _others():
        values = [value_of(tree, d.key) for tree in trees]
        if all(v == values[0] for v in values) and values[0] != d.default:
            found.append((d.key, _written(values[0]), _written(d.default), d.unit, d.sentence))
    return found


def interventions(comparison: Comparison) -> list[tuple[str, ...]]:
    """Dated changes, scenario by scenario."""
    return [row for s in comparison.scenarios for row in _dated(s.name, s.parameters)]


def _dated(name: str, parameters: Parameters) -> list[tuple[str, ...]]:
    return [
        (
            name,
            timing(i).removeprefix("from month "),
            i.key,
            _written(i.value),
            listing(list(i.places)) if i.places else "everywhere",
        )
        for i in parameters.interventions
    ]
