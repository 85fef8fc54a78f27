"""Agents for Mesa: views of the columns of a run.

An agent is a row that reads and writes columns; it holds no state of its own and no rule. Columns are looked up through
its model, so two models share nothing.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.model.state import STAGES, State
from sim.model.submodels.capacity import crisis_share
from sim.model.submodels.responses import readiness, start_ability


def _share(value: Any, what: str) -> float:
    """A number as a share, kept in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{what} must be a number from 0 to 1, not {value!r}")
    if math.isnan(value):
        raise ValueError(f"{what} must be a number from 0 to 1, not NaN")
    return min(1.0, max(0.0, float(value)))


def gap_between(reached: np.ndarray, intended: np.ndarray) -> float:
    """Share of intended benefit that reached nobody; NaN where none was intended."""
    whole = intended.sum()
    return float(1.0 - reached.sum() / whole) if whole > 0 else math.nan


def _own(name: str, meaning: str) -> Any:
    """A state variable that can be read and written."""
    return property(lambda one: one._read(name), lambda one, value: one._write(name, value), doc=meaning)


def _of_territory(name: str, meaning: str) -> Any:
    """A fact about an authority from the table of authorities; a Python value, as in `_View._read`."""

    def read(one: LocalAuthority) -> Any:
        found = getattr(one.model.run.territory, name)[one._row]
        return found.item() if isinstance(found, np.generic) else found

    return property(read, doc=meaning)


def _authority(column: str, meaning: str) -> Any:
    """The authority that a column names by its row; None where the column holds −1."""

    def read(one: Any) -> LocalAuthority | None:
        row = one._read(column)
        return one.model.views(LocalAuthority)[row] if row >= 0 else None

    return property(read, doc=meaning)


def _waiting(one: Any) -> int:
    """Requests that wait for a decision of those who decide here, the centre or the heads of an authority."""
    heads = one.model.run.state.heads
    return heads.issued.item(one._where) - heads.served.item(one._where)


def _table(name: str) -> Any:
    """A static method that finds the table of a kind of agent in a state."""

    def columns(state: State) -> Any:
        """The table of this kind."""
        return getattr(state, name)

    return staticmethod(columns)


class _View(mesa.Agent):
    """One row of a table of agents. The model makes the views; their number is fixed when the run begins.

    What is written into will, ability or capacity is clipped to [0, 1], acts in the next month, and becomes the
    agent's own level: it stays until mechanisms or interventions change it, as they change any other.
    """

    kind: ClassVar[str]
    """As in the table of decision rights."""
    _group: ClassVar[str]
    """Where the parameters of its kind are declared."""
    _place: ClassVar[str | None] = None
    """Column that holds its authority; None where the agent is an authority itself."""

    model: Any

    def __init__(self, model: mesa.Model, row: int, number: int) -> None:
        super().__init__(model)
        self._row = row
        # Mesa counts from 1 in the order of creation; set, since 3.3 would count afresh in a model that was unpickled.
        self.unique_id = number

    columns: ClassVar[Any]
    """The table of its kind in a state."""

    @property
    def _where(self) -> int:
        """Row of the parameters that hold for this agent: that of its authority."""
        return self._read(self._place) if self._place else self._row

    @property
    def _table(self) -> Any:
        return type(self).columns(self.model.run.state)

    @property
    def _parameters(self) -> Any:
        return self.model.run.values[self._where]

    def _read(self, column: str) -> Any:
        # A Python number: Mesa 3.5 makes a deep copy of any other value that it collects.
        return getattr(self._table, column).item(self._row)

    def _usual(self, name: str) -> float:
        """The level that an agent of this kind has here without a difference of its own."""
        return float(getattr(self._parameters, f"{self._group}_{name}"))

    def _write(self, name: str, value: Any) -> None:
        level = _share(value, f"{type(self).__name__}.{name}")
        getattr(self._table, name)[self._row] = level
        getattr(self._table, f"{name}_offset")[self._row] = level - self._usual(name)

    will = _own("will", "Commitment, in [0, 1]; of a user, trust.")
    ability = _own("ability", "What the agent is able to do, in [0, 1].")
    capacity = _own("capacity", "What time or attention the agent has, in [0, 1].")

    def remove(self) -> None:
        """Refused with the reason: agents cannot leave."""
        raise TypeError(
            f"a {type(self).__name__} cannot be removed: populations are fixed, so that every scenario "
            "has the same people. Set its will or its capacity to 0 instead."
        )


class CentralGovernment(_View):
    """The centre: will is persistence, ability is support for design and delivery, capacity is attention."""

    kind = "centre"
    _group = "centre"
    columns = _table("centre")

    @property
    def _where(self) -> int:
        return -1

    waiting = property(_waiting, doc="Requests that wait for its decision.")


class LocalAuthority(_View):
    """A council: will and ability to change, and capacity, the staff time left after business as usual and crises."""

    kind = "authorities"
    _group = "authorities"
    columns = _table("places")

    def _usual(self, name: str) -> float:
        if name != "capacity":
            return super()._usual(name)
        place, parameters = self._table[self._row], self._parameters
        crisis = crisis_share(parameters, place.crisis_start, self.model.month, place.delivered_share)
        return 1.0 - float(parameters.authorities_usual_business) - min(1.0, crisis)

    def _write(self, name: str, value: Any) -> None:
        super()._write(name, value)
        place, parameters = self._table[self._row], self._parameters
        if name == "will":
            place.baseline_will = place.will
        elif name == "ability":
            # The level is the place's own now; what it gained before is part of it and cannot fade.
            place.gained_ability = 0.0
            place.ability_offset /= start_ability(parameters, 1.0) - float(parameters.authorities_ability)

    name = _of_territory("name", "Name of the authority.")
    code = _of_territory("code", "Official code of the authority.")
    population = _of_territory("population", "Inhabitants.")
    deprivation = _of_territory("deprivation", "Percentage of people in the nation's most deprived fifth.")
    rurality = _of_territory("rurality", "Percentage of people in rural areas.")

    @property
    def gap(self) -> float:
        """Share of the benefit intended here so far that reached nobody; NaN before any was."""
        account = self.model.run.state.account[self._row]
        return gap_between(account.realised, account.intended)

    @property
    def signed(self) -> bool:
        """Whether it has signed the pledge."""
        return self._read("signed") == 1.0

    waiting = property(_waiting, doc="Requests that wait for a decision of its heads.")

    def stage_of(self, change: int) -> str:
        """The stage that a change, by its number in order of announcement, has reached here."""
        stages = self.model.run.state.cells.stage[self._row]
        if not 0 <= change < len(stages):
            raise IndexError(f"no change {change}; they are numbered 0 to {len(stages) - 1}")
        return STAGES[stages[change]]

    @property
    def stages(self) -> dict[str, int]:
        """How many changes are at each stage here; those not announced yet are not started."""
        counts = np.bincount(self.model.run.state.cells.stage[self._row], minlength=len(STAGES))
        return dict(zip(STAGES, counts.tolist(), strict=True))

    @property
    def bodies(self) -> AgentSet:
        """Third-sector bodies at work here, at home or second."""
        bodies = self.model.run.state.bodies
        here = np.flatnonzero((bodies.home == self._row) | (bodies.second_home == self._row))
        views = self.model.views(ThirdSectorBody)
        return AgentSet((views[b] for b in here), random=self.model.random)

    @property
    def users(self) -> AgentSet:
        """Sampled users of this authority."""
        here = slice(self._read("first_user"), self._read("last_user"))
        return AgentSet(self.model.views(ServiceUser)[here], random=self.model.random)


class ThirdSectorBody(_View):
    """A third-sector body: commitment to its mission, ability to broker and support, and funded staff time."""

    kind = "third_sector"
    _group = "bodies"
    columns = _table("bodies")
    _place = "home"

    home = _authority("home", "Authority of its home place.")
    second = _authority("second_home", "Authority of its second place of work, if it has one.")


class ServiceUser(_View):
    """A sampled user: will is trust, ability is finding the way and speaking up, capacity is time."""

    kind = "users"
    _group = "users"
    columns = _table("users")
    _place = "place"

    def _write(self, name: str, value: Any) -> None:
        super()._write(name, value)
        state, parameters = self.model.run.state, self._parameters
        users, place = state.users, state.places[self._read("place")]
        users.ready[self._row] = readiness(
            users.will[self._row],
            users.capacity[self._row],
            place.co_design,
            1.0 / parameters.users_time_needed,
        )
        place.last_users_ability = -1.0  # the means of users are computed again
        # Uptake is reviewed every few months only; what was written counts from the next one.
        state.cells.next_uptake_review[self._read("place")] = self.model.month

    authority = _authority("place", "Authority of the place where the user lives.")

    @property
    def weight(self) -> float:
        """People whom the user stands for."""
        place = self.model.run.state.places[self._read("place")]
        return float(place.population / (place.last_user - place.first_user))

    @property
    def need(self) -> tuple[float, float]:
        """Personal need against the place's mean, in standard deviations, in the two directions of need."""
        return self._read("need_1"), self._read("need_2")
