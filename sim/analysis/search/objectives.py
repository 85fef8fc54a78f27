"""What policies are judged by: outcomes of runs put together over futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.experiments.crossing import Objective

WORST = 0.1
QUANTILE = 0.9


def in_futures(objective: Objective, outcomes: Mapping[str, np.ndarray]) -> np.ndarray:
    """An objective of each policy in each future, smaller being better, shape (policies, futures).

    Args:
        objective: the objective.
        outcomes: by response, shape (policies, futures); NaN where unknown.
    """
    first, *others = (outcomes[name] for name in objective.outcomes)
    values = first - others[0] if others else first
    return -values if objective.maximise else values


def over_futures(objective: Objective, values: np.ndarray) -> np.ndarray:
    """An objective of each policy over all futures, shape (policies,); unknown (NaN) where it is in any future.

    Args:
        objective: says how: the mean, the mean over the worst tenth of futures, or the 90th percentile.
        values: shape (policies, futures), smaller being better.
    """
    if objective.over == "mean":
        return values.mean(axis=1)
    if objective.over == "p90":
        return np.quantile(values, QUANTILE, axis=1)
    worst = int(np.ceil(WORST * values.shape[1]))
    return np.sort(values, axis=1)[:, -worst:].mean(axis=1)


def judged(objectives: Sequence[Objective], outcomes: Mapping[str, np.ndarray]) -> np.ndarray:
    """All objectives of all policies, shape (policies, objectives)."""
    return np.column_stack([over_futures(one, in_futures(one, outcomes)) for one in objectives])


def exceeded(constraints: Sequence[Objective], outcomes: Mapping[str, np.ndarray]) -> np.ndarray:
    """How far each policy exceeds each limit, shape (policies, constraints); at most 0 where it is kept."""
    limits = [one.threshold if one.threshold is not None else np.inf for one in constraints]
    if not constraints:
        return np.zeros((len(next(iter(outcomes.values()))), 0))
    return judged(constraints, outcomes) - np.array(limits)
