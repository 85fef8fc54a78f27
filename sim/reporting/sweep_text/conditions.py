"""Under which settings each scenario is best, and the limitations of the answer, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.decision_rules import Rules, said_of
from sim.analysis.regime_map import NOBODY, OPEN, SAME, UNKNOWN, BestPositions, Regimes
from sim.analysis.sweep_data import FAILED, NOT_RUN, Sweep, SweptFactor, plain
from sim.analysis.variance import ReplicationsNeeded
from sim.formatting import counted, listing, points
from sim.reporting.sweep_text.headline import NEARLY_ALL
from sim.reporting.wording import meaningful_in_words, share

NOT_A_FORECAST = (
    "This is not a forecast. A share of points is a share of the settings that were tried, not a probability: ranges "
    "and rules are assumptions, and other ranges may give another map."
)


def notice_of(sweep: Sweep) -> str:
    """What is missing from a sweep, in words; empty when nothing is."""
    runs, came = sweep.status.size, int((sweep.status != NOT_RUN).sum())
    failed = int((sweep.status == FAILED).sum())
    said = []
    if came < runs:
        said.append(
            f"Unfinished: {came:,} of {runs:,} runs are in; averages over the map use the "
            f"{counted(int(sweep.whole_replications.sum()), 'replication')} that all points have."
        )
    if failed:
        said.append(f"{counted(failed, 'run')} failed; they are left out, not replaced.")
    return " ".join(said)


def points_without_a_winner(found: Regimes) -> list[str]:
    """The number of points without a winner, and whether that is a tie, uncertainty or a lack of runs."""
    said = []
    same, undecided = found.share(found.kind == SAME), found.share(found.kind == OPEN)
    if 0 < same < NEARLY_ALL:
        said.append(
            f"at {share(same)} of the points the best two are practically the same, within {meaningful_in_words()}"
        )
    if undecided > 0:
        said.append(
            f"at {share(undecided)} they are not significantly different: there the answer is unknown, not equal"
        )
    unknown = int((found.kind == UNKNOWN).sum())
    if unknown:
        said.append(f"at {counted(unknown, 'further point')} too few runs are known to compare")
    return [as_sentence("; ".join(said))] if said else []


def replications_needed(enough: ReplicationsNeeded | None, somebody: bool) -> list[str]:
    """Whether fewer replications would have said the same, and how many points more of them could decide."""
    if enough is None:
        return []
    there, said = enough.tried[-1], []
    if somebody and enough.enough is not None:
        said.append(
            f"{enough.enough} of the {there} replications would have called 95 % of the points the same"
        )
    elif somebody:
        said.append(
            f"Fewer than {there} replications would have called more than 5 % of the points otherwise"
        )
    if enough.open_points:
        times, decided = enough.within[-1]
        said.append(
            f"of the {counted(enough.open_points, 'point')} not significantly different, {decided} would be with {times:,} "
            "replications or fewer, if the differences seen are the true ones"
        )
    return [as_sentence("; ".join(said))] if said else []


def variance_from_seed(found: Regimes) -> str:
    """What the intervals cover, and what they do not."""
    fewest = int(found.pairs[found.known].min())
    rough = f" With as few as {fewest} replications at a point the intervals are rough." if fewest < 5 else ""
    return (
        "Of the points given to a structure at most one in twenty is expected to be there by chance; the intervals cover "
        f"random variation, not uncertainty about rules and ranges.{rough}"
    )


def as_sentence(words: str) -> str:
    """Words begun with a capital and ended with a full stop."""
    return f"{words[0].upper()}{words[1:]}."


MOST_STRETCHES = 8


def rules_found(found: Regimes, rules: Rules, kind: str) -> list[str]:
    """Where each structure wins most often, and how well such rules call points they have not seen."""
    if not rules.better:
        if kind in ("depends", "mostly", "partly") and not rules.why_not:
            return [
                "The rules below are no better than guessing: they call "
                f"{share(rules.accuracy)} of unseen points right, naming the commonest answer {share(rules.guess)}."
            ]
        return []
    outcomes = dict.fromkeys(rule.outcome for rule in rules.rules)
    named = [said for outcome in outcomes if (said := said_of(rules, found.structures, outcome))]
    low, high = (points(end, 0) for end in rules.gain[1:])
    return [
        f"Most often {'; '.join(named)}. Such rules call {share(rules.accuracy)} of unseen points right, against "
        f"{share(rules.guess)} by always naming the commonest answer ({low} to {high} points more)."
    ]


def between_two(found: Regimes, between: Rules | None) -> list[str]:
    """What decides between the two best structures where all others are left aside."""
    if between is None or not between.better:
        return []
    outcomes = [o for o in dict.fromkeys(rule.outcome for rule in between.rules) if o != NOBODY]
    worded = [said for outcome in outcomes if (said := said_of(between, found.structures, outcome))]
    if len(worded) < 2:
        return []
    return [f"Between the two with the smallest mean over the map alone, most often {' and '.join(worded)}."]


def along_one_factor(found: Regimes, varying: Sequence[SweptFactor], rules: Rules) -> list[str]:
    """With a single factor and no rules: which of its values each structure wins."""
    if len(varying) != 1 or rules.better or len(np.unique(found.winner)) < 2:
        return []
    factor, said = varying[0], []
    order = (
        list(range(found.points)) if not factor.numeric else np.argsort(factor.values, kind="stable").tolist()
    )
    called = [found.called(p) for p in order]
    values = [plain(float(factor.values[p])) if factor.numeric else str(factor.values[p]) for p in order]
    start = 0
    for k in range(1, len(order) + 1):
        if k == len(order) or called[k] != called[start]:
            ends = values[start] if k - start == 1 else f"{values[start]} to {values[k - 1]}"
            said.append(f"{called[start]} at {ends}")
            start = k
    return [f"Along {factor.key}: {'; '.join(said)}."] if len(said) <= MOST_STRETCHES else []


def left_over(found: Regimes) -> list[str]:
    """With many structures the best is often not significantly different from the next, yet some can be ruled out."""
    if len(found.structures) == 2:
        return []
    left = {name: found.share(found.leaders[k]) for k, name in enumerate(found.structures)}
    if max(left.values()) == 1.0 and sum(left.values()) == 1.0:
        return []
    named = [
        f"{name} {share(part)}" for name, part in sorted(left.items(), key=lambda item: -item[1]) if part
    ]
    nowhere = [name for name, part in left.items() if not part]
    if nowhere:
        named.append(f"{listing(nowhere)} nowhere")
    return [
        f"Share of the points at which a structure leads, alone or not clearly behind the best: {', '.join(named)}."
    ]


def best_position(positions: BestPositions | None) -> list[str]:
    """Where on a scale between two structures the gap is smallest."""
    if positions is None:
        return []
    known = np.isfinite(positions.best)
    if not known.any():
        return []
    low, middle, high = (float(v) for v in np.quantile(positions.best[known], (0, 0.5, 1)))
    inside = float(positions.inside[known].mean())
    at = f"at {share(inside)}" if inside else "at none"
    where = (
        f"{plain(low)} at every point"
        if low == high
        else f"{plain(middle)} in the middle of the points, from {plain(low)} to {plain(high)}"
    )
    return [
        f"The position that leaves the smallest gap is {where}; {at} of the points it lies between the ends and is "
        "significantly different from both."
    ]
