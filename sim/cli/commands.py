"""Functions behind the commands: check the input, run, write results, print them.

Heavy modules are imported after the checks, so that invalid input is reported quickly.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sim.cli import options
from sim.errors import COMMAND_LINE, InputProblems, Problem, raise_if_any, whole_number
from sim.model.parameters import DEFAULT_SEED, MAX_SEED
from sim.paths import CELLS, COUNCILS, METADATA, PLACES_BY_MONTH, REPORT, RESULTS, RUNS, SERIES, out_problem
from sim.scenarios.compose import compose
from sim.scenarios.overrides import Overrides, is_override, read

COMPARED = ("hierarchy", "distributed")
REPLICATIONS = 100
CASE_REPLICATIONS, SET_REPLICATIONS, LOOKS = 50, 4, 20
MOST_REPLICATIONS = 1_000_000
LIVE_PORT = 8123
PRACTICE = "practice"
CHECKS = ("null", "directions", "conservation", "known-answers", "all", PRACTICE)


class Asked:
    """The arguments and common options of one command, and their problems so far."""

    def __init__(self, arguments: Sequence[str], seed: str | None = None) -> None:
        self.names = [argument for argument in arguments if not is_override(argument)]
        self.overrides: Overrides = read([argument for argument in arguments if is_override(argument)])
        self.problems: list[Problem] = options.found()
        self.seed = self._seed(seed)

    def number(self, option: str, text: str | None, default: int, low: int, high: int) -> int:
        """The whole number given to an option; for anything else, the default, and a problem is added."""
        value = whole_number(option, text, default, low, high)
        if isinstance(value, Problem):
            self.problems.append(value)
            return default
        return value

    def one_name(self) -> list[str]:
        """The single scenario of a command that takes one, given by name or as `scenario=`."""
        names = [*self.names, *([] if self.overrides.scenario is None else [self.overrides.scenario])]
        if len(names) > 1:
            self.problems.append(
                Problem(COMMAND_LINE, "scenario", "this command takes one", ", ".join(names))
            )
        return names or ["baseline"]

    def _seed(self, text: str | None) -> int:
        given = self.overrides.seed
        if text is not None and given is not None:
            self.problems.append(
                Problem(COMMAND_LINE, "--seed", "is given together with seed=; give one", text)
            )
        return self.number("--seed", text, DEFAULT_SEED if given is None else given, 0, MAX_SEED)

    def folder(self, text: str | None, *written: str) -> Path | None:
        """The folder given to --out, or None; a problem is added if files cannot be written there."""
        problem = out_problem(text, RESULTS, written=written)
        self.problems.extend([problem] if problem else [])
        return None if text is None else Path(text)


def compare(
    *, arguments: Sequence[str], replications: str | None, seed: str | None, out: str | None, folders: Sequence[str],
    as_json: bool, command: Sequence[str],
) -> int:  # fmt: skip
    """Compare scenarios, write results and report, print the summary."""
    asked = Asked(arguments, seed)
    named = asked.folder(out, REPORT, METADATA, RUNS, COUNCILS)
    count = asked.number("--replications", replications, REPLICATIONS, 1, MOST_REPLICATIONS)
    if asked.overrides.scenario is not None:
        message = "cannot be used here: give the scenario names as separate arguments"
        asked.problems.append(Problem(COMMAND_LINE, "scenario", message, asked.overrides.scenario or "''"))
    composed = compose(asked.names or COMPARED, asked.overrides, folders, asked.problems)
    note_compilation()
    from sim import storage
    from sim.analysis import comparison
    from sim.reporting import comparison_page, terminal
    from sim.reporting.comparison_text import verdict
    from sim.runner import compare, results_io

    with progress_bar(as_json) as progress:
        compared = compare.compare(composed, count, asked.seed, progress)
    identity = {"scenarios": {c.name: c.text for c in composed}, "replications": count, "seed": asked.seed}
    folder = named or results_io.default_folder("compare", identity)
    with storage.atomic_folder(folder) as draft:
        results_io.write_comparison(draft, compared, shlex.join(command))
        comparison_page.write_report(compared, draft / REPORT, f"gapsim {shlex.join(command)}")
    summary = comparison.comparison_json(compared)
    if as_json:
        print_json(summary)
    else:
        found = verdict(compared)
        click.echo(terminal.wrapped(found.headline))
        click.echo(terminal.comparison(summary))
        click.echo(terminal.wrapped(" ".join(found.sentences)))
    say(f"report: {folder / REPORT}")
    return 0


def run(
    *, arguments: Sequence[str], seed: str | None, out: str | None, folders: Sequence[str], as_json: bool,
    detail: bool, command: Sequence[str],
) -> int:  # fmt: skip
    """Run one scenario once, write its series, councils and metadata, print its outcomes."""
    asked = Asked(arguments, seed)
    named = asked.folder(out, METADATA, SERIES, COUNCILS, *((CELLS, PLACES_BY_MONTH) if detail else ()))
    scenario = compose(asked.one_name(), asked.overrides, folders, asked.problems)[0]
    note_compilation()
    from sim import storage
    from sim.model import provenance
    from sim.reporting import terminal
    from sim.runner import compare, results_io

    runs, run = compare.alone(scenario, asked.seed)
    folder = named or results_io.default_folder("run", {"scenario": scenario.text, "seed": asked.seed})
    with storage.atomic_folder(folder) as draft:
        results_io.write_run(draft, runs, asked.seed, shlex.join(command))
        if detail:
            results_io.write_detail(draft, run)
    outcomes = {name: float(values[0]) for name, values in runs.summaries.items()}
    if as_json:
        about = {
            "scenario": scenario.name,
            "outcomes": outcomes,
            "seed": asked.seed,
            "version": provenance.version(),
        }
        print_json(about)
    else:
        click.echo(terminal.run(scenario.name, outcomes))
    say(f"results: {folder}")
    return 0


def verify(*, which: str, replications: str | None, seed: str | None, as_json: bool) -> int:
    """Run one group of checks, or all; returns 1 if a check fails.

    A pattern of practice that is not reproduced is a result, not a failure: returns 0.
    """
    asked = Asked(())
    root = None
    if seed is not None:
        root = asked.number("--seed", seed, DEFAULT_SEED, 0, MAX_SEED)
    count = None
    if replications is not None:
        count = asked.number("--replications", replications, REPLICATIONS, 2, MOST_REPLICATIONS)
    if which not in CHECKS:
        asked.problems.append(Problem(COMMAND_LINE, which, f"must be one of {', '.join(CHECKS)}"))
    raise_if_any(asked.problems)
    note_compilation()
    from sim.reporting import terminal
    from sim.verification import checks, practice

    if which == PRACTICE:
        found = practice.run_checks(root, count)
        if as_json:
            print_json({"checks": found})
        else:
            click.echo(terminal.practice(found))
        return 0
    results = checks.run_checks(which, root, count)
    if as_json:
        print_json({"checks": results})
    else:
        click.echo(terminal.checks(results))
    return 0 if all(check["passed"] is not False for check in results) else 1


def cases(
    *, arguments: Sequence[str], defaults: bool, replications: str | None, seed: str | None, out: str | None,
    as_json: bool, command: Sequence[str],
) -> int:  # fmt: skip
    """Replay historical cases, evaluate each by its rule, print the summary and write the report."""
    asked = Asked(arguments, seed)
    named = asked.folder(out, REPORT, METADATA, SERIES)
    usual = CASE_REPLICATIONS if defaults else SET_REPLICATIONS
    count = asked.number("--replications", replications, usual, 1, MOST_REPLICATIONS)
    from sim.history import cases as historical

    asked.problems += [
        Problem(COMMAND_LINE, key, "belongs to the history, so it cannot be set", "")
        for key in asked.overrides.leaves
        if key.startswith(historical.SET_BY_CASES)
    ]
    if asked.overrides.scenario is not None:
        message = "cannot be used here: cases are not scenarios"
        asked.problems.append(Problem(COMMAND_LINE, "scenario", message, asked.overrides.scenario))
    chosen = []
    try:
        chosen = historical.cases(asked.names)
    except InputProblems as error:
        asked.problems += error.problems
    system = compose(["baseline"], asked.overrides, (), asked.problems)[0]
    note_compilation()
    from sim import storage
    from sim.experiments.design_point import apply_design_point
    from sim.history import evaluate
    from sim.history.matching import fitted_set
    from sim.model import provenance
    from sim.reporting import cases_page, terminal
    from sim.runner import results_io

    sets = [] if defaults else fitted_set.fitted_points(asked=asked.overrides.leaves)
    systems = [apply_design_point(system, one) for one in sets] or [system.parameters]
    look = min(count * len(systems), LOOKS)
    with progress_bar(as_json) as progress:
        histories = evaluate.simulate_cases(chosen, systems, asked.seed, count, look, progress)
    page = cases_page.Page(
        histories,
        count,
        asked.seed,
        provenance.version(),
        not defaults,
        asked.overrides.sets_parameters,
        shlex.join(command),
    )
    identity = {
        "cases": [c.name for c in chosen],
        "system": system.text,
        "sets": sets,
        "replications": count,
        "seed": asked.seed,
    }
    folder = named or results_io.default_folder("cases", identity)
    summary = cases_page.cases_json(page)
    with storage.atomic_folder(folder) as draft:
        (draft / REPORT).write_text(cases_page.page_html(page), encoding="utf-8")
        storage.write_table(draft / SERIES, cases_page.series_table(histories))
        results_io.write_cases_metadata(draft, system.parameters, sets, summary, shlex.join(command))
    if as_json:
        print_json(summary)
    else:
        click.echo(terminal.cases(summary, page.note))
    say(f"report: {folder / REPORT}")
    return 0


def explain(name: str, folders: Sequence[str]) -> int:
    """Print the meaning of a name, or all its meanings."""
    from sim.reporting import describe as explained

    click.echo(explained.explain(name, folders))
    return 0


def config(*, arguments: Sequence[str], folders: Sequence[str], as_json: bool) -> int:
    """Print the resolved configuration."""
    asked = Asked(arguments)
    if asked.overrides.seed is not None:
        message = "belongs to a run, not to a configuration"
        asked.problems.append(Problem(COMMAND_LINE, "seed", message, str(asked.overrides.seed)))
    scenario = compose(asked.one_name(), asked.overrides, folders, asked.problems)[0]
    if as_json:
        print_json(scenario.parameters.model_dump(mode="json"))
    else:
        click.echo(scenario.text, nl=False)
    return 0


def list_names(*, what: str | None, folders: Sequence[str], as_json: bool) -> int:
    """Print the names that commands accept."""
    from sim.reporting import describe as explained

    names = explained.names(folders)
    if what is not None and what not in names:
        raise InputProblems([Problem(COMMAND_LINE, what, f"must be one of {', '.join(names)}")])
    chosen = {what: names[what]} if what else names
    if as_json:
        print_json(chosen)
    else:
        click.echo(explained.listed(chosen))
    return 0


def live(
    *,
    port: str | None,
    host: str,
    folders: Sequence[str],
    browse: bool | None,
    language: str,
    deck: str | None,
) -> int:
    """Serve the live view until it is interrupted."""
    asked = Asked(())
    number = asked.number("--port", port, LIVE_PORT, 0, 65_535)
    raise_if_any(asked.problems)
    note_compilation()
    from sim.live import serve

    return serve.serve(host, number, folders, browse, language, deck)


def say(message: str) -> None:
    """Print a message on standard error; standard output holds results only."""
    click.echo(message, err=True)


def note_compilation() -> None:
    """Print a note if the model must be compiled first, which takes longer."""
    from sim.model.kernels import jit

    if not jit.is_cached():
        say("compiling the model, once on this machine (about 30 s)")


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error, if that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_json(content: Any) -> None:
    """Print one JSON object, and nothing else, on standard output."""
    click.echo(json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False))


def _plain(content: Any) -> Any:
    """The content as JSON types; unknown numbers become null."""
    if isinstance(content, dict):
        return {str(key): _plain(part) for key, part in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(part) for part in content]
    if isinstance(content, float):
        return content if content - content == 0.0 else None
    return content.item() if hasattr(content, "item") else content
