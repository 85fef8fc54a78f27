"""Names and meanings of outcomes, causes of loss, stages, activities and kinds of agents.

Also the names of all responses that an experiment can keep, each one number per run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sim.model.state import ACTIVITIES, CAUSES, FOCAL_OUTPUTS, STAGES


class Term(NamedTuple):
    """What a name in an output is called in a sentence or on a chart, and what it means.

    Attributes:
        label: what it is called.
        meaning: one sentence.
        unit: unit of an outcome that is not a share, as it follows a number; None of all else.
    """

    label: str
    meaning: str
    unit: str | None = None


OUTCOMES = {
    "gap": Term(
        "gap",
        "Share of intended benefit that never reached anybody: 1 − realised / intended, over the whole run.",
    ),
    "nominal_gap": Term("gap as reported", "The gap in the reports: 1 − reported / intended."),
    "rhetoric_reality": Term(
        "reported beyond real delivery", "Reported minus realised benefit, as a share of what was intended."
    ),
    "worst_decile_gap": Term(
        "gap in the worst-served tenth",
        "Gap in the tenth of authorities where it is widest: the postcode lottery.",
    ),
    "months_to_half": Term(
        "months to half delivery",
        "Median months from announcement until half of the nation has a change with fidelity, of "
        "changes announced in the first half of the run; unknown if most never get there.",
        unit=" months",
    ),
    "recovered_later": Term(
        "share of missed progress made up later", "Share of missing coverage that was caught up on later."
    ),
    "persistence": Term(
        "share of peak delivery kept to the end",
        "Of the most real coverage that each change ever reached, the share still there at the end of "
        "the run; of changes whose plan has ended.",
    ),
    "gap_fifth_1": Term(
        "gap in the most deprived fifth", "Gap in the most deprived places, which hold a fifth of the people."
    ),
    "gap_fifth_2": Term("gap in the second most deprived fifth", "Gap in the second most deprived fifth."),
    "gap_fifth_3": Term("gap in the middle fifth by deprivation", "Gap in the middle fifth by deprivation."),
    "gap_fifth_4": Term("gap in the second least deprived fifth", "Gap in the second least deprived fifth."),
    "gap_fifth_5": Term("gap in the least deprived fifth", "Gap in the least deprived fifth."),
    "starts": Term("changes started", "How many changes were started, counted in each place.", unit=""),
    "stops": Term("changes stopped", "How many changes were abandoned, counted in each place.", unit=""),
    "hours_offered": Term(
        "hours offered",
        "Hours of staff, third-sector bodies and change money on offer, per 1,000 inhabitants a month.",
        unit=" hours",
    ),
    "hours_spent": Term(
        "hours spent",
        "Of the hours offered, those that something took, per 1,000 inhabitants a month.",
        unit=" hours",
    ),
}

CAUSES_OF_LOSS = {
    "not_started": Term("not started", "The authority had not begun, or never began."),
    "waiting_on_clearance": Term(
        "waiting for agreement", "A decision point or a partner still had to agree."
    ),
    "waiting_on_attention": Term(
        "waiting for a decision", "The request was in the queue of those who must decide."
    ),
    "will": Term("lack of will", "Those who carry the change out lacked commitment."),
    "ability": Term("lack of ability", "They lacked the skill to implement."),
    "capacity": Term("lack of staff time", "There were too few staff hours, for no more special reason."),
    "switching": Term(
        "switching between changes", "Staff hours went to switching between too many concurrent changes."
    ),
    "policy_end": Term("planning beyond need", "Staff hours went to announcing and planning beyond need."),
    "participation": Term("co-design work", "Staff hours went to co-design."),
    "reporting": Term("reporting work", "Staff hours went to reports upwards."),
    "prevention": Term("crisis demand", "Staff hours went to crisis demand that grew since the start."),
    "wrong_design": Term(
        "unsuitable design", "What was delivered did not fit the need, or had to be redesigned."
    ),
    "relapse": Term("relapse", "Coverage that had been reached slipped."),
    "blame": Term("fear of blame", "Fear of visible failure made the pilot longer."),
    "not_a_priority": Term(
        "low priority",
        "A pilot waited, or coverage lapsed, because neither own interest nor pressure made it a priority.",
    ),
    "priority_capacity": Term(
        "low priority for lack of staff",
        "The same, where a lighter workload alone would have removed the hold.",
    ),
    "priority_ability": Term(
        "low priority for lack of ability", "The same, where full ability alone would have removed the hold."
    ),
    "priority_blame": Term(
        "low priority for fear of blame",
        "The same, where the absence of fear alone would have removed the hold.",
    ),
    "ritual_compliance": Term("symbolic compliance", "It was reported and done in form, not as intended."),
    "not_taken_up": Term("low uptake", "Users could not take it up, or did not want to."),
    "spillover_missing": Term("missing adoption elsewhere", "Others had not adopted a compatible design."),
    "devalued_by_delay": Term("delay", "It came, but late benefit is worth less."),
    "ahead": Term("ahead of plan (a gain)", "Benefit ahead of plan: a gain, so it is negative."),
}

STAGE_TERMS = {
    "not_started": Term("not started", "The change has been announced, and this place has not begun."),
    "see": Term("see", "The need is recognised."),
    "spark": Term("spark", "There is commitment, and a design is sought."),
    "shape": Term("shape", "The design is installed, piloted and adapted."),
    "shift": Term("shift", "It is rolled out and sustained; only here does benefit arise."),
    "abandoned": Term("abandoned", "The place has given the change up."),
}

KIND_TERMS = {
    "centre": Term("Central government", "Central government: one agent; its capacity is attention."),
    "authorities": Term(
        "Local authorities",
        "The 32 local authorities; their capacity is staff time left after business as usual.",
    ),
    "third_sector": Term("Third sector", "Third-sector bodies; their capacity is funded staff time."),
    "users": Term("Service users", "Service users; their will is trust, their capacity is time."),
}

ACTIVITY_TERMS = {
    "usual_business": Term("usual business", "Staff hours that business as usual takes."),
    "crisis": Term("crisis", "Staff hours that crises take."),
    "policy_end": Term("policy end", "Staff hours of announcing and planning beyond need."),
    "switching": Term("switching", "Staff hours lost between concurrent changes."),
    "reporting": Term("reporting", "Staff hours of making reports look good."),
    "meetings": Term("meetings", "Staff hours of tries at decision points, vertical and horizontal."),
    "upkeep": Term("upkeep", "Hours that delivered coverage and waiting pilots take to be sustained."),
    "delivery": Term("delivery", "Hours of staff, bodies and money that carry changes out."),
    "design": Term(
        "design", "Hours of design and discovery, and of the signals that third-sector bodies bring."
    ),
    "participation": Term("participation", "Staff hours of co-design."),
    "support": Term("support", "Hours of implementation teams, bought with change money."),
    "unspent": Term("unspent", "Hours on offer that nothing took; they are never carried over."),
}


def labels(terms: Mapping[str, Term]) -> dict[str, str]:
    """Labels by name."""
    return {name: term.label for name, term in terms.items()}


TERMS: Mapping[str, Mapping[str, Term]] = {
    "outcome": OUTCOMES,
    "cause of loss": CAUSES_OF_LOSS,
    "stage": STAGE_TERMS,
    "activity": ACTIVITY_TERMS,
    "kind of agent": KIND_TERMS,
}
"""All names in outputs, by what sort of thing they stand for."""

OUTCOME_LABELS, CAUSE_LABELS = labels(OUTCOMES), labels(CAUSES_OF_LOSS)
STAGE_LABELS, KIND_LABELS = labels(STAGE_TERMS), labels(KIND_TERMS)
UNITS = {name: term.unit for name, term in OUTCOMES.items() if term.unit is not None}
"""Units of outcomes that are not shares."""

LOSSES = tuple(f"losses.{cause}" for cause in CAUSES)
ON_REQUEST = ("starts", "stops", "hours_offered", "hours_spent")
"""Outcomes that are no headlines: they are kept only when they are named."""

DEFAULT_RESPONSES = (*(name for name in OUTCOMES if name not in ON_REQUEST), *LOSSES)
"""What is kept when an experiment names none."""

RESPONSES = (
    *DEFAULT_RESPONSES,
    *ON_REQUEST,
    *(f"stage.{stage}" for stage in STAGES),
    *(f"hours.{activity}" for activity in ACTIVITIES),
)
"""All there are: what `sim.model.outcomes.summary` gives of a run."""


FOCAL_RESPONSE = re.compile(rf"focal\.({'|'.join(FOCAL_OUTPUTS)})\.(\d{{1,5}})")
"""A name such as `focal.real.36`: what had become of the focal change by the end of month 36, counted from 0."""


def focal_response(name: str) -> tuple[int, int] | None:
    """Position in `FOCAL_OUTPUTS` and month of a response about the focal change; None for any other name."""
    found = FOCAL_RESPONSE.fullmatch(name)
    return (FOCAL_OUTPUTS.index(found[1]), int(found[2])) if found else None


WINDOW_RESPONSE = re.compile(rf"stage\.({'|'.join(STAGES)})\.(\d{{1,5}})-(\d{{1,5}})")
"""A name such as `stage.shift.36-84`: share of announced changes x places in *shift* in months 36 to 84, counted from 1."""


def window_response(name: str) -> tuple[int, int, int] | None:
    """Position in `STAGES`, first and last month of a response about a stage in some months; None for any other name."""
    found = WINDOW_RESPONSE.fullmatch(name)
    if found is None or not 1 <= int(found[2]) <= int(found[3]):
        return None
    return STAGES.index(found[1]), int(found[2]), int(found[3])


def matching_responses(pattern: str) -> tuple[str, ...]:
    """The responses that a name means; `losses.*` means all that begin so. Empty when nothing bears it."""
    if focal_response(pattern) is not None or window_response(pattern) is not None:
        return (pattern,)
    if pattern.endswith(".*"):
        return tuple(name for name in RESPONSES if name.startswith(pattern[:-1]))
    return (pattern,) if pattern in RESPONSES else ()


def outcome_name(outcome: str) -> str:
    """The name of an outcome, or of a loss, in words."""
    if outcome.startswith("losses."):
        return "loss to " + cause_name(outcome.removeprefix("losses."))
    return OUTCOME_LABELS.get(outcome, outcome.replace("_", " "))


def cause_name(cause: str) -> str:
    """The name of a cause of loss in words."""
    return CAUSE_LABELS.get(cause, cause.replace("_", " "))
