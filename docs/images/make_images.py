"""Draws the picture of the README from a comparison run on the spot: nothing in it is edited by hand.

    uv run python docs/images/make_images.py

Needs Chromium, or Chrome, from the system.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURE = Path(__file__).with_name("compare.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WINDOW = "1280,1000"


def browser() -> str:
    """The first browser of the system that can take a picture of a page."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    sys.exit(f"no browser found; install one of {', '.join(BROWSERS)}")


def main() -> None:
    """Compares the default scenarios and takes a picture of the top of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["gapsim", "compare", "--out", scratch], check=True)
        report = Path(scratch, "report.html")
        flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=10000"]
        profile = f"--user-data-dir={scratch}/browser"
        picture = [f"--screenshot={PICTURE}", f"--window-size={WINDOW}", report.as_uri()]
        subprocess.run([browser(), *flags, profile, *picture], check=True, capture_output=True)
    print(PICTURE)


if __name__ == "__main__":
    main()
