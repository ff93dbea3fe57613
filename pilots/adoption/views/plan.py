"""How the change that a pilot brings is prepared: one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from pilots.adoption import permissions, queries
from pilots.lifecycle.permissions import can_plan_sites
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def adoption(request: PersonRequest, pk: int) -> HttpResponse:
    """The adoption plan of a pilot: whose work changes, and how they are prepared."""
    pilot = visible_pilot(request.user, pk)
    groups = queries.trained_of(pilot, day=dates.today())
    context = {
        "pilot": pilot,
        "groups": groups,
        "nobody": None if groups else queries.nobody_said(pilot),
        "waves": queries.waves_of(pilot),
        "may_plan_waves": can_plan_sites(request.user, pilot),
        "sessions": queries.sessions_of([one.group for one in groups]),
        "may_plan": permissions.can_plan_change(request.user, pilot),
    }
    return render(request, "pilots/adoption/adoption.html", context)
