"""Measure what each thing alone does to the gap, for the charts of the reference, and write the pages again.

    uv run python docs/reference/measure.py                     everything: some minutes
    uv run python docs/reference/measure.py work.load power.agenda    these alone

Each point is the mean over paired replications: the same random numbers at every level and under both tables of
decision rights. The numbers go to `effects.csv`, with n, seed and the fingerprint of the rules that gave them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from write import MEASURED, write

from sim.errors import nearest_name
from sim.experiments.factors import is_whole
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, columns
from sim.model.outcomes import summary
from sim.model.parameters import MECHANISM_NAMES, STABLE, Parameters
from sim.model.provenance import model
from sim.model.schedule import simulate
from sim.model.schema import Declaration, declarations, experimental, reference_magnitudes
from sim.model.vocabulary import UNITS
from sim.reporting.reference.effects import COLUMNS
from sim.reporting.reference.pages import subjects
from sim.runner.compare import cores
from sim.scenarios import overrides, scenario_files
from sim.scenarios.compose import compose_file
from sim.stats import interval

REPLICATIONS = 12
SEED = 2026
POINTS = 5
SIZE = "population.users=640"
TABLES = ("hierarchy", "distributed")
WIDELY = 10.0
"""A bound more than so many times the default is not a plausible range."""
AROUND = 4.0
SHOWN = {
    "population.months": (60, 240),
    "population.users": (160, 1280),
    "population.bodies": (0, 640),
    "focal.arrival": (0, 96),
    "focal.due": (36, 96),
    "focal.stage": (0, 4),
}
"""Ranges that no rule of thumb gives."""
BESIDE = {
    "focal.coverage": ("focal.arrival=24", "focal.stage=4"),
    "focal": ("focal.arrival=24",),
    "pledge": ("pledge.open=1",),
    "work.hazard": ("work.dynamics=hazard",),
    "work.shape_slower": ("work.dynamics=hazard",),
}
"""What has to be set for a thing, or a group, to do anything at all."""

Row = tuple[Any, ...]


def shown_levels(d: Declaration) -> list[str]:
    """The values at which a parameter is tried, as written on the command line."""
    if d.choices:
        return list(d.choices)
    low, high = d.low, d.high
    assert low is not None
    assert high is not None
    if d.key in SHOWN:
        low, high = SHOWN[d.key]
    elif d.default and high > WIDELY * d.default:
        low, high = max(low, d.default / AROUND), min(high, d.default * AROUND)
    values = np.linspace(low, high, POINTS)
    if is_whole(d.key):
        return [str(value) for value in dict.fromkeys(map(round, values.tolist()))]
    return [f"{value:.3g}" for value in values]


def beside(key: str) -> tuple[str, ...]:
    """The settings that hold beside a parameter while it is tried."""
    group = key.partition(".")[0]
    if group == "reference" and key in experimental():
        scales = [name for name in MECHANISM_NAMES if any(d.key == key for d in reference_magnitudes(name))]
        found = tuple(f"mechanisms.{name}=1" for name in scales if name not in STABLE)
    else:
        found = BESIDE.get(key, BESIDE.get(group, ()))
    return tuple(setting for setting in found if not setting.startswith(f"{key}="))


def outcomes_of(scenario: str, settings: tuple[str, ...], name: str = "gap") -> np.ndarray:
    """An outcome in every world; shares in percent."""
    size = () if any(s.startswith("population.users=") for s in settings) else (SIZE,)
    file = scenario_files.read(scenario_files.available()[0][scenario])
    return outcome_of(compose_file(file, overrides.read([*size, *settings])).parameters, name)


def outcome_of(parameters: Parameters, name: str) -> np.ndarray:
    """An outcome in every world, once for each replication; shares in percent."""
    scale = 1.0 if name in UNITS else 100.0
    return scale * np.array([summary(simulate(parameters, SEED, k))[name] for k in range(REPLICATIONS)])


def moved_row(row: str, where: float) -> str:
    """A row of the table of rights between its two ends, as an override."""
    shares = {
        who: round((1 - where) * HIERARCHY[row][who] + where * DISTRIBUTED[row][who], 9)
        for who in columns(row)
    }
    return f"power.{row}={{{','.join(f'{who}: {share}' for who, share in shares.items())}}}"


def measured(subject: str) -> list[Row]:
    """All rows of one subject, but for the fingerprint of the rules."""
    kind, _, name = subject.partition(".")
    along = [f"{value:g}" for value in np.linspace(0, 1, POINTS)]
    found: list[tuple[str, str, np.ndarray]] = []
    others: tuple[str, ...] = ()
    if kind == "outcome":
        found = [
            ("by table", at, outcomes_of("baseline", (f"power.distribution={at}",), name)) for at in along
        ]
    elif kind == "scenario":
        found = [("less status quo", "", outcomes_of(name, ()) - outcomes_of("baseline", ()))]
    elif subject == "power.distribution":
        found = [("any table", at, outcomes_of("baseline", (f"power.distribution={at}",))) for at in along]
    elif kind == "power":
        found = [
            (table, at, outcomes_of(table, (moved_row(name, float(at)),))) for table in TABLES for at in along
        ]
    else:
        others = beside(subject)
        found = [
            (table, level, outcomes_of(table, (f"{subject}={level}", *others)))
            for table in TABLES
            for level in shown_levels(declarations()[subject])
        ]
    first = {line: values for line, _, values in reversed(found)}
    return [
        (
            subject,
            " ".join(others),
            line,
            level,
            *_ends(values),
            *_ends(values - first[line]),
            REPLICATIONS,
            SEED,
        )
        for line, level, values in found
    ]


def _ends(values: np.ndarray) -> Iterator[str]:
    found = interval(values)
    for end in (found["mean"], found["low"], found["high"]):
        yield "nan" if end is None else f"{end:.3f}"


def asked(words: list[str]) -> list[str]:
    """The subjects named, or all."""
    known = subjects()
    for word in words:
        if word not in known:
            sys.exit(f"nothing is measured of {word!r}; did you mean {nearest_name(word, known)!r}?")
    return words or known


def main() -> None:
    """Measure, keep what was not asked for, write the table and the pages."""
    chosen = asked(sys.argv[1:])
    order = {subject: place for place, subject in enumerate(subjects())}
    rows: list[list[str]] = []
    if MEASURED.exists():
        with MEASURED.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row[0] in order and row[0] not in chosen]
    rules = model()
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        for done, found in enumerate(pool.map(measured, chosen), start=1):
            rows += [[*(str(value) for value in row), rules] for row in found]
            print(f"\r{done} of {len(chosen)} measured", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows.sort(key=lambda row: order[row[0]])
    with MEASURED.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    write()


if __name__ == "__main__":
    main()
