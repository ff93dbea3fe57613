"""What is shown of promised time: worked out once for each period, and the same from then on."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q

from innovation.people.models import User
from innovation.rules.small_cells import MINIMUM
from pilots.lifecycle.models import Pilot
from pilots.protected_time import honoured, weeks
from pilots.protected_time.models.meter import WeekLostTo


class KeptPeriod(models.Model):
    """Four weeks that are closed and were read, whether or not anything of them may be shown."""

    starts_on = models.DateField(unique=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on"]
        triggers = [
            pgtrigger.Protect(
                name="kept_period_stays", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return str(self.starts_on)

    @property
    def last_day(self) -> date:
        return weeks.last_day_of_period(self.starts_on)


class KeptReadingQuerySet(models.QuerySet["KeptReading"]):
    def visible_to(self, user: User) -> KeptReadingQuerySet:
        """Of pilots that the user sees, and of units that a role of theirs reaches."""
        return self.filter(
            Q(pilot__in=Pilot.objects.visible_to(user).values("pk"))
            | Q(unit_id__within=user.reach())
        )


class KeptReading(models.Model):
    """How much of the promised time one pilot, or one unit with all below it, kept in a period."""

    period = models.ForeignKey(KeptPeriod, on_delete=models.PROTECT, related_name="readings")
    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, null=True, blank=True, related_name="kept_readings"
    )
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    share = models.DecimalField(max_digits=5, decimal_places=4)
    people = models.PositiveIntegerField()  # who answered
    asked = models.PositiveIntegerField()  # who had promised time
    # What most often came between, where enough people named it.
    often = models.CharField(max_length=10, choices=WeekLostTo.choices, blank=True)

    objects = KeptReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-period__starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["period", "pilot"], name="kept_reading_once_a_pilot"),
            models.UniqueConstraint(fields=["period", "unit"], name="kept_reading_once_a_unit"),
            models.CheckConstraint(
                condition=Q(pilot__isnull=False, unit=None) | Q(pilot=None, unit__isnull=False),
                name="kept_reading_of_a_pilot_or_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(people__gte=MINIMUM, asked__gte=F("people")),
                name="kept_reading_of_enough_people",
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1), name="kept_reading_is_a_share"
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept_reading_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.pilot or self.unit}, {self.period}"

    @property
    def is_too_little(self) -> bool:
        return honoured.is_too_little(self.share)

    @property
    def silent(self) -> int:
        """Who had promised time and said nothing: no answer is no yes."""
        return self.asked - self.people
