"""Outcomes of a few worlds, written down so that another Python, machine or version can be compared with them.

    uv run python tests/baseline/refresh.py "why numbers move"

rewrites `outcomes.json`, and says so in CHANGELOG.md under *Results change* of the version to come. Do so only when numbers
are meant to move. A test refuses a baseline that the changelog does not name.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.outcomes import summary
from sim.model.parameters import MECHANISM_NAMES, STABLE, Parameters
from sim.model.schedule import simulate

BASELINE = Path(__file__).parent / "outcomes.json"
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
HEADING = "### Results change\n"
WIDTH = 120
TOLERANCE = 1e-9
SEED = 20261123

POPULATION = {"users": 320, "months": 90}
WORLDS: dict[str, dict[str, Any]] = {
    "status quo": {},
    "hierarchy": {"power": {"distribution": 0.0}},
    "distributed": {"power": {"distribution": 1.0}},
    "no mechanisms": {"mechanisms": dict.fromkeys(MECHANISM_NAMES, 0.0)},
    "all mechanisms in full": {"mechanisms": dict.fromkeys(STABLE, 1.0), "pledge": {"open": 1.0}},
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


def named(baseline: str) -> str:
    """The name that the changelog gives to a baseline: the beginning of a hash over its text."""
    return hashlib.sha256(baseline.encode()).hexdigest()[:8]


def with_entry(changelog: str, why: str, name: str) -> str:
    """The changelog with one more entry, the first under *Results change* of the version to come."""
    newest = changelog.find("\n## ")
    place = changelog.find(HEADING, newest)
    if newest < 0 or place < 0 or "\n## " in changelog[newest + 1 : place]:
        raise ValueError(f"{CHANGELOG.name}: the newest version has no heading '{HEADING.strip()}'")
    after = place + len(HEADING)
    said = f"- {why.strip().rstrip('.')}. Baseline {name}."
    entry = textwrap.fill(said, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return f"{changelog[:after]}\n{entry}{changelog[after:]}"


def main(words: list[str]) -> None:
    """Write the baseline anew and say why, or refuse without touching anything."""
    if len(words) != 1 or not words[0].strip():
        sys.exit('say in one sentence why numbers move: uv run python tests/baseline/refresh.py "…"')
    found = json.dumps(outcomes(), indent=1) + "\n"
    changelog = CHANGELOG.read_text(encoding="utf-8")
    if found == BASELINE.read_text(encoding="utf-8") and named(found) in changelog:
        sys.exit("no number moved: nothing is written")
    changelog = with_entry(changelog, words[0], named(found))
    BASELINE.write_text(found, encoding="utf-8")
    CHANGELOG.write_text(changelog, encoding="utf-8")
    print(f"written: {BASELINE.name} ({named(found)}), and why in {CHANGELOG.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
