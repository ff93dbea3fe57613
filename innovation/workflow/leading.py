"""Which of several schedulers leads: the holder of a lease in the database.

Taking and renewing are one statement, by the database's clock, so there is one holder at any moment. A
holder counts its own time from before it asked, on a clock that goes on while the process is stopped: it
stops leading before anybody else can begin. Who ends gives the lease back.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from secrets import token_hex

from django.db import DatabaseError, connection

from innovation.rules.database.broken import close_if_broken

logger = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
# So often it is renewed, and asked for by whoever stands by.
ASKED_EVERY = 5.0

# A lease that ends later than any that could be given now is of a clock that was wrong.
TAKE = """
INSERT INTO innovation_leaderlease AS held (name, holder, until, term)
VALUES (%(name)s, %(me)s, clock_timestamp() + make_interval(secs => %(lease)s), 1)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
    term = held.term + (held.holder <> excluded.holder)::int
WHERE held.holder = excluded.holder OR held.until < clock_timestamp()
    OR held.until > clock_timestamp() + make_interval(secs => %(lease)s)
RETURNING term
"""
GIVE_BACK = """
UPDATE innovation_leaderlease SET until = clock_timestamp() WHERE name = %(name)s AND holder = %(me)s
"""


def seconds_of_the_machine() -> float:
    """They go on while the process is stopped, and while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leadership:
    """One process's part in it."""

    def __init__(self, name: str, clock: Callable[[], float] = seconds_of_the_machine) -> None:
        self.name = name
        self.holder = f"{socket.gethostname()[:60]}/{os.getpid()}/{token_hex(4)}"
        self._clock = clock
        self._asked_at = -ASKED_EVERY
        self._leads_until = 0.0
        self._term = 0

    def leads(self) -> bool:
        """Whether this process leads now; asks the database no more often than needed."""
        now = self._clock()
        if now >= self._asked_at + ASKED_EVERY:
            self._asked_at = now
            self._ask(now)
        return self._clock() < self._leads_until

    def _ask(self, now: float) -> None:
        wanted: dict[str, str | float] = {"name": self.name, "me": self.holder}
        wanted["lease"] = LEASE_SECONDS
        try:
            with connection.cursor() as cursor:
                cursor.execute(TAKE, wanted)
                row = cursor.fetchone()
        except DatabaseError:
            # A lease that is held is kept to its end.
            logger.warning("Who leads (%s) could not be asked.", self.name, exc_info=True)
            close_if_broken()
            return
        if row is None:
            if self._term:
                logger.warning("%s leads no more (%s): another does.", self.holder, self.name)
            self._leads_until, self._term = 0.0, 0
            return
        if row[0] != self._term:
            logger.warning("%s leads (%s), term %s.", self.holder, self.name, row[0])
        self._leads_until, self._term = now + LEASE_SECONDS, row[0]

    def give_back(self) -> None:
        """At the end of the process, so that whoever stands by need not wait for the lease's end.

        On a line of its own: a signal may have ended the statement that was under way on the other.
        """
        if not self._term:
            return
        self._leads_until, self._term = 0.0, 0
        try:
            connection.close()
            with connection.cursor() as cursor:
                cursor.execute(GIVE_BACK, {"name": self.name, "me": self.holder})
        except DatabaseError:
            logger.warning("The lease (%s) could not be given back.", self.name, exc_info=True)
