"""PDSA cycles for programs: predicted, done, closed."""

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
from innovation.web.api_step import Validated, body
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.adoption import actions, permissions
from pilots.adoption.api.groups import PLANS
from pilots.adoption.models import PdsaCycle, PdsaDecision
from pilots.adoption.presenters import PdsaOut
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.metrics.models import Metric


class PdsaIn(NamesNoPatientSerializer):
    question = serializers.CharField(max_length=200)
    prediction = serializers.CharField(max_length=600)
    plan = serializers.CharField(max_length=1000)
    starts_on = serializers.DateField()
    metric = serializers.PrimaryKeyRelatedField(
        queryset=Metric.objects.none(), required=False, allow_null=True
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        pilot = self.context.get("pilot")
        if pilot is not None:
            user = person(self.context["request"])
            self.fields["metric"].queryset = (  # type: ignore[attr-defined]
                Metric.objects.visible_to(user).filter(pilot=pilot)
            )


class PdsaDoneIn(NamesNoPatientSerializer):
    done = serializers.CharField(max_length=1000)


class PdsaCloseIn(NamesNoPatientSerializer):
    result = serializers.CharField(max_length=1000)
    decision = serializers.ChoiceField(PdsaDecision.choices)
    next_step = serializers.CharField(max_length=600, required=False, allow_blank=True)


class PdsaList(generics.ListAPIView[PdsaCycle]):
    """The cycles of a pilot, the last one first; and planning one."""

    permission_classes = [PLANS]
    serializer_class = PdsaOut
    queryset = PdsaCycle.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[PdsaCycle]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return PdsaCycle.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=PdsaIn, responses={201: PdsaOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_plan_change(user, pilot)
        made = actions.plan_cycle(pilot, by=user, at=timezone.now(), **_given(request, pilot))
        return Response(PdsaOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=PdsaIn, responses=PdsaOut)
@api_view(["POST"])
@permission_classes([PLANS])
def change(request: Request, pk: int) -> Response:
    """Ask or predict otherwise, while no result is in."""
    cycle = _cycle(request, pk)
    given = _given(request, cycle.pilot)
    actions.change_cycle(cycle, by=person(request), at=timezone.now(), **given)
    return Response(PdsaOut(cycle).data)


@extend_schema(request=PdsaDoneIn, responses=PdsaOut)
@api_view(["POST"])
@permission_classes([PLANS])
def done(request: Request, pk: int) -> Response:
    """What was done in fact."""
    cycle = _cycle(request, pk)
    given = body(PdsaDoneIn, request)
    actions.say_cycle_done(cycle, by=person(request), at=timezone.now(), **given)
    return Response(PdsaOut(cycle).data)


@extend_schema(request=PdsaCloseIn, responses=PdsaOut)
@api_view(["POST"])
@permission_classes([PLANS])
def close(request: Request, pk: int) -> Response:
    """What was seen, and what follows; it stays so."""
    cycle = _cycle(request, pk)
    given = body(PdsaCloseIn, request)
    actions.close_cycle(cycle, by=person(request), at=timezone.now(), **given)
    return Response(PdsaOut(cycle).data)


def _given(request: Request, pilot: Pilot) -> Validated:
    given = PdsaIn(data=request.data, context={"request": request, "pilot": pilot})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _cycle(request: Request, pk: int) -> PdsaCycle:
    user = person(request)
    found = get_object_or_404(PdsaCycle.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_plan_change(user, found.pilot)
    return found
