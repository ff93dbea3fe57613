"""Numbers that somebody typed in, and from what they were counted."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.metrics.models.plan import Metric


class HandCount(models.Model):
    """What somebody attested when they typed a number in or corrected it; the number itself stands with all
    others. A later one of the same period corrects it and says why."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="hand_counts")
    period = models.DateField()  # its first day
    number = models.PositiveSmallIntegerField(default=0)  # of corrections
    pull_id = models.BigIntegerField(unique=True)  # by which it was kept
    counted_from = models.CharField(_("I counted this from"), max_length=400)
    link = models.URLField(_("link to it"), max_length=600, blank=True)
    reason = models.CharField(_("why it is corrected"), max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "period", "number"], name="hand_count_numbered"
            ),
            models.CheckConstraint(condition=~Q(counted_from=""), name="hand_count_attested"),
            models.CheckConstraint(
                condition=Q(number=0) | ~Q(reason=""), name="hand_count_corrected_with_reason"
            ),
        ]
        triggers = [pgtrigger.Protect(name="stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period}"
