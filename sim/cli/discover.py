"""The command that finds where a condition holds: discover."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.commands import print_json, say
from sim.cli.sweep import page_problems, warn_of_altered_files
from sim.errors import COMMAND_LINE, Problem, nearest_name, raise_if_any
from sim.paths import DISCOVERY

METHODS = ("prim", "tree")


def discover(*, folder: str, condition: str, method: str, out: str | None, as_json: bool) -> int:
    """Find the regions in which a condition on the outcomes of a sweep holds; print them and write a page.

    Raises:
        InputProblems: if the folder is not that of a sweep, or the condition cannot be read.
    """
    target = Path(folder) / DISCOVERY if out is None else Path(out)
    wrong = []
    if method not in METHODS:
        said = f"must be one of {', '.join(METHODS)}"
        wrong.append(Problem(COMMAND_LINE, "--method", said, method, nearest_name(method, METHODS)))
    raise_if_any([*wrong, *page_problems(out, target)])
    warn_of_altered_files(Path(folder))
    from sim.analysis import conditions, discovery
    from sim.analysis.sweep_data import read_sweep
    from sim.reporting import discovery_text, terminal
    from sim.reporting.discovery_page import write_discovery

    sweep = read_sweep(Path(folder))
    asked = conditions.condition(sweep, condition)
    found = discovery.discover(sweep.factors, asked, int(sweep.plan["seed"]), method)
    if as_json:
        print_json(discovery_text.as_json(found, sweep))
    else:
        click.echo(terminal.wrapped(discovery_text.printed(found)))
    path = write_discovery(sweep, found, target)
    say(f"page: {path}")
    return 0
