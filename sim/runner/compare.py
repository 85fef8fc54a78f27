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

Columns = dict[str, Any]


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
    # Compiled processes release Python's lock, so threads run side by side.
    pool = ThreadPoolExecutor(max_workers=cores())
    try:
        runs = [
            pool.submit(_outcomes, scenario, seed, k) for k in range(replications) for scenario in composed
        ]
        for done, run in enumerate(runs, start=1):
            run.result()
            if progress:
                progress(done, len(runs))
    finally:
        pool.shutdown(cancel_futures=True)
    rows = [run.result() for run in runs]
    scenarios = (_stacked(scenario, rows[place :: len(composed)]) for place, scenario in enumerate(composed))
    return Comparison(tuple(scenarios), replications, seed, version())


def alone(composed: Composed, seed: int) -> tuple[ScenarioRuns, Run]:
    """One run of one scenario: its outcomes, as `compare` gathers them, and the run itself, to be looked at closely.

    Raises:
        RunFailed: if it failed.
    """
    run, row = _simulated(composed, seed, 0)
    return _stacked(composed, [row]), run


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _simulated(scenario: Composed, seed: int, replication: int) -> tuple[Run, Sequence[Columns]]:
    """One run, and its outcomes: summary, series and councils."""
    try:
        run = simulate(scenario.parameters, seed, replication)
        return run, (outcomes.summary(run), outcomes.series(run), outcomes.councils(run))
    except Exception as error:
        which = f"scenario {scenario.name}, seed {seed}, replication {replication}"
        raise RunFailed(f"{which}: {error!r}") from error


def _outcomes(scenario: Composed, seed: int, replication: int) -> Sequence[Columns]:
    """The outcomes of one run without the run: all runs together would fill the memory."""
    return _simulated(scenario, seed, replication)[1]


def _stacked(scenario: Composed, rows: Sequence[Sequence[Columns]]) -> ScenarioRuns:
    """All replications of a scenario, one row each."""
    about = rows[0][-1]
    # A table of places without tiles has None for them.
    places = {name: list(about[name]) for name in ABOUT_PLACES if about[name] is not None}
    summaries, series, councils = (
        {
            name: np.stack([np.asarray(row[name]) for row in kind])
            for name in kind[0]
            if name not in ABOUT_PLACES
        }
        for kind in zip(*rows, strict=True)
    )
    return ScenarioRuns(
        scenario.name, scenario.title, scenario.parameters, summaries, series, councils, places
    )
