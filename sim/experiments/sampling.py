"""Samples of the unit cube: where in the space of factors an experiment looks when it cannot look everywhere.

Latin hypercube and Sobol' sequence cover the space evenly; Morris' trajectories and Saltelli's blocks are laid out so
that elementary effects and variance-based indices can be read off afterwards. The random part of each comes from the
experiment's seed.
"""

from __future__ import annotations

import warnings

import numpy as np


def latin_hypercube(factors: int, seed: int, points: int) -> np.ndarray:
    """Points of which each factor's every slice of 1/points holds exactly one.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    from scipy.stats import qmc

    return qmc.LatinHypercube(factors, rng=np.random.default_rng(seed)).random(points)


def sobol_sequence(factors: int, seed: int, points: int) -> np.ndarray:
    """The first points of a scrambled Sobol' sequence; more points keep those that were there.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    from scipy.stats import qmc

    with warnings.catch_warnings():
        # That powers of two cover the space best is said to the user by `sim.experiments.designs.notes`.
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return qmc.Sobol(factors, scramble=True, rng=np.random.default_rng(seed)).random(points)


def morris(factors: int, seed: int, trajectories: int, levels: int = 4) -> np.ndarray:
    """Trajectories of Morris: from point to point one factor moves, by a bit more than half its range.

    Returns:
        Shares from 0 to 1, shape (trajectories * (factors + 1), factors), trajectory after trajectory.
    """
    from SALib.sample.morris import sample

    return sample(_cube(factors), trajectories, num_levels=levels, seed=np.random.default_rng(seed))


def saltelli(factors: int, seed: int, samples: int, second_order: bool = False) -> np.ndarray:
    """Blocks of Saltelli: a point, the same with each factor in turn from a second point, and the second point.

    More samples keep those that were there.

    Returns:
        Shares from 0 to 1, shape (samples * (factors + 2), factors), or samples * (2 factors + 2) with second order.
    """
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return sample(
            _cube(factors), samples, calc_second_order=second_order, seed=np.random.default_rng(seed)
        )


def _cube(factors: int) -> dict:
    names = [f"factor_{number}" for number in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}
