"""The ε-dominance archive: the best trade-offs found so far, at the resolution that a user cares about.

Laumanns, Thiele, Deb and Zitzler 2002. Objectives are cut into steps of ε. A policy enters if no kept policy's
step is at least as good in every objective; of two in the same step the one nearer to the step's better corner stays.
All objectives are minimised.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Archive:
    """The trade-offs kept so far.

    Attributes:
        epsilons: shape (objectives,): the smallest difference that matters, by objective.
        solutions: shape (kept, variables).
        objectives: shape (kept, objectives).
        progress: how often a solution entered a step that no kept solution was in (ε-progress).
    """

    epsilons: np.ndarray
    solutions: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    objectives: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    progress: int = 0

    def __len__(self) -> int:
        return len(self.objectives)

    def add(self, solution: np.ndarray, objectives: np.ndarray) -> bool:
        """Offer one solution; unknown objectives (NaN) are refused.

        Returns:
            Whether it was kept.
        """
        if not np.isfinite(objectives).all():
            return False
        if len(self) == 0:
            self.solutions, self.objectives = solution[None, :].copy(), objectives[None, :].copy()
            self.progress += 1
            return True
        mine, steps = self.steps(objectives[None, :])[0], self.steps(self.objectives)
        same = (steps == mine).all(axis=1)
        if ((steps <= mine).all(axis=1) & ~same).any():
            return False
        if (
            same.any()
            and self._distance(self.objectives[same], mine)[0] <= self._distance(objectives[None], mine)[0]
        ):
            return False
        stays = ~((steps >= mine).all(axis=1))
        self.progress += not same.any()
        self.solutions = np.vstack([self.solutions[stays], solution])
        self.objectives = np.vstack([self.objectives[stays], objectives])
        return True

    def steps(self, objectives: np.ndarray) -> np.ndarray:
        """The step that each solution lies in, shape (solutions, objectives)."""
        return np.floor(objectives / self.epsilons)

    def _distance(self, objectives: np.ndarray, step: np.ndarray) -> np.ndarray:
        """How far solutions lie from the better corner of a step, in steps."""
        return np.sqrt(((objectives / self.epsilons - step) ** 2).sum(axis=1))
