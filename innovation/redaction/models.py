"""Reports that a text names a patient, and what was taken out. Neither holds the words."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.audit.room import AuditPermission
from innovation.people.models import Unit, User
from innovation.redaction.room import RedactionPermission


class RedactionQuerySet(models.QuerySet["Redaction"]):
    def visible_to(self, user: User) -> RedactionQuerySet:
        """Those made in the units whose texts the user may redact, or whose log they read."""
        seen = user.reach(RedactionPermission.TAKE_OUT) | user.reach(AuditPermission.READ)
        return self.filter(unit_id__within=seen)


class Redaction(models.Model):
    """Who took words out, when, why, and from how many places of which kind."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000)
    places = models.JSONField()  # [what, how many]
    count = models.PositiveIntegerField()
    # The transaction that made it: the database takes words out in the same one only.
    made_in = models.BigIntegerField(editable=False, default=0)

    objects = RedactionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = gettext_lazy("redaction")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="redaction_says_why"),
            models.CheckConstraint(condition=Q(count__gte=1), name="redaction_took_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="made_in_this_transaction",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.made_in := pg_current_xact_id()::text::bigint; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return _("words taken out, no. %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("innovation:redaction-detail", args=[self.pk])


class ReportOutcome(models.TextChoices):
    TAKEN_OUT = "taken_out", gettext_lazy("Taken out")
    NOBODY = "nobody", gettext_lazy("No patient is named")


class PatientReportQuerySet(models.QuerySet["PatientReport"]):
    def visible_to(self, user: User) -> PatientReportQuerySet:
        return self.filter(unit_id__within=user.reach(RedactionPermission.TAKE_OUT))

    def open(self) -> PatientReportQuerySet:
        return self.filter(outcome="")


class PatientReport(models.Model):
    """Somebody saw a patient named on a page. It says where, and never the words."""

    page = models.CharField(max_length=200)
    where = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=9, blank=True, choices=ReportOutcome.choices)
    answer = models.TextField(blank=True, max_length=600)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    redaction = models.ForeignKey(
        Redaction, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )

    objects = PatientReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page"],
                name="patient_report_once_while_open",
                condition=Q(outcome=""),
                violation_error_message=gettext_lazy(
                    "Somebody has told of this page already; the administrators know."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome="", answered_at=None, answered_by=None, redaction=None, answer=""
                )
                | Q(
                    outcome=ReportOutcome.TAKEN_OUT,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    redaction__isnull=False,
                )
                | (
                    Q(
                        outcome=ReportOutcome.NOBODY,
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        redaction=None,
                    )
                    & ~Q(answer="")
                ),
                name="patient_report_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(page__startswith="/"), name="patient_report_is_of_a_page"
            ),
        ]

    def __str__(self) -> str:
        return self.page

    def get_absolute_url(self) -> str:
        return reverse("innovation:patient-report", args=[self.pk])
