"""Milestones for programs: reading them, adding one, and saying what became of it."""

from __future__ import annotations

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
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.milestones import actions, permissions
from pilots.milestones.models import Milestone
from pilots.milestones.presenters import MilestoneOut

KEEPS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class MilestoneIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=200)
    due_on = serializers.DateField()


class ReachedIn(NamesNoPatientSerializer):
    on = serializers.DateField()
    note = serializers.CharField(max_length=600)


class MilestoneMoveIn(NamesNoPatientSerializer):
    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=600)


class MilestoneDropIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class MilestoneList(generics.ListAPIView[Milestone]):
    """The milestones of a pilot by their day; and adding one."""

    permission_classes = [KEEPS]
    serializer_class = MilestoneOut
    queryset = Milestone.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Milestone]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return Milestone.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=MilestoneIn, responses={201: MilestoneOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_keep(user, pilot)
        made = actions.add(pilot, by=user, at=timezone.now(), **body(MilestoneIn, request))
        return Response(MilestoneOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=ReachedIn, responses=MilestoneOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def reach(request: Request, pk: int) -> Response:
    """It was reached."""
    found = _kept(request, pk)
    given = body(ReachedIn, request)
    actions.reach(found, by=person(request), at=timezone.now(), **given)
    return Response(MilestoneOut(found).data)


@extend_schema(request=MilestoneMoveIn, responses=MilestoneOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def move(request: Request, pk: int) -> Response:
    """Another day, and why."""
    found = _kept(request, pk)
    given = body(MilestoneMoveIn, request)
    actions.move(found, by=person(request), at=timezone.now(), **given)
    return Response(MilestoneOut(_kept(request, pk)).data)


@extend_schema(request=MilestoneDropIn, responses=MilestoneOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def drop(request: Request, pk: int) -> Response:
    """It is not to be reached any more, and why."""
    found = _kept(request, pk)
    given = body(MilestoneDropIn, request)
    actions.drop(found, by=person(request), at=timezone.now(), **given)
    return Response(MilestoneOut(found).data)


def _kept(request: Request, pk: int) -> Milestone:
    user = person(request)
    found = get_object_or_404(Milestone.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_keep(user, found.pilot)
    return found
