"""Result files of runs and comparisons: tidy tables, and the metadata needed to reproduce them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.model import outcomes, provenance
from sim.model.parameters import Parameters
from sim.model.schedule import Run
from sim.paths import CELLS, COUNCILS, METADATA, PLACES_BY_MONTH, RESULTS, RUNS, SERIES
from sim.runner.compare import Comparison, ScenarioRuns
from sim.storage import json_text, write_table


def default_folder(kind: str, identity: Mapping[str, Any]) -> Path:
    """The folder that results go to when none is named: the same request always names the same one."""
    text = json.dumps({**identity, "version": provenance.version()}, sort_keys=True)
    return RESULTS / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def write_comparison(folder: Path, comparison: Comparison, command: str) -> None:
    """Write the tables and metadata of a comparison into a folder.

    `runs.parquet` has a row for each replication of each scenario, `councils.parquet` a row for each council of each
    scenario (means over the replications).
    """
    scenarios = comparison.scenarios
    write_table(folder / RUNS, table_of_runs(comparison))
    write_table(folder / COUNCILS, _under(scenarios, [_councils(scenario) for scenario in scenarios]))
    write_metadata(folder, scenarios, comparison.seed, command, replications=comparison.replications)


def write_run(folder: Path, run: ScenarioRuns, seed: int, command: str) -> None:
    """Write the monthly series, the councils and the metadata of a single run into a folder."""
    write_table(folder / SERIES, {name: values[0] for name, values in run.series.items()})
    write_table(folder / COUNCILS, _under([run], [_councils(run)]))
    write_metadata(folder, [run], seed, command)


def write_detail(folder: Path, run: Run) -> None:
    """Write one run by change and council, `cells.parquet`, and by month and council, `places_by_month.parquet`."""
    write_table(folder / CELLS, outcomes.cells(run))
    write_table(folder / PLACES_BY_MONTH, outcomes.places_by_month(run))


def table_of_runs(comparison: Comparison) -> dict[str, Any]:
    """A row for each replication of each scenario, with all outcomes."""
    n = comparison.replications
    keys = {"replication": np.arange(n), "seed": np.full(n, comparison.seed)}
    return _under(comparison.scenarios, [{**keys, **s.summaries} for s in comparison.scenarios])


def _councils(scenario: ScenarioRuns) -> dict[str, Any]:
    return {**scenario.places, **{name: values.mean(axis=0) for name, values in scenario.councils.items()}}


def _under(scenarios: Sequence[ScenarioRuns], tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tables of the same columns, one under the other, with the scenario's name in front."""
    first = next(iter(tables[0]))
    names = [s.name for s, table in zip(scenarios, tables, strict=True) for _ in table[first]]
    return {
        "scenario": names,
        **{column: np.concatenate([table[column] for table in tables]) for column in tables[0]},
    }


def write_metadata(
    folder: Path, scenarios: Sequence[ScenarioRuns], seed: int, command: str, **more: Any
) -> None:
    """Write what is needed to reproduce the results: resolved parameters, seed, versions, commit and command."""
    resolved = {
        s.name: {"title": s.title, "parameters": s.parameters.model_dump(mode="json")} for s in scenarios
    }
    _write_metadata(folder, command, {"seed": seed, **more}, {"scenarios": resolved})


def write_cases_metadata(
    folder: Path,
    system: Parameters,
    sets: Sequence[Mapping[str, Any]],
    summary: Mapping[str, Any],
    command: str,
) -> None:
    """Write the results of historical cases, and what is needed to reproduce them.

    Args:
        folder: where it goes.
        system: the parameters common to all of them.
        sets: sets of parameters that were laid over it, one after the other; none for the system as it is.
        summary: the results.
        command: the command that asked for it.
    """
    inputs = {"system": system.model_dump(mode="json"), "fitted_sets": list(sets)}
    _write_metadata(folder, command, summary, inputs)


def _write_metadata(folder: Path, command: str, about: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    made_by = {"versions": provenance.versions(), "commit": provenance.commit()}
    content = {"command": f"gapsim {command}", **about, **made_by, **inputs}
    (folder / METADATA).write_text(json_text(content), encoding="utf-8")
