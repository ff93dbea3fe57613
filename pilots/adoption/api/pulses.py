"""Readiness and use for programs: the heat map, asking groups, counting use, taking on a barrier."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.adoption.actions import pulses as actions
from pilots.adoption.api.groups import group_of_team
from pilots.adoption.barriers import Barrier, GroupStanding
from pilots.adoption.models import AffectedGroup, BarrierAction, UseCount
from pilots.adoption.presenters import GroupOut
from pilots.adoption.queries.readiness import GroupReadiness, TakenOn, readiness_of
from pilots.adoption.queries.use import Use
from pilots.lifecycle.queries import may_own_blockers, visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.models import Metric
from pilots.surveys.permissions import check_can_ask
from pilots.surveys.presenters import RoundReadingOut, SurveyRoundOut

ASKS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class HelpOut(serializers.Serializer[TakenOn]):
    id = serializers.IntegerField(source="action.pk")
    barrier = serializers.ChoiceField(Barrier.choices, source="action.barrier")
    what = serializers.CharField(source="action.what")
    owner = serializers.CharField(source="action.owner.name")
    until = serializers.DateField(source="action.until")
    done_at = serializers.DateTimeField(source="action.done_at", allow_null=True)
    moved = serializers.FloatField(allow_null=True)


class UseOut(serializers.Serializer[Use]):
    """How it is known who uses it."""

    metric = serializers.IntegerField(
        source="metric.pk", allow_null=True, default=None, help_text="Null: the team counted."
    )
    counted_from = serializers.CharField(source="source")
    on = serializers.DateField(help_text="Of a metric, the last day of its period.")
    n = serializers.IntegerField(allow_null=True, help_text="Null where it would tell of few.")
    freshness = serializers.CharField(source="freshness.sentence", allow_null=True, default=None)


class ReadinessOut(serializers.Serializer[GroupReadiness]):
    group = serializers.IntegerField(source="group.pk")
    name = serializers.CharField(source="group.name")
    reading = RoundReadingOut(allow_null=True)
    barrier = serializers.ChoiceField(Barrier.choices, allow_null=True)
    standing = serializers.ChoiceField(GroupStanding.choices, allow_null=True)
    trained = serializers.FloatField(allow_null=True)
    active = serializers.FloatField(allow_null=True)
    still_active = serializers.FloatField(allow_null=True)
    active_from = UseOut(source="use.active", allow_null=True)
    still_active_from = UseOut(source="use.still_active", allow_null=True)
    moved = serializers.FloatField(source="taken_on.moved", allow_null=True, default=None)
    would_help = serializers.CharField(source="would_help.text", allow_null=True, default=None)
    helps = HelpOut(many=True)


class UseCountOut(serializers.ModelSerializer[UseCount]):
    class Meta:
        model = UseCount
        fields = ("id", "group", "on", "eligible", "trained", "active", "still_active", "source")
        read_only_fields = fields


class BarrierActionOut(serializers.ModelSerializer[BarrierAction]):
    barrier = serializers.ChoiceField(Barrier.choices, read_only=True)
    owner = serializers.CharField(source="owner.name")

    class Meta:
        model = BarrierAction
        fields = ("id", "group", "barrier", "what", "owner", "until", "done_at")
        read_only_fields = fields


class PulseIn(serializers.Serializer[None]):
    group = serializers.PrimaryKeyRelatedField(
        queryset=AffectedGroup.objects.none(), required=False, allow_null=True
    )
    closes_on = serializers.DateField()

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        request = self.context.get("request")
        if request is not None:
            groups = AffectedGroup.objects.visible_to(person(request)).standing()
            self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class UseIn(NamesNoPatientSerializer):
    on = serializers.DateField()
    eligible = serializers.IntegerField(min_value=1, max_value=1_000_000)
    trained = serializers.IntegerField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True
    )
    active = serializers.IntegerField(min_value=0, max_value=1_000_000)
    still_active = serializers.IntegerField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True
    )
    # "source" names another thing in a serializer.
    counted_from = serializers.CharField(max_length=200)


class UseMetricIn(serializers.Serializer[None]):
    active = serializers.PrimaryKeyRelatedField(
        queryset=Metric.objects.none(), allow_null=True, help_text="Null: the team counts."
    )
    still_active = serializers.PrimaryKeyRelatedField(
        queryset=Metric.objects.none(), required=False, allow_null=True
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        request = self.context.get("request")
        if request is not None:
            for one in ("active", "still_active"):
                metrics = Metric.objects.visible_to(person(request))
                self.fields[one].queryset = metrics  # type: ignore[attr-defined]


class TakeOnIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=300)
    owner = serializers.IntegerField(min_value=1)
    until = serializers.DateField()


@extend_schema(responses=ReadinessOut(many=True))
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ)])
def readiness(request: Request, pk: int) -> Response:
    """Each group of a pilot: its last pulse that may be shown, its barrier, training and use."""
    found = readiness_of(visible_pilot(person(request), pk))
    rows: Any = found
    return Response(ReadinessOut(rows, many=True).data)


@extend_schema(request=PulseIn, responses={201: SurveyRoundOut(many=True)})
@api_view(["POST"])
@permission_classes([ASKS])
def open_pulses(request: Request, pk: int) -> Response:
    """Ask a group the five questions, or all that can be asked."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    check_can_ask(user, pilot)
    given = body(PulseIn, request)
    one = given.get("group")
    groups = [one] if one else list(AffectedGroup.objects.standing().filter(pilot=pilot))
    made = actions.open_pulses(
        pilot, groups=groups, by=user, at=timezone.now(), closes_on=given["closes_on"]
    )
    rounds = SurveyRoundOut([one.round for one in made], many=True)
    return Response(rounds.data, status=status.HTTP_201_CREATED)


@extend_schema(request=UseIn, responses={201: UseCountOut})
@api_view(["POST"])
@permission_classes([ASKS])
def count_use(request: Request, pk: int) -> Response:
    """Write down how many of a group could use it and do."""
    user = person(request)
    group = _group(user, pk)
    check_can_ask(user, group.pilot)
    given = body(UseIn, request)
    made = actions.count_use(
        group, by=user, at=timezone.now(), source=given.pop("counted_from"), **given
    )
    return Response(UseCountOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=UseMetricIn, responses=GroupOut)
@api_view(["POST"])
@permission_classes([ASKS])
def use_metric(request: Request, pk: int) -> Response:
    """Say from which metrics of the pilot it is read who of a group uses it."""
    group = group_of_team(person(request), pk)
    given = {"still_active": None, **body(UseMetricIn, request)}
    actions.read_use_from(group, by=person(request), at=timezone.now(), **given)
    return Response(GroupOut(group).data)


@extend_schema(request=TakeOnIn, responses={201: BarrierActionOut})
@api_view(["POST"])
@permission_classes([ASKS])
def take_on(request: Request, pk: int) -> Response:
    """Somebody does something against what the last pulse of the group shows."""
    user = person(request)
    group = _group(user, pk)
    check_can_ask(user, group.pilot)
    given = body(TakeOnIn, request)
    owner = get_object_or_404(may_own_blockers(group.pilot), pk=given.pop("owner"))
    made = actions.take_on(group, owner=owner, by=user, at=timezone.now(), **given)
    return Response(BarrierActionOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=None, responses=BarrierActionOut)
@api_view(["POST"])
@permission_classes([ASKS])
def help_done(request: Request, pk: int) -> Response:
    """It was done."""
    user = person(request)
    found = get_object_or_404(BarrierAction.objects.visible_to(user).for_list(), pk=pk)
    actions.say_help_done(found, by=user, at=timezone.now())
    return Response(BarrierActionOut(found).data)


def _group(user: User, pk: int) -> AffectedGroup:
    groups = AffectedGroup.objects.visible_to(user).standing().for_list()
    return get_object_or_404(groups, pk=pk)
