"""Gates: what was asked, what was known at that moment, and what was decided and why."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
    SUSTAINED = "sustained", _("Sustained")
    LOOK_AGAIN = "look_again", _("Look again")
    TAKE_OUT = "take_out", _("Take out of use")


class Recommended(models.TextChoices):
    """What the agreed rule says of an outcome."""

    SCALE = "scale", _("Scale")
    EXTEND = "extend", _("Extend")
    STOP = "stop", _("Stop")
    PAUSE = "pause", _("Pause")


DECISIONS_AT = {
    Gate.RESOURCES: (Decision.APPROVE, Decision.RETURN),
    Gate.GO_LIVE: (Decision.APPROVE, Decision.RETURN),
    Gate.OUTCOME: (Decision.SCALE, Decision.EXTEND, Decision.PIVOT, Decision.STOP),
    Gate.SUSTAINED: (Decision.SUSTAINED, Decision.LOOK_AGAIN, Decision.TAKE_OUT),
}


# Conditions belong to a decision by which the pilot goes on, or what it tried does.
GOES_ON = (Decision.APPROVE, Decision.SCALE, Decision.EXTEND)


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

    def approval_to_go_live(self, pilot: Pilot) -> GateReview | None:
        """By which the pilot may start, since it was last given its resources; perhaps with them."""
        last = self.filter(
            Q(gate=Gate.GO_LIVE) | Q(gate=Gate.RESOURCES), pilot=pilot, decision=Decision.APPROVE
        ).first()
        return last if last and (last.gate == Gate.GO_LIVE or last.with_go_live) else None


class GateReview(models.Model):
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="gate_reviews")
    gate = models.CharField(max_length=10, choices=Gate.choices)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Whether the same decision lets it start, too (pilots/gates/pathways.py says where that is so).
    with_go_live = models.BooleanField(default=False, db_default=False)
    # Since when nobody is left who could decide; those who can change that were told then.
    nobody_left_since = models.DateTimeField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(with_go_live=False) | Q(gate="resources"),
                name="gate_go_live_with_resources",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="gate_decided_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition("NEW.decision NOT IN ('', 'withdraw')"),
                func="""
                    IF NEW.decided_by_id = NEW.opened_by_id OR EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id AND (
                            NEW.decided_by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id)
                            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id
                                       AND t.person_id = NEW.decided_by_id)
                            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id
                                       AND f.person_id = NEW.decided_by_id))
                    ) THEN
                        RAISE EXCEPTION 'a gate is decided by somebody who has no part in the pilot'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_decided_from_outside';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Nothing is scaled of which nobody knows who owns it, what it costs and how it ends.
            pgtrigger.Trigger(
                name="gate_scaled_with_a_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Q(new__decision="scale"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_scaleplan p
                        WHERE p.pilot_id = NEW.pilot_id AND p.owner_id IS NOT NULL
                            AND p.running_cost IS NOT NULL AND p.training <> ''
                            AND p.integration <> '' AND p.taking_out <> ''
                    ) THEN
                        RAISE EXCEPTION 'a pilot is scaled once its scale plan is whole'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_scaled_with_a_plan';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="gate_sustained_not_by_its_owner",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Q(new__gate="sustained") & ~pgtrigger.Q(new__decision=""),
                func="""
                    IF NEW.decision NOT IN ('sustained', 'look_again', 'take_out') OR EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id AND p.owner_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'who owns what was scaled does not decide whether it stays'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_sustained_not_by_its_owner';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}: {self.pilot}"

    def get_absolute_url(self) -> str:
        page = "sustained-review" if self.gate == Gate.SUSTAINED else "gate-decide"
        return reverse(f"pilots:{page}", kwargs={"pk": self.pk})


class GateConditionQuerySet(models.QuerySet["GateCondition"]):
    def open(self) -> GateConditionQuerySet:
        """Those that count, of decisions by which something goes on, and that nobody verified yet."""
        return self.filter(verified_at=None, review__decision__in=GOES_ON)

    def visible_to(self, user: User) -> GateConditionQuerySet:
        return self.filter(review__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> GateConditionQuerySet:
        return self.select_related("review__pilot", "owner", "verifier", "verified_by", "by")


class GateCondition(models.Model):
    """Under which something was approved: what is to be done, by whom, by when, and who says that it was."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"), max_length=600)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who sees to it"),
    )
    due_on = models.DateField(_("by when"))
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who verifies it"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("what you saw"), max_length=2000, blank=True)

    objects = GateConditionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gate_condition_says_what"),
            models.CheckConstraint(
                condition=~Q(owner=F("verifier")),
                name="gate_condition_verified_by_another",
                violation_error_message=_("Nobody verifies what they see to themselves."),
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None, note="")
                | (Q(verified_at__isnull=False, verified_by__isnull=False) & ~Q(note="")),
                name="gate_condition_verified_whole",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("owner")),
                name="gate_condition_not_verified_by_its_owner",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="gate_condition_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="gate_condition_as_agreed",
                fields=["review", "text", "owner", "due_on", "verifier", "by", "at"],
            ),
            pgtrigger.Protect(
                name="gate_condition_verified_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("pilots:gate-condition", kwargs={"pk": self.pk})
