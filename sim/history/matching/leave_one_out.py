"""Leave-one-case-out validation: do parameter sets fitted to the other cases predict the pattern of a case?

Null models are fitted in the same way, by the parameters they have: the pace of constant hazards, the two coefficients of
the Bass curve. A case that they predict as well is no evidence for the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.history import null_models
from sim.history.cases import Case
from sim.history.evaluate import HIT_SHARE, all_held, evaluate_conditions
from sim.history.matching.implausibility import case_names, non_implausible, shows
from sim.history.matching.waves import Fit

HAZARD_RATES = np.geomspace(0.25, 8.0, 61)
"""Pace of constant hazards, relative to the plan."""

INNOVATIONS, IMITATIONS = np.geomspace(0.002, 2.0, 25), np.geomspace(0.02, 4.0, 25)
"""Coefficients of the Bass curve, per year: from a tenth of those of goods or less to far above them."""


@dataclass(frozen=True)
class HeldOutCase:
    """One case as predicted from the others.

    Args:
        case: its name.
        sets: number of parameter sets that the other cases do not rule out.
        given_up: number of the other cases that may rule out each of them.
        share: share of their single runs that reproduce the left-out pattern.
        low: 5 % quantile of that share over the parameter sets.
        high: its 95 % quantile.
        fitted: share of runs that reproduce the pattern when the case is fitted with the others.
        nulls: by null model, share of the curves fitted best to the other cases that reproduce the pattern.
    """

    case: str
    sets: int
    given_up: int
    share: float
    low: float
    high: float
    fitted: float
    nulls: dict[str, float]

    @property
    def hit(self) -> bool:
        """Whether it is predicted: at least half of single runs reproduce the whole pattern."""
        return self.share >= HIT_SHARE


def leave_each_out(found: Fit, cases: Sequence[Case], enough: int) -> list[HeldOutCase]:
    """Every case as predicted from the others, by the points simulated in new replications.

    Args:
        found: the fit.
        cases: the cases.
        enough: number of points that a non-implausible set must have.
    """
    single = shows(found.confirmed.values, found.targets).mean(axis=1)
    hits_of_nulls = {name: _hits(cases, curves) for name, curves in NULLS.items()}
    rows = []
    for place, name in enumerate(case_names(found.targets)):
        chosen, given_up = non_implausible(found.worst, enough, place)
        low, high = np.quantile(single[chosen, place], (0.05, 0.95))
        share, fitted = (float(single[sets, place].mean()) for sets in (chosen, found.chosen))
        nulls = {null: _predicted(hits, place) for null, hits in hits_of_nulls.items()}
        rows.append(HeldOutCase(name, len(chosen), given_up, share, float(low), float(high), fitted, nulls))
    return rows


def _predicted(hits: np.ndarray, place: int) -> float:
    """Share of the curves that hit most of the other cases which also hit the one left out."""
    others = np.delete(hits, place, axis=1).sum(axis=1)
    return float(hits[others == others.max(), place].mean())


def hazard_curves(case: Case) -> np.ndarray:
    """Constant hazards of a case at each of `HAZARD_RATES`: shape (rates, T)."""
    planned = null_models.planned_months(case) / HAZARD_RATES[:, None]
    return null_models.constant_hazards(null_models.months_since_announcement(case), planned)


def bass_curves(case: Case) -> np.ndarray:
    """Bass curves of a case at each pair of coefficients: shape (pairs, T)."""
    pairs = np.meshgrid(INNOVATIONS, IMITATIONS, indexing="ij")
    since = null_models.months_since_announcement(case)
    return null_models.bass(since / 12.0, *(one.reshape(-1, 1) for one in pairs))


NULLS = {"constant_hazards": hazard_curves, "bass": bass_curves}


def _hits(cases: Sequence[Case], curves: Callable[[Case], np.ndarray]) -> np.ndarray:
    """Which cases are hit by each of some curves of coverage, whose shape for a case is (curves, T)."""
    judged = [evaluate_conditions(case, null_models.series_of_curves(case, curves(case))) for case in cases]
    return np.column_stack([all_held(conditions) for conditions in judged])
