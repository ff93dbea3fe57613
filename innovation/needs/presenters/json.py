"""Needs as JSON. Whoever asked not to be named is not named here either."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.needs.models import Need
from innovation.people.models import Unit, User


class UnitOut(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ("id", "name")


class NeedOut(serializers.ModelSerializer[Need]):
    """A need as this person may read it.

    The fields say the shape, for the schema; `to_representation` writes the same without asking
    each of twenty-five fields for each of fifty needs, which took two thirds of a list's time.
    A test compares the two.
    """

    unit = UnitOut(read_only=True)
    submitted_by = serializers.SerializerMethodField()
    status_label = serializers.CharField(source="get_status_display", read_only=True)
    burden_minutes_a_week = serializers.FloatField(source="burden_minutes", read_only=True)
    voices = serializers.IntegerField(source="voice_count", read_only=True)
    has_own_voice = serializers.BooleanField(read_only=True, default=False)
    is_mine = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Need
        fields = (
            "id",
            "url",
            "title",
            "problem",
            "population",
            "outcome",
            "setting",
            "frequency",
            "people_affected",
            "minutes_lost",
            "burden_minutes_a_week",
            "safety",
            "equity",
            "workaround",
            "unit",
            "submitted_by",
            "anonymous",
            "submitted_at",
            "first_answered_at",
            "status",
            "status_label",
            "merged_into",
            "voices",
            "has_own_voice",
            "is_mine",
        )
        read_only_fields = fields

    def to_representation(self, need: Need) -> dict[str, object]:
        moment = self.fields["submitted_at"].to_representation
        return {
            "id": need.pk,
            "url": need.get_absolute_url(),
            "title": need.title,
            "problem": need.problem,
            "population": need.population,
            "outcome": need.outcome,
            "setting": need.setting,
            "frequency": need.frequency,
            "people_affected": need.people_affected,
            "minutes_lost": need.minutes_lost,
            "burden_minutes_a_week": need.burden_minutes,
            "safety": need.safety,
            "equity": need.equity,
            "workaround": need.workaround,
            "unit": {"id": need.unit.pk, "name": need.unit.name},
            "submitted_by": self.get_submitted_by(need),
            "anonymous": need.anonymous,
            "submitted_at": moment(need.submitted_at),
            "first_answered_at": need.first_answered_at and moment(need.first_answered_at),
            "status": need.status,
            "status_label": need.get_status_display(),
            "merged_into": need.merged_into_id,
            "voices": need.voice_count,
            "has_own_voice": getattr(need, "has_own_voice", False),
            "is_mine": self.get_is_mine(need),
        }

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_submitted_by(self, need: Need) -> str | None:
        return None if need.anonymous else need.submitted_by.name

    def get_is_mine(self, need: Need) -> bool:
        user: User = self.context["request"].user
        return need.submitted_by_id == user.pk
