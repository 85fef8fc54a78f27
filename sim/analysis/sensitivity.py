"""Sensitivity: how much each factor moves a response over the points of a design, with 95 % intervals.

The method follows from the design. A screening ends with the factors that are worth a closer look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from sim.analysis.sweep_data import Sweep, SweptFactor
from sim.analysis.variance import grid_shares, point_means, stochastic_variance_of_means

RESAMPLES = 100
FEWEST_FOR_RANKS = 10
FEWEST_FOR_FAST = 65
"""RBD-FAST looks at ten harmonics, for which SALib itself wants more than 60 points."""

UNKNOWN = float("nan")


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
    first: tuple[float, float, float]
    total: tuple[float, float, float]
    rank: tuple[float, float, float]


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


NONE = (UNKNOWN, UNKNOWN, UNKNOWN)


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
    factors = [f for f in sweep.factors if len(f.levels) > 1]
    kind = str(sweep.plan["design"]["kind"])
    means = point_means(values)
    known = np.isfinite(means)
    method = {"morris": "morris", "saltelli": "sobol", "grid": "grid"}.get(kind, "rank")
    if kind in ("latin_hypercube", "sobol_sequence"):
        method = "rbd_fast"
    if not factors:
        return _nothing(response, method, "no factor varies")
    if known.sum() < 2 or float(np.ptp(means[known])) < 1e-12:
        return _nothing(response, method, "the response is the same at every point")
    by_method: dict[str, Callable[..., Sensitivity]] = {
        "morris": _morris,
        "sobol": _sobol,
        "grid": _grid,
        "rbd_fast": _rbd_fast,
        "rank": _rank_only,
    }
    return replace(
        by_method[method](sweep, factors, values, means, response),
        chance_share=stochastic_variance_of_means(values),
    )


def _nothing(response: str, method: str, reason: str, left_out: int = 0) -> Sensitivity:
    return Sensitivity(response, method, (), 0, left_out, why_not=reason)


def _problem(factors: Sequence[SweptFactor]) -> dict[str, object]:
    # Bounds play no part in the analyses used here, but SALib wants them.
    return {
        "num_vars": len(factors),
        "names": [f.key for f in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }


def _blocks(means: np.ndarray, size: int) -> np.ndarray:
    """Points in blocks of the design in which every response is known: SALib would turn one NaN into all NaN."""
    whole = len(means) // size * size
    good = np.isfinite(means[:whole]).reshape(-1, size).all(axis=1)
    return np.flatnonzero(np.repeat(good, size))


def _morris(
    sweep: Sweep, factors: list[SweptFactor], values: np.ndarray, means: np.ndarray, response: str
) -> Sensitivity:
    from SALib.analyze import morris

    every = list(sweep.factors)
    size = len(every) + 1
    kept = _blocks(means, size)
    table = np.column_stack([_coded(f) for f in every])
    if len(table) % size:
        return _nothing(response, "morris", "the design is not made of whole trajectories")
    moved = (np.diff(table.reshape(-1, size, len(every)), axis=1) != 0).sum(axis=2)
    # A whole-number factor that was rounded back to where it stood has taken no step.
    stepped = np.repeat((moved == 1).all(axis=1), size)
    kept = kept[stepped[kept]]
    left_out = len(means) - len(kept)
    if len(kept) < 2 * size:
        return _nothing(response, "morris", "fewer than two trajectories are known throughout", left_out)
    found = morris.analyze(
        _problem(every),
        table[kept],
        means[kept],
        num_resamples=RESAMPLES,
        num_levels=int(sweep.plan["design"].get("levels", 4)),
        seed=int(sweep.plan["seed"]),
    )
    first = _around(found["mu_star"], found["mu_star_conf"])
    total = [(float(s), UNKNOWN, UNKNOWN) for s in found["sigma"]]
    return _sorted(response, "morris", every, first, total, means, kept)


def _sobol(
    sweep: Sweep, factors: list[SweptFactor], values: np.ndarray, means: np.ndarray, response: str
) -> Sensitivity:
    from SALib.analyze import sobol

    every = list(sweep.factors)
    second = bool(sweep.plan["design"].get("second_order", False))
    size = (2 * len(every) if second else len(every)) + 2
    kept = _blocks(means, size)
    left_out = len(means) - len(kept)
    if len(kept) < 8 * size:
        return _nothing(
            response, "sobol", "fewer than eight blocks of the design are known throughout", left_out
        )
    found = sobol.analyze(
        _problem(every),
        means[kept],
        calc_second_order=second,
        num_resamples=RESAMPLES,
        seed=int(sweep.plan["seed"]),
    )
    first = _around(found["S1"], found["S1_conf"])
    return _sorted(response, "sobol", every, first, _around(found["ST"], found["ST_conf"]), means, kept)


def _rbd_fast(
    sweep: Sweep, factors: list[SweptFactor], values: np.ndarray, means: np.ndarray, response: str
) -> Sensitivity:
    from SALib.analyze import rbd_fast

    kept = np.flatnonzero(np.isfinite(means))
    if len(kept) < FEWEST_FOR_FAST:
        return _rank_only(sweep, factors, values, means, response)
    found = rbd_fast.analyze(
        _problem(factors),
        np.column_stack([_coded(f)[kept] for f in factors]),
        means[kept],
        num_resamples=RESAMPLES,
        seed=int(sweep.plan["seed"]),
    )
    first = _around(found["S1"], found["S1_conf"])
    return _sorted(response, "rbd_fast", factors, first, [NONE] * len(factors), means, kept)


def _grid(
    sweep: Sweep, factors: list[SweptFactor], values: np.ndarray, means: np.ndarray, response: str
) -> Sensitivity:
    if not np.isfinite(means).all():
        # Averages over a grid with holes are not those of the grid.
        return _rank_only(sweep, factors, values, means, response)
    shares = grid_shares(factors, values, int(sweep.plan["seed"]))
    if shares is None:
        return _rank_only(sweep, factors, values, means, response)
    return _sorted(response, "grid", factors, shares.first, shares.total, means, np.arange(len(means)))


def _rank_only(
    sweep: Sweep, factors: list[SweptFactor], values: np.ndarray, means: np.ndarray, response: str
) -> Sensitivity:
    kept = np.flatnonzero(np.isfinite(means))
    numeric = [f for f in factors if f.numeric]
    left_out = len(means) - len(kept)
    if len(kept) < FEWEST_FOR_RANKS:
        return _nothing(response, "rank", f"only {len(kept)} points are known", left_out)
    if not numeric:
        return _nothing(response, "rank", "no factor is a number at every point", left_out)
    none = [NONE] * len(numeric)
    return _sorted(response, "rank", numeric, none, none, means, kept)


def _around(middle: Sequence[float], half: Sequence[float]) -> list[tuple[float, float, float]]:
    return [(float(m), float(m - h), float(m + h)) for m, h in zip(middle, half, strict=True)]


def _coded(factor: SweptFactor) -> np.ndarray:
    if factor.numeric:
        return factor.values
    return np.unique(factor.values.astype(str), return_inverse=True)[1].astype(float)


def _sorted(
    response: str,
    method: str,
    factors: Sequence[SweptFactor],
    first: Sequence[tuple[float, float, float]],
    total: Sequence[tuple[float, float, float]],
    means: np.ndarray,
    kept: np.ndarray,
) -> Sensitivity:
    found = [
        Influence(f.key, a, b, rank_correlation(f.values[kept], means[kept]) if f.numeric else NONE)
        for f, a, b in zip(factors, first, total, strict=True)
    ]

    def strength(influence: Influence) -> float:
        by = influence.total[0] if method in ("sobol", "grid") else influence.first[0]
        return -(abs(influence.rank[0]) if np.isnan(by) else by)

    return Sensitivity(
        response, method, tuple(sorted(found, key=strength)), len(kept), len(means) - len(kept)
    )


def rank_correlation(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Spearman's rank correlation with its 95 % interval (Fisher's z, with Bonett and Wright's standard error)."""
    if len(x) < 5 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return NONE
    r = float(np.clip(np.corrcoef(_ranks(x), _ranks(y))[0, 1], -1 + 1e-9, 1 - 1e-9))
    half = float(ndtri(0.975)) * np.sqrt((1 + r**2 / 2) / (len(x) - 3))
    return r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, ties sharing their middle."""
    _, position, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[position.ravel()]


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
    if factor["levels"] is not None:
        return (
            f"{{levels: [{', '.join(v if isinstance(v, str) else json.dumps(v) for v in factor['levels'])}]}}"
        )
    return f"{{range: [{factor['low']:g}, {factor['high']:g}]}}"
