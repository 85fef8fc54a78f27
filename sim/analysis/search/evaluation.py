"""Policies evaluated: a generation of policies in all futures is a sweep, and what it came to is kept in a journal.

A search that was killed goes on where it stopped: generations that are in the journal are not run again, and the sweep of
the one that was under way is resumed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.analysis.search.objectives import exceeded, judged
from sim.analysis.sweep_data import OK, Sweep, read_sweep
from sim.errors import InputProblems, Problem
from sim.experiments.crossing import CROSSED
from sim.experiments.designs import Columns, Design, points_of
from sim.experiments.experiment import Experiment
from sim.experiments.plans import make_plan
from sim.experiments.policies import crossed
from sim.runner import sweep as sweeping
from sim.runner.executors import Engine
from sim.storage import atomic_write

JOURNAL = "journal"
UNDER_WAY = "under_way"
OBJECTIVE, CONSTRAINT, VARIABLE = "objective.", "exceeded.", "variable."


@dataclass
class Evaluator:
    """Runs policies in futures and remembers what they came to.

    Attributes:
        experiment: the experiment; its levers, objectives and scenarios.
        futures: one column for each uncertainty.
        folder: where the journal is.
        engine: where workers are.
        say: called with messages for the user.
        watcher: called with runs done, and of how many.
    """

    experiment: Experiment
    futures: Columns
    folder: Path
    engine: Engine
    say: Callable[[str], None] = lambda words: None
    watcher: Callable[[int, int], None] | None = None
    known: dict[bytes, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def evaluate(self, variables: np.ndarray, label: str) -> tuple[np.ndarray, np.ndarray]:
        """Objectives and limits of some policies; those that are known are not run again.

        Args:
            variables: shape (policies, variables), every variable from 0 to 1.
            label: name of the generation in the journal.

        Returns:
            Shapes (policies, objectives) and (policies, constraints).
        """
        self._remember(label)
        keys = [row.tobytes() for row in variables]
        new = list(dict.fromkeys(place for place, key in enumerate(keys) if key not in self.known))
        new = [
            place for number, place in enumerate(new) if keys[place] not in [keys[p] for p in new[:number]]
        ]
        if new:
            self._run(variables[new], label)
            self._remember(label)
        found = [self.known[key] for key in keys]
        return np.array([row for row, _ in found]), np.array([over for _, over in found])

    def _run(self, variables: np.ndarray, label: str) -> None:
        """Run the policies in all futures and write what they came to into the journal."""
        crossing = self.experiment.crossing
        assert crossing is not None
        outcomes = self.outcomes(crossing.space.values_at(variables), self.folder / UNDER_WAY / label)
        objectives = judged(crossing.objectives, outcomes)
        over = exceeded(crossing.constraints, outcomes)
        columns = {f"{VARIABLE}{k}": variables[:, k] for k in range(variables.shape[1])}
        columns |= {f"{OBJECTIVE}{k}": objectives[:, k] for k in range(objectives.shape[1])}
        columns |= {f"{CONSTRAINT}{k}": over[:, k] for k in range(over.shape[1])}
        path = self.folder / JOURNAL / f"{label}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table({name: pa.array(np.ascontiguousarray(values)) for name, values in columns.items()})
        atomic_write(path, lambda draft: parquet.write_table(table, draft))
        shutil.rmtree(self.folder / UNDER_WAY / label)

    def _remember(self, label: str) -> None:
        """Read a generation from the journal, if it is there."""
        path = self.folder / JOURNAL / f"{label}.parquet"
        if not path.is_file():
            return
        try:
            table = parquet.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            said = f"is damaged and cannot be read ({error}); take it away, and its policies are run again".splitlines()
            raise InputProblems([Problem(str(path), "journal", " ".join(said))]) from error
        variables, objectives, over = (_matrix(table, stem) for stem in (VARIABLE, OBJECTIVE, CONSTRAINT))
        for row, reached, exceeding in zip(variables, objectives, over, strict=True):
            self.known[row.tobytes()] = reached, exceeding

    def outcomes(self, policies: Columns, folder: Path) -> dict[str, np.ndarray]:
        """Responses of policies in all futures, by name, shape (policies, futures); the mean over replications."""
        return outcomes_of(self.sweep(policies, folder), points_of(policies))

    def sweep(self, policies: Columns, folder: Path) -> Sweep:
        """Run policies in all futures as a sweep in a folder, resumed where it was begun."""
        many, each = points_of(policies), points_of(self.futures)
        design = Design(CROSSED, {"policies": many, "futures": each})
        plan = make_plan(
            replace(self.experiment, points=crossed(policies, self.futures), design=design),
            self.experiment.name,
        )
        if self.watcher is None:
            sweeping.sweep(plan, folder, self.engine, say=self.say)
        else:
            sweeping.sweep(plan, folder, self.engine, say=self.say, watcher=self.watcher)
        return read_sweep(folder)


def outcomes_of(sweep: Sweep, policies: int) -> dict[str, np.ndarray]:
    """Responses by policy and future, the mean over replications; unknown where a run failed.

    A run that never reaches half delivery counts as having reached it the month after its end.
    """
    failed = (sweep.status[0] != OK).any(axis=1)
    found = {}
    for name, numbers in sweep.responses.items():
        values = numbers[0]
        if name == "months_to_half":
            values = np.where(np.isnan(values), sweep.months(0)[:, None] + 1, values)
        mean = np.where(failed, np.nan, values.mean(axis=1))
        found[name] = mean.reshape(policies, -1)
    return found


def _matrix(table: pa.Table, stem: str) -> np.ndarray:
    names = [name for name in table.column_names if name.startswith(stem)]
    if not names:
        return np.zeros((table.num_rows, 0))
    return np.ascontiguousarray(np.column_stack([table[name].to_numpy() for name in names]))
