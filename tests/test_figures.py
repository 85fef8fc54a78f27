"""Numbers in prose are those that commands gave: nobody types them, and a set that moves makes the pages stale."""

import re
from pathlib import Path

import pytest
import worlds

from sim.reporting.comparison_text import Verdict

DOCS = Path(__file__).parents[1] / "docs"
AGAIN = "run: uv run python docs/figures.py"
MEASURED_NUMBER = re.compile(r"\d[\d.,]*\s(%|points)")


@pytest.fixture(scope="module")
def figures():
    """The script that fills the pages, as a module."""
    return worlds.script(DOCS / "figures.py")


def test_pages_say_what_was_measured(figures):
    measured = figures.measured()
    for page in figures.PAGES:
        text = page.read_text(encoding="utf-8")
        assert figures.FIGURE.search(text)
        assert figures.filled(text, measured) == text, AGAIN


def test_what_was_measured_is_of_the_shipped_set_and_of_the_shipped_tables(figures, monkeypatch):
    monkeypatch.chdir(DOCS.parent)
    measured = figures.measured()
    assert measured["set"] == figures.fingerprint(), AGAIN
    for name, text in figures.of_the_fit().items():
        assert measured[name] == text, AGAIN


def test_every_measured_figure_is_said_somewhere_and_no_other(figures):
    said = {
        found["name"]
        for page in figures.PAGES
        for found in figures.FIGURE.finditer(page.read_text(encoding="utf-8"))
    }
    assert said == set(figures.measured()) - {"set"}


def test_no_result_is_typed_by_hand(figures):
    """On the page of claims every percentage and every number of points stands in a figure; what was found, as well."""
    claims = (DOCS / "claims.md").read_text(encoding="utf-8")
    validation = (DOCS / "validation.md").read_text(encoding="utf-8")
    found = validation.partition("## What was found")[2].partition("## What these checks cannot say")[0]
    assert found
    for text in (claims, found):
        assert not MEASURED_NUMBER.search(figures.FIGURE.sub("", text))


def test_a_figure_begins_no_line_since_that_would_end_a_paragraph_of_the_site(figures):
    for page in figures.PAGES:
        assert not re.search(r"^\s*<!--fig", page.read_text(encoding="utf-8"), flags=re.MULTILINE), page.name


def test_words_follow_from_numbers(figures):
    by_verdict = {
        ("better", "distributed"): "distributed power closes more of the gap than hierarchy",
        ("better", "hierarchy"): "hierarchy closes more of the gap than distributed power",
        (
            "depends",
            None,
        ): "it depends on chance which of hierarchy and distributed power closes more of the gap",
        ("neither", None): "neither hierarchy nor distributed power is shown to close more of the gap",
    }
    for (kind, winner), words in by_verdict.items():
        assert figures.closes_more(Verdict(kind, winner, "", ())) == words
    assert figures.listed([]) == "none"
    assert figures.listed(["one_thing"]) == "`one_thing`"
    assert figures.listed(["one", "two", "three"]) == "one, two and three"
    assert [figures.in_words(n) for n in (0, 3, 12, 13)] == ["none", "three", "twelve", "13"]
