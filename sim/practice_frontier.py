"""History against practice: how many statements of practice each shipped set reaches, and how many cases it gives up."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from sim.practice import Measured
from sim.territory import DATA

MEMBERS = DATA / "fit" / "members.csv"
JUDGED = "judged"
"""The row of the shipped table that is no member: what was judged before any fit."""


@dataclass(frozen=True)
class Standing:
    """Where one set of parameters stands between practice and history.

    Attributes:
        member: its number in the shipped set.
        statements: statements of practice that its mean reaches.
        patterns: patterns all of whose statements it reaches.
        cases: historical cases that rule it out.
    """

    member: int
    statements: int
    patterns: int
    cases: int


@lru_cache(maxsize=1)
def cases_against() -> tuple[int, ...]:
    """How many historical cases rule out each set, in the order of the shipped set."""
    with open(MEMBERS, encoding="utf-8", newline="") as file:
        return tuple(int(row["cases_against"]) for row in csv.DictReader(file) if row["member"] != JUDGED)


def standings(measured: Measured, cases: tuple[int, ...] | None = None) -> list[Standing]:
    """Where every set stands.

    Args:
        measured: over the shipped set.
        cases: cases that rule out each set; those of the shipped table unless given.

    Raises:
        ValueError: if there are not as many sets as numbers of cases.
    """
    against = cases_against() if cases is None else cases
    reached = measured.set_reached
    patterns = list(dict.fromkeys(one.pattern for one in measured.statements))
    found = []
    for member, (row, given_up) in enumerate(zip(reached, against, strict=True)):
        whole = sum(
            all(met for met, one in zip(row, measured.statements, strict=True) if one.pattern == pattern)
            for pattern in patterns
        )
        found.append(Standing(member, int(row.sum()), whole, given_up))
    return found
