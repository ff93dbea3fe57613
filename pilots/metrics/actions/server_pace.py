"""Sources of one server share its failures: once several of them fail in a row, it is left alone for all of
them, and then tried by one. A source that alone fails is paused alone (pace.py).

Rows are written after those of paces, in the order of their servers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates
from pilots.connectors.errors import SourceError
from pilots.metrics import schedule
from pilots.metrics.actions import outcomes
from pilots.metrics.models import ServerPace, Source

# So many keepers of sources are looked for.
MOST_TOLD = 50


def answered(sources: Iterable[Source]) -> None:
    """The servers of these gave an answer: whatever failed before is over."""
    servers = {source.server for source in sources if source.server}
    known = ServerPace.objects.filter(server__in=servers).order_by("server").select_for_update()
    if servers and (keys := list(known.values_list("server", flat=True))):
        ServerPace.objects.filter(server__in=keys).delete()


def failed(source: Source, error: SourceError, *, paused_after: int, at: datetime) -> None:
    """A source got no answer from its server. Often enough in a row, and not of this source alone, and the
    server is paused."""
    if not source.server:
        return
    _pace, is_first = ServerPace.objects.get_or_create(
        server=source.server,
        defaults={"failures": 1, "problem": error.sentence, "began_with": source},
    )
    if is_first:
        return
    pace = ServerPace.objects.select_for_update().filter(server=source.server).first()
    if pace is None:
        return  # another source had an answer just now
    was_paused = pace.asked_again_at is not None
    pace.failures += 1
    pace.problem = error.sentence
    pace.several = pace.several or pace.began_with_id != source.pk
    if pace.several and pace.failures >= paused_after:
        pace.asked_again_at = schedule.retry(
            pace.failures - paused_after + 1, number=source.pk, at=at, wait=error.retry_after
        )
    pace.save()
    if pace.asked_again_at is not None and not was_paused:
        _tell(source, pace, pace.asked_again_at, at=at)


def is_paused(source: Source) -> bool:
    return (
        bool(source.server)
        and ServerPace.objects.filter(server=source.server, asked_again_at__isnull=False).exists()
    )


def ask_again(source: Source, *, at: datetime | None = None) -> None:
    """Try a paused server now instead of when its pause is over."""
    if source.server:
        moment = at or Now()
        ServerPace.objects.filter(server=source.server, asked_again_at__gt=moment).update(
            asked_again_at=moment
        )


def _tell(source: Source, pace: ServerPace, again: datetime, *, at: datetime) -> None:
    """Who keeps a source there, or could, once for all of them; but not those who were told already that theirs
    is paused."""
    beside = Source.objects.filter(server=pace.server, metrics__isnull=False).distinct()
    people: set[User] = set()
    for one in beside.filter(pace__asked_again_at=None).order_by("pk")[:MOST_TOLD]:
        people |= outcomes.keepers(one)
    for one in beside.filter(pace__asked_again_at__isnull=False).order_by("pk")[:MOST_TOLD]:
        people -= outcomes.keepers(one)
    host = source.connector.host(source.config)
    notices.notify(
        people,
        kind="alarms",
        title=_("%(host)s does not answer and is paused") % {"host": host},
        text=_(
            "Several sources that are asked there failed %(times)s times in a row. %(problem)s Until it"
            " answers, none of them is asked; it is tried again by itself, next at %(when)s."
        )
        % {
            "host": host,
            "times": pace.failures,
            "problem": pace.problem,
            "when": dates.moment_in_words(again),
        },
        about=source,
        url=reverse("pilots:source-detail", args=[source.pk]),
        at=at,
    )
