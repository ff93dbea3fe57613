"""Time that is asked for and promised, in words and as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.numbers import number
from pilots.lifecycle.models import TeamRole
from pilots.lifecycle.presenters import PersonOut
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing.capacity import hours_a_week
from pilots.staffing.models import Allocation, TimeAnswer, TimeRequest


def share_in_words(request: TimeRequest) -> str:
    """ "20 % of full time (8 hours a week), from 1 December 2026 until 5 March 2027" """
    return _(
        "%(percent)s %% of full time (%(hours)s hours a week), from %(start)s until %(end)s"
    ) % {
        "percent": request.percent,
        "hours": number(hours_a_week(request.percent)),
        "start": dates.day_in_words(request.starts_on),
        "end": dates.day_in_words(request.ends_on),
    }


_DECIDES = (
    PilotsPermission.DECIDE_RESOURCES,
    PilotsPermission.ANSWER_ALARMS,
    PilotsPermission.RAISE_PATHWAY,
    PilotsPermission.JUDGE_SAFETY,
)


def is_barred_by_yes(user: User, request: TimeRequest) -> bool:
    """Whether the user decides on pilots there or reviews them, which they would not of one of their own."""
    return any(user.may(one, request.pilot.unit_id) for one in _DECIDES)


class AllocationOut(serializers.ModelSerializer[Allocation]):
    person = PersonOut()
    role = serializers.ChoiceField(TeamRole.choices, read_only=True)

    class Meta:
        model = Allocation
        fields = ("id", "person", "role", "percent", "starts_on", "ends_on", "request")
        read_only_fields = fields


class TimeRequestOut(serializers.ModelSerializer[TimeRequest]):
    """Somebody is asked for time. They are on the team once `answer` is “agreed”."""

    pilot = serializers.IntegerField(source="pilot_id")
    person = PersonOut()
    role = serializers.ChoiceField(TeamRole.choices, read_only=True)
    hours_a_week = serializers.SerializerMethodField()
    asked_by = serializers.CharField(source="asked_by.name")
    answer = serializers.ChoiceField(TimeAnswer.choices, allow_blank=True, read_only=True)
    answered_by = serializers.CharField(
        source="answered_by.name", default=None, allow_null=True, read_only=True
    )
    waits_for = serializers.CharField(read_only=True)
    waits_since = serializers.SerializerMethodField()

    class Meta:
        model = TimeRequest
        fields = (
            "id", "pilot", "person", "role", "percent", "hours_a_week", "starts_on", "ends_on", "why",
            "cover", "asked_by", "asked_at", "said_yes_at", "unit", "waits_for", "waits_since", "answer",
            "answered_at", "answered_by", "words",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField)
    def get_hours_a_week(self, request: TimeRequest) -> Decimal:
        return hours_a_week(request.percent)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_waits_since(self, request: TimeRequest) -> str | None:
        return None if request.answer else request.waits_since.isoformat()


class WantedOut(serializers.Serializer[Any]):
    discipline = serializers.CharField()
    name = serializers.CharField()
    why = serializers.CharField()


class SuggestedOut(serializers.Serializer[Any]):
    person = serializers.IntegerField(source="person.pk")
    name = serializers.CharField(source="person.name")
    discipline = serializers.CharField(source="profile.discipline")
    because = serializers.ListField(child=serializers.CharField())


class TeamMixOut(serializers.Serializer[Any]):
    """What the team's people say that they come from; `not_said` of them have no profile."""

    present = serializers.DictField(child=serializers.IntegerField())
    not_said = serializers.IntegerField()
    missing = WantedOut(many=True)
    suggested = SuggestedOut(many=True, help_text="For whoever may ask for time; else empty.")
