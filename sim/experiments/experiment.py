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
    allowed,
    as_declared,
    column_problems,
    coupled_problems,
    is_allowed,
    row_problems,
)
from sim.experiments.designs import Columns, Design, design_points, notes, points_planned
from sim.experiments.experiment_files import Draft
from sim.experiments.factors import Factor, declared_role, is_whole
from sim.model.parameters import DEFAULT_SEED
from sim.model.schema import declarations
from sim.scenarios import overrides, scenario_files
from sim.scenarios.compose import DISTRIBUTION, Composed, compose
from sim.scenarios.overrides import Overrides, is_override

__all__ = ["Experiment", "from_command_line", "load"]

MOST_VALUES = 100_000_000
"""Points × factors: more would not fit into the memory that a sweep may take."""


@dataclass(frozen=True)
class Experiment:
    """A checked experiment, ready to be planned.

    Args:
        name: its file's name, or `sweep` when it was written on the command line.
        title: what it is called.
        question: what it asks.
        scenarios: composed with the fixed parameters of the whole experiment.
        factors: what varies.
        design: how the points were chosen.
        points: one column for each factor; see `sim.experiments.designs`.
        replications: worlds in which each point and scenario is run.
        seed: root of all luck, of the worlds and of the sample.
        responses: names of the outcomes kept.
        source: the file, or `command line`.
        notes: what somebody should know before running it.
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


def load(
    name_or_path: str | Path,
    asked: Overrides | Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    folders: Sequence[str | Path] = (),
    already: Sequence[Problem] = (),
) -> Experiment:
    """An experiment file, with overrides applied to every run; what else is given means what it does on a command line.

    Args:
        name_or_path: name of a shipped experiment, or path of a YAML file.
        asked: `key=value` arguments, read or not; they win over the file's `parameters`.

    Raises:
        InputProblems: with everything that is wrong.
    """
    if not isinstance(asked, Overrides):
        asked = overrides.read(asked, sweeping=True)
    problems = [*already, *_seed_problems(asked, seed)]
    path = experiment_files.find(str(name_or_path))
    if path is None:
        missing = no_such("experiment", str(name_or_path), experiment_files.shelf())
        raise_if_any([*problems, *asked.problems, missing])
    assert path is not None
    draft = experiment_files.read(path)
    for key in asked.sweeps:
        said = f"has one value only here: {draft.name} has its own design; sweep the key without naming an experiment"
        problems.append(Problem(COMMAND_LINE, key, said, shown(asked.sweeps[key])))
    if asked.scenario is not None:
        problems.append(
            Problem(COMMAND_LINE, "scenario", "an experiment names its own scenarios", asked.scenario)
        )
    problems += _factor_overrides(draft, asked)
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
        InputProblems: with everything that is wrong.
    """
    names = [argument for argument in arguments if not is_override(argument)]
    asked = overrides.read([argument for argument in arguments if is_override(argument)], sweeping=True)
    experiments = [name for name in names if experiment_files.find(name) is not None]
    if experiments:
        others = list(names)
        others.remove(experiments[0])
        extra = [
            Problem(COMMAND_LINE, name, "an experiment stands alone: it names its own scenarios")
            for name in others
        ]
        return load(experiments[0], asked, replications, seed, folders, [*already, *extra])
    draft = Draft("sweep", COMMAND_LINE)
    problems = [*already, *_seed_problems(asked, seed)]
    named = asked.sweeps.pop("scenario", [] if asked.scenario is None else [asked.scenario])
    if named and names:
        problems.append(
            Problem(COMMAND_LINE, "scenario", "is given together with names of scenarios; give one")
        )
    asked_for = [str(name) for name in (names or named)]
    meant = _meant_experiments(asked_for, folders)
    draft.scenarios = [name for name in asked_for if name not in meant] or ["baseline"]
    problems += meant.values()
    for key, values in asked.sweeps.items():
        _swept_factor(key, values, draft)
    if not asked.sweeps and not asked.problems and not problems:
        said = "nothing is swept: name an experiment or give a key several values, as in power.distribution=0,0.5,1; "
        problems.append(Problem(COMMAND_LINE, "sweep", f"{said}scenarios alone are for `gapsim compare`"))
    keys = " and ".join(asked.sweeps)
    draft.title = f"Sweep of {keys}"
    draft.question = f"How do the outcomes depend on {keys}?"
    draft.design = Design("grid")
    return _experiment(draft, asked, replications, seed, folders, problems)


def _experiment(
    draft: Draft, asked: Overrides, replications: int | None, seed: int | None, folders: Sequence[str | Path],
    problems: Sequence[Problem],
) -> Experiment:  # fmt: skip
    """Compose the scenarios once, lay out the points and check them all."""
    root = next((s for s in (seed, asked.seed, draft.seed) if s is not None), DEFAULT_SEED)
    found = [*problems, *draft.problems]
    points: Columns = {}
    # A key on the command line keeps its sound values, so that the points can be looked at beside the others.
    sound = not draft.problems or (
        draft.where == COMMAND_LINE and all(factor.levels for factor in draft.factors)
    )
    if draft.design is not None and sound:
        too_many = _size_problems(draft)
        if not too_many:
            points = draft.points or design_points(draft.factors, draft.design, root)
        wrong = too_many or column_problems(draft.where, points)
        found += wrong
        points = {} if wrong else points
    fixed = _layered(draft.fixed, asked)
    try:
        scenarios = compose(draft.scenarios, fixed, folders, found)
    except InputProblems as error:
        told = [p if p in found else _from_file(p, draft, asked) for p in error.problems]
        raise InputProblems([*told, *_rows_anyway(draft, fixed, folders, points)]) from None
    assert draft.design is not None
    raise_if_any(coupled_problems(draft.where, scenarios, points))
    return Experiment(
        draft.name, draft.title, draft.question, tuple(scenarios), tuple(draft.factors), draft.design, points,
        draft.replications if replications is None else replications, root, draft.responses, draft.where,
        tuple(notes(draft.factors, draft.design)),
    )  # fmt: skip


def _rows_anyway(
    draft: Draft, fixed: Overrides, folders: Sequence[str | Path], points: Columns
) -> list[Problem]:
    """What is wrong with swept rows of power, where something else is wrong as well: told of what can be composed."""
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
    below = dict(fixed.leaves)
    if DISTRIBUTION in asked.leaves:
        below = {key: value for key, value in below.items() if not key.startswith("power.")}
    mechanisms = fixed.mechanisms if asked.mechanisms is None else asked.mechanisms
    return Overrides({**below, **asked.leaves}, mechanisms, problems=list(asked.problems))


def _from_file(problem: Problem, draft: Draft, asked: Overrides) -> Problem:
    """A problem that composing found in what an experiment file says, told of the file."""
    leaves = [key for key in draft.fixed.leaves if key not in asked.leaves]
    set_there = any(key == problem.key or key.startswith(f"{problem.key}.") for key in leaves)
    dated = problem.key.startswith("interventions") and "interventions" in leaves
    if not problem.where.startswith(COMMAND_LINE) or not (
        set_there or dated or problem.key in draft.scenarios
    ):
        return problem
    where = problem.where.replace(COMMAND_LINE, draft.where, 1)
    return Problem(where, problem.key, problem.wrong, problem.value, problem.nearest)


def _size_problems(draft: Draft) -> list[Problem]:
    """Whether so many points can be held at all, found before they are laid out."""
    assert draft.design is not None
    points, count = points_planned(draft.factors, draft.design), len(draft.factors)
    if points * count <= MOST_VALUES:
        return []
    said = f"{points:,} points of {count} factors are too many: at most {MOST_VALUES:,} values"
    return [Problem(draft.where, "design", said)]


def _swept_factor(key: str, values: list, draft: Draft) -> None:
    declared = declarations()[key]
    bad = [value for value in values if value is not None and not is_allowed(declared, value)]
    for value in bad:
        nearest = nearest_name(value, declared.choices) if isinstance(value, str) else None
        draft.wrong(key, f"must be {allowed(declared)}", shown(value), nearest)
    levels = tuple(as_declared(declared, value) for value in values if value not in bad)
    if len(set(levels)) < len(levels):
        draft.wrong(key, "a value stands here twice", shown(values))
    if not values:
        draft.wrong(key, "the range is empty")
    draft.factors.append(Factor(key, declared_role(key), levels=levels, whole=is_whole(key)))


def _factor_overrides(draft: Draft, asked: Overrides) -> list[Problem]:
    """Keys that are factors and are also set: by the file itself, or on the command line."""
    factors = {factor.key: factor for factor in draft.factors}
    found = [
        Problem(draft.where, key, "is a factor and also stands in `parameters`; take it out of one of them")
        for key in draft.fixed.leaves
        if key in factors
    ]
    for key in (key for key in asked.leaves if key in factors):
        said = (
            f"is a factor of {draft.name}, which gives it {_extent(factors[key])}; leave it out here, or copy "
            f"{draft.where} and take it from its factors"
        )
        found.append(Problem(COMMAND_LINE, key, said, shown(asked.leaves[key])))
    return found


def _extent(factor: Factor) -> str:
    if factor.levels is not None:
        return f"the values {', '.join(shown(level) for level in factor.levels)}"
    return f"values from {factor.low:g} to {factor.high:g}"


def _seed_problems(asked: Overrides, seed: int | None) -> list[Problem]:
    if seed is None or asked.seed is None:
        return []
    return [Problem(COMMAND_LINE, "--seed", "is given together with seed=; give one", str(seed))]


def _meant_experiments(names: Sequence[str], folders: Sequence[str | Path]) -> dict[str, Problem]:
    """Names that are no scenario's and look most like an experiment's."""
    scenarios, _ = scenario_files.shelf(folders)
    experiments = experiment_files.shelf()
    known = [*scenarios, *scenario_files.ALIASES, *experiments]
    found = {}
    for name in names:
        nearest = nearest_name(name, known)
        if name not in known and nearest in experiments:
            said = "there is no such experiment or scenario"
            found[name] = Problem(COMMAND_LINE, name, said, "", nearest)
    return found
