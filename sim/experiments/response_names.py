"""Responses: the names of the outcomes that an experiment can keep, one number a run each."""

from __future__ import annotations

from sim.state import ACTIVITIES, CAUSES, STAGES

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


def named(pattern: str) -> tuple[str, ...]:
    """The responses that a name means; `losses.*` means all that begin so. Empty when nothing bears it."""
    if pattern.endswith(".*"):
        return tuple(name for name in RESPONSES if name.startswith(pattern[:-1]))
    return (pattern,) if pattern in RESPONSES else ()
