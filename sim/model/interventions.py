"""Interventions: dated changes of parameters during a run, everywhere or in named places, for good or until a month.

What holds in a place is the latest change that has begun and not ended; where there is none, the value at the start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.model.decision_rights import ROWS, between, columns
from sim.model.geography import Territory
from sim.model.parameters import Intervention, JudgedOn, Parameters, Shares
from sim.model.schema import as_number, declarations, nearest_key, record


@dataclass(frozen=True)
class Change:
    """New values from one month on, in some rows of the parameter record."""

    month: int
    rows: tuple[int, ...]
    values: tuple[tuple[str, float | tuple[float, ...]], ...]
    """By field: one value for all rows, or one for each."""

    def apply(self, record: np.ndarray) -> None:
        """Write the new values into the record."""
        for field, value in self.values:
            record[field][list(self.rows)] = value


def timeline(parameters: Parameters, land: Territory) -> list[Change]:
    """The interventions of a run in the order of their months.

    Raises:
        ValueError: naming every intervention that cannot be used, and why.
    """
    found = problems(parameters, land)
    if found:
        raise ValueError("; ".join(found))
    begun = sorted(parameters.interventions, key=lambda dated: dated.month)
    changes = [Change(dated.month, _rows(dated, land), _values(dated.key, dated.value)) for dated in begun]
    # What begins in the month in which something else ends comes after it.
    return sorted([*_endings(parameters, begun, changes, land), *changes], key=lambda change: change.month)


def _rows(dated: Intervention, land: Territory) -> tuple[int, ...]:
    """The rows that an intervention is for.

    The nation's row decides what belongs to no place; it changes only when the intervention is for everywhere.
    """
    return tuple(range(len(land.code) + 1)) if dated.places is None else tuple(map(land.index, dated.places))


def _endings(
    parameters: Parameters, begun: Sequence[Intervention], changes: Sequence[Change], land: Territory
) -> list[Change]:
    """What holds again where an intervention ends, field by field and place by place."""
    if all(dated.until is None for dated in begun):
        return []
    start = record(parameters, len(land.code) + 1)
    endings = []
    for dated, change in zip(begun, changes, strict=True):
        if dated.until is None:
            continue
        standing = start.copy()
        for other, its in zip(begun, changes, strict=True):
            if other.month < dated.until and (other.until is None or other.until > dated.until):
                its.apply(standing)
        rows = list(change.rows)
        again = tuple((field, tuple(map(float, standing[field][rows]))) for field, _ in change.values)
        endings.append(Change(dated.until, change.rows, again))
    return endings


def _values(key: str, value: Any) -> tuple[tuple[str, float], ...]:
    if key == "power.distribution":
        table = between(value)
        return tuple((f"{row}_{who}", table[row][who]) for row in ROWS for who in columns(row))
    group, _, row = key.partition(".")
    if group == "power" and row in ROWS:
        return tuple((f"{row}_{who}", float(share)) for who, share in value.items())
    declared = declarations()[key]
    return ((declared.field, as_number(declared, value)),)


def problems(parameters: Parameters, land: Territory | None) -> list[str]:
    """What is wrong with the interventions of a run, all at once; empty if nothing is.

    Args:
        parameters: with the interventions.
        land: the places of the run; None if they are not known, and then names of places are not checked.
    """
    found = []
    for number, dated in enumerate(parameters.interventions):
        label = f"interventions[{number}] ({dated.key} in month {dated.month})"
        if dated.month >= parameters.population.months:
            found.append(
                f"{label}: the run ends before; months go from 0 to {parameters.population.months - 1}"
            )
        if dated.until is not None and dated.until <= dated.month:
            found.append(f"{label}: it must end after it begins; until = {dated.until}")
        elif dated.until is not None and dated.until > parameters.population.months:
            found.append(
                f"{label}: the run ends before month {dated.until}; leave until out to mean the end of the run"
            )
        found += [f"{label}: {what}" for what in _value_problems(dated)]
        declared = declarations().get(dated.key)
        if dated.places is not None and declared is not None and declared.national:
            found.append(f"{label}: it belongs to the nation alone; leave places out")
        if dated.places is not None and not dated.places:
            found.append(f"{label}: places is empty; leave it out to mean everywhere")
        for name in dated.places or ():
            if land is not None and not land.knows(name):
                found.append(f"{label}: no place '{name}'; nearest is '{land.nearest(name)}'")
    return found


def _value_problems(dated: Intervention) -> list[str]:
    group, _, row = dated.key.partition(".")
    if group == "power" and row in ROWS:
        try:
            (JudgedOn if row == "judged_on" else Shares).model_validate(dated.value)
        except ValidationError as error:
            return [_row_problem(found, columns(row)) for found in error.errors()]
        return []
    if group == "power" and "." in row:
        return [f"give the whole row 'power.{row.partition('.')[0]}', so that it sums to 1"]
    declared = declarations().get(dated.key)
    if declared is None:
        nearest = nearest_key(dated.key)
        return [f"unknown parameter; nearest is '{nearest}'" if nearest else "unknown parameter"]
    if not declared.live:
        return ["it cannot change in mid-run; set it for the whole run instead"]
    value = dated.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return [f"the value must be a number, not {value!r}"]
    if declared.kind is int and value != int(value):
        return [f"the value must be a whole number, not {value!r}"]
    low, high = declared.low, declared.high
    if (low is not None and value < low) or (high is not None and value > high):
        return [f"{value} lies outside {low} to {high} ({declared.unit})"]
    return []


def _row_problem(found: Any, holders: Sequence[str]) -> str:
    """What is wrong with a row of the table of decision rights, from what pydantic found."""
    if found["type"] == "value_error":
        return str(found["ctx"]["error"])
    if not found["loc"]:
        return f"the value must be a row of shares of {', '.join(holders)} that sum to 1"
    holder = found["loc"][0]
    if holder not in holders:
        return f"{holder} is no part of the row; its parts are {', '.join(holders)}"
    return f"{holder} must be a number from 0 to 1, not {found['input']!r}"
