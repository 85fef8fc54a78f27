"""The report: complete, self-contained, safe, and titled by what it shows."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from synthetic_comparison import comparison, nowhere, scenario

from sim import storage
from sim.model import state, vocabulary
from sim.model.decision_rights import KINDS
from sim.model.parameters import Intervention, Parameters
from sim.reporting.charts import style
from sim.reporting.charts.render import charts, drawing, figure, library
from sim.reporting.charts.style import spread
from sim.reporting.charts.tile_maps import short_name
from sim.reporting.charts.time_series import FROM_BELOW
from sim.reporting.comparison_page import report_html, write_report

EVIL = "</script><script>alert('x')</script><b>&\"<!--"


def two(**more):
    return comparison(
        scenario("hierarchy", 0.60, seed=1, **more),
        scenario("distributed", 0.55, seed=2, weights={"will": 1.0}, **more),
    )


def by_key(made):
    return {chart.key: chart for chart in charts(made)}


def numbers(values):
    return [v for v in values if v is not None]


CASES = {
    "one": lambda: comparison(scenario("hierarchy", 0.6, 10)),
    "two": two,
    "two equal": lambda: comparison(scenario("hierarchy", 0.6, 10), scenario("distributed", 0.6, 10)),
    "one replication": lambda: comparison(
        scenario("a", 0.6, 1), scenario("b", 0.5, 1, months_to_half=[np.nan])
    ),
    "one month": lambda: comparison(scenario("a", 0.6, 3, months=1), scenario("b", 0.5, 3, months=1)),
    "long": lambda: comparison(scenario("a", 0.6, 3, months=3000), scenario("b", 0.5, 3, months=3000)),
    "unknown": lambda: comparison(scenario("a", [np.nan] * 3, 3), scenario("b", 0.5, 3)),
    "three": lambda: comparison(*[scenario(f"s{k}", 0.6, 5, seed=k) for k in range(3)]),
    "eight": lambda: comparison(
        *[scenario(f"tight_loose_tight_{k}", 0.5 + k / 50, 5, seed=k) for k in range(8)]
    ),
    "no tiles": lambda: comparison(*[scenario(n, 0.6, 3, places=nowhere(500)) for n in "ab"]),
    "one place": lambda: comparison(*[scenario(n, 0.6, 3, places=nowhere(1)) for n in "ab"]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_chart_is_one_that_plotly_accepts(case):
    made = CASES[case]()
    for chart in charts(made):
        figure(chart)
        json.loads(drawing(chart))
        words = " ".join(a["text"] for a in chart.layout["annotations"])
        assert f"seed {made.seed}" in words
        assert f"gapsim {made.version}" in words
        assert f"n = {made.replications}" in words
        assert len(chart.title) > 15
        assert chart.rows
        assert all(len(row) == len(chart.columns) for row in chart.rows)
    page = report_html(made)
    assert not re.search(r">None<|\bnan\b", re.sub(r"<script.*?</script>", "", page, flags=re.S))


def test_no_interval_is_cut_off_by_the_edge_of_the_chart_of_the_gap():
    gap = by_key(comparison(scenario("a", [0.4, 0.5, 0.6], 3), scenario("b", [0.3, 0.5, 0.7], 3)))["gap"]
    low, high = gap.layout["yaxis"]["range"]
    bands = [trace["y"] for trace in gap.data if trace.get("fill") == "toself"]
    assert len(bands) == 2
    single = [numbers(trace["y"]) for trace in gap.data if trace.get("fill") != "toself"]
    assert max(map(max, bands)) > max(map(max, single)), "an interval as wide as this one needs more room"
    assert low < min(map(min, bands))
    assert high > max(map(max, bands))


@pytest.mark.parametrize("key", ["gap", "deprivation"])
def test_words_above_an_axis_leave_room_for_the_label_of_its_highest_tick(key):
    layout = by_key(two())[key].layout
    above = next(note for note in layout["annotations"] if "95 % interval" in note["text"])
    assert above["yanchor"] == "bottom"
    assert above["yshift"] > layout["yaxis"]["tickfont"]["size"] / 2


def test_hardly_any_in_a_stage_is_said_shortly():
    made = two()
    for s in made.scenarios:
        s.series["stage.abandoned"][:] = 0.0001
    ends = [note["text"] for note in by_key(made)["stages"].layout["annotations"]]
    assert ends.count("abandoned &lt;1 %") == 2


def test_every_cause_stage_and_kind_has_a_name():
    assert set(vocabulary.CAUSE_LABELS) == set(state.CAUSES)
    assert set(vocabulary.STAGE_LABELS) == set(state.STAGES) == set(style.STAGES) == set(FROM_BELOW)
    assert tuple(vocabulary.KIND_LABELS) == KINDS


def test_the_page_asks_nothing_of_anybody():
    page = report_html(two())
    assert "default-src 'none'" in page
    own = page.replace(library(), "")
    assert not re.search(r"""(src|href|action|data)\s*=\s*["']?\s*(https?:)?//""", own)
    assert "@import" not in own
    assert "url(" not in own
    assert page.count(library()[:200]) == 1


def test_the_page_says_what_it_must():
    page = report_html(two())
    for words in (
        "distributed closes more of the gap than hierarchy",
        "Not a forecast",
        "one point of a map",
        "Open Government Licence v3.0",
        "National Records of Scotland",
        "SIMD",
        "Urban\nRural Classification 2016",
        "gapsim compare hierarchy distributed --replications 100 --seed 1",
        "gapsim 0.1.0",
        "What was assumed",
    ):
        assert words in page, words
    assert page.index("distributed closes more") < page.index('id="gap-section"')


def test_the_command_given_is_the_one_shown():
    assert "gapsim compare a b work.load=1.5 --seed 3" in report_html(
        two(), "gapsim compare a b work.load=1.5 --seed 3"
    )


def test_text_from_scenario_files_cannot_act():
    made = comparison(scenario(EVIL, 0.6, 5), scenario("b", 0.5, 5, seed=2))
    page = report_html(made, EVIL)
    assert "alert('x')</script>" not in page
    assert '<b>&"' not in page
    assert EVIL not in page
    for chart in charts(made):
        shown = " ".join(a["text"] for a in chart.layout["annotations"])
        assert "<script" not in shown
        assert not set("<>&") & set(drawing(chart))


def test_assumptions_list_what_differs_and_what_is_not_default():
    a = Parameters.model_validate(
        {"power": {"distribution": 0.0}, "work": {"load": 1.5}, "pace": {"pressure": 0.9}}
    )
    b = Parameters.model_validate(
        {
            "power": {"distribution": 1.0},
            "work": {"load": 1.5},
            "interventions": (Intervention(month=24, key="mechanisms.pace", value=0.1, places=["Fife"]),),
        }
    )
    made = comparison(scenario("a", 0.6, 5, parameters=a), scenario("b", 0.5, 5, parameters=b))
    page = report_html(made)
    assert "centre 90, authorities 10" in page
    assert "authorities 40" in page
    differing = page[page.index("What else the scenarios differ in") : page.index("Dated changes")]
    assert "pace.pressure" in differing
    assert "work.load" not in differing
    shared = page[page.index("Not at its default") :]
    assert "work.load" in shared
    assert "mechanisms.pace" in page
    assert "Fife" in page


def test_without_tiles_there_is_a_sentence_and_no_map():
    page = report_html(CASES["no tiles"]())
    assert "No map is drawn" in page
    assert 'id="map"' not in page
    assert 'id="maps"' not in page


def test_the_map_gives_every_council_its_number_and_marks_what_is_not_clear():
    chart = by_key(two())["map"]
    texts = [cell for row in chart.data[0]["text"] for cell in row if cell]
    assert len(texts) == 32
    assert all("<b>+" in cell for cell in texts)
    unclear = by_key(comparison(scenario("a", 0.6, 20, seed=1), scenario("b", 0.6, 20, seed=2, spread=0.1)))[
        "map"
    ]
    assert any("<b>(" in cell for row in unclear.data[0]["text"] for cell in row)
    assert unclear.title.startswith("No clear difference")


def test_titles_turn_with_the_result():
    forward, backward = two(), comparison(*reversed(two().scenarios))
    assert by_key(forward)["gap"].title.startswith("distributed ends with the smaller gap")
    assert by_key(backward)["gap"].title.startswith("distributed ends with the smaller gap")
    other = comparison(scenario("hierarchy", 0.5, seed=1), scenario("distributed", 0.6, seed=2))
    assert by_key(other)["gap"].title.startswith("hierarchy ends with the smaller gap")
    level = by_key(comparison(scenario("hierarchy", 0.6), scenario("distributed", 0.6)))
    for key in ("gap", "stages", "agents", "differences", "map"):
        assert level[key].title.startswith(("No clear difference", "No difference")), key
    assert "no cause of loss differs clearly" in level["losses"].title


def test_a_trifle_does_not_make_a_title():
    close = by_key(comparison(scenario("a", 0.600, spread=0.0), scenario("b", 0.595, spread=0.0)))
    assert close["agents"].title.startswith("No clear difference of 0.01 or more")
    assert "higher under distributed than under hierarchy" in by_key(two())["agents"].title


def test_bars_sum_to_the_gap_small_causes_included():
    made = two()
    chart = by_key(made)["losses"]
    for bars, s in zip([t for t in chart.data if t["type"] == "bar"], made.scenarios, strict=True):
        assert sum(numbers(bars["x"])) == pytest.approx(100 * s.summaries["gap"].mean(), abs=0.01)
        assert min(bars["x"]) < 0
    assert any(name.startswith("other: ") for name in chart.layout["yaxis"]["ticktext"])
    assert len(chart.rows) == len(state.CAUSES) + 1


def test_differences_point_to_the_right_side():
    chart = by_key(two())["differences"]
    assert chart.data[0]["x"][0] > 0
    assert chart.layout["xaxis"]["range"][0] < 0 < chart.layout["xaxis"]["range"][1]


def test_labels_are_apart_and_near():
    given = spread([10.0, 11.0, 50.0, 10.5], 15.0, 0.0, 100.0)
    assert min(np.diff(sorted(given))) >= 15.0 - 1e-9
    assert given[2] == 50.0
    assert min(spread([0.0, 0.0, 0.0], 10.0, 0.0, 100.0)) >= 0.0
    assert spread([], 10.0, 0.0, 1.0) == []


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("City of Edinburgh", ["Edinburgh"]),
        ("Na h-Eileanan Siar", ["Eileanan Siar"]),
        ("Dumfries and Galloway", ["Dumfries &amp;", "Galloway"]),
        ("East Dunbartonshire", ["East", "Dunbartonshire"]),
    ],
)
def test_names_of_councils_fit_their_tiles(name, lines):
    assert short_name(name, 14).split("<br>") == lines


def test_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "deep" / "report.html"
    write_report(two(), target)
    first = target.read_text(encoding="utf-8")
    assert first.startswith("<!doctype html>")
    assert os.stat(target).st_mode & 0o044 == 0o044

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(storage.os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(CASES["one"](), target)
    assert target.read_text(encoding="utf-8") == first
    assert [p.name for p in target.parent.iterdir()] == ["report.html"]


@pytest.mark.process
def test_reading_a_comparison_loads_nothing_heavy():
    import subprocess
    import sys

    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from synthetic_comparison import comparison, scenario;"
        "from sim.reporting.comparison_page import report_html; report_html(comparison(scenario('a', .6), scenario('b', .5)));"
        "print(sorted({'mesa', 'scipy.stats', 'pandas', 'networkx'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_a_gap_of_next_to_nothing_intended_is_not_drawn():
    """Before a hundredth is intended the gap so far is a ratio of next to nothing, and would press all else flat."""
    one, other = scenario("north", 0.6, 20), scenario("south", 0.5, 20)
    for part in (one, other):
        part.series["intended"] = np.where(np.arange(120) < 9, 1e-6, 1.0) * np.ones((20, 120))
        part.series["gap"] = np.where(np.arange(120) < 9, -50.0, part.series["gap"])
    chart = by_key(comparison(one, other))["gap"]
    months = [x for trace in chart.data for x in trace["x"] if x is not None]
    assert (
        min(months) == 11
    )  # nine months of next to nothing; after the eleventh more than a hundredth was intended
    low, high = chart.layout["yaxis"]["range"]
    assert 30 < low < high < 110
