"""What words in a historical case stand for: levels of a kind of change and sizes of events, one table for all cases.

Both tables were frozen before any case was run; see `docs/cases.md`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from sim.declarations import declarations
from sim.power import ROWS, columns
from sim.territory import DATA

LEVELS = ("low", "middle", "high")

OPEN_TO_EVENTS = (
    "authorities.crisis_demand",
    "pace.pressure",
    "pledge.open",
    "pledge.cost",
    "pledge.monitoring",
    "pledge.money",
    *(f"power.{row}" for row in ROWS),
)
"""What an event may change besides the live parameters of the focal change. All else is the system, the same for all."""

ONE_SYSTEM = (
    "a case may not set this: one set of parameters and of strengths holds for all cases. A case says what kind of change "
    "it was, and which events of the shared table happened when"
)


@lru_cache(maxsize=1)
def levels() -> dict[str, dict[str, float]]:
    """Value by level, by dimension of the kind of a change; each dimension is a parameter `focal.<dimension>`."""
    found = _table("case_levels.yaml")["dimensions"]
    return {name: {level: float(row[level]["value"]) for level in LEVELS} for name, row in found.items()}


@lru_cache(maxsize=1)
def coverages() -> dict[str, float]:
    """Share of a place's people that have a change already, or whom it concerns at all, by word."""
    return {name: float(value) for name, value in _table("case_levels.yaml")["coverage"].items()}


@lru_cache(maxsize=1)
def events() -> dict[str, dict[str, Any]]:
    """Every event by its name: `says`, what it `sets` by parameter, and what a case must say with it (`needs`).

    Raises:
        ValueError: if an event sets what no event may set.
    """
    found = _table("case_events.yaml")["events"]
    wrong = [
        f"event {name} sets {key}: {ONE_SYSTEM}"
        for name, event in found.items()
        for key in event.get("sets", {})
        if not may_set(key)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    return {name: {"sets": {}, "needs": [], **event} for name, event in found.items()}


def may_set(key: str) -> bool:
    """Whether an event may change a parameter: those of the focal change, of a crisis, of a pledge, rows of rights."""
    declared = declarations().get(key)
    if declared is not None and not declared.live:
        return False
    return key in OPEN_TO_EVENTS or (declared is not None and declared.group == "focal")


def is_of_the_system(name: str) -> bool:
    """Whether a name is a parameter, a group of parameters or a row of rights, and so not for a case to set."""
    groups = {declared.group for declared in declarations().values()}
    shares = {f"power.{row}.{who}" for row in ROWS for who in columns(row)}
    return name in groups or name in declarations() or name in shares or name.partition(".")[0] in groups


def _table(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
