"""Shards put together: what machines that knew nothing of each other have run becomes one set of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from filelock import Timeout

from sim.experiments import plan_files
from sim.experiments.plans import Plan, differences
from sim.problems import COMMAND_LINE, InputProblems, Problem, refuse
from sim.result_files import PLAN, RUNS
from sim.sweeping import finishing, parts, progress
from sim.sweeping.sweep import WHOLE, Outcome, refuse_others, remove_parts
from sim.sweeping.tables import kept


def merge(folders: Sequence[Path], out: Path, command: str) -> Outcome:
    """Write the finished tables of a plan whose runs lie in several folders, or in one that several processes filled.

    Args:
        folders: where runs are; all are left as they are, but for `out`.
        out: where the tables go; it may be one of the folders.
        command: the command that asked for it.

    Raises:
        InputProblems: if the folders hold different plans (with the differences) or one made with other rules, if runs are
            missing, or if another process is at work on `out`.
        OSError: if the tables cannot be stored.
    """
    plan = _one_plan(folders)
    # The manifest says what made the runs, and would name this version.
    plan_files.refuse_other_rules(plan, folders[0], "merge its shards with the version that made them")
    if (out / PLAN).exists():
        refuse_others(plan_files.read(out), plan, out)
    files, damaged = [], []
    for folder in folders:
        # A folder's parts bear the fingerprint it was begun with, which may be another one of the same model.
        begun_with = plan_files.read(folder).model
        good, bad = parts.sound(folder, replace(plan, model=begun_with).identity)
        files += [folder / RUNS] if (folder / RUNS).is_file() else []
        files += good
        damaged += bad
    found = kept(plan, sorted(files, key=lambda path: path.name != RUNS))
    missing = plan.runs - int(found.done.sum())
    problems = [Problem(str(path), "part", "is damaged") for path in damaged] if missing else []
    if missing:
        first = int(found.done.argmin())
        said = (
            f"{missing} of {plan.runs} runs are missing, the first is run {first}; finish every shard first"
        )
        problems.append(Problem(COMMAND_LINE, ", ".join(map(str, folders)), said))
    refuse(problems)
    out.mkdir(parents=True, exist_ok=True)
    lock = progress.lock(out, WHOLE)
    try:
        lock.acquire()
    except Timeout:
        said = "another process is at work on this sweep; `gapsim status` shows how far it is"
        raise InputProblems([Problem(COMMAND_LINE, "merge", said, str(out))]) from None
    try:
        plan_files.write(plan, out)
        finishing.finish(plan, out, found, command)
        remove_parts(out, found)
        progress.clear(out, WHOLE)
    finally:
        lock.release()
    return Outcome(out, plan.runs, plan.runs, int(found.failed.sum()), True, 0)


def _one_plan(folders: Sequence[Path]) -> Plan:
    """The plan of all folders: the largest of them, which the others are the beginnings of."""
    plans = [plan_files.read(folder) for folder in folders]
    largest = max(plans, key=lambda plan: (plan.replications, plan.points))
    refuse(
        [
            Problem(
                str(folder),
                "plan",
                f"it is another plan than that of {folders[plans.index(largest)]}: {words}",
            )
            for folder, plan in zip(folders, plans, strict=True)
            for words in differences(plan, largest)
        ]
    )
    return largest
