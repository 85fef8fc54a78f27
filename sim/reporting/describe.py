"""What a name means: mechanisms, parameters, rows of power, scenarios, experiments, cases, outcomes, causes of loss."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, raise_if_any, shown
from sim.experiments import experiment_files
from sim.experiments.designs import points_of, points_planned
from sim.experiments.experiment_files import Draft
from sim.experiments.factors import ROLES, Factor
from sim.history import case_files
from sim.model import vocabulary
from sim.model.aliases import RENAMED, note_renamed
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.model.interventions import timing
from sim.model.parameters import MECHANISM_NAMES, Power
from sim.model.schema import Declaration, declarations, reference_magnitudes
from sim.reporting.terminal import table
from sim.scenarios import scenario_files

WORDS = {
    "outcome": vocabulary.OUTCOME_MEANINGS,
    "cause of loss": vocabulary.CAUSE_MEANINGS,
    "stage": vocabulary.STAGE_MEANINGS,
    "activity": vocabulary.ACTIVITY_MEANINGS,
    "kind of agent": vocabulary.KIND_MEANINGS,
}


def explain(name: str, folders: Sequence[str] = ()) -> str:
    """All that a name stands for: several things may bear it.

    Raises:
        InputProblems: if nothing bears it; with the nearest name.
    """
    known, problems = scenario_files.available(folders)
    raise_if_any(problems)
    bare = name
    for prefix in ("mechanisms.", "losses.", "stage.", "hours."):
        bare = bare.removeprefix(prefix)
    parts = []
    if bare in MECHANISM_NAMES:
        parts.append(_mechanism(bare))
    for old in (key for key in RENAMED if _means(name, key)):
        parts.append(_was(old))
    if name.removeprefix("power.") in ROWS:
        parts.append(_row(name.removeprefix("power.")))
    scenario = scenario_files.ALIASES.get(name, name)
    if scenario in known:
        parts.append(_scenario(scenario_files.read(known[scenario])))
    if name in experiment_files.available():
        parts.append(_experiment(experiment_files.read(experiment_files.available()[name])))
    if name in case_files.available():
        parts.append(_case(case_files.read(case_files.available()[name])))
    parts += [f"{bare}: {kind}\n  {words[bare]}" for kind, words in WORDS.items() if bare in words]
    parts += [
        _parameter(d)
        for key, d in declarations().items()
        if _means(name, key) and key != f"mechanisms.{bare}"
    ]
    group = [d for d in declarations().values() if d.group == name and name != "mechanisms"]
    if group:
        parts.append(f"{name}: group of parameters\n" + _indented(_table(group)))
    if not parts:
        everything = [
            *known,
            *experiment_files.available(),
            *case_files.available(),
            *ROWS,
            *MECHANISM_NAMES,
            *declarations(),
            *RENAMED,
            *(w for words in WORDS.values() for w in words),
        ]
        said = "there is no such name; `gapsim list` shows all names"
        raise InputProblems([Problem(COMMAND_LINE, name or "''", said, "", nearest_name(name, everything))])
    return "\n\n".join(parts)


def _means(name: str, key: str) -> bool:
    return name == key or (
        "." not in name and key.rpartition(".")[2] == name and not key.startswith("power.")
    )


def _was(old: str) -> str:
    """What an earlier key became, and what that is."""
    now = RENAMED[old].key
    group, _, leaf = now.partition(".")
    said = _mechanism(leaf) if group == "mechanisms" else _parameter(declarations()[now])
    return "\n".join([*textwrap.wrap(note_renamed(old), 100), _indented(said)])


def _mechanism(name: str) -> str:
    strength = declarations()[f"mechanisms.{name}"]
    magnitudes = reference_magnitudes(name)
    said = f"strength mechanisms.{name}: {_range(strength)}; default {strength.default}; 0 switches it off exactly."
    lines = [f"{name}: mechanism", f"  {strength.sentence}", f"  {said}"]
    if magnitudes:
        lines += [
            "  The strength multiplies these reference magnitudes:",
            _indented("\n".join(map(_parameter, magnitudes))),
        ]
    else:
        lines.append(
            "  It has no reference magnitude of its own: section 12 of docs/odd.md says what it scales."
        )
    return "\n".join(lines)


def _parameter(d: Declaration) -> str:
    when = "may change in mid-run" if d.live else "a change needs a new run"
    lines = [
        f"{d.key} = {shown(d.default) if d.choices else d.default} {'' if d.choices else d.unit}".rstrip(),
        f"  {d.sentence}",
        f"  {_range(d)}; {d.role}; {when}",
        f"  source: {d.source}",
    ]
    return "\n".join(lines)


def _range(d: Declaration) -> str:
    if d.choices:
        return f"one of {', '.join(d.choices)}"
    return f"from {d.low} to {d.high}" if d.low is not None else d.unit


def _row(row: str) -> str:
    sentence = Power.model_fields[row].description
    tables = {"hierarchy": HIERARCHY, "status quo": STATUS_QUO, "distributed": DISTRIBUTED}
    shares = [
        ["", *columns(row)],
        *([name, *(f"{t[row][who]:g}" for who in columns(row))] for name, t in tables.items()),
    ]
    title = f"power.{row}: row of the table of decision rights"
    return f"{title}\n  {sentence} Shares sum to 1.\n{_indented(table(shares))}"


def _scenario(file: scenario_files.ScenarioFile) -> str:
    raise_if_any(file.problems)
    lines = [f"{file.name}: scenario, {file.header['title']}", *textwrap.wrap(file.header["question"], 100)]
    lines += textwrap.wrap(f"source: {file.header['source']}", 100)
    if file.claim:
        through = ", ".join(file.claim.through)
        lines += textwrap.wrap(
            f"claim: {file.claim.says} Predicts that the gap {file.claim.predicts}, through {through}.", 100
        )
    changes = [f"{key} = {shown(value)}" for key, value in file.leaves.items() if key != "interventions"]
    changes += [_dated(dated) for dated in file.leaves.get("interventions", [])]
    lines += ["It sets:", *(f"  {change}" for change in changes)]
    if not changes:
        lines[-1] = "It sets nothing: these are the declared defaults."
    return lines[0] + "\n" + _indented("\n".join(lines[1:]))


def _experiment(draft: Draft) -> str:
    raise_if_any(draft.problems)
    assert draft.design is not None
    points = points_of(draft.points) if draft.points else points_planned(draft.factors, draft.design)
    settings = [
        f"{name} {value}"
        for name, value in draft.design.settings.items()
        if name != "points" or not draft.points
    ]
    runs = points * len(draft.scenarios) * draft.replications
    lines = [f"{draft.name}: experiment, {draft.title}", *textwrap.wrap(draft.question, 100)]
    lines += textwrap.wrap(f"scenarios: {', '.join(draft.scenarios)}", 100)
    lines.append(f"design: {', '.join([draft.design.kind, *settings])}")
    lines.append(
        f"runs: {runs:,} ({points:,} points × {len(draft.scenarios)} scenarios × {draft.replications} replications)"
    )
    for role in ROLES:
        members = [factor for factor in draft.factors if factor.role == role]
        if members:
            lines.append(f"{role.removesuffix('y')}{'ies' if role.endswith('y') else 's'}, {len(members)}:")
            lines += [f"  {factor.key}: {_values(factor)}" for factor in members]
    lines.append(f"file: {draft.where}, which says what to read in it; to run it: gapsim sweep {draft.name}")
    return lines[0] + "\n" + _indented("\n".join(lines[1:]))


def _values(factor: Factor) -> str:
    if factor.levels is None:
        return f"from {factor.low:g} to {factor.high:g}"
    return ", ".join("as the scenario says" if level is None else shown(level) for level in factor.levels)


def _case(read: case_files.Read) -> str:
    raise_if_any(read.problems)
    assert read.content is not None
    file = read.content
    lines = [f"{read.name}: historical case, {file.header.title}", *textwrap.wrap(file.header.question, 100)]
    lines += textwrap.wrap(f"source: {file.header.source}", 100)
    lines.append(
        f"From {file.months.first} to {file.months.last}; announced {file.change.announced}. Its kind:"
    )
    lines += [
        f"  {dimension}: {coded.level}, {coded.because}" for dimension, coded in file.change.type.items()
    ]
    lines.append("What happened:")
    for event in file.timeline:
        until = f" until {event.until}" if event.until else ""
        by = f", by {event.by}" if event.by else ""
        lines.append(f"  {event.month}{until}: {event.event}{by}{_where(event.places)}")
    lines.append(f"A hit if most runs show: {file.pattern.says}")
    if file.mended is not None:
        what = "leaves the case out" if file.mended.left_out else "stands beside the frozen one"
        said = f"A mended reading of {file.mended.date.isoformat()} {what}: {file.mended.because}"
        lines += textwrap.wrap(said, 100)
    return lines[0] + "\n" + _indented("\n".join(lines[1:]))


def _where(places: Sequence[str] | None) -> str:
    return f" in {', '.join(places)}" if places else ""


def _dated(dated: dict[str, Any]) -> str:
    return f"{timing(dated)}: {dated.get('key')} = {shown(dated.get('value'))}" + _where(dated.get("places"))


def names(folders: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """All names that commands understand, with what each says."""
    known, problems = scenario_files.available(folders)
    files = [scenario_files.read(path) for path in known.values()]
    raise_if_any([*problems, *(problem for file in files for problem in file.problems)])
    strengths = [d for d in declarations().values() if d.group == "mechanisms"]
    others = [d for d in declarations().values() if d.group != "mechanisms"]
    return {
        "scenarios": [{"name": file.name, **file.header} for file in files],
        "experiments": [
            {"name": name, "title": draft.title, "question": draft.question}
            for name, draft in (
                (n, experiment_files.read(path)) for n, path in experiment_files.available().items()
            )
        ],
        "cases": [
            {"name": read.name, **read.content.header.model_dump()}
            for read in map(case_files.read, case_files.available().values())
            if read.content is not None
        ],
        "mechanisms": [
            {"name": d.key.partition(".")[2], "sentence": d.sentence, "strength": d.default}
            for d in strengths
        ],
        "parameters": [_declared(d) for d in others],
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
