"""How well policies hold up over futures: three measures, whether they agree, and what knowing the future would be worth.

All take the objective of each policy in each future, smaller being better. McPhail et al. 2018 compare the measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REGRET_QUANTILE = 0.9


@dataclass(frozen=True)
class Robustness:
    """Measures of some policies.

    Attributes:
        mean: shape (policies,): mean over futures.
        deviation: standard deviation over futures.
        mean_variance: mean plus standard deviation, smaller is better.
        regret: 90th percentile over futures of the regret against the best of these policies in each.
        satisfied: share of futures in which the objective meets its threshold; NaN without a threshold.
        agreement: Kendall's tau between the rankings of each pair of measures, by the pair's names.
    """

    mean: np.ndarray
    deviation: np.ndarray
    mean_variance: np.ndarray
    regret: np.ndarray
    satisfied: np.ndarray
    agreement: dict[tuple[str, str], float]


def robustness(outcomes: np.ndarray, threshold: float | None = None) -> Robustness:
    """Compare policies over futures by several measures.

    Args:
        outcomes: shape (policies, futures), smaller being better; futures with an unknown outcome are left out for all.
        threshold: the objective is met where it is at most this (domain criterion).
    """
    known = outcomes[:, np.isfinite(outcomes).all(axis=0)]
    mean, deviation = known.mean(axis=1), known.std(axis=1)
    worst = np.quantile(regrets(known), REGRET_QUANTILE, axis=1)
    share = np.full(len(known), np.nan) if threshold is None else (known <= threshold).mean(axis=1)
    rankings = {"mean_variance": mean + deviation, "regret": worst}
    if threshold is not None:
        rankings["satisfied"] = -share
    return Robustness(mean, deviation, mean + deviation, worst, share, agreement(rankings))


def regrets(outcomes: np.ndarray) -> np.ndarray:
    """How much worse each policy is than the best of them in each future, shape (policies, futures)."""
    return outcomes - outcomes.min(axis=0)


def agreement(rankings: dict[str, np.ndarray]) -> dict[tuple[str, str], float]:
    """Kendall's tau between every two rankings; NaN where one of them ranks nothing."""
    from scipy.stats import kendalltau

    names = list(rankings)
    return {
        (a, b): float(kendalltau(rankings[a], rankings[b]).statistic)
        for number, a in enumerate(names)
        for b in names[number + 1 :]
    }


def value_of_information(outcomes: np.ndarray, groups: np.ndarray | None = None) -> float:
    """What knowing the future before choosing would be worth, in the unit of the outcome.

    The mean outcome of the policy that is best on average, minus the mean of the best policy within each group of
    futures. Without groups every future is its own: the expected value of perfect information. With groups, such as low,
    middle and high values of one parameter, it is what learning that parameter would be worth.

    Args:
        outcomes: shape (policies, futures), smaller being better.
        groups: shape (futures,): the group of each future.
    """
    on_average = float(outcomes.mean(axis=1).min())
    if groups is None:
        return on_average - float(outcomes.min(axis=0).mean())
    best = [
        outcomes[:, groups == group].mean(axis=1).min() * (groups == group).mean()
        for group in np.unique(groups)
    ]
    return on_average - float(np.sum(best))
