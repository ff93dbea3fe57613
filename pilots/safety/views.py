"""The pages where a pilot is stopped from where it runs, and where what happened is told and answered."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web import paging
from innovation.web.csv_file import csv_file
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import open_hold
from pilots.lifecycle.queries import judges_of_safety
from pilots.lifecycle.room import PilotsPermission
from pilots.safety import actions, permissions, presenters, queries, stop_rules
from pilots.safety.forms import IncidentAnswerForm, IncidentForm, StopAnswerForm, StopForm
from pilots.safety.models import Incident, StopRequest
from pilots.safety.room import SafetyPermission
from pilots.safety.states import IncidentStatus


@require(SafetyPermission.SPEAK_UP)
@require_safe
def here(request: PersonRequest, pk: int) -> HttpResponse:
    """Where the code on the ward leads: stop it, or tell what happened; and what became of both."""
    user = request.user
    pilot = _at_hand(user, pk)
    mine = StopRequest.objects.filter(pilot=pilot, asked_by=user).select_related("answered_by")
    context = {
        "pilot": pilot,
        "may_see": Pilot.objects.visible_to(user).filter(pk=pilot.pk).exists(),
        "may_stop": permissions.can_ask_stop(user, pilot),
        "at_once": stop_rules.stops_at_once(pilot),
        "within": dates.duration(stop_rules.rule_of(pilot).answered_within),
        "held": open_hold(pilot),
        "open_stops": queries.open_stops(pilot),
        "stops": mine[:5],
        "incidents": Incident.objects.filter(pilot=pilot, reported_by=user)[:10],
    }
    return render(request, "pilots/safety/here.html", context)


@require(SafetyPermission.SPEAK_UP)
@require_safe
def poster(request: PersonRequest, pk: int) -> HttpResponse:
    """A sheet for the ward with a code that a phone reads."""
    pilot = _at_hand(request.user, pk)
    address = request.build_absolute_uri(reverse("pilots:pilot-here", args=[pilot.pk]))
    # What draws the code for a second step draws it for any address.
    code = get_adapter().build_totp_svg(address)  # type: ignore[attr-defined]
    context = {"pilot": pilot, "address": address, "code": presenters.as_image(code)}
    return render(request, "pilots/safety/poster.html", context)


@require(SafetyPermission.SPEAK_UP)
@require_http_methods(["GET", "POST"])
def stop(request: PersonRequest, pk: int) -> HttpResponse:
    """The one question before a pilot is stopped from where it runs."""
    user = request.user
    pilot = _at_hand(user, pk)
    permissions.check_can_ask_stop(user, pilot)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            asked = actions.ask_stop(
                pilot,
                what=form.cleaned_data["what"],
                warned=bool(form.patient_findings),
                by=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("It is stopped. Thank you for speaking up.")
                if asked.at_once
                else _("Safety has been asked. Thank you for speaking up."),
            )
            return redirect("pilots:pilot-here", pk=pilot.pk)
    context = {
        "pilot": pilot,
        "form": form,
        "at_once": stop_rules.stops_at_once(pilot),
        "within": dates.duration(stop_rules.rule_of(pilot).answered_within),
    }
    return form_page(request, "pilots/safety/stop.html", context, form=form)


@require(PilotsPermission.JUDGE_SAFETY)
@require_http_methods(["GET", "POST"])
def stop_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Every open stop of a pilot, and the one answer to them."""
    user = request.user
    pilot = _seen(user, pk)
    permissions.check_can_judge(user, pilot)
    form = StopAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.answer_stops(
                pilot,
                answer=form.cleaned_data["answer"],
                reason=form.cleaned_data["reason"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Answered. Whoever asked has been told."))
            return redirect(pilot)
    context = {
        "pilot": pilot,
        "form": form,
        "stops": queries.open_stops(pilot),
        "held": open_hold(pilot),
        "now": timezone.now(),
    }
    return form_page(request, "pilots/safety/stop_answer.html", context, form=form)


@require(SafetyPermission.SPEAK_UP)
@require_http_methods(["GET", "POST"])
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """Tell what went wrong, or nearly did."""
    user = request.user
    pilot = _at_hand(user, pk)
    form = IncidentForm(
        request.POST or None, initial={"happened_on": dates.today(), "tool": "unsure"}
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: value for name, value in form.cleaned_data.items() if name in _TOLD}
            made = actions.report(
                pilot, warned=bool(form.patient_findings), by=user, at=timezone.now(), **given
            )
            messages.success(request, _("Told to safety. You will be answered here."))
            return redirect(made)
    context = {"pilot": pilot, "form": form}
    return form_page(request, "pilots/safety/report.html", context, form=form)


_TOLD = ("what", "harm", "tool", "happened_on", "anonymous")


@require(SafetyPermission.SPEAK_UP)
@require_safe
def incident_list(request: PersonRequest) -> HttpResponse:
    """Reports that this person may read, the newest first."""
    user = request.user
    found = Incident.objects.visible_to(user).for_list()
    waiting = request.GET.get("show") == "waiting"
    if waiting:
        found = found.waiting()
    page = paging.page_of(request, found, by=("-pk",), size=30)
    context = {
        "page": page,
        "rows": [presenters.IncidentRow(one) for one in page],
        "waiting": waiting,
        "stops": presenters.stops_by_pilot(user, timezone.now()),
        "judges": user.may(PilotsPermission.JUDGE_SAFETY),
    }
    return render(request, "pilots/safety/incidents.html", context)


@require(SafetyPermission.SPEAK_UP)
@require_safe
def incident_file(request: PersonRequest) -> HttpResponse:
    """The reports that this person may read, as a file for the safety event system; nobody is named."""
    found = Incident.objects.visible_to(request.user).for_list().order_by("pk")
    return csv_file("incidents.csv", presenters.HEAD, map(presenters.line, found.iterator(500)))


@require(SafetyPermission.SPEAK_UP)
@require_http_methods(["GET", "POST"])
def incident_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """A report, and its answer: read by whoever wrote it, given by safety."""
    user = request.user
    incident = _incident(user, pk)
    may_judge = permissions.can_judge(user, incident.pilot)
    if request.method == "POST":
        permissions.check_can_judge(user, incident.pilot)
    form = IncidentAnswerForm(request.POST or None, initial={"harm": incident.harm})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.answer(
                incident,
                accepted=form.cleaned_data["accepted"],
                harm=form.cleaned_data["harm"],
                words=form.cleaned_data["words"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Answered. Whoever reported it has been told."))
            return redirect(incident)
    context = {
        "incident": incident,
        "shown": presenters.IncidentRow(incident),
        "form": form,
        "may_judge": may_judge,
        "may_look": may_judge and incident.status == IncidentStatus.REPORTED,
        "mine": incident.reported_by_id == user.pk,
        "may_see": Pilot.objects.visible_to(user).filter(pk=incident.pilot_id).exists(),
        "judges": judges_of_safety(incident.pilot),
    }
    return form_page(request, "pilots/safety/incident.html", context, form=form)


@require(PilotsPermission.JUDGE_SAFETY)
@require_POST
def incident_look(request: PersonRequest, pk: int) -> HttpResponse:
    incident = _incident(request.user, pk)
    actions.look(incident, by=request.user, at=timezone.now())
    messages.success(request, _("Whoever reported it sees that you look at it."))
    return redirect(incident)


def _at_hand(user: User, pk: int) -> Pilot:
    """A pilot that runs where this person works, or that they see."""
    both = queries.at_hand(user).values("pk")
    found: Pilot = get_object_or_404(Pilot.objects.filter(pk__in=both).for_list(), pk=pk)
    return found


def _seen(user: User, pk: int) -> Pilot:
    return get_object_or_404(Pilot.objects.visible_to(user).for_list(), pk=pk)


def _incident(user: User, pk: int) -> Incident:
    found: Incident = get_object_or_404(
        Incident.objects.visible_to(user).select_related(
            "pilot__unit", "pilot__lead", "pilot__sponsor", "reported_by", "answered_by"
        ),
        pk=pk,
    )
    return found
