"""Pages on which a pilot names its key results and a key result its metric."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from okrs.alignment import actions, presenters
from okrs.alignment.forms import ContributionForm, MeasureForm
from okrs.alignment.models import Contribution, Measure
from okrs.alignment.permissions import check_can_contribute, check_can_measure
from okrs.goals.models import KeyResult, Objective
from okrs.goals.room import GoalsPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus


@require(PilotsPermission.READ)
def contribute(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = get_object_or_404(Pilot.objects.visible_to(user), pk=pk)
    check_can_contribute(user, pilot)
    form = ContributionForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.contribute(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Linked to “%s”.") % form.cleaned_data["key_result"])
            return redirect("okrs:pilot-contribute", pk)
    contributions = (
        Contribution.objects.with_state_then()
        .filter(pilot=pilot, key_result__objective__in=Objective.objects.visible_to(user))
        .select_related("key_result__objective", "by")
    )
    return form_page(
        request,
        "okrs/alignment/contribute.html",
        {
            "pilot": pilot,
            "form": form,
            "contributions": presenters.claims(contributions),
            "locked": pilot.status != PilotStatus.SHAPING,
        },
        form=form,
    )


@require(PilotsPermission.READ)
@require_POST
def withdraw(request: PersonRequest, pk: int, contribution: int) -> HttpResponse:
    user = request.user
    pilot = get_object_or_404(Pilot.objects.visible_to(user), pk=pk)
    found = get_object_or_404(Contribution.objects.filter(pilot=pilot), pk=contribution)
    actions.withdraw(found, by=user, at=timezone.now())
    messages.success(request, _("“%s” is not linked any more.") % found.key_result)
    return redirect("okrs:pilot-contribute", pk)


@require(GoalsPermission.MANAGE)
def measure(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    visible = KeyResult.objects.filter(objective__in=Objective.objects.visible_to(user))
    key_result = get_object_or_404(visible.select_related("objective__unit"), pk=pk)
    check_can_measure(user, key_result)
    current = Measure.objects.filter(key_result=key_result).first()
    form = MeasureForm(
        request.POST or None,
        by=user,
        initial={"metric": current.metric_id if current else None},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.measure(key_result, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The key result now takes its value from this metric."))
            return redirect("okrs:objective-detail", key_result.objective_id)
    return form_page(
        request, "okrs/alignment/measure.html", {"form": form, "key_result": key_result}, form=form
    )
