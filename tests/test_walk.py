"""The walk of `docs/recipes/add_a_mechanism.md`, taken as it is written, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
RECIPE = CHECKOUT / "docs" / "recipes" / "add_a_mechanism.md"
STEP = re.compile(
    r"^\*\*`(?P<file>[^`]+)`\*\*, (?:(?P<where>after|before) the line that begins `(?P<line>[^`]+)`|a new file):\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", ".*cache", ".hypothesis", "__pycache__", "build", "dist", "results"
)
MOST_FILES = 5
NAME = "fatigue"
WOULD_NOTICE = (
    "test_reference.py",
    "test_odd.py",
    "test_parameters.py",
    "test_null.py",
    "test_experiments.py::test_the_map_covers_all_uncertainties_and_all_power_structures",
    "test_experiments.py::test_the_ablation_covers_all_stable_mechanisms",
    "test_experiments.py::test_the_readme_lists_every_experiment_with_its_runs",
    "test_compiled.py::test_this_python_gives_the_numbers_written_down",
    "test_directions.py::test_prediction_is_the_specified_one",
)
"""Tests that go over all mechanisms, or would notice a number that moved."""
OF_ITSELF = ("test_no_orphan.py", "test_common_random_numbers.py")
"""Tests with a case for each mechanism, of which its own are run."""

THERE = f"""
from sim.reporting import describe
from sim.live.metadata import everything
from sim.live.views import available
told = everything(available([]))
(switch,) = [m for m in told["mechanisms"] if m["name"] == "{NAME}"]
(lever,) = [p for p in told["parameters"] if p["key"] == switch["key"]]
assert (lever["low"], lever["high"], lever["default"], lever["live"]) == (0.0, 1.0, 0.0, True)
assert "reference.{NAME}_will" in describe.explain("{NAME}")
"""


def steps():
    return list(STEP.finditer(RECIPE.read_text(encoding="utf-8")))


def taken(step, tree):
    """Carry one step out in a copy of the project."""
    path = tree / step["file"]
    if step["line"] is None:
        assert not path.exists(), path
        path.write_text(step["text"], encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (place,) = [n for n, line in enumerate(lines) if line.startswith(step["line"])]
    # A statement may go on over several lines.
    while step["where"] == "after" and lines[place].count("(") > lines[place].count(")"):
        place += 1
    lines.insert(place + (step["where"] == "after"), step["text"])
    path.write_text("".join(lines), encoding="utf-8")


def test_the_walk_touches_at_most_five_files():
    assert len(steps()) == 7
    assert len({step["file"] for step in steps()}) <= MOST_FILES


@pytest.mark.slow
def test_the_walk_gives_a_mechanism_with_its_switch_its_row_and_its_section(tmp_path):
    shutil.copytree(CHECKOUT, tmp_path, ignore=LEFT_BEHIND, dirs_exist_ok=True)
    (tmp_path / "results").mkdir()
    shutil.copy(CHECKOUT / "results" / "README.md", tmp_path / "results")
    world = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}

    def python(*words):
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=world, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"

    for step in steps():
        taken(step, tmp_path)
    python("-c", THERE)
    # One process compiles the new rules; those that come after load what it compiled.
    python("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", f"tests/test_{NAME}.py")
    python("docs/reference/measure.py", f"mechanisms.{NAME}", f"reference.{NAME}_will")
    row = (tmp_path / "docs" / "reference" / "mechanisms.md").read_text(encoding="utf-8")
    assert f"## `{NAME}`" in row
    assert f"charts/mechanisms.{NAME}.svg" in row
    pytest_there = ("-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'tmp'}")
    python(*pytest_there, *(f"tests/{name}" for name in WOULD_NOTICE))
    python(*pytest_there, "-k", NAME, *(f"tests/{name}" for name in OF_ITSELF))
