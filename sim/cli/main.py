"""The `gapsim` command: declares every command and its options, and sets exit codes.

Heavy modules are imported inside the commands, so that `--help` is fast.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from sim.cli import options
from sim.errors import BAD_INPUT, INTERNAL_ERROR, INTERRUPTED, OK, RUNS_FAILED, InputProblems, RunFailed
from sim.model import aliases

GRAMMAR = "[SCENARIO …] [KEY=VALUE …]"

Command = Callable[..., Any]


def _arguments(metavar: str) -> Callable[[Command], Command]:
    return click.argument("arguments", nargs=-1, metavar=metavar)


def _seed(default: str) -> Callable[[Command], Command]:
    text = f"Random seed: the same seed gives the same results. [default: {default}]"
    return click.option("--seed", metavar="S", help=text)


_scenarios = click.option(
    "--scenarios", "folders", metavar="DIR", multiple=True, help="Add a folder of scenario files."
)
_out = click.option("--out", metavar="DIR", help="Folder for the results. [default: a new one in results/]")
_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, on standard output."
)


def _replications(default: str) -> Callable[[Command], Command]:
    text = f"Number of replications. [default: {default}]"
    return click.option("--replications", metavar="N", help=text)


@click.group(
    cls=options.Commands,
    name="gapsim",
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="Exit codes: 0 success, 1 internal error, 2 invalid input, 3 some runs failed, 130 interrupted.",
)
@click.version_option(package_name="gapsim", prog_name="gapsim")
@click.pass_context
def gapsim(context: click.Context) -> None:
    """Does it matter who holds power? Simulates the implementation gap in the 32 Scottish councils.

    Arguments with `=` set parameters (KEY=VALUE); other arguments are scenario names. Options can come in any order.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@gapsim.command(gathers=True)
@_arguments(GRAMMAR)
@_replications("100")
@_seed("2026")
@_out
@_scenarios
@_json
@click.pass_obj
def compare(command: Sequence[str], **asked: Any) -> int:
    """Compare scenarios in the same replications: which closes more of the gap, and where is benefit lost?

    If no scenario is named, compares hierarchy and distributed. KEY=VALUE applies to every scenario.
    """
    from sim.cli import commands

    return commands.compare(command=command, **asked)


@gapsim.command(gathers=True)
@_arguments("[SCENARIO] [KEY=VALUE …]")
@_seed("2026")
@_out
@_scenarios
@_json
@click.option(
    "--detail", is_flag=True, help="Also write tables by change and council, and by month and council."
)
@click.pass_obj
def run(command: Sequence[str], **asked: Any) -> int:
    """Run one scenario once and store its monthly series, council results and metadata."""
    from sim.cli import commands

    return commands.run(command=command, **asked)


@gapsim.command(gathers=True)
@_arguments("(EXPERIMENT | [SCENARIO …] KEY=a,b,c …) [KEY=VALUE …]")
@_replications("set by the experiment, otherwise 100")
@_seed("set by the experiment, otherwise 2026")
@click.option("--out", metavar="DIR", help="Folder for the results. [default: results/<experiment>]")
@click.option("--workers", metavar="N", help="Number of worker processes. [default: one per core]")
@click.option(
    "--engine", metavar="E", help="Execution backend: processes, serial or dask. [default: processes]"
)
@click.option("--address", metavar="A", help="Address of a running Dask scheduler.")
@click.option(
    "--shard",
    metavar="i/n",
    help="Run only shard i of n, for job arrays; `gapsim merge` combines the shards.",
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    help="Time limit for one run. [default: 100 times the slowest run so far]",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Check every design point and estimate time, memory and disk space; write nothing.",
)
@click.option("--retry-failed", is_flag=True, help="Repeat the runs that failed before.")
@_scenarios
@click.pass_obj
def sweep(command: Sequence[str], **asked: Any) -> int:
    """Run an experiment, or every combination of the given values: what decides which structure wins?

    Finished runs are stored. The same command resumes an interrupted sweep; more replications extend a finished one.
    """
    from sim.cli import sweep

    return sweep.sweep(command=command, **asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
def status(folder: str) -> int:
    """Show the progress of the sweep in a folder, from another shell."""
    from sim.cli import sweep

    return sweep.status(folder)


@gapsim.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR…")
@click.option(
    "--out",
    metavar="DIR",
    help="Folder for the merged results. [default: the only folder, or results/<experiment>]",
)
@click.pass_obj
def merge(command: Sequence[str], **asked: Any) -> int:
    """Merge the shards of a sweep from one or more folders."""
    from sim.cli import sweep

    return sweep.merge(command=command, **asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.argument("run", metavar="RUN")
def replay(folder: str, run: str) -> int:
    """Repeat one run of a sweep, given by its number, and check that the results are bit-identical."""
    from sim.cli import sweep

    return sweep.replay(folder, run)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.option("--to", "form", required=True, metavar="csv|netcdf", help="Output format.")
@click.pass_obj
def export(command: Sequence[str], folder: str, form: str) -> int:
    """Write the runs of a finished sweep as CSV or netCDF, beside its tables."""
    from sim.cli import sweep

    return sweep.export(folder, form, command)


@gapsim.command(gathers=True)
@click.argument("which", default="all", metavar="[null|directions|conservation|known-answers|all|practice]")
@_replications("depends on the check")
@_seed("set by the checks")
@_json
def verify(**asked: Any) -> int:
    """Check the model: null model, directions of effects, conservation, known answers.

    `practice` checks which patterns described by practitioners the model reproduces. `all` does not include it, and a
    pattern that the model does not reproduce is not an error.
    """
    from sim.cli import commands

    return commands.verify(**asked)


@gapsim.command(gathers=True)
@_arguments("[CASE …] [KEY=VALUE …]")
@click.option("--defaults", is_flag=True, help="Use the declared defaults instead of the fitted set.")
@_replications("4 for each fitted parameter set, 50 for the defaults")
@_seed("2026")
@_out
@_json
@click.pass_obj
def cases(command: Sequence[str], **asked: Any) -> int:
    """Replay historical cases: hit or miss, by rules that were fixed before any of them was run?

    If no case is named, replays all eight over the fitted set. KEY=VALUE sets a parameter of the system, which all cases
    share, and takes precedence over the fitted set. A miss is not an error.
    """
    from sim.cli import commands

    return commands.cases(command=command, **asked)


@gapsim.command(gathers=True)
@click.argument("what", default="set", metavar="[set|screening|calibration]")
@_seed("5")
@click.option("--workers", metavar="N", help="Number of worker processes. [default: one per core]")
@click.option(
    "--engine",
    metavar="E",
    default="processes",
    help="Execution backend: processes or serial. [default: processes]",
)
@click.option("--out", metavar="DIR", help="Folder for the fit. [default: results/fit]")
@click.pass_obj
def fit(command: Sequence[str], **asked: Any) -> int:
    """Find the parameter sets that the historical cases do not rule out, and leave out each case in turn.

    Finished runs are stored; the same command resumes an interrupted fit. `screening` shows which parameters the cases
    inform, `calibration` how often a fitted set contains a known truth.
    """
    from sim.cli import fit

    return fit.fit(command=command, **asked)


@gapsim.command()
@click.argument("name")
@_scenarios
def explain(name: str, folders: Sequence[str]) -> int:
    """Explain a mechanism, parameter, decision right, scenario, experiment, case, outcome or cause of loss."""
    from sim.cli import commands

    return commands.explain(name, folders)


@gapsim.command(gathers=True)
@_arguments("[SCENARIO] [KEY=VALUE …]")
@_scenarios
@_json
def config(**asked: Any) -> int:
    """Print the resolved configuration as YAML, which can be saved and used as a scenario."""
    from sim.cli import commands

    return commands.config(**asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.option("--out", metavar="FILE", help="File for the report. [default: report.html in DIR]")
@click.option(
    "--screened",
    metavar="N",
    help="For a Morris screening: print the N strongest factors for each response; write no report.",
)
@_json
def report(**asked: Any) -> int:
    """Write the report of a sweep: where each structure wins, what decides it, and how certain that is."""
    from sim.cli import sweep

    return sweep.report(**asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--where",
    "condition",
    metavar="EXPRESSION",
    required=True,
    help='A condition on an outcome: "gap > 0.8", or "hierarchy.gap - distributed.gap < 0".',
)
@click.option(
    "--method",
    metavar="M",
    default="prim",
    show_default=True,
    help="prim (boxes) or tree (classification tree).",
)
@click.option("--out", metavar="FILE", help="File for the page. [default: discovery.html in DIR]")
@_json
def discover(**asked: Any) -> int:
    """Find the regions of a sweep in which a condition on the outcomes holds, and how sure they are."""
    from sim.cli import discover as discovering

    return discovering.discover(**asked)


@gapsim.command(gathers=True)
@_arguments("EXPERIMENT [KEY=VALUE …]")
@click.option(
    "--evaluations", metavar="N", help="Policies to evaluate. [default: set by the experiment, otherwise 2000]"
)
@_seed("set by the experiment, otherwise 2026")
@click.option("--out", metavar="DIR", help="Folder for the results. [default: results/<experiment>-search]")
@click.option("--workers", metavar="N", help="Number of worker processes. [default: one per core]")
@click.option(
    "--engine", metavar="E", help="Execution backend: processes, serial or dask. [default: processes]"
)
@click.option("--address", metavar="A", help="Address of a running Dask scheduler.")
@_scenarios
@_json
@click.pass_obj
def search(command: Sequence[str], **asked: Any) -> int:
    """Search the levers of an experiment for the best trade-offs, and try them in futures that no search has seen.

    Goes on where it stopped when it is given the same folder.
    """
    from sim.cli import search as searching

    return searching.search(command=command, **asked)


@gapsim.command(name="list")
@click.argument("what", required=False, metavar="[scenarios|experiments|cases|mechanisms|parameters]")
@_scenarios
@_json
def list_(**asked: Any) -> int:
    """List scenarios, experiments, historical cases, mechanisms and parameters."""
    from sim.cli import commands

    return commands.list_names(**asked)


@gapsim.command(gathers=True)
@click.option("--port", metavar="P", help="Port to listen on; 0 picks a free port. [default: 8123]")
@click.option(
    "--host",
    metavar="H",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Any other address lets other machines connect; they need the access code printed.",
)
@click.option(
    "--open/--no-open", "browse", default=None, help="Open a browser. [default: if there is a desktop]"
)
@click.option("--language", metavar="L", default="en", show_default=True, help="Language of the page.")
@click.option(
    "--deck",
    metavar="FILE",
    help="Play the steps of a session from a file, or a bundled deck by name.",
)
@_scenarios
def live(**asked: Any) -> int:
    """Serve a web page on this machine that plays runs for an audience, without an internet connection."""
    from sim.cli import commands

    return commands.live(**asked)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code: 0 success, 1 internal error, 2 invalid input, 3 some runs failed, 130 interrupted.
    """
    before, aliases.say = aliases.say, partial(click.echo, err=True)
    try:
        code = gapsim.main(list(arguments), prog_name="gapsim", standalone_mode=False, obj=tuple(arguments))
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.UsageError as error:
        click.echo(InputProblems([options.report_problems(error)]).report(), err=True)
        return BAD_INPUT
    except InputProblems as error:
        click.echo(error.report(), err=True)
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; nothing was written.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, for example) has closed the pipe; flushing at exit must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except RunFailed as error:
        click.echo(f"A run failed, and nothing was written: {error}", err=True)
        return RUNS_FAILED
    except Exception:
        traceback.print_exc()
        click.echo("This is an error in gapsim, not in your input.", err=True)
        return INTERNAL_ERROR
    finally:
        aliases.say = before


def main() -> None:
    """Entry point of the `gapsim` command."""
    sys.exit(execute(sys.argv[1:]))


if __name__ == "__main__":
    main()
