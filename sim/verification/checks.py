"""Verification: null, directions, conservation and known answers, each checked through the real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import yaml

from sim.model.geography import DATA
from sim.model.outcomes import summary
from sim.model.parameters import MECHANISM_NAMES, Intervention, Parameters
from sim.model.schedule import Run, simulate
from sim.model.schema import in_groups, prior_defaults
from sim.model.state import Journal, Users
from sim.runner.compare import cores
from sim.scenarios.compose import compose
from sim.stats import interval
from sim.verification.analytic import known_answers
from sim.verification.conservation import TOLERANCE, imbalances, random_parameters

SUITES = ("null", "directions", "conservation", "known-answers")
HOLDER_LABELS = ("agenda_holder", "design_holder")
"""The columns that say who holds a right: the only ones that may differ under the null."""
OFF = dict.fromkeys(MECHANISM_NAMES, 0.0)


@dataclass(frozen=True)
class Check:
    """One statement about the model, and whether it held."""

    name: str
    kind: str
    predicted: str
    passed: bool
    mean: float | None = None
    low: float | None = None
    high: float | None = None

    def row(self) -> dict[str, Any]:
        """The check as `gapsim verify --json` prints it."""
        return {
            "name": self.name,
            "class": self.kind,
            "predicted": self.predicted,
            "mean": self.mean,
            "low": self.low,
            "high": self.high,
            "passed": self.passed,
        }


@dataclass(frozen=True)
class Contrast:
    """What one mechanism must do alone; read from `sim/data/directions.yaml`."""

    name: str
    kind: str
    predicted: str = ""
    label: str = ""
    a: str = "hierarchy"
    b: str = "distributed"
    outcome: str = "gap"
    companions: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, float] = field(default_factory=dict)
    """Strengths of mechanisms that a rule needs to act at all, such as `scale_up` for all that acts at the bar."""
    pledge: tuple[int, int] | None = None


STRUCTURES = (
    "baseline", "hierarchy", "distributed", "devolved", "citizen_led", "partnership", "tight_loose_tight", "sequenced",
)  # fmt: skip
"""The status quo and the seven power structures, as their scenarios set them."""
INFORMATION_AT_USERS = "hierarchy_with_information_at_users"


@lru_cache(maxsize=1)
def structures() -> dict[str, Parameters]:
    """The tables of rights that checks compare: those of the scenarios, and hierarchy with information kept by users."""
    found = {composed.name: composed.parameters for composed in compose(STRUCTURES)}
    kept = "power.information={centre:0,authorities:0,third_sector:0,users:1}"
    return found | {INFORMATION_AT_USERS: compose(["hierarchy"], [kept])[0].parameters}


def parameters_for(
    table: str, settings: dict[str, Any], mechanisms: dict[str, float], dated: tuple[Intervention, ...] = ()
) -> Parameters:
    """Parameters with the table of one structure, some settings by key, given strengths and further interventions.

    All else is as it was judged before any fit: what is to be checked was written down for that base, and a default that
    moves later moves no check.
    """
    structure = structures()[table]
    groups: dict[str, Any] = {
        **in_groups({**prior_defaults(), **settings}),
        "power": structure.power,
        "mechanisms": mechanisms,
        "interventions": structure.interventions + dated,
    }
    return Parameters.model_validate(groups)


def many(work: Callable[[int], Any], count: int) -> list[Any]:
    """Do a piece of work for 0 .. count - 1, in as many threads as there are cores; results in order."""
    with ThreadPoolExecutor(cores()) as threads:
        return list(threads.map(work, range(count)))


def differing_columns(one: Run, other: Run) -> list[str]:
    """Names of all columns of state, account and journal in which two runs differ in any bit, holder labels aside."""
    found = []
    for part, first, second in _columns(one, other):
        if part.rpartition(".")[2] not in HOLDER_LABELS and not np.array_equal(first, second):
            found.append(part)
    return found


def _columns(one: Run, other: Run) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    for name in one.state._fields:
        first, second = getattr(one.state, name), getattr(other.state, name)
        if isinstance(first, Users | Journal):
            for column in first._fields:
                yield from _table_columns(f"{name}.{column}", getattr(first, column), getattr(second, column))
        else:
            yield from _table_columns(name, first, second)


def _table_columns(
    name: str, first: np.ndarray, second: np.ndarray
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    if first.dtype.names is None:
        yield name, first, second
        return
    for column in first.dtype.names:
        yield f"{name}.{column}", first[column], second[column]


def check_null(seed: int, replications: int) -> list[Check]:
    """With all mechanisms off, any two tables give equal trajectories, and that is no empty statement."""
    tables = list(structures())
    settings = {"population.users": 320}

    def one(replication: int) -> tuple[list[str], float, np.ndarray]:
        runs = [simulate(parameters_for(t, settings, OFF), seed, replication) for t in tables]
        differ = [
            f"{tables[a]} and {tables[b]}: {', '.join(found)}"
            for a, b in combinations(range(len(tables)), 2)
            if (found := differing_columns(runs[a], runs[b]))
        ]
        return differ, summary(runs[0])["gap"], runs[0].state.journal.stages.sum(axis=0)

    results = many(one, replications)
    differ = [line for result in results for line in result[0]]
    gaps = np.array([result[1] for result in results])
    reached = np.sum([result[2] for result in results], axis=0)
    gap = interval(gaps)
    checks = [
        Check("all mechanisms off: any two tables are equal to the bit", "null", "0", not differ, float(len(differ))),
        Check(
            "the null is not trivial: the gap lies in (.05, .95)", "null", "inside",
            bool(np.all((gaps > 0.05) & (gaps < 0.95))), **gap,
        ),
        Check("the null is not trivial: every stage is reached", "null", "reached", bool(np.all(reached[:5] > 0))),
    ]  # fmt: skip
    for contrast in contrasts():
        if contrast.kind == "D":
            strengths = OFF | contrast.beside | {contrast.name: 0.5}
            runs = [
                simulate(parameters_for(t, settings | contrast.companions, strengths), seed)
                for t in (contrast.a, contrast.b)
            ]
            moved = bool(differing_columns(*runs))
            checks.append(
                Check(
                    f"control: {contrast.label or contrast.name} at .5 makes tables differ",
                    "null",
                    "differ",
                    moved,
                )
            )
    return checks


def contrasts() -> list[Contrast]:
    """The contrasts that were written down before they were run."""
    return [
        Contrast(
            name=row["name"],
            kind=row["class"],
            predicted=row.get("predicted", ""),
            label=row.get("label", ""),
            b=row.get("b", "distributed"),
            outcome=row.get("outcome", "gap"),
            companions=row.get("companions", {}),
            beside=row.get("beside", {}),
            pledge=tuple(row["pledge"]) if "pledge" in row else None,
        )
        for row in directions()["contrasts"]
    ]


def directions() -> dict[str, Any]:
    """What each mechanism must do alone, as it was written down before the model was run."""
    return yaml.safe_load((DATA / "directions.yaml").read_text(encoding="utf-8"))


def check_direction(contrast: Contrast, seed: int, replications: int) -> Check:
    """Judge one contrast on paired replications: with the mechanism, less the same with its companions alone.

    Companions that are settings must leave no difference between the tables by themselves; mechanisms `beside` may.
    """
    settings = {**directions()["base"], **contrast.companions}
    dated: tuple[Intervention, ...] = ()
    if contrast.pledge:
        dated = tuple(
            Intervention(month=month, key="pledge.open", value=value)
            for month, value in zip(contrast.pledge, (1.0, 0.0), strict=True)
        )
    off = OFF | contrast.beside
    on = off | {contrast.name: 1.0}

    def one(replication: int) -> tuple[float, bool, bool]:
        runs = {
            (table, power): simulate(parameters_for(table, settings, strengths, dated), seed, replication)
            for table in (contrast.a, contrast.b)
            for power, strengths in (("on", on), ("off", off))
        }
        value = {key: summary(run)[contrast.outcome] for key, run in runs.items()}
        effect = value[contrast.a, "on"] - value[contrast.b, "on"]
        alone = value[contrast.a, "off"] - value[contrast.b, "off"]
        same = not differing_columns(runs[contrast.a, "on"], runs[contrast.b, "on"])
        return effect - alone, alone == 0.0 or bool(contrast.beside), same

    results = many(one, replications)
    found = interval([result[0] for result in results])
    low, high = found["low"], found["high"]
    balanced = all(result[1] for result in results)
    if contrast.kind == "X":
        passed = all(result[2] for result in results)
    elif contrast.kind == "D" and low is not None and high is not None:
        passed = low > 0.0 if contrast.predicted == "+" else high < 0.0
    else:
        passed = True
    predicted = {"X": "0", "R": "none"}.get(contrast.kind, contrast.predicted)
    return Check(contrast.label or contrast.name, contrast.kind, predicted, passed and balanced, **found)


def check_directions(seed: int, replications: int) -> list[Check]:
    """Every mechanism alone does what was written down before it was run."""
    return [check_direction(contrast, seed, replications) for contrast in contrasts()]


def check_conservation(seed: int, replications: int) -> list[Check]:
    """Benefit, hours, money and users balance in every run, under random parameters and tables."""
    results = many(
        lambda number: imbalances(simulate(random_parameters(seed, number), seed, number)), replications
    )
    checks = [
        Check(name, "conservation", f"< {TOLERANCE:g}", bool(worst < TOLERANCE), worst)
        for name in results[0]
        for worst in [max(result[name] for result in results)]
    ]
    return [*checks, check_equal_endowments(seed)]


def check_equal_endowments(seed: int) -> Check:
    """Every table is given the same hours and money each month, also where events give one place more than others.

    All mechanisms are on but the pledge's own money, which goes to those who sign.
    """
    settings = {"population.users": 320}
    apart = tuple(
        Intervention(month=month, key=key, value=value, places=[place])
        for month, key, value, place in (
            (12, "money.pilot", 0.5, "Glasgow City"),
            (24, "work.load", 2.0, "Highland"),
            (36, "money.secure_months", 60.0, "Fife"),
        )
    )
    given = [
        simulate(
            parameters_for(name, settings, dict.fromkeys(MECHANISM_NAMES, 0.5), apart), seed
        ).state.journal.months.endowment
        for name in structures()
    ]
    worst = max(float(np.max(np.abs(one - given[0]) / given[0])) for one in given)
    return Check(
        "every table is given the same hours and money",
        "conservation",
        f"< {TOLERANCE:g}",
        worst < TOLERANCE,
        worst,
    )


def check_known_answers(seed: int, replications: int) -> list[Check]:
    """The real processes give the answers that theory knows."""
    return [
        Check(
            answer.name,
            "known answer",
            f"{answer.expected:.6g}",
            answer.holds,
            answer.found,
            answer.low,
            answer.high,
        )
        for answer in known_answers(seed, replications)
    ]


def run_checks(
    which: str = "all", seed: int | None = None, replications: int | None = None
) -> list[dict[str, Any]]:
    """Run one suite of checks, or all of them.

    Args:
        which: null, directions, conservation, known-answers or all.
        seed: root seed; the one written down in `sim/data/directions.yaml` unless given.
        replications: how many replications; each suite's own number unless given.

    Raises:
        ValueError: if there is no such suite.
    """
    if which not in (*SUITES, "all"):
        raise ValueError(f"no suite '{which}'; there are {', '.join((*SUITES, 'all'))}")
    written = directions()
    root = written["seed"] if seed is None else seed
    suites: dict[str, tuple[Callable[[int, int], list[Check]], int]] = {
        "null": (check_null, 4),
        "directions": (check_directions, written["replications"]),
        "conservation": (check_conservation, 40),
        "known-answers": (check_known_answers, 4),
    }
    chosen = suites if which == "all" else {which: suites[which]}
    structures()  # composed once, before threads ask for them
    return [check.row() for suite, own in chosen.values() for check in suite(root, replications or own)]
