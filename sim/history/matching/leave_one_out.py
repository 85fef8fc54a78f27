"""Leaving one case out: is its pattern foreseen by sets of parameters that were fitted to the others alone?

Null models are fitted in the same way, with what freedom they have: the pace of constant hazards, the two coefficients of
the Bass curve. What they foresee as well, the model earns no credit for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.history.cases import Case
from sim.history.evaluate import HIT_SHARE, OUTCOMES, as_reported, evaluate_conditions
from sim.history.matching.implausibility import case_names, non_implausible, shows
from sim.history.matching.waves import Fit
from sim.history.null_models import bass, constant_hazards, planned_months

HAZARD_RATES = np.geomspace(0.25, 8.0, 61)
"""How much faster than the plan constant hazards may be."""

INNOVATIONS, IMITATIONS = np.geomspace(0.002, 2.0, 25), np.geomspace(0.02, 4.0, 25)
"""Coefficients of the Bass curve a year: from a tenth of those of goods and less to far above them."""


@dataclass(frozen=True)
class HeldOutCase:
    """One case as foreseen from the others.

    Args:
        case: its name.
        sets: how many sets of parameters the other cases leave.
        given_up: how many of the others may speak against each of these.
        share: share of their single runs that show the left-out pattern.
        low: share in the set of parameters that shows it least but for one in twenty.
        high: the same at the other end.
        fitted: share of runs that show it when it is fitted with the others.
        nulls: share of the best null curves, fitted to the others, that show it, by null model.
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
        """Whether it is foreseen by the frozen rule: at least half of single runs show the whole pattern."""
        return self.share >= HIT_SHARE


def leave_each_out(found: Fit, cases: Sequence[Case], enough: int) -> list[HeldOutCase]:
    """Every case as foreseen from the others, from points simulated in new replications.

    Args:
        found: what was fitted.
        cases: the cases.
        enough: how many points a set must have.
    """
    single = shows(found.confirmed.values, found.targets).mean(axis=1)
    curves = {name: curve(cases) for name, curve in NULLS.items()}
    rows = []
    for place, name in enumerate(case_names(found.targets)):
        chosen, given_up = non_implausible(found.worst, enough, place)
        low, high = np.quantile(single[chosen, place], (0.05, 0.95))
        nulls = {null: _foreseen(hits, place) for null, hits in curves.items()}
        rows.append(
            HeldOutCase(
                name, len(chosen), given_up, float(single[chosen, place].mean()), float(low), float(high),
                float(single[found.chosen, place].mean()), nulls,
            )
        )  # fmt: skip
    return rows


def _foreseen(hits: np.ndarray, place: int) -> float:
    """Share of the curves that hit most of the other cases which hit the one left out."""
    others = np.delete(hits, place, axis=1).sum(axis=1)
    return float(hits[others == others.max(), place].mean())


def constant_hazards_hits(cases: Sequence[Case]) -> np.ndarray:
    """Which cases constant hazards hit at each of `PACES`: shape (paces, cases)."""

    def curve(case: Case, since: np.ndarray, number: int) -> np.ndarray:
        return constant_hazards(since, planned_months(case) / HAZARD_RATES[number])

    return _hits(cases, len(HAZARD_RATES), curve)


def bass_hits(cases: Sequence[Case]) -> np.ndarray:
    """Which cases the Bass curve hits at each pair of coefficients: shape (pairs, cases)."""
    pairs = [(p, q) for p in INNOVATIONS for q in IMITATIONS]

    def curve(case: Case, since: np.ndarray, number: int) -> np.ndarray:
        return bass(since / 12.0, *pairs[number])

    return _hits(cases, len(pairs), curve)


NULLS = {"constant_hazards": constant_hazards_hits, "bass": bass_hits}


def _hits(
    cases: Sequence[Case], count: int, curve: Callable[[Case, np.ndarray, int], np.ndarray]
) -> np.ndarray:
    found = np.zeros((count, len(cases)), dtype=bool)
    for place, case in enumerate(cases):
        since = np.arange(case.months) + 1.0 - case.number(case.file.change.announced)
        coverage = np.stack([curve(case, since, number) for number in range(count)])
        alike = np.broadcast_to(coverage[:, None, :], (count, len(OUTCOMES), case.months))
        found[:, place] = np.all(
            [one.held for one in evaluate_conditions(case, as_reported(case, alike))], axis=0
        )
    return found
