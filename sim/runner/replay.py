"""One run of a sweep executed again and compared with its stored row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import COMMAND_LINE, InputProblems, Problem
from sim.experiments import plan_files
from sim.experiments.plans import Plan
from sim.paths import FAILURES, RUNS
from sim.runner import parts
from sim.runner.parts import iter_sorted
from sim.runner.run_one import run_one


@dataclass(frozen=True)
class Replay:
    """A run executed again.

    Args:
        run: its number.
        about: scenario, design point, replication and factors, by name.
        same: whether every response is the same to the bit, or it failed at the same stage with the same message.
        differing: stored and new value, by name of the column.
    """

    run: int
    about: dict[str, Any]
    same: bool
    differing: dict[str, tuple[Any, Any]]


def replay(folder: Path, run: int) -> Replay:
    """Execute a run of a sweep again.

    Raises:
        InputProblems: if the folder holds no plan, one made with other rules, or nothing of that run.
    """
    plan = plan_files.read(folder)
    if not 0 <= run < plan.runs:
        said = f"must be a whole number from 0 to {plan.runs - 1}"
        raise InputProblems([Problem(COMMAND_LINE, "RUN", said, str(run))])
    so = "no run of it can be made again here; replay it with the version that made it"
    plan_files.refuse_other_rules(plan, folder, so)
    before = _kept(plan, folder, run)
    replication, number, scenario = (int(key[0]) for key in plan.keys(np.array([run])))
    point = plan.point(number)
    again = run_one(plan, plan.scenarios[scenario], point, plan.draws(number, replication))
    now: dict[str, Any] = {"status": parts.FAILED if again.stage else parts.OK}
    now |= {"stage": again.stage or None, "message": again.message or None}
    unknown = [None] * len(plan.responses)
    now |= dict(zip(plan.responses, again.responses or unknown, strict=True))
    differing = {name: (before[name], now[name]) for name in now if not _same(before[name], now[name])}
    keys = {"scenario": plan.scenarios[scenario].name, "design_point": number, "replication": replication}
    return Replay(run, {**keys, **point}, not differing, differing)


def _kept(plan: Plan, folder: Path, run: int) -> dict[str, Any]:
    """The row of a run, from the finished tables and from parts, with stage and message."""
    good, _ = parts.valid_parts(folder, plan.identity)
    tables = [folder / RUNS] if (folder / RUNS).is_file() else []
    files = [*tables, *good]
    row = _row(plan, run, files, ("status", *plan.responses))
    if row is None:
        raise InputProblems([Problem(COMMAND_LINE, "RUN", "has not been run yet", str(run))])
    if row["status"] == parts.OK:
        return {**row, "stage": None, "message": None}
    failures = [path.with_name(FAILURES) for path in tables]
    return {**row, **(_row(plan, run, [*failures, *good], ("stage", "message")) or {})}


def _row(plan: Plan, run: int, files: Sequence[Path], columns: Sequence[str]) -> dict[str, Any] | None:
    found = iter_sorted(plan, files, columns, only=run) if files else ()
    return next((row for _, rows in found for row in rows.to_pylist()), None)


def _same(before: Any, now: Any) -> bool:
    if isinstance(now, float) and math.isnan(now):
        return before is None
    return before == now
