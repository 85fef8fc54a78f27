"""What a historical case file may contain, and the values that its levels and events stand for.

The values of levels and events come from tables shared by all cases, fixed before any case was run.
"""

from __future__ import annotations

import csv
import datetime
import math
from functools import lru_cache
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from sim.model.decision_rights import ROWS
from sim.model.geography import DATA
from sim.model.schema import declarations
from sim.scenarios.forms import Form

Text = Annotated[str, Field(min_length=1)]
Stage = Literal["see", "spark", "shape", "shift"]


class Header(Form):
    """Title, question and source of a case."""

    title: Text
    question: Text
    source: Text


class Span(Form):
    """First and last month of a history."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")


class Coded(Form):
    """The level of one dimension, and the reason for it."""

    level: Literal["low", "middle", "high"]
    because: Text


class Concerned(Form):
    """The share of people whom a change concerns, as a word of the shared table, and the reason."""

    share: str
    because: Text


class Announcement(Form):
    """What was announced: when, with which planned end, what kind of change, and for which share of people.

    Without `users` it concerns everybody.
    """

    announced: str
    planned_until: str | None
    type: dict[str, Coded]
    users: Concerned | None = None


class Event(Form):
    """One dated event of the shared table."""

    month: str
    event: str
    source: Text
    until: str | None = None
    by: str | None = None
    places: list[str] | None = None
    stage: Stage | None = None
    coverage: str | None = None


class Observed(Form):
    """How a reported series is read from the model: in a straight line from nobody to everybody.

    `since` is the first month whose figure can be compared with the later ones, where not all can.
    """

    outcome: Literal["nominal", "real", "used", "signed", "none"]
    because: Text
    at_none: float | None = None
    at_full: float | None = None
    since: str | None = None

    @property
    def width(self) -> float:
        """How far a series that is read from the model rises or falls from nobody to everybody, in its own unit."""
        assert self.at_none is not None
        assert self.at_full is not None
        return self.at_full - self.at_none


class Condition(Form):
    """One thing that must hold in a run: a level, a change between two months, or the distance of two series."""

    kind: Literal["level", "change", "apart"]
    series: str
    less: str | None = None
    month: str | None = None
    first: str | None = Field(None, alias="from")
    last: str | None = Field(None, alias="to")
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest value at which it holds; infinite where it has no bound."""
        low = -math.inf if self.at_least is None else self.at_least
        return low, math.inf if self.at_most is None else self.at_most


class Pattern(Form):
    """The rule by which a run reproduces what happened: all conditions must hold."""

    says: Text
    conditions: list[Condition] = Field(min_length=1)


class MendedPattern(Form):
    """What a mended reading replaces in the frozen rule: its sentence, all of its conditions, or both."""

    says: Text | None = None
    conditions: list[Condition] | None = Field(None, min_length=1)


class Mended(Form):
    """A second reading, made after the freeze: what it names replaces the frozen reading, all else stays.

    A case that is left out is reported, but not counted among the mended readings.
    """

    date: datetime.date
    because: Text
    left_out: bool = False
    observed: dict[str, Observed] | None = None
    pattern: MendedPattern | None = None


class CaseFile(Form):
    """The content of one case file."""

    header: Header
    months: Span
    change: Announcement
    timeline: list[Event]
    observed: dict[str, Observed]
    pattern: Pattern
    mended: Mended | None = None

    @property
    def as_mended(self) -> CaseFile | None:
        """The same file with its mended reading in place of the frozen one; None where it has none, or leaves the case out."""
        if self.mended is None or self.mended.left_out:
            return None
        observed = {**self.observed, **(self.mended.observed or {})}
        rule = {name: part for name, part in self.mended.pattern or () if part is not None}
        pattern = self.pattern.model_copy(update=rule)
        return self.model_copy(update={"observed": observed, "pattern": pattern, "mended": None})


def month_number(month: str, first: str) -> int:
    """Number of months from a first month to another; both as year and month, `2014-03`."""
    year, number = map(int, month.split("-"))
    year_of_first, number_of_first = map(int, first.split("-"))
    return 12 * (year - year_of_first) + number - number_of_first


@lru_cache(maxsize=1)
def reported() -> dict[str, dict[str, float]]:
    """The reported figures: number by month, by series."""
    found: dict[str, dict[str, float]] = {}
    with (DATA / "national_series.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["number"]:
                found.setdefault(row["series"], {})[row["month"]] = float(row["number"])
    return found


LEVELS = ("low", "middle", "high")

OPEN_TO_EVENTS = (
    "authorities.crisis_demand",
    "pace.pressure",
    "pledge.open",
    "pledge.cost",
    "pledge.monitoring",
    "pledge.money",
    *(f"power.{row}" for row in ROWS),
)
"""What an event may change besides the live parameters of the focal change. All else belongs to the system, which is the same
for all cases."""

ONE_SYSTEM = (
    "a case may not set this: one set of parameters and of strengths holds for all cases. A case says what kind of change "
    "it was, and which events of the shared table happened when"
)


@lru_cache(maxsize=1)
def levels() -> dict[str, dict[str, float]]:
    """Value by level, for each dimension of the kind of change; each dimension is a parameter `focal.<dimension>`."""
    found = _table("case_levels.yaml")["dimensions"]
    return {name: {level: float(row[level]["value"]) for level in LEVELS} for name, row in found.items()}


@lru_cache(maxsize=1)
def coverages() -> dict[str, float]:
    """Share of people who have a change already, or whom it concerns, by word."""
    return {name: float(value) for name, value in _table("case_levels.yaml")["coverage"].items()}


@lru_cache(maxsize=1)
def events() -> dict[str, dict[str, Any]]:
    """Every event by name: its meaning (`says`), the parameters it `sets`, and the keys that a case must give (`needs`).

    Raises:
        ValueError: if an event sets what no event may set.
    """
    found = _table("case_events.yaml")["events"]
    wrong = [
        f"event {name} sets {key}: {ONE_SYSTEM}"
        for name, event in found.items()
        for key in event.get("sets", {})
        if not may_set(key)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    return {name: {"sets": {}, "needs": [], **event} for name, event in found.items()}


def may_set(key: str) -> bool:
    """Whether an event may change a parameter: those of the focal change, of a crisis, of a pledge, rows of rights."""
    declared = declarations().get(key)
    if declared is not None and not declared.live:
        return False
    return key in OPEN_TO_EVENTS or (declared is not None and declared.group == "focal")


def is_of_the_system(name: str) -> bool:
    """Whether a name is a parameter, a group of parameters or a row of rights, and so not for a case to set."""
    return name.partition(".")[0] in {declared.group for declared in declarations().values()}


def _table(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
