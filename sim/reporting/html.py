"""Parts that HTML pages are made of: styles, embedded data, charts, tables."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from sim.paths import CONTENT_POLICY
from sim.reporting.charts.base import Chart
from sim.storage import atomic_write_text

NO_SCRIPT = "<noscript><p>The charts need JavaScript. Their numbers stand in the tables.</p></noscript>"


def document(
    title: str, style: str, body: Iterable[str], carried: Iterable[str], scripts: Iterable[str]
) -> str:
    """The whole page as text.

    Args:
        title: plain words for the window.
        style: style sheet.
        body: parts of the page, one after the other.
        carried: data for scripts; see `carry`.
        scripts: what is run, in this order.
    """
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f"<style>{style}</style></head><body><main>{''.join(body)}</main>"
        f"{''.join(carried)}{''.join(f'<script>{script}</script>' for script in scripts)}</body></html>\n"
    )


def carry(name: str, content: str) -> str:
    """Data that the page's scripts find under a name."""
    return f'<script type="application/json" id="{name}">{content}</script>'


def chart_box(chart: Chart) -> str:
    """The place where a chart is drawn, which says what it shows to those who cannot see it."""
    spoken = escape(f"{chart.title}. {chart.summary}")
    box = f'id="{chart.key}" role="img" aria-label="{spoken}" style="height:{int(chart.layout["height"])}px"'
    return f'<div class="chart" {box}></div>'


def escape(words: object) -> str:
    """Text from a scenario file, made safe for the page; a number is not parted from its percent sign."""
    return html.escape(str(words)).replace(" %", "\u00a0%")


def table(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table whose first column names its rows."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>'
        for first, *others in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def asset(name: str) -> str:
    """The text of a file that reports are put together from."""
    return resources.files("sim").joinpath("reporting", "assets", name).read_text(encoding="utf-8")


def write_page(page: str, target: Path) -> Path:
    """Write a page beside its place and move it there when it is whole; its folder is made if need be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(target, page)
    return target
