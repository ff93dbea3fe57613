"""Groups affected for programs: reading them, naming one, changing it, taking it out."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import Unit, User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.adoption import actions, permissions
from pilots.adoption.actions.groups import MOST_PEOPLE
from pilots.adoption.models import AffectedGroup
from pilots.adoption.presenters import ComplexityOut, GroupOut, NobodyAffectedOut
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

PLANS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class GroupIn(NamesNoPatientSerializer):
    name = serializers.CharField(max_length=120)
    people = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE)
    unit = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.none(), required=False, allow_null=True
    )
    site = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.none(), required=False, allow_null=True
    )
    changes = serializers.CharField(max_length=1000)
    complexity = ComplexityOut(required=False)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        request = self.context.get("request")
        if request is not None:
            units = person(request).units(PilotsPermission.READ)
            for one in ("unit", "site"):
                self.fields[one].queryset = units  # type: ignore[attr-defined]


class GroupChangeIn(GroupIn):
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        help_text="Needed once the plan was proposed, where more changes than how hard it is.",
    )


class GroupRemoveIn(NamesNoPatientSerializer):
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        help_text="Needed once the plan was proposed.",
    )


class GroupList(generics.ListAPIView[AffectedGroup]):
    """The groups whose work a pilot changes; and naming one."""

    permission_classes = [PLANS]
    serializer_class = GroupOut
    queryset = AffectedGroup.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[AffectedGroup]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return AffectedGroup.objects.filter(pilot=pilot).standing().for_list()

    @extend_schema(request=GroupIn, responses={201: GroupOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_plan_change(user, pilot)
        made = actions.name_group(pilot, by=user, at=timezone.now(), **body(GroupIn, request))
        return Response(GroupOut(made).data, status=status.HTTP_201_CREATED)


class NobodyAffectedIn(NamesNoPatientSerializer):
    because = serializers.CharField(max_length=600)


@extend_schema(request=NobodyAffectedIn, responses=NobodyAffectedOut)
@api_view(["POST"])
@permission_classes([PLANS])
def nobody(request: Request, pk: int) -> Response:
    """Nobody's work changes, and why."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_plan_change(user, pilot)
    said = actions.say_nobody(pilot, by=user, at=timezone.now(), **body(NobodyAffectedIn, request))
    return Response(NobodyAffectedOut(said).data)


class GroupDetail(generics.RetrieveAPIView[AffectedGroup]):
    """One group."""

    permission_classes = [PLANS]
    serializer_class = GroupOut
    queryset = AffectedGroup.objects.none()

    def get_queryset(self) -> QuerySet[AffectedGroup]:
        return AffectedGroup.objects.visible_to(person(self.request)).for_list()


@extend_schema(request=GroupChangeIn, responses=GroupOut)
@api_view(["POST"])
@permission_classes([PLANS])
def change(request: Request, pk: int) -> Response:
    """What is known of it now."""
    group = group_of_team(person(request), pk)
    given = body(GroupChangeIn, request)
    actions.change_group(group, by=person(request), at=timezone.now(), **given)
    return Response(GroupOut(group).data)


@extend_schema(request=GroupRemoveIn, responses=GroupOut)
@api_view(["POST"])
@permission_classes([PLANS])
def remove(request: Request, pk: int) -> Response:
    """Their work does not change after all."""
    group = group_of_team(person(request), pk)
    given = body(GroupRemoveIn, request)
    actions.remove_group(group, by=person(request), at=timezone.now(), **given)
    return Response(GroupOut(group).data)


def group_of_team(user: User, pk: int) -> AffectedGroup:
    """The group, where this person plans the change of its pilot."""
    found = get_object_or_404(AffectedGroup.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_plan_change(user, found.pilot)
    return found
