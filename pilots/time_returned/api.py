"""Hours given back for programs: of one pilot, what it says of its time, and of all together."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.paging import ApiCursorPagination
from innovation.web.scopes import Scope
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.models import Metric, MetricQuerySet
from pilots.time_returned import actions, permissions, queries
from pilots.time_returned.actions import UseIntent
from pilots.time_returned.models import HoursReturned, TimeDeclaration, TimeUse
from pilots.time_returned.presenters import (
    AccountRowOut,
    AccountTotalOut,
    HumanTouchOut,
    PilotHoursOut,
    TimeDeclarationOut,
    touch_as_json,
)

KEEPS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class OwnMetric(serializers.PrimaryKeyRelatedField[Metric]):
    """Among the metrics of this pilot; any other is not known to be there."""

    def get_queryset(self) -> MetricQuerySet:
        request: Request = self.context["request"]
        kwargs = (request.parser_context or {})["kwargs"]
        found: MetricQuerySet = Metric.objects.filter(
            pilot=visible_pilot(person(request), kwargs["pk"])
        )
        return found


class UseIntentIn(NamesNoPatientSerializer):
    use = serializers.ChoiceField(TimeUse.choices)
    share = serializers.IntegerField(
        min_value=1, max_value=100, required=False, allow_null=True, default=None
    )
    measure = OwnMetric(
        queryset=Metric.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="Where it is left out, `no_measure` says why before the outcome is decided.",
    )
    no_measure = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why no metric can show it; empty where one is named.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["measure"] is not None and attrs["no_measure"]:
            said = "empty where a metric is named"
            raise serializers.ValidationError({"no_measure": [said]})
        return attrs


class TimeDeclarationIn(NamesNoPatientSerializer):
    metric = OwnMetric(queryset=Metric.objects.all())
    volume = OwnMetric(
        queryset=Metric.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="Left out: the cases behind each number of the time.",
    )
    since = serializers.DateField(required=False, allow_null=True, default=None)
    is_mean = serializers.BooleanField(
        help_text="That the time is a mean a case; from a median no hours can be counted."
    )
    uses = UseIntentIn(many=True)
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed once the plan is agreed.",
    )


class TimeTakenBackIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class PilotHoursDetail(APIView):
    """The hours that a pilot gives back, worked out now; 404 where it does not say that it does."""

    permission_classes = [KEEPS]

    @extend_schema(responses=PilotHoursOut)
    def get(self, request: Request, pk: int) -> Response:
        pilot = visible_pilot(person(request), pk)
        found = queries.hours_of(pilot, timezone.now())
        if found is None:
            raise Http404
        return Response(PilotHoursOut(found).data)


class TimeDeclarationList(generics.ListAPIView[TimeDeclaration]):
    """What a pilot said of its time, the newest first; and saying it anew."""

    permission_classes = [KEEPS]
    serializer_class = TimeDeclarationOut
    queryset = TimeDeclaration.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[TimeDeclaration]:
        return queries.declarations(visible_pilot(person(self.request), self.kwargs["pk"]))

    @extend_schema(request=TimeDeclarationIn, responses={201: TimeDeclarationOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_declare(user, pilot)
        given = body(TimeDeclarationIn, request)
        uses = [UseIntent(**one) for one in given.pop("uses")]
        made = actions.declare(pilot, uses=uses, by=user, at=timezone.now(), **given)
        return Response(TimeDeclarationOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=TimeTakenBackIn, responses=TimeDeclarationOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def take_back(request: Request, pk: int) -> Response:
    """It gives no hours back, or they cannot be counted."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_declare(user, pilot)
    made = actions.take_back(pilot, by=user, at=timezone.now(), **body(TimeTakenBackIn, request))
    return Response(TimeDeclarationOut(made).data)


class AccountFilterSet(ApiFilter):
    known = django_filters.BooleanFilter(
        field_name="estimate", lookup_expr="isnull", exclude=True, label="Whose hours are known"
    )

    class Meta:
        model = HoursReturned
        fields = ("known",)


class ByPilot(ApiCursorPagination):
    ordering = "-pilot_id"


class AccountList(generics.ListAPIView[HoursReturned]):
    """The accounts of all pilots that you may see, as they were last made up."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = AccountRowOut
    queryset = HoursReturned.objects.none()
    filterset_class = AccountFilterSet
    pagination_class = ByPilot

    def get_queryset(self) -> QuerySet[HoursReturned]:
        return HoursReturned.objects.visible_to(person(self.request)).select_related("pilot")


class AccountTotal(APIView):
    """All of them together, and where they went."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=AccountTotalOut)
    def get(self, request: Request) -> Response:
        rows = queries.narrowed(person(request))
        context = {"went": queries.went(rows)}
        return Response(AccountTotalOut(queries.total(rows), context=context).data)


class HumanTouchDetail(APIView):
    """Hours given back, who felt listened to and who would stay, over the same months."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=HumanTouchOut)
    def get(self, request: Request) -> Response:
        return Response(touch_as_json(queries.human_touch(person(request))))
