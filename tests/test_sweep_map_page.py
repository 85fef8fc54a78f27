"""The map of a sweep's report in a real browser: what its colours say, and the tables that are downloaded from it."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
from synthetic_sweep import design, gaps, grid, responses, write

from sim.analysis.sweep_data import read_sweep
from sim.reporting.charts.style import DIVERGING
from sim.reporting.sweep_page import map_section as drawn_from
from sim.reporting.sweep_page.findings import findings
from sim.reporting.sweep_page.page import sweep_html

pytest_plugins = ("live_browser",)

AROUND = grid(x=np.linspace(-2.0, 2.0, 5))
MEANS = {"a": 0.6 + 0.03 * AROUND["x"] * (1 + (AROUND["x"] < 0)), "b": np.full(5, 0.6)}


def found_in(folder, columns, means, replications=20, **how):
    return findings(read_sweep(write(folder, columns, responses(gaps(means, replications)), **how)))


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page of what was found, and ends with an error if the page had one."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(120_000)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))

    def opening(found):
        (tmp_path / "page.html").write_text(sweep_html(found), encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield opening
    context.close()
    assert not errors


def downloaded(page, button):
    with page.expect_download() as download:
        page.click(button)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_difference_turns_colour_at_0(opened, tmp_path):
    found = found_in(tmp_path / "s", AROUND, MEANS, kind="grid")
    page = opened(found)
    page.select_option("#map-show", "difference")
    inks = page.evaluate("document.getElementById('map').layout.shapes.map((s) => s.fillcolor)")
    red, _, blue = np.array([[int(part) for part in re.findall(r"\d+", ink)] for ink in inks]).T
    values = found.compared.numbers("gap").mean(axis=2)
    expected = values[0] - values[1]
    assert np.sign(expected[[0, 1, 3, 4]]).tolist() == [-1, -1, 1, 1]
    warmth = (red - blue).astype(float)
    assert (np.sign(warmth[[0, 1, 3, 4]]) == np.sign(expected[[0, 1, 3, 4]])).all()
    assert abs(warmth[2]) < 15
    # Only the larger of the two ends is reached: the other is as deep as its number is large.
    coldest, _, warmest = (int(ink[1:3], 16) - int(ink[5:7], 16) for _, ink in DIVERGING)
    assert warmth[0] == coldest
    assert warmth[4] == pytest.approx(warmest * expected[4] / -expected[0], abs=3)
    said = page.text_content("#map-title")
    assert (
        said
        == "By x: the mean gap is smaller in a in 2 of 5 cells, smaller in b in 2, the same as written in 1."
    )
    assert page.is_visible("#map-scale")
    ends = [end.text_content() for end in page.query_selector_all("#map-scale span")]
    assert ends[0] == f"\u2212{100 * abs(expected[0]):.1f} (smaller in a)"
    assert ends[1].startswith(f"+{100 * abs(expected[0]):.1f} (smaller in b); pale: 0")
    page.select_option("#map-show", "winner")
    assert not page.is_visible("#map-scale")


def test_the_points_are_downloaded_with_the_names_of_who_wins_and_who_is_next(opened, tmp_path):
    columns = design(60, ("z", "y"))
    level = np.where(columns["z"] > 0.5, 0.5, 0.6)
    means = {"hierarchy": level, "distributed": np.full(60, 0.6), "devolved": np.full(60, 0.7)}
    found = found_in(tmp_path / "s", columns, means)
    rows = downloaded(opened(found), "#map-points-csv")
    regimes, names = found.found, found.compared.structures
    assert [int(row["design_point"]) for row in rows] == list(range(60))
    assert [row["best"] for row in rows] == [names[k] for k in regimes.best]
    assert [row["rival"] for row in rows] == [names[k] for k in regimes.rival]
    for p, row in enumerate(rows):
        assert row["leaders"].split("; ") == [names[k] for k in np.flatnonzero(regimes.leaders[:, p])]
        assert row["winner"] == (
            names[regimes.winner[p]] if regimes.winner[p] >= 0 else "several share the lead"
        )
    assert {"hierarchy", "several share the lead"} == {row["winner"] for row in rows}


def test_points_that_were_written_down_are_downloaded_by_name(opened, tmp_path):
    means = {"a": np.array([0.5, 0.6, 0.6]), "b": np.full(3, 0.6)}
    found = found_in(tmp_path / "s", {"x": np.arange(3.0)}, means, kind="list")
    rows = downloaded(opened(found), "#map-points-csv")
    assert [row["name"] for row in rows] == ["x 0", "x 1", "x 2"]


def test_of_very_many_points_those_drawn_keep_their_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(drawn_from, "MOST_ON_PAGE", 3)
    drawn = drawn_from.map_data(found_in(tmp_path / "s", AROUND, MEANS, kind="grid"))
    assert (drawn["point"], drawn["point_numbers"]) == ("design_point", [0, 2, 4])
    scale = grid(**{"power.distribution": np.linspace(0, 1, 3), "x": np.arange(2.0)})
    found = found_in(
        tmp_path / "t", scale, {"baseline": 0.6 + 0.1 * scale["power.distribution"]}, kind="grid"
    )
    assert drawn_from.map_data(found)["point"] == "point"


RIGHT_EDGES = """(within) => [...document.querySelectorAll("figure")].map((figure) => {
  const drawn = [...figure.querySelectorAll(".main-svg, .annotation-text")];
  return Math.max(...drawn.map((one) => one.getBoundingClientRect().right)) - (within || figure.getBoundingClientRect().right);
})"""
"""How far each drawing, and the words on it, reach beyond its place or beyond so many pixels."""


def test_charts_fit_a_tablet_and_a_sheet_of_paper(opened, tmp_path):
    page = opened(found_in(tmp_path / "s", AROUND, MEANS, kind="grid"))
    page.set_viewport_size({"width": 768, "height": 1000})
    page.reload()
    beyond = page.evaluate(RIGHT_EDGES)
    assert len(beyond) > 3
    assert max(beyond) < 1
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.reload()
    wide = page.evaluate("document.querySelector('.chart').getBoundingClientRect().width")
    assert wide == 1000
    assert max(page.evaluate(RIGHT_EDGES)) < 1
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sheet = 703 + page.evaluate("document.querySelector('figure').getBoundingClientRect().left")
    assert max(page.evaluate(RIGHT_EDGES, sheet)) < 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelector('.chart').getBoundingClientRect().width") == wide
