"""Write the measured directions into docs/odd.md: the table of section 13, and each contrast under its mechanism in 12.

Run it from the project's folder: `uv run gapsim verify directions --json | uv run python docs/directions.py`. The prose of
section 14 quotes some of these numbers and is written by hand: the script names those that it no longer finds in the table.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from sim.model.geography import DATA
from sim.model.parameters import MECHANISM_NAMES

PAGE = Path(__file__).with_name("odd.md")
MEASURED = re.compile(r"Measured(\s+)\S+(\s+)\[\S+(\s+)[^\]\s]+\]:(\s+)(holds|reported|does\s+not\s+hold)")
QUOTED = re.compile(r"[+−]\.?\d[\d.]*\d")
SECTIONS = r"(?=^#+ )"


def number(value: float) -> str:
    """A difference in shares, signed; 0 where it is exactly that."""
    return "0" if value == 0.0 else f"{value:+.4f}".replace("-", "−")


def outcome(check: dict[str, Any]) -> str:
    """What came of a prediction."""
    if check["class"] == "R":
        return "reported"
    return "holds" if check["passed"] else "does not hold"


def in_words(check: dict[str, Any], gaps: tuple[str, ...]) -> str:
    """A contrast as it stands under its mechanism; `gaps` keeps the line breaks of the page."""
    mean, low, high = (number(check[part]) for part in ("mean", "low", "high"))
    first, second, third, last, _ = gaps
    return f"Measured{first}{mean}{second}[{low},{third}{high}]:{last}{outcome(check)}"


def in_table(row: str, check: dict[str, Any]) -> str:
    """A contrast as it stands in the table."""
    cells = row.split(" | ")
    cells[-3:] = [
        number(check["mean"]),
        f"{number(check['low'])} to {number(check['high'])}",
        f"{outcome(check)} |",
    ]
    return " | ".join(cells)


def written(page: str, checks: list[dict[str, Any]]) -> str:
    """The page with these measurements in it."""
    contrasts = yaml.safe_load((DATA / "directions.yaml").read_text(encoding="utf-8"))["contrasts"]
    found = {check["name"]: check for check in checks}
    parts = re.split(SECTIONS, page, flags=re.MULTILINE)
    for k, part in enumerate(parts):
        heading = part.partition("\n")[0]
        name = re.search(r"`(\w+)`$", heading)
        if name and name[1] in MECHANISM_NAMES:
            own = iter([found[c.get("label", c["name"])] for c in contrasts if c["name"] == name[1]])
            parts[k] = MEASURED.sub(lambda match, own=own: in_words(next(own), match.groups()), part)
        elif heading.startswith("## 13 "):
            lines = part.split("\n")
            for number_of_line, line in enumerate(lines):
                label = line.partition(" | ")[0].removeprefix("| ")
                if label in found and line.startswith("|"):
                    lines[number_of_line] = in_table(line, found[label])
            parts[k] = "\n".join(lines)
    return "".join(parts)


def stale(page: str, checks: list[dict[str, Any]]) -> list[str]:
    """Measurements quoted in section 14 that no contrast shows."""
    shown = {number(check[part]) for check in checks for part in ("mean", "low", "high")}
    prose = page.partition("\n## 14 ")[2].partition("\n## 15 ")[0]
    return sorted(set(QUOTED.findall(prose)) - shown)


def main() -> None:
    """Read what was measured from standard input, and write it down."""
    checks = json.load(sys.stdin)["checks"]
    page = written(PAGE.read_text(encoding="utf-8"), checks)
    PAGE.write_text(page, encoding="utf-8")
    for quoted in stale(page, checks):
        print(f"section 14 quotes {quoted}, which is measured nowhere now")


if __name__ == "__main__":
    main()
