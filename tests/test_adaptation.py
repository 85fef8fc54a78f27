"""Adaptation in shift: by an example worked by hand, and what whole runs must show."""

import numpy as np
import pytest
import worlds

from sim.model.outcomes import summary
from sim.model.schedule import begin, simulate
from sim.model.schema import record
from sim.model.state import CELLS, Kind, Stage, table
from sim.model.submodels import adaptation

ALONE = worlds.OFF | {"adaptation": 1.0}


def row(*deltas, **strengths):
    """One record of parameters: all mechanisms off but those named."""
    return record(worlds.parameters(*deltas, mechanisms=worlds.OFF | strengths), 1)[0]


def close(value):
    return pytest.approx(value, rel=1e-12)


def test_a_month_corrects_a_share_of_the_distance_by_what_is_really_covered():
    parameters = row({"reference.adaptation_rate": 0.1}, adaptation=0.5)
    assert adaptation.monthly_correction(parameters, Kind.CENTRE, 0.8) == close(0.5 * 0.1 * 0.8)
    assert adaptation.monthly_correction(parameters, Kind.CENTRE, 0.0) == 0.0
    assert adaptation.corrected(2.0, 1.0, 0.04, 1) == close(2.0 - 0.04)
    assert adaptation.corrected(2.0, 1.0, 0.04, 3) == close(1.0 + 0.96**3)


def test_layers_slow_the_correction_of_those_whom_signals_reach_late():
    settings = {
        "reference.adaptation_rate": 0.1, "reference.information_delay": 0.5,
        "hierarchy.layers": 4.0, "hierarchy.local_layers": 1.0,
    }  # fmt: skip
    parameters = row(settings, adaptation=1.0, information_loss=0.5)
    for who, layers in ((Kind.CENTRE, 4.0), (Kind.AUTHORITIES, 1.0), (Kind.USERS, 0.0)):
        expected = 0.1 / (1.0 + 0.5 * 0.5 * layers)
        assert adaptation.monthly_correction(parameters, who, 1.0) == close(expected)


@pytest.mark.parametrize(
    ("strength", "who", "redesigned", "known"),
    [
        (0.0, Kind.CENTRE, 0, 0.0),
        (0.0, Kind.AUTHORITIES, 0, 0.0),
        (0.5, Kind.AUTHORITIES, 0, 0.5 * 0.8),
        (0.5, Kind.USERS, 0, 0.5 * 0.8),
        (0.5, Kind.CENTRE, 0, 0.5 * 0.8 * 0.3 * 0.6),
        (0.5, Kind.CENTRE, 1, 1.0),
        (0.0, Kind.AUTHORITIES, 1, 1.0),
    ],
)
def test_who_knows_how_much_of_what_is_different_in_a_place(strength, who, redesigned, known):
    settings = {
        "reference.local_need_share": 0.8, "hierarchy.central_grain": 0.3,
        "power.information": {"centre": 0.6, "authorities": 0.4, "third_sector": 0.0, "users": 0.0},
    }  # fmt: skip
    cell = table(CELLS, 1, design_holder=who, redesigned=redesigned)[0]
    assert adaptation.known_difference(row(settings, local_need=strength), cell) == close(known)


@pytest.mark.parametrize("off", [{"mechanisms.adaptation": 0.0}, {"reference.adaptation_rate": 0.0}])
def test_without_strength_or_rate_nothing_moves(small, off):
    """Designs in use are as they were made, and so is what people have of them."""
    settings = dict(off)
    strength = settings.pop("mechanisms.adaptation", 1.0)
    plain, still = (
        simulate(worlds.parameters(small, settings, mechanisms=worlds.ON | {"adaptation": s}), 4)
        for s in (0.0, strength)
    )
    assert not worlds.differing(plain.state, still.state)


def test_designs_in_use_come_closer_to_the_mean_need_and_fit_follows(small):
    settings = {"reference.adaptation_rate": 0.2, "changes.heterogeneity": 0.0, "design.within": 0.0}
    run = begin(worlds.parameters(small, settings, mechanisms=ALONE), 3)
    run.advance(36)
    cells, need = run.state.cells, run.state.changes.need
    in_use = (cells.stage == Stage.SHIFT) & (cells.real_coverage > 0.5)
    assert in_use.any()
    before, fit = np.abs(cells.design - need), cells.fit.copy()
    run.advance(12)  # a year holds one correction
    after = np.abs(cells.design - need)
    assert np.all(after[in_use] < before[in_use])
    assert np.all(cells.fit[in_use] > fit[in_use])
    tolerance = run.parameters.design.tolerance
    assert cells.fit[in_use] == pytest.approx(np.exp(-0.5 * (after[in_use] / tolerance) ** 2), rel=1e-9)


def test_designs_are_corrected_at_every_second_review_and_only_in_use(small):
    run = begin(worlds.parameters(small, {"users.review_months": 3}, mechanisms=ALONE), 3)
    run.advance(30)
    for month in range(30, 42):
        cells = run.state.cells
        before, made = cells.design.copy(), cells.designed == 1
        in_use = made & (cells.stage == Stage.SHIFT) & (cells.real_coverage > 0.0)
        run.advance(1)
        moved = made & (cells.design != before)
        assert np.array_equal(moved, in_use if month % 6 == 0 else np.zeros_like(moved))


def test_how_often_designs_are_reviewed_hardly_matters(small):
    gaps = [
        summary(simulate(worlds.parameters(small, {"users.review_months": months}, mechanisms=ALONE), 3))[
            "gap"
        ]
        for months in (1, 3)
    ]
    assert gaps[0] == pytest.approx(gaps[1], abs=0.01)


def test_what_the_bar_holds_is_not_corrected(small):
    settings = {"reference.scale_up_bar": 1.0, "reference.scale_up_carriers": 0.3, "focal.arrival": 2}
    settings |= {"focal.stage": 4, "focal.coverage": 0.5}
    run = begin(worlds.parameters(small, settings, mechanisms=ALONE | {"scale_up": 1.0}), 3)
    run.advance(12)
    cells = run.state.cells
    held = (cells.stage == Stage.SHIFT) & (cells.held != 0) & (cells.real_coverage > 0.0)
    assert held.any()
    before = cells.design.copy()
    run.advance(1)
    assert np.array_equal(cells.design[held], before[held])


def test_local_holders_who_know_their_place_gain_more(small):
    """What the contrast of power tables rests on: under `local_need` a local design comes closer to its place."""
    settings = {"changes.heterogeneity": 1.0, "reference.adaptation_rate": 0.2, "design.within": 0.0}
    fits = {}
    for name in ("hierarchy", "distributed"):
        for strength in (0.0, 1.0):
            strengths = worlds.OFF | {"local_need": 1.0, "adaptation": strength}
            parameters = worlds.parameters(small, settings, power=worlds.rights(name), mechanisms=strengths)
            found = [simulate(parameters, seed).state.cells for seed in range(8)]
            fits[name, strength] = np.mean(
                [
                    cells.fit[(cells.stage == Stage.SHIFT) & (cells.real_coverage > 0.5)].mean()
                    for cells in found
                ]
            )
    gain = {name: fits[name, 1.0] - fits[name, 0.0] for name in ("hierarchy", "distributed")}
    assert gain["distributed"] > gain["hierarchy"]
