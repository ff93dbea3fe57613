"""The pages of the register of risks: writing one down, looking again, closing it."""

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
from pilots.risks import actions, permissions
from pilots.risks.forms import RiskCloseForm, RiskForm, RiskLookForm
from pilots.risks.models import PilotRisk

_STEP = "pilots/lifecycle/step.html"
_SEEN = ("weight", "chance", "done", "owner", "look_on")
_A_MONTH = 28


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def record(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_record(user, pilot)
    begun = {"owner": pilot.lead_id, "look_on": dates.days_after(dates.today(), _A_MONTH)}
    form = RiskForm(request.POST or None, pilot=pilot, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("what", *_SEEN)}
            actions.record(pilot, by=user, at=timezone.now(), **given)
            messages.success(request, _("Written down. Whoever keeps an eye on it has been told."))
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Write down a risk"),
        "sentence": _(
            "What could get in the pilot's way. What could harm a patient belongs in the hazard log."
        ),
        "submit": _("Write it down"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One risk, and how it was seen each time."""
    risk = _risk(request.user, pk)
    context = {
        "risk": risk,
        "pilot": risk.pilot,
        "looks": risk.looks.select_related("by", "owner"),
        "due": risk.closed_at is None and risk.look_on <= dates.today(),
        "may_look": risk.closed_at is None and permissions.can_look(request.user, risk),
    }
    return render(request, "pilots/risks/risk.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def look(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    risk = _risk(user, pk)
    permissions.check_can_look(user, risk)
    begun = {name: getattr(risk, name) for name in ("weight", "chance", "done", "owner")}
    begun["look_on"] = dates.days_after(dates.today(), _A_MONTH)
    form = RiskLookForm(request.POST or None, pilot=risk.pilot, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in _SEEN}
            actions.look_again(risk, by=user, at=timezone.now(), **given)
            messages.success(request, _("Kept. How it was seen before stays with it."))
            return redirect(risk)
    context = {
        "form": form,
        "kicker": risk.what,
        "back": risk.get_absolute_url(),
        "title": _("Look at it again"),
        "sentence": _("How is it seen today, and when does somebody look next?"),
        "submit": _("Keep it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    risk = _risk(user, pk)
    permissions.check_can_look(user, risk)
    form = RiskCloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.close(risk, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(request, _("Closed. It stays on the pilot's page, with the reason."))
            return redirect(risk.pilot)
    context = {
        "form": form,
        "kicker": risk.what,
        "back": risk.get_absolute_url(),
        "title": _("Close the risk"),
        "sentence": _("It cannot happen any more, or it has happened. This cannot be undone."),
        "submit": _("Close it"),
    }
    return form_page(request, _STEP, context, form=form)


def _risk(user: User, pk: int) -> PilotRisk:
    found: PilotRisk = get_object_or_404(PilotRisk.objects.visible_to(user).for_list(), pk=pk)
    return found
