"""The clock on the pilot's page and before those who decide, and what waits for whoever answers for it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingItem
from pilots.clock import queries
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_lead
from pilots.lifecycle.queries import clock_of
from pilots.lifecycle.states import PilotStatus

_SHOWN = 30


def of_pilot(_user: User, pilot: Pilot) -> Panel | None:
    """From the first day on: in which week of how many it is, and what its end asks."""
    today = dates.today()
    clock = clock_of(pilot, today=today)
    if clock is None:
        return None
    return Panel(
        title="",
        template="pilots/clock/_clock.html",
        context={"clock": clock, "soon": clock.ends_on <= today + queries.SOON},
        bare=True,
    )


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """The same, while its outcome waits."""
    return of_pilot(user, pilot) if pilot.status == PilotStatus.EVALUATING else None


def waiting(user: User) -> list[WaitingItem]:
    """For the lead, the sponsor and the office. Before its end, what is asked of those who decide already
    waits there."""
    found = [
        one
        for one in queries.ending_for(user, today=dates.today())
        if one.clock.is_over or one.pilot.status != PilotStatus.EVALUATING
    ]
    return [_item(user, one) for one in found[:_SHOWN]]


def _item(user: User, one: queries.Ending) -> WaitingItem:
    pilot, clock = one.pilot, one.clock
    asks = pilot.status == PilotStatus.RUNNING and bool(can_lead(user, pilot))
    said = clock.sentence
    if pilot.status == PilotStatus.EVALUATING:
        said = f"{said} {_('It waits for a decision.')}"
    return WaitingItem(
        title=pilot.title,
        sentence=said,
        url=reverse("pilots:pilot-evaluate", args=[pilot.pk]) if asks else pilot.get_absolute_url(),
        since=dates.begins(clock.ends_on if clock.is_over else clock.ends_on - queries.SOON),
        kind=_("Time is over") if clock.is_over else _("Time ends soon"),
        action_label=_("Ask for a decision") if asks else _("See the pilot"),
    )
