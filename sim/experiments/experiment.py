"""Experiments: a question put to the model, as scenarios × design over factors × replications, with responses.

An experiment is a YAML file (`sim.experiments.experiment_files`) or is written on the command line: keys with several
values make a grid. Either way its scenarios are composed once, and every design point is checked before anything runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, no_such, raise_if_any, shown
from sim.experiments import experiment_files
from sim.experiments.checks import (
    as_declared,
    column_problems,
    coupled_problems,
    is_allowed,
    overwriting_problems,
    row_problems,
    value_problems,
)
from sim.experiments.crossing import MOST_VALUES, Crossing, crossed_points
from sim.experiments.designs import Columns, Design, design_points, notes, points_planned
from sim.experiments.experiment_files import Draft
from sim.experiments.factors import Factor, declared_role, is_whole
from sim.model.parameters import DEFAULT_SEED
from sim.model.schema import declarations
from sim.scenarios import overrides, scenario_files
from sim.scenarios.compose import Composed, compose
from sim.scenarios.layers import DISTRIBUTION
from sim.scenarios.overrides import Overrides, is_override


@dataclass(frozen=True)
class Experiment:
    """A checked experiment, ready to be planned.

    Args:
        name: its file's name, or `sweep` when it was written on the command line.
        title: its title.
        question: the question it asks.
        scenarios: composed with the fixed parameters of the whole experiment.
        factors: what varies.
        design: how the points were chosen.
        points: one column for each factor; see `sim.experiments.designs`.
        replications: runs of each point and scenario.
        seed: random seed of the runs and of the sample.
        responses: names of the outcomes to keep.
        source: the file, or `command line`.
        notes: advice to be read before it is run.
        crossing: its policies and futures, where it crosses them.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Composed, ...]
    factors: tuple[Factor, ...]
    design: Design
    points: Columns
    replications: int
    seed: int
    responses: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()
    crossing: Crossing | None = None


def load(
    name_or_path: str | Path,
    asked: Overrides | Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    folders: Sequence[str | Path] = (),
    already: Sequence[Problem] = (),
    searching: bool = False,
) -> Experiment:
    """An experiment file, with overrides applied to every run.

    Args:
        name_or_path: name of a shipped experiment, or path of a YAML file.
        asked: `key=value` arguments, read or not; they win over the file's `parameters`.
        replications: see `from_command_line`, as for the other arguments.
        searching: whether a search will choose the policies.

    Raises:
        InputProblems: with all problems.
    """
    if not isinstance(asked, Overrides):
        asked = overrides.read(asked, sweeping=True)
    problems = [*already, *_seed_problems(asked, seed)]
    path = experiment_files.find(str(name_or_path))
    if path is None:
        missing = no_such("experiment", str(name_or_path), experiment_files.available())
        raise InputProblems([*problems, *asked.problems, missing])
    draft = experiment_files.read(path)
    for key, values in asked.sweeps.items():
        message = f"takes one value here: {draft.name} has its own design; sweep the key without naming an experiment"
        problems.append(Problem(COMMAND_LINE, key, message, shown(values)))
    if asked.scenario is not None:
        message = "an experiment names its own scenarios"
        problems.append(Problem(COMMAND_LINE, "scenario", message, asked.scenario))
    problems += _factors_that_are_set(draft, asked)
    if draft.crossing is not None and draft.crossing.policies is None and not searching:
        message = "is missing: say how policies are chosen, or let `gapsim search` look for the best of them"
        problems.append(Problem(draft.where, "policies", message))
    return _experiment(draft, asked, replications, seed, folders, problems)


def from_command_line(
    arguments: Sequence[str],
    replications: int | None = None,
    seed: int | None = None,
    folders: Sequence[str | Path] = (),
    already: Sequence[Problem] = (),
) -> Experiment:
    """The experiment that a command asks for: `EXPERIMENT key=value`, or `SCENARIO … key=a,b,c key=value`.

    Args:
        arguments: names and `key=value` arguments in any order.
        replications: as given by an option; None leaves the file's or the default.
        seed: as given by an option.
        folders: folders of scenarios besides the shipped one.
        already: problems that the caller has found in the same command, to be reported with the others.

    Raises:
        InputProblems: with all problems.
    """
    names = [argument for argument in arguments if not is_override(argument)]
    asked = overrides.read([argument for argument in arguments if is_override(argument)], sweeping=True)
    problems = [*already]
    experiment = next((name for name in names if experiment_files.find(name) is not None), None)
    if experiment is not None:
        names.remove(experiment)
        message = "an experiment stands alone: it names its own scenarios"
        problems += [Problem(COMMAND_LINE, name, message) for name in names]
        return load(experiment, asked, replications, seed, folders, problems)
    problems += _seed_problems(asked, seed)
    swept = asked.sweeps.pop("scenario", [] if asked.scenario is None else [asked.scenario])
    if swept and names:
        message = "is given together with names of scenarios; give one"
        problems.append(Problem(COMMAND_LINE, "scenario", message))
    keys = " and ".join(asked.sweeps)
    question = f"How do the outcomes depend on {keys}?"
    draft = Draft("sweep", COMMAND_LINE, f"Sweep of {keys}", question, design=Design("grid"))
    named = [str(name) for name in names or swept]
    meant = _mistyped_experiments(named, folders)
    problems += meant.values()
    draft.scenarios = [name for name in named if name not in meant] or ["baseline"]
    for key, values in asked.sweeps.items():
        _swept_factor(key, values, draft)
    if not asked.sweeps and not asked.problems and not problems:
        message = (
            "nothing is swept: name an experiment or give a key several values, as in power.distribution=0,0.5,1; "
            "scenarios alone are for `gapsim compare`"
        )
        problems.append(Problem(COMMAND_LINE, "sweep", message))
    return _experiment(draft, asked, replications, seed, folders, problems)


def _experiment(
    draft: Draft, asked: Overrides, replications: int | None, seed: int | None, folders: Sequence[str | Path],
    problems: Sequence[Problem],
) -> Experiment:  # fmt: skip
    """Compose the scenarios once, lay out the points and check them all."""
    seed = next((s for s in (seed, asked.seed, draft.seed) if s is not None), DEFAULT_SEED)
    found = [*problems, *draft.problems]
    points: Columns = {}
    # Of a sweep on the command line, the valid values are still checked together with the rest.
    usable = draft.where == COMMAND_LINE and all(factor.levels for factor in draft.factors)
    if draft.crossing is not None and not found:
        points, draft.design, invalid = crossed_points(draft.where, draft.crossing, seed)
        found += invalid
    elif draft.crossing is not None:
        pass
    elif draft.design is not None and (usable or not draft.problems):
        invalid = _size_problems(draft)
        if not invalid:
            points = draft.points or design_points(draft.factors, draft.design, seed)
            invalid = column_problems(draft.where, points)
        found += invalid
        points = {} if invalid else points
    fixed = _layered(draft.fixed, asked)
    try:
        scenarios = compose(draft.scenarios, fixed, folders, found, draft.where)
    except InputProblems as error:
        raise InputProblems([*error.problems, *_rows_anyway(draft, fixed, folders, points)]) from None
    assert draft.design is not None
    written = draft.design.kind == "list"
    overwritten = [] if written else overwriting_problems(draft.where, scenarios, points)
    raise_if_any([*overwritten, *coupled_problems(draft.where, scenarios, points)])
    return Experiment(
        draft.name, draft.title, draft.question, tuple(scenarios), tuple(draft.factors), draft.design, points,
        draft.replications if replications is None else replications, seed, draft.responses, draft.where,
        tuple(notes(draft.factors, draft.design)), draft.crossing,
    )  # fmt: skip


def _rows_anyway(
    draft: Draft, fixed: Overrides, folders: Sequence[str | Path], points: Columns
) -> list[Problem]:
    """Problems with swept rows of power beside other problems, over each scenario that can be composed."""
    power = {key: value for key, value in fixed.leaves.items() if key.startswith("power.")}
    found: list[Problem] = []
    for name in draft.scenarios if points else ():
        try:
            found += row_problems(draft.where, compose([name], Overrides(power), folders)[0], points)
        except InputProblems:
            continue
    return found


def _layered(fixed: Overrides, asked: Overrides) -> Overrides:
    """The file's fixed parameters under those of the command line, as a scenario file lies under both."""
    below = fixed.leaves
    if DISTRIBUTION in asked.leaves:
        below = {key: value for key, value in below.items() if not key.startswith("power.")}
    return Overrides(
        {**below, **asked.leaves},
        fixed.mechanisms if asked.mechanisms is None else asked.mechanisms,
        problems=asked.problems,
        origins={**fixed.origins, **asked.origins},
    )


def _size_problems(draft: Draft) -> list[Problem]:
    """Whether there are more points than memory can hold, found before they are laid out."""
    assert draft.design is not None
    points, count = points_planned(draft.factors, draft.design), len(draft.factors)
    if points * count <= MOST_VALUES:
        return []
    message = f"{points:,} points of {count} factors are too many: at most {MOST_VALUES:,} values"
    return [Problem(draft.where, "design", message)]


def _swept_factor(key: str, values: list, draft: Draft) -> None:
    declared = declarations()[key]
    draft.problems += value_problems(draft.where, key, declared, values, or_null="")
    valid = (value for value in values if value is None or is_allowed(declared, value))
    levels = tuple(as_declared(declared, value) for value in valid)
    if len(set(levels)) < len(levels):
        draft.report(key, "a value is given twice", shown(values))
    if not values:
        draft.report(key, "the range is empty")
    draft.factors.append(Factor(key, declared_role(key), levels=levels, whole=is_whole(key)))


def _factors_that_are_set(draft: Draft, asked: Overrides) -> list[Problem]:
    """Keys that are factors and are also set: by the file itself, or on the command line."""
    found = []
    for factor in draft.factors:
        if factor.key in draft.fixed.leaves:
            message = "is a factor and also stands in `parameters`; take it out of one of them"
            found.append(Problem(draft.where, factor.key, message))
        if factor.key in asked.leaves:
            levels = ", ".join(map(shown, factor.levels or ()))
            given = f"the values {levels}" if levels else f"values from {factor.low:g} to {factor.high:g}"
            message = (
                f"is a factor of {draft.name}, which gives it {given}; leave it out here, or copy {draft.where} and "
                "take it from its factors"
            )
            found.append(Problem(COMMAND_LINE, factor.key, message, shown(asked.leaves[factor.key])))
    return found


def _seed_problems(asked: Overrides, seed: int | None) -> list[Problem]:
    if seed is None or asked.seed is None:
        return []
    return [Problem(COMMAND_LINE, "--seed", "is given together with seed=; give one", str(seed))]


def _mistyped_experiments(names: Sequence[str], folders: Sequence[str | Path]) -> dict[str, Problem]:
    """Names that are no scenario's and are nearest to an experiment's."""
    experiments = experiment_files.available()
    known = [*scenario_files.available(folders)[0], *scenario_files.ALIASES, *experiments]
    message, found = "there is no such experiment or scenario", {}
    for name in names:
        nearest = nearest_name(name, known)
        if name not in known and nearest in experiments:
            found[name] = Problem(COMMAND_LINE, name, message, "", nearest)
    return found
