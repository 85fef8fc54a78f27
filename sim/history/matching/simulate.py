"""Waves as sweeps: every point in every replication of all cases, carried out by the executor that sweeps have.

Each wave is a folder of results like any other, so that a fit that is stopped goes on where it was, and any of its runs can
be replayed. All points of a wave meet the same replications.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyarrow import parquet

from sim import storage
from sim.experiments import plan_files
from sim.experiments.designs import Design
from sim.experiments.experiment import Experiment
from sim.experiments.factors import Factor
from sim.experiments.plans import Plan, make_plan
from sim.history.cases import Case, parameters_of
from sim.history.matching.practice_conditions import (
    NAME,
    PracticeCondition,
    measure_practice,
    practice_responses,
)
from sim.history.matching.space import Space
from sim.history.matching.targets import measured, responses
from sim.model.parameters import Parameters
from sim.paths import PLAN, RUNS
from sim.runner import status
from sim.runner.executors import Engine
from sim.runner.sweep import sweep
from sim.scenarios.compose import Composed

QUESTION = "Which sets of parameters do the historical cases not rule out?"


@dataclass(frozen=True)
class Histories:
    """Lives points of a space in all cases, a sweep for each call.

    Args:
        cases: the cases; each is what other sweeps call a scenario.
        system: what all parameters that are not fitted are.
        space: what is fitted.
        folder: where waves are kept.
        engine: execution backend.
        seed: random seed.
        command: what asked for it.
        watcher: called with runs done, and of how many.
        practice: conditions of practice, measured on the system by itself.
        say: called with messages for the user.
    """

    cases: Sequence[Case]
    system: Parameters
    space: Space
    folder: Path
    engine: Engine
    seed: int
    command: str
    watcher: status.OnProgress | None = None
    practice: Sequence[PracticeCondition] = ()
    say: Callable[[str], None] = lambda words: None

    def __call__(
        self, name: str, shares: np.ndarray, worlds: int, fresh: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Live points, or read what was simulated of them; see `waves.Live`.

        Raises:
            InputProblems: if the folder holds a wave of another fit.
        """
        plan = self._plan(name, shares, worlds, fresh)
        folder = self.folder / name
        there = self._there(folder)
        if there is not None and there.points == plan.points and self._has_factors(there):
            # What was begun is gone on with, even where another machine's last digits would choose other points.
            shares = self.space.shares({key: there.table[key].to_pylist() for key in self.space.names})
            plan = self._plan(name, shares, worlds, fresh)
        sweep(plan, folder, self.engine, watcher=self.watcher, say=self.say)
        return shares, self.read(folder, plan)

    def _plan(self, name: str, shares: np.ndarray, worlds: int, fresh: int) -> Plan:
        experiment = Experiment(
            name=name,
            title=f"Historical cases: {name}",
            question=QUESTION,
            scenarios=(*scenarios(self.cases, self.system), *self._by_itself()),
            factors=self.space.factors,
            design=Design("list"),
            points=self.space.columns(shares),
            replications=worlds,
            seed=self.seed + fresh,
            responses=(*responses(self.cases), *practice_responses(self.practice)),
            source=str(self.folder / name),
        )
        return make_plan(experiment, self.command)

    def _by_itself(self) -> tuple[Composed, ...]:
        """The system without any history, where practice is asked of it."""
        if not self.practice:
            return ()
        source = "the system as it is"
        return (Composed(NAME, "Patterns of practice", QUESTION, source, self.system),)

    def _has_factors(self, there: Plan) -> bool:
        return set(self.space.names) <= set(there.table.column_names)

    def _there(self, folder: Path) -> Plan | None:
        return plan_files.read(folder) if (folder / PLAN).is_file() else None

    def read(self, folder: Path, plan: Plan) -> np.ndarray:
        """What the runs of a finished wave make of every condition: shape (points, replications, conditions)."""
        table = parquet.read_table(folder / RUNS)
        # Rows are sorted by replication, design point and scenario.
        shape = (plan.replications, plan.points, len(plan.scenarios))
        kept: dict[str, dict[str, np.ndarray]] = {case.name: {} for case in self.cases}
        by_itself: dict[str, np.ndarray] = {}
        for name in plan.responses:
            values = storage.values(table[name]).reshape(shape)
            for place, case in enumerate(self.cases):
                kept[case.name][name] = values[:, :, place].T
            by_itself[name] = values[:, :, -1].T
        of_practice = measure_practice(self.practice, by_itself)
        return np.concatenate([measured(self.cases, kept), *(one[..., None] for one in of_practice)], axis=-1)


def scenarios(cases: Sequence[Case], system: Parameters) -> tuple[Composed, ...]:
    """Cases as scenarios: the same system, with each case's focal change and dated events."""
    return tuple(
        Composed(
            case.name, case.file.header.title, case.file.header.question, case.file.header.source,
            parameters_of(case, system),
        )
        for case in cases
    )  # fmt: skip


def may_be_fitted(factor: Factor) -> bool:
    """Whether a parameter belongs to the system and is left alone by every event of every case.

    What an event sets goes back afterwards to what the system had at the start, and the stream of other changes is counted
    by the length of a history: both are settled when a case is made, before a design point is applied.
    """
    from sim.history.case_schema import OPEN_TO_EVENTS
    from sim.history.cases import SET_BY_CASES

    set_there = ("population.places", *SET_BY_CASES, *(key for key in OPEN_TO_EVENTS))
    return not factor.key.startswith((*set_there, "power."))
