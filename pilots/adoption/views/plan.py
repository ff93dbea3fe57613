"""How the change that a pilot brings is prepared: one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from pilots.adoption import permissions, queries
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def adoption(request: PersonRequest, pk: int) -> HttpResponse:
    """The adoption plan of a pilot: whose work changes, and how they are prepared."""
    pilot = visible_pilot(request.user, pk)
    groups = queries.groups_of(pilot)
    context = {
        "pilot": pilot,
        "groups": groups,
        "people": sum(one.people for one in groups),
        "may_plan": permissions.can_plan_change(request.user, pilot),
    }
    return render(request, "pilots/adoption/adoption.html", context)
