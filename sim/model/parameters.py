"""Every parameter of the model, declared once: meaning, unit, bounds, source, role.

Validation, the command line's help, errors, sliders, the reference pages and the compiled record all come from
these declarations. To add a parameter, add one line to the group it belongs to and read it in a submodel.

Roles: a *lever* is what somebody could decide, an *uncertainty* is what nobody knows well, *fixed* is set-up.
`live=True` means an intervention may change it in mid-run; otherwise a change needs a new run.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.config import JsonDict

from sim.model import aliases
from sim.model.decision_rights import STATUS_QUO

ASSUMED = "assumption; swept over its range"
ROUNDTABLE = "claim of a 2020 roundtable of Scottish public- and third-sector leaders; size assumed"

DEFAULT_SEED = 2026
MAX_SEED = 2**63 - 1
"""Random seed in a world unless given, and the largest that may be given."""

Role = Literal["lever", "uncertainty", "fixed"]


class Group(BaseModel):
    """A named set of parameters: unknown keys are refused, types are strict, values are frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def number(
    default: Any,
    low: float | None,
    high: float | None,
    unit: str,
    sentence: str,
    *,
    role: Role = "uncertainty",
    source: str = ASSUMED,
    live: bool = False,
    national: bool = False,
    judged: float | None = None,
) -> Any:
    """One declared number: what it means, where it may lie, who says so.

    Args:
        default: value used when nothing overrides it.
        low: smallest allowed value, inclusive; None if unbounded.
        high: largest allowed value, inclusive; None if unbounded.
        unit: what one unit of the value is.
        sentence: what the parameter means in the world.
        role: lever, uncertainty or fixed.
        source: where default and range come from.
        live: whether an intervention may change it in mid-run.
        national: whether it belongs to the nation alone, so that no intervention can set it for named places.
        judged: the default that was judged plausible before any fit, where a fit has moved it. Ranges lie around it, so
            that what may be found does not depend on what was found before.
    """
    extra: JsonDict = {
        "unit": unit, "role": role, "source": source, "live": live, "national": national, "judged": judged,
    }  # fmt: skip
    return Field(default, ge=low, le=high, description=sentence, json_schema_extra=extra)


def choice(
    default: str, sentence: str, *, role: Role = "uncertainty", source: str = ASSUMED, judged: str | None = None
) -> Any:
    """One declared choice between named forms of a rule; `judged` as in `number`."""
    extra: JsonDict = {"unit": "choice", "role": role, "source": source, "live": False, "judged": judged}
    return Field(default, description=sentence, json_schema_extra=extra)


class Population(Group):
    """Who is there."""

    months: int = number(120, 1, 12_000, "months", "How long a run lasts.", role="fixed", source="chosen: ten years, twice a parliament")
    places: str = Field(
        "scotland",
        description="Table of places: `scotland`, or the path of a CSV with the same columns.",
        json_schema_extra={"unit": "table", "role": "fixed", "source": "sim/data/README.md", "live": False},
    )
    users: int = number(
        3200, 1, 10_000_000, "users", "Sampled service users; each stands for population/users people.",
        role="fixed", source="chosen for speed; up to the whole population, 5,447,700 (National Records of Scotland, mid-2022)",
    )
    bodies: int = number(160, 0, 100_000, "bodies", "Third-sector bodies, each at home in one authority.", role="fixed", source="chosen: five to an authority")
    bodies_several: float = number(0.25, 0.0, 1.0, "share", "Share of third-sector bodies that work in a second, tied place as well.")
    mixing: Literal["neighbours", "complete"] = choice(
        "neighbours", "Whether places meet their neighbours and like places, or everyone meets everyone."
    )


class Changes(Group):
    """The stream of announced changes: the same in every power structure under the same seed."""

    arriving: int = number(24, 1, 1000, "changes", "Changes that arrive over the run, beyond those in progress at the start.", source="chosen: one every five months")
    in_progress: int = number(4, 0, 1000, "changes", "Changes already under way at month 0.")
    ambition: float = number(1.0, 0.01, 100.0, "benefit per user a month", "Intended benefit to each person a month when fully delivered.", role="lever")
    duration: float = number(
        36.0, 2.0, 240.0, "months", "Planned months from announcement to full coverage.",
        role="lever", source="exploration to full use takes two to four years (general knowledge, Fixsen et al. 2005)",
    )
    variety: float = number(0.5, 0.0, 1.0, "share", "How much changes differ among themselves around each of the values below (0: all alike).")
    radicalness: float = number(0.5, 0.0, 1.0, "degree", "How far a change departs from what is done now: more work, more to fear.", role="lever")
    ambiguity: float = number(1.0, 0.0, 5.0, "standard deviations of need", "How wrong the obvious answer tends to be.")
    heterogeneity: float = number(0.6, 0.0, 5.0, "units of need", "How much the right answer differs between places.")
    spillover: float = number(0.3, 0.0, 1.0, "share", "Share of the benefit that depends on others adopting a compatible design.")
    visibility: float = number(0.5, 0.0, 1.0, "degree", "How easily compliance can be seen from outside.")
    conflict: float = number(0.4, 0.0, 1.0, "degree", "How much interests are at odds over the change.")
    urgency: float = number(0.01, 0.0, 0.2, "per month", "Rate at which late benefit loses its worth.")
    personal_effort: float = number(0.5, 0.0, 1.0, "degree", "How much the benefit depends on what each user decides and manages: 0, it arrives once it is provided; 1, in full.")


class Design(Group):
    """Needs, designs, and how well one fits the other."""

    tolerance: float = number(0.94, 0.05, 10.0, "units of need", "How far a design may miss the need before half its worth is gone, roughly (tau).", judged=1.5)
    within: float = number(0.6, 0.0, 5.0, "units of need", "How much users' needs differ within a place.")
    signals: float = number(4.0, 0.0, 100.0, "signals", "Signals of need gathered for one design when nobody cuts discovery short.", role="lever", live=True)
    signal_noise: float = number(1.0, 0.01, 10.0, "units of need", "Standard deviation of one signal of need.")
    translation_error: float = number(0.5, 0.0, 5.0, "units of need", "How far what a place builds strays from the design it was given, under any table.")
    hours: float = number(900.0, 0.0, 100_000.0, "staff hours", "Staff hours that one design takes, whoever makes it.", source="assumption: half a person-year")
    signal_hours: float = number(20.0, 0.0, 10_000.0, "staff hours", "Staff hours to gather one signal of need.")
    signal_user_hours: float = number(10.0, 0.0, 10_000.0, "hours of users", "Hours of users that gathering one signal of need takes.")


class Work(Group):
    """How a change is carried through its stages."""

    start_chance: float = number(0.38, 0.0, 1.0, "per month", "Chance a month that a waiting change is started in a place, whoever holds the agenda.", judged=0.25)
    top_speed: float = number(2.7, 0.1, 10.0, "x plan", "Speed of a place with full will, ability and staff, as a multiple of the plan's.", judged=1.7)
    hours_per_person: float = number(0.071, 0.0, 10.0, "staff hours per person", "Staff hours that one change of middling radicalness takes, per inhabitant.", judged=0.045)
    load: float = number(1.0, 0.0, 10.0, "x", "How much work each change is, as a multiple of its reference hours.", role="lever", live=True)
    see: float = number(0.33, 0.01, 1.0, "relative length", "Planned length of *see*, relative to the other stages.", judged=0.25)
    spark: float = number(0.41, 0.01, 1.0, "relative length", "Planned length of *spark*, relative to the other stages.", judged=0.25)
    shape: float = number(0.27, 0.01, 1.0, "relative length", "Planned length of *shape*, relative to the other stages.", judged=0.3)
    shift: float = number(0.2, 0.01, 1.0, "relative length", "Planned length of *shift* up to full coverage, relative to the other stages.")
    form: Literal["product", "minimum", "geometric_mean"] = choice("product", "How will, ability and capacity combine into advance.")
    dynamics: Literal["work", "hazard"] = choice("work", "Whether a stage is work to be done, or ends with a constant chance a month.", role="fixed", source="chosen: only known answers need chance, and no set that history leaves has it")
    hazard: float = number(0.1, 0.0, 1.0, "per month", "Under `hazard`: chance a month to leave a stage with full will, ability and staff; *shape* is slower by `shape_slower`.", role="fixed", source="chosen: only with `dynamics: hazard`")
    shape_slower: float = number(1.0, 0.01, 1.0, "x", "Under `hazard`: the chance to leave *shape*, as a multiple of the others' chance.", role="fixed", source="chosen: only with `dynamics: hazard`")


class Money(Group):
    """Change money: pilots and scale-up are separate purses in every table."""

    pilot: float = number(0.25, 0.0, 1.0, "share of hours", "Share of a change's hours up to *shape* that the pilot purse can buy; unspent, it is lost.", role="lever", live=True)
    scale_up: float = number(0.15, 0.0, 1.0, "share of hours", "Share of a change's hours in *shift* that the scale-up purse can buy; unspent, it is lost.", role="lever", live=True)
    secure_months: float = number(24.0, 0.0, 240.0, "months", "How long after its announcement a change's money, and the centre's attention to it, are safe; later both last as the centre's will does.", role="lever", live=True)


class Centre(Group):
    """Central government."""

    will: float = number(0.5, 0.0, 1.0, "0 to 1", "Commitment of the centre to see changes through once they are begun.", live=True, national=True, judged=0.7)
    ability: float = number(0.6, 0.0, 1.0, "0 to 1", "Quality of the centre's design and delivery support.", live=True, national=True)
    capacity: float = number(0.6, 0.0, 1.0, "0 to 1", "Share of the centre's heads free to decide on changes.", live=True, national=True)
    vision: float = number(0.5, 0.0, 1.0, "degree", "How clear and compelling the stated aim is.", role="lever", live=True)


class Authorities(Group):
    """The local authorities."""

    will: float = number(0.36, 0.0, 1.0, "0 to 1", "Mean commitment of authorities to change.", live=True, judged=0.6)
    ability: float = number(0.7, 0.0, 1.0, "0 to 1", "Mean ability of authorities to carry change out.", live=True, judged=0.6)
    will_spread: float = number(0.12, 0.0, 0.5, "standard deviation", "How much commitment differs between authorities.")
    ability_spread: float = number(0.12, 0.0, 0.5, "standard deviation", "How much ability differs between authorities.")
    staff_hours: float = number(0.05, 0.0, 10.0, "staff hours per person a month", "Staff hours of the services concerned, per inhabitant.", role="lever", live=True)
    usual_business: float = number(0.5, 0.0, 1.0, "share", "Share of staff hours that business as usual takes.", role="lever", live=True)
    crisis_demand: float = number(0.15, 0.0, 1.0, "share", "Share of staff hours that crisis demand takes at the start.", live=True)
    crisis_by_deprivation: float = number(0.25, 0.0, 1.0, "per standard deviation", "How much more crisis demand a place one standard deviation more deprived has.")


class Bodies(Group):
    """Third-sector bodies."""

    will: float = number(0.75, 0.0, 1.0, "0 to 1", "Mean commitment of third-sector bodies to their mission.", live=True)
    ability: float = number(0.6, 0.0, 1.0, "0 to 1", "Mean ability of third-sector bodies to broker and to support delivery.", live=True)
    capacity: float = number(0.48, 0.0, 1.0, "0 to 1", "Mean share of third-sector staff time that is funded.", live=True, judged=0.5)
    spread: float = number(0.12, 0.0, 0.5, "standard deviation", "How much will, ability and capacity differ between bodies.")
    hours: float = number(0.01, 0.0, 10.0, "staff hours per person a month", "Third-sector staff hours per inhabitant, all bodies together.", role="lever", live=True, national=True)
    brokered: float = number(2.0, 0.0, 50.0, "signals", "Signals of local need that fully willing, able and funded bodies bring to one local design.")


class Users(Group):
    """Service users."""

    will: float = number(0.6, 0.0, 1.0, "0 to 1", "Mean trust: readiness to engage and to take up what is offered.", live=True)
    ability: float = number(0.6, 0.0, 1.0, "0 to 1", "Mean ability to navigate services and to speak for oneself.", live=True)
    capacity: float = number(0.6, 0.0, 1.0, "0 to 1", "Mean share of a user's spare time that could go to services.", live=True)
    spread: float = number(0.15, 0.0, 0.5, "standard deviation", "How much trust, ability and time differ between users.")
    by_deprivation: float = number(0.05, 0.0, 0.5, "per standard deviation", "How much lower ability and time lie in a place one standard deviation more deprived.")
    hours: float = number(20.0, 0.1, 500.0, "hours per person a month", "Spare time of a user, of which `users.capacity` could go to services.", role="fixed", source="assumption: five hours a week")
    time_needed: float = number(0.3, 0.01, 1.0, "share of time", "Time that taking up what is offered needs in full.")
    review_months: int = number(6, 1, 120, "months", "How often a user reconsiders whether to take a service up.")


class Hierarchy(Group):
    """What lies between the centre and the person served."""

    layers: float = number(4.5, 1.0, 10.0, "layers", "Layers a signal climbs from user to centre.", source="assumption: user, front line, manager, authority, directorate", live=True, judged=4.0)
    local_layers: float = number(1.0, 0.0, 10.0, "layers", "Layers a signal climbs from user to those who decide in the place.", live=True)
    central_grain: float = number(0.0, 0.0, 1.0, "share", "How much of the differences between places survives in the centre's aggregates.", role="lever", live=True)


class Attention(Group):
    """Heads who must decide."""

    authority: float = number(2.5, 0.01, 100.0, "decisions a month", "Decisions an authority's heads could handle a month if nothing else took their time.", live=True)
    free: float = number(0.23, 0.0, 1.0, "share", "Share of the time of an authority's heads that is free to decide on changes.", source="assumption: as for the centre", live=True, judged=0.6)
    meeting_hours: float = number(30.0, 0.0, 10_000.0, "staff hours", "Staff hours that one try at a decision point, vertical or horizontal, takes in its place.", source="assumption: a dozen people, a meeting and its papers", live=True)
    ratio: float = number(16.0, 1.0, 32.0, "x", "The centre's heads, as a multiple of one authority's.", source="nobody has counted: the middle of 1 (one head each) to 32 (as many as all authorities together)", live=True, national=True)


class Response(Group):
    """How fast people change their minds."""

    speed: float = number(0.1, 0.0, 1.0, "per month", "Share of the way to its new level that will or trust goes in a month.")


class Pledge(Group):
    """A mutual, public pledge (concordat). Without an intervention that opens it, there is none."""

    open: float = number(0.0, 0.0, 1.0, "0 or 1", "Whether a pledge is open for signing and in force.", role="lever", live=True)
    threshold: float = number(0.21, -1.0, 2.0, "share of tied places", "Mean share of tied places that must have signed before a place signs.", judged=0.25)
    threshold_spread: float = number(0.27, 0.0, 1.0, "standard deviation", "How much that share differs between places.", judged=0.2)
    cost: float = number(0.5, 0.0, 1.0, "degree", "What reneging costs a signatory.", role="lever", live=True)
    monitoring: float = number(0.5, 0.0, 1.0, "degree", "How surely reneging is noticed.", role="lever", live=True)
    money: float = number(0.0, 0.0, 1.0, "share of hours", "Share of a change's hours that pledge money buys a signatory.", role="lever", live=True)
    signing: float = number(0.19, 0.0, 1.0, "chance a month", "Chance a month that a place signs once its threshold is met.", judged=0.12)
    intent: float = number(0.5, 0.0, 1.0, "share", "Share of signatories who mean it; the others report it.")


class Focal(Group):
    """One change of its own beside the stream: the one that a study follows. By default there is none.

    Its kind is given as it is, without variety. When there is one, a pledge is about it and about nothing else.
    """

    arrival: int = number(-1, -1, 12_000, "month", "Month in which the change is announced; -1: there is no such change.", role="fixed", source="chosen")
    duration: float = number(36.0, 2.0, 240.0, "months", "Planned months from its announcement to full coverage.", role="lever")
    radicalness: float = number(0.5, 0.0, 1.0, "degree", "How far it departs from what is done now.", role="lever")
    ambiguity: float = number(1.0, 0.0, 5.0, "standard deviations of need", "How wrong the obvious answer tends to be.")
    heterogeneity: float = number(0.6, 0.0, 5.0, "units of need", "How much the right answer differs between places.")
    spillover: float = number(0.3, 0.0, 1.0, "share", "Share of its benefit that depends on others adopting a compatible design.")
    visibility: float = number(0.5, 0.0, 1.0, "degree", "How easily compliance can be seen from outside.", live=True, national=True)
    conflict: float = number(0.4, 0.0, 1.0, "degree", "How much interests are at odds over it.")
    urgency: float = number(0.01, 0.0, 0.2, "per month", "Rate at which late benefit loses its worth.", live=True, national=True)
    personal_effort: float = number(0.5, 0.0, 1.0, "degree", "How much its benefit depends on what each user decides and manages.")
    users: float = number(1.0, 0.001, 1.0, "share", "Share of the people of every place whom it concerns; benefit and hours are theirs alone.")
    stage: int = number(0, 0, 4, "stage", "Stage at which a place begins it, as soon as it is announced: 1 see, 2 spark, 3 shape, 4 shift; 0: the place begins as any other change is begun.", live=True)
    coverage: float = number(0.0, 0.0, 1.0, "share", "Coverage that a place begins with where it begins with *shift*.", live=True)
    duty: float = number(0.0, 0.0, 1.0, "will", "Effort that a law demands, whoever judges; 0: there is no law.", role="lever", live=True)
    due: int = number(-1, -1, 12_000, "month", "Month of the dated target; -1: it has no date.", role="lever", live=True, national=True)
    pilot: float = number(0.0, 0.0, 1.0, "share of hours", "Share of its hours up to *shift* that money of its own can buy.", role="lever", live=True)
    scale_up: float = number(0.0, 0.0, 1.0, "share of hours", "Share of its hours in *shift* that money of its own can buy.", role="lever", live=True)
    ring_fenced: float = number(0.0, 0.0, 1.0, "share", "Share of all money for it that does not fade.", role="lever", live=True)
    waived: float = number(0.0, 0.0, 1.0, "share", "Share of requests and decision points on its way that are waived.", role="lever", live=True)
    closed: float = number(0.0, 0.0, 1.0, "share", "Share of those who would not take it up for whom the old way is shut.", role="lever", live=True)
    ready: float = number(0.0, 0.0, 0.95, "share", "Share of the work still to be done that infrastructure standing ready has already done.", role="lever", live=True)


class Pace(Group):
    """Pressure to be seen moving."""

    pressure: float = number(0.5, 0.0, 1.0, "degree", "Pressure to be seen moving quickly.", role="lever", live=True)
    protected: float = number(0.0, 0.0, 1.0, "share", "Share of discovery time that the agenda holder protects.", role="lever", live=True)
    broken: float = number(0.3, 0.0, 1.0, "chance", "Chance that granted protection is broken; a willing centre breaks it less.")


class Reference(Group):
    """Reference magnitudes: what a mechanism does at strength 1, the upper end of evidence or judgement."""

    local_need_share: float = number(1.0, 0.0, 1.0, "share", "Share of what a local holder learned of its place's difference that enters the design.")
    information_noise: float = number(0.5, 0.0, 5.0, "x per layer", "Variance that each layer adds to a signal, as a multiple of the signal's own.")
    information_delay: float = number(0.75, 0.0, 12.0, "months per layer", "Months that each layer adds to seeing a need.", source=ROUNDTABLE)
    information_blur: float = number(0.05, 0.0, 0.5, "ability per layer", "Standard deviation that each layer adds to the centre's picture of a place's ability.")
    information_optimism: float = number(0.05, 0.0, 0.5, "share per layer", "Share of what is wrong that each layer leaves out of a report.")
    reactance_will: float = number(0.5, 0.0, 1.0, "share of will", "Will lost by a place where all is imposed, without voice, under full conflict.", source="autonomy correlates .28 with performance (Cerasoli et al. 2016, excerpt seen); upper end assumed")
    reactance_conflict: float = number(0.5, 0.0, 1.0, "share", "Share of the loss of will that is there only under conflict.")
    ownership_will: float = number(0.3, 0.0, 1.0, "share of missing will", "Missing will restored in a place where users and deliverers shape everything together.", source="participation helps a little, significantly (Wagner 1994, excerpt seen); size assumed")
    clearance_points: float = number(1.0, 0.0, 100.0, "points per layer", "Vertical decision points that each layer adds at each of two gates where the centre holds all.", source="assumption; many more in Pressman and Wildavsky 1973", judged=0.75)
    clearance_chance: float = number(0.76, 0.0, 1.0, "per try", "Chance that one try at a decision point succeeds.", source="Pressman and Wildavsky 1973 show .80 to .99", judged=0.8)
    clearance_tries: int = number(5, 1, 1000, "tries", "Failed tries at one point after which the change is abandoned.", judged=6)
    clearance_conflict: float = number(0.25, 0.0, 1.0, "share", "How much of each chance full conflict takes away.", judged=0.4)
    partnership_points: int = number(3, 0, 100, "partners", "Horizontal partners who must agree at each gate where power is shared most evenly.")
    partnership_chance: float = number(0.94, 0.0, 1.0, "per try", "Chance that one try at agreement succeeds.", judged=0.7)
    overload_switching: float = number(0.03, 0.0, 0.2, "share per change", "Staff time lost to switching for each concurrent change beyond the first.", source="no data behind it: sweep from 0")
    overload_planning: float = number(0.35, 0.0, 1.0, "share of hours", "Free staff hours drawn to announcing and planning when announcements come at the reference rate.", source=ROUNDTABLE)
    overload_rate: float = number(3.0, 0.1, 50.0, "announcements a year", "Announcements a year at which that share is reached.")
    overload_room: float = number(1.0, 0.1, 5.0, "x capacity", "Workload above which the bar rises for a change that a place chooses itself.")
    gaming_reports: float = number(0.27, 0.0, 1.0, "share", "Over-reporting under full judgement by reports.", source="19 to 21 points under heavy targets, 96 % reported against 77 % (Bevan and Hood 2006, excerpt seen)", judged=0.25)
    gaming_hours: float = number(0.15, 0.0, 1.0, "share of hours", "Free staff hours spent on reports under full judgement by reports.")
    blame_delay: float = number(0.5, 0.0, 1.0, "share of speed", "Speed of piloting lost out of the same fear.", source=ROUNDTABLE)
    peer_copy: float = number(0.8, 0.0, 1.0, "share", "How closely a local holder copies the best design that tied places have shown to work.")
    peer_ability: float = number(0.03, 0.0, 0.5, "per month", "Share of the lead of abler tied places that a place makes up in a month.")
    peer_starts: float = number(0.4, 0.0, 10.0, "per month", "What full adoption among tied places adds to the chance to start.", source="imitation .38 a year is typical of goods (Bass 1969); faster for tied organisations assumed")
    citizen_personal: float = number(0.6, 0.0, 1.0, "share", "Share of personal differences in need that services meet when users hold all information.")
    citizen_layers: float = number(0.8, 0.0, 1.0, "share", "Share of the layers that information held by users passes by.")
    expertise_variance: float = number(0.6, 0.0, 1.0, "share", "Share of the variance of a signal that a fully able central designer avoids.")
    equalising_money: float = number(0.9, 0.0, 1.0, "share of money", "How strongly a national holder of money tilts it towards the least able places.")
    equalising_spread: float = number(0.5, 0.0, 3.0, "x", "How much wider than its base value the spread of ability is at full strength.")
    mandate_floor: float = number(0.7, 0.0, 1.0, "will", "Effort that compulsion can hold everybody to.")
    mandate_target: float = number(0.5, 0.0, 3.0, "share of speed", "Speed gained in the last year before a dated target.")
    spillover_starts: float = number(0.6, 0.0, 1.0, "share", "How much a local holder who counts only its own benefit holds back starts, and effort in *see* and *spark*, per share of spillover.")
    participation_hours: float = number(0.6, 0.0, 5.0, "share of hours", "Staff hours that full co-design adds, as a share of the change's own.", source=ROUNDTABLE)
    participation_time: float = number(0.025, 0.0, 1.0, "share of time", "Users' time that full co-design takes for each change at work on its design or pilot.", source="assumption: an eighth of their time in all at the five changes that a place of the status quo designs or pilots at once")
    support_money: float = number(0.2, 0.0, 1.0, "share of money", "Share of change money spent on implementation teams.")
    support_ability: float = number(0.05, 0.0, 0.5, "per month", "Missing ability that fully able teams make up in a month where change money buys all of the hours at work.")
    practice_gain: float = number(0.012, 0.0, 0.5, "per month", "Missing ability made up by a month of full work on change.")
    practice_turnover: float = number(0.02, 0.0, 0.5, "per month", "Gained ability lost a month as staff leave.", source="turnover shows after about two years and peaks at four (a 2018 agent-based model, excerpt seen)")
    evidence_peers: float = number(0.3, 0.0, 1.0, "susceptibility", "Weight of others' will in one's own (Friedkin-Johnsen).")
    evidence_self: float = number(0.5, 0.0, 1.0, "share", "Weight of its own present will in what a place hears; the rest is the voices of those who judge it, share by share.")
    evidence_results: float = number(0.3, 0.0, 1.0, "share of missing will", "Missing will restored by fully visible results.")
    evidence_vision: float = number(0.2, 0.0, 1.0, "share of missing will", "Missing will restored by a compelling vision backed by many data and by engagement.", source=ROUNDTABLE)
    evidence_promises: float = number(0.5, 0.0, 1.0, "share of trust", "Trust lost when all that is promised stays away.")
    pace_discovery: float = number(0.8, 0.0, 1.0, "share", "Share of signals left out under full pressure.", source=ROUNDTABLE)
    pace_speed: float = number(0.5, 0.0, 2.0, "share of speed", "Speed gained in *see* and *spark* under full pressure.")
    pace_unready: float = number(0.44, 0.0, 1.0, "share of coverage", "Coverage done badly when a change is launched unready under full pressure.", source=ROUNDTABLE, judged=0.3)
    fail_fast_fit: float = number(0.6, 0.0, 1.0, "fit", "Fit below which a pilot is stopped.")
    fail_fast_signals: float = number(6.0, 0.0, 100.0, "signals", "What a stopped pilot teaches, in signals of need.")
    relapse_rate: float = number(0.04, 0.0, 1.0, "per month", "Coverage that slips a month where neither will nor money holds it.", source="full relapse in about five years after a dated target ended (Scottish class sizes 2010-2015)")
    prevention_growth: float = number(0.03, 0.0, 0.5, "per year", "Growth of crisis demand a year, as a share of itself.")
    prevention_relief: float = number(0.6, 0.0, 1.0, "share", "Crisis demand avoided when all intended benefit arrives.")
    uptake_burden: float = number(0.8, 0.0, 1.0, "degree", "How much taking up needs ability where users had no hand in design.")
    scale_up_interest: float = number(0.25, 0.05, 1.0, "share of will", "Mean interest of a place in one change, as a share of its will.")
    scale_up_pull: float = number(0.5, 0.0, 1.0, "share", "Share of its chance to start a change that a place without interest loses where it decides itself.")
    scale_up_bar: float = number(0.43, 0.0, 1.0, "priority", "Priority that a pilot needs to be scaled up, and coverage to be sustained, in a place at ease.", judged=0.3)
    scale_up_try: float = number(0.85, 0.0, 1.0, "x bar", "Priority that a design needs to be piloted at all, as a multiple of the bar for scale-up.", judged=0.5)
    scale_up_spread: float = number(0.25, 0.0, 1.0, "share", "How far the bar of one change in one place lies above or below the mean at most.")
    scale_up_load: float = number(0.5, 0.0, 1.0, "share", "Share of the bar that goes with the workload of the last year, and that money lifts.")
    scale_up_ability: float = number(0.5, 0.0, 2.0, "share of bar", "How much higher the bar is for a place without any ability.", source="efficacy beside commitment (Weiner 2009, general knowledge); size assumed")
    scale_up_efficacy: float = number(0.15, 0.0, 0.5, "standard deviation", "How much a place's ability for one change differs from its ability in general, at the bar.")
    scale_up_earmark: float = number(0.5, 0.0, 1.0, "pressure", "Pressure of scale-up money that the centre holds and that buys all of a change's hours.")
    scale_up_carriers: float = number(0.015, 0.0, 0.5, "per month", "Chance a month that whoever carries a change in a place leaves; the interest is then drawn again.", source="turnover of champions; size assumed")
    mandate_pressure: float = number(0.6, 0.0, 1.0, "pressure", "Pressure of those who judge, where all are fully committed, see everything and attend to nothing else.")
    mandate_span: float = number(10.0, 0.5, 100.0, "changes", "Changes that a centre with all its heads free can press at once without thinning its pressure.", source="attention is scarce (Jones and Baumgartner 2005, general knowledge); size assumed")
    mandate_unseen: float = number(0.5, 0.0, 1.0, "share", "Share of a law's pressure that is lost where compliance cannot be seen at all.")
    blame_bar: float = number(1.0, 0.0, 5.0, "share of bar", "How much higher the bar is for a wholly radical and visible change before a centre that punishes failure.", source=ROUNDTABLE)
    evidence_pilot: float = number(0.3, 0.0, 1.0, "share", "Interest gained, or lost, where a completed pilot fits everybody, or nobody.")
    urgency_pressure: float = number(20.0, 0.0, 200.0, "months", "Pressure of need at the bar, per monthly rate at which late benefit loses its worth.", source="problems that force themselves on an agenda (Kingdon; Birkland on focusing events; general knowledge); size assumed")
    decoupling_share: float = number(0.9, 0.0, 1.0, "share", "Share of coverage without any priority of its own that is symbolic where nothing can be seen.", source="policies decoupled from practice (Meyer and Rowan 1977, general knowledge); size assumed")
    hidden_upkeep: float = number(0.1, 0.0, 1.0, "share of hours", "Hours a month that full coverage, or a waiting pilot, takes for ever, as a share of the change's planned hours a month.")
    hidden_overhead: float = number(20.0, 0.0, 1000.0, "staff hours", "Hours a month that every active change takes in a place of any size.", source="assumption: an eighth of a person who coordinates")
    hidden_optimism: float = number(0.5, 0.0, 3.0, "share of hours", "Hours that a change takes beyond its plan.", source="overruns of 20 to 45 % in transport projects (Flyvbjerg et al. 2003, general knowledge)")
    hidden_staff: float = number(0.045, 0.001, 1.0, "staff hours per person a month", "Staff hours per inhabitant that business as usual and crisis demand are shares of, however many there are.", source="the declared staff hours, before a fit moved it: where it is the staff there are, the rule changes nothing", judged=0.05)
    hidden_learning: float = number(0.0175, 0.001, 1.0, "staff hours per person a month", "Staff hours of work on change a month, per inhabitant, at which practice teaches most.", source="assumption: all hours that are left at the start")
    uptake_eased: float = number(0.7, 0.0, 1.0, "share", "Share of that burden lifted where users design.")
    adaptation_rate: float = number(0.02, 0.0, 0.5, "per month", "Share of a design's remaining error that a month of full real coverage corrects.")


def strength(sentence: str, *, default: float = 0.5, on_trial: bool = False) -> Any:
    """The strength of one mechanism: 0 off, 1 the upper end of what evidence or judgement supports.

    It is .5 unless a fit has moved it. One that is on trial is off unless somebody sets it, so that it can be looked at before
    any answer rests on it.
    """
    source = "on trial: off unless it is set" if on_trial else "0 switches it off exactly; .5 is the neutral middle of the range"
    judged = 0.0 if on_trial else 0.5
    return number(
        0.0 if on_trial else default, 0.0, 1.0, "strength", sentence, source=source, live=True, judged=judged
    )


class Mechanisms(Group):
    """One strength for each mechanism; each multiplies its reference magnitudes."""

    local_need: float = strength("Right answers differ between places; a central design is uniform unless its information is fine-grained.")
    information_loss: float = strength("Each layer a signal climbs adds noise and delay.")
    reactance: float = strength("Being told lowers will, less so with voice; conflict sharpens it.")
    ownership: float = strength("Having shaped a change raises will to deliver it.")
    clearance: float = strength("Vertical decision points must each be passed; after too many failed tries the change is dropped.", default=0.13)
    partnership: float = strength("Horizontal partners must agree; evenly shared power needs most of them.", default=0.4)
    attention: float = strength("Requests queue for the heads who must decide.")
    overload: float = strength("Switching between concurrent changes takes staff time, and announcements draw hours to planning; what a place chooses itself needs room.")
    gaming: float = strength("Judged on reports, people raise the reports and leave real work to do so.", default=0.36)
    blame: float = strength("Failure before a visible centre is punished: slow pilots, wrong designs kept, a higher bar.")
    peer_learning: float = strength("Places copy what worked nearby; ability and starts spread along ties.")
    citizen_data: float = strength("Information that travels with the person joins services up and lets design serve the person.")
    design_economies: float = strength("A design costs its hours once centrally, and once in every place locally.")
    central_expertise: float = strength("The centre's designers err less than a council's.")
    uneven_ability: float = strength("Places differ in ability; a national holder of money can equalise.")
    mandate: float = strength("Effort can be compelled; that it is done as intended only where it is visible.", default=0.32)
    spillover: float = strength("My benefit rises with others' compatible adoption; local holders count only their own.")
    participation_cost: float = strength("Co-design takes users' and deliverers' hours.")
    urgency: float = strength("Late benefit is worth less, and need presses.")
    programme_support: float = strength("Implementation teams raise local ability, paid from the same money.")
    practice: float = strength("Ability grows by doing and decays as staff leave.")
    evidence: float = strength("Visible results, a clear vision and peers move will; broken promises lower trust.")
    pace: float = strength("Pressure cuts discovery short and launches unready; protected time can be granted, and broken.", default=0.29)
    fail_fast: float = strength("A pilot that shows a bad fit is stopped and redesigned with what it taught.")
    concordat: float = strength("A mutual, public pledge binds those who sign it.")
    relapse: float = strength("Coverage slips when money, mandate or will ends.")
    prevention: float = strength("Benefit lowers crisis demand, which otherwise grows.")
    uptake: float = strength("Benefit needs users willing and able to take it up.", default=0.63)
    scale_up: float = strength("A pilot is scaled up, and coverage sustained, only where own interest or pressure makes it a priority.", default=0.8)
    decoupling: float = strength("Coverage rolled out under pressure on reports is symbolic where it cannot be seen and nobody there wants it.")
    hidden_work: float = strength("Upkeep, overheads and optimism take hours that no plan shows; usual business and crises take theirs however many staff there are.", default=0.52)
    adaptation: float = strength("While a change is rolled out or sustained, the holder of its design corrects it by what delivery shows.")


MECHANISM_NAMES = tuple(Mechanisms.model_fields)
STABLE = tuple(name for name, field in Mechanisms.model_fields.items() if field.default > 0.0)
"""Mechanisms that answers rest on by default; any other is on trial."""


ROW_SUM_TOLERANCE = 1e-9


def _share(who: str) -> Any:
    return number(0.0, 0.0, 1.0, "share", f"Share of this right held by {who}.", role="lever", live=True)


class Row(Group):
    """One row of the table of decision rights: its shares sum to 1."""

    @model_validator(mode="after")
    def _sums_to_one(self) -> Row:
        total = math.fsum(getattr(self, name) for name in type(self).model_fields)
        if abs(total - 1.0) > ROW_SUM_TOLERANCE:
            raise ValueError(f"the row must sum to 1, not {total:.6g}")
        return self


class Shares(Row):
    """Who holds one right."""

    centre: float = _share("central government")
    authorities: float = _share("the local authorities")
    third_sector: float = _share("third-sector bodies")
    users: float = _share("service users")


class JudgedOn(Row):
    """What those who judge look at."""

    reports: float = number(0.0, 0.0, 1.0, "share", "Weight of what is reported.", role="lever", live=True)
    outcomes: float = number(0.0, 0.0, 1.0, "share", "Weight of what reaches users.", role="lever", live=True)
    learning: float = number(0.0, 0.0, 1.0, "share", "Weight of what was learned.", role="lever", live=True)


def _row(name: str, sentence: str) -> Any:
    kind = JudgedOn if name == "judged_on" else Shares
    extra: JsonDict = {"unit": "shares", "role": "lever", "source": "the status quo is an assumption", "live": True}
    return Field(kind(**STATUS_QUO[name]), description=sentence, json_schema_extra=extra)


class Power(Group):
    """Where power resides: one table of decision rights. Each row sums to 1."""

    distribution: float | None = number(
        None, 0.0, 1.0, "0 hierarchy, 1 distributed", "When given, every row that is not set explicitly lies between `hierarchy` and `distributed`.",
        role="lever", live=True,
    )
    agenda: Shares = _row("agenda", "Which change starts here, and when.")
    design: Shares = _row("design", "Who designs it for this place.")
    resource: Shares = _row("resource", "Who holds the change money.")
    accountability: Shares = _row("accountability", "Who judges.")
    judged_on: JudgedOn = _row("judged_on", "What those who judge look at.")
    information: Shares = _row("information", "Who keeps which part of the data on users' needs.")


REPORTED = ("nominal_gap", "nominal_coverage")
"""What decision makers see: outcomes as they are reported."""


class When(Group):
    """What must be seen for an intervention to begin, in place of a month."""

    model_config = ConfigDict(populate_by_name=True)

    outcome: Literal["nominal_gap", "nominal_coverage", "gap", "real_coverage"] = Field(
        description="What is watched: the gap or coverage as reported, or, with `real`, as it is."
    )
    above: float | None = Field(None, description="The outcome must be above this number.")
    below: float | None = Field(None, description="The outcome must be below this number.")
    after: int = Field(0, ge=0, description="First month in which the intervention can begin.")
    months: int = Field(1, ge=1, alias="for", description="For how many months in a row it must have been so.")
    over: int = Field(12, ge=1, description="Over how many months a gap is taken.")
    places: Literal["each"] | list[str] | None = Field(
        None, description="Where: the nation when left out, some places together, or `each` place by itself."
    )
    repeat: bool = Field(False, description="Whether it can begin again after it has ended.")
    real: bool = Field(False, description="Whether decision makers see what is so, not what is reported.")


class Intervention(Group):
    """A change of one parameter from a month on, or when something is seen, everywhere or in named places."""

    month: int | None = Field(
        None, ge=0, description="Month from which the new value holds; 0 is the first month."
    )
    when: When | None = Field(None, description="What must be seen for it to begin, in place of a month.")
    key: str = Field(description="The parameter, as in `power.agenda` or `mechanisms.pace`; it must be live.")
    value: Any = Field(description="The new value; a whole row for a row of the power table.")
    places: list[str] | None = Field(None, description="Names or codes of the places; everywhere when left out.")
    until: int | None = Field(
        None, description="Month from which what would hold without it holds again; to the end of the run when left out."
    )
    lasts: int | None = Field(
        None, ge=1, description="How many months it holds, of one that waits for what is seen; to the end when left out."
    )

    @model_validator(mode="before")
    @classmethod
    def _as_named_now(cls, given: Any) -> Any:
        key = given.get("key") if isinstance(given, dict) else None
        if not isinstance(key, str) or key not in aliases.RENAMED:
            return given
        return {**given, "key": aliases.current_key(key), "value": aliases.value(key, given.get("value"))}

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Dated ones are written as they always were, since the identity of kept sweeps rests on it."""
        absent = ("when", "lasts") if self.when is None else ("month", "until")
        return {name: value for name, value in written(self).items() if name not in absent}


class Parameters(Group):
    """All parameters of one run."""

    population: Population = Population()
    changes: Changes = Changes()
    design: Design = Design()
    work: Work = Work()
    money: Money = Money()
    centre: Centre = Centre()
    authorities: Authorities = Authorities()
    bodies: Bodies = Bodies()
    users: Users = Users()
    hierarchy: Hierarchy = Hierarchy()
    attention: Attention = Attention()
    response: Response = Response()
    pledge: Pledge = Pledge()
    focal: Focal = Focal()
    pace: Pace = Pace()
    power: Power = Power()
    mechanisms: Mechanisms = Mechanisms()
    reference: Reference = Reference()
    interventions: tuple[Intervention, ...] = Field((), description="Dated changes of parameters.")

    @field_validator("interventions", mode="before")
    @classmethod
    def _list_is_fine(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        told_apart: dict[str, aliases.Written] = {}
        for dated in value:
            if not isinstance(dated, dict) or not isinstance(dated.get("key"), str):
                continue
            same_time = told_apart.setdefault(repr((dated.get("month"), dated.get("places"))), aliases.Written())
            key = dated["key"]
            _, _, wrong = same_time.note(key, aliases.value(key, dated.get("value")))
            if wrong:
                raise ValueError(f"{wrong} in month {dated.get('month')}")
        return tuple(value)
