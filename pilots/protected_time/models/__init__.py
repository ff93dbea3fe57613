"""Promised time: how each week of it went, what is shown of that, who covers, and the calendar of one's own."""

from pilots.protected_time.models.backfill import Backfill, BackfillQuerySet
from pilots.protected_time.models.calendar import CalendarFeed
from pilots.protected_time.models.meter import (
    ProtectedWeek,
    ProtectedWeekQuerySet,
    WeekCall,
    WeekKept,
    WeekLostTo,
)
from pilots.protected_time.models.readings import KeptPeriod, KeptReading, KeptReadingQuerySet

__all__ = [
    "Backfill",
    "BackfillQuerySet",
    "CalendarFeed",
    "KeptPeriod",
    "KeptReading",
    "KeptReadingQuerySet",
    "ProtectedWeek",
    "ProtectedWeekQuerySet",
    "WeekCall",
    "WeekKept",
    "WeekLostTo",
]
