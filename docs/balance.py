"""Write docs/balance.md: what each mechanism contributes, and how the comparison changes with load and other settings.

Run it from the project's folder: `uv run python docs/balance.py`. It takes about two minutes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from markdown_parts import table

from sim.model.parameters import STABLE
from sim.model.schema import declarations
from sim.runner.compare import Comparison, compare
from sim.scenarios.compose import compose
from sim.stats import interval

REPLICATIONS = 100
SEED = 2026
PAIR = ("hierarchy", "distributed")
PAGE = Path(__file__).with_name("balance.md")

SETTINGS = {
    "Load: hours of work in each change": (
        "work.load", (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
    ),
    "Staff hours": (
        "authorities.staff_hours", (0.0125, 0.025, 0.05, 0.1)
    ),
    "Heads at the centre against one authority's": (
        "attention.ratio", (1.0, 4.0, 8.0, 16.0, 24.0, 32.0)
    ),
    "Differences of need between places": (
        "changes.heterogeneity", (0.0, 0.6, 1.2, 2.4)
    ),
    "Benefit that depends on others": (
        "changes.spillover", (0.0, 0.3, 0.6, 1.0)
    ),
    "How easily compliance is seen": (
        "changes.visibility", (0.0, 0.25, 0.5, 0.75, 1.0)
    ),
    "Will of the authorities": ("authorities.will", (0.2, 0.4, 0.6, 0.8, 1.0)),
    "Hours of one design": ("design.hours", (0.0, 900.0, 9000.0, 30000.0)),
    "Strength of seven mechanisms that theory says favour the centre (all but `scale_up`), others at their defaults": (
        "the centre's own", (0.0, 0.25, 0.5, 0.75, 1.0)
    ),
}  # fmt: skip
CENTRES_OWN = (
    "partnership", "design_economies", "central_expertise", "uneven_ability", "mandate", "spillover",
    "participation_cost",
)  # fmt: skip


def compared(*overrides: str) -> Comparison:
    """Hierarchy and distributed power under some overrides."""
    return compare(compose(PAIR, list(overrides)), REPLICATIONS, SEED)


def gaps(comparison: Comparison) -> list[np.ndarray]:
    """The gaps of the two structures, one for each replication."""
    return [np.asarray(scenario.summaries["gap"]) for scenario in comparison.scenarios]


def points(values: np.ndarray) -> str:
    """A mean with its interval, in points of intended benefit."""
    found = interval(100 * values)
    if found["mean"] is None or found["low"] is None or found["high"] is None:
        return "unknown"
    return f"{found['mean']:+.2f} [{found['low']:+.2f}, {found['high']:+.2f}]"


def ablation() -> str:
    """Each mechanism off in turn: how the gap of each structure changes, and its share of all absolute changes."""
    before = gaps(compared())
    changes = {
        name: [after - b for after, b in zip(gaps(compared(f"mechanisms.{name}=0")), before, strict=True)]
        for name in STABLE
    }
    totals = [sum(abs(float(change[side].mean())) for change in changes.values()) for side in (0, 1)]
    head = [
        "switched off", "hierarchy: change of the gap", "share", "distributed: change of the gap", "share",
        "change of hierarchy − distributed",
    ]  # fmt: skip
    rows = []
    for name, change in sorted(changes.items(), key=lambda item: -sum(abs(float(c.mean())) for c in item[1])):
        shares = [abs(float(change[side].mean())) / totals[side] for side in (0, 1)]
        sides = [points(change[0]), f"{shares[0]:.0%}", points(change[1]), f"{shares[1]:.0%}"]
        rows.append([f"`{name}`", *sides, points(change[0] - change[1])])
    return table(head, rows)


def the_default(key: str) -> str:
    """What a heading says of the setting: its key and its default; nothing of several settings at once."""
    declared = declarations().get(key)
    return f" (`{key}`, {declared.default:g} is the default)" if declared else ""


def with_the_default(key: str, values: tuple[float, ...]) -> list[float]:
    """The values to look at, the declared one among them wherever a fit has moved it."""
    declared = declarations().get(key)
    return sorted({*values, float(declared.default)} if declared else values)


def along(key: str, values: tuple[float, ...]) -> str:
    """The comparison along one setting."""
    head = ["value", "gap in hierarchy, %", "gap in distributed, %", "hierarchy − distributed, points"]
    rows = []
    for value in with_the_default(key, values):
        overrides = (
            [f"mechanisms.{name}={value}" for name in CENTRES_OWN]
            if key == "the centre's own"
            else [f"{key}={value}"]
        )
        hierarchy, distributed = gaps(compared(*overrides))
        means = [f"{100 * hierarchy.mean():.1f}", f"{100 * distributed.mean():.1f}"]
        rows.append([f"{value:g}", *means, points(hierarchy - distributed)])
    return table(head, rows)


def main() -> None:
    """Run everything and write the page."""
    lines = [
        "# What the default comparison rests on",
        "",
        "Written by `uv run python docs/balance.py`; do not edit. Hierarchy against distributed power, "
        f"{REPLICATIONS} paired replications each, seed {SEED}. Changes are in points of intended benefit with 95 % "
        "intervals over random variation; doubt about the settings is not in them. A positive "
        "difference hierarchy − distributed means that distributed power closes more of the gap.",
        "",
        "## Each mechanism off in turn",
        "",
        ablation(),
    ]
    for title, (key, values) in SETTINGS.items():
        lines += ["", f"## {title}{the_default(key)}", "", along(key, values)]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
