"""What was bound in one go, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from pilots.metrics import actions as metrics
from pilots.metrics import bindings
from pilots.metrics.models import BulkBinding, Source
from pilots.metrics.permissions import check_can_take_back
from pilots.metrics.room import MetricsPermission

NAMED = 50


@require(MetricsPermission.MANAGE_SOURCES)
@require_http_methods(["GET", "POST"])
def bulk_binding(request: PersonRequest, pk: int) -> HttpResponse:
    """What would go and what stays, by name; pressed, it is taken back."""
    user, at = request.user, timezone.now()
    binding = get_object_or_404(
        BulkBinding.objects.filter(source__in=Source.objects.visible_to(user)).select_related(
            "source__unit", "made_by"
        ),
        pk=pk,
    )
    check_can_take_back(user, binding)
    if request.method == "POST":
        back = metrics.take_back(binding, by=user, at=at)
        said = ngettext("%(n)s metric was taken back.", "%(n)s metrics were taken back.", back.gone)
        messages.success(request, said % {"n": back.gone})
        return redirect("pilots:bulk-binding", pk)
    stays = bindings.used_since(binding)
    known = binding.gone if binding.taken_back_at else binding.count - len(stays)
    return render(
        request,
        "pilots/metrics/bulk_binding.html",
        {
            "binding": binding,
            "source": binding.source,
            "going": known,
            "stays": stays[:NAMED],
            "more": len(stays) - NAMED,
            "open": binding.taken_back_at is None and at <= binding.until,
        },
    )
