"""ISO weeks of the meter, by their Mondays, and the periods of four by which they are read.

A week is answered from its Monday until the week after it is over; then it is closed. A period is four
weeks that no other period shares, so that two readings never differ by one week of one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(weeks=1)
WEEKS = 4  # in a period
PERIOD = WEEKS * WEEK
_FIRST = date(2024, 1, 1)  # a Monday, on which a period begins
_FRIDAY = 4


@dataclass(frozen=True)
class Slot:
    """Where somebody wants it in their week: a workday (0 is Monday) and an hour of their own clock."""

    weekday: int
    hour: int


def monday_of(day: date) -> date:
    """The Monday of the day's week.

    >>> monday_of(date(2026, 11, 29))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())


def last_day_of(week: date) -> date:
    return week + timedelta(days=6)


def number_of(week: date) -> int:
    """Its number in the ISO calendar.

    >>> number_of(date(2025, 12, 29))
    1
    """
    return week.isocalendar().week


def is_closed(week: date, *, today: date) -> bool:
    """Whether nobody's answer of that week changes any more.

    >>> [is_closed(date(2026, 11, 9), today=date(2026, 11, day)) for day in (22, 23)]
    [False, True]
    """
    return today >= week + 2 * WEEK


def is_answered_now(week: date, *, today: date) -> bool:
    """Whether it has begun, and is not closed."""
    return week == monday_of(week) and week <= today and not is_closed(week, today=today)


def is_asked_for(week: date, *, today: date) -> bool:
    """Whether people are asked by now: from its Friday on."""
    return is_answered_now(week, today=today) and today >= week + timedelta(days=_FRIDAY)


def period_of(day: date) -> date:
    """The first day of the period in which it lies.

    >>> period_of(date(2026, 11, 1))
    datetime.date(2026, 10, 5)
    """
    return _FIRST + (day - _FIRST) // PERIOD * PERIOD


def last_day_of_period(starts_on: date) -> date:
    return starts_on + PERIOD - timedelta(days=1)


def last_closed_period(today: date) -> date:
    """The first day of the last period whose weeks are all closed.

    >>> [last_closed_period(date(2026, 11, day)) for day in (8, 9)]
    [datetime.date(2026, 9, 7), datetime.date(2026, 10, 5)]
    """
    return period_of(today - PERIOD - WEEK)


def weeks_from(week: date, count: int) -> list[date]:
    """So many weeks, the first of them this one."""
    return [week + n * WEEK for n in range(count)]


_FAR = timedelta(weeks=104)


def week_named(text: str, *, today: date) -> date:
    """The week of the day that an address names, within two years; else this one.

    >>> week_named("2026-12-03", today=date(2026, 11, 25)), week_named("9999", today=date(2026, 11, 25))
    (datetime.date(2026, 11, 30), datetime.date(2026, 11, 23))
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    return monday_of(min(max(day, today - _FAR), today + _FAR))
