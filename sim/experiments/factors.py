"""Factors: the parameters that an experiment varies, and the values each may take.

Levers are what somebody could decide, uncertainties what nobody knows. An uncertainty without a range of its own gets a
default range within the declared bounds: bounds are hard limits, often far from anything plausible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.schema import Declaration, declarations

ROLES = ("lever", "uncertainty")


@dataclass(frozen=True)
class Factor:
    """A parameter that varies over an experiment.

    Args:
        key: key of a declared parameter, as in `changes.heterogeneity`.
        role: `lever` or `uncertainty`.
        low: lower end of its range, for designs that sample; None when it has levels.
        high: upper end of its range, inclusive.
        levels: its values in the order given; None among them means "as the scenario says".
        whole: whether its values are whole numbers.
    """

    key: str
    role: str
    low: float | None = None
    high: float | None = None
    levels: tuple[Any, ...] | None = None
    whole: bool = False

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return declarations()[self.key].unit

    @property
    def sentence(self) -> str:
        """The meaning of the parameter, in one sentence."""
        return declarations()[self.key].sentence

    def values_at(self, shares: np.ndarray) -> list[Any] | np.ndarray:
        """The values at given shares of the way through its range or its levels.

        Whole numbers and levels get equal slices, so that a uniform sample gives each equally often.

        Args:
            shares: numbers from 0 to 1, shape (points,).

        Returns:
            One value a share: an array of numbers, or a list when levels are not all numbers.
        """
        if self.levels is not None:
            return self.levels_at(
                np.minimum((shares * len(self.levels)).astype(np.int64), len(self.levels) - 1)
            )
        assert self.low is not None
        assert self.high is not None
        if self.whole:
            count = int(self.high) - int(self.low) + 1
            return int(self.low) + np.minimum((shares * count).astype(np.int64), count - 1)
        # Rounding must not carry the upper end past a declared bound.
        return np.clip(self.low + shares * (self.high - self.low), self.low, self.high)

    def levels_at(self, positions: np.ndarray) -> list[Any] | np.ndarray:
        """The levels at some positions, as one column."""
        levels = column(self.levels or ())
        return (
            levels[positions] if isinstance(levels, np.ndarray) else [levels[n] for n in positions.tolist()]
        )


def declared_role(key: str) -> str:
    """Whether a parameter is a lever or an uncertainty, by its declaration.

    Set-up (number of users, length of a run) is an uncertainty: it is varied to see whether the results depend on it.
    """
    role = declarations()[key].role
    return role if role in ROLES else "uncertainty"


def is_whole(key: str) -> bool:
    """Whether a parameter is declared as a whole number."""
    return declarations()[key].kind is int


def column(values: Sequence[Any]) -> list[Any] | np.ndarray:
    """Values as one column: an array when all are numbers of one kind, else a list."""
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return np.array(values, dtype=np.int64)
    if kinds and kinds <= {int, float}:
        return np.array(values, dtype=np.float64)
    return list(values)


SHARE_UNITS = ("strength", "share", "degree", "chance", "share of time")
NEARLY_ZERO = 0.01


def default_range(declared: Declaration, spread: float) -> Factor | None:
    """An uncertainty as a factor over its default range, or None when its range must be stated.

    Args:
        declared: the parameter.
        spread: how many times smaller and larger than its prior default a number may be; more than 1.
    """
    if declared.choices:
        return Factor(declared.key, "uncertainty", levels=declared.choices)
    assert declared.low is not None
    assert declared.high is not None
    if declared.judged is None:
        return None
    if _runs_from_nothing_to_all(declared):
        low, high = float(declared.low), float(declared.high)
    else:
        low, high = sorted((declared.judged / spread, declared.judged * spread))
        low, high = max(low, declared.low), min(high, declared.high)
    whole = is_whole(declared.key)
    if whole:
        low, high = math.ceil(low), math.floor(high)
    return Factor(declared.key, "uncertainty", low, high, whole=whole) if low < high else None


def _runs_from_nothing_to_all(declared: Declaration) -> bool:
    assert declared.low is not None
    bounded = 0.0 <= declared.low <= NEARLY_ZERO and declared.high == 1.0
    return bounded and declared.group != "reference" and declared.unit in SHARE_UNITS
