"""A warm start: what is measured is the model, not its compiler."""

import pytest

from sim.month import simulate
from sim.parameters import Parameters


@pytest.fixture(scope="session", autouse=True)
def warm():
    """Compile, or load what was compiled before."""
    simulate(Parameters.model_validate({"population": {"users": 32, "months": 2}}), 1)
