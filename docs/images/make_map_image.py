"""Draws the README's picture of a map from the sweep `regime_map`: run on the spot, or gone on with where it stopped.

    uv run python docs/images/make_map_image.py

Takes about six minutes on two cores, and Chromium, or Chrome, from the system.
"""

import subprocess
import tempfile
from pathlib import Path

from make_images import HERE, WIDTH, browser

SWEEP = Path("results/regime_map")
ONLY_THE_MAP = (
    "main > *:not(h1, .verdict, #map-section), .verdict ul, details, .modebar, #map-section > h2 {display: none} "
    "body {padding: 8px 24px; margin: 0}"
)
HEIGHT = 1280


def main() -> None:
    """Runs the sweep, writes its report, and takes a picture of the verdict's beginning and of the map."""
    subprocess.run(["gapsim", "sweep", "regime_map", "--out", str(SWEEP)], check=True)
    subprocess.run(["gapsim", "report", str(SWEEP)], check=True)
    report = (SWEEP / "report.html").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch, "page.html")
        page.write_text(report.replace("</head>", f"<style>{ONLY_THE_MAP}</style></head>", 1), "utf-8")
        flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=10000"]
        places = [f"--user-data-dir={scratch}/browser", f"--screenshot={HERE / 'map.png'}"]
        size = f"--window-size={WIDTH},{HEIGHT}"
        subprocess.run([browser(), *flags, size, *places, page.as_uri()], check=True, capture_output=True)
    print(HERE / "map.png")


if __name__ == "__main__":
    main()
