"""Milestones of a pilot: reached on a day, moved with a reason, or dropped with one."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


class MilestoneEnd(models.TextChoices):
    DONE = "done", _("Reached")
    DROPPED = "dropped", _("Dropped")


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: User) -> MilestoneQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def open(self) -> MilestoneQuerySet:
        """Neither reached nor dropped, of a pilot that has not ended."""
        return self.filter(end="").exclude(pilot__status__in=ENDED)

    def for_list(self) -> MilestoneQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "ended_by").prefetch_related(
            "moves__by"
        )


class Milestone(models.Model):
    """What is to be reached by a day."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="milestones")
    what = models.CharField(_("what is to be reached"), max_length=200)
    due_on = models.DateField(_("by when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    end = models.CharField(max_length=8, choices=MilestoneEnd.choices, blank=True)
    ended_on = models.DateField(_("on which day"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("how it went"), max_length=600, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="milestone_says_what"),
            models.CheckConstraint(
                condition=Q(end="", ended_on=None, ended_at=None, ended_by=None, note="")
                | (
                    Q(
                        end__in=MilestoneEnd.values,
                        ended_on__isnull=False,
                        ended_at__isnull=False,
                        ended_by__isnull=False,
                    )
                    & ~Q(note="")
                ),
                name="milestone_ended_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="milestone_said_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "what", "by_id", "at"),
            ),
            pgtrigger.Protect(
                name="milestone_end_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.\"end\" <> ''"),
            ),
            # Its former day is kept: the move is written first.
            pgtrigger.Trigger(
                name="milestone_moved_with_a_reason",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("due_on"),
                condition=pgtrigger.Q(old__due_on__df=pgtrigger.F("new__due_on")),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_milestonemove m
                        WHERE m.milestone_id = NEW.id AND m.before = OLD.due_on AND m.after = NEW.due_on
                    ) THEN
                        RAISE EXCEPTION 'a milestone is moved with a reason'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'milestone_moved_with_a_reason';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("pilots:milestone", kwargs={"pk": self.pk})


class MilestoneMove(models.Model):
    """The day of a milestone was changed: from, to, and why."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="moves")
    before = models.DateField()
    after = models.DateField(_("by when now"))
    reason = models.TextField(_("why"), max_length=600)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(before=F("after")), name="milestone_move_says_why"
            ),
        ]
        triggers = [pgtrigger.Protect(name="move_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.milestone}, {self.after}"
