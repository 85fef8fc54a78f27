"""What was measured of each thing alone for the reference, and what it shows in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sim.formatting import number
from sim.model import vocabulary

HARDLY = 0.5
"""Points of intended benefit below which a change of the gap is said to be hardly one."""

COLUMNS = (
    "subject", "beside", "line", "level", "mean", "low", "high", "change", "change_low", "change_high",
    "replications", "seed", "rules",
)  # fmt: skip
"""Columns of the table of measured numbers: gaps in percent, and the paired change since the first level of the line."""


@dataclass(frozen=True)
class Line:
    """One measured line.

    Attributes:
        name: what it was measured under; stands at its end.
        levels: values as written, in order.
        mean: at each level.
        low: lower ends of the 95 % intervals.
        high: upper ends.
        change: paired change from the first to the last level, with the ends of its 95 % interval.
    """

    name: str
    levels: tuple[str, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    change: tuple[float, float, float]


@dataclass(frozen=True)
class Effect:
    """What was measured of one thing.

    Attributes:
        subject: a parameter's key, `power.<row>`, `outcome.<name>` or `scenario.<name>`.
        lines: one for each table of decision rights.
        replications: paired replications behind every point.
        seed: random seed.
        beside: settings that hold beside it, as on the command line; empty if none.
        rules: fingerprint of the rules it was measured with.
    """

    subject: str
    lines: tuple[Line, ...]
    replications: int
    seed: int
    beside: str
    rules: str


def finding(effect: Effect) -> str:
    """What a chart shows, in a sentence: how far the gap, or an outcome, moves from one end of the range to the other.

    A change is called one if its paired interval is clear of 0 and it is at least half a point.
    """
    if effect.subject.startswith("outcome."):
        return _outcome_finding(effect)
    if all(max(line.mean) - min(line.mean) < HARDLY for line in effect.lines):
        return f"{effect.subject} moves the gap by less than {HARDLY:g} points"
    ends = f"from {effect.lines[0].levels[0]} to {effect.lines[0].levels[-1]}"
    said = [f"{_moved(line)} under {line.name}" for line in effect.lines]
    if len({_moved(line) for line in effect.lines}) == 1:
        said = [f"{_moved(effect.lines[0])} under either table" if len(said) > 1 else _moved(effect.lines[0])]
    return f"{effect.subject} {ends}: the gap {', and '.join(said)}"


def _outcome_finding(effect: Effect) -> str:
    outcome = effect.subject.removeprefix("outcome.")
    name, unit = vocabulary.outcome_name(outcome), "" if outcome in vocabulary.UNITS else " %"
    hierarchy, *_, distributed = (number(mean) + unit for mean in effect.lines[0].mean)
    return f"{name[:1].upper()}{name[1:]}: {hierarchy} in hierarchy, {distributed} in distributed power"


def _moved(line: Line) -> str:
    change, low, high = line.change
    span = max(line.mean) - min(line.mean)
    if abs(change) < HARDLY or low <= 0 <= high:
        return (
            "ends about where it began"
            if span < 2 * HARDLY
            else f"moves within {number(span)} points and returns"
        )
    word = "rises" if change > 0 else "falls"
    turns = ", not evenly," if span > abs(change) + 1.0 else ""
    return f"{word} by {number(abs(change))} points{turns}"


class Rank(NamedTuple):
    """The gap of a scenario less that of the status quo, in points, with the ends of its 95 % interval."""

    name: str
    mean: float
    low: float
    high: float


def scenario_ranks(measured: Mapping[str, Effect]) -> list[Rank]:
    """The scenarios that were measured, the one that narrows the gap most first."""
    ranks = [
        Rank(subject.removeprefix("scenario."), line.mean[0], line.low[0], line.high[0])
        for subject, effect in measured.items()
        if subject.startswith("scenario.") and subject != "scenario.baseline"
        for line in effect.lines
    ]
    return sorted(ranks, key=lambda rank: rank.mean)


def scenario_finding(ranks: list[Rank]) -> str:
    """What the chart of all scenarios shows, in a sentence."""
    narrower = sum(rank.high < 0 for rank in ranks)
    wider = sum(rank.low > 0 for rank in ranks)
    return (
        f"{narrower} of {len(ranks)} scenarios narrow the gap of the status quo, {wider} widen it; furthest apart are "
        f"{ranks[0].name} and {ranks[-1].name}"
    )


def effects(table: Path) -> dict[str, Effect]:
    """What has been measured, by subject."""
    rows = pd.read_csv(table, dtype={"level": str}, keep_default_na=False, na_values=["nan"])
    return {str(subject): _effect(str(subject), of) for subject, of in rows.groupby("subject", sort=False)}


def _effect(subject: str, rows: pd.DataFrame) -> Effect:
    lines = tuple(
        Line(
            name="" if subject.startswith("outcome.") else str(name),
            levels=tuple(of["level"]),
            mean=tuple(of["mean"]),
            low=tuple(of["low"]),
            high=tuple(of["high"]),
            change=tuple(of[["change", "change_low", "change_high"]].iloc[-1]),
        )
        for name, of in rows.groupby("line", sort=False)
    )
    first = rows.iloc[0]
    return Effect(subject, lines, int(first.replications), int(first.seed), first.beside, first.rules)
