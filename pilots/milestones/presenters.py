"""Milestones as JSON."""

from __future__ import annotations

from rest_framework import serializers

from pilots.milestones.models import Milestone, MilestoneEnd, MilestoneMove


class MilestoneMoveOut(serializers.ModelSerializer[MilestoneMove]):
    by = serializers.CharField(source="by.name")

    class Meta:
        model = MilestoneMove
        fields = ("before", "after", "reason", "by", "at")
        read_only_fields = fields


class MilestoneOut(serializers.ModelSerializer[Milestone]):
    end = serializers.ChoiceField(MilestoneEnd.choices, allow_blank=True, read_only=True)
    ended_by = serializers.CharField(source="ended_by.name", default=None, allow_null=True)
    moves = MilestoneMoveOut(many=True, read_only=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Milestone
        fields = (
            "id", "pilot", "what", "due_on", "end", "ended_on", "ended_by", "note", "moves", "page",
        )  # fmt: skip
        read_only_fields = fields
