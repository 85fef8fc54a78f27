"""Write the reference pages and their charts again, from the declarations and the numbers measured before.

    uv run python docs/reference/write.py

It takes a second. Numbers are measured by `measure.py`, which takes minutes and then writes the pages as well.
"""

from pathlib import Path

from sim.reporting.reference.effects import effects
from sim.reporting.reference.pages import CHARTS, pages

HERE = Path(__file__).parent
MEASURED = HERE / "effects.csv"


def write() -> None:
    """Write every page and chart; remove those of things that are gone."""
    found = pages(effects(MEASURED))
    (HERE / CHARTS).mkdir(exist_ok=True)
    for old in [*HERE.glob("*.md"), *(HERE / CHARTS).glob("*.svg")]:
        if old.relative_to(HERE).as_posix() not in found:
            old.unlink()
    for name, text in found.items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(found)} files written to {HERE}")


if __name__ == "__main__":
    write()
