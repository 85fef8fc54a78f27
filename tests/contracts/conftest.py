"""Small results of every command that writes some, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_sweep
from contract import SMALL, command

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
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finished sweeps of several designs by name, and one, `half`, of which half is done, and one, `clear`, with a known map."""
    folder = tmp_path_factory.mktemp("studies")
    for name, design in FILES.items():
        factors = "[mechanisms.clearance, mechanisms.reactance]" if name == "ablation" else RANGES
        text = EXPERIMENT.format(design=design, factors=factors)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, words in STUDIES.items():
        small = SMALL if name == "grid" else ()
        _swept(folder, *words, *small, "--out", name)
    _swept(folder, *STUDIES["grid"], *SMALL, "--shard", "1/2", "--out", "half")
    # Made from formulas, so that one structure wins where x is small and the other where it is large.
    columns = synthetic_sweep.design(120)
    means = {"a": 0.4 + 0.3 * columns["x"], "b": 0.7 - 0.3 * columns["x"]}
    synthetic_sweep.write(folder / "clear", columns, synthetic_sweep.responses(synthetic_sweep.gaps(means)))
    return folder
