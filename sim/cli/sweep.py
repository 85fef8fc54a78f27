"""Commands about sweeps: sweep, status, merge, replay, export, report."""

from __future__ import annotations

import errno
import re
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from sim.cli import options
from sim.cli.commands import MOST_REPLICATIONS, note_compilation, print_json, progress_bar, say
from sim.errors import (
    COMMAND_LINE,
    INTERNAL_ERROR,
    INTERRUPTED,
    OK,
    RUNS_FAILED,
    InputProblems,
    Problem,
    raise_if_any,
    whole_number,
)
from sim.model.parameters import MAX_SEED
from sim.paths import MANIFEST, PLAN, REPORT, RESULTS, folder_problem, foreign_file_problem, out_problem

MOST_WORKERS = 1024
FULL = (errno.ENOSPC, errno.EDQUOT)


class Settings:
    """The parsed options of `gapsim sweep`, and their problems."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.problems: list[Problem] = options.found()
        self.replications = self._number("--replications", asked["replications"], 1, MOST_REPLICATIONS)
        self.seed = self._number("--seed", asked["seed"], 0, MAX_SEED)
        self.workers = self._number("--workers", asked["workers"], 1, MOST_WORKERS)
        self.limit = self._seconds(asked["time_limit"])
        self.share = self._share(asked["shard"])
        self.engine = self._engine(asked["engine"], asked["address"])
        self.address: str | None = asked["address"]
        self.out = self._folder(asked["out"])

    def _number(self, option: str, text: str | None, low: int, high: int) -> int | None:
        if text is None:
            return None
        value = whole_number(option, text, low, low, high)
        if isinstance(value, Problem):
            self.problems.append(value)
            return None
        return value

    def _seconds(self, text: str | None) -> float | None:
        if text is None:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = float("nan")
        if not 0.0 < seconds < float("inf"):
            said = "must be a number of seconds above 0"
            self.problems.append(Problem(COMMAND_LINE, "--time-limit", said, text or "''"))
        return seconds

    def _share(self, text: str | None) -> tuple[int, int]:
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text or "1/1")
        number, of = (int(part) for part in found.groups()) if found else (0, 0)
        if not 1 <= number <= of:
            said = "must be i/n: shard i of n, counted from 1, for example 3/8"
            self.problems.append(Problem(COMMAND_LINE, "--shard", said, text or "''"))
            return 1, 1
        return number, of

    def _engine(self, name: str | None, address: str | None) -> str:
        from sim.runner.executors import ENGINES

        if name is not None and name not in ENGINES:
            said = f"must be one of {', '.join(ENGINES)}"
            self.problems.append(Problem(COMMAND_LINE, "--engine", said, name or "''"))
        if address is not None and name not in (None, "dask"):
            said = f"belongs to --engine dask, not to {name}"
            self.problems.append(Problem(COMMAND_LINE, "--address", said, address))
        return name or ("processes" if address is None else "dask")

    def _folder(self, text: str | None) -> Path | None:
        problem = out_problem(text, RESULTS, of_a_sweep=True)
        self.problems.extend([problem] if problem else [])
        return None if text is None else Path(text)


def sweep(
    *, arguments: Sequence[str], folders: Sequence[str], dry_run: bool, retry_failed: bool,
    command: Sequence[str], **options: Any,
) -> int:  # fmt: skip
    """Plan an experiment and run the runs that are not stored yet."""
    settings = Settings(options)
    plan, folder = _planned(arguments, settings, folders, command)
    if dry_run:
        return _dry_run(plan, folder, settings)
    from sim.runner import executors
    from sim.runner import sweep as sweeping

    engine = executors.make_executor(settings.engine, settings.workers, settings.address)
    if engine.workers == 0:
        say("the scheduler has no workers yet; waiting for the first one")
    compile_first()
    share = sweeping.Shard(*settings.share)
    try:
        with sigterm_as_interrupt(), progress_bar(False) as bar:
            outcome = sweeping.sweep(
                plan, folder, engine, share=share, limit=settings.limit, retry_failed=retry_failed,
                watcher=bar, say=say,
            )  # fmt: skip
    except KeyboardInterrupt:
        say(f"interrupted; finished runs are stored in {folder}. To go on: gapsim {shlex.join(command)}")
        return INTERRUPTED
    except OSError as error:
        return _not_stored(error, folder, command)
    _print_outcome(outcome, share)
    return RUNS_FAILED if outcome.failed else OK


def _planned(
    arguments: Sequence[str], settings: Settings, folders: Sequence[str], command: Sequence[str]
) -> tuple[Any, Path]:
    from sim.experiments import plans
    from sim.experiments.experiment import from_command_line
    from sim.runner import sweep as sweeping

    experiment = from_command_line(
        arguments, settings.replications, settings.seed, folders, settings.problems
    )
    plan = plans.make_plan(experiment, f"gapsim {shlex.join(command)}")
    for note in experiment.notes:
        say(f"note: {note}")
    folder = RESULTS / sweeping.folder_name(plan, experiment.source)
    return plan, folder if settings.out is None else settings.out


def compile_first() -> None:
    """Compile the model before workers start; otherwise every worker compiles it at the same time."""
    from sim.model.kernels import jit

    note_compilation()
    if not jit.is_cached():
        from sim.model.parameters import Parameters
        from sim.model.schedule import simulate

        simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 1)


def _dry_run(plan: Any, folder: Path, settings: Settings) -> int:
    from sim.runner import estimate
    from sim.runner.compare import cores

    note_compilation()
    workers = settings.workers or (1 if settings.engine == "serial" else cores())
    found = estimate.estimate(plan, workers)
    runs = f"{plan.points} × {len(plan.scenarios)} × {plan.replications}"
    memory = "unknown" if found.memory is None else f"{_size(found.memory)} each of {workers} workers"
    most = _size(found.most_disk)
    lines = {
        "experiment": plan.name,
        "question": plan.question,
        "scenarios": ", ".join(scenario.name for scenario in plan.scenarios),
        "factors": ", ".join(factor.key for factor in plan.factors) or "none",
        "design points": f"{plan.points}, all checked",
        "replications": str(plan.replications),
        "runs": f"{plan.runs} ({runs}: points × scenarios × replications)",
        "time": f"{_time(found.seconds)} on {workers} workers ({1000 * found.seconds_a_run:.1f} ms a run)",
        "memory": memory,
        "disk": f"{_size(found.disk)} when finished, up to {most} while running",
        "folder": str(folder),
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        click.echo(f"{name:<{width}}  {value}")
    if found.failed:
        say(f"{found.failed} of {found.tried} runs tried failed; nothing was written.")
    else:
        say(f"tried {found.tried} runs; nothing was written.")
    return OK


def status(folder: str) -> int:
    """Print the progress of a sweep."""
    from sim.experiments import plan_files, plans
    from sim.model import provenance
    from sim.runner import status

    plan = plan_files.read(Path(folder))
    warn_of_altered_files(Path(folder))
    said = status.status(plan, Path(folder))
    share = 100 * said["done"] / max(1, said["total"])
    click.echo(f"{plan.name}: {said['state']}, {said['done']} of {said['total']} runs ({share:.0f} %)")
    click.echo(f"failed: {said['failed']}")
    if said["rate"]:
        left = _time(said["seconds_left"])
        click.echo(f"rate: {said['rate']:.1f} runs a second; about {left} to go")
    for one in said["shares"]:
        state = "running" if one["running"] else "stopped"
        if "done" not in one:
            click.echo(f"{one['label']}: {state}, reading what is kept or putting it together")
            continue
        click.echo(
            f"{one['label']}: {state}, {one['done']} of {one['total']}, engine {one['engine']}"
            f" with {one['workers']} workers on {one['machine']}"
        )
    if said["state"] == "stopped":
        changed = plans.other_rules(plan, provenance.model(), provenance.version())
        # Without --shard, the command runs everything that is left.
        again = _without("--shard", plan.command)
        click.echo(f"to go on, with the version that made it: {again}" if changed else f"to go on: {again}")
        if changed:
            say(f"note: {changed}")
    return OK


def warn_of_altered_files(folder: Path) -> None:
    """Print a warning for each file of a finished sweep that differs from its hash in the manifest."""
    from sim.runner.finalise import manifest
    from sim.storage import file_hash

    for entry in (manifest(folder) or {}).get("files", []):
        path = folder / entry["name"]
        if not path.is_file():
            say(f"warning: {path} is missing; it was there when the sweep finished")
            continue
        if file_hash(path) != entry["sha256"]:
            say(f"warning: {path} was altered after the sweep finished (its hash is not that in {MANIFEST})")


def _without(option: str, command: str) -> str:
    """A command without an option and its value."""
    words = shlex.split(command)
    kept = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if option not in (before, word) and not word.startswith(f"{option}=")
    ]
    return shlex.join(kept)


def merge(*, folders: Sequence[str], out: str | None, command: Sequence[str]) -> int:
    """Merge the shards of a sweep."""
    from sim.experiments import plan_files
    from sim.runner import sweep

    sources = list(dict.fromkeys(Path(folder) for folder in folders))
    if out is not None:
        target = Path(out)
    else:
        target = sources[0] if len(sources) == 1 else RESULTS / plan_files.read(sources[0]).name
    problem = out_problem(out, target, of_a_sweep=True)
    raise_if_any([problem] if problem else [])
    words = f"gapsim {shlex.join(command)}"
    try:
        outcome = sweep.merge(sources, target, words)
    except OSError as error:
        return _not_stored(error, target, command)
    _print_outcome(outcome, None)
    return RUNS_FAILED if outcome.failed else OK


def replay(folder: str, run: str) -> int:
    """Repeat one run and compare it with the stored results."""
    number = whole_number("RUN", run, 0, 0, 10**15)
    if isinstance(number, Problem):
        raise InputProblems([number])
    note_compilation()
    from sim.runner import replay

    again = replay.replay(Path(folder), number)
    about = ", ".join(f"{name} {value}" for name, value in again.about.items())
    click.echo(f"run {again.run}: {about}")
    if again.same:
        click.echo("the repeated run is identical in every column, to the bit")
        return OK
    for name, (before, now) in again.differing.items():
        click.echo(f"{name}: {before!r} is stored, {now!r} was computed now")
    return INTERNAL_ERROR


def export(folder: str, form: str, command: Sequence[str]) -> int:
    """Write the runs of a finished sweep as CSV or netCDF."""
    from sim.runner import export

    try:
        click.echo(str(export.export(Path(folder), form)))
    except OSError as error:
        return _not_stored(error, Path(folder), command)
    return OK


def _print_outcome(outcome: Any, share: Any) -> None:
    if outcome.finished:
        whole = "nothing was left to do" if outcome.executed == 0 and share is not None else "finished"
        click.echo(f"{whole}: {outcome.runs} runs in {outcome.folder}, {outcome.failed} of them failed")
        if outcome.failed:
            say(
                f"the reasons are in {outcome.folder / 'failures.parquet'}; use --retry-failed to repeat them"
            )
    else:
        click.echo(
            f"{share.label} is done: {outcome.done} of all {outcome.runs} runs are in {outcome.folder}"
        )
        say("when all shards are done, combine them: gapsim merge with their folders")


def _not_stored(error: OSError, folder: Path, command: Sequence[str]) -> int:
    why = "the disk is full" if error.errno in FULL else "the results cannot be stored"
    say(f"{why}: {error}")
    say(f"Runs stored before are intact in {folder}. To go on: gapsim {shlex.join(command)}")
    return INTERNAL_ERROR


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Treat SIGTERM, by which a batch system ends a job, like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(size: float) -> str:
    if size < 1e6:
        return f"{max(1, size / 1e3):.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


MOST_SCREENED = 1000


def report(*, folder: str, out: str | None, screened: str | None, as_json: bool) -> int:
    """Write the report of a sweep, finished or not, and print the verdict.

    Returns:
        0, even if some runs of the sweep failed; the report says so.

    Raises:
        InputProblems: if the folder does not hold a sweep, or the report cannot be written.
    """
    if screened is not None:
        return _screened(folder, screened, out, as_json)
    target = Path(folder) / REPORT if out is None else Path(out)
    raise_if_any(page_problems(out, target))
    from sim.reporting import terminal
    from sim.reporting.sweep_page.page import write_sweep_report

    warn_of_altered_files(Path(folder))
    path, found = write_sweep_report(Path(folder), target)
    if as_json:
        from sim.reporting.sweep_page.tables import summary

        content: dict[str, Any] = summary(found) | {"report": str(path)}
        print_json(content)
    else:
        click.echo(terminal.wrapped(str(found.verdict)))
    say(f"report: {path}")
    return 0


def page_problems(out: str | None, target: Path) -> list[Problem]:
    """Why a page about a sweep cannot be written where it is to go, if it cannot."""
    problem = folder_problem(target.parent)
    if problem and out is None:
        problem = replace(problem, key="DIR", wrong=f"{problem.wrong}; write the page elsewhere with --out FILE")
    return [
        *([problem] if problem and (out is not None or target.parent.is_dir()) else []),
        *_not_a_page(out, target),
    ]


def _screened(folder: str, text: str, out: str | None, as_json: bool) -> int:
    """Print the strongest factors of a Morris screening in the form of an experiment file."""
    most = whole_number("--screened", text, 1, 1, MOST_SCREENED)
    problems = [most] if isinstance(most, Problem) else []
    beside = [name for name, given in (("--out", out is not None), ("--json", as_json)) if given]
    problems += [
        Problem(COMMAND_LINE, name, "has no place beside --screened, which writes no report")
        for name in beside
    ]
    raise_if_any(problems)
    warn_of_altered_files(Path(folder))
    from sim.analysis.sweep_data import read_sweep

    sweep = read_sweep(Path(folder))
    if sweep.plan["design"]["kind"] != "morris":
        said = f"is for a design that screens (morris), and this one is {sweep.plan['design']['kind']}"
        raise_if_any([Problem(folder, "--screened", said)])
    from sim.analysis.sensitivity import as_factors
    from sim.reporting.sweep_page.findings import moved

    found = [s for s in moved(sweep) if s.influences]
    if not found:
        raise_if_any(
            [
                Problem(
                    folder, "--screened", "has nothing to rank: no response is known over whole trajectories"
                )
            ]
        )
    assert isinstance(most, int)
    click.echo(as_factors(sweep, found, most))
    return 0


def _not_a_page(out: str | None, target: Path) -> list[Problem]:
    if out is not None and (not out.strip() or Path(out).is_dir()):
        return [Problem(COMMAND_LINE, "--out", "must name a file for the page, not a folder", out or "''")]
    if out is None and not (target.parent / PLAN).is_file():
        # Not the folder of a sweep: reading it reports that, so the report file need not be checked.
        return []
    foreign = foreign_file_problem(target, "--out" if out is not None else "DIR", "file with --out")
    return [foreign] if foreign else []
