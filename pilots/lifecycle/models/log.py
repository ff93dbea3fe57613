"""The log of a pilot's weeks, and what is in the way."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models.pilots import Pilot
from pilots.lifecycle.states import ENDED


class LogStatus(models.TextChoices):
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("Needs attention")
    BLOCKED = "blocked", _("Blocked")
    NOTHING = "nothing", _("No progress this week")


class LogQuerySet(models.QuerySet["LogEntry"]):
    def visible_to(self, user: User) -> LogQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))


class LogEntry(models.Model):
    """One week in a pilot's life. "No progress" is an honest answer and needs no excuse."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("how it goes"), max_length=10, choices=LogStatus.choices)
    done = models.TextField(_("done"), max_length=2000, blank=True)
    next = models.TextField(_("next"), max_length=2000, blank=True)
    blockers = models.TextField(_("what is in the way"), max_length=2000, blank=True)
    learned = models.TextField(_("learned"), max_length=2000, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["pilot", "-at"], name="log_pilot")]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.at:%Y-%m-%d}"


class BlockerQuerySet(models.QuerySet["Blocker"]):
    def visible_to(self, user: User) -> BlockerQuerySet:
        return self.filter(entry__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def open(self) -> BlockerQuerySet:
        """Not cleared, of a pilot that has not ended."""
        return self.filter(cleared_at=None).exclude(entry__pilot__status__in=ENDED)

    def in_order(self) -> BlockerQuerySet:
        """The day that comes first, or is longest over, first."""
        return self.select_related(
            "entry__by", "entry__pilot__lead", "entry__pilot__sponsor", "owner", "cleared_by"
        ).order_by("due_on", "pk")


class Blocker(models.Model):
    """What an entry of the log says is in the way: who gets it out of the way and by when, until
    somebody says in a sentence how it was."""

    entry = models.OneToOneField(LogEntry, on_delete=models.CASCADE, related_name="blocker")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who clears it"),
    )
    due_on = models.DateField(_("by when"))
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    how = models.CharField(_("how it was cleared"), max_length=600, blank=True)

    objects = BlockerQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared_at=None, cleared_by=None, how="")
                | (Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(how="")),
                name="blocker_cleared_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="said_stays",
                operation=pgtrigger.UpdateOf("entry_id", "owner_id", "due_on"),
            ),
            pgtrigger.Protect(
                name="cleared_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cleared_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="of_a_blocked_week",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_logentry
                        WHERE id = NEW.entry_id AND status = 'blocked'
                    ) THEN
                        RAISE EXCEPTION 'a blocker is of an entry that is blocked';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, {self.owner}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:blocker-clear", kwargs={"pk": self.pk})
