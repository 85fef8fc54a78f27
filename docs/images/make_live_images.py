"""Takes the pictures of the live page for the README from a run on the spot: nothing in them is edited by hand.

    uv run python docs/images/make_live_images.py

Needs Chromium, or Chrome, from the system.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
TWIN = "#a=hierarchy&b=distributed&m=48"
LEVERS = "#a=hierarchy&b=distributed&b@36.power.distribution=0.5&m=84"


def main() -> None:
    """Serves the page on a free port and takes a picture of each view."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser found; install one of {', '.join(BROWSERS)}")
    command = ["gapsim", "live", "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://\S+", server.stdout.readline())
            if address is None:
                sys.exit("the server did not say its address")
            with sync_playwright() as driver:
                opened = driver.chromium.launch(executable_path=browser, args=FLAGS)
                take(opened, address[0] + TWIN, "live-twin.png", 768)
                take(
                    opened, address[0] + LEVERS, "live-levers.png", 1040, section="#change", click="#which-b"
                )
                opened.close()
        finally:
            server.terminate()


def take(
    browser: Browser,
    address: str,
    name: str,
    height: int,
    section: str | None = None,
    click: str | None = None,
) -> None:
    """Open a view, scroll to a section of it, press something there, and keep what is on the screen."""
    page = browser.new_page(viewport={"width": 1366, "height": height})
    page.goto(address)
    page.wait_for_selector("body.ready")
    if section:
        page.locator(section).evaluate("(part) => part.scrollIntoView()")
    if click:
        page.locator(click).click()
    page.wait_for_selector("main[aria-busy=false]")
    page.screenshot(path=HERE / name)
    page.close()
    print(name)


if __name__ == "__main__":
    main()
