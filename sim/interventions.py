"""Interventions: dated changes of live parameters, everywhere or in named places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.declarations import as_number, declarations, nearest_key
from sim.parameters import Intervention, JudgedOn, Parameters, Shares
from sim.power import ROWS, between, columns
from sim.territory import Territory


@dataclass(frozen=True)
class Change:
    """New values from one month on, in some rows of the parameter record."""

    month: int
    rows: tuple[int, ...]
    values: tuple[tuple[str, float], ...]

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
    changes = []
    for dated in parameters.interventions:
        # The nation's row decides what belongs to no place; it changes only when the intervention is for everywhere.
        rows = (
            tuple(range(len(land.code) + 1)) if dated.places is None else tuple(map(land.index, dated.places))
        )
        changes.append(Change(dated.month, rows, _values(dated.key, dated.value)))
    return sorted(changes, key=lambda change: change.month)


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
