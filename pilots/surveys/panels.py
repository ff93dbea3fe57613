"""What a pilot's groups were asked, on its page; and what a person is asked, on their home."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.surveys import permissions, presenters, queries

_SHOWN = 6


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    rounds = queries.rounds_of(pilot)[::-1]
    may_ask = bool(permissions.can_ask(user, pilot))
    if not rounds and not may_ask:
        return None
    shown = rounds[:_SHOWN]
    found = queries.readings(shown)
    return Panel(
        title=_("What groups were asked"),
        template="pilots/surveys/_of_pilot.html",
        context={
            "pilot": pilot,
            "rounds": [(one, presenters.sentence(one, found.get(one.pk))) for one in shown],
            "more": len(rounds) - len(shown),
            "may_ask": may_ask,
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("%(what)s: answer in 20 seconds, without your name, until %(day)s.")
            % {
                "what": one.instrument.title,
                "day": dates.day_in_words(dates.day_of(one.closes_at)),
            },
            url=reverse("pilots:survey-answer", args=[one.key]),
            since=one.opened_at,
            kind=_("Questions to your group"),
            action_label=_("Answer"),
        )
        for one in queries.open_for(user, at=timezone.now())
    ]
