"""What reviewers see and do: their list, one review, and the steps of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.assurance import actions, permissions, queries
from pilots.assurance.forms import (
    AskOpinionForm,
    ConcludeForm,
    ConditionForm,
    ConditionReportForm,
    ConflictForm,
    HandOverForm,
    JudgeForm,
    MetForm,
    OpinionForm,
)
from pilots.assurance.models import Assessment, AssessmentCondition, SecondOpinion
from pilots.assurance.presenters import ReviewLine
from pilots.assurance.queries import Turn
from pilots.assurance.room import AssurancePermission
from pilots.assurance.wording import said_of
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(AssurancePermission.READ)
@require_safe
def assessment_list(request: PersonRequest) -> HttpResponse:
    """What waits for whom and how long, one's own first, and what each reviewer has taken."""
    user = request.user
    found = Assessment.objects.visible_to(user)
    states = queries.open_states(found, today=dates.today())
    lines = [ReviewLine(state, permissions.can_judge(user, state.assessment)) for state in states]
    at_turn = [one for one in lines if one.state.turn is Turn.REVIEWER]
    context = {
        "mine": [one for one in at_turn if one.mine],
        "others": [one for one in at_turn if not one.mine],
        "with_team": [one for one in lines if one.state.turn is Turn.TEAM],
        "loads": queries.workloads(states),
        "areas": queries.by_area(found, states, today=dates.today()),
        "opinions": queries.opinions_asked_of(user),
    }
    return render(request, "pilots/assurance/list.html", context)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def assessment(request: PersonRequest, pk: int) -> HttpResponse:
    """One review: each question with its evidence, and what is said of it."""
    user = request.user
    found = _assessment(user, pk)
    permissions.check_can_read_evidence(user, found.pilot)
    state = queries.state_of(found, today=dates.today())
    may_judge = permissions.can_judge(user, found)
    waiting = [one.answer for one in state.questions if one.waits_for_reviewer and one.answer]
    form = JudgeForm(request.POST or None, answers=waiting if may_judge else [])
    if request.method == "POST":
        permissions.check_can_judge(user, found)
        if form.is_valid():
            with refusal_shown_on(form):
                actions.judge(found, form.verdicts, by=user, at=timezone.now())
                messages.success(request, _("Kept. The team is told of what came back."))
                return redirect(found)
    rows = [
        (one, form.of(one.answer) if one.answer in form.answers and one.answer else None)
        for one in state.questions
    ]
    reviewer = found.reviewer
    context = {
        "assessment": found,
        "pilot": found.pilot,
        "product": queries.product_of(found.pilot),
        "state": state,
        "said": said_of(state),
        "rows": rows,
        "form": form,
        "may_judge": may_judge,
        "may_review": permissions.can_review(user, found),
        "may_declare": permissions.can_declare(user, found.pilot),
        "may_conclude": may_judge
        and found.reviewed_at is None
        and state.accepted == len(state.questions),
        "may_ask": permissions.can_ask_opinion(user, found),
        "opinions": [
            (one, permissions.can_answer_opinion(user, one))
            for one in found.opinions.select_related("asked_of", "asked_by", "answered_by")
        ],
        "conflicts": found.pilot.declared_conflicts.select_related("person"),
        "stand_ins": queries.away([reviewer.pk]).get(reviewer.pk, []) if reviewer else [],
        "history": audit_presenters.history(found),
    }
    return form_page(request, "pilots/assurance/assessment.html", context, form=form)


@require(AssurancePermission.READ)
@require_POST
def take(request: PersonRequest, pk: int) -> HttpResponse:
    found = _assessment(request.user, pk)
    actions.take(found, by=request.user, at=timezone.now())
    messages.success(request, _("It is yours now; the others see it."))
    return redirect(found)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def hand_over(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = _assessment(user, pk)
    permissions.check_can_review(user, found)
    people = [one.pk for one in queries.reviewers(found) if one.pk != found.reviewer_id]
    form = HandOverForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.hand_over(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Handed over; they are told."))
            return redirect(found)
    context = {"assessment": found, "form": form, "nobody": not people}
    return form_page(request, "pilots/assurance/hand_over.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def conclude(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = _assessment(user, pk)
    permissions.check_can_judge(user, found)
    form = ConcludeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.conclude(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The review is done; the team is told."))
            return redirect(found)
    state = queries.state_of(found, today=dates.today())
    context = {"assessment": found, "form": form, "state": state}
    return form_page(request, "pilots/assurance/conclude.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def set_condition(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = _assessment(user, pk)
    permissions.check_can_judge(user, found)
    team = [found.pilot.lead_id, *(one.person_id for one in found.pilot.team.all())]
    form = ConditionForm(request.POST or None, people=team, initial={"owner": found.pilot.lead_id})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.set_condition(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Set; its owner and the lead are told."))
            return redirect(found)
    context = {"assessment": found, "form": form}
    return form_page(request, "pilots/assurance/condition.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def meet_condition(request: PersonRequest, pk: int) -> HttpResponse:
    """See a condition met, or say what is missing where the team said that it is done."""
    user = request.user
    condition = _condition(user, pk)
    permissions.check_can_meet(user, condition)
    form = MetForm(request.POST or None)
    report = condition.reports.filter(answered_at=None).select_related("by").first()
    if request.method == "POST" and form.is_valid():
        note, now = form.cleaned_data["note"], timezone.now()
        with refusal_shown_on(form):
            if "missing" in request.POST:
                actions.return_condition(condition, missing=note, by=user, at=now)
                messages.success(request, _("Sent back; the team is told what is missing."))
            else:
                actions.meet_condition(condition, note=note, by=user, at=now)
                messages.success(request, _("Kept."))
            return redirect(condition.assessment)
    context = {
        "condition": condition,
        "assessment": condition.assessment,
        "form": form,
        "report": report,
    }
    return form_page(request, "pilots/assurance/met.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def report_condition(request: PersonRequest, pk: int) -> HttpResponse:
    """Its owner or the team says that a condition is done."""
    user = request.user
    condition = _condition(user, pk)
    permissions.check_can_report(user, condition)
    form = ConditionReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.report_condition(condition, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Said. A reviewer looks, and closes it or says more."))
            return redirect("pilots:assurance", pk=condition.assessment.pilot_id)
    context = {
        "condition": condition,
        "pilot": condition.assessment.pilot,
        "form": form,
        "reports": condition.reports.select_related("by", "answered_by"),
    }
    return form_page(request, "pilots/assurance/report.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def ask_opinion(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = _assessment(user, pk)
    permissions.check_can_ask_opinion(user, found)
    people = [one.pk for one in queries.reviewers(found) if one.pk not in user.interests]
    form = AskOpinionForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.ask_opinion(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Asked; it is on their home. You can go on meanwhile."))
            return redirect(found)
    context = {"assessment": found, "form": form, "nobody": not people}
    return form_page(request, "pilots/assurance/ask_opinion.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def second_opinion(request: PersonRequest, pk: int) -> HttpResponse:
    """What a colleague asks about their review, and the answer."""
    user = request.user
    opinion = _opinion(user, pk)
    permissions.check_can_answer_opinion(user, opinion)
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.answer_opinion(opinion, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept; whoever asked is told."))
            return redirect(opinion.assessment)
    context = {"opinion": opinion, "assessment": opinion.assessment, "form": form}
    return form_page(request, "pilots/assurance/opinion.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def declare_conflict(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot: Pilot = visible_pilot(user, pk)
    permissions.check_can_declare(user, pilot)
    form = ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.declare_conflict(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Declared. Others review this pilot and decide on it."))
            return redirect("pilots:assurance", pk=pilot.pk)
    return form_page(
        request, "pilots/assurance/conflict.html", {"pilot": pilot, "form": form}, form=form
    )


def _assessment(user: User, pk: int) -> Assessment:
    found: Assessment = get_object_or_404(queries.assessments_seen_by(user), pk=pk)
    return found


def _condition(user: User, pk: int) -> AssessmentCondition:
    found: AssessmentCondition = get_object_or_404(queries.conditions_seen_by(user), pk=pk)
    return found


def _opinion(user: User, pk: int) -> SecondOpinion:
    found: SecondOpinion = get_object_or_404(queries.opinions_seen_by(user), pk=pk)
    return found
