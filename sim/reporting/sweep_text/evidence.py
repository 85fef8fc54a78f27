"""What stands behind an answer, in words: averages, other outcomes that speak for or against it, where the benefit went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.analysis.comparison import MEANINGFUL
from sim.analysis.paired import Contrast, clear_losses
from sim.analysis.regime_map import NOBODY, Regimes
from sim.analysis.sweep_data import Sweep, is_share
from sim.formatting import counted, listing, number, points, share_with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.sweep_text.headline import CHANCE_ALONE, credited
from sim.reporting.wording import meaningful_in_words, span
from sim.stats import interval, mean_over

MOST_TOLD = 2


def average(sweep: Sweep, found: Regimes) -> list[str]:
    """Which structure does best on the average over all points, and whether it is significantly different from the next."""
    values = sweep.numbers(found.response)
    by_replication = mean_over(values, axis=1)
    if by_replication.shape[1] < 2 or found.points < 2:
        return []
    order = np.argsort(np.nan_to_num(by_replication.mean(axis=1), nan=np.inf))
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
    level = interval(by_replication[first])
    size = share_with_interval(level) if is_share(found.response) else number(level["mean"], 2)
    if apart["low"] <= 0:
        return [
            f"Averaged over all points tried, {a} and {b} are not significantly different in the {name}: {b} − {a} is "
            f"{write(apart['mean'])}{unit} ({ends})."
        ]
    return [
        f"Averaged over all points tried, the {name} is smallest in {a}, {size}, and {write(apart['mean'])}{unit} "
        f"larger in {b} ({ends})."
    ]


def objections_to(found: Regimes, others: Mapping[str, Regimes]) -> list[str]:
    """Outcomes that say for whom the gap is closed, where they speak for another structure."""
    said = []
    for outcome in ("worst_decile_gap", "gap_fifth_1"):
        if outcome in others:
            against = _turned(found, others[outcome])
            if against > CHANCE_ALONE * int((found.winner != NOBODY).sum()):
                said.append(
                    f"at {counted(against, 'point')} that one structure wins another leaves the smaller "
                    f"{outcome_name(outcome)}"
                )
    return said


def reports_alone(found: Regimes, others: Mapping[str, Regimes]) -> list[str]:
    """At how many points reports would have named another winner than what reached people."""
    if "nominal_gap" not in others:
        return []
    against = _turned(found, others["nominal_gap"])
    if against <= CHANCE_ALONE * int((found.winner != NOBODY).sum()):
        return []
    return [
        f"Reports alone would name another winner at {counted(against, 'point')}: the gap as reported is smaller there "
        "in another structure."
    ]


def _turned(found: Regimes, other: Regimes) -> int:
    """Points with a winner here and another winner there."""
    both = (found.winner != NOBODY) & (other.winner != NOBODY)
    return int((both & (found.winner != other.winner)).sum())


def losses_where_it_wins(sweep: Sweep, found: Regimes) -> list[str]:
    """To what the next best structure loses more, at the points that a structure wins."""
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


def from_point_to_point(contrasted: Sequence[Contrast], sweep: Sweep) -> list[str]:
    """What changes most within each group of written-down points, or that nothing is shown to change."""
    share = is_share(sweep.decided_by)
    write, unit, least = (points, " points", MEANINGFUL) if share else (number, "", 0.0)
    said = []
    for group in dict.fromkeys(c.group for c in contrasted):
        here = [c for c in contrasted if c.group == group]
        name = f"{group[0].upper()}{group[1:]}" if group else "From point to point"
        clear = [c for c in here if c.clear and abs(c.mean or 0.0) >= least]
        if not clear:
            least_said = f" and by {meaningful_in_words()}" if share else ""
            said.append(
                f"{name}: no point differs clearly{least_said} from “{here[0].start}” in anything compared."
            )
            continue
        changed = []
        for response in dict.fromkeys(c.response for c in here):
            most = sorted((c for c in clear if c.response == response), key=lambda c: -abs(c.mean or 0.0))[
                :MOST_TOLD
            ]
            changes = [
                f"{write(c.mean)}{unit} ({write(c.low)} to {write(c.high)}) with “{c.point}”" for c in most
            ]
            changed.append(
                f"{response} {listing(changes)}" if changes else f"no clear change of the {response}"
            )
        said.append(f"{name}, against “{here[0].start}” most: {'; '.join(changed)}.")
    return said
