"""One design point, applied: what a scenario's parameters become there.

Plans: an experiment as numbered runs, and the one identity by which all that was run for it is recognised.

Run number = (replication x points + design point) x scenarios + scenario, so that replications come outermost: whenever
a sweep is stopped, what is there is a balanced sample. (seed, replication) fixes the world of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.model.decision_rights import ROWS, between
from sim.model.parameters import Parameters
from sim.scenarios.compose import Composed


def apply_design_point(scenario: Composed, point: Mapping[str, Any]) -> Parameters:
    """What a scenario runs with at a design point: as if each value were written `key=value` on the command line.

    Args:
        scenario: the composed scenario, with the overrides of the whole experiment.
        point: plain value by key; a key with None, or left out, stays as the scenario says.

    Raises:
        ValidationError: if a value, or a row of power, is not allowed; `sim.experiments.checks` finds this beforehand.
    """
    given = {key: value for key, value in point.items() if value is not None}
    if not given:
        return scenario.parameters
    # Groups that are not touched go in as they are: they have been checked, and checking is most of the cost.
    tree = dict(scenario.parameters.__dict__)
    touched: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        group, _, name = key.partition(".")
        if group == "power":
            continue
        if group not in touched:
            touched[group] = dict(tree[group].__dict__)
        touched[group][name] = value
    tree.update(touched)
    power = {key: value for key, value in given.items() if key.startswith("power.")}
    if power:
        tree["power"] = _power(scenario, power)
    return Parameters.model_validate(tree)


def _power(scenario: Composed, given: Mapping[str, Any]) -> dict[str, Any]:
    """The table at a design point: `power.distribution` lays new rows, and explicit shares win over it."""
    distribution = given.get("power.distribution")
    if distribution is None:
        rows = {row: dict(getattr(scenario.parameters.power, row).__dict__) for row in ROWS}
        explicit = given
    else:
        rows = between(distribution)
        explicit = {**scenario.explicit_power, **given}
    for key, share in explicit.items():
        _, row, *who = key.split(".")
        if who:
            rows[row][who[0]] = share
    outside = distribution is not None and not 0.0 <= distribution <= 1.0
    return {"distribution": distribution if outside else None, **rows}
