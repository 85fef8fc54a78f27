"""The state of one run: a table for each kind of agent, a column for each state variable.

Shapes: A places (one local authority each), I changes, B third-sector bodies, U sampled users, T months. A change ×
authority is a *cell*; its columns have shape (A, I). Row A of the parameter record and of `heads` stands for the centre.
A table is one structured array: a rule reads `authority.will` of one row, an analysis `places.will` of all of them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Stage(IntEnum):
    """How far a change has come in an authority."""

    NOT_STARTED, SEE, SPARK, SHAPE, SHIFT, ABANDONED = range(6)


class Kind(IntEnum):
    """Kinds of agents, and nobody where no holder has been drawn yet."""

    NOBODY, CENTRE, AUTHORITIES, THIRD_SECTOR, USERS = range(-1, 4)


class Gate(IntEnum):
    """What a change that has finished a stage waits for: nothing yet, the heads who decide, or decision points."""

    OPEN, QUEUED, PASSING = range(3)


class Cause(IntEnum):
    """Causes of lost benefit. The first `LEDGER` explain missing coverage; the rest are losses on delivered coverage."""

    NOT_STARTED, WAITING_ON_CLEARANCE, WAITING_ON_ATTENTION, WILL, ABILITY, CAPACITY = range(6)
    SWITCHING, POLICY_END, PARTICIPATION, REPORTING, PREVENTION = range(6, 11)
    WRONG_DESIGN, RELAPSE, BLAME = range(11, 14)
    NOT_A_PRIORITY, PRIORITY_CAPACITY, PRIORITY_ABILITY, PRIORITY_BLAME = range(14, 18)
    RITUAL_COMPLIANCE, NOT_TAKEN_UP, SPILLOVER_MISSING, DEVALUED_BY_DELAY, AHEAD = range(18, 23)


class Activity(IntEnum):
    """What hours are spent on."""

    USUAL_BUSINESS, CRISIS, POLICY_END, SWITCHING, REPORTING, MEETINGS = range(6)
    UPKEEP, DELIVERY, DESIGN, PARTICIPATION, SUPPORT, UNSPENT = range(6, 12)


class FocalOutput(IntEnum):
    """Outputs of the followed change each month, over all authorities.

    Coverage as reported, with fidelity and taken up, by people; and the share of authorities that signed its pledge.
    """

    NOMINAL, REAL, USED, SIGNED = range(4)


def names(codes: type[IntEnum]) -> tuple[str, ...]:
    """Names of codes as they stand in outputs, in their order."""
    return tuple(code.name.lower() for code in codes)


STAGES, CAUSES, ACTIVITIES, FOCAL_OUTPUTS = names(Stage), names(Cause), names(Activity), names(FocalOutput)
LEDGER = 18
"""The number of causes that have a ledger."""
FREE = 0
"""In the column `held`: no bar holds the change. Otherwise it has the cause, `NOT_A_PRIORITY` or later."""
CAPACITY_ROWS = 6
"""`CAPACITY` and the five causes that follow it share what staff time held back."""


WHOLE, REAL = np.int64, np.float64
CODE, MONTH, COUNT = np.int8, np.int16, np.int32


def layout(*columns: tuple[str, type]) -> np.dtype:
    """The layout of a row from the names and kinds of its columns.

    Made once, and of numpy's record type from the start: a layout made for every run would have to be hashed, field
    by field, each time a run enters its compiled months.
    """
    return np.dtype((np.record, list(columns)))


CHANGES = layout(
    ("arrival", WHOLE),  # month announced; negative if before the run
    ("duration", REAL),  # planned months to full coverage
    ("pace", REAL),  # share of the plan that is due each month: 1 / duration
    ("ambition", REAL),  # intended benefit per user a month
    ("target_share", REAL),  # share of a place's people whom it concerns
    ("radicalness", REAL),
    ("ambiguity", REAL),
    ("heterogeneity", REAL),
    ("spillover", REAL),
    ("visibility", REAL),
    ("conflict", REAL),
    ("urgency", REAL),
    ("personal_effort", REAL),  # how much the benefit depends on what each user decides and manages
    ("need_direction_1", REAL),  # direction of the change among needs, first component
    ("need_direction_2", REAL),  # and second
    ("need", REAL),  # right answer for the nation
    ("national_estimation_error", REAL),  # standardised national estimation error
    ("head_start", REAL),  # share of the planned path already gone, if begun before the run
    ("standard_is_stale", WHOLE),  # 1 when a design changed since compatibility was computed
    ("adopted", REAL),  # share of the nation that has it with fidelity
    ("peak_adoption", REAL),  # the most that share has been
    ("months_to_half", WHOLE),  # months from arrival until half of the nation has it with fidelity, or -1
    ("focal", WHOLE),  # 1 for the one change that a study follows, if there is one
)
"""Announced changes, in the order of their arrival. What is announced never depends on the table of rights."""

CALENDAR = layout(
    ("arrived", WHOLE),  # changes announced by this month
    ("announced", REAL),  # announcements in the twelve months up to this one
)
"""What each month brings from outside."""

PLACES = layout(
    ("population", REAL),
    ("weight", REAL),  # share of the nation's people
    ("deprived", REAL),  # standardised deprivation
    ("rural", REAL),  # standardised rurality
    ("will", REAL),
    ("baseline_will", REAL),  # will before peers speak
    ("will_offset", REAL),  # own difference from the mean will
    ("ability", REAL),
    ("ability_offset", REAL),  # own difference from the mean ability
    ("gained_ability", REAL),  # ability gained since the start
    ("capacity", REAL),  # staff time left once business as usual and crises are served
    ("capacity_offset", REAL),  # what was written through an agent
    ("crisis", REAL),  # share of staff hours in crises
    ("crisis_start", REAL),  # that share at the start, as a multiple of the mean
    ("delivered_share", REAL),  # delivered share of the benefit intended last month
    ("unkept_promise_share", REAL),  # share reported last month and not delivered
    ("imposed_share", REAL),  # share of changes under way that is imposed without voice
    ("coproduced_share", REAL),  # share of changes under way that is shaped here
    ("believed_ability", REAL),  # the centre's picture of the place's ability
    ("threshold", REAL),  # standardised pledge threshold
    ("intent", REAL),  # draw against the share of signatories who mean it
    ("signed", REAL),  # 1 if signed the pledge
    ("capacity_ratio", REAL),  # share of wanted hours that staff can give
    ("workload_ratio", REAL),  # hours wanted as a share of hours on offer
    ("worked", REAL),  # staff hours of work on change this month, per inhabitant
    ("workload", REAL),  # mean of that share over about a year
    ("funding_multiplier", REAL),  # multiple of the mean change money held for this place
    ("teams", REAL),  # share of hours at work on change that money for support teams bought
    ("co_design", REAL),  # share of users' time that discovery and co-design take
    ("meeting_hours", REAL),  # staff hours of this month's meetings at decision points
    ("brokered", REAL),  # hours that bodies have spent on brokering signals and not yet accounted for
    ("broker", REAL),  # readiness of third-sector bodies at work here
    ("support", REAL),  # hours a month that they bring
    ("trust", REAL),  # mean will of users
    ("user_ability", REAL),  # mean ability of users
    ("user_time", REAL),  # mean time of users
    # Means for which users' levels were last set; below 0 to have them set again.
    ("last_users_will", REAL),
    ("last_users_ability", REAL),
    ("last_users_time", REAL),
    ("first_user", WHOLE),
    ("last_user", WHOLE),  # one past the last
    ("first_tie", WHOLE),
    ("last_tie", WHOLE),  # one past the last
)
"""Local authorities and their places."""

TIES = layout(
    ("other", WHOLE),  # place at the other end
    ("weight", REAL),  # share of the place's attention; sums to 1 for each place
)
"""Lateral ties, built once from data; a table of rights changes what they carry, never whether they are there."""

LEVELS = (
    ("will", REAL),
    ("ability", REAL),
    ("capacity", REAL),
    ("will_offset", REAL),
    ("ability_offset", REAL),
    ("capacity_offset", REAL),
)
"""Will, ability and capacity of an agent, and its own differences from their means."""

BODIES = layout(
    ("home", WHOLE),
    ("second_home", WHOLE),  # second place of work, or -1
    *LEVELS,
)
"""Third-sector bodies."""

CENTRE_COLUMNS = layout(*LEVELS)
"""Central government, one row."""

HEADS = layout(
    ("issued", WHOLE),  # requests made so far
    ("served", WHOLE),  # requests decided so far
)
"""Queues of requests for decision: one row for each authority, the last for the centre."""

CELLS = layout(
    ("stage", CODE),
    ("gate", CODE),
    ("agenda_holder", CODE),
    ("design_holder", CODE),
    ("designed", CODE),  # 1 once a design is in use
    ("reviewed", CODE),  # 1 once the pilot has been judged
    ("redesigned", CODE),  # 1 once a stopped pilot has changed the design
    ("ledger_closed", MONTH),  # 1 while the ledger holds what slipped, and nothing else
    ("held", CODE),  # cause for which a pilot waits or coverage lapses at the bar, or FREE
    ("piloted", CODE),  # 1 once the fit of a completed pilot has been seen
    # Month in which whoever carries the change here leaves; 0 before it is drawn.
    ("carrier_leaves", MONTH),
    ("started", MONTH),  # month, or -1
    ("next_uptake_review", MONTH),  # month of the next review of uptake
    ("failed_attempts", COUNT),  # failed tries at the present point
    ("points", COUNT),  # decision points still to pass: vertical ones count thousands, horizontal units
    ("queue_ticket", COUNT),  # place in the queue of the heads who decide
    ("progress", REAL),  # within the stage; full at 1
    ("nominal", REAL),  # coverage as reported
    ("real_coverage", REAL),  # coverage with fidelity
    ("mean_delay_months", REAL),  # months behind plan, weighted by coverage
    ("time_pressure", REAL),  # pressure that discovery gave way to
    ("design_hours", REAL),  # staff hours of design and discovery, as last billed
    ("user_hours_cost", REAL),  # hours of users that discovery asks for, as last billed
    ("design_cost_outstanding", REAL),  # share of both that has yet to be spent
    ("interest", REAL),  # logarithm of the draw of the place's own interest
    ("resistance", REAL),  # where its bar lies around the mean, -1 to 1
    ("efficacy", REAL),  # how much abler the place is for this change than in general, standardised
    # What completed pilots, here and in tied places, have shown: good fits less bad ones.
    ("pilot_evidence", REAL),
    ("own_priority", REAL),  # priority without pressure on what is reported
    ("priority", REAL),
    ("bar", REAL),  # priority that it must reach
    ("fit", REAL),  # mean fit of the design to the place's users
    ("uptake", REAL),  # share of fitting benefit that users take up
    ("compatible", REAL),  # fit of the design to the nation's standard
    ("design", REAL),
)
"""Change × authority, shape (A, I). Short numbers keep a run's cells within the processor's nearest memory."""

ACCOUNT = layout(
    ("intended", REAL),  # benefit intended so far
    ("realised", REAL),  # benefit realised so far
)
"""What was intended and realised, by change × authority, shape (A, I)."""

MONTHS = layout(
    ("starts", REAL),
    ("stops", REAL),
    ("recovered", REAL),  # missing progress made up after it had opened, in benefit a month
    ("endowment", REAL),  # hours of authorities, bodies and change money
    ("nominal_coverage", REAL),  # mean over changes announced, weighted by people
    ("real_coverage", REAL),
)
"""What is written down of each month."""


def table(columns: np.dtype, *shape: int, **values: np.ndarray | float) -> np.recarray:
    """A table of rows with named columns; a column is `table.name`, a row's value `table[row].name`.

    Args:
        columns: layout of one row.
        shape: how many rows.
        values: what columns start with; the others start at 0.
    """
    rows = np.zeros(shape, columns)
    for name, value in values.items():
        rows[name] = value
    return rows.view(np.recarray)


class Users(NamedTuple):
    """Sampled users, ordered by place: a contiguous column for each variable, since there may be millions."""

    place: np.ndarray
    need_1: np.ndarray  # personal need, standardised, first component
    need_2: np.ndarray
    will: np.ndarray
    ability: np.ndarray
    capacity: np.ndarray
    will_offset: np.ndarray
    ability_offset: np.ndarray
    capacity_offset: np.ndarray
    initial_trust: np.ndarray  # trust before any experience
    ready: np.ndarray  # readiness to take up, ability aside
    fit: np.ndarray  # (I, U) how well the design in use fits the person


class Journal(NamedTuple):
    """What is written down each month; rules never read it."""

    months: np.recarray  # (T,) table of MONTHS
    intended: np.ndarray  # (T, A)
    realised: np.ndarray  # (T, A)
    nominal: np.ndarray  # (T, A) benefit if reports were true
    lost: np.ndarray  # (T, causes)
    stages: np.ndarray  # (T, stages) cells of announced changes
    readiness: np.ndarray  # (T, 4 kinds, 3: will, ability, capacity)
    hours: np.ndarray  # (T, activities)
    focal: np.ndarray  # (T, what is followed of the focal change)


class State(NamedTuple):
    """Everything that one run holds."""

    keys: np.ndarray  # one key for each stream of draws
    calendar: np.recarray  # (T,) table of CALENDAR
    changes: np.recarray  # (I,) table of CHANGES
    places: np.recarray  # (A,) table of PLACES
    reasons: np.ndarray  # (A, 6) how the lack of staff time is shared among its reasons
    ties: np.recarray  # table of TIES, in the order of places
    bodies: np.recarray  # (B,) table of BODIES
    users: Users
    centre: np.recarray  # (1,) table of CENTRE_COLUMNS
    heads: np.recarray  # (A + 1,) table of HEADS
    cells: np.recarray  # (A, I) table of CELLS
    ledger: np.ndarray  # (A, I, LEDGER) progress missing, by cause
    account: np.recarray  # (A, I) table of ACCOUNT
    lost: np.ndarray  # (A, I, causes) benefit lost so far, by cause
    journal: Journal
