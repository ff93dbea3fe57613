"""What the schedule sent and no worker has begun.

A message that waits while nobody works must not wait beside fifty others like it. Celery's `expires` does
that by the clocks of two machines: a worker whose clock is ahead throws away all it is sent. So each
scheduled task has a row, by the database's clock: while one is outstanding it is sent again after 10
seconds (the broker may have lost it), and then after twice as long each time, up to `LONGEST`. To run one
twice does no harm; each takes what is due.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError, connection

from innovation.rules.database.broken import close_if_broken

logger = logging.getLogger(__name__)

# Shorter than the shortest interval of the schedule: what a broker lost is sent the next time.
FIRST = 10
LONGEST = 300

MAY_BE_SENT = """
SELECT clock_timestamp(), NOT coalesce((
    SELECT (begun_at IS NULL OR begun_at < sent_at)
        AND clock_timestamp() < sent_at + make_interval(secs => least(%(first)s * 2 ^ again, %(longest)s))
        AND sent_at <= clock_timestamp()
    FROM innovation_outstandingtask WHERE task = %(task)s), false)
"""
SENT = """
INSERT INTO innovation_outstandingtask AS known (task, sent_at, again) VALUES (%(task)s, %(at)s, 0)
ON CONFLICT (task) DO UPDATE SET sent_at = excluded.sent_at,
    again = CASE WHEN known.begun_at >= known.sent_at THEN 0 ELSE least(known.again + 1, 10) END
"""
BEGUN = "UPDATE innovation_outstandingtask SET begun_at = clock_timestamp() WHERE task = %(task)s"


def asked(task: str) -> datetime | None:
    """The database's time, for `sent`, where the task may be sent now; None where it is outstanding or
    the database does not answer, without which no worker could do it either."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(MAY_BE_SENT, {"task": task, "first": FIRST, "longest": LONGEST})
            at, may = cursor.fetchone()
    except DatabaseError:
        _failed("Whether %s is outstanding could not be asked.", task)
        return None
    return at if may else None


def sent(task: str, at: datetime) -> None:
    """The broker took it; `at` is of before, so whoever begins it begins it later."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(SENT, {"task": task, "at": at})
    except DatabaseError:
        _failed("That %s was sent could not be written.", task)


def begun(task: str) -> None:
    """A worker has it; never at the cost of the work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(BEGUN, {"task": task})
    except DatabaseError:
        _failed("That %s was begun could not be written.", task)


def _failed(what: str, task: str) -> None:
    logger.warning(what, task, exc_info=True)
    close_if_broken()
