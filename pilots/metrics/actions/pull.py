"""One pull: fetch, then keep, by one worker at a time, whatever dies meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.web import request_id
from pilots.connectors.errors import SourceError, TooSlow, Who
from pilots.connectors.measurement import Cadence, Window
from pilots.metrics import clock, collect, schedule
from pilots.metrics.actions import copies, outcomes, pace, queue
from pilots.metrics.actions.requests import new_pull, wake
from pilots.metrics.lease import Lease
from pilots.metrics.models import GOOD, UNDER_WAY, Metric, Pull, PullStatus, Source, Urgency
from pilots.metrics.queries import known_periods, last_period

logger = logging.getLogger(__name__)

# A pull that lost its worker this often is given up: it may be what kills them.
ATTEMPTS = 5
# So much of what a file held before has to be in it again.
SHARE = 0.8


def run_pull(pull_id: int, *, at: datetime) -> Pull | None:
    """Fetch and keep one pull's numbers, whoever's turn it is; None where there is nothing to do
    (any more), or another worker is at it."""
    for taken in queue.take_these([pull_id]):
        return run_taken(taken, at=at)
    return None


def run_taken(taken: queue.Taken, *, at: datetime) -> Pull | None:
    """Fetch and keep the numbers of a pull that this worker has taken.

    Whatever dies meanwhile, it can be taken again: everything a pull writes is committed together
    with its end, and the end of a worker that was given up is refused by its fence.
    """
    since = time.monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=time.monotonic() - since)

    with request_id.under(taken.request_id), queue.renewing([taken]):
        pull = _begin(taken, at=at)
        if pull is None or pull.status != PullStatus.RUNNING:
            return pull
        begun = time.monotonic()
        try:
            collected = _visit(pull, at=at, seconds=pace.patience(taken))
            seconds = time.monotonic() - begun
            return finish(pull, taken, collected, seconds=seconds, now=now)
        except copies.BeingFetched:
            copies.wait_for_copy(pull)
            return pull
        except SourceError as error:
            if isinstance(error, TooSlow) and not taken.patient:
                return make_room(pull, taken)
            seconds = time.monotonic() - begun
            return fail(pull, taken, error, seconds=seconds, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row stays as it is, and is taken when the lease is over
        except Exception:
            logger.exception("pull %s broke", taken.pull_id)
            return fail(pull, taken, outcomes.our_fault(), seconds=0, now=now)


@atomic
def _begin(taken: queue.Taken, *, at: datetime) -> Pull | None:
    metric, pull = locked(taken.metric_id, taken.pull_id)
    if pull.status in UNDER_WAY and pull.fence == taken.fence and pull.attempts >= ATTEMPTS:
        lost = SourceError(
            _("The pull was begun %(times)s times, and each time its worker was lost.")
            % {"times": pull.attempts},
            who=Who.ADMINISTRATOR,
        )
        pull.source = metric.source
        queue.release(pull)
        return outcomes.fail(metric, pull, lost, at=at)
    today = clock.day_of(at)
    if not begin(metric, pull, taken, known=_known(metric, today), today=today, at=at):
        return None
    pull.save(update_fields=BEGUN)
    return pull


BEGUN = ["source", "window_start", "window_end", "status", "started_at", "attempts"]


def begin(
    metric: Metric,
    pull: Pull,
    taken: queue.Taken,
    *,
    known: set[date],
    today: date,
    at: datetime,
) -> bool:
    """Begin a locked pull, which the caller saves; False where it is not this worker's."""
    if pull.status not in UNDER_WAY or pull.fence != taken.fence:
        return False
    pull.source = metric.source
    cadence = Cadence(metric.cadence)
    wanted = schedule.window(
        cadence,
        pull_from=metric.pull_from,
        today=today,
        known=known,
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
    return True


def _known(metric: Metric, today: date) -> set[date]:
    """The known periods of late; before them the last one, where there is none."""
    since = schedule.gaps_from(Cadence(metric.cadence), today)
    return known_periods(metric, since=since, until=today) or last_period(metric, before=since)


def _visit(pull: Pull, *, at: datetime, seconds: float) -> collect.Collected:
    metric, today = pull.metric, clock.day_of(at)
    basis = collect.Basis.of(metric, metric.source)
    if pull.window_start >= pull.window_end:
        collected = nothing_to_ask(metric)
    else:
        fetched = copies.copy_for(pull, seconds=seconds, at=at)
        collected = collect.collect(metric, days(pull, today), seconds=seconds, fetched=fetched)
        remark(pull, collected, today=today)
    collected.basis = basis
    return collected


def days(pull: Pull, today: date) -> Window:
    """The days that a pull asks for."""
    return Window(pull.window_start, pull.window_end, today, dates.zone_of(""))


def nothing_to_ask(metric: Metric) -> collect.Collected:
    said = _("No whole period has passed yet, so there was nothing to ask for.")
    return collect.Collected(origin=metric.source.name, notes=[said])


def remark(pull: Pull, collected: collect.Collected, *, today: date) -> None:
    """Say of what came where it is nothing, or a part."""
    if not collected.received:
        collected.notes.append(_("The source gave no number for these days."))
    collected.goes_on = pull.window_end < Cadence(pull.metric.cadence).starts(today)
    if collected.goes_on:
        collected.notes.append(
            _("Asked for up to %(day)s; the rest of the history follows.")
            % {"day": dates.day_in_words(pull.window_end - timedelta(days=1))}
        )


@atomic
def finish(
    pull: Pull,
    taken: queue.Taken,
    collected: collect.Collected,
    *,
    seconds: float,
    now: Callable[[], datetime],
) -> Pull | None:
    metric, pull = locked(pull.metric_id, pull.pk)
    if not held(pull, taken):
        return None
    # Read once the metric is held: whoever changes the source holds it meanwhile, and leaves a pull
    # that is under way to find out.
    metric.source = Source.objects.get(pk=metric.source_id)
    if collected.basis != collect.Basis.of(metric, metric.source):
        pull.attempts = 0
        put_back(pull)
        wake(1)
        return pull
    queue.release(pull)
    # A part of a history may be all bad rows: there were weeks in which nothing happened.
    if collected.rejected and not collected.measurements and not collected.goes_on:
        outcomes.list_refused(pull, collected)
        outcomes.fail(
            metric, pull, outcomes.nothing_usable(collected), at=now(), collected=collected
        )
    elif (gone := periods_gone(metric, pull, collected)) and not (
        pull.takes_fewer or metric.source.connector.uploaded
    ):
        pull.gone = gone
        outcomes.fail(metric, pull, outcomes.too_few(collected, gone), at=now())
    else:
        if gone and metric.source.connector.uploaded:  # often of the newest month alone
            collected.notes.append(outcomes.fewer(gone))
        outcomes.keep([(metric, pull, collected)], at=now())
        if collected.goes_on:
            new_pull(metric, by=pull.requested_by, at=now(), urgency=Urgency.BACKFILL)
    if collected.received:
        pace.answered(metric.source, seconds=seconds, at=now())
    return pull


@atomic
def make_room(pull: Pull, taken: queue.Taken) -> Pull | None:
    """The source takes longer than one does that is quick: it is asked again where slow ones are."""
    metric, pull = locked(pull.metric_id, pull.pk)
    if not held(pull, taken):
        return None
    pull.attempts -= 1
    put_back(pull)
    pace.seen_to_be_slow(metric.source)
    wake(1)
    return pull


def put_back(pull: Pull) -> None:
    pull.status = PullStatus.WAITING
    queue.release(pull)
    pull.save(update_fields=["status", "attempts", "leased_by", "leased_until"])


def periods_gone(metric: Metric, pull: Pull, collected: collect.Collected) -> int:
    """How many known periods are missing from a file that used to hold them, where it is more than
    falls off the end of one that holds the last so many months; 0 otherwise."""
    if not metric.source.connector.whole:
        return 0
    before = metric.pulls.filter(status__in=GOOD).order_by("-id").first()
    usual = 0 if before is None else before.added + before.revised + before.unchanged
    if len(collected.measurements) >= usual * SHARE:
        return 0
    known = known_periods(metric, since=pull.window_start, until=pull.window_end)
    arrived = {measurement.period for measurement in collected.measurements}
    gone = sum(1 for period in known - arrived if period < pull.window_end)
    return gone if len(known) - gone < len(known) * SHARE else 0


def locked(metric_id: int, pull_id: int) -> tuple[Metric, Pull]:
    metric = (
        Metric.with_taken_back.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .get(pk=metric_id)
    )
    pull = Pull.objects.select_for_update().get(pk=pull_id)
    pull.metric = metric
    return metric, pull


def held(pull: Pull, taken: queue.Taken) -> bool:
    """Whether a locked pull is still this worker's: nobody took it since."""
    lease = Lease(pull.leased_by, pull.leased_until, pull.fence)
    return pull.status in UNDER_WAY and lease.ended(taken.fence) is not None


@atomic
def fail(
    pull: Pull,
    taken: queue.Taken,
    error: SourceError,
    *,
    seconds: float,
    now: Callable[[], datetime],
) -> Pull | None:
    metric, pull = locked(pull.metric_id, pull.pk)
    if not held(pull, taken):
        return None
    queue.release(pull)
    ended = outcomes.fail(metric, pull, error, at=now())
    pace.failed(metric.source, error, seconds=seconds, at=now())
    return ended
