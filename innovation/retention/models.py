"""Each day's run over what is past its term, and what people ask to have erased."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.rules import dates


class RetentionRun(models.Model):
    """One a day. It goes piece by piece: the row says how far it came and how many went, so that a
    worker that died is followed by another."""

    on = models.DateField(unique=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    removed = models.JSONField(default=dict)  # kind to how many
    reached = models.JSONField(default=dict)  # kind to the last key that was looked at

    class Meta:
        ordering = ["-on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="retention_run_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class ErasureOutcome(models.TextChoices):
    DONE = "done", _("Done")
    STAYS = "stays", _("It must stay for now")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ErasureQuerySet(models.QuerySet["ErasureRequest"]):
    def open(self) -> ErasureQuerySet:
        return self.filter(outcome="")

    def visible_to(self, user: User) -> ErasureQuerySet:
        """Those of people whose accounts the user keeps; of them, `check_can_answer` says more."""
        return self.filter(person__in=User.objects.visible_to(user, PeoplePermission.MANAGE))


class ErasureRequest(models.Model):
    """Somebody asks that all that is held on them goes, and what became of it."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="erasure_requests")
    asked_at = models.DateTimeField()
    wish = models.TextField(blank=True, max_length=1000)
    outcome = models.CharField(max_length=9, blank=True, choices=ErasureOutcome.choices)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # null: its term, or withdrawn by whoever asked
    because = models.TextField(blank=True, max_length=2000)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                name="erasure_asked_once_while_open",
                condition=Q(outcome=""),
                violation_error_message=_("You asked for this already; it waits for an answer."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None, answered_by=None)
                | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="erasure_answered_when_it_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ErasureOutcome.STAYS)
                | (Q(answered_by__isnull=False) & ~Q(because="")),
                name="erasure_that_stays_says_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=models.F("person")), name="erasure_answered_by_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def answer_until(self) -> date:
        """The law gives a month (GDPR, article 12)."""
        return dates.day_of(self.asked_at) + timedelta(days=30)
