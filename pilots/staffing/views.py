"""The team's page: who is on it, with how much of their time, and who has some left."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing import actions as staffing
from pilots.staffing import queries
from pilots.staffing.forms import AllocationForm
from pilots.staffing.models import Allocation
from pilots.staffing.permissions import can_staff, check_can_staff


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def team(request: PersonRequest, pk: int) -> HttpResponse:
    """Everybody's share of time; and adding somebody."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    today = dates.today()
    if request.method == "POST":
        check_can_staff(user, pilot)
        form: AllocationForm | None
        form = AllocationForm(request.POST, user=user, pilot=pilot, today=today)
        if form.is_valid():
            with refusal_shown_on(form):
                made = staffing.allocate(pilot, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("%(person)s is on the team.") % {"person": made.person})
                return redirect("pilots:team", pk=pilot.pk)
    may_staff = can_staff(user, pilot)
    if request.method == "GET":
        form = (
            AllocationForm(given=request.GET, user=user, pilot=pilot, today=today)
            if may_staff
            else None
        )
    allocations = queries.team(pilot)
    context = {
        "pilot": pilot,
        "form": form,
        "may_staff": may_staff,
        "allocations": allocations,
        "today": today,
        "full_time": queries.full_time_at_most(allocations),
        "people": len({allocation.person_id for allocation in allocations}),
    }
    return form_page(request, "pilots/staffing/team.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    allocation = get_object_or_404(
        Allocation.objects.visible_to(user).select_related("pilot__lead", "person", "member"), pk=pk
    )
    staffing.remove(allocation, by=user, at=timezone.now())
    messages.success(
        request, _("%(person)s has this time back.") % {"person": allocation.person.name}
    )
    return redirect("pilots:team", pk=allocation.pilot_id)
