"""Asking for numbers, fetching them, and keeping them. The row of a pull is the truth of it: a
message only says that there is one.

Locks are taken in one order everywhere: source, metrics by number, pulls.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.workflow import actions as workflow
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.observation import Cadence, Window
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import collect, ingest, schedule
from pilots.metrics.models import (
    GOOD,
    SCHEDULED_KINDS,
    UNDER_WAY,
    WHOLE_KINDS,
    Metric,
    MetricKind,
    MetricRole,
    Pull,
    PullStatus,
    QuarantinedRow,
    Source,
    SourceKind,
)
from pilots.metrics.permissions import check_can_pull
from pilots.metrics.queries import PATIENCE, known_periods

logger = logging.getLogger(__name__)

# So many refused rows are listed; all of them are counted.
LISTED = 500
# A pull that lost its worker this often is given up: it may be what kills them.
ATTEMPTS = 5
BATCH = 1000
TOGETHER = 100
# A message that the broker lost is sent again after this.
SEND_AGAIN = timedelta(seconds=45)
# Advisory locks: one worker on a pull, one failure of a source at a time.
ON_A_PULL, ON_A_FAILURE = 7701, 7702

PULL = "pilots.metrics.tasks.pull"
PULL_TOGETHER = "pilots.metrics.tasks.pull_together"
WATCH = "pilots.evidence.tasks.watch"


# Asking


@transaction.atomic
def request_pull(metric: Metric, *, by: User | None = None, at: datetime) -> Pull:
    """Put a pull in the queue, or return the one that is under way already."""
    if by is not None:
        check_can_pull(by, metric)
    # Whoever adds a pull holds its metric, so that there is never a second one under way.
    Metric.objects.select_for_update(no_key=True).get(pk=metric.pk)
    under_way = metric.pulls.under_way().first()
    if under_way is not None:
        return under_way
    pull = new_pull(metric, by=by, at=at)
    if by is not None:
        audit.record("metric.pull_requested", metric, by=by, at=at)
    return pull


def new_pull(metric: Metric, *, by: User | None, at: datetime) -> Pull:
    """A waiting pull with its message, of a metric that the caller holds and that has none."""
    pull = Pull.objects.create(**_fresh(metric, by, at))
    workflow.defer(PULL, pull_id=pull.pk)
    return pull


def pull_again(source: Source, *, by: User | None, at: datetime) -> list[Pull]:
    """Pull every metric of a source, because it was changed. A pull that is under way finds out
    by itself that it asked for the wrong thing."""
    metrics = list(
        Metric.objects.select_for_update(no_key=True).filter(source=source).order_by("pk")
    )
    return pull_all(metrics, source=source, by=by, at=at)


def pull_all(metrics: list[Metric], *, source: Source, by: User | None, at: datetime) -> list[Pull]:
    """Waiting pulls for many metrics of one source; those of a file are read together."""
    busy = set(
        Pull.objects.under_way().filter(metric__in=metrics).values_list("metric_id", flat=True)
    )
    pulls = Pull.objects.bulk_create(
        [Pull(**_fresh(metric, by, at)) for metric in metrics if metric.pk not in busy],
        batch_size=BATCH,
    )
    ids = [pull.pk for pull in pulls]
    if source.kind == SourceKind.CSV_UPLOAD and len(ids) > 1:
        for start in range(0, len(ids), TOGETHER):
            workflow.defer(PULL_TOGETHER, pull_ids=ids[start : start + TOGETHER])
    else:
        for pull_id in ids:
            workflow.defer(PULL, pull_id=pull_id)
    return pulls


def _fresh(metric: Metric, by: User | None, at: datetime) -> dict[str, object]:
    end = Cadence(metric.cadence).starts(timezone.localdate(at))
    return {
        "metric": metric,
        "requested_by": by,
        "requested_at": at,
        "sent_at": at,
        # Narrowed when the pull begins, by what is known then.
        "window_start": metric.pull_from,
        "window_end": max(end, metric.pull_from),
    }


# Pulling


def run_pull(pull_id: int, *, at: datetime) -> Pull | None:
    """Fetch and keep one pull's numbers; None where there is nothing to do (any more).

    May be called any number of times, at once or after a kill: one worker at a time holds the
    pull, and everything a pull writes is committed together with its end.
    """
    since = time.monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=time.monotonic() - since)

    with _only_one(pull_id) as mine:
        pull = _begin(pull_id, at=at) if mine else None
        if pull is None or pull.status != PullStatus.RUNNING:
            return pull
        try:
            return _finish(pull, _visit(pull, today=timezone.localdate(at)), now=now)
        except SourceError as error:
            return _fail(pull, error, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row stays as it is, and the schedule finds it
        except Exception:
            logger.exception("pull %s broke", pull_id)
            return _fail(pull, _our_fault(), now=now)


@contextmanager
def _only_one(pull_id: int) -> Iterator[bool]:
    """Hold the pull for this database session. A killed worker's session ends, and its lock with
    it, so nobody waits for a time limit before taking over."""
    key = [ON_A_PULL, pull_id & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        held: bool = cursor.fetchone()[0]
    try:
        yield held
    finally:
        # A session that has ended has given up its lock.
        with suppress(DatabaseError), connection.cursor() as cursor:
            if held:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@transaction.atomic
def _begin(pull_id: int, *, at: datetime) -> Pull | None:
    found = Pull.objects.filter(pk=pull_id, status__in=UNDER_WAY).values("metric_id").first()
    if found is None:
        return None
    metric, pull = _locked(found["metric_id"], pull_id)
    if pull.status not in UNDER_WAY:
        return None
    if pull.attempts >= ATTEMPTS:
        lost = SourceError(
            _("The pull was begun %(times)s times, and each time its worker was lost.")
            % {"times": pull.attempts},
            who=Who.ADMINISTRATOR,
        )
        return _write_failure(metric, pull, lost, at=at)
    cadence, today = Cadence(metric.cadence), timezone.localdate(at)
    pull.window_start, pull.window_end = schedule.window(
        cadence,
        pull_from=metric.pull_from,
        today=today,
        known=known_periods(metric, since=today - schedule.LOOK_FOR_GAPS),
        whole=metric.source.kind in WHOLE_KINDS,
    )
    pull.status, pull.started_at, pull.attempts = PullStatus.RUNNING, at, pull.attempts + 1
    pull.save(update_fields=["window_start", "window_end", "status", "started_at", "attempts"])
    return pull


def _visit(pull: Pull, *, today: date) -> collect.Collected:
    metric = pull.metric
    basis = collect.Basis.of(metric, metric.source)
    if pull.window_start >= pull.window_end:
        came = collect.Collected(origin=metric.source.name)
        came.notes = [_("No whole period has passed yet, so there was nothing to ask for.")]
    else:
        came = collect.collect(metric, Window(pull.window_start, pull.window_end, today))
        if not came.received:
            came.notes.append(_("The source gave no number for these days."))
    came.basis = basis
    return came


@transaction.atomic
def _finish(pull: Pull, came: collect.Collected, *, now: Callable[[], datetime]) -> Pull | None:
    attempt = pull.attempts
    metric, pull = _locked(pull.metric_id, pull.pk)
    if pull.status != PullStatus.RUNNING or pull.attempts != attempt:
        return None  # somebody took over meanwhile
    if came.basis != collect.Basis.of(metric, metric.source):
        pull.status, pull.attempts, pull.sent_at = PullStatus.WAITING, 0, now()
        pull.save(update_fields=["status", "attempts", "sent_at"])
        workflow.defer(PULL, pull_id=pull.pk)
        return pull
    if came.rejected and not came.observations:
        _list_refused(pull, came)
        return _write_failure(metric, pull, _nothing_usable(came), at=now(), came=came)
    _keep([(metric, pull, came)], at=now())
    return pull


def _locked(metric_id: int, pull_id: int) -> tuple[Metric, Pull]:
    metric = (
        Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .get(pk=metric_id)
    )
    pull = Pull.objects.select_for_update().get(pk=pull_id)
    pull.metric = metric
    return metric, pull


def _keep(arrivals: list[tuple[Metric, Pull, collect.Collected]], *, at: datetime) -> None:
    """Write the good rows of these pulls in one go, list the refused ones, and close the pulls."""
    counts = ingest.store(
        [
            ingest.Delivery(
                metric_id=metric.pk,
                version=metric.version,
                pull_id=pull.pk,
                proportion=metric.kind == MetricKind.PROPORTION,
                observations=came.observations,
            )
            for metric, pull, came in arrivals
        ],
        at=at,
    )
    refused: list[QuarantinedRow] = []
    for metric, pull, came in arrivals:
        written = counts[metric.pk]
        pull.received, pull.quarantined = came.received, len(came.rejected)
        pull.added, pull.revised, pull.unchanged = (
            written.added,
            written.revised,
            written.unchanged,
        )
        pull.status = PullStatus.PARTLY if came.rejected else PullStatus.DONE
        pull.started_at, pull.finished_at = pull.started_at or at, at
        pull.origin, pull.notes = came.origin[:400], came.notes
        refused += _refused(pull, came)
        metric.failures = 0
        metric.next_pull_at = _next(metric, at)
        if written.added or written.revised:
            metric.data_version += 1
            if metric.role == MetricRole.GUARDRAIL and metric.pilot_id:
                workflow.defer(WATCH, metric_id=metric.pk)
    Pull.objects.bulk_update([pull for _m, pull, _c in arrivals], PULL_ENDS, batch_size=BATCH)
    Metric.objects.bulk_update(
        [metric for metric, _p, _c in arrivals],
        ["failures", "next_pull_at", "data_version"],
        batch_size=BATCH,
    )
    QuarantinedRow.objects.bulk_create(refused, batch_size=BATCH)


PULL_ENDS = [
    "received", "quarantined", "added", "revised", "unchanged", "status", "started_at",
    "finished_at", "origin", "notes",
]  # fmt: skip


def _refused(pull: Pull, came: collect.Collected) -> list[QuarantinedRow]:
    return [
        QuarantinedRow(
            pull=pull, line=str(row.line)[:60], raw=row.raw[:500], reason=row.reason[:300]
        )
        for row in came.rejected[:LISTED]
    ]


def _list_refused(pull: Pull, came: collect.Collected) -> None:
    QuarantinedRow.objects.bulk_create(_refused(pull, came))


def _next(metric: Metric, at: datetime) -> datetime | None:
    if metric.source.kind not in SCHEDULED_KINDS:
        return None
    if metric.pilot is not None and metric.pilot.status == PilotStatus.STOPPED:
        return None
    return schedule.next_pull(metric.pk, at=at, zone=timezone.get_default_timezone())


# Failing


@transaction.atomic
def _fail(pull: Pull, error: SourceError, *, now: Callable[[], datetime]) -> Pull | None:
    attempt = pull.attempts
    metric, pull = _locked(pull.metric_id, pull.pk)
    if pull.status != PullStatus.RUNNING or pull.attempts != attempt:
        return None
    return _write_failure(metric, pull, error, at=now())


def _write_failure(
    metric: Metric,
    pull: Pull,
    error: SourceError,
    *,
    at: datetime,
    came: collect.Collected | None = None,
) -> Pull:
    """Close the pull with its sentence, and say when it is tried again. Nothing else changes:
    what was known before stays."""
    source = metric.source
    pull.status, pull.finished_at = PullStatus.FAILED, at
    pull.started_at = pull.started_at or at
    pull.problem, pull.who_can_fix = error.sentence, _who(error, source)
    pull.origin = came.origin if came else collect.origin(source, None)
    pull.will_retry = error.retry and source.kind in SCHEDULED_KINDS
    if came is not None:
        pull.received = pull.quarantined = len(came.rejected)
        pull.notes = came.notes
    pull.save()
    already = _was_told(metric, pull)
    metric.failures += 1
    metric.next_pull_at = _next(metric, at)
    if pull.will_retry and metric.next_pull_at is not None:
        again = schedule.retry(metric.failures, number=metric.pk, at=at, wait=error.retry_after)
        metric.next_pull_at = min(again, metric.next_pull_at) if not error.retry_after else again
    metric.save(update_fields=["failures", "next_pull_at"])
    if not already and (not pull.will_retry or metric.failures >= schedule.WORTH_TELLING):
        _tell(metric, pull, at=at)
    return pull


def _was_told(metric: Metric, pull: Pull) -> bool:
    """Whether this row of failures was worth telling before: once is enough."""
    if metric.failures >= schedule.WORTH_TELLING:
        return True
    good = metric.pulls.filter(status__in=GOOD, pk__lt=pull.pk).order_by("-id").first()
    return metric.pulls.filter(
        status=PullStatus.FAILED, will_retry=False, pk__lt=pull.pk, pk__gt=good.pk if good else 0
    ).exists()


def _tell(metric: Metric, pull: Pull, *, at: datetime) -> None:
    """Tell the pilot's lead (or whoever connected the source), once for all metrics of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ON_A_FAILURE, metric.source_id])
    others = Metric.objects.filter(
        source=metric.source_id, pilot=metric.pilot_id, failures__gt=0
    ).exclude(pk=metric.pk)
    if any(_is_told(other) for other in others[:50]):
        return
    person = metric.pilot.lead if metric.pilot is not None else metric.source.created_by
    notices.tell(
        [person],
        title=_("“%(metric)s” cannot be pulled from %(source)s")
        % {"metric": metric.name, "source": metric.source.name},
        text=_("%(problem)s Who can fix it: %(who)s. What was known before is kept.")
        % {"problem": pull.problem, "who": pull.who_can_fix},
        about=metric,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
    )


def _is_told(metric: Metric) -> bool:
    last = metric.pulls.exclude(status__in=UNDER_WAY).order_by("-id").first()
    if last is None or last.status != PullStatus.FAILED:
        return False
    return not last.will_retry or _was_told(metric, last)


def _who(error: SourceError, source: Source) -> str:
    if source.steward and error.who in (Who.INTEGRATION, Who.SOURCE_OWNER):
        return source.steward
    return str(error.who)


def _nothing_usable(came: collect.Collected) -> SourceError:
    first = came.rejected[0]
    return SourceError(
        _(
            "None of the %(rows)s rows could be used. The first one, %(line)s: %(reason)s"
            " Correct the mapping of the metric, or the source."
        )
        % {
            "rows": f"{len(came.rejected):,}",
            "line": _("line %(line)s") % {"line": first.line}
            if isinstance(first.line, int)
            else first.line,
            "reason": first.reason,
        },
        who=Who.METRIC_OWNER,
    )


def _our_fault() -> SourceError:
    return SourceError(
        _(
            "Pilotlight stumbled over this answer, which is a fault of its own. Nothing was"
            " changed. The details are in the worker's log."
        ),
        who=Who.ADMINISTRATOR,
        retry=True,
    )


# Many at once


def run_together(
    pull_ids: Iterable[int],
    *,
    at: datetime,
    progress: Callable[[Pull], None] | None = None,
) -> list[Pull]:
    """Run waiting pulls of uploaded files, reading a file once for all metrics that differ in
    nothing but the organisation. Each hundred is committed together, by one COPY."""
    pulls = list(
        Pull.objects.filter(pk__in=list(pull_ids), status=PullStatus.WAITING)
        .select_related("metric__source")
        .order_by("metric_id")
    )
    done: list[Pull] = []
    for group in _groups(pulls):
        done += _run_group(group, at=at, progress=progress)
    return done


def _groups(pulls: list[Pull]) -> list[list[Pull]]:
    groups: dict[str, list[Pull]] = {}
    for pull in pulls:
        metric = pull.metric
        alike = metric.source.kind == SourceKind.CSV_UPLOAD and metric.binding.get("entity_value")
        rest = {**metric.binding, "entity_value": ""}
        key = f"{metric.source_id} {metric.kind} {metric.cadence} {sorted(rest.items())}"
        groups.setdefault(key if alike else f"alone {pull.pk}", []).append(pull)
    return list(groups.values())


def _run_group(
    group: list[Pull], *, at: datetime, progress: Callable[[Pull], None] | None
) -> list[Pull]:
    first = group[0].metric
    file = first.source.files.order_by("-id").first()
    if len(group) == 1 or file is None or not first.binding.get("entity_value"):
        return [pull for one in group if (pull := run_pull(one.pk, at=at)) is not None]
    basis = collect.Basis.of(first, first.source)
    today = timezone.localdate(at)
    start = min(pull.window_start for pull in group)
    window = Window(start, max(pull.window_end for pull in group), today)
    try:
        came = collect.collect_together(
            [pull.metric for pull in group],
            window,
            content=bytes(file.content),
            origin=collect.origin(first.source, file),
        )
    except SourceError:
        # Each tells its own story then.
        return [pull for one in group if (pull := run_pull(one.pk, at=at)) is not None]
    done: list[Pull] = []
    for begin in range(0, len(group), TOGETHER):
        kept = _keep_together(group[begin : begin + TOGETHER], came, basis, at=at)
        if progress is not None:
            for pull in kept:
                progress(pull)
        done += kept
    return done


@transaction.atomic
def _keep_together(
    group: list[Pull], came: dict[str, collect.Collected], basis: collect.Basis, *, at: datetime
) -> list[Pull]:
    metrics = {
        metric.pk: metric
        for metric in Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .filter(pk__in=[pull.metric_id for pull in group])
        .order_by("pk")
    }
    pulls = (
        Pull.objects.select_for_update()
        .filter(pk__in=[pull.pk for pull in group], status=PullStatus.WAITING)
        .order_by("metric_id")
    )
    file_id = collect.Basis.of(group[0].metric, group[0].metric.source).file_id
    good, ended = [], []
    versions = {pull.metric_id: pull.metric.version for pull in group}
    for pull in pulls:
        metric = metrics[pull.metric_id]
        pull.metric = metric
        if metric.version != versions[metric.pk] or file_id != basis.file_id:
            continue  # changed meanwhile: it stays waiting, and is handed over again
        pull.started_at, pull.attempts = at, 1
        arrived = came[metric.binding["entity_value"]]
        if arrived.rejected and not arrived.observations:
            _list_refused(pull, arrived)
            ended.append(
                _write_failure(metric, pull, _nothing_usable(arrived), at=at, came=arrived)
            )
        else:
            good.append((metric, pull, arrived))
    if good:
        _keep(good, at=at)
    return [pull for _m, pull, _c in good] + ended


# The schedule


def dispatch_due(*, at: datetime) -> int:
    """Start a pull for every metric that is due, and hand over again what the broker lost.

    Any number of schedulers may run it at once: rows that another one holds are passed over.
    """
    started = 0
    while True:
        taken, created = _dispatch_some(at)
        started += created
        if taken < BATCH:
            break
    _give_up(at)
    return started + _hand_over_again(at)


@transaction.atomic
def _dispatch_some(at: datetime) -> tuple[int, int]:
    due = list(
        Metric.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(next_pull_at__lte=at)
        .select_related("source", "pilot")
        .only("pk", "cadence", "pull_from", "next_pull_at", "source__kind", "pilot__status")
        .order_by("next_pull_at")[:BATCH]
    )
    if not due:
        return 0, 0
    wanted = []
    for metric in due:
        metric.next_pull_at = _next(metric, at)
        if metric.next_pull_at is not None:
            wanted.append(metric)
    _reschedule(due)
    busy = set(
        Pull.objects.under_way()
        .filter(metric__in=[metric.pk for metric in wanted])
        .values_list("metric_id", flat=True)
    )
    pulls = Pull.objects.bulk_create(
        [Pull(**_fresh(metric, None, at)) for metric in wanted if metric.pk not in busy]
    )
    for pull in pulls:
        workflow.defer(PULL, pull_id=pull.pk)
    return len(due), len(pulls)


def _reschedule(metrics: list[Metric]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pilots_metric m SET next_pull_at = t.next_pull_at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, next_pull_at)"
            " WHERE m.id = t.id",
            [[metric.pk for metric in metrics], [metric.next_pull_at for metric in metrics]],
        )


# A waiting pull is sent again after a while, then after twice as long, and so on: the queue may
# just be long. A running one is sent again when no worker holds its lock any more.
LOST = """
UPDATE pilots_pull SET sent_at = %(at)s WHERE id IN (
    SELECT p.id FROM pilots_pull p
    WHERE p.status IN ('waiting', 'running')
        AND p.sent_at <= %(at)s - CASE p.status WHEN 'running' THEN %(pause)s
            ELSE greatest(%(pause)s, p.sent_at - p.requested_at) END
        AND NOT EXISTS (
            SELECT 1 FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.classid = %(class)s
                AND l.objid = (p.id & 2147483647)::oid AND l.objsubid = 2
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
    ORDER BY p.id LIMIT %(batch)s FOR UPDATE OF p SKIP LOCKED
) RETURNING id
"""


@transaction.atomic
def _hand_over_again(at: datetime) -> int:
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {"at": at, "pause": SEND_AGAIN, "class": ON_A_PULL, "batch": BATCH}
        cursor.execute(LOST, facts)
        ids = [pull_id for (pull_id,) in cursor.fetchall()]
    for pull_id in ids:
        workflow.defer(PULL, pull_id=pull_id)
    return len(ids)


def _give_up(at: datetime) -> None:
    """End pulls whose worker has held them for twice the time limit; what it may still bring is
    not taken."""
    hung = Pull.objects.filter(status=PullStatus.RUNNING, started_at__lt=at - 2 * PATIENCE)
    for metric_id, pull_id in hung.values_list("metric_id", "pk")[:BATCH]:
        with transaction.atomic():
            metric, pull = _locked(metric_id, pull_id)
            began = pull.started_at
            if pull.status == PullStatus.RUNNING and began and began < at - 2 * PATIENCE:
                error = SourceError(
                    _("The pull did not come back within %(minutes)s minutes and was given up.")
                    % {"minutes": int(2 * PATIENCE.total_seconds() // 60)},
                    who=Who.ADMINISTRATOR,
                    retry=True,
                )
                _write_failure(metric, pull, error, at=at)
