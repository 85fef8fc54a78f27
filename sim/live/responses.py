"""Computes the answers of the server: the runs of a view, or several of its possible futures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from sim.live import chain, headline, i18n, narrative, playback, views
from sim.live.views import Side, View
from sim.model import outcomes
from sim.model.provenance import version
from sim.model.schedule import simulate
from sim.stats import intervals

KEPT_SIDES = 8
"""Number of sides that are cached: a lever mostly changes one side, and a swap changes none."""


def run(view: View) -> dict[str, Any]:
    """Simulate all sides of a view under the same random numbers: their months, events and results."""
    sides = [_simulated(_Asked(_key(side), view.seed, view.replication, side)) for side in view.sides]
    said = headline.of_months(sides)
    return {
        "view": view.as_data(),
        "version": version(),
        "fingerprint": fingerprint(view),
        "sides": sides,
        "opening": headline.opening(sides),
        "sentences": said,
        "sentence": said[-1],
    }


@dataclass(frozen=True)
class _Asked:
    """What identifies a side; equal ones have equal results."""

    key: str
    seed: int
    replication: int
    side: Side = field(compare=False)


def _key(side: Side) -> str:
    title, parameters = side.composed.title, side.composed.parameters.model_dump_json()
    return repr((i18n.spoken(), side.scenario, title, _changed(side), parameters))


@lru_cache(maxsize=KEPT_SIDES)
def _simulated(asked: _Asked) -> dict[str, Any]:
    side, parameters = asked.side, asked.side.composed.parameters
    recording = playback.play(parameters, asked.seed, asked.replication)
    series = playback.series_frames(recording.run)
    land, state = recording.run.territory, recording.run.state
    content = {
        "scenario": side.scenario,
        "title": i18n.declared(f"scenario.{side.scenario}", side.composed.title),
        "question": i18n.declared(f"scenario.{side.scenario}.question", side.composed.question),
        "changed": _changed(side),
        "resolved": views.differences(parameters),
        "moves": views.moves_of(parameters),
        "months": recording.months,
        "stated": headline.stated_from(recording.run.state.journal.intended.sum(axis=1)),
        "series": series,
        "chain": chain.frames(recording.run.state.journal),
        "places": playback.place_frames(recording),
        "stream": playback.change_frames(recording),
        "bodies": np.bincount(state.bodies.home, minlength=len(land.code)).tolist(),
        "users": (state.places.last_user - state.places.first_user).tolist(),
        "ties": playback.ties(recording.run),
        "story": narrative.events(recording),
        "summary": playback.summary_numbers(recording.run),
    }
    return {**content, "sentence": headline.of_one(content, recording.months - 1)}


def _changed(side: Side) -> int | None:
    """The month of the first change by hand, or None if there is none."""
    if side.given:
        return 0
    return min((move["month"] for move in side.moves), default=None)


def spread(view: View, futures: int) -> dict[str, Any]:
    """The gap by month in several futures of each side, and the paired difference between two sides with its band."""
    runs = [_futures(side, view.seed, futures) for side in view.sides]
    gaps = [np.array([each["gap"] for each in side]) for side in runs]
    answer: dict[str, Any] = {
        "view": view.as_data(),
        "version": version(),
        "futures": futures,
        "sides": [
            {
                "scenario": side.scenario,
                "gap": playback.rounded(gap),
                "stated": [headline.stated_from(each["intended"]) for each in found],
                "band": _band(gap),
            }
            for side, found, gap in zip(view.sides, runs, gaps, strict=True)
        ],
    }
    if len(gaps) == 2 and gaps[0].shape == gaps[1].shape:
        answer["paired"] = {
            "difference": playback.rounded(gaps[0] - gaps[1]),
            "band": _band(gaps[0] - gaps[1]),
        }
    return answer


def _futures(side: Side, seed: int, futures: int) -> list[dict[str, np.ndarray]]:
    parameters = side.composed.parameters
    return [outcomes.series(simulate(parameters, seed, k)) for k in range(futures)]


def _band(values: np.ndarray) -> dict[str, list[float | None]]:
    return dict(zip(("mean", "low", "high"), map(playback.rounded, intervals(values)), strict=True))


def fingerprint(view: View) -> str:
    """A short name that equal views share under one version of the model."""
    return hashlib.sha256(f"{version()} {view.text()}".encode()).hexdigest()[:12]
