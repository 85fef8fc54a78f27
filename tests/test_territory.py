"""A user's table of places: what may be in it, and what is said about each way it can be wrong."""

import numpy as np
import pytest
import worlds

from sim.model.geography import territory
from sim.model.schedule import begin, simulate

ROW = ("A", "Aberfoyle", 40_000, 35.0, 5.0, "")
OTHER = ("B", "Bogside", 20_000, 5.0, 50.0, "A")


@pytest.fixture
def table(tmp_path):
    """Writes a table of places, and ties beside it."""

    def write(*rows, header=worlds.COLUMNS, ties=None):
        if ties is not None:
            (tmp_path / "mine_ties.csv").write_text("a,b,kind\n" + "".join(f"{row}\n" for row in ties))
        return worlds.write_places(tmp_path / "mine.csv", list(rows), header)

    return write


def changed(column, value):
    return tuple(value if name == column else old for name, old in zip(worlds.COLUMNS, ROW, strict=True))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (changed("pop_mid2022", 0), ["line 2", "pop_mid2022", "above 0"]),
        (changed("pop_mid2022", -5), ["line 2", "pop_mid2022", "above 0"]),
        (changed("pop_mid2022", "1e30"), ["line 2", "pop_mid2022", "more people than there are on Earth"]),
        (changed("pop_mid2022", "many"), ["line 2", "pop_mid2022", "'many'", "not a number"]),
        (changed("pop_mid2022", ""), ["line 2", "pop_mid2022", "not a number"]),
        (changed("pop_mid2022", "nan"), ["line 2", "pop_mid2022"]),
        (changed("pop_mid2022", "inf"), ["line 2", "pop_mid2022"]),
        (changed("simd2020_pct_pop2020_in_most_deprived_20pct", -1), ["line 2", "simd2020", "0 or more"]),
        (changed("simd2020_pct_pop2020_in_most_deprived_20pct", 101), ["line 2", "simd2020", "percentage"]),
        (changed("pct_pop2020_rural_ur6_5_6", 100.5), ["line 2", "rural", "percentage"]),
        (changed("pct_pop2020_rural_ur6_5_6", "?"), ["line 2", "rural", "not a number"]),
        (changed("code", ""), ["line 2", "code ''", "once"]),
        (changed("code", "B"), ["code 'B'", "once", "line 2", "line 3"]),
        (changed("land_neighbours", "Z"), ["line 2", "'Z'", "not another place"]),
        (changed("land_neighbours", "B;A"), ["line 2", "'A'", "not another place"]),
        (changed("land_neighbours", "B,C"), ["line 2", "'B,C'", "not another place"]),
        (changed("name", ""), ["line 2", "name ''", "once"]),
        (changed("name", "Bogside"), ["line 2", "line 3", "name 'Bogside'", "once"]),
        (changed("name", "B"), ["line 2", "name 'B'", "no other place's code"]),
        ((*ROW, "more"), ["line 2", "more cells than the header", "write 40000, not 40,000"]),
    ],
)
def test_what_is_wrong_with_a_row_is_said(table, row, words):
    with pytest.raises(ValueError, match=r"mine.csv") as refused:
        territory(table(row, OTHER))
    for word in words:
        assert word in str(refused.value)


def test_all_problems_of_a_table_are_said_together(table):
    with pytest.raises(ValueError, match=r"mine.csv") as refused:
        territory(table(changed("pop_mid2022", 0), ("B", "Bogside", "x", 300, -1, "Q")))
    assert str(refused.value).count("line") == 5


@pytest.mark.parametrize("column", worlds.COLUMNS)
def test_every_column_is_needed(table, column):
    kept = [n for n, name in enumerate(worlds.COLUMNS) if name != column]
    header = tuple(worlds.COLUMNS[n] for n in kept)
    with pytest.raises(ValueError, match=f"no column {column}; needed are code, name"):
        territory(table(tuple(ROW[n] for n in kept), header=header))


def test_an_empty_table_is_refused(table):
    with pytest.raises(ValueError, match=r"mine.csv: the table has no rows"):
        territory(table())


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no table .*; give 'scotland' or the path of a CSV file"):
        territory(str(tmp_path / "nowhere.csv"))


TILES = (*worlds.COLUMNS, "tile_row", "tile_col")


@pytest.mark.parametrize(
    ("tiles", "words"),
    [
        ([("1", "2"), ("north", "3")], ["line 3", "tile_row is 'north'", "whole number"]),
        ([("1", "2"), ("1", "-3")], ["line 3", "tile_col is '-3'", "whole number"]),
        (
            [("1", "2"), ("1", "2")],
            ["line 2", "line 3", "tile_row and tile_col are 1, 2", "another place's tile"],
        ),
        ([("1", "2"), ("", "3")], ["1 places have no tile_row and tile_col", "all of them, or none"]),
    ],
)
def test_what_is_wrong_with_tiles_is_said(table, tiles, words):
    with pytest.raises(ValueError, match=r"mine.csv") as refused:
        territory(table((*ROW, *tiles[0]), (*OTHER, *tiles[1]), header=TILES))
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code;name;pop_mid2022\nA;Aberfoyle;1\n", "are the columns separated by commas?"),
        (b"code,name\nA,Pays de Vaud" + "é\n".encode("latin-1"), "not UTF-8 .*save it as CSV UTF-8"),
        (b"code,name,code\nA,Aberfoyle,B\n", "column code is there more than once"),
        (b"code,name\n" + b"x" * 200_000 + b",y\n", "cannot be read as CSV"),
        (b"", "no rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, content, said):
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(ValueError, match=rf"mine.csv: .*{said}"):
        territory(str(tmp_path / "mine.csv"))


def test_a_table_of_ties_needs_its_columns(table, tmp_path):
    places = table(ROW, OTHER)
    (tmp_path / "mine_ties.csv").write_text("from,to,kind\nA,B,bridge\n")
    with pytest.raises(ValueError, match=r"mine_ties.csv: no column a, b; needed are a, b, kind"):
        territory(places)


def test_all_wrong_ties_are_said_together(table):
    with pytest.raises(ValueError, match=r"line 2.*line 4"):
        territory(table(ROW, OTHER, ties=["A,Z,bridge", "A,B,bridge", "B,B,ferry"]))


@pytest.mark.parametrize("tie", ["A,Z,bridge", "Q,B,ferry", "A,B,tunnel", "A,B", ",,", "A,A,bridge"])
def test_a_wrong_tie_is_refused(table, tie):
    with pytest.raises(
        ValueError, match=r"mine_ties.csv, line 2: a tie needs two codes .* land, bridge, ferry, air"
    ):
        territory(table(ROW, OTHER, ties=[tie]))


def test_a_short_row_is_refused(table):
    with pytest.raises(ValueError, match="line 2: simd2020"):
        territory(table(ROW[:3], OTHER))


def test_columns_beyond_the_needed_ones_are_left_alone(table):
    land = territory(table((*ROW, "north"), (*OTHER, "south"), header=(*worlds.COLUMNS, "side")))
    assert land.name == ("Aberfoyle", "Bogside")
    assert land.tile_row is None


def test_people_weigh_in_what_is_standard(table):
    land = territory(table(ROW, OTHER))
    weight = land.population / land.population.sum()
    for column in land.character.T:
        assert weight @ column == pytest.approx(0.0, abs=1e-12)
        assert weight @ column**2 == pytest.approx(1.0)
    # The first place is the more deprived and the less rural.
    assert land.character[0, 0] > 0.0 > land.character[0, 1]


def test_places_that_are_all_alike_have_no_character(table):
    land = territory(table(ROW, ("B", "Bogside", 10, 35.0, 5.0, "")))
    assert not land.character.any()


def test_ties_are_mutual_known_by_kind_and_shared_out(table):
    places = [(code, code, 1000 * n, 10.0 * n, 9.0 * n, "") for n, code in enumerate("ABCDEFGH", 1)]
    land = territory(table(*places, ties=["A,H,ferry", "A,G,bridge"]))
    share = np.zeros((8, 8))
    for a in range(8):
        for tie in range(land.tie_start[a], land.tie_start[a + 1]):
            share[a, land.tie_other[tie]] = land.tie_weight[tie]
    np.testing.assert_allclose(share.sum(axis=1), 1.0)
    assert not np.diag(share).any()
    assert share[0, 6] == pytest.approx(2.0 * share[0, 7])
    assert share[6, 0] > 0.0
    assert share[7, 0] > 0.0
    # Two places of the most alike, and the two crossings.
    assert np.count_nonzero(share[0]) == 4


def test_a_table_saved_by_a_spreadsheet_as_utf_8_is_read(table, tmp_path):
    plain = (tmp_path / table(ROW, OTHER)).read_bytes()
    (tmp_path / "marked.csv").write_bytes(b"\xef\xbb\xbf" + plain)
    assert territory(str(tmp_path / "marked.csv")).code == ("A", "B")


def test_sizes_are_alike_counted_in_times(table):
    """A town of 100,000 is more like a city of nine times its size than like a village of a tenth."""
    sizes = {"A": 1_000, "B": 10_000, "C": 100_000, "D": 700_000, "E": 900_000}
    land = territory(table(*((code, code, people, 10.0, 10.0, "") for code, people in sizes.items())))
    assert set(land.tie_other[land.tie_start[2] : land.tie_start[3]]) == {3, 4}


def test_land_neighbours_are_ties_both_ways_though_written_once(table):
    places = [
        (code, code, 1000 * n, 10.0 * n, 9.0 * n, "F" if code == "A" else "")
        for n, code in enumerate("ABCDEF", 1)
    ]
    land = territory(table(*places))
    assert 0 in land.tie_other[land.tie_start[5] : land.tie_start[6]]


@pytest.mark.parametrize("rows", [[ROW], [ROW, OTHER]])
def test_a_nation_may_be_very_small(table, rows):
    settings = {
        "population.places": table(*rows),
        "population.users": 4,
        "population.months": 30,
        "population.bodies": 3,
    }
    run = simulate(worlds.parameters(settings, mechanisms=worlds.ON), 2)
    assert np.all(np.isfinite(run.state.journal.realised))


def test_there_is_a_user_for_every_place(small):
    with pytest.raises(ValueError, match=r"population.users is 5, but every one of 6 places needs a user"):
        begin(worlds.parameters(small, {"population.users": 5}), 1)
    run = begin(worlds.parameters(small, {"population.users": 6}), 1)
    assert np.bincount(run.state.users.place).tolist() == [1] * 6


def test_users_and_bodies_are_shared_out_by_population():
    run = begin(worlds.parameters({}), 1)
    users = np.bincount(run.state.users.place)
    bodies = np.bincount(run.state.bodies.home)
    share = run.territory.population / run.territory.population.sum()
    assert users.sum() == 3200
    assert np.max(np.abs(users - (1 + (3200 - 32) * share))) <= 1.0
    assert bodies.sum() == 160
    assert np.max(np.abs(bodies - (1 + (160 - 32) * share))) <= 1.0
    assert np.all(run.state.bodies.second_home != run.state.bodies.home)
    several = np.mean(run.state.bodies.second_home >= 0)
    assert several == pytest.approx(0.25, abs=4.0 * np.sqrt(0.25 * 0.75 / 160))


def test_places_are_found_by_name_and_by_code():
    land = territory("scotland")
    assert len(land.name) == 32
    assert land.index("Glasgow City") == land.index(land.code[land.index("Glasgow City")])
    assert land.nearest("Glasgw") == "Glasgow City"
    assert not land.knows("Glasgw")
