"""Experiment files: where they are, what they may contain, and everything that is wrong with one.

A file begins with its `question`. `factors` gives each factor a range or levels, or names all uncertainties at once.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import paths
from sim.errors import Problem, nearest_name, shown
from sim.experiments import designs
from sim.experiments.checks import allowed, as_declared, is_allowed
from sim.experiments.designs import KINDS, OPTIONAL, SAMPLES, SETTINGS, Columns, Design, design_points
from sim.experiments.factors import ROLES, Factor, declared_role, default_range, is_whole
from sim.model import vocabulary
from sim.model.aliases import RENAMED, Written, current_key
from sim.model.aliases import value as value_now
from sim.model.decision_rights import ROWS
from sim.model.parameters import MAX_SEED, STABLE
from sim.model.schema import Declaration, declarations, experimental, nearest_key
from sim.model.vocabulary import DEFAULT_RESPONSES
from sim.scenarios import overrides
from sim.scenarios.overrides import (
    INTERPOLATION,
    INTERVENTIONS,
    NO_INTERPOLATION,
    Overrides,
    has_interpolation,
    leaves,
)

REPLICATIONS = 100
MOST_REPLICATIONS = 1_000_000


@dataclass
class Draft:
    """What a file or a command line asks for, as far as it could be read.

    Args:
        name: of the experiment.
        where: the file, or `command line`, for messages.
        title: what it is called.
        question: what it asks.
        scenarios: their names.
        fixed: parameters set alike in every run.
        factors: what varies.
        design: how the points are chosen; None if that could not be read.
        points: the points where they are written down; None where the design makes them.
        replications: worlds for each point and scenario.
        seed: root of all luck; None if not stated.
        responses: outcomes kept.
        problems: all that is wrong so far.
    """

    name: str
    where: str
    title: str = ""
    question: str = ""
    scenarios: list[str] = field(default_factory=list)
    fixed: Overrides = field(default_factory=Overrides)
    factors: list[Factor] = field(default_factory=list)
    design: Design | None = None
    points: Columns | None = None
    replications: int = REPLICATIONS
    seed: int | None = None
    responses: tuple[str, ...] = DEFAULT_RESPONSES
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, key: str, said: str, value: str = "", nearest: str | None = None) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.where, key, said, value, nearest))


UNCERTAINTIES = "uncertainties"
FACTOR_PARTS = ("range", "levels", "count", "role")
IN_UNITS = ("range", "levels")
SHORTHAND_PARTS = ("spread", "choices", "except")
FORM = "must say {range: [low, high]} or {levels: [one, another]}"
MOST_LEVELS = 1_000_000
INERT = "focal"
"""The group of a change that only studies of one change have; elsewhere it does nothing, and is varied only by name."""


def read_factors(given: Any, draft: Draft) -> None:
    """Read all factors into a draft, with what is wrong with each."""
    if not isinstance(given, Mapping) or not given:
        draft.wrong("factors", "must be a mapping from keys of parameters to a range or levels", shown(given))
        return
    given = _named_now(given, draft)
    found = [
        factor
        for key, said in given.items()
        if key != UNCERTAINTIES and (factor := _factor(str(key), said, draft)) is not None
    ]
    if UNCERTAINTIES in given:
        # What is stated for one parameter wins over the shorthand for all.
        stated = {str(key) for key in given}
        found += [
            factor for factor in _uncertainties(given[UNCERTAINTIES], draft) if factor.key not in stated
        ]
    draft.factors = found


def _named_now(given: Mapping[Any, Any], draft: Draft) -> dict[Any, Any]:
    """The same factors under the keys of today, with ranges and levels in the unit of today."""
    written, named = Written(), {}
    for key, said in given.items():
        now, again, wrong = str(key), False, None
        if key != UNCERTAINTIES:
            if isinstance(said, Mapping) and key in RENAMED:
                said = {part: value_now(key, v) if part in IN_UNITS else v for part, v in said.items()}
            now, again, wrong = written.note(str(key), said)
        if wrong:
            draft.wrong(f"factors.{key}", wrong)
        if not again:
            named[now] = said
    return named


def key_problem(key: str) -> tuple[str, str | None] | None:
    """Why a key cannot be a factor, and the nearest that can; None if it can."""
    if key in declarations() or key in RENAMED:
        return None
    if key == INTERVENTIONS:
        return "is no single value; write a scenario for each list of dated changes", None
    if key == "mechanisms":
        return "is many parameters; name them, or use the design `ablation`", None
    if key.removeprefix("power.") in ROWS:
        share = next(k for k in declarations() if k.startswith(f"{key}."))
        return f"is a row of shares; vary all its shares together (as in {share}) with a zip or list", None
    members = [name for name, declared in declarations().items() if declared.group == key]
    if members:
        return f"is a group of parameters; name them one by one, as in {members[0]}", None
    return "there is no such parameter", nearest_key(key)


def _factor(key: str, said: Any, draft: Draft) -> Factor | None:
    place = f"factors.{key}"
    problem = key_problem(key)
    if problem:
        draft.wrong(place, problem[0], "", problem[1])
        return None
    declared = declarations()[key]
    if not isinstance(said, Mapping) or ("range" in said) == ("levels" in said):
        draft.wrong(place, FORM, shown(said))
        return None
    for part in (part for part in said if part not in FACTOR_PARTS):
        draft.wrong(f"{place}.{part}", FORM, shown(said[part]), nearest_name(str(part), FACTOR_PARTS))
    role = said.get("role", declared_role(key))
    if role not in ROLES:
        draft.wrong(f"{place}.role", f"must be one of {', '.join(ROLES)}", shown(role))
        role = declared_role(key)
    if "levels" in said:
        if "count" in said:
            draft.wrong(
                f"{place}.count", "belongs to a range; levels are already counted", shown(said["count"])
            )
        levels = _levels(declared, said["levels"], place, draft)
        return Factor(key, role, levels=levels, whole=is_whole(key)) if levels else None
    ends = _range(declared, said["range"], place, draft)
    if ends is None:
        return None
    if "count" in said:
        spaced = _spaced(*ends, said["count"], is_whole(key))
        if spaced is None:
            whole = " that fall on whole numbers" if is_whole(key) else ""
            draft.wrong(
                f"{place}.count",
                f"must be a number of evenly spaced levels{whole}, 2 or more",
                shown(said["count"]),
            )
            return None
        return Factor(key, role, levels=spaced, whole=is_whole(key))
    return Factor(key, role, *ends, whole=is_whole(key))


def _levels(declared: Declaration, given: Any, place: str, draft: Draft) -> tuple[Any, ...] | None:
    if given == "all" and declared.choices:
        return declared.choices
    if not isinstance(given, list) or not given:
        every = " (or `all`)" if declared.choices else ""
        draft.wrong(f"{place}.levels", f"must be a list of values{every}", shown(given))
        return None
    bad = [value for value in given if value is not None and not is_allowed(declared, value)]
    for value in bad:
        nearest = nearest_name(value, declared.choices) if isinstance(value, str) else None
        said = f"must be {allowed(declared)}, or null for what the scenario says"
        draft.wrong(f"{place}.levels", said, shown(value), nearest)
    return None if bad else tuple(as_declared(declared, value) for value in given)


def _range(declared: Declaration, given: Any, place: str, draft: Draft) -> tuple[Any, Any] | None:
    if declared.low is None:
        said = f"has no range; give levels: {allowed(declared)}"
        draft.wrong(place, said)
        return None
    if not isinstance(given, list) or len(given) != 2:
        draft.wrong(f"{place}.range", "must be [low, high]", shown(given))
        return None
    bad = [value for value in given if not is_allowed(declared, value)]
    for value in bad:
        draft.wrong(f"{place}.range", f"must be {allowed(declared)}", shown(value))
    if not bad and given[0] >= given[1]:
        draft.wrong(f"{place}.range", "the first must be less than the second", shown(given))
        return None
    return None if bad else (as_declared(declared, given[0]), as_declared(declared, given[1]))


def _spaced(low: Any, high: Any, count: Any, whole: bool) -> tuple[Any, ...] | None:
    if not isinstance(count, int) or isinstance(count, bool) or not 2 <= count <= MOST_LEVELS:
        return None
    # Twelve digits, so that a level is 0.3 and not 0.30000000000000004.
    levels = [float(f"{level:.12g}") for level in np.linspace(low, high, count)]
    if not whole:
        return tuple(levels)
    return tuple(int(level) for level in levels) if all(level.is_integer() for level in levels) else None


def _uncertainties(given: Any, draft: Draft) -> list[Factor]:
    place = f"factors.{UNCERTAINTIES}"
    if not isinstance(given, Mapping):
        draft.wrong(place, "must say {spread: 2}: how far from its default a number may be", shown(given))
        return []
    for part in (part for part in given if part not in SHORTHAND_PARTS):
        said, nearest = f"has {', '.join(SHORTHAND_PARTS)}", nearest_name(str(part), SHORTHAND_PARTS)
        draft.wrong(f"{place}.{part}", said, shown(given[part]), nearest)
    spread, choices = given.get("spread"), given.get("choices", False)
    if not isinstance(spread, int | float) or isinstance(spread, bool) or not 1.0 < spread < math.inf:
        draft.wrong(f"{place}.spread", "must be a number above 1: 2 means from half to double", shown(spread))
        return []
    if not isinstance(choices, bool):
        draft.wrong(f"{place}.choices", "must be true or false", shown(choices))
        return []
    without = _without(given.get("except", []), f"{place}.except", draft)
    factors = []
    for declared in declarations().values():
        left_out = declared.group in (*without, INERT) or declared.key in without | experimental()
        if declared.role != "uncertainty" or left_out:
            continue
        if declared.choices and not choices:
            continue
        factor = default_range(declared, spread)
        if factor is None:
            said = "has no half and double of its default within its bounds; state its range, or except it"
            draft.wrong(place, f"{declared.key} {said}")
        else:
            factors.append(factor)
    return factors


def _without(given: Any, place: str, draft: Draft) -> set[str]:
    if not isinstance(given, list):
        draft.wrong(place, "must be a list of keys or groups of parameters", shown(given))
        return set()
    given = [current_key(name) if name in RENAMED else name for name in given]
    known = [*declarations(), *{declared.group: None for declared in declarations().values()}]
    for name in (name for name in given if name not in known):
        draft.wrong(place, "there is no such parameter or group", shown(name), nearest_name(str(name), known))
    return {str(name) for name in given}


PARTS = (
    "question", "title", "scenarios", "parameters", "factors", "design", "replications", "seed", "responses",
)  # fmt: skip
ENDINGS = (".yaml", ".yml")
LEAST = {"points": 1, "trajectories": 2, "levels": 2, "samples": 2}
MOST = 10_000_000
MOST_LEVELS_SHOWN = 24
WRITTEN_DOWN = ("list", "table")
LABELS = ("name", "group")
"""What a point of a list may say of itself beside its values."""


def shelf() -> dict[str, Path]:
    """The shipped experiments by name, in alphabetical order."""
    return {path.stem: path for path in sorted(paths.bundled("experiments").glob("*.yaml"))}


def find(name: str) -> Path | None:
    """The file of an experiment, by its name or its path; None when it is neither."""
    if name.endswith(ENDINGS):
        return Path(name)
    return shelf().get(name)


def read(path: Path) -> Draft:
    """Read one experiment file, and find all that is wrong with it."""
    relative = os.path.relpath(path)
    draft = Draft(path.stem, str(path) if relative.startswith("..") else relative)
    tree = _tree(path, draft)
    if tree is None:
        return draft
    if has_interpolation(tree):
        draft.wrong("file", NO_INTERPOLATION)
        return draft
    for key in (key for key in tree if key not in PARTS):
        said = f"an experiment has {', '.join(PARTS)}"
        draft.wrong(str(key), said, shown(tree[key]), nearest_name(str(key), PARTS))
    if tree and next(iter(tree)) != "question":
        draft.wrong("question", "must come first: an experiment begins with its question")
    for name in ("question", "title"):
        if isinstance(tree.get(name), str) and tree[name].strip():
            setattr(draft, name, tree[name].strip())
        else:
            draft.wrong(name, "every experiment must say its question and title, as plain text")
    _scenarios(tree.get("scenarios", ["baseline"]), draft)
    _fixed(tree.get("parameters", {}), draft)
    _design(tree.get("design"), tree, path.parent, draft)
    _numbers(tree, draft)
    _responses(tree.get("responses", list(draft.responses)), draft)
    return draft


def _tree(path: Path, draft: Draft) -> dict[Any, Any] | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        draft.wrong("file", f"cannot be read ({error})")
        return None
    try:
        content = OmegaConf.create(text)
    except (yaml.YAMLError, OmegaConfBaseException) as error:
        said = f"is not valid YAML ({' '.join(str(error).split())})"
        draft.wrong("file", NO_INTERPOLATION if INTERPOLATION in text else said)
        return None
    if not isinstance(content, DictConfig):
        draft.wrong("file", "must be a mapping that begins with `question:`")
        return None
    tree = OmegaConf.to_container(content, resolve=False)
    assert isinstance(tree, dict)
    return tree


def _scenarios(given: Any, draft: Draft) -> None:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        draft.wrong("scenarios", "must be a list of names of scenarios", shown(given))
        return
    draft.scenarios = names


def _fixed(given: Any, draft: Draft) -> None:
    """Parameters that are the same in every run, as the overrides that they stand for."""
    if not isinstance(given, Mapping):
        draft.wrong("parameters", "must be a mapping of keys to values, as in a scenario file", shown(given))
        return
    draft.fixed = overrides.from_tree(given, draft.where)
    draft.problems += draft.fixed.problems
    draft.fixed.problems = []


def _design(given: Any, tree: Mapping[Any, Any], folder: Path, draft: Draft) -> None:
    settings = {"kind": given} if isinstance(given, str) else given
    if not isinstance(settings, Mapping) or settings.get("kind") not in KINDS:
        kind = settings.get("kind") if isinstance(settings, Mapping) else given
        said = f"must say its kind, one of {', '.join(KINDS)}"
        draft.wrong("design", said, shown(kind), nearest_name(str(kind), KINDS))
        if "factors" in tree and isinstance(tree["factors"], Mapping):
            read_factors(tree["factors"], draft)
        return
    kind = settings["kind"]
    named = {name: value for name, value in settings.items() if name != "kind"}
    right = _settings(kind, named, draft)
    if kind in WRITTEN_DOWN and "factors" in tree:
        draft.wrong("factors", f"the points of a {kind} name what varies; leave factors out")
    if kind == "list" and right:
        named |= _list(named["points"], draft)
    elif kind == "table" and right:
        named["file"] = str(folder / named["file"])
        draft.points, problems = designs.read(named["file"])
        draft.problems += problems
        draft.factors = [_factor_of(key, values) for key, values in draft.points.items()]
    elif kind == "ablation":
        _ablated(tree.get("factors", [f"mechanisms.{name}" for name in STABLE]), draft)
    elif kind not in WRITTEN_DOWN:
        read_factors(tree.get("factors"), draft)
        _fitting(kind, draft)
    if right:
        draft.design = Design(kind, {**{n: v for n, v in OPTIONAL.items() if n in SETTINGS[kind]}, **named})


def _settings(kind: str, named: Mapping[str, Any], draft: Draft) -> bool:
    wanted = SETTINGS[kind]
    before = len(draft.problems)
    for name in (name for name in named if name not in wanted):
        said = f"a {kind} has {', '.join(wanted) or 'no settings'}"
        draft.wrong(f"design.{name}", said, shown(named[name]), nearest_name(str(name), wanted))
    for name, type_ in wanted.items():
        value = named.get(name, OPTIONAL.get(name))
        if type_ is int and not _whole(value, LEAST[name], MOST):
            draft.wrong(
                f"design.{name}", f"must be a whole number from {LEAST[name]} to {MOST}", shown(value)
            )
        elif type_ is not int and not isinstance(value, type_):
            said = {bool: "true or false", list: "a list of points", str: "the path of a CSV file"}[type_]
            draft.wrong(f"design.{name}", f"must be {said}", shown(value))
    if kind == "morris" and _whole(named.get("levels"), 2, MOST) and named["levels"] % 2:
        draft.wrong(
            "design.levels", "must be even, so that a step of Morris ends on a level", str(named["levels"])
        )
    return len(draft.problems) == before


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _list(given: Sequence[Any], draft: Draft) -> dict[str, Any]:
    """Read points that are written down one by one.

    Returns:
        Their names and groups, where any has one: settings of the design.
    """
    points: list[dict[str, Any]] = []
    labels: dict[str, list[str | None]] = {name: [] for name in LABELS}
    keys: dict[str, None] = {}
    if not given:
        draft.wrong("design.points", "has no points")
    for number, point in enumerate(given):
        place = f"design.points[{number}]"
        if not isinstance(point, Mapping):
            draft.wrong(place, "must be a mapping of keys to values", shown(point))
            continue
        points.append({})
        written = Written()
        for name, given_so_far in labels.items():
            said = point.get(name)
            if said is not None and not (isinstance(said, str) and said.strip()):
                draft.wrong(f"{place}.{name}", "must be plain words", shown(said))
            given_so_far.append(said)
        for key in (key for key in point if key not in LABELS):
            # A row of power may be written as a whole; it is a factor for each of its shares.
            whole_row = str(key).removeprefix("power.") in ROWS and isinstance(point[key], Mapping)
            problem = None if whole_row else key_problem(str(key))
            if problem:
                draft.wrong(f"{place}.{key}", problem[0], shown(point[key]), problem[1])
                continue
            for found in leaves(str(key), point[key], draft.where):
                if isinstance(found, Problem):
                    draft.wrong(f"{place}.{found.key}", found.wrong, found.value, found.nearest)
                    continue
                value = value_now(*found)
                leaf, _, at_odds = written.note(found[0], value)
                if at_odds:
                    draft.wrong(f"{place}.{found[0]}", at_odds, shown(found[1]))
                declared = declarations()[leaf]
                right = value is None or is_allowed(declared, value)
                points[-1][leaf] = as_declared(declared, value) if right else value
                keys[leaf] = None
    if not draft.problems:
        factors = [Factor(key, declared_role(key)) for key in keys]
        draft.points = design_points(factors, Design("list", {"points": points}), 0)
        draft.factors = [_factor_of(key, values) for key, values in draft.points.items()]
    names = [name for name in labels["name"] if isinstance(name, str)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        draft.wrong("design.points", "two points bear this name", shown(name))
    return {f"{name}s": found for name, found in labels.items() if any(found)}


def _factor_of(key: str, values: Any) -> Factor:
    """The factor that a written-down column stands for: its levels when they are few, else its range."""
    plain = values.tolist() if hasattr(values, "tolist") else values
    distinct = list(dict.fromkeys(value if isinstance(value, int | float | str) else None for value in plain))
    role, whole = declared_role(key), is_whole(key)
    numbers = [value for value in distinct if isinstance(value, int | float)]
    if len(distinct) <= MOST_LEVELS_SHOWN or len(numbers) < len(distinct):
        return Factor(key, role, levels=tuple(distinct), whole=whole)
    return Factor(key, role, min(numbers), max(numbers), whole=whole)


def _ablated(given: Any, draft: Draft) -> None:
    if not isinstance(given, list) or not given or not all(isinstance(key, str) for key in given):
        said = (
            "of an ablation must be a list of keys to be set to 0 in turn; left out, they are all mechanisms"
        )
        draft.wrong("factors", said, shown(given))
        return
    written = Written()
    named = [(key, *written.note(key, 0.0)[:2]) for key in given]
    given = [now for _, now, again in named if not again]
    for position, key in enumerate(given):
        problem = key_problem(key)
        if problem:
            draft.wrong(f"factors.{key}", problem[0], "", problem[1])
        elif not is_allowed(declarations()[key], 0 if is_whole(key) else 0.0) or key == "power.distribution":
            draft.wrong(
                f"factors.{key}", "cannot be switched off: 0 is not allowed, or does not mean nothing"
            )
        elif key in given[:position]:
            draft.wrong(f"factors.{key}", "stands here twice")
        else:
            draft.factors.append(Factor(key, declared_role(key), levels=(None, 0.0)))


def _fitting(kind: str, draft: Draft) -> None:
    """Whether the factors are such as the design can use."""
    if kind in SAMPLES:
        for factor in draft.factors:
            if factor.levels is not None and len(factor.levels) < 2:
                draft.wrong(f"factors.{factor.key}.levels", "one level is no factor: set it in `parameters`")
            elif factor.levels is not None and None in factor.levels:
                draft.wrong(f"factors.{factor.key}.levels", "null has no place in a sample; write the value")
        return
    for factor in draft.factors:
        if factor.levels is None:
            said = f"a {kind} needs levels: {{levels: [one, another]}} or {{range: [low, high], count: 5}}"
            draft.wrong(f"factors.{factor.key}", said)
        elif kind == "grid" and len(set(factor.levels)) < len(factor.levels):
            draft.wrong(
                f"factors.{factor.key}.levels", "a level stands here twice", shown(list(factor.levels))
            )
    lengths = {factor.key: len(factor.levels) for factor in draft.factors if factor.levels is not None}
    if kind == "zip" and len(set(lengths.values())) > 1:
        said = "the factors of a zip go side by side and need equally many levels"
        draft.wrong("factors", f"{said}: {', '.join(f'{key} has {n}' for key, n in lengths.items())}")


def _numbers(tree: Mapping[Any, Any], draft: Draft) -> None:
    for name, low, high in (("replications", 1, MOST_REPLICATIONS), ("seed", 0, MAX_SEED)):
        if name not in tree:
            continue
        if _whole(tree[name], low, high):
            setattr(draft, name, tree[name])
        else:
            draft.wrong(name, f"must be a whole number from {low} to {high}", shown(tree[name]))


def _responses(given: Any, draft: Draft) -> None:
    if not isinstance(given, list) or not given:
        draft.wrong("responses", "must be a list of names of outcomes", shown(given))
        return
    found: dict[str, None] = {}
    for name in given:
        names = vocabulary.matching_responses(str(name))
        if not names:
            nearest = nearest_name(str(name), vocabulary.RESPONSES)
            draft.wrong("responses", "there is no such outcome", shown(name), nearest)
        found.update(dict.fromkeys(names))
    draft.responses = tuple(found)
