"""Evaluation on historical cases: every case is run in many replications, and each run is compared with what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import RunFailed
from sim.history.case_schema import Condition, levels
from sim.history.cases import Case, parameters_of, shifted
from sim.model.parameters import Parameters
from sim.model.schedule import simulate
from sim.model.state import FOCAL_OUTPUTS
from sim.runner.compare import cores

OUTCOMES = FOCAL_OUTPUTS

HIT_SHARE = 0.5
"""Share of single runs that must show a pattern for its case to be a hit: history happened once."""

Series = dict[str, np.ndarray]


@dataclass(frozen=True)
class RecodedResult:
    """The result of a case with one level moved by one step: how sensitive the verdict is to the coding.

    Args:
        dimension: the dimension that was moved.
        level: its level there.
        share: share of runs that reproduce the pattern under this coding.
        own: share of the same runs that do so under the case's own coding.
    """

    dimension: str
    level: str
    share: float
    own: float

    @property
    def hit(self) -> bool:
        """Whether most runs reproduce the pattern under this coding."""
        return self.share >= HIT_SHARE

    @property
    def turned(self) -> bool:
        """Whether the same runs give another verdict under the case's own coding."""
        return self.hit != (self.own >= HIT_SHARE)


@dataclass(frozen=True)
class ConditionResult:
    """One condition of a pattern in all runs.

    Args:
        condition: the condition.
        seen: the observed value, or None if a month of it was not reported.
        values: (R,) the simulated values, in the unit of the series.
        held: (R,) whether the condition holds.
    """

    condition: Condition
    seen: float | None
    values: np.ndarray
    held: np.ndarray


@dataclass(frozen=True)
class History:
    """A case simulated in R runs of T months.

    Args:
        case: the case.
        series: (R, T) by reported series, in its own unit.
        judged: every condition of its pattern.
        recoded: the results with single levels moved, if asked for.
        systems: number of parameter sets; run n is of set n modulo this number.
        mended: every condition of its mended reading, in the same runs; None if it has none, or leaves the case out.
    """

    case: Case
    series: Series
    judged: tuple[ConditionResult, ...]
    recoded: tuple[RecodedResult, ...] = ()
    systems: int = 1
    mended: tuple[ConditionResult, ...] | None = None

    @property
    def share(self) -> float:
        """Share of runs that reproduce the whole pattern."""
        return float(all_held(self.judged).mean())

    @property
    def hit(self) -> bool:
        """Whether most runs reproduce the whole pattern."""
        return self.share >= HIT_SHARE

    @property
    def mended_share(self) -> float | None:
        """Share of the same runs that reproduce the whole pattern by the mended reading, if there is one."""
        return None if self.mended is None else float(all_held(self.mended).mean())

    @property
    def mended_hit(self) -> bool | None:
        """Whether most runs reproduce the whole pattern by the mended reading, if there is one."""
        return None if self.mended_share is None else self.mended_share >= HIT_SHARE

    @property
    def mended_left_out(self) -> bool:
        """Whether the case is left out of the count by mended readings."""
        return self.case.left_out

    @property
    def systems_that_hit(self) -> int:
        """Number of parameter sets that reproduce the whole pattern in at least half of their own runs."""
        by_system = all_held(self.judged).reshape(-1, self.systems).mean(axis=0)
        return int((by_system >= HIT_SHARE).sum())


def all_held(judged: Sequence[ConditionResult]) -> np.ndarray:
    """(R,) whether all conditions of a pattern hold in a run."""
    return np.all([one.held for one in judged], axis=0)


@dataclass(frozen=True)
class Count:
    """Number of cases that are hit, of those counted.

    Args:
        hits: cases that are hit.
        cases: cases that are counted.
    """

    hits: int
    cases: int


def by_frozen_readings(histories: Sequence[History]) -> Count:
    """Hits by the readings that were fixed before any case was run."""
    return Count(sum(history.hit for history in histories), len(histories))


def by_mended_readings(histories: Sequence[History]) -> Count:
    """Hits by the mended readings: a case without one keeps its frozen reading, and one left out is not counted."""
    counted = [history for history in histories if not history.mended_left_out]
    hits = sum(history.hit if history.mended_hit is None else history.mended_hit for history in counted)
    return Count(hits, len(counted))


def of_independent_cases(histories: Sequence[History]) -> Count:
    """Hits by the frozen readings among the cases that no parameter quotes as its source."""
    return by_frozen_readings([history for history in histories if history.case.independent])


def simulate_case(parameters: Parameters, seed: int, replication: int) -> np.ndarray:
    """Simulate one history.

    Returns:
        The outcomes of `OUTCOMES` at the end of each month, shape (4, T).
    """
    return np.ascontiguousarray(simulate(parameters, seed, replication).state.journal.focal.T)


def as_reported(case: Case, outcomes: np.ndarray) -> Series:
    """The reported series as the runs would give them, each in its own unit.

    Args:
        case: the case, whose file defines how each series is read from the model.
        outcomes: (R, 4, T).
    """
    return {
        name: read.at_none + read.width * outcomes[:, OUTCOMES.index(read.outcome)]
        for name, read in case.file.observed.items()
        if read.outcome != "none" and read.at_none is not None
    }


def evaluate_conditions(case: Case, series: Series) -> tuple[ConditionResult, ...]:
    """Check every condition of the pattern in every run."""
    observed = {name: case.points(name) for name in series}
    found = []
    for condition in case.file.pattern.conditions:
        values = _bounded_value(case, condition, lambda name, month: series[name][:, month])
        low, high = condition.bounds
        held = (values >= low) & (values <= high)
        try:
            seen = _bounded_value(case, condition, lambda name, month: observed[name][month])
        except KeyError:
            seen = None
        found.append(ConditionResult(condition, seen, values, held))
    return tuple(found)


def _bounded_value(case: Case, condition: Condition, figure: Callable[[str, int], Any]) -> Any:
    """The value that a condition bounds: a level, a change between two months, or the difference of two series.

    Args:
        case: the case.
        condition: the condition.
        figure: gives the figure of a series in a month of the run.
    """
    if condition.kind == "change":
        first, last = (case.number(str(month)) for month in (condition.first, condition.last))
        return figure(condition.series, last) - figure(condition.series, first)
    month = case.number(str(condition.month))
    value = figure(condition.series, month)
    return value - figure(str(condition.less), month) if condition.kind == "apart" else value


def simulate_cases(
    cases: Sequence[Case],
    systems: Sequence[Parameters],
    seed: int,
    replications: int,
    look: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> list[History]:
    """Run every case in replications 0, 1, … of a seed and evaluate it.

    Args:
        cases: the cases.
        systems: parameter sets, each of which holds for all cases.
        seed: random seed.
        replications: number of replications of each set.
        look: number of runs in which each level is moved by one step up and down; 0 for none.
        progress: called with the number of finished runs and of all runs.

    Raises:
        RunFailed: naming the run that failed.
    """
    each = replications * len(systems)
    # Every other coding is compared with the case's own in the same runs, so there are no more of its runs than of those.
    look = min(look, each)
    codings = [(case, moved) for case in cases for moved in ({}, *(one_step_away(case) if look else ()))]
    outcomes = [np.empty((look if moved else each, len(OUTCOMES), case.months)) for case, moved in codings]
    jobs = []
    for (case, moved), seen in zip(codings, outcomes, strict=True):
        sets = [parameters_of(case, system, moved) for system in systems[: len(seen)]]
        jobs += [(case, sets[run % len(systems)], seen, run) for run in range(len(seen))]

    def simulate_one(job: tuple[Case, Parameters, np.ndarray, int]) -> None:
        case, parameters, seen, run = job
        replication = run // len(systems)
        try:
            seen[run] = simulate_case(parameters, seed, replication)
        except Exception as error:
            which = f"case {case.name}, seed {seed}, replication {replication}"
            raise RunFailed(f"{which}: {error!r}") from error

    # The first failure ends the loop, and with it all runs that have not begun.
    with ThreadPoolExecutor(max_workers=cores()) as pool:
        for done, _ in enumerate(pool.map(simulate_one, jobs), start=1):
            if progress:
                progress(done, len(jobs))
    found = []
    for case in cases:
        seen, *others = [seen for (coded, _), seen in zip(codings, outcomes, strict=True) if coded is case]
        recoded = [
            RecodedResult(dimension, level, _share(case, other), _share(case, seen[:look]))
            for moved, other in zip(one_step_away(case), others, strict=False)
            for dimension, level in moved.items()
        ]
        series = as_reported(case, seen)
        judged, mended = evaluate_conditions(case, series), judge_mended(case, seen)
        found.append(History(case, series, judged, tuple(recoded), len(systems), mended))
    return found


def judge_mended(case: Case, outcomes: np.ndarray) -> tuple[ConditionResult, ...] | None:
    """Evaluate the same runs by the mended reading of a case, if it has one."""
    mended = case.as_mended
    return None if mended is None else evaluate_conditions(mended, as_reported(mended, outcomes))


def _share(case: Case, outcomes: np.ndarray) -> float:
    """Share of runs that reproduce the whole pattern of a case."""
    return float(all_held(evaluate_conditions(case, as_reported(case, outcomes))).mean())


def one_step_away(case: Case) -> list[dict[str, str]]:
    """Every coding of a case that differs from its own by one step in one dimension."""
    coded: Mapping[str, str] = {name: row.level for name, row in case.file.change.type.items()}
    moved = [(name, shifted(coded[name], steps)) for name in levels() for steps in (-1, 1)]
    return [{name: level} for name, level in moved if level is not None]
