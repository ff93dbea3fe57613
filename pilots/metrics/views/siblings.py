"""What a metric is compared with: added on a page of its own, and taken away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.forms import ReasonForm
from pilots.metrics import actions as metrics
from pilots.metrics import permissions, siblings
from pilots.metrics.forms import SiblingForm
from pilots.metrics.models import Metric, Sibling, SiblingKind
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
@require_http_methods(["GET", "POST"])
def sibling_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Look for numbers that are counted the same way (`?q=`), and tick those to compare with."""
    user = request.user
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("unit", "source", "pilot__unit"), pk=pk
    )
    permissions.check_can_compare(user, metric)
    text = request.GET.get("q", "").strip()
    alike = siblings.alike_beside(metric, user)
    found = siblings.that_fit(metric, user, text=text)[: siblings.OFFERED + 1]
    offered = list(found[: siblings.OFFERED])
    form = SiblingForm(
        request.POST or None,
        metric=metric,
        user=user,
        offered=offered,
        alike=alike,
        locked=permissions.is_plan_locked(metric),
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            added = metrics.add_siblings(metric, by=user, at=timezone.now(), **form.facts)
            waiting = metric.amendments.waiting().first()
            if not added and waiting is not None:
                messages.success(request, _("It waits for approval by somebody outside the team."))
                return redirect(waiting)
            messages.success(
                request,
                ngettext(
                    "%(n)s number more to compare with.",
                    "%(n)s numbers more to compare with.",
                    len(added),
                )
                % {"n": len(added)},
            )
            return redirect("pilots:metric-detail", metric.pk)
    context = {
        "metric": metric,
        "form": form,
        "text": text,
        "offered": offered,
        "more": len(found) > siblings.OFFERED,
        "alike": alike,
        "waits": permissions.is_judged_by(metric),
    }
    return form_page(request, "pilots/metrics/sibling_add.html", context, form=form)


@require(MetricsPermission.READ)
@require_http_methods(["GET", "POST"])
def sibling_remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Compare with it no more, once somebody has said so twice."""
    user = request.user
    sibling = get_object_or_404(
        Sibling.objects.filter(
            metric__in=Metric.objects.visible_to(user).values("pk")
        ).select_related("metric__unit", "metric__pilot__unit", "series__unit"),
        pk=pk,
    )
    metric = sibling.metric
    permissions.check_can_compare(user, metric)
    locked = permissions.is_plan_locked(metric)
    form = ReasonForm(request.POST or None, label=_("Why the locked plan changes"), required=locked)
    if not locked:
        del form.fields["reason"]
    if request.method == "POST" and (not locked or form.is_valid()):
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"] if locked else ""
            gone = metrics.remove_sibling(sibling, by=user, at=timezone.now(), reason=reason)
            waiting = metric.amendments.waiting().first()
            if not gone and waiting is not None:
                messages.success(request, _("It waits for approval by somebody outside the team."))
                return redirect(waiting)
            messages.success(request, _("It is compared with no more."))
            return redirect("pilots:metric-detail", metric.pk)
    known = siblings.names([sibling.series_id], seen_by=user)
    context = {
        "metric": metric,
        "form": form,
        "name": known[sibling.series_id],
        "waits": permissions.is_judged_by(metric) and sibling.kind == SiblingKind.SITE,
    }
    return form_page(request, "pilots/metrics/sibling_remove.html", context, form=form)
