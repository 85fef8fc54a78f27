"""The results folder of a sweep, read: which structures met which design points in which replications, and what came out.

Reads what every results folder holds: `plan.json`, `design.parquet`, and `runs.parquet`, with the parts of a sweep that
is still on its way or is being extended. A run that failed, or has not come in, is unknown (NaN) and is never replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.errors import InputProblems, Problem, raise_if_any
from sim.formatting import number
from sim.model.vocabulary import CAUSE_LABELS, OUTCOME_LABELS, UNITS
from sim.paths import DESIGN, METADATA, PLAN, REPORT, RUNS
from sim.runner import parts

AS_THE_SCENARIO = "as the scenario says"
"""The level of a factor that a design point leaves alone."""

NOT_RUN, OK, FAILED = 0, 1, 2

TABLES = (PLAN, DESIGN)
KEYS = ("scenario", "design_point", "replication")


@dataclass(frozen=True)
class SweptFactor:
    """One factor and the value it takes at each design point.

    Attributes:
        key: the parameter's key.
        role: lever or uncertainty.
        unit: its unit.
        sentence: what it means.
        low: lower end of its range, if it has one.
        high: upper end.
        values: shape (points,): float64 where every point has a number, else words.
    """

    key: str
    role: str
    unit: str
    sentence: str
    low: float | None
    high: float | None
    values: np.ndarray

    @property
    def numeric(self) -> bool:
        """Whether every point has a number."""
        return self.values.dtype.kind == "f"

    @cached_property
    def levels(self) -> list[Any]:
        """The different values it takes, in order: numbers by size, words as they first come."""
        if self.numeric:
            return np.unique(self.values).tolist()
        return list(dict.fromkeys(self.values.tolist()))

    def at(self, points: np.ndarray) -> SweptFactor:
        """The same factor at some of the points."""
        return replace(self, values=self.values[points])


@dataclass(frozen=True)
class Sweep:
    """Everything a sweep has found so far.

    Attributes:
        plan: what was asked for, as `plan.json` has it.
        structures: names of what is compared, in the order given.
        factors: what was varied.
        responses: by name, shape (structures, points, replications); NaN is unknown.
        status: same shape: 0 not run, 1 ok, 2 failed.
    """

    plan: Mapping[str, Any]
    structures: tuple[str, ...]
    factors: tuple[SweptFactor, ...]
    responses: Mapping[str, np.ndarray]
    status: np.ndarray

    @property
    def points(self) -> int:
        """How many design points there are."""
        return self.status.shape[1]

    @property
    def replications(self) -> int:
        """How many replications were planned."""
        return self.status.shape[2]

    @property
    def finished(self) -> bool:
        """Whether every planned run has come in, failed ones included."""
        return bool((self.status != NOT_RUN).all())

    @property
    def decided_by(self) -> str:
        """The response that decides who wins, smaller being better: the gap, unless the experiment left it out."""
        return "gap" if "gap" in self.responses else next(iter(self.responses))

    @cached_property
    def whole_replications(self) -> np.ndarray:
        """Replications in which every planned run has come in, failed ones included, shape (replications,)."""
        return (self.status != NOT_RUN).all(axis=(0, 1))

    def numbers(self, response: str) -> np.ndarray:
        """A response in whole replications alone, so that every point and structure has met the same replications.

        Returns:
            Shape (structures, points, whole replications).
        """
        return self.responses[response][:, :, self.whole_replications]

    def months(self, structure: int) -> np.ndarray:
        """How many months a run of a structure has at each design point, shape (points,)."""
        varied = next((f for f in self.factors if f.key == "population.months" and f.numeric), None)
        if varied is not None:
            return varied.values
        return np.full(self.points, self.plan["scenarios"][structure]["parameters"]["population"]["months"])

    def factor(self, key: str) -> SweptFactor:
        """The factor of that key."""
        return next(f for f in self.factors if f.key == key)


def is_share(response: str) -> bool:
    """Whether a response is a share of intended benefit, to be written in points."""
    known = response in OUTCOME_LABELS or response.startswith(("gap_fifth_", "losses."))
    return known and response not in UNITS


def read_sweep(folder: Path) -> Sweep:
    """Read the results folder of a sweep, finished or not.

    Raises:
        InputProblems: when the folder is not that of a sweep, or its tables do not fit its plan.
    """
    raise_if_any(_not_a_sweep(folder))
    try:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        return _read(folder, plan)
    except (ValueError, KeyError, TypeError, OSError) as error:
        said = f"cannot be read by this version of gapsim ({type(error).__name__}: {error})".splitlines()[0]
        raise InputProblems([Problem(str(folder), "plan.json and its tables", said)]) from error


def _read(folder: Path, plan: Mapping[str, Any]) -> Sweep:
    # A folder whose extension was cut short has more points than its plan.
    design = parquet.read_table(folder / DESIGN).slice(0, int(plan["points"]))
    structures = tuple(s["name"] for s in plan["scenarios"])
    factors = tuple(_factor(said, design) for said in plan["factors"])
    shape = (len(structures), design.num_rows, int(plan["replications"]))
    status = np.zeros(shape, np.int8)
    responses = {name: np.full(shape, np.nan) for name in plan["responses"]}
    for path, runs in _runs(folder, str(plan["identity"]), [*KEYS, "status", *responses]):
        replication, point, structure = parts.positions(runs, structures)
        where = structure, point, replication
        raise_if_any(_beyond(path, where, shape))
        status[where] = np.where(parts.is_ok(runs), OK, FAILED)
        for name, values in responses.items():
            values[where] = _floats(runs[name])
    return Sweep(plan, structures, factors, responses, status)


def _runs(folder: Path, identity: str, columns: list[str]) -> Iterator[tuple[Path, pa.Table]]:
    """The runs of the finished table, and of the parts that have come in since, some rows at a time.

    Read whole, a million runs would be held twice.
    """
    finished = folder / RUNS
    since, _ = parts.valid_parts(folder, identity)
    for path in [*([finished] if finished.is_file() else []), *since]:
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(columns=columns):
                yield path, pa.Table.from_batches([batch])


def _not_a_sweep(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        return [Problem(str(folder), "DIR", "is not a folder")]
    missing = [name for name in TABLES if not (folder / name).is_file()]
    if PLAN in missing and (folder / METADATA).is_file():
        said = "is the folder of a comparison or a single run, not of a sweep"
        if (folder / REPORT).is_file():
            said += f"; its report is {folder / REPORT}"
        return [Problem(str(folder), PLAN, said)]
    return [
        Problem(str(folder), name, "is not there; give the results folder of a sweep") for name in missing
    ]


def _beyond(path: Path, where: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> list[Problem]:
    return [
        Problem(str(path), name, f"does not fit {PLAN}: the folder is not whole")
        for name, found, most in zip(KEYS, where, shape, strict=True)
        if found.size and (found.max() >= most or found.min() < 0)
    ]


def _factor(said: Mapping[str, Any], design: pa.Table) -> SweptFactor:
    column = design[said["key"]]
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        values: np.ndarray = _floats(column)
        if np.isnan(values).any():
            words = [AS_THE_SCENARIO if np.isnan(v) else plain(v) for v in values]
            values = np.array(words, dtype=object)
    else:
        words = [AS_THE_SCENARIO if v is None else str(v) for v in column.to_pylist()]
        values = np.array(words, dtype=object)
    low, high = said.get("low"), said.get("high")
    return SweptFactor(
        said["key"], said["role"], said.get("unit") or "", said.get("sentence") or "", low, high, values
    )


def plain(value: float) -> str:
    """A factor's value as people write it."""
    return number(value, 0) if float(value).is_integer() else f"{value:.4g}".replace("-", "−")


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return column.cast(pa.float64()).to_numpy().astype(float)


def losses_of(sweep: Sweep) -> list[str]:
    """The causes of loss that the sweep has kept, in the account's order; causes that other rules had come last."""
    kept = [name.removeprefix("losses.") for name in sweep.responses if name.startswith("losses.")]
    order = list(CAUSE_LABELS)
    return sorted(kept, key=lambda cause: order.index(cause) if cause in order else len(order))


def groups_of(sweep: Sweep) -> np.ndarray | None:
    """Which points are no independent evidence, where policies meet futures: those of one future, or of one policy.

    The larger of the two numbers of groups counts, shape (points,). None where every point stands alone.
    """
    design = sweep.plan["design"]
    if design["kind"] != "crossed":
        return None
    futures = int(design["futures"])
    points = np.arange(sweep.points)
    return points % futures if futures >= int(design["policies"]) else points // futures
