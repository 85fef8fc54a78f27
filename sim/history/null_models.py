"""Null models of history: simple curves without decision rights, evaluated by the same rules as the runs.

None is fitted here; `sim.history.matching.leave_one_out` fits two of them as the model is fitted. Two use the announcement
and the plan (constant hazards, Bass), two use the first reported figures (last value, linear trend). A case that a null
model hits is no evidence for the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from sim.history.cases import Case
from sim.history.evaluate import OUTCOMES, Series, all_held, as_reported, evaluate_conditions

STAGES = 4
PLANNED = 36.0
INNOVATION, IMITATION = 0.03, 0.38
"""Coefficients of the Bass curve, per year: means over many goods (Bass 1969)."""


@dataclass(frozen=True)
class Null:
    """The result of one null model for a case.

    Args:
        name: the null model.
        hit: whether it reproduces the pattern; None if too few figures were reported for it, or if it was given every
            figure that the pattern refers to.
        error: root mean square error at the figures it was not given, as a share of the range from nobody to everybody.
        error_of_runs: that of the median run at the same figures.
    """

    name: str
    hit: bool | None
    error: float | None
    error_of_runs: float | None


def constant_hazards(months: np.ndarray, planned: float | np.ndarray) -> np.ndarray:
    """Coverage if each authority passes four stages at constant rates, taking the planned duration on average.

    Args:
        months: months since the announcement.
        planned: planned months.
    """
    return np.asarray(gammainc(STAGES, STAGES / planned * np.maximum(months, 0.0)))


def bass(
    years: np.ndarray, innovation: float | np.ndarray = INNOVATION, imitation: float | np.ndarray = IMITATION
) -> np.ndarray:
    """Coverage if some adopt by themselves and others imitate (Bass 1969).

    Args:
        years: years since the announcement.
        innovation: coefficient of innovation, per year.
        imitation: coefficient of imitation, per year.
    """
    left = np.exp(-(innovation + imitation) * np.maximum(years, 0.0))
    return (1.0 - left) / (1.0 + imitation / innovation * left)


def months_since_announcement(case: Case) -> np.ndarray:
    """Months from the announcement to the end of each month of a history, shape (T,); negative before it."""
    return np.arange(case.months) + 1.0 - case.number(case.file.change.announced)


def series_of_curves(case: Case, coverage: np.ndarray) -> Series:
    """The reported series if every outcome followed a curve of coverage.

    Args:
        case: the case.
        coverage: (R, T) curves.
    """
    return as_reported(case, np.repeat(coverage[:, None], len(OUTCOMES), axis=1))


def planned_months(case: Case) -> float:
    """Planned months of a case's change; 36 if it was announced without a date."""
    until = case.file.change.planned_until
    return PLANNED if until is None else float(case.number(until) - case.number(case.file.change.announced))


def last_value(case: Case, name: str) -> np.ndarray | None:
    """The first reported figure in every month; None if there is none."""
    points = list(case.points(name).values())
    return np.full(case.months, points[0]) if points else None


def linear_trend(case: Case, name: str) -> np.ndarray | None:
    """A straight line through the first two reported figures, within the range of what was or could be reported.

    None if there are fewer than two.
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
    """Evaluate every null model on a case, and compare its errors with those of the median run.

    Args:
        case: the case.
        series: (R, T) by reported series, as simulated.
    """
    since = months_since_announcement(case)
    curves = {"constant_hazards": constant_hazards(since, planned_months(case)), "bass": bass(since / 12.0)}
    found = [
        _evaluated(name, case, series_of_curves(case, curve[None]), series, 0)
        for name, curve in curves.items()
    ]
    for extrapolate, given in ((last_value, 1), (linear_trend, 2)):
        known = {name: extrapolate(case, name) for name in series}
        lines = {name: line[None] for name, line in known.items() if line is not None}
        found.append(_evaluated(extrapolate.__name__, case, lines, series, given))
    return found


def _evaluated(name: str, case: Case, known: Series, series: Series, given: int) -> Null:
    """Evaluate a null model, which predicts some of the series and was given the first figures of each."""
    hit = None
    known_points = {(one, month) for one in series for month in list(case.points(one))[:given]}
    if set(known) == set(series) and not set(case.figures) <= known_points:
        hit = bool(all_held(evaluate_conditions(case, known))[0])
    errors = []
    for one, line in known.items():
        predicted = np.stack([line[0], np.median(series[one], axis=0)])
        for month, figure in list(case.points(one).items())[given:]:
            if month >= case.number(case.file.change.announced):
                errors.append((predicted[:, month] - figure) / case.file.observed[one].width)
    if not errors:
        return Null(name, hit, None, None)
    return Null(name, hit, *np.sqrt(np.mean(np.square(errors), axis=0)).tolist())
