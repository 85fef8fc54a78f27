"""A Mesa model whose step is a month, under the same schedule as every other run.

Only this file and `sim.model.mesa_agents` import mesa. Agents are made when first asked for, so other runs pay nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.model import outcomes
from sim.model.mesa_agents import CentralGovernment, LocalAuthority, ServiceUser, ThirdSectorBody, gap_between
from sim.model.parameters import DEFAULT_SEED, MAX_SEED, Parameters
from sim.model.schedule import Run, begin
from sim.model.state import Journal

__all__ = ["CentralGovernment", "LocalAuthority", "Model", "ServiceUser", "ThirdSectorBody"]

KINDS = (CentralGovernment, LocalAuthority, ThirdSectorBody, ServiceUser)

Kind = TypeVar("Kind", CentralGovernment, LocalAuthority, ThirdSectorBody, ServiceUser)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= MAX_SEED:
        raise ValueError(f"{what} must be a whole number from 0 to {MAX_SEED}, not {value!r}")
    return int(value)


class _AgentsByType(Mapping):
    """The agents of a model by their type; those of a type are made when it is looked up."""

    def __init__(self, model: Model, made: Mapping[type, AgentSet]) -> None:
        self._model = model
        self._made = made

    def __getitem__(self, kind: type) -> AgentSet:
        if kind in KINDS and not self._model.views(kind):
            return AgentSet([], random=self._model.random)
        return self._made[kind]

    def __iter__(self) -> Iterator[type]:
        return iter(dict.fromkeys([*KINDS, *self._made]))

    def __len__(self) -> int:
        return len(list(iter(self)))


class Model(mesa.Model):
    """One run, month by month: `step()` runs a month, `run_model()` the rest of the run.

    Left alone it gives what `sim.simulate` gives, to the bit. Mesa's random numbers are seeded too, but nothing here
    draws from them: random numbers depend on seed and replication alone.

    Attributes:
        run: parameters, territory and all state, as rules read them.
        running: whether there are months left.
    """

    run: Run

    def __init__(
        self, parameters: Parameters | None = None, seed: int = DEFAULT_SEED, replication: int = 0
    ) -> None:
        """Initialise a run, at month 0.

        Args:
            parameters: its parameters; the defaults when left out.
            seed: random seed.
            replication: number of the replication; (seed, replication) fixes the random numbers in every scenario.

        Raises:
            TypeError: if parameters are not `sim.Parameters`.
            ValueError: if a number, the table of places or the interventions cannot be used.
        """
        if parameters is not None and not isinstance(parameters, Parameters):
            raise TypeError(f"parameters must be a sim.Parameters, not a {type(parameters).__name__}")
        root, number = _whole(seed, "seed"), _whole(replication, "replication")
        super().__init__(rng=root)
        self.run = begin(parameters or Parameters(), root, number)
        self._views: dict[type, list[Any]] = {kind: [] for kind in KINDS}

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        # Mesa counts a step before it is taken, and 3.5 ends its schedule at the first error: refuse before it starts.
        self._refuse_after_the_end()
        super()._wrapped_step(*args, **kwargs)

    def _refuse_after_the_end(self) -> None:
        if self.month >= self.run.parameters.population.months:
            raise ValueError(
                f"the run ended after month {self.month}, as population.months says; make a new Model to run another"
            )

    def step(self) -> None:
        """Run one month.

        Raises:
            ValueError: if the run has ended.
        """
        self._refuse_after_the_end()
        self.run.advance(1)
        self.running = self.month < self.run.parameters.population.months

    @property
    def month(self) -> int:
        """Months run so far."""
        return self.run.month

    @property
    def gap(self) -> float:
        """Share of the benefit intended so far that reached nobody; NaN before any was."""
        journal = self.run.state.journal
        return gap_between(journal.realised, journal.intended)

    @property
    def nominal_gap(self) -> float:
        """The gap so far as reports tell it."""
        journal = self.run.state.journal
        return gap_between(journal.nominal, journal.intended)

    def summary(self) -> dict[str, float]:
        """One number for each outcome, as if the run had ended with this month; NaN means unknown."""
        months = max(1, self.month)
        declared, state = self.run.parameters, self.run.state
        population = declared.population.model_copy(update={"months": months})
        shorter = declared.model_copy(update={"population": population})
        so_far = state._replace(journal=Journal._make(column[:months] for column in state.journal))
        return outcomes.summary(replace(self.run, parameters=shorter, state=so_far))

    def authority(self, name: str) -> LocalAuthority:
        """The authority of a place, by its name or code.

        Raises:
            ValueError: if there is no such place, with the nearest name.
        """
        land = self.run.territory
        if not land.knows(name):
            raise ValueError(f"no place '{name}'; nearest is '{land.nearest(name)}'")
        return self.views(LocalAuthority)[land.index(name)]

    def views(self, kind: type[Kind]) -> list[Kind]:
        """The agents of a kind, in the order of their rows; made, with those of kinds above, when first asked for."""
        if not self._views[kind]:
            for each in KINDS[: KINDS.index(kind) + 1]:
                for row in range(len(self._views[each]), len(each.columns(self.run.state).will)):
                    number = 1 + sum(map(len, self._views.values()))
                    self._views[each].append(each(self, row, number))
            # Mesa 3.3 keeps its counter of a model's agents, and with it the model, for ever.
            getattr(mesa.Agent, "_ids", {}).pop(self, None)
        return self._views[kind]

    @property
    def agents(self) -> AgentSet:
        """All agents: the centre, authorities, third-sector bodies, users."""
        self.views(ServiceUser)
        return super().agents

    @property
    def agents_by_type(self) -> Mapping[type, AgentSet]:
        """The agents by their type; asking for organisations makes no users."""
        return _AgentsByType(self, super().agents_by_type)

    @property
    def agent_types(self) -> list[type]:
        """The four kinds of agents."""
        return list(self.agents_by_type)
