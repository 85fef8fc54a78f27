"""Samples of the unit cube, for experiments over more factors than a grid can cover.

Latin hypercube and Sobol' sequence cover the space evenly; Morris' trajectories and Saltelli's blocks are built for the
estimation of elementary effects and of variance-based indices. The experiment's seed fixes the random part of each.
"""

from __future__ import annotations

import warnings

import numpy as np


def latin_hypercube(factors: int, seed: int, points: int) -> np.ndarray:
    """Points with exactly one in each slice of 1/points of each factor.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    from scipy.stats import qmc

    return qmc.LatinHypercube(factors, rng=np.random.default_rng(seed)).random(points)


def sobol_sequence(factors: int, seed: int, points: int) -> np.ndarray:
    """The first points of a scrambled Sobol' sequence; a longer sample begins with a shorter one.

    Returns:
        Shares from 0 to 1, shape (points, factors).
    """
    from scipy.stats import qmc

    with warnings.catch_warnings():
        # `sim.experiments.designs.notes` gives this advice to the user.
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return qmc.Sobol(factors, scramble=True, rng=np.random.default_rng(seed)).random(points)


def morris(factors: int, seed: int, trajectories: int, levels: int = 4) -> np.ndarray:
    """Trajectories of Morris: from point to point one factor moves, by slightly more than half its range.

    Returns:
        Shares from 0 to 1, shape (trajectories * (factors + 1), factors), trajectory after trajectory.
    """
    from SALib.sample.morris import sample

    return sample(_cube(factors), trajectories, num_levels=levels, seed=np.random.default_rng(seed))


def saltelli(factors: int, seed: int, samples: int, second_order: bool = False) -> np.ndarray:
    """Blocks of Saltelli: a point, the same with each factor in turn from a second point, and the second point.

    A larger sample begins with a smaller one.

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
