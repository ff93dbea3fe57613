"""The private link by which a calendar program reads one person's promises."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.protected_time.weeks import Slot


class CalendarFeed(models.Model):
    """One a person: a new link ends the former. Only what the secret in it hashes to is kept."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="calendar_feed",
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    last_read_on = models.DateField(null=True, blank=True)
    # Where they want their hours in the week; neither: each week as a whole day.
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True)
    hour = models.PositiveSmallIntegerField(_("from"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday=None, hour=None)
                | Q(weekday__isnull=False, hour__isnull=False, weekday__lte=4, hour__range=(0, 15)),
                name="calendar_feed_slot_is_whole",
            ),
            models.CheckConstraint(condition=~Q(digest=""), name="calendar_feed_has_a_secret"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def slot(self) -> Slot | None:
        if self.weekday is None or self.hour is None:
            return None
        return Slot(self.weekday, self.hour)
