"""What `gapsim report` does: read a sweep's folder, write its page, print its answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from sim.commands import print_json
from sim.problems import COMMAND_LINE, Problem, refuse, whole_number
from sim.result_files import PLAN, REPORT, folder_problem, not_ours

MOST_SCREENED = 1000


def report(*, folder: str, out: str | None, screened: str | None, as_json: bool) -> int:
    """Write the report of a sweep, finished or not, and print the verdict.

    Returns:
        0, also when some of the sweep's runs failed: the report says so.

    Raises:
        InputProblems: when the folder is not that of a sweep, or the page cannot be written.
    """
    if screened is not None:
        return _screened(folder, screened, out, as_json)
    target = Path(folder) / REPORT if out is None else Path(out)
    problem = folder_problem(target.parent)
    if problem and out is None:
        problem = replace(
            problem, key="DIR", wrong=f"{problem.wrong}; give the page another place with --out FILE"
        )
    refuse(
        [
            *([problem] if problem and (out is not None or target.parent.is_dir()) else []),
            *_not_a_page(out, target),
        ]
    )
    from sim import printed
    from sim.sweep_report.page import write_sweep_report

    path, found = write_sweep_report(Path(folder), target)
    if as_json:
        from sim.sweep_report.summary import summary

        content: dict[str, Any] = summary(found) | {"report": str(path)}
        print_json(content)
    else:
        click.echo(printed.wrapped(str(found.verdict)))
    click.echo(f"report: {path}", err=True)
    return 0


def _screened(folder: str, text: str, out: str | None, as_json: bool) -> int:
    """Print what a Morris screening leaves, as the factors of an experiment file."""
    most = whole_number("--screened", text, 1, 1, MOST_SCREENED)
    problems = [most] if isinstance(most, Problem) else []
    beside = [name for name, given in (("--out", out is not None), ("--json", as_json)) if given]
    problems += [
        Problem(COMMAND_LINE, name, "has no place beside --screened, which writes no page") for name in beside
    ]
    refuse(problems)
    from sim.sweep_analysis.swept import read_sweep

    sweep = read_sweep(Path(folder))
    if sweep.plan["design"]["kind"] != "morris":
        said = f"is for a design that screens (morris), and this one is {sweep.plan['design']['kind']}"
        refuse([Problem(folder, "--screened", said)])
    from sim.sweep_analysis.screening import as_factors
    from sim.sweep_report.findings import moved

    found = [s for s in moved(sweep) if s.influences]
    if not found:
        refuse(
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
        # No sweep's folder: reading it says so, and a page beside it is not in question.
        return []
    foreign = not_ours(target, "--out" if out is not None else "DIR", "file with --out")
    return [foreign] if foreign else []
