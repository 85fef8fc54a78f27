"""From names and `key=value` to checked parameters.

Precedence: declared defaults < scenario file < `mechanisms=none` < key=value, in any order of the arguments.

Hydra composes each scenario file once per process. `laid_over` applies every other value: those of a command, of a view
and of a design point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from hydra import compose as hydra_compose
from hydra import initialize
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from pydantic import ValidationError

from sim.errors import COMMAND_LINE, Problem, nearest_name, raise_if_any, shown
from sim.model import interventions
from sim.model.geography import territory
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schema import Declaration, declarations
from sim.scenarios import overrides, scenario_files
from sim.scenarios.layers import DISTRIBUTION, laid_over
from sim.scenarios.overrides import INTERVENTIONS, Overrides
from sim.scenarios.scenario_files import PACKAGE_LINE, ScenarioFile

DATED_FIELDS = {
    "month": "a whole number from 0",
    "key": "the key of a parameter",
    "value": "a value of that parameter",
    "places": "a list of names or codes of places",
    "until": "a whole number",
    "when": "what must be seen for it to begin, as in {outcome: nominal_gap, above: 0.5, after: 24, for: 6}",
    "lasts": "a whole number of months",
}
WATCHED_FIELDS = {
    "outcome": "nominal_gap or nominal_coverage, or with `real` gap or real_coverage",
    "above": "a number",
    "below": "a number",
    "after": "a whole number from 0",
    "for": "a whole number of months from 1",
    "over": "a whole number of months from 1",
    "places": "`each` or a list of names or codes of places",
    "repeat": "true or false",
    "real": "true or false",
}

_HYDRA = Lock()
"""Hydra's state is global to the process, so one thread composes at a time."""
_BY_HYDRA: WeakKeyDictionary[ScenarioFile, dict[str, Any]] = WeakKeyDictionary()
"""The values of each scenario file that was composed."""


@dataclass(frozen=True)
class Composed:
    """A scenario ready to run: its header and its checked parameters.

    Args:
        name: name of its file.
        title: its title.
        question: the question it asks.
        source: where it comes from.
        parameters: its parameters, with all overrides.
        explicit_power: shares of power that overrides set one by one; they win over `power.distribution` at a design
            point, as they do on the command line.
        sets: keys that its file sets, for the whole run or from a date on; not known of a plan that was stored.
    """

    name: str
    title: str
    question: str
    source: str
    parameters: Parameters
    explicit_power: dict[str, float] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The resolved configuration as YAML; it is itself a scenario file."""
        header = {"title": self.title, "question": self.question, "source": self.source}
        parameters = self.parameters.model_dump(mode="json", exclude={"power": {"distribution"}})
        return f"{PACKAGE_LINE}\n{OmegaConf.to_yaml(OmegaConf.create({'header': header, **parameters}))}"


def compose(
    names: Sequence[str],
    asked: Overrides | Sequence[str] = (),
    folders: Sequence[str | Path] = (),
    already: Sequence[Problem] = (),
    names_from: str = COMMAND_LINE,
) -> list[Composed]:
    """Compose the named scenarios, with all overrides applied to each.

    Args:
        names: scenario names.
        asked: `key=value` arguments, read or not.
        folders: folders of scenarios besides the shipped one.
        already: problems that the caller has found in the same command, to be reported with the others.
        names_from: file or command line that gives the names, for messages.

    Raises:
        InputProblems: with all problems in names, files and overrides, and those of the caller.
    """
    if not isinstance(asked, Overrides):
        asked = overrides.read(asked)
    known, problems = scenario_files.available(folders)
    problems = [*already, *asked.problems, *problems]
    files: dict[str, ScenarioFile] = {}
    for name in names:
        path = scenario_files.find(name, known)
        if isinstance(path, Problem):
            problems.append(replace(path, where=names_from))
        elif name in files:
            problems.append(Problem(names_from, name, "the same scenario is named twice"))
        else:
            files[name] = scenario_files.read(path)
    _compose_by_hydra(list(files.values()))
    composed = []
    for name, file in files.items():
        problems.extend(file.problems)
        parameters = _parameters(file, asked, problems)
        if parameters is not None:
            composed.append(_composed(name, file, parameters, asked))
    if not files:
        # Without a known scenario, the overrides are checked over the baseline.
        _parameters(scenario_files.read(known["baseline"]), asked, problems)
    raise_if_any(problems)
    return composed


def compose_file(file: ScenarioFile, asked: Overrides) -> Composed:
    """Compose one scenario file with overrides, as `compose` does by name.

    Args:
        file: a scenario file without problems.
        asked: the overrides.

    Raises:
        InputProblems: with all problems.
    """
    problems = [*file.problems, *asked.problems]
    parameters = _parameters(file, asked, problems)
    raise_if_any(problems)
    assert parameters is not None
    return _composed(file.name, file, parameters, asked)


def _composed(name: str, file: ScenarioFile, parameters: Parameters, asked: Overrides) -> Composed:
    title, question, source = (file.header.get(key, "") for key in scenario_files.HEADER)
    explicit = {key: v for key, v in asked.leaves.items() if key.startswith("power.") and key != DISTRIBUTION}
    sets = {key for key in file.leaves if key != INTERVENTIONS}
    sets |= {dated.key for dated in parameters.interventions}
    return Composed(name, title, question, source, parameters, explicit, frozenset(sets))


def _parameters(file: ScenarioFile, asked: Overrides, problems: list[Problem]) -> Parameters | None:
    """Compose one scenario and check it; problems are added to `problems`."""
    # An explicit null on the command line takes the distribution of the file back, not only its effect.
    without = DISTRIBUTION in asked.leaves and asked.leaves[DISTRIBUTION] is None
    values = dict(asked.leaves)
    if asked.mechanisms == "none":
        values = {f"mechanisms.{name}": 0.0 for name in MECHANISM_NAMES} | values
        # A dated change of a strength counts as a strength set by the scenario.
        own = file.leaves.get(INTERVENTIONS)
        if isinstance(own, list):
            values = {INTERVENTIONS: [dated for dated in own if not _of_a_mechanism(dated)]} | values
    tree = laid_over(_groups(file, without), values)
    try:
        parameters, valid = Parameters.model_validate(tree), True
    except ValidationError as error:
        problems.extend(_value_problems(error, file, asked))
        parameters, valid = Parameters.model_validate(_with_valid_values(tree, error)), False
    for leaf, *problem in study_problems(parameters):
        where = asked.origins.get(leaf, COMMAND_LINE) if leaf in asked.leaves else file.where
        problems.append(Problem(where, *problem))
    return parameters if valid else None


@lru_cache(maxsize=256)
def _groups(file: ScenarioFile, without_distribution: bool) -> Mapping[str, Any]:
    """The groups of parameters of a scenario before any override; validated if they are valid."""
    if file not in _BY_HYDRA:
        shipped = [scenario_files.read(path) for path in scenario_files.available()[0].values()]
        _compose_by_hydra(shipped if file in shipped else [file])
    composed = overrides.leaves("", _BY_HYDRA[file], file.where)
    values = dict(leaf for leaf in composed if isinstance(leaf, tuple))
    if without_distribution:
        values.pop(DISTRIBUTION, None)
    tree = laid_over(Parameters().__dict__, values)
    try:
        return Parameters.model_validate(tree).__dict__
    except ValidationError:
        # An override may still replace what is not valid.
        return tree


def _compose_by_hydra(files: Sequence[ScenarioFile]) -> None:
    """Compose the files that this process has not composed yet; together, since most of the cost is fixed."""
    with _HYDRA:
        new = {file.name: file for file in files if file not in _BY_HYDRA}
        if not new:
            return
        store = ConfigStore.instance()
        for name, file in new.items():
            node = OmegaConf.create()
            for key, value in file.leaves.items():
                OmegaConf.update(node, key, value, merge=False)
            store.store(group="scenario", name=name, node=node, package=f"composed.{name}")
        store.store(name="gapsim", node={"defaults": ["_self_", {"scenario": list(new)}]})
        with initialize(version_base="1.3", config_path=None):
            tree: Any = OmegaConf.to_container(hydra_compose("gapsim"), resolve=False)
        _BY_HYDRA.update((file, tree.get("composed", {}).get(name, {})) for name, file in new.items())


def _with_valid_values(tree: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """The same tree with a valid value in each invalid place, so that the checks of the whole study can run as well.

    An invalid number becomes the largest allowed: no date lies after such an end, no place lacks users.
    """
    declared: dict[str, Any] = Parameters().model_dump(mode="json")
    valid = dict(tree)
    for found in error.errors():
        group, *rest = found["loc"][:2]
        group = str(group)
        if not rest:
            valid[group] = declared[group]
        elif group == INTERVENTIONS:
            valid[group] = [*valid[group]]
            valid[group][int(rest[0])] = {"month": 0, "key": DISTRIBUTION, "value": 0.0}
        else:
            name = str(rest[0])
            of = declarations().get(f"{group}.{name}")
            largest = None if of is None or of.choices else of.high
            valid[group] = {**valid[group], name: declared[group][name] if largest is None else largest}
    return valid


def _of_a_mechanism(dated: Any) -> bool:
    return isinstance(dated, Mapping) and str(dated.get("key")).startswith("mechanisms")


def _value_problems(error: ValidationError, file: ScenarioFile, asked: Overrides) -> Iterator[Problem]:
    """Every value that is not valid, with the layer that sets it and the values that are allowed."""
    for found in error.errors():
        place, kind, value = found["loc"], found["type"], shown(found["input"])
        key = ".".join(map(str, place))
        above = INTERVENTIONS if place[0] == INTERVENTIONS else key
        setters = [leaf for leaf in asked.leaves if leaf == above or leaf.startswith(f"{above}.")]
        where = asked.origins.get(setters[0], COMMAND_LINE) if setters else file.where
        if key in declarations():
            yield Problem(where, key, f"must be {allowed(declarations()[key])}", value)
        elif place[0] != INTERVENTIONS:
            where = f"{where} over {file.name}" if setters else where
            yield Problem(where, key, str(found["ctx"]["error"]), value)
        else:
            key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]
            fields, what = DATED_FIELDS, "a dated change"
            if len(place) > 3 and place[2] == "when":
                fields, what, place = WATCHED_FIELDS, "`when`", place[1:]
            name, nearest = str(place[2]) if len(place) > 2 else "", None
            if kind == "value_error":
                message, value = str(found["ctx"]["error"]), ""
            elif kind == "missing":
                least = "month (or when), key and value" if fields is DATED_FIELDS else "an outcome"
                message, value = f"is missing: {what} gives at least {least}", ""
            elif name in fields:
                message = f"must be {fields[name]}"
            elif name:
                message = f"is not a key of {what}: it has {', '.join(fields)}"
                nearest = nearest_name(name, fields)
            else:
                what = "dated change" if len(place) == 2 else "list of dated changes"
                message = f"must be a {what} with {', '.join(DATED_FIELDS)}"
            yield Problem(where, key, message, value, nearest)


def allowed(declaration: Declaration) -> str:
    """The values that a parameter may take, in words."""
    if declaration.choices:
        return f"one of {', '.join(declaration.choices)}"
    if declaration.kind is str:
        return "text"
    kind = "a whole number" if declaration.kind is int else "a number"
    null = " or null" if declaration.default is None else ""
    return f"{kind} from {declaration.low} to {declaration.high} ({declaration.unit}){null}"


def study_problems(parameters: Parameters) -> Iterator[tuple[str, str, str, str]]:
    """Problems beyond single values: the table of places, too few users for it, dated changes.

    Yields:
        The parameter that has the problem, its key in messages, the problem, and the value.
    """
    population, geo = parameters.population, None
    try:
        geo = territory(population.places)
    except (OSError, ValueError) as error:
        yield "population.places", "population.places", str(error), shown(population.places)
    if geo is not None and population.users < len(geo.code):
        message = f"must be at least {len(geo.code)}: every place needs a user"
        yield "population.users", "population.users", message, str(population.users)
    for found in interventions.problems(parameters, geo):
        which, _, message = found.partition(": ")
        yield INTERVENTIONS, which, message, ""
