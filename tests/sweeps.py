"""Small sweeps for tests: worlds of 32 users and two years, planned without a command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pyarrow import parquet

from sim.experiments import plans
from sim.experiments.designs import Design, design_points
from sim.experiments.experiment import Experiment
from sim.experiments.factors import Factor
from sim.runner import executors, sweep
from sim.scenarios.compose import compose

TINY = ("population.users=32", "population.months=24", "population.bodies=8", "changes.arriving=4")
RESPONSES = ("gap", "nominal_gap", "months_to_half", "losses.will")
COMMAND = Path(sys.executable).with_name("gapsim")


def experiment(replications=6, factors=None, responses=RESPONSES, seed=7, overrides=TINY):
    """Two scenarios over a small grid."""
    factors = factors or (
        Factor("changes.heterogeneity", "uncertainty", levels=(0.0, 1.5)),
        Factor("work.form", "uncertainty", levels=("product", None)),
    )
    design = Design("grid")
    scenarios = tuple(compose(["hierarchy", "distributed"], overrides))
    points = design_points(factors, design, seed)
    return Experiment(
        "tiny", "Tiny", "What?", scenarios, factors, design, points, replications, seed, responses, "a test"
    )


def plan(**asked):
    return plans.make_plan(experiment(**asked), "gapsim sweep tiny")


def swept(planned, folder, engine=None, **asked):
    return sweep.sweep(planned, folder, engine or executors.Serial(), **asked)


def rows(folder, name="runs.parquet"):
    return parquet.read_table(folder / name).to_pylist()


def content(folder):
    """The bytes that must not depend on who made the runs."""
    return (folder / "runs.parquet").read_bytes()


def started(folder, *words, cwd=None):
    """`gapsim sweep` in a session of its own, as a shell starts it: it hears Ctrl-C even where these tests do not."""
    return subprocess.Popen(
        [COMMAND, "sweep", *map(str, words), "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hears_interrupts if os.name == "posix" else None,
        cwd=cwd,
    )


def _hears_interrupts():
    # What was started in the background of a script ignores Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(happened, seconds=300.0):
    """Wait for something to happen, and say what it gave."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = happened()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not happen within {seconds} s")


def members(session):
    """Live processes of a session, its leader included."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=True
    )
    found = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, sess, stat in found if int(sess) == session and not stat.startswith("Z")]


def living_workers(session):
    """Processes of a session that live runs."""
    found = []
    for pid in members(session):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in words:
            found.append(pid)
    return found


def kill(pid):
    os.kill(pid, signal.SIGKILL)
