"""The pages of the groups affected: naming one, and what is known of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.adoption import actions, permissions, presenters, queries
from pilots.adoption.forms import GroupChangeForm, GroupForm, GroupRemoveForm, NobodyAffectedForm
from pilots.adoption.models import AffectedGroup
from pilots.adoption.nasss import Domain
from pilots.adoption.views.steps import step
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int) -> HttpResponse:
    """Name a group whose work changes."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    form = GroupForm(request.POST or None, user=user, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            group = actions.name_group(pilot, by=user, at=timezone.now(), **form.given)
            messages.success(request, _("The group is named."))
            return redirect(group)
    context = {
        "form": form,
        "pilot": pilot,
        "back": reverse("pilots:adoption", args=[pilot.pk]),
        "title": _("Name a group"),
        "sentence": _("People whose work the pilot changes, and who are prepared together."),
        "submit": _("Name it"),
    }
    return form_page(request, "pilots/adoption/group_form.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def nobody(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that nobody's work changes."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    form = NobodyAffectedForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.say_nobody(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept. Whoever decides reads it."),
        back=reverse("pilots:adoption", args=[pilot.pk]),
        kicker=pilot.title,
        title=_("Nobody's work changes"),
        sentence=_(
            "Not even that something appears or is gone where they look. Whoever decides reads it."
        ),
        submit=_("Say so"),
    )


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One group: who they are, what changes for them, and how hard that is."""
    group = group_seen_by(request.user, pk)
    stands = group.removed_at is None
    less = queries.less_of([group])
    context = {
        "group": group,
        "pilot": group.pilot,
        "trained": queries.trained_one(group, day=dates.today()) if stands else None,
        "sessions": queries.sessions_of([group]),
        "less": less,
        "given_back": queries.given_back(less, group),
        "keeps_names": stands and permissions.can_keep_names(request.user, group),
        "domains": presenters.complexity_in_words(group),
        "champions": [
            (one, queries.hours_in_words(one.hours))
            for one in queries.champions_of(request.user, group.pilot)
            if one.group_id == group.pk
        ],
        "may_plan": stands and permissions.can_plan_change(request.user, group.pilot),
    }
    return render(request, "pilots/adoption/group.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """What is known of a group now."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_plan_change(user, group.pilot)
    begun = {one: getattr(group, one) for one in ("name", "people", "changes", *Domain.values)}
    begun |= {"unit": group.unit_id, "site": group.site_id}
    form = GroupChangeForm(request.POST or None, user=user, pilot=group.pilot, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.change_group(group, by=user, at=timezone.now(), **form.given)
            messages.success(request, _("Kept. What was known before stays in the log."))
            return redirect(group)
    context = {
        "form": form,
        "pilot": group.pilot,
        "back": group.get_absolute_url(),
        "title": _("Change what is known of %(group)s") % {"group": group.name},
        "sentence": _("Who they are, what changes for them, and how hard that is."),
        "submit": _("Keep it"),
    }
    return form_page(request, "pilots/adoption/group_form.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Their work does not change after all."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_plan_change(user, group.pilot)
    form = GroupRemoveForm(request.POST or None, pilot=group.pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"]
            actions.remove_group(group, reason=reason, by=user, at=timezone.now())
            messages.success(request, _("Taken out."))
            return redirect("pilots:adoption", pk=group.pilot_id)
    context = {
        "form": form,
        "kicker": group.name,
        "back": group.get_absolute_url(),
        "title": _("Take the group out"),
        "sentence": (
            _("Their work does not change after all.")
            if is_plan_open(group.pilot)
            else _("Their work does not change after all. It stays in the log, with the reason.")
        ),
        "submit": _("Take it out"),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


def group_seen_by(user: User, pk: int) -> AffectedGroup:
    """The group, where this person sees its pilot."""
    found: AffectedGroup = get_object_or_404(
        AffectedGroup.objects.visible_to(user).for_list(), pk=pk
    )
    return found
