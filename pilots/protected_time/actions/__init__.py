"""The verbs of promised time: cover is planned, a week answered, a period read."""

from pilots.protected_time.actions.backfills import plan_backfill
from pilots.protected_time.actions.calendars import (
    digest_of,
    make_calendar,
    note_calendar_read,
    switch_calendar_off,
)
from pilots.protected_time.actions.calling import call_due
from pilots.protected_time.actions.meter import answer_week, say_why
from pilots.protected_time.actions.publishing import publish_due

__all__ = [
    "answer_week",
    "call_due",
    "digest_of",
    "make_calendar",
    "note_calendar_read",
    "plan_backfill",
    "publish_due",
    "say_why",
    "switch_calendar_off",
]
