"""Telling that a page names a patient, and taking the words out.

The words travel in the body of a form and nowhere else: not in an address, a session or the log.
"""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.redaction import actions, permissions, queries
from innovation.redaction.forms import LookForm, NobodyForm, ReportForm, TakeOutForm
from innovation.redaction.models import PatientReport, Redaction
from innovation.redaction.room import RedactionPermission
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(RedactionPermission.TAKE_OUT)
@require_safe
def redactions(request: PersonRequest) -> HttpResponse:
    """What was told and waits, and what was taken out."""
    user = request.user
    reports = PatientReport.objects.visible_to(user).select_related("reported_by", "unit")
    taken = Redaction.objects.visible_to(user).select_related("by", "unit")
    page = paging.page_of(request, taken)
    context = {"reports": reports.open(), "page": page}
    return render(request, "innovation/redaction/list.html", context)


@require()
@require_http_methods(["GET", "POST"])
def report(request: PersonRequest) -> HttpResponse:
    """Any reader tells of the page that they come from."""
    given = request.GET.get("page", "")
    form = ReportForm(request.POST or None, initial={"page": queries.path_of(given)})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.report_patient(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Thank you. The administrators are told."))
            return redirect(queries.path_of(form.cleaned_data["page"]) or "/")
    path = queries.path_of(str(form["page"].value() or ""))
    context = {"form": form, "path": path}
    return form_page(request, "innovation/redaction/report.html", context, form=form)


@require(RedactionPermission.TAKE_OUT)
@require_http_methods(["GET", "POST"])
def take_out(request: PersonRequest) -> HttpResponse:
    return _take_out(request)


@reauthentication_required
def _take_out(request: PersonRequest) -> HttpResponse:
    """Look, read where the words stand, and then take them out. The password is asked for again."""
    user, now = request.user, timezone.now()
    told = _report_of(request)
    look, form, found = LookForm(), None, None
    if request.method == "POST" and "expected" not in request.POST:
        look = LookForm(request.POST)
        if look.is_valid():
            with refusal_shown_on(look):
                said = look.cleaned_data["said"]
                found = actions.look_for(said, by=user, at=now)
                form = TakeOutForm(initial={"said": said, "expected": found.count})
    elif request.method == "POST":
        form = TakeOutForm(request.POST)
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("said", "expected", "reason")}
            with refusal_shown_on(form):
                made = actions.take_out(**given, by=user, at=now, report=told)
                messages.success(request, _("Taken out. Who did it, when and why stays."))
                return redirect(made)
        if said := str(form["said"].value() or ""):
            found = queries.found(said, by=user)
            form.data = request.POST.dict() | {"expected": str(found.count)}
            look = LookForm(initial={"said": said})
    context = {"look": look, "form": form, "found": found, "report": told}
    sent = form if form is not None and form.is_bound else look
    return form_page(request, "innovation/redaction/take_out.html", context, form=sent)


def _report_of(request: PersonRequest) -> PatientReport | None:
    asked = request.GET.get("report", "")
    if not asked.isdecimal():
        return None
    visible = PatientReport.objects.visible_to(request.user)
    report = get_object_or_404(visible, pk=int(asked))
    permissions.check_can_answer_report(request.user, report)
    return report


@require(RedactionPermission.TAKE_OUT)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """What was told: where, by whom; and saying that nobody is named."""
    user = request.user
    seen = PatientReport.objects.visible_to(user)
    report = get_object_or_404(
        seen.select_related("reported_by", "answered_by", "unit", "redaction"), pk=pk
    )
    form = NobodyForm(request.POST or None)
    if request.method == "POST":
        permissions.check_can_answer_report(user, report)
        if form.is_valid():
            with refusal_shown_on(form):
                actions.answer_nobody(report, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("%(name)s is told.") % {"name": report.reported_by})
                return redirect(report)
    context = {"report": report, "form": form}
    return form_page(request, "innovation/redaction/answer.html", context, form=form)


@require()
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Who took words out, when, why, and how many places of which kind; never the words."""
    made = get_object_or_404(
        Redaction.objects.visible_to(request.user).select_related("by", "unit"), pk=pk
    )
    return render(request, "innovation/redaction/redaction.html", {"made": made})
