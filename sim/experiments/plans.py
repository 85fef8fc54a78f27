"""Plans: an experiment as numbered runs, with a fingerprint by which all its results are recognised.

Run number = (replication x points + design point) x scenarios + scenario. Replications come outermost, so a sweep that is
stopped early leaves a balanced sample. The seed and the replication fix the random numbers of a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from sim import storage
from sim.experiments.crossing import CROSSED
from sim.experiments.designs import Columns, Design
from sim.experiments.experiment import Experiment
from sim.experiments.factors import Factor
from sim.model import provenance
from sim.model.schema import declarations, value_of
from sim.scenarios.compose import Composed

DESIGN_POINT = "design_point"
SHARED = ("name", "question", "scenarios", "factors", "design", "replications", "seed", "responses")
"""Fields that a plan takes over from its experiment."""
FINGERPRINTED = ("seed", "responses", "model", "places")


@dataclass(frozen=True)
class Plan:
    """All runs of an experiment, by number, with everything that determines them.

    Args:
        name: name of the experiment.
        question: what it asks.
        command: the command that asked for it.
        scenarios: the scenarios to compare, resolved.
        factors: what varies.
        design: how its points were chosen.
        table: one row a design point, one column a factor; null means "as the scenario says".
        replications: runs of each point and scenario.
        seed: random seed.
        responses: names of the outcomes to keep.
        version: version of this package.
        model: fingerprint of the rules and of the packages that they compute with; see `sim.model.provenance.model`.
        places: fingerprint of each table of places of the runs, by its name.
        written: the identity in its folder, if other rules made it and these parameters give another identity; only the
            names of its scenarios are then known.
    """

    name: str
    question: str
    command: str
    scenarios: tuple[Composed, ...]
    factors: tuple[Factor, ...]
    design: Design
    table: pa.Table
    replications: int
    seed: int
    responses: tuple[str, ...]
    version: str
    model: str
    places: dict[str, str]
    written: str | None = None

    @property
    def points(self) -> int:
        """The number of design points."""
        return self.table.num_rows

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.replications * self.points * len(self.scenarios)

    @cached_property
    def identity(self) -> str:
        """A hash of everything that determines the results of a run; not of the numbers of points and replications."""
        content: dict[str, Any] = {name: getattr(self, name) for name in FINGERPRINTED}
        content["scenarios"] = [resolved(scenario) for scenario in self.scenarios]
        content["factors"] = [{"key": factor.key} for factor in self.factors]
        return self.written or plan_fingerprint(content)

    def keys(self, runs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Replication, design point and position of the scenario of runs, by run number."""
        cells, scenario = np.divmod(runs, len(self.scenarios))
        replication, point = np.divmod(cells, self.points)
        return replication, point, scenario

    def draws(self, point: int, replication: int) -> int:
        """The number that fixes, with the seed, the random numbers of a run.

        It is the replication; where policies meet futures, each future has random numbers of its own, the same for all
        policies.
        """
        futures = self.design.settings["futures"] if self.design.kind == CROSSED else 1
        return replication * futures + point % futures

    def numbers(self, replication: np.ndarray, point: np.ndarray, scenario: np.ndarray) -> np.ndarray:
        """The numbers of runs, by replication, design point and position of the scenario."""
        return (replication * self.points + point) * len(self.scenarios) + scenario

    def point(self, number: int) -> dict[str, Any]:
        """One design point in plain values, by key; None means "as the scenario says"."""
        return {key: values[number].as_py() for key, values in self._columns.items()}

    @cached_property
    def _columns(self) -> dict[str, pa.Array]:
        """The values of each factor, by key; cached since a sweep looks up every point."""
        return {factor.key: self.table[factor.key].combine_chunks() for factor in self.factors}


def make_plan(experiment: Experiment, command: str) -> Plan:
    """The plan of a checked experiment."""
    return Plan(
        **{name: getattr(experiment, name) for name in SHARED},
        command=command,
        table=_table(experiment.factors, experiment.points),
        version=provenance.version(),
        model=provenance.model(),
        places=_places(experiment),
    )


def _table(factors: tuple[Factor, ...], points: Columns) -> pa.Table:
    columns = {factor.key: _column(factor.key, points[factor.key]) for factor in factors}
    # A table without columns has no rows: the one point, the scenario itself, is counted by its number.
    return pa.table(columns or {DESIGN_POINT: storage.column([0])})


def _column(key: str, values: Any) -> pa.Array:
    kind = declarations()[key].kind
    if kind in (tuple, str):
        return storage.texts(list(values))
    arrow = pa.int64() if kind is int else pa.float64()
    if isinstance(values, np.ndarray):
        return storage.numbers(values, arrow)
    known = np.array([value is not None for value in values], dtype=bool)
    return storage.numbers(np.array([value if value is not None else 0 for value in values]), arrow, known)


def _places(experiment: Experiment) -> dict[str, str]:
    names = {scenario.parameters.population.places for scenario in experiment.scenarios}
    names.update(name for name in experiment.points.get("population.places", ()) if name is not None)
    return {name: provenance.table_of_places(name) for name in sorted(names)}


def plan_fingerprint(content: dict[str, Any]) -> str:
    """A hash of what determines the results of a run, from the content of `plan.json`."""
    fixing = {name: content[name] for name in FINGERPRINTED}
    fixing["scenarios"] = [{**scenario, "title": None} for scenario in content["scenarios"]]
    fixing["factors"] = [factor["key"] for factor in content["factors"]]
    return hashlib.sha256(json.dumps(fixing, sort_keys=True).encode()).hexdigest()


def resolved(scenario: Composed) -> dict[str, Any]:
    """A scenario as a plan stores it."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "parameters": scenario.parameters.model_dump(mode="json"),
        "explicit_power": scenario.explicit_power,
    }


def other_rules(there: Plan, model: str, version: str) -> str | None:
    """A sentence if a plan was made with other rules than those of a model; None when the rules are the same."""
    if provenance.same_model(there.model, model):
        return None
    versions = f"version {there.version} there, version {version} here"
    models = f"model {there.model} there and {model} here"
    what = "the rules of the model, or the packages it computes with, have changed since"
    return f"{what} ({versions}): {models}"


def plan_differences(old: Plan, new: Plan) -> list[str]:
    """The reasons, in words, why the runs of one plan cannot be used for another; empty when they can.

    More replications can be added to a plan, and more points when the old ones come first.
    """
    return [*_scenario_differences(old, new), *_point_differences(old, new), *_other_differences(old, new)]


def _scenario_differences(old: Plan, new: Plan) -> Iterator[str]:
    names, asked = ([scenario.name for scenario in plan.scenarios] for plan in (old, new))
    if names != asked:
        yield f"the scenarios are {_listed(names)} there and {_listed(asked)} here"
        return
    if old.written or new.written:
        return
    for then, now in zip(old.scenarios, new.scenarios, strict=True):
        for key in declarations():
            before, after = value_of(then.parameters, key), value_of(now.parameters, key)
            if before != after:
                yield f"in scenario {then.name}, {key} is {before} there and {after} here"
        if then.parameters.interventions != now.parameters.interventions:
            yield f"the dated changes of scenario {then.name} differ"
        if then.explicit_power != now.explicit_power:
            yield f"in scenario {then.name}, other shares of power are set one by one"


def _point_differences(old: Plan, new: Plan) -> Iterator[str]:
    keys, asked = ([factor.key for factor in plan.factors] for plan in (old, new))
    if keys != asked:
        yield f"the factors are {_listed(keys)} there and {_listed(asked)} here"
        return
    if new.points < old.points:
        yield f"there are {old.points} design points there and only {new.points} here"
        return
    for key in keys:
        before, after = old.table[key], new.table[key].slice(0, old.points)
        if before.combine_chunks() != after.combine_chunks():
            row = next(n for n in range(old.points) if before[n].as_py() != after[n].as_py())
            values = f"{before[row].as_py()} there and {after[row].as_py()} here"
            yield f"the points of the design differ: {key} at design point {row} is {values}"


def _other_differences(old: Plan, new: Plan) -> Iterator[str]:
    before, after = (
        p.design.settings.get("futures") if p.design.kind == CROSSED else None for p in (old, new)
    )
    if before != after:
        yield f"each policy meets {before or 'no'} futures there and {after or 'no'} here"
    if old.seed != new.seed:
        yield f"the seed is {old.seed} there and {new.seed} here"
    if old.responses != new.responses:
        lost = [name for name in old.responses if name not in new.responses]
        more = [name for name in new.responses if name not in old.responses]
        words = [f"without {_listed(lost)}"] if lost else []
        words += [f"with {_listed(more)}"] if more else []
        yield f"the responses differ: here they are {' and '.join(words) or 'in another order'}"
    if new.replications < old.replications:
        yield f"there are {old.replications} replications there and only {new.replications} here"
    changed = other_rules(old, new.model, new.version)
    if changed:
        yield f"{changed}; its runs are not mixed with runs by these rules"
    for name in sorted(old.places.keys() & new.places.keys()):
        if old.places[name] != new.places[name]:
            yield f"the table of places {name} has changed since"


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
