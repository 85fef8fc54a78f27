"""What a section of a sweep's page is made of, and how its tables and levels are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.analysis.sweep_data import is_share
from sim.formatting import number_with_interval, share_with_interval
from sim.reporting.charts.base import Chart
from sim.reporting.html import escape, table
from sim.stats import Interval


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
    return share_with_interval(value) if is_share(response) else number_with_interval(value, 2)


@dataclass(frozen=True)
class Table:
    """Columns and rows of numbers and words.

    Attributes:
        key: short name, also of the file.
        columns: their names.
        rows: one tuple a row.
    """

    key: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
