"""The pages of a hazard log: what could go wrong, its controls, its signature, and the safety case report."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.hazards import actions, document, permissions, presenters, queries
from pilots.hazards.catalogue import CATALOGUE, KNOWN
from pilots.hazards.forms import (
    ControlForm,
    HazardForm,
    HazardReasonForm,
    ResidualForm,
    ShownHazardForm,
    SignForm,
)
from pilots.hazards.models import Hazard, HazardControl, SignedHazardLog
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.safety.models import Incident
from pilots.safety.permissions import check_can_judge

_STEP = "pilots/lifecycle/step.html"
_STAYS = gettext_lazy("It stands in the hazard's history.")


@require(PilotsPermission.READ)
@require_safe
def log(request: PersonRequest, pk: int) -> HttpResponse:
    """Every hazard with what is left of it, and where the log stands."""
    user = request.user
    pilot = visible_pilot(user, pk)
    state = queries.log_of(pilot)
    signed = SignedHazardLog.objects.filter(pilot=pilot).select_related("signed_by")
    context = {
        "pilot": pilot,
        "log": state,
        "matrix": presenters.matrix_of(state.hazards),
        "signed": signed,
        "may_write": permissions.can_write(user, pilot),
        "may_sign": permissions.can_sign(user, pilot) and not state.is_signed,
        "catalogue": CATALOGUE,
    }
    return render(request, "pilots/hazards/log.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def record(request: PersonRequest, pk: int) -> HttpResponse:
    """Write down a hazard, from nothing or from the catalogue (`?from=`)."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_write(user, pilot)
    form = HazardForm(request.POST or None, initial=_begun(request.GET.get("from", "")))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in form.Meta.fields}
            made = actions.record(pilot, by=user, at=timezone.now(), **given)
            messages.success(request, _("In the log. What more is done about it?"))
            return redirect(made)
    context = {
        "pilot": pilot,
        "form": form,
        "back": _log_of(pilot),
        "title": _("Record a hazard"),
        "submit": _("Record it"),
    }
    return form_page(request, "pilots/hazards/hazard_form.html", context, form=form)


def _begun(key: str) -> dict[str, object]:
    known = KNOWN.get(key)
    if known is None:
        return {}
    return {
        "title": str(known.title),
        "cause": str(known.cause),
        "effect": str(known.effect),
        "severity": known.severity,
        "likelihood": known.likelihood,
    }


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One hazard, its controls, what is left, and the reports that show it."""
    user = request.user
    hazard = _hazard(user, pk)
    may_write = permissions.can_write(user, hazard.pilot)
    controls = list(hazard.further.select_related("owner", "metric"))
    for one in controls:
        one.hazard = hazard
    readable = set(
        Incident.objects.visible_to(user).filter(hazards=hazard).values_list("pk", flat=True)
    )
    context = {
        "hazard": hazard,
        "controls": [(one, permissions.can_finish(user, one)) for one in controls],
        "waits": any(one.done_at is None for one in controls),
        "incidents": [(one, one.pk in readable) for one in hazard.incidents.all()],
        "may_write": may_write,
        "today": dates.today(),
    }
    return render(request, "pilots/hazards/hazard.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    hazard = _hazard(user, pk)
    permissions.check_can_write(user, hazard.pilot)
    begun = {name: getattr(hazard, name) for name in actions.WORDS}
    form = HazardForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in form.Meta.fields}
            actions.edit(hazard, by=user, at=timezone.now(), **given)
            messages.success(request, _("Kept."))
            return redirect(hazard)
    context = {
        "pilot": hazard.pilot,
        "form": form,
        "back": hazard.get_absolute_url(),
        "title": _("Change what the hazard says"),
        "submit": _("Keep it"),
    }
    return form_page(request, "pilots/hazards/hazard_form.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def plan_control(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    hazard = _hazard(user, pk)
    permissions.check_can_write(user, hazard.pilot)
    form = ControlForm(request.POST or None, user=user, pilot=hazard.pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {
                name: form.cleaned_data[name] for name in ("text", "owner", "due_on", "metric")
            }
            actions.plan_control(hazard, by=user, at=timezone.now(), **given)
            messages.success(request, _("Planned. Whoever does it has been told."))
            return redirect(hazard)
    context = {
        "form": form,
        "kicker": hazard.title,
        "back": hazard.get_absolute_url(),
        "title": _("What more is done"),
        "sentence": _("The hazard can be judged once what is planned is in place."),
        "submit": _("Plan it"),
        "note": _STAYS,
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_POST
def finish_control(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    of_visible = HazardControl.objects.filter(hazard__in=Hazard.objects.visible_to(user))
    found = of_visible.select_related("hazard__pilot__unit", "hazard__pilot__lead")
    control = get_object_or_404(found, pk=pk)
    actions.finish_control(control, by=user, at=timezone.now())
    messages.success(request, _("In place."))
    return redirect(control.hazard)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def judge(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    hazard = _hazard(user, pk)
    permissions.check_can_write(user, hazard.pilot)
    begun = {"severity": hazard.severity, "likelihood": hazard.likelihood}
    form = ResidualForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("severity", "likelihood", "reason")}
            actions.judge(hazard, by=user, at=timezone.now(), **given)
            messages.success(request, _("Judged. Safety signs the log."))
            return redirect(hazard)
    context = {
        "form": form,
        "kicker": hazard.title,
        "back": hazard.get_absolute_url(),
        "title": _("What is left of it?"),
        "sentence": _("With everything in place that is done about it."),
        "submit": _("Judge it"),
        "note": _STAYS,
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    hazard = _hazard(user, pk)
    permissions.check_can_write(user, hazard.pilot)
    form = HazardReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.reopen(hazard, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(request, _("Open again."))
            return redirect(hazard)
    context = {
        "form": form,
        "kicker": hazard.title,
        "back": hazard.get_absolute_url(),
        "title": _("Open the hazard again"),
        "sentence": _("What is left of it has to be judged anew, and the log signed anew."),
        "submit": _("Open it again"),
        "note": _STAYS,
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.JUDGE_SAFETY)
@require_http_methods(["GET", "POST"])
def sign(request: PersonRequest, pk: int) -> HttpResponse:
    """The whole log once more, and the signature under it."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_sign(user, pilot)
    state = queries.log_of(pilot)
    form = SignForm(request.POST or None, initial={"seen": queries.digest(state.content)})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            made = actions.sign(
                pilot,
                seen=form.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Signed. It stays as you read it."))
            return redirect("pilots:safety-case", pk=made.pk)
    context = {
        "pilot": pilot,
        "form": form,
        "log": state,
        "case": presenters.case_of(state.content),
        "back": _log_of(pilot),
    }
    return form_page(request, "pilots/hazards/sign.html", context, form=form)


@require(PilotsPermission.READ)
@require_safe
def safety_case(request: PersonRequest, pk: int) -> HttpResponse:
    """The safety case report: the log as it was signed, to read and to print."""
    signed = _signed(request.user, pk)
    context = {
        "signed": signed,
        "pilot": signed.pilot,
        "case": presenters.case_of(signed.content),
        "later": SignedHazardLog.objects.filter(
            pilot=signed.pilot, version__gt=signed.version
        ).first(),
        "now": queries.log_of(signed.pilot),
    }
    return render(request, "pilots/hazards/case.html", context)


@require(PilotsPermission.READ)
@require_safe
def safety_case_pdf(request: PersonRequest, pk: int) -> HttpResponse:
    """The same as a document."""
    signed = _signed(request.user, pk)
    name = f"safety-case-{signed.pilot_id}-v{signed.version}.pdf"
    return HttpResponse(
        document.pdf(signed),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require(PilotsPermission.JUDGE_SAFETY)
@require_POST
def link_incident(request: PersonRequest, pk: int) -> HttpResponse:
    """Say which hazard a report shows."""
    user = request.user
    incident = get_object_or_404(
        Incident.objects.visible_to(user).select_related("pilot__unit", "pilot__lead"), pk=pk
    )
    check_can_judge(user, incident.pilot)
    form = ShownHazardForm(request.POST, pilot=incident.pilot)
    if form.is_valid():
        hazard = form.cleaned_data["hazard"]
        hazard.pilot = incident.pilot
        actions.link_incident(hazard, incident=incident, by=user, at=timezone.now())
        messages.success(request, _("Linked. The hazard is open until it is judged anew."))
    else:
        messages.error(request, _("Choose a hazard of the pilot."))
    return redirect(incident)


def _log_of(pilot: Pilot) -> str:
    return reverse("pilots:hazard-log", args=[pilot.pk])


def _signed(user: User, pk: int) -> SignedHazardLog:
    found: SignedHazardLog = get_object_or_404(
        SignedHazardLog.objects.filter(
            pilot__in=Pilot.objects.visible_to(user).values("pk")
        ).select_related("pilot__unit", "pilot__lead", "pilot__sponsor", "signed_by", "signed_for"),
        pk=pk,
    )
    return found


def _hazard(user: User, pk: int) -> Hazard:
    found: Hazard = get_object_or_404(
        Hazard.objects.visible_to(user).select_related("pilot__unit", "pilot__lead", "recorded_by"),
        pk=pk,
    )
    return found
