"""How the change that a pilot brings is prepared: one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from pilots.adoption import permissions, queries
from pilots.adoption.forms import NobodyAffectedForm
from pilots.lifecycle.permissions import can_plan_sites
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def adoption(request: PersonRequest, pk: int) -> HttpResponse:
    """The adoption plan of a pilot: whose work changes, and how they are prepared."""
    pilot = visible_pilot(request.user, pk)
    groups = queries.trained_of(pilot, day=dates.today())
    may_plan = permissions.can_plan_change(request.user, pilot)
    nobody = None if groups else queries.nobody_said(pilot)
    begun = {} if nobody is None else {"because": nobody.because}
    context = {
        "pilot": pilot,
        "groups": groups,
        "nobody": nobody,
        "nobody_form": NobodyAffectedForm(initial=begun) if may_plan and not groups else None,
        "waves": queries.waves_of(pilot),
        "may_plan_waves": can_plan_sites(request.user, pilot),
        "cycles": queries.cycles_of(pilot),
        "help": queries.help_of(pilot, today=dates.today()),
        "today": dates.today(),
        "may_ask": permissions.can_ask(request.user, pilot),
        "me": request.user.pk,
        "sessions": queries.sessions_of([one.group for one in groups]),
        "may_plan": may_plan,
    }
    return render(request, "pilots/adoption/adoption.html", context)
