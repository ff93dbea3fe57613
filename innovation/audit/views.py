"""The log: what was done, by whom, to what, in sentences; whether it is whole; and taking it away."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovation.audit import actions as audit
from innovation.audit import presenters, queries
from innovation.audit.forms import (
    CSV,
    JSON_LINES,
    CompareForm,
    ExportForm,
    LogFilter,
    VerifyForm,
)
from innovation.audit.models import Event, Reader, Verification
from innovation.audit.room import AuditPermission
from innovation.rules import numbers
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.typed_forms import Sent

_PAST = 20
# A file of some hundred megabytes, written in a minute or two (docs/operations.md).
MOST_EXPORTED = 1_000_000


@require(AuditPermission.READ)
def audit_log(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert not isinstance(user, AnonymousUser)
    form = LogFilter(request.GET, reader=user)
    found = form.narrow(Event.objects.visible_to(user).for_log(), reader=user)
    page = paging.page_of(request, found)
    names = user.units(AuditPermission.READ, closed=True).in_bulk(
        {event.unit_id for event in page if event.unit_id}
    )
    told = presenters.log_lines(page, reader=user)
    rows = [(line, names.get(event.unit_id)) for line, event in zip(told, page, strict=True)]
    context = {"form": form, "page": page, "rows": rows, "count": paging.count_up_to(found)}
    audit.note_log_read(user, at=timezone.now())
    return render(request, "innovation/audit/log.html", context)


# Whether it is whole


@require(AuditPermission.READ)
@require_safe
def audit_chain(request: HttpRequest) -> HttpResponse:
    return _chain_page(request)


def _chain_page(
    request: HttpRequest,
    *,
    verify_form: VerifyForm | None = None,
    compare_form: CompareForm | None = None,
    export_form: ExportForm | None = None,
    compared: Sequence[presenters.Compared] = (),
) -> HttpResponse:
    user = request.user
    assert not isinstance(user, AnonymousUser)
    head = queries.head()
    past = list(Verification.objects.visible_to(user)[:_PAST])
    context = {
        "head": head,
        "anchor": f"{head.number}:{head.hash}",
        "past": past,
        "latest": next((one for one in past if one.ended_at), None),
        "reads_whole": Event.objects.reads_whole(user),
        "verify_form": verify_form or VerifyForm(),
        "compare_form": compare_form or CompareForm(),
        "export_form": export_form or _export_form(user),
        "compared": compared,
        "most": MOST_EXPORTED,
    }
    sent = verify_form or compare_form or export_form
    return form_page(request, "innovation/audit/chain.html", context, form=sent)


def _export_form(user: Reader, data: Sent | None = None) -> ExportForm:
    return ExportForm(data, reader=user, prefix="export", initial={"file_format": JSON_LINES})


@require(AuditPermission.READ)
@require_POST
def audit_verify(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert not isinstance(user, AnonymousUser)
    form = VerifyForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            asked = audit.verify(
                by=user,
                at=timezone.now(),
                first=form.cleaned_data["first"] or 1,
                last=form.cleaned_data["last"],
            )
            return redirect(asked)
    return _chain_page(request, verify_form=form)


@require(AuditPermission.READ)
@require_safe
def audit_verification(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of it; while it goes on, how far it came."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    asked = get_object_or_404(Verification.objects.visible_to(user), pk=pk)
    context = {
        "asked": asked,
        "faults": [presenters.fault_in_words(*fault) for fault in asked.faults],
        "done": asked.checked - asked.first + 1,
        "all": asked.last - asked.first + 1,
    }
    fragment = bool(getattr(request, "htmx", False))
    template = "_verification.html" if fragment else "verification.html"
    return render(request, f"innovation/audit/{template}", context)


@require(AuditPermission.READ)
@require_POST
def audit_compare(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.POST)
    compared = []
    if form.is_valid():
        compared = [presenters.compared(text) for text in form.cleaned_data["anchors"]]
    return _chain_page(request, compare_form=form, compared=compared)


@require(AuditPermission.READ)
@require_safe
def audit_anchors(request: HttpRequest) -> HttpResponse:
    head, now = queries.head(), timezone.now()
    user = request.user
    assert not isinstance(user, AnonymousUser)
    sound = (
        Verification.objects.visible_to(user).filter(fault_count=0).exclude(ended_at=None)[:1000]
    )
    lines = presenters.anchor_lines(f"{head.number}:{head.hash}", sound, at=now)
    return HttpResponse(
        "".join(lines),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="anchors-{head.number}.txt"'},
    )


# Taking it away


@require(AuditPermission.READ)
@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """Some thousand events at a time, so that memory does not grow with them."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    form = _export_form(user, request.POST)
    if not form.is_valid():
        return _chain_page(request, export_form=form)
    head, now = queries.head(), timezone.now()
    found = form.narrow(Event.objects.visible_to(user), reader=user)
    events = found.filter(number__lte=head.number)
    span = events.aggregate(first=Min("number"), last=Max("number"), count=Count("pk"))
    if not span["count"] or span["count"] > MOST_EXPORTED:
        form.add_error(None, _too_few_or_many(span["count"]))
        return _chain_page(request, export_form=form)
    as_csv = form.cleaned_data["file_format"] == CSV
    audit.note_export(
        user,
        at=now,
        first=span["first"],
        last=span["last"],
        count=span["count"],
        file_format="CSV" if as_csv else "JSON Lines",
    )
    rows = queries.in_order(events)
    if as_csv:
        lines = presenters.csv_lines(rows, reader=user)
    else:
        lines = presenters.json_lines(
            rows,
            reader=user,
            first=span["first"],
            every_event=not form.narrows and Event.objects.reads_whole(user),
            end=f"{head.number}:{head.hash}",
            at=now,
        )
    kind, ending = ("text/csv", "csv") if as_csv else ("application/x-ndjson", "jsonl")
    name = f"log-{span['first']}-{span['last']}.{ending}"
    return StreamingHttpResponse(
        lines,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _too_few_or_many(count: int) -> str:
    if not count:
        return _("No event matches. Nothing was exported.")
    return _(
        "%(count)s events match; a file holds %(most)s at most. Choose fewer, by number or day."
    ) % {
        "count": numbers.number(count),
        "most": numbers.number(MOST_EXPORTED),
    }
