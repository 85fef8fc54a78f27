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
LOOKS = ("m", "place", "guess", "about", "votes", "step", "change")
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
    sides: list[dict[str, Any]] = [{"scenario": name, "set": {}, "moves": []} for name in OPENING]
    view: dict[str, Any] = {"sides": sides}
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
            sides[SIDES.index(key)]["scenario"] = text
        elif setting:
            sides[SIDES.index(setting[1])]["set"][setting[2]] = _value(text)
        elif move:
            value, at, places = text.partition("@")
            dated = {"month": _value(move[2]), "key": move[3], "value": _value(value)}
            sides[SIDES.index(move[1])]["moves"].append(
                {**dated, "places": places.split("+") if at and places else None}
            )
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
    number = _number(text)
    if number is not None:
        return number
    if ":" not in text:
        return text
    parts = (part.partition(":") for part in text.split(","))
    return {who: _share(share) for who, _, share in parts}


def _number(text: str) -> int | float | None:
    if not NUMBER.fullmatch(text) or abs(float(text)) > LARGEST:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def _share(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
