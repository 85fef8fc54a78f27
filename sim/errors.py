"""What is wrong: with what somebody asked for, all of it at once and with what would be right, or with a run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

COMMAND_LINE = "command line"

OK, INTERNAL_ERROR, BAD_INPUT, RUNS_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""What a command ends with."""

LONGEST_VALUE = 120


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
    """A value as it may stand in a message: text in quotes, so that '0.4' and 0.4 can be significantly different."""
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
    nearest = nearest_name(name, known)
    return Problem(COMMAND_LINE, name or "''", there_is_no(kind, nearest), "", nearest)


def there_is_no(kind: str, nearest: str | None) -> str:
    """That there is no such thing, and where all are named if nothing looks like what was meant."""
    said = f"there is no such {kind}"
    return said if nearest else f"{said}; `gapsim list {kind}s` names all"


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


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raise all problems together, if there are any."""
    if problems:
        raise InputProblems(problems)
