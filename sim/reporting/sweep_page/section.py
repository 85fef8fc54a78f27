"""What a section of a sweep's page is made of, and how its levels are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.analysis.sweep_data import is_share
from sim.formatting import number_with_interval, share_with_interval
from sim.reporting.charts.base import Chart
from sim.stats import Interval


@dataclass(frozen=True)
class Section:
    """One section, laid out by the template of its key.

    Attributes:
        key: short name, of its template in `templates/sweep` as well.
        heading: what it is about.
        shown: what its template shows besides the findings, by name.
        charts: its charts.
        tables: its tables to be downloaded.
    """

    key: str
    heading: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()


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
