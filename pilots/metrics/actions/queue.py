"""The queue of pulls, in the database: whose turn it is, who has taken what, and until when.

Each statement commits by itself and nothing is held between two of them, so any number of machines
and any pooler will do. Moments of leases are the database's own.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from pilots.metrics.lease import LEASE, RENEWED_EVERY
from pilots.metrics.models import Pull, PullStatus, Urgency

logger = logging.getLogger(__name__)

# So many workers at once ask a slow source.
MOST_ON_A_SLOW_SOURCE = 2
# Who holds a pull that waits for a copy which another one fetches (copies.py): nobody who works.
WAITS_FOR_COPY = "waits for a copy"
# One at a time takes the next, or two would each see the last free place of a source.
ON_THE_QUEUE = 7703

# Only a pull that is under way has a lease (a constraint says so), and few have one at a time.
#
# What is taken next: an orphan, or else the first in the queue, of a source that has a place.
#
# `held` is who works for which source now; an orphan counts for nobody. A source that is paused has
# no place, and one while it is tried again; one that has not answered quickly of late has one; a
# slow one has few, and all the slow ones together no more than leave workers for the rest.
TAKE = """
SELECT pg_advisory_xact_lock(%(class)s);
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
held AS MATERIALIZED (
    SELECT source_id, count(DISTINCT leased_by) AS workers
    FROM pilots_pull, clock
    WHERE leased_until IS NOT NULL AND leased_by <> %(copy)s
        AND leased_until > clock.now AND leased_until <= clock.now + make_interval(secs => %(lease)s)
    GROUP BY source_id
),
known AS MATERIALIZED (
    SELECT s.source_id, coalesce(held.workers, 0) AS workers, coalesce(pace.slow, false) AS slow,
        pace.asked_again_at, pace.quick_until
    FROM (
        SELECT source_id FROM held
        UNION SELECT source_id FROM pilots_sourcepace WHERE slow OR asked_again_at IS NOT NULL
    ) s
    LEFT JOIN held ON held.source_id = s.source_id
    LEFT JOIN pilots_sourcepace pace ON pace.source_id = s.source_id
),
shut AS MATERIALIZED (
    SELECT id FROM pilots_source WHERE server IN (
        SELECT paused.server FROM pilots_serverpace paused, clock
        WHERE paused.asked_again_at IS NOT NULL AND (
            paused.asked_again_at > clock.now
            OR EXISTS (
                SELECT FROM held JOIN pilots_source asked ON asked.id = held.source_id
                WHERE asked.server = paused.server
            )
        )
    )
),
full_up AS MATERIALIZED (
    SELECT id AS source_id FROM shut UNION ALL
    SELECT source_id FROM known, clock
    WHERE asked_again_at > clock.now
        OR (asked_again_at IS NOT NULL AND workers >= 1)
        OR CASE
            WHEN slow THEN workers >= %(most)s
                OR (SELECT sum(workers) FROM known WHERE slow) >= %(room)s
            ELSE workers >= 1 AND (quick_until IS NULL OR quick_until < clock.now)
        END
),
orphan AS MATERIALIZED (
    SELECT id FROM pilots_pull, clock
    WHERE leased_until IS NOT NULL
        AND NOT (leased_until > clock.now AND leased_until <= clock.now + make_interval(secs => %(lease)s))
        AND source_id NOT IN (SELECT source_id FROM full_up)
    ORDER BY urgency, turn, id LIMIT 1 FOR UPDATE OF pilots_pull SKIP LOCKED
),
waiting AS MATERIALIZED (
    SELECT id FROM pilots_pull
    WHERE status = 'waiting' AND leased_until IS NULL AND NOT EXISTS (SELECT 1 FROM orphan)
        AND source_id NOT IN (SELECT source_id FROM full_up)
    ORDER BY urgency, turn, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE pilots_pull p
SET leased_by = %(by)s, leased_until = clock.now + make_interval(secs => %(lease)s), fence = fence + 1
FROM clock
WHERE p.id IN (SELECT id FROM orphan UNION ALL SELECT id FROM waiting)
RETURNING p.id, p.fence, p.source_id,
    coalesce((SELECT slow FROM known WHERE known.source_id = p.source_id), false),
    EXISTS (
        SELECT FROM pilots_sourcepace pace
        WHERE pace.source_id = p.source_id AND pace.quick_until IS NOT NULL
    ), p.request_id, p.metric_id, (SELECT kind FROM pilots_source WHERE id = p.source_id)
"""
TAKE_THESE = """
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
UPDATE pilots_pull p
SET leased_by = %(by)s, leased_until = clock.now + make_interval(secs => %(lease)s), fence = fence + 1
FROM clock
WHERE p.id = ANY(%(ids)s) AND status = ANY(%(statuses)s)
    AND (
        leased_until IS NULL
        OR NOT (leased_until > clock.now AND leased_until <= clock.now + make_interval(secs => %(lease)s))
    )
RETURNING p.id, p.fence, p.source_id, true, false, p.request_id, p.metric_id,
    (SELECT kind FROM pilots_source WHERE id = p.source_id)
"""
# Those of one file are read together, which were taken as often before: what lost its worker may be
# what kills it, and goes with fewer.
BESIDE = """
SELECT id FROM pilots_pull
WHERE status = 'waiting' AND leased_until IS NULL AND source_id = %s AND fence = %s
ORDER BY urgency, turn, id LIMIT %s
"""
# More of what comes next: of a source that is known to answer quickly a few, of one of which nothing
# is known one, where nobody asks it now. What was taken before goes alone.
ABREAST = """
SELECT pg_advisory_xact_lock(%(class)s);
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
held AS MATERIALIZED (
    SELECT DISTINCT source_id FROM pilots_pull, clock
    WHERE leased_until IS NOT NULL AND leased_by <> %(copy)s
        AND leased_until > clock.now AND leased_until <= clock.now + make_interval(secs => %(lease)s)
),
open AS MATERIALIZED (
    SELECT s.id AS source_id, coalesce(pace.quick_until > clock.now, false) AS quick
    FROM clock, pilots_source s LEFT JOIN pilots_sourcepace pace ON pace.source_id = s.id
    WHERE s.kind = ANY(%(kinds)s) AND NOT coalesce(pace.slow, false) AND pace.asked_again_at IS NULL
        AND s.server NOT IN (
            SELECT server FROM pilots_serverpace WHERE asked_again_at IS NOT NULL
        )
        AND (pace.quick_until > clock.now OR s.id NOT IN (SELECT source_id FROM held))
),
coming AS MATERIALIZED (
    SELECT p.id, urgency, turn, source_id, quick FROM pilots_pull p JOIN open USING (source_id)
    WHERE status = 'waiting' AND leased_until IS NULL AND fence = 0
    ORDER BY urgency, turn, id LIMIT %(looked_at)s
),
chosen AS MATERIALIZED (
    SELECT id FROM (
        SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY urgency, turn, id) AS place
        FROM coming
    ) numbered
    WHERE place <= CASE WHEN quick THEN %(of_a_source)s ELSE 1 END ORDER BY urgency, turn, id LIMIT %(most)s
),
free AS MATERIALIZED (
    SELECT id FROM pilots_pull
    WHERE id IN (SELECT id FROM chosen) AND status = 'waiting' AND leased_until IS NULL AND fence = 0
    FOR UPDATE SKIP LOCKED
)
UPDATE pilots_pull p
SET leased_by = %(by)s, leased_until = clock.now + make_interval(secs => %(lease)s), fence = fence + 1
FROM clock WHERE p.id IN (SELECT id FROM free)
RETURNING p.id, p.fence, p.source_id, false, EXISTS (
        SELECT FROM pilots_sourcepace pace
        WHERE pace.source_id = p.source_id AND pace.quick_until IS NOT NULL
    ), p.request_id, p.metric_id,
    (SELECT kind FROM pilots_source WHERE id = p.source_id)
"""
# Whoever ends the pull holds its row meanwhile: this passes over it, and waits for nobody.
RENEW = """
UPDATE pilots_pull SET leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT p.id FROM pilots_pull p
    JOIN unnest(%(ids)s::bigint[], %(fences)s::int[]) AS mine(id, fence)
        ON mine.id = p.id AND mine.fence = p.fence
    WHERE p.leased_until IS NOT NULL
    FOR UPDATE OF p SKIP LOCKED
)
"""
# Whoever took these on this machine is no more; what a dead session still holds is passed over.
OF_THIS_MACHINE = """
SELECT DISTINCT leased_by FROM pilots_pull WHERE leased_until IS NOT NULL AND starts_with(leased_by, %s)
"""
END_THOSE_OF = """
UPDATE pilots_pull SET leased_until = clock_timestamp()
WHERE id IN (
    SELECT id FROM pilots_pull
    WHERE leased_until > clock_timestamp() AND leased_by = ANY(%s) FOR UPDATE SKIP LOCKED
)
"""
WAITING = """
SELECT count(*) FROM (
    (
        SELECT 1 FROM pilots_pull
        WHERE status = 'waiting' AND leased_until IS NULL LIMIT %(enough)s
    )
    UNION ALL (
        SELECT 1 FROM pilots_pull, (SELECT clock_timestamp() AS now) clock
        WHERE leased_until IS NOT NULL
            AND NOT (leased_until > clock.now AND leased_until <= clock.now + make_interval(secs => %(lease)s))
        LIMIT %(enough)s
    )
) waiting
"""
# Each source's next place in its class: behind its own, and not before whoever is first now.
TURNS = """
SELECT asked.urgency, asked.source_id, greatest(
    coalesce(max(p.turn), 0),
    coalesce((
        SELECT first.turn FROM pilots_pull first
        WHERE first.status = 'waiting' AND first.leased_until IS NULL
            AND first.urgency = asked.urgency
        ORDER BY first.turn LIMIT 1
    ), 1) - 1
)
FROM unnest(%s::int[], %s::bigint[]) AS asked(urgency, source_id)
LEFT JOIN pilots_pull p ON p.status = 'waiting' AND p.leased_until IS NULL
    AND p.urgency = asked.urgency AND p.source_id = asked.source_id
GROUP BY asked.urgency, asked.source_id
"""


@dataclass(frozen=True)
class Taken:
    """A pull in this worker's hands; `fence` is what it shows at the end."""

    pull_id: int
    fence: int
    source_id: int
    # Whether the source may take its time: there is room for it to be slow.
    patient: bool
    # Whether it has answered quickly before.
    was_quick: bool
    # Under which id it was asked for.
    request_id: str
    metric_id: int
    # Of the source, which decides how it is asked.
    kind: str


def take() -> Taken | None:
    """The pull whose turn it is, leased to this worker; None where nothing can be begun now."""
    facts: dict[str, str | float] = {
        "class": ON_THE_QUEUE,
        "lease": LEASE.total_seconds(),
        "most": MOST_ON_A_SLOW_SOURCE,
        "room": settings.SLOW_WORKERS,
        "copy": WAITS_FOR_COPY,
        "by": _worker(),
    }
    with connection.cursor() as cursor:
        # Two statements in one message: the second one sees what was written before the lock was
        # had, and nobody who stops between them keeps it.
        cursor.execute(TAKE, facts)
        cursor.nextset()
        row = cursor.fetchone()
    return None if row is None else Taken(*row)


def take_these(
    pull_ids: Iterable[int], *, statuses: Iterable[str] = (PullStatus.WAITING, PullStatus.RUNNING)
) -> list[Taken]:
    """Those of these pulls that nobody works on, leased to this worker, whatever their turn."""
    facts: dict[str, str | float | list[int] | list[str]] = {
        "ids": list(pull_ids),
        "statuses": list(statuses),
        "lease": LEASE.total_seconds(),
        "by": _worker(),
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_THESE, facts)
        return [Taken(*row) for row in cursor.fetchall()]


def take_beside(taken: Taken, *, most: int) -> list[Taken]:
    """More waiting pulls of the same source, taken as often as this one."""
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, [taken.source_id, taken.fence - 1, most])
        ids = [pk for (pk,) in cursor.fetchall()]
    return take_these(ids, statuses=[PullStatus.WAITING])


def take_abreast(*, most: int, of_a_source: int, kinds: list[str]) -> list[Taken]:
    """More waiting pulls of sources of these kinds, none of which is known to be slow."""
    facts: dict[str, str | float | list[str]] = {
        "most": most,
        "of_a_source": of_a_source,
        "looked_at": most * 2,
        "kinds": kinds,
        "class": ON_THE_QUEUE,
        "copy": WAITS_FOR_COPY,
        "lease": LEASE.total_seconds(),
        "by": _worker(),
    }
    with connection.cursor() as cursor:
        cursor.execute(ABREAST, facts)
        cursor.nextset()  # as `take` does
        return [Taken(*row) for row in cursor.fetchall()]


def release(pull: Pull) -> None:
    """Take the lease off a pull that the caller holds and saves."""
    pull.leased_by, pull.leased_until = "", None


@contextmanager
def renewing(taken: Iterable[Taken]) -> Iterator[None]:
    """Renew the leases of these pulls from beside, for as long as a task may last."""
    mine = list(taken)
    over = threading.Event()
    beside = threading.Thread(target=_renew_until, args=(over, mine), name="lease", daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()


def renew(taken: Iterable[Taken]) -> None:
    """Lease these for longer, but not what another worker has taken since."""
    mine = list(taken)
    facts: dict[str, float | list[int]] = {
        "lease": LEASE.total_seconds(),
        "ids": [one.pull_id for one in mine],
        "fences": [one.fence for one in mine],
    }
    with connection.cursor() as cursor:
        cursor.execute(RENEW, facts)


def _renew_until(over: threading.Event, taken: list[Taken]) -> None:
    ends = time.monotonic() + settings.CELERY_TASK_TIME_LIMIT
    while not over.wait(RENEWED_EVERY.total_seconds()) and time.monotonic() < ends:
        try:
            renew(taken)
        except DatabaseError:
            logger.warning("the lease of pull %s could not be renewed", taken[0].pull_id)
        finally:
            connection.close()  # this thread's own, which is asked for seldom


def waiting(enough: int) -> int:
    """How many pulls wait for a worker or lost theirs; no more than twice `enough` are counted."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"enough": enough, "lease": LEASE.total_seconds()})
        count: int = cursor.fetchone()[0]
    return count


def places(wanted: Iterable[tuple[Urgency, int]]) -> list[int]:
    """A turn for each new pull, of this urgency and source: sources come round one after the
    other, however many pulls each has."""
    asked = list(wanted)
    kinds = sorted(set(asked))
    with connection.cursor() as cursor:
        cursor.execute(
            TURNS, [[urgency for urgency, _s in kinds], [source for _u, source in kinds]]
        )
        last = {(urgency, source): turn for urgency, source, turn in cursor.fetchall()}
    turns = []
    for urgency, source in asked:
        last[urgency, source] += 1
        turns.append(last[urgency, source])
    return turns


def end_those_of_the_dead() -> None:
    """A process of this machine that was killed holds its source no longer; that of another machine is
    known by its lease alone. Were one taken for dead that is not, the fence would keep its numbers out."""
    if not _processes_of():
        return
    with connection.cursor() as cursor:
        cursor.execute(OF_THIS_MACHINE, [_machine()])
        dead = [by for (by,) in cursor.fetchall() if not _lives(int(by.split()[-2]))]
        if dead:
            cursor.execute(END_THOSE_OF, [dead])


def _worker() -> str:
    return f"{_machine()}{os.getpid()} {threading.get_ident()}"


def _machine() -> str:
    """Its name, and who counts its processes: two machines may be called the same."""
    return f"{socket.gethostname()[:60]} {_processes_of()} "


@cache
def _processes_of() -> str:
    """Of which start of which machine, and which container there, numbers of processes are; "" where
    that cannot be known. systemd's ProcSubset=pid hides the file, so our units say it themselves."""
    try:
        boot = settings.BOOT or Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot[:8]}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
