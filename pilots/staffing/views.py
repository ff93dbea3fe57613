"""The team's page, and that of one request: who is asked for how much of their time, and who gives it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.permissions import can_edit_pilot, is_under_decision
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing import actions as staffing
from pilots.staffing import permissions, presenters, queries
from pilots.staffing.forms import AskForm, GiveBackForm, TimeAnswerForm
from pilots.staffing.models import Allocation, TimeAnswer, TimeRequest
from pilots.staffing.permissions import can_staff, check_can_staff

_ANSWERED = 5


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def team(request: PersonRequest, pk: int) -> HttpResponse:
    """Everybody's share of time, who is asked for theirs, and asking somebody."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    today = dates.today()
    form: AskForm | None
    if request.method == "POST":
        check_can_staff(user, pilot)
        form = AskForm(request.POST, user=user, pilot=pilot, today=today)
        if form.is_valid():
            with refusal_shown_on(form):
                made = staffing.ask(pilot, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _became(made))
                return redirect("pilots:team", pk=pilot.pk)
    may_staff = can_staff(user, pilot)
    if request.method == "GET":
        form = (
            AskForm(given=request.GET, user=user, pilot=pilot, today=today) if may_staff else None
        )
    allocations = queries.team(pilot)
    edits = bool(can_edit_pilot(user, pilot))
    context = {
        "pilot": pilot,
        "form": form,
        "may_staff": may_staff,
        "edits": edits,
        "allocations": allocations,
        "asked": [
            (one, edits or user.pk in (one.person_id, one.asked_by_id))
            for one in queries.still_asked_of(pilot)
        ],
        "said_no": queries.said_no(pilot)[:_ANSWERED] if edits else [],
        "today": today,
        "full_time": queries.full_time_at_most(allocations),
        "people": len({allocation.person_id for allocation in allocations}),
    }
    return form_page(request, "pilots/staffing/team.html", context, form=form)


def _became(made: TimeRequest) -> str:
    if made.answer:
        return _("%(person)s is on the team.") % {"person": made.person.name}
    if made.unit is not None:
        return _("That is more than you give by yourself: %(unit)s is asked, and told.") % {
            "unit": made.unit.name
        }
    return _("%(person)s is asked, and on the team once they say yes.") % {
        "person": made.person.name
    }


@require(PilotsPermission.READ)
@require_POST
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    allocation = get_object_or_404(
        Allocation.objects.visible_to(user).select_related("pilot__lead", "person", "member"), pk=pk
    )
    staffing.remove(allocation, by=user, at=timezone.now())
    messages.success(
        request, _("%(person)s has this time back.") % {"person": allocation.person.name}
    )
    return redirect("pilots:team", pk=allocation.pilot_id)


@require()
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked of whom, the pilot in few words, and the answer."""
    return _page(request, _visible(request, pk))


@require()
@require_POST
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own yes or no."""
    user, asked = request.user, _visible(request, pk)
    permissions.check_can_answer_for_oneself(user, asked)
    form = TimeAnswerForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            if form.cleaned_data["answer"] == "yes":
                staffing.agree(asked, by=user, at=timezone.now())
                messages.success(request, _agreed(asked))
            else:
                words = form.cleaned_data["words"]
                staffing.decline(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("You do not give it. Who asked has been told."))
            return redirect(asked)
    return _page(request, _visible(request, pk), no=form)


def _agreed(asked: TimeRequest) -> str:
    if asked.unit is None:
        return _("You are on the team. Who asked has been told.")
    return _("Thank you. %(unit)s is asked, too; you are on the team once it agrees.") % {
        "unit": asked.unit.name
    }


@require()
@require_POST
def unit_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The yes or no of whoever leads the unit."""
    user, asked = request.user, _visible(request, pk)
    permissions.check_can_answer_for_unit(user, asked)
    form = TimeAnswerForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["words"]
        with refusal_shown_on(form):
            if form.cleaned_data["answer"] == "yes":
                staffing.agree_for_unit(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("They are on the team. Everybody has been told."))
            else:
                staffing.refuse_for_unit(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("They stay with you. Everybody has been told."))
            return redirect(asked)
    return _page(request, _visible(request, pk), unit=form)


@require()
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    asked = _visible(request, pk)
    staffing.withdraw(asked, by=request.user, at=timezone.now())
    messages.success(
        request, _("%(person)s is not asked any more.") % {"person": asked.person.name}
    )
    return redirect(asked)


@require()
@require_POST
def give_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Taking one's own yes back, from a day on."""
    asked = _visible(request, pk)
    allocation = _allocation(asked)
    permissions.check_can_give_back(request.user, allocation)
    form = GiveBackForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            staffing.give_back(
                allocation, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            )
            messages.success(request, _("It is your own time again. Who leads has been told."))
            return redirect(asked)
    return _page(request, asked, back=form)


def _page(
    request: PersonRequest,
    asked: TimeRequest,
    *,
    no: TimeAnswerForm | None = None,
    unit: TimeAnswerForm | None = None,
    back: GiveBackForm | None = None,
) -> HttpResponse:
    user, today = request.user, dates.today()
    waits = not asked.answer and asked.pilot.status not in ENDED
    mine = waits and bool(permissions.can_answer_for_oneself(user, asked))
    theirs = waits and asked.waits_for_unit and bool(permissions.can_answer_for_unit(user, asked))
    standing = asked.allocations.filter(ends_on__gte=today).select_related("pilot").first()
    context = {
        "asked": asked,
        "answer_kind": "better" if asked.answer == TimeAnswer.AGREED else "turn",
        "share": presenters.share_in_words(asked),
        "is_me": user.pk == asked.person_id,
        "way_back": reverse("pilots:team", args=[asked.pilot_id])
        if can_edit_pilot(user, asked.pilot)
        else reverse("innovation:waiting"),
        "no": (no or TimeAnswerForm()) if mine else None,
        "decided_on": is_under_decision(asked.pilot),
        "is_over": asked.pilot.status in ENDED,
        "barred": mine and presenters.is_barred_by_yes(user, asked),
        "unit_asked_next": mine and not asked.said_yes_at and queries.unit_to_ask(asked),
        "unit": (unit or TimeAnswerForm()) if theirs else None,
        "standing": standing,
        "back": (
            (back or GiveBackForm(initial={"on": today}))
            if standing and permissions.can_give_back(user, standing)
            else None
        ),
        "may_withdraw": waits and bool(permissions.can_withdraw(user, asked)),
        "sees_pilot": user.may(PilotsPermission.READ, asked.pilot.unit_id),
    }
    return form_page(request, "pilots/staffing/time_request.html", context, form=no or unit or back)


def _allocation(asked: TimeRequest) -> Allocation:
    found: Allocation = get_object_or_404(
        asked.allocations.select_related("pilot__lead", "person", "member")
    )
    return found


def _visible(request: PersonRequest, pk: int) -> TimeRequest:
    visible = TimeRequest.objects.visible_to(request.user).for_list()
    found: TimeRequest = get_object_or_404(visible, pk=pk)
    return found
