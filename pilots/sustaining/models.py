"""Looks at what was scaled: what its owner sees, and what was decided on it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.gates.models import DECISIONS_AT, GateReview
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.sustaining.looks import MONTHS

DECISIONS = [(one.value, one.label) for one in DECISIONS_AT[Gate.SUSTAINED]]


class SustainedQuerySet(models.QuerySet["SustainedReview"]):
    def visible_to(self, user: User) -> SustainedQuerySet:
        return self.filter(review__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def waiting(self) -> SustainedQuerySet:
        return self.filter(review__decided_at=None)

    def for_list(self) -> SustainedQuerySet:
        return self.select_related(
            "review__pilot__unit",
            "review__pilot__lead",
            "review__pilot__sponsor",
            "review__pilot__owner",
            "review__pilot__idea",
            "review__opened_by",
            "review__decided_by",
            "answered_by",
        )


class SustainedReview(models.Model):
    """Beside the gate review that asks: of when it is, what the owner says, and what was decided."""

    review = models.OneToOneField(
        GateReview, on_delete=models.PROTECT, primary_key=True, related_name="sustained"
    )
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    seen = models.TextField(_("what you see"), max_length=2000, blank=True)
    people_using = models.PositiveIntegerField(_("how many people use it"), null=True)
    people_could = models.PositiveIntegerField(_("of how many who could"), null=True)
    cost = models.DecimalField(
        _("what it cost since it was scaled"), max_digits=14, decimal_places=2, null=True
    )
    # Of a decision that it stays: whether something did not hold, and why it stays all the same.
    unmet = models.BooleanField(null=True)
    despite = models.TextField(blank=True)
    again_on = models.DateField(null=True)

    objects = SustainedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(months__in=MONTHS), name="sustained_months_known"),
            models.CheckConstraint(
                condition=Q(
                    answered_at=None,
                    answered_by=None,
                    seen="",
                    people_using=None,
                    people_could=None,
                    cost=None,
                )
                | (
                    Q(
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        people_using__isnull=False,
                        people_could__gt=0,
                        cost__gte=0,
                    )
                    & ~Q(seen="")
                ),
                name="sustained_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(people_using=None) | Q(people_using__lte=F("people_could")),
                name="sustained_used_by_no_more_than_could",
                violation_error_message=_("No more people use it than could."),
            ),
            models.CheckConstraint(
                condition=(Q(unmet=None) | Q(unmet=False)) & Q(despite="")
                | (Q(unmet=True) & ~Q(despite="")),
                name="sustained_despite_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sustained_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="sustained_as_opened", fields=["review", "months", "due_on"]),
            pgtrigger.Trigger(
                name="sustained_decided_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_gatereview
                        WHERE id = NEW.review_id AND decided_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'what was decided on stays as it was known';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.review)

    def get_absolute_url(self) -> str:
        return reverse("pilots:sustained-review", kwargs={"pk": self.pk})
