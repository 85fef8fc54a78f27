"""Reads the address of a view: the part after `#`, in the form that *Copy link* gives.

`#a=hierarchy&a.work.load=1.5&a@36.mechanisms.pace=0.9&b=distributed&seed=2026&r=0&m=61`; the page reads it
with `page/address.js`, and a browser test compares the two. Ranges are checked where they are declared.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from sim.errors import Problem, nearest_name

SIDES = ("a", "b")
OPENING = ("hierarchy", "distributed")
"""The scenarios of the two sides that an address leaves out."""
LOOKS = ("m", "place", "guess", "about", "votes", "step", "change", "map", "see")
"""Keys that are not part of the view: what is selected, and the audience's answers."""
VIEW_KEYS = {"seed": "seed", "r": "replication"}

NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
LARGEST = 2**53 - 1
SET = re.compile(r"([ab])\.(.+)")
MOVE = re.compile(r"([ab])@([^.]*)\.(.+)")


def read(address: str, where: str) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
    """Split an address into a view, selected items and problems.

    Args:
        address: a whole address, or the part after its `#`.
        where: its name in messages.

    Returns:
        The view as `sim.live.views.read` takes it, the selected items by key, and the problems.
    """
    sides: dict[str, dict[str, Any]] = {
        side: {"scenario": name, "set": {}, "moves": []} for side, name in zip(SIDES, OPENING, strict=True)
    }
    view: dict[str, Any] = {"sides": list(sides.values())}
    look: dict[str, str] = {}
    problems = []
    seen = set()
    for part in address.rpartition("#")[2].split("&"):
        key, equals, text = (unquote(each) for each in part.partition("="))
        if not equals:
            problems.append(Problem(where, key, "is not written as KEY=VALUE"))
            continue
        if key in seen:
            problems.append(Problem(where, key, "is given twice", text))
        seen.add(key)
        move, setting = MOVE.fullmatch(key), SET.fullmatch(key)
        if key in SIDES:
            sides[key]["scenario"] = text
        elif setting:
            sides[setting[1]]["set"][setting[2]] = _value(text)
        elif move:
            value, _, places = text.partition("@")
            dated = {"month": _value(move[2]), "key": move[3], "value": _value(value)}
            sides[move[1]]["moves"].append({**dated, "places": places.split("+") if places else None})
        elif key in VIEW_KEYS:
            view[VIEW_KEYS[key]] = _value(text)
        elif key in LOOKS:
            look[key] = text
        else:
            known = (*SIDES, *VIEW_KEYS, *LOOKS)
            said = "is not a part of an address that the page knows"
            problems.append(Problem(where, key, said, text, nearest_name(key, known)))
    return view, look, problems


def _value(text: str) -> Any:
    if text == "null":
        return None
    if NUMBER.fullmatch(text) and abs(float(text)) <= LARGEST:
        return _number(text)
    if ":" not in text:
        return text
    parts = (part.partition(":") for part in text.split(","))
    return {who: _number(share) for who, _, share in parts}


def _number(text: str) -> int | float | str:
    """The number that a text is, a whole one if it has no fraction; or the text."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
