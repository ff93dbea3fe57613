"""One's promises in one's own calendar: by a private link, right through summer and winter, and nobody else's."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from innovation.audit.models import Event
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, calendars, weeks, zones
from pilots.protected_time.calendars import CalendarPromise
from pilots.protected_time.models import CalendarFeed
from pilots.protected_time.weeks import Slot
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, PASSWORD, Cast

LONDON = ZoneInfo("Europe/London")


def read(
    starts_on: date,
    ends_on: date,
    *,
    hours: str = "8",
    slot: Slot | None = None,
    zone: ZoneInfo = LONDON,
) -> list[Any]:
    """What a calendar program makes of one promise."""
    promise = CalendarPromise(
        "promise-1", "20 % for “Notes, in care; and more”", "8 hours\nof this week", "https://x/1",
        starts_on, ends_on, Decimal(hours),
    )  # fmt: skip
    content = calendars.calendar(
        [promise], name="Promised time", host="x", zone=zone, slot=slot, at=NOW
    )
    assert max(map(len, content.split(b"\r\n"))) <= 75
    return list(vobject.readOne(content.decode()).vevent_list)


def test_examples_run() -> None:
    for module in (calendars, zones, weeks):
        assert doctest.testmod(module).failed == 0


def test_a_week_is_a_whole_day_that_blocks_nothing() -> None:
    [event] = read(date(2026, 10, 7), date(2027, 4, 14))
    assert event.summary.value == "20 % for “Notes, in care; and more”"
    assert event.description.value == "8 hours\nof this week"
    assert (event.transp.value, event.uid.value) == ("TRANSPARENT", "promise-1@x")
    found = [one.date() for one in event.getrruleset(addRDate=True)]
    assert found == [date(2026, 10, 7) + timedelta(weeks=n) for n in range(28)]


@pytest.mark.parametrize("name", ["Europe/London", "America/New_York", "Australia/Sydney", "UTC"])
def test_blocks_keep_their_hour_through_summer_and_winter(name: str) -> None:
    events = read(
        date(2026, 10, 7), date(2027, 4, 20), hours="12", slot=Slot(1, 9), zone=ZoneInfo(name)
    )
    tuesdays, wednesdays = (list(one.getrruleset(addRDate=True)) for one in events)
    zone = ZoneInfo(name)
    for found, first, last in (
        (tuesdays, date(2026, 10, 13), date(2027, 4, 20)),
        (wednesdays, date(2026, 10, 7), date(2027, 4, 14)),
    ):
        # As the file itself says what the clocks do, and as the world does.
        moments = [one.astimezone(UTC) for one in found]
        days = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
        assert moments == [
            datetime(d.year, d.month, d.day, 9, tzinfo=zone).astimezone(UTC) for d in days
        ]
    assert [one.duration.value for one in events] == [timedelta(hours=8), timedelta(hours=4)]


@given(
    starts_on=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    days=st.integers(0, 400),
    slot=st.none() | st.builds(Slot, st.integers(0, 4), st.integers(0, 15)),
    percent=st.integers(1, 100),
)
def test_nothing_is_outside_of_the_promise(
    starts_on: date, days: int, slot: Slot | None, percent: int
) -> None:
    ends_on = starts_on + timedelta(days=days)
    events = read(starts_on, ends_on, hours=str(Decimal(percent) * 40 / 100), slot=slot)
    found = [one for event in events for one in event.getrruleset(addRDate=True)]
    assert all(starts_on <= one.date() <= ends_on for one in found)
    assert len(found) >= days // 7
    if slot is None:
        assert len(found) == days // 7 + 1


def test_a_calendar_of_nothing_is_one_that_programs_read() -> None:
    content = calendars.calendar([], name="Promised time", host="x", zone=LONDON, slot=None, at=NOW)
    assert [one.name for one in vobject.readOne(content.decode()).components()] == ["VTIMEZONE"]


@pytest.mark.django_db
def test_a_link_is_ones_own_made_anew_and_switched_off(cast: Cast, pilot: Pilot) -> None:
    today = dates.today()
    kept.promised(pilot, cast.ana, starts_on=today, ends_on=today + timedelta(weeks=6), percent=20)
    kept.promised(pilot, cast.ben, starts_on=today, ends_on=today + timedelta(weeks=6), percent=30)
    User.objects.filter(pk=cast.ana.pk).update(time_zone="America/New_York")
    stranger = Client()
    first = actions.make_calendar(slot=None, by=cast.ana, at=NOW)
    answer = stranger.get(reverse("pilots:calendar-feed", args=[first]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store" and "Set-Cookie" not in answer
    text = answer.content.decode()
    assert "20 % for" in text and "30 %" not in text and "Ben" not in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in text and "X-PUBLISHED-TTL:PT6H" in text
    assert CalendarFeed.objects.get().last_read_on == today
    assert first not in str(CalendarFeed.objects.values())
    second = actions.make_calendar(slot=Slot(3, 8), by=cast.ana, at=NOW)
    assert stranger.get(reverse("pilots:calendar-feed", args=[first])).status_code == 404
    text = stranger.get(reverse("pilots:calendar-feed", args=[second])).content.decode()
    assert "DTSTART;TZID=America/New_York:" in text and "BEGIN:VTIMEZONE" in text
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert stranger.get(reverse("pilots:calendar-feed", args=[second])).status_code == 404
    User.objects.filter(pk=cast.ana.pk).update(is_active=True)
    actions.switch_calendar_off(by=cast.ana, at=NOW)
    assert stranger.get(reverse("pilots:calendar-feed", args=[second])).status_code == 404
    with pytest.raises(Conflict, match="no link"):
        actions.switch_calendar_off(by=cast.ana, at=NOW)
    with pytest.raises(Malformed, match="workday"):
        actions.make_calendar(slot=Slot(5, 9), by=cast.ana, at=NOW)
    cast.ben.act_for(cast.ana)
    with pytest.raises(NotAllowed):
        actions.make_calendar(slot=None, by=cast.ben, at=NOW)
    told = Event.objects.filter(type__startswith="person.calendar_").values_list("type", flat=True)
    assert sorted(told) == ["person.calendar_made"] * 2 + ["person.calendar_switched_off"]


@pytest.mark.django_db
def test_it_is_made_on_the_page_by_who_shows_who_they_are(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    make = reverse("pilots:calendar-make")
    assert "reauthenticate" in browser.post(make, {})["Location"]
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    half = browser.post(make, {"weekday": "2"})
    assert half.status_code == 400 and "a day and an hour, or neither" in half.content.decode()
    page = browser.post(make, {"weekday": "2", "hour": "9"}).content.decode()
    [link] = [one for one in page.split("<") if "/calendar/" in one and ".ics" in one]
    path = link.partition(">")[2]
    assert path.endswith(".ics")
    shown = browser.get(reverse("pilots:my-time")).content.decode()
    assert ".ics" not in shown and "Make a new link" in shown
    assert Client().get(path[path.index("/calendar/") :]).status_code == 200
    browser.post(reverse("pilots:calendar-off"))
    assert not CalendarFeed.objects.exists()
