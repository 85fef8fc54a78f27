"""How long commands take as a user types them, start-up included."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("gapsim")


def typed(*words, **world):
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True, env={**os.environ, **world})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help(benchmark):
    """Aim: 0.4 s."""
    assert "compare" in benchmark.pedantic(typed, ("--help",), rounds=5, warmup_rounds=1)


def test_compare(benchmark, tmp_path):
    """100 + 100 replications, with report, start-up included: aim 5 s on two cores."""
    words = ("compare", "--replications", "100", "--seed", "2026", "--out", str(tmp_path / "compare"))
    benchmark.pedantic(typed, words, rounds=3, warmup_rounds=1)
    assert (tmp_path / "compare" / "report.html").is_file()


@pytest.mark.parametrize("suite", ["null", "conservation"])
def test_verify(benchmark, suite):
    assert benchmark.pedantic(typed, ("verify", suite), rounds=2, warmup_rounds=1)


def test_first_run_on_a_fresh_machine(benchmark, tmp_path):
    """Nothing compiled before: aim 30 s."""
    folders = iter(tmp_path / f"compiled-{number}" for number in range(9))

    def first():
        folder = next(folders)
        return typed("run", "--out", str(folder / "run"), NUMBA_CACHE_DIR=str(folder))

    benchmark.pedantic(first, rounds=1)
