"""The space that is searched: parameters with their ranges, as points of the unit cube, in shares of each range."""

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
"""Significant digits of a declared default: more would claim a precision that nobody has."""


@dataclass(frozen=True)
class Space:
    """The parameters that are searched. A point of the cube gives the position of each in its range.

    Args:
        factors: each with its range or its levels; the prior is uniform over it.
    """

    factors: tuple[Factor, ...]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.factors)

    @cached_property
    def names(self) -> list[str]:
        """Keys of the parameters."""
        return [factor.key for factor in self.factors]

    def columns(self, shares: np.ndarray) -> Columns:
        """The values at points of the cube, shape (N, parameters), as columns of a design."""
        return {factor.key: factor.values_at(shares[:, number]) for number, factor in enumerate(self.factors)}

    def shares(self, columns: Columns) -> np.ndarray:
        """The points of the cube at which values lie: the inverse of `columns`."""
        return np.column_stack([_shares(factor, columns[factor.key]) for factor in self.factors])

    def rounded(self, shares: np.ndarray) -> np.ndarray:
        """The nearest points whose numbers have two significant digits, within their ranges; whole numbers stay."""
        columns = self.columns(shares)
        for factor in self.factors:
            if factor.levels is None and not factor.whole:
                plain = [float(f"{value:.{DIGITS}g}") for value in columns[factor.key]]
                columns[factor.key] = np.clip(plain, factor.low, factor.high)
        return self.shares(columns)

    def settled(self, shares: np.ndarray) -> np.ndarray:
        """The same points, moved to the middle of a whole number or level: two with the same values become equal."""
        return self.shares(self.columns(shares))

    def features(self, shares: np.ndarray) -> np.ndarray:
        """The inputs of an emulator for each point: the shares, with one indicator column for each level."""
        found = []
        for number, factor in enumerate(self.factors):
            if factor.levels is None:
                found.append(shares[:, [number]])
            else:
                count = len(factor.levels)
                level = np.minimum((shares[:, number] * count).astype(int), count - 1)
                found.append(np.eye(count)[level])
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
