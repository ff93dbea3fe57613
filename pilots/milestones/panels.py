"""Milestones on the pilot's page and in its charter, and the late ones on the lead's and sponsor's home."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import EarnedSkill, Panel, WaitingItem
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.milestones import permissions, queries
from pilots.milestones.models import Milestone

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    found = queries.of_pilot(pilot)
    may_keep = bool(permissions.can_keep(user, pilot))
    if not found and not may_keep:
        return None
    return Panel(
        title=_("Milestones"),
        template="pilots/milestones/_milestones.html",
        context={
            "pilot": pilot,
            "milestones": found,
            "may_keep": may_keep,
            "today": None if pilot.status in ENDED else dates.today(),
        },
    )


of_charter = of_pilot


def waiting(user: User) -> list[WaitingItem]:
    today = dates.today()
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("“%(what)s” was to be reached by %(day)s.")
            % {"what": one.what, "day": dates.day_in_words(one.due_on)},
            url=one.get_absolute_url(),
            since=dates.begins(dates.days_after(one.due_on)),
            kind=_("Milestone, late"),
            action_label=_("Say how it stands"),
        )
        for one in queries.late_for(user, today=today)[:_SHOWN]
    ]


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who planned the steps of a pilot."""
    return earned(
        Milestone.objects.visible_to(user),
        people,
        skill="milestones",
        who="by",
        at="at",
        said=lambda n: (
            ngettext("Planned %(n)s milestone", "Planned %(n)s milestones", n) % {"n": n}
        ),
    )
