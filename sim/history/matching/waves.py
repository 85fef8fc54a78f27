"""History matching in waves: live some sets of parameters, learn from them, rule out, and look closer at what is left.

The rules were fixed before the first fit, and none of them reads any comparison of power structures:

1. A set is ruled out by a case when one of its conditions is more than three standard deviations away, or when single runs
   differ by more than twice what the condition allows, so that it would be met by chance (`matching`). A condition of practice
   that is in force (`sim/data/fit.yaml`) rules a set out by itself, and is never given up.
2. As few cases are given up as leave enough sets, found again in every wave and at the end.
3. A wave's new points are spread over those whose mean, as emulators foresee it, is least implausible. Half of them come from
   one case further out, so that leaving a case out has something to choose from.
4. What is shipped was simulated again in new replications and judged by them alone: no emulator stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.history.matching.emulators import Emulator, emulators, predicted
from sim.history.matching.implausibility import (
    case_names,
    cases_excluding,
    implausibility,
    non_implausible,
    too_wide,
    worst_by_case,
)
from sim.history.matching.space import Space
from sim.history.matching.targets import CUT_OFF, Target

CHOSEN_FROM = 4
"""A wave's points are chosen from so many times as many that are least implausible: spread among these, not over the fringe."""

FRESH, VARIANCE_STREAM = 1, 2
"""Added to the seed for replications that confirm a set or measure stochastic variance: none in which a set was found."""


class SimulateSets(Protocol):
    """Lives points in replications. May give other points than asked for: those that it simulated for the same wave before."""

    def __call__(
        self, name: str, shares: np.ndarray, worlds: int, fresh: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, parameters) and what their runs make of every condition (N, replications, conditions)."""


@dataclass(frozen=True)
class WaveSettings:
    """How much is simulated and looked at.

    Args:
        first: points of the first wave, spread over all of the space.
        later: points of each later wave.
        waves: how many waves.
        worlds: replications of every point of a wave, the same for all; at least 4.
        candidates: points that the emulators look at to choose a wave's points from.
        confirmed: points that are simulated again at the end.
        worlds_again: new replications in which they are.
        enough: how many points a set must have.
        learned: most points that an emulator learns from.
        variance_points: points, spread over the space, at which the variance of single runs is measured.
        variance_replications: replications of each of them.
    """

    first: int = 500
    later: int = 220
    waves: int = 6
    worlds: int = 8
    candidates: int = 20_000
    confirmed: int = 300
    confirm_replications: int = 12
    enough: int = 30
    learned: int = 900
    variance_points: int = 16
    variance_replications: int = 16


@dataclass(frozen=True)
class Wave:
    """One wave, simulated.

    Args:
        name: what it is called.
        shares: (N, parameters) points of the cube.
        values: (N, replications, conditions).
        kept: share of the whole space that the emulators did not rule out before it, with as many cases given up as here.
        given_up: how many cases may speak against a point there.
        surprised: share of its conditions more than three standard deviations from what the emulators foresaw; unknown
            in the first wave.
    """

    name: str
    shares: np.ndarray
    values: np.ndarray
    kept: float = 1.0
    given_up: int = 0
    surprised: float = float("nan")

    @property
    def means(self) -> np.ndarray:
        """(N, conditions) mean over replications."""
        return self.values.mean(axis=1)


@dataclass(frozen=True)
class Fit:
    """What history matching found.

    Args:
        space: what was fitted.
        targets: what was to be met.
        waves: all waves, the confirmation last.
        worst: (N, cases) implausibility by case of the confirmed points, from new replications alone.
        chosen: positions of the fitted set among the confirmed points; the first becomes the declared default (`nearest`).
        given_up: how many cases may speak against one of them.
        rounded: whether the first could be rounded without being ruled out.
    """

    space: Space
    targets: tuple[Target, ...]
    waves: tuple[Wave, ...]
    worst: np.ndarray
    chosen: np.ndarray
    given_up: int
    rounded: bool = False

    @property
    def confirmed(self) -> Wave:
        """The points that were simulated again in new replications."""
        return self.waves[-1]


def pooled(values: np.ndarray) -> np.ndarray:
    """Variance of a single run about its point's mean, pooled over points: shape (conditions,)."""
    return np.asarray(np.nanmean(_single(values), axis=0))


def _single(values: np.ndarray) -> np.ndarray:
    """Variance of a single run about its point's mean: shape (N, conditions).

    All points use the same few replications, so more points do not show how much replications differ. The variance is therefore
    taken as wide as that of Student's t with one degree of freedom less than there are replications.
    """
    worlds = values.shape[1]
    if worlds < 4:
        raise ValueError(
            f"{worlds} replications do not show how much replications differ: at least 4 are needed"
        )
    return np.asarray(values.var(axis=1, ddof=1) * (worlds - 1) / (worlds - 3))


def fit(
    space: Space,
    targets: Sequence[Target],
    live: SimulateSets,
    effort: WaveSettings,
    seed: int,
    start: np.ndarray,
    say: Callable[[str], None] = lambda words: None,
) -> Fit:
    """Find the sets of parameters that fewest cases speak against, and which of them the defaults are to be.

    Args:
        space: what is fitted.
        targets: what is to be met.
        live: lives points.
        effort: how much of it.
        seed: root of the choice of points.
        start: (parameters,) the defaults before any fit: they come first among the confirmed points.
        say: called with progress messages.
    """
    run_variance = stochastic_variance(space, live, effort, seed)
    shares, values = live("wave-1", space.spread(effort.first, seed), effort.worlds, 0)
    waves = [Wave("wave-1", shares, values)]
    for number in range(2, effort.waves + 1):
        learned = learn(space, targets, waves, run_variance, effort)
        asked, kept, given_up = _next_points(
            space, targets, learned, run_variance, waves, effort, seed + number
        )
        say(
            f"wave {number}: {100 * kept:.2g} % of the space is left with {given_up} of "
            f"{len(case_names(targets))} cases given up"
        )
        name = f"wave-{number}"
        shares, values = live(name, asked, effort.worlds, 0)
        surprised = _surprised(learned, space.features(shares), values, run_variance)
        waves.append(Wave(name, shares, values, kept, given_up, surprised))
    asked = np.concatenate([start[None, :], _to_confirm(targets, waves, run_variance, effort)])
    shares, values = live("confirmed", asked, effort.confirm_replications, FRESH)
    worst = prior_point(values, targets)
    chosen, given_up = non_implausible(worst, effort.enough)
    first = nearest(space, shares[chosen], start)
    chosen = np.concatenate([chosen[[first]], np.delete(chosen, first)])
    say(f"{len(chosen)} sets of parameters, {given_up} of {worst.shape[1]} cases given up")
    # The rounded set stands for the one it comes from, in the same replications, unless rounding rules it out.
    plain, again = live("default", space.rounded(shares[chosen[:1]]), effort.confirm_replications, FRESH)
    found = prior_point(again, targets)
    rounded = bool(cases_excluding(found)[0] <= given_up)
    if rounded:
        shares, values, worst = shares.copy(), values.copy(), worst.copy()
        shares[chosen[0]], values[chosen[0]], worst[chosen[0]] = plain[0], again[0], found[0]
    waves.append(Wave("confirmed", shares, values))
    return Fit(space, tuple(targets), tuple(waves), worst, chosen, given_up, rounded)


def nearest(space: Space, shares: np.ndarray, start: np.ndarray) -> int:
    """The set that the defaults are to be: of those with the judged choices, or of all if none has, the nearest to `start`.

    Distance is Euclidean over the numbers, each in shares of its range. No comparison of power structures is looked at.

    Args:
        space: what was fitted.
        shares: (N, parameters) the fitted set.
        start: (parameters,) the defaults before any fit.
    """
    choices = np.array([factor.levels is not None for factor in space.factors])
    alike = np.flatnonzero((shares[:, choices] == start[choices]).all(axis=1))
    among = alike if len(alike) else np.arange(len(shares))
    distance = ((shares[among][:, ~choices] - start[~choices]) ** 2).sum(axis=1)
    return int(among[distance.argmin()])


def prior_point(
    values: np.ndarray, targets: Sequence[Target], run_variance: np.ndarray | None = None
) -> np.ndarray:
    """Implausibility by case of points that were simulated.

    Args:
        values: (N, replications, conditions).
        targets: one a condition.
        run_variance: (conditions,) variance of a single run, pooled; left out, each point's own.
    """
    single = _single(values) if run_variance is None else run_variance
    variance = single * (1.0 + 1.0 / values.shape[1])
    found = implausibility(values.mean(axis=1), variance, targets)
    return worst_by_case(np.where(too_wide(values, targets), np.inf, found), targets)


def stochastic_variance(space: Space, live: SimulateSets, effort: WaveSettings, seed: int) -> np.ndarray:
    """(conditions,) how much single runs differ by chance: a variance, over replications of its own, pooled over the space."""
    _, values = live(
        "variance",
        space.spread(effort.variance_points, seed + VARIANCE_STREAM),
        effort.variance_replications,
        VARIANCE_STREAM,
    )
    return pooled(values)


def learn(
    space: Space,
    targets: Sequence[Target],
    waves: Sequence[Wave],
    run_variance: np.ndarray,
    effort: WaveSettings,
) -> list[Emulator]:
    """Emulators of all conditions from what was simulated so far."""
    shares, values = np.concatenate([w.shares for w in waves]), np.concatenate([w.values for w in waves])
    whole = ~np.isnan(values).any(axis=(1, 2))
    shares, values = shares[whole], values[whole]
    if len(shares) > effort.learned:
        # All of the first wave's spread is worth less by now than points near those that are left.
        order = _best(prior_point(values, targets, run_variance), None)[: effort.learned]
        shares, values = shares[order], values[order]
    return emulators(space.features(shares), values.mean(axis=1), run_variance / values.shape[1])


def _next_points(
    space: Space, targets: Sequence[Target], learned: list[Emulator], run_variance: np.ndarray, waves: Sequence[Wave],
    effort: WaveSettings, seed: int,
) -> tuple[np.ndarray, float, int]:  # fmt: skip
    """Points of the next wave, the share of the space that is left, and how many cases had to be given up for it."""
    evenly = space.spread(effort.candidates // 2, seed)
    near = _near(space, targets, waves, run_variance, effort.candidates // 2, seed)
    candidates = np.concatenate([evenly, near])
    mean, variance = predicted(learned, space.features(candidates))
    worst = worst_by_case(
        implausibility(mean, variance + run_variance * (1 + 1 / effort.worlds), targets), targets
    )
    _, given_up = non_implausible(worst, effort.later)
    counted = cases_excluding(worst)
    kept = float((counted[: len(evenly)] <= given_up).mean())
    inner, outer = np.flatnonzero(counted <= given_up), np.flatnonzero(counted == given_up + 1)
    half = effort.later // 2 if len(outer) else effort.later
    # Where emulators are unsure nearly everything is possible: their doubt rules nothing out, and recommends nothing either.
    foreseen = worst_by_case(implausibility(mean, run_variance * (1 + 1 / effort.worlds), targets), targets)
    chosen = [
        _apart(candidates, _likeliest(foreseen, among, CHOSEN_FROM * count), count)
        for among, count in ((inner, half), (outer, effort.later - half))
    ]
    return candidates[np.concatenate(chosen)], kept, given_up


def _likeliest(worst: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """So many of some points, those that are least implausible over all cases."""
    return among[np.argsort(_implausible(worst)[among], kind="stable")[:count]]


def _implausible(worst: np.ndarray) -> np.ndarray:
    """(N,) implausibility added up over cases; a case that is far off counts no more than one that is ruled out twice over."""
    return np.minimum(worst, 2.0 * CUT_OFF).sum(axis=1)


def _near(
    space: Space,
    targets: Sequence[Target],
    waves: Sequence[Wave],
    run_variance: np.ndarray,
    count: int,
    seed: int,
) -> np.ndarray:
    """Points about those that fewest cases speak against so far: small regions are missed by an even spread."""
    shares, values = np.concatenate([w.shares for w in waves]), np.concatenate([w.values for w in waves])
    worst = prior_point(values, targets, run_variance)
    best = shares[_best(worst, None)[: max(20, len(shares) // 20)]]
    rng = np.random.default_rng(seed)
    width = np.maximum(best.std(axis=0), 0.05)
    pairs = rng.integers(len(best), size=(count, 2))
    # Part of the way from one good point to another, and a step aside.
    way = rng.random((count, 1))
    moved = best[pairs[:, 0]] + way * (best[pairs[:, 1]] - best[pairs[:, 0]])
    moved += rng.normal(size=moved.shape) * width * 0.5
    folded = np.abs(moved)
    folded = np.where(folded > 1.0, 2.0 - folded, folded)
    return space.settled(np.clip(folded, 0.0, 1.0))


def _apart(points: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """So many of some points, each as far as can be from those taken before."""
    if len(among) <= count:
        return among
    places = points[among]
    taken = [0]
    distance = ((places - places[0]) ** 2).sum(axis=1)
    while len(taken) < count:
        taken.append(int(distance.argmax()))
        distance = np.minimum(distance, ((places - places[taken[-1]]) ** 2).sum(axis=1))
    return among[np.array(taken)]


def _surprised(
    learned: list[Emulator], features: np.ndarray, values: np.ndarray, run_variance: np.ndarray
) -> float:
    mean, variance = predicted(learned, features)
    off = np.abs(values.mean(axis=1) - mean) / np.sqrt(variance + run_variance / values.shape[1] + 1e-12)
    return float(np.nanmean(off > CUT_OFF))


def _to_confirm(
    targets: Sequence[Target], waves: Sequence[Wave], run_variance: np.ndarray, effort: WaveSettings
) -> np.ndarray:
    """Points to be simulated again: those that fewest cases speak against, with all cases asked and with each left out."""
    shares, values = np.concatenate([w.shares for w in waves]), np.concatenate([w.values for w in waves])
    worst = prior_point(values, targets, run_variance)
    cases = worst.shape[1]
    chosen: dict[int, None] = dict.fromkeys(_best(worst, None)[: effort.confirmed].tolist())
    for without in range(cases):
        few = _best(worst, without)[: max(effort.enough, effort.confirmed // cases)]
        chosen.update(dict.fromkeys(few.tolist()))
    return shares[list(chosen)]


def _best(worst: np.ndarray, without: int | None) -> np.ndarray:
    """Positions of all points, those first that fewest cases speak against, and of these the least implausible."""
    asked = worst if without is None else np.delete(worst, without, axis=1)
    return np.lexsort((_implausible(asked), cases_excluding(worst, without)))
