"""The page of a sweep: question first, complete, self-contained, safe, small, and the command that writes it."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic_sweep import design, gaps, grid, responses, write

from sim.analysis.sweep_data import read_sweep
from sim.cli.main import execute
from sim.reporting.charts.render import library
from sim.reporting.sweep_page import map_section as drawn_from
from sim.reporting.sweep_page.findings import findings
from sim.reporting.sweep_page.map_section import MOST_ON_PAGE, drawn_points, map_data, points_file_name
from sim.reporting.sweep_page.page import sweep_html, write_sweep_report

EVIL = "</script><script>alert('x')</script><b>&\"<!--"
COLUMNS = design(120, ("work.load", "changes.heterogeneity", "z"))
FLAT = np.full(120, 0.6)
SLOPE = FLAT + 0.2 * (COLUMNS["work.load"] - 0.5)

SCALE = grid(**{"power.distribution": np.linspace(0, 1, 5), "x": np.arange(4.0)})


def eight(columns=COLUMNS):
    return {f"structure_{k}": FLAT + 0.02 * k + 0.3 * (columns["z"] - 0.5) * (k % 2) for k in range(8)}


CASES = {
    "two": (COLUMNS, {"hierarchy": FLAT, "distributed": SLOPE}, {}),
    "eight": (COLUMNS, eight(), {}),
    "one structure": (COLUMNS, {"baseline": SLOPE}, {}),
    "scale": (SCALE, {"baseline": 0.6 + 0.1 * SCALE["power.distribution"]}, {"kind": "grid"}),
    "scale alone": (
        {"power.distribution": np.linspace(0, 1, 5)},
        {"baseline": 0.6 + 0.1 * np.linspace(0, 1, 5)},
        {"kind": "grid"},
    ),
    "one factor": ({"x": np.arange(8.0)}, {"a": np.full(8, 0.6), "b": 0.57 + 0.01 * np.arange(8)}, {"kind": "grid"}),
    "one point": ({"x": np.zeros(1)}, {"a": np.full(1, 0.6), "b": np.full(1, 0.5)}, {"kind": "list"}),
    "words": (
        {"form": np.array(["p", "q", "r"] * 4), "x": np.repeat(np.arange(4.0), 3)},
        {"a": np.full(12, 0.6), "b": np.full(12, 0.6)},
        {"kind": "grid"},
    ),
    "as the scenario says": (
        {f"mechanisms.m{k}": np.where(np.arange(6) == k, 0.0, np.nan) for k in range(5)},
        {"a": np.full(6, 0.6), "b": np.full(6, 0.55)},
        {"kind": "list"},
    ),
    "unfinished": (COLUMNS, {"a": FLAT, "b": SLOPE}, {"drop": 400, "parts": True, "failed": [("a", 3, 2)]}),
    "one replication": (COLUMNS, {"a": FLAT, "b": SLOPE}, {"replications": 1}),
}  # fmt: skip


def folder_of(folder, case):
    columns, means, how = CASES[case]
    how = dict(how)
    made = responses(gaps(means, how.pop("replications", 10)))
    return write(folder, columns, made, **how)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    root = tmp_path_factory.mktemp("pages")
    return {case: sweep_html(findings(read_sweep(folder_of(root / case, case)))) for case in CASES}


def seen(page):
    return re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)


def carried(page, name):
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)
    return json.loads(found[1])


@pytest.mark.parametrize("case", CASES)
def test_every_page_is_whole(pages, case):
    page = pages[case]
    words = seen(page)
    assert not re.search(r">None<|>\s*nan\b|\bnan \(", words)
    assert (
        words.index("Under which x and y")
        < words.index('class="headline"')
        < words.index("What was tried</h2>")
    )
    assert "not a forecast" in words.lower()
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    for target in re.findall(r'href="#([^"]+)"', words):
        assert target in names
    for table in re.findall(r'data-table="([^"]+)"', words):
        assert carried(page, table)["rows"]


@pytest.mark.parametrize("case", CASES)
def test_controls_and_boxes_have_names(pages, case):
    words = seen(pages[case])
    assert words.count("<label>") == words.count("<select")
    for box in re.findall(r'<(?:div class="scroll"|figure)[^>]*>', words):
        assert 'tabindex="0"' in box
        assert "aria-label=" in box
    for image in re.findall(r'<div[^>]*role="img"[^>]*>', words):
        assert "aria-label=" in image or 'id="map"' in image
    levels = [int(h) for h in re.findall(r"<h([1-6])", words)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_the_page_asks_nothing_of_anybody(pages):
    page = pages["eight"]
    assert "default-src 'none'" in page
    own = page.replace(library(), "")
    assert not re.search(r"""(src|href|action|data)\s*=\s*["']?\s*(https?:)?//""", own)
    assert "@import" not in own
    assert "fetch(" not in own
    assert page.count(library()[:200]) == 1


def test_sections_come_in_the_order_of_a_reader(pages):
    headings = re.findall(r"<h2>(.*?)</h2>", seen(pages["two"]))
    assert headings == [
        "The map", "What decides it", "What moves it", "Paired differences", "Where the benefit was lost",
        "Were there enough replications?", "What was tried", "How to read this", "Make it again",
    ]  # fmt: skip
    assert "Along power.distribution" in seen(pages["scale"])


def test_an_unfinished_sweep_says_so_before_anything_else(pages):
    words = seen(pages["unfinished"])
    assert words.index("Unfinished: 2,000 of 2,400 runs are in") < words.index("<h1>")


def test_the_first_map_shows_what_decides(pages):
    data = carried(pages["two"], "map-data")
    assert data["factors"][0]["key"] == "work.load"
    calls = data["calls"]["gap"]["all"]
    assert set(calls) <= set("AB=?")
    high = np.array(COLUMNS["work.load"]) > 0.6
    assert (np.array(list(calls))[high] == "A").mean() > 0.9


def test_eight_structures_can_be_compared_in_pairs(pages):
    data = carried(pages["eight"], "map-data")
    assert len(data["calls"]["gap"]) == 1 + 28
    assert all(len(calls) == 120 for by in data["calls"].values() for calls in by.values())
    assert set(data["calls"]) == {"gap", "worst_decile_gap", "gap_fifth_1", "nominal_gap"}


def test_tables_hold_numbers_that_are_right(pages, tmp_path):
    found = findings(read_sweep(folder_of(tmp_path / "two", "two")))
    lost = carried(pages["two"], "losses-table")
    whole = [row for row in lost["rows"] if row[0] == "the whole map" and row[2] == "hierarchy"]
    assert sum(row[4] for row in whole) == pytest.approx(found.sweep.responses["gap"][0].mean())
    differences = carried(pages["two"], "differences-table")
    row = dict(zip(differences["columns"], differences["rows"][0], strict=True))
    values = found.sweep.responses["gap"]
    assert row["mean"] == pytest.approx((values[0] - values[1]).mean())
    assert row["low"] < row["mean"] < row["high"]


def test_text_from_plans_cannot_act(tmp_path):
    made = responses(gaps({EVIL: FLAT, "b": SLOPE}, 5))
    folder = write(tmp_path / "s", COLUMNS, made, name=EVIL, question=EVIL, command=EVIL)
    page = sweep_html(findings(read_sweep(folder)))
    assert "alert('x')</script>" not in page
    assert EVIL not in page
    assert '<b>&"' not in page


def test_a_large_map_stays_small(tmp_path):
    """1,000 points, 8 structures, 40 factors: under 10 MB, of which plotly.js is about half."""
    columns = design(1000, tuple(f"group.factor_{k}" for k in range(40)))
    means = {f"structure_{k}": 0.6 + 0.05 * columns[f"group.factor_{k}"] for k in range(8)}
    page = sweep_html(findings(read_sweep(write(tmp_path / "s", columns, responses(gaps(means, 5))))))
    assert len(page.encode()) < 10e6


def test_of_very_many_points_the_page_holds_some():
    assert len(drawn_points(1_000_000)) == MOST_ON_PAGE
    assert drawn_points(7).tolist() == list(range(7))


def test_points_too_many_for_the_page_are_all_in_a_file_beside_it(tmp_path, monkeypatch):
    columns = {"x": np.arange(5.0), "y": np.array([0.0, 1.0, 0.0, 1.0, 0.0])}
    means = {"a": np.array([0.3, 0.4, 0.5, 0.6, 0.7]), "b": np.full(5, 0.5)}
    folder = write(tmp_path / "s", columns, responses(gaps(means, 6, luck=0.001)))
    page, found = write_sweep_report(folder)
    assert points_file_name(found) is None
    assert "Download all its points as CSV" in page.read_text(encoding="utf-8")
    monkeypatch.setattr(drawn_from, "MOST_ON_PAGE", 3)
    page, found = write_sweep_report(folder)
    beside = page.parent / str(points_file_name(found))
    assert f'href="{beside.name}"' in page.read_text(encoding="utf-8")
    assert "Download the points drawn as CSV" in page.read_text(encoding="utf-8")
    rows = pd.read_csv(beside)
    assert rows["design_point"].tolist() == [0, 1, 2, 3, 4]
    assert rows["x"].tolist() == columns["x"].tolist()
    assert rows["winner"].tolist() == ["a", "a", "nobody", "b", "b"]
    assert rows["mean_gap_b"].tolist() == pytest.approx(found.found.mean[1])
    assert (rows["low"] <= rows["ahead_by"]).all()


def test_unknown_numbers_are_null(tmp_path):
    folder = folder_of(tmp_path / "s", "one replication")
    json.dumps(map_data(findings(read_sweep(folder))), allow_nan=False)


def test_the_command_writes_the_page_and_says_the_answer(tmp_path, capsys):
    folder = folder_of(tmp_path / "s", "two")
    assert execute(["report", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert " ".join(out.split()).startswith("It depends on work.load: ")
    assert str(folder / "report.html") in err
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_prints_one_object(tmp_path, capsys):
    folder, page = folder_of(tmp_path / "s", "unfinished"), tmp_path / "deep" / "page.html"
    assert execute(["report", str(folder), "--json", "--out", str(page)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"]["kind"] == "depends"
    assert said["verdict"]["notice"].startswith("Unfinished")
    assert said["runs"] == {"planned": 2400, "in": 2000, "failed": 1}
    assert sum(said["map"]["won"].values()) + sum(said["map"]["nobody"].values()) == 120
    assert page.is_file()
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize("arguments", [["--out", ""], ["--out", "."]])
def test_a_page_needs_a_file(tmp_path, capsys, arguments):
    folder = folder_of(tmp_path / "s", "one point")
    assert execute(["report", str(folder), *arguments]) == 2
    assert "must name a file" in capsys.readouterr().err
    assert not (folder / "report.html").exists()


def test_the_folder_of_a_comparison_is_refused(tmp_path, capsys):
    for name in ("metadata.json", "report.html"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert execute(["report", str(tmp_path)]) == 2
    assert "of a comparison or a single run, not of a sweep; its report is" in capsys.readouterr().err
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "{}"


def test_the_same_folder_gives_the_same_page(tmp_path):
    folder = folder_of(tmp_path / "s", "eight")
    first = write_sweep_report(folder)[0].read_bytes()
    assert write_sweep_report(folder)[0].read_bytes() == first


def test_help_does_not_wait_for_the_analysis():
    code = (
        "import sys; from sim.cli.main import execute; execute(['report', '--help']);"
        "print(sorted({'sklearn', 'SALib', 'scipy', 'numpy', 'plotly', 'pandas'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert run.stdout.strip().endswith("[]")


def test_points_of_which_some_share_the_lead_say_who_on_the_map(tmp_path):
    high = COLUMNS["z"] > 0.5
    means = {"a": np.where(high, 0.5, 0.6), "b": FLAT, "c": FLAT + 0.1}
    found = findings(read_sweep(write(tmp_path / "s", COLUMNS, responses(gaps(means, 20)))))
    drawn = map_data(found)
    calls, shared = drawn["calls"]["gap"]["all"], drawn["shared"]["gap"]
    assert {calls[p] for p in np.flatnonzero(high)} == {"A"}
    assert {p for p, call in enumerate(calls) if call == "+"} == set(shared)
    assert set(shared.values()) == {"AB"}
    assert len(shared) > 0.9 * (~high).sum()
    assert "+" not in drawn["calls"]["gap"]["0-1"]
    words = seen(sweep_html(found))
    assert "no clear winner: several share the lead" in words
    at = np.array(drawn["numbers"]["leads_b"]["values"], float)
    assert at[high].sum() == 0
    assert at[~high].mean() > 0.9
