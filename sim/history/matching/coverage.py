"""Calibration by simulation: where the truth is known because we made it, does the set hold it as often as it should?

Truths are drawn from the ranges, a history is simulated from each in its own replication, and its figures are matched
as if they had been observed. A truth should hardly ever be ruled out, and the middle nine tenths of the set should
contain each of its parameters at least nine times in ten: a set is no posterior distribution, and may be wider than one
but not narrower
(simulation-based calibration: Talts et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.history.matching.emulators import Emulator, predicted
from sim.history.matching.implausibility import by_case, implausibility
from sim.history.matching.space import Space
from sim.history.matching.targets import CUT_OFF, Target

WIDTHS = (0.5, 0.9)


@dataclass(frozen=True)
class Coverage:
    """How often sets hold the truth.

    Args:
        names: the parameters.
        histories: how many histories were matched.
        held: share of them whose truth no case speaks against.
        nearly: share of them whose truth at most one case speaks against.
        left: mean share of the space that is left.
        inside: by width of the middle of a set, share of truths within it, shape (parameters,).
        narrowed: how wide the middle nine tenths of a set are on average, as a share of those of the range.
    """

    names: list[str]
    histories: int
    held: float
    nearly: float
    left: float
    inside: dict[float, np.ndarray]
    narrowed: np.ndarray


def coverage(
    space: Space, targets: Sequence[Target], learned: list[Emulator], run_variance: np.ndarray, worlds: int,
    truths: np.ndarray, values: np.ndarray, seed: int, candidates: int = 4000,
) -> Coverage:  # fmt: skip
    """Match every made-up history and look where its truth lies.

    Args:
        space: what is fitted.
        targets: what is to be met; their centres are replaced by the figures of each history.
        learned: emulators of all conditions.
        run_variance: (conditions,) variance of a single run.
        worlds: how many replications the emulators learned from.
        truths: (S, parameters) true points.
        values: (S, replications, conditions) their histories: each replication is one.
        seed: root of the candidates.
        candidates: points of the space at which sets are looked at.
    """
    evenly = space.spread(candidates, seed)
    features = np.concatenate([space.features(evenly), space.features(truths)])
    mean, emulator_variance = predicted(learned, features)
    variance = emulator_variance + run_variance * (1 + 1 / worlds)
    against, left, below, narrowed = [], [], [], []
    for number, truth in enumerate(truths):
        for single in values[number]:
            met = [
                replace(t, centre=float(y), from_below=True, from_above=True)
                for t, y in zip(targets, single, strict=True)
            ]
            speaking = (by_case(implausibility(mean, variance, met), met) > CUT_OFF).sum(axis=1)
            against.append(speaking[candidates + number])
            inside = speaking[:candidates] == 0
            left.append(inside.mean())
            if not inside.any():
                continue
            kept = evenly[inside]
            below.append((kept < truth).mean(axis=0) + 0.5 * (kept == truth).mean(axis=0))
            low, high = np.quantile(kept, (0.05, 0.95), axis=0)
            narrowed.append((high - low) / 0.9)
    ranks = np.array(below).reshape(-1, space.size)
    within = {width: (np.abs(ranks - 0.5) <= width / 2).mean(axis=0) for width in WIDTHS}
    return Coverage(
        space.names, len(against), float(np.mean(np.array(against) == 0)), float(np.mean(np.array(against) <= 1)),
        float(np.mean(left)), within,
        np.array(narrowed).reshape(-1, space.size).mean(axis=0),
    )  # fmt: skip
