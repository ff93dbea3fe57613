"""What the API takes for a need; the same shape and the same warning as the pages."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from innovation.needs.actions import WORDS
from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.people.models import Unit
from innovation.web.free_text import NamesNoPatientSerializer


class NeedUnitField(serializers.PrimaryKeyRelatedField[Unit]):
    """A unit in which the person may record needs."""

    def get_queryset(self) -> QuerySet[Unit]:
        return Unit.objects.within_reach(
            self.context["request"].user, NeedsPermission.SUBMIT
        ).filter(closed_at=None)


class NeedIn(NamesNoPatientSerializer, serializers.ModelSerializer[Need]):
    unit = NeedUnitField(queryset=Unit.objects.none())

    class Meta:
        model = Need
        fields: tuple[str, ...] = (*WORDS, "unit", "anonymous", "names_nobody")
        extra_kwargs = {
            "title": {"required": False, "allow_blank": True},
            "people_affected": {"max_value": 10_000_000, "min_value": 0},
            "minutes_lost": {"max_value": 10_080, "min_value": 0},
        }


class NeedChange(NeedIn):
    class Meta(NeedIn.Meta):
        fields = (*WORDS, "unit", "names_nobody")


class ReasonIn(NamesNoPatientSerializer):
    """The words that go with a decision or an answer; the people concerned read them."""

    reason = serializers.CharField(max_length=2000)


class MergeIn(ReasonIn):
    into = serializers.IntegerField(min_value=1, help_text="The need that says the same.")


class VoiceIn(NamesNoPatientSerializer):
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
