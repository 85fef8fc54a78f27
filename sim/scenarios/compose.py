"""From names and `key=value` to parameters: scenario files composed by Hydra, checked as a whole.

Precedence: declared defaults < scenario file < `mechanisms=none` < key=value, whatever the order of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from pydantic import ValidationError

from sim.errors import COMMAND_LINE, Problem, nearest_name, raise_if_any, shown
from sim.model import interventions
from sim.model.decision_rights import STATUS_QUO, between
from sim.model.geography import territory
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schema import Declaration, declarations
from sim.scenarios import overrides, scenario_files
from sim.scenarios.overrides import INTERVENTIONS, Overrides
from sim.scenarios.scenario_files import PACKAGE_LINE, ScenarioFile

DISTRIBUTION = "power.distribution"
DATED_FIELDS = {
    "month": "a whole number from 0",
    "key": "the key of a parameter",
    "value": "a value of that parameter",
    "places": "a list of names or codes of places",
    "until": "a whole number",
}


Merge = Callable[[ScenarioFile, Overrides], dict[str, Any]]

_ONE_AT_A_TIME = Lock()
"""Hydra keeps what it composes in one place for all threads."""


@dataclass(frozen=True)
class Composed:
    """A scenario ready to run: its header, and the parameters that it and the overrides give.

    Args:
        name: name of its file.
        title: what it is called.
        question: what it asks.
        source: who says so.
        parameters: what it runs with.
        explicit_power: shares of power that overrides set one by one; they win over `power.distribution` at a design
            point, as they do on the command line.
    """

    name: str
    title: str
    question: str
    source: str
    parameters: Parameters
    explicit_power: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The resolved configuration as YAML; it is itself a scenario file."""
        header = {"title": self.title, "question": self.question, "source": self.source}
        tree = {
            "header": header,
            **self.parameters.model_dump(mode="json", exclude={"power": {"distribution"}}),
        }
        return f"{PACKAGE_LINE}\n{OmegaConf.to_yaml(OmegaConf.create(tree))}"


def compose(
    names: Sequence[str],
    asked: Overrides | Sequence[str] = (),
    folders: Sequence[str | Path] = (),
    already: Sequence[Problem] = (),
) -> list[Composed]:
    """The named scenarios with all overrides applied to each.

    Args:
        names: scenario names.
        asked: `key=value` arguments, read or not.
        folders: folders of scenarios besides the shipped one.
        already: problems that the caller has found in the same command, to be reported with the others.

    Raises:
        InputProblems: with everything that is wrong in names, files, overrides and the caller's own findings.
    """
    if not isinstance(asked, Overrides):
        asked = overrides.read(asked)
    known, problems = scenario_files.shelf(folders)
    problems = [*already, *asked.problems, *problems]
    composed = []
    with _ONE_AT_A_TIME, initialize(version_base="1.3", config_path=None):
        for position, name in enumerate(names):
            path = scenario_files.find(name, known)
            if isinstance(path, Problem):
                problems.append(path)
                continue
            if name in names[:position]:
                problems.append(Problem(COMMAND_LINE, name, "the same scenario is named twice"))
                continue
            file = scenario_files.read(path)
            problems.extend(file.problems)
            parameters = _parameters(file, asked, problems)
            if parameters is not None:
                composed.append(_composed(name, file, parameters, asked))
        if not any(not isinstance(scenario_files.find(name, known), Problem) for name in names):
            # No such scenario at all: what is wrong with the overrides shows on the baseline.
            _parameters(scenario_files.read(known["baseline"]), asked, problems)
    raise_if_any(problems)
    return composed


def updated(file: ScenarioFile, asked: Overrides) -> Composed:
    """One scenario with overrides applied, as `compose` gives it: without Hydra, in a hundredth of the time.

    Safe in threads, which Hydra's global state is not.

    Args:
        file: a scenario file without problems.
        asked: what to set over it.

    Raises:
        InputProblems: with everything that is wrong.
    """
    problems = [*file.problems, *asked.problems]
    parameters = _parameters(file, asked, problems, _overlaid)
    raise_if_any(problems)
    assert parameters is not None
    return _composed(file.name, file, parameters, asked)


def _composed(name: str, file: ScenarioFile, parameters: Parameters, asked: Overrides) -> Composed:
    title, question, source = (file.header.get(key, "") for key in scenario_files.HEADER)
    return Composed(name, title, question, source, parameters, _explicit_power(asked))


def _parameters(
    file: ScenarioFile, asked: Overrides, problems: list[Problem], merge: Merge | None = None
) -> Parameters | None:
    """Compose one scenario and check it; what is wrong is added to `problems`."""
    tree = (merge or _merged)(file, asked)
    if _position(tree["power"]["distribution"]) is not None:
        tree["power"]["distribution"] = None
    try:
        parameters = Parameters.model_validate(tree)
    except ValidationError as error:
        problems.extend(_value_problems(error, file, asked))
        sound = Parameters.model_validate(_without_what_is_wrong(tree, error))
        problems.extend(_study_problems(sound, file, asked))
        return None
    problems.extend(_study_problems(parameters, file, asked))
    return parameters


def _without_what_is_wrong(tree: dict[Any, Any], error: ValidationError) -> dict[str, Any]:
    """The same tree with something valid in each wrong place, so that the rest can be checked and told as well.

    A wrong number becomes the largest there may be: no date lies after such an end, no place is short of people.
    """
    declared: dict[Any, Any] = Parameters().model_dump(mode="json")
    harmless = {"month": 0, "key": DISTRIBUTION, "value": 0.0}
    for found in error.errors():
        group, *rest = found["loc"][:2]
        if not rest:
            tree[group] = declared[group]
        elif group == INTERVENTIONS:
            tree[group][rest[0]] = harmless
        else:
            of = declarations().get(f"{group}.{rest[0]}")
            largest = None if of is None or of.choices else of.high
            tree[group][rest[0]] = declared[group][rest[0]] if largest is None else largest
    return tree


def _merged(file: ScenarioFile, asked: Overrides) -> dict[str, Any]:
    """What Hydra makes of the layers, as a plain tree."""
    base, deltas = _layers(file, asked)
    store = ConfigStore.instance()
    layers = ["_self_", {"scenario": "chosen"}, {"mechanisms": "as_scenario"}]
    store.store(name="gapsim", node={"defaults": layers, **base})
    store.store(group="scenario", name="chosen", node=_nested(deltas), package="_global_")
    store.store(group="mechanisms", name="as_scenario", node={})
    store.store(group="mechanisms", name="none", node=dict.fromkeys(MECHANISM_NAMES, 0.0))
    tree: Any = OmegaConf.to_container(hydra_compose("gapsim", overrides=asked.texts), resolve=False)
    return tree


def _overlaid(file: ScenarioFile, asked: Overrides) -> dict[str, Any]:
    """The same tree as `_merged` gives, by laying one layer over the other here."""
    tree, deltas = _layers(file, asked)
    _set_all(tree, deltas)
    if asked.mechanisms == "none":
        tree["mechanisms"] = dict.fromkeys(MECHANISM_NAMES, 0.0)
    _set_all(tree, asked.leaves)
    return tree


def _layers(file: ScenarioFile, asked: Overrides) -> tuple[dict[str, Any], dict[str, Any]]:
    """The declared defaults as a tree, and the scenario's deltas by key, as the overrides leave them.

    `power.distribution` stands for six rows. The rows it stands for are laid at the bottom, so that rows set
    explicitly by the same layer win; set by an override, it also wins over the rows of the scenario file. Thus the
    table is settled here, row by row, and an explicit row wins even when it equals the default.
    """
    deltas = dict(file.leaves)
    distribution = _position(deltas.get(DISTRIBUTION))
    if DISTRIBUTION in asked.leaves:
        distribution = _position(asked.leaves[DISTRIBUTION])
        if distribution is not None:
            deltas = {key: value for key, value in deltas.items() if not key.startswith("power.")}
    if asked.mechanisms == "none" and isinstance(deltas.get(INTERVENTIONS), list):
        # A dated change of a strength is a strength set by the scenario.
        deltas[INTERVENTIONS] = [dated for dated in deltas[INTERVENTIONS] if not _of_a_mechanism(dated)]
    base = Parameters().model_dump(mode="json")
    table = STATUS_QUO if distribution is None else between(distribution)
    base["power"].update({row: dict(shares) for row, shares in table.items()})
    return base, deltas


def _position(value: Any) -> float | None:
    """Where a value of `power.distribution` lies; None if it says nothing, or nothing valid."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0.0 <= value <= 1.0 else None


def _explicit_power(asked: Overrides) -> dict[str, float]:
    return {
        key: value for key, value in asked.leaves.items() if key.startswith("power.") and key != DISTRIBUTION
    }


def _of_a_mechanism(dated: Any) -> bool:
    return isinstance(dated, Mapping) and str(dated.get("key")).startswith("mechanisms")


def _nested(deltas: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _set_all(tree, deltas)
    return tree


def _set_all(tree: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        *groups, leaf = key.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = value


def _value_problems(error: ValidationError, file: ScenarioFile, asked: Overrides) -> Iterator[Problem]:
    """Every wrong value, in our words: who set it, and what is allowed."""
    for found in error.errors():
        key = ".".join(str(part) for part in found["loc"])
        dated = key.startswith(INTERVENTIONS)
        set_here = any(leaf == key or leaf.startswith(f"{key}.") for leaf in asked.leaves)
        where = COMMAND_LINE if set_here or (dated and INTERVENTIONS in asked.leaves) else file.where
        value, nearest = shown(found["input"]), None
        if dated:
            key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"])[1:]
            said, nearest = _dated_problem(found["loc"], found["type"])
            if found["type"] == "value_error":
                said = str(found["ctx"]["error"])
            value = "" if found["type"] in ("missing", "value_error") else value
        elif key in declarations():
            said = f"must be {allowed(declarations()[key])}"
        else:
            said = str(found["ctx"]["error"])
            where = f"{COMMAND_LINE} over {file.name}" if set_here else file.where
        yield Problem(where, key, said, value, nearest)


def _dated_problem(place: tuple[int | str, ...], kind: str) -> tuple[str, str | None]:
    """What is wrong at one place of the list of dated changes, and the nearest valid key."""
    if kind == "missing":
        return "is missing: a dated change says at least month, key and value", None
    fields = ", ".join(DATED_FIELDS)
    if len(place) < 3:
        return (
            f"must be a {'dated change' if len(place) == 2 else 'list of dated changes'} with {fields}",
            None,
        )
    field = str(place[2])
    if field in DATED_FIELDS:
        return f"must be {DATED_FIELDS[field]}", None
    return f"is no part of a dated change: it has {fields}", nearest_name(field, DATED_FIELDS)


def allowed(declaration: Declaration) -> str:
    """What values a parameter may take, in words."""
    if declaration.choices:
        return f"one of {', '.join(declaration.choices)}"
    if declaration.kind is str:
        return "text"
    kind = "a whole number" if declaration.kind is int else "a number"
    null = " or null" if declaration.default is None else ""
    return f"{kind} from {declaration.low} to {declaration.high} ({declaration.unit}){null}"


def _study_problems(parameters: Parameters, file: ScenarioFile, asked: Overrides) -> Iterator[Problem]:
    """What is wrong beyond single values: the table of places, too few users for it, dated changes."""

    def problem(leaf: str, key: str, said: str, value: str = "") -> Problem:
        return Problem(COMMAND_LINE if leaf in asked.leaves else file.where, key, said, value)

    population, land = parameters.population, None
    try:
        land = territory(population.places)
    except (OSError, ValueError) as error:
        yield problem("population.places", "population.places", str(error), shown(population.places))
    if land is not None and population.users < len(land.code):
        said = f"must be at least {len(land.code)}: every place needs a user"
        yield problem("population.users", "population.users", said, str(population.users))
    for found in interventions.problems(parameters, land):
        which, _, said = found.partition(": ")
        yield problem(INTERVENTIONS, which, said)
