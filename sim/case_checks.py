"""What can be wrong with a historical case beyond its form: dates, levels, events, series, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.case_forms import CaseFile, month_number, reported
from sim.case_tables import ONE_SYSTEM, coverages, events, is_of_the_system, levels
from sim.problems import nearest_name, shown
from sim.territory import territory

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
