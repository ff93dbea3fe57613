"""What a pilot offers its people, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.funding.permissions import can_see_money
from pilots.incentives import actions, permissions, queries
from pilots.incentives.kinds import COSTS_MONEY, CareerForm, IncentiveKind, IncentiveOutcome
from pilots.incentives.models import Incentive
from pilots.incentives.presenters import IncentiveOut
from pilots.incentives.words import missing_of_money
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

KEEPS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class PaidIn(NamesNoPatientSerializer):
    cost = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    line = serializers.IntegerField(help_text="A line of the pilot's budget.")


class IncentiveIn(NamesNoPatientSerializer):
    kind = serializers.ChoiceField(IncentiveKind.choices)
    career = serializers.ChoiceField(
        CareerForm.choices, required=False, allow_blank=True, default=""
    )
    what = serializers.CharField(max_length=300)
    for_whom = serializers.CharField(max_length=200)
    group = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="A group of the pilot."
    )
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    why_fits = serializers.CharField(max_length=600)
    must_not = serializers.CharField(max_length=600)
    metric = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="A metric of the pilot."
    )
    despite = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where the metric counts how much is done and a guardrail how well.",
    )
    cost = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        allow_null=True,
        default=None,
        help_text="Needed of a kind that costs money once the budget is asked for, and before that at its gate.",
    )
    line = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="A line of the pilot's budget."
    )


class DespiteIn(NamesNoPatientSerializer):
    despite = serializers.CharField(max_length=600)


class OfferTakenBackIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class IncentiveEvaluationIn(NamesNoPatientSerializer):
    outcome = serializers.ChoiceField(IncentiveOutcome.choices)
    words = serializers.CharField(max_length=2000)


class IncentiveList(generics.ListAPIView[Incentive]):
    """What a pilot offers its people; and planning one."""

    permission_classes = [KEEPS]
    serializer_class = IncentiveOut
    queryset = Incentive.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Incentive]:
        # Each says what of it is still to be answered, by the numbers of its pilot.
        found = Incentive.objects.filter(pilot=self._pilot()).for_list()
        return found.prefetch_related("pilot__metrics")

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = dict(super().get_serializer_context())
        if "pk" in self.kwargs:
            seen = can_see_money(person(self.request), self._pilot())
            context["sees_money"] = bool(seen)
        return context

    def _pilot(self) -> Pilot:
        return visible_pilot(person(self.request), self.kwargs["pk"])

    @extend_schema(request=IncentiveIn, responses={201: IncentiveOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_plan(user, pilot)
        given = _rows(pilot, body(IncentiveIn, request))
        if given["kind"] in COSTS_MONEY and not is_plan_open(pilot):
            missing = missing_of_money(given["cost"], given["line"])
            if missing:
                raise serializers.ValidationError({name: [said] for name, said in missing.items()})
        made = actions.plan(pilot, by=user, at=timezone.now(), **given)
        return _out(user, made, status.HTTP_201_CREATED)


@extend_schema(responses=IncentiveOut)
@api_view(["GET"])
@permission_classes([KEEPS])
def incentive(request: Request, pk: int) -> Response:
    """One of them, with what is said of what it did."""
    user = person(request)
    return _out(user, _incentive(user, pk))


@extend_schema(request=DespiteIn, responses=IncentiveOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def answer(request: Request, pk: int) -> Response:
    """Answer the warning that it rewards more at the cost of better."""
    user = person(request)
    found = _kept(user, pk)
    actions.answer_warning(found, by=user, at=timezone.now(), **body(DespiteIn, request))
    return _out(user, found)


@extend_schema(request=PaidIn, responses=IncentiveOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def pay(request: Request, pk: int) -> Response:
    """Say what it costs and which budget line pays."""
    user = person(request)
    found = _kept(user, pk)
    given = _rows(found.pilot, body(PaidIn, request))
    actions.pay_from(found, by=user, at=timezone.now(), **given)
    return _out(user, found)


@extend_schema(request=OfferTakenBackIn, responses=IncentiveOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def take_back(request: Request, pk: int) -> Response:
    """It is offered no longer, and why."""
    user = person(request)
    found = _kept(user, pk)
    actions.take_back(found, by=user, at=timezone.now(), **body(OfferTakenBackIn, request))
    return _out(user, found)


@extend_schema(request=IncentiveEvaluationIn, responses=IncentiveOut)
@api_view(["POST"])
@permission_classes([KEEPS])
def evaluate(request: Request, pk: int) -> Response:
    """Say what it did and whether it stays."""
    user = person(request)
    found = _incentive(user, pk)
    permissions.check_can_evaluate(user, found)
    actions.evaluate(found, by=user, at=timezone.now(), **body(IncentiveEvaluationIn, request))
    return _out(user, _incentive(user, pk))


def _rows(pilot: Pilot, given: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a group, a metric and a line as the rows that they are of."""
    found: dict[str, Any] = dict(given)
    known: tuple[tuple[str, Any], ...] = (
        ("group", queries.groups_of(pilot)),
        ("metric", queries.metrics_of(pilot)),
        ("line", queries.lines_of(pilot)),
    )
    wrong: dict[str, list[str]] = {}
    for name, rows in known:
        if found.get(name) is not None:
            row: Any = rows.filter(pk=found[name]).first()
            if row is None:
                wrong[name] = ["there is no such row of this pilot"]
            found[name] = row
    if wrong:
        raise serializers.ValidationError(wrong)
    return found


def _incentive(user: User, pk: int) -> Incentive:
    return get_object_or_404(Incentive.objects.visible_to(user).for_list(), pk=pk)


def _kept(user: User, pk: int) -> Incentive:
    found = _incentive(user, pk)
    permissions.check_can_keep_offer(user, found)
    return found


def _out(user: User, found: Incentive, code: int = status.HTTP_200_OK) -> Response:
    context = {"sees_money": bool(can_see_money(user, found.pilot))}
    return Response(IncentiveOut(found, context=context).data, status=code)
