"""Hours given back on the pilot's page, and before those who decide on it; that a group is to be asked again."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.time_returned import permissions, presenters, queries


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """What it gives back; for its team before it said so, a way to say it."""
    newest = queries.declarations(pilot).first()
    may_declare = bool(permissions.can_declare(user, pilot))
    if newest is None and not may_declare:
        return None
    said = newest if newest is not None and newest.metric_id is not None else None
    found = queries.hours_of(pilot, timezone.now(), said) if said else None
    return Panel(
        title=_("Hours given back"),
        template="pilots/time_returned/_of_pilot.html",
        context={
            "pilot": pilot,
            "newest": newest,
            "said": said,
            "found": found,
            "sentence": presenters.sentence(found) if found else "",
            "uses": [one.get_use_display() for one in said.uses.all()] if said else [],
            "may_declare": may_declare,
        },
    )


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """For those who decide: only where the pilot said so."""
    panel = of_pilot(user, pilot)
    return panel if panel is not None and panel.context["newest"] is not None else None


def waiting(user: User) -> list[WaitingItem]:
    """For its lead: the two questions to the group, every few weeks while it runs."""
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("Its people were asked on %(day)s where the hours went. Ask them again.")
            % {"day": dates.day_in_words(dates.day_of(one.asked_at))}
            if one.asked_at
            else _("Nobody was asked yet where the hours went. Two questions say it."),
            url=f"{reverse('pilots:survey-open', args=[one.pilot.pk])}?instrument={queries.INSTRUMENT}",
            since=one.since,
            kind=_("Hours given back"),
            action_label=_("Ask the group"),
        )
        for one in queries.due_to_ask(user, at=timezone.now())
    ]
