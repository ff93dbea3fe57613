"""The night's comparison of the tables with the log."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class BackupMade(models.Model):
    """When `manage.py backup` was done, so that somebody is told when it is not."""

    at = models.DateTimeField(db_index=True)
    file = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.file


class LogComparison(models.Model):
    """One a day. A worker that died in it is followed by another an hour later."""

    on = models.DateField(unique=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # For each comparison: how much was compared, how much is from before events said enough.
    counts = models.JSONField(default=list)
    faults = models.JSONField(default=list)  # the first of them: [comparison, kind, values]
    fault_count = models.IntegerField(default=0)

    class Meta:
        ordering = ["-on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="log_comparison_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"
