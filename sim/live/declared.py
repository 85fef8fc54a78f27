"""What the page is told once: parameters, decision rights, scenarios, words; all read from their declarations."""

from __future__ import annotations

import json
from typing import Any

from sim import glossary, scenario_files, wording
from sim.declarations import Declaration, declarations
from sim.live import limits, views, words
from sim.overrides import Overrides
from sim.parameters import DEFAULT_SEED, MAX_SEED, MECHANISM_NAMES, Parameters, Power
from sim.power import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.provenance import version
from sim.scenarios import updated
from sim.state import ACTIVITIES, CAUSES, STAGES
from sim.territory import territory

NAMED = {
    "cause": (wording.CAUSES, glossary.CAUSES),
    "stage": (wording.STAGES, glossary.STAGES),
    "kind": (wording.KINDS, glossary.KINDS),
    "outcome": (wording.OUTCOMES, glossary.OUTCOMES),
}
"""What is named and explained where the model's own words stand."""

ENDS = {"hierarchy": HIERARCHY, "status_quo": STATUS_QUO, "distributed": DISTRIBUTED}


def everything(known: views.Shelf) -> dict[str, Any]:
    """All that the page needs to build itself, as one value."""
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
        "kinds": _named("kind", tuple(wording.KINDS)),
        "outcomes": _named("outcome", tuple(wording.OUTCOMES)),
        "activities": list(ACTIVITIES),
        "places": _places(),
        "limits": {
            "body": limits.LARGEST_BODY,
            "sides": limits.MOST_SIDES,
            "moves": limits.MOST_MOVES,
            "futures": limits.MOST_FUTURES,
            "replication": limits.MOST_REPLICATION,
            "seed": MAX_SEED,
            "largest": limits.LARGEST,
        },
    }


def words_of_the_model(known: views.Shelf) -> dict[str, str]:
    """Words that are declared with the model, in English, by the keys under which a language file gives its own."""
    found = {}
    for key, d in declarations().items():
        found[f"parameter.{key}"] = d.sentence
        found[f"parameter.{key}.name"] = words.name_of(key)
        found[f"unit.{d.unit}"] = d.unit
        found |= {f"choice.{choice}": choice.replace("_", " ") for choice in d.choices}
    for row in ROWS:
        found[f"parameter.power.{row}"] = str(Power.model_fields[row].description)
        found[f"parameter.power.{row}.name"] = words.name_of(f"power.{row}")
    for kind, (labels, sentences) in NAMED.items():
        found |= {f"{kind}.{name}": label for name, label in labels.items()}
        found |= {f"{kind}.{name}.help": sentence for name, sentence in sentences.items()}
    for name, file in known.items():
        composed = updated(file, Overrides())
        found |= {f"scenario.{name}": composed.title, f"scenario.{name}.question": composed.question}
    return found


def _parameter(d: Declaration) -> dict[str, Any]:
    low, high = d.low, d.high
    if d.key in limits.LARGEST:
        high = min(limits.LARGEST[d.key], high) if high is not None else limits.LARGEST[d.key]
    return {
        "key": d.key,
        "name": words.name_of(d.key),
        "group": d.group,
        "unit": words.declared(f"unit.{d.unit}", d.unit),
        "low": low,
        "high": high,
        "default": d.default,
        "whole": d.kind is int,
        "choices": list(d.choices),
        "choice_names": [words.declared(f"choice.{c}", c.replace("_", " ")) for c in d.choices],
        "sentence": words.declared(f"parameter.{d.key}", d.sentence),
        "role": d.role,
        "source": d.source,
        "live": d.live,
        "national": d.national,
    }


def _mechanism(key: str) -> dict[str, Any]:
    sentence = words.declared(f"parameter.{key}", declarations()[key].sentence)
    return {"name": key.removeprefix("mechanisms."), "key": key, "sentence": sentence}


def _right(row: str) -> dict[str, Any]:
    return {
        "row": row,
        "key": f"power.{row}",
        "name": words.name_of(f"power.{row}"),
        "sentence": words.declared(f"parameter.power.{row}", str(Power.model_fields[row].description)),
        "columns": list(columns(row)),
        "tables": {end: dict(table[row]) for end, table in ENDS.items()},
    }


def _scenario(name: str, known: views.Shelf) -> dict[str, Any]:
    composed = updated(known[name], Overrides())
    return {
        "name": name,
        "title": words.declared(f"scenario.{name}", composed.title),
        "question": words.declared(f"scenario.{name}.question", composed.question),
        "source": composed.source,
        "set": views.differences(composed.parameters),
        "moves": views.moves_of(composed.parameters),
    }


def _named(kind: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    labels, sentences = NAMED[kind]
    return [
        {
            "name": name,
            "label": words.declared(f"{kind}.{name}", labels.get(name, name)),
            "sentence": words.declared(f"{kind}.{name}.help", sentences.get(name, "")),
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
        rows.append({"code": code, "name": land.name[a], **about, **tile})
    return rows


if __name__ == "__main__":
    table = {**words.words(), **words_of_the_model(views.shelf())}
    print(json.dumps(table, ensure_ascii=False, indent=1))
