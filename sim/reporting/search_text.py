"""What a search found, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.analysis.search.choice import Chosen
from sim.analysis.search.run import Front, SearchResult, archive_columns
from sim.experiments.crossing import Objective
from sim.formatting import counted, listing, number, percent, points
from sim.model.vocabulary import UNITS, outcome_name
from sim.reporting.discovery_text import in_words

MEASURES = {
    "mean_variance": "mean and spread",
    "regret": "regret",
    "satisfied": "how often it is good enough",
}
AGREE = 0.8


def policies_in_words(count: int) -> str:
    """A number of policies."""
    return f"{count} {'policy' if count == 1 else 'policies'}"


def title_of(objective: Objective) -> str:
    """What an objective is called."""
    names = [outcome_name(name) for name in objective.outcomes]
    said = names[0] if len(names) == 1 else f"{names[0]} minus {names[1]}"
    over = {"mean": "", "worst_tenth": ", worst tenth of futures", "p90": ", 90th percentile of futures"}
    return said + over[objective.over]


def value_of(objective: Objective, value: float) -> str:
    """An objective as people write it: a share in percent."""
    if objective.maximise:
        value = -value
    return percent(value) if objective.outcomes[0] not in UNITS else number(value)


def headline(result: SearchResult) -> str:
    """The finding in one sentence."""
    front = result.front
    if front is None:
        return "No policy could be evaluated, or none keeps within the limits: there is no front."
    first = result.crossing.objectives[0]
    best, worst = front.fresh[:, 0].min(), front.fresh[:, 0].max()
    return (
        f"{policies_in_words(len(front.variables))} trade off against each other; in futures that "
        f"no generation met, {title_of(first)} goes from {value_of(first, best)} to {value_of(first, worst)} among them."
    )


def reasons(result: SearchResult, chosen: Sequence[Chosen], pairs: tuple[int, int]) -> list[str]:
    """What a reader should know beside the headline, and what the search could not separate."""
    front = result.front
    if front is None:
        return []
    said = [_searched(result)]
    first = result.crossing.objectives[0]
    shift = float(np.mean(front.fresh[:, 0] - front.searched[:, 0]))
    if first.outcomes[0] not in UNITS:
        direction = "worse" if shift > 0 else "better"
        said.append(
            f"On fresh futures the policies are {points(abs(shift))} points {direction} on average than in the futures they "
            "were chosen in: only the fresh numbers are reported."
        )
    said += [policy_in_words(front, one, first) for one in chosen]
    said.append(_agreement(front))
    together, of = pairs
    if of:
        said.append(
            f"What the search could not separate: {together} of {of} pairs of these policies do not differ significantly on "
            f"{title_of(first)} over the fresh futures. Differences below {value_of(first, first.epsilon)} were not looked for."
        )
    if front.left_out:
        said.append(
            f"{front.left_out} more {'policy' if front.left_out == 1 else 'policies'} of the archive lie between these and "
            "were not run again."
        )
    said.append(
        "This is what the model gives under the futures tried; it is not a forecast, and no policy is recommended."
    )
    return said


def _searched(result: SearchResult) -> str:
    seeds = len({step.seed for step in result.steps})
    ended = "until nothing more was found" if result.stalled else "until the evaluations asked for were spent"
    volumes = [
        max(s.hypervolume for s in result.steps if s.seed == seed)
        for seed in sorted({s.seed for s in result.steps})
    ]
    reached = listing([number(v, 3) for v in volumes])
    return (
        f"{policies_in_words(result.evaluations)} were evaluated from {counted(seeds, 'seed')}, {ended}. "
        f"The seeds reached hypervolumes of {reached}; values far from each other would mean that more evaluations are needed."
    )


def policy_in_words(front: Front, one: Chosen, first: Objective) -> str:
    """A chosen policy: what it is best at, and where it fails."""
    measures = front.robustness
    mean = value_of(first, float(measures.mean[one.policy]))
    said = (
        f"Policy {one.policy + 1} {one.because}: {title_of(first)} {mean} on average. "
        f"It is worse than {value_of(first, one.limit)} in {percent(one.failing, 0)} of fresh futures"
    )
    if one.fails.better_than_guessing:
        return f"{said}, above all where {in_words(one.fails.boxes[0])}."
    return f"{said}; no region of futures explains better than a guess where."


def _agreement(front: Front) -> str:
    """Whether the measures of robustness rank the policies alike."""
    low = [pair for pair, tau in front.robustness.agreement.items() if np.isfinite(tau) and tau < AGREE]
    if not low:
        return "The measures of robustness rank the policies alike (Kendall's tau at least 0.8 for every pair of measures)."
    pairs = listing(
        [
            f"{MEASURES[a]} and {MEASURES[b]} (tau {number(front.robustness.agreement[a, b], 2)})"
            for a, b in low
        ]
    )
    return f"The measures of robustness do not rank the policies alike: {pairs}. Which policy is robust depends on the measure."


def as_json(result: SearchResult, chosen: Sequence[Chosen], about: Mapping[str, Any]) -> dict[str, Any]:
    """What was found as one object."""
    front = result.front
    columns = {} if front is None else archive_columns(front, result.crossing.objectives)
    rows = [
        {name: _plain(values[place]) for name, values in columns.items()}
        for place in range(0 if front is None else len(front.variables))
    ]
    return {
        **about,
        "evaluations": result.evaluations,
        "stalled": result.stalled,
        "hypervolume": {str(s.seed): s.hypervolume for s in result.steps},
        "policies": rows,
        "agreement": {}
        if front is None
        else {f"{a}, {b}": _plain(tau) for (a, b), tau in front.robustness.agreement.items()},
        "chosen": [
            {
                "policy": one.policy,
                "because": one.because,
                "fails_above": one.limit,
                "failing": one.failing,
                "where": [
                    {r.factor.key: list(r.limits) for r in box.restrictions} for box in one.fails.boxes
                ],
                "better_than_guessing": one.fails.better_than_guessing,
            }
            for one in chosen
        ],
        "folder": str(result.folder),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
