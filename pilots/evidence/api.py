"""Alarms for programs."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope
from pilots.evidence import actions as evidence
from pilots.evidence import permissions
from pilots.evidence.models import Alarm
from pilots.evidence.presenters import AlarmSerializer, AnswerSerializer
from pilots.metrics.room import MetricsPermission


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
