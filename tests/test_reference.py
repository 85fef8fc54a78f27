"""The reference pages are those of the declarations, and their charts those of the numbers that were measured."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest
import worlds

from sim.model.decision_rights import ROWS
from sim.model.parameters import MECHANISM_NAMES
from sim.model.schema import declarations
from sim.reporting.reference.effects import COLUMNS, effects
from sim.reporting.reference.pages import pages, subjects
from sim.scenarios.scenario_files import available

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MEASURED = effects(FOLDER / "effects.csv")
PAGES = pages(MEASURED)
LARGEST = 6_000
"""Bytes of one small chart."""


@pytest.fixture(scope="module")
def measure():
    """The script that measures, as a module."""
    return worlds.script(FOLDER / "measure.py")


def test_no_page_and_no_chart_is_stale():
    there = {path.relative_to(FOLDER).as_posix() for path in [*FOLDER.rglob("*.md"), *FOLDER.rglob("*.svg")]}
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


def test_a_chart_says_its_n_its_seed_and_its_rules_and_is_small():
    charts = {name: text for name, text in PAGES.items() if name.endswith(".svg")}
    assert len(charts) == len([s for s in subjects() if not s.startswith("scenario.")]) + 1
    for name, text in charts.items():
        words = "".join(ElementTree.fromstring(text).itertext())
        effect = MEASURED.get(Path(name).stem) or MEASURED["scenario.rush"]
        assert f"n = {effect.replications} " in words
        assert f"seed {effect.seed}" in words
        assert effect.rules in words
        assert len(text) < LARGEST or "scenarios" in name


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
