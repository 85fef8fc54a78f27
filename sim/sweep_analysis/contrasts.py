"""Point against point: what changes when a written-down setting gives way to another, in the same structure and worlds.

Designs whose points were chosen one by one ask how points differ. Each group of points has one to start from; the others
are compared with it world by world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.statistics import holm, interval, p_value
from sim.sweep_analysis.swept import AS_THE_SCENARIO, Sweep, SweptFactor, plain
from sim.weighing import ALPHA

WRITTEN_DOWN = ("list", "table", "zip", "ablation")
"""Designs whose points somebody chose one by one, so that each has a meaning of its own."""

MOST_POINTS = 150
MOST_VALUES = 6


@dataclass(frozen=True)
class Contrast:
    """What changes from the first point of a group to another of its points.

    Attributes:
        group: the group's name.
        start: name of the point that it starts from.
        point: name of the other point.
        response: in which structure, or in the difference of which two.
        mean: mean of the other point minus that of the first; None is unknown.
        low: lower end of its 95 % interval over worlds.
        high: upper end.
        pairs: worlds behind it.
        adjusted: p-value after Holm's correction for all contrasts of the sweep.
    """

    group: str
    start: str
    point: str
    response: str
    mean: float | None
    low: float | None
    high: float | None
    pairs: int
    adjusted: float

    @property
    def clear(self) -> bool:
        """Whether the two points are told apart when all contrasts are read together."""
        return self.low is not None and self.adjusted < ALPHA


def contrasts(sweep: Sweep) -> list[Contrast]:
    """Every point of a written-down design against the one that its group starts from; none for other designs."""
    names = point_names(sweep)
    if not names:
        return []
    measured = _measured(sweep)
    found = [
        (group, names[start], names[point], response, values[point] - values[start])
        for group, start, points in _groups(sweep)
        for response, values in measured.items()
        for point in points
    ]
    together = holm([p_value(values) for *_, values in found])
    return [
        Contrast(group, start, point, response, **interval(values), pairs=int(np.isfinite(values).sum()), adjusted=p)
        for (group, start, point, response, values), p in zip(found, together, strict=True)
    ]  # fmt: skip


def point_names(sweep: Sweep) -> list[str]:
    """What each point of a written-down design is called: its own name, or what is particular about it."""
    design = sweep.plan["design"]
    if design["kind"] not in WRITTEN_DOWN or sweep.points > MOST_POINTS:
        return []
    if design["kind"] == "ablation":
        bare = [f.key.removeprefix("mechanisms.") for f in sweep.factors]
        return [
            "all as the scenario says",
            *(f"without {k}" for k in bare),
            *(f"{k} alone" for k in bare),
            "all at 0",
        ]
    given = _labels(design, "names", sweep.points)
    return [given[p] or setting(sweep.factors, p) for p in range(sweep.points)]


def setting(factors: Sequence[SweptFactor], point: int) -> str:
    """What is particular about a point: its factors' values, a row of power said once, what the scenario says left out."""
    told: dict[str, list[str]] = {}
    left = 0
    for f in factors:
        value = plain(float(f.values[point])) if f.numeric else str(f.values[point])
        if value == AS_THE_SCENARIO:
            left += 1
            continue
        row, _, who = f.key.rpartition(".")
        if row.startswith("power."):
            told.setdefault(row, []).append(f"{who} {value}")
        else:
            told[f.key] = [value]
    said = [f"{key} {', '.join(values)}" for key, values in told.items()]
    if len(said) > MOST_VALUES:
        said = [*said[:MOST_VALUES], f"{len(said) - MOST_VALUES} more"]
    if left:
        said.append(f"all others {AS_THE_SCENARIO}" if said else f"all {AS_THE_SCENARIO}")
    return "; ".join(said)


def _labels(design: Mapping, which: str, points: int) -> list[str | None]:
    given = list(design.get(which) or [])[:points]
    return [*given, *[None] * (points - len(given))]


def _groups(sweep: Sweep) -> list[tuple[str, int, list[int]]]:
    """Each group's name, the point that it starts from and its other points."""
    design, count = sweep.plan["design"], len(sweep.factors)
    if design["kind"] == "ablation":
        off, alone = range(1, count + 1), range(count + 1, 2 * count + 1)
        return [
            ("each taken out in turn", 0, list(off)),
            ("each alone, all others at 0", 2 * count + 1, list(alone)),
        ]
    members: dict[str, list[int]] = {}
    for point, group in enumerate(_labels(design, "groups", sweep.points)):
        members.setdefault(group or "", []).append(point)
    return [(group, points[0], points[1:]) for group, points in members.items() if len(points) > 1]


def _measured(sweep: Sweep) -> dict[str, np.ndarray]:
    """What is compared between points: the response in each structure and, of two, their difference."""
    response, names = sweep.decided_by, sweep.structures
    values = sweep.numbers(response)
    found = {f"{response} in {name}": values[k] for k, name in enumerate(names)}
    if len(names) == 2:
        found[f"{response}, {names[0]} − {names[1]}"] = values[0] - values[1]
    return found
