"""The declared parameters as a flat list, and as one record of numbers that compiled processes read.

`key` is what people write (`work.top_speed`, `power.agenda.centre`); `field` is what a submodel reads (`p.top_speed`,
`p.agenda_centre`). Mechanism strengths and reference magnitudes keep their own names (`p.reactance`,
`p.reactance_will`); every other field bears its group's name in front (`p.work_top_speed`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, get_args, get_origin

import numpy as np
from pydantic import BaseModel

from sim.model.decision_rights import ROWS, columns, resolve
from sim.model.parameters import MECHANISM_NAMES, STABLE, Parameters

BARE_GROUPS = ("mechanisms", "reference", "power")


@dataclass(frozen=True)
class Declaration:
    """One declared parameter: all that validation, help, sliders and reference pages need to know of it.

    `judged` is the default that was judged plausible before any fit: the default itself, unless a fit has moved that.
    """

    key: str
    field: str
    default: Any
    low: float | None
    high: float | None
    unit: str
    sentence: str
    source: str
    role: str
    live: bool
    national: bool
    choices: tuple[str, ...]
    kind: type
    judged: Any

    @property
    def group(self) -> str:
        """The group of parameters it belongs to."""
        return self.key.partition(".")[0]

    @property
    def numeric(self) -> bool:
        """Whether submodels can read it: numbers and choices, not the name of a table."""
        return self.kind is not str


def _walk(model: type[BaseModel], default: BaseModel, path: tuple[str, ...]) -> Iterator[Declaration]:
    for name, info in model.model_fields.items():
        value = getattr(default, name)
        if name == "interventions":
            continue
        if isinstance(value, BaseModel):
            yield from _walk(type(value), value, (*path, name))
            continue
        extra = info.json_schema_extra
        assert isinstance(extra, dict)
        choices = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        low = next((c.ge for c in info.metadata if hasattr(c, "ge")), None)
        high = next((c.le for c in info.metadata if hasattr(c, "le")), None)
        key = (*path, name)
        yield Declaration(
            key=".".join(key),
            field="_".join(key[1:] if key[0] in BARE_GROUPS else key),
            default=value,
            low=low,
            high=high,
            unit=str(extra["unit"]),
            sentence=info.description or "",
            source=str(extra["source"]),
            role=str(extra["role"]),
            live=bool(extra["live"]),
            national=bool(extra.get("national", False)),
            choices=tuple(choices),
            kind=_kind(info.annotation, choices),
            judged=value if extra.get("judged") is None else extra["judged"],
        )


def _kind(annotation: Any, choices: tuple[str, ...]) -> type:
    if choices:
        return tuple
    return annotation if annotation in (int, str) else float


@lru_cache(maxsize=1)
def declarations() -> dict[str, Declaration]:
    """Every declared parameter by its key, in the order of declaration."""
    return {d.key: d for d in _walk(Parameters, Parameters(), ())}


def reference_magnitudes(mechanism: str) -> list[Declaration]:
    """The constants that the strength of a mechanism multiplies."""
    stem = REFERENCE_STEM.get(mechanism, mechanism)
    return [
        d
        for d in declarations().values()
        if d.group == "reference" and d.key.startswith(f"reference.{stem}_")
    ]


@lru_cache(maxsize=1)
def experimental() -> frozenset[str]:
    """Strengths of the mechanisms on trial and their magnitudes: nothing rests on them unless somebody asks for it."""
    names = [name for name in MECHANISM_NAMES if name not in STABLE]
    strengths = [f"mechanisms.{name}" for name in names]
    magnitudes = [d.key for name in names for d in reference_magnitudes(name)]
    return frozenset([*strengths, *magnitudes])


REFERENCE_STEM = {
    "information_loss": "information",
    "citizen_data": "citizen",
    "central_expertise": "expertise",
    "uneven_ability": "equalising",
    "peer_learning": "peer",
    "participation_cost": "participation",
    "programme_support": "support",
    "hidden_work": "hidden",
}
"""Where a mechanism's reference magnitudes begin with a shorter name than its own."""

NOT_IN_RECORD = ("power.distribution",)


@lru_cache(maxsize=1)
def record_type() -> np.dtype:
    """The layout of the record of numbers: one float64 for each parameter that submodels may read."""
    fields = [d.field for d in declarations().values() if d.numeric and d.key not in NOT_IN_RECORD]
    # Of numpy's record type from the start, as the tables of a run are: see `sim.model.state.layout`.
    return np.dtype((np.record, [(field, np.float64) for field in fields]))


def nearest_key(key: str) -> str | None:
    """The declared key that looks most like a mistyped one, or None if nothing does."""
    known = [
        *declarations(),
        *(f"power.{row}" for row in ROWS),
        *dict.fromkeys(d.group for d in declarations().values()),
    ]
    found = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if found:
        return found[0]
    leaf = key.rpartition(".")[2]
    tails = {k.rpartition(".")[2]: k for k in known}
    close = difflib.get_close_matches(leaf, tails, n=1, cutoff=0.75)
    return tails[close[0]] if close else None


def value_of(parameters: Parameters, key: str) -> Any:
    """The value a parameter has in a tree."""
    node: Any = parameters
    for part in key.split("."):
        node = getattr(node, part)
    return node


def as_number(declaration: Declaration, value: Any) -> float:
    """The number that stands for a value in the record; choices are coded by their position."""
    return float(declaration.choices.index(value)) if declaration.choices else float(value)


def power_table(parameters: Parameters) -> dict[str, dict[str, float]]:
    """The table of decision rights that holds at the start: each row, share by share."""
    power = parameters.power
    return resolve(power.model_dump(include=set(ROWS)), power.distribution, power.model_fields_set)


class _Same:
    """A tree of parameters that equals only itself: a key that costs nothing to compare."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    def __hash__(self) -> int:
        return id(self.parameters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.parameters is other.parameters


@lru_cache(maxsize=1)
def _numeric() -> tuple[attrgetter, tuple[tuple[int, Declaration], ...]]:
    """How to take all values of the record out of a tree at once, and which of them are choices to be coded."""
    fields = [d for d in declarations().values() if d.numeric and d.key not in NOT_IN_RECORD]
    choices = tuple((place, d) for place, d in enumerate(fields) if d.choices)
    return attrgetter(*(d.key for d in fields)), choices


@lru_cache(maxsize=64)
def _one_record(same: _Same) -> np.ndarray:
    parameters = same.parameters
    values_of, choices = _numeric()
    values = list(values_of(parameters))
    for place, declaration in choices:
        values[place] = as_number(declaration, values[place])
    # Every field is a float64, so a plain row of numbers is the record.
    one = np.array(values, dtype=np.float64).view(record_type())
    if parameters.power.distribution is not None:
        table = power_table(parameters)
        for row in ROWS:
            for column in columns(row):
                one[f"{row}_{column}"] = table[row][column]
    return one


@lru_cache(maxsize=1)
def prior_defaults() -> Mapping[str, Any]:
    """The defaults that a fit has moved, as they were judged before it, by key: the base that checks were written down for."""
    return {d.key: d.judged for d in declarations().values() if d.judged != d.default}


def in_groups(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by key, `{"work.load": 2.0}`, as a tree of groups, `{"work": {"load": 2.0}}`."""
    tree: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        group, _, leaf = key.partition(".")
        tree.setdefault(group, {})[leaf] = value
    return tree


def record(parameters: Parameters, rows: int) -> np.recarray:
    """The parameters as `rows` equal records: one for each place and one, the last, for the nation.

    Returns:
        Record array of shape (rows,), one float64 field for each parameter.
    """
    return np.repeat(_one_record(_Same(parameters)), rows).view(np.recarray)
