"""Hazards of a pilot, the controls that make them less, and the signed versions of the log."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine
from pilots.hazards.matrix import Likelihood, Risk, Severity, risk
from pilots.hazards.states import HAZARD, HazardStatus
from pilots.lifecycle.models import Pilot
from pilots.safety.models import judged_by_nobody_with_a_part


class HazardQuerySet(models.QuerySet["Hazard"]):
    def visible_to(self, user: User) -> HazardQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> HazardQuerySet:
        return self.prefetch_related("further__owner", "further__metric", "incidents")


class Hazard(models.Model):
    """How a pilot could harm somebody: why, with what effect, and how bad and how likely that is."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="hazards")
    title = models.CharField(_("what could go wrong"), max_length=160)
    cause = models.TextField(_("why it could happen"), max_length=1000)
    effect = models.TextField(_("what it would do to a patient"), max_length=1000)
    controls = models.TextField(_("what is done about it already"), max_length=1000, blank=True)
    severity = models.PositiveSmallIntegerField(_("how bad"), choices=Severity.choices)
    likelihood = models.PositiveSmallIntegerField(_("how likely"), choices=Likelihood.choices)
    status = models.CharField(
        max_length=10, choices=HazardStatus.choices, default=HazardStatus.OPEN
    )
    # What is left with all controls in place; empty while it is open.
    residual_severity = models.PositiveSmallIntegerField(
        _("how bad"), choices=Severity.choices, null=True, blank=True
    )
    residual_likelihood = models.PositiveSmallIntegerField(
        _("how likely"), choices=Likelihood.choices, null=True, blank=True
    )
    residual_why = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    incidents = models.ManyToManyField(
        "pilots.Incident", through="HazardIncident", related_name="hazards"
    )

    objects = HazardQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(cause="") & ~Q(effect=""), name="hazard_said_whole"
            ),
            models.CheckConstraint(
                condition=Q(severity__range=(1, 5), likelihood__range=(1, 5)),
                name="hazard_in_the_matrix",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="open",
                    residual_severity=None,
                    residual_likelihood=None,
                    residual_why="",
                    judged_at=None,
                )
                | (
                    Q(
                        status="controlled",
                        residual_severity__range=(1, 5),
                        residual_likelihood__range=(1, 5),
                        judged_at__isnull=False,
                    )
                    & ~Q(residual_why="")
                ),
                name="hazard_judged_whole",
            ),
        ]
        triggers = [
            *status_through_engine(HAZARD.noun, HAZARD.initial),
            pgtrigger.Protect(
                name="recorded_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "recorded_at", "recorded_by_id")
                | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pilots:hazard-detail", kwargs={"pk": self.pk})

    @property
    def risk(self) -> Risk:
        return Risk(Severity(self.severity), Likelihood(self.likelihood))

    @property
    def residual(self) -> Risk | None:
        return risk(self.residual_severity, self.residual_likelihood)


class HazardControl(models.Model):
    """Something more that makes a hazard less: by whom, by when, and what number watches that it does."""

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="further")
    text = models.TextField(_("what is done"), max_length=600)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    due_on = models.DateField(_("until"))
    metric = models.ForeignKey(
        "pilots.Metric",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("which number watches it"),
    )
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="control_says_what"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="control_done_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="planned_stays",
                operation=pgtrigger.UpdateOf(
                    "hazard_id", "text", "metric_id", "planned_at", "planned_by_id"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="watched_by_a_number_of_its_pilot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__metric_id__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_metric metric
                        JOIN pilots_hazard hazard ON hazard.pilot_id = metric.pilot_id
                        WHERE metric.id = NEW.metric_id AND hazard.id = NEW.hazard_id
                    ) THEN
                        RAISE EXCEPTION 'a metric of another pilot';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text


class HazardIncident(models.Model):
    """A report that shows a hazard, as safety said."""

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="shown_by")
    incident = models.ForeignKey("pilots.Incident", on_delete=models.PROTECT, related_name="shows")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "incident"],
                name="hazard_incident_linked_once",
                violation_error_message=_("The report is linked to this hazard already."),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.hazard} · {self.incident_id}"


class SignedHazardLog(models.Model):
    """The hazard log of a pilot as a safety reviewer read and signed it."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="signed_hazard_logs")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    # SHA-256 of the content, by which a later log is the same or another one.
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Whom a deputy acted for.
    signed_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "version"], name="signed_hazard_log_version_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="signed_hazard_log_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            judged_by_nobody_with_a_part("signed_by_safety", "signed_by_id", "signed_for_id"),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.version}"
