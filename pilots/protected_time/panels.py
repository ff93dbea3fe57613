"""Weeks that wait for one's word on one's home; what is shown of promised time by pilot and unit."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingAnswers, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_edit_pilot
from pilots.lifecycle.states import ENDED
from pilots.protected_time import permissions, presenters, queries
from pilots.protected_time.models import WeekKept
from pilots.protected_time.queries import OwnWeek
from pilots.protected_time.queries.backfills import line_of
from pilots.staffing import queries as staffing
from pilots.staffing.models import TimeRequest


def weeks_waiting(user: User) -> list[WaitingItem]:
    """Each with three buttons: one press on the home is the answer."""
    return [_waits(one) for one in queries.asked_now(user, today=dates.today())]


def _waits(one: OwnWeek) -> WaitingItem:
    return WaitingItem(
        title=one.pilot.title,
        sentence=" ".join(
            [
                _("Did you have the %(percent)s %% of your time in the %(week)s?")
                % {"percent": one.percent, "week": presenters.week_in_words(one.week)},
                *one.notes,
            ]
        ),
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


def cover_of_request(user: User, asked: TimeRequest) -> Panel | None:
    """Before whoever answers: who covers, and whether anybody pays."""
    planned = queries.backfills_of(asked)
    may_plan = bool(permissions.can_plan_cover(user, asked))
    if not planned and not may_plan and (asked.answer or asked.cover):
        return None
    lines = queries.lines_for(asked.pilot) if planned and not planned[0].is_absorbed else []
    return Panel(
        title=_("Who covers meanwhile"),
        template="pilots/protected_time/_cover.html",
        context={
            "asked": asked,
            "now": planned[0] if planned else None,
            "before": planned[1:],
            "line_is_gone": bool(planned)
            and not planned[0].is_absorbed
            and line_of(planned[0], lines) is None,
            "may_plan": may_plan,
        },
    )


def who_covers(asked: TimeRequest) -> list[User]:
    """Whoever is named now, where it is somebody of the house."""
    planned = queries.current_backfill(asked)
    return [] if planned is None or planned.person is None else [planned.person]


def cover_of_team(user: User, pilot: Pilot) -> Panel | None:
    """For those who ask: each time that is asked for or given, and who covers for it."""
    if not can_edit_pilot(user, pilot) or pilot.status in ENDED:
        return None
    today = dates.today()
    given = {one.request_id for one in pilot.allocations.all() if one.ends_on >= today}
    asked = [
        one
        for one in staffing.requests_of(pilot)
        if one.ends_on >= today and (not one.answer or one.pk in given)
    ]
    if not asked:
        return None
    cover = queries.with_cover(asked)
    return Panel(
        title=_("Who covers meanwhile"),
        template="pilots/protected_time/_cover_of_team.html",
        context={
            "rows": sorted(
                (
                    (one, cover.get(one.pk))
                    for one in asked
                    if not one.answer or one.cover or one.pk in cover
                ),
                key=lambda row: row[0].person.name,
            ),
            "without": sum(
                bool(one.answer) and not one.cover and one.pk not in cover for one in asked
            ),
        },
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
