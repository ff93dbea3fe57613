"""Alarms, and what else happened, for programs."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.evidence import actions as evidence
from pilots.evidence import permissions
from pilots.evidence.models import Alarm, Happening, HappeningKind, HappeningQuerySet
from pilots.evidence.presenters import AlarmSerializer, AnswerSerializer, HappeningOut
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.models import Metric
from pilots.metrics.room import MetricsPermission

NOTES = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class AlarmFilter(ApiFilter):
    open = django_filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull")

    class Meta:
        model = Alarm
        fields = ("metric", "pilot", "open")


class AlarmList(ListAPIView[Alarm]):
    """Guardrail alarms of the pilots that you may see."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = AlarmSerializer
    filterset_class = AlarmFilter
    queryset = Alarm.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Alarm]:
        return Alarm.objects.visible_to(person(self.request))


class AlarmDetail(RetrieveAPIView[Alarm]):
    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = AlarmSerializer

    def get_queryset(self) -> QuerySet[Alarm]:
        return Alarm.objects.visible_to(person(self.request))


@extend_schema(request=AnswerSerializer, responses=AlarmSerializer)
@api_view(["POST"])
@permission_classes([Holds(MetricsPermission.READ, writes=Scope.PILOTS)])
def answer(request: Request, pk: int) -> Response:
    """Pause the pilot (`pause`) or keep it running (`keep`), with a reason."""
    user = person(request)
    alarm = get_object_or_404(
        Alarm.objects.visible_to(user).select_related("pilot__unit", "metric"), pk=pk
    )
    permissions.check_can_answer(user, alarm)
    given = body(AnswerSerializer, request)
    answered = evidence.answer(alarm, by=user, at=timezone.now(), **given)
    return Response(AlarmSerializer(answered).data)


class HappeningMetricField(serializers.PrimaryKeyRelatedField[Metric]):
    """A metric that the person may see."""

    def get_queryset(self) -> QuerySet[Metric]:
        return Metric.objects.visible_to(person(self.context["request"]))


class HappeningIn(NamesNoPatientSerializer):
    kind = serializers.ChoiceField(HappeningKind.choices)
    text = serializers.CharField(max_length=200)
    happened_on = serializers.DateField()
    last_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Where it took longer than a day."
    )
    metric = HappeningMetricField(
        queryset=Metric.objects.none(),
        required=False,
        allow_null=True,
        default=None,
        help_text="Empty: all that the pilot measures.",
    )


class HappeningList(ListAPIView[Happening]):
    """What else happened while a pilot was measured, those taken back among it; and noting it."""

    permission_classes = [NOTES]
    serializer_class = HappeningOut
    queryset = Happening.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Happening]:
        user = person(self.request)
        return _happenings(user).filter(pilot=visible_pilot(user, self.kwargs["pk"]))

    @extend_schema(request=HappeningIn, responses={201: HappeningOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_note(user, pilot)
        shape = HappeningIn(data=request.data, context={"request": request})
        shape.is_valid(raise_exception=True)
        made = evidence.note_happening(
            pilot, by=user, at=timezone.now(), warned=shape.warned, **shape.validated_data
        )
        return Response(HappeningOut(made).data, status=status.HTTP_201_CREATED)


class HappeningDetail(RetrieveAPIView[Happening]):
    permission_classes = [NOTES]
    serializer_class = HappeningOut

    def get_queryset(self) -> QuerySet[Happening]:
        return _happenings(person(self.request))


@extend_schema(request=None, responses=HappeningOut)
@api_view(["POST"])
@permission_classes([NOTES])
def take_back(request: Request, pk: int) -> Response:
    """Take back what was noted wrongly: it leaves the charts, and stays to be read."""
    user = person(request)
    found = _happenings(user).select_related("pilot__unit", "pilot__lead")
    happening = get_object_or_404(found, pk=pk)
    permissions.check_can_note(user, happening.pilot)
    evidence.take_happening_back(happening, by=user, at=timezone.now())
    return Response(HappeningOut(happening).data)


def _happenings(user: User) -> HappeningQuerySet:
    return Happening.objects.visible_to(user).for_list()
