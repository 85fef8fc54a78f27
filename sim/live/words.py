"""The words of the server's story and sentences: one table, so that the view can speak another language."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "strings.json"
LANGUAGE = "en"


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """All words by key; `{name}` stands where a value goes."""
    return json.loads(TABLE.read_text(encoding="utf-8"))[LANGUAGE]


def say(key: str, **values: Any) -> str:
    """The words of a key, with values put in."""
    return words()[key].format(**values)


def count(key: str, number: int, **values: Any) -> str:
    """The words for a number of things: those of `key.one` for one, of `key.many` otherwise."""
    written = words().get(f"number.{number}", str(number))
    text = say(f"{key}.one" if number == 1 else f"{key}.many", n=written, **values)
    return text[:1].upper() + text[1:]


def listing(items: list[str]) -> str:
    """Words in a row: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return say("listing", most=", ".join(items[:-1]), last=items[-1])
