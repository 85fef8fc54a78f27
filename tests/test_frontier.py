"""History against practice: which sets are on the frontier, and what the title and the page say of them."""

from collections import Counter
from pathlib import Path

import pytest
import worlds

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def frontier():
    """The script that draws the frontier, as a module."""
    return worlds.script(DOCS / "frontier.py")


@pytest.fixture
def panel(frontier):
    """Makes a panel of the shipped sets from places."""

    def of(*places, most=(7, 21)):
        return frontier.Panel("3 sets", "cases hit", "statements met", most, Counter(places))

    return of


def test_a_place_is_on_the_frontier_unless_another_does_as_well_and_better(frontier):
    places = [(1, 9), (3, 9), (3, 8), (5, 7), (5, 2), (4, 7), (6, 1), (0, 0), (6, 1)]
    assert frontier.pareto(places) == [(3, 9), (5, 7), (6, 1)]
    assert frontier.pareto([(2, 2)]) == [(2, 2)]


def test_the_title_says_the_most_on_either_axis_and_whether_one_set_reaches_both(frontier, panel):
    apart = frontier.title(panel((3, 17), (4, 16), (4, 2)))
    assert apart == (
        "No shipped set meets more than 17 of 21 statements of practice or hits more than 4 of 7 cases, "
        "and no set reaches both"
    )
    assert frontier.title(panel((4, 17), (4, 16))).endswith("4 of 7 cases, and one set reaches both")
    assert frontier.title(panel((4, 17), (4, 17))).endswith("4 of 7 cases, and 2 sets reach both")
    assert frontier.title(panel((7, 17), (4, 18))) == (
        "At best, shipped sets meet 18 of 21 statements of practice or hit 7 of 7 cases, and no set reaches both"
    )


def test_the_chart_counts_sets_at_each_place_and_bears_its_stamp(frontier, panel):
    found = frontier.chart([panel((3, 17), (4, 16), (4, 16))], "8 replications, seed 2")
    line, marks = found.data
    assert dict(zip(zip(marks["x"], marks["y"], strict=True), marks["text"], strict=True)) == {
        (3, 17): "1",
        (4, 16): "2",
    }
    assert (line["x"][1:-1], line["y"][1:-1]) == ((3, 4), (17, 16))
    assert found.rows == [
        ("3 sets", "17 of 21 statements met", "3 of 7 cases hit", "1"),
        ("3 sets", "16 of 21 statements met", "4 of 7 cases hit", "2"),
    ]
    assert {"8 replications, seed 2", "all: no set ×"} <= notes(found)
    assert "all: no set ×" not in notes(frontier.chart([panel((7, 21))], ""))


def notes(chart):
    return {note["text"] for note in chart.layout["annotations"]}


def test_shipped_sets_are_counted_by_the_column_that_is_asked_for(frontier):
    row = {
        "cases": "7",
        "cases_hit": "2",
        "cases_not_ruled_out": "6",
        "statements": "21",
        "statements_met": "15",
    }
    assert frontier.of_the_set([row, row], "cases_hit", "").sets == {(2, 15): 2}
    assert frontier.of_the_set([row], "cases_not_ruled_out", "").sets == {(6, 15): 1}


def test_the_page_shows_what_the_shipped_table_says(frontier):
    rows = frontier.tables.read(frontier.TABLE)
    assert len(rows) == len(frontier.fitted_points())
    said = frontier.title(frontier.of_the_set(rows, "cases_hit", ""))
    assert said in frontier.PAGE.read_text(encoding="utf-8"), "run: uv run python docs/frontier.py"
