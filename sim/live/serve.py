"""Starts and stops the server: binds the address, compiles the model, prints the address and opens a browser."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
import webbrowser
from collections.abc import Sequence
from typing import Any

import click
import uvicorn

from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name
from sim.live import i18n, responses, url, views
from sim.live import session as decks
from sim.live.access import AccessCode
from sim.live.middleware import is_loopback, number_of, plain
from sim.live.server import Live

OPENING = {"sides": [{"scenario": name} for name in url.OPENING]}
"""The first view."""

HOW: dict[str, Any] = {
    "http": "h11",
    "ws": "none",
    "lifespan": "off",
    "proxy_headers": False,
    "server_header": False,
    "date_header": False,
    "access_log": False,
    "log_level": "warning",
    "limit_concurrency": 1000,
    "timeout_graceful_shutdown": 2,
}
"""Settings of the server: it trusts no proxy header and does not identify itself."""

EVERYWHERE = ("0.0.0.0", "::")
SOMEWHERE = "192.0.2.1"
"""An address that no machine has: it is reserved for documentation."""


def serve(
    host: str,
    port: int,
    folders: Sequence[str],
    browse: bool | None,
    language: str = i18n.ENGLISH,
    deck: str | None = None,
) -> int:
    """Serve the live view until it is interrupted.

    Args:
        host: address to bind; other machines can reach any but a loopback address, and need a code.
        port: port to bind; 0 takes a free one.
        folders: folders of scenarios besides the shipped one.
        browse: whether to open a browser; None opens one if there is a desktop.
        language: the language of the page, one of `sim.live.i18n.languages`.
        deck: the steps of a session: a file, or the name of a shipped one.

    Raises:
        InputProblems: if the address cannot be bound, a scenario or the deck cannot be used, or the language
            is unknown.
    """
    there = i18n.languages()
    if language not in there:
        said = f"must be one of {', '.join(there)}; docs/live.md says how to add one"
        nearest = nearest_name(language, there)
        raise InputProblems([Problem(COMMAND_LINE, "--language", said, language, nearest)])
    i18n.speak(language)
    known = views.available(folders)
    played = None if deck is None else decks.read(decks.find(deck), known)
    bound = _bound(host, port)
    try:
        entry = None if is_loopback(bound.getsockname()[0]) else AccessCode()
        live = Live(known, entry, played)
        responses.run(views.read(OPENING, known))
        # Objects made so far are permanent; scanning them in each garbage collection would delay answers.
        gc.freeze()
        address = _address(host, bound)
        click.echo(f"gapsim live: {address}")
        if played is not None:
            click.echo(f"deck: {played.title} ({len(played.steps)} steps)")
        if entry is not None:
            code = f"{entry.code[:4]}-{entry.code[4:]}"
            click.echo(f"code to enter: {code}  (anyone with it on this network can look)")
        click.echo("stop with Ctrl-C", err=True)
        if _desktop() if browse is None else browse:
            webbrowser.open(address)
        names = () if number_of(host) else (host,)
        settings = uvicorn.Config(live.application(names), **HOW)
        uvicorn.Server(settings).run(sockets=[bound])
    except KeyboardInterrupt:
        pass  # Ctrl-C is the usual way to stop the server.
    finally:
        bound.close()
    click.echo("\nstopped.", err=True)
    return 0


def _bound(host: str, port: int) -> socket.socket:
    bound = None
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        if os.name != "nt":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
        bound.listen(2048)
        return bound
    except OSError as error:
        if bound is not None:
            bound.close()
        busy = f"is taken by another program; give another, as in `--port {port + 1}`, or `--port 0` for a free one"
        of_port = {errno.EADDRINUSE: busy, errno.EACCES: "may not be used by you; ports from 1024 may"}
        if error.errno in of_port:
            problem = Problem(COMMAND_LINE, "--port", of_port[error.errno], str(port))
        else:
            said = f"is no address of this machine ({error.strerror})"
            problem = Problem(COMMAND_LINE, "--host", said, host)
        raise InputProblems([problem]) from error


def _address(host: str, bound: socket.socket) -> str:
    """The address to open: for a server on all interfaces, the one by which others reach this machine."""
    name = plain(bound.getsockname()[0])
    if name in EVERYWHERE:
        name = _outward()
    elif number_of(host) is None:
        name = host
    return f"http://{f'[{name}]' if ':' in name else name}:{bound.getsockname()[1]}/"


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only selects the local address it would use.
            probe.connect((SOMEWHERE, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _desktop() -> bool:
    if not sys.stdout.isatty():
        return False
    displays = map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.platform in ("darwin", "win32") or any(displays)
