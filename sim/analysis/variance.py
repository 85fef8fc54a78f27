"""Sources of variance of a response (settings, random seed, each factor of a grid), and how many replications are enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from sim.analysis.regime_map import NOBODY, OPEN, Regimes, common, regimes
from sim.analysis.sweep_data import Sweep, SweptFactor
from sim.stats import CONFIDENCE, mean_over, moments

RESAMPLES = 200
ENDS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
"""The quantiles between which an interval from resamples lies."""

Shares = list[tuple[float, float, float]]


def point_means(values: np.ndarray) -> np.ndarray:
    """The mean at each point over replications, less the effect of each replication on all points.

    Args:
        values: shape (points, replications); NaN is unknown. A run missing in a favourable replication must not make its point
            look worse, so each replication is first brought to the overall mean.

    Returns:
        Shape (points,); NaN where no replication is known.
    """
    known = np.isfinite(values)
    by_replication = mean_over(values, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        overall = np.where(known, values, 0.0).sum() / known.sum()
        even = np.where(known, values - by_replication + overall, 0.0)
        return np.where(known.any(axis=1), even.sum(axis=1) / known.sum(axis=1), np.nan)


def seed_share(values: np.ndarray, seed: int) -> tuple[float, float, float]:
    """The share of a single run's variance that is due to the seed, with its interval over replications.

    Two-way components of variance: points, replications, and the residual. The seed's share is
    replications plus residual, out of all three.

    Args:
        values: shape (points, replications); points with an unknown replication are left out.
        seed: of the resampling.

    Returns:
        Share, low, high; NaN where fewer than two points or replications are left.
    """
    whole = values[np.isfinite(values).all(axis=1)]
    points, replications = whole.shape
    if points < 2 or replications < 2:
        return (float("nan"),) * 3
    found = _components_share(whole)
    if replications < 5:
        return found, float("nan"), float("nan")
    again = _resampled(lambda some: _components_share(whole[:, np.unique(some)]), replications, seed)
    low, high = np.nanquantile(again, ENDS)
    return found, float(low), float(high)


def _resampled(statistic: Callable[[np.ndarray], Any], replications: int, seed: int) -> list[Any]:
    """A statistic of replications that are drawn, with repetition, again and again."""
    generator = np.random.default_rng(seed)
    return [statistic(generator.integers(0, replications, replications)) for _ in range(RESAMPLES)]


def stochastic_variance_of_means(values: np.ndarray) -> float:
    """The share of the variance of the points' means that is left by chance after so many replications.

    Args:
        values: shape (points, replications); points with an unknown replication are left out.

    Returns:
        A share, above 1 when the points vary less than chance alone would make them; NaN where it cannot be known.
    """
    whole = values[np.isfinite(values).all(axis=1)]
    points, replications = whole.shape
    if points < 2 or replications < 2:
        return float("nan")
    by_point = whole.mean(axis=1)
    between = float(by_point.var(ddof=1))
    return _stochastic_variance(whole) / replications / between if between > 0 else float("nan")


def _stochastic_variance(values: np.ndarray) -> float:
    """Variance of what is left when points and replications are taken out."""
    points, replications = values.shape
    left = values - values.mean(axis=1)[:, None] - values.mean(axis=0)[None, :] + values.mean()
    return float((left**2).sum()) / ((points - 1) * (replications - 1))


def _components_share(values: np.ndarray) -> float:
    points, replications = values.shape
    if replications < 2:
        return float("nan")
    by_point, by_replication = values.mean(axis=1), values.mean(axis=0)
    residual = _stochastic_variance(values)
    settings = max(0.0, float(by_point.var(ddof=1)) - residual / replications)
    replications_variance = max(0.0, float(by_replication.var(ddof=1)) - residual / points)
    total = settings + replications_variance + residual
    return (replications_variance + residual) / total if total > 0 else float("nan")


@dataclass(frozen=True)
class GridShares:
    """First-order and total shares of the variance over a grid, each with its interval."""

    first: Shares
    total: Shares


def grid_shares(factors: Sequence[SweptFactor], values: np.ndarray, seed: int) -> GridShares | None:
    """The share of the variance over a full grid that each factor has alone, and with all its interactions.

    Args:
        factors: those that vary.
        values: shape (points, replications), all known.
        seed: of the resampling.

    Returns:
        None when the points are not each combination of levels once.
    """
    codes = [np.unique(_sortable(f.values), return_inverse=True)[1].ravel() for f in factors]
    shape = tuple(int(code.max()) + 1 for code in codes)
    place = np.ravel_multi_index(codes, shape)
    if len(place) != int(np.prod(shape)) or len(np.unique(place)) != len(place):
        return None
    ordered = values[np.argsort(place)]
    first, total = _shares(ordered.mean(axis=1).reshape(shape))
    replications = values.shape[1]
    if replications < 2:
        unknown = float("nan")
        return GridShares([(v, unknown, unknown) for v in first], [(v, unknown, unknown) for v in total])
    again = _resampled(lambda some: _shares(ordered[:, some].mean(axis=1).reshape(shape)), replications, seed)
    low, high = np.quantile(again, ENDS, axis=0)
    return GridShares(_with(first, low[0], high[0]), _with(total, low[1], high[1]))


def _shares(grid: np.ndarray) -> tuple[list[float], list[float]]:
    variance = float(grid.var())
    if variance == 0:
        return [0.0] * grid.ndim, [0.0] * grid.ndim
    every = range(grid.ndim)
    first = [float(grid.mean(axis=tuple(a for a in every if a != k)).var()) / variance for k in every]
    total = [float(grid.var(axis=k).mean()) / variance for k in every]
    return first, total


def _with(middle: Sequence[float], low: np.ndarray, high: np.ndarray) -> Shares:
    return [(m, min(m, float(a)), max(m, float(b))) for m, a, b in zip(middle, low, high, strict=True)]


def _sortable(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "f" else values.astype(str)


AGREEMENT = 0.95
"""A number of replications is enough when it would have called this share of the points the same."""

MOST = 10_000
"""More replications than this are not asked for; the points are then as good as tied."""


@dataclass(frozen=True)
class ReplicationsNeeded:
    """What fewer replications would have said, and how many more the undecided points would need.

    Attributes:
        tried: numbers of replications, up to all that there are.
        agreement: share of points called as with all of them, for each number tried.
        decided: share of points with a winner, for each number tried.
        enough: the smallest number tried from which the agreement stays at 95 % or above; None when only all will do.
        open_points: points not significantly different.
        within: how many of these would be significantly different with 2, 5, 10 … times the replications, if the
            differences seen are the true ones.
    """

    tried: tuple[int, ...]
    agreement: tuple[float, ...]
    decided: tuple[float, ...]
    enough: int | None
    open_points: int
    within: tuple[tuple[int, int], ...]


def replications_for_map(sweep: Sweep, found: Regimes) -> ReplicationsNeeded | None:
    """Judge the number of replications; None when there are fewer than three."""
    there = int(np.isfinite(sweep.responses[found.response]).all(axis=0).any(axis=0).sum())
    if there < 3:
        return None
    tried = [r for r in _rounded(there) if 2 <= r < there]
    calls = [regimes(sweep, found.response, r) for r in tried] + [found]
    known = found.known
    agreement = [float((c.winner == found.winner)[known].mean()) if known.any() else 0.0 for c in calls]
    decided = [c.share(c.winner != NOBODY) for c in calls]
    enough = next((r for k, r in enumerate(tried) if min(agreement[k:]) >= AGREEMENT), None)
    undecided = found.kind == OPEN
    needed = replications_needed(sweep, found)[undecided]
    within = tuple((there * times, int((needed <= there * times).sum())) for times in (2, 5, 10, 100))
    return ReplicationsNeeded(
        (*tried, there), tuple(agreement), tuple(decided), enough, int(undecided.sum()), within
    )


def replications_needed(sweep: Sweep, found: Regimes) -> np.ndarray:
    """Replications after which the interval of each point's edge would exclude 0, if what was seen is the truth.

    Returns:
        Shape (points,); infinite where no number up to 10,000 would do, or too little is known.
    """
    values = common(sweep.responses[found.response])
    at = np.arange(found.points)
    _, mean, spread, _ = moments((values[found.rival, at] - values[found.best, at]).T)
    with np.errstate(invalid="ignore", divide="ignore"):
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
