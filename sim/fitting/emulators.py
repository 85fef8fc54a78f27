"""Emulators: what the mean over worlds of one condition would be where none was lived, and how surely.

A plane through what was lived, and a Gaussian process for what the plane leaves (scikit-learn's). Each parameter has a
length of its own over which it matters.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_STEPS = 25
"""Steps of the search for lengths: more change little and cost much."""

BATCH = 4000
MANY = 250
"""Points from which several processes are worth their start."""


@dataclass(frozen=True)
class Emulator:
    """The emulator of one condition.

    Args:
        plane: intercept and slopes, shape (1 + features,).
        process: the fitted Gaussian process of what the plane leaves, in units of `scale`; None where nothing is left.
        scale: standard deviation of what the plane leaves.
        noise: variance, in units of `scale` squared, of a mean over the worlds lived: luck, not shape.
    """

    plane: np.ndarray
    process: Any
    scale: float
    noise: float

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance at points, each of shape (N,)."""
        mean = self.plane[0] + features @ self.plane[1:]
        if self.process is None:
            return mean, np.zeros(len(features))
        variance = np.empty(len(features))
        for first in range(0, len(features), BATCH):
            part = slice(first, first + BATCH)
            left, deviation = self.process.predict(features[part], return_std=True)
            mean[part] += self.scale * left
            variance[part] = self.scale**2 * np.maximum(deviation**2 - self.noise, 0.0)
        return mean, variance


def emulator(features: np.ndarray, means: np.ndarray) -> Emulator:
    """Learn one condition.

    Args:
        features: (N, F) what was lived.
        means: (N,) mean over the worlds of each point.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    table = np.column_stack([np.ones(len(features)), features])
    # A little of each slope is given up, so that columns that say the same (levels sum to one) share it.
    weight = 1e-3 * len(features) * np.diag([0.0, *np.ones(features.shape[1])])
    plane = np.linalg.solve(table.T @ table + weight, table.T @ means)
    left = means - table @ plane
    scale = float(left.std())
    if scale < 1e-9 * max(1.0, float(np.abs(means).max(initial=0.0))):
        return Emulator(plane, None, 0.0, 0.0)
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(
        np.full(features.shape[1], 2.0), (0.1, 50.0), nu=2.5
    ) + WhiteKernel(0.2, (1e-4, 2.0))
    process = GaussianProcessRegressor(kernel, alpha=1e-6, optimizer=_few_steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(features, left / scale)
    return Emulator(plane, process, scale, float(process.kernel_.k2.noise_level))


def _few_steps(objective: Any, start: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, float]:
    from scipy.optimize import minimize

    found = minimize(
        objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": MOST_STEPS}
    )
    return found.x, found.fun


def emulators(features: np.ndarray, means: np.ndarray) -> list[Emulator]:
    """Learn all conditions, side by side on all cores.

    Args:
        features: (N, F).
        means: (N, conditions).
    """
    from joblib import Parallel, delayed

    from sim.comparison import cores

    if len(features) < MANY:
        return [emulator(features, column) for column in means.T]
    jobs = (delayed(emulator)(features, column) for column in means.T)
    return list(Parallel(n_jobs=cores())(jobs))


def predicted(learned: list[Emulator], features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of all conditions at points, each of shape (N, conditions)."""
    found = [one.predict(features) for one in learned]
    return np.column_stack([mean for mean, _ in found]), np.column_stack([spread for _, spread in found])
