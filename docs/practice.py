"""Write docs/practice.md between its markers: what is measured of each pattern of practice, and what came out.

Run it from the project's folder: `uv run python docs/practice.py`. It takes a minute or two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from markdown_parts import between, table

from sim.formatting import number
from sim.model import provenance
from sim.stats import Interval
from sim.verification.practice import Measured, measure, written

PAGE = Path(__file__).with_name("practice.md")
DEFINITIONS, RESULTS = "definitions", "results"
SIGNS = {"at least": "≥", "at most": "≤", "more than": ">", "less than": "<"}


def definitions() -> str:
    """Every statement: what is measured, and its target."""
    parts = []
    for pattern in written()["patterns"]:
        rows = [
            [one["name"], one["measured"], f"{SIGNS[one['direction']]} {one['threshold']:.4g}"]
            for one in pattern["statements"]
        ]
        head = ["statement", "what is measured", "target"]
        parts.append(f"**{pattern['pattern']}.** {pattern['claim']}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def results(measured: Measured) -> str:
    """What came out at the defaults and over the shipped set, and which patterns are reached in full."""
    rows = measured.rows()
    words = {True: "yes", False: "no", None: ""}
    lines = [
        [
            row["name"], shown(row["target"]), interval(row), "reached" if row["passed"] else "**missed**",
            words[row["at_half"]], words[row["at_double"]], f"{100 * row['share_of_set']:.0f} %",
        ]
        for row in rows
    ]  # fmt: skip
    head = [
        "statement", "target", "mean at the defaults, 95 % interval", "result", "at half", "at double",
        "share of the set",
    ]  # fmt: skip
    passed = {one.name: row["passed"] for one, row in zip(measured.statements, rows, strict=True)}
    whole, part, none = [], [], []
    for pattern in dict.fromkeys(one.pattern for one in measured.statements):
        of = [passed[one.name] for one in measured.statements if one.pattern == pattern]
        (whole if all(of) else part if any(of) else none).append(pattern)
    sets, each, _ = measured.over_set.shape
    said = (
        f"{sum(passed.values())} of {len(rows)} statements are reached at the defaults. Reached in full: {named(whole)}. "
        f"Reached in part: {named(part)}. Missed altogether: {named(none)}. Seed {written()['seed']}, "
        f"{len(measured.defaults)} replications at the defaults, {each} of each of {sets} sets, model "
        f"`{provenance.model()}`."
    )
    return "\n\n".join([said, table(head, lines), *unmeasured(measured)])


def unmeasured(measured: Measured) -> list[str]:
    """In how many sets a statement cannot be measured; they count as sets that miss it."""
    sets = len(measured.over_set)
    missing = np.isnan(measured.set_means).sum(axis=0)
    return [
        f"*{one.name}* cannot be measured in {count} of {sets} sets, which count as sets that miss it."
        for one, count in zip(measured.statements, missing, strict=True)
        if count
    ]


def shown(target: str) -> str:
    """A target as the page writes it."""
    return target.replace(">=", "≥").replace("<=", "≤").replace("-", "−")


def interval(row: Interval) -> str:
    """A mean and its interval."""
    mean, low, high = (row["mean"], row["low"], row["high"])
    if mean is None or low is None or high is None:
        return "unknown"
    return f"{number(mean, 4)} [{number(low, 4)}, {number(high, 4)}]"


def named(patterns: list[str]) -> str:
    """Names of patterns in a sentence."""
    return ", ".join(patterns) if patterns else "none"


def write() -> None:
    """Write the page."""
    measured = measure()
    page = PAGE.read_text(encoding="utf-8")
    for name, text in (
        (DEFINITIONS, definitions()),
        (RESULTS, results(measured)),
    ):
        page = between(page, name, text)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write()
