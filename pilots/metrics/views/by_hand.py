"""Type a number in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.metrics import actions as metrics
from pilots.metrics import queries
from pilots.metrics.forms import HandCountForm
from pilots.metrics.models import Metric
from pilots.metrics.permissions import check_can_count
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
def metric_count(request: PersonRequest, pk: int) -> HttpResponse:
    user, at = request.user, timezone.now()
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("source", "unit", "pilot"), pk=pk
    )
    check_can_count(user, metric)
    form = HandCountForm(
        request.POST or None, metric=metric, periods=queries.periods_to_count(metric, at)
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            count = metrics.count_by_hand(metric, by=user, at=at, **form.facts)
            messages.success(
                request,
                _("Kept for %(period)s.")
                % {"period": queries.period_name(count.period, metric.cadence)},
            )
            return redirect("pilots:metric-detail", metric.pk)
    return form_page(
        request, "pilots/metrics/count.html", {"metric": metric, "form": form}, form=form
    )
