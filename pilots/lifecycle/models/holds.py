"""What keeps a pilot paused until safety lifts it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models.pilots import Pilot


class HoldCause(models.TextChoices):
    SAFETY = "safety", _("Paused by safety")
    ALARM = "alarm", _("Paused on an alarm")
    STOP_BUTTON = "stop_button", _("Stopped where it runs")


class SafetyHold(models.Model):
    """A pause that safety lifts, and nobody whose pilot it is: who was stopped does not say when it is safe
    to go on. A pause of the team's own has none."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=12, choices=HoldCause.choices)
    # False: laid on a pause of the team's own, which stays once the hold is lifted.
    paused = models.BooleanField(default=True, db_default=True)
    reason = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whom a deputy acted for.
    lifted_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], name="hold_one_at_a_time", condition=Q(lifted_at=None)
            ),
            models.CheckConstraint(
                condition=Q(cause__in=HoldCause.values) & ~Q(reason=""), name="hold_says_why"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_for=None, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_lifted_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="placed_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "cause", "paused", "reason", "placed_at", "placed_by_id"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="lifted_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="lifted_by_nobody_who_was_stopped",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("lifted_by_id", "lifted_for_id"),
                condition=pgtrigger.Q(new__lifted_by_id__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id AND (
                            lead_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                            OR sponsor_id IN (NEW.lifted_by_id, NEW.lifted_for_id))
                        UNION ALL SELECT 1 FROM pilots_teammember WHERE pilot_id = NEW.pilot_id
                            AND person_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                        UNION ALL SELECT 1 FROM pilots_formermember WHERE pilot_id = NEW.pilot_id
                            AND person_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                    ) THEN
                        RAISE EXCEPTION 'who was stopped does not lift the pause';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.get_cause_display()}"
