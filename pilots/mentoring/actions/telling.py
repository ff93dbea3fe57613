"""Who is told of what is asked, answered and ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from innovation.notices import actions as notices
from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.mentoring.models import Mentorship


def tell(
    whom: Iterable[User],
    mentorship: Mentorship,
    title: str,
    *,
    text: str = "",
    by: User | None,
    at: datetime,
) -> None:
    """`title` names the pilot and the person: “%(person)s mentors “%(pilot)s””."""
    pilot = mentorship.pilot
    named = {
        "pilot": pilot.title,
        "person": mentorship.person.name,
        "by": "" if by is None else by.name,
    }
    notices.notify(
        [one for one in whom if one.is_active],
        kind="pilots",
        title=title % named,
        text=text,
        about=mentorship,
        url=mentorship.get_absolute_url(),
        at=at,
        but=by,
    )


def who_leads(pilot: Pilot) -> list[User]:
    """Whoever leads; the office where the lead has left, too."""
    if pilot.lead.is_active:
        return [pilot.lead]
    return list(User.objects.holding(PilotsPermission.OPEN, pilot.unit))
