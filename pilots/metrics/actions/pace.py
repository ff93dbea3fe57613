"""How a source answers: it is paused after failures in a row, and a slow one gets few workers.

Rows of paces are written last of all, and only where something changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.connectors.errors import (
    AddressForbidden,
    BadConfig,
    Busy,
    CertificateRefused,
    ServerFailed,
    SourceError,
    TooSlow,
    Unreachable,
)
from pilots.lifecycle.states import ENDED, OUT_OF_USE
from pilots.metrics import collect, schedule
from pilots.metrics.actions import outcomes, server_pace
from pilots.metrics.actions.queue import Taken
from pilots.metrics.actions.requests import request_pull, wake
from pilots.metrics.models import Metric, Pull, Source, SourcePace
from pilots.metrics.permissions import check_can_edit_source

# A source that answers within this is quick, and gets no longer at first: then it makes room, and is
# asked again where slow ones are. One of which nothing is known gets half of it, so that ten of them
# that hang hold nobody up for long.
QUICK_SECONDS = 1.0
UNKNOWN_SECONDS = 0.5
# So long one quick answer is believed.
BELIEVED = timedelta(minutes=10)
# After so many failures in a row the source is left alone for a while.
PAUSED_AFTER = 5
# What says that the source is ill, and not that a question was wrong.
ILL = (Unreachable, TooSlow, Busy, ServerFailed)
# What says nothing of the server, which was not asked or not believed.
NEVER_ASKED = (BadConfig, AddressForbidden, CertificateRefused)


def patience(taken: Taken) -> float:
    """For how many seconds the source of a pull may keep its worker."""
    if taken.patient:
        return collect.PULL_SECONDS
    return QUICK_SECONDS if taken.was_quick else UNKNOWN_SECONDS


def answered(source: Source, *, seconds: float, at: datetime) -> None:
    """The source gave an answer, whether it could be used or not."""
    _answered(source, SourcePace.objects.filter(source=source).first(), seconds=seconds, at=at)
    server_pace.answered([source])


def answered_all(took: Mapping[Source, float], *, at: datetime) -> None:
    """The same of many sources, each with the time that its slowest answer took."""
    paces = SourcePace.objects.in_bulk([source.pk for source in took])
    for source in sorted(took, key=lambda one: one.pk):
        _answered(source, paces.get(source.pk), seconds=took[source], at=at)
    server_pace.answered(took)


def _answered(source: Source, pace: SourcePace | None, *, seconds: float, at: datetime) -> None:
    slow = seconds > QUICK_SECONDS
    believed = not slow and (
        pace is not None
        and pace.quick_until is not None
        and at < pace.quick_until - BELIEVED / 2
        and pace.quick_until <= at + BELIEVED
    )
    if pace is not None and pace.failures == 0 and pace.slow == slow and (slow or believed):
        return
    SourcePace.objects.update_or_create(
        source=source,
        defaults={
            "failures": 0,
            "problem": "",
            "asked_again_at": None,
            "slow": slow,
            "quick_until": None if slow else at + BELIEVED,
        },
    )


def seen_to_be_slow(source: Source) -> None:
    SourcePace.objects.update_or_create(source=source, defaults={"slow": True, "quick_until": None})


def failed(source: Source, error: SourceError, *, seconds: float, at: datetime) -> None:
    """The source gave no answer. Once too often, and it is paused; its keeper is told, and who
    leads a pilot that is measured from it."""
    if not isinstance(error, ILL):
        _answered(source, SourcePace.objects.filter(source=source).first(), seconds=seconds, at=at)
        if not isinstance(error, NEVER_ASKED):
            server_pace.answered([source])
        return
    SourcePace.objects.get_or_create(source=source)
    pace = SourcePace.objects.select_for_update().get(source=source)
    was_paused = pace.asked_again_at is not None
    pace.failures += 1
    pace.problem = error.sentence
    pace.quick_until = None
    pace.slow = pace.slow or isinstance(error, TooSlow)
    if pace.failures >= PAUSED_AFTER:
        pace.asked_again_at = schedule.retry(
            pace.failures - PAUSED_AFTER + 1, number=source.pk, at=at, wait=error.retry_after
        )
    pace.save()
    if pace.asked_again_at is not None and not was_paused:
        _tell(source, pace, at=at)
    server_pace.failed(source, error, paused_after=PAUSED_AFTER, at=at)


@atomic
def ask_source_again(source: Source, *, by: User, at: datetime) -> bool:
    """Ask a paused source at once instead of when its pause is over; whether it was paused. Where
    no pull waits for it, the metric that fails most is asked for."""
    lock(source)
    check_can_edit_source(by, source)
    paused = SourcePace.objects.filter(source=source, asked_again_at__isnull=False).exists()
    if not (paused or server_pace.is_paused(source)):
        return False
    if not Pull.objects.under_way().filter(source=source).exists():
        measured = source.metrics.exclude(pilot__status__in=OUT_OF_USE)
        metric = measured.order_by("-failures", "pk").first()
        if metric is not None:
            request_pull(metric, by=by, at=at)
    SourcePace.objects.filter(source=source, asked_again_at__gt=at).update(asked_again_at=at)
    server_pace.ask_again(source, at=at)
    audit.record("source.asked_again", source, by=by, at=at)
    wake(1)
    return True


def forget(source: Source) -> None:
    """What was known of a source whose settings have changed is no longer true; where its server is paused, the
    new ones are tried."""
    SourcePace.objects.filter(source=source).delete()
    server_pace.ask_again(source)


def _tell(source: Source, pace: SourcePace, *, at: datetime) -> None:
    again = pace.asked_again_at or at
    notices.notify(
        _who_is_told(source),
        kind="alarms",
        title=_("%(source)s does not answer and is paused") % {"source": source.name},
        text=_(
            "It failed %(times)s times in a row. %(problem)s Until it answers, nothing is measured"
            " from it; it is asked again by itself, next at %(when)s."
        )
        % {
            "times": pace.failures,
            "problem": pace.problem,
            "when": dates.moment_in_words(again),
        },
        about=source,
        url=reverse("pilots:source-detail", args=[source.pk]),
        at=at,
    )


def _who_is_told(source: Source) -> Iterable[User]:
    """Who keeps the source, or could, the administrators of its unit, and who leads a pilot that goes on without its numbers; but
    not those who were told already that a metric of it fails."""
    keeper = source.kept_by
    people = outcomes.keepers(source)
    measured = Metric.objects.filter(source=source, pilot__isnull=False).exclude(
        pilot__status__in=ENDED
    )
    leads = User.objects.filter(is_active=True, pk__in=measured.values("pilot__lead"))
    told = Metric.objects.filter(source=source, failures__gte=schedule.WORTH_TELLING)
    people |= set(leads[:200])
    return (
        people
        - set(User.objects.filter(pk__in=told.filter(pilot__isnull=False).values("pilot__lead")))
        - ({keeper} if told.filter(pilot=None).exists() else set())
    )
