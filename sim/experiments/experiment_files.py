"""Experiment files: where they are, what they may contain, and all problems with one.

A file begins with its `question`. `factors` gives each factor a range or levels, or names all uncertainties at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim import paths
from sim.errors import Problem, nearest_name, shown
from sim.experiments import designs
from sim.experiments.checks import as_declared, is_allowed, value_problems
from sim.experiments.crossing import CROSSED, Crossing
from sim.experiments.designs import DESIGNS, KINDS, SAMPLES, Columns, Design
from sim.experiments.factors import ROLES, Factor, column, declared_role, default_range, is_whole
from sim.experiments.policy_files import asks_for_policies, read_crossing
from sim.model import vocabulary
from sim.model.aliases import RENAMED, Written, current_key
from sim.model.aliases import value as value_now
from sim.model.decision_rights import ROWS
from sim.model.parameters import MAX_SEED, STABLE
from sim.model.schema import declarations, experimental, nearest_key
from sim.model.vocabulary import DEFAULT_RESPONSES
from sim.scenarios import forms
from sim.scenarios.compose import allowed
from sim.scenarios.forms import Form, PlainText, whole
from sim.scenarios.layers import DISTRIBUTION
from sim.scenarios.overrides import INTERVENTIONS, Overrides, from_tree

REPLICATIONS = 100
MOST_REPLICATIONS = 1_000_000
MOST_LEVELS = 1_000_000
UNCERTAINTIES = "uncertainties"
IN_UNITS = ("range", "levels")
INERT = "focal"
"""The group of a change that only studies of one change have; elsewhere it has no effect, and is varied only by name."""

ENDINGS = (".yaml", ".yml")
MOST_LEVELS_SHOWN = 24
WRITTEN_DOWN = ("list", "table")
LABELS = ("name", "group")
"""Keys of a point in a list that are not parameters."""

TEXT_RULE = "every experiment must give its question and title, as plain text"
PARAMETERS_RULE = "must be a mapping of keys to values, as in a scenario file"
COUNT_RULE = "must be a number of evenly spaced levels"
ROLE_RULE = f"must be one of {', '.join(ROLES)}"
EXCEPT_RULE = "must be a list of keys or groups of parameters"
FACTORS_RULE = "must be a mapping from keys of parameters to a range or levels"
FACTOR_RULE = "must give {range: [low, high]} or {levels: [one, another]}"
UNCERTAINTIES_RULE = "must give {spread: 2}: how far from its default a number may be"
ZIP_RULE = "the factors of a zip go side by side and need equally many levels"
ABLATION_RULE = "must be a list of keys to be set to 0 in turn; left out, they are all mechanisms"


class ExperimentForm(Form):
    """An experiment file. `factors` depends on `design`, and both are read one by one."""

    label: ClassVar[str] = "an experiment"
    question: PlainText = Field(description=TEXT_RULE)
    title: PlainText = Field(description=TEXT_RULE)
    scenarios: list[str] = forms.names("scenarios", ["baseline"])
    parameters: dict[Any, Any] = Field({}, description=PARAMETERS_RULE)
    factors: Any = None
    design: Any = None
    levers: Any = None
    policies: Any = None
    uncertainties: Any = None
    futures: Any = None
    objectives: Any = None
    constraints: Any = None
    search: Any = None
    replications: int = whole(1, MOST_REPLICATIONS, REPLICATIONS)
    seed: int | None = whole(0, MAX_SEED, None)
    responses: list[str] = forms.names("outcomes", [*DEFAULT_RESPONSES])


class FactorForm(Form):
    """One factor: a range or levels."""

    label: ClassVar[str] = "a factor"
    range: list[Any] | None = Field(None, min_length=2, max_length=2, description="must be [low, high]")
    levels: Any = None
    count: int | None = Field(None, ge=2, le=MOST_LEVELS, description=f"{COUNT_RULE}, 2 or more")
    role: Literal["lever", "uncertainty"] | None = Field(None, description=ROLE_RULE)


class UncertaintiesForm(Form):
    """The rule for all uncertainties at once."""

    label: ClassVar[str] = UNCERTAINTIES
    spread: float = Field(gt=1.0, description="must be a number above 1: 2 means from half to double")
    choices: bool = Field(False, description="must be true or false")
    without: list[str] = Field([], alias="except", description=EXCEPT_RULE)


@dataclass
class Draft:
    """What a file or a command line asks for, as far as it could be read.

    Args:
        name: of the experiment.
        where: the file, or `command line`, for messages.
        title: its title.
        question: the question it asks.
        scenarios: their names.
        fixed: parameters set alike in every run.
        factors: what varies.
        design: how the points are chosen; None if that could not be read.
        points: the points where they are written down; None where the design makes them.
        replications: runs of each point and scenario.
        seed: random seed; None if not stated.
        responses: names of the outcomes to keep.
        problems: all problems so far.
        crossing: policies and futures, where the file crosses them.
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
    crossing: Crossing | None = None

    def section(self, name: str) -> Draft:
        """A draft for one section of the file; its problems are named after the section."""
        return Draft(self.name, self.where, name)

    def take(self, part: Draft) -> None:
        """Take over the problems of a section, with its name for `factors` or `design`."""
        for found in part.problems:
            first, dot, rest = found.key.partition(".")
            section = {"factors": "uncertainties", "design": part.title}.get(first, first)
            if first == "factors" and part.title == "levers":
                section = part.title
            if rest.partition(".")[0] == section:
                _, dot, rest = rest.partition(".")
            self.problems.append(replace(found, key=section + dot + rest))

    def report(self, key: str, message: str, value: str = "", nearest: str | None = None) -> None:
        """Add one problem."""
        self.problems.append(Problem(self.where, key, message, value, nearest))

    def read(self, form: type[Form], given: Mapping[Any, Any], prefix: str) -> Any:
        """Read a part of the file; problems are added to the draft."""
        found, problems = forms.read_form(form, given, self.where, prefix)
        self.problems += problems
        return found


def available() -> dict[str, Path]:
    """The shipped experiments by name, in alphabetical order."""
    return {path.stem: path for path in sorted(paths.bundled("experiments").glob("*.yaml"))}


def find(name: str) -> Path | None:
    """The file of an experiment, by its name or its path; None when it is neither."""
    return Path(name) if name.endswith(ENDINGS) else available().get(name)


def read(path: Path) -> Draft:
    """Read one experiment file, and find all problems with it."""
    draft = Draft(path.stem, paths.as_shown(path))
    try:
        tree = forms.parse(forms.read_text(path))
        if forms.has_interpolation(tree):
            raise ValueError(forms.NO_INTERPOLATION)
    except ValueError as error:
        draft.report("file", str(error))
        return draft
    if tree and next(iter(tree)) != "question":
        draft.report("question", "must come first: an experiment begins with its question")
    if isinstance(tree.get("scenarios"), str):
        tree["scenarios"] = [tree["scenarios"]]
    form = draft.read(ExperimentForm, tree, "")
    draft.question, draft.title = getattr(form, "question", ""), getattr(form, "title", "")
    draft.scenarios, draft.replications, draft.seed = form.scenarios, form.replications, form.seed
    draft.fixed = from_tree(form.parameters, draft.where)
    draft.problems += draft.fixed.problems
    draft.fixed.problems = []
    if asks_for_policies(tree):
        draft.crossing = read_crossing(tree, path.parent, draft, read_factors, _design)
        draft.factors = [*draft.crossing.space.factors, *draft.crossing.uncertainties]
        draft.design = Design(CROSSED)
        form = _with_judged(form, draft.crossing)
    else:
        _design(form.design, tree, path.parent, draft)
    matching = {name: vocabulary.matching_responses(name) for name in form.responses}
    draft.responses = tuple(dict.fromkeys(response for found in matching.values() for response in found))
    for name in (name for name, found in matching.items() if not found):
        nearest = nearest_name(name, vocabulary.RESPONSES)
        draft.report("responses", "there is no such outcome", shown(name), nearest)
    return draft


def _with_judged(form: Any, crossing: Crossing) -> Any:
    """The form with the outcomes that objectives and constraints need among its responses."""
    judged = [name for one in (*crossing.objectives, *crossing.constraints) for name in one.outcomes]
    return form.model_copy(update={"responses": list(dict.fromkeys([*form.responses, *judged]))})


def _design(given: Any, tree: Mapping[Any, Any], folder: Path, draft: Draft) -> None:
    settings = {"kind": given} if isinstance(given, str) else given
    settings = dict(settings) if isinstance(settings, Mapping) else {}
    kind = settings.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        message, value = f"must give its kind, one of {', '.join(KINDS)}", given if kind is None else kind
        draft.report("design", message, shown(value), nearest_name(str(kind), KINDS))
        if isinstance(tree.get("factors"), Mapping):
            read_factors(tree["factors"], draft)
        return
    before = len(draft.problems)
    form = draft.read(DESIGNS[kind], settings, "design.")
    valid = len(draft.problems) == before
    settings = form.model_dump() if valid else {}
    if kind in WRITTEN_DOWN:
        if "factors" in tree:
            draft.report("factors", f"the points of a {kind} name what varies; leave factors out")
        if kind == "list" and valid:
            settings |= _list(form.points, draft)
        elif valid:
            settings["file"] = str(folder / form.file)
            draft.points, problems = designs.read(settings["file"])
            draft.problems += problems
        draft.factors = [_factor_of(key, values) for key, values in (draft.points or {}).items()]
    elif kind == "ablation":
        _ablated(tree.get("factors", [f"mechanisms.{name}" for name in STABLE]), draft)
    else:
        read_factors(tree.get("factors"), draft)
        _fitting(kind, draft)
    if valid:
        draft.design = Design(kind, settings)


def read_factors(given: Any, draft: Draft) -> None:
    """Read all factors into a draft, with the problems of each."""
    if not isinstance(given, Mapping) or not given:
        draft.report("factors", FACTORS_RULE, shown(given))
        return
    written = Written()
    for key, content in ((str(key), content) for key, content in given.items() if key != UNCERTAINTIES):
        if not _can_vary(key, f"factors.{key}", draft):
            continue
        given_parts = content if isinstance(content, Mapping) else {}
        if sum(given_parts.get(part) is not None for part in IN_UNITS) != 1:
            draft.report(f"factors.{key}", FACTOR_RULE, shown(content))
            continue
        # Under an earlier key, ranges and levels may be in another unit.
        content = {part: value_now(key, v) if part in IN_UNITS else v for part, v in content.items()}
        now, again, at_odds = written.note(key, content)
        if at_odds:
            draft.report(f"factors.{key}", at_odds)
        elif not again:
            draft.factors += _factor(now, content, draft)
    if UNCERTAINTIES in given:
        # A range or levels of its own wins over the rule for all uncertainties.
        own = {factor.key for factor in draft.factors}
        draft.factors += [f for f in _uncertainties(given[UNCERTAINTIES], draft) if f.key not in own]


def _can_vary(key: str, place: str, draft: Draft, value: str = "") -> bool:
    """Whether a key can be a factor; if not, the problem is added to the draft."""
    inside = next((name for name in declarations() if name.startswith(f"{key}.")), None)
    nearest = None
    if key in declarations() or key in RENAMED:
        return True
    if key == INTERVENTIONS:
        message = "is no single value; write a scenario for each list of dated changes"
    elif key == "mechanisms":
        message = "is many parameters; name them, or use the design `ablation`"
    elif key.removeprefix("power.") in ROWS:
        message = (
            f"is a row of shares that sum to 1: under `levers` it is one lever, {key}: {{simplex: true}}; or vary all its "
            f"shares together (as in {inside}) with a zip or list"
        )
    elif inside:
        message = f"is a group of parameters; name them one by one, as in {inside}"
    else:
        message, nearest = "there is no such parameter", nearest_key(key)
    draft.report(place, message, value, nearest)
    return False


def _factor(key: str, content: Mapping[Any, Any], draft: Draft) -> list[Factor]:
    """The factor that a range or levels give; none if they cannot be used."""
    place, declared = f"factors.{key}", declarations()[key]
    before = len(draft.problems)
    form = draft.read(FactorForm, content, f"{place}.")
    factor = Factor(key, form.role or declared_role(key), whole=is_whole(key))
    if form.levels is not None:
        if form.count is not None:
            draft.report(f"{place}.count", "belongs to a range; levels are already counted", str(form.count))
        levels = declared.choices if form.levels == "all" and declared.choices else form.levels
        if not isinstance(levels, list | tuple) or not levels:
            every = " (or `all`)" if declared.choices else ""
            draft.report(f"{place}.levels", f"must be a list of values{every}", shown(levels))
            return []
        or_null = ", or null for what the scenario says"
        problems = value_problems(draft.where, f"{place}.levels", declared, levels, or_null)
        draft.problems += problems
        levels = tuple(as_declared(declared, level) for level in levels)
        return [] if problems else [replace(factor, levels=levels)]
    if declared.low is None:
        draft.report(place, f"has no range; give levels: {allowed(declared)}")
    elif form.range is not None:
        invalid = value_problems(draft.where, f"{place}.range", declared, form.range)
        draft.problems += invalid
        if not invalid and form.range[0] >= form.range[1]:
            draft.report(f"{place}.range", "the first must be less than the second", shown(form.range))
    if len(draft.problems) > before:
        return []
    low, high = (as_declared(declared, end) for end in form.range)
    if form.count is None:
        return [replace(factor, low=low, high=high)]
    # Twelve digits, so that a level is 0.3 and not 0.30000000000000004.
    spaced = [float(f"{level:.12g}") for level in np.linspace(low, high, form.count)]
    if factor.whole and not all(level.is_integer() for level in spaced):
        said = f"{COUNT_RULE} that fall on whole numbers, 2 or more"
        draft.report(f"{place}.count", said, str(form.count))
        return []
    return [replace(factor, levels=tuple(int(level) if factor.whole else level for level in spaced))]


def _uncertainties(given: Any, draft: Draft) -> list[Factor]:
    place = f"factors.{UNCERTAINTIES}"
    if not isinstance(given, Mapping):
        draft.report(place, UNCERTAINTIES_RULE, shown(given))
        return []
    before = len(draft.problems)
    form = draft.read(UncertaintiesForm, given, f"{place}.")
    groups = {declared.group: None for declared in declarations().values()}
    known = [*declarations(), *groups]
    without = {current_key(name) if name in RENAMED else name for name in form.without}
    for name in sorted(without.difference(known)):
        message = "there is no such parameter or group"
        draft.report(f"{place}.except", message, shown(name), nearest_name(name, known))
    if len(draft.problems) > before:
        return []
    left_out = {*without, *experimental(), INERT}
    factors = []
    for declared in declarations().values():
        if declared.role != "uncertainty" or left_out & {declared.group, declared.key}:
            continue
        if declared.choices and not form.choices:
            continue
        factor = default_range(declared, form.spread)
        if factor is None:
            message = "has no half and double of its default within its bounds; state its range, or except it"
            draft.report(place, f"{declared.key} {message}")
        else:
            factors.append(factor)
    return factors


def _list(given: Sequence[Any], draft: Draft) -> dict[str, Any]:
    """Read points that are written down one by one.

    Returns:
        Their names and groups, where any has one: settings of the design.
    """
    points: list[dict[str, Any]] = []
    labels: dict[str, list[str | None]] = {f"{name}s": [] for name in LABELS}
    for number, point in enumerate(given):
        place = f"design.points[{number}]"
        if not isinstance(point, Mapping):
            draft.report(place, "must be a mapping of keys to values", shown(point))
            continue
        for name in LABELS:
            label = point.get(name)
            if label is not None and not (isinstance(label, str) and label.strip()):
                draft.report(f"{place}.{name}", "must be plain words", shown(label))
            labels[f"{name}s"].append(label)
        values = Overrides()
        for key, value in ((str(key), value) for key, value in point.items() if key not in LABELS):
            # A row of power may be written as a whole; it is a factor for each of its shares.
            whole_row = key.removeprefix("power.") in ROWS and isinstance(value, Mapping)
            if whole_row or _can_vary(key, f"{place}.{key}", draft, shown(value)):
                values.take(key, value, draft.where)
        draft.problems += [replace(found, key=f"{place}.{found.key}") for found in values.problems]
        points.append({key: as_declared(declarations()[key], v) for key, v in values.leaves.items()})
    if not draft.problems:
        keys = dict.fromkeys(key for point in points for key in point)
        draft.points = {key: column([point.get(key) for point in points]) for key in keys}
    names = [name for name in labels["names"] if isinstance(name, str)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        draft.report("design.points", "two points have this name", shown(name))
    return {name: found for name, found in labels.items() if any(found)}


def _factor_of(key: str, values: Any) -> Factor:
    """The factor that a written-down column stands for: its levels when they are few, else its range."""
    plain = values.tolist() if hasattr(values, "tolist") else values
    distinct = list(dict.fromkeys(value if isinstance(value, int | float | str) else None for value in plain))
    factor = Factor(key, declared_role(key), whole=is_whole(key))
    numbers = [value for value in distinct if isinstance(value, int | float)]
    if len(distinct) <= MOST_LEVELS_SHOWN or len(numbers) < len(distinct):
        return replace(factor, levels=tuple(distinct))
    return replace(factor, low=min(numbers), high=max(numbers))


def _ablated(given: Any, draft: Draft) -> None:
    if not isinstance(given, list) or not given or not all(isinstance(key, str) for key in given):
        draft.report("factors", ABLATION_RULE, shown(given))
        return
    written = Written()
    named = [written.note(key, 0.0)[:2] for key in given]
    keys = [key for key, again in named if not again]
    for position, key in enumerate(keys):
        if not _can_vary(key, f"factors.{key}", draft):
            continue
        if key == DISTRIBUTION or not is_allowed(declarations()[key], 0):
            message = "cannot be switched off: 0 is not allowed, or does not mean that it has no effect"
            draft.report(f"factors.{key}", message)
        elif key in keys[:position]:
            draft.report(f"factors.{key}", "is given twice")
        else:
            draft.factors.append(Factor(key, declared_role(key), levels=(None, 0.0)))


def _fitting(kind: str, draft: Draft) -> None:
    """Check that the design can use the factors."""
    for factor in draft.factors:
        place, levels = f"factors.{factor.key}", factor.levels
        if kind in SAMPLES:
            if levels is not None and len(levels) < 2:
                draft.report(f"{place}.levels", "one level is no factor: set it in `parameters`")
            elif levels is not None and None in levels:
                draft.report(f"{place}.levels", "null has no place in a sample; write the value")
        elif levels is None:
            message = "needs levels: {levels: [one, another]} or {range: [low, high], count: 5}"
            draft.report(place, f"a {kind} {message}")
        elif kind == "grid" and len(set(levels)) < len(levels):
            draft.report(f"{place}.levels", "a level is given twice", shown(list(levels)))
    lengths = {factor.key: len(factor.levels) for factor in draft.factors if factor.levels is not None}
    if kind == "zip" and len(set(lengths.values())) > 1:
        listed = ", ".join(f"{key} has {n}" for key, n in lengths.items())
        draft.report("factors", f"{ZIP_RULE}: {listed}")
