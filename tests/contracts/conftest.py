"""Small results of every command that writes some, made once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic_sweep
from contract import ADDRESS, SMALL, command
from starlette.testclient import TestClient

from sim.live import views
from sim.live.server import Live

STUDIES = {
    "grid": (
        "hierarchy", "distributed", "changes.heterogeneity=0,1.5", "work.form=minimum,product", "--replications", 2,
    ),
    "map": ("map.yaml",),
    "sobol": ("sobol.yaml",),
    "morris": ("morris.yaml",),
    "ablation": ("ablation.yaml",),
}  # fmt: skip
FILES = {
    "map": "{kind: latin_hypercube, points: 40}",
    "sobol": "{kind: saltelli, samples: 8, second_order: false}",
    "morris": "{kind: morris, trajectories: 4, levels: 4}",
    "ablation": "{kind: ablation}",
}
RANGES = "{changes.heterogeneity: {range: [0, 1.5]}, work.load: {range: [0.5, 2]}}"
EXPERIMENT = """\
question: Does it matter?
title: A small study
scenarios: [hierarchy, distributed, baseline]
parameters:
  population: {{users: 64, bodies: 8, months: 24}}
  changes: {{arriving: 4}}
factors: {factors}
design: {design}
replications: 2
seed: 7
"""


def _swept(folder: Path, *words: object) -> None:
    answer = command(folder, "sweep", *words, "--engine", "serial")
    assert answer.code == 0, answer.err


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sweeps by name: finished ones of several designs, `half`, of which half is done, and three of a known map."""
    folder = tmp_path_factory.mktemp("swept")
    for name, design in FILES.items():
        factors = "[mechanisms.clearance, mechanisms.reactance]" if name == "ablation" else RANGES
        text = EXPERIMENT.format(design=design, factors=factors)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, words in STUDIES.items():
        small = SMALL if name == "grid" else ()
        _swept(folder, *words, *small, "--out", name)
    _swept(folder, *STUDIES["grid"], *SMALL, "--shard", "1/2", "--out", "half")
    # Made from formulas: one structure wins everywhere, or where x and y say.
    columns = synthetic_sweep.design(160, ("x", "y", "z"))
    x, y = columns["x"], columns["y"]
    gaps = {
        "won": {"a": 0.4 + 0 * x, "b": 0.6 + 0 * x},
        "split": {"a": 0.4 + 0.3 * x, "b": 0.7 - 0.3 * x},
        "corner": {"a": 0.5 + 0 * x, "b": 0.5 + 0.2 * np.where((x > 0.5) & (y > 0.5), 1, -1)},
    }
    for name, means in gaps.items():
        found = synthetic_sweep.responses(synthetic_sweep.gaps(means, replications=6))
        synthetic_sweep.write(folder / name, columns, found)
    return folder


@pytest.fixture(scope="module")
def studies(swept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of those sweeps for one file of tests, which may write into it."""
    return shutil.copytree(swept, tmp_path_factory.mktemp("studies") / "mine")


@pytest.fixture(scope="session")
def known() -> Any:
    """Scenarios as the live view knows them."""
    return views.available()


@pytest.fixture(scope="session")
def application(known: Any) -> Any:
    """The live view that only this machine can reach, as other tests start it."""
    return Live(known).application()


@pytest.fixture(scope="session")
def client(application: Any) -> TestClient:
    """Asks it."""
    return TestClient(application, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def declarations(client: TestClient) -> Any:
    """What the page is told once."""
    return client.get("/api/declarations").json()
