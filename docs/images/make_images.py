"""Draws the pictures of the README from a comparison run on the spot: nothing in them is edited by hand.

    uv run python docs/images/make_images.py

Needs Chromium, or Chrome, from the system.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH = 1280
PICTURES = {
    "compare.png": ("gap", "main > h1, .verdict ul, h2 {display: none}", 560),
    "losses.png": ("losses", "main > h1, .lead, .verdict, h2 {display: none}", 70),
}
"""For each picture: the chart it shows, what of the report it leaves out, and the height above the chart."""


def browser() -> str:
    """The first browser of the system that can take a picture of a page."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    sys.exit(f"no browser found; install one of {', '.join(BROWSERS)}")


def trimmed(report: str, chart: str, left_out: str) -> str:
    """The report with one chart, and without what surrounds it."""
    others = f"main > *:not(h1, .lead, .verdict, #{chart}-section), details, .modebar {{display: none}}"
    style = f"<style>{left_out} {others} body {{padding: 16px 24px; margin: 0}}</style>"
    return report.replace("</head>", f"{style}</head>", 1)


def height(report: str, chart: str) -> int:
    """The height of a chart on the page, in pixels."""
    found = re.search(rf'id="{chart}"[^>]*style="height:(\d+)px"', report)
    if not found:
        sys.exit(f"the report has no chart {chart!r}")
    return int(found.group(1))


def main() -> None:
    """Compares the default scenarios and takes a picture of each chart."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["gapsim", "compare", "--out", f"{scratch}/compare"], check=True)
        report = Path(scratch, "compare", "report.html").read_text(encoding="utf-8")
        for name, (chart, left_out, above) in PICTURES.items():
            page = Path(scratch, "page.html")
            page.write_text(trimmed(report, chart, left_out), encoding="utf-8")
            flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=10000"]
            size = f"--window-size={WIDTH},{height(report, chart) + above}"
            places = [f"--user-data-dir={scratch}/browser", f"--screenshot={HERE / name}"]
            command = [browser(), *flags, size, *places, page.as_uri()]
            subprocess.run(command, check=True, capture_output=True)
            print(HERE / name)


if __name__ == "__main__":
    main()
