"""Policies crossed with futures: every combination of levers meets every combination of uncertainties.

A policy is a value for every lever, a future a value for every uncertainty (XLRM: Lempert, Popper and Bankes 2003). Rights
of one row of the table sum to 1, so a row is one lever: a point of a simplex.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.designs import Columns, points_of
from sim.experiments.factors import Factor, column
from sim.model.decision_rights import ROWS, columns

EDGE = 1e-12
"""Shares stay this far from 0 and 1 before they are turned into parts of a whole."""


@dataclass(frozen=True)
class Simplex:
    """A row of the table of decision rights as one lever: shares that sum to 1.

    Attributes:
        row: name of the row, as in `design`.
        concentration: of a Dirichlet distribution, one number for each holder; all 1 makes every row equally probable.
        steps: shares are multiples of 1 / steps; None for any shares.
    """

    row: str
    concentration: tuple[float, ...]
    steps: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its shares."""
        return tuple(f"power.{self.row}.{holder}" for holder in columns(self.row))

    @property
    def variables(self) -> int:
        """How many numbers from 0 to 1 make a row."""
        return len(self.keys)

    def values_at(self, shares: np.ndarray) -> Columns:
        """The rows that some numbers from 0 to 1 stand for.

        Each number u gives a part: −ln(1 − u) where all concentrations are 1, else the quantile of the gamma distribution;
        the parts are divided by their sum. So uniform numbers give rows of the Dirichlet distribution.

        Args:
            shares: shape (points, variables).
        """
        inside = np.clip(shares, EDGE, 1.0 - EDGE)
        if set(self.concentration) == {1.0}:
            parts = -np.log1p(-inside)
        else:
            from scipy.special import gammaincinv

            parts = np.column_stack(
                [gammaincinv(alpha, inside[:, place]) for place, alpha in enumerate(self.concentration)]
            )
        rows = parts / parts.sum(axis=1, keepdims=True)
        if self.steps is not None:
            rows = _rounded(rows, self.steps)
        return dict(zip(self.keys, rows.T, strict=True))

    def lattice(self) -> np.ndarray:
        """All rows whose shares are multiples of 1 / steps, shape (rows, holders)."""
        assert self.steps is not None
        holders = len(self.keys)
        bars = itertools.combinations(range(self.steps + holders - 1), holders - 1)
        ends = [(-1, *bar, self.steps + holders - 1) for bar in bars]
        return (np.diff(np.array(ends), axis=1) - 1) / self.steps


def _rounded(rows: np.ndarray, steps: int) -> np.ndarray:
    """Rows in multiples of 1 / steps that still sum to 1: the largest remainders are rounded up."""
    scaled = rows * steps
    whole = np.floor(scaled)
    missing = np.rint(steps - whole.sum(axis=1)).astype(int)
    rank = np.argsort(np.argsort(whole - scaled, axis=1, kind="stable"), axis=1, kind="stable")
    return (whole + (rank < missing[:, None])) / steps


Lever = Factor | Simplex


@dataclass(frozen=True)
class Space:
    """All policies that some levers make possible, as points of a unit cube.

    Attributes:
        levers: the levers.
    """

    levers: tuple[Lever, ...]

    @property
    def variables(self) -> int:
        """The number of dimensions of the cube."""
        return sum(lever.variables if isinstance(lever, Simplex) else 1 for lever in self.levers)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """One factor for each column of a policy; a simplex has one for each of its shares."""
        found: list[Factor] = []
        for lever in self.levers:
            if isinstance(lever, Simplex):
                found += [Factor(key, "lever", 0.0, 1.0) for key in lever.keys]
            else:
                found.append(lever)
        return tuple(found)

    def values_at(self, shares: np.ndarray) -> Columns:
        """The policies at some points of the cube, one column for each factor.

        Args:
            shares: numbers from 0 to 1, shape (policies, variables).
        """
        found: Columns = {}
        place = 0
        for lever in self.levers:
            if isinstance(lever, Simplex):
                found |= lever.values_at(shares[:, place : place + lever.variables])
                place += lever.variables
            else:
                found[lever.key] = lever.values_at(shares[:, place])
                place += 1
        return found

    def grid(self) -> Columns:
        """Every combination of the levels of the factors and the lattices of the rows, the last lever fastest."""
        options = [
            [dict(zip(lever.keys, row, strict=True)) for row in lever.lattice().tolist()]
            if isinstance(lever, Simplex)
            else [{lever.key: level} for level in lever.levels or ()]
            for lever in self.levers
        ]
        points = [
            {key: value for part in parts for key, value in part.items()}
            for parts in itertools.product(*options)
        ]
        return {factor.key: column([point[factor.key] for point in points]) for factor in self.factors}

    def grid_size(self) -> int:
        """How many policies a grid has, found without laying it out."""
        sizes = [
            math.comb((lever.steps or 0) + lever.variables - 1, lever.variables - 1)
            if isinstance(lever, Simplex)
            else len(lever.levels or ())
            for lever in self.levers
        ]
        return math.prod(sizes)


def crossed(policies: Columns, futures: Columns) -> Columns:
    """Every policy in every future: point = policy × number of futures + future.

    Args:
        policies: one column for each lever.
        futures: one column for each uncertainty.
    """
    many, each = points_of(policies), points_of(futures)
    over = {key: _repeated(values, each) for key, values in policies.items()}
    return over | {key: _tiled(values, many) for key, values in futures.items()}


def _repeated(values: Any, times: int) -> Any:
    if isinstance(values, np.ndarray):
        return np.repeat(values, times)
    return [value for value in values for _ in range(times)]


def _tiled(values: Any, times: int) -> Any:
    return np.tile(values, times) if isinstance(values, np.ndarray) else list(values) * times


def row_of(key: str) -> str | None:
    """The row of the table of decision rights that a key such as `power.design` names, or None."""
    row = key.removeprefix("power.")
    return row if row in ROWS and key == f"power.{row}" else None


def simplexes(
    key: str, concentration: Sequence[float] | None = None, steps: int | None = None
) -> list[Simplex]:
    """The simplex of a row, or of each row of the whole table where the key is `power`.

    Args:
        key: `power.design`, say, or `power`.
        concentration: one number for each holder; all 1 when left out.
        steps: see `Simplex`.
    """
    rows = list(ROWS) if key == "power" else [row for row in (row_of(key),) if row]
    return [Simplex(row, tuple(concentration or [1.0] * len(columns(row))), steps) for row in rows]
