"""Scenario files: where they are, and what each says.

A scenario file is small: the line `# @package _global_`, a `header` (title, question, source), and then only what
differs from the declared defaults. A header may also state a claim: one sentence, which way it says the gap moves, and
through which causes of loss.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import paths
from sim.errors import COMMAND_LINE, Problem, nearest_name, no_such, shown
from sim.model.aliases import Written
from sim.model.aliases import value as value_now
from sim.model.state import CAUSES
from sim.scenarios.overrides import INTERPOLATION, NO_INTERPOLATION, has_interpolation, leaves

PACKAGE_LINE = "# @package _global_"
HEADER = ("title", "question", "source")
CLAIM = ("claim", "predicts", "through")
"""What a header says beside, all or none, if its scenario tests a claim."""
NARROWS, WIDENS = "narrows", "widens"
REPORTS = "reports"
"""In `through`: the part of the gap that reports do not show."""
NAME = re.compile(r"[A-Za-z]\w*(-\w+)*")
ALIASES = {"status_quo": "baseline"}
"""Other names of shipped scenarios: the baseline is the status quo."""


@dataclass(frozen=True)
class Claim:
    """What a scenario claims of the gap, written down before it was run.

    Args:
        says: the claim in one plain sentence.
        predicts: `narrows` or `widens`.
        through: the causes of loss that are to carry the change of the gap, or `reports` alone.
    """

    says: str
    predicts: str
    through: tuple[str, ...]


@dataclass(eq=False)
class ScenarioFile:
    """What one scenario file says.

    Args:
        name: the file's name without `.yaml`.
        where: the file as messages name it.
        header: title, question and source.
        leaves: value by parameter, rows of power taken apart.
        problems: all that is wrong with the file's form; values are checked once composed.
        claim: what it claims; None if it tests no claim.
    """

    name: str
    where: str
    header: dict[str, str] = field(default_factory=dict)
    leaves: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    claim: Claim | None = None


def shelf(folders: Sequence[str | Path] = ()) -> tuple[dict[str, Path], list[Problem]]:
    """All scenarios by name: the shipped ones, then those of added folders.

    Returns:
        Path by name in alphabetical order for each folder, and what is wrong with folders and names.
    """
    found: dict[str, Path] = {}
    problems = []
    # The same folder named twice is one folder.
    given = [paths.bundled("scenarios"), *folders]
    for folder in {Path(folder).resolve() if str(folder) else folder: folder for folder in given}.values():
        if not str(folder).strip() or not Path(folder).is_dir():
            problems.append(
                Problem(COMMAND_LINE, "--scenarios", "there is no such folder", shown(str(folder)))
            )
            continue
        for name, path in _yaml_files(Path(folder), tuple(os.listdir(folder))).items():
            if not NAME.fullmatch(name):
                problems.append(
                    Problem(_where(path), name, "a scenario's name is letters, digits, `_` and `-`")
                )
            elif name in found:
                problems.append(
                    Problem(_where(path), name, f"the same name is taken by {_where(found[name])}")
                )
            elif name in ALIASES:
                problems.append(Problem(_where(path), name, f"the same name stands for {ALIASES[name]}"))
            else:
                found[name] = path
    return found, problems


@lru_cache(maxsize=64)
def _yaml_files(folder: Path, entries: tuple[str, ...]) -> dict[str, Path]:
    return {
        entry.removesuffix(".yaml"): folder / entry for entry in sorted(entries) if entry.endswith(".yaml")
    }


def find(name: str, known: Mapping[str, Path]) -> Path | Problem:
    """The file of a scenario, or what is wrong with its name."""
    if not name.strip():
        return Problem(COMMAND_LINE, "scenario", "the name is empty", "''")
    path = known.get(ALIASES.get(name, name))
    if path is None:
        return no_such("scenario", name, [*known, *ALIASES])
    return path


def read(path: Path) -> ScenarioFile:
    """Read one scenario file, and find all problems with its form; the same text gives the same object."""
    where = _where(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return ScenarioFile(path.stem, where, problems=[Problem(where, "file", f"cannot be read ({error})")])
    return _parsed(path.stem, where, text)


@lru_cache(maxsize=256)
def _parsed(name: str, where: str, text: str) -> ScenarioFile:
    file = ScenarioFile(name, where)

    def wrong(key: str, said: str) -> None:
        file.problems.append(Problem(where, key, said))

    if text.partition("\n")[0].strip() != PACKAGE_LINE:
        wrong("first line", f"must be `{PACKAGE_LINE}`, or what follows would change nothing")
    try:
        content = OmegaConf.create(text)
    except (yaml.YAMLError, OmegaConfBaseException) as error:
        said = (
            NO_INTERPOLATION
            if INTERPOLATION in text
            else f"is not valid YAML ({' '.join(str(error).split())})"
        )
        wrong("file", said)
        return file
    if not isinstance(content, DictConfig):
        wrong("file", "must be a mapping of keys to values")
        return file
    tree = OmegaConf.to_container(content, resolve=False)
    assert isinstance(tree, dict)
    _header(tree.pop("header", None), file)
    _deltas(tree, file)
    return file


def _header(header: Any, file: ScenarioFile) -> None:
    if has_interpolation(header):
        file.problems.append(Problem(file.where, "header", NO_INTERPOLATION))
        return
    given = header if isinstance(header, Mapping) else {}
    file.header = {key: given[key].strip() for key in HEADER if isinstance(given.get(key), str)}
    known = (*HEADER, *CLAIM)
    for key in (key for key in given if key not in known):
        said, nearest = f"a header has {', '.join(HEADER)}", nearest_name(str(key), known)
        file.problems.append(Problem(file.where, f"header.{key}", said, shown(given[key]), nearest))
    for key in (key for key in HEADER if not file.header.get(key)):
        said = "every scenario must say its title, question and source, as plain text"
        file.problems.append(Problem(file.where, f"header.{key}", said))
    if any(key in given for key in CLAIM):
        _claim(given, file)


def _claim(header: Mapping[Any, Any], file: ScenarioFile) -> None:
    says, predicts, through = (header.get(key) for key in CLAIM)
    before = len(file.problems)

    def wrong(key: str, said: str, value: str = "", nearest: str | None = None) -> None:
        file.problems.append(Problem(file.where, f"header.{key}", said, value, nearest))

    if not isinstance(says, str) or not says.strip():
        wrong("claim", "a claim is one sentence, with `predicts` and `through` beside it")
    if predicts not in (NARROWS, WIDENS):
        wrong("predicts", f"must be {NARROWS} or {WIDENS}", shown(predicts))
    if not isinstance(through, list) or not through:
        wrong("through", f"must be a list of causes of loss, or [{REPORTS}]", shown(through))
    else:
        for cause in through:
            if cause not in CAUSES and through != [REPORTS]:
                wrong("through", "is no cause of loss", shown(cause), nearest_name(str(cause), CAUSES))
    if len(file.problems) == before:
        file.claim = Claim(str(says).strip(), str(predicts), tuple(map(str, through or ())))


def _deltas(tree: dict[Any, Any], file: ScenarioFile) -> None:
    for key in [str(key) for key in tree if str(key) in ("seed", "hydra", "defaults", "scenario")]:
        said = "is no part of a scenario: a header, and then only parameters"
        file.problems.append(Problem(file.where, key, said, shown(tree.pop(key))))
    written = Written()
    for found in leaves("", tree, file.where):
        if isinstance(found, Problem):
            file.problems.append(found)
        elif has_interpolation(found[1]):
            file.problems.append(Problem(file.where, found[0], NO_INTERPOLATION, shown(found[1])))
        else:
            given = value_now(*found)
            now, _, at_odds = written.note(found[0], given)
            if at_odds:
                file.problems.append(Problem(file.where, found[0], at_odds, shown(found[1])))
            file.leaves[now] = given


def _where(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
