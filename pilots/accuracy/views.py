"""The accuracy page of a pilot, and the pages on which it is promised, recorded and corrected."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.accuracy import actions, permissions, queries, sheet
from pilots.accuracy.forms import PromiseForm, ResultForm, SheetForm, TakeBackForm
from pilots.accuracy.models import EnteredBy, SilentRunResult
from pilots.accuracy.presenters import AccuracyPage, ResultRow
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def accuracy(request: PersonRequest, pk: int) -> HttpResponse:
    """What the silent run counted, beside what was promised."""
    user = request.user
    pilot = visible_pilot(user, pk)
    page = AccuracyPage(queries.accuracy_of(pilot))
    context = {
        "pilot": pilot,
        "page": page,
        "judged": permissions.is_judged_for_accuracy(pilot),
        "may_promise": permissions.can_promise(user, pilot),
        "may_record": permissions.can_record(user, pilot),
    }
    return render(request, "pilots/accuracy/accuracy.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def promise(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_promise(user, pilot)
    before = pilot.accuracy_promises.first()
    amends = permissions.is_promise_approved(pilot)
    form = PromiseForm(request.POST or None, before=before, amends=amends)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.promise(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("pilots:accuracy", pk=pilot.pk)
    context = {"pilot": pilot, "form": form, "amends": amends}
    return form_page(request, "pilots/accuracy/promise.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def record(request: PersonRequest, pk: int) -> HttpResponse:
    """One result by hand."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_record(user, pilot)
    form = ResultForm(request.POST or None, start_from=_last(pilot))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            now = timezone.now()
            actions.record(pilot, [form.given], entered_by=EnteredBy.FORM, by=user, at=now)
            messages.success(request, _("Recorded."))
            return redirect("pilots:accuracy", pk=pilot.pk)
    context = {"pilot": pilot, "form": form}
    return form_page(request, "pilots/accuracy/record.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def upload(request: PersonRequest, pk: int) -> HttpResponse:
    """Many results from a file: all of them, or none and what to put right."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_record(user, pilot)
    sent = request.POST if request.method == "POST" else None
    form = SheetForm(sent, files=request.FILES or None, start_from=_last(pilot))
    wrong: list[sheet.RowFault] = []
    if request.method == "POST":
        if form.is_valid():
            wrong = actions.faults_of_rows(pilot, form.read, at=timezone.now())
            if wrong:
                form.add_error(
                    "rows",
                    _("Nothing was recorded: some rows cannot be taken. They are listed below."),
                )
            else:
                with refusal_shown_on(form):
                    made = actions.record(
                        pilot, form.results, entered_by=EnteredBy.FILE, by=user, at=timezone.now()
                    )
                    text = ngettext("%(n)s result recorded.", "%(n)s results recorded.", len(made))
                    messages.success(request, text % {"n": len(made)})
                    return redirect("pilots:accuracy", pk=pilot.pk)
        wrong = wrong or list(form.read.faults)
    context = {
        "pilot": pilot,
        "form": form,
        "wrong": wrong[:100],
        "more_wrong": max(0, len(wrong) - 100),
        "columns": sheet.COLUMNS,
    }
    return form_page(request, "pilots/accuracy/upload.html", context, form=form)


@require(PilotsPermission.READ)
@require_safe
def result(request: PersonRequest, pk: int) -> HttpResponse:
    """One recorded result, with what it replaced and what replaced it."""
    row = _result(request, pk)
    former, before = row.replaces, []
    while former is not None:
        before.append(ResultRow(former))
        former = former.replaces
    context = {
        "row": ResultRow(row),
        "pilot": row.pilot,
        "before": before,
        "after": SilentRunResult.objects.filter(replaces=row).first(),
        "may_correct": permissions.can_correct(request.user, row),
    }
    return render(request, "pilots/accuracy/result.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def correct(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    row = _result(request, pk)
    permissions.check_can_correct(user, row)
    form = ResultForm(request.POST or None, start_from=queries.given_of(row), corrects=True)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            reason, now = form.cleaned_data["reason"], timezone.now()
            made = actions.correct(row, form.given, reason=reason, by=user, at=now)
            messages.success(request, _("Corrected. What stood before is kept beside it."))
            return redirect(made)
    context = {"pilot": row.pilot, "form": form, "row": ResultRow(row)}
    return form_page(request, "pilots/accuracy/record.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    row = _result(request, pk)
    permissions.check_can_correct(user, row)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.take_back(row, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Taken back. It counts no more, and stays to be read."))
            return redirect("pilots:accuracy", pk=row.pilot.pk)
    context = {"pilot": row.pilot, "form": form, "row": ResultRow(row)}
    return form_page(request, "pilots/accuracy/take_back.html", context, form=form)


def _last(pilot: Pilot) -> sheet.GivenResult | None:
    """The last result that stands: the next one has its reference and threshold."""
    found = queries.standing(pilot)
    return queries.given_of(found[-1]) if found else None


def _result(request: PersonRequest, pk: int) -> SilentRunResult:
    visible = SilentRunResult.objects.visible_to(request.user).for_list()
    found: SilentRunResult = get_object_or_404(
        visible.select_related("pilot__unit", "pilot__lead", "recorded_by", "superseded_by"), pk=pk
    )
    return found
