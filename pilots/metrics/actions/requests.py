"""Pull requests: numbers are asked for. The row of a pull is the truth of it: a message only says
that there are some, and whoever gets it takes the one whose turn it is.

Locks are taken in one order everywhere: source, metrics by number, pulls.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.web import request_id
from innovation.workflow import actions as workflow
from pilots.connectors.measurement import Cadence
from pilots.metrics.actions import queue
from pilots.metrics.models import Metric, Pull, PullStatus, Source, Urgency
from pilots.metrics.permissions import check_can_pull

logger = logging.getLogger(__name__)

ROWS_A_STATEMENT = 1000
# So many uploaded series are read in one task.
BATCH_SIZE = 100
# So many of one person wait before what is due.
MOST_ASKED = 20
# So many workers are woken at most.
WOKEN = 8

PULL_WAITING = "pilots.metrics.tasks.pull_waiting"


@atomic
def request_pull(metric: Metric, *, by: User | None = None, at: datetime) -> Pull:
    """Put a pull in the queue, or return the one that is under way already."""
    if by is not None:
        check_can_pull(by, metric)
    # Whoever adds a pull holds its metric, so that there is never a second one under way.
    Metric.objects.select_for_update(no_key=True).get(pk=metric.pk)
    under_way = metric.pulls.under_way().first()
    if under_way is not None:
        if by is not None:
            _hurry(under_way, by=by)
            _lead_to(under_way)
        return under_way
    pull = new_pull(metric, by=by, at=at)
    if by is not None:
        audit.record("metric.pull_requested", metric, by=by, at=at)
    return pull


@atomic
def take_fewer(pull: Pull, *, by: User, at: datetime) -> Pull:
    """Pull again and take what comes, although known periods are gone from the file: somebody says
    that it is right so. What is known of them stays."""
    check_can_pull(by, pull.metric)
    metric = Metric.objects.select_for_update(no_key=True).get(pk=pull.metric_id)
    if (
        metric.pulls.order_by("-id").values_list("pk", flat=True).first() != pull.pk
        or not pull.gone
    ):
        raise Refused(_("This pull is not the last one any more. Look at the newest."))
    again = new_pull(metric, by=by, at=at, takes_fewer=True)
    audit.record("metric.fewer_taken", metric, by=by, at=at, gone=pull.gone)
    return again


def _lead_to(pull: Pull) -> None:
    """Whoever looks for this request in the log finds under which id the pull goes on."""
    asked = Pull.objects.values_list("request_id", flat=True).get(pk=pull.pk)
    if asked != request_id.current():
        said = "Pull %s of metric %s was asked for already, under %s."
        known = {"pull": pull.pk, "metric": pull.metric_id}
        logger.info(said, pull.pk, pull.metric_id, asked or "no id", extra=known)


def _hurry(pull: Pull, *, by: User) -> None:
    """Somebody waits now for what only was due."""
    if _asks_for_many(by):
        return
    [turn] = queue.places([(Urgency.ASKED, pull.metric.source_id)])
    Pull.objects.filter(
        pk=pull.pk, status=PullStatus.WAITING, leased_until=None, urgency__gt=Urgency.ASKED
    ).update(urgency=Urgency.ASKED, turn=turn, requested_by=by, request_id=request_id.current())


def _asks_for_many(by: User) -> bool:
    """A program may ask for a thousand; nobody sits before all of them, and guardrails come first."""
    asked = Pull.objects.filter(
        status=PullStatus.WAITING, leased_until=None, urgency=Urgency.ASKED, requested_by=by
    )
    return asked[:MOST_ASKED].count() >= MOST_ASKED


def pull_anew(metric: Metric, *, by: User | None, at: datetime) -> None:
    """A waiting pull of a metric that was planned or changed, where there is anything to ask."""
    if not metric.source.connector.brought:
        new_pull(metric, by=by, at=at)


def new_pull(
    metric: Metric,
    *,
    by: User | None,
    at: datetime,
    takes_fewer: bool = False,
    urgency: Urgency | None = None,
) -> Pull:
    """A waiting pull, of a metric that the caller holds and that has none."""
    if urgency is None:
        urgency = Urgency.DUE if by is None or _asks_for_many(by) else Urgency.ASKED
    [turn] = queue.places([(urgency, metric.source_id)])
    pull = Pull.objects.create(
        **_fresh(metric, by, at), takes_fewer=takes_fewer, urgency=urgency, turn=turn
    )
    wake(1)
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
    if source.connector.brought:
        return []
    busy = set(
        Pull.objects.under_way().filter(metric__in=metrics).values_list("metric_id", flat=True)
    )
    free = [metric for metric in metrics if metric.pk not in busy]
    # A handful that somebody waits for, or the past of a whole file of them.
    urgency = Urgency.ASKED if len(free) <= BATCH_SIZE else Urgency.BACKFILL
    turns = queue.places((urgency, source.pk) for _metric in free)
    pulls = Pull.objects.bulk_create(
        [
            Pull(**_fresh(metric, by, at), urgency=urgency, turn=turn)
            for metric, turn in zip(free, turns, strict=True)
        ],
        batch_size=ROWS_A_STATEMENT,
    )
    wake(len(pulls))
    return pulls


def _fresh(metric: Metric, by: User | None, at: datetime) -> dict[str, object]:
    end = Cadence(metric.cadence).starts(dates.day_of(at))
    return {
        "metric": metric,
        "source_id": metric.source_id,
        "requested_by": by,
        "requested_at": at,
        "request_id": request_id.current(),
        # Narrowed when the pull begins, by what is known then.
        "window_start": metric.pull_from,
        "window_end": max(end, metric.pull_from),
    }


def wake(waiting: int) -> None:
    """Tell workers that pulls wait; each takes one after the other until there are none."""
    for _worker in range(min(waiting, WOKEN)):
        workflow.defer(PULL_WAITING)
