"""With mechanisms off, more staff time never widens the gap: not on average but in every run. At defaults it is reported."""

from itertools import pairwise

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.model.outcomes import summary
from sim.model.parameters import Parameters
from sim.model.schedule import simulate
from sim.verification.checks import many

FORMS = ("product", "minimum", "geometric_mean")
DYNAMICS = ("work", "hazard")
LADDERS = {
    "authorities.staff_hours": (0.0, 0.01, 0.02, 0.035, 0.05, 0.08, 0.2, 1.0),
    "authorities.usual_business": (1.0, 0.9, 0.7, 0.6, 0.5, 0.3, 0.1, 0.0),
    "authorities.crisis_demand": (1.0, 0.7, 0.4, 0.3, 0.15, 0.05, 0.0),
    "bodies.hours": (0.0, 0.002, 0.01, 0.03, 0.1, 1.0),
    "bodies.capacity": (0.0, 0.2, 0.5, 0.9, 1.0),
    "money.pilot": (0.0, 0.1, 0.25, 0.6, 1.0),
    "money.scale_up": (0.0, 0.1, 0.15, 0.6, 1.0),
}
"""Values in the order of more time for change."""
WILLING = {"authorities.will": 0.9, "authorities.ability": 0.9}
"""So that time is what binds, under every form of advance."""


def realised(run):
    """Benefit realised so far, month by month and place by place."""
    return np.cumsum(run.state.journal.realised, axis=0)


@pytest.mark.parametrize("lever", LADDERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_more_capacity_never_widens_the_gap(small, lever, form, dynamics):
    """Exact in every run: at no month has any place got less benefit in all than with less staff time."""
    moved = False
    for seed in range(4):
        for load in (0.5, 2.0, 6.0):
            settings = {**WILLING, **small, "population.months": 100, "work.load": load}
            settings |= {"work.form": form, "work.dynamics": dynamics}
            runs = [
                simulate(worlds.parameters(settings, {lever: value}, mechanisms=worlds.OFF), seed)
                for value in LADDERS[lever]
            ]
            gaps = [summary(run)["gap"] for run in runs]
            assert all(more <= less for less, more in pairwise(gaps)), (seed, load, gaps)
            moved |= gaps[-1] < gaps[0]
    assert moved


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_more_capacity_never_leaves_a_place_with_less(small, form, dynamics):
    settings = {**WILLING, **small, "population.months": 100, "work.load": 3.0}
    settings |= {"work.form": form, "work.dynamics": dynamics}
    for seed in range(6):
        reached = [
            realised(
                simulate(
                    worlds.parameters(settings, {"authorities.staff_hours": h}, mechanisms=worlds.OFF), seed
                )
            )
            for h in LADDERS["authorities.staff_hours"]
        ]
        for less, more in pairwise(reached):
            assert np.all(more >= less - 1e-9 * np.maximum(1.0, less))


@given(data=st.data())
def test_more_capacity_never_widens_the_gap_in_any_world(data, six_places):
    settings = {**data.draw(worlds.settings_of()), "population.places": six_places}
    lever = data.draw(
        st.sampled_from(["authorities.staff_hours", "authorities.usual_business", "bodies.hours"])
    )
    less, more = sorted(data.draw(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2)))
    if lever == "authorities.usual_business":
        less, more = more, less
    table = data.draw(worlds.power_tables())
    gaps = [
        summary(simulate(worlds.parameters(settings, {lever: hours}, power=table, mechanisms=worlds.OFF), 5))[
            "gap"
        ]
        for hours in (less, more)
    ]
    if np.isfinite(gaps[0]):
        # Sums of many terms are known to a last digit or two.
        assert gaps[1] <= gaps[0] + 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [0.0, 1.0])
def test_capacity_curve_at_defaults_is_reported(scenario, record_property):
    """Staff help where they are short; beyond that exceptions are counted, not forbidden.

    With all mechanisms on, a wrong design may roll out sooner, and where more share the same work each learns less by doing.
    """
    hours = (0.01, 0.02, 0.035, 0.05, 0.08, 0.15)

    def curve(replication: int) -> list[float]:
        return [
            summary(
                simulate(
                    Parameters.model_validate(
                        {
                            "population": {"users": 640},
                            "power": {"distribution": scenario},
                            "authorities": {"staff_hours": h},
                        }
                    ),
                    20261123,
                    replication,
                )
            )["gap"]
            for h in hours
        ]

    curves = np.array(many(curve, 100))
    exceptions = np.mean(np.diff(curves, axis=1) > 0.0, axis=0)
    means = curves.mean(axis=0)
    for name, value in (("hours", hours), ("mean gap", means.tolist()), ("exceptions", exceptions.tolist())):
        record_property(name, value)
    print(f"distribution {scenario}: staff hours {hours}, mean gap {means.round(4)}, exceptions {exceptions}")
    assert np.all(np.isfinite(curves))
    assert means[1] < means[0]
    assert means[-1] < means[0]
