"""Every design point checked before anything runs: column by column against the declarations, then what hangs together.

Checks are on whole columns, since there may be a million points; a refusal lists the first bad points and says how many
there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.errors import Problem, nearest_name, shown
from sim.model import interventions
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, columns
from sim.model.geography import territory
from sim.model.parameters import ROW_SUM_TOLERANCE
from sim.model.schema import Declaration, declarations
from sim.scenarios.compose import DISTRIBUTION, Composed, allowed

__all__ = ["allowed", "as_declared", "column_problems", "coupled_problems", "is_allowed", "row_problems"]

MOST_SHOWN = 3


def is_allowed(declared: Declaration, value: Any) -> bool:
    """Whether one value may be set: strict in type, finite, within bounds or among the choices."""
    if declared.choices:
        return isinstance(value, str) and value in declared.choices
    if declared.kind is str:
        return isinstance(value, str)
    number = isinstance(value, int if declared.kind is int else int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        return False
    assert declared.low is not None
    assert declared.high is not None
    return declared.low <= value <= declared.high


def as_declared(declared: Declaration, value: Any) -> Any:
    """An allowed value in the type it is declared with, so that a column of 0 and 0.5 is one of numbers alike."""
    return float(value) if declared.kind is float and value is not None else value


def value_problems(
    where: str, key: str, declared: Declaration, values: Sequence[Any], or_null: str | None = None
) -> list[Problem]:
    """The values among some that a parameter may not take.

    Args:
        where: file or command line, for messages.
        key: where the values stand, for messages.
        declared: the parameter.
        values: the values.
        or_null: what null means, for messages; without it, null is refused.
    """
    return [
        Problem(
            where,
            key,
            f"must be {allowed(declared)}{or_null or ''}",
            shown(value),
            nearest_name(value, declared.choices) if isinstance(value, str) else None,
        )
        for value in values
        if not is_allowed(declared, value) and (value is not None or or_null is None)
    ]


def column_problems(where: str, points: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with single values at the design points; None, as the scenario says, is always right.

    Args:
        where: file or command line, for messages.
        points: one column for each factor.
    """
    found = []
    for key, values in points.items():
        found += list(_column_problems(where, declarations()[key], values))
    return found


def _column_problems(where: str, declared: Declaration, values: Any) -> Iterator[Problem]:
    if isinstance(values, np.ndarray) and declared.low is not None:
        right = (values >= declared.low) & (values <= declared.high)
        if declared.kind is int and not np.issubdtype(values.dtype, np.integer):
            right[:] = False
        if right.all():
            return
        bad = _by_value(values[~right].tolist(), np.flatnonzero(~right).tolist())
    else:
        plain = values.tolist() if isinstance(values, np.ndarray) else values
        # Text for what cannot be looked up, such as a list where a number belongs.
        known: dict[Any, bool] = {}
        wrong = []
        for number, value in enumerate(plain):
            name = (type(value), value) if isinstance(value, int | float | str) else repr(value)
            if name not in known:
                known[name] = value is None or is_allowed(declared, value)
            if not known[name]:
                wrong.append(number)
        if not wrong:
            return
        bad = _by_value([plain[number] for number in wrong], wrong)
    for value, numbers in list(bad.items())[:MOST_SHOWN]:
        said = f"must be {allowed(declared)}; {in_points(numbers, len(values))}"
        yield Problem(where, declared.key, said, value)
    if len(bad) > MOST_SHOWN:
        count = sum(len(numbers) for numbers in list(bad.values())[MOST_SHOWN:])
        said = f"and {len(bad) - MOST_SHOWN} more values outside, in {count} design points"
        yield Problem(where, declared.key, said)


def _by_value(values: Sequence[Any], numbers: Sequence[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for value, number in zip(values, numbers, strict=True):
        found.setdefault(shown(value), []).append(number)
    return found


def in_points(numbers: Sequence[int], count: int) -> str:
    """Which design points, in words: the first few and how many of all."""
    first = ", ".join(str(number) for number in numbers[:MOST_SHOWN])
    more = ", …" if len(numbers) > MOST_SHOWN else ""
    return f"in {len(numbers)} of {count} design points ({first}{more})"


def coupled_problems(where: str, scenarios: Sequence[Composed], points: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with values together: rows of power, users for every place, dated changes within the run.

    Args:
        where: file or command line, for messages.
        scenarios: what the points are applied to.
        points: one column for each factor; single values are right.
    """
    found: list[Problem] = []
    for scenario in scenarios:
        found += row_problems(where, scenario, points)
        found += _study_problems(where, scenario, points)
    return list(dict.fromkeys(found))


def row_problems(where: str, scenario: Composed, points: Mapping[str, Any]) -> Iterator[Problem]:
    """Rows of power that do not sum to 1 at some design points; see `coupled_problems` for the arguments."""
    given = {key for key in points if key.startswith("power.") and key != DISTRIBUTION}
    explicit = set(scenario.explicit_power) if DISTRIBUTION in points else set()
    for row in ROWS:
        keys = [f"power.{row}.{who}" for who in columns(row)]
        if not (given | explicit) & set(keys):
            continue
        shares = np.stack([_share(scenario, row, key.rpartition(".")[2], points) for key in keys])
        total = shares.sum(axis=0)
        bad = np.flatnonzero(np.abs(total - 1.0) > ROW_SUM_TOLERANCE)
        if len(bad):
            said = f"the row must sum to 1, not {total[bad[0]]:.6g}"
            at = in_points(bad.tolist(), len(total))
            yield Problem(where, f"power.{row}", f"{said}, over {scenario.name} {at}")


def _share(scenario: Composed, row: str, who: str, points: Mapping[str, Any]) -> np.ndarray:
    """One share at every design point: its own factor, else where `power.distribution` puts it, else the scenario's."""
    key = f"power.{row}.{who}"
    count = len(next(iter(points.values())))
    share = np.full(count, getattr(getattr(scenario.parameters.power, row), who))
    if DISTRIBUTION in points:
        distribution = _numbers(points[DISTRIBUTION])
        laid = (1.0 - distribution) * HIERARCHY[row][who] + distribution * DISTRIBUTED[row][who]
        if key in scenario.explicit_power:
            laid[:] = scenario.explicit_power[key]
        share = np.where(np.isnan(distribution), share, laid)
    if key in points:
        own = _numbers(points[key])
        share = np.where(np.isnan(own), share, own)
    return share


def _numbers(values: Any) -> np.ndarray:
    """A column of numbers with NaN where it says "as the scenario says"."""
    return np.array(values, dtype=np.float64)


def _study_problems(where: str, scenario: Composed, points: Mapping[str, Any]) -> Iterator[Problem]:
    population = scenario.parameters.population
    keys = [key for key in ("population.places", "population.users", "population.months") if key in points]
    if not keys:
        return
    together: dict[tuple, list[int]] = {}
    for number, values in enumerate(zip(*(_plain(points[key]) for key in keys), strict=True)):
        together.setdefault(values, []).append(number)
    count = len(points[keys[0]])
    for values, numbers in together.items():
        set_here = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        at = in_points(numbers, count)
        places = set_here.get("population.places", population.places)
        try:
            land = territory(places)
        except (OSError, ValueError) as error:
            yield Problem(where, "population.places", f"{error}; {at}", shown(places))
            continue
        users = set_here.get("population.users", population.users)
        if users < len(land.code):
            said = f"must be at least {len(land.code)}: every place needs a user; {at}"
            yield Problem(where, "population.users", said, str(users))
        months = set_here.get("population.months", population.months)
        dated = scenario.parameters.model_copy(
            update={"population": population.model_copy(update={"months": months})}
        )
        for said in interventions.problems(dated, land):
            which, _, what = said.partition(": ")
            yield Problem(where, which, f"{what}, over {scenario.name} {at}")


def _plain(values: Any) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
