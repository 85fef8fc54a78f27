"""Files made from a view: numbers as CSV, scenarios as YAML, a Python program, and the page in one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

import yaml
from jinja2 import Template

from sim.live import playback, responses, single_file, views
from sim.live.i18n import declared, say
from sim.live.views import Side, View
from sim.model.provenance import version
from sim.model.schema import in_groups
from sim.scenarios.overrides import INTERVENTIONS
from sim.scenarios.scenario_files import PACKAGE_LINE

LETTERS = "ab"
FUTURES = 20
"""Number of replications in the page, which cannot run more without a server."""
WIDTH = 110
PROGRAM = Path(__file__).parent / "templates" / "program.py.j2"
"""The program that prints the numbers of a view."""


@dataclass(frozen=True)
class Download:
    """A file for download."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Shipped:
    """What the page in one file contains besides the run: its files, and the data that the server would send."""

    page: Mapping[str, bytes]
    data: Mapping[str, Any]


def numbers(view: View, side: int, shipped: Shipped) -> Download:
    """The series of all sides as CSV, with the numbers that the page shows."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for number, result in enumerate(responses.run(view)["sides"]):
        columns = result["series"]
        if number == 0:
            rows.writerow(["side", "scenario", "seed", "replication", *columns])
        about = (LETTERS[number], result["scenario"], view.seed, view.replication)
        rows.writerows((*about, *row) for row in zip(*columns.values(), strict=True))
    return Download(_name(view, "csv"), "text/csv; charset=utf-8", text.getvalue().encode())


def scenario(view: View, side: int, shipped: Shipped) -> Download:
    """One side as a scenario file: what differs from the declared defaults, with all its dated changes."""
    chosen = view.sides[side]
    stem = f"{chosen.scenario}_{responses.fingerprint(view)}_{LETTERS[side]}"
    header = {
        "title": say("yaml.title", title=declared(f"scenario.{chosen.scenario}", chosen.composed.title)),
        "question": chosen.composed.question,
        "source": say(
            "yaml.source", scenario=chosen.scenario, version=version(), source=chosen.composed.source
        ),
    }
    tree = {"header": header, **_differences(chosen)}
    lines = [PACKAGE_LINE, f"# gapsim run {stem} --scenarios . --seed {view.seed}"]
    if view.replication:
        lines.append(f"# {say('yaml.replication', replication=view.replication)}")
    written = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=WIDTH)
    return Download(f"{stem}.yaml", "application/yaml", "\n".join([*lines, written]).encode())


def program(view: View, side: int, shipped: Shipped) -> Download:
    """A short Python program that prints the CSV of the view again."""
    sides = [(LETTERS[k], side.scenario, _differences(side)) for k, side in enumerate(view.sides)]
    name, written = _name(view, "py"), pformat(sides, sort_dicts=False, width=WIDTH)
    doc = say("python.doc", version=version(), fingerprint=responses.fingerprint(view), name=name)
    program = Template(PROGRAM.read_text(encoding="utf-8"), keep_trailing_newline=True)
    text = program.render(
        doc=doc, seed=view.seed, replication=view.replication, sides=written, digits=playback.DIGITS
    )
    return Download(name, "text/x-python; charset=utf-8", text.encode())


def standalone_page(view: View, side: int, shipped: Shipped) -> Download:
    """The page with this view in it, in one file that plays without a server."""
    data = {**shipped.data, "run": responses.run(view), "spread": responses.spread(view, FUTURES)}
    return Download(_name(view, "html"), "text/html; charset=utf-8", single_file.one_file(shipped.page, data))


Maker = Callable[[View, int, Shipped], Download]

KINDS: dict[str, tuple[Maker, int]] = {
    "csv": (numbers, 1),
    "yaml": (scenario, 0),
    "python": (program, 0),
    "html": (standalone_page, 1 + FUTURES),
}
"""Kinds of downloads by name: the function that makes one, and its number of runs a side."""


def _name(view: View, ending: str) -> str:
    return f"gapsim-{responses.fingerprint(view)}.{ending}"


def _differences(side: Side) -> dict[str, Any]:
    """The differences of a side from the declared defaults, as a tree."""
    tree = in_groups(views.differences(side.composed.parameters))
    dated = views.moves_of(side.composed.parameters)
    return {**tree, INTERVENTIONS: dated} if dated else tree
