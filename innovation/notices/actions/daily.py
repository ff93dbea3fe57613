"""The one mail of the day. What waits for it is a mark on each notice; when it is due is a row of
the person, planned by the schedule from what waits. So telling somebody never waits for a mail
server, and a scheduler that stood still finds what it missed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import F, OuterRef, Q, Subquery

from innovation.notices import letters
from innovation.notices.actions.mailing import FIRST_PAUSE, HANDED_OVER
from innovation.notices.models import DailyMail, Notice
from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow

AT_ONCE = 1000  # rows in one transaction
LONGEST_PAUSE = timedelta(days=1)


@atomic
def daily_due(*, at: datetime) -> int:
    """Plan the next mail of whoever has news waiting, and hand those that are due to workers; how
    many. Any number of schedulers may call it."""
    _plan()
    due = (
        DailyMail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(try_at__lte=at, person__is_active=True)
        .order_by("try_at")
    )
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    DailyMail.objects.filter(pk__in=keys).update(try_at=at + HANDED_OVER)
    for key in keys:
        workflow.defer("innovation.notices.tasks.send_daily", person_id=key)
    return len(keys)


def _plan() -> None:
    """The first time the person's clock shows their hour after the oldest news that waits, on a day
    that had no such mail yet. Planned anew for whoever chose another hour or moved."""
    waiting = Notice.objects.for_daily_mail().filter(person=OuterRef("person")).order_by("at")
    rows = list(
        DailyMail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(due_at=None) | ~Q(zone=F("person__time_zone")), person__is_active=True)
        .annotate(since=Subquery(waiting.values("at")[:1]))
        .filter(since__isnull=False)
        .select_related("person")[:AT_ONCE]
    )
    for row in rows:
        row.zone = row.person.time_zone
        row.due_at = row.try_at = dates.next_at_hour(
            row.hour, zone=dates.zone_of(row.zone), after=row.since, not_on_day_of=row.last_at
        )
        row.attempts = 0
    DailyMail.objects.bulk_update(rows, ["zone", "due_at", "try_at", "attempts"])


@atomic
def email_daily(person_id: int, *, at: datetime) -> bool:
    """Mail how many pieces of news wait, once. Under the row's lock, and only while one is due, so
    that a task delivered twice, or late, sends nothing; not where all was read meanwhile."""
    row = (
        DailyMail.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=person_id, due_at__lte=at, person__is_active=True)
        .first()
    )
    if row is None:
        return False
    waiting = dict(
        Notice.objects.for_daily_mail().filter(person=person_id).values_list("pk", "kind")
    )
    if waiting:
        letters.of_the_day(row.person, Counter(waiting.values()))
        Notice.objects.filter(pk__in=waiting).update(emailed_at=at, in_daily_mail=False)
        row.last_at = at
    row.due_at = row.try_at = None
    row.save(update_fields=["last_at", "due_at", "try_at"])
    return bool(waiting)


@atomic
def put_off_daily(person_id: int, *, at: datetime) -> None:
    """The mail server is away: it is asked again after a pause that grows to a day, until it is
    back; what comes meanwhile is in the same mail."""
    row = DailyMail.objects.select_for_update().filter(pk=person_id).first()
    if row is None or row.due_at is None:
        return
    row.try_at = at + min(FIRST_PAUSE * 4**row.attempts, LONGEST_PAUSE)
    row.attempts = min(row.attempts + 1, 10)
    row.save(update_fields=["try_at", "attempts"])


@atomic
def give_up_daily(person_id: int, *, at: datetime) -> None:
    """The mail server refused this one for good; that of the next day counts what is unread."""
    DailyMail.objects.filter(pk=person_id, due_at__lte=at).update(
        last_at=at, due_at=None, try_at=None
    )
