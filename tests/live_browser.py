"""A real browser on a real server, for tests and benchmarks of the live page: the system's Chromium, all names unresolvable.

Used as a plugin: `pytest_plugins = ("live_browser",)`. Where there is no Chromium the tests are skipped and say so; on
continuous integration, where `CI` is set, they fail instead.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from live_moves import TWIN

from sim.live import views
from sim.live.access import AccessCode
from sim.live.server import Live
from sim.live.session import Deck

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
"""No name resolves: requests to other machines fail."""
WIDE = {"width": 1366, "height": 768}


@dataclass
class Served:
    """A server that answers, and the code that it asks for, if any."""

    address: str
    code: str | None = None

    def ask(self, path: str, content: Any = None) -> Any:
        """What the server answers, as data if it is JSON."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
            return (
                json.loads(body) if answer.headers.get_content_type() == "application/json" else body.decode()
            )

    def run(self, view: dict[str, Any] = TWIN) -> Any:
        """The answer to a view."""
        return self.ask("api/run", view)


def serve(entry: AccessCode | None, deck: Deck | None = None):
    bound = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(
        Live(views.available(), entry, deck).application(),
        log_level="error",
        lifespan="off",
        ws="none",
        http="h11",
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}/", entry and entry.code)
    server.should_exit = True
    thread.join(10)
    bound.close()


@pytest.fixture(scope="session")
def served():
    """A server for this machine alone."""
    for each in serve(None):
        # The model compiles, or loads what was compiled, before a browser waits for it.
        each.run()
        yield each


@pytest.fixture(scope="session")
def guarded():
    """A server that asks for a code."""
    yield from serve(AccessCode())


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, driven; never one that a test tool brings along."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser: install one of {', '.join(BROWSERS)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Room:
    """Opens the page in browsers of its own, and collects what went wrong there and what was asked for."""

    browser: Any
    served: Served
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def open(self, fragment: str = "", address: str | None = None, ready: bool = True, **options: Any) -> Any:
        """A page in a fresh browser, at a fragment of the address."""
        context = self.browser.new_context(**{"viewport": WIDE, **options})
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))
        page.on("console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto((address or self.served.address) + fragment)
        if ready:
            page.wait_for_selector("body.ready")
            page.wait_for_selector("main[aria-busy=false]")
        return page

    def close(self) -> None:
        """Close all, and fail if anything went wrong that was not expected."""
        for context in self.contexts:
            context.close()
        wrong = [error for error in self.errors if not any(known in error for known in self.expected)]
        assert not wrong, wrong


@pytest.fixture
def room(browser, served):
    """A way to open pages; errors in them are fatal."""
    opened = Room(browser, served)
    yield opened
    opened.close()
