"""Keys by which programs send numbers to a source: make one, see which are used, revoke one."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.connectors.measurement import Cadence
from pilots.metrics import actions as metrics
from pilots.metrics import queries
from pilots.metrics.forms import PushKeyForm
from pilots.metrics.models import Metric, MetricKind, PushKey, Source
from pilots.metrics.permissions import check_can_edit_source
from pilots.metrics.room import MetricsPermission

EXAMPLES = 5


@require(MetricsPermission.MANAGE_SOURCES)
@require_safe
def push_keys(request: PersonRequest, pk: int) -> HttpResponse:
    return _show(request, _kept(request, pk))


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
@never_cache
def push_key_create(request: PersonRequest, pk: int) -> HttpResponse:
    """The key's text is shown on the answer to this one request, and nowhere after."""
    _kept(request, pk)  # who may not is refused before anybody is asked for a password
    return _create(request, pk)


@reauthentication_required
def _create(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source = _kept(request, pk)
    form = PushKeyForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            key, text = metrics.make_push_key(
                source, by=user, at=timezone.now(), **form.cleaned_data
            )
            return _show(request, source, new_key=key, new_key_text=text)
    return _show(request, source, form)


def _kept(request: PersonRequest, pk: int) -> Source:
    user = request.user
    source = get_object_or_404(Source.objects.visible_to(user).select_related("unit"), pk=pk)
    check_can_edit_source(user, source)
    return source


def _example(metric: Metric) -> tuple[Metric, str, str]:
    """A metric, the path of one of its periods, and what is sent there."""
    period = {Cadence.DAY: "2026-09-07", Cadence.WEEK: "2026-W37"}.get(
        Cadence(metric.cadence), "2026-09"
    )
    body = '{"value": 16.4}'
    if metric.kind == MetricKind.PROPORTION:
        body = '{"numerator": 3, "denominator": 40}'
    elif metric.kind == MetricKind.RATE:
        body = '{"numerator": 3, "denominator": 1240}'
    elif metric.kind == MetricKind.COUNT:
        body = '{"value": 3}'
    return metric, reverse("pilots:api-metric-number", args=[metric.pk, period]), body


def _show(
    request: PersonRequest, source: Source, form: PushKeyForm | None = None, **more: object
) -> HttpResponse:
    context = {
        "source": source,
        "form": form or PushKeyForm(),
        "keys": queries.push_keys_of(source),
        "at": timezone.now(),
        "site": settings.SITE_URL,
        "rows_path": reverse("pilots:api-source-numbers", args=[source.pk]),
        "examples": [_example(one) for one in source.metrics.order_by("name", "pk")[:EXAMPLES]],
        **more,
    }
    return form_page(request, "pilots/metrics/push_keys.html", context, form=form)


@require(MetricsPermission.MANAGE_SOURCES)
@require_POST
def push_key_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    key = get_object_or_404(
        PushKey.objects.filter(source__in=Source.objects.visible_to(user)).select_related(
            "source__unit"
        ),
        pk=pk,
    )
    metrics.revoke_push_key(key, by=user, at=timezone.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("pilots:push-keys", key.source_id)
