"""A search from its start to its results: generations, convergence, a front judged on fresh futures, robustness.

What was optimised on is never what is reported: the policies found are run again in futures, and with random numbers,
that no generation has met.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.analysis.search.archive import Archive
from sim.analysis.search.convergence import hypervolume
from sim.analysis.search.evaluation import UNDER_WAY, Evaluator, outcomes_of
from sim.analysis.search.objectives import in_futures, judged
from sim.analysis.search.optimiser import Optimiser, Settings
from sim.analysis.search.robustness import Robustness, robustness
from sim.errors import COMMAND_LINE, InputProblems, Problem, raise_if_any
from sim.experiments.crossing import FRESH, Crossing, Objective, derived_seed, futures_of
from sim.experiments.designs import Columns, points_of
from sim.experiments.experiment import Experiment
from sim.experiments.plans import make_plan
from sim.formatting import listing
from sim.model import provenance
from sim.paths import ARCHIVE, CONVERGENCE, SEARCH
from sim.runner.executors import Engine, single_threaded_children
from sim.storage import atomic_write, atomic_write_text

FRESH_SWEEP = "fresh-"
"""How the name of the folder with the runs in fresh futures begins; the policies that were run give it its end."""

STALLED_RESTARTS = 3
"""A seed ends when this many restarts in a row brought no ε-progress."""


@dataclass(frozen=True)
class Step:
    """How far a search had come after one generation.

    Attributes:
        seed: number of the seed, from 1.
        generation: number of the generation, from 1.
        evaluations: policies evaluated so far, by this seed.
        hypervolume: share of the box between ideal and reference that the archive dominates.
        kept: policies in the archive.
        progress: how often a policy entered a new step of ε so far.
        restarts: restarts so far.
    """

    seed: int
    generation: int
    evaluations: int
    hypervolume: float
    kept: int
    progress: int
    restarts: int


@dataclass(frozen=True)
class Front:
    """The policies that a search found, judged on fresh futures.

    Attributes:
        variables: shape (policies, variables).
        policies: one column for each lever.
        searched: objectives in the futures of the search, shape (policies, objectives).
        fresh: the same in fresh futures.
        outcomes: the first objective in each fresh future, shape (policies, fresh futures), smaller being better.
        robustness: its measures over fresh futures.
        left_out: policies of the archive that were not judged again, since there were too many.
    """

    variables: np.ndarray
    policies: Columns
    searched: np.ndarray
    fresh: np.ndarray
    outcomes: np.ndarray
    robustness: Robustness
    left_out: int


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Attributes:
        folder: where its results are.
        crossing: what was searched.
        steps: convergence, generation by generation.
        front: the policies found; None when none could be evaluated.
        evaluations: policies evaluated in all.
        stalled: whether every seed ended because it found nothing more.
    """

    folder: Path
    crossing: Crossing
    steps: tuple[Step, ...]
    front: Front | None
    evaluations: int
    stalled: bool


class KeptEngine(Engine):
    """An engine whose workers stay from one generation to the next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._executor: Any = None
        self.name, self.lost = engine.name, engine.lost
        self.falls_together, self.watched = engine.falls_together, engine.watched
        self.workers = engine.workers

    def start(self) -> Any:
        """The workers that are there, or new ones."""
        if self._executor is None:
            self._executor = self._engine.start()
            self.workers = self._engine.workers
        return self._executor

    def stop(self, at_once: bool) -> None:
        """Keeps the workers, unless they are to end at once."""
        if at_once:
            self.close(at_once=True)

    def close(self, at_once: bool = False) -> None:
        """Ends the workers."""
        if self._executor is not None:
            self._engine.stop(at_once)
            self._executor = None


@contextmanager
def _kept(engine: Engine) -> Iterator[KeptEngine]:
    kept = KeptEngine(engine)
    try:
        with single_threaded_children():
            yield kept
    finally:
        kept.close()


def search(
    experiment: Experiment,
    folder: Path,
    engine: Engine,
    evaluations: int | None = None,
    say: Callable[[str], None] = lambda words: None,
    watcher: Callable[[int, int], None] | None = None,
    on_step: Callable[[Step, int], None] = lambda step, of: None,
) -> SearchResult:
    """Look for the best trade-offs between policies; goes on where it stopped.

    Args:
        experiment: with levers and objectives.
        folder: where results are, or go.
        engine: where workers are.
        evaluations: policies to evaluate in all; as the experiment says when left out.
        say: called with messages for the user.
        watcher: called with runs of a generation done, and of how many.
        on_step: called after each generation, with how many evaluations there are to be.

    Raises:
        InputProblems: if the experiment cannot be searched, or the folder holds another search.
    """
    crossing = experiment.crossing
    raise_if_any(search_problems(experiment))
    assert crossing is not None
    total = crossing.search.evaluations if evaluations is None else evaluations
    _claim(folder, experiment)
    judged_by = [name for one in (*crossing.objectives, *crossing.constraints) for name in one.outcomes]
    searched = replace(experiment, responses=tuple(dict.fromkeys(judged_by)))
    with _kept(engine) as workers:
        evaluator = Evaluator(searched, futures_of(crossing, experiment.seed), folder, workers, say, watcher)
        archives, steps, stalled = [], [], True
        for number in range(1, crossing.search.seeds + 1):
            budget = total // crossing.search.seeds + (number <= total % crossing.search.seeds)
            archive, taken, ended = _one_seed(
                evaluator, crossing, experiment.seed, number, budget, on_step, total
            )
            archives.append(archive)
            steps += taken
            stalled &= ended
        merged = _merged(crossing, archives)
        front = _front(evaluator, experiment, merged, folder) if len(merged) else None
    shutil.rmtree(folder / UNDER_WAY, ignore_errors=True)
    result = SearchResult(
        folder, crossing, tuple(steps), front, sum(s.evaluations for s in _last(steps)), stalled
    )
    _write(result)
    return result


def search_problems(experiment: Experiment) -> list[Problem]:
    """Why an experiment cannot be searched: it needs levers and objectives, and one scenario."""
    crossing, found = experiment.crossing, []
    if crossing is None or not crossing.space.levers or crossing.policy_points is not None:
        said = "a search needs `levers`: what may be chosen, each with a range, levels or a simplex"
        found.append(Problem(experiment.source, "levers", said))
    if crossing is not None and len(crossing.objectives) < 2:
        said = "a search needs two `objectives` or more; with one, sweep its levers and take the best"
        found.append(Problem(experiment.source, "objectives", said))
    if len(experiment.scenarios) > 1:
        names = ", ".join(scenario.name for scenario in experiment.scenarios)
        said = "a search changes one scenario by its levers; name one"
        found.append(Problem(experiment.source, "scenarios", said, names))
    return found


def _claim(folder: Path, experiment: Experiment) -> None:
    """Make the folder this search's own, or refuse it if it holds another."""
    crossing = experiment.crossing
    assert crossing is not None
    asked = {
        "scenario": replace(make_plan(experiment, ""), model="").identity,
        "levers": [repr(lever) for lever in crossing.space.levers],
        "futures": _columns_as_json(futures_of(crossing, experiment.seed)),
        "objectives": [asdict(one) for one in crossing.objectives],
        "constraints": [asdict(one) for one in crossing.constraints],
        "replications": experiment.replications,
        "seed": experiment.seed,
        "population": crossing.search.population,
        "seeds": crossing.search.seeds,
    }
    about = {"name": experiment.name, "question": experiment.question, "model": provenance.model()}
    text = json.dumps({**about, **asked}, indent=1) + "\n"
    path = folder / SEARCH
    if path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        differing = [f"other {name}" for name in asked if before.get(name) != json.loads(text)[name]]
        if not provenance.same_model(str(before.get("model")), provenance.model()):
            differing.append("other rules of the model")
        if differing:
            said = f"it holds another search, with {listing(differing)}; name another folder with --out"
            raise InputProblems([Problem(COMMAND_LINE, str(folder), said)])
        return
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path, text)


def _columns_as_json(columns: Columns) -> dict[str, list]:
    return {key: np.asarray(values).tolist() for key, values in columns.items()}


def _one_seed(
    evaluator: Evaluator, crossing: Crossing, seed: int, number: int, budget: int,
    on_step: Callable[[Step, int], None], total: int,
) -> tuple[Archive, list[Step], bool]:  # fmt: skip
    """One search from one seed, until its share of the evaluations is spent or it stalls."""
    settings = Settings(
        crossing.space.variables,
        tuple(one.epsilon for one in crossing.objectives),
        len(crossing.constraints),
        derived_seed(seed, 100 + number),
        min(crossing.search.population, budget),
    )
    optimiser, steps, spent, without_progress, restarts = Optimiser(settings), [], 0, 0, 0
    progress = 0
    while spent < budget and without_progress < STALLED_RESTARTS:
        variables = optimiser.ask()
        label = f"seed-{number}-generation-{optimiser.generation + 1:05d}"
        optimiser.tell(*evaluator.evaluate(variables, label))
        spent += len(variables)
        if optimiser.restarts > restarts:
            without_progress = without_progress + 1 if optimiser.archive.progress == progress else 0
            restarts, progress = optimiser.restarts, optimiser.archive.progress
        steps.append(
            Step(
                number, optimiser.generation, spent, _volume(crossing, optimiser.archive),
                len(optimiser.archive), optimiser.archive.progress, optimiser.restarts,
            )
        )  # fmt: skip
        on_step(steps[-1], total)
    return optimiser.archive, steps, without_progress >= STALLED_RESTARTS


def _volume(crossing: Crossing, archive: Archive) -> float:
    if not len(archive):
        return 0.0
    ideal = np.array([one.ideal for one in crossing.objectives])
    reference = np.array([one.reference for one in crossing.objectives])
    return hypervolume(archive.objectives, ideal, reference)


def _last(steps: Sequence[Step]) -> list[Step]:
    """The last step of each seed."""
    return list({step.seed: step for step in steps}.values())


def _merged(crossing: Crossing, archives: Sequence[Archive]) -> Archive:
    """What all seeds found, in one archive."""
    merged = Archive(np.array([one.epsilon for one in crossing.objectives]))
    for archive in archives:
        for solution, objectives in zip(archive.solutions, archive.objectives, strict=True):
            merged.add(solution, objectives)
    return merged


def _front(evaluator: Evaluator, experiment: Experiment, archive: Archive, folder: Path) -> Front:
    """The policies found, run again in fresh futures and with fresh random numbers, with all outcomes kept."""
    crossing = experiment.crossing
    assert crossing is not None
    chosen = spread_out(archive.objectives / archive.epsilons, crossing.search.front)
    variables, searched = archive.solutions[chosen], archive.objectives[chosen]
    policies = crossing.space.values_at(variables)
    seed = experiment.seed
    again = replace(
        evaluator,
        experiment=replace(experiment, seed=derived_seed(seed, FRESH)),
        futures=futures_of(crossing, seed, FRESH, crossing.search.fresh_futures),
    )
    name = FRESH_SWEEP + hashlib.sha256(variables.tobytes()).hexdigest()[:10]
    found = outcomes_of(again.sweep(policies, folder / name), points_of(policies))
    for other in folder.glob(f"{FRESH_SWEEP}*"):
        if other.name != name:
            shutil.rmtree(other)
    first = crossing.objectives[0]
    by_future = in_futures(first, found)
    return Front(
        variables, policies, searched, judged(crossing.objectives, found), by_future,
        robustness(by_future, first.threshold), len(archive) - len(chosen),
    )  # fmt: skip


def spread_out(objectives: np.ndarray, most: int) -> np.ndarray:
    """Positions of at most so many trade-offs that lie far apart: the best in each objective first, then the farthest.

    Args:
        objectives: shape (policies, objectives), in units that can be compared.
        most: how many.
    """
    if len(objectives) <= most:
        return np.arange(len(objectives))
    chosen = list(dict.fromkeys(objectives.argmin(axis=0).tolist()))[:most]
    distance = np.min([np.linalg.norm(objectives - objectives[place], axis=1) for place in chosen], axis=0)
    while len(chosen) < most:
        farthest = int(distance.argmax())
        chosen.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(objectives - objectives[farthest], axis=1))
    return np.sort(np.array(chosen))


def _write(result: SearchResult) -> None:
    """Write `archive.parquet` and `convergence.parquet`."""
    steps = pa.Table.from_pylist([asdict(step) for step in result.steps])
    atomic_write(result.folder / CONVERGENCE, lambda draft: parquet.write_table(steps, draft))
    if result.front is not None:
        table = pa.table(archive_columns(result.front, result.crossing.objectives))
        atomic_write(result.folder / ARCHIVE, lambda draft: parquet.write_table(table, draft))


def archive_columns(front: Front, objectives: Sequence[Objective]) -> dict[str, Any]:
    """One row a policy: levers, objectives in the search and in fresh futures, measures of robustness."""
    columns: dict[str, Any] = {"policy": np.arange(len(front.variables))}
    columns |= {key: list(values) for key, values in front.policies.items()}
    for stem, found in (("search", front.searched), ("fresh", front.fresh)):
        for place, one in enumerate(objectives):
            columns[f"{stem}.{one.name}"] = -found[:, place] if one.maximise else found[:, place]
    measures = front.robustness
    columns |= {
        "robust.mean_variance": measures.mean_variance,
        "robust.regret_p90": measures.regret,
        "robust.satisfied": measures.satisfied,
    }
    return columns
