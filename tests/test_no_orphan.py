"""No parameter and no column is there for nothing: moving any of them moves some outcome."""

import ast
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import worlds

import sim.model.schedule
from sim.model.decision_rights import ROWS, columns
from sim.model.parameters import MECHANISM_NAMES, STABLE
from sim.model.schedule import begin, simulate
from sim.model.schema import declarations, experimental, reference_magnitudes

SEEDS = (3, 4, 5, 6)

RICH = {
    "population.months": 60,
    "population.users": 60,
    "population.bodies": 12,
    "changes.arriving": 10,
    "changes.in_progress": 4,
    "authorities.will": 0.65,
    "changes.spillover": 0.5,
    "work.load": 2.0,
    "pledge.open": 1.0,
    "pledge.threshold": 0.0,
    "pledge.money": 0.2,
    "pace.protected": 0.5,
    "hierarchy.central_grain": 0.3,
    "money.secure_months": 6.0,
}
"""A world in which everything is at work: all mechanisms on, staff short, a pledge open, protection granted."""
HALF = dict.fromkeys(STABLE, 0.5)
ON_TRIAL = {name: 1.0 for name in MECHANISM_NAMES if name not in STABLE}
"""Off unless they are set: what a mechanism on trial scales moves nothing without it."""


BESIDE = {"decoupling": {"scale_up": 1.0, "mandate": 1.0}}
"""Mechanisms that another needs to act at all."""


FOLLOWED = {"focal.arrival": 5, "focal.duration": 24.0, "focal.due": 40, "focal.duty": 0.3}
"""A change of its own, announced early and under a law."""

COMPANIONS = {
    "work.hazard": {"work.dynamics": "hazard"},
    "work.shape_slower": {"work.dynamics": "hazard", "work.hazard": 0.5},
    "work.top_speed": {"work.load": 0.3},
    "reference.peer_copy": {"reference.scale_up_bar": 0.0},
    "attention.ratio": {"attention.ratio": 4.0, "attention.authority": 0.3},
    **{d.key: FOLLOWED for d in declarations().values() if d.group == "focal"},
    "focal.arrival": {},
    "focal.personal_effort": {**FOLLOWED, "focal.stage": 4, "focal.coverage": 0.2},
    "focal.coverage": {**FOLLOWED, "focal.stage": 4},
    "focal.closed": {**FOLLOWED, "focal.stage": 4, "focal.coverage": 0.2},
    "focal.scale_up": {**FOLLOWED, "focal.stage": 4, "focal.coverage": 0.2},
    "reference.mandate_unseen": {**FOLLOWED, "focal.stage": 3, "reference.scale_up_bar": 0.6},
    "reference.scale_up_try": {"reference.scale_up_bar": 0.9},
}
"""What must hold for a parameter to have a say at all."""
LARGEST = {
    "population.months": 72,
    "population.users": 120,
    "population.bodies": 40,
    "changes.arriving": 40,
    "changes.in_progress": 20,
}
"""Ends that would make a test slow are brought nearer."""
SMALLEST = {"population.users": 6}


OUTCOMES = ("journal.", "lost", "account")
"""All that outcomes are read from: the journal, and the account of each cell."""


def shapes_and_bytes(run):
    """The columns that outcomes are read from."""
    return [
        (name, column.shape, column.tobytes())
        for name, column in worlds.tables(run.state)
        if name.startswith(OUTCOMES)
    ]


def moves(settings, delta, strengths, seeds=SEEDS):
    """Whether an outcome moves in one of a handful of worlds."""
    return any(
        shapes_and_bytes(simulate(worlds.parameters(settings, mechanisms=strengths), seed))
        != shapes_and_bytes(simulate(worlds.parameters(settings, delta, mechanisms=strengths), seed))
        for seed in seeds
    )


def ends():
    for declared in declarations().values():
        if not declared.numeric or declared.key == "population.places":
            continue
        if declared.group == "mechanisms" or declared.key.count(".") == 2:
            continue  # strengths and shares have tests of their own below
        if declared.choices:
            options = declared.choices
        else:
            options = (SMALLEST.get(declared.key, declared.low), LARGEST.get(declared.key, declared.high))
        base = {**RICH, **COMPANIONS.get(declared.key, {})}
        for end in options:
            if end is not None and end != base.get(declared.key, declared.default):
                yield declared.key, declared.kind(end) if declared.kind is int else end


@pytest.mark.parametrize(("key", "end"), list(ends()))
def test_every_parameter_changes_an_outcome_at_each_end_of_its_bounds(six_places, key, end):
    settings = {**RICH, **COMPANIONS.get(key, {}), "population.places": six_places}
    also = ON_TRIAL if key in experimental() else {}
    assert moves(settings, {key: end}, HALF | also) or moves(settings, {key: end}, worlds.ON | also)


@pytest.mark.parametrize(("row", "who"), [(row, who) for row in ROWS for who in columns(row)])
def test_every_share_of_the_table_changes_an_outcome(six_places, row, who):
    settings = {**RICH, "population.places": six_places}
    alone = {name: float(name == who) for name in columns(row)}
    assert moves(settings, {f"power.{row}": alone}, HALF)


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_every_mechanism_changes_an_outcome_alone(six_places, mechanism):
    """From its very first stroke: nothing rounds a small strength away."""
    settings = {**RICH, "population.places": six_places}
    alone = worlds.OFF | BESIDE.get(mechanism, {}) | {mechanism: 0.0}
    assert any(
        shapes_and_bytes(simulate(worlds.parameters(settings, mechanisms=alone), seed))
        != shapes_and_bytes(simulate(worlds.parameters(settings, mechanisms=alone | {mechanism: 0.5}), seed))
        for seed in SEEDS
    )


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_half_a_strength_is_neither_none_nor_all(six_places, mechanism):
    settings = {**RICH, "population.places": six_places, "population.users": 120}
    half, full = (
        simulate(
            worlds.parameters(settings, mechanisms=worlds.OFF | BESIDE.get(mechanism, {}) | {mechanism: s}), 3
        )
        for s in (0.5, 1.0)
    )
    assert shapes_and_bytes(half) != shapes_and_bytes(full)


READ_BY_ANOTHER = {"reference.clearance_conflict": "partners who must agree are at odds as well"}
"""Reference magnitudes that a second mechanism reads."""


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_a_mechanism_that_is_off_is_off_exactly_whatever_else_is_on(six_places, mechanism):
    """Its magnitudes may be anything: no outcome moves, not even by a bit."""
    settings = {**RICH, "population.places": six_places}
    others = worlds.ON | {mechanism: 0.0}
    for declared in reference_magnitudes(mechanism):
        if declared.key in READ_BY_ANOTHER:
            continue
        for end in (declared.low, declared.high):
            delta = {declared.key: declared.kind(end)}
            assert not moves(settings, delta, others, SEEDS[:1]), declared.key


def test_every_declared_number_is_read_by_a_rule():
    """A record field that no rule names is an orphan, whatever the outcomes say."""
    rules = "\n".join(p.read_text(encoding="utf-8") for p in Path(sim.__file__).parent.rglob("*.py"))
    unread = [
        d.key
        for d in declarations().values()
        if d.numeric and d.key not in ("power.distribution", "population.places")
        and f".{d.field}" not in rules
        and f".{d.key.rpartition('.')[2]}" not in rules
        and f'"{d.key.rpartition(".")[2]}"' not in rules
    ]  # fmt: skip
    assert not unread


# Columns. Each is moved before each of the processes of one month in mid-run, and something else must notice.

PROCESSES = (
    "update_focal_change", "start_changes", "design_changes", "adapt_designs", "clear_changes", "update_pledges",
    "set_priorities", "allocate_capacity", "advance_implementation", "deliver_benefit", "update_centre_beliefs",
    "update_authorities", "update_centre", "update_bodies", "update_users", "record_month",
)  # fmt: skip
MONTHS = (0, 1, 2, *range(6, 46, 3))

UNREAD = {
    "users.place": "a label: rules find a place's users by first_user and last_user",
    "account.intended": "the account of a cell, read by outcomes and by the proofs of conservation",
    "account.realised": "the account of a cell, read by outcomes and by the proofs of conservation",
    "lost": "the account of a cell, read by outcomes",
    "cells.bar": "an outcome: what the priority of a change must reach",
    "changes.peak_adoption": "an outcome: how far the nation has had it",
    "changes.months_to_half": "an outcome: the month in which half of the nation was reached",
    "places.last_users_will": "says when users' trust must be set again; setting it again twice gives the same",
    "places.last_users_ability": "says when users' ability must be set again; setting it again twice gives the same",
    "places.last_users_time": "says when users' time must be set again; setting it again twice gives the same",
}
"""Columns that move nothing but themselves, and why they are there."""
WITHIN = ("places.imposed_share", "places.coproduced_share", "places.support", "places.crisis")
"""Columns that are written afresh and read by rules inside one process: nothing between processes can move them."""


def test_the_schedule_has_the_processes_that_columns_are_moved_between():
    called = [name for name in sim.model.schedule.step_month.py_func.__code__.co_names if name in PROCESSES]
    assert called == list(PROCESSES)


WORLDS = (
    {"attention.authority": 4.0, "work.load": 1.0, "reference.fail_fast_fit": 1.0},
    {
        "attention.authority": 4.0,
        "work.load": 5.0,
        "reference.clearance_chance": 0.4,
        "reference.clearance_tries": 2,
    },
    {"attention.authority": 0.6, "attention.ratio": 2.0, "changes.in_progress": 10},
    {"attention.authority": 4.0, **FOLLOWED, "focal.ready": 0.5},
    {
        "attention.authority": 4.0,
        "mechanisms": {"scale_up": 1.0, "decoupling": 1.0, "hidden_work": 1.0},
        "reference.scale_up_bar": 0.5,
        "reference.mandate_span": 2.0,
    },
)
"""One in which changes move on, one short of staff, one that waits for heads to decide, one with a focal change, one with
a high bar in full force."""


@pytest.fixture(scope="module")
def mid_runs(six_places):
    """Rich worlds at several months, all mechanisms on."""
    found = []
    for world in WORLDS:
        settings = {**RICH, "population.places": six_places, "population.bodies_several": 0.5, **world}
        settings["design.signal_hours"] = 60.0
        tried = settings.pop("mechanisms", {})
        run = begin(worlds.parameters(settings, mechanisms=HALF | tried), 8)
        for month in MONTHS:
            run.advance(month - run.month)
            found.append(worlds.copied(run))
    return found


def moved(column):
    """Other values of the same kind, within what rules may index by: those of other rows, or flags turned over."""
    rolled = column
    for axis in range(column.ndim):
        if np.array_equal(rolled, column):
            rolled = np.roll(column, 1, axis=axis)
    if column.dtype.kind == "f":
        return rolled * 0.5 + 0.02
    if np.array_equal(rolled, column) and np.all((column == 0) | (column == 1)):
        return 1 - column
    return rolled


def live_one_month(run, before, column, monkeypatch):
    """Live one month by the model's own schedule, moving a column before one of its processes."""

    def wrapped(process, name, *arguments):
        if name == before:
            column[...] = moved(column)
        process(*arguments)

    with monkeypatch.context() as patch:
        for name in PROCESSES:
            patch.setattr(sim.model.schedule, name, partial(wrapped, getattr(sim.model.schedule, name), name))
        sim.model.schedule.reassign_rights(run.month, run.values, run.state)
        sim.model.schedule.step_month.py_func(run.month, run.values, run.state)
    run.month += 1


PLAIN = {}
"""By the identity of a run: the run, and what it comes to when nothing is moved, which is the same for all columns."""


def lived_plainly(mid_run, monkeypatch):
    if id(mid_run) not in PLAIN:
        plain = worlds.copied(mid_run)
        live_one_month(plain, "", np.zeros(1), monkeypatch)
        plain.advance(12)
        PLAIN[id(mid_run)] = mid_run, plain
    return PLAIN[id(mid_run)][1]


def noticed(mid_run, name, before, monkeypatch):
    """Names of other columns that differ later because one was moved before a process."""
    plain, other = lived_plainly(mid_run, monkeypatch), worlds.copied(mid_run)
    live_one_month(other, before, dict(worlds.tables(other.state))[name], monkeypatch)
    other.advance(12)
    return worlds.differing(plain.state, other.state) - {name}


COLUMNS = [
    name
    for name, _ in worlds.tables(begin(worlds.parameters({}), 1).state)
    if not name.startswith("journal.")
]


@pytest.mark.parametrize(
    "name",
    [
        # What is known to be unread has no first sign to stop at, so it takes as long as all others together.
        pytest.param(name, marks=pytest.mark.slow if name in UNREAD else ())
        for name in COLUMNS
        if name not in WITHIN
    ],
)
def test_every_column_is_read(mid_runs, name, monkeypatch):
    """By a rule, and so that an outcome moves; those that nothing reads move no other column at all."""
    # Every third run and month must do for what is known to be unread.
    looked_at = mid_runs[::3] if name in UNREAD else mid_runs
    moved_by = (noticed(run, name, before, monkeypatch) for run in looked_at for before in PROCESSES)
    if name in UNREAD:
        assert not any(moved_by)
    else:
        assert any(column.startswith(OUTCOMES) for columns_moved in moved_by for column in columns_moved)


@pytest.mark.parametrize("name", WITHIN)
def test_what_one_process_writes_for_itself_is_read_by_its_rules(name):
    column = name.partition(".")[2]
    reads = [
        node
        for path in (Path(sim.__file__).parent / "model" / "submodels").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == column and isinstance(node.ctx, ast.Load)
    ]
    assert reads


STATES = ("will", "ability", "capacity")
READINESS = [f"{kind}.{name}" for kind in ("centre", "places", "bodies", "users") for name in STATES]  # fmt: skip
WRITTEN_AND_READ_AT_ONCE = {"places.capacity": "places.capacity_offset"}
"""An authority's capacity is computed and used by one process; what is written through an agent goes by its offset."""


@pytest.mark.parametrize("name", READINESS)
def test_something_reads_each_of_the_twelve(mid_runs, name, monkeypatch):
    """Will, ability and capacity of every kind of agent act on benefit, and not only on what is written down."""
    column = WRITTEN_AND_READ_AT_ONCE.get(name, name)
    assert any(
        "journal.realised" in noticed(run, column, before, monkeypatch)
        for run in mid_runs
        for before in PROCESSES
    )
