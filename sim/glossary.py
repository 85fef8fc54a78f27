"""What outcomes, causes of loss, stages, activities and kinds of agents mean: one sentence each."""

from __future__ import annotations

OUTCOMES = {
    "gap": "Share of intended benefit that never reached anybody: 1 − realised / intended, over the whole run.",
    "nominal_gap": "The gap as reports tell it: 1 − reported / intended.",
    "rhetoric_reality": "Reported minus realised benefit, as a share of what was intended.",
    "worst_decile_gap": "Gap in the tenth of authorities where it is widest: the postcode lottery.",
    "months_to_half": (
        "Median months from announcement until half of the nation has a change as meant, of changes announced in the "
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

CAUSES = {
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
    "ritual_compliance": "It was reported and done in form, not as meant.",
    "not_taken_up": "Users could not or would not take it up.",
    "spillover_missing": "Others had not adopted a compatible design.",
    "devalued_by_delay": "It came, but late benefit is worth less.",
    "ahead": "Benefit ahead of plan: a gain, so it is negative.",
}

STAGES = {
    "not_started": "The change has been announced, and this place has not begun.",
    "see": "The need is recognised.",
    "spark": "There is commitment, and a design is sought.",
    "shape": "The design is installed, piloted and adapted.",
    "shift": "It is rolled out and sustained; only here does benefit arise.",
    "abandoned": "The place has given the change up.",
}

ACTIVITIES = {
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

KINDS = {
    "centre": "Central government: one agent; its capacity is attention.",
    "authorities": "The 32 local authorities; their capacity is staff time left after business as usual.",
    "third_sector": "Third-sector bodies; their capacity is funded staff time.",
    "users": "Service users; their will is trust, their capacity is time.",
}
