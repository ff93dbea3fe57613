"""Gates: what was asked, what was known at that moment, and what was decided and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot


class Decision(models.TextChoices):
    APPROVE = "approve", _("Approve")
    RETURN = "return", _("Return")
    SCALE = "scale", _("Scale")
    EXTEND = "extend", _("Extend")
    PIVOT = "pivot", _("Pivot")
    STOP = "stop", _("Stop")
    WITHDRAW = "withdraw", _("Withdrawn")


class Recommended(models.TextChoices):
    """What the agreed rule says of an outcome."""

    SCALE = "scale", _("Scale")
    EXTEND = "extend", _("Extend")
    STOP = "stop", _("Stop")
    PAUSE = "pause", _("Pause")


# Go-live has requirements and no review: the lead takes the step once they hold.
DECISIONS_AT = {
    Gate.RESOURCES: (Decision.APPROVE, Decision.RETURN),
    Gate.OUTCOME: (Decision.SCALE, Decision.EXTEND, Decision.PIVOT, Decision.STOP),
}


class GateReviewQuerySet(models.QuerySet["GateReview"]):
    def visible_to(self, user: User) -> GateReviewQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def waiting(self) -> GateReviewQuerySet:
        return self.filter(decided_at=None)

    def against_the_rule(self) -> GateReviewQuerySet:
        """Outcomes that were decided otherwise than the agreed rule said."""
        return self.exclude(against="")

    def last_approval(self, pilot: Pilot) -> GateReview | None:
        """With which the pilot was last given its resources."""
        return self.filter(pilot=pilot, gate=Gate.RESOURCES, decision=Decision.APPROVE).first()


class GateReview(models.Model):
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="gate_reviews")
    gate = models.CharField(max_length=10, choices=Gate.choices)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    case = models.TextField(_("the team's case"), max_length=2000, blank=True)
    known = models.JSONField(default=dict)  # what was known when it was decided, frozen
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.TextField(blank=True)
    # What the agreed rule said when the outcome was decided, and why it was decided otherwise.
    recommended = models.CharField(
        max_length=6, choices=Recommended.choices, blank=True, default="", db_default=""
    )
    against = models.TextField(blank=True, default="", db_default="")

    objects = GateReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], name="gate_one_open_a_pilot", condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="")
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision="")
                    & (Q(decision="approve") | ~Q(reason=""))
                ),
                name="gate_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(recommended="")
                | Q(recommended="scale", decision="scale")
                | Q(recommended="extend", decision="extend")
                | Q(recommended__in=["stop", "pause"], decision__in=["stop", "pivot"])
                | ~Q(against=""),
                name="gate_against_the_rule_says_why",
            ),
            models.CheckConstraint(
                condition=Q(against="") | ~Q(recommended=""),
                name="gate_against_what_was_recommended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}: {self.pilot}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:gate-decide", kwargs={"pk": self.pk})
