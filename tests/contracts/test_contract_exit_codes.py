"""What commands end with: 0 done, 1 our fault or a difference found, 2 input, 3 some runs failed, 130 interrupted.

What only long runs show (an interrupted sweep, workers that die) is in `test_sweep_faults.py`.
"""

from __future__ import annotations

import json
import shutil
from unittest import mock

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from contract import LIVES, SMALL, command, hold
from pyarrow import parquet

FAMILY = "exit_codes"
DONE = {
    "no command": (),
    "help": ("--help",),
    "version": ("--version",),
    "compare": ("compare", *SMALL, "--replications", 2),
    "run": ("run", *SMALL),
    "config": ("config", "hierarchy"),
    "list": ("list", "scenarios"),
    "explain": ("explain", "gap"),
    "verify that holds": ("verify", "conservation", "--replications", 2),
    "cases that miss": ("cases", "smoking_ban", "--defaults", "--replications", 1),
    "sweep that is only planned": ("sweep", "hierarchy", "work.load=1,2", *SMALL, "--replications", 2, "--dry-run"),
    "status of a finished sweep": ("status", "grid"),
    "status of a sweep half done": ("status", "half"),
    "report of a sweep half done": ("report", "half", "--json"),
    "sweep that is finished already": ("sweep", "map.yaml", "--engine", "serial", "--out", "map"),
    "merge of one finished sweep": ("merge", "grid"),
    "replay": ("replay", "grid", 1),
}  # fmt: skip
REFUSED = {
    "unknown command": ("compere",),
    "unknown option": ("compare", "--replicatoins", 2),
    "option without its value": ("compare", "--replications"),
    "option twice": ("compare", "--seed", 1, "--seed", 2),
    "no number": ("compare", "--replications", "many"),
    "unknown scenario": ("run", "hierarchi"),
    "unknown key": ("run", "work.lod=1"),
    "key twice": ("run", "work.load=1", "work.load=2"),
    "out of range": ("run", "work.load=1000"),
    "wrong type": ("run", "work.load=heavy"),
    "sweep values outside sweep": ("run", "work.load=1,2"),
    "seed twice": ("compare", "seed=1", "--seed", 2),
    "two scenarios for one": ("run", "hierarchy", "distributed"),
    "scenario= in compare": ("compare", "scenario=hierarchy"),
    "unknown check": ("verify", "everything"),
    "unknown case": ("cases", "smoking"),
    "unknown name to explain": ("explain", "zeal"),
    "unknown list": ("list", "wishes"),
    "unknown fit": ("fit", "all"),
    "unknown experiment": ("sweep", "regime_mop"),
    "unknown engine": ("sweep", "map.yaml", "--engine", "steam"),
    "no such share": ("sweep", "map.yaml", "--shard", "3/2"),
    "folder of another sweep": ("sweep", "map.yaml", "--engine", "serial", "--out", "grid"),
    "folder of a sweep for a comparison": ("compare", *SMALL, "--replications", 2, "--out", "grid"),
    "status of no sweep": ("status", "nowhere"),
    "report of no sweep": ("report", "nowhere"),
    "merge of half a sweep": ("merge", "half"),
    "export of half a sweep": ("export", "half", "--to", "csv"),
    "unknown form of export": ("export", "grid", "--to", "parchment"),
    "replay of no run": ("replay", "grid", 10_000),
    "argument missing": ("replay", "grid"),
    "unknown deck": ("live", "--deck", "ladders"),
    "unknown language": ("live", "--language", "xx"),
    "no port": ("live", "--port", 70_000),
}


@pytest.mark.parametrize(("name", "words"), [*DONE.items(), *REFUSED.items()], ids=[*DONE, *REFUSED])
def test_exit_code(studies, name, words):
    answer = command(studies, *words)
    hold(FAMILY, name, {"code": answer.code, "stdout": "something" if answer.out else "nothing"})


def test_exit_code_of_a_difference_found_by_verify(tmp_path):
    # Two worlds are too few to show every direction.
    answer = command(tmp_path, "verify", "directions", "--replications", 2, "--json")
    assert not all(check["passed"] for check in json.loads(answer.out)["checks"])
    hold(FAMILY, "difference found by verify", {"code": answer.code})


def test_exit_code_of_a_difference_found_by_replay(studies, tmp_path):
    shutil.copytree(studies / "grid", tmp_path / "grid")
    path = tmp_path / "grid" / "runs.parquet"
    kept = parquet.read_table(path)
    place = kept.column_names.index("gap")
    moved = pc.add(kept["gap"], pa.scalar(0.125))
    parquet.write_table(kept.set_column(place, "gap", moved), path)
    hold(FAMILY, "difference found by replay", {"code": command(tmp_path, "replay", "grid", 1).code})


@pytest.mark.parametrize("words", [("compare", "--replications", 2), ("run",)], ids=["compare", "run"])
@pytest.mark.parametrize(
    ("name", "error"),
    [("interrupted", KeyboardInterrupt()), ("our fault", RuntimeError("broken"))],
    ids=["interrupted", "our fault"],
)
def test_exit_code_when_stopped(tmp_path, name, error, words):
    # Stopped while results are written, in the library that writes them.
    with mock.patch.object(parquet, "write_table", side_effect=error):
        answer = command(tmp_path, *words, *SMALL, "--out", "there", "--json")
    hold(FAMILY, f"{words[0]}, {name}", {"code": answer.code, "stdout": answer.out or "nothing"})
    assert not list(tmp_path.iterdir())


def test_exit_code_of_a_sweep_that_is_interrupted(tmp_path):
    with mock.patch.object(parquet, "write_table", side_effect=KeyboardInterrupt()):
        answer = command(
            tmp_path, "sweep", "hierarchy", "work.load=1,2", *SMALL, "--replications", 2, "--engine", "serial"
        )
    hold(FAMILY, "sweep, interrupted", {"code": answer.code})


def test_exit_code_when_a_run_fails(tmp_path):
    with mock.patch(LIVES, side_effect=ZeroDivisionError("no luck")):
        answer = command(tmp_path, "compare", *SMALL, "--replications", 2, "--json")
    hold(FAMILY, "compare, a run failed", {"code": answer.code, "stdout": answer.out or "nothing"})
