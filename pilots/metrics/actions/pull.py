"""One pull: fetch, then keep, by one worker at a time, whatever dies meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.measurement import Cadence, Window
from pilots.metrics import clock, collect, schedule
from pilots.metrics.actions import copies, outcomes
from pilots.metrics.actions.requests import PULL, new_pull
from pilots.metrics.models import GOOD, UNDER_WAY, Metric, Pull, PullStatus
from pilots.metrics.queries import known_periods

logger = logging.getLogger(__name__)

# A pull that lost its worker this often is given up: it may be what kills them.
ATTEMPTS = 5
# The advisory lock by which one worker holds a pull.
ON_A_PULL = 7701
# So much of what a file held before has to be in it again.
SHARE = 0.8


def run_pull(pull_id: int, *, at: datetime) -> Pull | None:
    """Fetch and keep one pull's numbers; None where there is nothing to do (any more).

    Idempotent: it may be called any number of times, at once or after a kill. One worker at a time holds the
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
            return _finish(pull, _visit(pull, at=at), now=now)
        except copies.BeingFetched:
            copies.wait_for_copy(pull)
            return pull
        except SourceError as error:
            return _fail(pull, error, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row stays as it is, and the schedule finds it
        except Exception:
            logger.exception("pull %s broke", pull_id)
            return _fail(pull, outcomes.our_fault(), now=now)


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


@atomic
def _begin(pull_id: int, *, at: datetime) -> Pull | None:
    found = Pull.objects.filter(pk=pull_id, status__in=UNDER_WAY).values("metric_id").first()
    if found is None:
        return None
    metric, pull = locked(found["metric_id"], pull_id)
    if pull.status not in UNDER_WAY:
        return None
    if pull.attempts >= ATTEMPTS:
        lost = SourceError(
            _("The pull was begun %(times)s times, and each time its worker was lost.")
            % {"times": pull.attempts},
            who=Who.ADMINISTRATOR,
        )
        return outcomes.fail(metric, pull, lost, at=at)
    cadence, today = Cadence(metric.cadence), clock.day_of(at)
    wanted = schedule.window(
        cadence,
        pull_from=metric.pull_from,
        today=today,
        known=known_periods(metric, since=today - schedule.LOOK_FOR_GAPS),
        whole=metric.source.connector.whole,
    )
    pull.window_start, pull.window_end = schedule.part(
        cadence,
        wanted,
        asked_until=metric.asked_until,
        at_once=metric.source.connector.at_once(metric.binding),
        failures=metric.failures,
    )
    pull.status, pull.started_at, pull.attempts = PullStatus.RUNNING, at, pull.attempts + 1
    pull.save(update_fields=["window_start", "window_end", "status", "started_at", "attempts"])
    return pull


def _visit(pull: Pull, *, at: datetime) -> collect.Collected:
    metric, today = pull.metric, clock.day_of(at)
    basis = collect.Basis.of(metric, metric.source)
    if pull.window_start >= pull.window_end:
        collected = collect.Collected(origin=metric.source.name)
        collected.notes = [_("No whole period has passed yet, so there was nothing to ask for.")]
    else:
        window = Window(pull.window_start, pull.window_end, today)
        collected = collect.collect(metric, window, fetched=copies.copy_for(pull, at=at))
        if not collected.received:
            collected.notes.append(_("The source gave no number for these days."))
        collected.goes_on = pull.window_end < Cadence(metric.cadence).starts(today)
        if collected.goes_on:
            collected.notes.append(
                _("Asked for up to %(day)s; the rest of the history follows.")
                % {"day": dates.day_in_words(pull.window_end - timedelta(days=1))}
            )
    collected.basis = basis
    return collected


@atomic
def _finish(
    pull: Pull, collected: collect.Collected, *, now: Callable[[], datetime]
) -> Pull | None:
    attempt = pull.attempts
    metric, pull = locked(pull.metric_id, pull.pk)
    if pull.status != PullStatus.RUNNING or pull.attempts != attempt:
        return None  # somebody took over meanwhile
    if collected.basis != collect.Basis.of(metric, metric.source):
        pull.status, pull.attempts, pull.sent_at = PullStatus.WAITING, 0, now()
        pull.save(update_fields=["status", "attempts", "sent_at"])
        workflow.defer(PULL, pull_id=pull.pk)
        return pull
    # A part of a history may be all bad rows: there were weeks in which nothing happened.
    if collected.rejected and not collected.measurements and not collected.goes_on:
        outcomes.list_refused(pull, collected)
        return outcomes.fail(
            metric, pull, outcomes.nothing_usable(collected), at=now(), collected=collected
        )
    if (gone := _gone(metric, pull, collected)) and not pull.takes_fewer:
        pull.gone = gone
        return outcomes.fail(metric, pull, outcomes.too_few(collected, gone), at=now())
    outcomes.keep([(metric, pull, collected)], at=now())
    if collected.goes_on:
        new_pull(metric, by=pull.requested_by, at=now())
    return pull


def _gone(metric: Metric, pull: Pull, collected: collect.Collected) -> int:
    """How many known periods are missing from a file that used to hold them, where it is more than
    falls off the end of one that holds the last so many months; 0 otherwise."""
    if not (metric.source.connector.whole and metric.source.connector.scheduled):
        return 0
    before = metric.pulls.filter(status__in=GOOD).order_by("-id").first()
    usual = 0 if before is None else before.added + before.revised + before.unchanged
    if len(collected.measurements) >= usual * SHARE:
        return 0
    known = known_periods(metric, since=pull.window_start)
    arrived = {measurement.period for measurement in collected.measurements}
    gone = sum(1 for period in known - arrived if period < pull.window_end)
    return gone if len(known) - gone < len(known) * SHARE else 0


def locked(metric_id: int, pull_id: int) -> tuple[Metric, Pull]:
    metric = (
        Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .get(pk=metric_id)
    )
    pull = Pull.objects.select_for_update().get(pk=pull_id)
    pull.metric = metric
    return metric, pull


@atomic
def _fail(pull: Pull, error: SourceError, *, now: Callable[[], datetime]) -> Pull | None:
    attempt = pull.attempts
    metric, pull = locked(pull.metric_id, pull.pk)
    if pull.status != PullStatus.RUNNING or pull.attempts != attempt:
        return None
    return outcomes.fail(metric, pull, error, at=now())
