"""Write docs/monotone.md between its markers: whether more of what should help ever widens the gap.

    uv run python docs/monotone.py                            runs all, writes docs/monotone.csv and the page: a minute
    uv run python docs/monotone.py page                       writes the page from docs/monotone.csv
    uv run python docs/monotone.py mechanisms.practice=0      runs all with an override, prints the results, writes nothing

What is run and what counts as an exception were committed before any run.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from practice import between, table

from sim import provenance
from sim.month import simulate
from sim.outcomes import summary
from sim.scenarios import compose
from sim.statistics import Interval, interval
from sim.verification import many
from sim.wording import counted, listing, percent, signed_points

HERE = Path(__file__).parent
PAGE, TABLE = HERE / "monotone.md", HERE / "monotone.csv"
DEFINITIONS, RESULTS = "definitions", "results"
COMMAND = "uv run python docs/monotone.py"

REPLICATIONS = 100
SEED = 2026
STRUCTURES = ("baseline", "hierarchy", "distributed")
BAR = 0.01
"""Widening of the mean gap above which a change is an exception: one point of intended benefit."""


@dataclass(frozen=True)
class Lever:
    """A parameter and its levels, from scarce to plenty."""

    title: str
    key: str
    plenty: str
    levels: tuple[float, ...]


LEVERS = (
    Lever("Staff", "authorities.staff_hours", "more staff", (0.03, 0.04, 0.05, 0.065, 0.08, 0.1)),
    Lever("Scale-up money", "money.scale_up", "more scale-up money", (0.0, 0.075, 0.15, 0.3, 0.6)),
    Lever("Changes", "changes.arriving", "fewer changes", (36, 30, 24, 18, 12)),
    Lever("Crisis", "authorities.crisis_demand", "less crisis", (0.3, 0.22, 0.15, 0.08, 0.0)),
)

Gaps = dict[tuple[str, str, float], np.ndarray]
"""The gaps of the replications by lever (its key), structure and level."""


@dataclass(frozen=True)
class Move:
    """What the gap does between two levels of a lever, replication by replication."""

    lever: Lever
    structure: str
    scarce: float
    plenty: float
    changes: np.ndarray

    @property
    def found(self) -> Interval:
        """The mean change of the gap with its interval; positive where the gap widens."""
        return interval(self.changes)

    @property
    def steps(self) -> int:
        """How many steps it takes."""
        return self.lever.levels.index(self.plenty) - self.lever.levels.index(self.scarce)

    @property
    def exception(self) -> bool:
        """Whether the mean widens the gap by more than the bar, with an interval clear of 0."""
        mean, low = self.found["mean"], self.found["low"]
        return mean is not None and low is not None and mean > BAR and low > 0.0

    @property
    def widening(self) -> float:
        """The mean change, below all others where it is unknown."""
        mean = self.found["mean"]
        return -np.inf if mean is None else mean

    def named(self) -> str:
        """The move in words, with its size."""
        ends = f"from {self.scarce:g} to {self.plenty:g}"
        return f"{self.lever.plenty} in {self.structure} (`{self.lever.key}` {ends}): {written(self.found)} points"


def measured(*overrides: str) -> Gaps:
    """Run every level of every lever in every structure: the same seed and replications at each."""
    parameters = {
        (lever.key, scenario.name, level): scenario.parameters
        for lever in LEVERS
        for level in lever.levels
        for scenario in compose(STRUCTURES, [*overrides, f"{lever.key}={level:g}"])
    }

    def one(replication: int) -> list[float]:
        return [summary(simulate(given, SEED, replication))["gap"] for given in parameters.values()]

    # What is written to six decimals is read so as well, so that the page is that of the table.
    columns = np.round(np.array(many(one, REPLICATIONS)), 6).T
    return dict(zip(parameters, columns, strict=True))


def moves(gaps: Gaps, lever: Lever, structure: str) -> list[Move]:
    """From each level of a lever to each later one; a step is a move to the next."""
    curve = {level: gaps[lever.key, structure, level] for level in lever.levels}
    return [
        Move(lever, structure, scarce, plenty, curve[plenty] - curve[scarce])
        for scarce, plenty in combinations(lever.levels, 2)
    ]


def all_moves(gaps: Gaps, levers: Iterable[Lever], structures: Iterable[str]) -> list[Move]:
    """The moves of all levers in all structures."""
    structures = tuple(structures)
    return [move for lever in levers for name in structures for move in moves(gaps, lever, name)]


def written(found: Interval) -> str:
    """A mean change with its interval, in points."""
    return f"{signed_points(found['mean'], 2)} [{signed_points(found['low'], 2)}, {signed_points(found['high'], 2)}]"


def verdict(found: Sequence[Move]) -> str:
    """How many exceptions there are, which, and the largest widening of all."""
    exceptions = [move for move in found if move.exception]
    largest = max(found, key=lambda move: move.widening)
    said = f"{len(found)} moves along {counted(len({move.lever.key for move in found}), 'lever')}"
    if exceptions:
        listed = "; ".join(move.named() for move in exceptions)
        verb = "is" if len(exceptions) == 1 else "are"
        first = f"**There {verb} {counted(len(exceptions), 'exception')}** in {said}: {listed}."
    else:
        first = f"**There is no exception** in {said}."
    if largest.widening > 0.0:
        return f"{first} The largest widening is that of {largest.named()}."
    return f"{first} No move widens the mean gap at all."


def curves(gaps: Gaps, lever: Lever) -> str:
    """The mean gap at each level of a lever in each structure."""
    head = ["gap, %", *(f"{level:g}" for level in lever.levels)]
    return table(
        head,
        [
            [name, *(percent(interval(gaps[lever.key, name, level])["mean"]) for level in lever.levels)]
            for name in STRUCTURES
        ],
    )


def steps(gaps: Gaps, lever: Lever) -> str:
    """Every step, the whole way, and where it is another one the move that widens the gap most."""
    rows = []
    for name in STRUCTURES:
        found = moves(gaps, lever, name)
        worst = max(found, key=lambda move: move.widening)
        shown = [move for move in found if move.steps in (1, len(lever.levels) - 1)]
        if worst.widening > 0.0 and worst not in shown:
            shown.append(worst)
        rows += [
            [
                name, f"{move.scarce:g}", f"{move.plenty:g}", written(move.found),
                str(int(np.sum(move.changes > 0.0))), str(int(np.sum(move.changes > BAR))),
                "**yes**" if move.exception else "no",
            ]
            for move in shown
        ]  # fmt: skip
    head = [
        "structure", "from", "to", "change of the gap, points", "replications in which it widens",
        "by more than a point", "exception",
    ]  # fmt: skip
    return table(head, rows)


def results(gaps: Gaps, model: str) -> str:
    """All that came out: the verdict, then a section for each lever."""
    count = len(next(iter(gaps.values())))
    parts = [
        verdict(all_moves(gaps, LEVERS, STRUCTURES)),
        f"From `{COMMAND}`: {count} paired replications of {listing(list(STRUCTURES))} at each level, random seed "
        f"{SEED}, model `{model}`. Changes of the gap are in points of intended benefit, with 95 % intervals. A positive "
        "change is a wider gap.",
    ]
    for lever in LEVERS:
        parts += [f"### {lever.title} (`{lever.key}`)", curves(gaps, lever), steps(gaps, lever)]
    return "\n\n".join(parts)


def definitions() -> str:
    """The levers and their levels."""
    return table(
        ["lever", "key", "towards plenty", "levels, from scarce to plenty"],
        [
            [lever.title, f"`{lever.key}`", lever.plenty, ", ".join(f"{level:g}" for level in lever.levels)]
            for lever in LEVERS
        ],
    )


def write_table(path: Path, gaps: Gaps, model: str) -> None:
    """Write the gaps: a row for each lever, structure and level, a column for each replication."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        count = len(next(iter(gaps.values())))
        writer.writerow(["model", "lever", "structure", "level", *range(count)])
        for (key, structure, level), values in gaps.items():
            writer.writerow([model, key, structure, f"{level:g}", *(f"{value:.6f}" for value in values)])


def read_table(path: Path) -> tuple[Gaps, str]:
    """The gaps that a table holds, and the model that gave them."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    gaps = {(row[1], row[2], float(row[3])): np.array(row[4:], dtype=float) for row in rows}
    return gaps, rows[0][0]


def filled(page: str, gaps: Gaps, model: str) -> str:
    """The page with definitions and results between its markers."""
    return between(between(page, DEFINITIONS, definitions()), RESULTS, results(gaps, model))


def main(words: Sequence[str]) -> None:
    """Run and write, write the page alone, or print the results under overrides."""
    if words and words != ["page"]:
        print(results(measured(*words), provenance.model()))
        return
    if not words:
        write_table(TABLE, measured(), provenance.model())
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), *read_table(TABLE)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
