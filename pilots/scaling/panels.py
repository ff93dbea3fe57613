"""What scale plans put on other pages: how far they are, who is asked, and what leavers owned."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.web.panels import HandoverItem, Panel, WaitingItem
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import OUT_OF_USE, PilotStatus
from pilots.scaling import permissions, queries

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """From the first day on: which of the five are there, and who owns it."""
    state = queries.plan_of(pilot)
    if state.plan is None and pilot.status in OUT_OF_USE:
        return None
    return _panel(user, state)


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """Before those who decide: whether it could be scaled."""
    return _panel(user, queries.plan_of(pilot))


def _panel(user: User, state: queries.PlanState) -> Panel:
    pilot = state.pilot
    return Panel(
        title=_("Scale plan"),
        template="pilots/scaling/_of_pilot.html",
        context={
            "pilot": pilot,
            "state": state,
            "may_write": permissions.can_write_plan(user, pilot),
            "in_use": pilot.status == PilotStatus.SCALED,
            "over": pilot.status in OUT_OF_USE,
            # Before it runs, how far the plan is; whoever could scale it reads what is missing.
            "spelled": pilot.went_live_on is not None,
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    """What this person is asked to own."""
    return [
        WaitingItem(
            title=plan.pilot.title,
            sentence=_("%(by)s asks you to own it once it is scaled.")
            % {"by": plan.asked_by.name if plan.asked_by else _("Somebody")},
            url=reverse("pilots:scale-plan-answer", args=[plan.pilot_id]),
            since=plan.asked_at or timezone.now(),
            kind=_("Owner"),
            action_label=_("Answer"),
        )
        for plan in queries.asked_of(user)[:_SHOWN]
    ]


def to_hand_over(person: User | None) -> list[HandoverItem]:
    """What somebody who has left owned, or was to own; another is asked on the plan's own page."""
    return [
        HandoverItem(
            key=f"scale-plan-{plan.pk}",
            holder=plan.owner_id,
            title=plan.pilot.title,
            sentence=_("Owns what this pilot tried. Its plan's page asks somebody else."),
            url=plan.get_absolute_url(),
            unit_id=plan.pilot.unit_id,
        )
        for plan in queries.owned_by_leavers(person)
        if plan.owner_id is not None
    ]
