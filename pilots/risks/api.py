"""The register of risks for programs: reading it, recording one, looking again, closing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers, visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.risks import actions, permissions
from pilots.risks.models import PilotRisk
from pilots.risks.presenters import RiskOut
from pilots.risks.rating import RiskChance, RiskWeight

KEEPS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class RiskLookIn(NamesNoPatientSerializer):
    weight = serializers.ChoiceField(RiskWeight.choices)
    chance = serializers.ChoiceField(RiskChance.choices)
    done = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    owner = serializers.IntegerField(help_text="The person who keeps an eye on it.")
    look_on = serializers.DateField(help_text="When to look again.")


class RiskIn(RiskLookIn):
    what = serializers.CharField(max_length=600)


class RiskCloseIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class RiskList(generics.ListAPIView[PilotRisk]):
    """The risks of a pilot, by the day on which somebody looks again; and recording one."""

    permission_classes = [KEEPS]
    serializer_class = RiskOut
    queryset = PilotRisk.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[PilotRisk]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return PilotRisk.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=RiskIn, responses={201: RiskOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_record(user, pilot)
        given = _with_owner(pilot, body(RiskIn, request))
        made = actions.record(pilot, by=user, at=timezone.now(), **given)
        return Response(RiskOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=RiskLookIn, responses=RiskOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def look(request: Request, pk: int) -> Response:
    """Say how it is seen now, and when to look next."""
    risk = _kept(request, pk)
    given = _with_owner(risk.pilot, body(RiskLookIn, request))
    actions.look_again(risk, by=person(request), at=timezone.now(), **given)
    return Response(RiskOut(risk).data)


@extend_schema(request=RiskCloseIn, responses=RiskOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def close(request: Request, pk: int) -> Response:
    """It cannot happen any more, or it has happened."""
    risk = _kept(request, pk)
    actions.close(risk, by=person(request), at=timezone.now(), **body(RiskCloseIn, request))
    return Response(RiskOut(risk).data)


def _with_owner(pilot: Pilot, given: dict[str, Any]) -> dict[str, Any]:
    owner = may_own_blockers(pilot).filter(pk=given["owner"]).first()
    if owner is None:
        raise serializers.ValidationError(
            {"owner": ["there is no such person on or beside this pilot"]}
        )
    return {**given, "owner": owner}


def _kept(request: Request, pk: int) -> PilotRisk:
    user = person(request)
    found = get_object_or_404(PilotRisk.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_look(user, found)
    return found
