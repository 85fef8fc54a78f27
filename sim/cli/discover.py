"""Commands for choosing under uncertainty: discover where a condition holds, and search for the best trade-offs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim import paths
from sim.cli import options
from sim.cli.commands import compile_first, say, show
from sim.cli.options import Asked
from sim.cli.sweep import check_page, resumable, warn_of_altered_files
from sim.errors import raise_if_any

METHODS = ("prim", "tree")


@options.command()
@options.folder
@options.value(
    "--where",
    "EXPRESSION",
    'A condition on an outcome: "gap > 0.8", or "hierarchy.gap - distributed.gap < 0".',
    required=True,
)
@options.value(
    "--method", "M", "prim (boxes) or tree (classification tree).", click.Choice(METHODS), default="prim"
)
@options.value("--out", "FILE", "File for the page. [default: discovery.html in DIR]")
@options.as_json
def discover(folder: Path, where: str, method: str, out: str | None, as_json: bool) -> None:
    """Find the regions of a sweep in which a condition on the outcomes holds, and how sure they are."""
    target = folder / paths.DISCOVERY if out is None else Path(out)
    check_page(out, target)
    warn_of_altered_files(folder)
    from sim.analysis import conditions, discovery
    from sim.analysis.sweep_data import groups_of, read_sweep
    from sim.reporting import discovery_text, terminal
    from sim.reporting.discovery_page import write_discovery

    sweep = read_sweep(folder)
    asked = conditions.condition(sweep, where)
    found = discovery.discover(sweep.factors, asked, int(sweep.plan["seed"]), method, groups_of(sweep))
    path = write_discovery(sweep, found, target)
    text = "\n".join(map(terminal.wrapped, discovery_text.paragraphs(found)))
    show(as_json, discovery_text.as_json(found, sweep), text)
    say(f"page: {path}")


@options.command()
@options.arguments("EXPERIMENT [KEY=VALUE …]")
@options.value(
    "--evaluations",
    "N",
    "Policies to evaluate. [default: set by the experiment, otherwise 2000]",
    click.IntRange(10, 10_000_000),
)
@options.seed("set by the experiment, otherwise 2026")
@options.out("results/<experiment>-search", of_a_sweep=True)
@options.workers
@options.engine
@options.value("--address", "A", "Address of a running Dask scheduler.")
@options.scenarios
@options.as_json
def search(
    asked: Asked, evaluations: int | None, out: Path | None, workers: int | None, engine: str | None,
    address: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Search the levers of an experiment for the best trade-offs, and try them in futures that no search has seen.

    Goes on where it stopped when it is given the same folder.
    """
    from sim.analysis.search import choice
    from sim.analysis.search import run as searching
    from sim.experiments import experiment
    from sim.reporting import search_text, terminal
    from sim.reporting.search_page import write_search
    from sim.runner import executors

    if len(asked.names) != 1:
        asked.refuse("EXPERIMENT", "name one experiment to search", ", ".join(asked.names))
        raise_if_any(asked.problems)
    found = experiment.load(
        asked.names[0],
        asked.overrides,
        None,
        asked.seed_option,
        asked.folders,
        asked.problems,
        searching=True,
    )
    raise_if_any(searching.search_problems(found))
    folder = out or paths.RESULTS / f"{found.name}-search"
    executor = executors.make_executor(
        engine or ("processes" if address is None else "dask"), workers, address
    )
    compile_first()
    with resumable(folder):
        result = searching.search(found, folder, executor, evaluations, say=say, on_step=_say_step)
    chosen = choice.chosen(result, found.seed)
    pairs = choice.inseparable(result)
    path = write_search(found, result, chosen, pairs, folder / paths.REPORT)
    words = [search_text.headline(result), *search_text.reasons(result, chosen, pairs)]
    about = {"experiment": found.name, "seed": found.seed}
    show(as_json, search_text.as_json(result, chosen, about), "\n".join(map(terminal.wrapped, words)))
    say(f"page: {path}")


def _say_step(step: Any, total: int) -> None:
    say(
        f"seed {step.seed}, generation {step.generation}: {step.evaluations} policies, {step.kept} in the archive, "
        f"hypervolume {step.hypervolume:.4f}"
    )
