"""How each week of promised time went, as its person said it."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.protected_time import weeks


class WeekKept(models.TextChoices):
    GOT = "got", _("Got it")
    PART = "part", _("Part of it")
    LOST = "lost", _("Lost it")


class WeekLostTo(models.TextChoices):
    SHIFTS = "shifts", _("Shifts had to be filled")
    URGENT = "urgent", _("Patients came first")
    NO_COVER = "no_cover", _("Nobody covered")
    NOT_KNOWN = "not_known", _("The unit did not know of it")
    OTHER_WORK = "other_work", _("Other meetings or tasks")
    AWAY = "away", _("I was ill or on leave")
    OTHER = "other", _("Something else")


class ProtectedWeekQuerySet(models.QuerySet["ProtectedWeek"]):
    def visible_to(self, user: User) -> ProtectedWeekQuerySet:
        """One's own: what somebody said is nobody else's to read."""
        return self.filter(person=user.pk)


class ProtectedWeek(models.Model):
    """One person's word on one week of the time that they promised to one pilot."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="protected_weeks"
    )
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="protected_weeks")
    week = models.DateField()  # its Monday
    # Where they belonged when they said it; none where they belonged nowhere.
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kept = models.CharField(max_length=4, choices=WeekKept.choices)
    why = models.CharField(_("why"), max_length=10, choices=WeekLostTo.choices, blank=True)
    words = models.TextField(_("a note of your own"), max_length=300, blank=True)
    answered_at = models.DateTimeField()

    objects = ProtectedWeekQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "pk"]
        indexes = [models.Index(fields=["week"], name="protected_week_week")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "pilot", "week"], name="protected_week_answered_once"
            ),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1), name="protected_week_begins_on_monday"
            ),
            models.CheckConstraint(
                condition=Q(kept__in=["part", "lost"]) | Q(kept="got", why="", words=""),
                name="protected_week_why_where_it_was_not_had",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="protected_week_stays_whose_it_is", fields=["person", "pilot", "week"]
            ),
            # The days of a week begin at another moment in each zone, so one day on each side is left.
            pgtrigger.Trigger(
                name="protected_week_answered_in_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("kept", "answered_at"),
                func="""
                    IF (NEW.answered_at AT TIME ZONE 'UTC')::date
                        NOT BETWEEN NEW.week - 1 AND NEW.week + 14
                    THEN
                        RAISE EXCEPTION 'a week is answered until the week after it is over'
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'protected_week_answered_in_its_time';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="protected_week_was_promised",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_allocation a
                        WHERE a.person_id = NEW.person_id AND a.pilot_id = NEW.pilot_id
                        AND a.starts_on <= NEW.week + 6 AND a.ends_on >= NEW.week
                    ) THEN
                        RAISE EXCEPTION 'no time was promised in that week'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'protected_week_was_promised';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.week}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:week-why", args=[self.pk])

    @property
    def last_day(self) -> date:
        return weeks.last_day_of(self.week)


class WeekCall(models.Model):
    """Somebody was told that a week waits for their word: once a week, however many pilots there are."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    week = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], name="week_called_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.week}"
