"""The `gapsim` command: its commands and their exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from functools import partial

import click

from sim.cli import commands, discover, fit, options, sweep
from sim.errors import BAD_INPUT, INTERNAL_ERROR, INTERRUPTED, OK, RUNS_FAILED, InputProblems, RunFailed
from sim.model import aliases


@click.group(
    cls=options.Commands,
    name="gapsim",
    commands=[
        commands.compare, commands.run, commands.verify, commands.cases, commands.explain, commands.config,
        commands.list_names, commands.live, sweep.sweep, sweep.status, sweep.merge, sweep.replay, sweep.export,
        sweep.report, discover.discover, discover.search, fit.fit,
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="Exit codes: 0 success, 1 internal error, 2 invalid input, 3 some runs failed, 130 interrupted.",
)  # fmt: skip
@click.version_option(package_name="gapsim", prog_name="gapsim")
@click.pass_context
def gapsim(context: click.Context) -> None:
    """Does it matter who holds power? Simulates the implementation gap in the 32 Scottish councils.

    Arguments with `=` set parameters (KEY=VALUE); other arguments are scenario names. Options can come in any order.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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
    except (click.UsageError, InputProblems) as error:
        problems = (
            InputProblems([options.as_problem(error)]) if isinstance(error, click.UsageError) else error
        )
        click.echo(problems.report(), err=True)
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
