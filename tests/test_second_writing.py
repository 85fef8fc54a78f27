"""The model and its second writing, made from the description alone, give the same worlds."""

import numpy as np
import pytest
from second_writing import SecondWriting

from sim.declarations import declarations
from sim.month import simulate
from sim.outcomes import summary
from sim.parameters import MECHANISM_NAMES, Parameters
from sim.power import DISTRIBUTED, HIERARCHY
from sim.state import CAUSES
from sim.territory import DATA

PLEDGE = (24, 84)
BUSY = {"work.load": 2.0, "pace.protected": 0.5, "pledge.money": 0.1, "hierarchy.central_grain": 0.5}
STOPPED = {"reference.fail_fast_fit": 0.9}


@pytest.mark.parametrize(
    ("distribution", "rights", "strength", "settings", "seed"),
    [
        (0.0, HIERARCHY, 0.0, {}, 4),
        (0.0, HIERARCHY, 0.5, {}, 5),
        (1.0, DISTRIBUTED, 0.5, BUSY, 6),
        (0.0, HIERARCHY, 1.0, BUSY | STOPPED, 7),
        (1.0, DISTRIBUTED, 1.0, STOPPED, 8),
    ],
)
def test_two_writings_of_the_model_agree(distribution, rights, strength, settings, seed):
    settings = {"population.users": 160, **settings}
    strengths = dict.fromkeys(MECHANISM_NAMES, strength)
    tree = {"power": {"distribution": distribution}, "mechanisms": strengths}
    for key, value in settings.items():
        group, _, name = key.partition(".")
        tree.setdefault(group, {})[name] = value
    tree["interventions"] = [
        {"month": month, "key": "pledge.open", "value": value}
        for month, value in zip(PLEDGE, (1.0, 0.0), strict=True)
    ]
    first = summary(simulate(Parameters.model_validate(tree), seed, 1))
    keys = {d.key: d.default for d in declarations().values()} | settings
    second = SecondWriting(keys, rights, strengths, DATA, seed, 1, PLEDGE).run()

    assert 1.0 - second.realised / second.intended == pytest.approx(first["gap"], abs=1e-9)
    assert 1.0 - second.nominal / second.intended == pytest.approx(first["nominal_gap"], abs=1e-9)
    assert (second.starts, second.stops) == (first["starts"], first["stops"])
    lost = np.array([first[f"losses.{cause}"] for cause in CAUSES])
    np.testing.assert_allclose(second.lost / second.intended, lost, rtol=0, atol=1e-9)
