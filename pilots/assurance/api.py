"""The reviews of a pilot for programs: where they stand, evidence, and all that reviewers do, by the same rules."""

from __future__ import annotations

from collections.abc import Iterable

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User
from innovation.people.request import person
from innovation.rules import dates
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.assurance import actions, permissions, queries
from pilots.assurance.actions import GivenEvidence, GivenVerdict
from pilots.assurance.models import AnswerVerdict, Assessment, AssessmentCondition, OpinionView
from pilots.assurance.presenters import (
    AssessmentOut,
    ReviewConditionOut,
    ReviewQueueOut,
    ReviewsOut,
    ReviewsPage,
    SecondOpinionOut,
)
from pilots.assurance.room import AssurancePermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

GIVES = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
REVIEWS = Holds(AssurancePermission.READ, writes=Scope.PILOTS)


class ShortFormLineIn(NamesNoPatientSerializer):
    key = serializers.CharField(max_length=40)
    holds = serializers.BooleanField()
    note = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class ShortFormIn(NamesNoPatientSerializer):
    lines = ShortFormLineIn(many=True, help_text="Every line of the short form, each once.")


class EvidenceIn(NamesNoPatientSerializer):
    topic = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=6000, required=False, allow_blank=True, default="")
    link = serializers.URLField(max_length=600, required=False, allow_blank=True, default="")
    site = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    of_product = serializers.BooleanField(required=False, default=False)


class ReviewsDetail(APIView):
    """What is reviewed before a pilot goes live, and whose turn each review is."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=ReviewsOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_said(visible_pilot(person(request), pk)))


@extend_schema(request=ShortFormIn, responses={201: ReviewsOut})
@api_view(["POST"])
@permission_classes([GIVES])
def attest(request: Request, pk: int) -> Response:
    """Say of each line of the short form whether it holds; what does not is reviewed."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_attest(user, pilot)
    lines = body(ShortFormIn, request)["lines"]
    holds = {one["key"]: (one["holds"], one["note"]) for one in lines}
    actions.attest(pilot, queries.SHORT_FORM, holds=holds, by=user, at=timezone.now())
    return Response(_said(pilot), status=status.HTTP_201_CREATED)


@extend_schema(request=EvidenceIn, responses={201: ReviewsOut})
@api_view(["POST"])
@permission_classes([GIVES])
def give_evidence(request: Request, pk: int) -> Response:
    """Give evidence on a topic; it answers every question of it. Files are given on the page."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_give(user, pilot)
    given = GivenEvidence(**body(EvidenceIn, request))
    actions.give(pilot, given, by=user, at=timezone.now())
    return Response(_said(pilot), status=status.HTTP_201_CREATED)


class VerdictIn(NamesNoPatientSerializer):
    answer = serializers.IntegerField(help_text="The answer, as the review names it.")
    verdict = serializers.ChoiceField(AnswerVerdict.choices)
    remark = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class VerdictsIn(NamesNoPatientSerializer):
    verdicts = VerdictIn(many=True, allow_empty=False)


class ConclusionIn(NamesNoPatientSerializer):
    conclusion = serializers.CharField(max_length=2000)


class ConflictIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class HandOverIn(NamesNoPatientSerializer):
    to = serializers.IntegerField(help_text="The person who takes it.")
    reason = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class ReviewConditionIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=1000)
    owner = serializers.IntegerField(help_text="The person on the team who does it.")
    due_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Without one: before it starts."
    )


class MetIn(NamesNoPatientSerializer):
    note = serializers.CharField(max_length=600)


class ConditionReportIn(NamesNoPatientSerializer):
    note = serializers.CharField(max_length=1000)


class MissingIn(NamesNoPatientSerializer):
    missing = serializers.CharField(max_length=1000)


class AskOpinionIn(NamesNoPatientSerializer):
    of = serializers.IntegerField(help_text="The person who is asked.")
    question = serializers.CharField(max_length=1000)


class OpinionIn(NamesNoPatientSerializer):
    view = serializers.ChoiceField(OpinionView.choices)
    text = serializers.CharField(max_length=2000)


class ReviewQueue(APIView):
    """Every open review that you see, the one that has waited longest first, and counts by area."""

    permission_classes = [REVIEWS]

    @extend_schema(responses=ReviewQueueOut, operation_id="assessments_queue")
    def get(self, request: Request) -> Response:
        found, today = Assessment.objects.visible_to(person(request)), dates.today()
        states = queries.open_states(found, today=today)
        areas = queries.by_area(found, states, today=today)
        return Response(ReviewQueueOut({"areas": areas, "reviews": states}).data)


class AssessmentDetail(APIView):
    """One review with its questions, answers, conditions and second opinions."""

    permission_classes = [REVIEWS]

    @extend_schema(responses=AssessmentOut)
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        found = _assessment(user, pk)
        permissions.check_can_read_evidence(user, found.pilot)
        return _review(user, pk)


@extend_schema(request=None, responses=AssessmentOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def take(request: Request, pk: int) -> Response:
    """Look at it from now on; the others see who does."""
    user = person(request)
    actions.take(_assessment(user, pk), by=user, at=timezone.now())
    return _review(user, pk)


@extend_schema(request=HandOverIn, responses=AssessmentOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def hand_over(request: Request, pk: int) -> Response:
    """Give the review to another who may judge it."""
    user = person(request)
    found = _assessment(user, pk)
    permissions.check_can_review(user, found)
    given = body(HandOverIn, request)
    to = _one_of(queries.reviewers(found), given["to"], "to")
    actions.hand_over(found, to=to, reason=given["reason"], by=user, at=timezone.now())
    return _review(user, pk)


@extend_schema(request=VerdictsIn, responses=AssessmentOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def judge(request: Request, pk: int) -> Response:
    """Accept, ask back or refuse answers, by all or none of what is sent."""
    user = person(request)
    found = _assessment(user, pk)
    permissions.check_can_judge(user, found)
    verdicts = [
        GivenVerdict(one["answer"], one["verdict"], one["remark"])
        for one in body(VerdictsIn, request)["verdicts"]
    ]
    actions.judge(found, verdicts, by=user, at=timezone.now())
    return _review(user, pk)


@extend_schema(request=ConclusionIn, responses=AssessmentOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def conclude(request: Request, pk: int) -> Response:
    """Say that the review is done, once every answer is accepted."""
    user = person(request)
    found = _assessment(user, pk)
    permissions.check_can_judge(user, found)
    actions.conclude(found, by=user, at=timezone.now(), **body(ConclusionIn, request))
    return _review(user, pk)


@extend_schema(request=ReviewConditionIn, responses={201: AssessmentOut})
@api_view(["POST"])
@permission_classes([REVIEWS])
def set_condition(request: Request, pk: int) -> Response:
    """A finding that somebody on the team has to put right."""
    user = person(request)
    found = _assessment(user, pk)
    permissions.check_can_judge(user, found)
    given = body(ReviewConditionIn, request)
    team = [found.pilot.lead, *(one.person for one in found.pilot.team.select_related("person"))]
    given["owner"] = _one_of(team, given["owner"], "owner")
    actions.set_condition(found, by=user, at=timezone.now(), **given)
    return _review(user, pk, status.HTTP_201_CREATED)


@extend_schema(request=AskOpinionIn, responses={201: AssessmentOut})
@api_view(["POST"])
@permission_classes([REVIEWS])
def ask_opinion(request: Request, pk: int) -> Response:
    """Ask another who could judge it how they see it."""
    user = person(request)
    found = _assessment(user, pk)
    permissions.check_can_ask_opinion(user, found)
    given = body(AskOpinionIn, request)
    of = _one_of(queries.reviewers(found), given["of"], "of")
    actions.ask_opinion(found, of=of, question=given["question"], by=user, at=timezone.now())
    return _review(user, pk, status.HTTP_201_CREATED)


@extend_schema(request=OpinionIn, responses=SecondOpinionOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def answer_opinion(request: Request, pk: int) -> Response:
    """Answer a colleague who asked for a second opinion."""
    user = person(request)
    opinion = get_object_or_404(queries.opinions_seen_by(user), pk=pk)
    permissions.check_can_answer_opinion(user, opinion)
    actions.answer_opinion(opinion, by=user, at=timezone.now(), **body(OpinionIn, request))
    return Response(SecondOpinionOut(opinion).data)


@extend_schema(request=ConditionReportIn, responses=ReviewConditionOut)
@api_view(["POST"])
@permission_classes([GIVES])
def report_condition(request: Request, pk: int) -> Response:
    """Say that a condition is done; a reviewer looks."""
    user = person(request)
    condition = _condition(user, pk)
    permissions.check_can_report(user, condition)
    given = body(ConditionReportIn, request)
    actions.report_condition(condition, by=user, at=timezone.now(), **given)
    return Response(ReviewConditionOut(condition).data)


@extend_schema(request=MetIn, responses=ReviewConditionOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def meet_condition(request: Request, pk: int) -> Response:
    """Say that a condition was seen met."""
    user = person(request)
    condition = _condition(user, pk)
    permissions.check_can_meet(user, condition)
    actions.meet_condition(condition, by=user, at=timezone.now(), **body(MetIn, request))
    return Response(ReviewConditionOut(condition).data)


@extend_schema(request=MissingIn, responses=ReviewConditionOut)
@api_view(["POST"])
@permission_classes([REVIEWS])
def return_condition(request: Request, pk: int) -> Response:
    """Say what is missing, where the team said that a condition is done."""
    user = person(request)
    condition = _condition(user, pk)
    permissions.check_can_meet(user, condition)
    actions.return_condition(condition, by=user, at=timezone.now(), **body(MissingIn, request))
    return Response(ReviewConditionOut(condition).data)


@extend_schema(request=ConflictIn, responses={201: ReviewsOut})
@api_view(["POST"])
@permission_classes([GIVES])
def declare_conflict(request: Request, pk: int) -> Response:
    """Step back from all reviews of a pilot, for good."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_declare(user, pilot)
    actions.declare_conflict(pilot, by=user, at=timezone.now(), **body(ConflictIn, request))
    return Response(_said(pilot), status=status.HTTP_201_CREATED)


def _assessment(user: User, pk: int) -> Assessment:
    return get_object_or_404(queries.assessments_seen_by(user), pk=pk)


def _review(user: User, pk: int, code: int = status.HTTP_200_OK) -> Response:
    """As it stands after what was done."""
    state = queries.state_of(_assessment(user, pk), today=dates.today())
    return Response(AssessmentOut(state).data, status=code)


def _condition(user: User, pk: int) -> AssessmentCondition:
    return get_object_or_404(queries.conditions_seen_by(user), pk=pk)


def _one_of(people: Iterable[User], pk: int, field: str) -> User:
    found = next((one for one in people if one.pk == pk), None)
    if found is None:
        raise serializers.ValidationError({field: [_("Nobody of this number can.")]})
    return found


def _said(pilot: Pilot) -> object:
    fresh = Pilot.objects.prefetch_related(*queries.READS).get(pk=pilot.pk)
    return ReviewsOut(ReviewsPage(queries.reviews_of(fresh, today=dates.today()))).data
