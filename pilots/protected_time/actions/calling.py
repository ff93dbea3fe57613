"""People are told once a week that a week waits for their word."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.transactions import atomic
from pilots.protected_time import queries, weeks
from pilots.protected_time.models import WeekCall

AT_ONCE = 200  # people in one transaction


def call_due(*, at: datetime) -> int:
    """Tell everybody whose word on this week is waited for and who was not told; how many. From its Friday
    on, so it finds what it missed until the week is over; any number may try at once."""
    today = dates.day_of(at)
    week = weeks.monday_of(today)
    told = 0
    while weeks.is_asked_for(week, today=today):
        called = _call(week, at=at)
        told += called
        if called < AT_ONCE:
            break
    return told


@atomic
def _call(week: date, *, at: datetime) -> int:
    called = WeekCall.objects.filter(person=OuterRef("pk"), week=week)
    people = list(
        queries.silent_people(week)
        .exclude(Exists(called))
        .select_for_update(no_key=True, skip_locked=True, of=("self",))[:AT_ONCE]
    )
    WeekCall.objects.bulk_create(WeekCall(person=one, week=week, at=at) for one in people)
    for one in people:
        _tell(one, week, at=at)
    return len(people)


def _tell(person: User, week: date, *, at: datetime) -> None:
    with person.as_reader():
        title = _("Did you have the time that was promised this week?")
        text = _("One press says it, until %(day)s. What you say is shown to nobody.") % {
            "day": dates.day_in_words(weeks.last_day_of(week + weeks.WEEK))
        }
    notices.notify(
        [person],
        kind="protected_time",
        title=title,
        text=text,
        about=person,
        url=reverse("pilots:my-time"),
        at=at,
    )
