"""The page of a sweep: question, answer, map and evidence, in the order in which a reader asks."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.sweep_data import read_sweep
from sim.paths import REPORT
from sim.reporting.html import render, write_page
from sim.reporting.sweep_page import map_section, sections
from sim.reporting.sweep_page.findings import Findings, findings
from sim.reporting.sweep_page.tables import write_points

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
    made = [section for section in (make(found) for make in SECTIONS) if section is not None]
    charts = [chart for section in made for chart in section.charts]
    return render("sweep.html.j2", charts, found=found, sections=made, map=map_section.map_data(found))
