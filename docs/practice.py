"""Write docs/practice.md: what is measured of each pattern of practice, between the markers of the page.

Run it from the project's folder: `uv run python docs/practice.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sim.territory import DATA

PAGE = Path(__file__).with_name("practice.md")
DEFINITIONS = "definitions"
SIGNS = {"at least": "≥", "at most": "≤", "more than": ">", "less than": "<"}


def written() -> dict[str, Any]:
    """What was written down before anything was measured."""
    found: dict[str, Any] = yaml.safe_load((DATA / "practice.yaml").read_text(encoding="utf-8"))
    return found


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


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


def between(page: str, name: str, text: str) -> str:
    """The page with a text between the markers of a name."""
    first, last = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(first)
    _, _, after = rest.partition(last)
    if not after:
        raise SystemExit(f"{PAGE.name} has no markers for {name}")
    return f"{before}{first}\n\n{text}\n\n{last}{after}"


def write() -> None:
    """Write the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(between(page, DEFINITIONS, definitions()), encoding="utf-8")


if __name__ == "__main__":
    write()
