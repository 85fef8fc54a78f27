"""What others script against, written down in `expected/`, and how it is compared with what is found today.

Every entry is flat: a path and what is there. A difference is then one line, and names what is missing, new or changed.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
from pyarrow import parquet

EXPECTED = Path(__file__).parent / "expected"
SMALL = ("population.months=24", "population.users=64", "population.bodies=8", "changes.arriving=4")
ADDRESS = "http://127.0.0.1:8123"
LIVES = "sim.runner.compare.simulate"
"""What lives a run of a comparison: the one inner name that is patched, since no input makes a run fail."""
REWRITE = "uv run python tests/contracts/write.py"

rewritten: dict[str, dict[str, Any]] | None = None
"""Expectations by family while `write.py` rewrites them; None when they are to be held."""


# Asking


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, as one JSON object."""
        assert self.code == 0, self.err
        return json.loads(self.out)


def command(folder: Path, *words: Any) -> Answer:
    """Run the installed command in a folder. It is found as a shell finds it, so that files may move."""
    (installed,) = entry_points(group="console_scripts", name="gapsim")
    out, err = io.StringIO(), io.StringIO()
    main = installed.load()
    arguments = ["gapsim", *map(str, words)]
    with chdir(folder), mock.patch.object(sys, "argv", arguments), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main()
        except SystemExit as ended:
            code = ended.code
    return Answer(int(code or 0), out.getvalue(), err.getvalue())


# Reducing


@dataclass
class _Node:
    kinds: set[str] = field(default_factory=set)
    objects: int = 0
    fields: dict[str, _Node] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    item: _Node | None = None

    def add(self, value: Any, maps: Collection[str], is_map: bool = False) -> None:
        """Take note of a value."""
        self.kinds.add(_kind(value))
        if isinstance(value, Mapping):
            self.objects += 1
            for key in dict.fromkeys("*" if is_map else str(key) for key in value):
                self.seen[key] = self.seen.get(key, 0) + 1
            for key, part in value.items():
                self.fields.setdefault("*" if is_map else str(key), _Node()).add(part, maps, key in maps)
        elif isinstance(value, list | tuple):
            self.item = self.item or _Node()
            for part in value:
                self.item.add(part, maps)

    def flat(self, path: str) -> Iterable[tuple[str, str]]:
        """Every path and the kinds of what is there."""
        parts: list[tuple[str, _Node]] = []
        if self.item is not None and self.item.kinds:
            parts.append((f"{path}[]", self.item))
        for key, node in self.fields.items():
            name = f"{key}?" if self.seen[key] < self.objects and key != "*" else key
            parts.append((f"{path}.{name}" if path else name, node))
        if not parts or len(self.kinds) > 1:
            yield path or ".", " or ".join(sorted(self.kinds, key=lambda kind: (kind == "null", kind)))
        for inner, node in parts:
            yield from node.flat(inner)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "list"


def shape(*values: Any, maps: Collection[str] = ()) -> dict[str, str]:
    """What JSON values look like together: path and kind, without the values.

    Args:
        values: examples of the same thing.
        maps: names of fields whose keys are data; they are written as `*`.

    Returns:
        Kind by path; `[]` stands for each element of a list, `key?` for a key that is not always there.
    """
    node = _Node()
    for value in values:
        node.add(value, maps)
    return dict(node.flat(""))


def table(path: Path) -> dict[str, str]:
    """The columns of a Parquet file, in their order, with their types."""
    schema: pa.Schema = parquet.read_schema(path)
    return {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}


# Holding


def hold(family: str, name: str, found: Mapping[str, Any], *, ordered: bool = False) -> None:
    """Fail, and say what is missing, new or changed, unless what is found is what is expected.

    Args:
        family: the file of `expected/`.
        name: the entry in it.
        found: what is there today, by path.
        ordered: whether the order is held as well.
    """
    found = json.loads(json.dumps(found))
    expected = _expected(family).get(name)
    lines = ["  there is no expectation of that name"]
    if expected is not None:
        lines = differences(expected, found, ordered=ordered)
    if rewritten is not None:
        # What still fits stays as it is: another number may be unknown today.
        rewritten.setdefault(family, {})[name] = found if lines else expected
        return
    if lines:
        said = f"If it is meant, `{REWRITE}` rewrites what is expected, and CHANGELOG.md says what users must change."
        raise AssertionError("\n".join([f"{family}, {name}: others script against this.", *lines, said]))


def _expected(family: str) -> dict[str, Any]:
    path = EXPECTED / f"{family}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def differences(expected: Mapping[str, Any], found: Mapping[str, Any], *, ordered: bool = False) -> list[str]:
    """What is missing, new and changed, one a line. Where null is expected among others, one of them is enough."""
    unknown = [
        path for path, kind in found.items() if kind == "null" and "null" in _kinds(expected.get(path))
    ]
    inner = tuple(f"{path}{mark}" for path in unknown for mark in (".", "["))
    missing = [path for path in expected if path not in found and not path.startswith(inner)]
    new = [path for path in found if path not in expected]
    changed = [
        path
        for path in found
        if path in expected and found[path] != expected[path] and not _fits(found[path], expected[path])
    ]
    lines = [f"  missing  {path}: {_said(expected[path])}" for path in missing]
    lines += [f"  new      {path}: {_said(found[path])}" for path in new]
    lines += [f"  changed  {path}: {_said(expected[path])} became {_said(found[path])}" for path in changed]
    if ordered and not lines and list(expected) != list(found):
        lines.append(f"  order    {', '.join(expected)} became {', '.join(found)}")
    return lines


def _kinds(kind: Any) -> set[str]:
    return set(kind.split(" or ")) if isinstance(kind, str) else set()


def _fits(found: Any, expected: Any) -> bool:
    return "null" in _kinds(expected) and _kinds(found) <= _kinds(expected)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
