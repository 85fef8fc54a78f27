"""Names of files and folders, and checks before anything is written there.

Scenarios and experiments are read from the source checkout where there is one, otherwise from the installed package: an
editable installation keeps an old copy of them, which must not hide an edit. Results go to the working directory.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sim.errors import COMMAND_LINE, Problem

PACKAGE = Path(__file__).resolve().parent


def as_shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory, unless it lies outside."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


RESULTS = Path("results")
"""Where results go when no folder is named."""


def checkout() -> Path | None:
    """The folder of the source checkout that this package runs from, or None when it was installed from a wheel."""
    folder = PACKAGE.parent
    return folder if (folder / "pyproject.toml").is_file() and (folder / "scenarios").is_dir() else None


def bundled(name: str) -> Path:
    """The folder of that name that comes with the model: `scenarios`, `experiments` or `decks`."""
    root = checkout()
    return root / name if root else PACKAGE / "shipped" / name


RUNS, COUNCILS, SERIES = "runs.parquet", "councils.parquet", "series.parquet"
CELLS, PLACES_BY_MONTH = "cells.parquet", "places_by_month.parquet"
METADATA, REPORT = "metadata.json", "report.html"

PLAN, DESIGN = "plan.json", "design.parquet"
"""What a sweep is to run; both are there before its first run."""

FAILURES, TIMINGS = "failures.parquet", "timings.parquet"
SUMMARY, MANIFEST = "summary.json", "manifest.json"
"""What a finished sweep has beside its runs."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
"""Stands at the head of every page: it may run and show what it carries, and may fetch nothing."""


def out_problem(
    text: str | None, usual: Path, *, of_a_sweep: bool = False, written: Sequence[str] = ()
) -> Problem | None:
    """What stands in the way of writing results to the folder given to `--out`, or to the usual one.

    Args:
        text: what was given to `--out`, if anything.
        usual: the folder that is taken otherwise.
        of_a_sweep: whether the results are those of a sweep.
        written: names of the files that will be written there.
    """
    if text is None:
        return folder_problem(usual)
    if not text.strip():
        return Problem(COMMAND_LINE, "--out", "the name of the folder is empty", "''")
    folder = Path(text)
    foreign = (
        problem for name in written if (problem := foreign_file_problem(folder / name, "--out", "folder"))
    )
    return folder_problem(folder) or _taken(folder, of_a_sweep) or next(foreign, None)


def _taken(folder: Path, by_a_sweep: bool) -> Problem | None:
    """Why results of one kind would spoil what a folder holds: both kinds have a `runs.parquet`, and other columns."""
    if not by_a_sweep and (folder / PLAN).exists():
        return Problem(COMMAND_LINE, "--out", "holds a sweep; name another folder", str(folder))
    if by_a_sweep and (folder / RUNS).exists() and not (folder / PLAN).exists():
        return Problem(COMMAND_LINE, "--out", f"holds a {RUNS} of no sweep; name another folder", str(folder))
    return None


def foreign_file_problem(file: Path, option: str, other: str) -> Problem | None:
    """Why a file may not be replaced: somebody else wrote it.

    A page is known by what it may fetch, metadata by the command in them, a table by the metadata or the plan beside it.

    Args:
        file: where something is to be written.
        option: which option named the place.
        other: what to name instead, a folder or a file.
    """
    if not file.exists():
        return None
    if file.suffix == ".parquet":
        ours = _is_metadata(file.parent / METADATA) or (file.parent / PLAN).exists()
    else:
        ours = _is_metadata(file) if file.name == METADATA else CONTENT_POLICY in _beginning(file)
    if ours:
        return None
    said = f"there is a {file.name} that gapsim did not write; move it, or name another {other}"
    return Problem(COMMAND_LINE, option, said, str(file.parent if other == "folder" else file))


def _is_metadata(file: Path) -> bool:
    return '"command": "gapsim ' in _beginning(file)


def _beginning(file: Path) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read(10_000)
    except OSError:
        return ""


def folder_problem(folder: Path) -> Problem | None:
    """What stands in the way of writing to a folder, found before anything is run."""
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        return Problem(COMMAND_LINE, "--out", f"{nearest} is not a folder", str(folder))
    try:
        # Permissions do not tell of mounts that can only be read.
        with tempfile.TemporaryDirectory(prefix=".gapsim-", dir=nearest):
            return None
    except OSError:
        return Problem(COMMAND_LINE, "--out", f"{nearest} cannot be written to", str(folder))
