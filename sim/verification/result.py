"""One check of the model, as every suite reports it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One statement about the model, and whether it held.

    Attributes:
        name: what is checked.
        kind: null; D, X or R of a direction; conservation; known answer.
        predicted: what must come out.
        mean: what came out; None where that is no number.
        low: lower end of its interval, or of what agrees with it.
        high: upper end.
        passed: whether it held.
    """

    name: str
    kind: str
    predicted: str
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    passed: bool = field(kw_only=True)

    def row(self) -> dict[str, Any]:
        """The check as `gapsim verify --json` prints it."""
        return {"class" if name == "kind" else name: value for name, value in asdict(self).items()}


def below(name: str, found: float, most: float) -> Check:
    """The check that an account balances: how far off it is must be below some size."""
    return Check(name, "conservation", f"< {most:g}", found, passed=found < most)


def known_answer(name: str, expected: float, found: float, tolerance: float) -> Check:
    """The check that the processes give the number that theory knows.

    Args:
        name: what was asked.
        expected: theory's number.
        found: the model's.
        tolerance: how far they may differ: four standard errors, or what a monthly step blurs.
    """
    agrees = abs(found - expected) <= tolerance
    return Check(
        name, "known answer", f"{expected:.6g}", found, found - tolerance, found + tolerance, passed=agrees
    )
