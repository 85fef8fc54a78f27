"""A sweep in a folder: started, resumed, extended, finished; and shards from several machines merged into one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from sim.errors import COMMAND_LINE, InputProblems, Problem, raise_if_any
from sim.experiments import plan_files
from sim.experiments.experiment import Experiment
from sim.experiments.plans import Plan, make_plan, plan_differences
from sim.paths import MANIFEST, PLAN, RESULTS, RUNS
from sim.runner import finalise, parts, status
from sim.runner.executors import Engine, single_threaded_children
from sim.runner.parts import CompletedRuns, completed_runs
from sim.runner.scheduler import ChunkSizer, PendingRuns, SweepScheduler
from sim.runner.worker import RUNNING


def merge(folders: Sequence[Path], out: Path, command: str) -> Outcome:
    """Write the finished tables of a plan whose runs are in several folders, or in one that several processes filled.

    Args:
        folders: where runs are; all but `out` are left unchanged.
        out: where the tables go; it may be one of the folders.
        command: the command that asked for it.

    Raises:
        InputProblems: if the folders hold different plans (with the differences) or one made with other rules, if runs are
            missing, or if another process works on `out`.
        OSError: if the tables cannot be stored.
    """
    plan = _one_plan(folders)
    # The manifest names the version that made the runs, and would name this one.
    plan_files.refuse_other_rules(plan, folders[0], "merge its shards with the version that made them")
    if (out / PLAN).exists():
        refuse_others(plan_files.read(out), plan, out)
    files, damaged = [], []
    for folder in folders:
        # The parts of a folder carry the fingerprint of its first model, which may be another one of the same rules.
        begun_with = plan_files.read(folder).model
        good, bad = parts.valid_parts(folder, replace(plan, model=begun_with).identity)
        files += [folder / RUNS] if (folder / RUNS).is_file() else []
        files += good
        damaged += bad
    found = completed_runs(plan, sorted(files, key=lambda path: path.name != RUNS))
    missing = plan.runs - int(found.done.sum())
    problems = [Problem(str(path), "part", "is damaged") for path in damaged] if missing else []
    if missing:
        first = int(found.done.argmin())
        said = f"{missing} of {plan.runs} runs are missing, the first is run {first}"
        where = ", ".join(map(str, folders))
        problems.append(Problem(COMMAND_LINE, where, f"{said}; finish every shard first"))
    raise_if_any(problems)
    out.mkdir(parents=True, exist_ok=True)
    lock = status.lock(out, WHOLE)
    _take(lock, out, "merge")
    try:
        plan_files.write(plan, out)
        finalise.write_tables(plan, out, found, command)
        remove_parts(out, found)
        status.clear(out, WHOLE)
    finally:
        lock.release()
    return Outcome(out, plan.runs, plan.runs, int(found.failed.sum()), True, 0)


def _one_plan(folders: Sequence[Path]) -> Plan:
    """The plan of all folders: the largest, which extends all others."""
    plans, problems = [plan_files.read(folder) for folder in folders], list[Problem]()
    largest = max(plans, key=lambda plan: (plan.replications, plan.points))
    said = f"it is another plan than that of {folders[plans.index(largest)]}"
    for folder, plan in zip(folders, plans, strict=True):
        problems += [
            Problem(str(folder), "plan", f"{said}: {words}") for words in plan_differences(plan, largest)
        ]
    raise_if_any(problems)
    return largest


WHOLE = "whole"


@dataclass(frozen=True)
class Shard:
    """Every n-th run of a plan, for machines that do not communicate.

    Args:
        number: which shard, from 1.
        of: how many shards there are.
    """

    number: int = 1
    of: int = 1

    @property
    def label(self) -> str:
        """Name of the shard, for its files."""
        return WHOLE if self.of == 1 else f"shard-{self.number}-of-{self.of}"

    def runs(self, plan: Plan) -> np.ndarray:
        """Numbers of its runs: spread evenly, so that every shard is a balanced sample and takes equally long."""
        return np.arange(self.number - 1, plan.runs, self.of)


@dataclass(frozen=True)
class Outcome:
    """The state of a sweep after a command.

    Args:
        folder: where the results are.
        runs: runs of the plan.
        done: runs stored.
        failed: runs stored that failed.
        finished: whether the tables are written.
        executed: runs executed this time.
    """

    folder: Path
    runs: int
    done: int
    failed: int
    finished: bool
    executed: int


def sweep(
    plan: Plan,
    folder: Path,
    engine: Engine,
    *,
    share: Shard = Shard(),
    limit: float | None = None,
    retry_failed: bool = False,
    watcher: status.OnProgress | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Outcome:
    """Execute the runs of a plan that are not stored yet, and write the tables when all are.

    Args:
        plan: all runs.
        folder: where results are, or go.
        engine: where workers are.
        share: the shard of this process.
        limit: time limit of a run in seconds; None for a generous multiple of the slowest run.
        retry_failed: whether runs that failed before are executed again.
        watcher: called with runs done, and of how many.
        say: called with messages for the user.

    Raises:
        InputProblems: if the folder holds another plan, or another process works on the same shard.
        KeyboardInterrupt: when the user interrupts; finished runs are stored.
        OSError: if results cannot be stored; what was stored remains.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = status.lock(folder, share.label)
    try:
        with status.tables_lock(folder):
            # In this order: a shard that waits for the lock of the tables must not seem to be working.
            _take(lock, folder)
            status.forget(folder, share.label)
            plan = _settle(plan, folder, share)
        outcome = _carry_out(plan, folder, engine, share, limit, retry_failed, watcher, say)
        status.clear(folder, share.label)
    except InputProblems:
        # A refusal leaves no files; an interrupted sweep leaves its progress for `gapsim status`.
        if lock.is_locked:
            status.clear(folder, share.label)
        raise
    finally:
        lock.release()
    return outcome


def plan_in_folder(experiment: Experiment, command: str, out: str | Path | None) -> tuple[Plan, Path]:
    """The plan of an experiment, and the folder that its sweep goes to.

    Args:
        experiment: the experiment.
        command: what asked for it.
        out: the folder, if one is named. Otherwise it has the name of the experiment; written on the command line it
            has none, and the same factors and levels always get the same folder.
    """
    plan = make_plan(experiment, command)
    if out is not None:
        return plan, Path(out)
    if experiment.source != COMMAND_LINE:
        return plan, RESULTS / plan.name
    asked = [plan.identity, *((factor.key, factor.levels) for factor in plan.factors)]
    return plan, RESULTS / f"sweep-{hashlib.sha256(repr(asked).encode()).hexdigest()[:10]}"


def _take(lock: FileLock, folder: Path, key: str = "--out") -> None:
    try:
        lock.acquire()
    except Timeout:
        raise InputProblems([_busy(folder, key)]) from None


def _busy(folder: Path, key: str = "--out") -> Problem:
    said = "another process is at work on this sweep; `gapsim status` shows how far it is"
    return Problem(COMMAND_LINE, key, said, str(folder))


def _settle(plan: Plan, folder: Path, share: Shard) -> Plan:
    """Store the plan in the folder, unless it is there already; it may extend the plan there.

    Returns:
        The plan, with the model fingerprint of the folder's first plan; both fingerprints stand for the same rules.
    """
    if (folder / PLAN).exists():
        before = plan_files.read(folder)
        refuse_others(before, plan, folder)
        plan = replace(plan, model=before.model)
        if (before.replications, before.points) == (plan.replications, plan.points):
            return plan
        others = {path.stem for path in (folder / RUNNING).glob("*.lock")} - {share.label, status.TABLES}
        if any(status.is_held(folder, label) for label in others):
            raise InputProblems([_busy(folder)])
        (folder / MANIFEST).unlink(missing_ok=True)
    plan_files.write(plan, folder)
    return plan


def refuse_others(there: Plan, here: Plan, folder: Path) -> None:
    """Refuse a plan that is not that of a folder, with the differences in words.

    Raises:
        InputProblems: naming every difference.
    """
    found = plan_differences(there, here)
    if found:
        said = "it holds another plan; name another folder with --out"
        problems = [Problem(COMMAND_LINE, str(folder), said)]
        raise InputProblems([*problems, *(Problem(str(folder), "plan", words) for words in found)])


def _carry_out(
    plan: Plan, folder: Path, engine: Engine, share: Shard, limit: float | None, retry_failed: bool,
    watcher: status.OnProgress | None, say: Callable[[str], None],
) -> Outcome:  # fmt: skip
    with status.tables_lock(folder):
        found = _found(plan, folder, share, say)
    mine = share.runs(plan)
    left = mine[~found.done[mine] | (found.failed[mine] if retry_failed else False)]
    done, failed = len(mine) - len(left), int(found.failed[mine].sum())
    if len(left):
        (folder / MANIFEST).unlink(missing_ok=True)
        (folder / parts.PARTS).mkdir(exist_ok=True)
        about = {"label": share.label, "engine": engine.name, "workers": engine.workers}
        note = folder / RUNNING / f"{share.label}.json"
        progress = status.Progress(note, about, len(mine), done, 0 if retry_failed else failed, watcher)
        stamp = plan_files.plan_file_hash(folder)
        scheduler = SweepScheduler(
            plan, folder, stamp, share.label, engine, PendingRuns(left), ChunkSizer(limit), progress.add
        )
        with single_threaded_children():
            scheduler.execute(
                lambda: say("stopping: what is under way is finished first; once more to drop it")
            )
    with status.tables_lock(folder):
        found = _found(plan, folder, share, say)
        complete = bool(found.done.all())
        if complete and ((folder / parts.PARTS).exists() or finalise.manifest(folder) is None):
            finalise.write_tables(plan, folder, found, plan.command)
            remove_parts(folder, found)
    return Outcome(folder, plan.runs, int(found.done.sum()), int(found.failed.sum()), complete, len(left))


def _found(plan: Plan, folder: Path, share: Shard, say: Callable[[str], None]) -> CompletedRuns:
    """The runs stored in the folder; drafts of a killed process are removed, damaged parts set aside."""
    for draft in (*folder.glob(".*.tmp"), *(folder / parts.PARTS).glob(f".{share.label}-*.tmp")):
        draft.unlink(missing_ok=True)
    for trace in (folder / RUNNING).glob(f"{share.label}-*.now"):
        trace.unlink(missing_ok=True)
    good, damaged = parts.valid_parts(folder, plan.identity)
    for path in damaged:
        parts.quarantine(path)
        say(f"{path.name}: damaged, set aside; its runs are made again")
    table = [folder / RUNS] if (folder / RUNS).is_file() else []
    return completed_runs(plan, [*table, *good])


def remove_parts(folder: Path, found: CompletedRuns) -> None:
    """Remove the parts whose rows are in the finished tables, and their folder when nothing else is in it."""
    for path in found.files:
        if path.parent == folder / parts.PARTS:
            path.unlink(missing_ok=True)
    if not any((folder / parts.PARTS).glob("*.parquet")):
        shutil.rmtree(folder / parts.PARTS, ignore_errors=True)
