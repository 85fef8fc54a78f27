"""An experiment as somebody asked for it, before its scenarios are composed and its points are checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.experiments.designs import Columns, Design, Factor
from sim.experiments.response_names import DEFAULT_RESPONSES
from sim.overrides import Overrides
from sim.problems import Problem

REPLICATIONS = 100
MOST_REPLICATIONS = 1_000_000


@dataclass
class Draft:
    """What a file or a command line asks for, as far as it could be read.

    Args:
        name: of the experiment.
        where: the file, or `command line`, for messages.
        title: what it is called.
        question: what it asks.
        scenarios: their names.
        fixed: parameters set alike in every run.
        factors: what varies.
        design: how the points are chosen; None if that could not be read.
        points: the points where they are written down; None where the design makes them.
        replications: worlds for each point and scenario.
        seed: root of all luck; None if not stated.
        responses: outcomes kept.
        problems: all that is wrong so far.
    """

    name: str
    where: str
    title: str = ""
    question: str = ""
    scenarios: list[str] = field(default_factory=list)
    fixed: Overrides = field(default_factory=Overrides)
    factors: list[Factor] = field(default_factory=list)
    design: Design | None = None
    points: Columns | None = None
    replications: int = REPLICATIONS
    seed: int | None = None
    responses: tuple[str, ...] = DEFAULT_RESPONSES
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, key: str, said: str, value: str = "", nearest: str | None = None) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.where, key, said, value, nearest))
