"""Runs as pandas data frames, for notebooks: `sim.run`, `sim.compare`, `sim.sweep`.

They take the arguments of the command line (scenario names, `key=value`) and return the contents of its files. Sweeps start
processes, so a script (not a notebook) calls `sim.sweep` under `if __name__ == "__main__":`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.commands import COMPARED
from sim.cli.options import REPLICATIONS
from sim.errors import RunFailed
from sim.model.parameters import DEFAULT_SEED
from sim.paths import RUNS
from sim.scenarios.compose import compose
from sim.scenarios.overrides import is_override

if TYPE_CHECKING:
    from pandas import DataFrame


def run(
    scenario: str = "baseline", *overrides: str, seed: int = DEFAULT_SEED, replication: int = 0
) -> DataFrame:
    """One run month by month, as in `series.parquet` of `gapsim run`.

    Args:
        scenario: name of a scenario.
        overrides: `key=value` as on the command line.
        seed: random seed.
        replication: number of the replication; (seed, replication) fixes the random numbers in every scenario.

    Returns:
        One row per month; `.attrs["outcomes"]` holds the outcomes of the whole run by name.

    Raises:
        InputProblems: listing every problem.
    """
    import pandas as pd

    from sim.model import outcomes
    from sim.model.schedule import simulate

    run = simulate(compose([scenario], overrides)[0].parameters, seed, replication)
    frame = pd.DataFrame(outcomes.series(run)).set_index("month")
    frame.attrs["outcomes"] = outcomes.summary(run)
    return frame


def compare(*arguments: str, replications: int = REPLICATIONS, seed: int = DEFAULT_SEED) -> DataFrame:
    """Scenarios compared in the same replications, as in `runs.parquet` of `gapsim compare`.

    Args:
        arguments: names of scenarios (hierarchy and distributed when there are none) and `key=value`.
        replications: number of replications.
        seed: random seed.

    Returns:
        A row for each scenario and replication, with all outcomes; NaN is unknown.

    Raises:
        InputProblems: listing every problem.
        RunFailed: naming the failed run.
    """
    import pandas as pd

    from sim.runner import compare, results_io

    names = [argument for argument in arguments if not is_override(argument)]
    overrides = [argument for argument in arguments if is_override(argument)]
    compared = compare.compare(compose(names or COMPARED, overrides), replications, seed)
    return pd.DataFrame(results_io.table_of_runs(compared))


def sweep(
    *arguments: str,
    replications: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    engine: str = "processes",
    address: str | None = None,
    time_limit: float | None = None,
    retry_failed: bool = False,
) -> DataFrame:
    """A complete experiment, as in `runs.parquet` of `gapsim sweep`; a second call resumes an interrupted sweep.

    Args:
        arguments: an experiment, or names of scenarios and `key=a,b,c`; and `key=value`.
        replications: number of replications; by default, set by the experiment.
        seed: random seed; by default, set by the experiment.
        out: results folder; by default `results/<experiment>`.
        workers: number of worker processes; by default one per core.
        engine: `processes`, `serial` or `dask`.
        address: address of a running Dask scheduler.
        time_limit: time limit for one run in seconds.
        retry_failed: whether to repeat runs that failed before.

    Returns:
        One row per run: design point, scenario, replication, seed, status, factors, responses; `.attrs["folder"]` is the
        results folder.

    Raises:
        InputProblems: listing every problem, or if the folder holds another plan.
    """
    import pandas as pd

    from sim.experiments.experiment import from_command_line
    from sim.runner import sweep as sweeping
    from sim.runner.executors import make_executor

    workers_at = make_executor(engine, workers, address)
    experiment = from_command_line(arguments, replications, seed)
    command = f"sim.sweep({', '.join(map(repr, arguments))})"
    plan, folder = sweeping.plan_in_folder(experiment, command, out)
    outcome = sweeping.sweep(plan, folder, workers_at, limit=time_limit, retry_failed=retry_failed)
    if not outcome.finished:
        raise RunFailed(f"{outcome.done} of {outcome.runs} runs are stored in {folder}")
    frame: Any = pd.read_parquet(folder / RUNS)
    frame.attrs["folder"] = str(folder)
    return frame
