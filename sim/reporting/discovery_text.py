"""Scenario discovery in words: where a condition holds, and how sure that is."""

from __future__ import annotations

from typing import Any

from sim.analysis.discovery import DiscoveredBox, Discovery, Restriction
from sim.analysis.sweep_data import Sweep, plain
from sim.formatting import counted, listing, number
from sim.reporting.wording import share

METHOD_NAMES = {"prim": "boxes (PRIM)", "tree": "a classification tree (CART)"}


def headline(found: Discovery) -> str:
    """The finding in one sentence."""
    holds = f"{found.condition.text} holds at {found.cases} of {counted(found.points, 'design point')}"
    if not found.boxes:
        return f"{holds}; no region is found: {found.why_not}."
    if not found.better_than_guessing:
        return f"{holds}; no region that was found is better than guessing."
    best = found.boxes[0]
    return f"{holds}, and at {share(best.density)} of those where {in_words(best)}."


def reasons(found: Discovery) -> list[str]:
    """What a reader should know beside the finding."""
    if not found.boxes:
        return []
    said = []
    for count, box in enumerate(found.boxes, start=1):
        said.append(
            f"Region {count}: {in_words(box)}. It holds {counted(box.points, 'point')}, {share(box.density)} of them with the "
            f"condition (density), and {share(box.coverage)} of all that have it (coverage)."
        )
    held = found.held_out
    if held is not None:
        verdict = "better than" if found.better_than_guessing else "no better than"
        said.append(
            f"On points that the regions were not made from, {share(held.density)} of those inside have the condition, against "
            f"{share(held.share)} of all: {verdict} guessing (Fisher's exact test, p = {probability(held.p)})."
        )
    weak = [
        restriction.factor.key
        for box in found.boxes[:1]
        for restriction in box.restrictions
        if restriction.reproduced < 0.5
    ]
    if weak:
        said.append(
            f"Less than half of the repetitions on half of the points restrict {listing(weak)} as well: take "
            f"{'it' if len(weak) == 1 else 'them'} as a hint."
        )
    said.append("A share of design points is a share of the settings that were tried, not a probability.")
    return said


def in_words(box: DiscoveredBox) -> str:
    """What a box asks for, as one phrase."""
    return listing([restriction_in_words(restriction) for restriction in box.restrictions])


def restriction_in_words(restriction: Restriction) -> str:
    """What a box asks of one factor."""
    factor = restriction.factor
    if not factor.numeric:
        return f"{factor.key} is {listing([str(value) for value in restriction.limits], 'or')}"
    low, high = restriction.limits
    lowest = factor.low if factor.low is not None else float(factor.values.min())
    highest = factor.high if factor.high is not None else float(factor.values.max())
    if low <= lowest:
        return f"{factor.key} is at most {plain(high)}"
    if high >= highest:
        return f"{factor.key} is at least {plain(low)}"
    return f"{factor.key} is between {plain(low)} and {plain(high)}"


def probability(p: float) -> str:
    """A p-value in two digits, or that it is very small."""
    return "below 0.0001" if p < 1e-4 else number(p, 4 if p < 0.01 else 2)


def paragraphs(found: Discovery) -> list[str]:
    """The finding and what to know beside it."""
    return [headline(found), *reasons(found)]


def as_json(found: Discovery, sweep: Sweep) -> dict[str, Any]:
    """The finding as one object; numbers are those of the analysis, not rounded."""
    held = found.held_out
    return {
        "where": found.condition.text,
        "method": found.method,
        "points": found.points,
        "positives": found.cases,
        "boxes": [
            {
                "limits": {r.factor.key: list(r.limits) for r in box.restrictions},
                "coverage": box.coverage,
                "density": box.density,
                "points": box.points,
                "quasi_p": {r.factor.key: r.p for r in box.restrictions},
                "reproduced": {r.factor.key: r.reproduced for r in box.restrictions},
            }
            for box in found.boxes
        ],
        "better_than_guessing": found.better_than_guessing,
        "held_out": None
        if held is None
        else {"coverage": held.coverage, "density": held.density, "share": held.share, "p": held.p},
        "trajectory": [
            {
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "restricted": len(box.limits),
            }
            for box in found.trajectory
        ],
        "why_not": found.why_not or None,
        "seed": sweep.plan["seed"],
    }
