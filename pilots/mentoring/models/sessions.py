"""What a mentor and a team spoke of, and what they agreed. It is theirs, and nobody else's."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.mentoring.models.mentorships import Mentorship


class MentoringSession(models.Model):
    """When they met and what they spoke of. Its words are read by the team and the mentor alone."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="sessions")
    held_on = models.DateField(_("held on"))
    spoken_of = models.TextField(_("what you spoke of"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(spoken_of=""), name="session_says_something")
        ]
        triggers = [
            pgtrigger.Protect(name="session_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.mentorship}, {self.held_on}"


class NextStepQuerySet(models.QuerySet["NextStep"]):
    def shared_with(self, user: User) -> NextStepQuerySet:
        shared = Mentorship.objects.shared_with(user).values("pk")
        return self.filter(session__mentorship__in=shared)

    def open(self) -> NextStepQuerySet:
        """Not done, of a mentoring that goes on."""
        standing = Mentorship.objects.standing().values("pk")
        return self.filter(done_at=None, session__mentorship__in=standing)

    def for_list(self) -> NextStepQuerySet:
        return self.select_related(
            "who", "session__mentorship__pilot__lead", "session__mentorship__person"
        )


class NextStep(models.Model):
    """What they agreed that one of them does, by when, until it is done."""

    session = models.ForeignKey(MentoringSession, on_delete=models.PROTECT, related_name="steps")
    what = models.TextField(_("next step"), max_length=300)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("by when"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NextStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="next_step_says_what"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="next_step_done_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="next_step_stays",
                operation=pgtrigger.Delete
                | pgtrigger.UpdateOf("session_id", "what", "who_id", "due_on"),
            ),
            pgtrigger.Protect(
                name="done_step_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.who}"

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on < today
