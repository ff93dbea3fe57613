"""Guardrail alarms, what a lead was told to look at, and the word last given on each metric. Everything
else that evidence says is computed on reading."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.metrics.room import MetricsPermission


class AlarmAnswer(models.TextChoices):
    PAUSE = "pause", _("Pause the pilot")
    KEEP = "keep", _("Keep running")


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, user: User) -> AlarmQuerySet:
        """Alarms of metrics that the user reaches, and those of the user's own pilots."""
        return self.filter(
            Q(metric__unit_id__within=user.reach(MetricsPermission.READ))
            | Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
        )

    def open(self) -> AlarmQuerySet:
        return self.filter(answered_at=None)


class Alarm(models.Model):
    """A guardrail went beyond its limit. It proposes a pause and stays until somebody answers."""

    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="alarms")
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="alarms")
    raised_at = models.DateTimeField()
    period = models.DateField()
    level = models.DecimalField(max_digits=20, decimal_places=6)
    limit = models.DecimalField(max_digits=20, decimal_places=6)
    sentence = models.CharField(max_length=400)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=5, choices=AlarmAnswer.choices, blank=True)
    reason = models.TextField(blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric"], name="alarm_one_open_a_metric", condition=Q(answered_at=None)
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="alarm_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class GuardrailLook(models.Model):
    """The chart of a guardrail gave a signal, and the lead was told: once for each run of them."""

    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="looks")
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="looks")
    # The first period of the run.
    period = models.DateField()
    told_at = models.DateTimeField()
    sentence = models.CharField(max_length=400)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "period"], name="look_one_a_run_of_signals")
        ]

    def __str__(self) -> str:
        return self.sentence


class KeptVerdict(models.Model):
    """The word last given on a metric, by the workers, and what it rests on. It tells what must be
    worked out anew and what changed; no page shows it in place of the numbers."""

    metric = models.OneToOneField(
        "pilots.Metric", on_delete=models.CASCADE, primary_key=True, related_name="kept_verdict"
    )
    # Empty until it was first worked out, as is the state where there is no guardrail.
    verdict = models.CharField(max_length=12, blank=True)
    guardrail = models.CharField(max_length=8, blank=True)
    # SHA-256 of the versions of its data, its plan, its pilot's go-live and the analysis.
    rests_on = models.CharField(max_length=64, blank=True)
    # Since when the word is this one.
    since = models.DateTimeField()
    worked_out_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", rests_on="") | (~Q(verdict="") & ~Q(rests_on="")),
                name="kept_verdict_rests_on_something",
            )
        ]

    def __str__(self) -> str:
        return self.verdict
