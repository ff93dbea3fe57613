"""Pulls of sources that are not known to be slow, side by side: one worker asks for many at once and keeps together
what came, so that waiting for a source costs no process.

Each is what it is alone (pull.py): its lease, its fence, its own end. Only what goes well is written
together; whatever else happens to one of them is written by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.db import InterfaceError, OperationalError

from innovation.rules.transactions import atomic
from innovation.web import request_id
from pilots.connectors.errors import SourceError, TooSlow
from pilots.connectors.measurement import Cadence
from pilots.internal_hosts import queries as internal_hosts
from pilots.metrics import clock, collect, schedule
from pilots.metrics.actions import outcomes, pace, queue
from pilots.metrics.actions.pull import (
    BEGUN,
    begin,
    days,
    fail,
    finish,
    held,
    make_room,
    nothing_to_ask,
    put_back,
    remark,
)
from pilots.metrics.actions.requests import new_pull, wake
from pilots.metrics.models import Metric, Pull, Source, Urgency
from pilots.metrics.queries import known_of

logger = logging.getLogger(__name__)

# So many are asked for at once by one worker, and so many of one source.
MOST = 48
OF_A_SOURCE = 12


@dataclass
class _Asked:
    """A pull that was begun, and what came of it: numbers or an error."""

    taken: queue.Taken
    pull: Pull
    ask: Callable[[], collect.Collected]
    collected: collect.Collected | None = None
    error: Exception | None = None
    seconds: float = 0


def run_abreast(taken: list[queue.Taken], *, at: datetime) -> None:
    """Fetch and keep the numbers of pulls that this worker has taken, none of them taken before."""
    since = time.monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=time.monotonic() - since)

    with queue.renewing(taken):
        today = clock.day_of(at)
        begun = _begin_all({one.pull_id: one for one in taken}, today=today, at=at)
        asked = _prepared(begun, today=today)
        _ask_all(asked)
        came = [one for one in asked if one.collected is not None]
        try:
            _keep_all(came, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: all of them are taken again when the lease is over
        except Exception:
            logger.exception("%s pulls could not be kept together", len(came))
            for one in came:
                _keep_alone(one, now=now)
        for one in asked:
            if one.error is not None:
                _end(one, one.error, now=now)


def _locked(pull_ids: list[int]) -> list[tuple[Metric, Pull]]:
    """Metrics by number, then their pulls."""
    metrics = (
        Metric.with_taken_back.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .filter(pulls__in=pull_ids)
        .order_by("pk")
        .in_bulk()
    )
    pulls = Pull.objects.select_for_update().filter(pk__in=pull_ids).order_by("metric_id")
    found = [(metrics[pull.metric_id], pull) for pull in pulls]
    for metric, pull in found:
        pull.metric = metric
    return found


@atomic
def _begin_all(
    mine: dict[int, queue.Taken], *, today: date, at: datetime
) -> list[tuple[queue.Taken, Pull]]:
    found = _locked(list(mine))
    since = {metric: schedule.gaps_from(Cadence(metric.cadence), today) for metric, _p in found}
    known = known_of(since, until=today)
    begun = []
    for metric, pull in found:
        taken = mine[pull.pk]
        if begin(metric, pull, taken, known=known[metric.pk], today=today, at=at):
            begun.append((taken, pull))
    outcomes.save(Pull, [pull for _taken, pull in begun], BEGUN)
    return begun


def _prepared(begun: list[tuple[queue.Taken, Pull]], *, today: date) -> list[_Asked]:
    hosts: dict[int, frozenset[tuple[str, int | None]]] = {}
    asked = []
    for taken, pull in begun:
        metric = pull.metric
        unit = metric.source.unit_id
        if unit not in hosts:
            hosts[unit] = internal_hosts.opened_to(unit)
        asked.append(_prepared_one(taken, pull, hosts[unit], today=today))
    return asked


def _prepared_one(
    taken: queue.Taken, pull: Pull, hosts: frozenset[tuple[str, int | None]], *, today: date
) -> _Asked:
    metric = pull.metric
    basis = collect.Basis.of(metric, metric.source)
    try:
        ask = collect.prepared(metric, days(pull, today), seconds=pace.patience(taken), hosts=hosts)
    except SourceError as error:
        return _Asked(taken, pull, lambda: nothing_to_ask(metric), error=error)

    def visit() -> collect.Collected:
        if pull.window_start >= pull.window_end:
            collected = nothing_to_ask(metric)
        else:
            collected = ask()
            remark(pull, collected, today=today)
        collected.basis = basis
        return collected

    return _Asked(taken, pull, visit)


def _ask_all(asked: list[_Asked]) -> None:
    """Each in a thread of its own, none of which asks the database anything."""

    def visit(one: _Asked) -> None:
        begun = time.monotonic()
        try:
            one.collected = one.ask()
        except Exception as error:  # what it is decides how the pull ends
            one.error = error
        one.seconds = time.monotonic() - begun

    list(_threads().map(visit, (one for one in asked if one.error is None)))


@cache
def _threads() -> ThreadPoolExecutor:
    """Those of this process, which wait for the next pulls meanwhile."""
    return ThreadPoolExecutor(MOST, thread_name_prefix="abreast")


@atomic
def _keep_all(came: list[_Asked], *, now: Callable[[], datetime]) -> None:
    """What `finish` does, of all of them."""
    if not came:
        return
    by_pull = {one.pull.pk: one for one in came}
    found = [pair for pair in _locked(list(by_pull)) if held(pair[1], by_pull[pair[1].pk].taken)]
    # Read once the metrics are held: whoever changes a source holds them meanwhile.
    sources = Source.objects.in_bulk([metric.source_id for metric, _pull in found])
    good, goes_on = [], []
    took: dict[Source, float] = {}
    for metric, pull in found:
        one = by_pull[pull.pk]
        collected = one.collected
        metric.source = sources[metric.source_id]
        if collected is None or collected.basis != collect.Basis.of(metric, metric.source):
            pull.attempts = 0
            put_back(pull)
            wake(1)
            continue
        queue.release(pull)
        if collected.rejected and not collected.measurements and not collected.goes_on:
            outcomes.list_refused(pull, collected)
            outcomes.fail(
                metric, pull, outcomes.nothing_usable(collected), at=now(), collected=collected
            )
        else:
            good.append((metric, pull, collected))
            if collected.goes_on:
                goes_on.append((metric, pull))
        if collected.received:
            took[metric.source] = max(one.seconds, took.get(metric.source, 0))
    if good:
        outcomes.keep(good, at=now())
    for metric, pull in goes_on:
        with request_id.under(pull.request_id):
            new_pull(metric, by=pull.requested_by, at=now(), urgency=Urgency.BACKFILL)
    pace.answered_all(took, at=now())


def _keep_alone(one: _Asked, *, now: Callable[[], datetime]) -> None:
    """Those that could not be kept together: the one whose fault it was says so, the others are kept."""
    if one.collected is None:
        return
    with request_id.under(one.taken.request_id):
        try:
            finish(one.pull, one.taken, one.collected, seconds=one.seconds, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _end(one, error, now=now)


def _end(one: _Asked, error: Exception, *, now: Callable[[], datetime]) -> None:
    with request_id.under(one.taken.request_id):
        if isinstance(error, TooSlow):
            make_room(one.pull, one.taken)
        elif isinstance(error, SourceError):
            fail(one.pull, one.taken, error, seconds=one.seconds, now=now)
        else:
            logger.error("pull %s broke", one.taken.pull_id, exc_info=error)
            fail(one.pull, one.taken, outcomes.our_fault(), seconds=0, now=now)
