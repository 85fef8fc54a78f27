"""The reference pages, from the declarations: parameters, mechanisms, rights, outcomes, causes of loss, scenarios.

What a page says of a thing is what the code declares of it, filled into a template. Beside it stands a small chart of what
it does to the gap, one at a time. `docs/reference/charts.py` draws it from numbers that `docs/reference/measure.py` measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim import formatting
from sim.errors import raise_if_any, shown
from sim.model import vocabulary
from sim.model.decision_rights import ROWS
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schema import declarations
from sim.model.state import CAUSES
from sim.reporting import describe
from sim.reporting.reference.effects import Effect, finding, scenario_finding, scenario_ranks
from sim.scenarios import scenario_files

CHARTS = "charts"
MEASURE = "uv run python docs/reference/measure.py"
PAGES = ("mechanisms", "rights", "outcomes", "scenarios", "index")
OWN_PAGE = ("mechanisms", "reference", "power")
"""Groups whose parameters stand on a page of another name."""


def subjects() -> list[str]:
    """All that a chart is measured of, in the order of the pages."""
    numbers = [key for key, d in declarations().items() if d.numeric and not _is_share(key)]
    rights = [f"power.{row}" for row in ROWS]
    outcomes = [f"outcome.{name}" for name in vocabulary.OUTCOMES]
    return [*numbers, *rights, *outcomes, *(f"scenario.{name}" for name in _scenarios())]


def _is_share(key: str) -> bool:
    return key.count(".") == 2


def _scenarios() -> dict[str, describe.Entry]:
    known, problems = scenario_files.available()
    raise_if_any(problems)
    return {name: describe.scenario(scenario_files.read(path)) for name, path in known.items()}


def pages(measured: Mapping[str, Effect]) -> dict[str, str]:
    """Every page of the reference by its name in the folder.

    Args:
        measured: effects by subject; what is missing gets its text without a chart, and says so.
    """
    groups = [name for name in Parameters.model_fields if name not in (*OWN_PAGE, "interventions")]
    ranks = scenario_ranks(measured)
    contents: dict[str, Any] = {
        "groups": [describe.group(name) for name in groups],
        "mechanisms": [describe.mechanism(name) for name in MECHANISM_NAMES],
        "rights": [describe.right(row) for row in ROWS],
        "declared": declarations(),
        "outcomes": vocabulary.OUTCOMES,
        "causes": {cause: vocabulary.CAUSES_OF_LOSS[cause] for cause in CAUSES},
        "stages": vocabulary.STAGE_TERMS,
        "scenarios": _scenarios().values(),
        "scenarios_chart": f"![{scenario_finding(ranks)}]({CHARTS}/scenarios.svg)" if ranks else "",
        "effects": measured,
        "measure": MEASURE,
    }
    template = _templates(measured).get_template
    of_groups = {entry.name: template("group.md.j2").render(group=entry) for entry in contents["groups"]}
    others = {name: template(f"{name}.md.j2").render(contents) for name in PAGES}
    return {f"{name}.md": text.rstrip("\n") + "\n" for name, text in {**of_groups, **others}.items()}


def _templates(measured: Mapping[str, Effect]) -> Environment:
    # Pages are Markdown, so nothing is escaped as HTML.
    templates = Environment(
        loader=PackageLoader("sim.reporting.reference"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.globals["chart"] = partial(_chart, measured)
    templates.filters |= {
        "shown": shown,
        "plain": _plain,
        "number": formatting.number,
        "share_rows": describe.share_rows,
    }
    return templates


def _chart(measured: Mapping[str, Effect], subject: str) -> str:
    effect = measured.get(subject)
    if effect is None:
        return f"*No chart yet: `{MEASURE} {subject}` measures it.*"
    return f"![{finding(effect)}]({CHARTS}/{subject}.svg)"


def _plain(value: Any) -> str:
    """A default or a bound as a page writes it."""
    if value is None:
        return "none"
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )
