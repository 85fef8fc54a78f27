"""The part of an experiment file that crosses policies with futures: levers, uncertainties, objectives and the search.

levers:        {power.design: {simplex: 4}, pace.protected: {range: [0, 0.4]}}
policies:      {kind: latin_hypercube, points: 200}
uncertainties: {spread: 2, work.load: {range: [0.5, 2]}}
futures:       {kind: latin_hypercube, points: 100}
objectives:    {gap: {}, bad_futures: {outcome: gap, over: worst_tenth}}
constraints:   {budget: {outcome: hours_offered, at_most: 0.05}}
search:        {evaluations: 2000}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from sim.errors import nearest_name, shown
from sim.experiments.crossing import Crossing, Objective, SearchForm
from sim.experiments.factors import Factor
from sim.experiments.policies import Lever, Simplex, Space, row_of, simplexes
from sim.model.decision_rights import ROWS, columns
from sim.model.vocabulary import UNITS, matching_responses
from sim.scenarios.forms import Form

SECTIONS = ("levers", "policies", "uncertainties", "futures", "objectives", "constraints", "search")
FUTURE_DESIGNS = ("latin_hypercube", "sobol_sequence", "grid", "list", "table")
POLICY_DESIGNS = FUTURE_DESIGNS
DIFFERENCE = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(?:[-−]\s*([A-Za-z_][\w.]*)\s*)?")


class SimplexForm(Form):
    """A row of rights whose shares sum to 1."""

    label: ClassVar[str] = "a lever"
    simplex: Any = None
    dirichlet: list[float] | None = Field(
        None, description="must be a number above 0 for each holder: how the sample favours them"
    )
    lattice: int | None = Field(
        None, ge=1, le=100, description="must be a whole number: shares are multiples of 1 over it"
    )


class ObjectiveForm(Form):
    """What a policy is judged by."""

    label: ClassVar[str] = "an objective"
    outcome: str | None = Field(
        None, description="must name an outcome, or the difference of two, as in `a - b`"
    )
    over: Literal["mean", "worst_tenth", "p90"] = Field(
        "mean", description="must say how futures are put together: mean, worst_tenth or p90"
    )
    epsilon: float | None = Field(
        None, gt=0, description="must be the smallest difference that matters, above 0"
    )
    ideal: float | None = Field(None, description="must be the best value, a number")
    reference: float | None = Field(None, description="must be the worst value that still counts, a number")
    threshold: float | None = Field(None, description="must be what is good enough, a number")
    maximise: bool = Field(False, description="must be true or false")


class ConstraintForm(Form):
    """What a policy may not exceed."""

    label: ClassVar[str] = "a constraint"
    outcome: str = Field(description="must name an outcome, or the difference of two, as in `a - b`")
    over: Literal["mean", "worst_tenth", "p90"] = Field(
        "mean", description="must say how futures are put together: mean, worst_tenth or p90"
    )
    at_most: float = Field(description="must be a number")


def asks_for_policies(tree: Mapping[Any, Any]) -> bool:
    """Whether a file crosses policies with futures."""
    return any(section in tree for section in SECTIONS)


def read_levers(given: Any, draft: Any, read_factors: Callable[[Any, Any], None]) -> Space:
    """Read `levers`: ranges, levels, and rows of rights as simplexes.

    Args:
        given: the mapping of the file.
        draft: where problems go.
        read_factors: reads ranges and levels into a draft.
    """
    if not isinstance(given, Mapping) or not given:
        message = "must be a mapping from keys of parameters to a range, levels or a simplex"
        draft.report("levers", message, shown(given))
        return Space(())
    levers: list[Lever] = []
    for key, content in ((str(key), content) for key, content in given.items()):
        if isinstance(content, Mapping) and "simplex" in content:
            levers += _simplex(key, content, draft)
            continue
        inside = draft.section("levers")
        read_factors({key: content}, inside)
        draft.take(inside)
        levers += [replace(factor, role="lever") for factor in inside.factors]
    _overlapping(levers, draft)
    return Space(tuple(levers))


def _simplex(key: str, content: Mapping[Any, Any], draft: Any) -> list[Simplex]:
    place = f"levers.{key}"
    before = len(draft.problems)
    if key != "power" and row_of(key) is None:
        names = ["power", *(f"power.{row}" for row in ROWS)]
        message = f"is no row of the table of decision rights: a simplex is for {', '.join(names)}"
        draft.report(place, message, "", nearest_name(key, names))
        return []
    form = draft.read(SimplexForm, content, f"{place}.")
    found = simplexes(key, form.dirichlet, form.lattice)
    for simplex in found:
        holders = len(columns(simplex.row))
        if form.simplex is not True and form.simplex != holders and key != "power":
            message = f"must be {holders}, one share for each of {', '.join(columns(simplex.row))}, or true"
            draft.report(f"{place}.simplex", message, shown(form.simplex))
        if form.dirichlet is not None and (len(form.dirichlet) != holders or min(form.dirichlet) <= 0):
            message = f"must be {holders} numbers above 0, for {', '.join(columns(simplex.row))}"
            draft.report(f"{place}.dirichlet", message, shown(form.dirichlet))
    return found if len(draft.problems) == before else []


def _overlapping(levers: list[Lever], draft: Any) -> None:
    keys = [key for lever in levers for key in (lever.keys if isinstance(lever, Simplex) else (lever.key,))]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        draft.report("levers", f"{key} is given twice")
    shares = [lever.key for lever in levers if isinstance(lever, Factor) and lever.key.count(".") == 2]
    for key in (key for key in shares if key.startswith("power.")):
        row = key.rpartition(".")[0]
        holders = len(columns(row.removeprefix("power.")))
        said = (
            f"is one share of a row that sums to 1: vary the whole row, as in {row}: {{simplex: {holders}}}"
        )
        draft.report(f"levers.{key}", said)


def as_factors(given: Any) -> Any:
    """Top-level `uncertainties` in the form of `factors`: keys of parameters, and the rule for all others."""
    if not isinstance(given, Mapping):
        return given
    own = {key: content for key, content in given.items() if "." in str(key)}
    rule = {key: content for key, content in given.items() if "." not in str(key)}
    return own | ({"uncertainties": rule} if rule else {})


def read_objectives(
    tree: Mapping[Any, Any], draft: Any
) -> tuple[tuple[Objective, ...], tuple[Objective, ...]]:
    """Read `objectives` and `constraints`; the outcomes they need are kept."""
    found: dict[str, list[Objective]] = {"objectives": [], "constraints": []}
    for section, form_of in (("objectives", ObjectiveForm), ("constraints", ConstraintForm)):
        given = tree.get(section, {})
        if isinstance(given, list):
            given = {name: {} for name in given}
        if not isinstance(given, Mapping):
            draft.report(section, "must be a mapping from names to what they judge", shown(given))
            continue
        for name, content in ((str(name), content or {}) for name, content in given.items()):
            if not isinstance(content, Mapping):
                draft.report(f"{section}.{name}", "must be a mapping, as in {outcome: gap}", shown(content))
                continue
            before = len(draft.problems)
            form = draft.read(form_of, content, f"{section}.{name}.")
            if len(draft.problems) > before:
                continue
            outcomes = _outcomes(form.outcome or name, f"{section}.{name}", draft)
            if outcomes:
                found[section].append(_objective(name, outcomes, form))
    return tuple(found["objectives"]), tuple(found["constraints"])


def _outcomes(text: str, place: str, draft: Any) -> tuple[str, ...]:
    """The responses that an outcome, or a difference of two, names."""
    found = DIFFERENCE.fullmatch(text)
    names = tuple(name for name in found.groups() if name) if found else ()
    if not names:
        draft.report(place, "must name an outcome, or the difference of two, as in `a - b`", shown(text))
        return ()
    unknown = [name for name in names if len(matching_responses(name)) != 1]
    for name in unknown:
        from sim.model.vocabulary import RESPONSES

        draft.report(place, "there is no such outcome", shown(name), nearest_name(name, RESPONSES))
    return () if unknown else names


def _objective(name: str, outcomes: tuple[str, ...], form: Any) -> Objective:
    """The objective of a form, with defaults by unit: a hundredth of a share, or a month."""
    share = outcomes[0] not in UNITS
    if isinstance(form, ConstraintForm):
        return Objective(name, outcomes, form.over, 1.0, 0.0, 1.0, form.at_most)
    worst, best = (1.0, 0.0) if share else (120.0, 0.0)
    if len(outcomes) == 2:
        best = -worst
    if form.maximise:
        worst, best = -best, -worst
    return Objective(
        name,
        outcomes,
        form.over,
        form.epsilon or (0.01 if share else 1.0),
        best if form.ideal is None else (-form.ideal if form.maximise else form.ideal),
        worst if form.reference is None else (-form.reference if form.maximise else form.reference),
        form.threshold if form.threshold is None or not form.maximise else -form.threshold,
        form.maximise,
    )


def read_crossing(
    tree: Mapping[Any, Any],
    folder: Path,
    draft: Any,
    read_factors: Callable[[Any, Any], None],
    read_design: Callable[[Any, Mapping[Any, Any], Path, Any], None],
) -> Crossing:
    """Read all sections that cross policies with futures, with the problems of each.

    Args:
        tree: the file.
        folder: the folder of the file, for tables of points.
        draft: where problems go.
        read_factors: reads ranges and levels into a draft.
        read_design: reads factors and a design into a draft.
    """
    for key in ("factors", "design"):
        if key in tree:
            other = "levers and uncertainties" if key == "factors" else "policies and futures"
            message = f"cannot stand beside {other}: give the one or the other"
            if key == "factors" and isinstance(tree[key], Mapping) and "uncertainties" in tree[key]:
                message += "; what is under factors.uncertainties goes into `uncertainties` as it is"
            draft.report(key, message)
    crossing = Crossing(Space(()))
    if "levers" in tree or "policies" not in tree:
        crossing.space = read_levers(tree.get("levers"), draft, read_factors)
    if "policies" in tree:
        _read_policies(tree, folder, draft, read_design, crossing)
    if "uncertainties" in tree or "futures" in tree:
        part = draft.section("futures")
        inner = {"design": tree.get("futures", {"kind": "latin_hypercube", "points": 100})}
        if "uncertainties" in tree:
            inner["factors"] = as_factors(tree["uncertainties"])
        read_design(inner["design"], inner, folder, part)
        draft.take(part)
        crossing.uncertainties = tuple(replace(factor, role="uncertainty") for factor in part.factors)
        crossing.futures = part.design
        crossing.future_points = part.points
    crossing.objectives, crossing.constraints = read_objectives(tree, draft)
    if "search" in tree:
        given = tree["search"]
        if isinstance(given, Mapping):
            crossing.search = draft.read(SearchForm, given, "search.")
        else:
            draft.report("search", "must be a mapping, as in {evaluations: 2000}", shown(given))
    shared = {f.key for f in crossing.space.factors} & {f.key for f in crossing.uncertainties}
    for key in sorted(shared):
        draft.report(
            "uncertainties", f"{key} is a lever here; leave it out of the uncertainties (except: [{key}])"
        )
    return crossing


def _read_policies(
    tree: Mapping[Any, Any],
    folder: Path,
    draft: Any,
    read_design: Callable[[Any, Mapping[Any, Any], Path, Any], None],
    crossing: Crossing,
) -> None:
    """Read how policies are chosen: sampled, every combination, or written down."""
    given = tree["policies"]
    given = {"kind": "list", "points": given} if isinstance(given, list) else given
    kind = given if isinstance(given, str) else given.get("kind") if isinstance(given, Mapping) else None
    if kind not in POLICY_DESIGNS:
        message = f"must be a list of policies, or give its kind, one of {', '.join(POLICY_DESIGNS)}"
        draft.report("policies", message, shown(given), nearest_name(str(kind), POLICY_DESIGNS))
        return
    part = draft.section("policies")
    if kind in ("list", "table"):
        if "levers" in tree:
            draft.report("levers", f"the policies of a {kind} name their levers; leave levers out")
        read_design(given, {"design": given}, folder, part)
        draft.take(part)
        crossing.space = Space(tuple(replace(factor, role="lever") for factor in part.factors))
        crossing.policies = part.design
        crossing.policy_points = part.points
        return
    # A stand-in factor: the settings of the design are read as for any other.
    settings = {"kind": given} if isinstance(given, str) else dict(given)
    levels = {"levels": [0.25, 0.5]} if kind == "grid" else {"range": [0.25, 0.5]}
    read_design(settings, {"design": settings, "factors": {"work.load": levels}}, folder, part)
    draft.take(part)
    crossing.policies = part.design
    for lever in crossing.space.levers:
        if kind == "grid" and isinstance(lever, Simplex) and lever.steps is None:
            draft.report(
                f"levers.power.{lever.row}", "a grid needs a lattice, as in {simplex: 4, lattice: 4}"
            )
        if kind == "grid" and isinstance(lever, Factor) and lever.levels is None:
            draft.report(f"levers.{lever.key}", "a grid needs levels, or {range: [low, high], count: 5}")
