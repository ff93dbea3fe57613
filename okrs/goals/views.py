"""Pages to set objectives and key results; what they stand at is shown by `progress`."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from okrs.goals import actions
from okrs.goals.forms import CycleForm, KeyResultForm, ObjectiveForm
from okrs.goals.models import Cycle, KeyResult, Objective
from okrs.goals.permissions import check_can_manage_goals
from okrs.goals.room import GoalsPermission


@require(GoalsPermission.MANAGE)
def create_cycle(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = CycleForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            cycle = actions.create_cycle(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%s is open for objectives.") % cycle)
            return redirect("okrs:objective-list")
    return form_page(request, "okrs/goals/cycle_form.html", {"form": form}, form=form)


@require(GoalsPermission.MANAGE)
def create_objective(request: PersonRequest) -> HttpResponse:
    user = request.user
    latest = Cycle.objects.current_for(user, dates.today())
    form = ObjectiveForm(
        request.POST or None,
        by=user,
        initial={"cycle": latest, "sponsor": user, "unit": user.unit},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            objective = actions.create_objective(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Now add what would show that it is reached."))
            return redirect("okrs:objective-detail", objective.pk)
    return form_page(request, "okrs/goals/objective_form.html", {"form": form}, form=form)


@require(GoalsPermission.MANAGE)
def edit_objective(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    objective = get_object_or_404(Objective.objects.visible_to(user), pk=pk)
    check_can_manage_goals(user, objective.unit)
    form = ObjectiveForm(request.POST or None, instance=objective, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.edit_objective(
                Objective.objects.visible_to(user).get(pk=pk),
                by=user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Saved."))
            return redirect("okrs:objective-detail", pk)
    return form_page(
        request, "okrs/goals/objective_form.html", {"form": form, "objective": objective}, form=form
    )


@require(GoalsPermission.MANAGE)
def create_key_result(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    objective = get_object_or_404(Objective.objects.visible_to(user), pk=pk)
    check_can_manage_goals(user, objective.unit)
    form = KeyResultForm(request.POST or None)
    form.instance.objective = objective
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.add_key_result(objective, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Added. Name the metric that measures it."))
            return redirect("okrs:objective-detail", pk)
    return form_page(
        request,
        "okrs/goals/key_result_form.html",
        {"form": form, "objective": objective},
        form=form,
    )


@require(GoalsPermission.MANAGE)
def edit_key_result(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    visible = KeyResult.objects.filter(objective__in=Objective.objects.visible_to(user))
    key_result = get_object_or_404(visible.select_related("objective__unit"), pk=pk)
    check_can_manage_goals(user, key_result.objective.unit)
    form = KeyResultForm(request.POST or None, instance=key_result)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.edit_key_result(
                visible.get(pk=pk),
                by=user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Saved. The log keeps what it said before."))
            return redirect("okrs:objective-detail", key_result.objective_id)
    return form_page(
        request,
        "okrs/goals/key_result_form.html",
        {"form": form, "objective": key_result.objective, "key_result": key_result},
        form=form,
    )
