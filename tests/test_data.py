"""The shipped tables are whole, consistent with themselves, and join every place to every other."""

import csv
import re
from importlib.resources import files
from itertools import pairwise

import networkx as nx
import pytest

POPULATION = 5_447_700
ISLANDS = {"Orkney Islands", "Shetland Islands", "Na h-Eileanan Siar"}
KINDS_OF_TIE = {"bridge", "ferry", "air"}
STATUSES = {"reported", "estimated", "derived", "planned", "words only", "no figure"}


def rows(table):
    with (files("sim") / "data" / table).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def councils():
    return {row["code"]: row for row in rows("councils.csv")}


@pytest.fixture(scope="module")
def ties():
    return rows("ties.csv")


@pytest.fixture(scope="module")
def land(councils):
    return {
        frozenset((code, other))
        for code, row in councils.items()
        for other in row["land_neighbours"].split(";")
        if other
    }


def column(councils, name, kind=float):
    return [kind(row[name]) for row in councils.values()]


def test_there_are_32_councils_with_distinct_codes_and_names(councils):
    assert len(rows("councils.csv")) == len(councils) == 32
    assert len(set(column(councils, "name", str))) == 32
    assert all(re.fullmatch(r"S120000\d\d", code) for code in councils)
    assert column(councils, "name", str) == sorted(column(councils, "name", str))


def test_population_sums_to_scotland(councils):
    assert sum(column(councils, "pop_mid2022", int)) == POPULATION


def test_ages_are_parts_of_the_population(councils):
    for row in councils.values():
        young, old = int(row["age0_17_mid2022"]), int(row["age65plus_mid2022"])
        assert young + old < int(row["pop_mid2022"])
        assert int(row["age2_mid2022"]) + int(row["age3_4_mid2022"]) < young


def test_data_zones_sum_to_those_of_the_2020_index(councils):
    assert sum(column(councils, "datazones", int)) == 6976


def test_deprivation_lies_within_its_bounds_and_is_national_20_and_10_percent(councils):
    zones = column(councils, "datazones", int)
    for share, national in (("20", 0.2), ("10", 0.1)):
        percent = column(councils, f"simd2020_pct_dz_in_most_deprived_{share}pct")
        assert all(0.0 <= value <= 100.0 for value in percent)
        deprived = sum(value / 100 * n for value, n in zip(percent, zones, strict=True))
        assert deprived / sum(zones) == pytest.approx(national, abs=0.001)


def test_urban_rural_shares_sum_to_100(councils):
    for row in councils.values():
        classes = [float(row[f"pct_pop2020_ur6_{k}"]) for k in range(1, 7)]
        assert sum(classes) == pytest.approx(100.0, abs=0.31)
        assert classes[4] + classes[5] == pytest.approx(float(row["pct_pop2020_rural_ur6_5_6"]), abs=0.11)
        assert classes.index(max(classes)) + 1 == int(row["ur6_modal_class"])


def test_no_two_councils_share_a_tile_or_a_hexagon(councils):
    for pair in (("tile_row", "tile_col"), ("hex_q_oddr", "hex_r_oddr")):
        assert len({tuple(int(row[name]) for name in pair) for row in councils.values()}) == 32


def test_points_lie_in_scotland(councils):
    assert all(-8.0 < lon < -0.7 for lon in column(councils, "rep_lon"))
    assert all(54.6 < lat < 60.9 for lat in column(councils, "rep_lat"))


def test_land_neighbours_are_known_symmetric_and_not_themselves(councils):
    for code, row in councils.items():
        neighbours = [other for other in row["land_neighbours"].split(";") if other]
        assert len(set(neighbours)) == len(neighbours)
        assert code not in neighbours
        for other in neighbours:
            assert code in councils[other]["land_neighbours"].split(";")


def test_only_island_councils_have_no_land_neighbour(councils):
    assert {row["name"] for row in councils.values() if not row["land_neighbours"]} == ISLANDS


def test_ties_join_known_councils_once_and_repeat_no_land_neighbour(councils, ties, land):
    pairs = [frozenset((tie["a"], tie["b"])) for tie in ties]
    assert all(len(pair) == 2 and pair <= set(councils) for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    assert not set(pairs) & land
    assert {tie["kind"] for tie in ties} <= KINDS_OF_TIE
    assert all(tie["source"] for tie in ties)


def test_the_note_of_a_tie_names_its_two_councils(councils, ties):
    for tie in ties:
        named = tie["note"].partition(":")[0]
        assert named == f"{councils[tie['a']]['name']} and {councils[tie['b']]['name']}"


def test_every_place_reaches_every_other_once_ties_are_added(councils, ties, land):
    places = nx.Graph([tuple(pair) for pair in land])
    places.add_nodes_from(councils)
    assert nx.number_connected_components(places) == 1 + len(ISLANDS)
    places.add_edges_from((tie["a"], tie["b"]) for tie in ties)
    assert nx.is_connected(places)


@pytest.mark.parametrize("island", sorted(ISLANDS))
def test_every_island_council_has_a_ferry(councils, ties, island):
    ends = {councils[code]["name"] for tie in ties if tie["kind"] == "ferry" for code in (tie["a"], tie["b"])}
    assert island in ends


def test_dated_figures_are_dated_numbered_and_sourced():
    for row in rows("national_series.csv"):
        assert re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", row["month"])
        assert row["status"] in STATUSES
        assert row["source"]
        assert row["unit"]
        assert (row["number"] == "") == (row["status"] in {"words only", "no figure"})
        if row["number"]:
            assert float(row["number"]) >= 0.0


def test_dated_figures_of_a_series_are_in_order_share_a_unit_and_stay_below_100_percent():
    series = {}
    for row in rows("national_series.csv"):
        series.setdefault(row["series"], []).append(row)
    for points in series.values():
        assert all(a["month"] < b["month"] for a, b in pairwise(points))
        assert len({point["unit"] for point in points}) == 1
        if points[0]["unit"].startswith("%"):
            assert all(float(point["number"] or 0) <= 100.0 for point in points)


def test_figures_counted_from_a_denominator_agree_with_it():
    counted = re.compile(r"(\d[\d,]*) of (\d[\d,]*\d)")
    found = 0
    for row in rows("national_series.csv"):
        match = counted.search(row["note"])
        if match:
            part, whole = (int(n.replace(",", "")) for n in match.groups())
            assert 100 * part / whole == pytest.approx(float(row["number"]), abs=0.06)
            found += 1
    assert found >= 6
