"""The private link of a calendar: made, made anew, switched off. Whoever has it reads one's promises."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.transactions import atomic
from pilots.protected_time.models import CalendarFeed
from pilots.protected_time.permissions import check_answers_for_oneself
from pilots.protected_time.weeks import Slot

LATEST = 15  # so that eight hours end on the same day


@atomic
def make_calendar(*, slot: Slot | None, by: User, at: datetime) -> str:
    """A new link, whose secret is told once; the former one is over."""
    check_answers_for_oneself(by)
    if slot is not None and not (0 <= slot.weekday <= 4 and 0 <= slot.hour <= LATEST):
        raise Malformed(_("Choose a workday, and an hour until 15:00."))
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        person=by,
        defaults={
            "digest": digest_of(secret),
            "made_at": at,
            "last_read_on": None,
            "weekday": slot.weekday if slot else None,
            "hour": slot.hour if slot else None,
        },
    )
    audit.record("person.calendar_made", by, by=by, at=at)
    return secret


@atomic
def switch_calendar_off(*, by: User, at: datetime) -> None:
    """Nobody reads it by its link any more."""
    check_answers_for_oneself(by)
    gone, _tables = CalendarFeed.objects.filter(person=by).delete()
    if not gone:
        raise Conflict(_("There is no link to switch off."))
    audit.record("person.calendar_switched_off", by, by=by, at=at)


@atomic
def note_calendar_read(feed: CalendarFeed, *, at: datetime) -> None:
    """The day on which a program last asked for it; once a day."""
    today = dates.day_of(at)
    if feed.last_read_on != today:
        CalendarFeed.objects.filter(pk=feed.pk, digest=feed.digest).update(last_read_on=today)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
