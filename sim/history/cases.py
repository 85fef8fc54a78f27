"""Historical cases as parameters: one system for all, a focal change of the coded kind, dated events as interventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from sim.errors import no_such, raise_if_any
from sim.history import case_files
from sim.history.case_schema import LEVELS, CaseFile, coverages, events, levels, month_number, reported
from sim.model.decision_rights import ROWS
from sim.model.parameters import Parameters
from sim.model.schema import power_table, value_of
from sim.model.state import STAGES

SET_BY_CASES = ("focal", "population.months", "changes.arriving", "interventions")
"""What belongs to the history and not to the system: a parameter set for cases does not set it."""

QUOTED_BY = {"class_sizes": "reference.relapse_rate", "targets_and_gaming": "reference.gaming_reports"}
"""Cases whose figures are quoted as the source of a parameter, with that parameter: they are no independent test."""


@dataclass(frozen=True)
class Case:
    """A historical case that can be run.

    Args:
        name: its name.
        file: what its file says.
    """

    name: str
    file: CaseFile

    @property
    def months(self) -> int:
        """Number of months of its history."""
        return self.number(self.file.months.last) + 1

    def number(self, month: str) -> int:
        """The month of the run that a month of history is; 0 is the first."""
        return month_number(month, self.file.months.first)

    @property
    def independent(self) -> bool:
        """Whether no parameter quotes the figures of this case as its source."""
        return self.name not in QUOTED_BY

    @property
    def left_out(self) -> bool:
        """Whether its mended reading leaves it out: it is reported, but neither fitted nor counted by mended readings."""
        return self.file.mended is not None and self.file.mended.left_out

    @property
    def as_mended(self) -> Case | None:
        """The case under its mended reading; None where it has none, or is left out by it."""
        file = self.file.as_mended
        return None if file is None else Case(self.name, file)

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Series and month of every figure that the conditions of its pattern refer to."""
        return [
            (series, self.number(month))
            for condition in self.file.pattern.conditions
            for month in (condition.month, condition.first, condition.last)
            for series in (condition.series, condition.less)
            if month is not None and series is not None
        ]

    def points(self, series: str) -> dict[int, float]:
        """The reported figures of a series that lie within the history and are comparable, by month of the run."""
        found = {self.number(month): value for month, value in reported()[series].items()}
        since = self.file.observed[series].since
        first = 0 if since is None else self.number(since)
        return {month: value for month, value in found.items() if first <= month < self.months}


def cases(names: Sequence[str] = (), folder: Path | None = None) -> list[Case]:
    """The named cases, or all.

    Args:
        names: names of cases.
        folder: a folder of case files instead of the shipped one.

    Raises:
        InputProblems: with everything that is wrong in names and files.
    """
    known = case_files.available(folder)
    problems = [no_such("case", name, known) for name in dict.fromkeys(names) if name not in known]
    found = [case_files.read(path) for name, path in known.items() if not names or name in names]
    raise_if_any([*problems, *(problem for file in found for problem in file.problems)])
    return [Case(file.name, file.content) for file in found if file.content is not None]


def as_fitted(known: Sequence[Case]) -> list[Case]:
    """The cases under their mended readings, if they have one, without those that a mended reading leaves out."""
    return [case.as_mended or case for case in known if not case.left_out]


def shifted(level: str, steps: int) -> str | None:
    """The level a number of steps away, or None if there is none."""
    position = LEVELS.index(level) + steps
    return LEVELS[position] if 0 <= position < len(LEVELS) else None


def parameters_of(case: Case, system: Parameters, recoded: Mapping[str, str] | None = None) -> Parameters:
    """The parameters of a case: those of the system, with the focal change and its dated events.

    Other changes arrive at the rate of the system, however long the history is.

    Args:
        case: the case.
        system: the parameter set that holds for all cases.
        recoded: levels, by dimension, that replace the coding of the case.
    """
    change = case.file.change
    coded = {name: row.level for name, row in change.type.items()} | dict(recoded or {})
    focal: dict[str, Any] = {name: levels()[name][level] for name, level in coded.items()}
    focal["arrival"] = case.number(change.announced)
    if change.users is not None:
        focal["users"] = coverages()[change.users.share]
    if change.planned_until is not None:
        focal["duration"] = float(month_number(change.planned_until, change.announced))
    a_month = system.changes.arriving / system.population.months
    tree = system.model_dump()
    # A table given by its position stays what it was; its rows alone would be taken for the status quo.
    tree["power"] = {"distribution": None, **power_table(system)}
    tree["focal"] |= focal
    tree["population"]["months"] = case.months
    tree["changes"]["arriving"] = max(1, round(a_month * case.months))
    start = Parameters.model_validate({**tree, "interventions": ()})
    tree["interventions"] = _interventions(case, start)
    return Parameters.model_validate(tree)


def _interventions(case: Case, start: Parameters) -> list[dict[str, Any]]:
    """The dated events of a case, month by month: events that end in a month come before events that begin in it."""
    ending, beginning = [], []
    for event in case.file.timeline:
        shared = events()[event.event]["sets"]
        sets = {key: case.number(str(event.by)) if value == "by" else value for key, value in shared.items()}
        if event.stage is not None:
            sets["focal.stage"] = STAGES.index(event.stage)
        if event.coverage is not None:
            sets["focal.coverage"] = coverages()[event.coverage]
        if event.until is not None:
            ending += [_dated(case, event.until, key, _at_start(start, key), event.places) for key in shared]
        beginning += [_dated(case, event.month, key, value, event.places) for key, value in sets.items()]
    return sorted([*ending, *beginning], key=itemgetter("month"))


def _dated(case: Case, month: str, key: str, value: Any, places: list[str] | None) -> dict[str, Any]:
    return {"month": case.number(month), "key": key, "value": value, "places": places}


def _at_start(start: Parameters, key: str) -> Any:
    """The value of a parameter before any event."""
    row = key.removeprefix("power.")
    return power_table(start)[row] if row in ROWS else value_of(start, key)
