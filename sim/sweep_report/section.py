"""What a section of the report is made of, and how its tables and levels are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sim.charting.frame import Chart
from sim.page import escape, table
from sim.statistics import Interval
from sim.sweep_analysis.swept import is_share
from sim.sweep_report.tables import Table
from sim.wording import number, share_with_interval


@dataclass(frozen=True)
class Section:
    """One section: words, charts, words, and the tables to be downloaded."""

    key: str
    heading: str
    before: str = ""
    charts: Sequence[Chart] = ()
    after: str = ""
    tables: Sequence[Table] = field(default=())


def scrolling(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table in a box that scrolls sideways, by keyboard as well."""
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {escape(name)}">'
    return table(columns, rows).replace('<div class="scroll">', box, 1)


def written_level(response: str, value: Interval) -> str:
    """A mean of the deciding response, with its interval, in its own unit."""
    if is_share(response):
        return share_with_interval(value)
    mean, low, high = (number(value[end], 2) for end in ("mean", "low", "high"))
    return mean if value["low"] is None else f"{mean} ({low} to {high})"
