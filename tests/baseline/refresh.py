"""Outcomes of a few worlds, written down so that another Python, machine or version can be compared with them.

    uv run python tests/baseline/refresh.py

rewrites `outcomes.json`. Do so only when numbers are meant to move, and say in CHANGELOG.md that they do and why.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from sim.month import simulate
from sim.outcomes import summary
from sim.parameters import ESTABLISHED, MECHANISM_NAMES, Parameters

BASELINE = Path(__file__).parent / "outcomes.json"
TOLERANCE = 1e-9
SEED = 20261123

POPULATION = {"users": 320, "months": 90}
WORLDS: dict[str, dict[str, Any]] = {
    "status quo": {},
    "hierarchy": {"power": {"distribution": 0.0}},
    "distributed": {"power": {"distribution": 1.0}},
    "no mechanisms": {"mechanisms": dict.fromkeys(MECHANISM_NAMES, 0.0)},
    "all mechanisms in full": {"mechanisms": dict.fromkeys(ESTABLISHED, 1.0), "pledge": {"open": 1.0}},
    "hazards, minimum form": {"work": {"dynamics": "hazard", "form": "minimum", "hazard": 0.3}},
    "geometric mean, heavy load": {"work": {"form": "geometric_mean", "load": 3.0}},
    "sequenced": {
        "power": {"distribution": 1.0},
        "interventions": [{"month": 45, "key": "power.distribution", "value": 0.0}],
    },
}


def outcomes() -> dict[str, Any]:
    """Outcomes, final stages and census of stages of every world; unknown numbers are None."""
    found = {}
    for name, tree in WORLDS.items():
        run = simulate(Parameters.model_validate({"population": POPULATION, **tree}), SEED)
        row = {key: None if math.isnan(value) else value for key, value in summary(run).items()}
        found[name] = {
            "outcomes": row,
            "stages": ["".join(map(str, place)) for place in run.state.cells.stage],
            "census": run.state.journal.stages.astype(np.int64).sum(axis=0).tolist(),
        }
    return found


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(outcomes(), indent=1) + "\n", encoding="utf-8")
    print(f"written: {BASELINE}")
