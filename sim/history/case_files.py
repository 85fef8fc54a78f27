"""Files of historical cases: where they are, and everything that is wrong with one.

A case file says what kind of change it was, which dated events it met, what was observed, and what counts as a hit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from sim import paths
from sim.errors import Problem, nearest_name, shown
from sim.history.case_schema import (
    ONE_SYSTEM,
    CaseFile,
    Form,
    coverages,
    events,
    is_of_the_system,
    levels,
    month_number,
    reported,
)
from sim.model.geography import territory

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")

Found = Iterator[tuple[str, str, str, str | None] | tuple[str, str, str] | tuple[str, str]]


def dates(case: CaseFile) -> Found:
    """Months that are none, or lie outside the history."""
    given: list[tuple[str, str | None]] = [
        ("months.from", case.months.first),
        ("months.to", case.months.last),
    ]
    given += [("change.announced", case.change.announced)]
    for number, event in enumerate(case.timeline):
        given += [(f"timeline[{number}].month", event.month), (f"timeline[{number}].until", event.until)]
    given += [(f"observed.{name}.since", observed.since) for name, observed in case.observed.items()]
    for number, condition in enumerate(case.pattern.conditions):
        parts = (("month", condition.month), ("from", condition.first), ("to", condition.last))
        given += [(f"pattern.conditions[{number}].{name}", month) for name, month in parts]
    outside = [("change.planned_until", case.change.planned_until)]
    outside += [(f"timeline[{number}].by", event.by) for number, event in enumerate(case.timeline)]
    wrong = [
        (key, month) for key, month in given + outside if month is not None and not MONTH.fullmatch(month)
    ]
    yield from ((key, "must be a year and a month, such as '2014-03'", shown(month)) for key, month in wrong)
    if wrong:
        return
    span = month_number(case.months.last, case.months.first)
    if span < 1:
        yield "months", "must end after it begins", case.months.last
        return
    for key, month in given:
        if month is not None and not 0 <= month_number(month, case.months.first) <= span:
            yield key, f"lies outside the history, {case.months.first} to {case.months.last}", month
    planned = case.change.planned_until
    if planned is not None and not 2 <= month_number(planned, case.change.announced) <= 240:
        yield "change.planned_until", "must lie 2 to 240 months after the announcement", planned


def kind(case: CaseFile) -> Found:
    """Dimensions of the change's kind that are unknown or missing, and people whom no word of the table counts."""
    for name in case.change.type:
        if name not in levels():
            said = f"is no dimension; there is {', '.join(levels())}"
            yield (
                f"change.type.{name}",
                ONE_SYSTEM if is_of_the_system(name) else said,
                "",
                nearest_name(name, levels()),
            )
    for name in levels():
        if name not in case.change.type:
            yield f"change.type.{name}", "is missing: every dimension is coded"
    users = case.change.users
    if users is not None and users.share not in coverages():
        said = f"must be one of {', '.join(coverages())}; leave users out where it is for everybody"
        yield "change.users.share", said, users.share


def timeline(case: CaseFile) -> Found:
    """Events that are unknown, or lack or have what they should not."""
    known, land = events(), territory("scotland")
    for number, event in enumerate(case.timeline):
        key = f"timeline[{number}]"
        if event.event not in known:
            said = (
                ONE_SYSTEM if is_of_the_system(event.event) else f"is no event; there is {', '.join(known)}"
            )
            yield f"{key}.event", said, event.event, nearest_name(event.event, known)
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
    """Series that are unknown or not read from the model, and conditions that say too little."""
    for name, observed in case.observed.items():
        if name not in reported():
            yield f"observed.{name}", "is no reported series", "", nearest_name(name, reported())
        ends = (observed.at_none, observed.at_full)
        if observed.outcome == "none" and ends != (None, None):
            yield f"observed.{name}", "is not read from the model: leave at_none and at_full out"
        elif observed.outcome != "none" and (None in ends or ends[0] == ends[1]):
            yield f"observed.{name}", "needs at_none and at_full, and they must differ"
    scored = {name: o for name, o in case.observed.items() if o.outcome != "none"}
    wanted: Mapping[str, tuple[str, ...]] = {
        "level": ("month",), "change": ("first", "last"), "apart": ("less", "month")
    }  # fmt: skip
    for number, condition in enumerate(case.pattern.conditions):
        key = f"pattern.conditions[{number}]"
        for series in (condition.series, condition.less):
            if series is not None and series not in scored:
                yield (
                    f"{key}.series",
                    "is not among the series read from the model",
                    series,
                    nearest_name(series, scored),
                )
        for name in ("less", "month", "first", "last"):
            given, needed = getattr(condition, name) is not None, name in wanted[condition.kind]
            if given != needed:
                alias = {"first": "from", "last": "to"}.get(name, name)
                said = f"is {'missing' if needed else 'out of place'} in a condition of the kind {condition.kind}"
                yield f"{key}.{alias}", said
        if condition.at_least is None and condition.at_most is None:
            yield key, "needs at_least or at_most"


def mended(case: CaseFile) -> Found:
    """Whatever would be wrong with a mended reading if it were the one in force, and a block that reads nothing."""
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
    for check in (dates, pattern):
        frozen = set(check(case))
        # What is wrong with the frozen part has been said already, unless the mended part is what makes it wrong.
        for key, *said in check(read):
            problem: Any = (key, *said)
            if key.startswith(own) or problem not in frozen:
                yield (f"mended.{key}", *problem[1:])


CHECKS: tuple[Callable[[CaseFile], Found], ...] = (dates, kind, timeline, pattern, mended)
"""Every check of a case; each gives key, what is wrong, value and nearest name of all that it finds."""


@dataclass
class Read:
    """A case file as read: what it says, if it can be understood, and all that is wrong with it."""

    name: str
    content: CaseFile | None = None
    problems: list[Problem] = field(default_factory=list)


def available(folder: Path | None = None) -> dict[str, Path]:
    """All shipped cases by name, in alphabetical order; or those of another folder."""
    where = folder or paths.bundled("scenarios") / "cases"
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
