"""What `--json` prints: every key at every level, with the kind of its value."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract import SMALL, command, hold, shape

FAMILY = "json"
EASY = ("mechanisms=none", "population.users=64", "work.top_speed=10")


def asked(folder, *words):
    return command(folder, *words, "--json").json


def test_json_of_compare(tmp_path):
    small = [asked(tmp_path, "compare", *SMALL, "--replications", n) for n in (1, 3)]
    # Over the set of parameters something is known at unchanged settings only.
    whole = asked(tmp_path, "compare", "--replications", 1)
    # Half delivery is reached where nothing stands in the way.
    easy = asked(tmp_path, "compare", *EASY, "--replications", 2)
    hold(FAMILY, "compare", shape(*small, whole, easy))


def test_json_of_compare_with_one_scenario(tmp_path):
    small = [asked(tmp_path, "compare", "baseline", *SMALL, "--replications", n) for n in (1, 3)]
    easy = asked(tmp_path, "compare", "baseline", *EASY, "--replications", 2)
    hold(FAMILY, "compare of one scenario", shape(*small, easy))


def test_json_of_run(tmp_path):
    known = [asked(tmp_path, "run", *SMALL), asked(tmp_path, "run", *EASY)]
    hold(FAMILY, "run", shape(*known))


def test_json_of_verify(tmp_path):
    found = [asked(tmp_path, "verify", which, "--replications", 2) for which in ("conservation", "null")]
    hold(FAMILY, "verify", shape(*found))


def test_json_of_cases(tmp_path):
    over_the_set = asked(tmp_path, "cases", "smoking_ban", "--replications", 1)
    at_defaults = asked(tmp_path, "cases", "class_sizes", "--replications", 1, "--defaults")
    hold(FAMILY, "cases", shape(over_the_set, at_defaults, maps=("cases",)))


def test_json_of_the_report_of_a_sweep(studies: Path):
    names = ("grid", "half", "map", "sobol", "morris", "ablation", "won", "split", "corner")
    found = [asked(studies, "report", name) for name in names]
    hold(FAMILY, "report", shape(*found, maps=("won", "leads")))


def test_json_of_config(tmp_path):
    found = [asked(tmp_path, "config", name) for name in ("baseline", "crisis", "power.distribution=0.5")]
    hold(FAMILY, "config", shape(*found))


@pytest.mark.parametrize("what", ["scenarios", "experiments", "cases", "mechanisms", "parameters"])
def test_json_of_list(tmp_path, what):
    hold(FAMILY, f"list {what}", shape(asked(tmp_path, "list", what)))


def test_json_of_list_of_everything(tmp_path):
    hold(FAMILY, "list", {key: "list" for key in asked(tmp_path, "list")})
