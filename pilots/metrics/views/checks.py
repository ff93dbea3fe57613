"""What a worker asks a source for somebody at a page: under way, and what came."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from innovation.people.models import Unit
from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.keys import key_of
from innovation.workflow import presenters as background
from pilots.metrics import actions as metrics
from pilots.metrics.actions import checks, connections
from pilots.metrics.models import CheckKind, Source, SourceCheck
from pilots.metrics.permissions import check_can_ask_source
from pilots.metrics.presenters import dry_run_of, facts_of, host_key_shown
from pilots.metrics.room import MetricsPermission


def page_of(check: SourceCheck, *, then: str) -> HttpResponse:
    """Away to the page of a check that is under way; from there it goes on by itself."""
    here = reverse("pilots:source-check", args=[check.pk])
    return redirect(f"{here}?{urlencode({'next': then})}")


def look(request: PersonRequest, source: Source, *, unit: Unit | None = None) -> SourceCheck:
    """The file at the address of a source; it may be under way still. Whoever comes back with what
    they typed gets the one that they saw, however old it is."""
    check_can_ask_source(request.user, source, unit=unit)
    mine = SourceCheck.objects.defer("content").filter(
        source=source, kind=CheckKind.FILE, asked_with=source.asked_with, done_at__isnull=False
    )
    named = mine.filter(pk__in=[key_of(request.GET.get("check"))], asked_by=request.user).first()
    if named is None and request.method == "POST":
        named = mine.filter(problem="").first()
    if named is not None and (not named.problem or request.method == "GET"):
        return named
    asked = metrics.look_at_file(source, by=request.user, at=timezone.now(), unit=unit)
    return checks.wait(asked)


@require(MetricsPermission.READ)
def source_check(request: PersonRequest, pk: int) -> HttpResponse:
    """Whoever asked sees it, and nobody else, for as long as they might ask it again."""
    user, at = request.user, timezone.now()
    mine = SourceCheck.objects.filter(asked_by=user).defer("content")
    check = get_object_or_404(mine.select_related("source__unit", "unit"), pk=pk)
    check_can_ask_source(user, check.source, unit=check.unit)
    context = {
        "check": check,
        "source": check.source,
        "seconds": int((at - check.asked_at).total_seconds()),
        "silence": background.silence(at=at),
        "next": request.GET.get("next", ""),
    }
    is_fragment = bool(getattr(request, "htmx", False))
    if check.kind == CheckKind.DRY_RUN and is_fragment:
        shown = dry_run_of(check) if check.done_at else None
        return render(request, "pilots/metrics/_dry_run.html", {**context, "dry_run": shown})
    if check.done_at is None or check.kind == CheckKind.DRY_RUN:
        template = "_check.html" if is_fragment else "check.html"
        return render(request, f"pilots/metrics/{template}", context)
    if check.kind == CheckKind.CONNECTION and not is_fragment:
        found = connections.found_by(check)
        context |= {
            "found": found,
            "facts": facts_of(check.source),
            "key": host_key_shown(check.source, found.offered if found else ""),
            "is_as_asked": check.source.asked_with == check.asked_with,
        }
        return render(request, "pilots/metrics/connection_test.html", context)
    after = _after(request, check)
    return HttpResponseClientRedirect(after) if is_fragment else redirect(after)


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
def source_host_key_confirm(request: PersonRequest, pk: int) -> HttpResponse:
    """The key that a server showed is the right one: says who asked it, and has compared it."""
    check = get_object_or_404(
        SourceCheck.objects.filter(asked_by=request.user, kind=CheckKind.CONNECTION)
        .defer("content")
        .select_related("source__unit"),
        pk=pk,
    )
    metrics.confirm_host_key(check, by=request.user, at=timezone.now())
    messages.success(request, _("It is confirmed. From now on this server is spoken to."))
    return redirect("pilots:source-detail", check.source_id)


def _after(request: PersonRequest, check: SourceCheck) -> str:
    """Where somebody came from, who is told by the address which check is theirs."""
    if check.kind == CheckKind.CONNECTION:
        return reverse("pilots:source-check", args=[check.pk])
    then = request.GET.get("next", "")
    if not (url_has_allowed_host_and_scheme(then, allowed_hosts=None) and then.startswith("/")):
        then = reverse("pilots:source-map", args=[check.source_id])
    return f"{then}{'&' if '?' in then else '?'}check={check.pk}"
