"""A pool of threads that simulates runs in the order of the requests, with a cache of recent answers."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sim.live import access
from sim.live.i18n import say
from sim.live.middleware import Refused, one

KEPT = 24
"""Number of cached answers: an audience that opens the same view is served from one run."""


Answer = TypeVar("Answer")


class WorkerPool:
    """Threads that handle requests, and recent answers by request."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(access.AT_ONCE, "gapsim-live")
        self._answers: OrderedDict[str, asyncio.Future[Any]] = OrderedDict()
        self._waiting = 0

    def has(self, asked: str) -> bool:
        """Whether an answer is cached or in progress, and so costs nothing more."""
        return asked in self._answers

    async def answer(self, asked: str, work: Callable[[], Answer]) -> Answer:
        """The answer to a request, from the cache or computed now.

        Raises:
            Refused: when too many are waiting.
        """
        found = self._answers.get(asked)
        if found is None:
            if self._waiting >= access.MOST_WAITING:
                raise Refused(one(503, "runs", say("refused.runs.busy"), **{"retry-after": "2"}))
            self._waiting += 1
            found = asyncio.get_running_loop().run_in_executor(self._pool, work)
            found.add_done_callback(lambda done: self._finished(asked, done))
            self._answers[asked] = found
        self._answers.move_to_end(asked)
        # Another client may wait for the same answer, so a client that disconnects must not cancel it.
        return await asyncio.shield(found)

    def _finished(self, asked: str, done: asyncio.Future[Any]) -> None:
        self._waiting -= 1
        if (done.cancelled() or done.exception()) and self._answers.get(asked) is done:
            del self._answers[asked]
        # Only finished answers are dropped: others still have clients waiting.
        ready = [key for key, answer in self._answers.items() if answer.done()]
        for key in ready[: max(0, len(ready) - KEPT)]:
            del self._answers[key]
