"""The second coding of the cases is complete, and the page shows how far it agrees with the first."""

from pathlib import Path

import pytest
import worlds
import yaml

from sim.history.case_schema import LEVELS, levels
from sim.history.cases import cases
from sim.model.geography import DATA

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def coding():
    return worlds.script(DOCS / "second_coding.py")


def test_every_case_is_coded_in_every_dimension_with_a_reason():
    second = yaml.safe_load((DATA / "case_second_coding.yaml").read_text(encoding="utf-8"))["cases"]
    assert list(second) == [case.name for case in cases()]
    for rows in second.values():
        assert list(rows) == list(levels())
        assert all(row["level"] in LEVELS and len(row["because"]) > 20 for row in rows.values())


def test_the_page_shows_the_agreement_as_it_is(coding):
    page = coding.PAGE.read_text(encoding="utf-8")
    assert coding.written(page) == page, "run: uv run python docs/second_coding.py"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["low", "high"], ["low", "high"], 1.0),
        (["low", "low"], ["low", "low"], None),
        (["low", "low", "high", "high"], ["low", "high", "low", "high"], 0.0),
        # Observed disagreement 1/4 of a step pair, expected 1/2: by hand.
        (["low", "low", "middle", "middle"], ["low", "middle", "middle", "middle"], 0.5),
    ],
)
def test_kappa_is_agreement_beyond_chance(coding, first, second, expected):
    assert coding.kappa(first, second) == (None if expected is None else pytest.approx(expected))
