"""How what a pilot tries goes on after it: who owns it, what it costs, and how it comes in and out."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models import Pilot


class ScalePlan(models.Model):
    """Written by the team from the first day on, part by part; the decision to scale takes all of it."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="scale_plan")
    # By their own yes; `asked` until they have answered.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("owner after the pilot"),
    )
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    running_cost = models.DecimalField(
        _("running cost a year"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    training = models.TextField(_("training"), max_length=2000, blank=True)
    integration = models.TextField(_("integration"), max_length=2000, blank=True)
    taking_out = models.TextField(_("how to take it out again"), max_length=2000, blank=True)
    # Of what it was scaled on; each amendment makes the next.
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(running_cost=None) | Q(running_cost__gte=0),
                name="scale_plan_cost_not_below_zero",
                violation_error_message=_("What it costs a year is not below zero."),
            ),
            models.CheckConstraint(
                condition=Q(asked=None, asked_by=None, asked_at=None)
                | Q(asked__isnull=False, asked_by__isnull=False, asked_at__isnull=False),
                name="scale_plan_asked_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="nobody_owns_it_unasked",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__owner__isnull=False),
            ),
            pgtrigger.Trigger(
                name="owner_was_asked",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("owner_id"),
                condition=pgtrigger.Q(old__owner__df=pgtrigger.F("new__owner")),
                func="""
                    IF NEW.owner_id IS NOT NULL AND NEW.owner_id IS DISTINCT FROM OLD.asked_id THEN
                        RAISE EXCEPTION 'nobody owns what a pilot tries without having been asked'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'scale_plan_owner_was_asked';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What it was scaled on stays, but for an amendment that says why.
            pgtrigger.Trigger(
                name="scaled_on_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "running_cost", "training", "integration", "taking_out", "version"
                ),
                func="""
                    IF (NEW.running_cost, NEW.training, NEW.integration, NEW.taking_out, NEW.version)
                        IS NOT DISTINCT FROM
                        (OLD.running_cost, OLD.training, OLD.integration, OLD.taking_out, OLD.version)
                    THEN
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id
                            AND status IN ('scaled', 'stopped', 'withdrawn')
                    ) <> (NEW.version = OLD.version + 1 AND EXISTS (
                        SELECT 1 FROM pilots_scaleplanamendment
                        WHERE plan_id = NEW.id AND version = NEW.version
                    )) THEN
                        RAISE EXCEPTION 'what a pilot was scaled on changes by an amendment alone'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'scale_plan_changes_by_amendment';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.ReadOnly(name="scale_plan_stays_of_its_pilot", fields=["pilot"]),
        ]

    def __str__(self) -> str:
        return str(self.pilot)

    def get_absolute_url(self) -> str:
        return reverse("pilots:scale-plan", kwargs={"pk": self.pilot_id})


class ScalePlanAmendment(models.Model):
    """What was changed of a plan after it was decided on, and why."""

    plan = models.ForeignKey(ScalePlan, on_delete=models.PROTECT, related_name="amendments")
    version = models.PositiveSmallIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField(_("why"), max_length=2000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "version"],
                name="scale_plan_version_once",
                violation_error_message=_("Somebody amended it meanwhile; look again."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="scale_plan_amendment_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.plan}, {self.version}"
