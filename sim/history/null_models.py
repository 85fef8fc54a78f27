"""Null models of history: simple curves that know nothing of power, held to the same rules as the runs.

Here none is fitted; `sim.history.matching.leave_one_out` fits two of them as the model is fitted. Two know the
announcement and the plan (constant hazards, Bass), two know the first figures reported (last value, linear trend).
The model earns no credit for a case that a null model hits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.history.cases import Case
from sim.history.evaluate import OUTCOMES, ConditionResult, Series, as_reported, evaluate_conditions

STAGES = 4
PLANNED = 36.0
INNOVATION, IMITATION = 0.03, 0.38
"""Coefficients of the Bass curve a year: means over many goods (Bass 1969)."""


@dataclass(frozen=True)
class Null:
    """What one null model makes of a case.

    Args:
        name: which null model.
        hit: whether it shows the pattern; None where too little was reported for it to say, or where it was given every
            figure that the pattern asks for.
        error: root mean square error on the points it was not given, as a share of the range from nobody to everybody.
        error_of_runs: that of the median run on the same points.
    """

    name: str
    hit: bool | None
    error: float | None
    error_of_runs: float | None


def constant_hazards(months: np.ndarray, planned: float) -> np.ndarray:
    """Coverage where each place passes four stages at constant rates, four planned durations long on average.

    Args:
        months: months since the announcement.
        planned: planned months.
    """
    passed = STAGES / planned * np.maximum(months, 0.0)
    short = sum(passed**stage / math.factorial(stage) for stage in range(STAGES))
    return 1.0 - np.exp(-passed) * short


def bass(years: np.ndarray, innovation: float = INNOVATION, imitation: float = IMITATION) -> np.ndarray:
    """Coverage where some begin by themselves and the others imitate (Bass 1969).

    Args:
        years: years since the announcement.
        innovation: coefficient of those who begin by themselves, a year.
        imitation: coefficient of those who imitate, a year.
    """
    left = np.exp(-(innovation + imitation) * np.maximum(years, 0.0))
    return (1.0 - left) / (1.0 + imitation / innovation * left)


def planned_months(case: Case) -> float:
    """Planned months of a case's change; 36 where it was announced without a date."""
    until = case.file.change.planned_until
    return PLANNED if until is None else float(case.number(until) - case.number(case.file.change.announced))


def last_value(case: Case, name: str) -> np.ndarray | None:
    """The first figure reported, for ever; None where there is none."""
    points = list(case.points(name).values())
    return np.full(case.months, points[0]) if points else None


def linear_trend(case: Case, name: str) -> np.ndarray | None:
    """A straight line through the first two figures reported, kept in the range of what was or could be reported.

    None where there are fewer than two.
    """
    points = list(case.points(name).items())[:2]
    if len(points) < 2:
        return None
    (first, low), (second, high) = points
    read = case.file.observed[name]
    bounds = [end for end in (read.at_none, read.at_full, *case.points(name).values()) if end is not None]
    line = low + (high - low) / (second - first) * (np.arange(case.months) - first)
    return np.clip(line, min(bounds), max(bounds))


def against_nulls(case: Case, series: Series) -> list[Null]:
    """Hold every null model to the pattern of a case, and its figures against those of the median run.

    Args:
        case: the case.
        series: (R, T) by reported series: what the runs made of it.
    """
    since = np.arange(case.months) + 1.0 - case.number(case.file.change.announced)
    planned = planned_months(case)
    found = []
    for name, coverage in (
        ("constant_hazards", constant_hazards(since, planned)),
        ("bass", bass(since / 12.0)),
    ):
        alike = as_reported(case, np.broadcast_to(coverage, (1, len(OUTCOMES), case.months)))
        found.append(_held(name, case, dict(alike), series, 0))
    models: tuple[tuple[str, Callable[[Case, str], np.ndarray | None], int], ...] = (
        ("last_value", last_value, 1), ("linear_trend", linear_trend, 2)
    )  # fmt: skip
    for name, curve, given in models:
        known = {one: values for one in series if (values := curve(case, one)) is not None}
        found.append(
            _held(name, case, {one: values[None, :] for one, values in known.items()}, series, given)
        )
    return found


def _asked(case: Case) -> set[tuple[str, int]]:
    """Series and month of every figure that the pattern asks for."""
    asked = set()
    for condition in case.file.pattern.conditions:
        for month in (condition.month, condition.first, condition.last):
            if month is not None:
                asked |= {(one, case.number(month)) for one in (condition.series, condition.less) if one}
    return asked


def _held(name: str, case: Case, known: Series, series: Series, given: int) -> Null:
    """Judge what a null model says of some series, of which it was given the first figures."""
    hit = None
    known_points = {(one, month) for one in series for month in list(case.points(one))[:given]}
    if set(known) == set(series) and not _asked(case) <= known_points:
        judged: tuple[ConditionResult, ...] = evaluate_conditions(case, known)
        hit = bool(np.all([one.held for one in judged]))
    misses, misses_of_runs = [], []
    for one, values in known.items():
        read = case.file.observed[one]
        assert read.at_none is not None
        assert read.at_full is not None
        middle = np.median(series[one], axis=0)
        for month, figure in list(case.points(one).items())[given:]:
            if month >= case.number(case.file.change.announced):
                misses.append((values[0, month] - figure) / (read.at_full - read.at_none))
                misses_of_runs.append((middle[month] - figure) / (read.at_full - read.at_none))
    if not misses:
        return Null(name, hit, None, None)
    return Null(name, hit, *(float(np.sqrt(np.mean(np.square(part)))) for part in (misses, misses_of_runs)))
