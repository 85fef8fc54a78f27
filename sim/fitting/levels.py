"""Levels of the status quo: the gap and where changes stand, which defaults are set on.

Never a difference between power structures: nothing here lives more than one table of rights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.declarations import as_judged
from sim.fitting.space import Space
from sim.month import simulate
from sim.outcomes import summary
from sim.parameters import Parameters

LEVELS = ("gap", "stage.not_started", "stage.see", "stage.spark", "stage.shape", "stage.shift")
"""The gap, and the census of stages."""

WORLDS = 12


def status_quo_levels(space: Space, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """What reads the levels of the status quo at points of a space.

    Args:
        space: what is fitted; all else is as it was judged before any fit.
        seed: root of all luck; every point meets the same worlds.

    Returns:
        A function of points (N, parameters) that gives (N, levels), each level the mean over its worlds.
    """

    def levels(shares: np.ndarray) -> np.ndarray:
        columns = space.columns(shares)
        points = [{key: column[k] for key, column in columns.items()} for k in range(len(shares))]
        return np.array([_mean_levels(_status_quo(point), seed) for point in points])

    return levels


def _status_quo(point: dict[str, Any]) -> Parameters:
    groups: dict[str, Any] = {}
    for key, value in {**as_judged(), **point}.items():
        group, _, leaf = key.partition(".")
        groups.setdefault(group, {})[leaf] = value.item() if isinstance(value, np.generic) else value
    return Parameters.model_validate(groups)


def _mean_levels(parameters: Parameters, seed: int) -> np.ndarray:
    rows = [summary(simulate(parameters, seed, world)) for world in range(WORLDS)]
    return np.mean([[row[level] for level in LEVELS] for row in rows], axis=0)
