"""Scale plans over the API: what is there, writing and amending it, and the owner's yes."""

from __future__ import annotations

from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User, UserQuerySet
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling import actions, permissions, queries
from pilots.scaling.models import ScalePlan
from pilots.scaling.presenters import ScalePlanOut

READS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class OwnerField(serializers.PrimaryKeyRelatedField[User]):
    """Among those who may own what this pilot tries; anybody else is not known to be there."""

    def get_queryset(self) -> UserQuerySet:
        request: Request = self.context["request"]
        kwargs = (request.parser_context or {})["kwargs"]
        return queries.may_own(visible_pilot(person(request), kwargs["pk"]))


class ScalePlanIn(NamesNoPatientSerializer):
    """What is left out stays as it is."""

    owner = OwnerField(
        queryset=User.objects.active(), required=False, help_text="Whom to ask; they say yes or no."
    )
    running_cost = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )
    training = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    integration = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    taking_out = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class PlanAmendmentIn(ScalePlanIn):
    reason = serializers.CharField(max_length=2000)


class OwnerAnswerIn(NamesNoPatientSerializer):
    agrees = serializers.BooleanField()
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class ScalePlanDetail(APIView):
    """How what a pilot tries goes on once it is scaled, and which of its parts are there."""

    permission_classes = [READS]

    @extend_schema(responses=ScalePlanOut)
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        return _answer(user, visible_pilot(user, pk))

    @extend_schema(request=ScalePlanIn, responses=ScalePlanOut)
    def patch(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_write_plan(user, pilot)
        actions.write(pilot, by=user, at=timezone.now(), **body(ScalePlanIn, request))
        return _answer(user, pilot)


@extend_schema(request=PlanAmendmentIn, responses=ScalePlanOut)
@api_view(["POST"])
@permission_classes([READS])
def amend(request: Request, pk: int) -> Response:
    """Change what a pilot was scaled on, with a reason."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_amend_plan(user, _plan(pilot))
    actions.amend(pilot, by=user, at=timezone.now(), **body(PlanAmendmentIn, request))
    return _answer(user, pilot)


@extend_schema(request=OwnerAnswerIn, responses=ScalePlanOut)
@api_view(["POST"])
@permission_classes([READS])
def answer(request: Request, pk: int) -> Response:
    """Say yes or no to owning what a pilot tries, for whoever is asked."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    plan = _plan(pilot)
    permissions.check_can_answer_asked(user, plan)
    actions.answer(plan, by=user, at=timezone.now(), **body(OwnerAnswerIn, request))
    return _answer(user, pilot)


def _plan(pilot: Pilot) -> ScalePlan:
    plans = ScalePlan.objects.select_related("owner", "asked", "asked_by")
    plan = get_object_or_404(plans, pilot=pilot)
    plan.pilot = pilot
    return plan


def _answer(user: User, pilot: Pilot) -> Response:
    state = queries.plan_of(pilot)
    sees_cost = permissions.sees_cost(user, pilot, state.plan)
    return Response(ScalePlanOut(state, context={"sees_cost": sees_cost}).data)
