"""What intervals allow one to say of three scenarios or more, read pair by pair and all together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from sim.analysis import Difference, difference
from sim.statistics import holm, interval
from sim.weighing import ALPHA, against, edge, level, matters, trifling
from sim.wording import listing

if TYPE_CHECKING:
    from sim.comparison import ScenarioRuns


def gap_differences(scenarios: Sequence[ScenarioRuns]) -> list[Difference]:
    """The paired differences in the gap of all pairs."""
    return [difference(a, b, "gap") for a, b in combinations(scenarios, 2)]


def told_apart(pairs: Sequence[Difference]) -> set[tuple[str, str]]:
    """Pairs (better, worse) told apart when all are read together, by Holm's correction, and not by a trifle."""
    together = zip(pairs, holm([d.p for d in pairs]), strict=True)
    clear = [d for d, p in together if p < ALPHA and d.clear and not trifling(d)]
    return {(d.a, d.b) if (d.mean or 0.0) < 0 else (d.b, d.a) for d in clear}


def rank(scenarios: Sequence[ScenarioRuns]) -> tuple[str, str | None, str, list[str]]:
    """Which of several scenarios closes most of the gap, if that can be said.

    Returns:
        Kind of answer, winner or None, headline, and the sentences behind it.
    """
    pairs = gap_differences(scenarios)
    names = [s.name for s in scenarios]
    known = [s for s in scenarios if interval(s.summaries["gap"])["mean"] is not None]
    if all(d.low is None for d in pairs):
        headline = (
            f"No verdict among {listing(names)}: no two of them share two replications with a known gap."
        )
        return "unknown", None, headline, []
    ranked = sorted(known, key=lambda s: interval(s.summaries["gap"])["mean"] or 0.0)
    ranking = (
        "From the smallest mean gap to the largest: "
        + "; ".join(f"{s.name} {level(s)}" for s in ranked)
        + "."
    )
    clear = told_apart(pairs)
    apart = (
        f"{len(clear)} of the {len(pairs)} pairs are told apart, with Holm's correction for reading {len(pairs)} at "
        f"once; differences within {matters()}, do not count."
    )
    reasons = [ranking, apart]
    if not clear and all(trifling(d) for d in pairs):
        headline = f"Neither of them: {listing(names)} are practically the same, within {matters()}."
        return "practically the same", None, headline, [ranking]
    if not clear:
        return "neither", None, f"None of {listing(names, 'or')} is shown to close more of the gap.", reasons
    best, others = ranked[0], ranked[1:]
    beaten = [s for s in others if (best.name, s.name) in clear]
    speaks_against = [f"{words} than in {s.name}" for s in beaten for words in against(best, s)]
    if speaks_against:
        headline = f"It depends: {best.name} has the smallest mean gap, but {listing(speaks_against)}."
        return "depends", None, headline, reasons
    if len(beaten) < len(others):
        level_with = [best.name, *(s.name for s in others if s not in beaten)]
        more = f" {best.name} closes more of it than {listing([s.name for s in beaten])}." if beaten else ""
        headline = (
            f"No single structure closes most of the gap: {listing(level_with)} are not told apart.{more}"
        )
        return "neither", None, headline, reasons
    by = edge(difference(best, others[0], "gap"))
    headline = (
        f"{best.name} closes more of the gap than each of the {len(others)} others; "
        f"than the next, {others[0].name}, by {by}."
    )
    return "better", best.name, headline, reasons
