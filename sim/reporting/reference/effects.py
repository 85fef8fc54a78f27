"""What was measured of each thing alone for the reference, and what it shows in a sentence."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from sim.formatting import number

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
    """What a chart shows, in a sentence: how far the gap moves from one end of the range to the other.

    A change is called one if its paired interval is clear of 0 and it is at least half a point.
    """
    if all(max(line.mean) - min(line.mean) < HARDLY for line in effect.lines):
        return f"{effect.subject} moves the gap by less than {HARDLY:g} points"
    ends = f"from {effect.lines[0].levels[0]} to {effect.lines[0].levels[-1]}"
    said = [f"{_moved(line)} under {line.name}" for line in effect.lines]
    if len({_moved(line) for line in effect.lines}) == 1:
        said = [f"{_moved(effect.lines[0])} under either table" if len(said) > 1 else _moved(effect.lines[0])]
    return f"{effect.subject} {ends}: the gap {', and '.join(said)}"


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


def effects(table: Path) -> dict[str, Effect]:
    """What has been measured, by subject."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["subject"], []).append(row)
    return {subject: _effect(subject, of) for subject, of in found.items()}


def _effect(subject: str, rows: list[dict[str, str]]) -> Effect:
    lines = []
    for name in dict.fromkeys(row["line"] for row in rows):
        of = [row for row in rows if row["line"] == name]
        mean, low, high = (tuple(float(row[end]) for row in of) for end in ("mean", "low", "high"))
        change, least, most = (float(of[-1][end]) for end in ("change", "change_low", "change_high"))
        lines.append(
            Line(
                "" if subject.startswith("outcome.") else name,
                tuple(row["level"] for row in of),
                mean,
                low,
                high,
                (change, least, most),
            )
        )
    one = rows[0]
    return Effect(
        subject, tuple(lines), int(one["replications"]), int(one["seed"]), one["beside"], one["rules"]
    )
