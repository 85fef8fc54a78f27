"""Make the shipped table of what `gapsim compare` says over the fitted set: a few minutes.

    uv run python docs/over_the_set.py            design, sweep and table
    uv run python docs/over_the_set.py design     the design alone

Make it again whenever a rule, the fitted set, or what is kept out of the fit has changed. It writes the design points to
`experiments/over_the_set.csv`, sweeps them into a folder of results for this version of the rules (stopped, it goes on where it
was), and writes `sim/data/fit/over_set.csv`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.analysis.over_set import DESIGN, OUTCOMES, STRUCTURES, TABLE, Table, fingerprint, write
from sim.analysis.sweep_data import Sweep, read_sweep
from sim.cli import main
from sim.experiments.factors import Factor
from sim.history.matching import tables
from sim.history.matching.fitted_set import factor_of, fitted_points, kept_out
from sim.model import provenance
from sim.paths import RESULTS

EXPERIMENT = "over_the_set"
DRAWS, LEAST_POINTS = 2, 180
"""Draws of what was kept out, for each member of the set: two, or more where the set is so small that points would be few."""
SEED = 45
"""Root of the draws; the worlds are those of `gapsim compare`."""


def factors() -> tuple[Factor, ...]:
    """What was kept out of the fit, over the ranges that it may lie in."""
    return tuple(factor_of(key) for row in kept_out() for key in row.keys)


def draws(members: int) -> int:
    """How many draws each member of a set has: `DRAWS`, or as many more as give the design its least number of points."""
    return max(DRAWS, -(-LEAST_POINTS // members))


def write_design(path: Path) -> None:
    """Write the design points: each takes the next member of the set, with one draw of a common latin hypercube."""
    points = fitted_points()
    tables.write_map(path, points, factors(), draws(len(points)) * len(points), SEED)


def of_sweep(sweep: Sweep, rules: str) -> Table:
    """The table that a finished sweep gives.

    Args:
        sweep: of the experiment `over_the_set`.
        rules: fingerprint of the rules it was made with.

    Raises:
        ValueError: if a run is missing or failed: no mean over fewer worlds may stand among the others.
    """
    means = {
        (outcome, name): sweep.responses[outcome][sweep.structures.index(name)].mean(axis=1)
        for outcome in OUTCOMES
        for name in STRUCTURES
    }
    unknown = sum(int(np.isnan(values).sum()) for values in means.values())
    if unknown:
        raise ValueError(f"{unknown} means are unknown: runs are missing or failed")
    seed, model = int(sweep.plan["seed"]), str(sweep.plan["model"])
    return Table(model, rules, fingerprint(), len(fitted_points()), sweep.replications, seed, means)


def make() -> int:
    """Design, sweep, table; the exit code of the sweep."""
    write_design(Path("experiments") / DESIGN)
    folder = RESULTS / f"{EXPERIMENT}_{provenance.model()}_{fingerprint()[:8]}"
    code = main.execute(["sweep", EXPERIMENT, "--out", str(folder)])
    if code == 0:
        sweep = read_sweep(folder)
        write(TABLE, of_sweep(sweep, provenance.rules()))
        print(f"table: {TABLE}")
    return code


if __name__ == "__main__":
    if sys.argv[1:] == ["design"]:
        write_design(Path("experiments") / DESIGN)
    else:
        sys.exit(make())
