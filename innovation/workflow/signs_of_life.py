"""Whether somebody works in the background.

A worker that begins or ends a task says so, and the scheduler when it begins to lead and when it sends
one: no timer runs beside the work, so a process that hangs says nothing. A scheduler that stands by says
so when it asked whether it may lead. Each writes at most every `EVERY` seconds.
"""

from __future__ import annotations

import logging
import socket
import time
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from innovation.rules.database.broken import close_if_broken
from innovation.workflow.models import ProcessKind, SignOfLife

logger = logging.getLogger(__name__)

EVERY = 10
# The schedule has something to do every fifteen seconds; who says nothing for so long is missed.
MISSED_AFTER = timedelta(minutes=3)
NEEDED = (ProcessKind.WORKER, ProcessKind.SCHEDULER)
_said_at: dict[str, float] = {}

SAY = """
INSERT INTO innovation_signoflife (kind, host, seen_at) VALUES (%s, %s, now())
ON CONFLICT (kind, host) DO UPDATE SET seen_at = excluded.seen_at
WHERE innovation_signoflife.seen_at < excluded.seen_at - make_interval(secs => %s)
"""
FORGET = "DELETE FROM innovation_signoflife WHERE seen_at < now() - interval '7 days'"


def say(kind: ProcessKind) -> None:
    """Never at the cost of the work."""
    now = time.monotonic()
    if now < _said_at.get(kind, -EVERY) + EVERY:
        return
    _said_at[kind] = now
    try:
        with connection.cursor() as cursor:
            cursor.execute(SAY, [kind, socket.gethostname()[:255], EVERY / 2])
            cursor.execute(FORGET)
    except DatabaseError:
        logger.warning("No sign of life could be written.", exc_info=True)
        close_if_broken()


def last_seen(kind: ProcessKind) -> datetime | None:
    """On whichever machine."""
    rows = SignOfLife.objects.filter(kind=kind).order_by("-seen_at")
    return rows.values_list("seen_at", flat=True).first()


def missed(*, at: datetime) -> dict[ProcessKind, datetime | None]:
    """Which kinds that there must be have not been seen for a while, and when they last were."""
    seen = {kind: last_seen(kind) for kind in NEEDED}
    return {
        kind: moment
        for kind, moment in seen.items()
        if moment is None or moment < at - MISSED_AFTER
    }


def standby(*, at: datetime) -> bool | None:
    """Whether another scheduler is ready to take over; None where there was none for a week."""
    seen = last_seen(ProcessKind.STANDBY)
    return None if seen is None else seen >= at - MISSED_AFTER
