"""PDSA cycles: planning one, what was done, and what was seen."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from pilots.adoption import actions, permissions
from pilots.adoption.forms import PdsaCloseForm, PdsaDoneForm, PdsaForm
from pilots.adoption.models import PdsaCycle
from pilots.adoption.views.steps import step
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

_ASKED = ("question", "prediction", "plan", "starts_on")


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int) -> HttpResponse:
    """Predict before."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    begun = {"starts_on": dates.today()}
    form = PdsaForm(request.POST or None, user=user, pilot=pilot, initial=begun)
    return step(
        request,
        form,
        lambda: actions.plan_cycle(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Planned. What you predicted is kept."),
        back=reverse("pilots:adoption", args=[pilot.pk]),
        kicker=pilot.title,
        title=_("Plan a PDSA cycle"),
        sentence=_("Plan, do, study, act: try it small, and say before what you expect."),
        submit=_("Plan it"),
    )


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What was predicted beside what was seen."""
    cycle = _cycle(request.user, pk)
    context = {
        "cycle": cycle,
        "pilot": cycle.pilot,
        "may_plan": cycle.closed_at is None
        and permissions.can_plan_change(request.user, cycle.pilot),
    }
    return render(request, "pilots/adoption/cycle.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask or predict otherwise, while no result is in."""
    user = request.user
    cycle = _cycle(user, pk)
    permissions.check_can_plan_change(user, cycle.pilot)
    begun = {name: getattr(cycle, name) for name in (*_ASKED, "metric")}
    form = PdsaForm(request.POST or None, user=user, pilot=cycle.pilot, initial=begun)
    return step(
        request,
        form,
        lambda: actions.change_cycle(cycle, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept. What was predicted before stays in the log."),
        back=cycle.get_absolute_url(),
        kicker=cycle.question,
        title=_("Change the cycle"),
        sentence=_("As long as no result is in."),
        submit=_("Keep it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def done(request: PersonRequest, pk: int) -> HttpResponse:
    """What was done in fact."""
    user = request.user
    cycle = _cycle(user, pk)
    permissions.check_can_plan_change(user, cycle.pilot)
    form = PdsaDoneForm(request.POST or None, initial={"done": cycle.done})
    return step(
        request,
        form,
        lambda: actions.say_cycle_done(cycle, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept. What was seen comes next."),
        back=cycle.get_absolute_url(),
        kicker=cycle.question,
        title=_("What was done"),
        sentence=_("What was tried in fact, and where it differed from the plan."),
        submit=_("Keep it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """What was seen, and what follows."""
    user = request.user
    cycle = _cycle(user, pk)
    permissions.check_can_plan_change(user, cycle.pilot)
    form = PdsaCloseForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.close_cycle(cycle, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Closed. What was predicted stays beside what was seen."),
        back=cycle.get_absolute_url(),
        kicker=cycle.question,
        title=_("What was seen"),
        sentence=_("You predicted: %(prediction)s") % {"prediction": cycle.prediction},
        submit=_("Close the cycle"),
        note=_("It cannot be changed afterwards."),
    )


def _cycle(user: User, pk: int) -> PdsaCycle:
    found: PdsaCycle = get_object_or_404(PdsaCycle.objects.visible_to(user).for_list(), pk=pk)
    return found
