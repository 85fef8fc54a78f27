"""Where the variance of a response comes from: the settings, the seed, and on a grid each factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.statistics import CONFIDENCE
from sim.sweep_analysis.swept import SweptFactor

RESAMPLES = 200

Shares = list[tuple[float, float, float]]


def point_means(values: np.ndarray) -> np.ndarray:
    """The mean at each point over replications, less what a world does to all points alike.

    Args:
        values: shape (points, replications); NaN is unknown. A run missing in a kind world must not make its point look
            worse, so each replication is first brought to the overall mean.

    Returns:
        Shape (points,); NaN where no replication is known.
    """
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_world = np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0)
        overall = np.where(known, values, 0.0).sum() / known.sum()
        even = np.where(known, values - by_world + overall, 0.0)
        return np.where(known.any(axis=1), even.sum(axis=1) / known.sum(axis=1), np.nan)


def seed_share(values: np.ndarray, seed: int) -> tuple[float, float, float]:
    """The share of a single run's variance that is due to the seed, with its interval over replications.

    Two-way components of variance: points, worlds (replications), and what is left, the luck particular to both. The
    seed's share is worlds plus luck, out of all three.

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
    generator = np.random.default_rng(seed)
    again = [
        _components_share(whole[:, np.unique(generator.integers(0, replications, replications))])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return found, float(low), float(high)


def luck_in_means(values: np.ndarray) -> float:
    """The share of the variance of the points' means that is luck left in them after so many replications.

    Args:
        values: shape (points, replications); points with an unknown replication are left out.

    Returns:
        A share, above 1 when the points vary less than luck alone would make them; NaN where it cannot be known.
    """
    whole = values[np.isfinite(values).all(axis=1)]
    points, replications = whole.shape
    if points < 2 or replications < 2:
        return float("nan")
    by_point = whole.mean(axis=1)
    between = float(by_point.var(ddof=1))
    return _luck(whole) / replications / between if between > 0 else float("nan")


def _luck(values: np.ndarray) -> float:
    """Variance of what is left when points and worlds are taken out."""
    points, replications = values.shape
    left = values - values.mean(axis=1)[:, None] - values.mean(axis=0)[None, :] + values.mean()
    return float((left**2).sum()) / ((points - 1) * (replications - 1))


def _components_share(values: np.ndarray) -> float:
    points, replications = values.shape
    if replications < 2:
        return float("nan")
    by_point, by_world, luck = values.mean(axis=1), values.mean(axis=0), _luck(values)
    settings = max(0.0, float(by_point.var(ddof=1)) - luck / replications)
    worlds = max(0.0, float(by_world.var(ddof=1)) - luck / points)
    total = settings + worlds + luck
    return (worlds + luck) / total if total > 0 else float("nan")


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
    order = np.argsort(place)
    first, total = _shares(values[order].mean(axis=1).reshape(shape))
    replications = values.shape[1]
    if replications < 2:
        unknown = float("nan")
        return GridShares([(v, unknown, unknown) for v in first], [(v, unknown, unknown) for v in total])
    generator = np.random.default_rng(seed)
    again = np.array(
        [
            _shares(
                values[order][:, generator.integers(0, replications, replications)]
                .mean(axis=1)
                .reshape(shape)
            )
            for _ in range(RESAMPLES)
        ]
    )
    low, high = np.quantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
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
