"""The range of a comparison over the shipped non-implausible parameter sets, and what it allows one to conclude.

The decision rule was fixed on 2026-11-30, before the range was known (docs/decisions.md).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import paths
from sim.history.matching.fitted_set import set_file
from sim.model import provenance
from sim.model.geography import DATA
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose_file
from sim.scenarios.overrides import Overrides
from sim.storage import atomic_write_text

if TYPE_CHECKING:
    from sim.runner.compare import Comparison, ScenarioRuns


DESIGN = "over_the_set.csv"
TABLE = DATA / "fit" / "over_set.csv"
STRUCTURES = (
    "baseline", "hierarchy", "distributed", "devolved", "citizen_led", "partnership", "tight_loose_tight", "sequenced",
)  # fmt: skip
OUTCOMES = ("gap", "nominal_gap", "rhetoric_reality", "worst_decile_gap", "gap_fifth_1", "gap_fifth_5")
ENDS = (0.025, 0.975)
"""Between which shares of the design points a range lies."""
DECIMALS = 5
"""Of means in the table: a thousandth of a percentage point."""

TWO_ONLY = "The range over the shipped set of parameters is known for two structures at a time only."
UNCHANGED_ONLY = "The range over the shipped set of parameters is known for the shipped structures at unchanged settings only."
NO_TABLE = (
    "No range over the shipped set of parameters is known for this version of the model: "
    "`uv run python docs/over_the_set.py` makes its table."
)


@dataclass(frozen=True)
class Table:
    """The mean outcomes of the structures at every design point.

    Args:
        model: fingerprint of the rules and packages that gave them; see `sim.model.provenance.model`.
        rules: that of the rules alone; see `sim.model.provenance.rules`.
        fitted_set: fingerprint of the set and the design; see `fingerprint`.
        sets: members of the fitted set.
        replications: of each structure at each design point.
        seed: random seed.
        means: shape (points,) by outcome and structure; shares of intended benefit.
    """

    model: str
    rules: str
    fitted_set: str
    sets: int
    replications: int
    seed: int
    means: Mapping[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class Range:
    """Mean of a difference over design points, and between which percentiles of `ENDS` it lies."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class OverTheSet:
    """How two structures differ at every design point.

    Args:
        a: the first structure.
        b: the second.
        sets: members of the fitted set.
        replications: of each structure at each design point.
        differences: paired mean difference a − b by outcome, shape (points,); shares of intended benefit.
    """

    a: str
    b: str
    sets: int
    replications: int
    differences: Mapping[str, np.ndarray]

    @property
    def points(self) -> int:
        """How many design points there are."""
        return len(self.differences["gap"])

    def range(self, outcome: str = "gap") -> Range:
        """Mean and range of the difference a − b of an outcome over the design points."""
        values = self.differences[outcome]
        low, high = np.quantile(values, ENDS)
        return Range(float(values.mean()), float(low), float(high))

    def other(self, name: str) -> str:
        """The structure that one is compared with."""
        return self.a if name == self.b else self.b

    def in_favour_of(self, name: str) -> Range:
        """Mean and range of how much more of the gap one structure closes."""
        r = self.range()
        return Range(-r.mean, -r.high, -r.low) if name == self.a else r

    def within(self, size: float) -> float:
        """The share of design points at which the gaps differ by no more than some size."""
        return float((abs(self.differences["gap"]) <= size).mean())

    def smaller(self, by: float, outcome: str = "gap") -> dict[str, float]:
        """By structure, the share of design points at which it has the smaller outcome by more than some size."""
        values = self.differences[outcome]
        return {self.a: float((values < -by).mean()), self.b: float((values > by).mean())}


@dataclass(frozen=True)
class NotKnown:
    """No range is known.

    Args:
        why: in a sentence; empty where there is nothing to compare.
    """

    why: str


def of(comparison: Comparison) -> OverTheSet | NotKnown:
    """How the compared structures differ over the shipped set, or why that is not known.

    It is known for two of the shipped structures at unchanged settings, where the shipped table belongs to this version.
    """
    scenarios = comparison.scenarios
    if len(scenarios) != 2:
        return NotKnown(TWO_ONLY if len(scenarios) > 2 else "")
    if not all(map(_as_shipped, scenarios)):
        return NotKnown(UNCHANGED_ONLY)
    found = table()
    if found is None:
        return NotKnown(NO_TABLE)
    return of_pair(found, *(scenario.name for scenario in scenarios))


def of_pair(found: Table, a: str, b: str) -> OverTheSet:
    """How two structures of a table, by the names that they were asked for with, differ at its design points."""
    one, other = _structure(a), _structure(b)
    differences = {outcome: found.means[outcome, one] - found.means[outcome, other] for outcome in OUTCOMES}
    return OverTheSet(a, b, found.sets, found.replications, differences)


def as_json(known: OverTheSet | NotKnown) -> dict[str, Any] | None:
    """The ranges as `gapsim compare --json` prints them; None where none is known."""
    if isinstance(known, NotKnown):
        return None
    paired = [
        {"a": known.a, "b": known.b, "outcome": outcome, **asdict(known.range(outcome))}
        for outcome in OUTCOMES
    ]
    return {"sets": known.sets, "paired": paired}


def _as_shipped(scenario: ScenarioRuns) -> bool:
    """Whether a scenario is one of the structures, with the very parameters that it ships with."""
    name = _structure(scenario.name)
    if name not in STRUCTURES:
        return False
    file = paths.bundled("scenarios") / f"{name}.yaml"
    return scenario.parameters == compose_file(scenario_files.read(file), Overrides()).parameters


def _structure(name: str) -> str:
    return scenario_files.ALIASES.get(name, name)


# The table


def table() -> Table | None:
    """The shipped table, or None if there is none that belongs to this version of the model and to the shipped set."""
    if not TABLE.is_file():
        return None
    found = read(TABLE, TABLE.stat().st_mtime_ns)
    same = provenance.same_model
    # Means of a thousandth of a point do not hang on the version of numpy, which differs between Pythons.
    by_these_rules = same(found.rules, provenance.rules()) or same(found.model, provenance.model())
    return found if by_these_rules and found.fitted_set == fingerprint() else None


def design_file() -> Path:
    """Where the design points are."""
    return paths.bundled("experiments") / DESIGN


def fingerprint() -> str:
    """A fingerprint of the fitted set and of the design over it."""
    texts = [path.read_text(encoding="utf-8") for path in (set_file(), design_file()) if path.is_file()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


@lru_cache(maxsize=2)
def read(path: Path, changed: int = 0) -> Table:
    """Read a table.

    Args:
        path: where it is.
        changed: when it was last written, so that a table made again is read again.
    """
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    about = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("#"))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    means = {
        (outcome, name): np.array([float(row[outcome]) for row in rows if row["structure"] == name])
        for outcome, name in product(OUTCOMES, STRUCTURES)
    }
    sets, replications, seed = (int(about[name]) for name in ("sets", "replications", "seed"))
    return Table(about["model"], about["rules"], about["set"], sets, replications, seed, means)


def write(path: Path, found: Table) -> None:
    """Write a table: what it belongs to in its first lines, then one row a design point and structure."""
    # Loaded here: a comparison reads the table and never writes it.
    import pandas as pd

    about = {
        "model": found.model, "rules": found.rules, "set": found.fitted_set,
        "sets": found.sets, "replications": found.replications, "seed": found.seed,
    }  # fmt: skip
    heading = "".join(f"# {name}: {value}\n" for name, value in about.items())
    points = range(len(found.means["gap", STRUCTURES[0]]))
    rows = pd.MultiIndex.from_product([points, STRUCTURES], names=["design_point", "structure"])
    by_outcome = {
        outcome: np.column_stack([found.means[outcome, name] for name in STRUCTURES]).ravel()
        for outcome in OUTCOMES
    }
    table = pd.DataFrame(by_outcome, rows).to_csv(float_format=f"%.{DECIMALS}f", lineterminator="\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path, heading + table)
