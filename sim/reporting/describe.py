"""What a name means: mechanisms, parameters, rows of power, scenarios, experiments, cases, outcomes, causes of loss.

An `Entry` holds what is declared of a name. `explain` shows it in the terminal, `sim.reporting.reference.pages` on a page,
`sim.live.metadata` hands it to the live view.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, raise_if_any, shown
from sim.experiments import experiment_files
from sim.experiments.crossing import Crossing, futures_of, policies_of
from sim.experiments.designs import points_of, points_planned
from sim.experiments.experiment_files import Draft
from sim.experiments.factors import ROLES, Factor
from sim.history import case_files
from sim.model import vocabulary
from sim.model.aliases import RENAMED, note_renamed
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.model.interventions import timing
from sim.model.parameters import MECHANISM_NAMES, Parameters, Power
from sim.model.schema import Declaration, declarations, reference_magnitudes
from sim.reporting.terminal import table
from sim.scenarios import scenario_files

WIDTH = 100
NO_GROUP = ("mechanisms", "interventions")
"""Fields of `Parameters` that no entry stands for."""

TABLES = {"hierarchy": HIERARCHY, "status_quo": STATUS_QUO, "distributed": DISTRIBUTED}
"""The tables of decision rights that are shown side by side."""

WITH_MAGNITUDES = "The strength multiplies these reference magnitudes:"
WITHOUT_MAGNITUDES = (
    "It has no reference magnitude of its own: section 12 of docs/odd.md says what it scales."
)
RIGHT = "row of the table of decision rights"
PARAMETER, GROUP, RENAMED_KEY = "parameter", "group of parameters", "earlier key"


class Setting(NamedTuple):
    """One value that a scenario sets, from the start or at a date, as messages write it."""

    when: str
    key: str
    value: str
    where: str


@dataclass(frozen=True)
class Entry:
    """What a name stands for, for the terminal, the reference pages and the live view.

    Attributes:
        kind: what sort of thing it is.
        name: as it is written; of a parameter or a decision right its key.
        sentence: what it means, or the question that it asks.
        title: of a file, the title in it; of a name in an output, its label.
        facts: further lines that the terminal shows.
        source: where it comes from.
        declared: the declaration of a parameter, or of the strength of a mechanism.
        shares: of a decision right, who holds how much of it in each of `TABLES`.
        claim: what a scenario claims.
        settings: what a scenario sets; None of anything else.
        parts: entries of what belongs to it.
    """

    kind: str
    name: str
    sentence: str
    title: str = ""
    facts: tuple[str, ...] = ()
    source: str = ""
    declared: Declaration | None = None
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    claim: scenario_files.Claim | None = None
    settings: tuple[Setting, ...] | None = None
    parts: tuple[Entry, ...] = ()


def describe(name: str, folders: Sequence[str] = ()) -> list[Entry]:
    """All that a name stands for: several things may bear it.

    Raises:
        InputProblems: if nothing bears it; with the nearest name.
    """
    scenarios, problems = scenario_files.available(folders)
    raise_if_any(problems)
    experiments, cases = experiment_files.available(), case_files.available()
    bare = name
    for prefix in ("mechanisms.", "losses.", "stage.", "hours."):
        bare = bare.removeprefix(prefix)
    row = name.removeprefix("power.")
    scenario_name = scenario_files.ALIASES.get(name, name)
    found = [mechanism(bare)] if bare in MECHANISM_NAMES else []
    found += [renamed(old) for old in RENAMED if _means(name, old)]
    found += [right(row)] if row in ROWS else []
    found += [scenario(scenario_files.read(scenarios[scenario_name]))] if scenario_name in scenarios else []
    found += [_experiment(experiment_files.read(experiments[name]))] if name in experiments else []
    found += [_case(case_files.read(cases[name]))] if name in cases else []
    found += [term(kind, bare) for kind, terms in vocabulary.TERMS.items() if bare in terms]
    found += [
        parameter(d) for key, d in declarations().items() if _means(name, key) and key != f"mechanisms.{bare}"
    ]
    found += [group(name)] if name in Parameters.model_fields and name not in NO_GROUP else []
    if not found:
        terms = [term for terms in vocabulary.TERMS.values() for term in terms]
        known = [*scenarios, *experiments, *cases, *ROWS, *MECHANISM_NAMES, *declarations(), *RENAMED, *terms]
        message = "there is no such name; `gapsim list` shows all names"
        raise InputProblems([Problem(COMMAND_LINE, name or "''", message, "", nearest_name(name, known))])
    return found


def _means(name: str, key: str) -> bool:
    return name == key or (
        "." not in name and key.rpartition(".")[2] == name and not key.startswith("power.")
    )


def parameter(d: Declaration) -> Entry:
    """The entry of a declared parameter."""
    facts = f"{_range(d)}; {d.role}; {'may change in mid-run' if d.live else 'a change needs a new run'}"
    return Entry(PARAMETER, d.key, d.sentence, facts=(facts,), source=d.source, declared=d)


def _range(d: Declaration) -> str:
    if d.choices:
        return f"one of {', '.join(d.choices)}"
    return f"from {d.low} to {d.high}" if d.low is not None else d.unit


def mechanism(name: str) -> Entry:
    """The entry of a mechanism, with its reference magnitudes as parts."""
    strength = declarations()[f"mechanisms.{name}"]
    strength_text = f"{_range(strength)}; default {strength.default}; 0 switches it off exactly."
    parts = tuple(map(parameter, reference_magnitudes(name)))
    effect = WITH_MAGNITUDES if parts else WITHOUT_MAGNITUDES
    facts = (f"strength {strength.key}: {strength_text}", effect)
    return Entry("mechanism", name, strength.sentence, facts=facts, declared=strength, parts=parts)


def right(row: str) -> Entry:
    """The entry of a row of the table of decision rights."""
    shares = {name: {holder: table[row][holder] for holder in columns(row)} for name, table in TABLES.items()}
    sentence = str(Power.model_fields[row].description)
    return Entry(RIGHT, f"power.{row}", sentence, facts=("Shares sum to 1.",), shares=shares)


def share_rows(entry: Entry, corner: str = "") -> list[list[str]]:
    """The shares of a decision right as rows of cells: its holders, then a row for each table."""
    rows = [
        [name.replace("_", " "), *(f"{share:g}" for share in held.values())]
        for name, held in entry.shares.items()
    ]
    return [[corner, *next(iter(entry.shares.values()))], *rows]


def scenario(file: scenario_files.ScenarioFile) -> Entry:
    """The entry of a scenario.

    Raises:
        InputProblems: if something is wrong with its file.
    """
    raise_if_any(file.problems)
    settings = [Setting("", k, shown(v), "") for k, v in file.leaves.items() if k != "interventions"]
    settings += map(_dated, file.leaves.get("interventions", []))
    title, question, source = (file.header[key] for key in scenario_files.HEADER)
    return Entry(
        "scenario", file.name, question, title, source=source, claim=file.claim, settings=tuple(settings)
    )


def _dated(dated: Mapping[str, Any]) -> Setting:
    return Setting(
        f"{timing(dated)}: ", str(dated.get("key")), shown(dated.get("value")), _where(dated.get("places"))
    )


def _where(places: Sequence[str] | None) -> str:
    return f" in {', '.join(places)}" if places else ""


def term(kind: str, name: str) -> Entry:
    """The entry of a name in an output, of a kind in `vocabulary.TERMS`."""
    found = vocabulary.TERMS[kind][name]
    return Entry(kind, name, found.meaning, found.label)


def group(name: str) -> Entry:
    """The entry of a group of parameters, with these as parts."""
    sentence = inspect.getdoc(type(getattr(Parameters(), name))) or ""
    members = tuple(parameter(d) for d in declarations().values() if d.group == name)
    return Entry(GROUP, name, sentence, parts=members)


def renamed(old: str) -> Entry:
    """The entry of a key of an earlier version, with what it became as its part."""
    now = RENAMED[old].key
    kind, _, name = now.partition(".")
    part = mechanism(name) if kind == "mechanisms" else parameter(declarations()[now])
    return Entry(RENAMED_KEY, old, note_renamed(old), parts=(part,))


def _experiment(draft: Draft) -> Entry:
    raise_if_any(draft.problems)
    assert draft.design is not None
    if draft.crossing is not None:
        return _crossing(draft, draft.crossing)
    points = points_of(draft.points) if draft.points else points_planned(draft.factors, draft.design)
    settings = [
        f"{name} {value}"
        for name, value in draft.design.settings.items()
        if name != "points" or not draft.points
    ]
    runs = points * len(draft.scenarios) * draft.replications
    facts = [
        _wrapped(f"scenarios: {', '.join(draft.scenarios)}"),
        f"design: {', '.join([draft.design.kind, *settings])}",
        f"runs: {runs:,} ({points:,} points × {len(draft.scenarios)} scenarios × {draft.replications} replications)",
    ]
    return _with_factors(draft, facts)


def _crossing(draft: Draft, crossing: Crossing) -> Entry:
    """The entry of an experiment that crosses policies with futures, or searches them."""
    futures = points_of(futures_of(crossing, 1))
    searched = crossing.policies is None
    policies = crossing.search.evaluations if searched else points_of(policies_of(crossing, 1))
    runs = policies * futures * len(draft.scenarios) * draft.replications
    counts = f"{policies:,} policies × {futures:,} futures × {len(draft.scenarios)} scenarios"
    counts += f" × {draft.replications} replications"
    facts = [
        _wrapped(f"scenarios: {', '.join(draft.scenarios)}"),
        f"design: {'a search of policies' if searched else 'policies'} in futures",
        f"runs: {runs:,} ({counts})",
    ]
    facts += [
        f"objective: {one.name}, {' − '.join(one.outcomes)} ({one.over})" for one in crossing.objectives
    ]
    facts += [
        f"at most {one.threshold:g}: {' − '.join(one.outcomes)} ({one.over})" for one in crossing.constraints
    ]
    return _with_factors(draft, facts)


def _with_factors(draft: Draft, facts: list[str]) -> Entry:
    """The entry of an experiment, with its factors by role."""
    for role in ROLES:
        members = [factor for factor in draft.factors if factor.role == role]
        if members:
            facts.append(f"{role.removesuffix('y')}{'ies' if role.endswith('y') else 's'}, {len(members)}:")
            facts += [f"  {factor.key}: {_values(factor)}" for factor in members]
    facts.append(f"file: {draft.where}, which says what to read in it; to run it: gapsim sweep {draft.name}")
    return Entry("experiment", draft.name, draft.question, draft.title, tuple(facts))


def _values(factor: Factor) -> str:
    if factor.levels is None:
        return f"from {factor.low:g} to {factor.high:g}"
    return ", ".join("as the scenario says" if level is None else shown(level) for level in factor.levels)


def _case(read: case_files.Read) -> Entry:
    raise_if_any(read.problems)
    assert read.content is not None
    file = read.content
    facts = [
        _wrapped(f"source: {file.header.source}"),
        f"From {file.months.first} to {file.months.last}; announced {file.change.announced}. Its kind:",
        *(f"  {dimension}: {coded.level}, {coded.because}" for dimension, coded in file.change.type.items()),
        "What happened:",
    ]
    for event in file.timeline:
        until = f" until {event.until}" if event.until else ""
        by = f", by {event.by}" if event.by else ""
        facts.append(f"  {event.month}{until}: {event.event}{by}{_where(event.places)}")
    facts.append(f"A hit if most runs show: {file.pattern.says}")
    if file.mended is not None:
        what = "leaves the case out" if file.mended.left_out else "stands beside the frozen one"
        mended = f"A mended reading of {file.mended.date.isoformat()} {what}: {file.mended.because}"
        facts.append(_wrapped(mended))
    return Entry("historical case", read.name, file.header.question, file.header.title, tuple(facts))


def explain(name: str, folders: Sequence[str] = ()) -> str:
    """All that a name stands for, for reading.

    Raises:
        InputProblems: if nothing bears it; with the nearest name.
    """
    return "\n\n".join(map(_text, describe(name, folders)))


def _text(entry: Entry) -> str:
    """An entry as the terminal shows it: a heading, and all the rest indented below it."""
    if entry.kind == GROUP:
        members = [part.declared for part in entry.parts if part.declared]
        return f"{_heading(entry)}\n{_indented(_table(members))}"
    parts = [_indented(_text(part)) for part in entry.parts]
    if entry.kind == RENAMED_KEY:
        return "\n".join([_wrapped(entry.sentence), *parts])
    lines = [_wrapped(entry.sentence), *entry.facts]
    if entry.source:
        lines.append(_wrapped(f"source: {entry.source}"))
    if entry.claim:
        claim = f"{entry.claim.says} Predicts that the gap {entry.claim.predicts}"
        lines.append(_wrapped(f"claim: {claim}, through {', '.join(entry.claim.through)}."))
    if entry.settings is not None:
        lines.append("It sets:" if entry.settings else "It sets nothing: these are the declared defaults.")
        lines += [f"  {s.when}{s.key} = {s.value}{s.where}" for s in entry.settings]
    if entry.shares:
        lines.append(table(share_rows(entry)))
    return "\n".join([_heading(entry), *map(_indented, lines), *parts])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _heading(entry: Entry) -> str:
    d = entry.declared
    if d is not None and entry.kind == PARAMETER:
        return f"{d.key} = {shown(d.default) if d.choices else f'{d.default} {d.unit}'}".rstrip()
    title = f", {entry.title}" if entry.title and entry.kind not in vocabulary.TERMS else ""
    return f"{entry.name}: {entry.kind}{title}"


def names(folders: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """All names that commands understand, with what each says."""
    known, problems = scenario_files.available(folders)
    files = [scenario_files.read(path) for path in known.values()]
    raise_if_any([*problems, *(problem for file in files for problem in file.problems)])
    drafts = map(experiment_files.read, experiment_files.available().values())
    cases = map(case_files.read, case_files.available().values())
    return {
        "scenarios": [{"name": file.name, **file.header} for file in files],
        "experiments": [
            {"name": draft.name, "title": draft.title, "question": draft.question} for draft in drafts
        ],
        "cases": [
            {"name": case.name, **case.content.header.model_dump()}
            for case in cases
            if case.content is not None
        ],
        "mechanisms": [
            {"name": d.key.partition(".")[2], "sentence": d.sentence, "strength": d.default}
            for d in declarations().values()
            if d.group == "mechanisms"
        ],
        "parameters": [_declared(d) for d in declarations().values() if d.group != "mechanisms"],
    }


def _declared(d: Declaration) -> dict[str, Any]:
    about = ("key", "default", "low", "high", "unit", "choices", "role", "live", "sentence", "source")
    return {name: getattr(d, name) for name in about}


def listed(chosen: dict[str, list[dict[str, Any]]]) -> str:
    """The names, for reading."""
    parts = ((kind, "\n".join(_lines(kind, found))) for kind, found in chosen.items())
    return "\n\n".join(f"{kind}\n{_indented(text)}" for kind, text in parts)


def _lines(kind: str, found: list[dict[str, Any]]) -> Iterator[str]:
    if kind == "parameters":
        by_group: dict[str, list[Declaration]] = {}
        for entry in found:
            by_group.setdefault(entry["key"].partition(".")[0], []).append(declarations()[entry["key"]])
        for group, members in by_group.items():
            yield group
            yield _indented(_table(members))
        return
    width = max(len(entry["name"]) for entry in found)
    yield from (
        f"{entry['name'].ljust(width)}  {entry.get('title') or entry.get('sentence')}" for entry in found
    )


def _table(members: Sequence[Declaration]) -> str:
    width = max(len(d.key) for d in members)
    return "\n".join(f"{d.key.ljust(width)}  {d.default} ({d.unit}): {d.sentence}" for d in members)


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ")
