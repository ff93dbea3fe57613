"""The installation's day, and how days, moments and lengths of time are said, here alone.

What counts by days (cycles, reviews, money, gates, periods of a metric, promises) counts by the day
of the installation (`PILOTLIGHT_TIME_ZONE`), the same for everybody. A moment is shown on the
reader's own clock.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from innovation.rules.numbers import NOTHING, number


def day_of(at: datetime) -> date:
    """The installation's day in which this moment lies."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def today() -> date:
    """The installation's day now; for doors alone, which pass it on."""
    return day_of(timezone.now())


def begins(day: date) -> datetime:
    """The moment in which the installation's day begins."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def days_after(day: date, days: int = 1) -> date:
    """The day so many days later; the last one there is where a calendar ends before: people type
    31 December 9999 for "never".

    >>> days_after(date(9999, 12, 31))
    datetime.date(9999, 12, 31)
    """
    return day + timedelta(days=min(days, (date.max - day).days))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or before where it is less than none; the last of the month where
    there is none.

    >>> months_after(date(2026, 8, 31), 6), months_after(date(2026, 3, 31), -1)
    (datetime.date(2027, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_days_after(day: date, days: int) -> date:
    """The day so many working days later. Saturdays and Sundays do not count; holidays do, as no list of them
    is kept.

    >>> working_days_after(date(2026, 12, 3), 2)
    datetime.date(2026, 12, 7)
    """
    while days > 0:
        day = days_after(day)
        days -= day.weekday() < 5
    return day


def zone_of(name: str) -> tzinfo:
    """The time zone that somebody chose; the installation's where they chose none, or one that
    there is no more."""
    try:
        return ZoneInfo(name) if name else timezone.get_default_timezone()
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def next_at_hour(
    hour: int, *, zone: tzinfo, after: datetime, not_on_day_of: datetime | None
) -> datetime:
    """The first moment after `after` in which a clock there shows this hour, on another day there
    than the one that `not_on_day_of` lies in.

    An hour that the clocks leave out comes when they were put forward; one that comes twice counts
    the first time.
    """
    left_out = None if not_on_day_of is None else not_on_day_of.astimezone(zone).date()
    day = after.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        if moment > after.astimezone(UTC) and (left_out is None or day > left_out):
            return moment
        day += timedelta(days=1)


def hour_in_words(hour: int) -> str:
    """07:00."""
    return time_format(time(hour), pgettext("clock", "H:i"))


def clock_in_words(value: time) -> str:
    """07:30."""
    return time_format(value, pgettext("clock", "H:i"))


def day_in_words(value: date) -> str:
    """A day as text, for a sentence: 18 November 2026."""
    return date_format(value, pgettext("day", "j F Y"))


def weekday_in_words(value: date) -> str:
    """A day that somebody looks forward to: Thursday 3 December."""
    return date_format(value, pgettext("day", "l j F"))


def moment_in_words(value: datetime) -> str:
    """A moment as text, for a sentence: 18 November 2026, 14:05, on the reader's own clock."""
    return date_format(timezone.localtime(value), pgettext("moment", "j F Y, H:i"))


def month_in_words(value: date) -> str:
    """November 2026."""
    return date_format(value, pgettext("month", "F Y"))


def day_of_year_in_words(value: date) -> str:
    """18 November, where the year is plain."""
    return date_format(value, pgettext("day", "j F"))


def day_on_axis(value: date) -> str:
    """18 Nov."""
    return date_format(value, pgettext("a day on the axis of a chart", "j M"))


def month_on_axis(value: date) -> str:
    """Nov 26."""
    return date_format(value, pgettext("a month on the axis of a chart", "M y"))


def short_day(local: date, today: date) -> str:
    """18 November, with the year when it is not this one."""
    return day_of_year_in_words(local) if local.year == today.year else day_in_words(local)


def ago(value: datetime, now: datetime) -> str:
    """today 04:12, yesterday 16:30, 4 days ago, 18 November."""
    local, here = timezone.localtime(value), timezone.localtime(now)
    clock = date_format(local, pgettext("clock", "H:i"))
    days = (here.date() - local.date()).days
    if days == 0:
        return _("today %(clock)s") % {"clock": clock}
    if days == 1:
        return _("yesterday %(clock)s") % {"clock": clock}
    if days == -1:
        return _("tomorrow %(clock)s") % {"clock": clock}
    if 1 < days < 7:
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    return short_day(local.date(), here.date())


def waited(value: datetime | date | None) -> str:
    """How long something has been waiting: under an hour, 5 hours, 6 days."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return duration(timezone.now() - value)
    return duration(timedelta(days=(today() - value).days))


def duration(value: timedelta | int | float | None) -> str:
    """A length of time in its largest fitting unit; a number is minutes."""
    if value is None:
        return NOTHING
    minutes = value.total_seconds() / 60 if isinstance(value, timedelta) else float(value)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        n = int(minutes)
        return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
    if minutes < 24 * 60:
        n = int(minutes // 60)
        return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
    days = int(minutes // (24 * 60))
    if days < 70:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
    weeks = days // 7
    if weeks < 104:
        return ngettext("%(n)s week", "%(n)s weeks", weeks) % {"n": number(weeks)}
    n = days // 365
    return ngettext("%(n)s year", "%(n)s years", n) % {"n": number(n)}
