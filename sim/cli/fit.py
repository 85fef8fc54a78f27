"""`gapsim fit`: finds the parameter sets that the historical cases do not rule out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from sim.cli import options
from sim.cli.commands import compile_first, say
from sim.cli.sweep import resumable
from sim.paths import RESULTS

WHAT = ("set", "screening", "calibration")
SEED = 5
"""Random seed of the fit; its replications differ from those of `gapsim cases` and `gapsim compare`."""

SCREENED, SCREENING_REPLICATIONS = 1000, 2
TRUTHS, TRUTH_REPLICATIONS = 64, 8
MAP_POINTS = 300
APART = {"screening": 10, "truths": 20, "map": 30}
"""Added to the seed for separate replications."""

Simulate = Callable[[Any, int], Any]
"""Gives the histories over a space of parameters, with a seed."""


@options.command()
@options.one_of("what", WHAT, "set")
@options.seed(str(SEED), most=options.MAX_SEED - 100)
@options.workers
@options.engine
@options.out("results/fit")
def fit(what: str, seed: int | None, workers: int | None, engine: str | None, out: Path | None) -> None:
    """Find the parameter sets that the historical cases do not rule out, and leave out each case in turn.

    Finished runs are stored; the same command resumes an interrupted fit. `screening` shows which parameters the cases
    inform, `calibration` how often a fitted set contains a known truth.
    """
    from sim.history.cases import as_fitted, cases
    from sim.history.matching.simulate import Histories
    from sim.history.matching.targets import practice_conditions
    from sim.model.parameters import Parameters
    from sim.model.schema import in_groups, prior_defaults
    from sim.runner import executors

    executor = executors.make_executor(engine or "processes", workers)
    folder, root = out or RESULTS / "fit", SEED if seed is None else seed
    compile_first()
    # Parameters that are not fitted keep their prior default, so that no fit depends on an earlier one.
    system = Parameters.model_validate(in_groups(prior_defaults()))
    command = f"gapsim {options.command_line()}"
    with resumable(folder) as bar:

        def histories(space: Any, seed: int) -> Histories:
            """Simulates the fitted cases and the conditions of practice at given parameter sets."""
            known, practice = as_fitted(cases()), practice_conditions()
            return Histories(known, system, space, folder, executor, seed, command, bar, practice, say)

        {"set": _set, "screening": _screening, "calibration": _calibration}[what](folder, root, histories)


def _set(folder: Path, seed: int, simulate: Simulate) -> None:
    from sim.history.cases import cases
    from sim.history.matching import tables
    from sim.history.matching.fitted_set import FITTED_MAP, FITTED_SET, beside, fitted_factors, fitted_points
    from sim.history.matching.leave_one_out import leave_each_out
    from sim.history.matching.space import Space
    from sim.history.matching.targets import targets
    from sim.history.matching.waves import FRESH, WaveSettings, fit, implausibility_of_runs
    from sim.model.schema import declarations

    effort, space = WaveSettings(), Space(fitted_factors())
    histories = simulate(space, seed)
    known = histories.cases
    asked = [*targets(known), *(condition.target for condition in histories.practice)]
    start = space.shares({key: [declarations()[key].judged] for key in space.names})[0]
    found = fit(space, asked, histories, effort, seed, start, say)
    left_out = leave_each_out(found, known, effort.enough)
    # The fit uses the corrected readings; results for the original, frozen readings are written as well.
    frozen = replace(histories, cases=cases(), practice=())
    rows = found.confirmed.shares[[0, *found.chosen]]
    _, values = frozen("frozen", rows, effort.confirm_replications, FRESH)
    tables.write_fit(folder, found, left_out, implausibility_of_runs(values, targets(frozen.cases)))
    points = fitted_points(folder / FITTED_SET)
    tables.write_map(folder / FITTED_MAP, points, beside(), MAP_POINTS, seed + APART["map"])
    click.echo(
        f"{len(found.chosen)} sets of {space.size} parameters; each is ruled out by at most {found.given_up} of "
        f"{len(known)} cases"
    )
    for one in left_out:
        click.echo(
            f"{one.case} left out: {'hit' if one.hit else 'miss'}, {100 * one.share:.0f} % of runs show it "
            f"({100 * one.fitted:.0f} % when it is fitted)"
        )
    _say_defaults(points[0], found.rounded)
    say(f"set: {folder / FITTED_SET}")


def _say_defaults(first: dict[str, Any], rounded: bool) -> None:
    """Print the new defaults to declare, with the current ones."""
    from sim.model.schema import declarations, prior_defaults

    how = "rounded" if rounded else "not rounded, since rounding rules it out"
    click.echo(f"to be declared in sim/model/parameters.py, the set nearest to the prior defaults ({how}):")
    for key, value in first.items():
        declared = declarations()[key]
        moved = value != declared.default
        judged = f", judged={declared.judged!r}" if value != declared.judged else ""
        click.echo(
            f"  {key}: {value!r}{judged}{f'  (now {declared.default!r})' if moved else '  (unchanged)'}"
        )
    for key, value in prior_defaults().items():
        if key not in first:
            click.echo(
                f"  {key}: {value!r}, the prior default: not fitted  (now {declarations()[key].default!r})"
            )


def _screening(folder: Path, seed: int, simulate: Simulate) -> None:
    from sim.history.matching import screening, tables
    from sim.history.matching.fitted_set import SCREENING, kept_out
    from sim.history.matching.space import Space

    factors = screening.uncertainties()
    space = Space(tuple(factors))
    root = seed + APART["screening"]
    shares, values = simulate(space, root)(
        "screening", space.spread(SCREENED, root), SCREENING_REPLICATIONS, 0
    )
    found = screening.screened(factors, shares, values.mean(axis=1))
    apart = {key for row in kept_out() for key in row.keys}
    tables.write_screening(folder, found, apart)
    informed = [one.key for one in found if one.informed]
    fitted = [key for key in informed if key not in apart]
    click.echo(f"of {len(found)} uncertainties, the cases inform {len(informed)}: {', '.join(informed)}")
    click.echo(f"to be fitted, once the table is shipped, are {len(fitted)}: {', '.join(fitted)}")
    say(f"table: {folder / SCREENING}")


def _calibration(folder: Path, seed: int, histories: Simulate) -> None:
    from sim.history.matching import tables
    from sim.history.matching.coverage import coverage
    from sim.history.matching.fitted_set import fitted_factors
    from sim.history.matching.space import Space
    from sim.history.matching.targets import targets
    from sim.history.matching.waves import Search, Wave, WaveSettings, stochastic_variance

    effort, space = WaveSettings(), Space(fitted_factors())
    whole = histories(space, seed)
    met = targets(whole.cases)

    def simulate(name: str, shares: Any, replications: int, fresh: int) -> tuple[Any, Any]:
        """Simulate the cases only; conditions of practice are not history."""
        shares, values = whole(name, shares, replications, fresh)
        return shares, values[..., : len(met)]

    shares, values = simulate("wave-1", space.spread(effort.first, seed), effort.replications, 0)
    run_variance = stochastic_variance(space, simulate, effort, seed)
    learned = Search(space, met, effort, run_variance, (Wave("wave-1", shares, values),)).learn()
    root = seed + APART["truths"]
    truths, made_up = simulate("truths", space.spread(TRUTHS, root), TRUTH_REPLICATIONS, APART["truths"])
    found = coverage(space, met, learned, run_variance, effort.replications, truths, made_up, root)
    tables.write_calibration(folder, found)
    click.echo(
        f"of {found.histories} made-up histories, {100 * found.held:.1f} % do not rule out the truth, "
        f"{100 * found.nearly:.1f} % do not but for one case; "
        f"{100 * found.left:.1f} % of the space is left on average"
    )
    say(f"table: {folder / tables.CALIBRATION}")
