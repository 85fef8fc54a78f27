"""What the server answers: a view lived and told, or many of its futures side by side."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from sim import outcomes
from sim.live import frames, sentences, story, views
from sim.live.views import Side, View
from sim.month import simulate
from sim.provenance import version
from sim.statistics import intervals


def run(view: View) -> dict[str, Any]:
    """Live both sides of a view under the same luck: every month of each, its story, and what it comes to."""
    sides = [_side(side, view) for side in view.sides]
    for side in sides:
        side["sentence"] = sentences.of_one(side)
    said = sentences.of_months(sides)
    return {
        "view": view.as_data(),
        "version": version(),
        "fingerprint": fingerprint(view),
        "sides": sides,
        "sentences": said,
        "sentence": said[-1],
    }


def _side(side: Side, view: View) -> dict[str, Any]:
    parameters = side.composed.parameters
    lived = frames.live(parameters, view.seed, view.replication)
    series = frames.series_frames(lived.run)
    land, state = lived.run.territory, lived.run.state
    return {
        "scenario": side.scenario,
        "title": side.composed.title,
        "changed": _changed(side),
        "resolved": views.differences(parameters),
        "moves": views.moves_of(parameters),
        "months": lived.months,
        "series": series,
        "places": frames.place_frames(lived),
        "bodies": np.bincount(state.bodies.home, minlength=len(land.code)).tolist(),
        "users": (state.places.last_user - state.places.first_user).tolist(),
        "ties": frames.ties(lived.run),
        "story": story.tell(lived),
        "summary": frames.summary_numbers(lived.run),
    }


def _changed(side: Side) -> int | None:
    """The month from which a side is no longer its scenario, or None if nothing was changed by hand."""
    if side.given:
        return 0
    return min((move["month"] for move in side.moves), default=None)


def spread(view: View, futures: int) -> dict[str, Any]:
    """The gap by month in several futures of each side, and the paired difference between two sides with its band."""
    gaps = [_futures(side, view.seed, futures) for side in view.sides]
    answer: dict[str, Any] = {
        "view": view.as_data(),
        "version": version(),
        "futures": futures,
        "sides": [
            {"scenario": side.scenario, "gap": _rows(gap), "band": _band(gap)}
            for side, gap in zip(view.sides, gaps, strict=True)
        ],
    }
    if len(gaps) == 2 and gaps[0].shape == gaps[1].shape:
        answer["paired"] = {"difference": _rows(gaps[0] - gaps[1]), "band": _band(gaps[0] - gaps[1])}
    return answer


def _futures(side: Side, seed: int, futures: int) -> np.ndarray:
    parameters = side.composed.parameters
    return np.array([outcomes.series(simulate(parameters, seed, k))["gap"] for k in range(futures)])


def _rows(values: np.ndarray) -> list[list[float | None]]:
    return [frames.rounded(row) for row in values]


def _band(values: np.ndarray) -> dict[str, list[float | None]]:
    return dict(zip(("mean", "low", "high"), map(frames.rounded, intervals(values)), strict=True))


def fingerprint(view: View) -> str:
    """A short name that equal views share under one version of the model."""
    return hashlib.sha256(f"{version()} {view.text()}".encode()).hexdigest()[:12]
