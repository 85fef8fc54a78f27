"""Commands that answer at once: compare, run, verify, cases, explain, config, list and live.

Heavy modules are imported after the checks, so that `--help` is fast and invalid input is reported quickly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sim.cli import options
from sim.cli.options import Asked
from sim.errors import InputProblems
from sim.paths import CELLS, COUNCILS, METADATA, PLACES_BY_MONTH, REPORT, RUNS, SERIES, foreign_file_problem

COMPARED = ("hierarchy", "distributed")
CASE_REPLICATIONS, SET_REPLICATIONS, LOOKS = 50, 4, 20
PRACTICE = "practice"
CHECKS = ("null", "directions", "conservation", "known-answers", "all", PRACTICE)
LISTED = ("scenarios", "experiments", "cases", "mechanisms", "parameters")
NEW_FOLDER = "a new one in results/"


@options.command()
@options.arguments("[SCENARIO …] [KEY=VALUE …]")
@options.replications(str(options.REPLICATIONS))
@options.seed("2026")
@options.out(NEW_FOLDER, written=(REPORT, METADATA, RUNS, COUNCILS))
@options.scenarios
@options.as_json
def compare(asked: Asked, replications: int | None, out: Path | None, as_json: bool) -> None:
    """Compare scenarios in the same replications: which closes more of the gap, and where is benefit lost?

    If no scenario is named, compares hierarchy and distributed. KEY=VALUE applies to every scenario.
    """
    asked.refuse_scenario("give the scenario names as separate arguments")
    composed = asked.compose(asked.names or COMPARED)
    compile_first()
    from sim import storage
    from sim.analysis import comparison
    from sim.reporting import comparison_page, terminal
    from sim.reporting.comparison_text import verdict
    from sim.runner import compare, results_io

    count, command = replications or options.REPLICATIONS, options.command_line()
    with progress_bar(as_json) as progress:
        compared = compare.compare(composed, count, asked.seed, progress)
    identity = {"scenarios": {c.name: c.text for c in composed}, "replications": count, "seed": asked.seed}
    folder = out or results_io.default_folder("compare", identity)
    with storage.atomic_folder(folder) as draft:
        results_io.write_comparison(draft, compared, command)
        comparison_page.write_report(compared, draft / REPORT, f"gapsim {command}")
    summary, found = comparison.comparison_json(compared), verdict(compared)
    lines = (
        terminal.wrapped(found.headline),
        terminal.comparison(summary),
        terminal.wrapped(" ".join(found.sentences)),
    )
    show(as_json, summary, "\n".join(lines))
    say(f"report: {folder / REPORT}")


@options.command()
@options.arguments("[SCENARIO] [KEY=VALUE …]")
@options.seed("2026")
@options.out(NEW_FOLDER, written=(METADATA, SERIES, COUNCILS))
@options.scenarios
@options.as_json
@options.flag("--detail", "Also write tables by change and council, and by month and council.")
def run(asked: Asked, out: Path | None, as_json: bool, detail: bool) -> None:
    """Run one scenario once and store its monthly series, council results and metadata."""
    if detail and out:
        foreign = (foreign_file_problem(out / name, "--out", "folder") for name in (CELLS, PLACES_BY_MONTH))
        asked.problems += [problem for problem in foreign if problem]
    scenario = asked.compose_one()
    compile_first()
    from sim import storage
    from sim.model import provenance
    from sim.reporting import terminal
    from sim.runner import compare, results_io

    runs, run = compare.alone(scenario, asked.seed)
    folder = out or results_io.default_folder("run", {"scenario": scenario.text, "seed": asked.seed})
    with storage.atomic_folder(folder) as draft:
        results_io.write_run(draft, runs, asked.seed, options.command_line())
        if detail:
            results_io.write_detail(draft, run)
    outcomes = {name: float(values[0]) for name, values in runs.summaries.items()}
    about = {"scenario": scenario.name, "outcomes": outcomes, "seed": asked.seed}
    show(as_json, {**about, "version": provenance.version()}, terminal.run(scenario.name, outcomes))
    say(f"results: {folder}")


@options.command()
@options.one_of("which", CHECKS, "all")
@options.replications("depends on the check", least=2)
@options.seed("set by the checks")
@options.as_json
def verify(which: str, replications: int | None, seed: int | None, as_json: bool) -> int:
    """Check the model: null model, directions of effects, conservation, known answers.

    `practice` checks which patterns described by practitioners the model reproduces. `all` does not include it, and a
    pattern that the model does not reproduce is not an error.
    """
    compile_first()
    from sim.reporting import terminal
    from sim.verification import checks, practice

    if which == PRACTICE:
        found = practice.run_checks(seed, replications)
        show(as_json, {"checks": found}, terminal.practice(found))
        return 0
    results = checks.run_checks(which, seed, replications)
    show(as_json, {"checks": results}, terminal.checks(results))
    return 0 if all(check["passed"] is not False for check in results) else 1


@options.command()
@options.arguments("[CASE …] [KEY=VALUE …]")
@options.flag("--defaults", "Use the declared defaults instead of the fitted set.")
@options.replications("4 for each fitted parameter set, 50 for the defaults")
@options.seed("2026")
@options.out(NEW_FOLDER, written=(REPORT, METADATA, SERIES))
@options.as_json
def cases(asked: Asked, defaults: bool, replications: int | None, out: Path | None, as_json: bool) -> None:
    """Replay historical cases: hit or miss, by rules that were fixed before any of them was run?

    If no case is named, replays all eight over the fitted set. KEY=VALUE sets a parameter of the system, which all cases
    share, and takes precedence over the fitted set. A miss is not an error.
    """
    from sim.history import cases as historical

    for key in asked.overrides.leaves:
        if key.startswith(historical.SET_BY_CASES):
            asked.refuse(key, "belongs to the history, so it cannot be set")
    asked.refuse_scenario("cases are not scenarios")
    chosen = []
    try:
        chosen = historical.cases(asked.names)
    except InputProblems as error:
        asked.problems += error.problems
    system = asked.compose(["baseline"])[0]
    compile_first()
    from sim import storage
    from sim.experiments.design_point import apply_design_point
    from sim.history import evaluate
    from sim.history.matching import fitted_set
    from sim.model import provenance
    from sim.reporting import cases_page, terminal
    from sim.runner import results_io

    count = replications or (CASE_REPLICATIONS if defaults else SET_REPLICATIONS)
    sets = [] if defaults else fitted_set.fitted_points(asked=asked.overrides.leaves)
    systems = [apply_design_point(system, one) for one in sets] or [system.parameters]
    look = min(count * len(systems), LOOKS)
    with progress_bar(as_json) as progress:
        histories = evaluate.simulate_cases(chosen, systems, asked.seed, count, look, progress)
    version, command = provenance.version(), options.command_line()
    set_here = asked.overrides.sets_parameters
    page = cases_page.Page(histories, count, asked.seed, version, not defaults, set_here, command)
    names = [case.name for case in chosen]
    request = {"cases": names, "system": system.text, "sets": sets, "replications": count, "seed": asked.seed}
    folder = out or results_io.default_folder("cases", request)
    summary = cases_page.cases_json(page)
    with storage.atomic_folder(folder) as draft:
        (draft / REPORT).write_text(cases_page.page_html(page), encoding="utf-8")
        storage.write_table(draft / SERIES, cases_page.series_table(histories))
        results_io.write_cases_metadata(draft, system.parameters, sets, summary, command)
    show(as_json, summary, terminal.cases(summary, page.note))
    say(f"report: {folder / REPORT}")


@options.command()
@options.argument("name")
@options.scenarios
def explain(name: str, scenarios: Sequence[str]) -> None:
    """Explain a mechanism, parameter, decision right, scenario, experiment, case, outcome or cause of loss."""
    from sim.reporting import describe

    click.echo(describe.explain(name, scenarios))


@options.command()
@options.arguments("[SCENARIO] [KEY=VALUE …]")
@options.scenarios
@options.as_json
def config(asked: Asked, as_json: bool) -> None:
    """Print the resolved configuration as YAML, which can be saved and used as a scenario."""
    if asked.overrides.seed is not None:
        asked.refuse("seed", "belongs to a run, not to a configuration", str(asked.overrides.seed))
    scenario = asked.compose_one()
    show(as_json, scenario.parameters.model_dump(mode="json"), scenario.text.removesuffix("\n"))


@options.command(name="list")
@options.one_of("what", LISTED)
@options.scenarios
@options.as_json
def list_names(what: str | None, scenarios: Sequence[str], as_json: bool) -> None:
    """List scenarios, experiments, historical cases, mechanisms and parameters."""
    from sim.reporting import describe

    names = describe.names(scenarios)
    chosen = {what: names[what]} if what else names
    show(as_json, chosen, describe.listed(chosen))


@options.command()
@options.value(
    "--port", "P", "Port to listen on; 0 picks a free port.", click.IntRange(0, 65_535), default=8123
)
@options.value(
    "--host",
    "H",
    "Address to listen on. Any other address lets other machines connect; they need the access code printed.",
    default="127.0.0.1",
)
@options.flag("--open/--no-open", "Open a browser. [default: if there is a desktop]", default=None)
@options.value("--language", "L", "Language of the page.", default="en")
@options.value("--deck", "FILE", "Play the steps of a session from a file, or a bundled deck by name.")
@options.scenarios
def live(
    port: int, host: str, scenarios: Sequence[str], open: bool | None, language: str, deck: str | None
) -> int:
    """Serve a web page on this machine that plays runs for an audience, without an internet connection."""
    compile_first()
    from sim.live import serve

    return serve.serve(host, port, scenarios, open, language, deck)


def say(message: str) -> None:
    """Print a message on standard error; standard output holds results only."""
    click.echo(message, err=True)


def compile_first() -> None:
    """Compile the model, unless that was done before: otherwise every worker compiles it at the same time."""
    from sim.model.kernels import jit

    if not jit.is_cached():
        say("compiling the model, once on this machine (about 30 s)")
        from sim.model.parameters import Parameters
        from sim.model.schedule import simulate

        simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 1)


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
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


def show(as_json: bool, content: Any, text: str) -> None:
    """Print a result on standard output: as one JSON object and nothing else, or as text."""
    if as_json:
        # Numbers of numpy become those of Python; unknown ones become null.
        plain = json.dumps(content, default=lambda number: number.item())
        content = json.loads(plain, parse_constant=lambda name: None)
        text = json.dumps(content, indent=2, ensure_ascii=False)
    click.echo(text)
