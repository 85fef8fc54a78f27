"""The workshop: runs are simulated in a few threads, in the order asked for, and what was just answered is kept a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sim.live import access

KEPT = 24
"""Answers kept: a room that opens the same view is served from one run."""


Answer = TypeVar("Answer")


class Busy(Exception):
    """Too many requests are waiting."""


class WorkerPool:
    """Threads that work requests off, and their latest answers by what was asked."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(access.AT_ONCE, "gapsim-live")
        self._answers: OrderedDict[str, asyncio.Future[Any]] = OrderedDict()
        self._waiting = 0

    def has(self, asked: str) -> bool:
        """Whether an answer is there or on its way, so that it costs nothing more."""
        return asked in self._answers

    async def answer(self, asked: str, work: Callable[[], Answer]) -> Answer:
        """The answer to what was asked: from the cache, or computed now.

        Raises:
            Busy: when too many are waiting.
        """
        found = self._answers.get(asked)
        if found is None:
            if self._waiting >= access.MOST_WAITING:
                raise Busy
            self._waiting += 1
            found = asyncio.get_running_loop().run_in_executor(self._pool, work)
            found.add_done_callback(lambda done: self._finished(asked, done))
            self._answers[asked] = found
        self._answers.move_to_end(asked)
        # Another client may wait for the same answer: one that goes away takes nothing with it.
        return await asyncio.shield(found)

    def _finished(self, asked: str, done: asyncio.Future[Any]) -> None:
        self._waiting -= 1
        if (done.cancelled() or done.exception()) and self._answers.get(asked) is done:
            del self._answers[asked]
        # Only answers that are there are let go of; what is on its way is still waited for.
        ready = [key for key, answer in self._answers.items() if answer.done()]
        for key in ready[: max(0, len(ready) - KEPT)]:
            del self._answers[key]
