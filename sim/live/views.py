"""Reads a view, the one value that says what the page shows, and composes its parameters.

A view names one or two scenarios, what is set on each from the start, the dated changes on each, and the replication. It is
checked as a whole, with the rules and messages of the command line. The server stores no view: the same view always
gives the same answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import InputProblems, Problem, nearest_name, raise_if_any, shown
from sim.live import access
from sim.model.aliases import current_key
from sim.model.aliases import value as value_now
from sim.model.decision_rights import ROWS
from sim.model.parameters import DEFAULT_SEED, MAX_SEED, Parameters
from sim.model.schema import declarations, value_of
from sim.scenarios import overrides, scenario_files
from sim.scenarios.compose import Composed, compose_file
from sim.scenarios.overrides import INTERVENTIONS, Overrides
from sim.scenarios.scenario_files import ScenarioFile

VERSION = 1
VIEW = "view"
BASELINE = "baseline"
FIELDS = ("v", "sides", "seed", "replication")
MOST_UNKNOWN = 20
"""More unknown fields than this are not reported one by one."""
SIDE_FIELDS = ("scenario", "set", "moves")

KEPT = {
    "population.places": "cannot be changed in the live view: nothing here names a file",
    INTERVENTIONS: "dated changes are the moves of a side",
    "seed": "belongs to the view, not to a side",
    "scenario": "is a field of the side",
}
"""Keys that a side cannot set, and the reason."""

NUMBERED = re.compile(rf"{INTERVENTIONS}[.\[](\d+)\]?")

Known = Mapping[str, ScenarioFile]


@dataclass(frozen=True)
class Side:
    """One side of a view: a scenario, its settings, its dated changes, and the parameters composed from them."""

    scenario: str
    given: dict[str, Any]
    moves: list[dict[str, Any]]
    composed: Composed


@dataclass(frozen=True)
class View:
    """One side, or two under the same random numbers."""

    sides: tuple[Side, ...]
    seed: int
    replication: int

    def as_data(self) -> dict[str, Any]:
        """The view in its one normal form."""
        sides = [{"scenario": s.scenario, "set": s.given, "moves": s.moves} for s in self.sides]
        return {"v": VERSION, "sides": sides, "seed": self.seed, "replication": self.replication}

    def text(self) -> str:
        """The normal form as text: equal views have equal texts."""
        return json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def available(folders: Sequence[str | Path] = ()) -> dict[str, ScenarioFile]:
    """All scenarios by name, read once.

    Raises:
        InputProblems: if a file or folder cannot be used.
    """
    known, problems = scenario_files.available(folders)
    files = {name: scenario_files.read(path) for name, path in known.items()}
    raise_if_any([*problems, *(problem for file in files.values() for problem in file.problems)])
    for file in files.values():
        compose_file(file, Overrides())
    return files


def read(content: Any, known: Known) -> View:
    """Read and check a view from a request or a deck.

    Raises:
        InputProblems: with all errors in it.
    """
    if not isinstance(content, Mapping):
        raise InputProblems([Problem(VIEW, VIEW, "must be an object", shown(content))])
    problems = unknown(content, FIELDS, "")
    if content.get("v", VERSION) != VERSION:
        problems.append(Problem(VIEW, "v", f"must be {VERSION}", shown(content["v"])))
    seed = whole_number(content, "seed", DEFAULT_SEED, 0, MAX_SEED, problems)
    replication = whole_number(content, "replication", 0, 0, access.MOST_REPLICATION, problems)
    asked = content.get("sides")
    if not isinstance(asked, list) or not 1 <= len(asked) <= access.MOST_SIDES:
        said = f"must be a list of 1 to {access.MOST_SIDES} sides"
        raise InputProblems([*problems, Problem(VIEW, "sides", said, shown(asked))])
    sides = [_side(each, f"side {number}", known, problems) for number, each in enumerate(asked, start=1)]
    raise_if_any(problems)
    return View(tuple(filter(None, sides)), seed, replication)


def unknown(content: Mapping[str, Any], fields: Sequence[str], where: str) -> list[Problem]:
    """A problem for each unknown field of an object in a request."""
    said = f"there is no such field; known are {', '.join(fields)}"
    return [
        Problem(where or VIEW, key, said, shown(content[key]), nearest_name(key, fields))
        for key in [key for key in content if key not in fields][:MOST_UNKNOWN]
    ]


def whole_number(
    content: Mapping[str, Any], key: str, default: int, low: int, high: int, problems: list[Problem]
) -> int:
    """A whole number of a request, or its default; a value that is not allowed is added to `problems`."""
    value = content.get(key, default)
    if type(value) is int and low <= value <= high:
        return value
    problems.append(Problem(VIEW, key, f"must be a whole number from {low} to {high}", shown(value)))
    return default


def _side(content: Any, where: str, known: Known, problems: list[Problem]) -> Side | None:
    """A side; problems with it are added to `problems`, and a side with problems is None."""
    if not isinstance(content, Mapping):
        problems.append(Problem(where, "side", "must be an object", shown(content)))
        return None
    found = unknown(content, SIDE_FIELDS, where)
    name = None if _too_long(content.get("scenario")) else content.get("scenario")
    file = known.get(scenario_files.ALIASES.get(name, name)) if isinstance(name, str) else None
    if file is None:
        nearest = nearest_name(name, [*known, *scenario_files.ALIASES]) if isinstance(name, str) else None
        found.append(Problem(where, "scenario", "there is no such scenario", shown(name), nearest))
    given, moves = content.get("set", {}), content.get("moves", [])
    asked = _settings(given, where, found)
    dated = _dated(moves, where, found)
    # With an unknown scenario, the other settings are checked on the baseline.
    file = file or known.get(BASELINE)
    if file is not None:
        own = file.leaves.get(INTERVENTIONS, [])
        if dated:
            asked.leaves[INTERVENTIONS] = [*own, *dated]
        try:
            composed = compose_file(file, asked)
            found += access.too_large(composed.parameters, where)
        except InputProblems as error:
            found += [replace(p, where=where, key=_as_move(p.key, len(own))) for p in error.problems]
        if not found:
            current = {current_key(key): value_now(key, value) for key, value in given.items()}
            moved = [
                {**move, "key": current_key(move["key"]), "value": value_now(move["key"], move["value"])}
                for move in moves
            ]
            return Side(str(name), dict(sorted(current.items())), moved, composed)
    problems.extend(found)
    return None


def _settings(given: Any, where: str, problems: list[Problem]) -> Overrides:
    """The settings of a side as overrides; those that a side may not have are added to `problems` and left out."""
    if not isinstance(given, Mapping) or _keys(given) > access.MOST_SET:
        said = f"must be an object of at most {access.MOST_SET} keys and values"
        problems.append(Problem(where, "set", said, shown(given)))
        return Overrides()
    refused = {key: refusal for key, value in given.items() if (refusal := _refused(key, value))}
    problems += [Problem(where, key or "set", refused[key], shown(given[key])) for key in refused]
    asked = overrides.from_tree({key: value for key, value in given.items() if key not in refused}, where)
    for key in [key for key in KEPT if key in asked.leaves]:
        problems.append(Problem(where, key, KEPT[key], shown(asked.leaves.pop(key))))
    return asked


def _keys(given: Any) -> int:
    return sum(1 + _keys(part) for part in given.values()) if isinstance(given, Mapping) else 0


def _too_long(content: Any) -> bool:
    """Whether any text is longer than a name can be."""
    if isinstance(content, Mapping):
        return any(_too_long(part) for pair in content.items() for part in pair)
    if isinstance(content, list):
        return any(map(_too_long, content))
    return isinstance(content, str) and len(content) > access.LONGEST_NAME


def _refused(key: str, value: Any) -> str | None:
    if not key:
        return "the key is empty"
    if _too_long({key: value}):
        return f"holds a name of more than {access.LONGEST_NAME} letters"
    return KEPT.get(key)


def _dated(moves: Any, where: str, problems: list[Problem]) -> list[Any]:
    if not isinstance(moves, list) or len(moves) > access.MOST_MOVES:
        said = f"must be a list of at most {access.MOST_MOVES} dated moves"
    elif _too_long(moves):
        said = f"hold a name of more than {access.LONGEST_NAME} letters"
    elif _names(moves) > access.MOST_NAMES:
        said = f"name more than {access.MOST_NAMES} places"
    else:
        return moves
    problems.append(Problem(where, "moves", said, shown(moves)))
    return []


def _names(moves: list[Any]) -> int:
    named = [dated.get("places") for dated in moves if isinstance(dated, Mapping)]
    return sum(len(places) for places in named if isinstance(places, list))


def _as_move(key: str, own: int) -> str:
    """The name of a move in a message: the scenario's own moves are numbered before those of the view."""
    numbered = NUMBERED.match(key)
    return f"moves[{int(numbered[1]) - own}]{key[numbered.end() :]}" if numbered else key


def differences(parameters: Parameters) -> dict[str, Any]:
    """What differs from the declared defaults, by key: rows of the table of rights are given whole."""
    defaults = Parameters()
    values = {key: value_of(parameters, key) for key in declarations() if not key.startswith("power.")}
    rows = {row: getattr(parameters.power, row) for row in ROWS}
    return {
        **{key: value for key, value in values.items() if value != value_of(defaults, key)},
        **{
            f"power.{row}": shares.model_dump()
            for row, shares in rows.items()
            if shares != getattr(defaults.power, row)
        },
    }


def moves_of(parameters: Parameters) -> list[dict[str, Any]]:
    """The dated changes of a run, those of its scenario and of the view."""
    return [dated.model_dump(mode="json", exclude_none=True) for dated in parameters.interventions]
