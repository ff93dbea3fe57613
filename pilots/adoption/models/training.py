"""Training of a group: its sessions, who must be there, and who was."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.models.groups import AffectedGroup
from pilots.lifecycle.models import Pilot

# A shift is the longest that anybody is trained at once; what is valid for longer is valid for ever.
MOST_MINUTES = 720
MOST_MONTHS = 60


class TrainingQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> TrainingQuerySet:
        return self.filter(group__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def standing(self) -> TrainingQuerySet:
        """Not cancelled, of a group that was not taken out."""
        return self.filter(cancelled_at=None, group__removed_at=None)

    def for_list(self) -> TrainingQuerySet:
        return self.select_related(
            "group__pilot__unit",
            "group__pilot__lead",
            "group__unit",
            "group__site",
            "trainer",
            "cancelled_by",
        )


class TrainingSession(models.Model):
    """A session in which a group learns what it is to do differently."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(_("what is learned"), max_length=120)
    material_url = models.URLField(_("link to the material"), max_length=500, blank=True)
    material = models.TextField(_("material in words"), max_length=2000, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    held_on = models.DateField(_("day"))
    held_at = models.TimeField(_("time"), null=True, blank=True)
    place = models.CharField(_("where"), max_length=120)
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who runs it"),
    )
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_because = models.TextField(_("why"), max_length=600, blank=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        ordering = ["held_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="")
                & ~Q(place="")
                & Q(minutes__range=(1, MOST_MINUTES))
                & (Q(valid_months=None) | Q(valid_months__range=(1, MOST_MONTHS))),
                name="training_says_what_and_where",
            ),
            models.CheckConstraint(
                condition=~Q(material_url="") | ~Q(material=""), name="training_has_material"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_because="")
                | (
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False)
                    & ~Q(cancelled_because="")
                ),
                name="training_cancelled_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="training_stays",
                operation=pgtrigger.UpdateOf(
                    "group_id", "title", "material_url", "material", "minutes", "held_on", "held_at",
                    "place", "trainer_id", "valid_months", "by_id", "at",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="cancelled_training_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cancelled_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pilots:training", kwargs={"pk": self.pk})


class GroupMember(models.Model):
    """Somebody of a group, who must be trained. Their name stays with their unit."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=Q(left_at=None),
                name="group_member_once",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, left_by=None)
                | Q(left_at__isnull=False, left_by__isnull=False),
                name="group_member_left_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="group_member_is_who",
                operation=pgtrigger.UpdateOf("group_id", "person_id", "added_by_id", "added_at")
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="former_group_member_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.group}"


class Attendance(models.Model):
    """Somebody was at a session, and until when that counts."""

    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="attendances"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(null=True, blank=True)  # the last day; empty: for good
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_at = models.DateTimeField(null=True, blank=True)  # that it has run out

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"],
                condition=Q(taken_back_at=None),
                name="attended_once",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="attendance_taken_back_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="attendance_is_who_and_when",
                operation=pgtrigger.UpdateOf(
                    "session_id", "person_id", "valid_until", "marked_by_id", "marked_at"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="attendance_taken_back_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__taken_back_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="attended_by_one_of_the_group",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_trainingsession s
                        JOIN pilots_groupmember m ON m.group_id = s.group_id
                        WHERE s.id = NEW.session_id AND s.cancelled_at IS NULL
                          AND m.person_id = NEW.person_id AND m.left_at IS NULL
                          AND s.held_on <= (now() AT TIME ZONE 'UTC')::date + 1
                    ) THEN
                        RAISE EXCEPTION 'a session is attended by people of its group, once it was held'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'attended_by_one_of_the_group';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.session}"
