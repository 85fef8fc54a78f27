"""The command that looks for the best trade-offs between policies: search."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli.commands import print_json, say
from sim.cli.sweep import MOST_WORKERS, compile_first, sigterm_as_interrupt
from sim.errors import COMMAND_LINE, INTERRUPTED, OK, Problem, raise_if_any, whole_number
from sim.model.parameters import MAX_SEED
from sim.paths import REPORT, RESULTS, out_problem

MOST_EVALUATIONS = 10_000_000


def search(
    *, arguments: Sequence[str], evaluations: str | None, seed: str | None, out: str | None, workers: str | None,
    engine: str | None, address: str | None, folders: Sequence[str], as_json: bool, command: Sequence[str],
) -> int:  # fmt: skip
    """Search the levers of an experiment, run what was found in fresh futures, and write the page.

    Raises:
        InputProblems: if the experiment cannot be searched, or an option cannot be used.
    """
    problems: list[Problem] = []
    count = _number("--evaluations", evaluations, 10, MOST_EVALUATIONS, problems)
    number_of = _number("--seed", seed, 0, MAX_SEED, problems)
    many = _number("--workers", workers, 1, MOST_WORKERS, problems)
    wrong = out_problem(out, RESULTS, of_a_sweep=True)
    problems += [wrong] if wrong else []
    name, *others = arguments or ("",)
    if not name or "=" in name:
        problems.append(Problem(COMMAND_LINE, "EXPERIMENT", "name one experiment to search", name))
    raise_if_any(problems)
    from sim.analysis.search import choice
    from sim.analysis.search import run as searching
    from sim.experiments import experiment as experiments
    from sim.experiments.crossing import FRESH, futures_of
    from sim.reporting import search_text, terminal
    from sim.reporting.search_page import write_search
    from sim.runner.executors import make_executor

    found = experiments.load(name, others, None, number_of, folders, searching=True)
    raise_if_any(searching.search_problems(found))
    folder = Path(out) if out is not None else RESULTS / f"{found.name}-search"
    workers_of = make_executor(engine or ("processes" if address is None else "dask"), many, address)
    compile_first()
    try:
        with sigterm_as_interrupt():
            result = searching.search(found, folder, workers_of, count, say=say, on_step=_told)
    except KeyboardInterrupt:
        say(f"interrupted; what was evaluated is kept in {folder}. To go on: gapsim {shlex.join(command)}")
        return INTERRUPTED
    crossing = result.crossing
    chosen: list[Any] = []
    pairs = (0, 0)
    if result.front is not None:
        factors = choice.as_swept(crossing, futures_of(crossing, found.seed, FRESH, crossing.search.fresh_futures))
        chosen = choice.chosen(result.front, crossing.objectives, factors, found.seed)
        pairs = choice.inseparable(result.front)
    path = write_search(found, result, chosen, pairs, folder / REPORT)
    if as_json:
        print_json(search_text.as_json(result, chosen, {"experiment": found.name, "seed": found.seed}))
    else:
        click.echo(terminal.wrapped(search_text.headline(result)))
        for sentence in search_text.reasons(result, chosen, pairs):
            click.echo(terminal.wrapped(sentence))
    say(f"page: {path}")
    return OK


def _told(step: Any, total: int) -> None:
    """Say how far the search is, after each generation."""
    say(
        f"seed {step.seed}, generation {step.generation}: {step.evaluations} policies, {step.kept} in the archive, "
        f"hypervolume {step.hypervolume:.4f}"
    )


def _number(option: str, text: str | None, low: int, high: int, problems: list[Problem]) -> int | None:
    if text is None:
        return None
    value = whole_number(option, text, low, low, high)
    if isinstance(value, Problem):
        problems.append(value)
        return None
    return value
