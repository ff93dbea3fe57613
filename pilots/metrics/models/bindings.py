"""Metrics that somebody had made of a file in one go, and whether that was taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pilots.metrics.models.sources import Source

# So long whoever had them made may take it back.
TAKEN_BACK_WITHIN = timedelta(days=1)


class BulkBinding(models.Model):
    """One source bound to many metrics at once, one for each organisation of its file."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="bulk_bindings")
    name = models.CharField(max_length=160)  # of all its metrics
    count = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    gone = models.PositiveIntegerField(default=0)  # when it was taken back; the others stay

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at=None, gone=0)
                | Q(
                    taken_back_at__gte=F("made_at"),
                    taken_back_at__lte=F("made_at") + TAKEN_BACK_WITHIN,
                    gone__lte=F("count"),
                ),
                name="bulk_binding_taken_back_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def until(self) -> datetime:
        """When it stands for good."""
        return self.made_at + TAKEN_BACK_WITHIN
