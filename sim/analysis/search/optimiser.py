"""ε-NSGA-II: proposes policies, learns what they came to, and restarts from its archive when it stalls.

Kollat and Reed 2006, around the NSGA-II of pymoo (Deb et al. 2002). Every proposal follows from the seed and from the
objectives reported so far, so that a search that is repeated with the same answers makes the same proposals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.search.archive import Archive

PATIENCE = 10
"""Generations without ε-progress after which the search restarts from its archive."""
INJECTED = 0.25
"""Share of a restarted population that comes from the archive as it is; the others are its mutants."""


@dataclass(frozen=True)
class Settings:
    """How a search proceeds.

    Attributes:
        variables: number of variables, each from 0 to 1.
        epsilons: the smallest difference that matters, by objective.
        constraints: number of constraints, each met where it is at most 0.
        seed: of all random numbers.
        population: how many policies a generation has at first.
        largest: how many it has at most after a restart.
        patience: generations without ε-progress before a restart.
    """

    variables: int
    epsilons: tuple[float, ...]
    constraints: int = 0
    seed: int = 0
    population: int = 100
    largest: int = 400
    patience: int = PATIENCE


class Optimiser:
    """Ask for a generation of policies, tell what they came to, repeat."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.archive = Archive(np.asarray(settings.epsilons, float))
        self.generation = 0
        self.restarts = 0
        self._stalled = 0
        self._asked: Any = None
        self._algorithm: Any = None
        draws = np.random.default_rng([settings.seed, 0])
        self._begin(draws.random((settings.population, settings.variables)))

    def _begin(self, population: np.ndarray) -> None:
        """A fresh NSGA-II from a first population, shape (policies, variables)."""
        # Loaded here: only a search needs it.
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
        from pymoo.core.termination import NoTermination

        s = self.settings
        problem = Problem(s.variables, len(s.epsilons), s.constraints, xl=0.0, xu=1.0)
        self._algorithm = NSGA2(pop_size=len(population), sampling=population)
        seed = int(np.random.default_rng([s.seed, 1, self.restarts]).integers(2**31))
        self._algorithm.setup(problem, seed=seed, termination=NoTermination())

    def ask(self) -> np.ndarray:
        """The next generation, shape (policies, variables), every variable from 0 to 1."""
        self._asked = self._algorithm.ask()
        return np.asarray(self._asked.get("X"), float)

    def tell(self, objectives: np.ndarray, constraints: np.ndarray | None = None) -> None:
        """What the generation that was asked for came to.

        Args:
            objectives: shape (policies, objectives); NaN where a policy could not be evaluated.
            constraints: shape (policies, constraints); a policy that exceeds 0 in one never enters the archive.
        """
        solutions = np.asarray(self._asked.get("X"), float)
        exceeded = np.zeros((len(solutions), 0)) if constraints is None else constraints
        # What could not be evaluated is worse than all that could.
        self._asked.set("F", np.where(np.isfinite(objectives), objectives, 1e12))
        if self.settings.constraints:
            self._asked.set("G", np.where(np.isfinite(exceeded), exceeded, 1e12))
        self._algorithm.tell(infills=self._asked)
        before = self.archive.progress
        for solution, reached, over in zip(solutions, objectives, exceeded, strict=True):
            if (over <= 0.0).all():
                self.archive.add(solution, reached)
        self.generation += 1
        self._stalled = 0 if self.archive.progress > before else self._stalled + 1
        if self._stalled >= self.settings.patience and len(self.archive):
            self._restart()

    def _restart(self) -> None:
        """Begin again with four policies for each in the archive: a quarter as they are, the others mutated.

        A mutant copies a policy of the archive and draws some of its variables again, one of them on average.
        """
        self.restarts += 1
        self._stalled = 0
        kept, variables = len(self.archive), self.settings.variables
        size = int(np.clip(round(kept / INJECTED), self.settings.population, self.settings.largest))
        draws = np.random.default_rng([self.settings.seed, 2, self.restarts])
        order = draws.permutation(kept)[: max(1, round(size * INJECTED))]
        mutants = self.archive.solutions[draws.integers(0, kept, size - len(order))]
        moved = draws.random(mutants.shape) < 1 / variables
        moved[np.arange(len(mutants)), draws.integers(0, variables, len(mutants))] = True
        population = np.vstack(
            [self.archive.solutions[order], np.where(moved, draws.random(mutants.shape), mutants)]
        )
        self._begin(population)
