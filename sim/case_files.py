"""Files of historical cases: where they are, and everything that is wrong with one.

A case file says what kind of change it was, which events of the shared table happened when, how the reported series are
read from the model, and by which rule it is a hit. It says nothing of the system, which is one for all cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from sim import places
from sim.case_checks import CHECKS
from sim.case_forms import CaseFile, Form
from sim.case_tables import ONE_SYSTEM, is_of_the_system
from sim.problems import Problem, nearest_name, shown


@dataclass
class Read:
    """A case file as read: what it says, if it can be understood, and all that is wrong with it."""

    name: str
    content: CaseFile | None = None
    problems: list[Problem] = field(default_factory=list)


def shelf(folder: Path | None = None) -> dict[str, Path]:
    """All shipped cases by name, in alphabetical order; or those of another folder."""
    where = folder or places.shipped("scenarios") / "cases"
    return {path.stem: path for path in sorted(where.glob("*.yaml"))}


def read(path: Path) -> Read:
    """Read one case file, and find all that is wrong with it."""
    found = Read(path.stem)
    where = f"cases/{path.name}"
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        found.problems.append(Problem(where, "file", f"cannot be read ({' '.join(str(error).split())})"))
        return found
    if not isinstance(tree, dict):
        found.problems.append(Problem(where, "file", "must be a mapping of keys to values"))
        return found
    try:
        content = CaseFile.model_validate(tree)
    except ValidationError as error:
        found.problems += _form_problems(error, where)
        return found
    found.problems += [Problem(where, *problem) for check in CHECKS for problem in check(content)]
    if not found.problems:
        found.content = content
    return found


def _form_problems(error: ValidationError, where: str) -> Iterator[Problem]:
    for found in error.errors():
        key = ".".join(str(part) for part in found["loc"])
        name, value = str(found["loc"][-1]), shown(found["input"])
        if found["type"] == "extra_forbidden" and (
            is_of_the_system(name) or name in ("key", "value", "sets")
        ):
            yield Problem(where, key, ONE_SYSTEM, value)
        elif found["type"] == "extra_forbidden":
            form = _form_at(found["loc"])
            said = f"is not known here; there is {', '.join(form)}"
            yield Problem(where, key, said, value, nearest_name(name, form))
        elif found["type"] == "missing":
            yield Problem(where, key, "is missing")
        elif found["type"] == "literal_error":
            yield Problem(where, key, f"must be {found['ctx']['expected']}", value)
        else:
            yield Problem(where, key, found["msg"][0].lower() + found["msg"][1:], value)


def _form_at(location: tuple[int | str, ...]) -> list[str]:
    """Names of the keys that a part of a case file may have."""
    form: Any = CaseFile
    for part in location[:-1]:
        if isinstance(form, type) and issubclass(form, Form):
            fields = {(info.alias or name): info.annotation for name, info in form.model_fields.items()}
            form = fields.get(str(part), form)
        else:
            form = get_args(form)[-1]
        if isinstance(form, UnionType):
            form = get_args(form)[0]
    if isinstance(form, type) and issubclass(form, Form):
        return [info.alias or name for name, info in form.model_fields.items()]
    return []
