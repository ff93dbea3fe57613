"""What mentors advise."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models.pilots import Pilot
from pilots.lifecycle.room import PilotsPermission


class AdviceQuerySet(models.QuerySet["Advice"]):
    def visible_to(self, user: User) -> AdviceQuerySet:
        """For the team, its sponsor and the office: a word to them, and no status of the pilot."""
        return self.filter(
            Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
            | Q(pilot__sponsor=user.pk)
            | Q(pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
        )


class Advice(models.Model):
    """What a mentor advises, and whether the lead took it up. It says nothing of how the pilot goes."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="advice")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("advice"), max_length=2000)
    taken_up = models.BooleanField(_("taken up"), null=True)
    answer = models.CharField(_("answer"), max_length=600, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="advice_says_something"),
            models.CheckConstraint(
                condition=Q(taken_up=None, answered_by=None, answered_at=None, answer="")
                | Q(taken_up__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="advice_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(taken_up=False) | ~Q(answer=""), name="advice_left_says_why"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="advised_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "by_id", "at", "text"),
            ),
            pgtrigger.Protect(
                name="advice_answer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.by}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:advice", kwargs={"pk": self.pilot_id})
