"""The `gapsim` command: what may be asked, and with which options.

Nothing heavy is imported up here, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
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
    said = f"Random seed: the same seed gives the same results. [default: {default}]"
    return click.option("--seed", metavar="S", help=said)


_scenarios = click.option(
    "--scenarios", "folders", metavar="DIR", multiple=True, help="Add a folder of scenario files."
)
_out = click.option("--out", metavar="DIR", help="Folder for the results. [default: a new one in results/]")
_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output, nothing else."
)


def _replications(default: str) -> Callable[[Command], Command]:
    said = f"Number of replications. [default: {default}]"
    return click.option("--replications", metavar="N", help=said)


@click.group(
    cls=options.Commands,
    name="gapsim",
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="Exit codes: 0 done, 1 our fault, 2 something wrong with the input, 3 some runs failed, 130 interrupted.",
)
@click.version_option(package_name="gapsim", prog_name="gapsim")
@click.pass_context
def gapsim(context: click.Context) -> None:
    """Does it matter where power resides? A simulation of the implementation gap, on the 32 Scottish councils.

    Arguments with `=` set parameters (KEY=VALUE); the others are names of scenarios. Options may stand anywhere.
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
    """Run scenarios side by side in the same replications: which closes more of the gap, and where was benefit lost?

    Without a scenario: hierarchy and distributed. KEY=VALUE applies to every scenario.
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
    "--detail", is_flag=True, help="Write by change and council, and by month and council, as well."
)
@click.pass_obj
def run(command: Sequence[str], **asked: Any) -> int:
    """Run one scenario once, and keep its monthly series, its councils and what made it."""
    from sim.cli import commands

    return commands.run(command=command, **asked)


@gapsim.command(gathers=True)
@_arguments("(EXPERIMENT | [SCENARIO …] KEY=a,b,c …) [KEY=VALUE …]")
@_replications("as the experiment says, else 100")
@_seed("as the experiment says, else 2026")
@click.option("--out", metavar="DIR", help="Folder for the results. [default: results/<experiment>]")
@click.option("--workers", metavar="N", help="How many processes. [default: one a core]")
@click.option(
    "--engine", metavar="E", help="Execution backend: processes, serial or dask. [default: processes]"
)
@click.option("--address", metavar="A", help="A Dask scheduler that is there already.")
@click.option(
    "--shard", metavar="i/n", help="Run share i of n only, for job arrays; `gapsim merge` puts them together."
)
@click.option(
    "--time-limit", metavar="SECONDS", help="Time one run may take. [default: 100 times the slowest so far]"
)
@click.option("--dry-run", is_flag=True, help="Check every point, say what it will take, write nothing.")
@click.option("--retry-failed", is_flag=True, help="Live the runs again that failed before.")
@_scenarios
@click.pass_obj
def sweep(command: Sequence[str], **asked: Any) -> int:
    """Run an experiment, or every combination of the values given: what decides which structure wins?

    What is done is kept; the same command goes on where it stopped, and more replications extend what is there.
    """
    from sim.cli import sweep

    return sweep.sweep(command=command, **asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
def status(folder: str) -> int:
    """Say how far the sweep in a folder is, from another shell."""
    from sim.cli import sweep

    return sweep.status(folder)


@gapsim.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR…")
@click.option(
    "--out", metavar="DIR", help="Folder for the whole. [default: the only folder, or results/<experiment>]"
)
@click.pass_obj
def merge(command: Sequence[str], **asked: Any) -> int:
    """Put the shards of a sweep together, from one folder or several."""
    from sim.cli import sweep

    return sweep.merge(command=command, **asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.argument("run", metavar="RUN")
def replay(folder: str, run: str) -> int:
    """Make one run of a sweep again, by its number, and prove it the same to the bit."""
    from sim.cli import sweep

    return sweep.replay(folder, run)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.option("--to", "form", required=True, metavar="csv|netcdf", help="The form that is wanted.")
@click.pass_obj
def export(command: Sequence[str], folder: str, form: str) -> int:
    """Write the runs of a finished sweep as CSV or netCDF, beside its tables."""
    from sim.cli import sweep

    return sweep.export(folder, form, command)


@gapsim.command(gathers=True)
@click.argument("which", default="all", metavar="[null|directions|conservation|known-answers|all|practice]")
@_replications("by check")
@_seed("written down with the checks")
@_json
def verify(**asked: Any) -> int:
    """Check the model against what must hold: the null, directions, conservation, known answers.

    `practice` asks which patterns that practitioners describe the model shows. It is no part of `all`, and a pattern that is
    missed is no error.
    """
    from sim.cli import commands

    return commands.verify(**asked)


@gapsim.command(gathers=True)
@_arguments("[CASE …] [KEY=VALUE …]")
@click.option("--defaults", is_flag=True, help="Ask the declared defaults instead of the fitted set.")
@_replications("4 for each fitted set of parameters, 50 for the defaults")
@_seed("2026")
@_out
@_json
@click.pass_obj
def cases(command: Sequence[str], **asked: Any) -> int:
    """Live historical cases again: hit or miss, by rules that were fixed before any of them was run?

    Without a case: all eight, over the fitted set. KEY=VALUE sets the system, which is one for all cases, and wins over
    the set. A miss is no error.
    """
    from sim.cli import commands

    return commands.cases(command=command, **asked)


@gapsim.command(gathers=True)
@click.argument("what", default="set", metavar="[set|screening|calibration]")
@_seed("5")
@click.option("--workers", metavar="N", help="How many processes. [default: one a core]")
@click.option("--engine", metavar="E", default="processes", help="processes or serial. [default: processes]")
@click.option("--out", metavar="DIR", help="Folder for the fit. [default: results/fit]")
@click.pass_obj
def fit(command: Sequence[str], **asked: Any) -> int:
    """Find the sets of parameters that the historical cases do not rule out, and leave out each case in turn.

    What is done is kept; the same command goes on where it stopped. `screening` says which parameters the cases tell of at
    all, `calibration` how often a set holds a truth that is known.
    """
    from sim.cli import fit

    return fit.fit(command=command, **asked)


@gapsim.command()
@click.argument("name")
@_scenarios
def explain(name: str, folders: Sequence[str]) -> int:
    """Say what a mechanism, parameter, row of power, scenario, experiment, case, outcome or cause of loss means."""
    from sim.cli import commands

    return commands.explain(name, folders)


@gapsim.command(gathers=True)
@_arguments("[SCENARIO] [KEY=VALUE …]")
@_scenarios
@_json
def config(**asked: Any) -> int:
    """Print the resolved configuration as YAML; saved to a file, it is itself a scenario."""
    from sim.cli import commands

    return commands.config(**asked)


@gapsim.command()
@click.argument("folder", metavar="DIR")
@click.option("--out", metavar="FILE", help="Where the page goes. [default: report.html in DIR]")
@click.option(
    "--screened",
    metavar="N",
    help="Of a Morris screening: print the N strongest for each response as factors, no page.",
)
@_json
def report(**asked: Any) -> int:
    """Read a sweep: a page with the map of where each structure wins, what decides it, and how surely."""
    from sim.cli import sweep

    return sweep.report(**asked)


@gapsim.command(name="list")
@click.argument("what", required=False, metavar="[scenarios|experiments|cases|mechanisms|parameters]")
@_scenarios
@_json
def list_(**asked: Any) -> int:
    """List scenarios, experiments, historical cases, mechanisms and parameters."""
    from sim.cli import commands

    return commands.list_names(**asked)


@gapsim.command(gathers=True)
@click.option("--port", metavar="P", help="Port to listen on; 0 takes a free one. [default: 8123]")
@click.option(
    "--host",
    metavar="H",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Another than the default lets other machines in, who need the code printed.",
)
@click.option(
    "--open/--no-open", "browse", default=None, help="Open a browser. [default: where there is a desktop]"
)
@click.option("--language", metavar="L", default="en", show_default=True, help="Language of the page.")
@click.option(
    "--deck",
    metavar="FILE",
    help="Play the steps of a session from a file, or from a shipped deck by its name.",
)
@_scenarios
def live(**asked: Any) -> int:
    """Show runs to a room: a page on this machine that plays them, without any network."""
    from sim.cli import commands

    return commands.live(**asked)


def execute(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Returns:
        The exit code: 0 ok, 1 our fault, 2 input, 3 some runs failed, 130 interrupted.
    """
    before, aliases.say = aliases.say, _say
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
        # The reader (`head`, say) has seen enough; what is left must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except RunFailed as error:
        click.echo(f"A run failed, and nothing was written: {error}", err=True)
        return RUNS_FAILED
    except Exception:
        traceback.print_exc()
        click.echo("This is a fault of gapsim, not of what you asked for.", err=True)
        return INTERNAL_ERROR
    finally:
        aliases.say = before


def _say(said: str) -> None:
    click.echo(said, err=True)


def main() -> None:
    """Entry point of the `gapsim` command."""
    sys.exit(execute(sys.argv[1:]))


if __name__ == "__main__":
    main()
