"""What counts as an exception is judged on tables made by hand; the page says what its table holds, of whatever rules."""

from pathlib import Path

import numpy as np
import pytest
import worlds

DOCS = Path(__file__).parents[1] / "docs"
AGAIN = "run: uv run python docs/monotone.py page"
NOISE = np.array([-0.001, 0.001, -0.002, 0.002])


@pytest.fixture(scope="module")
def monotone():
    """The script that writes the page, as a module."""
    return worlds.script(DOCS / "monotone.py")


@pytest.fixture
def found(monotone):
    """The moves along a lever of three levels, whose gaps rise by given changes from replication to replication."""

    def moves(*changes):
        lever = monotone.Lever("Staff", "staff", "more staff", (1.0, 2.0, 3.0))
        start = 0.5 + np.array([0.0, 0.1, -0.1, 0.2])
        curve = [start, start + changes[0], start + changes[0] + changes[1]]
        gaps = {("staff", "here", level): gap for level, gap in zip(lever.levels, curve, strict=True)}
        return monotone.moves(gaps, lever, "here")

    return moves


def exceptions(moves):
    return [(move.scarce, move.plenty) for move in moves if move.exception]


def test_a_step_that_widens_the_gap_by_more_than_a_point_is_an_exception(found):
    assert exceptions(found(0.012 + NOISE, -0.012 - NOISE)) == [(1.0, 2.0)]
    assert exceptions(found(-0.012 - NOISE, 0.012 + NOISE)) == [(2.0, 3.0)]


def test_several_steps_together_are_an_exception_where_none_of_them_is(found):
    moves = found(0.006 + NOISE, 0.006 + NOISE)
    assert exceptions(moves) == [(1.0, 3.0)]
    assert [move.steps for move in moves] == [1, 2, 1]


def test_what_stays_below_the_bar_is_none_however_clear(found, monotone):
    moves = found(0.004 + NOISE, 0.005 + NOISE)
    assert all(move.found["low"] > 0.0 for move in moves)
    assert not exceptions(moves)
    assert monotone.largest(moves).plenty == 3.0


def test_what_is_not_clear_of_0_is_none_however_large(found):
    moves = found(0.02 + 20 * NOISE, np.zeros(4))
    assert moves[0].found["mean"] > 0.01
    assert moves[0].found["low"] < 0.0
    assert not exceptions(moves)


def test_a_gap_that_narrows_is_none(found):
    assert not exceptions(found(-0.05 + NOISE, -0.05 + NOISE))


def test_replications_are_paired(found):
    """The gaps differ between replications by much more than a step; its interval is that of the step."""
    assert found(0.012 + NOISE, NOISE)[0].found["high"] < 0.02


def test_one_replication_or_none_known_is_no_exception(monotone):
    lever = monotone.Lever("Staff", "staff", "more staff", (1.0, 2.0))
    for changes in ([0.5], [np.nan, np.nan]):
        assert not monotone.Move(lever, "here", 1.0, 2.0, np.array(changes)).exception


def test_the_verdict_counts_and_names_them(found, monotone):
    said = monotone.verdict(found(0.012 + NOISE, 0.012 + NOISE))
    assert (
        "**There are 3 exceptions** in 3 moves along 1 lever: more staff in here (`staff` from 1 to 2): +1.20 ["
        in said
    )
    assert "- Staff: more staff in here (`staff` from 1 to 3): +2.40 [" in said
    assert "**There is 1 exception** in" in monotone.verdict(found(0.012 + NOISE, -0.012 - NOISE))
    none = monotone.verdict(found(-0.012 + NOISE, -0.012 + NOISE))
    assert "**There is no exception** in" in none
    assert "- Staff: no move widens the mean gap." in none


def test_levels_go_from_scarce_to_plenty(monotone):
    for lever in monotone.LEVERS:
        rising = lever.plenty.startswith("more")
        assert list(lever.levels) == sorted(lever.levels, reverse=not rising), lever.key


def test_the_table_holds_every_level_and_replication(monotone):
    found, _ = monotone.read_table(monotone.TABLE)
    keys = {
        (lever.key, name, level)
        for lever in monotone.LEVERS
        for name in monotone.STRUCTURES
        for level in lever.levels
    }
    gaps = found["", monotone.GAP]
    assert set(gaps) == keys
    assert monotone.REPLICATIONS >= 100
    assert {len(values) for of in found.values() for values in of.values()} == {monotone.REPLICATIONS}


def test_the_page_says_what_the_table_holds(monotone):
    page = monotone.PAGE.read_text(encoding="utf-8")
    assert monotone.filled(page, *monotone.read_table(monotone.TABLE)) == page, AGAIN


def test_a_table_is_read_as_it_was_written(monotone, tmp_path):
    found, model = monotone.read_table(monotone.TABLE)
    monotone.write_table(tmp_path / "again.csv", found, model)
    assert (tmp_path / "again.csv").read_bytes() == monotone.TABLE.read_bytes()
