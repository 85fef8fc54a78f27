"""Conservation: how far the accounts of a run are from balancing, and random parameters to try them on."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.decision_rights import ROWS, columns
from sim.model.kernels import random
from sim.model.parameters import Parameters
from sim.model.schedule import Run
from sim.model.schema import declarations

TOLERANCE = 1e-9
"""Relative error within which an account balances."""

BOUNDED = {
    "places": ("will", "ability", "capacity", "baseline_will", "delivered_share", "trust"),
    "bodies": ("will", "ability", "capacity"),
    "users": ("will", "ability", "capacity"),
    "centre": ("will", "ability", "capacity"),
    "cells": ("nominal", "real_coverage", "progress", "fit", "uptake", "compatible"),
}
"""Columns of each table of a run that lie between 0 and 1."""


def random_parameters(seed: int, number: int) -> Parameters:
    """A set of parameters drawn evenly from their bounds, with a random table; for checks that must hold everywhere."""
    key = random.stream_keys(seed, number, 1)[0]
    groups: dict[str, Any] = {}
    fixed = ("population.months", "population.places", "population.users", "population.bodies")
    for position, declared in enumerate(declarations().values()):
        u = random.uniform(key, position, 0, 0)
        if declared.group in ("power", "interventions") or declared.key in fixed:
            continue
        group, _, leaf = declared.key.partition(".")
        if declared.choices:
            value: Any = declared.choices[int(u * len(declared.choices))]
        else:
            low, high = _sensible_bounds(declared.key, declared.low, declared.high, declared.default)
            value = round(low + u * (high - low)) if declared.kind is int else low + u * (high - low)
        groups.setdefault(group, {})[leaf] = value
    groups["power"] = {row: _random_row(key, 1000 + 10 * n, row) for n, row in enumerate(ROWS)}
    groups["population"] = {**groups.get("population", {}), "users": 320, "months": 90}
    return Parameters.model_validate(groups)


def _sensible_bounds(key: str, low: float | None, high: float | None, default: float) -> tuple[float, float]:
    """Bounds to draw from: the declared ones, or three times the default where those only keep nonsense out."""
    if key == "focal.arrival":
        # Late enough to be none in some draws, early enough to matter in most.
        return -1.0, 60.0
    bottom = 0.0 if low is None else low
    if high is None or 0.0 < 10.0 * default < high:
        high = 3.0 * default
    return bottom, max(high, bottom)


def _random_row(key: np.uint64, first: int, row: str) -> dict[str, float]:
    names = columns(row)
    parts = np.array([-np.log(random.uniform(key, first + n, 0, 0)) for n in range(len(names))])
    return dict(zip(names, (parts / parts.sum()).tolist(), strict=True))


def imbalances(run: Run) -> dict[str, float]:
    """How far each account of a run is from balancing: relative errors, and how far states leave their bounds."""
    state, journal = run.state, run.state.journal
    intended, realised = journal.intended.sum(), journal.realised.sum()
    scale = max(intended, realised, 1.0)
    people = run.territory.population
    stream = state.changes
    when = np.arange(1, run.month + 1)[:, None]
    work = run.parameters.work
    shift = work.shift / (work.see + work.spark + work.shape + work.shift)
    path = np.clip((when - stream.arrival) / stream.duration, 0.0, 1.0)
    planned = np.clip((path - (1.0 - shift)) / shift, 0.0, 1.0)
    announced = np.arange(run.month)[:, None] >= stream.arrival
    promised = float(np.sum(planned * stream.ambition * announced)) * people.sum()
    hours = journal.hours.sum(axis=1)
    endowed = journal.months.endowment
    owned = run.values["authorities_staff_hours"][:-1] @ people + (
        run.values["bodies_hours"][-1] * people.sum() if len(state.bodies) else 0.0
    )
    bounded = [getattr(getattr(state, part), name) for part, names in BOUNDED.items() for name in names]
    outside = max((max(float(np.max(-c)), float(np.max(c - 1.0))) for c in bounded if c.size), default=0.0)
    by_cell = state.account.intended - state.account.realised - state.lost.sum(axis=2)
    users_of = state.places.last_user - state.places.first_user
    return {
        "losses": abs(intended - realised - journal.lost.sum()) / scale,
        "losses by cell": float(np.max(np.abs(by_cell))) / scale,
        "intended benefit comes from the stream alone": abs(intended - promised) / scale,
        "hours": float(np.max(np.abs(hours - endowed) / np.maximum(endowed, 1e-300))),
        "endowment": float(max(0.0, np.max(owned - endowed) / max(owned, 1e-300))),
        "users": abs(float(np.sum(users_of)) - run.parameters.population.users),
        "bounds": max(0.0, outside),
        "real above nominal": max(0.0, float(np.max(state.cells.real_coverage - state.cells.nominal))),
    }
