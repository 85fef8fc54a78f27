"""The words of the live view: one table for page, story, sentences and refusals, and a file for each language.

`languages/en.json` is the table. Another language is another file beside it with the same keys; what it leaves out is
said in English. Words that are declared with the model (what a parameter is called and means, causes, scenarios) stand
there and not here; a language file gives its own under the keys of `sim.live.metadata.words_of_the_model`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = Path(__file__).parent / "languages"
ENGLISH = "en"

OWN_NAMES = ("mechanisms", "reference")
"""Groups whose parameters are called by their own names alone."""

_spoken = ENGLISH


def languages() -> list[str]:
    """The languages there are, by the names of their files."""
    return sorted(path.stem for path in LANGUAGES.glob("*.json"))


def speak(language: str) -> None:
    """Say everything in one of `languages` from now on: a server speaks one language to all."""
    global _spoken
    _spoken = language


def spoken() -> str:
    """The language that is spoken now."""
    return _spoken


def words() -> dict[str, str]:
    """All words by key, in the language that is spoken; `{name}` stands where a value goes."""
    return _table(_spoken)


@lru_cache
def _table(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((LANGUAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found if language == ENGLISH else {**_table(ENGLISH), **found}


def say(key: str, **values: Any) -> str:
    """The words of a key, with values put in."""
    return words()[key].format(**values)


def declared(key: str, english: str) -> str:
    """Words that are declared with the model: in English as they stand there, in another language from its file."""
    return words().get(key, english)


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


def name_of(key: str) -> str:
    """What a parameter, or a row of the table of rights, is called: `load (work)`; a mechanism by its own name."""
    group, _, rest = key.partition(".")
    name, plain_group = rest.replace("_", " ").replace(".", ": "), group.replace("_", " ")
    english = name if group in OWN_NAMES else say("name", name=name, group=plain_group)
    return declared(f"parameter.{key}.name", english)
