"""Values over other values: the one way in which overrides, views and design points change parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.model.decision_rights import between

DISTRIBUTION = "power.distribution"


def laid_over(
    groups: Mapping[str, Any], values: Mapping[str, Any], explicit_power: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """The tree of parameters with some values set, for validation by `Parameters`.

    `power.distribution` replaces all six rows of power. Single shares win over it: those among the values, and those of
    `explicit_power`.

    Args:
        groups: a group of parameters by name. Groups without a new value are passed on as they are, since validating
            them again would take most of the time.
        values: the new values by key.
        explicit_power: shares of power that still hold when the values include `power.distribution`.
    """
    tree = dict(groups)
    distribution: Any = values.get(DISTRIBUTION)
    number = isinstance(distribution, int | float) and not isinstance(distribution, bool)
    if number and 0.0 <= distribution <= 1.0:
        tree["power"] = between(distribution)
        values = {**(explicit_power or {}), **values, DISTRIBUTION: None}
    opened = {"": tree}

    def inside(path: str) -> dict[str, Any]:
        if path not in opened:
            above, _, name = path.rpartition(".")
            node = inside(above)[name]
            opened[path] = dict(node.__dict__ if isinstance(node, BaseModel) else node)
            inside(above)[name] = opened[path]
        return opened[path]

    for key, value in values.items():
        path, _, name = key.rpartition(".")
        inside(path)[name] = value
    return tree
