"""Who was told that a pilot's time ends."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models import Pilot


class ClockStage(models.TextChoices):
    SOON = "soon", _("Ends soon")
    OVER = "over", _("Over")


class ClockNotice(models.Model):
    """Those who answer for a pilot were told that its time ends on this day, or is over."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="clock_notices")
    ends_on = models.DateField()
    stage = models.CharField(max_length=4, choices=ClockStage.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "ends_on", "stage"], name="clock_told_once_a_stage"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=ClockStage.values), name="clock_notice_stage_known"
            ),
        ]
        triggers = [pgtrigger.Protect(name="told_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.stage} {self.ends_on}"
