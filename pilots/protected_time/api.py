"""Promised time for programs: one's own weeks, and what is shown of a pilot's and a unit's."""

from __future__ import annotations

from datetime import date

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
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
from pilots.protected_time import actions, permissions, queries, weeks
from pilots.protected_time.models import WeekKept, WeekLostTo
from pilots.protected_time.presenters import (
    BackfillOut,
    KeptReadingOut,
    OwnWeekOut,
    ProtectedWeekOut,
    UnitLoadOut,
)
from pilots.staffing.models import TimeRequest
from pilots.staffing.queries import candidates

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


class BackfillIn(NamesNoPatientSerializer):
    person = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, allow_null=True, default=None
    )
    words = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True,
        help_text="Where it is nobody of the house, or several.",
    )  # fmt: skip
    hours = serializers.DecimalField(max_digits=4, decimal_places=1, help_text="A week.")
    line = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, allow_null=True, default=None,
        help_text="Of the pilot's budget. Null: nobody pays, the unit absorbs it.",
    )  # fmt: skip
    rate = serializers.DecimalField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, default=None,
        help_text="What an hour costs; then the line is held to what it holds.",
    )  # fmt: skip


class Cover(APIView):
    """Who covers for time that is asked for, as it was planned, the newest first; and planning it."""

    permission_classes = [Holds(None, writes=Scope.PILOTS)]

    @extend_schema(responses=BackfillOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return Response(BackfillOut(queries.backfills_of(_asked(request, pk)), many=True).data)

    @extend_schema(request=BackfillIn, responses={201: BackfillOut})
    def post(self, request: Request, pk: int) -> Response:
        """Say who covers, and which line pays. What was planned before stays, and counts no more."""
        user, asked = person(request), _asked(request, pk)
        permissions.check_can_plan_cover(user, asked)
        given = body(BackfillIn, request)
        who, line = given.pop("person"), given.pop("line")
        if who is not None:
            given["person"] = candidates(user, asked.pilot).filter(pk=who, is_active=True).first()
            if given["person"] is None:
                raise serializers.ValidationError({"person": ["Nobody of this number."]})
        if line is not None:
            lines = {one.pk: one for one in queries.lines_for(asked.pilot)}
            if line not in lines:
                raise serializers.ValidationError({"line": ["No line of this number."]})
            given["line"] = lines[line]
        made = actions.plan_backfill(asked, by=user, at=timezone.now(), **given)
        return Response(BackfillOut(made).data, status=status.HTTP_201_CREATED)


def _asked(request: Request, pk: int) -> TimeRequest:
    visible = TimeRequest.objects.visible_to(person(request)).for_list()
    found: TimeRequest = get_object_or_404(visible, pk=pk)
    return found


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


@extend_schema(
    parameters=[OpenApiParameter("from", date, description="A day of the first week.")],
    responses=UnitLoadOut,
)
@api_view(["GET"])
@permission_classes([Holds()])
def promised(request: Request, pk: int) -> Response:
    """Whose time of a unit is promised where, twelve weeks at a time: for whoever leads it, and the office."""
    user = person(request)
    permissions.check_can_see_promised(user)
    unit = get_object_or_404(queries.planned_units(user), pk=pk)
    first = weeks.week_named(request.query_params.get("from", ""), today=dates.today())
    return Response(UnitLoadOut(queries.unit_load(user, unit, first=first)).data)
