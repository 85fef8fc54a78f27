"""Outcomes: the gap, where the benefit was lost, and for whom, read off a finished run.

gap = 1 - realised / intended benefit; it is not capped, and benefit ahead of plan is its own negative cause. Months are
numbered from 1 in tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.decision_rights import KINDS
from sim.model.geography import Territory
from sim.model.state import ACTIVITIES, CAUSES, FREE, STAGES, Activity, Stage

if TYPE_CHECKING:
    from sim.model.schedule import Run

DECILE = 0.1
FIFTHS = 5
PER_INHABITANTS = 1000.0
STATES = ("will", "ability", "capacity")


def _share(part: np.ndarray | float, whole: np.ndarray | float) -> Any:
    """A share, unknown (NaN) where there is no whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(whole) > 0, np.asarray(part) / np.asarray(whole), np.nan)


def worst_decile(gaps: np.ndarray, intended: np.ndarray) -> float:
    """Gap in the tenth of authorities with the widest gaps: the postcode lottery.

    Every authority counts alike; a part of the last one is taken so that exactly a tenth is counted.
    """
    known = gaps[intended > 0]
    if known.size == 0:
        return float("nan")
    ordered = np.sort(known)[::-1]
    size = max(1.0, DECILE * len(ordered))
    weight = np.clip(size - np.arange(len(ordered)), 0.0, 1.0)
    return float(np.sum(weight * ordered) / weight.sum())


def fifths(deprivation: np.ndarray, population: np.ndarray) -> np.ndarray:
    """The fifth of the nation's people that each place belongs to, by its deprivation: 0 most deprived, 4 least.

    A place belongs where the middle of its people falls.
    """
    order = np.argsort(-deprivation, kind="stable")
    share = population[order] / population.sum()
    middle = np.cumsum(share) - share / 2
    belongs = np.empty(len(order), np.int64)
    belongs[order] = np.minimum((middle * FIFTHS).astype(np.int64), FIFTHS - 1)
    return belongs


def months_to_half(run: Run) -> float:
    """Median months from announcement until half of the nation has a change with fidelity; unknown if most changes never do.

    Only changes announced in the first half of the run count, so that all had time.
    """
    changes, half = run.state.changes, run.state.changes.months_to_half
    counted = (changes.arrival >= 0) & (changes.arrival < run.parameters.population.months / 2)
    if not counted.any():
        return float("nan")
    waits = np.where(half[counted] < 0, np.inf, half[counted].astype(float))
    middle = float(np.median(waits))
    return middle if np.isfinite(middle) else float("nan")


def persistence(run: Run) -> float:
    """What is kept at the end of the most that each change ever reached, over the changes whose plan has ended."""
    changes = run.state.changes
    worth = changes.ambition * (changes.arrival + changes.duration <= run.parameters.population.months)
    reached = float(np.sum(worth * changes.peak_adoption))
    return float(np.sum(worth * changes.adopted)) / reached if reached > 0.0 else float("nan")


@lru_cache(maxsize=8)
def _places_by_fifth(land: Territory) -> tuple[np.ndarray, ...]:
    """Positions of the places in each fifth."""
    groups = fifths(land.deprivation, land.population)
    return tuple(np.flatnonzero(groups == fifth) for fifth in range(FIFTHS))


def _totals(columns: np.ndarray) -> np.ndarray:
    """The sum of every column, each added up by itself: rows added to rows would round differently."""
    return np.ascontiguousarray(columns.T).sum(axis=1)


def summary(run: Run) -> dict[str, float]:
    """One number for each outcome of a run; NaN means unknown. `losses.*` sum to the gap."""
    journal = run.state.journal
    intended, realised, nominal = journal.intended.sum(), journal.realised.sum(), journal.nominal.sum()
    by_place = journal.intended.sum(axis=0)
    gaps = 1.0 - _share(journal.realised.sum(axis=0), by_place)
    worth = run.state.changes.ambition[None, :] * run.territory.population[:, None]
    closed = journal.months.recovered.sum()
    missing = (run.state.ledger.sum(axis=2) * worth).sum()
    hours = journal.hours.sum(axis=0)
    people_months = run.territory.population.sum() * len(journal.hours) / PER_INHABITANTS
    # All shares of the same whole are taken at once: a sweep reads a million runs.
    of_intended = _share(np.array([realised, nominal, nominal - realised, *_totals(journal.lost)]), intended)
    received = [
        (journal.realised[:, inside].sum(), journal.intended[:, inside].sum())
        for inside in _places_by_fifth(run.territory)
    ]
    by_fifth = 1.0 - _share(*np.array(received).T)
    row: dict[str, float] = {
        "gap": float(1.0 - of_intended[0]),
        "nominal_gap": float(1.0 - of_intended[1]),
        "rhetoric_reality": float(of_intended[2]),
        "worst_decile_gap": worst_decile(gaps, by_place),
        "months_to_half": months_to_half(run),
        "recovered_later": float(_share(closed, closed + missing)),
        "persistence": persistence(run),
        "starts": float(journal.months.starts.sum()),
        "stops": float(journal.months.stops.sum()),
        "hours_offered": float(journal.months.endowment.sum() / people_months),
        "hours_spent": float((journal.months.endowment.sum() - hours[Activity.UNSPENT]) / people_months),
    }
    row.update(_named("gap_fifth_", range(1, FIFTHS + 1), by_fifth))
    row.update(_named("losses.", CAUSES, of_intended[3:]))
    row.update(_named("stage.", STAGES, _share(_totals(journal.stages), journal.stages.sum())))
    row.update(_named("hours.", ACTIVITIES, _share(hours, hours.sum())))
    return row


def _named(stem: str, names: Iterable[str | int], values: np.ndarray) -> Iterator[tuple[str, float]]:
    return zip((f"{stem}{name}" for name in names), values.tolist(), strict=True)


def series(run: Run) -> dict[str, np.ndarray]:
    """Columns by month, each of shape (months,): flows of the month, and shares of all that was intended so far."""
    journal = run.state.journal
    intended, realised = journal.intended.sum(axis=1), journal.realised.sum(axis=1)
    nominal = journal.nominal.sum(axis=1)
    so_far = np.cumsum(intended)
    columns: dict[str, np.ndarray] = {
        "month": np.arange(1, len(intended) + 1),
        "intended": intended,
        "realised": realised,
        "nominal": nominal,
        "gap": 1.0 - _share(np.cumsum(realised), so_far),
        "gap_month": 1.0 - _share(realised, intended),
        "nominal_gap": 1.0 - _share(np.cumsum(nominal), so_far),
        "nominal_coverage": journal.months.nominal_coverage,
        "real_coverage": journal.months.real_coverage,
    }
    for number, cause in enumerate(CAUSES):
        columns[f"loss.{cause}"] = _share(np.cumsum(journal.lost[:, number]), so_far)
    cells = journal.stages.sum(axis=1)
    for number, stage in enumerate(STAGES):
        columns[f"stage.{stage}"] = _share(journal.stages[:, number], cells)
    for number, state in enumerate(STATES):
        for kind, name in enumerate(KINDS):
            columns[f"{state}.{name}"] = journal.readiness[:, kind, number]
    for number, activity in enumerate(ACTIVITIES):
        columns[f"hours.{activity}"] = journal.hours[:, number]
    columns["starts"] = journal.months.starts
    columns["stops"] = journal.months.stops
    return columns


def councils(run: Run) -> dict[str, Any]:
    """Columns by place, each of shape (places,): gaps and losses over the whole run, state at its end."""
    land, state = run.territory, run.state
    intended = state.journal.intended.sum(axis=0)
    lost = state.lost.sum(axis=1)
    table: dict[str, Any] = {
        "code": list(land.code),
        "name": list(land.name),
        "population": land.population,
        "deprivation": land.deprivation,
        "rurality": land.rurality,
        "tile_row": list(land.tile_row) if land.tile_row else None,
        "tile_col": list(land.tile_col) if land.tile_col else None,
        "gap": 1.0 - _share(state.journal.realised.sum(axis=0), intended),
        "nominal_gap": 1.0 - _share(state.journal.nominal.sum(axis=0), intended),
        "will": state.places.will.copy(),
        "ability": state.places.ability.copy(),
        "capacity": state.places.capacity.copy(),
    }
    for number, cause in enumerate(CAUSES):
        table[f"losses.{cause}"] = _share(lost[:, number], intended)
    for number, stage in enumerate(STAGES):
        table[f"stage.{stage}"] = np.mean(state.cells.stage == number, axis=1)
    return table


def cells(run: Run) -> dict[str, Any]:
    """Columns by change and place, each of shape (changes × places,): benefit, losses and state at the end."""
    land, state = run.territory, run.state
    places, changes = state.cells.shape
    table: dict[str, Any] = {
        "change": np.repeat(np.arange(1, changes + 1), places),
        "arrival": np.repeat(state.changes.arrival, places),
        "code": list(land.code) * changes,
        "stage": [STAGES[code] for code in state.cells.stage.T.ravel()],
        "nominal_coverage": state.cells.nominal.T.ravel(),
        "real_coverage": state.cells.real_coverage.T.ravel(),
        "fit": state.cells.fit.T.ravel(),
        "intended": state.account.intended.T.ravel(),
        "realised": state.account.realised.T.ravel(),
    }
    for number, cause in enumerate(CAUSES):
        table[f"lost.{cause}"] = state.lost[:, :, number].T.ravel()
    return {**table, **_priorities(run)}


def _priorities(run: Run) -> dict[str, Any]:
    """Why a change is or is not a priority in a place at the end; unknown where no bar stands or none was reached yet.

    `priority` against `bar`, `own_priority` (without pressure on reports), and `held`: the cause of the hold, or nothing.
    """
    cells = run.state.cells
    at_bar = (run.values["scale_up"][: len(cells)] > 0.0)[:, None]
    known = at_bar & (cells.stage >= Stage.SPARK) & (cells.stage <= Stage.SHIFT)
    table: dict[str, Any] = {
        name: np.where(known, cells[name], np.nan).T.ravel() for name in ("own_priority", "priority", "bar")
    }
    table["held"] = [CAUSES[cause] if cause != FREE else "" for cause in cells.held.T.ravel()]
    return table


def places_by_month(run: Run) -> dict[str, Any]:
    """Columns by month and place, each of shape (months × places,): benefit intended, realised and as reported."""
    journal = run.state.journal
    months, places = journal.intended.shape
    return {
        "month": np.repeat(np.arange(1, months + 1), places),
        "code": list(run.territory.code) * months,
        "intended": journal.intended.ravel(),
        "realised": journal.realised.ravel(),
        "nominal": journal.nominal.ravel(),
    }
