"""Risks as JSON."""

from __future__ import annotations

from rest_framework import serializers

from pilots.risks.models import PilotRisk


class RiskOut(serializers.ModelSerializer[PilotRisk]):
    is_high = serializers.BooleanField()
    owner = serializers.CharField(source="owner.name")
    closed_by = serializers.CharField(source="closed_by.name", default=None, allow_null=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = PilotRisk
        fields = (
            "id", "pilot", "what", "weight", "chance", "is_high", "done", "owner", "look_on", "at",
            "closed_at", "closed_by", "closed_because", "page",
        )  # fmt: skip
        read_only_fields = fields
