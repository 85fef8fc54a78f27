"""The story of a run: what happened in each month, told of groups of councils, a handful of lines at most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.live import frames
from sim.live.frames import NOTHING, Lived
from sim.live.words import count, listing, say
from sim.state import ABANDONED, CAUSES, NOT_STARTED, SHIFT

MOST_A_MONTH = 4
"""More lines than this are not read while the months go by."""

STALLED = 0.9
"""A place stalls when at least this share of the progress due in a month went missing, …"""
MOVING = 0.6
"""… having been on the move: with less than this missing."""
GROUP = 3
"""Stalls, and places that move again, are told when at least so many share a reason in a month."""

MARKS = (0.1, 0.25, 0.5, 0.75)
"""Shares of coverage whose first reaching, in reports or in fact, is told."""

FIRST_NAMED = 3
"""So many places are named in a line; of more only the number is told."""

KINDS = ("move", "announced", "mark", "signed", "stall", "delivers", "again", "abandoned", "started")
"""Kinds of lines, the first to be told when a month has too many."""


def tell(lived: Lived) -> list[dict[str, Any]]:
    """The lines of a run in the order of its months.

    Returns:
        For each line the month (numbered from 1), its kind, its text, and the places it is about (by position; none
        means the whole nation).
    """
    lines: list[dict[str, Any]] = []
    tellers = (_moves, _announced, _marks, _signed, _stalls, _delivers, _abandoned, _started)
    for teller in tellers:
        lines.extend(teller(lived))
    by_month: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        by_month.setdefault(line["month"], []).append(line)
    chosen = []
    for month in sorted(by_month):
        ranked = sorted(by_month[month], key=lambda line: (KINDS.index(line["kind"]), -len(line["places"])))
        chosen.extend(ranked[:MOST_A_MONTH])
    return chosen


def _line(month: int, kind: str, text: str, places: Any = ()) -> dict[str, Any]:
    # Months are numbered from 1 for readers.
    return {"month": int(month) + 1, "kind": kind, "text": text, "places": [int(a) for a in places]}


def _who(key: str, lived: Lived, places: np.ndarray, **values: Any) -> str:
    """A line about councils: a few are named, more are counted."""
    if len(places) <= FIRST_NAMED:
        names = listing([lived.run.territory.name[a] for a in places])
        return say(f"{key}.named.{'one' if len(places) == 1 else 'many'}", names=names, **values)
    if len(places) == len(lived.run.territory.code):
        return say(f"{key}.all", **values)
    return count(key, len(places), **values)


def _moves(lived: Lived) -> Iterator[dict[str, Any]]:
    run = lived.run
    for dated in run.parameters.interventions:
        places = [run.territory.index(name) for name in dated.places or ()]
        names = listing([run.territory.name[a] for a in places])
        value = _written(dated.value)
        key = "story.move.there" if places else "story.move"
        yield _line(dated.month, "move", say(key, what=dated.key, value=value, names=names), places)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{who.replace('_', ' ')} {share:g}" for who, share in value.items())
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _announced(lived: Lived) -> Iterator[dict[str, Any]]:
    arrival = lived.run.state.changes.arrival
    early = int((arrival < 0).sum())
    if early:
        yield _line(0, "announced", count("story.in_progress", early))
    for month in np.unique(arrival[(arrival >= 0) & (arrival < lived.months)]):
        yield _line(month, "announced", count("story.announced", int((arrival == month).sum())))


def _marks(lived: Lived) -> Iterator[dict[str, Any]]:
    months = lived.run.state.journal.months
    for kind, coverage in (("reported", months.nominal_coverage), ("real", months.real_coverage)):
        for mark in MARKS:
            reached = np.flatnonzero(coverage >= mark)
            # What is there from the start is no news.
            if reached.size and reached[0] > 0:
                yield _line(
                    reached[0], "mark", say(f"story.mark.{kind}", share=f"{mark:.0%}".replace("%", " %"))
                )
    half = lived.run.state.changes
    for month in np.unique((half.arrival + half.half - 1)[half.half >= 0]):
        number = int(((half.arrival + half.half - 1)[half.half >= 0] == month).sum())
        if 0 <= month < lived.months:
            yield _line(month, "mark", count("story.half", number))


def _signed(lived: Lived) -> Iterator[dict[str, Any]]:
    signed = np.diff(lived.places["signed"], axis=0, prepend=0.0)
    for key, change in (("story.signed", 1.0), ("story.unsigned", -1.0)):
        for month in np.flatnonzero((signed == change).any(axis=1)):
            places = np.flatnonzero(signed[month] == change)
            yield _line(month, "signed", _who(key, lived, places), places)


def _stalls(lived: Lived) -> Iterator[dict[str, Any]]:
    """Places that come to a stand, by what holds them back most, and places that move again."""
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = np.where(lived.due > 0, lived.held.sum(axis=2) / lived.due, 0.0)
    limit = frames.limits(lived)
    stands = np.zeros(missing.shape[1], bool)
    for month in range(1, lived.months):
        now = np.where(stands, missing[month] > MOVING, missing[month] >= STALLED)
        for cause in np.unique(limit[month][now & ~stands]):
            places = np.flatnonzero(now & ~stands & (limit[month] == cause))
            if cause != NOTHING and len(places) >= GROUP:
                reason = say(f"reason.{CAUSES[cause]}")
                yield _line(month, "stall", _who("story.stall", lived, places, reason=reason), places)
        again = np.flatnonzero(stands & ~now)
        if len(again) >= GROUP:
            yield _line(month, "again", _who("story.again", lived, again), again)
        stands = now


def _delivers(lived: Lived) -> Iterator[dict[str, Any]]:
    """Places in which a change reaches its last stage for the first time."""
    ever = np.maximum.accumulate(lived.stages[:, :, SHIFT] > 0, axis=0)
    first = ever[1:] & ~ever[:-1]
    for month in np.flatnonzero(first.any(axis=1)):
        places = np.flatnonzero(first[month])
        yield _line(month + 1, "delivers", _who("story.delivers", lived, places), places)


def _abandoned(lived: Lived) -> Iterator[dict[str, Any]]:
    more = np.diff(lived.stages[:, :, ABANDONED], axis=0, prepend=0) > 0
    for month in np.flatnonzero(more.any(axis=1)):
        places = np.flatnonzero(more[month])
        yield _line(month, "abandoned", _who("story.abandoned", lived, places), places)


def _started(lived: Lived) -> Iterator[dict[str, Any]]:
    begun = lived.stages.sum(axis=2) - lived.stages[:, :, NOT_STARTED]
    more = np.diff(begun, axis=0, prepend=begun[:1]) > 0
    for month in np.flatnonzero(more.sum(axis=1) >= GROUP):
        places = np.flatnonzero(more[month])
        yield _line(month, "started", _who("story.started", lived, places), places)
