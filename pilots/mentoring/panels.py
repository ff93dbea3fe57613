"""Mentors on the pilot's page and on a person's, and what waits for them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.mentoring import permissions, presenters, queries
from pilots.mentoring.models import Mentor, Mentorship, NextStep
from pilots.mentoring.room import MentoringPermission

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Who mentors it, and for those who ask whom they asked, and the way to ask."""
    found = list(queries.around(pilot))
    may_ask = bool(permissions.can_ask(user, pilot))
    standing = [(one, permissions.reads(user, one)) for one in found if one.answer]
    asked = [one for one in found if one.is_asked and permissions.reads(user, one)]
    if not standing and not asked and not may_ask:
        return None
    return Panel(
        title=_("Mentors"),
        template="pilots/mentoring/_of_pilot.html",
        context={"pilot": pilot, "standing": standing, "asked": asked, "may_ask": may_ask},
    )


def of_person(user: User, person: User) -> Panel | None:
    """That somebody mentors, on the page of a person."""
    if not user.may(MentoringPermission.READ):
        return None
    entry = Mentor.objects.visible_to(user).standing().for_list().filter(person=person).first()
    if entry is None:
        return None
    return Panel(
        title=_("Mentor"),
        template="pilots/mentoring/_of_person.html",
        context={
            "mentor": entry,
            "load": presenters.load_in_words(entry, queries.load(person)),
            "url": entry.get_absolute_url(),
        },
    )


def of_profile(user: User, person: User) -> Panel | None:
    """One's own, and the way to become a mentor."""
    if user.pk != person.pk or not user.may(MentoringPermission.OFFER):
        return None
    entry = queries.entry_of(person)
    standing = entry is not None and entry.withdrawn_at is None
    return Panel(
        title=_("Mentor"),
        template="pilots/mentoring/_of_person.html",
        context={
            "mentor": entry if standing else None,
            "load": presenters.load_in_words(entry, queries.load(person)) if entry else "",
            "url": reverse("pilots:mentor-mine"),
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    """Pilots that one is asked to mentor, and next steps of one's own whose day is over."""
    if user.acting_for is not None:
        return []
    late = queries.steps_due(user, today=dates.today())
    return [
        *(_asked(one) for one in queries.asked_of(user)[:_SHOWN]),
        *(_late(one) for one in late[:_SHOWN]),
    ]


def _asked(one: Mentorship) -> WaitingItem:
    return WaitingItem(
        title=one.pilot.title,
        sentence=_("%(by)s asks you to mentor it: %(why)s")
        % {"by": one.asked_by.name, "why": one.why},
        url=one.get_absolute_url(),
        since=one.asked_at,
        kind=_("Mentor"),
        action_label=_("Answer"),
    )


def _late(step: NextStep) -> WaitingItem:
    mentorship = step.session.mentorship
    return WaitingItem(
        title=mentorship.pilot.title,
        sentence=_("You were to do this by %(day)s: “%(what)s”")
        % {"day": dates.day_in_words(step.due_on), "what": step.what},
        url=mentorship.get_absolute_url(),
        since=dates.begins(dates.days_after(step.due_on)),
        kind=_("Next step"),
        action_label=_("Say that it is done"),
    )
