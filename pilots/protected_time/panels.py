"""Weeks that wait for one's word on one's home; what is shown of promised time by pilot and unit."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingAnswers, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.protected_time import presenters, queries
from pilots.protected_time.models import WeekKept
from pilots.protected_time.queries import OwnWeek


def weeks_waiting(user: User) -> list[WaitingItem]:
    """Each with three buttons: one press on the home is the answer."""
    return [_waits(one) for one in queries.asked_now(user, today=dates.today())]


def _waits(one: OwnWeek) -> WaitingItem:
    return WaitingItem(
        title=one.pilot.title,
        sentence=_("Did you have the %(percent)s %% of your time in the %(week)s?")
        % {"percent": one.percent, "week": presenters.week_in_words(one.week)},
        url=reverse("pilots:my-time"),
        since=dates.begins(one.week),
        kind=_("Your promised time"),
        action_label=_("Say how it went"),
        answers=WaitingAnswers(
            url=reverse("pilots:week-answer"),
            name="kept",
            choices=tuple((value, str(label)) for value, label in WeekKept.choices),
            hidden={"pilot": str(one.pilot.pk), "week": one.week.isoformat(), "back": "home"},
        ),
    )


def kept_of_pilot(_user: User, pilot: Pilot) -> Panel | None:
    found = queries.of_pilot(pilot)
    if not found:
        return None
    return Panel(
        title=_("Promised time that was kept"),
        template="pilots/protected_time/_kept.html",
        context={"readings": found},
    )


def kept_of_unit(_user: User, unit: Unit) -> Panel | None:
    found = queries.of_unit(unit)
    if not found:
        return None
    return Panel(
        title=_("Promised time that was kept"),
        template="pilots/protected_time/_kept.html",
        context={"readings": found},
    )
