"""How many replications would have been enough for the decision at hand: who wins each point of the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from sim.sweep_analysis.regimes import NOBODY, OPEN, Regimes, regimes
from sim.sweep_analysis.swept import Sweep

AGREEMENT = 0.95
"""A number of replications is enough when it would have called this share of the points the same."""

MOST = 10_000
"""More replications than this are not asked for; the points are then as good as tied."""


@dataclass(frozen=True)
class Sufficiency:
    """What fewer replications would have said, and how many more the undecided points would need.

    Attributes:
        tried: numbers of replications, up to all that there are.
        agreement: share of points called as with all of them, for each number tried.
        decided: share of points with a winner, for each number tried.
        enough: the smallest number tried from which the agreement stays at 95 % or above; None when only all will do.
        open_points: points not told apart.
        within: how many of these would be told apart with 2, 5, 10 … times the replications, if the differences seen
            are the true ones.
    """

    tried: tuple[int, ...]
    agreement: tuple[float, ...]
    decided: tuple[float, ...]
    enough: int | None
    open_points: int
    within: tuple[tuple[int, int], ...]


def sufficiency(sweep: Sweep, found: Regimes) -> Sufficiency | None:
    """Judge the number of replications; None when there are fewer than three."""
    there = int(np.isfinite(sweep.responses[found.response]).all(axis=0).any(axis=0).sum())
    if there < 3:
        return None
    tried = [r for r in _rounded(there) if 2 <= r < there]
    calls = [regimes(sweep, found.response, r) for r in tried] + [found]
    known = found.known
    agreement = [float((c.winner == found.winner)[known].mean()) if known.any() else 0.0 for c in calls]
    decided = [c.share(c.winner != NOBODY) for c in calls]
    stays = [all(a >= AGREEMENT for a in agreement[k:]) for k in range(len(calls))]
    first = stays.index(True)
    enough = (*tried, there)[first] if first < len(tried) else None
    undecided = found.kind == OPEN
    needed = replications_needed(sweep, found)[undecided]
    within = tuple((there * times, int((needed <= there * times).sum())) for times in (2, 5, 10, 100))
    return Sufficiency(
        (*tried, there), tuple(agreement), tuple(decided), enough, int(undecided.sum()), within
    )


def replications_needed(sweep: Sweep, found: Regimes) -> np.ndarray:
    """Replications after which the interval of each point's edge would exclude 0, if what was seen is the truth.

    Returns:
        Shape (points,); infinite where no number up to 10,000 would do, or too little is known.
    """
    values = sweep.responses[found.response]
    values = np.where(np.isfinite(values).all(axis=0), values, np.nan)
    at = np.arange(found.points)
    edges = values[found.rival, at] - values[found.best, at]
    known = np.isfinite(edges)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, edges, 0.0).sum(axis=1) / count
        spread = np.sqrt((np.where(known, edges - mean[:, None], 0.0) ** 2).sum(axis=1) / (count - 1))
        # In standard deviations; the interval's half width in the same unit falls with every replication.
        wanted = np.where(spread > 0, mean / spread, np.where(mean > 0, np.inf, 0.0))
    numbers = np.unique(np.geomspace(2, MOST, 400).round())
    half = stdtrit(numbers - 1, 1 - found.level / 2) / np.sqrt(numbers)
    first = np.searchsorted(-half, -np.nan_to_num(wanted, nan=0.0, posinf=np.inf))
    needed = np.append(numbers, np.inf)[first]
    return np.where(found.known, needed, np.inf)


def _rounded(there: int) -> list[int]:
    """About a dozen numbers of replications, closer together where they are few."""
    return sorted({int(r) for r in np.geomspace(2, there, 12).round()})
