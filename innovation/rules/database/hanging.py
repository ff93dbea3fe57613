"""Whether the database hangs: it takes what is sent and answers nobody.

A time-out of the server does not help while the server stands still, and one of the client would
end long statements with the dead ones. So somebody asks aside (web/watch.py) and says it here, and
every thread that waits for an answer stops waiting.
"""

from __future__ import annotations

from collections.abc import Generator
from threading import Event
from typing import Any, TypeVar

import psycopg

Answer = TypeVar("Answer")

HANGS = Event()


def check() -> None:
    if HANGS.is_set():
        raise psycopg.OperationalError("the database takes what is sent and does not answer")


def _while_it_answers(waiting: Generator[Any, Any, Answer]) -> Generator[Any, Any, Answer]:
    """psycopg comes by here with each thing it waits for, and ten times a second while it waits."""
    try:
        wanted = next(waiting)
        while True:
            found = yield wanted
            check()
            wanted = waiting.send(found)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


class WatchedConnection(psycopg.Connection[Any]):
    def wait(self, gen: Generator[Any, Any, Answer], *args: Any, **named: Any) -> Answer:
        try:
            check()
            return super().wait(_while_it_answers(gen), *args, **named)
        except psycopg.OperationalError:
            if HANGS.is_set():
                self.pgconn.finish()  # an answer may still come, and would be taken for the next
            raise
