"""A time zone as a calendar file tells it (RFC 5545, 3.6.5): each change of its clocks in a stretch of days.

The library's own (`add_missing_timezones`, icalendar 7.3.2) says that summer begins an hour late:
findings/icalendar_writes_the_beginning_of_summer_in_summer_time.sh.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ClockChange:
    """From this moment on the clocks of the zone differ by `after` from UTC, before by `before`."""

    at: datetime  # in UTC
    before: timedelta
    after: timedelta
    name: str


def clock_changes(zone: tzinfo, *, first: datetime, last: datetime) -> Iterator[ClockChange]:
    """Each change between two moments, to the minute.

    >>> from zoneinfo import ZoneInfo
    >>> year = {"first": datetime(2026, 1, 1, tzinfo=UTC), "last": datetime(2026, 12, 31, tzinfo=UTC)}
    >>> for change in clock_changes(ZoneInfo("Europe/London"), **year):
    ...     print(change.at, change.before, change.after)
    2026-03-29 01:00:00+00:00 0:00:00 1:00:00
    2026-10-25 01:00:00+00:00 1:00:00 0:00:00
    """
    at = first
    while at < last:
        if _offset(zone, at) != _offset(zone, at + _DAY):
            yield _change(zone, at, at + _DAY)
        at += _DAY


def _change(zone: tzinfo, low: datetime, high: datetime) -> ClockChange:
    before = _offset(zone, low)
    while high - low > _MINUTE:
        middle = low + (high - low) // 2 // _MINUTE * _MINUTE
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return ClockChange(high, before, _offset(zone, high), high.astimezone(zone).tzname() or "")


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def as_component(zone: tzinfo, name: str, *, first: datetime, last: datetime) -> Timezone:
    """The zone as the file tells it, from a year before the first event until the last."""
    first, last = first.astimezone(UTC) - 366 * _DAY, last.astimezone(UTC) + _DAY
    first = first.replace(second=0, microsecond=0)
    found = Timezone()
    found.add("tzid", name)
    changes = list(clock_changes(zone, first=first, last=last))
    start = _offset(zone, first)
    begins = ClockChange(first, start, start, first.astimezone(zone).tzname() or "")
    for change in [begins, *changes]:
        kind = TimezoneDaylight if change.after > change.before else TimezoneStandard
        part = kind()
        # As the clocks still show it that are then put forward or back.
        part.add("dtstart", (change.at + change.before).replace(tzinfo=None))
        part.add("tzoffsetfrom", change.before)
        part.add("tzoffsetto", change.after)
        part.add("tzname", change.name)
        found.add_component(part)
    return found
