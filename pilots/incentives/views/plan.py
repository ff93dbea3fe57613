"""The pages of what a pilot offers: planned, read, changed, answered for, paid, taken back, looked at."""

from __future__ import annotations

from typing import Any

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
from innovation.web.free_text import NamesNoPatient
from pilots.funding.permissions import can_see_money
from pilots.incentives import actions, permissions, queries
from pilots.incentives.forms import (
    DespiteForm,
    IncentiveEvaluationForm,
    IncentiveForm,
    PayForm,
    TakeOfferBackForm,
)
from pilots.incentives.models import Incentive
from pilots.incentives.words import warning_in_words
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

_STEP = "pilots/lifecycle/step.html"
_GIVEN = (
    "kind", "career", "what", "for_whom", "group", "starts_on", "ends_on", "why_fits", "must_not", "metric",
    "despite", "cost", "line",
)  # fmt: skip


def _given(form: NamesNoPatient, names: tuple[str, ...] = _GIVEN) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def plan(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan(user, pilot)
    begun = {"starts_on": pilot.starts_on, "ends_on": pilot.ends_on}
    form = IncentiveForm(request.POST or None, pilot=pilot, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            made = actions.plan(pilot, by=user, at=timezone.now(), **_given(form))
            messages.success(request, _("Planned. It is in the charter, and looked at afterwards."))
            return redirect(made)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Plan what people are offered"),
        "sentence": _(
            "Why would they take part, and stay? Time to learn and being seen move more than money does. "
            "After it began you say what it did."
        ),
        "submit": _("Plan it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One offer: what and why, what was said against it, what was seen, and what its lead says it did."""
    user = request.user
    incentive = _incentive(user, pk)
    offer = queries.offer(incentive)
    standing = incentive.dropped_at is None
    now = timezone.now()
    begun = incentive.has_begun(today=dates.day_of(now))
    context = {
        "incentive": incentive,
        "pilot": incentive.pilot,
        "warning": warning_in_words(offer.warning) if offer.warning else "",
        "unpaid": standing and offer.unpaid,
        "uncosted": offer.uncosted,
        "seen": queries.seen(incentive, at=now),
        "begun": begun,
        "sees_money": can_see_money(user, incentive.pilot),
        "may_keep": standing and permissions.can_keep_offer(user, incentive),
        "may_change": permissions.can_change(user, incentive, at=now),
        "may_evaluate": begun and permissions.can_evaluate(user, incentive),
    }
    return render(request, "pilots/incentives/incentive.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    incentive = _incentive(user, pk)
    permissions.check_can_change(user, incentive, at=timezone.now())
    begun = {name: getattr(incentive, name) for name in _GIVEN}
    form = IncentiveForm(request.POST or None, pilot=incentive.pilot, but=incentive, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.change(incentive, by=user, at=timezone.now(), **_given(form))
            messages.success(request, _("Kept."))
            return redirect(incentive)
    context = {
        "title": _("Change what is offered"),
        "sentence": _(
            "While the charter is open and before its first day. Later it is taken back, and another one planned."
        ),
        "submit": _("Keep it"),
    }
    return _step(request, incentive, form, context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer the warning that it rewards more at the cost of better."""
    user = request.user
    incentive = _incentive(user, pk)
    permissions.check_can_keep_offer(user, incentive)
    warning = queries.offer(incentive).warning
    form = DespiteForm(request.POST or None, initial={"despite": incentive.despite})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.answer_warning(
                incentive, by=user, at=timezone.now(), **_given(form, ("despite",))
            )
            messages.success(request, _("Kept with the offer, for everybody who reads it."))
            return redirect(incentive)
    context = {
        "title": _("Say what keeps it from harm"),
        "sentence": warning_in_words(warning)
        if warning
        else _("Nothing of it waits for an answer."),
        "submit": _("Keep it"),
    }
    return _step(request, incentive, form, context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def pay(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what it costs and from which line."""
    user = request.user
    incentive = _incentive(user, pk)
    permissions.check_can_keep_offer(user, incentive)
    begun = {"cost": incentive.cost, "line": incentive.line}
    form = PayForm(request.POST or None, incentive=incentive, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.pay_from(
                incentive, by=user, at=timezone.now(), **_given(form, ("cost", "line"))
            )
            messages.success(request, _("Kept."))
            return redirect(incentive)
    context = {
        "title": _("Say which line pays for it"),
        "sentence": _("All that is offered from a line is no more than the line."),
        "submit": _("Keep it"),
    }
    return _step(request, incentive, form, context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    incentive = _incentive(user, pk)
    permissions.check_can_keep_offer(user, incentive)
    form = TakeOfferBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.take_back(incentive, by=user, at=timezone.now(), **_given(form, ("reason",)))
            messages.success(request, _("Taken back. That it was offered stays, with the reason."))
            return redirect(incentive)
    context = {
        "title": _("Take the offer back"),
        "sentence": _("Whoever was promised it reads why. This cannot be undone.")
        if not incentive.has_begun(today=dates.today())
        else _(
            "Whoever was promised it reads why. This cannot be undone. It began, so before the outcome is decided"
            " you are still asked what it did."
        ),
        "submit": _("Take it back"),
    }
    return _step(request, incentive, form, context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def evaluate(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what it did, beside what was seen."""
    user = request.user
    incentive = _incentive(user, pk)
    permissions.check_can_evaluate(user, incentive)
    form = IncentiveEvaluationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.evaluate(
                incentive, by=user, at=timezone.now(), **_given(form, ("outcome", "words"))
            )
            messages.success(request, _("Kept, with what was seen until today."))
            return redirect(incentive)
    context = {
        "form": form,
        "incentive": incentive,
        "pilot": incentive.pilot,
        "seen": queries.seen(incentive, at=timezone.now()),
    }
    return form_page(request, "pilots/incentives/evaluate.html", context, form=form)


def _step(
    request: PersonRequest, incentive: Incentive, form: NamesNoPatient, context: dict[str, Any]
) -> HttpResponse:
    around = {
        "form": form,
        "kicker": incentive.what,
        "back": reverse("pilots:incentive", args=[incentive.pk]),
    }
    return form_page(request, _STEP, around | context, form=form)


def _incentive(user: User, pk: int) -> Incentive:
    return get_object_or_404(Incentive.objects.visible_to(user).for_list(), pk=pk)
