"""The ready definitions, and where each is used."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from pilots.metrics import library
from pilots.metrics.models import Metric
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
@require_safe
def measure_list(request: PersonRequest) -> HttpResponse:
    """All of them, each with how many metrics that the reader may see use it."""
    seen = Metric.objects.visible_to(request.user).exclude(measure="")
    used = dict(seen.order_by().values_list("measure").annotate(Count("pk")))
    groups = [
        (label, [(one, used.get(one.key, 0)) for one in some])
        for label, some in library.in_dimensions()
    ]
    return render(request, "pilots/metrics/measures.html", {"groups": groups})
