"""What the page is told once: parameters, decision rights, scenarios, words; all read from their declarations."""

from __future__ import annotations

from typing import Any

from sim import glossary, scenario_files, wording
from sim.declarations import Declaration, declarations
from sim.live import limits, views
from sim.live.words import words
from sim.overrides import Overrides
from sim.parameters import DEFAULT_SEED, MAX_SEED, MECHANISM_NAMES, Parameters, Power
from sim.power import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.provenance import version
from sim.scenarios import updated
from sim.state import ACTIVITIES, CAUSES, STAGES
from sim.territory import territory

ENDS = {"hierarchy": HIERARCHY, "status_quo": STATUS_QUO, "distributed": DISTRIBUTED}


def everything(known: views.Shelf) -> dict[str, Any]:
    """All that the page needs to build itself, as one value."""
    return {
        "version": version(),
        "seed": DEFAULT_SEED,
        "parameters": [_parameter(d) for d in declarations().values() if d.key not in views.KEPT],
        "rights": [_right(row) for row in ROWS],
        "mechanisms": [
            {
                "name": name,
                "key": f"mechanisms.{name}",
                "sentence": declarations()[f"mechanisms.{name}"].sentence,
            }
            for name in MECHANISM_NAMES
        ],
        "scenarios": [_scenario(name, known) for name in known],
        "aliases": dict(scenario_files.ALIASES),
        "causes": _named(CAUSES, wording.CAUSES, glossary.CAUSES),
        "stages": _named(STAGES, wording.STAGES, glossary.STAGES),
        "kinds": _named(tuple(wording.KINDS), wording.KINDS, glossary.KINDS),
        "outcomes": _named(tuple(wording.OUTCOMES), wording.OUTCOMES, glossary.OUTCOMES),
        "activities": list(ACTIVITIES),
        "places": _places(),
        "strings": words(),
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


def _parameter(d: Declaration) -> dict[str, Any]:
    low, high = d.low, d.high
    if d.key in limits.LARGEST:
        high = min(limits.LARGEST[d.key], high) if high is not None else limits.LARGEST[d.key]
    return {
        "key": d.key,
        "group": d.group,
        "unit": d.unit,
        "low": low,
        "high": high,
        "default": d.default,
        "whole": d.kind is int,
        "choices": list(d.choices),
        "sentence": d.sentence,
        "role": d.role,
        "source": d.source,
        "live": d.live,
        "national": d.national,
    }


def _right(row: str) -> dict[str, Any]:
    return {
        "row": row,
        "key": f"power.{row}",
        "sentence": Power.model_fields[row].description,
        "columns": list(columns(row)),
        "tables": {end: dict(table[row]) for end, table in ENDS.items()},
    }


def _scenario(name: str, known: views.Shelf) -> dict[str, Any]:
    composed = updated(known[name], Overrides())
    return {
        "name": name,
        "title": composed.title,
        "question": composed.question,
        "source": composed.source,
        "set": views.differences(composed.parameters),
        "moves": views.moves_of(composed.parameters),
    }


def _named(names: tuple[str, ...], labels: dict[str, str], sentences: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"name": name, "label": labels.get(name, name), "sentence": sentences.get(name, "")} for name in names
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
