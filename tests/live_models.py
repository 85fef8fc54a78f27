"""Small live models, and what tests ask of them."""

from __future__ import annotations

import sim
from sim.model.parameters import MECHANISM_NAMES

MONTHS = 40
GLASGOW = "Glasgow City"
STATES = ("will", "ability", "capacity")
KINDS = (sim.CentralGovernment, sim.LocalAuthority, sim.ThirdSectorBody, sim.ServiceUser)
NONE = dict.fromkeys(MECHANISM_NAMES, 0.0)


def parameters(**groups):
    groups.setdefault("population", {})
    groups["population"] = {"users": 320, "months": MONTHS, **groups["population"]}
    return sim.Parameters.model_validate(groups)


def plain(**strengths):
    """Parameters with all mechanisms off except the named ones."""
    return parameters(mechanisms={**NONE, **strengths})


def columns(state):
    """Every array of a state, by its path."""
    for name, part in zip(state._fields, state, strict=True):
        if hasattr(part, "_fields"):
            yield from ((f"{name}.{inner}", array) for inner, array in columns(part))
        else:
            yield name, part


def assert_same_state(one, other):
    for (name, a), (_, b) in zip(columns(one), columns(other), strict=True):
        assert a.dtype == b.dtype, name
        assert a.tobytes() == b.tobytes(), name


def example_of(model, kind):
    return list(model.agents_by_type[kind])[-1]


def stepped(model, months):
    for _ in range(months):
        model.step()
    return model
