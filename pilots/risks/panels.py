"""Risks on the pilot's page, before those who decide, and on the home of who keeps an eye on them."""

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
from pilots.risks import permissions, queries
from pilots.risks.models import PilotRisk

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    found = queries.of_pilot(pilot)
    may_record = bool(permissions.can_record(user, pilot))
    seen = queries.seen_by_itself(pilot, today=dates.today())
    if not found and not may_record and not seen:
        return None
    return Panel(
        title=_("What could happen"),
        template="pilots/risks/_risks.html",
        context={
            "pilot": pilot,
            "risks": found,
            "seen": seen,
            "may_record": may_record,
            "today": None if pilot.status in ENDED else dates.today(),
        },
    )


def of_gate(_user: User, pilot: Pilot) -> Panel | None:
    """What is open, the highest first. Once the pilot has ended, its decision says what was known."""
    if pilot.status in ENDED:
        return None
    found = [one for one in queries.of_pilot(pilot) if one.closed_at is None]
    today = dates.today()
    seen = queries.seen_by_itself(pilot, today=today)
    if not found and not seen:
        return None
    return Panel(
        title=_("What could happen"),
        template="pilots/risks/_risks.html",
        context={
            "pilot": pilot,
            "risks": found,
            "seen": seen,
            "may_record": False,
            "today": today,
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    """Those whose day to look again has come, for who keeps an eye on them."""
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("You were to look at this again by %(day)s: “%(what)s”")
            % {"day": dates.day_in_words(one.look_on), "what": one.what},
            url=one.get_absolute_url(),
            since=dates.begins(one.look_on),
            kind=_("Risk, high") if one.is_high else _("Risk"),
            action_label=_("Look again"),
        )
        for one in queries.due_for(user, today=dates.today())[:_SHOWN]
    ]


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who wrote down what could happen to a pilot."""
    return earned(
        PilotRisk.objects.visible_to(user),
        people,
        skill="risks",
        who="by",
        at="at",
        said=lambda n: ngettext("Wrote down %(n)s risk", "Wrote down %(n)s risks", n) % {"n": n},
    )
