"""Simulation-based calibration: does the non-implausible set contain known parameter values as often as it should?

Parameter values are drawn from the ranges, a history is simulated from each in its own replication, and its figures are
matched as if they had been observed. The true values should hardly ever be ruled out, and the middle nine tenths of the set
should contain each of them at least nine times in ten. The set is no posterior distribution: it may be wider than one, but
not narrower (Talts et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.history.matching.emulators import Emulator, predicted
from sim.history.matching.implausibility import by_case, cases_excluding, implausibility
from sim.history.matching.space import Space
from sim.history.matching.targets import Target

WIDTHS = (0.5, 0.9)


@dataclass(frozen=True)
class Coverage:
    """How often sets contain the true values.

    Args:
        names: the parameters.
        histories: number of histories that were matched.
        held: share of them whose true values no case rules out.
        nearly: share of them whose true values at most one case rules out.
        left: mean share of the space that is left.
        inside: by width of the middle of a set, share of true values within it, shape (parameters,).
        narrowed: mean width of the middle nine tenths of a set, as a share of that of the range.
    """

    names: list[str]
    histories: int
    held: float
    nearly: float
    left: float
    inside: dict[float, np.ndarray]
    narrowed: np.ndarray


def coverage(
    space: Space, targets: Sequence[Target], learned: list[Emulator], run_variance: np.ndarray, replications: int,
    truths: np.ndarray, values: np.ndarray, seed: int, candidates: int = 4000,
) -> Coverage:  # fmt: skip
    """Match every simulated history and look where its true values lie.

    Args:
        space: the parameters that are searched.
        targets: the conditions; their centres are replaced by the figures of each history.
        learned: emulators of all conditions.
        run_variance: (conditions,) variance of a single run.
        replications: number of replications that the emulators were trained on.
        truths: (S, parameters) true points.
        values: (S, replications, conditions) their histories: each replication is one.
        seed: seed of the candidates.
        candidates: number of points of the space at which sets are evaluated.
    """
    evenly = space.spread(candidates, seed)
    features = np.concatenate([space.features(evenly), space.features(truths)])
    mean, emulator_variance = predicted(learned, features)
    variance = emulator_variance + run_variance * (1 + 1 / replications)
    against, left, below, narrowed = [], [], [], []
    for number, truth in enumerate(truths):
        for single in values[number]:
            met = [
                replace(target, centre=float(figure), from_below=True, from_above=True)
                for target, figure in zip(targets, single, strict=True)
            ]
            excluding = cases_excluding(by_case(implausibility(mean, variance, met), met))
            against.append(excluding[candidates + number])
            inside = excluding[:candidates] == 0
            left.append(inside.mean())
            if inside.any():
                kept = evenly[inside]
                below.append((kept < truth).mean(axis=0) + 0.5 * (kept == truth).mean(axis=0))
                narrowed.append(np.diff(np.quantile(kept, (0.05, 0.95), axis=0), axis=0)[0] / 0.9)
    ranks, widths = (np.array(found).reshape(-1, space.size) for found in (below, narrowed))
    held, nearly = (float((np.array(against) <= most).mean()) for most in (0, 1))
    within = {width: (np.abs(ranks - 0.5) <= width / 2).mean(axis=0) for width in WIDTHS}
    left_on_average = float(np.mean(left))
    return Coverage(space.names, len(against), held, nearly, left_on_average, within, widths.mean(axis=0))
