"""What is wrong: with what somebody asked for, all of it at once and with what would be right, or with a run."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND_LINE = "command line"

OK, OUR_FAULT, BAD_INPUT, RUNS_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""What a command ends with."""

LONGEST_VALUE = 120
PLAN, RUNS, METADATA = "plan.json", "runs.parquet", "metadata.json"

FENCE = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
"""Stands at the head of every page: it may run and show what it carries, and may fetch nothing."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where it stands, which key and value, what is allowed, and what was probably meant.

    Args:
        where: file, or `command line`.
        key: the key, name or option.
        wrong: what is wrong and what is allowed, in words.
        value: the value as written; empty when there is none to show.
        nearest: the valid key or name that looks most like this one.
    """

    where: str
    key: str
    wrong: str
    value: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        given = f"{self.key} = {self.value}" if self.value else self.key
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{self.where}: {given}: {self.wrong}{hint}"


class InputProblems(Exception):
    """What was asked for cannot be done; every reason is listed, and nothing has been written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.report())

    def report(self) -> str:
        """All problems, one a line."""
        count = len(self.problems)
        title = "One problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{title}; nothing was written.", *(f"  {problem}" for problem in self.problems)])


class RunFailed(Exception):
    """A run stopped with an error; the message says which run and why."""


def shown(value: Any) -> str:
    """A value as it may stand in a message: text in quotes, so that '0.4' and 0.4 can be told apart."""
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
    elif value is None:
        text = "null"
    else:
        text = repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The known name that looks most like a mistyped one, or None if nothing does."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return close[0] if close else None


def no_such(kind: str, name: str, known: Iterable[str]) -> Problem:
    """A scenario, experiment or case that does not exist, with what was probably meant, or where all are named."""
    nearest, said = nearest_name(name, known), f"there is no such {kind}"
    return Problem(
        COMMAND_LINE,
        name or "''",
        said if nearest else f"{said}; `gapsim list {kind}s` names all",
        "",
        nearest,
    )


def whole_number(option: str, text: str | None, default: int, low: int, high: int) -> int | Problem:
    """The whole number given to an option, or what is wrong with it."""
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        return Problem(COMMAND_LINE, option, f"must be a whole number from {low} to {high}", text or "''")
    return value


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
    foreign = (problem for name in written if (problem := not_ours(folder / name, "--out", "folder")))
    return folder_problem(folder) or _taken(folder, of_a_sweep) or next(foreign, None)


def _taken(folder: Path, by_a_sweep: bool) -> Problem | None:
    """Why results of one kind would spoil what a folder holds: both kinds have a `runs.parquet`, and other columns."""
    if not by_a_sweep and (folder / PLAN).exists():
        return Problem(COMMAND_LINE, "--out", "holds a sweep; name another folder", str(folder))
    if by_a_sweep and (folder / RUNS).exists() and not (folder / PLAN).exists():
        return Problem(COMMAND_LINE, "--out", f"holds a {RUNS} of no sweep; name another folder", str(folder))
    return None


def not_ours(file: Path, option: str, other: str) -> Problem | None:
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
        ours = _is_metadata(file) if file.name == METADATA else FENCE in _beginning(file)
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


def refuse(problems: Sequence[Problem]) -> None:
    """Raise all problems together, if there are any."""
    if problems:
        raise InputProblems(problems)
