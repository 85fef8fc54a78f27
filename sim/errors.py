"""Errors in user input, reported all at once with the allowed values, errors in runs, and exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

COMMAND_LINE = "command line"

OK, INTERNAL_ERROR, BAD_INPUT, RUNS_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

LONGEST_VALUE = 120


@dataclass(frozen=True)
class Problem:
    """One error in the input: its place, key and value, what is allowed, and the nearest valid name.

    Args:
        where: file, or `command line`.
        key: the key, name or option.
        wrong: message that says what is wrong and what is allowed.
        value: the value as written; empty if there is none to show.
        nearest: the valid key or name most similar to this one.
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
    """The input is invalid; lists every problem. Nothing has been written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.report())

    def report(self) -> str:
        """All problems, one per line."""
        count = len(self.problems)
        title = "One problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{title}; nothing was written.", *(f"  {problem}" for problem in self.problems)])


class RunFailed(Exception):
    """A run stopped with an error; the message names the run and the reason."""


def shown(value: Any) -> str:
    """A value formatted for a message: text is quoted, so that '0.4' and 0.4 look different."""
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
    elif value is None:
        text = "null"
    else:
        text = repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The known name most similar to a mistyped one, or None if none is similar."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return close[0] if close else None


def no_such(kind: str, name: str, known: Iterable[str]) -> Problem:
    """Problem: an unknown scenario, experiment or case, with the nearest name or how to list all."""
    nearest = nearest_name(name, known)
    return Problem(COMMAND_LINE, name or "''", there_is_no(kind, nearest), "", nearest)


def there_is_no(kind: str, nearest: str | None) -> str:
    """Message that a name is unknown; says how to list all names if none is similar."""
    said = f"there is no such {kind}"
    return said if nearest else f"{said}; `gapsim list {kind}s` names all"


def raise_if_any(problems: Iterable[Problem | None]) -> None:
    """Raise all problems together, if there are any."""
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InputProblems(found)
