"""Delegations over the API: reading them, asking, answering, ending."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import Unit
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.delegation import actions, permissions, queries
from pilots.delegation.models import Delegation
from pilots.delegation.presenters import DelegationOut
from pilots.delegation.rights import GATES
from pilots.lifecycle.room import PilotsPermission

DECIDES = Holds(PilotsPermission.READ, writes=Scope.DECISIONS)


class DelegationIn(NamesNoPatientSerializer):
    to = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="The person who is asked."
    )
    unit = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="Of its pilots, and of those of units below it."
    )
    gates = serializers.ListField(child=serializers.ChoiceField(GATES), allow_empty=False)
    up_to = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        required=False,
        allow_null=True,
        default=None,
        help_text="Of what a pilot asks for in all; empty for any amount.",
    )
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day.")
    reason = serializers.CharField(max_length=600)


class DelegationAnswerIn(serializers.Serializer[None]):
    accept = serializers.BooleanField()


class DelegationList(generics.ListAPIView[Delegation]):
    """One's own delegations, and those of units whose people one reads; and asking for one."""

    permission_classes = [DECIDES]
    serializer_class = DelegationOut
    queryset = Delegation.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Delegation]:
        return Delegation.objects.visible_to(person(self.request)).for_list()

    @extend_schema(request=DelegationIn, responses={201: DelegationOut})
    def post(self, request: Request) -> Response:
        user = person(request)
        permissions.check_can_delegate(user)
        given = body(DelegationIn, request)
        to = queries.could_take(user).filter(pk=given.pop("to")).first()
        unit = Unit.objects.visible_to(user).filter(pk=given.pop("unit")).first()
        if to is None or unit is None:
            unknown = "to" if to is None else "unit"
            raise serializers.ValidationError({unknown: ["not in a unit that your roles reach"]})
        made = actions.offer(to=to, unit=unit, by=user, at=timezone.now(), **given)
        return Response(DelegationOut(made).data, status=status.HTTP_201_CREATED)


class DelegationDetail(APIView):
    """One delegation."""

    permission_classes = [DECIDES]

    @extend_schema(responses=DelegationOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(DelegationOut(_visible(request, pk)).data)


@extend_schema(request=DelegationAnswerIn, responses=DelegationOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def answer(request: Request, pk: int) -> Response:
    """Say yes or no to deciding for somebody."""
    delegation = _visible(request, pk)
    permissions.check_can_answer_delegation(person(request), delegation)
    accept = body(DelegationAnswerIn, request)["accept"]
    actions.answer(delegation, accept=accept, by=person(request), at=timezone.now())
    return Response(DelegationOut(delegation).data)


@extend_schema(request=None, responses=DelegationOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def end(request: Request, pk: int) -> Response:
    """End it before its last day."""
    delegation = _visible(request, pk)
    actions.end(delegation, by=person(request), at=timezone.now())
    return Response(DelegationOut(_visible(request, pk)).data)


def _visible(request: Request, pk: int) -> Delegation:
    found: Delegation = get_object_or_404(
        Delegation.objects.visible_to(person(request)).for_list(), pk=pk
    )
    return found
