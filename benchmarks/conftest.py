"""A warm start: what is measured is the model, not its compiler."""

import pytest

from sim.model.parameters import Parameters
from sim.model.schedule import simulate


@pytest.fixture(scope="session", autouse=True)
def warm():
    """Compile, or load what was compiled before."""
    simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 1)
