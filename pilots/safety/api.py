"""Safety for programs: stops and reports, and their answers. Reports come as FHIR, too."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.safety import actions, fhir, permissions, queries
from pilots.safety.models import Harm, Incident, StopAnswer, StopRequest, ToolPart
from pilots.safety.presenters import IncidentOut, StopRequestOut
from pilots.safety.room import SafetyPermission

SPEAKS = Holds(SafetyPermission.SPEAK_UP, writes=Scope.PILOTS)
JUDGES = Holds(PilotsPermission.JUDGE_SAFETY, writes=Scope.PILOTS)
MOST_AT_ONCE = 1000


class StopIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=600)


class StopAnswerIn(NamesNoPatientSerializer):
    answer = serializers.ChoiceField(StopAnswer.choices)
    reason = serializers.CharField(max_length=2000)


class IncidentIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=2000)
    harm = serializers.ChoiceField(Harm.choices)
    tool = serializers.ChoiceField(ToolPart.choices)
    happened_on = serializers.DateField()
    anonymous = serializers.BooleanField(
        required=False, default=False, help_text="Nobody sees who told it, not even safety."
    )


class IncidentAnswerIn(NamesNoPatientSerializer):
    accepted = serializers.BooleanField(help_text="Whether it was an incident of this pilot.")
    harm = serializers.ChoiceField(Harm.choices)
    words = serializers.CharField(max_length=2000)


class StopList(generics.ListAPIView[StopRequest]):
    """The stops asked for of a pilot, newest first; and asking for one, which pauses it at once where its
    pathway says so."""

    permission_classes = [SPEAKS]
    serializer_class = StopRequestOut
    queryset = StopRequest.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[StopRequest]:
        user = person(self.request)
        pilot = _at_hand(user, self.kwargs["pk"])
        return StopRequest.objects.visible_to(user).filter(pilot=pilot)

    @extend_schema(request=StopIn, responses={201: StopRequestOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = _at_hand(user, pk)
        permissions.check_can_ask_stop(user, pilot)
        given, warned = _read(StopIn, request)
        made = actions.ask_stop(pilot, by=user, at=timezone.now(), warned=warned, **given)
        return Response(StopRequestOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=StopAnswerIn, responses=StopRequestOut(many=True))
@api_view(["POST"])
@permission_classes([JUDGES])
def answer_stops(request: Request, pk: int) -> Response:
    """Answer every open stop of a pilot: it stops, or it goes on."""
    user = person(request)
    pilot = get_object_or_404(Pilot.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_judge(user, pilot)
    given, _warned = _read(StopAnswerIn, request)
    stops = actions.answer_stops(pilot, by=user, at=timezone.now(), **given)
    return Response(StopRequestOut(stops, many=True).data)


@extend_schema(request=IncidentIn, responses={201: IncidentOut})
@api_view(["POST"])
@permission_classes([SPEAKS])
def report(request: Request, pk: int) -> Response:
    """Tell what went wrong, or nearly did, where a pilot runs."""
    user = person(request)
    pilot = _at_hand(user, pk)
    given, warned = _read(IncidentIn, request)
    made = actions.report(pilot, by=user, at=timezone.now(), warned=warned, **given)
    return Response(IncidentOut(made).data, status=status.HTTP_201_CREATED)


class IncidentList(generics.ListAPIView[Incident]):
    """Reports that you may read: your own, those of your pilots, those that you answer."""

    permission_classes = [Holds(SafetyPermission.SPEAK_UP)]
    serializer_class = IncidentOut
    queryset = Incident.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Incident]:
        return Incident.objects.visible_to(person(self.request))


class IncidentDetail(generics.RetrieveAPIView[Incident]):
    permission_classes = [Holds(SafetyPermission.SPEAK_UP)]
    serializer_class = IncidentOut

    def get_queryset(self) -> QuerySet[Incident]:
        return Incident.objects.visible_to(person(self.request))


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
@permission_classes([Holds(SafetyPermission.SPEAK_UP)])
def as_fhir(request: Request) -> Response:
    """The newest reports that you may read, as a FHIR R4 Bundle of AdverseEvents that names nobody."""
    found = Incident.objects.visible_to(person(request)).for_list().order_by("-pk")
    base = request.build_absolute_uri("/").rstrip("/")
    return Response(fhir.bundle(found[:MOST_AT_ONCE], base=base))


@extend_schema(request=None, responses=IncidentOut)
@api_view(["POST"])
@permission_classes([JUDGES])
def look(request: Request, pk: int) -> Response:
    """Say that a report is being looked at."""
    user = person(request)
    incident = _incident(user, pk)
    actions.look(incident, by=user, at=timezone.now())
    return Response(IncidentOut(incident).data)


@extend_schema(request=IncidentAnswerIn, responses=IncidentOut)
@api_view(["POST"])
@permission_classes([JUDGES])
def answer(request: Request, pk: int) -> Response:
    """Answer a report; what is accepted is marked in the pilot's charts."""
    user = person(request)
    incident = _incident(user, pk)
    permissions.check_can_judge(user, incident.pilot)
    given, _warned = _read(IncidentAnswerIn, request)
    actions.answer(incident, by=user, at=timezone.now(), **given)
    return Response(IncidentOut(incident).data)


def _read(shape: type[NamesNoPatientSerializer], request: Request) -> tuple[dict[str, Any], bool]:
    """What was sent, and whether its author was warned that it may name a patient."""
    sent = shape(data=request.data, context={"request": request})
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data), sent.warned


def _at_hand(user: User, pk: int) -> Pilot:
    found = Pilot.objects.filter(pk__in=queries.at_hand(user).values("pk"))
    return get_object_or_404(found.for_list(), pk=pk)


def _incident(user: User, pk: int) -> Incident:
    found: Incident = get_object_or_404(
        Incident.objects.visible_to(user).select_related(
            "pilot__unit", "pilot__lead", "pilot__sponsor", "reported_by"
        ),
        pk=pk,
    )
    return found
