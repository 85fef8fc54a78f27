"""Sensitivity: how much each factor moves a response over the points of a design, with 95 % intervals.

The method follows from the design. A screening ends with the factors that are worth a closer look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import spearmanr

from sim.analysis.sweep_data import Sweep, SweptFactor
from sim.analysis.variance import grid_shares, point_means, stochastic_variance_of_means

RESAMPLES = 100
FEWEST_FOR_RANKS = 10
FEWEST_FOR_FAST = 65
"""RBD-FAST looks at ten harmonics, for which SALib itself wants more than 60 points."""

UNKNOWN = float("nan")

Triple = tuple[float, float, float]
"""A number with the ends of its interval; NaN is unknown."""

NONE: Triple = (UNKNOWN, UNKNOWN, UNKNOWN)


@dataclass(frozen=True)
class Influence:
    """What one factor does to one response.

    Attributes:
        factor: its key.
        first: mu* or first-order index, with its interval; NaN where the method has none.
        total: sigma (no interval) or total index.
        rank: rank correlation between factor and response, positive when more of it means a larger response.
    """

    factor: str
    first: Triple
    total: Triple
    rank: Triple


@dataclass(frozen=True)
class Sensitivity:
    """What all factors do to one response.

    Attributes:
        response: whose sensitivity it is, in words.
        method: morris, sobol, grid, rbd_fast or rank.
        influences: strongest first; empty when nothing can be said.
        points: points the indices rest on.
        chance_share: share of the variance of the points' means that is chance; NaN is unknown. The indices
            include it.
        left_out: points left out since a response there, or in their block of the design, is unknown.
        why_not: when nothing can be said, the reason.
    """

    response: str
    method: str
    influences: tuple[Influence, ...]
    points: int
    left_out: int
    chance_share: float = UNKNOWN
    why_not: str = ""


def of_structures(sweep: Sweep, some: Sequence[int] | None = None) -> list[Sensitivity]:
    """The sensitivity of the deciding response under each structure, or under some of them."""
    response = sweep.decided_by
    values = sweep.numbers(response)
    chosen = range(len(sweep.structures)) if some is None else some
    return [sensitivity(sweep, values[k], f"{response} in {sweep.structures[k]}") for k in chosen]


def of_difference(sweep: Sweep, a: int, b: int) -> Sensitivity:
    """The sensitivity of the paired difference a − b between two structures."""
    response, names = sweep.decided_by, sweep.structures
    values = sweep.numbers(response)
    return sensitivity(sweep, values[a] - values[b], f"{response}, {names[a]} − {names[b]}")


def sensitivity(sweep: Sweep, values: np.ndarray, response: str) -> Sensitivity:
    """The sensitivity of one response.

    Args:
        sweep: the design and its factors.
        values: shape (points, replications); NaN is unknown.
        response: its name, for readers.
    """
    means = point_means(values)
    known = means[np.isfinite(means)]
    method, analyse = METHODS.get(str(sweep.plan["design"]["kind"]), ("rank", _rank_only))
    study = _Study(sweep, response, method, values, means)
    if not study.factors:
        return study.nothing("no factor varies", 0)
    if known.size < 2 or float(np.ptp(known)) < 1e-12:
        return study.nothing("the response is the same at every point", 0)
    return replace(analyse(study), chance_share=stochastic_variance_of_means(values))


@dataclass(frozen=True)
class _Study:
    """One response over a design, and what all methods do with it.

    Attributes:
        sweep: the design and its factors.
        response: its name, for readers.
        method: by which it is analysed.
        values: shape (points, replications); NaN is unknown.
        means: shape (points,).
    """

    sweep: Sweep
    response: str
    method: str
    values: np.ndarray
    means: np.ndarray

    @property
    def factors(self) -> list[SweptFactor]:
        """The factors that vary."""
        return [f for f in self.sweep.factors if len(f.levels) > 1]

    @property
    def known(self) -> np.ndarray:
        """Numbers of the points whose mean is known."""
        return np.flatnonzero(np.isfinite(self.means))

    def whole_blocks(self, size: int) -> np.ndarray:
        """Points in blocks of the design in which every response is known: SALib would turn one NaN into all NaN."""
        whole = len(self.means) // size * size
        good = np.isfinite(self.means[:whole]).reshape(-1, size).all(axis=1)
        return np.flatnonzero(np.repeat(good, size))

    def analysed(
        self,
        analyze: Callable[..., Any],
        factors: Sequence[SweptFactor],
        *tables: np.ndarray,
        **settings: Any,
    ) -> Any:
        """What a method of SALib finds, its resamples drawn by the seed of the sweep."""
        # Bounds play no part in the analyses used here, but SALib wants them.
        names, bounds = [f.key for f in factors], [[0.0, 1.0]] * len(factors)
        problem = {"num_vars": len(factors), "names": names, "bounds": bounds}
        return analyze(
            problem, *tables, num_resamples=RESAMPLES, seed=int(self.sweep.plan["seed"]), **settings
        )

    def nothing(self, reason: str, left_out: int) -> Sensitivity:
        """Nothing can be said, and why."""
        return Sensitivity(self.response, self.method, (), 0, left_out, why_not=reason)

    def found(
        self,
        factors: Sequence[SweptFactor],
        first: Sequence[Triple],
        total: Sequence[Triple],
        kept: np.ndarray,
    ) -> Sensitivity:
        """The influences of some factors over the points that are kept, the strongest first."""
        influences = [
            Influence(f.key, a, b, rank_correlation(f.values[kept], self.means[kept]) if f.numeric else NONE)
            for f, a, b in zip(factors, first, total, strict=True)
        ]

        def strength(influence: Influence) -> float:
            by = influence.total[0] if self.method in ("sobol", "grid") else influence.first[0]
            return -(abs(influence.rank[0]) if np.isnan(by) else by)

        ordered = tuple(sorted(influences, key=strength))
        return Sensitivity(self.response, self.method, ordered, len(kept), len(self.means) - len(kept))


def _morris(study: _Study) -> Sensitivity:
    from SALib.analyze import morris

    every = study.sweep.factors
    size = len(every) + 1
    kept = study.whole_blocks(size)
    table = np.column_stack([_coded(f) for f in every])
    if len(table) % size:
        return study.nothing("the design is not made of whole trajectories", 0)
    moved = (np.diff(table.reshape(-1, size, len(every)), axis=1) != 0).sum(axis=2)
    # A whole-number factor that was rounded back to where it stood has taken no step.
    stepped = np.repeat((moved == 1).all(axis=1), size)
    kept = kept[stepped[kept]]
    if len(kept) < 2 * size:
        return study.nothing("fewer than two trajectories are known throughout", len(table) - len(kept))
    levels = int(study.sweep.plan["design"].get("levels", 4))
    found = study.analysed(morris.analyze, every, table[kept], study.means[kept], num_levels=levels)
    sigma = [(float(s), UNKNOWN, UNKNOWN) for s in found["sigma"]]
    return study.found(every, _around(found, "mu_star"), sigma, kept)


def _sobol(study: _Study) -> Sensitivity:
    from SALib.analyze import sobol

    every = study.sweep.factors
    second = bool(study.sweep.plan["design"].get("second_order", False))
    size = (2 * len(every) if second else len(every)) + 2
    kept = study.whole_blocks(size)
    if len(kept) < 8 * size:
        left_out = len(study.means) - len(kept)
        return study.nothing("fewer than eight blocks of the design are known throughout", left_out)
    found = study.analysed(sobol.analyze, every, study.means[kept], calc_second_order=second)
    return study.found(every, _around(found, "S1"), _around(found, "ST"), kept)


def _rbd_fast(study: _Study) -> Sensitivity:
    from SALib.analyze import rbd_fast

    factors, kept = study.factors, study.known
    if len(kept) < FEWEST_FOR_FAST:
        return _rank_only(study)
    table = np.column_stack([_coded(f)[kept] for f in factors])
    found = study.analysed(rbd_fast.analyze, factors, table, study.means[kept])
    return study.found(factors, _around(found, "S1"), [NONE] * len(factors), kept)


def _grid(study: _Study) -> Sensitivity:
    # Averages over a grid with holes are not those of the grid.
    whole = len(study.known) == len(study.means)
    shares = grid_shares(study.factors, study.values, int(study.sweep.plan["seed"])) if whole else None
    if shares is None:
        return _rank_only(study)
    return study.found(study.factors, shares.first, shares.total, study.known)


def _rank_only(study: _Study) -> Sensitivity:
    study = replace(study, method="rank")
    kept = study.known
    numeric = [f for f in study.factors if f.numeric]
    left_out = len(study.means) - len(kept)
    if len(kept) < FEWEST_FOR_RANKS:
        return study.nothing(f"only {len(kept)} points are known", left_out)
    if not numeric:
        return study.nothing("no factor is a number at every point", left_out)
    none = [NONE] * len(numeric)
    return study.found(numeric, none, none, kept)


METHODS: dict[str, tuple[str, Callable[[_Study], Sensitivity]]] = {
    "morris": ("morris", _morris),
    "saltelli": ("sobol", _sobol),
    "grid": ("grid", _grid),
    "latin_hypercube": ("rbd_fast", _rbd_fast),
    "sobol_sequence": ("rbd_fast", _rbd_fast),
}
"""The method for each kind of design; for all others rank correlations."""


def _around(found: Any, index: str) -> list[Triple]:
    """An index of every factor as SALib found it, with its interval."""
    pairs = zip(found[index], found[f"{index}_conf"], strict=True)
    return [(float(m), float(m - h), float(m + h)) for m, h in pairs]


def _coded(factor: SweptFactor) -> np.ndarray:
    """A factor's values, words numbered."""
    if factor.numeric:
        return factor.values
    return np.unique(factor.values.astype(str), return_inverse=True)[1].astype(float)


def rank_correlation(x: np.ndarray, y: np.ndarray) -> Triple:
    """Spearman's rank correlation with its 95 % interval (Fisher's z, with Bonett and Wright's standard error)."""
    if len(x) < 5 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return NONE
    r = float(np.clip(spearmanr(x, y).statistic, -1 + 1e-9, 1 - 1e-9))
    half = float(ndtri(0.975)) * np.sqrt((1 + r**2 / 2) / (len(x) - 3))
    return r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))


@dataclass(frozen=True)
class ScreenedFactor:
    """One parameter that a screening leaves.

    Attributes:
        factor: its key.
        effects: mean absolute effect (mu*) on each response, None where others have a larger one.
    """

    factor: str
    effects: tuple[float | None, ...]


def screened(found: Sequence[Sensitivity], most: int) -> tuple[list[ScreenedFactor], list[str]]:
    """The union of the parameters with the largest effects on each response of a Morris screening.

    Args:
        found: the screening, response by response.
        most: how many are kept for each response.

    Returns:
        What is kept, largest effect first, and what is left out though its interval reaches the last one kept.
    """
    kept: dict[str, list[float | None]] = {}
    close: set[str] = set()
    for k, sensitivity in enumerate(found):
        ranked = sorted(sensitivity.influences, key=lambda i: -i.first[0])
        cut = min((i.first[0] for i in ranked[:most]), default=np.inf)
        for i in ranked[:most]:
            kept.setdefault(i.factor, [None] * len(found))[k] = i.first[0]
        close |= {i.factor for i in ranked[most:] if i.first[2] >= cut}
    order = sorted(kept, key=lambda key: -max(e for e in kept[key] if e is not None))
    return [ScreenedFactor(key, tuple(kept[key])) for key in order], sorted(close - set(kept))


def as_factors(sweep: Sweep, found: Sequence[Sensitivity], most: int) -> str:
    """What a screening leaves, as the `factors` of an experiment file, with the ranges that were screened."""
    kept, close = screened(found, most)
    said = {factor["key"]: factor for factor in sweep.plan["factors"]}
    lines = [
        f"# Printed by `gapsim report DIR --screened {most}` for the folder of `{sweep.plan['command']}`",
        f"# ({sweep.points:,} points, {int(sweep.whole_replications.sum())} whole replications, seed {sweep.plan['seed']}, "
        f"gapsim {sweep.plan['version']}, model {str(sweep.plan['model'])[:12]}).",
        f"# The union of the {most} largest mean absolute effects (mu*) on each of: "
        f"{'; '.join(s.response for s in found)}.",
        "# A dash: not among them for that response.",
        f"# Left out though their intervals reach the last one kept: {len(close)} of {len(sweep.factors)}.",
        "factors:",
    ]
    forms = [f"  {key}: {_form(said[key])}" for key in (one.factor for one in kept)]
    width = max((len(form) for form in forms), default=0)
    for form, one in zip(forms, kept, strict=True):
        effects = "  ".join("-   " if e is None else f"{e:.3f}".lstrip("0") for e in one.effects)
        lines.append(f"{form:<{width}}  # {effects}".rstrip())
    return "\n".join(lines)


def _form(factor: dict) -> str:
    """A factor as an experiment file writes it."""
    if factor["levels"] is None:
        return f"{{range: [{factor['low']:g}, {factor['high']:g}]}}"
    levels = [level if isinstance(level, str) else json.dumps(level) for level in factor["levels"]]
    return f"{{levels: [{', '.join(levels)}]}}"
