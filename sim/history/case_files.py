"""Files of historical cases: where they are, and every problem with one.

A case file states what kind of change it was, which dated events affected it, what was observed, and what counts as a hit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from sim import paths
from sim.errors import Problem, nearest_name, shown
from sim.history import case_schema
from sim.history.case_schema import ONE_SYSTEM, CaseFile, coverages, levels, month_number
from sim.model.geography import territory
from sim.scenarios.forms import Form

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")

IN_HISTORY = ("from", "to", "announced", "month", "until", "since")
"""Keys of months that must lie within the history."""
PLANNED = ("planned_until", "by")
"""Keys of months that may lie after it."""

NEEDED = {"level": {"month"}, "change": {"from", "to"}, "apart": {"less", "month"}}
"""Keys that a condition needs besides its series and its bounds, by its kind."""

Found = Iterator[tuple[Any, ...]]
"""Problems: the key, the message, and where there are any the value and the nearest known name."""


def _unknown(key: str, name: str, kind: str, known: Mapping[str, Any], value: str = "") -> tuple[Any, ...]:
    """The problem that a name is not in a shared table."""
    said = ONE_SYSTEM if case_schema.is_of_the_system(name) else f"is no {kind}; there is {', '.join(known)}"
    return key, said, value, nearest_name(name, known)


def _leaves(tree: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in a tree, with its key, such as `timeline[2].month`."""
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield from _leaves(part, f"{key}.{name}" if key else name)
    elif isinstance(tree, list):
        for number, part in enumerate(tree):
            yield from _leaves(part, f"{key}[{number}]")
    else:
        yield key, tree


def dates(case: CaseFile) -> Found:
    """Months that are not valid, or lie outside the history."""
    leaves = [(key, key.rpartition(".")[2], value) for key, value in _leaves(case.model_dump(by_alias=True))]
    given = [leaf for leaf in leaves if leaf[1] in IN_HISTORY + PLANNED and leaf[2] is not None]
    wrong = [(key, month) for key, _, month in given if not MONTH.fullmatch(month)]
    yield from ((key, "must be a year and a month, such as '2014-03'", shown(month)) for key, month in wrong)
    if wrong:
        return
    first, last = case.months.first, case.months.last
    span = month_number(last, first)
    if span < 1:
        yield "months", "must end after it begins", last
        return
    for key, name, month in given:
        if name in IN_HISTORY and not 0 <= month_number(month, first) <= span:
            yield key, f"lies outside the history, {first} to {last}", month
    planned = case.change.planned_until
    if planned is not None and not 2 <= month_number(planned, case.change.announced) <= 240:
        yield "change.planned_until", "must lie 2 to 240 months after the announcement", planned


def kind(case: CaseFile) -> Found:
    """Dimensions of the kind of change that are unknown or missing, and an unknown share of people concerned."""
    coded, users = case.change.type, case.change.users
    for name in coded:
        if name not in levels():
            yield _unknown(f"change.type.{name}", name, "dimension", levels())
    for name in levels():
        if name not in coded:
            yield f"change.type.{name}", "is missing: every dimension is coded"
    if users is not None and users.share not in coverages():
        said = f"must be one of {', '.join(coverages())}; leave users out where it is for everybody"
        yield "change.users.share", said, users.share


def timeline(case: CaseFile) -> Found:
    """Events that are unknown, lack a key that they need, or have one that they cannot have."""
    known, land = case_schema.events(), territory("scotland")
    for number, event in enumerate(case.timeline):
        key = f"timeline[{number}]"
        if event.event not in known:
            yield _unknown(f"{key}.event", event.event, "event", known, event.event)
            continue
        needs = known[event.event]["needs"]
        for name in ("by", "stage", "coverage", "places"):
            given = getattr(event, name) is not None
            if name in needs and not given:
                yield f"{key}.{name}", f"is missing: {event.event} needs it"
            elif given and name not in needs and name != "places":
                yield f"{key}.{name}", f"is nothing that {event.event} has"
        if event.coverage is not None and event.coverage not in coverages():
            yield f"{key}.coverage", f"must be one of {', '.join(coverages())}", event.coverage
        for place in event.places or ():
            if not land.knows(place):
                yield f"{key}.places", "is no place", place, land.nearest(place)


def pattern(case: CaseFile) -> Found:
    """Series that are unknown or not read from the model, and conditions that lack a key."""
    for name, observed in case.observed.items():
        if name not in case_schema.reported():
            yield f"observed.{name}", "is no reported series", "", nearest_name(name, case_schema.reported())
        ends = (observed.at_none, observed.at_full)
        if observed.outcome == "none" and ends != (None, None):
            yield f"observed.{name}", "is not read from the model: leave at_none and at_full out"
        elif observed.outcome != "none" and (None in ends or ends[0] == ends[1]):
            yield f"observed.{name}", "needs at_none and at_full, and they must differ"
    scored = [name for name, observed in case.observed.items() if observed.outcome != "none"]
    for number, condition in enumerate(case.pattern.conditions):
        key = f"pattern.conditions[{number}]"
        for series in (condition.series, condition.less):
            if series is not None and series not in scored:
                said = "is not among the series read from the model"
                yield f"{key}.series", said, series, nearest_name(series, scored)
        given = condition.model_dump(by_alias=True)
        for name in ("less", "month", "from", "to"):
            needed = name in NEEDED[condition.kind]
            if needed == (given[name] is None):
                what = "missing" if needed else "out of place"
                yield f"{key}.{name}", f"is {what} in a condition of the kind {condition.kind}"
        if condition.at_least is None and condition.at_most is None:
            yield key, "needs at_least or at_most"


def mended(case: CaseFile) -> Found:
    """What would be wrong with a mended reading if it were in force, and a block that changes nothing."""
    block = case.mended
    if block is None:
        return
    if block.left_out:
        for name in ("observed", "pattern"):
            if getattr(block, name) is not None:
                yield f"mended.{name}", "is out of place: a case that is left out is not read"
        return
    read, rule = case.as_mended, block.pattern
    if read is None or (not block.observed and (rule is None or rule.says is rule.conditions is None)):
        yield "mended", "needs observed, pattern, or left_out: true"
        return
    own = tuple(f"observed.{name}" for name in block.observed or ())
    if rule is not None and rule.conditions is not None:
        own += ("pattern.conditions",)
    frozen = set(pattern(case))
    # A problem of the frozen part is reported there, unless the mended part causes it.
    for problem in pattern(read):
        if problem[0].startswith(own) or problem not in frozen:
            yield (f"mended.{problem[0]}", *problem[1:])


CHECKS: tuple[Callable[[CaseFile], Found], ...] = (dates, kind, timeline, pattern, mended)
"""Every check of a case."""


@dataclass
class Read:
    """A case file as read: its content if it is valid, and all problems with it."""

    name: str
    content: CaseFile | None = None
    problems: list[Problem] = field(default_factory=list)


def available(folder: Path | None = None) -> dict[str, Path]:
    """All shipped cases by name, in alphabetical order; or those of another folder."""
    where = folder or paths.bundled("scenarios") / "cases"
    return {path.stem: path for path in sorted(where.glob("*.yaml"))}


def read(path: Path) -> Read:
    """Read one case file, and find all problems with it."""
    where = f"cases/{path.name}"
    try:
        content = CaseFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        return Read(path.stem, None, list(_form_problems(error, where)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        unread = Problem(where, "file", f"cannot be read ({' '.join(str(error).split())})")
        return Read(path.stem, None, [unread])
    problems = [Problem(where, *problem) for check in CHECKS for problem in check(content)]
    return Read(path.stem, None if problems else content, problems)


def _form_problems(error: ValidationError, where: str) -> Iterator[Problem]:
    for found in error.errors():
        if not found["loc"]:
            yield Problem(where, "file", "must be a mapping of keys to values")
            continue
        key, name = ".".join(map(str, found["loc"])), str(found["loc"][-1])
        value, nearest = shown(found["input"]), None
        if found["type"] == "missing":
            said, value = "is missing", ""
        elif found["type"] == "literal_error":
            said = f"must be {found['ctx']['expected']}"
        elif found["type"] != "extra_forbidden":
            said = found["msg"][0].lower() + found["msg"][1:]
        elif case_schema.is_of_the_system(name) or name in ("key", "value", "sets"):
            said = ONE_SYSTEM
        else:
            known = list(_fields(_form_at(found["loc"])))
            said, nearest = f"is not known here; there is {', '.join(known)}", nearest_name(name, known)
        yield Problem(where, key, said, value, nearest)


def _fields(form: type[Form]) -> dict[str, Any]:
    """Types of the parts of a form, by key."""
    return {info.alias or name: info.annotation for name, info in form.model_fields.items()}


def _form_at(location: tuple[int | str, ...]) -> type[Form]:
    """The form of the innermost part of a case file on the way to a location."""
    form: type[Form] = CaseFile
    for part in location:
        form = _form_in(_fields(form).get(str(part))) or form
    return form


def _form_in(annotation: Any) -> type[Form] | None:
    """The form that a type is, holds as list or mapping, or allows beside None."""
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return annotation
    return next(filter(None, map(_form_in, get_args(annotation))), None)
