"""Scenarios run side by side: the same replications, replication by replication, in every one of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import RunFailed
from sim.model import outcomes
from sim.model.parameters import Parameters
from sim.model.provenance import version
from sim.model.schedule import Run, simulate
from sim.scenarios.compose import Composed

ABOUT_PLACES = ("code", "name", "population", "deprivation", "rurality", "tile_row", "tile_col")
"""Columns by council that say what the place is; all others are outcomes."""

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class ScenarioRuns:
    """All replications of one scenario.

    Args:
        name: scenario name.
        title: its title.
        parameters: what it was run with.
        summaries: shape (replications,) by outcome; NaN is unknown.
        series: shape (replications, months) by column.
        councils: shape (replications, places) by column.
        places: what each place is, by column of `ABOUT_PLACES`.
    """

    name: str
    title: str
    parameters: Parameters
    summaries: Columns
    series: Columns
    councils: Columns
    places: dict[str, list[Any]]


@dataclass(frozen=True)
class Comparison:
    """Several scenarios under the same seed and replications, ready to be read."""

    scenarios: tuple[ScenarioRuns, ...]
    replications: int
    seed: int
    version: str


def compare(
    composed: Sequence[Composed],
    replications: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run replications 0, 1, … of every scenario; replication k meets the same random numbers in each.

    Args:
        composed: the scenarios.
        replications: how many replications each scenario is run in.
        seed: random seed.
        progress: called with runs done and runs in all.

    Raises:
        RunFailed: naming the run that failed.
    """
    collected = [_Replications(scenario, replications) for scenario in composed]
    total = replications * len(collected)
    # Compiled processes release Python's lock, so threads run side by side; each writes its own rows.
    pool = ThreadPoolExecutor(max_workers=cores())
    try:
        runs = [pool.submit(runs_of.run, seed, k) for k in range(replications) for runs_of in collected]
        for done, run in enumerate(runs, start=1):
            run.result()
            if progress:
                progress(done, total)
    finally:
        pool.shutdown(cancel_futures=True)
    return Comparison(tuple(runs_of.gathered() for runs_of in collected), replications, seed, version())


def alone(composed: Composed, seed: int) -> tuple[ScenarioRuns, Run]:
    """One run of one scenario: its outcomes, as `compare` gathers them, and the run itself, to be looked at closely.

    Raises:
        RunFailed: if it failed.
    """
    collected = _Replications(composed, 1)
    run = collected.live(seed, 0)
    return collected.gathered(), run


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Replications:
    """The replications of one scenario as they come in, in whatever order."""

    def __init__(self, scenario: Composed, replications: int) -> None:
        self.scenario = scenario
        self.rows: list[tuple[dict[str, Any], Columns, Columns] | None] = [None] * replications
        self.places: dict[str, list[Any]] = {}

    def run(self, seed: int, replication: int) -> None:
        """Run one replication and keep its outcomes alone: all runs together would fill the memory."""
        self.live(seed, replication)

    def live(self, seed: int, replication: int) -> Run:
        """Run one replication, keep its outcomes, and give the run."""
        try:
            run = simulate(self.scenario.parameters, seed, replication)
            councils = dict(outcomes.councils(run))
            about = {name: councils.pop(name) for name in ABOUT_PLACES}
            # A table of places without tiles has None for them.
            self.places = {name: list(values) for name, values in about.items() if values is not None}
            self.rows[replication] = (outcomes.summary(run), outcomes.series(run), councils)
        except Exception as error:
            which = f"scenario {self.scenario.name}, seed {seed}, replication {replication}"
            raise RunFailed(f"{which}: {error!r}") from error
        return run

    def gathered(self) -> ScenarioRuns:
        """All replications, one row each."""
        summaries, series, councils = (self._stacked(kind) for kind in range(3))
        scenario = self.scenario
        return ScenarioRuns(
            scenario.name, scenario.title, scenario.parameters, summaries, series, councils, self.places
        )

    def _stacked(self, kind: int) -> Columns:
        rows = [row[kind] for row in self.rows if row is not None]
        return {name: np.stack([np.asarray(row[name]) for row in rows]) for name in rows[0]}
