"""The pages of milestones: adding one, and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.milestones import actions, permissions
from pilots.milestones.forms import (
    MilestoneDropForm,
    MilestoneForm,
    MilestoneMoveForm,
    ReachedForm,
)
from pilots.milestones.models import Milestone

_STEP = "pilots/lifecycle/step.html"


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_keep(user, pilot)
    form = MilestoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("what", "due_on")}
            actions.add(pilot, by=user, at=timezone.now(), **given)
            messages.success(request, _("The milestone is set."))
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Set a milestone"),
        "sentence": _(
            "Something that anybody can see was reached or not: “both wards are trained”."
        ),
        "submit": _("Set it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One milestone, the days it had, and the way on."""
    milestone = _milestone(request.user, pk)
    context = {
        "milestone": milestone,
        "pilot": milestone.pilot,
        "late": not milestone.end and milestone.due_on < dates.today(),
        "may_keep": not milestone.end and permissions.can_keep(request.user, milestone.pilot),
    }
    return render(request, "pilots/milestones/milestone.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def reach(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    milestone = _milestone(user, pk)
    permissions.check_can_keep(user, milestone.pilot)
    form = ReachedForm(request.POST or None, initial={"on": dates.today()})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("on", "note")}
            actions.reach(milestone, by=user, at=timezone.now(), **given)
            messages.success(request, _("Reached."))
            return redirect(milestone.pilot)
    context = {
        "form": form,
        "kicker": milestone.what,
        "back": milestone.get_absolute_url(),
        "title": _("It was reached"),
        "sentence": _("One line is enough: what the next team would want to know."),
        "submit": _("Say so"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def move(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    milestone = _milestone(user, pk)
    permissions.check_can_keep(user, milestone.pilot)
    form = MilestoneMoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("due_on", "reason")}
            actions.move(milestone, by=user, at=timezone.now(), **given)
            messages.success(request, _("Moved. The former day stays with it."))
            return redirect(milestone)
    context = {
        "form": form,
        "kicker": milestone.what,
        "back": milestone.get_absolute_url(),
        "title": _("Move it to another day"),
        "sentence": _("It is due on %(day)s now.") % {"day": dates.day_in_words(milestone.due_on)},
        "submit": _("Move it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    milestone = _milestone(user, pk)
    permissions.check_can_keep(user, milestone.pilot)
    form = MilestoneDropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.drop(milestone, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(request, _("Dropped. It stays on the pilot's page, with the reason."))
            return redirect(milestone.pilot)
    context = {
        "form": form,
        "kicker": milestone.what,
        "back": milestone.get_absolute_url(),
        "title": _("Drop the milestone"),
        "sentence": _("It is not to be reached any more. This cannot be undone."),
        "submit": _("Drop it"),
    }
    return form_page(request, _STEP, context, form=form)


def _milestone(user: User, pk: int) -> Milestone:
    found: Milestone = get_object_or_404(Milestone.objects.visible_to(user).for_list(), pk=pk)
    return found
