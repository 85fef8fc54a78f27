"""Experiments: a question put to the model, as scenarios x design over factors x replications, with responses."""

from __future__ import annotations

from dataclasses import dataclass

from sim.design_point import parameters_at
from sim.designs import Columns, Design, Factor
from sim.scenarios import Composed

__all__ = ["Experiment", "parameters_at"]


@dataclass(frozen=True)
class Experiment:
    """A checked experiment, ready to be planned.

    Args:
        name: its file's name, or `sweep` when it was written on the command line.
        title: what it is called.
        question: what it asks.
        scenarios: composed with the fixed parameters of the whole experiment.
        factors: what varies.
        design: how the points were chosen.
        points: one column for each factor; see `sim.designs`.
        replications: worlds in which each point and scenario is run.
        seed: root of all luck, of the worlds and of the sample.
        responses: names of the outcomes kept.
        source: the file, or `command line`.
        notes: what somebody should know before running it.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Composed, ...]
    factors: tuple[Factor, ...]
    design: Design
    points: Columns
    replications: int
    seed: int
    responses: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()
