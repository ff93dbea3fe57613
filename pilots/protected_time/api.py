"""Promised time for programs: one's own weeks, and what is shown of a pilot's and a unit's."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import Unit
from innovation.people.request import person
from innovation.rules import dates
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.protected_time import actions, queries
from pilots.protected_time.models import WeekKept, WeekLostTo
from pilots.protected_time.presenters import KeptReadingOut, OwnWeekOut, ProtectedWeekOut

_WEEKS = 12


class WeekIn(NamesNoPatientSerializer):
    pilot = serializers.IntegerField(min_value=1, max_value=2**62)
    week = serializers.DateField(help_text="Its Monday.")
    kept = serializers.ChoiceField(WeekKept.choices)
    why = serializers.ChoiceField(
        WeekLostTo.choices, required=False, default="", allow_blank=True,
        help_text="What came between, where the time was not had.",
    )  # fmt: skip
    words = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True,
        help_text="A note of one's own, read by nobody else.",
    )  # fmt: skip


class OwnWeeks(APIView):
    """The last twelve weeks of one's own promised time; and saying how one went."""

    permission_classes = [Holds(None, writes=Scope.PILOTS)]

    @extend_schema(responses=OwnWeekOut(many=True))
    def get(self, request: Request) -> Response:
        own = queries.own_weeks(person(request), today=dates.today(), count=_WEEKS)
        return Response(OwnWeekOut(own, many=True).data)

    @extend_schema(request=WeekIn, responses={201: ProtectedWeekOut})
    def post(self, request: Request) -> Response:
        """Say how a week went, or say it anew: until the week after it is over."""
        user, given = person(request), body(WeekIn, request)
        promised = Pilot.objects.filter(allocations__person=user.pk).distinct()
        pilot = get_object_or_404(promised, pk=given.pop("pilot"))
        made = actions.answer_week(pilot, by=user, at=timezone.now(), **given)
        return Response(ProtectedWeekOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=KeptReadingOut(many=True))
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ)])
def kept_of_pilot(request: Request, pk: int) -> Response:
    """How much of the time promised to a pilot was kept, four weeks at a time, the last first."""
    pilot = visible_pilot(person(request), pk)
    return Response(KeptReadingOut(queries.of_pilot(pilot), many=True).data)


@extend_schema(responses=KeptReadingOut(many=True))
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ)])
def kept_of_unit(request: Request, pk: int) -> Response:
    """How much of the time that people of a unit promised was kept, four weeks at a time."""
    unit = get_object_or_404(Unit.objects.visible_to(person(request)), pk=pk)
    return Response(KeptReadingOut(queries.of_unit(unit), many=True).data)
