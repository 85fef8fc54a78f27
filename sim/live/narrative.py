"""The story of a run: the events of each month, a line of text for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import numpy as np

from sim.live.i18n import count, listing, name_of, say, value_in_words
from sim.live.playback import NOTHING, Playback, largest
from sim.model.interventions import EACH, timing
from sim.model.parameters import Intervention
from sim.model.state import CAUSES, Stage

MOST_A_MONTH = 4
"""Most lines a month: more cannot be read during playback."""

WINDOW = 6
"""Months over which a stall is measured."""
STALLED = 0.5
"""A place stalls when at least this share of the progress due in the window is missing."""
MOVING = 0.4
"""A stalled place moves again when at most this share is missing."""
QUARTER = 3
"""Months between reports of stalls and limiting factors."""
GROUP = 3
"""Fewest councils that share a stall or a recovery for it to be reported."""
SHIFTED = 6
"""Fewest councils that share a new limiting factor for it to be reported."""

MARKS = (0.1, 0.25, 0.5, 0.75)
"""Shares of coverage that are reported when first reached, as reported or in fact."""

FIRST_NAMED = 3
"""Most councils that a line names; a larger group is given as a number."""

BEGUN_BY = 0.5
"""Starts are reported when this share of councils begins a change in the same month."""

KINDS = ("move", "delivers", "stall", "signed", "mark", "limit", "again", "announced", "abandoned", "started")
"""Kinds of lines, in order of priority when a month has too many."""


Line = dict[str, Any]


def events(recording: Playback) -> list[Line]:
    """The lines of a run in the order of its months.

    Returns:
        For each line the month (numbered from 1), its kind, its text, and the places it is about (by position; none
        means the whole nation).
    """
    sources = (_moves, _announced, _marks, _signed, _stalls, _delivers, _abandoned, _started)
    lines = [line for source in sources for line in source(recording)]
    lines.sort(key=lambda line: (line["month"], KINDS.index(line["kind"]), -len(line["places"])))
    by_month = groupby(lines, key=lambda line: line["month"])
    return [line for _, group in by_month for line in islice(group, MOST_A_MONTH)]


def _line(month: int, kind: str, text: str, places: Any = ()) -> Line:
    # Months are numbered from 1 for readers.
    return {"month": month + 1, "kind": kind, "text": text, "places": [int(place) for place in places]}


def _who(key: str, recording: Playback, places: np.ndarray, **values: Any) -> str:
    """A text about councils: up to three are named, more are counted."""
    if len(places) <= FIRST_NAMED:
        names = listing([recording.run.territory.name[a] for a in places])
        return say(f"{key}.named.{'one' if len(places) == 1 else 'many'}", names=names, **values)
    if len(places) == len(recording.run.territory.code):
        return say(f"{key}.all", **values)
    return count(key, len(places), **values)


def _when(recording: Playback, kind: str, key: str, which: np.ndarray) -> Iterator[Line]:
    """A line for each month in which something happens in some councils: `which` has shape (T, A)."""
    for month in np.flatnonzero(which.any(axis=1)).tolist():
        places = np.flatnonzero(which[month])
        yield _line(month, kind, _who(key, recording, places), places)


def _counted(kind: str, key: str, months: np.ndarray) -> Iterator[Line]:
    """A line for each month in which changes reach something, with their number."""
    for month, number in zip(*np.unique(months, return_counts=True), strict=True):
        yield _line(int(month), kind, count(key, int(number)))


def _moves(recording: Playback) -> Iterator[Line]:
    run = recording.run
    for begun in run.timetable.log:
        move = run.parameters.interventions[begun.number]
        places = [row for row in begun.rows if row < len(run.territory.name)] if _is_local(move) else []
        names = listing([run.territory.name[a] for a in places])
        there, seen = ".there" if places else "", ".seen" if move.when else ""
        about = {
            "what": name_of(move.key),
            "value": value_in_words(move.value),
            "names": names,
            "why": timing(move),
        }
        yield _line(begun.month, "move", say(f"story.move{seen}{there}", **about), places)
        if begun.until < recording.months:
            yield _line(begun.until, "move", say(f"story.move.ends{there}", **about), places)


def _is_local(move: Intervention) -> bool:
    """Whether an intervention may hold in some places only."""
    return move.places is not None or (move.when is not None and move.when.places == EACH)


def _announced(recording: Playback) -> Iterator[Line]:
    arrival = recording.run.state.changes.arrival
    early = int((arrival < 0).sum())
    if early:
        yield _line(0, "announced", count("story.in_progress", early))
    yield from _counted(
        "announced", "story.announced", arrival[(arrival >= 0) & (arrival < recording.months)]
    )


def _marks(recording: Playback) -> Iterator[Line]:
    months = recording.run.state.journal.months
    for kind, coverage in (("reported", months.nominal_coverage), ("real", months.real_coverage)):
        for mark in MARKS:
            month = int(np.argmax(coverage >= mark))
            share = say("percent", n=f"{100 * mark:g}")
            # Coverage present from the start is not an event.
            if month:
                yield _line(month, "mark", say(f"story.mark.{kind}", share=share))
    changes = recording.run.state.changes
    when = (changes.arrival + changes.months_to_half - 1)[changes.months_to_half >= 0]
    yield from _counted("mark", "story.half", when[when >= 0])


def _signed(recording: Playback) -> Iterator[Line]:
    signed = np.diff(recording.places["signed"], axis=0, prepend=0.0)
    yield from _when(recording, "signed", "story.signed", signed == 1.0)
    yield from _when(recording, "signed", "story.unsigned", signed == -1.0)


def _window(amounts: np.ndarray) -> np.ndarray:
    """Sums over the latest months of the window."""
    so_far = np.cumsum(amounts, axis=0)
    so_far[WINDOW:] -= so_far[:-WINDOW].copy()
    return so_far


def _stalls(recording: Playback) -> Iterator[Line]:
    """Councils that stall or move again, and what limits them most, each quarter."""
    # In the first month changes begun before the run are booked with all that they had missed by then: no stall of now.
    held, due = (
        _window(np.concatenate([0.0 * part[:1], part[1:]])) for part in (recording.held, recording.due)
    )
    missing = np.divide(held.sum(axis=2), due, out=np.zeros_like(due), where=due > 0)
    limiting = largest(held)
    stands = missing[min(WINDOW, recording.months) - 1] >= STALLED
    stalled, before = stands, limiting[min(WINDOW, recording.months) - 1]
    for month in range(WINDOW, recording.months):
        stands = np.where(stands, missing[month] > MOVING, missing[month] >= STALLED)
        if (month + 1) % QUARTER:
            continue
        now = limiting[month]
        yield from _grouped(recording, month, "stall", stands & ~stalled, now, GROUP)
        yield from _grouped(recording, month, "limit", ~(stands & ~stalled) & (now != before), now, SHIFTED)
        again = np.flatnonzero(stalled & ~stands)
        if len(again) >= GROUP:
            yield _line(month, "again", _who("story.again", recording, again), again)
        stalled, before = stands, now


def _grouped(
    recording: Playback, month: int, kind: str, which: np.ndarray, limiting: np.ndarray, least: int
) -> Iterator[Line]:
    for cause in np.unique(limiting[which]):
        places = np.flatnonzero(which & (limiting == cause))
        if cause != NOTHING and len(places) >= least:
            reason = say(f"reason.{CAUSES[cause]}")
            yield _line(month, kind, _who(f"story.{kind}", recording, places, reason=reason), places)


def _delivers(recording: Playback) -> Iterator[Line]:
    """Councils that have rolled a change out: the first, half of them, the last."""
    ever = np.maximum.accumulate(recording.stages[:, :, Stage.SHIFT] > 0, axis=0)
    reached = ever.sum(axis=1)
    councils = ever.shape[1]
    thresholds = {"first": 1, "half": (councils + 1) // 2, "every": councils}
    for key, number in thresholds.items():
        month = int(np.argmax(reached >= number))
        if month and reached[month] >= number:
            new = np.flatnonzero(ever[month] & ~ever[month - 1])
            yield _line(month, "delivers", _who(f"story.delivers.{key}", recording, new), new)


def _abandoned(recording: Playback) -> Iterator[Line]:
    more = np.diff(recording.stages[:, :, Stage.ABANDONED], axis=0, prepend=0) > 0
    yield from _when(recording, "abandoned", "story.abandoned", more)


def _started(recording: Playback) -> Iterator[Line]:
    begun = recording.stages.sum(axis=2) - recording.stages[:, :, Stage.NOT_STARTED]
    more = np.diff(begun, axis=0, prepend=begun[:1]) > 0
    together = more.mean(axis=1, keepdims=True) >= BEGUN_BY
    yield from _when(recording, "started", "story.started", more & together)
