"""Who is told of what is asked and answered, and what the log keeps of a unit's part in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.web import panels
from pilots.lifecycle.models import Pilot
from pilots.staffing.models import TimeRequest


def tell(
    whom: Iterable[User],
    pilot: Pilot,
    title: str,
    *,
    text: str = "",
    url: str = "",
    by: User,
    at: datetime,
) -> None:
    notices.notify(
        {one for one in whom if one.is_active},
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=url or reverse("pilots:team", args=[pilot.pk]),
        at=at,
        but=by,
    )


def tell_of_answer(request: TimeRequest, title: str, *, by: User, at: datetime) -> None:
    """All whom an answer concerns, but whoever gave it."""
    tell_who_covers(request, title, by=by, at=at)
    tell(
        [request.person, request.asked_by, request.pilot.lead],
        request.pilot,
        title,
        text=request.words,
        url=request.get_absolute_url(),
        by=by,
        at=at,
    )


def tell_who_covers(request: TimeRequest, title: str, *, by: User, at: datetime) -> None:
    """Those who do somebody's work meanwhile, without the words of the answer, which are not theirs to read.
    Who they are is said in the place "who-covers": `fn(request) -> list[User]`."""
    tell(
        panels.gather(User, "who-covers", request),
        request.pilot,
        title,
        url=reverse("pilots:my-time"),
        by=by,
        at=at,
    )


def record_of_unit(
    event_type: str, request: TimeRequest, unit: Unit, /, *, by: User, at: datetime
) -> None:
    audit.record(
        event_type,
        request.pilot,
        by=by,
        at=at,
        also=(request.person, unit),
        person=audit.named(request.person),
        unit=audit.named(unit),
    )
