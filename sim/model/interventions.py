"""Interventions: changes of parameters in mid-run, at a date or when something is seen, everywhere or in named places.

What holds in a place is the latest intervention that has begun and not ended; where there is none, the value at the start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.model.decision_rights import ROWS, between, columns
from sim.model.geography import Territory
from sim.model.parameters import REPORTED, Intervention, JudgedOn, Parameters, Shares, When
from sim.model.schema import as_number, declarations, nearest_key, record
from sim.model.state import Journal, State

EACH = "each"
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Begun:
    """An intervention that has begun.

    Attributes:
        month: month from which it holds.
        number: its position among the interventions of the run.
        rows: rows of the parameter record in which it holds.
        until: month from which it holds no more, or `NEVER`.
    """

    month: int
    number: int
    rows: tuple[int, ...]
    until: int


@dataclass
class Timetable:
    """The interventions of a run: which hold, and which wait for their month or for what they watch.

    Attributes:
        interventions: as declared.
        territory: the places of the run.
        start: the parameter record at the start, one row for each place and the last for the nation.
        log: all that have begun, in the order in which they began.
        month: the month that was looked at last.
    """

    interventions: tuple[Intervention, ...]
    territory: Territory
    start: np.ndarray
    log: list[Begun] = field(default_factory=list)
    month: int = -1

    def next_month(self, month: int) -> int | float:
        """The first month after some month in which one may begin or end."""
        found: list[float] = [begun.until for begun in self.log if begun.until > month]
        for number, intervention in enumerate(self.interventions):
            if intervention.month is not None and intervention.month > month:
                found.append(intervention.month)
            if intervention.when is not None and self._may_begin(number):
                found.append(max(month + 1, intervention.when.after))
        return min(found, default=math.inf)

    def apply(self, month: int, state: State, values: np.ndarray) -> None:
        """Bring the parameter record up to a month: what ends or begins in it. ODD 11.

        Args:
            month: the month that is about to run.
            state: the state after the month before.
            values: the parameter record; it is written.
        """
        if month <= self.month:
            return
        self.month = month
        new = [
            begun
            for number in range(len(self.interventions))
            for begun in self._beginning(number, month, state)
        ]
        self.log += new
        moved = {
            name: None
            for begun in [*new, *(begun for begun in self.log if begun.until == month)]
            for name, _ in self._values(begun)
        }
        # Other fields are left alone: somebody may have written them.
        for name in moved:
            values[name] = self.start[name]
        in_force = [begun for begun in self.log if begun.until > month]
        for begun in sorted(in_force, key=lambda begun: (begun.month, begun.number)):
            for name, value in self._values(begun):
                if name in moved:
                    values[name][list(begun.rows)] = value

    def _values(self, begun: Begun) -> tuple[tuple[str, float], ...]:
        """The fields of the record that an intervention sets, and their values."""
        intervention = self.interventions[begun.number]
        return _values(intervention.key, intervention.value)

    def _beginning(self, number: int, month: int, state: State) -> Iterator[Begun]:
        """The intervention, if it begins in a month: once, or in each place where what it watches was seen."""
        intervention = self.interventions[number]
        rows = _rows(intervention, self.territory)
        if intervention.month is not None:
            if intervention.month == month:
                until = intervention.until
                yield Begun(month, number, rows, NEVER if until is None else until)
            return
        when = intervention.when
        assert when is not None
        if month < max(when.after, when.months):
            return
        seen = seen_in(when, month, state.journal, self.territory)
        until = NEVER if intervention.lasts is None else month + intervention.lasts
        if when.places == EACH:
            free = [row for row in rows if row < len(seen) and self._is_free(number, row, when, month)]
            rows = tuple(row for row in free if seen[row])
        elif not seen[0] or not self._is_free(number, rows[0], when, month):
            return
        if rows:
            yield Begun(month, number, rows, until)

    def _is_free(self, number: int, row: int, when: When, month: int) -> bool:
        """Whether an intervention can begin in a place: it has not, or it may again and enough was seen since it ended."""
        before = [begun for begun in self.log if begun.number == number and row in begun.rows]
        return not before or (when.repeat and month - when.months >= before[-1].until)

    def _may_begin(self, number: int) -> bool:
        """Whether an intervention that waits for what is seen can still begin anywhere."""
        intervention = self.interventions[number]
        assert intervention.when is not None
        if intervention.when.repeat and intervention.lasts is not None:
            return True
        begun = {row for past in self.log if past.number == number for row in past.rows}
        rows = _rows(intervention, self.territory)
        if intervention.when.places == EACH:
            return bool(set(rows) - {len(self.territory.code)} - begun)
        return not begun


def seen_in(when: When, month: int, journal: Journal, land: Territory) -> np.ndarray:
    """Whether what is watched has been so in each of the last months before a month. ODD 11.

    Returns:
        Shape (places,) when each place is watched by itself, else (1,).
    """
    if when.outcome in ("nominal_coverage", "real_coverage"):
        values = getattr(journal.months, when.outcome)[:month, None]
    else:
        arrived = (journal.nominal if when.outcome == "nominal_gap" else journal.realised)[:month]
        values = _gaps(
            when, _over_places(arrived, when, land), _over_places(journal.intended[:month], when, land)
        )
    last = values[month - when.months :]
    return np.asarray((last > when.above if when.above is not None else last < when.below).all(axis=0))


def _over_places(benefit: np.ndarray, when: When, land: Territory) -> np.ndarray:
    """Benefit by month of each place, of some together or of all, shape (months, places) or (months, 1)."""
    if when.places == EACH:
        return benefit
    places = slice(None) if when.places is None else [land.index(name) for name in when.places]
    return benefit[:, places].sum(axis=1, keepdims=True)


def _gaps(when: When, arrived: np.ndarray, intended: np.ndarray) -> np.ndarray:
    """The gap over the last months at the end of each month; unknown (NaN) where nothing was intended."""
    so_far = [np.cumsum(benefit, axis=0) for benefit in (arrived, intended)]
    for total in so_far:
        total[when.over :] -= total[: -when.over].copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(so_far[1] > 0.0, 1.0 - so_far[0] / so_far[1], np.nan)


SEEN_WORDS = {
    "nominal_gap": "the gap as reported",
    "nominal_coverage": "coverage as reported",
    "gap": "the real gap",
    "real_coverage": "real coverage",
}


def timing(given: Intervention | Mapping[str, Any]) -> str:
    """When an intervention holds, in words: its months, or what must be seen for it to begin.

    Args:
        given: an intervention, or a row of a scenario file as it was written.
    """
    row = given.model_dump() if isinstance(given, Intervention) else given
    when = row.get("when")
    if not when:
        until = f" until month {row['until']}" if row.get("until") is not None else ""
        return f"from month {row.get('month')}{until}"
    months = when.get("for", when.get("months", 1))
    side = "above" if when.get("above") is not None else "below"
    over = f" over {when.get('over', 12)} months" if when["outcome"].endswith("gap") else ""
    where = when.get("places")
    there = " in the place itself" if where == EACH else f" in {', '.join(where)}" if where else ""
    long_enough = f"for {months} months in a row" if months > 1 else "in the month before"
    said = f"when {SEEN_WORDS[when['outcome']]}{over} has been {side} {when[side]:g}{there} {long_enough}"
    said += f", from month {when['after']} on" if when.get("after") else ""
    said += f", for {row['lasts']} months" if row.get("lasts") else ""
    return said + (", again each time" if when.get("repeat") else "")


def timetable(parameters: Parameters, land: Territory) -> Timetable:
    """The interventions of a run, ready for its first month.

    Raises:
        ValueError: naming every intervention that cannot be used, and why.
    """
    found = problems(parameters, land)
    if found:
        raise ValueError("; ".join(found))
    return Timetable(parameters.interventions, land, record(parameters, len(land.code) + 1))


def _rows(intervention: Intervention, land: Territory) -> tuple[int, ...]:
    """The rows that an intervention is for.

    The nation's row decides what belongs to no place; it changes only when the intervention is for everywhere.
    """
    if intervention.places is None:
        return tuple(range(len(land.code) + 1))
    return tuple(map(land.index, intervention.places))


def _values(key: str, value: Any) -> tuple[tuple[str, float], ...]:
    if key == "power.distribution":
        table = between(value)
        return tuple((f"{row}_{who}", table[row][who]) for row in ROWS for who in columns(row))
    group, _, row = key.partition(".")
    if group == "power" and row in ROWS:
        return tuple((f"{row}_{who}", float(share)) for who, share in value.items())
    declared = declarations()[key]
    return ((declared.field, as_number(declared, value)),)


def problems(parameters: Parameters, land: Territory | None) -> list[str]:
    """What is wrong with the interventions of a run, all at once; empty if nothing is.

    Args:
        parameters: with the interventions.
        land: the places of the run; None if they are not known, and then names of places are not checked.
    """
    found = []
    for number, intervention in enumerate(parameters.interventions):
        begins = "when seen" if intervention.month is None else f"in month {intervention.month}"
        label = f"interventions[{number}] ({intervention.key} {begins})"
        timing = list(_timing_problems(intervention, parameters.population.months))
        found += [f"{label}: {what}" for what in (*timing, *_value_problems(intervention))]
        declared = declarations().get(intervention.key)
        watched = intervention.when.places if intervention.when else None
        local = intervention.places is not None or watched == EACH
        if local and declared is not None and declared.national:
            found.append(f"{label}: it belongs to the nation alone; leave places out")
        for where, places in (("places", intervention.places), ("when.places", watched)):
            if places is not None and not places:
                found.append(f"{label}: {where} is empty; leave it out to mean everywhere")
            for name in () if places is None or places == EACH else places:
                if land is not None and not land.knows(name):
                    found.append(f"{label}: no place '{name}'; nearest is '{land.nearest(name)}'")
    return found


def _timing_problems(intervention: Intervention, months: int) -> Iterator[str]:
    """What is wrong with when an intervention begins and ends."""
    month, until, when = intervention.month, intervention.until, intervention.when
    if (month is None) == (when is None):
        yield "give either the month in which it begins, or `when`: what must be seen for it to begin"
        return
    if when is not None:
        yield from _watching_problems(when, months)
        if until is not None:
            yield "nobody knows when it begins, so it cannot have `until`; give `lasts`, a number of months"
        if when.repeat and intervention.lasts is None:
            yield "it can repeat only if it ends; give `lasts`, a number of months"
        return
    assert month is not None
    if intervention.lasts is not None:
        yield "`lasts` is for one that waits for what is seen; give `until`, the month in which this one ends"
    if month >= months:
        yield f"the run ends before; months go from 0 to {months - 1}"
    if until is not None and until <= month:
        yield f"it must end after it begins; until = {until}"
    elif until is not None and until > months:
        yield f"the run ends before month {until}; leave until out to mean the end of the run"


def _watching_problems(when: When, months: int) -> Iterator[str]:
    if (when.above is None) == (when.below is None):
        yield "`when` needs one number, `above` or `below`"
    for name in ("above", "below"):
        number = getattr(when, name)
        if number is not None and not math.isfinite(number):
            yield f"when.{name} must be a number, not {number!r}"
    if when.outcome not in REPORTED and not when.real:
        yield (
            f"decision makers see reports, not {when.outcome}: watch {' or '.join(REPORTED)}, or say `real: true` "
            "to let them see what is so"
        )
    if when.places is not None and when.outcome.endswith("coverage"):
        yield f"{when.outcome} is known for the nation alone; watch a gap, or leave when.places out"
    if when.after >= months:
        yield f"the run ends before; when.after goes from 0 to {months - 1}"
    if when.months >= months:
        yield f"the run has only {months} months; `for` must be shorter"


def _value_problems(dated: Intervention) -> list[str]:
    group, _, row = dated.key.partition(".")
    if group == "power" and row in ROWS:
        try:
            (JudgedOn if row == "judged_on" else Shares).model_validate(dated.value)
        except ValidationError as error:
            return [_row_problem(found, columns(row)) for found in error.errors()]
        return []
    if group == "power" and "." in row:
        return [f"give the whole row 'power.{row.partition('.')[0]}', so that it sums to 1"]
    declared = declarations().get(dated.key)
    if declared is None:
        nearest = nearest_key(dated.key)
        return [f"unknown parameter; nearest is '{nearest}'" if nearest else "unknown parameter"]
    if not declared.live:
        return ["it cannot change in mid-run; set it for the whole run instead"]
    value = dated.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return [f"the value must be a number, not {value!r}"]
    if declared.kind is int and value != int(value):
        return [f"the value must be a whole number, not {value!r}"]
    low, high = declared.low, declared.high
    if (low is not None and value < low) or (high is not None and value > high):
        return [f"{value} lies outside {low} to {high} ({declared.unit})"]
    return []


def _row_problem(found: Any, holders: Sequence[str]) -> str:
    """What is wrong with a row of the table of decision rights, from what pydantic found."""
    if found["type"] == "value_error":
        return str(found["ctx"]["error"])
    if not found["loc"]:
        return f"the value must be a row of shares of {', '.join(holders)} that sum to 1"
    holder = found["loc"][0]
    if holder not in holders:
        return f"{holder} is no part of the row; its parts are {', '.join(holders)}"
    return f"{holder} must be a number from 0 to 1, not {found['input']!r}"
