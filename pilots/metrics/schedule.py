"""When a metric is pulled next, and for which days. Pure: the moment is passed in."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, tzinfo

from pilots.connectors.measurement import Cadence

# Nightly, when sources are quiet; spread by the metric's number so that a source is not stormed.
NIGHT = time(4, 0)
SPREAD = timedelta(hours=2)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# From here on a failing metric is worth a word to a person, although it goes on being tried.
WORTH_TELLING = 3

# How far back a pull looks again, because numbers are corrected late.
LOOK_BACK = {
    Cadence.DAY: timedelta(days=35),
    Cadence.WEEK: timedelta(weeks=8),
    Cadence.MONTH: timedelta(days=124),
}
# Missing periods older than this are not asked for again each night.
LOOK_FOR_GAPS = timedelta(days=400)


def next_pull(number: int, *, at: datetime, zone: tzinfo) -> datetime:
    """The metric's own moment of the next night."""
    here = at.astimezone(zone)
    offset = timedelta(seconds=number * 7919 % int(SPREAD.total_seconds()))
    night = datetime.combine(here.date(), NIGHT, zone) + offset
    if night <= here:
        night = datetime.combine(here.date() + timedelta(days=1), NIGHT, zone) + offset
    return night


def retry(failures: int, *, number: int, at: datetime, wait: float | None = None) -> datetime:
    """When to try again after that many failures in a row: twice as long each time.

    `wait` is what the source itself asked for, in seconds.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures - 1, 0), 20)
    pause = min(doubled, LONGEST_WAIT)
    pause += pause * (number * 7919 % 20) / 100  # not everybody at once
    if wait is not None:
        pause = max(pause, min(timedelta(seconds=max(wait, 0)), timedelta(days=1)))
    return at + pause


def window(
    cadence: Cadence,
    *,
    pull_from: date,
    today: date,
    known: Collection[date],
    whole: bool,
) -> tuple[date, date]:
    """The days to ask for, end exclusive: from the first gap or some way before the last known
    period, to the start of the running one. `whole` sources give everything in one answer anyway.
    """
    first, end = cadence.starts(pull_from), cadence.starts(today)
    if first < pull_from:
        first = cadence.next(first)
    # A number for what has not ended says nothing about what is known.
    known = {period for period in known if period < end}
    start = first
    if known and not whole:
        start = max(first, cadence.starts(max(known) - LOOK_BACK[cadence]))
        start = min(start, _first_gap(cadence, first, today, known) or start)
    return start, max(start, end)


def gaps_from(cadence: Cadence, today: date) -> date:
    """The first period that is looked at for a gap."""
    return cadence.starts(today - LOOK_FOR_GAPS)


def part(
    cadence: Cadence,
    wanted: tuple[date, date],
    *,
    asked_until: date | None,
    at_once: int | None,
    failures: int,
) -> tuple[date, date]:
    """The part of the days wanted that is asked for next: from the bookmark on, so many periods at
    once, and half as many after each failure, because the source may be too slow for more."""
    start, end = wanted
    if at_once is None:
        return start, end
    if asked_until is not None:
        start = min(max(start, asked_until), end)
    last, left = start, max(at_once >> min(failures, 16), 1)
    while left and last < end:
        last, left = cadence.next(last), left - 1
    return start, min(last, end)


def _first_gap(cadence: Cadence, first: date, today: date, known: Collection[date]) -> date | None:
    period = max(first, gaps_from(cadence, today))
    last = max(known)
    while period < last:
        if period not in known:
            return period
        period = cadence.next(period)
    return None
