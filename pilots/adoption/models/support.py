"""How people are told and helped: a plan, questions and answers, office hours, and what stops being done."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.models.groups import AffectedGroup
from pilots.lifecycle.models import Pilot


class SupportEnd(models.TextChoices):
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class SupportQuerySet(models.QuerySet["SupportStep"]):
    def visible_to(self, user: User) -> SupportQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> SupportQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "group", "owner", "ended_by")


class SupportStep(models.Model):
    """Something that a group is told or helped with: what, how, by when, by whom."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="support_steps")
    # Empty: all groups.
    group = models.ForeignKey(
        AffectedGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    what = models.CharField(_("what"), max_length=200)
    how = models.CharField(_("how"), max_length=200)
    due_on = models.DateField(_("by when"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom")
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    end = models.CharField(max_length=8, choices=SupportEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("how it went"), max_length=600, blank=True)

    objects = SupportQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(how=""), name="support_says_what"),
            models.CheckConstraint(
                condition=Q(end="", ended_at=None, ended_by=None, note="")
                | (
                    Q(
                        end__in=SupportEnd.values,
                        ended_at__isnull=False,
                        ended_by__isnull=False,
                    )
                    & (Q(end="done") | ~Q(note=""))
                ),
                name="support_ended_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="support_said_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "group_id", "what", "how", "due_on", "owner_id", "by_id", "at"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="support_end_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what


class QuestionQuerySet(models.QuerySet["ChangeQuestion"]):
    def visible_to(self, user: User) -> QuestionQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> QuestionQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "group", "asked_by", "answered_by")


class ChangeQuestion(models.Model):
    """What somebody asks of the change, and what the team answers, for all to read."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="change_questions")
    group = models.ForeignKey(
        AffectedGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("question"), max_length=600)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="change_question_asks"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="change_question_answered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="change_question_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "group_id", "text", "asked_by_id", "asked_at")
                | pgtrigger.Delete,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text[:80]


class OfficeHour(models.Model):
    """When and where somebody of the team sits and listens."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="office_hours")
    held_on = models.DateField(_("day"))
    begins_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    place = models.CharField(_("where"), max_length=120)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["held_on", "begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="") & Q(ends_at__gt=F("begins_at")),
                name="office_hour_says_when_and_where",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="office_hour_cancelled_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="office_hour_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "held_on", "begins_at", "ends_at", "place", "host_id", "by_id", "at"
                )
                | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.held_on}"


class LessOf(models.Model):
    """What a group stops doing, so that the new has room: minutes a week for each of them."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="less_of")
    what = models.CharField(_("what stops"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("minutes a week for each of them"))
    from_on = models.DateField(_("from"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who decided it"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(_("why"), max_length=600, blank=True)

    class Meta:
        ordering = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="") & Q(minutes__range=(1, 2400)), name="less_of_says_what"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_because="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
                name="less_of_ended_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="less_of_stays",
                operation=pgtrigger.UpdateOf(
                    "group_id", "what", "minutes", "from_on", "decided_by_id", "by_id", "at"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="ended_less_of_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what
