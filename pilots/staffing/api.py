"""A pilot's team over the API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope
from pilots.lifecycle.models import TeamRole
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing import actions as staffing
from pilots.staffing import queries
from pilots.staffing.models import Allocation
from pilots.staffing.permissions import check_can_staff
from pilots.staffing.presenters import AllocationOut


class AllocationIn(serializers.Serializer[None]):
    person = serializers.IntegerField(min_value=1, max_value=2**62)
    role = serializers.ChoiceField(TeamRole.choices)
    percent = serializers.IntegerField(min_value=1, max_value=100)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class TeamList(generics.ListAPIView[Allocation]):
    """Who is on a pilot's team with how much time; and adding somebody."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.PILOTS)]
    serializer_class = AllocationOut
    queryset = Allocation.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Allocation]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return Allocation.objects.filter(pilot=pilot).select_related("person", "member")

    @extend_schema(request=AllocationIn, responses={201: AllocationOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        check_can_staff(user, pilot)
        given = body(AllocationIn, request)
        chosen = queries.candidates(user, pilot).filter(pk=given.pop("person")).first()
        if chosen is None:
            raise serializers.ValidationError({"person": ["Nobody of this number."]})
        made = staffing.allocate(pilot, person=chosen, by=user, at=timezone.now(), **given)
        return Response(AllocationOut(made).data, status=status.HTTP_201_CREATED)


class TeamDetail(APIView):
    """One share of time: giving it back."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.PILOTS)]

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person(request)
        allocation = get_object_or_404(
            Allocation.objects.visible_to(user).select_related("pilot__lead", "person", "member"),
            pk=pk,
        )
        staffing.remove(allocation, by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
