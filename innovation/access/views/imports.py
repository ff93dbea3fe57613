"""Importing people: the file, what it would do, what it did, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovation.access import actions as access
from innovation.access import presenters, queries
from innovation.access.forms import ColumnsForm, PeopleFileForm
from innovation.access.models import ImportRow, PeopleImport, RowOutcome
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.web import paging
from innovation.web.csv_file import csv_file
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on

IMPORT = "import"
SHOWN = 200


@require(PeoplePermission.MANAGE)
def people_imports(request: PersonRequest) -> HttpResponse:
    """The imports so far, and a new file."""
    user = request.user
    form = PeopleFileForm(request.POST or None, files=request.FILES or None, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            file = form.cleaned_data["file"]
            found = access.upload_people(
                by=user,
                at=timezone.now(),
                unit=form.cleaned_data["unit"],
                file_name=file.name,
                content=file.read(),
            )
            return redirect("innovation:people-import", found.pk)
    imports = PeopleImport.objects.visible_to(user).defer("lines")
    return form_page(
        request,
        "innovation/access/imports.html",
        {
            "form": form,
            "page": paging.page_of(request, imports.select_related("unit", "uploaded_by")),
            "tabs": people_tabs(user, here=request.path),
        },
        form=form,
    )


def _import(request: PersonRequest, pk: int) -> PeopleImport:
    seen = PeopleImport.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("unit", "started_by", "undo_by"), pk=pk)


@require(PeoplePermission.MANAGE)
def people_import(request: PersonRequest, pk: int) -> HttpResponse:
    """A draft with its preview; later what became of each row."""
    found = _import(request, pk)
    return _draft(request, found) if found.is_draft else _report(request, found)


def _draft(request: PersonRequest, found: PeopleImport) -> HttpResponse:
    user, at = request.user, timezone.now()
    form = ColumnsForm(
        request.POST or None,
        columns=found.columns,
        initial={**found.mapping, "mails_newcomers": found.mails_newcomers},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            access.map_columns(
                found,
                by=user,
                mapping=form.mapping,
                mails_newcomers=form.cleaned_data["mails_newcomers"],
            )
            if request.POST.get("step") == IMPORT:
                access.start_import(found, by=user, at=at)
            return redirect("innovation:people-import", found.pk)
    rows = (
        queries.planned(found, by=user, today=dates.day_of(at)) if "email" in found.mapping else []
    )
    counts = presenters.counted(row.intent.outcome for row in rows)
    return form_page(
        request,
        "innovation/access/import_draft.html",
        {
            "import": found,
            "form": form,
            "rows": presenters.refused_first(rows)[:SHOWN],
            "row_count": len(found.lines),
            "counts": counts,
            "doing": counts[RowOutcome.CREATED] + counts[RowOutcome.CHANGED],
        },
        form=form,
    )


def _report(request: PersonRequest, found: PeopleImport) -> HttpResponse:
    rows = ImportRow.objects.filter(people_import=found)
    counts = queries.counts(found)
    outcome = request.GET.get("outcome", "")
    shown = rows.filter(outcome=outcome) if outcome in RowOutcome.values else rows
    if outcome == "kept":
        shown = rows.exclude(kept="")
    kept = rows.exclude(kept="").count()
    taken_back = rows.filter(undone_at__isnull=False).count()
    done = sum(counts.values()) - counts[RowOutcome.WAITS]
    of = sum(counts.values())
    if found.undo_at is not None:
        done, of = kept + taken_back, counts[RowOutcome.CREATED] + counts[RowOutcome.CHANGED]
    return render(
        request,
        "innovation/access/import_report.html",
        {
            "import": found,
            "counts": counts,
            "kept": kept,
            "taken_back": taken_back,
            "done": done,
            "of": of,
            "choices": presenters.outcome_choices(counts, kept=kept),
            "page": paging.page_of(request, shown.select_related("person"), by=("number",)),
        },
    )


@require(PeoplePermission.MANAGE)
@require_POST
def people_import_discard(request: PersonRequest, pk: int) -> HttpResponse:
    access.discard_import(_import(request, pk), by=request.user)
    messages.success(request, _("The file is gone. Nothing was imported from it."))
    return redirect("innovation:people-imports")


@require(PeoplePermission.MANAGE)
@require_POST
def people_import_undo(request: PersonRequest, pk: int) -> HttpResponse:
    access.undo_import(_import(request, pk), by=request.user, at=timezone.now())
    return redirect("innovation:people-import", pk)


@require(PeoplePermission.MANAGE)
@require_safe
def people_import_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Every row with what becomes, or became, of it, as a CSV file."""
    user = request.user
    found = _import(request, pk)
    lines: Iterable[tuple[object, ...]]
    if found.is_draft:
        planned = queries.planned(found, by=user, today=dates.day_of(timezone.now()))
        lines = [presenters.planned_line(row) for row in planned]
    else:
        lines = map(presenters.row_line, ImportRow.objects.filter(people_import=found))
    return csv_file(f"import-{found.pk}.csv", presenters.LINE_HEAD, lines)
