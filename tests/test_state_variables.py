"""The tables of state variables in the description are true: kinds and ranges hold in runs of varied worlds.

Section 2.1 of `docs/odd.md` gives every column its unit, its range, and whether it is static, dynamic, derived or an output.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.schedule import begin
from sim.model.state import CAUSES

ODD = Path(__file__).parents[1] / "docs" / "odd.md"
PARTS = {
    "CHANGES": "changes.",
    "CALENDAR": "calendar.",
    "PLACES": "places.",
    "TIES": "ties.",
    "BODIES": "bodies.",
    "CENTRE_COLUMNS": "centre.",
    "HEADS": "heads.",
    "Users": "users.",
    "CELLS": "cells.",
    "ACCOUNT": "account.",
    "State": "",
    "MONTHS": "journal.months.",
    "Journal": "journal.",
}
"""Tables as the description names them, and what the names of their columns begin with in a run."""
KINDS = ("static", "dynamic", "derived", "output")
BUT_FOCAL = "static; of a focal change derived"
HEADER = ["meaning", "unit", "range", "kind"]
ROUNDING = 1e-9


@dataclass(frozen=True)
class Column:
    """What the description says of one column."""

    unit: str
    range: str
    kind: str


def described(text: str) -> dict[str, Column]:
    """Every column that the tables name, by its name in a run."""
    found: dict[str, Column] = {}
    prefix = None
    for line in text.partition("### 2.1 ")[2].partition("### 2.2 ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells[1:] == HEADER:
            prefix = PARTS[cells[0].strip("`")]
        elif len(cells) == 1 + len(HEADER) and cells[0].startswith("`"):
            for name in re.findall(r"`(\w+)`", cells[0]):
                assert prefix + name not in found, f"{prefix}{name} is described twice"
                found[prefix + name] = Column(cells[2], cells[3], cells[4])
    return found


DESCRIBED = described(ODD.read_text(encoding="utf-8"))


def number(written: str, run) -> float:
    """A bound of a range: a number, or a size of the run with or without 1 taken off."""
    state = run.state
    sizes = {
        "N_I": len(state.changes),
        "N_P": len(state.places),
        "N_T": len(state.ties),
        "N_U": len(state.users.place),
        r"t_{\text{end}}": run.parameters.population.months,
    }
    written = written.strip().replace("−", "-")
    if not written.startswith("$"):
        return float(written)
    name, _, less = written.strip("$").partition(" - ")
    return sizes[name] - float(less or 0)


def within(values: np.ndarray, stated: str, run, slack: float) -> np.ndarray:
    """Which values lie in a range: alternatives such as `−1, or at least 1`, `0 to 1`, `0 or 1`, `real`."""
    inside = np.zeros(values.shape, bool)
    for part in stated.split(", or "):
        low, high = -np.inf, np.inf
        if match := re.fullmatch(r"(.+) to (.+)", part):
            low, high = (number(bound, run) for bound in match.groups())
        elif match := re.fullmatch(r"(.+) or (.+)", part):
            for bound in match.groups():
                inside |= values == number(bound, run)
            continue
        elif part.startswith("above "):
            inside |= values > number(part.removeprefix("above "), run)
            continue
        elif part.startswith("at least "):
            low = number(part.removeprefix("at least "), run)
        elif part.startswith("at most "):
            high = number(part.removeprefix("at most "), run)
        elif part != "real":
            low = high = number(part, run)
        inside |= (values >= low - slack) & (values <= high + slack)
    return inside & np.isfinite(values)


def assert_ranges(run) -> None:
    """Every value lies in its stated range, up to rounding."""
    for name, column in worlds.tables(run.state):
        values = column.astype(float)
        whole = np.issubdtype(column.dtype, np.integer)
        slack = 0.0 if whole else ROUNDING * max(1.0, np.abs(values).max(initial=0.0))
        ok = within(values, DESCRIBED[name].range, run, slack)
        assert np.all(ok), f"{name}: {values[~ok][:3]} is not {DESCRIBED[name].range}"
        if name.rpartition(".")[2] == "lost":
            ahead = values[..., CAUSES.index("ahead")]
            assert np.all(ahead <= slack), name
            assert np.delete(values, CAUSES.index("ahead"), axis=-1).min() >= -slack, name


def frozen(run) -> dict[str, bytes]:
    """What must stay as it is: static columns, and outputs of months that have been."""
    kept = {}
    others = run.state.changes.focal == 0
    for name, column in worlds.tables(run.state):
        kind = DESCRIBED[name].kind
        if kind == "static":
            kept[name] = column.tobytes()
        elif kind == BUT_FOCAL:
            kept[name] = column[others].tobytes()
    return kept


def assert_outputs(run, before: dict[str, np.ndarray]) -> None:
    """Outputs of earlier months have not changed, and those of months to come are not written."""
    for name, column in worlds.tables(run.state):
        if DESCRIBED[name].kind == "output":
            assert not column[run.month :].any(), name
            earlier = before.get(name)
            if earlier is not None:
                assert column[: len(earlier)].tobytes() == earlier.tobytes(), name
            before[name] = column[: run.month].copy()


def followed(run, steps: int = 1) -> set[str]:
    """Run to the end, checking at every step; gives the columns that changed."""
    kept, outputs, changed = frozen(run), {}, set()
    last = {name: column.copy() for name, column in worlds.tables(run.state)}
    while run.month < run.parameters.population.months:
        run.advance(min(steps, run.parameters.population.months - run.month))
        assert_ranges(run)
        assert frozen(run) == kept, [name for name, value in frozen(run).items() if value != kept[name]]
        assert_outputs(run, outputs)
        for name, column in worlds.tables(run.state):
            if not np.array_equal(column, last[name]):
                changed.add(name)
                last[name] = column.copy()
    return changed


LAW = {"focal.arrival": 12, "focal.duty": 0.8, "focal.due": 40, "focal.users": 0.3, "focal.waived": 0.4}
OPEN = {"pledge.open": 1.0, "pledge.threshold": 0.0, "pledge.signing": 0.5}
CROWDED = {
    "work.load": 2.5,
    "authorities.staff_hours": 0.05,
    "attention.ratio": 2.0,
    "bodies.hours": 1e-4,
    "bodies.brokered": 50.0,
}
DATED = [
    {"month": 10, "key": "users.will", "value": 0.4},
    {"month": 10, "key": "users.ability", "value": 0.3},
    {"month": 11, "key": "users.capacity", "value": 0.7},
    {"month": 12, "key": "bodies.ability", "value": 0.3},
    {"month": 12, "key": "bodies.capacity", "value": 0.3},
    {"month": 15, "key": "centre.ability", "value": 0.3},
    {"month": 15, "key": "centre.capacity", "value": 0.9},
    {"month": 20, "key": "centre.will", "value": 0.3},
    {"month": 20, "key": "focal.visibility", "value": 0.9},
    {"month": 20, "key": "focal.urgency", "value": 0.1},
    {"month": 24, "key": "power.design", "value": worlds.whole("users")},
]
WORLDS = {
    "all off": ({}, worlds.OFF, ()),
    "all on": (OPEN, dict.fromkeys(worlds.OFF, 1.0), ()),
    "all half on, a law, dated changes": (LAW, dict.fromkeys(worlds.OFF, 0.5), DATED),
    "crowded, all half on": (CROWDED, dict.fromkeys(worlds.OFF, 0.5), ()),
    "pilots that fail": (
        {"reference.fail_fast_fit": 0.95, "design.tolerance": 0.4},
        worlds.OFF | {"fail_fast": 1.0, "evidence": 1.0, "scale_up": 0.5, "relapse": 1.0},
        (),
    ),
}


@pytest.fixture(scope="module")
def changed(small):
    """For each of the varied worlds the columns that changed in it."""
    found = {}
    for name, (settled, strengths, dated) in WORLDS.items():
        run = begin(worlds.parameters(small, settled, mechanisms=strengths, interventions=dated), 7)
        found[name] = followed(run)
    return found


def test_every_column_has_a_row_and_every_row_a_column():
    columns = {name for name, _ in worlds.tables(worlds.state())}
    assert set(DESCRIBED) == columns


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_row_has_a_unit_a_range_and_a_kind(name, small):
    said = DESCRIBED[name]
    assert said.unit
    assert said.kind in (*KINDS, BUT_FOCAL)
    within(np.zeros(1), said.range, begin(worlds.parameters(small), 3), 0.0)


def test_dynamic_and_derived_columns_change(changed):
    moved = set().union(*changed.values())
    # What meetings take is gone by the end of the month.
    still = {
        name
        for name, said in DESCRIBED.items()
        if said.kind in ("dynamic", "derived") and name not in moved | {"places.meeting_hours"}
    }
    assert not still


def test_columns_of_a_focal_change_that_events_move_do_change(changed):
    moved = changed["all half on, a law, dated changes"]
    assert {name for name, said in DESCRIBED.items() if said.kind == BUT_FOCAL} <= moved


def test_static_columns_change_in_none_of_them(changed):
    static = {name for name, said in DESCRIBED.items() if said.kind == "static"}
    assert not static & set().union(*changed.values())


@settings(max_examples=40)
@given(data=st.data())
def test_ranges_and_kinds_hold_in_any_world(data, six_places):
    chosen = {**data.draw(worlds.settings_of()), "population.places": six_places}
    dated = data.draw(worlds.dated_changes(chosen["population.months"]))
    parameters = worlds.parameters(
        chosen, power=data.draw(worlds.power_tables()), mechanisms=data.draw(worlds.strengths()),
        interventions=dated,
    )  # fmt: skip
    followed(begin(parameters, data.draw(st.integers(0, 2**63 - 1))), steps=7)
