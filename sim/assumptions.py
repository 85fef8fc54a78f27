"""What a comparison assumed: where power resides, in what else the scenarios differ, and what is not a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.declarations import Declaration, declarations, value_of
from sim.declarations import power_table as rights_of
from sim.power import ROWS, columns
from sim.wording import listing, number

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.parameters import Intervention, Parameters

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


def _months(i: Intervention) -> str:
    return str(i.month) if i.until is None else f"{i.month} until {i.until}"


def _dated(name: str, parameters: Parameters) -> list[tuple[str, ...]]:
    return [
        (name, _months(i), i.key, _written(i.value), listing(list(i.places)) if i.places else "everywhere")
        for i in parameters.interventions
    ]
