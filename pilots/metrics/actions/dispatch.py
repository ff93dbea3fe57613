"""The schedule: whatever is due gets a pull, and whatever was lost is found again.

The table is the queue. A tick writes the pulls and wakes a few workers, each of which takes one
waiting pull after the other; so ten thousand due metrics are ten thousand rows and a handful of
messages, a broker that forgets costs nothing, and a source that is slow holds no one else up.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.connectors import kinds
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import schedule
from pilots.metrics.actions import outcomes
from pilots.metrics.actions.pull import ON_A_PULL, locked, run_pull
from pilots.metrics.actions.requests import PULL_WAITING, wake
from pilots.metrics.models import Metric, Pull, PullStatus
from pilots.metrics.queries import PATIENCE

BATCH = 2500
# The lease of a pull: handed to a worker and not begun, or begun by one that was lost, it is free
# for another after this.
LEASE = timedelta(seconds=45)
# A worker goes on taking waiting pulls for so long, then makes room for others.
SHIFT_SECONDS = 45.0
# A source that keeps pulls this long gets no more workers than this until they are back.
SLOW = timedelta(seconds=20)
MOST_ON_A_SLOW_SOURCE = 2

START = """
INSERT INTO pilots_pull (metric_id, requested_at, window_start, window_end, status, origin,
    received, added, revised, unchanged, quarantined, problem, who_can_fix, will_retry, notes,
    attempts)
SELECT t.metric_id, %(at)s, t.window_start, t.window_end, 'waiting', '',
    0, 0, 0, 0, 0, '', '', false, '[]', 0
FROM unnest(%(metrics)s::bigint[], %(starts)s::date[], %(ends)s::date[])
    AS t(metric_id, window_start, window_end)
WHERE NOT EXISTS (
    SELECT 1 FROM pilots_pull p
    WHERE p.metric_id = t.metric_id AND p.status IN ('waiting', 'running')
)
"""
RESCHEDULE = """
UPDATE pilots_metric m SET next_pull_at = t.next_pull_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, next_pull_at)
WHERE m.id = t.id
"""
# Handed over, and not begun or no longer held by anybody's session.
LOST = """
UPDATE pilots_pull SET sent_at = NULL WHERE id IN (
    SELECT p.id FROM pilots_pull p
    WHERE p.status IN ('waiting', 'running') AND p.sent_at <= %(before)s
        AND (p.started_at IS NULL OR p.started_at <= %(before)s)
        AND NOT EXISTS (
            SELECT 1 FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.classid = %(class)s
                AND l.objid = (p.id & 2147483647)::oid AND l.objsubid = 2
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
    FOR UPDATE OF p SKIP LOCKED
)
"""
WAITING = """
SELECT count(*) FROM (
    SELECT 1 FROM pilots_pull WHERE status IN ('waiting', 'running') AND sent_at IS NULL LIMIT 100
) waiting
"""
TAKE = """
UPDATE pilots_pull SET sent_at = %(at)s WHERE id = (
    SELECT p.id FROM pilots_pull p JOIN pilots_metric m ON m.id = p.metric_id
    WHERE p.status IN ('waiting', 'running') AND p.sent_at IS NULL
        AND m.source_id NOT IN (
            SELECT slow.source_id FROM pilots_pull r JOIN pilots_metric slow ON slow.id = r.metric_id
            WHERE r.status = 'running' AND r.started_at <= %(slow)s
            GROUP BY slow.source_id HAVING count(*) >= %(most)s
        )
    LIMIT 1 FOR UPDATE OF p SKIP LOCKED
) RETURNING id
"""


def dispatch_due(*, at: datetime) -> int:
    """Write a pull for every metric that is due, free what was lost, and wake workers; how many
    were written.

    Any number of schedulers may run it at once: rows that another one holds are passed over.
    """
    started = 0
    while True:
        taken, written = _dispatch_some(at)
        started += written
        if taken < BATCH:
            break
    _give_up(at)
    _free_lost(at)
    return started


@atomic
def _dispatch_some(at: datetime) -> tuple[int, int]:
    due = list(
        Metric.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(next_pull_at__lte=at)
        .order_by("next_pull_at")
        .values_list("pk", "cadence", "pull_from", "source__kind", "pilot__status", "source_id")[
            :BATCH
        ]
    )
    if not due:
        return 0, 0
    zone, today = timezone.get_default_timezone(), dates.day_of(at)
    ends = {cadence: cadence.starts(today) for cadence in Cadence}
    wanted = [
        (pk, pull_from, max(ends[Cadence(cadence)], pull_from))
        for pk, cadence, pull_from, kind, status, _source in due
        if kinds.of_source(kind).scheduled and status != PilotStatus.STOPPED
    ]
    scheduled = {pk for pk, _start, _end in wanted}
    moments = [
        schedule.next_pull(row[5] if kinds.of_source(row[3]).whole else row[0], at=at, zone=zone)
        if row[0] in scheduled
        else None
        for row in due
    ]
    with connection.cursor() as cursor:
        cursor.execute(RESCHEDULE, [[row[0] for row in due], moments])
        facts: dict[str, list[int] | list[date]] = {
            "metrics": [pk for pk, _start, _end in wanted],
            "starts": [start for _pk, start, _end in wanted],
            "ends": [end for _pk, _start, end in wanted],
        }
        cursor.execute(START, {"at": at, **facts})
        written = cursor.rowcount
    return len(due), written


@atomic
def _free_lost(at: datetime) -> None:
    """Let other workers take what was handed over and lost, and wake some if anything waits."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"before": at - LEASE, "class": ON_A_PULL})
        cursor.execute(WAITING)
        wake(cursor.fetchone()[0])


def run_waiting(*, at: datetime) -> int:
    """Take waiting pulls one after the other until there are none or the shift is over."""
    since, done = time.monotonic(), 0
    while (passed := time.monotonic() - since) < SHIFT_SECONDS:
        now = at + timedelta(seconds=passed)
        pull_id = _take(now)
        if pull_id is None:
            return done
        run_pull(pull_id, at=now)
        done += 1
    with transaction.atomic():
        workflow.defer(PULL_WAITING)
    return done


def _take(at: datetime) -> int | None:
    facts: dict[str, datetime | int] = {"at": at, "slow": at - SLOW, "most": MOST_ON_A_SLOW_SOURCE}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, facts)
        row = cursor.fetchone()
    return None if row is None else row[0]


def _give_up(at: datetime) -> None:
    """End pulls whose worker has held them for twice the time limit; what it may still bring is
    not taken."""
    hung = Pull.objects.filter(status=PullStatus.RUNNING, started_at__lt=at - 2 * PATIENCE)
    for metric_id, pull_id in hung.values_list("metric_id", "pk")[:BATCH]:
        with transaction.atomic():
            metric, pull = locked(metric_id, pull_id)
            began = pull.started_at
            if pull.status == PullStatus.RUNNING and began and began < at - 2 * PATIENCE:
                error = SourceError(
                    _("The pull did not come back within %(minutes)s minutes and was given up.")
                    % {"minutes": int(2 * PATIENCE.total_seconds() // 60)},
                    who=Who.ADMINISTRATOR,
                    retry=True,
                )
                outcomes.fail(metric, pull, error, at=at)
