"""The pages of a scale plan: what is there, writing it, amending it, and the owner's yes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling import actions, permissions, presenters, queries
from pilots.scaling.forms import AmendPlanForm, OwnerAnswerForm, ScalePlanForm
from pilots.scaling.models import ScalePlan


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def plan(request: PersonRequest, pk: int) -> HttpResponse:
    """What of the plan is there; for its team, the plan to write, part by part."""
    user = request.user
    pilot = visible_pilot(user, pk)
    state = queries.plan_of(pilot)
    if request.method == "POST":
        permissions.check_can_write_plan(user, pilot)
    form = None
    if permissions.can_write_plan(user, pilot):
        form = ScalePlanForm(request.POST or None, people=queries.may_own(pilot), plan=state.plan)
    if request.method == "POST" and form is not None and form.is_valid():
        with refusal_shown_on(form):
            actions.write(pilot, by=user, at=timezone.now(), **form.said)
            messages.success(request, _("Kept. What is still missing can follow."))
            return redirect("pilots:scale-plan", pk=pilot.pk)
    sees_cost = permissions.sees_cost(user, pilot, state.plan)
    amendments = state.plan.amendments.select_related("by") if state.plan else []
    context = {
        "pilot": pilot,
        "state": state,
        "form": form,
        "sees_cost": sees_cost,
        "may_amend": state.plan is not None and permissions.can_amend_plan(user, state.plan),
        "is_asked": state.plan is not None and state.plan.asked == user,
        "amendments": presenters.amendments_shown(amendments, sees_cost=sees_cost),
    }
    return form_page(request, "pilots/scaling/plan.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def amend(request: PersonRequest, pk: int) -> HttpResponse:
    """Change what it was scaled on, with a reason."""
    user = request.user
    pilot = visible_pilot(user, pk)
    found: ScalePlan = get_object_or_404(ScalePlan.objects.select_related("owner"), pilot=pilot)
    found.pilot = pilot
    permissions.check_can_amend_plan(user, found)
    form = AmendPlanForm(request.POST or None, people=queries.may_own(pilot), plan=found)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.amend(
                pilot,
                reason=form.cleaned_data["reason"],
                by=user,
                at=timezone.now(),
                **form.said,
            )
            messages.success(request, _("Amended. What it said before is kept."))
            return redirect("pilots:scale-plan", pk=pilot.pk)
    context = {"pilot": pilot, "form": form}
    return form_page(request, "pilots/scaling/amend.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Who is asked to own what a pilot tries says yes or no."""
    user = request.user
    pilot = visible_pilot(user, pk)
    state = queries.plan_of(pilot)
    found: ScalePlan = get_object_or_404(
        ScalePlan.objects.select_related("owner", "asked", "asked_by"), pilot=pilot
    )
    found.pilot = pilot
    permissions.check_can_answer_asked(user, found)
    form = OwnerAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agrees = form.cleaned_data["answer"] == "yes"
        with refusal_shown_on(form):
            actions.answer(
                found,
                agrees=agrees,
                words=form.cleaned_data["words"],
                by=user,
                at=timezone.now(),
            )
            messages.success(
                request, _("You own it once it is scaled.") if agrees else _("They have been told.")
            )
            return redirect("pilots:scale-plan", pk=pilot.pk)
    context = {"pilot": pilot, "form": form, "plan": found, "state": state, "sees_cost": True}
    return form_page(request, "pilots/scaling/answer.html", context, form=form)
