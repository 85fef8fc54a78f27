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
from sim.reporting.comparison_sentences import Answer
from sim.reporting.sweep_text import conditions, evidence, headline
from sim.reporting.sweep_text.headline import HEADLINES


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
    notice = conditions.notice_of(sweep)
    from_points = evidence.from_point_to_point(contrasted, sweep)
    if found is None or rules is None:
        said = (*from_points, conditions.NOT_A_FORECAST)
        return MapVerdict("single", None, notice, headline.of_one(sweep), said)
    if not found.known.any():
        most = int(found.pairs.max(initial=0))
        reason = "one replication carries no interval" if most == 1 else "no point is known in all structures"
        unknown = HEADLINES["unknown"].format(names=listing(list(found.structures)), reason=reason)
        return MapVerdict("unknown", None, notice, unknown, (conditions.NOT_A_FORECAST,))
    varying = [f for f in sweep.factors if len(f.levels) > 1]
    given = headline.answer(found, rules, varying)
    if positions is not None:
        given = headline.on_a_scale(found, positions, given)
    objections = evidence.objections_to(found, others)
    if objections and given.kind in ("everywhere", "mostly", "partly"):
        asked = HEADLINES["asked"].format(answer=given.headline[:-1], objections=listing(objections))
        given, objections = Answer("depends", None, asked), []
    sentences = (
        *from_points,
        *conditions.rules_found(found, rules, given.kind),
        *conditions.between_two(found, between),
        *conditions.along_one_factor(found, varying, rules),
        *conditions.left_over(found),
        *evidence.average(sweep, found),
        *(conditions.as_sentence(o) for o in objections),
        *evidence.reports_alone(found, others),
        *conditions.best_position(positions),
        *evidence.losses_where_it_wins(sweep, found),
        *conditions.points_without_a_winner(found),
        *conditions.replications_needed(enough, bool(headline.credited(found))),
        conditions.variance_from_seed(found),
        conditions.NOT_A_FORECAST,
    )
    return MapVerdict(given.kind, given.winner, notice, given.headline, sentences)
