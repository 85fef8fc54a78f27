"""Waves as sweeps: every point in every replication of all cases, run by the executors of sweeps.

Each wave is a folder of results like any other, so that an interrupted fit can be resumed and any of its runs replayed. All
points of a wave use the same replications.
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
from sim.history.case_schema import OPEN_TO_EVENTS
from sim.history.cases import SET_BY_CASES, Case, parameters_of
from sim.history.matching import targets
from sim.history.matching.space import Space
from sim.model.parameters import Parameters
from sim.paths import PLAN, RUNS
from sim.runner import status
from sim.runner.executors import Engine
from sim.runner.sweep import sweep
from sim.scenarios.compose import Composed

QUESTION = "Which sets of parameters do the historical cases not rule out?"


@dataclass(frozen=True)
class Histories:
    """Simulates parameter sets of a space in all cases; each call is a sweep.

    Args:
        cases: the cases; each is a scenario of the sweep.
        system: the parameters that are not fitted.
        space: the parameters that are searched.
        folder: where waves are stored.
        engine: execution backend.
        seed: random seed.
        command: the command that asked for it.
        watcher: called with the number of finished runs and of all runs.
        practice: conditions of practice, measured in the system without a history.
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
    practice: Sequence[targets.PracticeCondition] = ()
    say: Callable[[str], None] = lambda words: None

    def __call__(
        self, name: str, shares: np.ndarray, replications: int, fresh: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Simulate parameter sets, or read those of an earlier run; see `waves.SimulateSets`.

        Raises:
            InputProblems: if the folder holds a wave of another fit.
        """
        plan = self._plan(name, shares, replications, fresh)
        folder = self.folder / name
        there = plan_files.read(folder) if (folder / PLAN).is_file() else None
        names = self.space.names
        if there and there.points == plan.points and set(names) <= set(there.table.column_names):
            # A wave that was begun is resumed, even where another machine's last digits would choose other points.
            shares = self.space.shares({key: there.table[key].to_pylist() for key in names})
            plan = self._plan(name, shares, replications, fresh)
        sweep(plan, folder, self.engine, watcher=self.watcher, say=self.say)
        return shares, self.read(folder, plan)

    def _plan(self, name: str, shares: np.ndarray, replications: int, fresh: int) -> Plan:
        composed = scenarios(self.cases, self.system)
        if self.practice:
            system = Composed(
                targets.PRACTICE, "Patterns of practice", QUESTION, "the system as it is", self.system
            )
            composed = (*composed, system)
        experiment = Experiment(
            name=name,
            title=f"Historical cases: {name}",
            question=QUESTION,
            scenarios=composed,
            factors=self.space.factors,
            design=Design("list"),
            points=self.space.columns(shares),
            replications=replications,
            seed=self.seed + fresh,
            responses=(*targets.responses(self.cases), *targets.practice_responses(self.practice)),
            source=str(self.folder / name),
        )
        return make_plan(experiment, self.command)

    def read(self, folder: Path, plan: Plan) -> np.ndarray:
        """The value of every condition in the runs of a finished wave: shape (points, replications, conditions)."""
        table = parquet.read_table(folder / RUNS)
        # Rows are sorted by replication, design point and scenario.
        shape = (plan.replications, plan.points, len(plan.scenarios))
        values = {name: storage.values(table[name]).reshape(shape).T for name in plan.responses}
        kept = {
            case.name: {name: of_all[place] for name, of_all in values.items()}
            for place, case in enumerate(self.cases)
        }
        of_system = {name: of_all[-1] for name, of_all in values.items()}
        of_practice = targets.measure_practice(self.practice, of_system)
        return np.concatenate(
            [targets.measured(self.cases, kept), *(one[..., None] for one in of_practice)], axis=-1
        )


def scenarios(cases: Sequence[Case], system: Parameters) -> tuple[Composed, ...]:
    """Cases as scenarios: the same system, with each case's focal change and dated events."""
    return tuple(
        Composed(case.name, **case.file.header.model_dump(), parameters=parameters_of(case, system))
        for case in cases
    )


def may_be_fitted(factor: Factor) -> bool:
    """Whether a parameter belongs to the system and no event of any case changes it.

    A parameter that an event changes returns to the system's initial value afterwards, and the number of other changes depends
    on the length of a history: both are fixed when a case is composed, before a design point is applied.
    """
    set_elsewhere = ("population.places", "power.", *SET_BY_CASES, *OPEN_TO_EVENTS)
    return not factor.key.startswith(set_elsewhere)
