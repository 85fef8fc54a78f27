"""What decides who wins: a classification tree over the map, cut back to a few short rules and honestly scored.

Coverage and density are the words of PRIM and the EMA workbench: coverage is the share of all points with an outcome
that a rule holds; density is the share of the points inside a rule that have the outcome. The tree (CART, by
scikit-learn) is pruned by cross-validation within cross-validation, so that the accuracy given is for points that
neither the rules nor their length were chosen by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.regime_map import NOBODY, Regimes
from sim.analysis.sweep_data import SweptFactor, plain

DEPTH = 3
FOLDS = 5
FEWEST = 25
"""With fewer points than this no rule can be distinguished from chance."""

SMALLEST_RULE = 0.02
"""A rule holds at least this share of the points, and at least five of them."""


@dataclass(frozen=True)
class Rule:
    """One region of the map and what happens there most often.

    Attributes:
        conditions: what must hold, in words; empty when the rule holds everywhere.
        outcome: position of the structure that wins most points there, or `NOBODY`.
        density: share of the region's points that have that outcome.
        coverage: share of all points with that outcome that lie in the region.
        inside: the points of the region, shape (points,).
    """

    conditions: tuple[str, ...]
    outcome: int
    density: float
    coverage: float
    inside: np.ndarray

    @property
    def words(self) -> str:
        """The conditions as one phrase."""
        return " and ".join(self.conditions) or "everywhere"


@dataclass(frozen=True)
class Rules:
    """The rules of a map, and whether they say more than a guess would.

    Attributes:
        rules: regions that together hold every point, the largest first.
        factors: keys of the factors that the rules ask for, the first asked first.
        accuracy: share of points called right by rules that had not seen them; NaN without rules.
        guess: share called right by always naming the commonest outcome.
        gain: mean, low and high of accuracy minus guess.
        better: whether the interval of the gain lies above 0.
        why_not: when there are no rules, the reason.
    """

    rules: tuple[Rule, ...]
    factors: tuple[str, ...]
    accuracy: float
    guess: float
    gain: tuple[float, float, float]
    better: bool
    why_not: str = ""


@dataclass(frozen=True)
class _Feature:
    factor: SweptFactor
    level: Any
    column: np.ndarray


def rules_of(factors: Sequence[SweptFactor], regimes: Regimes, seed: int) -> Rules:
    """Find the rules that say where which structure wins, and where nobody does.

    Args:
        factors: what was varied.
        regimes: who wins where; points at which too little is known are left out.
        seed: of the folds, so that the same sweep is always read alike.
    """
    known = regimes.known
    outcome = regimes.winner[known]
    if len(np.unique(outcome)) < 2:
        return _none("the answer is the same at every point")
    if known.sum() < FEWEST:
        return _none(f"there are only {known.sum()} points to learn from; rules need {FEWEST}")
    features = _features([f.at(known) for f in factors])
    if not features:
        return _none("no factor varies")
    table = np.column_stack([f.column for f in features])
    right, guessed = _out_of_sample(table, outcome, seed)
    tree = _pruned(table, outcome, seed)
    gain = right.astype(float) - guessed
    half = 1.96 * float(gain.std(ddof=1) / np.sqrt(len(gain)))
    middle = float(gain.mean())
    scores = float(right.mean()), float(guessed.mean()), (middle, middle - half, middle + half)
    found = _regions(tree.tree_, [f.level for f in features], table, outcome, tree.classes_)
    if len(found) < 2:
        return Rules((), (), *scores, False, "cut back by cross-validation, no rule is left")
    rules = tuple(
        _rule(_conditions(bounds, features), region, outcome, known)
        for bounds, region in sorted(found, key=lambda f: -int(f[1].sum()))
    )
    asked = tuple(dict.fromkeys(features[k].factor.key for bounds, _ in found for k in bounds))
    return Rules(rules, asked, *scores, better=middle - half > 0)


def regions_of(columns: Sequence[tuple[np.ndarray, Any]], cases: np.ndarray, seed: int) -> list[Region]:
    """The regions of a pruned tree in which most points are cases.

    Args:
        columns: numbers with None, or 0 and 1 with the level of a choice that 1 stands for; each of shape (points,).
        cases: shape (points,).
        seed: of the folds by which the tree is pruned.

    Returns:
        Bounds by column (above the first, at most the second), and the points inside.
    """
    table = np.column_stack([column for column, _ in columns])
    tree = _pruned(table, cases, seed)
    found = _regions(tree.tree_, [level for _, level in columns], table, cases, tree.classes_)
    return [(bounds, inside) for bounds, inside in found if bounds and cases[inside].mean() > 0.5]


def _none(reason: str) -> Rules:
    unknown = float("nan")
    return Rules((), (), unknown, unknown, (unknown, unknown, unknown), False, reason)


def _features(factors: Sequence[SweptFactor]) -> list[_Feature]:
    """A column for each number that varies, and one for each level of a choice."""
    found = []
    for factor in (f for f in factors if len(f.levels) > 1):
        if factor.numeric:
            found.append(_Feature(factor, None, factor.values))
        else:
            found += [_Feature(factor, v, (factor.values == v).astype(float)) for v in factor.levels]
    return found


def _tree(table: np.ndarray, alpha: float = 0.0) -> Any:
    # Loaded here: scikit-learn takes longer to import than all other reading.
    from sklearn.tree import DecisionTreeClassifier

    smallest = max(5, round(SMALLEST_RULE * len(table)))
    return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=smallest, ccp_alpha=alpha, random_state=0)


def _folds(count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The points that are kept and those held out, fold by fold."""
    shuffled = np.random.default_rng(seed).permutation(count)
    held_out = [np.sort(part) for part in np.array_split(shuffled, FOLDS)]
    return [(np.setdiff1d(np.arange(count), part), part) for part in held_out]


def _pruned(table: np.ndarray, outcome: np.ndarray, seed: int) -> Any:
    """The smallest tree whose cross-validated error is within one standard error of the best."""
    path = _tree(table).cost_complexity_pruning_path(table, outcome)
    steps = np.unique(np.clip(path.ccp_alphas, 0.0, None))
    # Between two steps the tree stays the same; their geometric mean stands for the stretch.
    alphas = np.append(np.sqrt(steps[:-1] * steps[1:]), steps[-1] * 1.001)
    wrong = np.empty((len(alphas), len(table)))
    for kept, held_out in _folds(len(table), seed):
        for k, alpha in enumerate(alphas):
            grown = _tree(table[kept], alpha).fit(table[kept], outcome[kept])
            wrong[k, held_out] = grown.predict(table[held_out]) != outcome[held_out]
    error = wrong.mean(axis=1)
    best = int(error.argmin())
    within = error[best] + wrong[best].std(ddof=1) / np.sqrt(len(table))
    return _tree(table, float(alphas[error <= within].max())).fit(table, outcome)


def _out_of_sample(table: np.ndarray, outcome: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which points are called right by rules made without them, and which by naming the commonest outcome."""
    from sklearn.dummy import DummyClassifier
    from sklearn.model_selection import cross_val_predict

    folds = _folds(len(table), seed + 1)
    called = np.empty_like(outcome)
    for kept, held_out in folds:
        called[held_out] = _pruned(table[kept], outcome[kept], seed + 2).predict(table[held_out])
    guessed = cross_val_predict(DummyClassifier(), table, outcome, cv=folds)
    return called == outcome, guessed == outcome


Bounds = dict[int, tuple[float, float]]
Region = tuple[Bounds, np.ndarray]


def _regions(
    tree: Any, levels: Sequence[Any], table: np.ndarray, outcome: np.ndarray, classes: np.ndarray
) -> list[tuple[Bounds, np.ndarray]]:
    """The leaves as bounds by feature and the points inside; twin leaves with the same answer are one."""

    def answer(node: int) -> set[int]:
        if tree.children_left[node] < 0:
            return {int(classes[tree.value[node][0].argmax()])}
        return answer(tree.children_left[node]) | answer(tree.children_right[node])

    def walk(node: int, bounds: Bounds, inside: np.ndarray) -> list[tuple[Bounds, np.ndarray]]:
        if len(answer(node)) == 1:
            return [(bounds, inside)]
        feature = int(tree.feature[node])
        column = table[:, feature]
        cut = _cut(column, float(tree.threshold[node]), levels[feature])
        low, high = bounds.get(feature, (-np.inf, np.inf))
        left = walk(tree.children_left[node], bounds | {feature: (low, cut)}, inside & (column <= cut))
        right = walk(tree.children_right[node], bounds | {feature: (cut, high)}, inside & (column > cut))
        return left + right

    return walk(0, {}, np.ones(len(outcome), bool))


def _cut(column: np.ndarray, threshold: float, level: Any) -> float:
    """The shortest number that parts the points as the tree's threshold does."""
    if level is not None:
        return 0.5
    below, above = column[column <= threshold], column[column > threshold]
    if below.size == 0 or above.size == 0:
        return threshold
    low, high = float(below.max()), float(above.min())
    for digits in range(1, 12):
        short = float(f"{(low + high) / 2:.{digits}g}")
        if low <= short < high:
            return short
    return low


def _conditions(bounds: Bounds, features: Sequence[_Feature]) -> tuple[str, ...]:
    said = []
    for feature, (low, high) in bounds.items():
        factor, level = features[feature].factor, features[feature].level
        if level is not None:
            said.append(f"{factor.key} {'is' if low >= 0.5 else 'is not'} {level}")
        elif np.isinf(low):
            said.append(f"{factor.key} is at most {plain(high)}")
        elif np.isinf(high):
            said.append(f"{factor.key} is above {plain(low)}")
        else:
            said.append(f"{factor.key} is above {plain(low)} and at most {plain(high)}")
    return tuple(said)


def _rule(conditions: tuple[str, ...], region: np.ndarray, outcome: np.ndarray, known: np.ndarray) -> Rule:
    values, counts = np.unique(outcome[region], return_counts=True)
    most = int(values[counts.argmax()])
    held = int(counts.max())
    inside = np.zeros(len(known), bool)
    inside[np.flatnonzero(known)[region]] = True
    return Rule(conditions, most, held / int(region.sum()), held / int((outcome == most).sum()), inside)


def named(rules: Rules, members: Sequence[int]) -> Rules:
    """The rules of some structures alone, their outcomes numbered as among all structures."""
    worded = (
        rule if rule.outcome == NOBODY else replace(rule, outcome=members[rule.outcome])
        for rule in rules.rules
    )
    return replace(rules, rules=tuple(worded))


def said_of(rules: Rules, structures: Sequence[str], outcome: int) -> str:
    """Where the rules put an outcome, its largest region: `A where x is above 2`."""
    name = "no clear winner" if outcome == NOBODY else structures[outcome]
    found = [rule for rule in rules.rules if rule.outcome == outcome]
    if not found:
        return ""
    most = max(found, key=lambda rule: rule.coverage)
    return f"{name} where {most.words}"
