"""Promised time as a calendar that other programs subscribe to (RFC 5545, RFC 7986).

A share of time names no hour. So each week of a promise is an all-day entry that blocks nothing, on the
weekday on which the promise began. Whoever chose a day and an hour for their calendar gets the hours of the week
as blocks from there on, eight hours a day at most, on their own clock through summer and winter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from innovation.rules import dates
from pilots.protected_time import zones
from pilots.protected_time.weeks import Slot

MOST_HOURS = 8  # of one day
_WORKDAYS = 5
_REFRESHED = timedelta(hours=6)


@dataclass(frozen=True)
class CalendarPromise:
    """One promise, in the words of whoever reads the calendar."""

    uid: str
    title: str
    text: str
    url: str
    starts_on: date
    ends_on: date
    hours: Decimal  # a week


def calendar(
    promises: Sequence[CalendarPromise],
    *,
    name: str,
    host: str,
    zone: ZoneInfo,
    slot: Slot | None,
    at: datetime,
) -> bytes:
    """The file, as a calendar program asks for it."""
    found = Calendar()
    found.add("prodid", "-//Pilotlight//Promised time//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("name", name)
    found.add("x-wr-calname", name)
    found.add("refresh-interval", _REFRESHED, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", vText("PT6H"))
    events = [event for one in promises for event in _events(one, zone=zone, slot=slot)]
    starts = [e.decoded("dtstart") for e in events]
    timed = [one for one in starts if isinstance(one, datetime)]
    if (timed and zone.key != "UTC") or not events:  # a calendar of nothing is none
        last = max((one.ends_on for one in promises), default=dates.day_of(at))
        ends = datetime.combine(last, time.max, tzinfo=zone)
        first = min(timed, default=at)
        found.add_component(zones.as_component(zone, zone.key, first=first, last=ends))
    for event in events:
        event.add("dtstamp", at.astimezone(UTC))
        event["uid"] = vText(f"{event['uid']}@{host}")
        found.add_component(event)
    return bytes(found.to_ical())


def _events(one: CalendarPromise, *, zone: ZoneInfo, slot: Slot | None) -> list[Event]:
    """Blocks where a slot was chosen and comes in the days of the promise; else whole days."""
    found = []
    week = [] if slot is None else blocks(one.hours, from_weekday=slot.weekday)
    for n, (weekday, hours) in enumerate(week):
        first = one.starts_on + timedelta(days=(weekday - one.starts_on.weekday()) % 7)
        if slot is not None and first <= one.ends_on:
            found.append(_block(one, n, first, hours, hour=slot.hour, zone=zone))
    return found or [_whole_day(one)]


def blocks(hours: Decimal, *, from_weekday: int) -> list[tuple[int, Decimal]]:
    """The hours of a week as blocks of eight at most, from one workday on; those of Friday are followed by
    Monday's.

    >>> blocks(Decimal(12), from_weekday=4)
    [(4, Decimal('8')), (0, Decimal('4'))]
    """
    found = []
    for n in range(_WORKDAYS):
        block = min(hours, Decimal(MOST_HOURS))
        if block > 0:
            found.append(((from_weekday + n) % _WORKDAYS, block))
        hours -= block
    return found


def _event(one: CalendarPromise, uid: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", one.title)
    event.add("description", one.text)
    event.add("url", one.url)
    event.add("class", "PRIVATE")
    return event


def _whole_day(one: CalendarPromise) -> Event:
    """A day without a clock ends by a day without one (RFC 5545, 3.3.10)."""
    event = _event(one, one.uid)
    event.add("dtstart", one.starts_on)
    event.add("dtend", one.starts_on + timedelta(days=1))
    event.add("rrule", {"freq": "weekly", "until": one.ends_on})
    event.add("transp", "TRANSPARENT")
    return event


def _block(
    one: CalendarPromise, n: int, first: date, hours: Decimal, *, hour: int, zone: ZoneInfo
) -> Event:
    """A moment with a zone ends by a moment in UTC: the last second of the last day there."""
    starts = datetime.combine(first, time(hour), tzinfo=zone)
    ends = datetime.combine(one.ends_on, time(23, 59, 59), tzinfo=zone)
    event = _event(one, f"{one.uid}-{n + 1}")
    event.add("dtstart", starts)
    event.add("duration", timedelta(minutes=int(hours * 60)))
    event.add("rrule", {"freq": "weekly", "until": ends.astimezone(UTC)})
    event.add("transp", "OPAQUE")
    return event
