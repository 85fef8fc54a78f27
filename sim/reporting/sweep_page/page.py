"""The page of a sweep: question, answer, map and evidence, in the order in which a reader asks."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.sweep_data import read_sweep
from sim.paths import REPORT
from sim.reporting.charts.base import Chart
from sim.reporting.charts.render import drawing, embedded, library
from sim.reporting.html import asset, carry, chart_box, document, escape, write_page
from sim.reporting.sweep_page import map_section, sections
from sim.reporting.sweep_page.findings import Findings, findings
from sim.reporting.sweep_page.map_section import file_name, map_data, stamp
from sim.reporting.sweep_page.section import Section, Table, scrolling
from sim.reporting.sweep_page.tables import write_points

NO_SCRIPT = "<noscript><p>The map and the charts need JavaScript. Most of their numbers stand in the tables.</p></noscript>"


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


SECTIONS = (
    map_section.the_map,
    map_section.point_by_point,
    sections.point_against_point,
    sections.along,
    sections.rules,
    sections.influences,
    sections.differences,
    sections.losses,
    sections.replications,
    sections.design,
)
"""Every section, in the order of the page."""


def write_sweep_report(folder: Path, target: Path | None = None) -> tuple[Path, Findings]:
    """Read a sweep's results folder and write its report; a reader never finds half of one.

    Args:
        folder: the results folder, finished or not.
        target: where the page goes; `report.html` in the folder by default.

    Returns:
        The path written, and what was found.

    Raises:
        InputProblems: when the folder is not that of a sweep.
    """
    found = findings(read_sweep(folder))
    page = write_page(sweep_html(found), target or folder / REPORT)
    write_points(found, page.parent)
    return page, found


def sweep_html(found: Findings) -> str:
    """The whole page as text."""
    plan = found.sweep.plan
    made = [section for section in (make(found) for make in SECTIONS) if section is not None]
    links = " ".join(f'<a href="#{s.key}">{escape(s.heading)}</a>' for s in made)
    parts = [
        opening(found),
        f'<nav aria-label="Contents">{links}</nav>',
        NO_SCRIPT,
        *(_section(found, s) for s in made),
        asset("sweep_reading.html"),
        again(found),
        footer(found),
    ]
    charts = [chart for s in made for chart in s.charts]
    data = [table for s in made for table in s.tables]
    carried = [carry(f"{c.key}-drawing", drawing(c)) for c in charts]
    carried += [carry(f"{t.key}-table", embedded({"columns": t.columns, "rows": t.rows})) for t in data]
    carried.append(carry("map-data", embedded(map_data(found))))
    scripts = [library(), asset("report.js").replace('".chart"', '".chart:not(#map)"'), asset("downloads.js")]
    scripts.append(asset("map.js") if any(s.key == "map-section" for s in made) else "")
    return document(
        f"{plan['name']}: where which structure closes the gap",
        asset("report.css") + asset("sweep.css"),
        parts,
        carried,
        [script for script in scripts if script],
    )


def _section(found: Findings, section: Section) -> str:
    downloads = "".join(
        _button(found, table, len(section.tables) > 1) for table in section.tables if table.rows
    )
    body = section.before + "".join(_chart(chart) for chart in section.charts) + section.after
    return f'<section id="{section.key}"><h2>{escape(section.heading)}</h2>{body}{downloads}</section>'


def _button(found: Findings, table: Table, several: bool) -> str:
    name = f"{file_name(found)}-{table.key}.csv"
    which = f" ({table.key.replace('-', ' ')})" if several else ""
    return (
        f'<button type="button" class="csv" data-table="{table.key}-table" data-name="{escape(name)}">'
        f'Download as CSV{which}<span class="hidden"> {escape(table.key)}</span></button> '
    )


def _chart(chart: Chart) -> str:
    return (
        f'<figure tabindex="0" aria-label="Chart: {escape(chart.heading)}">{chart_box(chart)}</figure>'
        f"<details><summary>What the chart shows, and its numbers</summary><p>{escape(chart.summary)}</p>"
        f"{scrolling(chart.heading, chart.columns, chart.rows)}</details>"
    )
