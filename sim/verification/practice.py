"""Patterns that practitioners report, as checks of the model: which hold at given parameters, and at what cost in history."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sim import paths
from sim.experiments.design_point import apply_design_point
from sim.history.matching.fitted_set import fitted_points
from sim.model.geography import DATA
from sim.model.outcomes import summary
from sim.model.parameters import STABLE, Parameters
from sim.model.schedule import simulate
from sim.model.schema import declarations
from sim.model.state import CAUSES
from sim.scenarios import scenario_files
from sim.scenarios.compose import Composed, compose
from sim.stats import interval, known_or_none, mean_over
from sim.verification import practice_runs
from sim.verification.checks import many
from sim.verification.practice_runs import UNKNOWN

TOLD, ROOM, ABLE = "told_from_the_top", "users_and_deliverers_in_one_room", "ability_first"
WATCHED = ("as it is", "without fear", "more money")
"""Variants of a set that are watched month by month."""
SIGNS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "at least": (">=", operator.ge),
    "at most": ("<=", operator.le),
    "more than": (">", operator.gt),
    "less than": ("<", operator.lt),
}

Point = Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """One measurable statement of a pattern.

    Attributes:
        pattern: F1 to F7.
        key: name of its measure.
        name: what it says.
        measured: what is measured, in plain words.
        direction: at least, at most, more than or less than.
        threshold: the target.
    """

    pattern: str
    key: str
    name: str
    measured: str
    direction: str
    threshold: float

    @property
    def target(self) -> str:
        """The target as text."""
        return f"{SIGNS[self.direction][0]} {self.threshold:.4g}"

    def reached(self, value: float | None, times: float = 1.0) -> bool:
        """Whether a value meets the target, or a multiple of it; what is unknown does not."""
        _, holds = SIGNS[self.direction]
        return value is not None and bool(np.isfinite(value)) and holds(value, times * self.threshold)


@dataclass(frozen=True)
class Measured:
    """What was measured of every statement.

    Attributes:
        statements: S of them.
        defaults: (replications, S) at the declared defaults.
        over_set: (sets, replications, S) over the shipped set.
    """

    statements: tuple[Statement, ...]
    defaults: np.ndarray
    over_set: np.ndarray

    @property
    def set_means(self) -> np.ndarray:
        """(sets, S) mean over the replications in which a statement can be measured; NaN where it never can."""
        return mean_over(self.over_set, axis=1)

    @property
    def set_reached(self) -> np.ndarray:
        """(sets, S) whether the mean of a set meets the target."""
        by_statement = zip(self.statements, self.set_means.T, strict=True)
        return np.array([[one.reached(mean) for mean in means] for one, means in by_statement], dtype=bool).T

    def rows(self) -> list[dict[str, Any]]:
        """The statements as `gapsim verify practice --json` prints them."""
        columns = zip(self.statements, self.defaults.T, self.set_reached.T, strict=True)
        return [self._row(*column) for column in columns]

    @staticmethod
    def _row(statement: Statement, at_defaults: np.ndarray, reached: np.ndarray) -> dict[str, Any]:
        level = interval(at_defaults)
        sized = statement.threshold != 0.0
        return {
            "name": statement.name,
            "class": "practice",
            "predicted": statement.direction,
            "target": statement.target,
            **level,
            "passed": statement.reached(level["mean"]),
            "at_half": statement.reached(level["mean"], 0.5) if sized else None,
            "at_double": statement.reached(level["mean"], 2.0) if sized else None,
            "share_of_set": known_or_none(reached.mean()) if len(reached) else None,
        }


@lru_cache(maxsize=1)
def written() -> Any:
    """What was written down before anything was measured."""
    return yaml.safe_load((DATA / "practice.yaml").read_text(encoding="utf-8"))


def statements() -> tuple[Statement, ...]:
    """All statements, in the order of the file."""
    return tuple(
        Statement(pattern=of["pattern"], **{**one, "threshold": float(one["threshold"])})
        for of in written()["patterns"]
        for one in of["statements"]
    )


@lru_cache(maxsize=1)
def _scenarios() -> dict[str, tuple[Composed, frozenset[str]]]:
    """The scenarios that statements name, each with the parameters that it sets itself."""
    found = {}
    for composed in compose(["baseline", TOLD, ROOM, ABLE]):
        file = scenario_files.read(paths.bundled("scenarios") / f"{composed.name}.yaml")
        found[composed.name] = composed, frozenset(file.leaves)
    return found


def variants(point: Point) -> dict[str, Parameters]:
    """Everything that one set of parameters is run as: as it is, one thing otherwise, and under scenarios.

    Args:
        point: value by key over the declared defaults; a scenario's own values win over it.
    """
    fixed = written()["constants"]
    scenarios = _scenarios()
    baseline, _ = scenarios["baseline"]
    plain = apply_design_point(baseline, point)
    money, staff = plain.money.scale_up, plain.authorities.staff_hours
    otherwise: dict[str, tuple[str, Any]] = {
        "without fear": ("mechanisms.blame", 0.0),
        "more money": ("money.scale_up", min(1.0, fixed["more_money"] * money)),
        "no money": ("money.scale_up", 0.0),
        "more staff": ("authorities.staff_hours", fixed["staff"] * staff),
        "staff without limit": ("authorities.staff_hours", declarations()["authorities.staff_hours"].high),
        "more changes": ("changes.arriving", int(fixed["arriving"] * plain.changes.arriving)),
        **{_off(name): (f"mechanisms.{name}", 0.0) for name in STABLE},
    }
    found = {"as it is": plain}
    for name, (key, value) in otherwise.items():
        found[name] = apply_design_point(baseline, {**point, key: value})
    for name in (TOLD, ROOM, ABLE):
        composed, own = scenarios[name]
        others = {key: value for key, value in point.items() if key not in own}
        found[name] = apply_design_point(composed, others)
    return found


def _off(mechanism: str) -> str:
    return f"{mechanism} off"


def values(plan: Mapping[str, Parameters], seed: int, replication: int) -> dict[str, float]:
    """Every measure of one set of parameters in one replication, by key; NaN where it cannot be measured."""
    fixed = written()["constants"]
    watched, found = {}, {}
    for name, parameters in plan.items():
        if name in WATCHED:
            run, watched[name] = practice_runs.watch(parameters, seed, replication)
        else:
            run = simulate(parameters, seed, replication)
        found[name] = summary(run)
    gaps = {name: outcomes["gap"] for name, outcomes in found.items()}
    plain, as_it_is = gaps["as it is"], watched["as it is"]
    small = {name: practice_runs.not_scaled_up(watched[name], fixed) for name in WATCHED}
    told, room = lost(found[TOLD]), lost(found[ROOM])
    return {
        **practice_runs.of_stages(as_it_is, fixed),
        "overloaded": practice_runs.overloaded(as_it_is),
        "rank_of_capacity": rank_of_capacity(gaps),
        "more_staff": plain - gaps["more staff"],
        "more_changes": gaps["more changes"] - plain,
        "no_scale_up_money": gaps["no money"] - plain,
        "told_will_over_ability": told["will"] - told["ability"],
        "room_ability_and_capacity_over_will": room["ability"] + room["capacity"] - room["will"],
        "room_ability_over_will": room["ability"] - room["will"],
        "ability_first": plain - gaps[ABLE],
        "not_scaled_up": small["as it is"],
        "scaled_up_without_fear": small["as it is"] - small["without fear"],
        "scaled_up_with_money": small["as it is"] - small["more money"],
        "gap_at_least": plain,
        "gap_at_most": plain,
        "uptake_share": found["as it is"]["losses.not_taken_up"] / plain if plain > 0.0 else UNKNOWN,
        "falls_back": practice_runs.falls_back(as_it_is, fixed),
        **practice_runs.of_councils(as_it_is, fixed),
    }


def rank_of_capacity(gaps: Mapping[str, float]) -> float:
    """Rank of staff without limit among the mechanisms, each off in turn: 1 if nothing moves the gap further (F2)."""
    plain = gaps["as it is"]
    narrowed = plain - gaps["staff without limit"]
    return 1.0 + sum(abs(gaps[_off(name)] - plain) > narrowed for name in STABLE)


def lost(outcomes: Mapping[str, float]) -> dict[str, float]:
    """Losses to will, ability, capacity and blame as shares of the intended benefit, over the causes that there are."""
    return {
        group: sum(outcomes[f"losses.{cause}"] for cause in causes if cause in CAUSES)
        for group, causes in written()["groups"].items()
    }


def measure(
    seed: int | None = None, replications: int | None = None, points: Sequence[Point] | None = None
) -> Measured:
    """Measure every statement at the declared defaults and over a set of parameters.

    Args:
        seed: root seed; the one written down with the patterns unless given.
        replications: how many at the defaults; the number written down unless given. Each set has its own number, or
            this one where it is smaller.
        points: the sets; the shipped ones unless given.
    """
    said = written()
    root = said["seed"] if seed is None else seed
    count = said["replications"] if replications is None else replications
    each = min(said["set_replications"], count)
    sets = fitted_points() if points is None else points
    asked = statements()
    at_defaults = variants({})
    jobs = [(at_defaults, replication) for replication in range(count)]
    jobs += [(plan, replication) for plan in map(variants, sets) for replication in range(each)]

    def one(job: int) -> list[float]:
        plan, replication = jobs[job]
        found = values(plan, root, replication)
        return [found[statement.key] for statement in asked]

    table = np.array(many(one, len(jobs)))
    return Measured(asked, table[:count], table[count:].reshape(len(sets), each, len(asked)))


def run_checks(seed: int | None = None, replications: int | None = None) -> list[dict[str, Any]]:
    """Measure the patterns of practice, a row for each statement. See `measure` for the arguments."""
    return measure(seed, replications).rows()


MEMBERS = DATA / "fit" / "members.csv"
JUDGED = "judged"
"""The row of the shipped table that is no member: the prior defaults."""


@dataclass(frozen=True)
class Standing:
    """Where one set of parameters stands between practice and history.

    Attributes:
        member: its number in the shipped set.
        statements: statements of practice that its mean reaches.
        patterns: patterns all of whose statements it reaches.
        cases: historical cases that rule it out.
    """

    member: int
    statements: int
    patterns: int
    cases: int


@lru_cache(maxsize=1)
def cases_against() -> tuple[int, ...]:
    """How many historical cases rule out each set, in the order of the shipped set."""
    members = pd.read_csv(MEMBERS)
    return tuple(members.loc[members["member"] != JUDGED, "cases_against"].astype(int))


def standings(measured: Measured, cases: tuple[int, ...] | None = None) -> list[Standing]:
    """Where every set stands.

    Args:
        measured: over the shipped set.
        cases: cases that rule out each set; those of the shipped table unless given.

    Raises:
        ValueError: if there are not as many sets as numbers of cases.
    """
    against = cases_against() if cases is None else cases
    reached = measured.set_reached
    by_pattern = pd.DataFrame(reached.T).groupby([one.pattern for one in measured.statements])
    whole = by_pattern.all().sum()
    return [
        Standing(member, int(row.sum()), int(whole[member]), given_up)
        for member, (row, given_up) in enumerate(zip(reached, against, strict=True))
    ]
