"""Reads and checks a deck: a YAML file with the steps of a session.

Each step has an address of the live view, so a step can show anything that can be set on the page, a question for the
audience and notes for the presenter. The whole deck is checked before anything is served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field

from sim import paths
from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, raise_if_any, shown
from sim.live import url, views
from sim.model.geography import territory
from sim.model.parameters import Parameters
from sim.scenarios.forms import Form, parse, read_form, read_text

ENDINGS = (".yaml", ".yml")
Part = Literal["twin", "chain", "losses", "stages", "people", "levers", "predict", "spread", "share", "words"]
PARTS: tuple[Part, ...] = get_args(Part)
"""Parts of the page, named as in the keys of the language file."""
MOST_STEPS = 60
AUDIENCE_KEYS = ("guess", "about", "votes")


def _on_one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


OneLine = Annotated[str, BeforeValidator(_on_one_line)]
"""Text whose length is counted without line breaks and repeated spaces."""


def _text(longest: int, default: Any = ...) -> Any:
    """The field of a text that must be readable from the back of a room."""
    message = f"must be text of 1 to {longest} letters (in quotes, if in doubt)"
    return Field(default, min_length=1, max_length=longest, description=message)


class DeckFile(Form):
    """A deck as it is written."""

    label: ClassVar[str] = "a deck"
    title: OneLine = _text(80)
    steps: list[Any] = Field(
        min_length=1,
        max_length=MOST_STEPS,
        description=f"must be a list of 1 to {MOST_STEPS} steps, each beginning with `-`",
    )


class Step(Form):
    """One step: the question, notes for the presenter, and the address and part of the page that it shows."""

    label: ClassVar[str] = "a step"
    title: OneLine = _text(80)
    say: OneLine = _text(600, "")
    ask: OneLine = _text(240)
    show: str = Field(
        pattern="=",
        description="must be an address of the live view, in quotes, as *Copy link* gives it: "
        "'#a=hierarchy&b=distributed'",
    )
    part: Part = Field("twin", description=f"must be one of {', '.join(PARTS)}")


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
    where = paths.as_shown(path)
    try:
        tree = parse(read_text(path))
    except ValueError as error:
        rule = "a deck is YAML in UTF-8, with `title:` and `steps:`; text with a colon goes in quotes"
        raise InputProblems([Problem(where, "file", f"{error}; {rule}")]) from error
    deck, problems = read_form(DeckFile, tree, where)
    written = getattr(deck, "steps", [])
    steps = [_step(each, n, len(written), where, known, problems) for n, each in enumerate(written, start=1)]
    raise_if_any(problems)
    return Deck(deck.title, tuple(step for step in steps if step is not None))


def _step(
    content: Any, number: int, of: int, where: str, known: views.Known, problems: list[Problem]
) -> Step | None:
    """One step; errors are added to `problems`, and a step with errors in its form is None."""
    here = f"{where}, step {number} of {of}"
    if not isinstance(content, Mapping):
        problems.append(Problem(here, "step", "must be a mapping with title, ask and show", shown(content)))
        return None
    step, invalid = read_form(Step, content, here)
    problems += invalid
    has_address = all(problem.key != "show" for problem in invalid)
    show = _shown(step.show, number, here, known, problems) if has_address else ""
    return None if invalid else step.model_copy(update={"show": show})


def _shown(text: str, number: int, where: str, known: views.Known, problems: list[Problem]) -> str:
    """The address fragment of a step with its number added; errors are added to `problems`."""
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
