"""The clock of a pilot as JSON."""

from __future__ import annotations

from rest_framework import serializers

from pilots.lifecycle.run_time import PilotClock


class ClockOut(serializers.Serializer[PilotClock]):
    live_on = serializers.DateField()
    week = serializers.IntegerField()
    weeks = serializers.IntegerField(help_text="In all, with its extension where it was extended.")
    ends_on = serializers.DateField(help_text="The last day.")
    is_over = serializers.BooleanField()
    may_be_extended = serializers.BooleanField(help_text="Once, beyond its longest run.")
    latest = serializers.DateField(help_text="Until when it may be extended at the latest.")
    sentence = serializers.CharField()
