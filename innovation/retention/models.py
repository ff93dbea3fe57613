"""Each day's run over what is past its term."""

from __future__ import annotations

from django.db import models


class RetentionRun(models.Model):
    """One a day. It goes piece by piece: the row says how far it came and how many went, so that a
    worker that died is followed by another."""

    on = models.DateField(unique=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    removed = models.JSONField(default=dict)  # kind to how many
    reached = models.JSONField(default=dict)  # kind to the last key that was looked at

    class Meta:
        ordering = ["-on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="retention_run_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"
