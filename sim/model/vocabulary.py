"""Names and meanings of outcomes, causes of loss, stages, activities and kinds of agents.

Also the names of all responses that an experiment can keep, each one number per run.
"""

from __future__ import annotations

import re

from sim.model.state import ACTIVITIES, CAUSES, FOCAL_OUTPUTS, STAGES

OUTCOME_MEANINGS = {
    "gap": "Share of intended benefit that never reached anybody: 1 − realised / intended, over the whole run.",
    "nominal_gap": "The gap as reports tell it: 1 − reported / intended.",
    "rhetoric_reality": "Reported minus realised benefit, as a share of what was intended.",
    "worst_decile_gap": "Gap in the tenth of authorities where it is widest: the postcode lottery.",
    "months_to_half": (
        "Median months from announcement until half of the nation has a change with fidelity, of changes announced in the "
        "first half of the run; unknown if most never got there."
    ),
    "recovered_later": "Share of missing coverage that was caught up on later.",
    "persistence": (
        "Of the most real coverage that each change ever reached, the share still there at the end of the run; of changes "
        "whose plan has ended."
    ),
    "gap_fifth_1": "Gap in the most deprived places, which hold a fifth of the people.",
    "gap_fifth_2": "Gap in the second most deprived fifth.",
    "gap_fifth_3": "Gap in the middle fifth by deprivation.",
    "gap_fifth_4": "Gap in the second least deprived fifth.",
    "gap_fifth_5": "Gap in the least deprived fifth.",
    "starts": "How many changes were started, counted in each place.",
    "stops": "How many changes were abandoned, counted in each place.",
}

CAUSE_MEANINGS = {
    "not_started": "The place had not begun, or never began.",
    "waiting_on_clearance": "A decision point or a partner still had to agree.",
    "waiting_on_attention": "The request lay in the queue of those who must decide.",
    "will": "Those who carry the change out lacked commitment.",
    "ability": "They lacked the skill to implement.",
    "capacity": "There were not staff hours enough, for no more special reason.",
    "switching": "Staff hours went to switching between too many concurrent changes.",
    "policy_end": "Staff hours went to announcing and planning beyond need.",
    "participation": "Staff hours went to co-design.",
    "reporting": "Staff hours went to reports upwards.",
    "prevention": "Staff hours went to crisis demand that grew since the start.",
    "wrong_design": "What was delivered did not fit the need, or had to be redesigned.",
    "relapse": "What had been reached slipped again.",
    "blame": "Fear of visible failure drew the pilot out.",
    "not_a_priority": "A pilot waited, or coverage lapsed, because neither own interest nor pressure made it a priority.",
    "priority_capacity": "The same, where a lighter workload alone would have lifted the hold.",
    "priority_ability": "The same, where full ability alone would have lifted the hold.",
    "priority_blame": "The same, where the absence of fear alone would have lifted the hold.",
    "ritual_compliance": "It was reported and done in form, not as intended.",
    "not_taken_up": "Users could not or would not take it up.",
    "spillover_missing": "Others had not adopted a compatible design.",
    "devalued_by_delay": "It came, but late benefit is worth less.",
    "ahead": "Benefit ahead of plan: a gain, so it is negative.",
}

STAGE_MEANINGS = {
    "not_started": "The change has been announced, and this place has not begun.",
    "see": "The need is recognised.",
    "spark": "There is commitment, and a design is sought.",
    "shape": "The design is installed, piloted and adapted.",
    "shift": "It is rolled out and sustained; only here does benefit arise.",
    "abandoned": "The place has given the change up.",
}

ACTIVITY_MEANINGS = {
    "usual_business": "Staff hours that business as usual takes.",
    "crisis": "Staff hours that crises take.",
    "policy_end": "Staff hours of announcing and planning beyond need.",
    "switching": "Staff hours lost between concurrent changes.",
    "reporting": "Staff hours of making reports look good.",
    "meetings": "Staff hours of tries at decision points, vertical and horizontal.",
    "upkeep": "Hours that delivered coverage and waiting pilots take to be sustained.",
    "delivery": "Hours of staff, bodies and money that carry changes out.",
    "design": "Hours of design and discovery, and of the signals that third-sector bodies bring.",
    "participation": "Staff hours of co-design.",
    "support": "Hours of implementation teams, bought with change money.",
    "unspent": "Hours on offer that nothing took; they are never carried over.",
}

KIND_MEANINGS = {
    "centre": "Central government: one agent; its capacity is attention.",
    "authorities": "The 32 local authorities; their capacity is staff time left after business as usual.",
    "third_sector": "Third-sector bodies; their capacity is funded staff time.",
    "users": "Service users; their will is trust, their capacity is time.",
}

FIFTHS = tuple(f"gap_fifth_{fifth}" for fifth in range(1, 6))
LOSSES = tuple(f"losses.{cause}" for cause in CAUSES)

DEFAULT_RESPONSES = (
    "gap", "nominal_gap", "rhetoric_reality", "worst_decile_gap", "months_to_half", "recovered_later", "persistence",
    *FIFTHS, *LOSSES,
)  # fmt: skip
"""What is kept when an experiment names none."""

RESPONSES = (
    *DEFAULT_RESPONSES,
    "starts",
    "stops",
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


OUTCOME_LABELS = {
    "gap": "gap",
    "nominal_gap": "gap as reported",
    "rhetoric_reality": "reported beyond real delivery",
    "worst_decile_gap": "gap in the worst-served tenth",
    "gap_fifth_1": "gap in the most deprived fifth",
    "gap_fifth_5": "gap in the least deprived fifth",
    "recovered_later": "share of missed progress made up later",
    "persistence": "share of peak delivery kept to the end",
    "months_to_half": "months to half delivery",
    "starts": "changes started",
    "stops": "changes stopped",
}

CAUSE_LABELS = {
    "not_started": "not started",
    "waiting_on_clearance": "waiting on clearance",
    "waiting_on_attention": "waiting on attention",
    "will": "will",
    "ability": "ability",
    "capacity": "capacity",
    "switching": "capacity lost to switching",
    "policy_end": "capacity lost to the policy end",
    "participation": "capacity lost to co-design",
    "reporting": "capacity lost to reporting",
    "prevention": "capacity lost to crisis demand",
    "wrong_design": "wrong design",
    "relapse": "relapse",
    "blame": "blame",
    "not_a_priority": "not a priority",
    "priority_capacity": "not a priority, for lack of staff",
    "priority_ability": "not a priority, for lack of ability",
    "priority_blame": "not a priority, for fear of blame",
    "ritual_compliance": "ritual compliance",
    "not_taken_up": "not taken up",
    "spillover_missing": "spillover missing",
    "devalued_by_delay": "devalued by delay",
    "ahead": "ahead of plan (a gain)",
}

STAGE_LABELS = {
    "not_started": "not started",
    "see": "see",
    "spark": "spark",
    "shape": "shape",
    "shift": "shift",
    "abandoned": "abandoned",
}

KIND_LABELS = {
    "centre": "Central government",
    "authorities": "Local authorities",
    "third_sector": "Third sector",
    "users": "Service users",
}

UNITS = {"months_to_half": " months", "starts": "", "stops": ""}
"""Units of outcomes that are not shares."""


def outcome_name(outcome: str) -> str:
    """The name of an outcome, or of a loss, in words."""
    if outcome.startswith("losses."):
        return "lost to " + cause_name(outcome.removeprefix("losses."))
    return OUTCOME_LABELS.get(outcome, outcome.replace("_", " "))


def cause_name(cause: str) -> str:
    """The name of a cause of loss in words."""
    return CAUSE_LABELS.get(cause, cause.replace("_", " "))
