"""The reference pages are those of the declarations, and their charts those of the numbers that were measured."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import worlds

from sim.model.decision_rights import ROWS
from sim.model.parameters import MECHANISM_NAMES
from sim.model.schema import declarations
from sim.reporting.reference.effects import COLUMNS, effects, finding, scenario_finding, scenario_ranks
from sim.reporting.reference.pages import pages, subjects
from sim.scenarios.scenario_files import available

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MEASURED = effects(FOLDER / "effects.csv")
PAGES = pages(MEASURED)
TRIED = ("work.load", "work.dynamics", "power.agenda", "outcome.months_to_half")
"""A chart of each kind."""
SUBJECTS_DRAWN = (*TRIED, *(subject for subject in MEASURED if subject.startswith("scenario.")))
LARGEST = 20_000
"""Bytes of one small chart."""


@pytest.fixture(scope="module")
def measure():
    """The script that measures, as a module."""
    return worlds.script(FOLDER / "measure.py")


@pytest.fixture(scope="module")
def charts():
    """The script that draws, as a module."""
    return worlds.script(FOLDER / "charts.py")


@pytest.fixture(scope="module")
def drawn(charts, tmp_path_factory):
    """The text of each chart that was tried, by its name."""
    folder = tmp_path_factory.mktemp("charts")
    charts.draw({subject: MEASURED[subject] for subject in SUBJECTS_DRAWN}, folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_no_page_is_stale():
    there = {path.name for path in FOLDER.glob("*.md")}
    assert there == set(PAGES), "run: uv run python docs/reference/write.py"
    stale = [name for name, text in PAGES.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert not stale, "run: uv run python docs/reference/write.py"


def test_everything_declared_has_its_place():
    text = "\n".join(text for name, text in PAGES.items() if name.endswith(".md"))
    for key, declared in declarations().items():
        assert f"`{key}`" in text
        assert declared.sentence[1:] in text
        assert declared.source in text or key.startswith("power.")
    assert all(f"## `{name}`" in PAGES["mechanisms.md"] for name in MECHANISM_NAMES)
    assert all(f"## `power.{row}`" in PAGES["rights.md"] for row in ROWS)
    assert all(f"## `{name}`" in PAGES["scenarios.md"] for name in available()[0])


def test_everything_is_measured():
    missing = [subject for subject in subjects() if subject not in MEASURED]
    assert not missing, f"run: uv run python docs/reference/measure.py {' '.join(missing)}"
    assert set(MEASURED) == set(subjects()), "run: uv run python docs/reference/measure.py"


def test_charts_cover_the_ranges_that_are_declared(measure):
    """A default or a range that is declared again asks for a chart measured again."""
    numbers = {key: d for key, d in declarations().items() if key in MEASURED and key != "power.distribution"}
    moved = [
        key
        for key, d in numbers.items()
        if list(MEASURED[key].lines[0].levels) != measure.shown_levels(d)
        or MEASURED[key].beside != " ".join(measure.beside(key))
    ]
    assert not moved, f"run: uv run python docs/reference/measure.py {' '.join(moved)}"


def test_every_chart_that_is_drawn_is_shown_by_a_page(drawn):
    shown = re.findall(r"!\[[^\]]+\]\(charts/([\w.]+\.svg)\)", "\n".join(PAGES.values()))
    assert sorted(shown) == sorted(set(shown))
    charts = {f"{s}.svg" for s in subjects() if not s.startswith("scenario.")}
    assert set(shown) == charts | {"scenarios.svg"}
    assert set(drawn) == {f"{subject}.svg" for subject in TRIED} | {"scenarios.svg"}


def test_a_chart_says_its_finding_its_n_its_seed_and_its_rules_and_is_small(drawn):
    for name, text in drawn.items():
        words = " ".join(ElementTree.fromstring(text).itertext())
        effect = MEASURED.get(Path(name).stem) or MEASURED["scenario.rush"]
        said = finding(effect) if name != "scenarios.svg" else scenario_finding(scenario_ranks(MEASURED))
        assert said in words
        assert f"n = {effect.replications} paired replications" in words
        assert f"seed {effect.seed}" in words
        assert effect.rules in words
        assert len(text) < LARGEST or name == "scenarios.svg"


def test_lines_are_named_at_their_ends_and_a_choice_by_its_levels(drawn):
    words = set(ElementTree.fromstring(drawn["work.dynamics.svg"]).itertext())
    assert {"hierarchy", "distributed", "default", *declarations()["work.dynamics"].choices} <= words


def test_the_same_numbers_give_the_same_chart(charts, drawn, tmp_path):
    charts.draw({subject: MEASURED[subject] for subject in SUBJECTS_DRAWN}, tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == drawn


def test_a_thing_that_was_not_measured_says_so_and_how():
    page = pages({k: v for k, v in MEASURED.items() if k != "work.load"})["work.md"]
    assert "No chart yet: `uv run python docs/reference/measure.py work.load`" in page


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["work.load", "mechanisms.uptake", "power.agenda", "scenario.layering"])
def test_charts_do_not_lag_behind_the_rules(measure, subject):
    """Small mends of rules may come before a chart is made again; by more than two points nothing may lag."""
    with (FOLDER / "effects.csv").open(newline="", encoding="utf-8") as file:
        written = [row for row in csv.DictReader(file) if row["subject"] == subject]
    now = measure.measured(subject)
    assert [row[2:4] for row in now] == [(row["line"], row["level"]) for row in written]
    for row, old in zip(now, written, strict=True):
        assert float(row[COLUMNS.index("mean")]) == pytest.approx(float(old["mean"]), abs=2.0)
