"""Responses: the names of the outcomes that an experiment can keep, one number a run each."""

from __future__ import annotations

import re

from sim.state import ACTIVITIES, CAUSES, FOLLOWED, STAGES

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
"""All there are: what `sim.outcomes.summary` gives of a run."""


FOLLOWED_RESPONSE = re.compile(rf"focal\.({'|'.join(FOLLOWED)})\.(\d{{1,5}})")
"""A name such as `focal.real.36`: what had become of the focal change by the end of month 36, counted from 0."""


def followed(name: str) -> tuple[int, int] | None:
    """Position in `FOLLOWED` and month of a response about the focal change; None for any other name."""
    found = FOLLOWED_RESPONSE.fullmatch(name)
    return (FOLLOWED.index(found[1]), int(found[2])) if found else None


WINDOW_RESPONSE = re.compile(rf"stage\.({'|'.join(STAGES)})\.(\d{{1,5}})-(\d{{1,5}})")
"""A name such as `stage.shift.36-84`: share of announced changes x places in *shift* in months 36 to 84, counted from 1."""


def in_window(name: str) -> tuple[int, int, int] | None:
    """Position in `STAGES`, first and last month of a response about a stage in some months; None for any other name."""
    found = WINDOW_RESPONSE.fullmatch(name)
    if found is None or not 1 <= int(found[2]) <= int(found[3]):
        return None
    return STAGES.index(found[1]), int(found[2]), int(found[3])


def named(pattern: str) -> tuple[str, ...]:
    """The responses that a name means; `losses.*` means all that begin so. Empty when nothing bears it."""
    if followed(pattern) is not None or in_window(pattern) is not None:
        return (pattern,)
    if pattern.endswith(".*"):
        return tuple(name for name in RESPONSES if name.startswith(pattern[:-1]))
    return (pattern,) if pattern in RESPONSES else ()
