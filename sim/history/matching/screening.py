"""Screening: which parameters the cases inform, and which of those they cannot distinguish (collinear ones).

All uncertainties vary at once over the ranges of `sim.experiments.factors`. The effect of each is its slope in a linear
regression of every condition on all parameters, in standard deviations. The slopes over all conditions are the sensitivity
profile of a parameter (`traces`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.factors import Factor, default_range
from sim.history.matching.fitted_set import spread
from sim.history.matching.simulate import may_be_fitted
from sim.model.schema import declarations, experimental

EXPLAINS = 0.01
"""Share of the variance of at least one condition that a parameter must explain to be fitted."""

COLLINEAR = 0.95
"""Cosine between the sensitivity profiles of two parameters from which the cases cannot distinguish them.

The weaker of two is marked, and fitted all the same: fixing it would make the set narrower than the cases allow. A choice is
never collinear with a number: its levels have no order, so a slope over them is no profile."""


@dataclass(frozen=True)
class Screened:
    """The result of the screening for one parameter.

    Args:
        key: the parameter.
        traces: its sensitivity profile: the slope for every condition, in standard deviations.
        most: largest share of a condition's variance that it explains.
        like: the stronger parameter that it is collinear with, or None.
    """

    key: str
    traces: np.ndarray
    most: float
    like: str | None = None

    @property
    def informed(self) -> bool:
        """Whether the cases inform it, alone or together with others."""
        return self.most >= EXPLAINS


def uncertainties() -> list[Factor]:
    """All uncertainties of the system with the ranges they are fitted over; choices as levels."""
    found = []
    for declared in declarations().values():
        fixed = declared.group == "changes" or declared.key in experimental()
        if (
            declared.role == "uncertainty"
            and not fixed
            and (declared.choices or declared.kind in (int, float))
        ):
            factor = default_range(declared, spread())
            if factor is not None and may_be_fitted(factor):
                found.append(factor)
    return found


def screened(factors: Sequence[Factor], shares: np.ndarray, means: np.ndarray) -> list[Screened]:
    """The effect of each parameter, the strongest first.

    Args:
        factors: the parameters that were varied.
        shares: (N, parameters) points of the cube.
        means: (N, conditions) mean over replications.
    """
    from sklearn.preprocessing import StandardScaler

    inputs, outputs = (StandardScaler().fit_transform(values) for values in (shares, means))
    slopes = np.linalg.lstsq(inputs, outputs, rcond=None)[0]
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
