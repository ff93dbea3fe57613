"""Who notices that the database hangs, in the event loop of a web process.

Nobody is asked while answers come quickly. A request that takes longer than `AFTER` has the database
asked, on a line of its own: an answer within `WITHIN` means that it is only a long statement. None means
that it hangs, until one comes; a refusal is an answer, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from django.db import connection

from innovation.rules.database.hanging import HANGS

AFTER = 0.4
WITHIN = 0.9
# The answer may have come while the loop stood still: it is given this to be seen.
GRACE = 0.1
ASKED_ANEW = 10


class AskingLine:
    """The line on which the database is asked; opened when it is first needed, then kept."""

    def __init__(self) -> None:
        self._line: psycopg.AsyncConnection[Any] | None = None

    async def __call__(self) -> None:
        try:
            if self._line is None:
                known = connection.get_connection_params()
                for ours in ("cursor_factory", "context"):
                    known.pop(ours, None)
                self._line = await psycopg.AsyncConnection.connect(**known, autocommit=True)
            await self._line.execute("SELECT 1")
        except BaseException:
            self._line = None
            raise


class Watch:
    def __init__(
        self,
        ask: Callable[[], Awaitable[None]] | None = None,
        *,
        after: float = AFTER,
        within: float = WITHIN,
    ) -> None:
        self._ask = ask or AskingLine()
        self._after = after
        self._within = within
        self._looking: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None

    @property
    def hangs(self) -> bool:
        return HANGS.is_set()

    async def sees_the_end_of(self, work: asyncio.Future[None]) -> bool:
        """Wait until the work is done; False where the database hangs before."""
        await asyncio.wait({work}, timeout=self._after)
        while not work.done():
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.wait({work, self._looking}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                break
            if self.hangs:
                return False
            await asyncio.wait({work}, timeout=self._after)
        return True

    async def _look(self) -> None:
        asked = asyncio.ensure_future(self._ask())
        for seconds in (self._within, GRACE):
            await asyncio.wait({asked}, timeout=seconds)
        if not asked.done():
            HANGS.set()
            self._waiting = asyncio.create_task(self._wait_until_back(asked))
        else:
            asked.exception()

    async def _wait_until_back(self, asked: asyncio.Future[None]) -> None:
        try:
            while not asked.done():
                await asyncio.wait({asked}, timeout=ASKED_ANEW)
                if not asked.done():
                    asked.cancel()
                    asked = asyncio.ensure_future(self._ask())
            asked.exception()
        finally:
            HANGS.clear()
