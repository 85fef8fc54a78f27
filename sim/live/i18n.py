"""The texts of the live view: one file for each language, with the same keys.

`languages/en.json` is the table. Another language is another file beside it with the same keys; missing
keys fall back to English. English names and descriptions of parameters, causes and scenarios are declared with the model;
a translation gives them under the keys of `sim.live.metadata.words_of_the_model`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = Path(__file__).parent / "languages"
ENGLISH = "en"

OWN_NAMES = ("mechanisms", "reference")
"""Groups that are left out of the names of their parameters."""

_spoken = ENGLISH


def languages() -> list[str]:
    """The available languages, named by their files."""
    return sorted(path.stem for path in LANGUAGES.glob("*.json"))


def speak(language: str) -> None:
    """Set the language of the process to one of `languages`: a server has one language for all clients."""
    global _spoken
    _spoken = language


def spoken() -> str:
    """The current language."""
    return _spoken


def words() -> dict[str, str]:
    """All texts by key in the current language; `{name}` marks the place of a value."""
    return _table(_spoken)


@lru_cache
def _table(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((LANGUAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found if language == ENGLISH else {**_table(ENGLISH), **found}


def say(key: str, **values: Any) -> str:
    """The text of a key with its values."""
    return words()[key].format(**values)


def declared(key: str, english: str) -> str:
    """The translation of a text that the model declares in English."""
    return words().get(key, english)


def count(key: str, number: int, **values: Any) -> str:
    """A text with a number: `key.one` for one, `key.many` otherwise."""
    written = words().get(f"number.{number}", str(number))
    text = say(f"{key}.one" if number == 1 else f"{key}.many", n=written, **values)
    return text[:1].upper() + text[1:]


def listing(items: list[str]) -> str:
    """A list in words: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return say("listing", most=", ".join(items[:-1]), last=items[-1])


def name_of(key: str) -> str:
    """The name of a parameter or decision right, such as `load (work)`; a mechanism has its name alone."""
    group, _, rest = key.partition(".")
    name, plain_group = rest.replace("_", " ").replace(".", ": "), group.replace("_", " ")
    english = name if group in OWN_NAMES else say("name", name=name, group=plain_group)
    return declared(f"parameter.{key}.name", english)


def value_in_words(value: Any) -> str:
    """A value of a parameter, or the shares of a row of decision rights, as text."""
    if isinstance(value, dict):
        return ", ".join(f"{say(f'holder.{who}')} {share:g}" for who, share in value.items())
    return f"{value:g}" if isinstance(value, int | float) else declared(f"choice.{value}", str(value))


def duration(months: int) -> str:
    """A time in years and months: `5 years 1 month`; months alone below a year."""
    parts = {"years": months // 12, "months": months % 12}
    named = [say(f"time.{unit}.{'one' if n == 1 else 'many'}", n=n) for unit, n in parts.items() if n]
    return " ".join(named)


def after(month: int) -> str:
    """How much of a run has passed, in months and beside them in years."""
    return say("when.years" if month >= 12 else "when", month=month, years=duration(month))
