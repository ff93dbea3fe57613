"""Pulls: ask for one now, and see what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from pilots.metrics import actions as metrics
from pilots.metrics import permissions, queries
from pilots.metrics.models import Metric, Pull
from pilots.metrics.presenters import quarantine_file
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
@require_POST
def metric_pull(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("source", "unit", "pilot"), pk=pk
    )
    metrics.request_pull(metric, by=user, at=timezone.now())
    messages.success(request, _("Asked for. The numbers are on their way."))
    return redirect("pilots:metric-detail", metric.pk)


@require(MetricsPermission.READ)
@require_POST
def pull_take_fewer(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pull = get_object_or_404(
        Pull.objects.visible_to(user).select_related("metric__source", "metric__pilot"), pk=pk
    )
    again = metrics.take_fewer(pull, by=user, at=timezone.now())
    messages.success(request, _("It is asked for again, and taken as it is."))
    return redirect("pilots:pull-detail", again.pk)


@require(MetricsPermission.READ)
def pull_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pull = get_object_or_404(
        Pull.objects.visible_to(user).select_related(
            "metric__source", "metric__unit", "metric__pilot", "requested_by"
        ),
        pk=pk,
    )
    if request.GET.get("as") == "csv":
        return quarantine_file(pull)
    pause = queries.pause_of(pull.metric.source) if pull.finished_at is None else None
    return render(
        request,
        "pilots/metrics/pull.html",
        {
            "pull": pull,
            "metric": pull.metric,
            "stuck": pause is None and queries.is_stuck(pull, timezone.now()),
            "pause": pause,
            "rows": pull.quarantine.all()[:100],
            "revisions": queries.revisions_by(pull)[:100],
            "can_pull": permissions.can_pull(user, pull.metric),
        },
    )
