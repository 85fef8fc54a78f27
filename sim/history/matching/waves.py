"""History matching in waves: simulate parameter sets, train emulators, rule out, and sample what is not ruled out yet.

The rules were fixed before the first fit, and none of them uses a comparison of power structures:

1. A case rules out a set if one of its conditions is more than three standard deviations away, or if single runs differ by
   more than twice the tolerance of the condition, so that it would be met by chance (`implausibility`). A condition of practice
   that is in force (`sim/data/fit.yaml`) rules out a set by itself, and is never given up.
2. As few cases are given up as leave enough sets; which, is found again in every wave and at the end.
3. A wave's new points are spread over those whose predicted means are least implausible. Half of them come from one case
   further out, so that leave-one-out has sets to choose from.
4. The shipped sets were simulated again in new replications and judged by these alone, without emulators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
"""A wave's points are chosen from this many times as many that are least implausible, and spread over these."""

FRESH, VARIANCE_STREAM = 1, 2
"""Added to the seed for replications that confirm a set or measure stochastic variance: none in which a set was found."""


class SimulateSets(Protocol):
    """Simulates parameter sets. May return other sets than asked for: those that it simulated for the same wave before."""

    def __call__(
        self, name: str, shares: np.ndarray, replications: int, fresh: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, parameters) and the values of every condition in their runs (N, replications, conditions)."""


@dataclass(frozen=True)
class WaveSettings:
    """How much is simulated and searched.

    Args:
        first: points of the first wave, spread over the whole space.
        later: points of each later wave.
        waves: number of waves.
        replications: replications of every point of a wave, the same for all; at least 4.
        candidates: points at which emulators predict, to choose a wave's points.
        confirmed: points that are simulated again at the end.
        confirm_replications: new replications in which they are.
        enough: number of points that a non-implausible set must have.
        learned: most points that an emulator is trained on.
        variance_points: points, spread over the space, at which the variance of single runs is measured.
        variance_replications: replications of each of them.
    """

    first: int = 500
    later: int = 220
    waves: int = 6
    replications: int = 8
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
        name: its name.
        shares: (N, parameters) points of the unit cube.
        values: (N, replications, conditions).
        kept: share of the whole space that the emulators did not rule out before it, with as many cases given up as here; NaN
            for the confirmation.
        given_up: number of cases that may rule out a point there.
        surprised: share of its conditions more than three standard deviations from the emulators' prediction; unknown in
            the first wave.
    """

    name: str
    shares: np.ndarray
    values: np.ndarray
    kept: float = 1.0
    given_up: int = 0
    surprised: float = float("nan")


@dataclass(frozen=True)
class Fit:
    """The result of history matching.

    Args:
        space: the parameters that were searched.
        targets: the observed values.
        waves: all waves, the confirmation last.
        worst: (N, cases) implausibility by case of the confirmed points, from new replications alone.
        chosen: positions of the fitted set among the confirmed points; the first becomes the declared default (`nearest`).
        given_up: number of cases that may rule out one of them.
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

    All points use the same few replications, so more points do not show how much replications differ. The variance is
    therefore that of Student's t with one degree of freedom less than there are replications.
    """
    replications = values.shape[1]
    if replications < 4:
        said = "replications do not show how much replications differ: at least 4 are needed"
        raise ValueError(f"{replications} {said}")
    return np.asarray(values.var(axis=1, ddof=1) * (replications - 1) / (replications - 3))


def implausibility_of_runs(
    values: np.ndarray, targets: Sequence[Target], run_variance: np.ndarray | None = None
) -> np.ndarray:
    """Implausibility by case of points that were simulated.

    Args:
        values: (N, replications, conditions).
        targets: one a condition.
        run_variance: (conditions,) variance of a single run, pooled; without it, that of each point.
    """
    single = _single(values) if run_variance is None else run_variance
    variance = single * (1.0 + 1.0 / values.shape[1])
    found = implausibility(values.mean(axis=1), variance, targets)
    return worst_by_case(np.where(too_wide(values, targets), np.inf, found), targets)


def stochastic_variance(
    space: Space, simulate: SimulateSets, settings: WaveSettings, seed: int
) -> np.ndarray:
    """(conditions,) variance of single runs, over replications of its own, pooled over the space."""
    points = space.spread(settings.variance_points, seed + VARIANCE_STREAM)
    _, values = simulate("variance", points, settings.variance_replications, VARIANCE_STREAM)
    return pooled(values)


def nearest(space: Space, shares: np.ndarray, start: np.ndarray) -> int:
    """The set that becomes the defaults: among those with the prior choices, or all if none has them, the nearest to `start`.

    Distance is Euclidean over the numbers, each scaled by its range. No comparison of power structures is used.

    Args:
        space: the parameters that were searched.
        shares: (N, parameters) the fitted set.
        start: (parameters,) the prior defaults.
    """
    choices = np.array([factor.levels is not None for factor in space.factors])
    alike = np.flatnonzero((shares[:, choices] == start[choices]).all(axis=1))
    among = alike if len(alike) else np.arange(len(shares))
    distance = ((shares[among][:, ~choices] - start[~choices]) ** 2).sum(axis=1)
    return int(among[distance.argmin()])


def fit(
    space: Space, targets: Sequence[Target], simulate: SimulateSets, settings: WaveSettings, seed: int,
    start: np.ndarray, say: Callable[[str], None] = lambda words: None,
) -> Fit:  # fmt: skip
    """Find the parameter sets that fewest cases rule out, and the one among them that becomes the defaults.

    Args:
        space: the parameters to search.
        targets: the observed values.
        simulate: simulates parameter sets.
        settings: how much of it.
        seed: seed of the choice of points.
        start: (parameters,) the prior defaults: they come first among the confirmed points.
        say: called with progress messages.
    """
    run_variance = stochastic_variance(space, simulate, settings, seed)
    first = Wave("wave-1", *simulate("wave-1", space.spread(settings.first, seed), settings.replications, 0))
    search = Search(space, targets, settings, run_variance, (first,))
    for number in range(2, settings.waves + 1):
        learned = search.learn()
        asked, kept, given_up = search.next_points(learned, seed + number)
        left = f"{100 * kept:.2g} % of the space is left"
        say(f"wave {number}: {left} with {given_up} of {len(case_names(targets))} cases given up")
        name = f"wave-{number}"
        shares, values = simulate(name, asked, settings.replications, 0)
        wave = Wave(name, shares, values, kept, given_up, search.surprised(learned, shares, values))
        search = replace(search, waves=(*search.waves, wave))
    asked = np.concatenate([start[None, :], search.to_confirm()])
    shares, values = simulate("confirmed", asked, settings.confirm_replications, FRESH)
    worst = implausibility_of_runs(values, targets)
    chosen, given_up = non_implausible(worst, settings.enough)
    default = nearest(space, shares[chosen], start)
    chosen = np.concatenate([chosen[[default]], np.delete(chosen, default)])
    say(f"{len(chosen)} sets of parameters, {given_up} of {worst.shape[1]} cases given up")
    # The rounded set stands for the one it comes from, in the same replications, unless rounding rules it out.
    nearby = space.rounded(shares[chosen[:1]])
    plain, again = simulate("default", nearby, settings.confirm_replications, FRESH)
    found = implausibility_of_runs(again, targets)
    rounded = bool(cases_excluding(found)[0] <= given_up)
    if rounded:
        shares, values, worst = shares.copy(), values.copy(), worst.copy()
        shares[chosen[0]], values[chosen[0]], worst[chosen[0]] = plain[0], again[0], found[0]
    confirmed = Wave("confirmed", shares, values, float("nan"), given_up)
    return Fit(space, tuple(targets), (*search.waves, confirmed), worst, chosen, given_up, rounded)


@dataclass(frozen=True)
class Search:
    """A search between two waves: what it looks for, and what was simulated so far.

    Args:
        space: the parameters to search.
        targets: the observed values.
        settings: how much is simulated and searched.
        run_variance: (conditions,) variance of a single run, pooled over the space.
        waves: the waves so far.
    """

    space: Space
    targets: Sequence[Target]
    settings: WaveSettings
    run_variance: np.ndarray
    waves: tuple[Wave, ...]

    @property
    def shares(self) -> np.ndarray:
        """(N, parameters) all points that were simulated."""
        return np.concatenate([wave.shares for wave in self.waves])

    @property
    def values(self) -> np.ndarray:
        """(N, replications, conditions) their runs."""
        return np.concatenate([wave.values for wave in self.waves])

    def implausibility(self, values: np.ndarray) -> np.ndarray:
        """Implausibility by case of points that were simulated, shape (N, cases)."""
        return implausibility_of_runs(values, self.targets, self.run_variance)

    def learn(self) -> list[Emulator]:
        """Emulators of all conditions, trained on what was simulated so far."""
        shares, values = self.shares, self.values
        complete = ~np.isnan(values).any(axis=(1, 2))
        shares, values = shares[complete], values[complete]
        if len(shares) > self.settings.learned:
            # The spread of the first wave is worth less by now than points near those that are left.
            order = _best(self.implausibility(values))[: self.settings.learned]
            shares, values = shares[order], values[order]
        variance = self.run_variance / values.shape[1]
        return emulators(self.space.features(shares), values.mean(axis=1), variance)

    def next_points(self, learned: list[Emulator], seed: int) -> tuple[np.ndarray, float, int]:
        """Points of the next wave, share of the space that is left, and number of cases given up for it."""
        count, later = self.settings.candidates // 2, self.settings.later
        candidates = np.concatenate([self.space.spread(count, seed), self._near(count, seed)])
        mean, variance = predicted(learned, self.space.features(candidates))
        of_runs = self.run_variance * (1 + 1 / self.settings.replications)
        # Where emulators are unsure nearly everything is possible: their variance rules nothing out, nor recommends it.
        worst, of_means = (
            worst_by_case(implausibility(mean, of_emulators + of_runs, self.targets), self.targets)
            for of_emulators in (variance, 0.0)
        )
        _, given_up = non_implausible(worst, later)
        counted = cases_excluding(worst)
        kept = float((counted[:count] <= given_up).mean())
        inner, outer = np.flatnonzero(counted <= given_up), np.flatnonzero(counted == given_up + 1)
        half = later // 2 if len(outer) else later
        total, chosen = _total(of_means), []
        for among, wanted in ((inner, half), (outer, later - half)):
            likeliest = among[np.argsort(total[among], kind="stable")[: CHOSEN_FROM * wanted]]
            chosen.append(_apart(candidates, likeliest, wanted))
        return candidates[np.concatenate(chosen)], kept, given_up

    def _near(self, count: int, seed: int) -> np.ndarray:
        """Points near those that fewest cases rule out so far: an even spread misses small regions."""
        shares = self.shares
        best = shares[_best(self.implausibility(self.values))[: max(20, len(shares) // 20)]]
        rng = np.random.default_rng(seed)
        width = np.maximum(best.std(axis=0), 0.05)
        pairs = rng.integers(len(best), size=(count, 2))
        # Part of the way from one good point to another, and a step aside.
        way = rng.random((count, 1))
        moved = best[pairs[:, 0]] + way * (best[pairs[:, 1]] - best[pairs[:, 0]])
        moved += rng.normal(size=moved.shape) * width * 0.5
        folded = np.abs(moved)
        folded = np.where(folded > 1.0, 2.0 - folded, folded)
        return self.space.settled(np.clip(folded, 0.0, 1.0))

    def surprised(self, learned: list[Emulator], shares: np.ndarray, values: np.ndarray) -> float:
        """Share of the conditions of a new wave more than three standard deviations from the emulators' prediction."""
        mean, variance = predicted(learned, self.space.features(shares))
        deviation = np.sqrt(variance + self.run_variance / values.shape[1] + 1e-12)
        return float(np.nanmean(np.abs(values.mean(axis=1) - mean) / deviation > CUT_OFF))

    def to_confirm(self) -> np.ndarray:
        """Points to simulate again: those that fewest cases rule out, of all cases and with each left out."""
        worst = self.implausibility(self.values)
        cases, confirmed = worst.shape[1], self.settings.confirmed
        each = max(self.settings.enough, confirmed // cases)
        chosen = [_best(worst)[:confirmed], *(_best(worst, without)[:each] for without in range(cases))]
        return self.shares[list(dict.fromkeys(np.concatenate(chosen).tolist()))]


def _total(worst: np.ndarray) -> np.ndarray:
    """(N,) implausibility added up over cases; a case far off counts no more than one that is ruled out twice over."""
    return np.minimum(worst, 2.0 * CUT_OFF).sum(axis=1)


def _apart(points: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """Positions of a number of some points, each as far as possible from those taken before."""
    if len(among) <= count:
        return among
    places = points[among]
    taken = [0]
    distance = ((places - places[0]) ** 2).sum(axis=1)
    while len(taken) < count:
        taken.append(int(distance.argmax()))
        distance = np.minimum(distance, ((places - places[taken[-1]]) ** 2).sum(axis=1))
    return among[np.array(taken)]


def _best(worst: np.ndarray, without: int | None = None) -> np.ndarray:
    """Positions of all points: first those that fewest cases rule out, of these the least implausible first."""
    asked = worst if without is None else np.delete(worst, without, axis=1)
    return np.lexsort((_total(asked), cases_excluding(worst, without)))
