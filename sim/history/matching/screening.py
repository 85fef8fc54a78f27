"""Screening: which parameters the cases say anything about, and which of those they cannot tell from one another.

All uncertainties are varied at once over the ranges of `sim.experiments.factors`. What each does is the slope of a
plane through the results, in standard deviations: of each condition over each parameter. A parameter's *traces* are its
slopes over all conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.factors import Factor, default_range
from sim.history.matching.simulate import may_be_fitted
from sim.model.schema import declarations, experimental

SPREAD = 2.0
"""A number without natural bounds may lie from half of its default to twice that, as in the map of regimes."""

EXPLAINS = 0.01
"""Share of the variance of at least one condition that a parameter must explain to be fitted."""

COLLINEAR = 0.95
"""Cosine between two parameters' traces from which the cases cannot tell them apart.

The weaker of two is marked, and fitted all the same: fixing it would make the set say more than the cases do. A choice is like
no number: its levels have no order, so that a slope over them is no trace of it."""


@dataclass(frozen=True)
class Screened:
    """What the screening found of one parameter.

    Args:
        key: the parameter.
        traces: slope over every condition, in standard deviations.
        most: largest share of a condition's variance that it explains.
        like: the stronger parameter whose traces are like its own, or none.
    """

    key: str
    traces: np.ndarray
    most: float
    like: str | None = None

    @property
    def informed(self) -> bool:
        """Whether the cases say something of it, be it together with others."""
        return self.most >= EXPLAINS


def uncertainties() -> list[Factor]:
    """All uncertainties of the system with the ranges they are fitted over; choices are in, as levels."""
    found = []
    for declared in declarations().values():
        if declared.role != "uncertainty" or declared.group == "changes" or declared.key in experimental():
            continue
        factor = (
            default_range(declared, SPREAD) if declared.choices or declared.kind in (int, float) else None
        )
        if factor is not None and may_be_fitted(factor):
            found.append(factor)
    return found


def screened(factors: Sequence[Factor], shares: np.ndarray, means: np.ndarray) -> list[Screened]:
    """What each parameter does, the strongest first.

    Args:
        factors: what was varied.
        shares: (N, parameters) points of the cube.
        means: (N, conditions) mean over replications.
    """
    centred = shares - shares.mean(axis=0)
    table = centred / centred.std(axis=0)
    deviation = means.std(axis=0)
    moved = (means - means.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    slopes = np.linalg.lstsq(table, moved, rcond=None)[0]
    ordered = {factor.key for factor in factors if factor.levels is None}
    order = np.argsort(-(slopes**2).max(axis=1), kind="stable")
    found: list[Screened] = []
    for place in order.tolist():
        key, traces = factors[place].key, slopes[place]
        most = float((traces**2).max())
        like = None
        if most >= EXPLAINS:
            others = (one for one in found if one.informed and {one.key, key} <= ordered)
            like = next((one.key for one in others if _alike(one.traces, traces)), None)
        found.append(Screened(key, traces, most, like))
    return found


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    cosine = one @ other / np.sqrt((one @ one) * (other @ other))
    return bool(abs(cosine) >= COLLINEAR)
