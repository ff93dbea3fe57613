"""Planned change in words and as JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.adoption.models import AffectedGroup, Champion, ChampionAnswer
from pilots.adoption.nasss import Complexity, Domain
from pilots.lifecycle.presenters import PersonOut


def complexity_in_words(group: AffectedGroup) -> list[tuple[str, str, str]]:
    """Each domain with its judgement in words, and as it is kept; those not judged are empty."""
    return [
        (str(Domain(one).label), str(Complexity(word).label) if word else "", word)
        for one, word in group.judged.items()
    ]


class ComplexityOut(serializers.Serializer[dict[str, str]]):
    condition = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    technology = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    value = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    adopters = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    organisation = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    system = serializers.ChoiceField(Complexity.choices, allow_blank=True)
    time = serializers.ChoiceField(Complexity.choices, allow_blank=True)


class GroupOut(serializers.ModelSerializer[AffectedGroup]):
    unit_name = serializers.CharField(source="unit.name", default=None, allow_null=True)
    site_name = serializers.CharField(source="site.name", default=None, allow_null=True)
    complexity = serializers.SerializerMethodField()
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = AffectedGroup
        fields = (
            "id", "pilot", "name", "people", "unit", "unit_name", "site", "site_name", "changes",
            "complexity", "removed_at", "removed_because", "page",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ComplexityOut)
    def get_complexity(self, group: AffectedGroup) -> dict[str, str]:
        return group.judged


class ChampionOut(serializers.ModelSerializer[Champion]):
    person = PersonOut()
    answer = serializers.ChoiceField(ChampionAnswer.choices, allow_blank=True, read_only=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Champion
        fields = ("id", "group", "person", "hours", "why", "answer", "answered_at", "ended_at", "page")  # fmt: skip
        read_only_fields = fields
