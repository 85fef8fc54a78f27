"""Describes parameters, decision rights, scenarios and labels to the page, read from their declarations."""

from __future__ import annotations

import json
from typing import Any

from sim.analysis.comparison import MEANINGFUL
from sim.live import access, headline, i18n, views
from sim.model import vocabulary
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.model.geography import territory
from sim.model.parameters import DEFAULT_SEED, MAX_SEED, MECHANISM_NAMES, Parameters, Power
from sim.model.provenance import version
from sim.model.schema import Declaration, declarations
from sim.model.state import ACTIVITIES, CAUSES, STAGES
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose_file
from sim.scenarios.overrides import Overrides

NAMED = {
    "cause": (vocabulary.CAUSE_LABELS, vocabulary.CAUSE_MEANINGS),
    "stage": (vocabulary.STAGE_LABELS, vocabulary.STAGE_MEANINGS),
    "kind": (vocabulary.KIND_LABELS, vocabulary.KIND_MEANINGS),
    "outcome": (vocabulary.OUTCOME_LABELS, vocabulary.OUTCOME_MEANINGS),
}
"""Labels and meanings that the model declares."""

ENDS = {"hierarchy": HIERARCHY, "status_quo": STATUS_QUO, "distributed": DISTRIBUTED}


def everything(known: views.Known) -> dict[str, Any]:
    """All declarations that the page is built from."""
    return {
        "version": version(),
        "seed": DEFAULT_SEED,
        "parameters": [_parameter(d) for d in declarations().values() if d.key not in views.KEPT],
        "rights": [_right(row) for row in ROWS],
        "mechanisms": [_mechanism(f"mechanisms.{name}") for name in MECHANISM_NAMES],
        "scenarios": [_scenario(name, known) for name in known],
        "aliases": dict(scenario_files.ALIASES),
        "causes": _named("cause", CAUSES),
        "stages": _named("stage", STAGES),
        "kinds": _named("kind", tuple(vocabulary.KIND_LABELS)),
        "outcomes": _named("outcome", tuple(vocabulary.OUTCOME_LABELS)),
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
    for key, d in declarations().items():
        found[f"parameter.{key}"] = d.sentence
        found[f"parameter.{key}.name"] = i18n.name_of(key)
        found[f"unit.{d.unit}"] = d.unit
        found |= {f"choice.{choice}": choice.replace("_", " ") for choice in d.choices}
    for row in ROWS:
        found[f"parameter.power.{row}"] = str(Power.model_fields[row].description)
        found[f"parameter.power.{row}.name"] = i18n.name_of(f"power.{row}")
    for kind, (labels, sentences) in NAMED.items():
        found |= {f"{kind}.{name}": label for name, label in labels.items()}
        found |= {f"{kind}.{name}.help": sentence for name, sentence in sentences.items()}
    for name, file in known.items():
        composed = compose_file(file, Overrides())
        found |= {f"scenario.{name}": composed.title, f"scenario.{name}.question": composed.question}
    return found


def _parameter(d: Declaration) -> dict[str, Any]:
    low, high = d.low, d.high
    if d.key in access.LARGEST:
        high = min(access.LARGEST[d.key], high) if high is not None else access.LARGEST[d.key]
    return {
        "key": d.key,
        "name": i18n.name_of(d.key),
        "group": d.group,
        "unit": i18n.declared(f"unit.{d.unit}", d.unit),
        "low": low,
        "high": high,
        "default": d.default,
        "whole": d.kind is int,
        "choices": list(d.choices),
        "choice_names": [i18n.declared(f"choice.{c}", c.replace("_", " ")) for c in d.choices],
        "sentence": i18n.declared(f"parameter.{d.key}", d.sentence),
        "role": d.role,
        "source": d.source,
        "live": d.live,
        "national": d.national,
    }


def _mechanism(key: str) -> dict[str, Any]:
    sentence = i18n.declared(f"parameter.{key}", declarations()[key].sentence)
    return {"name": key.removeprefix("mechanisms."), "key": key, "sentence": sentence}


def _right(row: str) -> dict[str, Any]:
    return {
        "row": row,
        "key": f"power.{row}",
        "name": i18n.name_of(f"power.{row}"),
        "sentence": i18n.declared(f"parameter.power.{row}", str(Power.model_fields[row].description)),
        "columns": list(columns(row)),
        "tables": {end: dict(table[row]) for end, table in ENDS.items()},
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


def _named(kind: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    labels, sentences = NAMED[kind]
    return [
        {
            "name": name,
            "label": i18n.declared(
                f"plain.{kind}.{name}", i18n.declared(f"{kind}.{name}", labels.get(name, name))
            ),
            "term": i18n.declared(f"{kind}.{name}", labels.get(name, name)),
            "sentence": i18n.declared(f"{kind}.{name}.help", sentences.get(name, "")),
        }
        for name in names
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
