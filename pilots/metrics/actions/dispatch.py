"""The schedule: whatever is due gets a pull, and whatever was lost is found again.

The table is the queue (queue.py). A tick writes the pulls and wakes a few workers, each of which
takes one waiting pull after the other; so ten thousand due metrics are ten thousand rows and a
handful of messages, a broker that forgets costs nothing, and a source that is slow holds no one
else up.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.web import request_id
from innovation.workflow import actions as workflow
from pilots.connectors import kinds
from pilots.connectors.kind import SourceKind
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.states import OUT_OF_USE, PilotStatus
from pilots.metrics import schedule
from pilots.metrics.actions import abreast, checks, queue
from pilots.metrics.actions.batch import run_together
from pilots.metrics.actions.pull import run_taken
from pilots.metrics.actions.requests import BATCH_SIZE, PULL_WAITING, WOKEN, wake
from pilots.metrics.models import Metric, MetricRole, Urgency

BATCH = 2500
# A worker goes on taking waiting pulls for so long, then makes room for others.
SHIFT_SECONDS = 45.0
# So many series of a file are read together; after a lost worker fewer, and then each alone.
TOGETHER = {1: 5000, 2: BATCH_SIZE}
# So often it asks whether other workers of its machine live.
LOOKS_FOR_THE_DEAD = 1.0

START = """
INSERT INTO pilots_pull (metric_id, source_id, urgency, turn, requested_at, window_start,
    window_end, status, origin, received, added, revised, unchanged, quarantined, problem,
    who_can_fix, will_retry, notes, attempts, leased_by, fence, request_id)
SELECT t.metric_id, t.source_id, t.urgency, t.turn, %(at)s, t.window_start,
    t.window_end, 'waiting', '', 0, 0, 0, 0, 0, '',
    '', false, '[]', 0, '', 0, %(request)s
FROM unnest(%(metrics)s::bigint[], %(sources)s::bigint[], %(urgencies)s::smallint[],
    %(turns)s::int[], %(starts)s::date[], %(ends)s::date[])
    AS t(metric_id, source_id, urgency, turn, window_start, window_end)
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
# A guardrail of these is watched.
WATCHED = (
    PilotStatus.RUNNING,
    PilotStatus.EVALUATING,
    PilotStatus.PAUSED,
    PilotStatus.SCALED,
)


def dispatch_due(*, at: datetime) -> int:
    """Write a pull for every metric that is due, and wake workers if anything waits or lost its
    worker; how many were written.

    Any number of schedulers may run it at once: rows that another one holds are passed over.
    """
    started = 0
    while True:
        taken, written = _dispatch_some(at)
        started += written
        if taken < BATCH:
            break
    queue.end_those_of_the_dead()
    with transaction.atomic():
        wake(queue.waiting(WOKEN) or checks.are_waiting())
    return started


@atomic
def _dispatch_some(at: datetime) -> tuple[int, int]:
    due = list(
        Metric.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(next_pull_at__lte=at)
        .order_by("next_pull_at")
        .values_list(
            "pk", "cadence", "pull_from", "source__kind", "pilot__status",
            "source_id", "role", "data_version",
        )[:BATCH]
    )  # fmt: skip
    if not due:
        return 0, 0
    zone, today = timezone.get_default_timezone(), dates.day_of(at)
    ends = {cadence: cadence.starts(today) for cadence in Cadence}
    wanted = [row for row in due if kinds.of_source(row[3]).scheduled and row[4] not in OUT_OF_USE]
    urgencies = [_urgency(role, status, data) for *_m, status, _s, role, data in wanted]
    turns = queue.places(zip(urgencies, (row[5] for row in wanted), strict=True))
    scheduled = {row[0] for row in wanted}
    moments = [
        schedule.next_pull(row[5] if kinds.of_source(row[3]).whole else row[0], at=at, zone=zone)
        if row[0] in scheduled
        else None
        for row in due
    ]
    with connection.cursor() as cursor:
        cursor.execute(RESCHEDULE, [[row[0] for row in due], moments])
        facts: dict[str, list[int] | list[date]] = {
            "metrics": [row[0] for row in wanted],
            "sources": [row[5] for row in wanted],
            "urgencies": [int(urgency) for urgency in urgencies],
            "turns": turns,
            "starts": [row[2] for row in wanted],
            "ends": [max(ends[Cadence(row[1])], row[2]) for row in wanted],
        }
        cursor.execute(START, {"at": at, "request": request_id.current(), **facts})
        written = cursor.rowcount
    return len(due), written


def _urgency(role: str, status: str | None, data_version: int) -> Urgency:
    if role == MetricRole.GUARDRAIL and status in WATCHED:
        return Urgency.ALARM
    return Urgency.DUE if data_version else Urgency.BACKFILL


def run_waiting(*, at: datetime) -> int:
    """Take one pull after the other, in their turn, until none can be begun or the shift is over;
    before each, what somebody waits for at a page."""
    since, done, looked = time.monotonic(), 0, -LOOKS_FOR_THE_DEAD
    while (passed := time.monotonic() - since) < SHIFT_SECONDS:
        if passed >= looked + LOOKS_FOR_THE_DEAD:
            looked = passed
            queue.end_those_of_the_dead()
        if checks.run_next():
            continue
        taken = queue.take()
        if taken is None:
            return done
        done += _run(taken, at=at + timedelta(seconds=passed))
    with transaction.atomic():
        workflow.defer(PULL_WAITING)
    return done


def _asked_abreast() -> list[str]:
    """The kinds whose sources are asked over HTTP for some periods of one metric at a time."""
    return [key for key, kind in kinds.KINDS.items() if _is_asked_abreast(kind)]


def _is_asked_abreast(kind: SourceKind) -> bool:
    return not kind.whole and any(field.type == "url" for field in kind.fields)


def _run(taken: queue.Taken, *, at: datetime) -> int:
    """Run what was taken, with others of the same file; how many."""
    most = TOGETHER.get(taken.fence, 1)
    kind = kinds.of_source(taken.kind)
    if taken.fence == 1 and _is_asked_abreast(kind) and not taken.patient:
        more = queue.take_abreast(
            most=abreast.MOST - 1, of_a_source=abreast.OF_A_SOURCE, kinds=_asked_abreast()
        )
        if more:
            abreast.run_abreast([taken, *more], at=at)
            return 1 + len(more)
    if not kind.uploaded or most == 1:
        run_taken(taken, at=at)
        return 1
    together = [taken, *queue.take_beside(taken, most=most - 1)]
    run_together(together, at=at)
    return len(together)
