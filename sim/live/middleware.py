"""Checks every request before it is answered and while its body is read, and adds security headers to every answer.

Other pages in the same browser must not be able to send requests to this server (Origin), or to reach it under another
host name (Host). Both are always checked, on the loopback address too.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Sequence

from pydantic_core import to_json
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.errors import Problem
from sim.live import access
from sim.live.i18n import say

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load: its own files, and pictures that it draws itself."""

SECURITY_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

SECONDS_TO_SEND = 10.0
"""Seconds after which an incomplete body is refused."""
LONGEST_LENGTH = 12
"""Digits of the declared length of a body."""


def refusal(status: int, problems: Iterable[Problem], **headers: str) -> Response:
    """An error response: a list of problems in JSON."""
    return Response(to_json({"problems": list(problems)}), status, headers, "application/json")


def one(status: int, key: str, wrong: str, value: str = "", **headers: str) -> Response:
    """An error response with one problem."""
    return refusal(status, [Problem("request", key, wrong, value[:120])], **headers)


class Refused(Exception):
    """A request is refused; `response` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class RequestGuard:
    """Checks Host, Origin and method of every request; writes the headers of every answer."""

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        """Wrap an application.

        Args:
            app: what is guarded.
            names: further host names that are accepted, besides the address of the server.
        """
        self.app = app
        self.names = tuple(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        refused = self._refused(scope, Headers(scope=scope))
        await (refused or self.app)(scope, receive, send_with_headers)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._own(scope):
            return one(421, "Host", say("refused.host"), ", ".join(hosts))
        origins = headers.getlist("origin")
        if origins and origins != [f"{scope['scheme']}://{hosts[0]}"]:
            return one(403, "Origin", say("refused.origin"), ", ".join(origins))
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not _followed_link(
            scope, headers
        ):
            return one(403, "Sec-Fetch-Site", say("refused.origin"), headers["sec-fetch-site"])
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return one(405, "method", say("refused.method"), scope["method"], allow="GET, POST")
        return None

    def _own(self, scope: Scope) -> set[str]:
        """Accepted values of Host: the address that the request arrived at, and the given names."""
        address, port = plain(scope["server"][0]), scope["server"][1]
        names = {f"[{address}]" if ":" in address else address, *self.names}
        if is_loopback(address):
            names.add("localhost")
        found = {f"{name}:{port}" for name in names}
        return found | names if port == 80 else found


def number_of(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The number that an address is, an IPv4 address mapped to IPv6 as IPv4; None if it is a name."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def plain(address: str) -> str:
    """An address in its usual form."""
    return str(number_of(address) or address)


def is_loopback(address: str) -> bool:
    """Whether an address reaches this machine only."""
    number = number_of(address)
    return address.lower() == "localhost" if number is None else number.is_loopback


def _followed_link(scope: Scope, headers: Headers) -> bool:
    """Whether somebody followed a link to the page itself: shared views are links."""
    asks = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return scope["method"] == "GET" and scope["path"] == "/" and asks == ("navigate", "document")


async def read_body(request: Request) -> bytes:
    """The body of a request.

    Raises:
        Refused: if it is not declared to be JSON, is too large, or does not arrive in time.
    """
    kind, length = (request.headers.get(name, "") for name in ("content-type", "content-length"))
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Refused(one(415, "Content-Type", say("refused.kind"), kind))
    if length and not (length.isascii() and length.isdigit() and len(length) <= LONGEST_LENGTH):
        raise Refused(one(400, "Content-Length", say("refused.length"), length))
    too_large = Refused(one(413, "body", say("refused.large", most=access.LARGEST_BODY), connection="close"))
    if int(length or 0) > access.LARGEST_BODY:
        raise too_large
    body = b""
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.stream():
                body += part
                if len(body) > access.LARGEST_BODY:
                    raise too_large
    except TimeoutError:
        raise Refused(one(408, "body", say("refused.late"), connection="close")) from None
    except ClientDisconnect:
        raise Refused(one(400, "body", say("refused.early"))) from None
    return body
