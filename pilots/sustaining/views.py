"""The pages of a look at what was scaled: all on one page with the decision, and the owner's answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on
from pilots.gates import queries as gates
from pilots.gates.comparisons import hash_of_known
from pilots.gates.permissions import can_decide, check_can_decide
from pilots.gates.presenters import DECIDED_TONES
from pilots.lifecycle import checklist
from pilots.lifecycle.queries import owner_after_scaling
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling import queries as scaling
from pilots.scaling.permissions import sees_cost
from pilots.sustaining import actions, permissions, presenters, queries
from pilots.sustaining.forms import OwnerSeesForm, SustainedForm
from pilots.sustaining.models import SustainedReview


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def review(request: PersonRequest, pk: int) -> HttpResponse:
    """Does it hold, is it used, what does it cost; and the decision."""
    user = request.user
    sustained = _sustained(user, pk)
    if request.method == "POST":
        check_can_decide(user, sustained.review)
    checks = presenters.checks_of(sustained)
    missing = checklist.missing(checks)
    form = SustainedForm(request.POST or None, unmet=bool(missing))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            read = request.POST.get("read", "")
            actions.decide(sustained, read=read, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Decided. Those concerned have been told."))
            return redirect(sustained)
        sustained = _sustained(user, pk)
        checks = presenters.checks_of(sustained)
        missing = checklist.missing(checks)
    waits = sustained.review.decided_at is None
    may_decide = can_decide(user, sustained.review)
    pilot = sustained.review.pilot
    plan = scaling.plan_of(pilot)
    kept = sustained.review.known.get("scale_plan") or scaling.kept(plan) or {}
    shows_cost = sees_cost(user, pilot, plan.plan)
    context = {
        "sustained": sustained,
        "review": sustained.review,
        "pilot": pilot,
        "owner": owner_after_scaling(pilot),
        "checks": checks,
        "missing": len(missing),
        "form": form if waits and may_decide else None,
        "read": _hash_of(sustained, checks) if waits and may_decide else "",
        "refused": "" if waits or refusal_of(form) is None else str(refusal_of(form)),
        "typed": form.data.get("reason", "") if form.is_bound else "",
        "why_not": may_decide.reason if waits else "",
        "waits": waits,
        "overdue": presenters.is_overdue(sustained),
        "may_answer": permissions.can_answer_review(user, sustained),
        "kept": kept,
        "sees_money": shows_cost,
        "cost": presenters.cost_sentence(sustained, kept.get("running_cost"))
        if shows_cost and sustained.cost is not None
        else "",
        "alarms": pilot.alarms.open().select_related("metric").order_by("pk"),
        "needs": pilot.needs.visible_to(user).select_related("unit", "submitted_by"),
        "could_be_asked": gates.could_be_asked(sustained.review)
        if waits and gates.is_stuck(sustained.review)
        else None,
        "tone": DECIDED_TONES.get(sustained.review.decision, "open"),
    }
    return form_page(request, "pilots/sustaining/review.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The owner says what they see."""
    user = request.user
    sustained = _sustained(user, pk)
    permissions.check_can_answer_review(user, sustained)
    begun = {
        "seen": sustained.seen,
        "people_using": sustained.people_using,
        "people_could": sustained.people_could,
        "cost": sustained.cost,
    }
    form = OwnerSeesForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in begun}
            actions.answer(sustained, by=user, at=timezone.now(), **given)
            messages.success(request, _("Kept. Whoever decides reads it."))
            return redirect(sustained)
    context = {"sustained": sustained, "pilot": sustained.review.pilot, "form": form}
    return form_page(request, "pilots/sustaining/answer.html", context, form=form)


def _hash_of(sustained: SustainedReview, checks: list[checklist.Checked]) -> str:
    """Of all that this page shows: whoever decides has read this, and nothing newer."""
    levels = queries.since_scaling(sustained.review.pilot, at=timezone.now())
    return hash_of_known(queries.known(sustained, checks, levels))


def _sustained(user: User, pk: int) -> SustainedReview:
    found: SustainedReview = get_object_or_404(
        SustainedReview.objects.visible_to(user).for_list(), pk=pk
    )
    return found
