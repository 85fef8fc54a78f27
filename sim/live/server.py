"""The endpoints of the live view. Each request holds its whole view; the server only caches recent answers."""

from __future__ import annotations

import io
import json
import math
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import segno
from pydantic_core import to_json
from segno.encoder import DataOverflowError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sim.errors import InputProblems, Problem, raise_if_any, shown
from sim.live import access, downloads, i18n, metadata, responses, views
from sim.live.access import AccessCode, RateLimit
from sim.live.i18n import say
from sim.live.middleware import Refused, RequestGuard, one, read_body, refusal
from sim.live.session import Deck
from sim.live.worker_pool import WorkerPool

PAGE = Path(__file__).parent / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
STRINGS = "strings.json"
CODE_HEADER = "x-gapsim-code"
DEEPEST = 12
"""Levels of a request's JSON; a view has six."""
LONGEST_NUMBER = 19
"""Digits of the largest seed."""

Handler = Callable[[Request], Awaitable[Response]]


Answer = TypeVar("Answer")


class Live:
    """The live view: its scenarios, the files of its page, and its limits."""

    def __init__(self, known: views.Known, entry: AccessCode | None = None, deck: Deck | None = None) -> None:
        """Prepare everything that does not depend on a request.

        Args:
            known: scenarios by name.
            entry: the code that is needed to enter; None when only this machine can.
            deck: the steps of a session, if one is played.
        """
        self.known = known
        self.entry = entry
        described = metadata.everything(known)
        self.declared = _json({**described, "deck": asdict(deck) if deck else None})
        self.page = {path.name: path.read_bytes() for path in sorted(PAGE.glob("*")) if path.suffix in KINDS}
        self.page[STRINGS] = _json(i18n.words())
        self.shipped = downloads.Shipped(self.page, {"strings": i18n.words(), "declarations": described})
        self.pool = WorkerPool()
        self.runs = RateLimit(access.RUNS_A_MINUTE)
        self.codes = RateLimit(access.CODES_A_MINUTE)

    def application(self, names: tuple[str, ...] = ()) -> ASGIApp:
        """The application behind its guard; `names` are further host names that it accepts."""
        routes = [
            Route("/", self.file),
            Route("/page/{name}", self.file),
            Route("/api/enter", self.enter, methods=["POST"]),
            Route("/api/declarations", self._inside(self.declarations)),
            Route("/api/run", self._inside(self.run), methods=["POST"]),
            Route("/api/spread", self._inside(self.spread), methods=["POST"]),
            Route("/api/download", self._inside(self.download), methods=["POST"]),
            Route("/api/qr.svg", self._inside(self.qr)),
        ]
        handlers: Any = {
            InputProblems: lambda _, error: refusal(400, error.problems),
            HTTPException: _http,
            Refused: lambda _, error: error.response,
            Exception: _our_fault,
        }
        return RequestGuard(Starlette(routes=routes, exception_handlers=handlers), names)

    def _inside(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            if self.entry is not None and not self.entry.is_valid(request.headers.get(CODE_HEADER, "")):
                return one(401, "code", say("refused.code.needed"))
            return await handler(request)

        return checked

    async def file(self, request: Request) -> Response:
        """The page, or one of its files."""
        name = request.path_params.get("name", "index.html")
        # Looked up in what was read at the start: no name from outside ever becomes a path.
        if name not in self.page:
            raise HTTPException(404)
        return Response(self.page[name], media_type=KINDS[Path(name).suffix])

    async def enter(self, request: Request) -> Response:
        """A token in exchange for the code."""
        content = await _content(request)
        code = content.get("code") if isinstance(content, dict) else None
        if self.entry is None:
            return _answer(_json({"token": ""}))
        wait = self.codes.take(_address(request), 1)
        if wait:
            return one(429, "code", say("refused.code.often"), **_after(wait))
        token = self.entry.token(code) if isinstance(code, str) else None
        if token is None:
            return one(403, "code", say("refused.code.wrong"))
        return _answer(_json({"token": token}))

    async def declarations(self, request: Request) -> Response:
        """The declarations from which the page is built."""
        return _answer(self.declared)

    async def run(self, request: Request) -> Response:
        """Both sides of a view, month by month."""
        view = views.read(await _content(request), self.known)
        return _answer(await self._worked(request, "run", view, 1, lambda: _json(responses.run(view))))

    async def spread(self, request: Request) -> Response:
        """Several replications of a view."""
        content = await _content(request)
        problems: list[Problem] = []
        asked = {"futures": content.pop("futures", 20)} if isinstance(content, dict) else {}
        futures = views.whole_number(asked, "futures", 20, 2, access.MOST_FUTURES, problems)
        view = views.read(content, self.known)
        raise_if_any(problems)
        answer = await self._worked(
            request, f"spread {futures}", view, futures, lambda: _json(responses.spread(view, futures))
        )
        return _answer(answer)

    async def download(self, request: Request) -> Response:
        """A view as a file for download."""
        content = await _content(request)
        asked = content if isinstance(content, dict) else {}
        kind = asked.get("kind")
        view = views.read(asked.get("view"), self.known)
        problems = views.unknown(asked, ("view", "kind", "side"), "")
        if not isinstance(kind, str) or kind not in downloads.KINDS:
            said = f"must be one of {', '.join(downloads.KINDS)}"
            problems.append(Problem(views.VIEW, "kind", said, shown(kind)))
        side = views.whole_number(asked, "side", 0, 0, len(view.sides) - 1, problems)
        raise_if_any(problems)
        make, runs = downloads.KINDS[str(kind)]
        work = partial(make, view, side, self.shipped)
        made = await self._worked(request, f"{kind} {side}", view, runs, work)
        kept = {"content-disposition": f'attachment; filename="{made.name}"'}
        return Response(made.content, headers=kept, media_type=made.media_type)

    async def qr(self, request: Request) -> Response:
        """The QR code of an address of the page, as a picture."""
        address = request.query_params.get("address", "")
        if not address.startswith(str(request.base_url)):
            return one(400, "address", say("refused.address"), address)
        picture = await self._limited(request, f"qr {address}", 1, lambda: _qr_code(address))
        if picture is None:
            return one(400, "address", say("share.long"), address)
        return Response(picture, media_type=KINDS[".svg"])

    async def _worked(
        self, request: Request, what: str, view: views.View, runs: int, work: Callable[[], Answer]
    ) -> Answer:
        cost = runs * sum(access.cost(side.composed.parameters) for side in view.sides)
        return await self._limited(request, f"{what} {view.text()}", cost, work)

    async def _limited(self, request: Request, asked: str, cost: float, work: Callable[[], Answer]) -> Answer:
        """What `work` returns, from the cache or charged to the allowance of the client's address."""
        if cost and not self.pool.has(asked):
            wait = self.runs.take(_address(request), cost)
            if wait:
                raise Refused(one(429, "runs", say("refused.runs.often"), **_after(wait)))
        return await self.pool.answer(asked, work)


def _qr_code(text: str) -> bytes | None:
    """The QR code of a text as SVG, or None if the text is too long for one."""
    try:
        code = segno.make(text, error="l", micro=False, boost_error=False)
    except DataOverflowError:
        return None
    picture = io.BytesIO()
    code.save(picture, kind="svg", xmldecl=False, omitsize=True, light="white")
    return picture.getvalue()


def _json(content: Any) -> bytes:
    return to_json(content, inf_nan_mode="null")


def _answer(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _after(seconds: float) -> dict[str, str]:
    return {"retry-after": str(math.ceil(seconds))}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _content(request: Request) -> Any:
    """The JSON of a request, read strictly: no NaN, no endless numbers, no key twice."""
    said = "is nested too deeply"
    try:
        content = json.loads(
            await read_body(request),
            parse_constant=_no_number,
            parse_int=_whole,
            object_pairs_hook=_each_once,
        )
        if _fits(content, DEEPEST):
            return content
    except RecursionError:
        pass
    except ValueError as error:
        said = f"is not valid JSON ({error})"
    raise InputProblems([Problem("request", "body", said)])


def _fits(content: Any, levels: int) -> bool:
    """Whether a value has no more than so many levels."""
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return levels > 0 and all(_fits(part, levels - 1) for part in parts)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > LONGEST_NUMBER:
        raise ValueError("a number has too many digits")
    return int(digits)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key is given twice")
    return content


def _http(request: Request, error: HTTPException) -> Response:
    said = {404: say("refused.nothing"), 405: say("refused.other_way")}.get(error.status_code, error.detail)
    return one(error.status_code, "request", said, request.url.path, **(error.headers or {}))


def _our_fault(request: Request, error: Exception) -> Response:
    traceback.print_exception(error, file=sys.stderr)
    return one(500, "server", say("refused.fault"))
