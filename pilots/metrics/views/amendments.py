"""One amendment of a locked plan: what would change, the decision, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.metrics import permissions
from pilots.metrics.actions import amendments
from pilots.metrics.forms import AmendmentForm
from pilots.metrics.models import Amendment
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
@require_http_methods(["GET", "POST"])
def amendment_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What would change and why, and the decision of somebody outside the team."""
    user = request.user
    amendment = _amendment(request, pk)
    if request.method == "POST":
        permissions.check_can_decide_amendment(user, amendment)
    form = AmendmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide = amendments.approve if form.approves else amendments.decline
        with refusal_shown_on(form):
            decide(amendment, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(request, _("Decided. The team has been told."))
            return redirect(amendment)
        amendment = _amendment(request, pk)
    may_decide = permissions.can_decide_amendment(user, amendment)
    waits = amendment.status == "waiting"
    context = {
        "amendment": amendment,
        "changes": amendments.shown(amendment, seen_by=user),
        "meanwhile": amendments.changed_meanwhile(amendment, seen_by=user) if waits else [],
        "alarmed": waits and amendment.metric.alarms.filter(answered_at=None).exists(),
        "form": form if may_decide and waits else None,
        "why_not": may_decide.reason,
        "may_withdraw": waits and bool(permissions.can_withdraw_amendment(user, amendment)),
    }
    return form_page(request, "pilots/metrics/amendment.html", context, form=form)


@require(MetricsPermission.READ)
@require_POST
def amendment_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    amendment = _amendment(request, pk)
    amendments.withdraw(amendment, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back. The plan stays as it was agreed."))
    return redirect("pilots:metric-detail", amendment.metric_id)


def _amendment(request: PersonRequest, pk: int) -> Amendment:
    visible = Amendment.objects.visible_to(request.user).for_list()
    found: Amendment = get_object_or_404(visible, pk=pk)
    return found
