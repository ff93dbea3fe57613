"""Planned change in words and as JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.adoption.actions import PastedRow
from pilots.adoption.models import (
    AffectedGroup,
    Champion,
    ChampionAnswer,
    ChangeQuestion,
    NobodyAffected,
    PdsaCycle,
    PdsaDecision,
    SupportEnd,
    SupportStep,
    TrainingSession,
    Wave,
)
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
            "complexity", "active_metric", "still_active_metric", "removed_at", "removed_because", "page",
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


class TrainingOut(serializers.ModelSerializer[TrainingSession]):
    material_url = serializers.CharField(help_text="Its address; empty where words say what it is.")
    trainer = PersonOut()
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = TrainingSession
        fields = (
            "id", "group", "title", "material_url", "material", "minutes", "held_on", "held_at", "place",
            "trainer", "valid_months", "cancelled_at", "cancelled_because", "page",
        )  # fmt: skip
        read_only_fields = fields


class PastedRowOut(serializers.Serializer[PastedRow]):
    number = serializers.IntegerField(help_text="Its place in the list, from 1.")
    address = serializers.CharField()
    done = serializers.BooleanField()
    said = serializers.CharField()


class WaveOut(serializers.ModelSerializer[Wave]):
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Wave
        fields = (
            "id", "pilot", "name", "first_day", "share", "groups", "sites", "went_live_on", "dropped_at",
            "dropped_because", "page",
        )  # fmt: skip
        read_only_fields = fields


class NobodyAffectedOut(serializers.ModelSerializer[NobodyAffected]):
    by = serializers.CharField(source="by.name")

    class Meta:
        model = NobodyAffected
        fields = ("pilot", "because", "by", "at")
        read_only_fields = fields


class PdsaOut(serializers.ModelSerializer[PdsaCycle]):
    decision = serializers.ChoiceField(PdsaDecision.choices, allow_blank=True, read_only=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = PdsaCycle
        fields = (
            "id", "pilot", "question", "prediction", "plan", "metric", "starts_on", "done", "result",
            "decision", "next_step", "closed_at", "page",
        )  # fmt: skip
        read_only_fields = fields


class SupportOut(serializers.ModelSerializer[SupportStep]):
    owner = PersonOut()
    end = serializers.ChoiceField(SupportEnd.choices, allow_blank=True, read_only=True)

    class Meta:
        model = SupportStep
        fields = (
            "id",
            "pilot",
            "group",
            "what",
            "how",
            "due_on",
            "owner",
            "end",
            "ended_at",
            "note",
        )
        read_only_fields = fields


class ChangeQuestionOut(serializers.ModelSerializer[ChangeQuestion]):
    asked_by = serializers.CharField(source="asked_by.name")
    answered_by = serializers.CharField(source="answered_by.name", default=None, allow_null=True)

    class Meta:
        model = ChangeQuestion
        fields = ("id", "pilot", "group", "text", "asked_by", "asked_at", "answer", "answered_by", "answered_at")  # fmt: skip
        read_only_fields = fields
