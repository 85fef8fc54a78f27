"""The answer of a sweep in words: under which of the settings tried which structure leaves the smallest gap.

The words follow from the numbers alone: no structure is known by name here, a share of points is never called a
probability, and nothing is said of why anything happens in Scotland.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.analysis.decision_rules import Rules
from sim.analysis.paired import Contrast
from sim.analysis.regime_map import BestPositions, Regimes
from sim.analysis.sweep_data import Sweep
from sim.analysis.variance import ReplicationsNeeded
from sim.formatting import listing
from sim.reporting.sweep_text.conditions import (
    NOT_A_FORECAST,
    along_one_factor,
    as_sentence,
    best_position,
    between_two,
    left_over,
    notice_of,
    points_without_a_winner,
    replications_needed,
    rules_found,
    variance_from_seed,
)
from sim.reporting.sweep_text.evidence import (
    average,
    from_point_to_point,
    losses_where_it_wins,
    objections_to,
    reports_alone,
)
from sim.reporting.sweep_text.headline import answer, credited, of_one, on_a_scale


@dataclass(frozen=True)
class MapVerdict:
    """What a sweep allows one to say.

    Attributes:
        kind: everywhere, mostly, partly, depends, shared (several lead together), between (the ends of a scale), neither,
            practically the same, single or unknown.
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
    enough: ReplicationsNeeded | None = None,
    positions: BestPositions | None = None,
    between: Rules | None = None,
    contrasted: Sequence[Contrast] = (),
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
        contrasted: what changes from point to point, where points were written down one by one.
    """
    notice = notice_of(sweep)
    if found is None or rules is None:
        return MapVerdict(
            "single", None, notice, of_one(sweep), (*from_point_to_point(contrasted, sweep), NOT_A_FORECAST)
        )
    if not found.known.any():
        most = int(found.pairs.max(initial=0))
        reason = "one replication carries no interval" if most == 1 else "no point is known in all structures"
        headline = f"No verdict among {listing(list(found.structures))}: {reason}."
        return MapVerdict("unknown", None, notice, headline, (NOT_A_FORECAST,))
    varying = [f for f in sweep.factors if len(f.levels) > 1]
    kind, winner, headline = answer(found, rules, varying)
    if positions is not None:
        kind, winner, headline = on_a_scale(found, positions, kind, winner, headline)
    objections = objections_to(found, others)
    if kind in ("everywhere", "mostly", "partly") and objections:
        kind, headline = (
            "depends",
            f"It depends on what is asked: {headline[:-1]}, but {listing(objections)}.",
        )
        winner, objections = None, []
    said = [
        *from_point_to_point(contrasted, sweep),
        *rules_found(found, rules, kind),
        *between_two(found, between),
        *along_one_factor(found, varying, rules),
        *left_over(found),
        *average(sweep, found),
        *(as_sentence(o) for o in objections),
        *reports_alone(found, others),
        *best_position(positions),
        *losses_where_it_wins(sweep, found),
        *points_without_a_winner(found),
        *replications_needed(enough, bool(credited(found))),
        variance_from_seed(found),
        NOT_A_FORECAST,
    ]
    return MapVerdict(kind, winner, notice, headline, tuple(said))
