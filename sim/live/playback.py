"""Simulates a run and records what the page shows of it, by month and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model import outcomes
from sim.model.parameters import Parameters
from sim.model.schedule import Run, begin
from sim.model.state import LEDGER, STAGES, Stage

DIGITS = 5
"""Significant digits of series and outcomes, on the page and in downloads alike."""
PLACE_DECIMALS = 3

COPIED = ("will", "ability", "capacity", "trust", "signed")
"""Columns of places that are recorded every month."""
SHOWN = ("will", "ability", "capacity", "trust")
"""Recorded columns that the page shows."""

NEGLIGIBLE = 1e-9
"""Progress or benefit missing below this is rounding."""

NOTHING = -1
"""Code for no cause of loss."""


@dataclass(frozen=True)
class Playback:
    """A finished run and its records by month: T months, A places.

    Attributes:
        run: the run.
        places: shape (T, A) by column of places.
        bodies: (T, A) mean will of the third-sector bodies at home in the place; NaN where there are none.
        stage: (T, A, changes) stage of each change in each place.
        stages: (T, A, stages) announced changes in each stage.
        nominal: (T, A) coverage as reported, mean over announced changes; NaN before the first.
        real: (T, A) coverage as intended, mean over announced changes.
        held: (T, A, LEDGER) progress that went missing in the month, in changes' plans.
        due: (T, A) progress that the plans of announced changes asked of the month.
    """

    run: Run
    places: dict[str, np.ndarray]
    bodies: np.ndarray
    stage: np.ndarray
    stages: np.ndarray
    nominal: np.ndarray
    real: np.ndarray
    held: np.ndarray
    due: np.ndarray

    @property
    def months(self) -> int:
        """How long the run lasted."""
        return len(self.stages)


def play(parameters: Parameters, seed: int, replication: int) -> Playback:
    """Simulate a whole run month by month, and record what the journal does not hold.

    Raises:
        ValueError: if the table of places or the interventions cannot be used.
    """
    run = begin(parameters, seed, replication)
    state, months, count = run.state, parameters.population.months, len(run.territory.code)
    shape = state.cells.shape
    places = {name: np.empty((months, count)) for name in COPIED}
    bodies = np.empty((months, count))
    stage = np.empty((months, *shape), np.int8)
    nominal, real = np.empty((months, *shape)), np.empty((months, *shape))
    held = np.empty((months, count, LEDGER))
    before, opened = state.ledger.copy(), np.empty_like(state.ledger)
    home = state.bodies.home
    bodies_here = np.bincount(home, minlength=count)
    # Columns are looked up once: access by name is slow in a record array.
    columns = {name: state.places[name] for name in COPIED}
    stage_now, nominal_now, real_now = (state.cells[name] for name in ("stage", "nominal", "real_coverage"))
    body_will, announced_by = state.bodies.will, state.calendar.arrived.tolist()
    for month in range(months):
        run.advance(1)
        for name, column in columns.items():
            places[name][month] = column
        bodies[month] = np.bincount(home, body_will, count)
        stage[month], nominal[month], real[month] = stage_now, nominal_now, real_now
        # Only announced changes can have losses.
        there = slice(0, announced_by[month])
        now, new = state.ledger[:, there], opened[:, there]
        np.subtract(now, before[:, there], out=new)
        np.einsum("aic->ac", np.maximum(new, 0.0, out=new), out=held[month])
        before[:, there] = now
    arrived = np.arange(shape[1]) < state.calendar.arrived[:, None]
    announced = arrived.sum(axis=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return Playback(
            run=run,
            places=places,
            bodies=bodies / bodies_here,
            stage=stage,
            stages=_counted(stage, arrived[:, None]),
            nominal=nominal.sum(axis=2) / announced,
            real=real.sum(axis=2) / announced,
            held=held,
            due=np.repeat(_due(state.changes, arrived)[:, None], count, axis=1),
        )


def _due(changes: np.recarray, arrived: np.ndarray) -> np.ndarray:
    """Progress that the plans of announced changes ask of each month: (T,)."""
    path = (np.arange(len(arrived))[:, None] - changes.arrival) * changes.pace
    return np.sum(arrived * np.clip(1.0 - path, 0.0, changes.pace), axis=1)


def limits(recording: Playback) -> np.ndarray:
    """The limiting factor of each place in each month, as a position in `CAUSES`: (T, A); `NOTHING` if none."""
    return largest(recording.held)


def largest(amounts: np.ndarray) -> np.ndarray:
    """The cause with the largest of amounts by cause, shape (T, A, causes); `NOTHING` where there is none."""
    return np.where(amounts.max(axis=2) > NEGLIGIBLE, amounts.argmax(axis=2), NOTHING)


def _counted(stage: np.ndarray, which: np.ndarray) -> np.ndarray:
    """How many of some cells are in each stage: (T, A, stages)."""
    return np.stack([(which & (stage == code)).sum(axis=2) for code in range(len(STAGES))], axis=2)


ADVANCED = (Stage.SHIFT, Stage.SHAPE, Stage.SPARK, Stage.SEE, Stage.NOT_STARTED, Stage.ABANDONED)
"""Stages, the more advanced first."""


def usual_stage(recording: Playback) -> tuple[np.ndarray, np.ndarray]:
    """The stage of most of a place's announced changes, the more advanced of equals, and their share: each (T, A).

    The stage is `NOTHING`, and the share unknown, before anything is announced.
    """
    counts = recording.stages[:, :, ADVANCED]
    stage, announced = np.array(ADVANCED)[counts.argmax(axis=2)], counts.sum(axis=2)
    with np.errstate(invalid="ignore"):
        share = counts.max(axis=2) / announced
    return np.where(announced == 0, NOTHING, stage), share


def place_frames(recording: Playback) -> dict[str, Any]:
    """Columns by place, each a list of months of lists of places; None is unknown."""
    journal = recording.run.state.journal
    stage, most = usual_stage(recording)
    intended, realised = np.cumsum(journal.intended, axis=0), np.cumsum(journal.realised, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(intended > 0, 1.0 - realised / intended, np.nan)
    numbers = {
        "gap": gap,
        "most": most,
        **{name: recording.places[name] for name in SHOWN},
        "bodies": recording.bodies,
        "nominal": recording.nominal,
        "real": recording.real,
    }
    return {
        "stage": stage.tolist(),
        "limits": limits(recording).tolist(),
        **{name: plain(np.round(values, PLACE_DECIMALS)) for name, values in numbers.items()},
    }


def change_frames(recording: Playback) -> list[dict[str, Any]]:
    """Every announced change: the month of its announcement, and its stage in each place in each month from then on.

    `announced` is below 0 where it was under way before the run. `stages` is one digit for each place, month after month, from
    `first`, the first month of the run in which the change is there.
    """
    letters = (recording.stage + ord("0")).astype(np.uint8)
    found = []
    for i, announced in enumerate(recording.run.state.changes.arrival.tolist()):
        first = max(0, announced)
        if first < recording.months:
            digits = letters[first:, :, i].tobytes().decode("ascii")
            found.append({"announced": announced, "first": first, "stages": digits})
    return found


def series_frames(run: Run) -> dict[str, list[Any]]:
    """The columns of `sim.model.outcomes.series` by month, rounded; None is unknown."""
    return {
        name: rounded(values) if values.dtype.kind == "f" else values.tolist()
        for name, values in outcomes.series(run).items()
    }


def summary_numbers(run: Run) -> dict[str, float | None]:
    """The outcomes of the whole run, rounded; None is unknown."""
    found = outcomes.summary(run)
    return dict(zip(found, rounded(np.array(list(found.values()))), strict=True))


def ties(run: Run) -> list[list[list[float]]]:
    """The peers of each place and their shares of its attention: a list of [place, share] for each place."""
    land = run.territory
    ends = zip(land.tie_start[:-1].tolist(), land.tie_start[1:].tolist(), strict=True)
    other, weight = land.tie_other.tolist(), np.round(land.tie_weight, PLACE_DECIMALS).tolist()
    return [[[other[k], weight[k]] for k in range(first, last)] for first, last in ends]


def rounded(values: np.ndarray) -> list[Any]:
    """Numbers to five significant digits, as nested lists; None where they are not finite."""
    found = [float(f"{value:.{DIGITS}g}") for value in values.ravel().tolist()]
    return plain(np.array(found).reshape(values.shape))


def plain(values: np.ndarray) -> Any:
    """The same numbers as nested lists; None where they are not finite."""
    objects = values.astype(object)
    objects[~np.isfinite(values)] = None
    return objects.tolist()
