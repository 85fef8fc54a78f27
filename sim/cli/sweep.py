"""Commands about sweeps: sweep, status, merge, replay, export, report."""

from __future__ import annotations

import errno
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from sim import paths
from sim.cli import options
from sim.cli.commands import compile_first, progress_bar, say, show
from sim.cli.options import Asked, seconds, shard
from sim.errors import COMMAND_LINE, INTERNAL_ERROR, INTERRUPTED, OK, RUNS_FAILED, Problem, raise_if_any

FULL = (errno.ENOSPC, errno.EDQUOT)


@options.command()
@options.arguments("(EXPERIMENT | [SCENARIO …] KEY=a,b,c …) [KEY=VALUE …]")
@options.replications("set by the experiment, otherwise 100")
@options.seed("set by the experiment, otherwise 2026")
@options.out("results/<experiment>", of_a_sweep=True)
@options.workers
@options.engine
@options.value("--address", "A", "Address of a running Dask scheduler.")
@options.value(
    "--shard", "i/n", "Run only shard i of n, for job arrays; `gapsim merge` combines the shards.", shard
)
@options.value(
    "--time-limit", "SECONDS", "Time limit for one run. [default: 100 times the slowest run so far]", seconds
)
@options.flag(
    "--dry-run", "Check every design point and estimate time, memory and disk space; write nothing."
)
@options.flag("--retry-failed", "Repeat the runs that failed before.")
@options.scenarios
def sweep(
    asked: Asked, replications: int | None, out: Path | None, workers: int | None, engine: str | None,
    address: str | None, shard: tuple[int, int] | None, time_limit: float | None, dry_run: bool, retry_failed: bool,
) -> int:  # fmt: skip
    """Run an experiment, or every combination of the given values: what decides which structure wins?

    Finished runs are stored. The same command resumes an interrupted sweep; more replications extend a finished one.
    """
    from sim.experiments.experiment import from_command_line
    from sim.runner import executors
    from sim.runner import sweep as sweeping

    if address is not None and engine not in (None, "dask"):
        asked.refuse("--address", f"belongs to --engine dask, not to {engine}", address)
    experiment = from_command_line(
        asked.arguments, replications, asked.seed_option, asked.folders, asked.problems
    )
    plan, folder = sweeping.plan_in_folder(experiment, f"gapsim {options.command_line()}", out)
    for note in experiment.notes:
        say(f"note: {note}")
    engine = engine or ("processes" if address is None else "dask")
    if dry_run:
        _print_estimate(plan, folder, 1 if engine == "serial" and workers is None else workers)
        return OK
    executor = executors.make_executor(engine, workers, address)
    if executor.workers == 0:
        say("the scheduler has no workers yet; waiting for the first one")
    compile_first()
    share = sweeping.Shard(*shard or (1, 1))
    with _stored(folder), resumable(folder) as bar:
        outcome = sweeping.sweep(
            plan, folder, executor, share=share, limit=time_limit, retry_failed=retry_failed, watcher=bar,
            say=say,
        )  # fmt: skip
    return _print_outcome(outcome, share)


def _print_estimate(plan: Any, folder: Path, workers: int | None) -> None:
    from sim.runner import estimate
    from sim.runner.compare import cores

    compile_first()
    workers = workers or cores()
    found = estimate.estimate(plan, workers)
    runs = f"{plan.points} × {len(plan.scenarios)} × {plan.replications}"
    lines = {
        "experiment": plan.name,
        "question": plan.question,
        "scenarios": ", ".join(scenario.name for scenario in plan.scenarios),
        "factors": ", ".join(factor.key for factor in plan.factors) or "none",
        "design points": f"{plan.points}, all checked",
        "replications": plan.replications,
        "runs": f"{plan.runs} ({runs}: points × scenarios × replications)",
        "time": f"{_time(found.seconds)} on {workers} workers ({1000 * found.seconds_a_run:.1f} ms a run)",
        "memory": "unknown" if found.memory is None else f"{_size(found.memory)} each of {workers} workers",
        "disk": f"{_size(found.disk)} when finished, up to {_size(found.most_disk)} while running",
        "folder": folder,
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        click.echo(f"{name:<{width}}  {value}")
    some = (
        f"{found.failed} of {found.tried} runs tried failed" if found.failed else f"tried {found.tried} runs"
    )
    say(f"{some}; nothing was written.")


@options.command()
@options.folder
def status(folder: Path) -> None:
    """Show the progress of the sweep in a folder, from another shell."""
    from sim.experiments import plan_files, plans
    from sim.model import provenance
    from sim.runner import status

    plan = plan_files.read(folder)
    warn_of_altered_files(folder)
    said = status.status(plan, folder)
    share = 100 * said["done"] / max(1, said["total"])
    click.echo(f"{plan.name}: {said['state']}, {said['done']} of {said['total']} runs ({share:.0f} %)")
    click.echo(f"failed: {said['failed']}")
    if said["rate"]:
        left = _time(said["seconds_left"])
        click.echo(f"rate: {said['rate']:.1f} runs a second; about {left} to go")
    for one in said["shares"]:
        doing = "reading what is kept or putting it together"
        if "done" in one:
            doing = (
                f"{one['done']} of {one['total']}, engine {one['engine']}"
                f" with {one['workers']} workers on {one['machine']}"
            )
        click.echo(f"{one['label']}: {'running' if one['running'] else 'stopped'}, {doing}")
    if said["state"] == "stopped":
        changed = plans.other_rules(plan, provenance.model(), provenance.version())
        # Without --shard, the command runs everything that is left.
        again = re.sub(r" --shard[ =]\S+", "", plan.command)
        click.echo(f"to go on{', with the version that made it' if changed else ''}: {again}")
        if changed:
            say(f"note: {changed}")


def warn_of_altered_files(folder: Path) -> None:
    """Print a warning for each file of a finished sweep that differs from its hash in the manifest."""
    from sim.runner.finalise import manifest
    from sim.storage import file_hash

    for entry in (manifest(folder) or {}).get("files", []):
        path = folder / entry["name"]
        if not path.is_file():
            say(f"warning: {path} is missing; it was there when the sweep finished")
        elif file_hash(path) != entry["sha256"]:
            say(
                f"warning: {path} was altered after the sweep finished (its hash is not that in {paths.MANIFEST})"
            )


@options.command()
@options.argument("folders", nargs=-1, required=True, metavar="DIR…", type=Path)
@options.value(
    "--out", "DIR", "Folder for the merged results. [default: the only folder, or results/<experiment>]"
)
def merge(folders: Sequence[Path], out: str | None) -> int:
    """Merge the shards of a sweep from one or more folders."""
    from sim.experiments import plan_files
    from sim.runner import sweep

    sources = list(dict.fromkeys(folders))
    usual = sources[0]
    if out is None and len(sources) > 1:
        usual = paths.RESULTS / plan_files.read(sources[0]).name
    raise_if_any([paths.out_problem(out, usual, of_a_sweep=True)])
    target = usual if out is None else Path(out)
    with _stored(target):
        outcome = sweep.merge(sources, target, f"gapsim {options.command_line()}")
    return _print_outcome(outcome)


@options.command()
@options.folder
@options.argument("run", metavar="RUN", type=click.IntRange(0, 10**15))
def replay(folder: Path, run: int) -> int:
    """Repeat one run of a sweep, given by its number, and check that the results are bit-identical."""
    compile_first()
    from sim.runner import replay

    again = replay.replay(folder, run)
    about = ", ".join(f"{name} {value}" for name, value in again.about.items())
    click.echo(f"run {again.run}: {about}")
    if again.same:
        click.echo("the repeated run is identical in every column, to the bit")
        return OK
    for name, (before, now) in again.differing.items():
        click.echo(f"{name}: {before!r} is stored, {now!r} was computed now")
    return INTERNAL_ERROR


@options.command()
@options.folder
@options.value("--to", "csv|netcdf", "Output format.", required=True)
def export(folder: Path, to: str) -> None:
    """Write the runs of a finished sweep as CSV or netCDF, beside its tables."""
    from sim.runner import export

    with _stored(folder):
        click.echo(str(export.export(folder, to)))


def _print_outcome(outcome: Any, share: Any = None) -> int:
    """Print what a sweep or a merge came to, and give the exit code."""
    if outcome.finished:
        whole = "nothing was left to do" if outcome.executed == 0 and share is not None else "finished"
        click.echo(f"{whole}: {outcome.runs} runs in {outcome.folder}, {outcome.failed} of them failed")
        if outcome.failed:
            say(f"the reasons are in {outcome.folder / paths.FAILURES}; use --retry-failed to repeat them")
    else:
        click.echo(
            f"{share.label} is done: {outcome.done} of all {outcome.runs} runs are in {outcome.folder}"
        )
        say("when all shards are done, combine them: gapsim merge with their folders")
    return RUNS_FAILED if outcome.failed else OK


@contextmanager
def _stored(folder: Path) -> Iterator[None]:
    """Say what is intact and how to go on, and end the command, if results cannot be stored."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in FULL else "the results cannot be stored"
        say(f"{why}: {error}")
        say(f"Runs stored before are intact in {folder}. To go on: gapsim {options.command_line()}")
        raise click.exceptions.Exit(INTERNAL_ERROR) from None


@contextmanager
def resumable(folder: Path) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar for runs that are stored; says how to go on, and ends the command, if they are interrupted."""
    from sim.runner.executors import signal_handler

    try:
        # A batch system ends a job by SIGTERM.
        with signal_handler(signal.SIGTERM, signal.default_int_handler), progress_bar() as bar:
            yield bar
    except KeyboardInterrupt:
        say(f"interrupted; finished runs are stored in {folder}. To go on: gapsim {options.command_line()}")
        raise click.exceptions.Exit(INTERRUPTED) from None


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(size: float) -> str:
    if size < 1e6:
        return f"{max(1, size / 1e3):.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


@options.command()
@options.folder
@options.value("--out", "FILE", "File for the report. [default: report.html in DIR]")
@options.value(
    "--screened",
    "N",
    "For a Morris screening: print the N strongest factors for each response; write no report.",
    click.IntRange(1, 1000),
)
@options.as_json
def report(folder: Path, out: str | None, screened: int | None, as_json: bool) -> None:
    """Write the report of a sweep: where each structure wins, what decides it, and how certain that is."""
    if screened is not None:
        beside = [name for name, given in (("--out", out is not None), ("--json", as_json)) if given]
        said = "has no place beside --screened, which writes no report"
        raise_if_any([Problem(COMMAND_LINE, name, said) for name in beside])
        _print_strongest_factors(folder, screened)
        return
    target = folder / paths.REPORT if out is None else Path(out)
    check_page(out, target)
    from sim.reporting import terminal
    from sim.reporting.sweep_page.page import write_sweep_report
    from sim.reporting.sweep_page.tables import summary

    warn_of_altered_files(folder)
    path, found = write_sweep_report(folder, target)
    show(as_json, summary(found) | {"report": str(path)}, terminal.wrapped(str(found.verdict)))
    say(f"report: {path}")


def check_page(out: str | None, target: Path) -> None:
    """Raise problems with the file of a page about a sweep, before anything is read."""
    option = "DIR" if out is None else "--out"
    if out is None and not (target.parent / paths.PLAN).is_file():
        # Not the folder of a sweep: reading it reports that, so the file need not be checked.
        return
    if out is not None and (not out.strip() or target.is_dir()):
        said = "must name a file for the page, not a folder"
        raise_if_any([Problem(COMMAND_LINE, option, said, out or "''")])
    problem = paths.folder_problem(target.parent)
    if problem and out is None:
        elsewhere = f"{problem.wrong}; write the page elsewhere with --out FILE"
        problem = replace(problem, key=option, wrong=elsewhere)
    raise_if_any([problem, paths.foreign_file_problem(target, option, "file with --out")])


def _print_strongest_factors(folder: Path, most: int) -> None:
    """Print the strongest factors of a Morris screening in the form of an experiment file."""
    warn_of_altered_files(folder)
    from sim.analysis.sensitivity import as_factors
    from sim.analysis.sweep_data import read_sweep
    from sim.reporting.sweep_page.findings import moved

    sweep = read_sweep(folder)
    kind = sweep.plan["design"]["kind"]
    if kind != "morris":
        said = f"is for a design that screens (morris), and this one is {kind}"
        raise_if_any([Problem(str(folder), "--screened", said)])
    found = [response for response in moved(sweep) if response.influences]
    if not found:
        said = "has nothing to rank: no response is known over whole trajectories"
        raise_if_any([Problem(str(folder), "--screened", said)])
    click.echo(as_factors(sweep, found, most))
