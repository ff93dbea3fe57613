"""Telling and helping for programs: the plan, and questions with their answers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.adoption import actions, permissions, queries
from pilots.adoption.api.groups import PLANS
from pilots.adoption.models import AffectedGroup, ChangeQuestion, SupportEnd, SupportStep
from pilots.adoption.presenters import ChangeQuestionOut, SupportOut
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot


class _OfPilotIn(NamesNoPatientSerializer):
    group = serializers.PrimaryKeyRelatedField(
        queryset=AffectedGroup.objects.none(), required=False, allow_null=True
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        pilot = self.context.get("pilot")
        if pilot is not None:
            self.offer(pilot)

    def offer(self, pilot: Pilot) -> None:
        groups = AffectedGroup.objects.standing().filter(pilot=pilot)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class SupportIn(_OfPilotIn):
    what = serializers.CharField(max_length=200)
    how = serializers.CharField(max_length=200)
    due_on = serializers.DateField()
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.none())

    def offer(self, pilot: Pilot) -> None:
        super().offer(pilot)
        people = queries.may_be_champion(person(self.context["request"]), pilot)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class SupportEndIn(NamesNoPatientSerializer):
    end = serializers.ChoiceField(SupportEnd.choices)
    note = serializers.CharField(
        max_length=600, required=False, allow_blank=True, help_text="Needed where it is dropped."
    )


class ChangeQuestionIn(_OfPilotIn):
    text = serializers.CharField(max_length=600)


class QuestionAnswerIn(NamesNoPatientSerializer):
    answer = serializers.CharField(max_length=1000)


class SupportList(generics.ListAPIView[SupportStep]):
    """What is done to tell and help people, by its day; and planning something."""

    permission_classes = [PLANS]
    serializer_class = SupportOut
    queryset = SupportStep.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[SupportStep]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return SupportStep.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=SupportIn, responses={201: SupportOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_plan_change(user, pilot)
        given = SupportIn(data=request.data, context={"request": request, "pilot": pilot})
        given.is_valid(raise_exception=True)
        made = actions.plan_support(pilot, by=user, at=timezone.now(), **given.validated_data)
        return Response(SupportOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=SupportEndIn, responses=SupportOut)
@api_view(["POST"])
@permission_classes([PLANS])
def end(request: Request, pk: int) -> Response:
    """It was done, or it is dropped with a reason."""
    user = person(request)
    step = get_object_or_404(SupportStep.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_end_support(user, step)
    actions.end_support(step, by=user, at=timezone.now(), **body(SupportEndIn, request))
    return Response(SupportOut(step).data)


class QuestionList(generics.ListAPIView[ChangeQuestion]):
    """What was asked of the change, the last first, with answers; and asking."""

    permission_classes = [PLANS]
    serializer_class = ChangeQuestionOut
    queryset = ChangeQuestion.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ChangeQuestion]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return ChangeQuestion.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=ChangeQuestionIn, responses={201: ChangeQuestionOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_ask(user, pilot)
        given = ChangeQuestionIn(data=request.data, context={"request": request, "pilot": pilot})
        given.is_valid(raise_exception=True)
        made = actions.ask_question(pilot, by=user, at=timezone.now(), **given.validated_data)
        return Response(ChangeQuestionOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=QuestionAnswerIn, responses=ChangeQuestionOut)
@api_view(["POST"])
@permission_classes([PLANS])
def answer(request: Request, pk: int) -> Response:
    """The team answers, for all to read."""
    user = person(request)
    question = get_object_or_404(ChangeQuestion.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_plan_change(user, question.pilot)
    given = body(QuestionAnswerIn, request)
    actions.answer_question(question, by=user, at=timezone.now(), **given)
    return Response(ChangeQuestionOut(question).data)
