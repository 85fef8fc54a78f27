"""Conditions on what came out of a sweep, such as `gap > 0.8` or `hierarchy.gap - distributed.gap < 0`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sim.analysis.sweep_data import OK, Sweep
from sim.errors import InputProblems, Problem, nearest_name

FORM = re.compile(
    r"\s*(?P<left>[A-Za-z_][\w.\s−-]*?)\s*(?P<sign><=|>=|<|>)\s*(?P<limit>[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
)
MINUS = re.compile(r"[-−]")
SIGNS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
EXAMPLES = 'gap > 0.8, distributed.losses.will >= 0.1 or "hierarchy.gap - distributed.gap < 0"'


@dataclass(frozen=True)
class Condition:
    """A condition and where it holds.

    Attributes:
        text: the condition as it was written, without needless spaces.
        values: what is compared, the mean over replications at each design point, shape (points,); NaN where unknown.
        holds: shape (points,); false where unknown.
    """

    text: str
    values: np.ndarray
    holds: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """The points at which the value is known, shape (points,)."""
        return np.isfinite(self.values)


def condition(sweep: Sweep, text: str) -> Condition:
    """Read a condition and evaluate it at each design point.

    The design point is the unit: replications are averaged first, and differences are taken within replications. A
    run that never reached half delivery counts as having reached it the month after its end.

    Args:
        sweep: what has come in.
        text: `OUTCOME < NUMBER`, `STRUCTURE.OUTCOME > NUMBER` or a difference of two of these and a number.

    Raises:
        InputProblems: when the text has another form, or names what the sweep has not kept.
    """
    found = FORM.fullmatch(text)
    if found is None:
        said = f"must compare an outcome, or the difference of two, with a number, as in {EXAMPLES}"
        raise InputProblems([Problem("--where", "condition", said, text)])
    names = _names(sweep, found["left"])
    problems = [problem for name in names if (problem := _problem(sweep, name))]
    if problems:
        raise InputProblems(problems)
    runs = [_runs(sweep, name) for name in names]
    differences = runs[0] - runs[1] if len(runs) > 1 else runs[0]
    known = np.isfinite(differences)
    count = known.sum(axis=1)
    values = np.where(count > 0, np.where(known, differences, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    sign, limit = found["sign"], float(found["limit"].replace("−", "-"))
    return Condition(f"{' - '.join(names)} {sign} {found['limit']}", values, SIGNS[sign](values, limit))


def _names(sweep: Sweep, text: str) -> list[str]:
    """The one outcome that a text names, or the two whose difference it is; scenarios may have a minus in their names."""
    splits = [(text[: minus.start()].strip(), text[minus.end() :].strip()) for minus in MINUS.finditer(text)]
    known = [pair for pair in splits if all(_parts(sweep, name) is not None for name in pair)]
    if _parts(sweep, text) is not None or not splits:
        return [text]
    return list(known[0] if known else splits[0])


def _problem(sweep: Sweep, name: str) -> Problem | None:
    """What is wrong with a name, if anything."""
    if name in sweep.responses:
        if len(sweep.structures) == 1:
            return None
        first, second = sweep.structures[:2]
        said = (
            f"does not say of which scenario: write {first}.{name}, or a difference such as "
            f'"{first}.{name} - {second}.{name} < 0"; compared are {", ".join(sweep.structures)}'
        )
        return Problem("--where", "condition", said, name)
    if _parts(sweep, name) is not None:
        return None
    known = [*sweep.responses, *(f"{s}.{r}" for s in sweep.structures for r in sweep.responses)]
    said = f"is no outcome that this sweep has kept; kept are {', '.join(sweep.responses)}"
    if len(sweep.structures) > 1:
        said += f", each of {', '.join(sweep.structures)}"
    return Problem("--where", "condition", said, name, nearest_name(name, known))


def _parts(sweep: Sweep, name: str) -> tuple[int, str] | None:
    """Position of the structure and name of the response, or None."""
    for position, structure in enumerate(sweep.structures):
        response = name.removeprefix(f"{structure}.")
        if response != name and response in sweep.responses:
            return position, response
    return (0, name) if name in sweep.responses and len(sweep.structures) == 1 else None


def _runs(sweep: Sweep, name: str) -> np.ndarray:
    """The numbers of one structure and outcome, shape (points, whole replications)."""
    parts = _parts(sweep, name)
    assert parts is not None
    structure, response = parts
    numbers = sweep.numbers(response)[structure]
    if response == "months_to_half":
        came_in = sweep.status[structure][:, sweep.whole_replications] == OK
        never = came_in & np.isnan(numbers)
        numbers = np.where(never, (sweep.months(structure) + 1)[:, None], numbers)
    return numbers
