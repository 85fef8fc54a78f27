"""Reads and checks a deck: a YAML file with the steps of a session.

Each step has an address of the live view, so a step can show anything that can be set on the page, a question for the
audience and notes for the presenter. The whole deck is checked before anything is served.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import paths
from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, raise_if_any, shown
from sim.live import url, views
from sim.model.geography import territory
from sim.model.parameters import Parameters

ENDINGS = (".yaml", ".yml")
FIELDS = ("title", "steps")
NEEDED = ("title", "ask", "show")
STEP_FIELDS = ("title", "say", "ask", "show", "part")
PARTS = ("twin", "losses", "stages", "people", "levers", "predict", "spread", "share")
"""Parts of the page, named as in the keys of the language file."""
LONGEST = {"title": 80, "ask": 240, "say": 600}
"""Most letters of each text: it must be readable from the back of a room."""
MOST_STEPS = 60
AUDIENCE_KEYS = ("guess", "about", "votes")


@dataclass(frozen=True)
class Step:
    """One step: the fragment of the address that it shows, the question, and notes for the presenter."""

    title: str
    ask: str
    say: str
    show: str
    part: str


@dataclass(frozen=True)
class Deck:
    """The title and the steps of a session, in order."""

    title: str
    steps: tuple[Step, ...]


def available() -> dict[str, Path]:
    """The shipped decks by name."""
    return {path.stem: path for path in sorted(paths.bundled("decks").glob("*.yaml"))}


def find(name: str) -> Path:
    """The file of a deck, by its path or the name of a shipped one.

    Raises:
        InputProblems: if there is no such deck.
    """
    path = Path(name) if name.endswith(ENDINGS) else available().get(name)
    if path is not None and path.is_file():
        return path
    said = f"there is no such file; shipped decks are {', '.join(available())}, and a file of your own ends in .yaml"
    raise InputProblems([Problem(COMMAND_LINE, "--deck", said, shown(name), nearest_name(name, available()))])


def read(path: Path, known: views.Known) -> Deck:
    """Read a deck and check every step.

    Args:
        path: the file.
        known: scenarios by name.

    Raises:
        InputProblems: with all errors in it.
    """
    relative = os.path.relpath(path)
    where = str(path) if relative.startswith("..") else relative
    tree = _tree(path, where)
    problems = views.unknown(tree, FIELDS, where)
    title = _text(tree, "title", where, problems)
    given = tree.get("steps")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_STEPS:
        said = f"must be a list of 1 to {MOST_STEPS} steps, each beginning with `-`"
        raise InputProblems([*problems, Problem(where, "steps", said, shown(given))])
    steps = [_step(each, n, len(given), where, known, problems) for n, each in enumerate(given, start=1)]
    raise_if_any(problems)
    return Deck(title, tuple(steps))


def _tree(path: Path, where: str) -> Mapping[str, Any]:
    try:
        content = OmegaConf.create(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblems([Problem(where, "file", f"cannot be read as text in UTF-8 ({error})")]) from error
    except (yaml.YAMLError, OmegaConfBaseException) as error:
        said = f"is not valid YAML ({' '.join(str(error).split())}); text with a colon goes in quotes"
        raise InputProblems([Problem(where, "file", said)]) from error
    if not isinstance(content, DictConfig):
        raise InputProblems([Problem(where, "file", "must be a mapping with `title:` and `steps:`")])
    tree = OmegaConf.to_container(content, resolve=False)
    assert isinstance(tree, dict)
    return {str(key): value for key, value in tree.items()}


def _step(
    content: Any, number: int, of: int, where: str, known: views.Known, problems: list[Problem]
) -> Step:
    here = f"{where}, step {number} of {of}"
    if not isinstance(content, Mapping):
        said = f"must be a mapping with {', '.join(NEEDED)}"
        problems.append(Problem(here, "step", said, shown(content)))
        return Step("", "", "", "", PARTS[0])
    problems += views.unknown({str(key): value for key, value in content.items()}, STEP_FIELDS, here)
    title, ask = (_text(content, field, here, problems) for field in ("title", "ask"))
    said = _text(content, "say", here, problems) if "say" in content else ""
    part = content.get("part", PARTS[0])
    if part not in PARTS:
        wrong = f"must be one of {', '.join(PARTS)}"
        problems.append(Problem(here, "part", wrong, shown(part), nearest_name(str(part), PARTS)))
    return Step(title, ask, said, _shown(content.get("show"), number, here, known, problems), part)


def _text(content: Mapping[str, Any], field: str, where: str, problems: list[Problem]) -> str:
    text = content.get(field)
    if not isinstance(text, str) or not text.strip():
        problems.append(Problem(where, field, "must be there, as text (in quotes, if in doubt)", shown(text)))
        return ""
    text = " ".join(text.split())
    if len(text) > LONGEST[field]:
        said = f"must have at most {LONGEST[field]} letters to be readable in a room; it has {len(text)}"
        problems.append(Problem(where, field, said, shown(text)))
    return text


def _shown(text: Any, number: int, where: str, known: views.Known, problems: list[Problem]) -> str:
    """The address fragment of a step with its number added; errors are added to `problems`."""
    if not isinstance(text, str) or "=" not in text:
        said = "must be an address of the live view, in quotes, as *Copy link* gives it: '#a=hierarchy&b=distributed'"
        problems.append(Problem(where, "show", said, shown(text)))
        return ""
    content, look, found = url.read(text.strip(), where)
    for key in AUDIENCE_KEYS:
        if key in look:
            said = "is an answer of an earlier audience; take it out, so that the next one gives its own"
            found.append(Problem(where, key, said, look[key]))
    problems += found
    try:
        view = views.read(content, known)
    except InputProblems as error:
        problems += [replace(p, where=f"{where}, {p.where}") for p in error.problems]
        return ""
    months = max(side.composed.parameters.population.months for side in view.sides)
    month = look.get("m", "0")
    if not (month.isascii() and month.isdigit() and int(month) <= months):
        said = f"must be a month of the run, a whole number from 0 to {months}"
        problems.append(Problem(where, "m", said, month))
    there = territory(Parameters().population.places)
    if "place" in look and look["place"] not in (*there.code, *there.name):
        nearest = nearest_name(look["place"], there.name)
        said = "there is no council of that code or name"
        problems.append(Problem(where, "place", said, look["place"], nearest))
    bare = [part for part in text.strip().rpartition("#")[2].split("&") if not part.startswith("step=")]
    return "&".join([*bare, f"step={number}"])
