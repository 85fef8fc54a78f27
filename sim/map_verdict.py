"""The answer of a sweep in words: under which of the settings tried which structure closes most of the gap.

The words follow from the numbers alone: no structure is known by name here, a share of points is never called a
probability, and nothing is said of why anything happens in Scotland.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.decision_rules import Rules, said_of
from sim.paired import clear_losses, mean_over
from sim.regimes import NOBODY, OPEN, SAME, UNKNOWN, BestPositions, Regimes
from sim.statistics import interval
from sim.sufficiency import Sufficiency
from sim.swept import FAILED, NOT_RUN, Sweep, SweptFactor, is_share, plain
from sim.weighing import matters, span
from sim.wording import cause_name, counted, listing, number, outcome_name, points, share_with_interval

NEARLY_ALL = 0.95
MOST_STRETCHES = 8
BY_LUCK = 0.05
"""So large a share of the points that have a winner may have it by luck; a structure with no more is not credited."""

NOT_A_FORECAST = (
    "This is not a forecast. A share of points is a share of the settings that were tried, not a probability: ranges "
    "and rules are assumptions, and other ranges may give another map."
)


@dataclass(frozen=True)
class MapVerdict:
    """What a sweep allows one to say.

    Attributes:
        kind: everywhere, mostly, partly, depends, between (the ends of a scale), neither, practically the same, single
            or unknown.
        winner: the one structure that wins; None when it depends, or nobody does.
        notice: what is missing, to be read first; empty when the sweep is whole.
        headline: the answer in one sentence.
        sentences: what qualifies and explains it.
    """

    kind: str
    winner: str | None
    notice: str
    headline: str
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        """All of it as one paragraph."""
        return " ".join(part for part in (self.notice, self.headline, *self.sentences) if part)


def map_verdict(
    sweep: Sweep,
    found: Regimes | None,
    rules: Rules | None,
    others: Mapping[str, Regimes],
    enough: Sufficiency | None = None,
    positions: BestPositions | None = None,
    between: Rules | None = None,
) -> MapVerdict:
    """Say who wins where, and never more than the intervals allow.

    Args:
        sweep: two structures or more; one makes no comparison.
        found: who wins where; None with one structure.
        rules: what decides it.
        others: the same for other outcomes, by name.
        enough: what fewer replications would have said.
        positions: the best position at each point, where the structures are the ends of a scale.
        between: what decides between the two best of several structures.
    """
    notice = notice_of(sweep)
    if found is None or rules is None:
        return MapVerdict("single", None, notice, _of_one(sweep), (NOT_A_FORECAST,))
    if not found.known.any():
        most = int(found.pairs.max(initial=0))
        reason = "one replication carries no interval" if most == 1 else "no point is known in all structures"
        headline = f"No verdict among {listing(list(found.structures))}: {reason}."
        return MapVerdict("unknown", None, notice, headline, (NOT_A_FORECAST,))
    varying = [f for f in sweep.factors if len(f.levels) > 1]
    kind, winner, headline = _answer(found, rules, varying)
    if positions is not None:
        kind, winner, headline = _on_a_scale(found, positions, kind, winner, headline)
    objections = _objections(found, others)
    if kind in ("everywhere", "mostly", "partly") and objections:
        kind, headline = (
            "depends",
            f"It depends on what is asked: {headline[:-1]}, but {listing(objections)}.",
        )
        winner, objections = None, []
    said = [
        *_rules(found, rules, kind),
        *_of_two(found, between),
        *_stretches(found, varying, rules),
        *_left(found),
        *_average(sweep, found),
        *(_sentence(o) for o in objections),
        *_reports(found, others),
        *_positions(positions),
        *_lost(sweep, found),
        *_nobody(found),
        *_enough(enough, bool(credited(found))),
        _caution(found),
        NOT_A_FORECAST,
    ]
    return MapVerdict(kind, winner, notice, headline, tuple(said))


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


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def share(part: float) -> str:
    """A share of points in whole percent, unless it would read as none or all."""
    if not np.isfinite(part):
        return "unknown"
    text = f"{100 * part:.0f}"
    rounded = text in ("0", "100") and part not in (0.0, 1.0)
    return (f"{100 * part:.1f}" if rounded else text) + " %"


def credited(found: Regimes) -> list[int]:
    """Structures that win more points than luck may have given them, those with most first."""
    won = int((found.winner != NOBODY).sum())
    counts = [int(found.won_by(k).sum()) for k in range(len(found.structures))]
    return sorted((k for k, n in enumerate(counts) if n > BY_LUCK * won), key=lambda k: -counts[k])


def _of_one(sweep: Sweep) -> str:
    name, response = sweep.structures[0], sweep.decided_by
    by_point = mean_over(sweep.responses[response][0], axis=1)
    known = by_point[np.isfinite(by_point)]
    if not known.size:
        return f"No verdict: the {outcome_name(response)} is known at no point."
    low, high = (_level(response, float(v)) for v in (known.min(), known.max()))
    return (
        f"One structure, {name}: nothing to compare it with. Its mean {outcome_name(response)} lies between {low} and "
        f"{high} over the {counted(sweep.points, 'point')} tried."
    )


def _level(response: str, value: float) -> str:
    return points(value) + " %" if is_share(response) else number(value, 2)


def _answer(found: Regimes, rules: Rules, varying: Sequence[SweptFactor]) -> tuple[str, str | None, str]:
    names, most = found.structures, credited(found)
    shares = [found.share(found.won_by(k)) for k in range(len(names))]
    tried = _tried(found)
    goal = f"leaves the smaller {outcome_name(found.response)}" if len(names) == 2 else (
        f"leaves the smallest {outcome_name(found.response)}"
    )  # fmt: skip
    if found.response == "gap":
        goal = "closes more of the gap" if len(names) == 2 else "closes most of the gap"
    if not most:
        if found.share(found.kind == SAME) >= NEARLY_ALL:
            among = "the two" if len(names) == 2 else "the best two"
            return "practically the same", None, (
                f"Nobody wins: at {share(found.share(found.kind == SAME))} of {tried} {among} are practically the "
                f"same, within {matters()}."
            )  # fmt: skip
        listed = listing(list(names), "nor") if len(names) == 2 else f"none of {listing(list(names), 'and')}"
        who = f"neither {listed}" if len(names) == 2 else listed
        return "neither", None, f"Nobody wins: {who} is shown to {_bare(goal)} at any of {tried}."
    parts = [f"{names[k]}{f' {goal}' if i == 0 else ''} at {share(shares[k])}" for i, k in enumerate(most)]
    nobody = 1 - sum(shares)
    if len(most) > 1:
        rest = f", and at {share(nobody)} nobody is shown to" if nobody > 1e-9 else ""
        parts[0] += f" of {tried}"
        return "depends", None, f"{_on_what(rules, most, varying)}: {', '.join(parts)}{rest}."
    only, name = shares[most[0]], names[most[0]]
    versus = "" if len(names) == 2 else " (more than each of the others)"
    said = f"{name} {goal}{versus} at {share(only)} of {tried}"
    if only >= NEARLY_ALL:
        rest = "" if only == 1.0 else f", and at {share(1 - only)} nobody is shown to"
        return "everywhere", name, f"{said}{rest}."
    rest = f"at the other {share(1 - only)} nobody is shown to"
    if only >= 0.5:
        return "mostly", name, f"{said}; {rest}."
    return "partly", name, f"Nobody wins at most points: {said}; {rest}."


def _on_a_scale(
    found: Regimes, positions: BestPositions, kind: str, winner: str | None, headline: str
) -> tuple[str, str | None, str]:
    """The ends alone do not answer where a position between them may be better than both."""
    known = np.isfinite(positions.best)
    inside = float(positions.inside[known].mean()) if known.any() else 0.0
    ends = f"{headline[:-1]} (the two ends of the scale)." if kind != "neither" else headline
    if inside < 0.5:
        return kind, winner, ends
    said = f"Between the ends: at {share(inside)} of {_tried(found)} a position between them"
    goal = (
        "closes more of the gap"
        if found.response == "gap"
        else f"leaves a smaller {outcome_name(found.response)}"
    )
    return "between", None, f"{said} {goal} than either. Of the ends alone: {headline}"


def _bare(goal: str) -> str:
    verb, rest = goal.split(" ", 1)
    return f"{verb.removesuffix('s') if verb == 'closes' else 'leave'} {rest}"


def _tried(found: Regimes) -> str:
    known = int(found.known.sum())
    return "the one point tried" if known == 1 else f"the {known:,} points tried"


def _on_what(rules: Rules, most: Sequence[int], varying: Sequence[SweptFactor]) -> str:
    if len(varying) == 1:
        return f"It depends on {varying[0].key}"
    if rules.why_not:
        return "It depends"
    parted = {rule.outcome for rule in rules.rules}
    if not rules.better or len(parted & set(most)) < 2:
        return "It depends, and no short rule says on what"
    return f"It depends on {listing(list(rules.factors))}"


def _rules(found: Regimes, rules: Rules, kind: str) -> list[str]:
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


def _of_two(found: Regimes, between: Rules | None) -> list[str]:
    if between is None or not between.better:
        return []
    outcomes = [o for o in dict.fromkeys(rule.outcome for rule in between.rules) if o != NOBODY]
    told = [said for outcome in outcomes if (said := said_of(between, found.structures, outcome))]
    if len(told) < 2:
        return []
    return [f"Between the two with the smallest mean over the map alone, most often {' and '.join(told)}."]


def _stretches(found: Regimes, varying: Sequence[SweptFactor], rules: Rules) -> list[str]:
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


def _average(sweep: Sweep, found: Regimes) -> list[str]:
    values = sweep.numbers(found.response)
    worlds = mean_over(values, axis=1)
    if worlds.shape[1] < 2 or found.points < 2:
        return []
    order = np.argsort(np.nan_to_num(worlds.mean(axis=1), nan=np.inf))
    first, second = int(order[0]), int(order[1])
    apart = interval(mean_over(values[second] - values[first], axis=0))
    if apart["mean"] is None or apart["low"] is None or apart["high"] is None:
        return []
    a, b, name = found.structures[first], found.structures[second], outcome_name(found.response)
    write = points if is_share(found.response) else number
    unit = " points" if is_share(found.response) else ""
    ends = span(apart["low"], apart["high"]) if is_share(found.response) else (
        f"95 % interval {number(apart['low'], 2)} to {number(apart['high'], 2)}"
    )  # fmt: skip
    level = interval(worlds[first])
    size = share_with_interval(level) if is_share(found.response) else number(level["mean"], 2)
    if apart["low"] <= 0:
        return [
            f"Averaged over all points tried, {a} and {b} are not told apart in the {name}: {b} − {a} is "
            f"{write(apart['mean'])}{unit} ({ends})."
        ]
    return [
        f"Averaged over all points tried, the {name} is smallest in {a}, {size}, and {write(apart['mean'])}{unit} "
        f"larger in {b} ({ends})."
    ]


def _objections(found: Regimes, others: Mapping[str, Regimes]) -> list[str]:
    """Outcomes that say for whom the gap is closed, where they speak for another structure."""
    said = []
    for outcome in ("worst_decile_gap", "gap_fifth_1"):
        if outcome in others:
            against = _turned(found, others[outcome])
            if against > BY_LUCK * int((found.winner != NOBODY).sum()):
                said.append(
                    f"at {counted(against, 'point')} that one structure wins another leaves the smaller "
                    f"{outcome_name(outcome)}"
                )
    return said


def _reports(found: Regimes, others: Mapping[str, Regimes]) -> list[str]:
    if "nominal_gap" not in others:
        return []
    against = _turned(found, others["nominal_gap"])
    if against <= BY_LUCK * int((found.winner != NOBODY).sum()):
        return []
    return [
        f"Reports alone would name another winner at {counted(against, 'point')}: the gap as reported is smaller there "
        "in another structure."
    ]


def _turned(found: Regimes, other: Regimes) -> int:
    """Points with a winner here and another winner there."""
    both = (found.winner != NOBODY) & (other.winner != NOBODY)
    return int((both & (found.winner != other.winner)).sum())


def _positions(positions: BestPositions | None) -> list[str]:
    if positions is None:
        return []
    known = np.isfinite(positions.best)
    if not known.any():
        return []
    low, middle, high = (float(v) for v in np.quantile(positions.best[known], (0, 0.5, 1)))
    inside = float(positions.inside[known].mean())
    at = f"at {share(inside)}" if inside else "at none"
    where = (
        plain(low)
        if low == high
        else f"{plain(middle)} in the middle of the points, from {plain(low)} to {plain(high)}"
    )
    return [
        f"The position that leaves the smallest gap is {where}; {at} of the points it lies between the ends and is told "
        "apart from both."
    ]


def _lost(sweep: Sweep, found: Regimes) -> list[str]:
    said = []
    for k in credited(found)[:2]:
        inside = found.won_by(k)
        values, counts = np.unique(found.rival[inside], return_counts=True)
        rival = int(values[counts.argmax()])
        clear = [c for c in clear_losses(sweep, k, rival, inside) if c[1] > 0 and c[0] != "ahead"][:2]
        if clear:
            most = [
                f"{cause_name(c)} ({points(m)} points, {points(lo)} to {points(hi)})"
                for c, m, lo, hi in clear
            ]
            said.append(
                f"Where {found.structures[k]} wins, {found.structures[rival]} loses more benefit to {listing(most)}."
            )
    return said


def _nobody(found: Regimes) -> list[str]:
    said = []
    same, undecided = found.share(found.kind == SAME), found.share(found.kind == OPEN)
    if 0 < same < NEARLY_ALL:
        said.append(
            f"at {share(same)} of the points the best two are practically the same, within {matters()}"
        )
    if undecided > 0:
        said.append(f"at {share(undecided)} they are not told apart: there the answer is unknown, not equal")
    unknown = int((found.kind == UNKNOWN).sum())
    if unknown:
        said.append(f"at {counted(unknown, 'further point')} too few runs are known to compare")
    return [_sentence("; ".join(said))] if said else []


def _left(found: Regimes) -> list[str]:
    """With many structures the best is often not told apart from the next, yet some can be ruled out."""
    if len(found.structures) == 2:
        return []
    left = {name: found.share(~found.ruled_out[k]) for k, name in enumerate(found.structures)}
    named = [f"{name} {share(part)}" for name, part in sorted(left.items(), key=lambda item: -item[1])]
    return [
        f"Share of the points at which a structure is the best or not told apart from it: {', '.join(named)}."
    ]


def _enough(enough: Sufficiency | None, somebody: bool) -> list[str]:
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
        times, told = enough.within[-1]
        said.append(
            f"of the {counted(enough.open_points, 'point')} not told apart, {told} would be with {times:,} "
            "replications or fewer, if the differences seen are the true ones"
        )
    return [_sentence("; ".join(said))] if said else []


def _caution(found: Regimes) -> str:
    fewest = int(found.pairs[found.known].min())
    rough = f" With as few as {fewest} replications at a point the intervals are rough." if fewest < 5 else ""
    return (
        "Of the points given to a structure at most one in twenty is expected to be there by luck; the intervals cover "
        f"the luck of the draws, not doubt about rules and ranges.{rough}"
    )
