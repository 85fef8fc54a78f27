"""A table of design points that somebody made elsewhere: a CSV whose header is keys of parameters."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.declarations import Declaration, declarations, nearest_key
from sim.experiments.factors import column
from sim.experiments.point_checks import allowed
from sim.problems import Problem, shown
from sim.renamed import RENAMED, Written, today
from sim.renamed import value as value_now

MOST_SHOWN = 3


def read(path: str | Path) -> tuple[dict[str, Any], list[Problem]]:
    """The columns of a table, and all that is wrong with its form.

    An empty cell means "as the scenario says". Bounds are checked later, with all points.

    Returns:
        One column for each key, and the problems.
    """
    where = os.path.relpath(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return {}, [Problem(where, "table", f"cannot be read ({error})")]
    problems = _header_problems(where, header)
    if header and not rows:
        problems.append(Problem(where, "table", "has no rows: each row below the header is a design point"))
    wrong = [number for number, row in enumerate(rows) if len(row) != len(header)]
    if wrong:
        said = f"{len(header)} cells a row, as in the header; not so in {_rows(wrong)}"
        problems.append(Problem(where, "table", said))
    if problems:
        return {}, problems
    columns: dict[str, Any] = {}
    written = Written()
    keys = [key.strip() for key in header]
    names = [today(key) for key in keys]
    for place, (key, name) in enumerate(zip(keys, names, strict=True)):
        values, found = _values(where, declarations()[name], [row[place].strip() for row in rows])
        problems += found
        if key in RENAMED:
            values = column(value_now(key, _plain(values)))
        # Only columns of one parameter are compared, since a table may have a million rows.
        if names.count(name) > 1:
            _, _, at_odds = written.note(key, _plain(values))
            if at_odds:
                problems.append(Problem(where, key, at_odds))
        columns[name] = values
    return columns, problems


def _plain(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else values


def _header_problems(where: str, header: Sequence[str]) -> list[Problem]:
    problems = []
    keys = [key.strip() for key in header]
    for place, key in enumerate(keys):
        if key not in declarations() and key not in RENAMED:
            said = "the header names parameters, and there is no such one"
            problems.append(Problem(where, key or f"column {place + 1}", said, "", nearest_key(key)))
        elif key in keys[:place]:
            problems.append(Problem(where, key, "stands twice in the header"))
    if not keys:
        problems.append(Problem(where, "table", "is empty: the header names parameters, each row is a point"))
    return problems


def _values(where: str, declared: Declaration, cells: list[str]) -> tuple[Any, list[Problem]]:
    kind = declared.kind if declared.kind in (int, float) else str
    try:
        return column([kind(cell) if cell else None for cell in cells]), []
    except ValueError:
        bad: dict[str, list[int]] = {}
        for number, cell in enumerate(cells):
            try:
                kind(cell or "0")
            except ValueError:
                bad.setdefault(cell, []).append(number)
    return [], [
        Problem(where, declared.key, f"must be {allowed(declared)}; in {_rows(numbers)}", shown(cell))
        for cell, numbers in list(bad.items())[:MOST_SHOWN]
    ] + _more(where, declared.key, len(bad))


def _more(where: str, key: str, count: int) -> list[Problem]:
    if count <= MOST_SHOWN:
        return []
    return [Problem(where, key, f"and {count - MOST_SHOWN} more values that cannot be read")]


def _rows(numbers: Sequence[int]) -> str:
    # A person counts the header as the first row.
    listed = ", ".join(str(number + 2) for number in numbers[:MOST_SHOWN])
    more = f" and {len(numbers) - MOST_SHOWN} more" if len(numbers) > MOST_SHOWN else ""
    return f"row {listed}{more}" if len(numbers) == 1 else f"rows {listed}{more}"
