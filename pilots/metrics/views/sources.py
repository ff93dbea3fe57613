"""Sources: connect one, look at it, change it, give it a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.workflow import presenters as background
from pilots.connectors import kinds
from pilots.connectors.errors import BadConfig
from pilots.metrics import actions as metrics
from pilots.metrics import bindings, collect, permissions, queries, stored_files
from pilots.metrics.actions import checks
from pilots.metrics.forms import FileForm, SourceForm
from pilots.metrics.models import Metric, Source
from pilots.metrics.presenters import facts_of
from pilots.metrics.room import MetricsPermission


def _source(request: PersonRequest, pk: int) -> Source:
    return get_object_or_404(
        Source.objects.visible_to(request.user).select_related("unit", "created_by"), pk=pk
    )


def _signing(request: PersonRequest, source: Source) -> dict[str, object] | None:
    """For whoever keeps the source: where its public keys stand, and which they are."""
    if source.config.get("auth") != "smart" or not permissions.can_edit_source(
        request.user, source
    ):
        return None
    try:
        keys = collect.signing_keys(source)
    except BadConfig:
        return None
    address = request.build_absolute_uri(reverse("pilots:source-keys", args=[source.pk]))
    return {
        "address": address,
        "keys": keys,
        "has_next": any(key.state == "next_signing_key" for key in keys),
    }


def _ssh_keys(request: PersonRequest, source: Source) -> list[tuple[str, str]]:
    """For whoever keeps the source: what is registered at an SFTP server."""
    if not permissions.can_edit_source(request.user, source):
        return []
    try:
        return collect.ssh_keys(source)
    except BadConfig:
        return []


def _next(request: PersonRequest, fallback: str) -> str:
    """Where somebody came from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if safe else fallback


@require(MetricsPermission.READ)
def source_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    found = queries.sources_listed(
        user, text=request.GET.get("q", "").strip(), failing=request.GET.get("show") == "failing"
    )
    return render(
        request,
        "pilots/metrics/sources.html",
        {
            "page": paging.page_of(request, found, by=("name",)),
            "count": paging.count_up_to(found),
            "choices": [("", _("All")), ("failing", _("In trouble"))],
            "can_create": permissions.can_manage_sources(user),
            "silence": background.silence(at=timezone.now()),
        },
    )


@require(MetricsPermission.READ)
def source_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source, at = _source(request, pk), timezone.now()
    mine = Metric.objects.visible_to(user).for_list().filter(source=source)
    shown = list(mine.order_by("name", "pk")[:25])
    fresh = queries.freshness_of(shown, at)
    return render(
        request,
        "pilots/metrics/source.html",
        {
            "source": source,
            "kind": source.connector,
            "facts": facts_of(source),
            "health": queries.health(source, at),
            "pause": queries.pause_of(source),
            "host": source.connector.host(source.config),
            "signing": _signing(request, source),
            "ssh_keys": _ssh_keys(request, source),
            "at": at,
            "metrics": [(metric, fresh[metric.pk]) for metric in shown],
            "plan_url": f"{reverse('pilots:unit-metric-create')}?source={source.pk}",
            "metric_count": paging.count_up_to(mine),
            "pulls": queries.recent_pulls(user, source=source),
            "files": source.files.defer("content").select_related("uploaded_by")[:5],
            "bindings": bindings.to_take_back(source, user, at),
            "can_edit": permissions.can_edit_source(user, source),
            # What pulls wrote stands in their own list, and would push out who changed the source.
            "history": audit_presenters.history(
                source, limit=20, seen_by=user, without=["source.numbers_kept"]
            ),
        },
    )


@require(MetricsPermission.MANAGE_SOURCES)
def source_create(request: PersonRequest) -> HttpResponse:
    user = request.user
    kind = request.GET.get("kind", "")
    if kind not in kinds.KINDS:
        return render(
            request,
            "pilots/metrics/source_kinds.html",
            {"kinds": kinds.KINDS.values(), "next": _next(request, "")},
        )
    form = SourceForm(request.POST or None, kind=kind, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            source = metrics.create_source(by=user, at=timezone.now(), kind=kind, **form.facts)
            if form.kind.uploaded:
                return redirect("pilots:source-upload", source.pk)
            messages.success(request, _("%(name)s is connected.") % {"name": source.name})
            return redirect(_next(request, reverse("pilots:source-detail", args=[source.pk])))
    return form_page(
        request,
        "pilots/metrics/source_form.html",
        {"form": form, "kind": form.kind, "next": _next(request, "")},
        form=form,
    )


@require(MetricsPermission.MANAGE_SOURCES)
def source_edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source = _source(request, pk)
    permissions.check_can_edit_source(user, source)
    form = SourceForm(
        request.POST or None,
        kind=source.kind,
        by=user,
        source=source,
        locked=queries.feeds_locked_plans(source),
    )
    if request.method == "POST" and form.is_valid():
        facts = form.facts
        if facts.get("reason") or not metrics.takes_reason_to_edit(source, facts["config"]):
            with refusal_shown_on(form):
                metrics.edit_source(source, by=user, at=timezone.now(), **facts)
                messages.success(request, _("Saved."))
                return redirect("pilots:source-detail", source.pk)
        else:
            form.add_error("reason", _("Say why: plans that were locked are measured from it."))
    return form_page(
        request,
        "pilots/metrics/source_form.html",
        {"form": form, "kind": form.kind, "source": source},
        form=form,
    )


@require(MetricsPermission.MANAGE_SOURCES)
def source_upload(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source = _source(request, pk)
    permissions.check_can_edit_source(user, source)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            file = form.cleaned_data["file"]
            _kept, is_new = metrics.upload_file(
                source, name=file.name, content=stored_files.given(file), by=user, at=timezone.now()
            )
            if not is_new:
                messages.info(request, _("This file was here already; nothing was changed."))
            return redirect("pilots:source-map", source.pk)
    return form_page(
        request,
        "pilots/metrics/source_upload.html",
        {
            "form": form,
            "source": source,
            "file": source.files.defer("content").first(),
            "metric_count": source.metrics.count(),
            "api_url": request.build_absolute_uri(
                reverse("pilots:api-source-file", args=[source.pk])
            ),
        },
        form=form,
    )


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
def source_test_connection(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source = _source(request, pk)
    check = checks.wait(metrics.ask_source(source, by=user, at=timezone.now()))
    return redirect("pilots:source-check", check.pk)


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
def source_ask_again(request: PersonRequest, pk: int) -> HttpResponse:
    source = _source(request, pk)
    if metrics.ask_source_again(source, by=request.user, at=timezone.now()):
        messages.success(request, _("It is asked now. If it answers, its numbers follow."))
    else:
        messages.info(request, _("It is not paused; it is asked when its metrics are due."))
    return redirect("pilots:source-detail", source.pk)


@require_safe
def source_keys(_request: HttpRequest, pk: int) -> HttpResponse:
    """The public keys of a source that signs, for the server that it asks: it fetches them without signing in."""
    source = get_object_or_404(Source.objects.filter(config__auth="smart"), pk=pk)
    try:
        keys = collect.signing_keys(source)
    except BadConfig:
        raise Http404 from None
    response = JsonResponse({"keys": [key.jwk for key in keys]})
    response["Cache-Control"] = "public, max-age=300"
    return response


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
def source_change_key(request: PersonRequest, pk: int) -> HttpResponse:
    source = _source(request, pk)
    if metrics.change_signing_key(source, by=request.user, at=timezone.now()):
        messages.success(request, _("It signs with the next key now."))
    else:
        messages.success(
            request,
            _("The next key is made and published. Let it sign once the server has fetched it."),
        )
    return redirect("pilots:source-detail", source.pk)
