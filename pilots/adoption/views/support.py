"""Telling and helping: the plan, questions and answers, office hours, and what stops being done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from pilots.adoption import actions, permissions
from pilots.adoption.forms import (
    CancelForm,
    ChangeQuestionForm,
    LessForm,
    OfficeHourForm,
    QuestionAnswerForm,
    SupportDoneForm,
    SupportForm,
)
from pilots.adoption.models import (
    AffectedGroup,
    ChangeQuestion,
    LessOf,
    OfficeHour,
    SupportEnd,
    SupportStep,
)
from pilots.adoption.views.groups import group_seen_by
from pilots.adoption.views.steps import step
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def support_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Plan what a group is told or helped with."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    form = SupportForm(request.POST or None, user=user, pilot=pilot)
    return step(
        request,
        form,
        lambda: actions.plan_support(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Planned. Whoever sees to it has been told."),
        back=_plan(pilot),
        kicker=pilot.title,
        title=_("Tell or help them"),
        sentence=_("What, to whom, how, by when and by whom."),
        submit=_("Plan it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def support_done(request: PersonRequest, pk: int) -> HttpResponse:
    """It was done."""
    user = request.user
    found = _support(user, pk)
    permissions.check_can_end_support(user, found)
    form = SupportDoneForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.end_support(
            found, end=SupportEnd.DONE, by=user, at=timezone.now(), **form.cleaned_data
        ),
        said=_("Done."),
        back=_plan(found.pilot),
        kicker=found.what,
        title=_("It was done"),
        sentence=_("A line is enough, or none."),
        submit=_("It was done"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def support_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """It is not done."""
    user = request.user
    found = _support(user, pk)
    permissions.check_can_end_support(user, found)
    form = CancelForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.end_support(
            found,
            end=SupportEnd.DROPPED,
            note=form.cleaned_data["reason"],
            by=user,
            at=timezone.now(),
        ),
        said=_("Dropped. It stays in the plan, with the reason."),
        back=_plan(found.pilot),
        kicker=found.what,
        title=_("Drop it"),
        sentence=_("It is not done. This cannot be undone."),
        submit=_("Drop it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask about the change."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_ask(user, pilot)
    form = ChangeQuestionForm(request.POST or None, pilot=pilot)
    return step(
        request,
        form,
        lambda: actions.ask_question(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Asked. Who leads the pilot has been told."),
        back=_plan(pilot),
        kicker=pilot.title,
        title=_("Ask about the change"),
        sentence=_("The team answers here, for all to read. Your name stands with the question."),
        submit=_("Ask it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The team answers."""
    user = request.user
    visible = ChangeQuestion.objects.visible_to(user).for_list()
    question: ChangeQuestion = get_object_or_404(visible, pk=pk)
    permissions.check_can_plan_change(user, question.pilot)
    form = QuestionAnswerForm(request.POST or None, initial={"answer": question.answer})
    return step(
        request,
        form,
        lambda: actions.answer_question(question, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Answered. Who asked has been told."),
        back=_plan(question.pilot),
        kicker=question.pilot.title,
        title=_("Answer"),
        sentence=question.text,
        submit=_("Answer it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def hour_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Say when somebody sits and listens."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    form = OfficeHourForm(request.POST or None, user=user, pilot=pilot)
    return step(
        request,
        form,
        lambda: actions.plan_office_hour(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Planned."),
        back=_plan(pilot),
        kicker=pilot.title,
        title=_("Plan an office hour"),
        sentence=_("Somebody of the team sits there and listens; anybody may come."),
        submit=_("Plan it"),
    )


@require(PilotsPermission.READ)
@require_POST
def hour_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Nobody sits there on that day."""
    user = request.user
    visible = Pilot.objects.visible_to(user).values("pk")
    hours = OfficeHour.objects.filter(pilot__in=visible).select_related(
        "pilot__unit", "pilot__lead"
    )
    hour = get_object_or_404(hours, pk=pk)
    actions.cancel_office_hour(hour, by=user, at=timezone.now())
    messages.success(request, _("Cancelled."))
    return redirect(_plan(hour.pilot))


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def less_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what a group stops doing."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_plan_change(user, group.pilot)
    begun = {"from_on": dates.today()}
    form = LessForm(request.POST or None, user=user, pilot=group.pilot, initial=begun)
    return step(
        request,
        form,
        lambda: actions.say_less(group, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept. Who decided it has been told."),
        back=group.get_absolute_url(),
        kicker=group.name,
        title=_("What stops being done"),
        sentence=_("Something new has room where something else ends."),
        submit=_("Keep it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def less_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """It is done again, or never stopped."""
    user = request.user
    visible = AffectedGroup.objects.visible_to(user).values("pk")
    found = LessOf.objects.filter(group__in=visible).select_related("group__pilot__lead")
    less = get_object_or_404(found, pk=pk)
    permissions.check_can_plan_change(user, less.group.pilot)
    form = CancelForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.take_less_back(less, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Taken back."),
        back=less.group.get_absolute_url(),
        kicker=less.what,
        title=_("It does not stop"),
        sentence=_("It is done again, or it never stopped. Say which."),
        submit=_("Take it back"),
    )


def _support(user: User, pk: int) -> SupportStep:
    found: SupportStep = get_object_or_404(SupportStep.objects.visible_to(user).for_list(), pk=pk)
    return found


def _plan(pilot: Pilot) -> str:
    return reverse("pilots:adoption", args=[pilot.pk])
