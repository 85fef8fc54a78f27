"""Verification: null, directions, conservation and known answers, each checked through the real processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import yaml

from sim.analysis.over_set import STRUCTURES
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
from sim.verification.result import Check, below

HOLDER_LABELS = ("agenda_holder", "design_holder")
"""The columns that say who holds a right: the only ones that may differ under the null."""
OFF = dict.fromkeys(MECHANISM_NAMES, 0.0)


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
    pledge: Sequence[int] = ()
    """Months in which a pledge opens and closes."""


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
    second = _columns(other)
    return [
        name
        for name, values in _columns(one).items()
        if name.rpartition(".")[2] not in HOLDER_LABELS and not np.array_equal(values, second[name])
    ]


def _columns(run: Run) -> dict[str, np.ndarray]:
    """All columns of a run's tables by name, such as `places.will` and `journal.hours`."""
    tables: dict[str, np.ndarray] = {}
    for name, part in run.state._asdict().items():
        if isinstance(part, Users | Journal):
            tables |= {f"{name}.{column}": values for column, values in part._asdict().items()}
        else:
            tables[name] = part
    found: dict[str, np.ndarray] = {}
    for name, table in tables.items():
        columns = {f"{name}.{column}": table[column] for column in table.dtype.names or ()}
        found |= columns or {name: table}
    return found


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
    return [
        Check("all mechanisms off: any two tables are equal to the bit", "null", "0", float(len(differ)), passed=not differ),
        Check(
            "the null is not trivial: the gap lies in (.05, .95)", "null", "inside", **interval(gaps),
            passed=bool(np.all((gaps > 0.05) & (gaps < 0.95))),
        ),
        Check("the null is not trivial: every stage is reached", "null", "reached", passed=bool(np.all(reached[:5] > 0))),
        *(_control(contrast, settings, seed) for contrast in contrasts() if contrast.kind == "D"),
    ]  # fmt: skip


def _control(contrast: Contrast, settings: dict[str, Any], seed: int) -> Check:
    """The null is no empty statement: with its mechanism at one half, the tables of a contrast differ."""
    strengths = OFF | contrast.beside | {contrast.name: 0.5}
    first, second = (
        simulate(parameters_for(t, settings | contrast.companions, strengths), seed)
        for t in (contrast.a, contrast.b)
    )
    name = f"control: {contrast.label or contrast.name} at .5 makes tables differ"
    return Check(name, "null", "differ", passed=bool(differing_columns(first, second)))


def contrasts() -> list[Contrast]:
    """The contrasts that were written down before they were run."""
    rows = [dict(row) for row in directions()["contrasts"]]
    return [Contrast(kind=row.pop("class"), **row) for row in rows]


def directions() -> dict[str, Any]:
    """What each mechanism must do alone, as it was written down before the model was run."""
    return yaml.safe_load((DATA / "directions.yaml").read_text(encoding="utf-8"))


def check_direction(contrast: Contrast, seed: int, replications: int) -> Check:
    """Judge one contrast on paired replications: with the mechanism, less the same with its companions alone.

    Companions that are settings must leave no difference between the tables by themselves; mechanisms `beside` may.
    """
    settings = {**directions()["base"], **contrast.companions}
    dated = tuple(
        Intervention(month=month, key="pledge.open", value=value)
        for month, value in zip(contrast.pledge, (1.0, 0.0), strict=False)
    )
    off = OFF | contrast.beside
    on = off | {contrast.name: 1.0}

    def pair(strengths: dict[str, float], replication: int) -> tuple[float, bool]:
        """The difference a − b of the outcome, and whether the two runs are equal to the bit."""
        a, b = (
            simulate(parameters_for(table, settings, strengths, dated), seed, replication)
            for table in (contrast.a, contrast.b)
        )
        return summary(a)[contrast.outcome] - summary(b)[contrast.outcome], not differing_columns(a, b)

    def one(replication: int) -> tuple[float, bool, bool]:
        (effect, same), (alone, _) = pair(on, replication), pair(off, replication)
        return effect - alone, alone == 0.0 or bool(contrast.beside), same

    effects, balanced, same = zip(*many(one, replications), strict=True)
    found = interval(effects)
    low, high = found["low"], found["high"]
    passed = all(balanced)
    if contrast.kind == "X":
        passed = passed and all(same)
    elif contrast.kind == "D" and low is not None and high is not None:
        passed = passed and (low > 0.0 if contrast.predicted == "+" else high < 0.0)
    predicted = {"X": "0", "R": "none"}.get(contrast.kind, contrast.predicted)
    return Check(contrast.label or contrast.name, contrast.kind, predicted, **found, passed=passed)


def check_directions(seed: int, replications: int) -> list[Check]:
    """Every mechanism alone does what was written down before it was run."""
    return [check_direction(contrast, seed, replications) for contrast in contrasts()]


def check_conservation(seed: int, replications: int) -> list[Check]:
    """Benefit, hours, money and users balance in every run, under random parameters and tables."""

    def one(number: int) -> dict[str, float]:
        return imbalances(simulate(random_parameters(seed, number), seed, number))

    results = many(one, replications)
    worst = {name: max(result[name] for result in results) for name in results[0]}
    return [*(below(name, off, TOLERANCE) for name, off in worst.items()), check_equal_endowments(seed)]


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
    halves = dict.fromkeys(MECHANISM_NAMES, 0.5)
    runs = [simulate(parameters_for(name, settings, halves, apart), seed) for name in structures()]
    given = [run.state.journal.months.endowment for run in runs]
    worst = max(float(np.max(np.abs(one - given[0]) / given[0])) for one in given)
    return below("every table is given the same hours and money", worst, TOLERANCE)


SUITES: dict[str, Callable[[int, int], list[Check]]] = {
    "null": check_null,
    "directions": check_directions,
    "conservation": check_conservation,
    "known-answers": known_answers,
}


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
    own = {"null": 4, "directions": written["replications"], "conservation": 40, "known-answers": 4}
    structures()  # composed once, before threads ask for them
    chosen = SUITES if which == "all" else {which: SUITES[which]}
    return [check.row() for name, suite in chosen.items() for check in suite(root, replications or own[name])]
