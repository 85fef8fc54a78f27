"""The page: question, answer, map, and what stands behind them, in the order in which a reader asks."""

from __future__ import annotations

from pathlib import Path

from sim.charting.frame import Chart
from sim.charts import drawing, embedded, library
from sim.page import asset, carry, chart_box, document, escape, write_page
from sim.result_files import REPORT
from sim.sweep_analysis.swept import read_sweep
from sim.sweep_report import deciding_sections, evidence_sections, map_section, opening
from sim.sweep_report.findings import Findings, findings
from sim.sweep_report.map_data import file_name, map_data
from sim.sweep_report.points_file import write_points
from sim.sweep_report.section import Section, scrolling
from sim.sweep_report.tables import Table

SECTIONS = (
    map_section.the_map,
    map_section.point_by_point,
    deciding_sections.point_against_point,
    deciding_sections.along,
    deciding_sections.rules,
    deciding_sections.influences,
    evidence_sections.differences,
    evidence_sections.losses,
    evidence_sections.replications,
    evidence_sections.design,
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
        opening.opening(found),
        f'<nav aria-label="Contents">{links}</nav>',
        opening.NO_SCRIPT,
        *(_section(found, s) for s in made),
        asset("sweep_reading.html"),
        opening.again(found),
        opening.footer(found),
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
