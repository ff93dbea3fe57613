"""A promise of time as JSON."""

from __future__ import annotations

from rest_framework import serializers

from pilots.lifecycle.models import TeamRole
from pilots.lifecycle.presenters import PersonOut
from pilots.staffing.models import Allocation


class AllocationOut(serializers.ModelSerializer[Allocation]):
    person = PersonOut()
    role = serializers.ChoiceField(TeamRole.choices, read_only=True)

    class Meta:
        model = Allocation
        fields = ("id", "person", "role", "percent", "starts_on", "ends_on")
        read_only_fields = fields
