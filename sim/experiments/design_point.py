"""One design point applied to a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.model.parameters import Parameters
from sim.scenarios.compose import Composed
from sim.scenarios.layers import laid_over


def apply_design_point(scenario: Composed, point: Mapping[str, Any]) -> Parameters:
    """The parameters of a scenario at a design point: as if each value were written `key=value` on the command line.

    Args:
        scenario: the composed scenario, with the overrides of the whole experiment.
        point: plain value by key; a key with None, or left out, stays as the scenario says.

    Raises:
        ValidationError: if a value, or a row of power, is not allowed; `sim.experiments.checks` finds this beforehand.
    """
    given = {key: value for key, value in point.items() if value is not None}
    if not given:
        return scenario.parameters
    return Parameters.model_validate(laid_over(scenario.parameters.__dict__, given, scenario.explicit_power))
