"""Claims of practitioners are tested by a rule that was fixed beforehand, and the page agrees with its table.

Rules of the model that change make the numbers old, and no test fails for it: run `uv run python docs/scenarios.py`. A
scenario file that changes must be run again, since its row would be about something else.
"""

import csv
from pathlib import Path

import pytest
import worlds

from sim.model.state import CAUSES
from sim.scenarios import scenario_files

DOCS = Path(__file__).parents[1] / "docs"
CLAIMS = {
    name: scenario_files.read(path).claim
    for name, path in scenario_files.available()[0].items()
    if scenario_files.read(path).claim is not None
}


@pytest.fixture(scope="module")
def script():
    """The script that runs the claims, as a module."""
    return worlds.script(DOCS / "scenarios.py")


@pytest.fixture(scope="module")
def rows(script):
    return script.read()


# The rule


@pytest.mark.parametrize(
    ("mean", "low", "high", "narrows", "widens", "within", "narrower", "wider"),
    [
        (-1.0, -1.2, -0.8, 0.9, 0.0, 0.1, "holds", "opposite"),
        (1.0, 0.8, 1.2, 0.0, 0.9, 0.1, "opposite", "holds"),
        (0.4, 0.3, 0.5, 0.0, 0.1, 0.9, "inert", "inert"),
        (0.0, -0.1, 0.1, 0.0, 0.0, 1.0, "inert", "inert"),
        (-1.0, -1.2, -0.8, 0.89, 0.0, 0.11, "does not hold", "does not hold"),
        (-1.0, -2.5, 0.5, 1.0, 0.0, 0.0, "does not hold", "does not hold"),
        (-0.4, -0.45, -0.35, 1.0, 0.0, 0.0, "does not hold", "does not hold"),
        (0.4, 0.3, 0.5, 0.0, 0.11, 0.89, "does not hold", "does not hold"),
        (-1.0, -1.2, -0.8, 0.0, 1.0, 0.0, "does not hold", "does not hold"),
    ],
)
def test_verdicts_of_the_rule(script, mean, low, high, narrows, widens, within, narrower, wider):
    numbers = (mean, low, high, narrows, widens, within)
    assert script.verdict("narrows", *numbers) == narrower
    assert script.verdict("widens", *numbers) == wider


def test_through_is_the_share_of_the_change_due_to_the_named_causes(script):
    changes = {"will": -0.6, "ability": 0.1, "capacity": -0.5}
    assert script.carried(("will",), -1.0, changes) == pytest.approx(0.6)
    assert script.carried(("will", "ability"), -1.0, changes) == pytest.approx(0.5)
    assert script.carried(("ability",), -1.0, changes) == pytest.approx(-0.1)
    assert script.carried(("will",), -0.4, changes) is None


def test_a_scenario_wins_over_the_parameter_set(script):
    beneath = {"mechanisms.clearance": 0.9, "pace.pressure": 0.2}
    found = script.parameters_of({"pace.pressure": 1.0}, beneath)
    assert (found.mechanisms.clearance, found.pace.pressure) == (0.9, 1.0)


def test_the_groups_of_a_scenario_add_up_to_it(script):
    for file in script.claims().values():
        parts = script.groups_of(file)
        keys = [key for leaves in parts.values() for key in leaves if key != "interventions"]
        dated = [one for leaves in parts.values() for one in leaves.get("interventions", [])]
        assert sorted(keys) == sorted(key for key in file.leaves if key != "interventions")
        assert dated == file.leaves.get("interventions", [])
        assert script.together(parts.values()) == file.leaves


# The page and its table


def test_every_claim_has_a_row_of_the_current_file(script, rows):
    hashes = {row["scenario"]: row["hash"] for row in rows if not row["without"]}
    now = {name: script.digest(scenario_files.available()[0][name]) for name in CLAIMS}
    old = [name for name in now if hashes.get(name) != now[name]]
    assert not old, f"run: uv run python docs/scenarios.py {' '.join(old)}"
    assert set(hashes) == set(now)


def test_the_page_agrees_with_the_table(script, rows):
    text = script.PAGE.read_text(encoding="utf-8")
    again = "run: uv run python docs/scenarios.py page"
    assert script.page(rows, script.claims(), script.inside(text, script.NOTES)) == text, again
    assert script.inside(text, script.NOTES)


def test_the_table_adds_up(rows):
    """The losses add up to the gap, so their changes add up to its change; shares of the sets are shares."""
    for row in rows:
        assert sum(float(row[cause]) for cause in CAUSES) == pytest.approx(float(row["mean"]), abs=0.005)
        assert float(row["low"]) <= float(row["mean"]) <= float(row["high"])
        if not row["without"]:
            assert sum(float(row[key]) for key in ("narrows", "widens", "within")) <= 1.0 + 1e-3


def test_running_one_scenario_leaves_the_other_rows_unchanged(script, tmp_path, monkeypatch):
    for name in ("TABLE", "PAGE"):
        there = tmp_path / getattr(script, name).name
        there.write_bytes(getattr(script, name).read_bytes())
        monkeypatch.setattr(script, name, there)
    before = script.read()
    asked = []

    def measured(names):
        asked.extend(names)
        return [row | {"mean": "-9.0000"} for row in before if row["scenario"] in names]

    monkeypatch.setattr(script, "measured", measured)
    script.main(["rush"])
    after = script.read()
    assert asked == ["rush"]
    assert [row for row in after if row["scenario"] != "rush"] == [
        r for r in before if r["scenario"] != "rush"
    ]
    assert [row["mean"] for row in after if row["scenario"] == "rush"] == ["-9.0000"]
    assert "−9.00" in script.PAGE.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="did you mean 'rush'"):
        script.main(["rus"])


def test_the_table_has_its_columns(script):
    with script.TABLE.open(newline="", encoding="utf-8") as file:
        assert tuple(next(csv.reader(file))) == script.COLUMNS
