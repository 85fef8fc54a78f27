"""Scenario files: where they are, and their content.

A scenario file is small: the line `# @package _global_`, a `header` (title, question, source), and then only what
differs from the declared defaults. A header may also make a claim: one sentence, the direction in which it predicts that
the gap moves, and the causes of loss through which it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from sim import paths
from sim.errors import COMMAND_LINE, Problem, nearest_name, no_such, shown
from sim.model.state import CAUSES
from sim.scenarios import forms
from sim.scenarios.forms import Form, PlainText, read_form
from sim.scenarios.overrides import Overrides

PACKAGE_LINE = "# @package _global_"
HEADER = ("title", "question", "source")
CLAIM = ("claim", "predicts", "through")
"""Keys of a header that makes a claim: all or none."""
NARROWS, WIDENS = "narrows", "widens"
REPORTS = "reports"
"""In `through`: the part of the gap that reports do not show."""
NAME = re.compile(r"[A-Za-z]\w*(-\w+)*")
HEADER_RULE = "every scenario must give its title, question and source, as plain text"
NOT_IN_A_SCENARIO = ("seed", "hydra", "defaults", "scenario")
ALIASES = {"status_quo": "baseline"}
"""Other names of shipped scenarios: the baseline is the status quo."""


class Header(Form):
    """The header of a scenario file."""

    label: ClassVar[str] = "a header"
    title: PlainText = Field(description=HEADER_RULE)
    question: PlainText = Field(description=HEADER_RULE)
    source: PlainText = Field(description=HEADER_RULE)


class Claim(Header):
    """The header of a scenario that makes a claim about the gap, written down before it was run.

    Args:
        says: the claim in one plain sentence, `claim` in the file.
        predicts: `narrows` or `widens`.
        through: the causes of loss that account for the change of the gap, or `reports` alone.
    """

    says: PlainText = Field(
        alias="claim", description="must be one sentence, with `predicts` and `through` beside it"
    )
    predicts: Literal["narrows", "widens"] = Field(description=f"must be {NARROWS} or {WIDENS}")
    through: tuple[str, ...] = Field(
        strict=False, min_length=1, description=f"must be a list of causes of loss, or [{REPORTS}]"
    )


@dataclass(eq=False)
class ScenarioFile:
    """The content of one scenario file.

    Args:
        name: the file's name without `.yaml`.
        where: the file as messages name it.
        header: title, question and source.
        leaves: value by parameter, rows of power taken apart.
        problems: all problems with the file's form; values are checked once composed.
        claim: its claim; None if it makes none.
    """

    name: str
    where: str
    header: dict[str, str] = field(default_factory=dict)
    leaves: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    claim: Claim | None = None


def available(folders: Sequence[str | Path] = ()) -> tuple[dict[str, Path], list[Problem]]:
    """All scenarios by name: the shipped ones, then those of added folders.

    Returns:
        Path by name in alphabetical order for each folder, and the problems with folders and names.
    """
    found: dict[str, Path] = {}
    problems = []
    # The same folder named twice is one folder.
    given = [paths.bundled("scenarios"), *folders]
    for folder in {Path(folder).resolve() if str(folder) else folder: folder for folder in given}.values():
        if not str(folder).strip() or not Path(folder).is_dir():
            message = "there is no such folder"
            problems.append(Problem(COMMAND_LINE, "--scenarios", message, shown(str(folder))))
            continue
        for path in sorted(Path(folder).glob("*.yaml")):
            name = path.stem
            if not NAME.fullmatch(name):
                message = "a scenario's name is letters, digits, `_` and `-`"
            elif name in found:
                message = f"the same name is taken by {paths.as_shown(found[name])}"
            elif name in ALIASES:
                message = f"the same name stands for {ALIASES[name]}"
            else:
                found[name] = path
                continue
            problems.append(Problem(paths.as_shown(path), name, message))
    return found, problems


def find(name: str, known: Mapping[str, Path]) -> Path | Problem:
    """The file of a scenario, or the problem with its name."""
    if not name.strip():
        return Problem(COMMAND_LINE, "scenario", "the name is empty", "''")
    return known.get(ALIASES.get(name, name)) or no_such("scenario", name, [*known, *ALIASES])


def read(path: Path) -> ScenarioFile:
    """Read one scenario file, and find all problems with its form; the same text gives the same object."""
    where = paths.as_shown(path)
    try:
        return _parsed(path.stem, where, forms.read_text(path))
    except ValueError as error:
        return ScenarioFile(path.stem, where, problems=[Problem(where, "file", str(error))])


@lru_cache(maxsize=256)
def _parsed(name: str, where: str, text: str) -> ScenarioFile:
    file = ScenarioFile(name, where)
    if text.partition("\n")[0].strip() != PACKAGE_LINE:
        message = f"must be `{PACKAGE_LINE}`; without it the rest of the file has no effect"
        file.problems.append(Problem(where, "first line", message))
    try:
        tree = forms.parse(text)
    except ValueError as error:
        file.problems.append(Problem(where, "file", str(error)))
        return file
    _read_header(tree.pop("header", None), file)
    for key in [str(key) for key in tree if str(key) in NOT_IN_A_SCENARIO]:
        message = "does not belong in a scenario, which has a header and parameters"
        file.problems.append(Problem(where, key, message, shown(tree.pop(key))))
    parameters = Overrides()
    parameters.take("", tree, where)
    file.leaves = parameters.leaves
    file.problems += parameters.problems
    return file


def _read_header(header: Any, file: ScenarioFile) -> None:
    if forms.has_interpolation(header):
        file.problems.append(Problem(file.where, "header", forms.NO_INTERPOLATION))
        return
    given = header if isinstance(header, Mapping) else {}
    claims = any(key in given for key in CLAIM)
    form, problems = read_form(Claim if claims else Header, given, file.where, "header.")
    file.header = {key: getattr(form, key) for key in HEADER if hasattr(form, key)}
    through = list(getattr(form, "through", ()))
    for cause in through if through != [REPORTS] else ():
        if cause not in CAUSES:
            said, nearest = "is not a cause of loss", nearest_name(cause, CAUSES)
            problems.append(Problem(file.where, "header.through", said, shown(cause), nearest))
    file.problems += problems
    if isinstance(form, Claim) and not problems:
        file.claim = form
