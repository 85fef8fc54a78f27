"""The reference pages, from the declarations: parameters, mechanisms, rights, outcomes, causes of loss, scenarios.

What a page says of a thing is what the code declares of it. Beside it stands a small chart of what it does to the gap,
one at a time, which `docs/reference/charts.py` draws from numbers that `docs/reference/measure.py` has measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim import formatting
from sim.errors import raise_if_any, shown
from sim.model import vocabulary
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.model.parameters import MECHANISM_NAMES, Parameters, Power
from sim.model.schema import Declaration, declarations, reference_magnitudes
from sim.model.state import CAUSES
from sim.reporting.reference.effects import Effect, finding, scenario_finding, scenario_ranks
from sim.scenarios import scenario_files

CHARTS = "charts"
MEASURE = "uv run python docs/reference/measure.py"
WRITTEN = "*Written by `uv run python docs/reference/write.py` from the declarations; never edited by hand.*"


def subjects() -> list[str]:
    """All that a chart is measured of, in the order of the pages."""
    numbers = [key for key, d in declarations().items() if d.numeric and not _is_share(key)]
    rights = [f"power.{row}" for row in ROWS]
    outcomes = [f"outcome.{name}" for name in vocabulary.OUTCOME_MEANINGS]
    return [*numbers, *rights, *outcomes, *(f"scenario.{name}" for name in _scenarios())]


def _is_share(key: str) -> bool:
    return key.count(".") == 2


def _scenarios() -> dict[str, scenario_files.ScenarioFile]:
    known, problems = scenario_files.available()
    files = {name: scenario_files.read(path) for name, path in known.items()}
    raise_if_any([*problems, *(problem for file in files.values() for problem in file.problems)])
    return files


def pages(measured: Mapping[str, Effect]) -> dict[str, str]:
    """Every page of the reference by its name in the folder.

    Args:
        measured: effects by subject; what is missing gets its text without a chart, and says so.
    """
    groups = [name for name in Parameters.model_fields if name not in (*OWN_PAGE, "interventions")]
    texts = {f"{name}.md": _group_page(name, measured) for name in groups}
    texts["mechanisms.md"] = _mechanisms_page(measured)
    texts["rights.md"] = _rights_page(measured)
    texts["outcomes.md"] = _outcomes_page(measured)
    texts["scenarios.md"] = _scenarios_page(measured)
    texts["index.md"] = _index(groups, measured)
    return texts


OWN_PAGE = ("mechanisms", "reference", "power")
"""Groups whose parameters stand on a page of another name."""


def _chart(subject: str, measured: Mapping[str, Effect]) -> list[str]:
    effect = measured.get(subject)
    if effect is None:
        return [f"*No chart yet: `{MEASURE} {subject}` measures it.*", ""]
    return [f"![{finding(effect)}]({CHARTS}/{subject}.svg)", ""]


def _facts(d: Declaration) -> list[str]:
    default = "none" if d.default is None else shown(d.default) if d.choices else _plain(d.default)
    if d.judged != d.default:
        default += f" (judged {shown(d.judged) if d.choices else _plain(d.judged)} before any fit)"
    between = f"one of {', '.join(f'`{c}`' for c in d.choices)}" if d.choices else f"in {d.unit}"
    if d.low is not None and d.high is not None:
        between = f"range {_plain(d.low)} to {_plain(d.high)}, unit: {d.unit}"
    moved = "may change in mid-run, for the nation" if d.national else "may change in mid-run"
    when = moved if d.live else "a change needs a new run"
    return [f"**Default {default}**; {between}. {d.role.capitalize()}; {when}. Source: {d.source}.", ""]


def _plain(value: Any) -> str:
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _parameter(d: Declaration, measured: Mapping[str, Effect], level: int = 2) -> list[str]:
    text = [f"{'#' * level} `{d.key}`", "", d.sentence, "", *_facts(d)]
    return text + (_chart(d.key, measured) if d.numeric else [])


def _page(title: str, *parts: Iterable[str]) -> str:
    lines = [f"# {title}", "", WRITTEN, ""]
    for part in parts:
        lines += part
    return "\n".join(lines).rstrip("\n") + "\n"


def _group_page(group: str, measured: Mapping[str, Effect]) -> str:
    said = (type(getattr(Parameters(), group)).__doc__ or "").strip()
    intro = ["  ".join(line.strip() for line in said.splitlines()).replace("    ", "\n\n"), ""]
    members = [_parameter(d, measured) for d in declarations().values() if d.group == group]
    return _page(f"`{group}`", intro, *members)


def _mechanisms_page(measured: Mapping[str, Effect]) -> str:
    intro = [
        f"Each of the {len(MECHANISM_NAMES)} mechanisms has one strength from 0 to 1. 0 switches it off exactly; the strength "
        "multiplies the reference magnitudes below it, which are what it does at 1: the upper end of what evidence or "
        "judgement supports. In full, with equations and what was measured of each alone: [the model](../odd.md).",
        "",
    ]
    parts = []
    for place, name in enumerate(MECHANISM_NAMES, start=1):
        strength = declarations()[f"mechanisms.{name}"]
        part = [f"## `{name}`", "", strength.sentence, ""]
        part += [f"Strength `{strength.key}`. [Its section in the model](../odd.md#12{place}-{name}).", ""]
        part += [*_facts(strength), *_chart(strength.key, measured)]
        for magnitude in reference_magnitudes(name):
            part += _parameter(magnitude, measured, level=3)
        parts.append(part)
    return _page("Mechanisms", intro, *parts)


def _rights_page(measured: Mapping[str, Effect]) -> str:
    intro = [
        "Where power resides is one table. Each row is a right; its shares sum to 1. All tables are assumptions: nobody has "
        "measured who holds these rights. A chart moves one row from where `hierarchy` has it (0) to where `distributed` has "
        "it (1), while all other rows stay at one of the two ends.",
        "",
    ]
    parts = [_parameter(declarations()["power.distribution"], measured)]
    tables = {"hierarchy": HIERARCHY, "status quo": STATUS_QUO, "distributed": DISTRIBUTED}
    for row in ROWS:
        part = [f"## `power.{row}`", "", str(Power.model_fields[row].description), ""]
        part += [f"| table | {' | '.join(columns(row))} |", "|---" * (len(columns(row)) + 1) + "|"]
        part += [
            f"| {name} | {' | '.join(f'{table[row][who]:g}' for who in columns(row))} |"
            for name, table in tables.items()
        ]
        part += ["", *_chart(f"power.{row}", measured)]
        for d in declarations().values():
            if d.key.startswith(f"power.{row}."):
                part += [
                    f"- `{d.key}`: {d.sentence[:1].lower()}{d.sentence[1:]} From {d.low:g} to {d.high:g} "
                    f"({d.unit}, {d.role}; may change in mid-run as a whole row)."
                ]
        parts.append([*part, ""])
    return _page("Decision rights", intro, *parts)


def _outcomes_page(measured: Mapping[str, Effect]) -> str:
    intro = [
        "What is measured of a run. Shares are of intended benefit unless said. A chart follows the outcome from "
        "`power.distribution` 0 (hierarchy) to 1 (distributed).",
        "",
    ]
    parts = []
    for name, sentence in vocabulary.OUTCOME_MEANINGS.items():
        unit = vocabulary.UNITS.get(name, " share, shown in %").strip() or "count"
        part = [f"## `{name}`", "", sentence, "", f"Unit: {unit}.", "", *_chart(f"outcome.{name}", measured)]
        parts.append(part)
    causes = ["## Where the benefit was lost", "", "The account is additive: these sum to the gap.", ""]
    causes += ["| column | in words | meaning |", "|---|---|---|"]
    causes += [
        f"| `losses.{name}` | {vocabulary.cause_name(name)} | {vocabulary.CAUSE_MEANINGS.get(name, '')} |"
        for name in CAUSES
    ]
    stages = ["", "## Stages", "", "| stage | meaning |", "|---|---|"]
    stages += [f"| `{name}` | {sentence} |" for name, sentence in vocabulary.STAGE_MEANINGS.items()]
    return _page("Outcomes", intro, *parts, causes, stages)


def _scenarios_page(measured: Mapping[str, Effect]) -> str:
    intro = [
        "A scenario is a file of what differs from the declared defaults. The chart sets each beside the status quo in the "
        "same worlds; below 0 it closes more of the gap. It is one point of a map, at these defaults.",
        "",
    ]
    ranks = scenario_ranks(measured)
    if ranks:
        intro += [f"![{scenario_finding(ranks)}]({CHARTS}/scenarios.svg)", ""]
    parts = []
    for name, file in _scenarios().items():
        part = [f"## `{name}`", "", f"**{file.header['title']}.** {file.header['question']}", ""]
        part += [f"Source: {file.header['source'].strip()}", ""]
        if file.claim:
            said = f"Claim, judged on [a page of its own](../scenarios.md#{name}): {file.claim.says}"
            part += [
                f"{said} It predicts that the gap {file.claim.predicts}, through {', '.join(file.claim.through)}.",
                "",
            ]
        sets = [f"- `{key}` = {shown(value)}" for key, value in file.leaves.items() if key != "interventions"]
        sets += [_dated(dated) for dated in file.leaves.get("interventions", [])]
        part += ["It sets:", "", *sets, ""] if sets else ["It sets nothing: the declared defaults.", ""]
        effect = measured.get(f"scenario.{name}")
        if effect is None:
            part += _chart(f"scenario.{name}", measured)
        elif name != "baseline":
            (line,) = effect.lines
            said = f"{formatting.number(line.low[0])} to {formatting.number(line.high[0])}"
            part += [
                f"Its gap less that of the status quo: {formatting.number(line.mean[0])} points (95 % interval {said}; "
                f"{effect.replications} paired replications, seed {effect.seed}).",
                "",
            ]
        parts.append(part)
    return _page("Scenarios", intro, *parts)


def _dated(dated: Mapping[str, Any]) -> str:
    there = f" in {', '.join(dated['places'])}" if dated.get("places") else ""
    until = f" until month {dated['until']}" if dated.get("until") is not None else ""
    return f"- from month {dated['month']}{until}: `{dated['key']}` = {shown(dated['value'])}{there}"


def _index(groups: list[str], measured: Mapping[str, Effect]) -> str:
    made = sorted({effect.rules for effect in measured.values()})
    lines = [
        "Everything that can be set, and everything that is measured, with unit, range, default and source. The same facts are "
        "printed by `gapsim explain NAME`, and the sliders of the live view are made from them.",
        "",
        "| page | what is there |",
        "|---|---|",
        f"| [Mechanisms](mechanisms.md) | the {len(MECHANISM_NAMES)} mechanisms, their strengths and reference magnitudes |",
        "| [Decision rights](rights.md) | the table of who holds what |",
        "| [Outcomes](outcomes.md) | what is measured, and where benefit is lost |",
        "| [Scenarios](scenarios.md) | what is shipped, and what each does to the gap |",
    ]
    for group in groups:
        said = (type(getattr(Parameters(), group)).__doc__ or "").strip().splitlines()[0]
        lines.append(f"| [`{group}`]({group}.md) | {said} |")
    lines += [
        "",
        "## How to read the charts",
        "",
        "One thing is moved at a time over the range shown, with everything else at its default, under hierarchy and under "
        "distributed power, in the same replications. Where a declared bound lies far beyond anything plausible, "
        "the range shown is "
        "a quarter of the default to four times it. Bars are 95 % intervals over random variation; doubt about all the "
        "other settings is not in them, and what one thing does may change with them: for that there are sweeps. A few things "
        "do nothing unless another is set too; the chart then says with what.",
        "",
        f"The charts were measured by `{MEASURE}` with the rules whose fingerprint stands on them "
        f"({', '.join(made) or 'none yet'}); it takes some minutes, and with keys behind it only those are measured again.",
    ]
    return _page("Reference", lines)
