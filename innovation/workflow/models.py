"""Every change of state as a row, and rounds of approval by several people."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StateChangeQuerySet(models.QuerySet["StateChange"]):
    def of(self, ref: str) -> StateChangeQuerySet:
        """The changes of one thing, newest first."""
        return self.filter(subject=ref).select_related("by").order_by("-id")


class StateChange(models.Model):
    """Who moved what from where to where, when and why. Written by the engine only."""

    subject = models.CharField(max_length=60)
    verb = models.CharField(max_length=30)
    source = models.CharField(max_length=30)
    target = models.CharField(max_length=30)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )  # null: a part of the system, which the audit event names
    reason = models.TextField(blank=True)

    objects = StateChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="state_change_subject")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.source} → {self.target}"


class Outcome(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")


class ApprovalRound(models.Model):
    """One question put to those with authority; it closes when enough have said yes or one has
    returned it."""

    subject = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    needed = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                name="approval_round_one_open",
                condition=models.Q(closed_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(needed__gte=1), name="approval_needs_someone"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="approval_closed_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} since {self.opened_at:%Y-%m-%d}"


class Approval(models.Model):
    round = models.ForeignKey(ApprovalRound, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="approval_once_a_person")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="nobody_approves_their_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (SELECT 1 FROM innovation_approvalround r
                               WHERE r.id = NEW.round_id
                               AND r.opened_by_id IN (NEW.person_id, NEW.acting_for_id))
                    THEN RAISE EXCEPTION 'nobody approves their own request'; END IF;
                    RETURN NEW;
                """,
            ),
            # Or somebody and their deputy would be two where two are needed.
            pgtrigger.Trigger(
                name="one_answer_for_each_person",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (SELECT 1 FROM innovation_approval a
                               WHERE a.round_id = NEW.round_id AND
                               (a.person_id = NEW.acting_for_id OR
                                a.acting_for_id IN (NEW.person_id, NEW.acting_for_id)))
                    THEN RAISE EXCEPTION 'a person and their deputy give one answer'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.outcome}"


class UsedKey(models.Model):
    """What one person sent once, and what came of it: whoever sends it again is answered the same. The row
    is written by the transaction that it stands for, so the second waits for the first."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # of the address and what was sent there
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # null: it has not been answered yet
    location = models.TextField(blank=True)
    body = models.TextField(blank=True)  # of an answer of the API

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="key_of_a_person_is_used_once")
        ]
        indexes = [models.Index(fields=["at"], name="used_key_at")]

    def __str__(self) -> str:
        return self.key


class ProcessKind(models.TextChoices):
    WORKER = "worker", _("worker")
    SCHEDULER = "scheduler", _("scheduler")
    STANDBY = "standby", _("scheduler that stands by")


class SignOfLife(models.Model):
    """When a process of the background last did something, by the database's clock."""

    kind = models.CharField(max_length=10, choices=ProcessKind.choices)
    host = models.CharField(max_length=255)
    seen_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "host"], name="sign_of_life_of_each_host")
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.host}"


class LeaderLease(models.Model):
    """Which of several processes does what only one does, and until when, by the database's clock. The
    term rises with each change of leader."""

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.CharField(max_length=100)
    until: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    term = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}, term {self.term}"


class OutstandingTask(models.Model):
    """When a task of the schedule was last sent and last begun, by the database's clock."""

    task = models.CharField(max_length=100, primary_key=True)
    sent_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    again = models.PositiveSmallIntegerField()  # how often it was sent since one was begun

    def __str__(self) -> str:
        return self.task
