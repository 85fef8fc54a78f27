"""Small worlds for tests, and ways to look at all that a run holds."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.model.decision_rights import KINDS, ROWS, columns
from sim.model.parameters import MECHANISM_NAMES, STABLE, Parameters
from sim.model.schedule import Run, begin
from sim.model.schema import Declaration, declarations, prior_defaults
from sim.model.state import State
from sim.verification.checks import structures

OFF = dict.fromkeys(MECHANISM_NAMES, 0.0)
ON = dict.fromkeys(STABLE, 1.0)

PLACES = [
    # code, name, people, deprivation, rurality, neighbours
    ("A", "Aberfoyle", 40_000, 35.0, 5.0, "B;C"),
    ("B", "Bogside", 120_000, 22.0, 12.0, "A;C"),
    ("C", "Cairn", 15_000, 8.0, 90.0, "A;B"),
    ("D", "Dunmore", 60_000, 14.0, 40.0, "E"),
    ("E", "Eglin", 9_000, 2.0, 70.0, "D"),
    ("F", "Fassfern", 25_000, 28.0, 100.0, ""),
]
COLUMNS = (
    "code", "name", "pop_mid2022", "simd2020_pct_pop2020_in_most_deprived_20pct", "pct_pop2020_rural_ur6_5_6",
    "land_neighbours",
)  # fmt: skip

POWER_SCENARIOS = (
    "hierarchy",
    "distributed",
    "devolved",
    "citizen_led",
    "partnership",
    "tight_loose_tight",
    "sequenced",
)


def script(path: Path) -> ModuleType:
    """A script of the documentation, as a module, with its folder's other scripts at hand."""
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(path.parent))


def write_places(path: Path, rows: list[tuple[Any, ...]] = PLACES, header: tuple[str, ...] = COLUMNS) -> str:
    """Write a table of places; returns its path as parameters want it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return str(path)


def parameters(*deltas: Mapping[str, Any], interventions: Any = (), **keys: Any) -> Parameters:
    """Parameters from deltas by dotted key (`{"work.load": 2.0}`), by row (`{"power.agenda": {...}}`) or by group.

    What is not given is as it was judged before any fit: a default that a fit moves is to break no test of a rule.
    """
    tree: dict[str, Any] = {"interventions": interventions}
    for delta in (prior_defaults(), *deltas, keys):
        for key, value in delta.items():
            group, _, leaf = key.partition(".")
            if not leaf:
                tree.setdefault(group, {}).update(value)
                continue
            row, _, share = leaf.partition(".")
            if share:
                tree.setdefault(group, {}).setdefault(row, {})[share] = value
            else:
                tree.setdefault(group, {})[leaf] = value
    return Parameters.model_validate(tree)


def state(**tables: Any) -> State:
    """The state of a run that has just begun, with some of its tables replaced."""
    return begin(parameters({}), 3).state._replace(**tables)


def whole(kind: str) -> dict[str, float]:
    """A row of the table of rights in which one kind of agent holds all."""
    return {who: float(who == kind) for who in KINDS}


def rights(structure: str) -> dict[str, Any]:
    """The table of decision rights of one of the compared structures, as a delta to the group `power`."""
    return structures()[structure].power.model_dump(exclude_unset=True)


def tables(state: State) -> Iterator[tuple[str, np.ndarray]]:
    """Every column of a state by its name, as a writable view: `places.will`, `users.fit`, `ledger`."""
    for name in state._fields:
        part = getattr(state, name)
        if isinstance(part, tuple):
            for column in part._fields:
                yield from _columns(f"{name}.{column}", getattr(part, column))
        else:
            yield from _columns(name, part)


def _columns(name: str, rows: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    if rows.dtype.names is None:
        yield name, rows
        return
    # Rows of records look each name up among their methods first.
    plain = rows.view(np.ndarray)
    for column in rows.dtype.names:
        yield f"{name}.{column}", plain[column]


def differing(one: State, other: State) -> set[str]:
    """Names of the columns whose bytes differ."""
    pairs = zip(tables(one), tables(other), strict=True)
    return {name for (name, first), (_, second) in pairs if first.tobytes() != second.tobytes()}


def copied(run: Run) -> Run:
    """A run of its own that has come as far as another."""
    state = State._make(
        type(part)._make(column.copy() for column in part) if isinstance(part, tuple) else part.copy()
        for part in run.state
    )
    timetable = replace(run.timetable, log=list(run.timetable.log))
    return replace(run, state=state, values=run.values.copy(), timetable=timetable)


SIZES = {
    "population.months": (1, 60),
    "population.users": (6, 40),
    "population.bodies": (0, 12),
    "changes.arriving": (1, 8),
    "changes.in_progress": (0, 4),
}
"""Bounds that keep a world small; all else is drawn from its declared bounds."""


def values_of(declared: Declaration) -> st.SearchStrategy[Any]:
    """Values that a parameter may have, its default and its ends among them."""
    if declared.choices:
        return st.sampled_from(declared.choices)
    low, high = SIZES.get(declared.key, (declared.low, declared.high))
    if declared.kind is int:
        return st.integers(int(low), int(high))
    return st.one_of(
        st.sampled_from([declared.default, float(low), float(high)]), st.floats(float(low), float(high))
    )


def rows_of(row: str) -> st.SearchStrategy[dict[str, float]]:
    """Shares of one row: any that sum to 1, pure ones among them."""
    names = columns(row)
    parts = st.lists(st.integers(0, 20), min_size=len(names), max_size=len(names)).filter(any)
    return parts.map(lambda found: {who: part / sum(found) for who, part in zip(names, found, strict=True)})


def power_tables() -> st.SearchStrategy[dict[str, dict[str, float]]]:
    """Whole tables of decision rights."""
    return st.fixed_dictionaries({row: rows_of(row) for row in ROWS})


MOVABLE = [
    d for d in declarations().values()
    if d.group not in ("power", "mechanisms") and d.numeric and d.key not in SIZES
]  # fmt: skip
LIVE = [d for d in declarations().values() if d.live and d.group != "power"]


@st.composite
def settings_of(draw: st.DrawFn) -> dict[str, Any]:
    """Deltas for a small world: its size, and any of the other parameters."""
    chosen = {key: draw(values_of(declarations()[key])) for key in SIZES}
    for declared in draw(st.lists(st.sampled_from(MOVABLE), unique_by=lambda d: d.key, max_size=40)):
        chosen[declared.key] = draw(values_of(declared))
    return chosen


def strengths() -> st.SearchStrategy[dict[str, float]]:
    """Strengths of all mechanisms: off, middling, full, or anything between."""
    one = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0))
    return st.fixed_dictionaries(dict.fromkeys(MECHANISM_NAMES, one))


@st.composite
def dated_changes(draw: st.DrawFn, months: int) -> list[dict[str, Any]]:
    """Interventions on live parameters or whole rows of the table, everywhere or in named places."""
    found = []
    named = st.lists(st.sampled_from([place[1] for place in PLACES]), min_size=1)
    for _ in range(draw(st.integers(0, 4))):
        where = draw(st.one_of(st.none(), named))
        if draw(st.booleans()):
            row = draw(st.sampled_from(ROWS))
            key, value = f"power.{row}", draw(rows_of(row))
        else:
            declared = draw(st.sampled_from(LIVE))
            key, value = declared.key, draw(values_of(declared))
            where = None if declared.national else where
        found.append({"month": draw(st.integers(0, months - 1)), "key": key, "value": value, "places": where})
    return found
