"""Histories simulated again: every case run in many replications, and each run held against what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
    """What a case makes of one level moved by one step: a look at how much rests on the coding.

    Args:
        dimension: what of the change's kind was moved.
        level: where to.
        share: share of the runs looked at that show the pattern under this coding.
        own: share of the same runs that do under the case's own.
    """

    dimension: str
    level: str
    share: float
    own: float

    @property
    def hit(self) -> bool:
        """Whether most runs show the pattern under this coding."""
        return self.share >= HIT_SHARE

    @property
    def turned(self) -> bool:
        """Whether the same runs give another verdict under the case's own coding."""
        return self.hit != (self.own >= HIT_SHARE)


@dataclass(frozen=True)
class ConditionResult:
    """One condition of a pattern over all runs.

    Args:
        condition: the condition.
        seen: what was observed, where the month was reported; else None.
        values: (R,) what the runs make of it, in the unit of the series.
        held: (R,) whether it holds.
    """

    condition: Condition
    seen: float | None
    values: np.ndarray
    held: np.ndarray


@dataclass(frozen=True)
class History:
    """A case simulated again in R replications of T months.

    Args:
        case: the case.
        series: (R, T) by reported series, in its own unit.
        judged: every condition of its pattern.
        recoded: the same with single levels moved, if it was asked for.
        systems: how many sets of parameters the runs are of; run n is of set n modulo so many.
        mended: every condition of its mended reading, in the same runs; None where it has none, or leaves the case out.
    """

    case: Case
    series: Series
    judged: tuple[ConditionResult, ...]
    recoded: tuple[RecodedResult, ...] = ()
    systems: int = 1
    mended: tuple[ConditionResult, ...] | None = None

    @property
    def share(self) -> float:
        """Share of runs that show the whole pattern."""
        return _share_of(self.judged)

    @property
    def mended_share(self) -> float | None:
        """Share of the same runs that show the whole pattern by the mended reading, where there is one."""
        return None if self.mended is None else _share_of(self.mended)

    @property
    def mended_hit(self) -> bool | None:
        """Whether most runs show the whole pattern by the mended reading, where there is one."""
        return None if self.mended_share is None else self.mended_share >= HIT_SHARE

    @property
    def mended_left_out(self) -> bool:
        """Whether the case is not counted among the mended readings."""
        return self.case.left_out

    @property
    def systems_that_hit(self) -> int:
        """How many sets of parameters show the whole pattern in at least half of their own runs."""
        shown = np.all([judged.held for judged in self.judged], axis=0)
        return int((shown.reshape(-1, self.systems).mean(axis=0) >= HIT_SHARE).sum())

    @property
    def hit(self) -> bool:
        """Whether most runs show the whole pattern."""
        return self.share >= HIT_SHARE


@dataclass(frozen=True)
class Count:
    """How many cases are hit, of how many.

    Args:
        hits: those that are hit.
        cases: all that are counted.
    """

    hits: int
    cases: int


def by_frozen_readings(histories: Sequence[History]) -> Count:
    """Hits by the readings that were fixed before any case was run."""
    return Count(sum(history.hit for history in histories), len(histories))


def by_mended_readings(histories: Sequence[History]) -> Count:
    """Hits by the mended readings: a case that has none is read as before, and one that is left out is not counted."""
    verdicts = [
        history.hit if history.mended_hit is None else history.mended_hit
        for history in histories
        if not history.mended_left_out
    ]
    return Count(sum(verdicts), len(verdicts))


def of_independent_cases(histories: Sequence[History]) -> Count:
    """Hits by the frozen readings among the cases whose figures no parameter's source quotes."""
    return by_frozen_readings([history for history in histories if history.case.independent])


def simulate_case(parameters: Parameters, seed: int, replication: int) -> np.ndarray:
    """Live one history.

    Returns:
        The four outcomes of `OUTCOMES` at the end of each month, shape (4, T).
    """
    return np.ascontiguousarray(simulate(parameters, seed, replication).state.journal.focal.T)


def as_reported(case: Case, outcomes: np.ndarray) -> Series:
    """The series that the runs would have reported, each in its own unit.

    Args:
        case: the case, whose file says how each series is read from the model.
        outcomes: (R, 4, T).
    """
    return {
        name: read.at_none + (read.at_full - read.at_none) * outcomes[:, OUTCOMES.index(read.outcome)]
        for name, read in case.file.observed.items()
        if read.outcome != "none" and read.at_none is not None and read.at_full is not None
    }


def evaluate_conditions(case: Case, series: Series) -> tuple[ConditionResult, ...]:
    """Hold every run against every condition of the pattern."""
    found = []
    for condition in case.file.pattern.conditions:
        values = _measured(case, condition, series)
        held = np.ones(len(values), dtype=bool)
        if condition.at_least is not None:
            held &= values >= condition.at_least
        if condition.at_most is not None:
            held &= values <= condition.at_most
        found.append(ConditionResult(condition, _seen(case, condition), values, held))
    return tuple(found)


def _measured(case: Case, condition: Condition, series: Series) -> np.ndarray:
    """What a condition looks at, in every run."""
    values = series[condition.series]
    if condition.kind == "change":
        first, last = (case.number(str(month)) for month in (condition.first, condition.last))
        return values[:, last] - values[:, first]
    month = case.number(str(condition.month))
    if condition.kind == "apart":
        return values[:, month] - series[str(condition.less)][:, month]
    return values[:, month]


def _seen(case: Case, condition: Condition) -> float | None:
    """What a condition looks at, as it was reported."""
    points = case.points(condition.series)
    try:
        if condition.kind == "change":
            return points[case.number(str(condition.last))] - points[case.number(str(condition.first))]
        month = case.number(str(condition.month))
        if condition.kind == "apart":
            return points[month] - case.points(str(condition.less))[month]
        return points[month]
    except KeyError:
        return None


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
        systems: sets of parameters, each of which holds for all cases.
        seed: random seed.
        replications: in how many replications each set is run.
        look: in how many runs each level is moved by one step up and down; 0 leaves the look out.
        progress: called with runs done and runs in all.

    Raises:
        RunFailed: naming the run that failed.
    """
    each = replications * len(systems)
    # Every other coding is compared with the case's own in the same runs, so it is looked at in no more than there are.
    look = min(look, each)
    codings: list[tuple[Case, dict[str, str], int]] = [(case, {}, each) for case in cases]
    codings += [(case, moved, look) for case in cases for moved in one_step_away(case) if look]
    total, done = sum(count for *_, count in codings), 0
    outcomes = [np.empty((count, len(OUTCOMES), case.months)) for case, _, count in codings]
    pool = ThreadPoolExecutor(max_workers=cores())

    def one(number: int, parameters: Parameters, run: int) -> None:
        replication = run // len(systems)
        try:
            outcomes[number][run] = simulate_case(parameters, seed, replication)
        except Exception as error:
            which = f"case {codings[number][0].name}, seed {seed}, replication {replication}"
            raise RunFailed(f"{which}: {error!r}") from error

    try:
        runs = []
        for number, (case, moved, count) in enumerate(codings):
            moved_systems = [parameters_of(case, system, moved) for system in systems[:count]]
            runs += [pool.submit(one, number, moved_systems[run % len(systems)], run) for run in range(count)]
        for run in runs:
            run.result()
            done += 1
            if progress:
                progress(done, total)
    finally:
        pool.shutdown(cancel_futures=True)
    looked: dict[str, list[RecodedResult]] = {case.name: [] for case in cases}
    own = {
        case.name: _share(case, seen[:look]) for case, seen in zip(cases, outcomes, strict=False) if look > 0
    }
    for (case, moved, _), seen in zip(codings[len(cases) :], outcomes[len(cases) :], strict=True):
        ((dimension, level),) = moved.items()
        looked[case.name].append(RecodedResult(dimension, level, _share(case, seen), own[case.name]))
    found = []
    for case, seen in zip(cases, outcomes, strict=False):
        series = as_reported(case, seen)
        found.append(
            History(
                case,
                series,
                evaluate_conditions(case, series),
                tuple(looked[case.name]),
                len(systems),
                judge_mended(case, seen),
            )
        )
    return found


def judge_mended(case: Case, outcomes: np.ndarray) -> tuple[ConditionResult, ...] | None:
    """Hold the same runs against the mended reading of a case, where it has one."""
    mended = case.as_mended
    return None if mended is None else evaluate_conditions(mended, as_reported(mended, outcomes))


def _share_of(judged: Sequence[ConditionResult]) -> float:
    """Share of runs in which all conditions hold together."""
    return float(np.all([one.held for one in judged], axis=0).mean())


def _share(case: Case, outcomes: np.ndarray) -> float:
    """Share of runs that show the whole pattern of a case."""
    return History(case, {}, evaluate_conditions(case, as_reported(case, outcomes))).share


def one_step_away(case: Case) -> list[dict[str, str]]:
    """Every coding of a case that differs from its own by one step in one dimension."""
    coded: Mapping[str, str] = {name: row.level for name, row in case.file.change.type.items()}
    moved = [(name, shifted(coded[name], steps)) for name in levels() for steps in (-1, 1)]
    return [{name: level} for name, level in moved if level is not None]
