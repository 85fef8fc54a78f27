"""Checks of every design point before anything runs: each column against the declarations, then values that depend on others.

Checks are on whole columns, since there may be a million points; a problem lists the first bad points and their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.errors import Problem, nearest_name, shown
from sim.experiments.design_point import apply_design_point
from sim.model.decision_rights import ROWS, between, columns
from sim.model.parameters import ROW_SUM_TOLERANCE
from sim.model.schema import Declaration, declarations
from sim.scenarios.compose import Composed, allowed, study_problems
from sim.scenarios.layers import DISTRIBUTION
from sim.scenarios.overrides import INTERVENTIONS

MOST_SHOWN = 3


def is_allowed(declared: Declaration, value: Any) -> bool:
    """Whether one value may be set: strict in type, within bounds or among the choices."""
    if declared.choices:
        return isinstance(value, str) and value in declared.choices
    if declared.kind is str:
        return isinstance(value, str)
    assert declared.low is not None
    assert declared.high is not None
    number = isinstance(value, int if declared.kind is int else int | float) and not isinstance(value, bool)
    return number and declared.low <= value <= declared.high


def as_declared(declared: Declaration, value: Any) -> Any:
    """A value in its declared type, so that a column of 0 and 0.5 holds numbers of one type; unchanged if not allowed."""
    return float(value) if declared.kind is float and is_allowed(declared, value) else value


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
    message = f"must be {allowed(declared)}{or_null or ''}"
    wrong = [v for v in values if not is_allowed(declared, v) and (v is not None or or_null is None)]
    return [Problem(where, key, message, shown(v), nearest_name(str(v), declared.choices)) for v in wrong]


def column_problems(where: str, points: Mapping[str, Any]) -> list[Problem]:
    """Problems with single values at the design points. None, as the scenario says, is always allowed.

    Args:
        where: file or command line, for messages.
        points: one column for each factor.
    """
    return [p for key, values in points.items() for p in _column_problems(where, declarations()[key], values)]


def _column_problems(where: str, declared: Declaration, values: Any) -> Iterator[Problem]:
    numbers = _not_allowed(declared, values)
    plain = _plain(values) if numbers else []
    points_of: dict[str, list[int]] = {}
    for number in numbers:
        points_of.setdefault(shown(plain[number]), []).append(number)
    listed, rest = list(points_of)[:MOST_SHOWN], list(points_of)[MOST_SHOWN:]
    for value in listed:
        at = in_points(points_of[value], len(values))
        yield Problem(where, declared.key, f"must be {allowed(declared)}; {at}", value)
    if rest:
        count = sum(len(points_of[value]) for value in rest)
        yield Problem(where, declared.key, f"and {len(rest)} more values outside, in {count} design points")


def _not_allowed(declared: Declaration, values: Any) -> list[int]:
    """The design points at which a parameter has a value that it may not take."""
    if not isinstance(values, np.ndarray) or declared.low is None:
        plain = enumerate(_plain(values))
        return [n for n, value in plain if value is not None and not is_allowed(declared, value)]
    if declared.kind is int and not np.issubdtype(values.dtype, np.integer):
        return list(range(len(values)))
    return np.flatnonzero(~((values >= declared.low) & (values <= declared.high))).tolist()


def overwriting_problems(
    where: str, scenarios: Sequence[Composed], points: Mapping[str, Any]
) -> list[Problem]:
    """Factors that would overwrite what a scenario is: it would no longer differ from the others where it says it does.

    Not asked of a list, whose points are written one by one and named: what each sets, somebody meant.

    Args:
        where: file or command line, for messages.
        scenarios: what the points are applied to.
        points: one column for each factor.
    """
    found = []
    for key, values in points.items():
        if not isinstance(values, np.ndarray) and all(value is None for value in values):
            continue
        setting = [
            scenario.name for scenario in scenarios if any(_touches(key, own) for own in scenario.sets)
        ]
        if setting:
            said = (
                f"is set by {', '.join(setting)}, and the factor would overwrite it, so that scenarios that differ "
                "would look alike; take the key out of the factors (of `uncertainties`: except: "
                f"[{key}]), or leave the scenario out"
            )
            found.append(Problem(where, key, said))
    return found


def _touches(key: str, own: str) -> bool:
    """Whether a factor changes what a scenario sets: the same key, or rights of the same row."""
    rights = key.startswith("power.") and own.startswith("power.")
    return key == own or (rights and (DISTRIBUTION in (key, own) or key.split(".")[1] == own.split(".")[1]))


def in_points(numbers: Sequence[int], count: int) -> str:
    """Which design points, in words: the first few and how many of all."""
    first = ", ".join(str(number) for number in numbers[:MOST_SHOWN])
    more = ", …" if len(numbers) > MOST_SHOWN else ""
    return f"in {len(numbers)} of {count} design points ({first}{more})"


def coupled_problems(where: str, scenarios: Sequence[Composed], points: Mapping[str, Any]) -> list[Problem]:
    """Problems with values together: rows of power, users for every place, dated changes within the run.

    Args:
        where: file or command line, for messages.
        scenarios: what the points are applied to.
        points: one column for each factor; single values are allowed.
    """
    found: list[Problem] = []
    for scenario in scenarios:
        found += row_problems(where, scenario, points)
        found += _study_problems(where, scenario, points)
    return list(dict.fromkeys(found))


def row_problems(where: str, scenario: Composed, points: Mapping[str, Any]) -> Iterator[Problem]:
    """Rows of power that do not sum to 1 at some design points; see `coupled_problems` for the arguments."""
    if not points:
        return
    count = len(next(iter(points.values())))
    distribution: Any = _numbers(points.get(DISTRIBUTION, [None] * count))
    laid = between(distribution)
    explicit = scenario.explicit_power if DISTRIBUTION in points else {}
    for row in ROWS:
        shares = {f"power.{row}.{who}": who for who in columns(row)}
        if not any(key in points or key in explicit for key in shares):
            continue
        total = np.zeros(count)
        for key, who in shares.items():
            own = getattr(getattr(scenario.parameters.power, row), who)
            share = np.where(np.isnan(distribution), own, explicit.get(key, laid[row][who]))
            if key in points:
                given = _numbers(points[key])
                share = np.where(np.isnan(given), share, given)
            total += share
        bad = np.flatnonzero(np.abs(total - 1.0) > ROW_SUM_TOLERANCE)
        if len(bad):
            at = in_points(bad.tolist(), count)
            message = f"the row must sum to 1, not {total[bad[0]]:.6g}, over {scenario.name} {at}"
            yield Problem(where, f"power.{row}", message)


def _numbers(values: Any) -> np.ndarray:
    """A column of numbers, with NaN in place of null."""
    return np.array(values, dtype=np.float64)


def _study_problems(where: str, scenario: Composed, points: Mapping[str, Any]) -> Iterator[Problem]:
    keys = [key for key in ("population.places", "population.users", "population.months") if key in points]
    if not keys:
        return
    together: dict[tuple, list[int]] = {}
    for number, values in enumerate(zip(*(_plain(points[key]) for key in keys), strict=True)):
        together.setdefault(values, []).append(number)
    for values, numbers in together.items():
        parameters = apply_design_point(scenario, dict(zip(keys, values, strict=True)))
        at = in_points(numbers, len(points[keys[0]]))
        for parameter, key, message, value in study_problems(parameters):
            over = f"over {scenario.name} " if parameter == INTERVENTIONS else ""
            yield Problem(where, key, f"{message}, {over}{at}", value)


def _plain(values: Any) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
