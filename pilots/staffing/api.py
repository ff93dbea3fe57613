"""A pilot's team over the API."""

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

from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.models import TeamRole
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing import actions as staffing
from pilots.staffing import mix, permissions, queries
from pilots.staffing.models import Allocation, TimeRequest
from pilots.staffing.permissions import check_can_staff
from pilots.staffing.presenters import AllocationOut, TeamMixOut, TimeRequestOut

ANSWERS = Holds(None, writes=Scope.PILOTS)


class TimeAskedIn(NamesNoPatientSerializer):
    person = serializers.IntegerField(min_value=1, max_value=2**62)
    role = serializers.ChoiceField(TeamRole.choices)
    percent = serializers.IntegerField(min_value=1, max_value=100)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    why = serializers.CharField(
        max_length=600, required=False, default="", allow_blank=True,
        help_text="Required for the time of somebody else.",
    )  # fmt: skip
    cover = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True,
        help_text="Who covers meanwhile, and from which money.",
    )  # fmt: skip


class TimeAnswerIn(NamesNoPatientSerializer):
    agrees = serializers.BooleanField()
    words = serializers.CharField(
        max_length=600, required=False, default="", allow_blank=True,
        help_text="Required where a unit says no.",
    )  # fmt: skip


class GiveBackIn(serializers.Serializer[None]):
    on = serializers.DateField()


class TeamList(generics.ListAPIView[Allocation]):
    """Who is on a pilot's team with how much time; and asking somebody for theirs."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.PILOTS)]
    serializer_class = AllocationOut
    queryset = Allocation.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Allocation]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return Allocation.objects.filter(pilot=pilot).select_related("person", "member")

    @extend_schema(request=TimeAskedIn, responses={201: TimeRequestOut})
    def post(self, request: Request, pk: int) -> Response:
        """Ask somebody for a share of their time. They are on the team once they, and their unit where it
        is asked, too, say yes."""
        user = person(request)
        pilot = visible_pilot(user, pk)
        check_can_staff(user, pilot)
        given = body(TimeAskedIn, request)
        chosen = queries.candidates(user, pilot).filter(pk=given.pop("person")).first()
        if chosen is None:
            raise serializers.ValidationError({"person": ["Nobody of this number."]})
        made = staffing.ask(pilot, person=chosen, by=user, at=timezone.now(), **given)
        return Response(TimeRequestOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=TeamMixOut)
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ)])
def team_mix(request: Request, pk: int) -> Response:
    """What the team comes from, what is missing for its kind of work, and whom one could ask."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    found = mix.mix_of(user, pilot)
    staffs = permissions.can_staff(user, pilot)
    return Response(
        TeamMixOut(
            {
                "present": {str(one): n for one, n in found.present},
                "not_said": found.not_said,
                "missing": found.missing,
                "suggested": mix.suggested(user, pilot, found.missing) if staffs else [],
            }
        ).data
    )


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


class TimeRequests(generics.ListAPIView[TimeRequest]):
    """Whose time was asked for, the last first: those that the user may read."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = TimeRequestOut
    queryset = TimeRequest.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[TimeRequest]:
        user = person(self.request)
        pilot = visible_pilot(user, self.kwargs["pk"])
        visible = TimeRequest.objects.visible_to(user)
        return visible.filter(pilot=pilot).for_list()


@extend_schema(responses=TimeRequestOut)
@api_view(["GET"])
@permission_classes([ANSWERS])
def detail(request: Request, pk: int) -> Response:
    """One request for time."""
    return Response(TimeRequestOut(_asked(request, pk)).data)


@extend_schema(request=TimeAnswerIn, responses=TimeRequestOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def answer(request: Request, pk: int) -> Response:
    """Say yes or no to giving one's own time: only who is asked."""
    user, asked = person(request), _asked(request, pk)
    permissions.check_can_answer_for_oneself(user, asked)
    given = body(TimeAnswerIn, request)
    if given["agrees"]:
        staffing.agree(asked, by=user, at=timezone.now())
    else:
        staffing.decline(asked, words=given["words"], by=user, at=timezone.now())
    return Response(TimeRequestOut(_asked(request, pk)).data)


@extend_schema(request=TimeAnswerIn, responses=TimeRequestOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def unit_answer(request: Request, pk: int) -> Response:
    """Say for the unit whether it can spare the time: who leads it or a unit above, after the person's yes."""
    user, asked = person(request), _asked(request, pk)
    permissions.check_can_answer_for_unit(user, asked)
    given = body(TimeAnswerIn, request)
    act = staffing.agree_for_unit if given["agrees"] else staffing.refuse_for_unit
    act(asked, words=given["words"], by=user, at=timezone.now())
    return Response(TimeRequestOut(_asked(request, pk)).data)


@extend_schema(request=None, responses=TimeRequestOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def withdraw(request: Request, pk: int) -> Response:
    """Ask no longer."""
    staffing.withdraw(_asked(request, pk), by=person(request), at=timezone.now())
    return Response(TimeRequestOut(_asked(request, pk)).data)


@extend_schema(request=GiveBackIn, responses=TimeRequestOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def give_back(request: Request, pk: int) -> Response:
    """Take one's own yes back: one's time is one's own again from this day on."""
    user, asked = person(request), _asked(request, pk)
    allocation = get_object_or_404(
        asked.allocations.select_related("pilot__lead", "person", "member")
    )
    permissions.check_can_give_back(user, allocation)
    staffing.give_back(allocation, by=user, at=timezone.now(), **body(GiveBackIn, request))
    return Response(TimeRequestOut(_asked(request, pk)).data)


def _asked(request: Request, pk: int) -> TimeRequest:
    visible = TimeRequest.objects.visible_to(person(request)).for_list()
    found: TimeRequest = get_object_or_404(visible, pk=pk)
    return found
