"""Every mechanism alone does what was written down before it was run, on paired replications."""

import pytest

from sim.model.parameters import STABLE
from sim.verification.checks import check_direction, contrasts, directions

CONTRASTS = {contrast.label or contrast.name: contrast for contrast in contrasts()}
JUDGED = [name for name, contrast in CONTRASTS.items() if contrast.kind != "R"]
REPORTED = [name for name, contrast in CONTRASTS.items() if contrast.kind == "R"]
WRITTEN = directions()

# As written down before the model was run: + distributed is better, - hierarchy is; X has no channel; R has no prediction.
PREDICTED = {
    "local_need": "+", "information_loss": "+", "reactance": "+", "ownership": "+", "clearance": "+",
    "partnership": "-", "attention": "+", "overload": "+", "gaming": "+", "blame": "+",
    "peer_learning": "+", "citizen_data": "+", "design_economies": "-", "central_expertise": "-",
    "uneven_ability": "-", "mandate": "-", "spillover": "-", "participation_cost": "-", "urgency": "X",
    "programme_support": "R", "practice": "X", "evidence": "R", "pace": "R", "fail_fast": "X", "concordat": "R",
    "relapse": "X", "prevention": "X", "uptake": "+", "scale_up": "-", "decoupling": "+", "hidden_work": "X",
    "adaptation": "+",
}  # fmt: skip

ALONE = {"adaptation": "X"}
"""What a rule does alone, where its prediction is for another mechanism beside it."""


FEW = 24
"""Replications after which a direction whose interval is clear needs no more; the slow tests run all that were written down."""


@pytest.mark.parametrize("name", JUDGED)
def test_direction(name):
    few = check_direction(CONTRASTS[name], WRITTEN["seed"], FEW)
    check = few if few.passed else check_direction(CONTRASTS[name], WRITTEN["seed"], WRITTEN["replications"])
    assert check.passed, check


@pytest.mark.slow
@pytest.mark.parametrize("name", JUDGED)
def test_direction_in_all_replications(name):
    check = check_direction(CONTRASTS[name], WRITTEN["seed"], WRITTEN["replications"])
    assert check.passed, check


@pytest.mark.slow
@pytest.mark.parametrize("name", REPORTED)
def test_contrast_without_a_prediction_is_balanced(name, record_property):
    """No side is predicted; but with the mechanism off, the two tables must be equal."""
    check = check_direction(CONTRASTS[name], WRITTEN["seed"], WRITTEN["replications"])
    record_property("mean", check.mean)
    assert check.passed, check


def test_replications_are_at_least_a_hundred():
    assert WRITTEN["replications"] >= 100


@pytest.mark.parametrize("mechanism", PREDICTED)
def test_prediction_is_the_specified_one(mechanism):
    found = {c.predicted if c.kind == "D" else c.kind for c in CONTRASTS.values() if c.name == mechanism}
    assert PREDICTED[mechanism] in found
    assert found <= {PREDICTED[mechanism], "R", *ALONE.get(mechanism, ())}


@pytest.mark.parametrize("name", CONTRASTS)
def test_companions_are_base_settings(name):
    """A companion changes the world in both tables alike; it is no mechanism and no right."""
    assert not [
        key for key in CONTRASTS[name].companions if key.split(".")[0] in ("mechanisms", "power", "reference")
    ]


def test_only_rules_that_another_gives_something_to_act_on_have_mechanisms_beside_them():
    beside = {
        name for contrast in CONTRASTS.values() if contrast.name != "adaptation" for name in contrast.beside
    }
    assert beside == {"scale_up", "mandate"}
    found = {
        name for contrast in CONTRASTS.values() if contrast.name == "adaptation" for name in contrast.beside
    }
    assert found == {"local_need", "information_loss"}


def test_no_answer_rests_on_a_mechanism_without_a_prediction():
    assert set(STABLE) <= set(PREDICTED)
