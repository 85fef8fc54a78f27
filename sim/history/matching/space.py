"""What is fitted: parameters and the ranges they may lie in, as points of a cube whose sides are shares of each range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.experiments import sampling
from sim.experiments.designs import Columns
from sim.experiments.factors import Factor

DIGITS = 2
"""Significant digits of a declared default: more would say more than anybody knows."""


@dataclass(frozen=True)
class Space:
    """The parameters that are fitted. A point of the cube says how far through its range each of them lies.

    Args:
        factors: each with its range or its levels; every value in it counts as equally likely beforehand.
    """

    factors: tuple[Factor, ...]

    @property
    def size(self) -> int:
        """How many parameters are fitted."""
        return len(self.factors)

    @cached_property
    def names(self) -> list[str]:
        """Keys of the parameters."""
        return [factor.key for factor in self.factors]

    def columns(self, shares: np.ndarray) -> Columns:
        """The values at points of the cube, shape (N, parameters), as columns of a design."""
        return {factor.key: factor.values_at(shares[:, number]) for number, factor in enumerate(self.factors)}

    def shares(self, columns: Columns) -> np.ndarray:
        """The points of the cube at which values lie: the way back from `columns`."""
        return np.column_stack([_shares(factor, columns[factor.key]) for factor in self.factors])

    def rounded(self, shares: np.ndarray) -> np.ndarray:
        """The nearest points whose numbers have two significant digits, within their ranges; what is whole stays as it is."""
        columns = self.columns(shares)
        for factor in self.factors:
            if factor.levels is None and not factor.whole:
                plain = [float(f"{value:.{DIGITS}g}") for value in columns[factor.key]]
                columns[factor.key] = np.clip(plain, factor.low, factor.high)
        return self.shares(columns)

    def settled(self, shares: np.ndarray) -> np.ndarray:
        """The same points where whole numbers and levels allow them: two that mean the same become the same."""
        return self.shares(self.columns(shares))

    def features(self, shares: np.ndarray) -> np.ndarray:
        """The inputs of an emulator for each point: the shares, and for levels one column each."""
        found = []
        for number, factor in enumerate(self.factors):
            if factor.levels is None:
                found.append(shares[:, [number]])
            else:
                level = np.minimum(
                    (shares[:, number] * len(factor.levels)).astype(int), len(factor.levels) - 1
                )
                found.append(np.eye(len(factor.levels))[level])
        return np.hstack(found)

    def spread(self, points: int, seed: int) -> np.ndarray:
        """Points spread evenly over the cube, shape (points, parameters)."""
        return self.settled(sampling.latin_hypercube(self.size, seed, points))


def _shares(factor: Factor, values: Sequence[Any] | np.ndarray) -> np.ndarray:
    if factor.levels is not None:
        levels = list(factor.levels)
        return (np.array([levels.index(value) for value in values], dtype=float) + 0.5) / len(levels)
    assert factor.low is not None
    assert factor.high is not None
    given = np.asarray(values, dtype=float)
    if factor.whole:
        return (given - factor.low + 0.5) / (factor.high - factor.low + 1.0)
    return (given - factor.low) / (factor.high - factor.low)
