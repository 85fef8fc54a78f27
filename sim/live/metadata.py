"""Describes parameters, decision rights, scenarios and labels to the page, read from their declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sim.analysis.comparison import MEANINGFUL
from sim.live import access, headline, i18n, views
from sim.model import vocabulary
from sim.model.decision_rights import ROWS
from sim.model.geography import territory
from sim.model.parameters import DEFAULT_SEED, MAX_SEED, MECHANISM_NAMES, Parameters
from sim.model.provenance import version
from sim.model.schema import Declaration, declarations
from sim.model.state import ACTIVITIES, CAUSES, STAGES
from sim.reporting import describe
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose_file
from sim.scenarios.overrides import Overrides

KINDS_OF_TERMS = {"cause": "cause of loss", "stage": "stage", "kind": "kind of agent", "outcome": "outcome"}
"""The kinds of names in outputs that the page shows, by the first part of the keys under which they are translated."""


def everything(known: views.Known) -> dict[str, Any]:
    """All declarations that the page is built from."""
    return {
        "version": version(),
        "seed": DEFAULT_SEED,
        "parameters": [_parameter(d) for d in declarations().values() if d.key not in views.KEPT],
        "rights": [_right(describe.right(row)) for row in ROWS],
        "mechanisms": [_mechanism(describe.mechanism(name)) for name in MECHANISM_NAMES],
        "scenarios": [_scenario(name, known) for name in known],
        "aliases": dict(scenario_files.ALIASES),
        "causes": _terms("cause", CAUSES),
        "stages": _terms("stage", STAGES),
        "kinds": _terms("kind", vocabulary.KIND_TERMS),
        "outcomes": _terms("outcome", vocabulary.OUTCOMES),
        "activities": list(ACTIVITIES),
        "places": _places(),
        "meaningful": MEANINGFUL,
        "due": headline.DUE,
        "limits": {
            "body": access.LARGEST_BODY,
            "sides": access.MOST_SIDES,
            "moves": access.MOST_MOVES,
            "futures": access.MOST_FUTURES,
            "replication": access.MOST_REPLICATION,
            "seed": MAX_SEED,
            "largest": access.LARGEST,
        },
    }


def words_of_the_model(known: views.Known) -> dict[str, str]:
    """English texts declared with the model, by the keys under which a language file translates them."""
    found = {}
    for d in declarations().values():
        found[f"unit.{d.unit}"] = d.unit
        found |= {f"choice.{choice}": _choice(choice) for choice in d.choices}
    parameters = map(describe.parameter, declarations().values())
    for entry in (*parameters, *map(describe.right, ROWS)):
        found[f"parameter.{entry.name}"] = entry.sentence
        found[f"parameter.{entry.name}.name"] = i18n.name_of(entry.name)
    for kind, described in KINDS_OF_TERMS.items():
        for name, term in vocabulary.TERMS[described].items():
            found |= {f"{kind}.{name}": term.label, f"{kind}.{name}.help": term.meaning}
    for name, file in known.items():
        composed = compose_file(file, Overrides())
        found |= {f"scenario.{name}": composed.title, f"scenario.{name}.question": composed.question}
    return found


def _choice(choice: str) -> str:
    return choice.replace("_", " ")


def _named(key: str, sentence: str) -> dict[str, str]:
    """The key of a parameter or a decision right, with its name and its sentence in the language of the page."""
    return {"key": key, "name": i18n.name_of(key), "sentence": i18n.declared(f"parameter.{key}", sentence)}


def _parameter(d: Declaration) -> dict[str, Any]:
    high = d.high
    if d.key in access.LARGEST:
        high = min(access.LARGEST[d.key], high) if high is not None else access.LARGEST[d.key]
    about = {
        name: getattr(d, name) for name in ("group", "low", "default", "role", "source", "live", "national")
    }
    return {
        **_named(d.key, d.sentence),
        **about,
        "high": high,
        "unit": i18n.declared(f"unit.{d.unit}", d.unit),
        "whole": d.kind is int,
        "choices": list(d.choices),
        "choice_names": [i18n.declared(f"choice.{choice}", _choice(choice)) for choice in d.choices],
    }


def _mechanism(entry: describe.Entry) -> dict[str, Any]:
    return {**_named(f"mechanisms.{entry.name}", entry.sentence), "name": entry.name}


def _right(entry: describe.Entry) -> dict[str, Any]:
    return {
        **_named(entry.name, entry.sentence),
        "row": entry.name.removeprefix("power."),
        "columns": list(entry.shares["hierarchy"]),
        "tables": entry.shares,
    }


def _scenario(name: str, known: views.Known) -> dict[str, Any]:
    composed = compose_file(known[name], Overrides())
    return {
        "name": name,
        "title": i18n.declared(f"scenario.{name}", composed.title),
        "question": i18n.declared(f"scenario.{name}.question", composed.question),
        "source": composed.source,
        "set": views.differences(composed.parameters),
        "moves": views.moves_of(composed.parameters),
    }


def _terms(kind: str, names: Iterable[str]) -> list[dict[str, str]]:
    entries = [describe.term(KINDS_OF_TERMS[kind], name) for name in names]
    return [
        {
            "name": entry.name,
            "label": i18n.declared(
                f"plain.{kind}.{entry.name}", i18n.declared(f"{kind}.{entry.name}", entry.title)
            ),
            "term": i18n.declared(f"{kind}.{entry.name}", entry.title),
            "sentence": i18n.declared(f"{kind}.{entry.name}.help", entry.sentence),
        }
        for entry in entries
    ]


def _places() -> list[dict[str, Any]]:
    land = territory(Parameters().population.places)
    rows = []
    for a, code in enumerate(land.code):
        tile = (
            {"tile_row": land.tile_row[a], "tile_col": land.tile_col[a]}
            if land.tile_row and land.tile_col
            else {}
        )
        about = {name: float(getattr(land, name)[a]) for name in ("population", "deprivation", "rurality")}
        short = i18n.declared(f"place.{code}", land.name[a])
        rows.append({"code": code, "name": land.name[a], "short": short, **about, **tile})
    return rows


if __name__ == "__main__":
    table = {**i18n.words(), **words_of_the_model(views.available())}
    print(json.dumps(table, ensure_ascii=False, indent=1))
