"""One's own parts, as a page and as a document; what is put right, left out and told on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.incentives import actions, document, permissions, presenters, queries
from pilots.incentives.forms import CreditAnswerForm, CreditClaimForm, StatementForm
from pilots.incentives.models import CreditClaim
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

_STEP = "pilots/lifecycle/step.html"


@require()
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """My contributions: what the record says I did, what I was thanked for, and the statement."""
    user = request.user
    form = StatementForm(request.GET or None)
    since, until, _unnamed = _asked(form)
    now = timezone.now()
    given = [
        {"thanks": one, "may_take_back": bool(permissions.can_take_back_thanks(user, one, at=now))}
        for one in queries.given_by(user)
    ]
    context = {
        "form": form,
        "parts": presenters.own_parts(user, since=since, until=until),
        "received": list(queries.received_by(user)),
        "given": given,
        "claims": CreditClaim.objects.filter(person=user).select_related("pilot", "answered_by"),
        "leads": queries.who_leads(user),
        "query": request.GET.urlencode(),
    }
    return render(request, "pilots/incentives/mine.html", context)


@require()
@require_safe
def statement(request: PersonRequest) -> HttpResponse:
    """The same as a document, for an appraisal."""
    user, now = request.user, timezone.now()
    since, until, unnamed = _asked(StatementForm(request.GET or None))
    parts = presenters.own_parts(user, since=since, until=until, unnamed=unnamed)
    thanks = [
        one
        for one in queries.received_by(user)
        if (unnamed or one.person_id is not None)
        and (since is None or dates.day_of(one.thanks.at) >= since)
        and (until is None or dates.day_of(one.thanks.at) <= until)
    ]
    return HttpResponse(
        document.pdf(user, parts, thanks, since=since, until=until, at=now),
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="contributions.pdf"'},
    )


def _asked(form: StatementForm) -> tuple[date | None, date | None, bool]:
    """From when to when; what is no day narrows nothing."""
    said: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return said.get("since"), said.get("until"), bool(said.get("unnamed"))


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def claim(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    form = CreditClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.claim(pilot, what=form.cleaned_data["what"], by=user, at=timezone.now())
            messages.success(
                request, _("%(lead)s is asked whether it was so.") % {"lead": pilot.lead.name}
            )
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Say what you also did"),
        "sentence": _(
            "The record does not know everything. Whoever leads it says whether it was so."
        ),
        "submit": _("Ask for it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def answer_claim(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    visible = CreditClaim.objects.filter(pilot__in=permissions.pilots_of(user))
    found: CreditClaim = get_object_or_404(
        visible.select_related("person", "pilot__lead", "answered_by"), pk=pk
    )
    permissions.check_can_answer_claim(user, found)
    form = CreditAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("confirm", "answer")}
            actions.answer_claim(found, by=user, at=timezone.now(), **given)
            messages.success(request, _("Answered. %(who)s is told.") % {"who": found.person.name})
            return redirect(found.pilot)
    context = {
        "form": form,
        "kicker": found.pilot.title,
        "back": found.pilot.get_absolute_url(),
        "title": _("Was it so?"),
        "sentence": _("%(who)s: “%(what)s”") % {"who": found.person.name, "what": found.what},
        "submit": _("Answer"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_POST
def leave_out_of_pilot(request: PersonRequest, pk: int) -> HttpResponse:
    """Take one's own name off what is told of a pilot; without `left_out=1` it is put back."""
    left_out = request.POST.get("left_out") == "1"
    pilot = visible_pilot(request.user, pk)
    actions.leave_out(pilot, left_out=left_out, by=request.user, at=timezone.now())
    return _left_out(request, left_out)


@require(NeedsPermission.READ)
@require_POST
def leave_out_of_need(request: PersonRequest, pk: int) -> HttpResponse:
    left_out = request.POST.get("left_out") == "1"
    need: Need = get_object_or_404(Need.objects.visible_to(request.user), pk=pk)
    actions.leave_out(need, left_out=left_out, by=request.user, at=timezone.now())
    return _left_out(request, left_out)


def _left_out(request: PersonRequest, left_out: bool) -> HttpResponse:
    said = _("Your name is off there.") if left_out else _("Your name is back.")
    messages.success(request, said)
    return redirect(reverse("pilots:my-contributions"))


@require(PilotsPermission.READ)
@require_POST
def tell(request: PersonRequest, pk: int) -> HttpResponse:
    """Let whoever leads one's unit know of one's part in a pilot."""
    told = actions.tell_who_leads(
        visible_pilot(request.user, pk), by=request.user, at=timezone.now()
    )
    names = ", ".join(one.told.name for one in told)
    messages.success(request, _("Told %(names)s.") % {"names": names})
    return redirect(reverse("pilots:my-contributions"))
