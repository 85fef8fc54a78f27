"""Write the reference pages again, from the declarations and the numbers measured before.

    uv run python docs/reference/write.py

It takes a second. Numbers are measured by `measure.py`, which takes minutes and then writes the pages as well; the charts
that the pages show are drawn by `charts.py` when the site is built.
"""

from pathlib import Path

from sim.reporting.reference.effects import effects
from sim.reporting.reference.pages import pages

HERE = Path(__file__).parent
MEASURED = HERE / "effects.csv"


def write() -> None:
    """Write every page; remove those of things that are gone."""
    found = pages(effects(MEASURED))
    for old in HERE.glob("*.md"):
        if old.name not in found:
            old.unlink()
    for name, text in found.items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(found)} pages written to {HERE}")


if __name__ == "__main__":
    write()
