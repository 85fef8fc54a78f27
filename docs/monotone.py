"""Write docs/monotone.md between its markers: whether more of what should help ever widens the gap.

    uv run python docs/monotone.py                            runs all, writes docs/monotone.csv and the page: 3 minutes
    uv run python docs/monotone.py page                       writes the page from docs/monotone.csv
    uv run python docs/monotone.py mechanisms.practice=0      runs all with an override, prints the results, writes nothing

Levers, levels and what counts as an exception were committed before any run. What is run to find out why came after.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from markdown_parts import between, table

from sim.formatting import counted, listing, percent, signed_points
from sim.model import provenance
from sim.model.outcomes import summary
from sim.model.schedule import Run, simulate
from sim.scenarios.compose import compose
from sim.stats import Interval, interval
from sim.verification.checks import many

HERE = Path(__file__).parent
PAGE, TABLE = HERE / "monotone.md", HERE / "monotone.csv"
DEFINITIONS, RESULTS, REASONS = "definitions", "results", "reasons"
COMMAND = "uv run python docs/monotone.py"
KEYS = ("overrides", "outcome", "lever", "structure", "level")

REPLICATIONS = 100
SEED = 2026
STRUCTURES = ("baseline", "hierarchy", "distributed")
CLAIM = (
    "More staff, more money for scale-up, fewer changes and less crisis should not widen the gap by more than one point, "
    "whether by one step between levels or by several."
)
BAR = 0.01
"""Widening of the mean gap above which a change is an exception: one point of intended benefit."""


class Lever(NamedTuple):
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

FEWER = LEVERS[2]._replace(levels=(36, 12))
WIDENING = (LEVERS[0]._replace(levels=(0.03, 0.1)), FEWER, LEVERS[3]._replace(levels=(0.22, 0.0)))
"""The moves that are run with mechanisms off, to find out why they widen the gap; chosen after the results."""
OFF = (
    (),
    ("mechanisms.practice=0",),
    ("mechanisms.peer_learning=0",),
    ("mechanisms.practice=0", "mechanisms.peer_learning=0"),
)
GAP, BEGUN, ANNOUNCED, SHARE = "gap", "gap_begun", "gap_announced", "share_begun"
"""The gap, that of changes begun before the run, that of those announced in it, and the first's share of what is intended."""

Gaps = dict[tuple[str, str, float], np.ndarray]
"""One outcome of all replications by lever (its key), structure and level."""
Table = dict[tuple[str, str], Gaps]
"""What was measured by overrides and outcome."""


class Move(NamedTuple):
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


def outcomes(run: Run) -> dict[str, float]:
    """The gap, and how it divides between changes begun before the run and those announced in it."""
    begun = run.state.changes.arrival < 0
    intended, realised = (
        part.sum(axis=0) for part in (run.state.account.intended, run.state.account.realised)
    )
    return {
        GAP: summary(run)["gap"],
        BEGUN: 1.0 - realised[begun].sum() / intended[begun].sum(),
        ANNOUNCED: 1.0 - realised[~begun].sum() / intended[~begun].sum(),
        SHARE: intended[begun].sum() / intended.sum(),
    }


def measured(levers: Sequence[Lever], overrides: Sequence[str] = ()) -> dict[str, Gaps]:
    """Run every level of some levers in every structure: the same seed and replications at each."""
    parameters = {
        (lever.key, scenario.name, level): scenario.parameters
        for lever in levers
        for level in lever.levels
        for scenario in compose(STRUCTURES, [*overrides, f"{lever.key}={level:g}"])
    }

    def one(replication: int) -> list[dict[str, float]]:
        return [outcomes(simulate(given, SEED, replication)) for given in parameters.values()]

    rows = many(one, REPLICATIONS)
    return {
        outcome: {
            key: np.array([row[place][outcome] for row in rows]) for place, key in enumerate(parameters)
        }
        for outcome in (GAP, BEGUN, ANNOUNCED, SHARE)
    }


def everything() -> Table:
    """What the page rests on: the gap along all levers, some moves with mechanisms off, and what divides one of them."""
    found: Table = {("", GAP): measured(LEVERS)[GAP]}
    for overrides in OFF:
        for outcome, gaps in measured(WIDENING, overrides).items():
            kept = {key: values for key, values in gaps.items() if outcome == GAP or key[0] == FEWER.key}
            found.setdefault((" ".join(overrides), outcome), {}).update(kept)
    return found


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


def largest(found: Iterable[Move]) -> Move:
    """The move whose mean widens the gap most, or narrows it least."""
    return max(found, key=lambda move: move.widening)


def verdict(found: Sequence[Move]) -> str:
    """How many exceptions there are and which, then the largest widening along each lever."""
    exceptions = [move for move in found if move.exception]
    levers = {move.lever.key: move.lever for move in found}
    said = f"{len(found)} moves along {counted(len(levers), 'lever')}"
    if exceptions:
        verb = "is" if len(exceptions) == 1 else "are"
        listed = "; ".join(move.named() for move in exceptions)
        first = f"**There {verb} {counted(len(exceptions), 'exception')}** in {said}: {listed}."
    else:
        first = f"**There is no exception** in {said}."
    rows = []
    for key, lever in levers.items():
        most = largest(move for move in found if move.lever.key == key)
        rows.append(
            f"- {lever.title}: {most.named() if most.widening > 0.0 else 'no move widens the mean gap'}."
        )
    return "\n".join([first, "", "The largest widening of the mean gap along each lever:", "", *rows])


def curves(gaps: Gaps, lever: Lever) -> str:
    """The mean gap at each level of a lever in each structure."""
    head = ["gap", *(f"{level:g}" for level in lever.levels)]
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
        worst = largest(found)
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
        f"{CLAIM} {verdict(all_moves(gaps, LEVERS, STRUCTURES))}",
        f"From `{COMMAND}`: {count} paired replications of {listing(list(STRUCTURES))} at each level, random seed "
        f"{SEED}, model `{model}`. Changes of the gap are in points of intended benefit, with 95 % intervals. A positive "
        "change is a wider gap.",
    ]
    for lever in LEVERS:
        parts += [f"### {lever.title} (`{lever.key}`)", curves(gaps, lever), steps(gaps, lever)]
    return "\n\n".join(parts)


def reasons(found: Table) -> str:
    """The moves that widen the gap with mechanisms off, and the gap with fewer changes by when a change began."""
    effects = table(
        ["lever", "from", "to", "structure", *(switched_off(overrides) for overrides in OFF)],
        [
            [
                lever.title, *(f"{level:g}" for level in lever.levels), name,
                *(written(moves(found[" ".join(off), GAP], lever, name)[0].found) for off in OFF),
            ]
            for lever in WIDENING
            for name in STRUCTURES
        ],
    )  # fmt: skip
    ends = FEWER.levels

    def mean(off: Sequence[str], outcome: str, name: str, level: float) -> str:
        return percent(interval(found[" ".join(off), outcome][FEWER.key, name, level])["mean"])

    halves = table(
        [
            "structure", "switched off", *(f"begun before the run: gap at {level:g}" for level in ends),
            *(f"announced in it: gap at {level:g}" for level in ends), "change by the share alone, points",
        ],
        [
            [
                name, switched_off(off),
                *(mean(off, outcome, name, level) for outcome in (BEGUN, ANNOUNCED) for level in ends),
                written(interval(by_share(found, off, name))),
            ]
            for name in STRUCTURES
            for off in OFF
        ],
    )  # fmt: skip
    shares = [mean((), SHARE, STRUCTURES[0], level) for level in ends]
    about = (
        f"The gap with {ends[0]:g} and with {ends[1]:g} arriving changes, apart for changes begun before the run and for those "
        f"announced in it. The first have {shares[0]} of the intended benefit at {ends[0]:g} and {shares[1]} at {ends[1]:g}. "
        f"The last column is the change of the gap if that share changes and both gaps stay as they are at {ends[0]:g}:"
    )
    first = f"The change of the gap in points, with mechanisms switched off one by one and together, from `{COMMAND}`:"
    return "\n\n".join([first, effects, about, halves])


def by_share(found: Table, off: Sequence[str], structure: str) -> np.ndarray:
    """What fewer changes do to the gap of each replication through the share of those begun before the run alone."""
    scarce, plenty = FEWER.levels
    of = {outcome: found[" ".join(off), outcome] for outcome in (BEGUN, ANNOUNCED, SHARE)}
    first, last = (FEWER.key, structure, scarce), (FEWER.key, structure, plenty)
    return (of[SHARE][last] - of[SHARE][first]) * (of[BEGUN][first] - of[ANNOUNCED][first])


def switched_off(overrides: Sequence[str]) -> str:
    """Overrides as the head of a column."""
    return " ".join(f"`{override}`" for override in overrides) or "nothing"


def definitions() -> str:
    """The levers and their levels."""
    return table(
        ["lever", "key", "towards plenty", "levels, from scarce to plenty"],
        [
            [lever.title, f"`{lever.key}`", lever.plenty, ", ".join(f"{level:g}" for level in lever.levels)]
            for lever in LEVERS
        ],
    )


def write_table(path: Path, found: Table, model: str) -> None:
    """Write a row for each override, outcome, lever, structure and level, with a column for each replication."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", *KEYS, *range(REPLICATIONS)])
        for (overrides, outcome), gaps in found.items():
            for (key, structure, level), values in gaps.items():
                row = [model, overrides, outcome, key, structure, f"{level:g}"]
                writer.writerow([*row, *(f"{value:.6f}" for value in values)])


def read_table(path: Path) -> tuple[Table, str]:
    """What a table holds, and the model that gave it."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    found: Table = {}
    for _, overrides, outcome, key, structure, level, *values in rows:
        found.setdefault((overrides, outcome), {})[key, structure, float(level)] = np.array(values, float)
    return found, rows[0][0]


def filled(page: str, found: Table, model: str) -> str:
    """The page with definitions, results and reasons between its markers."""
    for name, text in (
        (DEFINITIONS, definitions()),
        (RESULTS, results(found["", GAP], model)),
        (REASONS, reasons(found)),
    ):
        page = between(page, name, text)
    return page


def main(words: Sequence[str]) -> None:
    """Run and write, write the page alone, or print the results under overrides."""
    if words and words != ["page"]:
        print(results(measured(LEVERS, words)[GAP], provenance.model()))
        return
    if not words:
        write_table(TABLE, everything(), provenance.model())
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), *read_table(TABLE)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
