"""What is read of single runs for the patterns of practice: stages, hours, pilots, money and coverage month by month.

What each measure means and its target stand in `sim/data/practice.yaml`. Shapes: T months, A places, I changes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from sim.model.parameters import Parameters
from sim.model.schedule import Run, begin
from sim.model.state import Stage
from sim.model.submodels.effort import EPS, persistence_of_centre

Constants = Mapping[str, float]
UNKNOWN = float("nan")
YEAR = 12


@dataclass(frozen=True)
class Watched:
    """One run, month by month; index 0 is the end of month 1.

    Attributes:
        arrival: (I,) month announced, from 0; negative if before the run.
        focal: (I,) whether it is the focal change, the only one that a law can hold.
        stage: (T, A, I) stage of each change in each place.
        progress: (T, A, I) progress within the stage; full at 1.
        nominal: (T, A, I) coverage as reported.
        fit: (T, A, I) mean fit of the design to the place's users.
        adopted: (T, I) share of the nation that has each change as intended.
        busy: (T, A) hours wanted as a share of hours on offer.
        money: (T, I) share of a change's money that is still there.
    """

    arrival: np.ndarray
    focal: np.ndarray
    stage: np.ndarray
    progress: np.ndarray
    nominal: np.ndarray
    fit: np.ndarray
    adopted: np.ndarray
    busy: np.ndarray
    money: np.ndarray

    @property
    def announced(self) -> np.ndarray:
        """(T, I) whether a change is announced by the end of a month."""
        return self.arrival[None, :] <= np.arange(len(self.stage))[:, None]


def watch(parameters: Parameters, seed: int, replication: int) -> tuple[Run, Watched]:
    """Simulate a whole run and note every month what the patterns are read from."""
    run = begin(parameters, seed, replication)
    cells, changes = run.state.cells, run.state.changes
    arrival, focal = changes.arrival.copy(), changes.focal == 1
    noted: dict[str, list[np.ndarray]] = defaultdict(list)
    for month in range(parameters.population.months):
        will = float(run.state.centre.will[0])  # money is offered before the centre's will moves
        run.advance(1)
        for column in ("stage", "progress", "nominal", "fit"):
            noted[column].append(cells[column].copy())
        noted["adopted"].append(changes.adopted.copy())
        noted["busy"].append(run.state.places.workload_ratio.copy())
        noted["money"].append(money_left(month, arrival, float(run.values[-1].money_secure_months), will))
    return run, Watched(arrival, focal, **{name: np.array(months) for name, months in noted.items()})


def money_left(month: int, arrival: np.ndarray, secure: float, will: float) -> np.ndarray:
    """Share of each change's money that is still there, by the rule of the model: (I,)."""
    log_will = math.log(max(EPS, will))
    return np.array([persistence_of_centre(float(month - one), secure, log_will) for one in arrival])


def of_stages(watched: Watched, constants: Constants) -> dict[str, float]:
    """Where announced changes × places stand in the middle of the run, and how many never reached *shift* (F1)."""
    window = slice(int(constants["first_month"]) - 1, int(constants["last_month"]))
    stage = watched.stage[window]
    counted = np.broadcast_to(watched.announced[window][:, None, :], stage.shape)
    found = stage[counted]
    early = np.isin(found, (Stage.SEE, Stage.SPARK))
    ever = (watched.stage == Stage.SHIFT).any(axis=0)[:, watched.announced[-1]]
    return {
        "in_shift": mean(found == Stage.SHIFT),
        "early_over_shape": mean(early) - mean(found == Stage.SHAPE),
        "never_in_shift": 1.0 - mean(ever),
    }


def overloaded(watched: Watched) -> float:
    """Share of places × months in which more hours are wanted than are on offer (F2)."""
    return mean(watched.busy > 1.0)


def not_scaled_up(watched: Watched, constants: Constants) -> float:
    """Share of well-fitting pilots that never reach half of their place by the end, of those with time to (F4).

    A pilot is complete in a month that ends with full progress in *shape*; its fit is that of the last such month which
    leaves it time.
    """
    until = len(watched.stage) - int(constants["time_to_scale"])
    complete = (watched.stage[:until] == Stage.SHAPE) & (watched.progress[:until] >= 1.0)
    if until <= 0 or not complete.any():
        return UNKNOWN
    last = until - 1 - np.argmax(complete[::-1], axis=0)
    fit = np.take_along_axis(watched.fit[:until], last[None], axis=0)[0]
    good = complete.any(axis=0) & (fit >= constants["good_fit"])
    return mean(watched.nominal.max(axis=0)[good] < constants["scaled_up"])


def falls_back(watched: Watched, constants: Constants) -> float:
    """Share of changes whose coverage falls back within years of the month in which their money has mostly faded (F6)."""
    wait = int(constants["years_watched"] * YEAR)
    fell = []
    for change in np.flatnonzero(~watched.focal):
        mostly = watched.money[:, change] <= constants["money_left"]
        faded = np.flatnonzero(watched.announced[:, change] & mostly)
        if faded.size == 0 or faded[0] + wait >= len(watched.stage):
            continue
        coverage = watched.adopted[: faded[0] + wait + 1, change]
        if coverage.max() >= constants["least_peak"]:
            fell.append(coverage[-1] <= constants["kept"] * coverage.max())
    return mean(np.array(fell))


def of_councils(watched: Watched, constants: Constants) -> dict[str, float]:
    """How much councils differ within a change, and how far they rank alike between changes, half-way (F7).

    The standard deviation is that of all councils, not an estimate from some.
    """
    months = len(watched.stage)
    counted = (watched.arrival >= 0) & (watched.arrival < constants["announced_by"] * months)
    coverage = watched.nominal[int(constants["half_way"] * months) - 1][:, counted]
    ranks = [rankdata(column) for column in coverage.T if np.ptp(column) > 0.0]
    alike = [float(np.corrcoef(one, other)[0, 1]) for one, other in combinations(ranks, 2)]
    return {"councils_differ": mean(coverage.std(axis=0)), "one_ranking": mean(np.array(alike))}


def mean(values: np.ndarray) -> float:
    """The mean, unknown (NaN) of nothing."""
    return float(np.mean(values)) if values.size else UNKNOWN
