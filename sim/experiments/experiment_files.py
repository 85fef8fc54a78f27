"""Experiment files: where they are, and what each asks.

A file begins with its `question`. What it may say is in `PARTS`; everything wrong with it is found at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import overrides, places
from sim.declarations import declarations
from sim.experiments import point_tables, response_names
from sim.experiments.designs import KINDS, OPTIONAL, SAMPLES, SETTINGS, Design, design_points
from sim.experiments.drafts import MOST_REPLICATIONS, Draft
from sim.experiments.factor_files import key_problem, read_factors
from sim.experiments.factors import Factor, declared_role, is_whole
from sim.experiments.point_checks import as_declared, is_allowed
from sim.overrides import INTERPOLATION, NO_INTERPOLATION, has_interpolation, in_grammar, leaves
from sim.parameters import ESTABLISHED, MAX_SEED
from sim.power import ROWS
from sim.problems import Problem, nearest_name, shown
from sim.renamed import Written
from sim.renamed import value as value_now

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
    return {path.stem: path for path in sorted(places.shipped("experiments").glob("*.yaml"))}


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
    tree = dict(given)
    arguments = []
    if isinstance(tree.get("mechanisms"), str):
        arguments.append(f"mechanisms={tree.pop('mechanisms')}")
    for found in leaves("", tree, draft.where):
        if isinstance(found, Problem):
            draft.problems.append(found)
        else:
            arguments.append(f"{found[0]}={in_grammar(found[1])}")
    draft.fixed = overrides.read(arguments)
    draft.problems += [Problem(draft.where, p.key, p.wrong, p.value, p.nearest) for p in draft.fixed.problems]
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
        draft.points, problems = point_tables.read(named["file"])
        draft.problems += problems
        draft.factors = [_factor_of(key, values) for key, values in draft.points.items()]
    elif kind == "ablation":
        _ablated(tree.get("factors", [f"mechanisms.{name}" for name in ESTABLISHED]), draft)
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
        names = response_names.named(str(name))
        if not names:
            nearest = nearest_name(str(name), response_names.RESPONSES)
            draft.wrong("responses", "there is no such outcome", shown(name), nearest)
        found.update(dict.fromkeys(names))
    draft.responses = tuple(found)
