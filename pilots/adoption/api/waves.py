"""Waves for programs: reading them, planning one, and its first day."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import Unit
from innovation.people.request import person
from innovation.web.api_step import Validated, body
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.adoption import actions
from pilots.adoption.api.groups import PLANS
from pilots.adoption.models import AffectedGroup, Wave
from pilots.adoption.presenters import WaveOut
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_lead, check_can_plan_sites
from pilots.lifecycle.queries import units_of_sites, visible_pilot


class WaveIn(NamesNoPatientSerializer):
    name = serializers.CharField(max_length=80)
    first_day = serializers.DateField()
    share = serializers.IntegerField(min_value=1, max_value=100)
    groups = serializers.PrimaryKeyRelatedField(
        queryset=AffectedGroup.objects.none(), many=True, allow_empty=False
    )
    sites = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.none(), many=True, required=False
    )
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        help_text="Needed once the plan was proposed.",
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        pilot = self.context.get("pilot")
        if pilot is not None:
            groups = AffectedGroup.objects.standing().filter(pilot=pilot)
            self.fields["groups"].child_relation.queryset = groups  # type: ignore[attr-defined]
            sites = units_of_sites(pilot)
            self.fields["sites"].child_relation.queryset = sites  # type: ignore[attr-defined]


class WaveLiveIn(NamesNoPatientSerializer):
    on = serializers.DateField()
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        help_text="Needed where it is another day than the planned one.",
    )


class WaveDropIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class WaveList(generics.ListAPIView[Wave]):
    """The waves of a pilot by their first day; and planning one."""

    permission_classes = [PLANS]
    serializer_class = WaveOut
    queryset = Wave.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Wave]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return Wave.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=WaveIn, responses={201: WaveOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        check_can_plan_sites(user, pilot)
        made = actions.plan_wave(pilot, by=user, at=timezone.now(), **_given(request, pilot))
        return Response(WaveOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=WaveIn, responses=WaveOut)
@api_view(["POST"])
@permission_classes([PLANS])
def change(request: Request, pk: int) -> Response:
    """Another day, share, group or site."""
    user, wave = person(request), _wave(request, pk)
    check_can_plan_sites(user, wave.pilot)
    actions.change_wave(wave, by=user, at=timezone.now(), **_given(request, wave.pilot))
    return Response(WaveOut(_wave(request, pk)).data)


@extend_schema(request=WaveLiveIn, responses=WaveOut)
@api_view(["POST"])
@permission_classes([PLANS])
def live(request: Request, pk: int) -> Response:
    """It has begun; refused until its groups are trained to their share."""
    user, wave = person(request), _wave(request, pk)
    check_can_lead(user, wave.pilot)
    actions.wave_goes_live(wave, by=user, at=timezone.now(), **body(WaveLiveIn, request))
    return Response(WaveOut(wave).data)


@extend_schema(request=WaveDropIn, responses=WaveOut)
@api_view(["POST"])
@permission_classes([PLANS])
def drop(request: Request, pk: int) -> Response:
    """It does not begin."""
    user, wave = person(request), _wave(request, pk)
    check_can_plan_sites(user, wave.pilot)
    actions.drop_wave(wave, by=user, at=timezone.now(), **body(WaveDropIn, request))
    return Response(WaveOut(_wave(request, pk)).data)


def _given(request: Request, pilot: Pilot) -> Validated:
    given = WaveIn(data=request.data, context={"request": request, "pilot": pilot})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _wave(request: Request, pk: int) -> Wave:
    return get_object_or_404(Wave.objects.visible_to(person(request)).for_list(), pk=pk)
