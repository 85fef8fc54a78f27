"""Emulators: predict the mean over replications of one condition at parameter sets that were not simulated, with a variance.

Each is a linear model and a Gaussian process for its residuals (scikit-learn's). The process uses the inputs that matter most
for the condition (active inputs: Craig et al. 1997), each with its own length scale; the effect of others counts as variance.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.runner.compare import cores

MOST_STEPS = 25
"""Steps of the search for length scales: more change little and cost much."""

ACTIVE = 12
"""Most inputs that the process of one condition uses."""

LENGTHS_FROM = 400
"""Most points that length scales are estimated from; the process itself then uses all."""

BATCH = 4000
"""Points that are predicted at a time."""

MANY = 250
"""Points from which starting several worker processes pays off."""


@dataclass(frozen=True)
class Emulator:
    """The emulator of one condition.

    Args:
        plane: intercept and slopes of the linear model, shape (1 + features,).
        active: positions of the inputs that the process uses.
        process: the fitted Gaussian process of the residuals, in units of `scale`; None if there are none.
        scale: standard deviation of the residuals.
        noise: stochastic variance of a mean over replications, in units of `scale` squared: no part of the emulator variance.
    """

    plane: np.ndarray
    active: np.ndarray
    process: Any
    scale: float
    noise: float

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance at points, each of shape (N,)."""
        mean = self.plane[0] + features @ self.plane[1:]
        if self.process is None:
            return mean, np.zeros(len(features))
        from sklearn.utils import gen_batches

        variance = np.empty(len(features))
        for part in gen_batches(len(features), BATCH):
            left, deviation = self.process.predict(features[part][:, self.active], return_std=True)
            mean[part] += self.scale * left
            variance[part] = self.scale**2 * np.maximum(deviation**2 - self.noise, 0.0)
        return mean, variance


def active_inputs(features: np.ndarray, slopes: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Positions of the inputs that matter most for a condition, by the variance explained by a slope and by a parabola.

    Args:
        features: (N, F).
        slopes: (F,) of the linear model.
        left: (N,) its residuals.
    """
    squares = (features - features.mean(axis=0)) ** 2
    squares -= squares.mean(axis=0)
    bent = (squares * left[:, None]).sum(axis=0) ** 2 / np.maximum((squares**2).sum(axis=0), 1e-12)
    score = slopes**2 * features.var(axis=0) * len(features) + bent
    return np.sort(np.argsort(-score, kind="stable")[:ACTIVE])


def emulator(features: np.ndarray, means: np.ndarray, chance: float = 0.0) -> Emulator:
    """Train the emulator of one condition.

    Args:
        features: (N, F) the simulated points.
        means: (N,) mean over the replications of each point.
        chance: stochastic variance of such a mean.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    table = np.column_stack([np.ones(len(features)), features])
    # A small ridge penalty, so that collinear columns (levels sum to one) share a slope.
    weight = 1e-3 * len(features) * np.diag([0.0, *np.ones(features.shape[1])])
    plane = np.linalg.solve(table.T @ table + weight, table.T @ means)
    left = means - table @ plane
    scale = float(left.std())
    if scale < 1e-9 * max(1.0, float(np.abs(means).max(initial=0.0))):
        return Emulator(plane, np.arange(0), None, 0.0, 0.0)
    active = active_inputs(features, plane[1:], left)
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(
        np.full(len(active), 2.0), (0.1, 50.0), nu=2.5
    ) + WhiteKernel(0.2, (1e-4, 2.0))
    search = GaussianProcessRegressor(kernel, alpha=1e-6, optimizer=_few_steps)
    some = np.linspace(0, len(left) - 1, min(LENGTHS_FROM, len(left))).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        search.fit(features[some][:, active], left[some] / scale)
    process = GaussianProcessRegressor(search.kernel_, alpha=1e-6, optimizer=None)
    process.fit(features[:, active], left / scale)
    noise = min(float(process.kernel_.k2.noise_level), chance / scale**2)
    return Emulator(plane, active, process, scale, noise)


def _few_steps(objective: Any, start: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, float]:
    from scipy.optimize import minimize

    found = minimize(
        objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": MOST_STEPS}
    )
    return found.x, found.fun


def emulators(features: np.ndarray, means: np.ndarray, chance: np.ndarray) -> list[Emulator]:
    """Train the emulators of all conditions, on all cores.

    Args:
        features: (N, F).
        means: (N, conditions).
        chance: (conditions,) stochastic variance of such a mean.
    """
    from joblib import Parallel, delayed

    workers = Parallel(n_jobs=1 if len(features) < MANY else cores())
    return list(workers(delayed(emulator)(features, *one) for one in zip(means.T, chance, strict=True)))


def predicted(learned: list[Emulator], features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of all conditions at points, each of shape (N, conditions)."""
    means, variances = zip(*(one.predict(features) for one in learned), strict=True)
    return np.column_stack(means), np.column_stack(variances)
