"""Which period a cell names: one that is longer or shorter than what is wanted is refused, and what one
cell leaves open is decided by the whole column.

2010-11 is a month among months and a year among financial years; a Sunday may begin a week or end it;
23:00 UTC is the next day where clocks are an hour ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from pilots.connectors import cell_values
from pilots.connectors.cell_values import Span, Unreadable
from pilots.connectors.measurement import Cadence
from pilots.connectors.totals import is_total

_MIDDLE = timedelta(days=3)  # of a week, from its first day or its last
_YEARS = re.compile(r"(?:FY ?)?(\d{4})[-/–](\d{2}|\d{4})\Z", re.ASCII | re.IGNORECASE)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:Z|[+-]\d{2}:?\d{2})\Z",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?\Z", re.ASCII)
_LOOKED_AT = 5_000  # distinct cells: fifteen years of days
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENDS = re.compile(r"\b(end|ends|ending|ended|bis|w/e|we)\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"\b(start|starts|starting|begin|begins|beginning|commencing|commences|from|w/c|wc)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class PeriodColumn:
    """How the cells of one column name their periods. Cells that were read are remembered: a file says
    the same few hundred again and again."""

    cadence: Cadence
    date_format: str = "iso"
    zone: tzinfo = UTC
    years: str = ""  # why what looks like a month may be a financial year
    week_shift: timedelta = timedelta(0)  # from the day that is named to one inside its week
    weeks: str = ""  # why it is not known which week a day names
    written: bool = False  # moments are midnights of the zone that is written with them
    moments: str = ""  # why it is not known on which day a moment is
    _read: dict[str, date | str] = field(default_factory=dict)

    def period(self, cell: object) -> date:
        """The first day of the period that a cell names; Unreadable where it names none, or another kind."""
        if not isinstance(cell, str):
            return self._period(cell)
        known = self._read.get(cell)
        if known is None:
            try:
                known = self._period(cell)
            except Unreadable as error:
                known = str(error)
            if len(self._read) < _LOOKED_AT:
                self._read[cell] = known
        if isinstance(known, str):
            raise Unreadable(known)
        return known

    def _period(self, cell: object) -> date:
        text = cell.strip() if isinstance(cell, str) else ""
        if self.years and _years(text):
            raise Unreadable(self.years % {"cell": text})
        if (moment := instant(text)) is not None:
            return self.cadence.starts(self._day_of(moment))
        if is_total(text):
            raise Unreadable(f"“{text}” names a total of several periods, not one of them.")
        first, span = cell_values.named(cell, date_format=self.date_format)
        if span is not Span.DAY and span.value != self.cadence.value:
            raise Unreadable(f"“{text}” is {span.words}, where {_wanted(self.cadence)} is wanted.")
        if span is Span.DAY and self.cadence is Cadence.WEEK:
            if self.weeks:
                raise Unreadable(self.weeks)
            return self.cadence.starts(first + self.week_shift)
        return self.cadence.starts(first)

    def _day_of(self, moment: datetime) -> date:
        if self.moments:
            raise Unreadable(self.moments)
        return (moment if self.written else moment.astimezone(self.zone)).date()


class ColumnSeen:
    """The cells of a column, looked at as long as anything of it is open."""

    def __init__(self, found: PeriodColumn, *, name: str = "", week_days: str = "") -> None:
        """`name` is what the column is called, `week_days` what the mapping says of a day that stands for a
        week: first, last or nothing."""
        self.found = found
        self.open: list[_Question] = [_Years(found.date_format), _Moments(found.zone)]
        if found.cadence is Cadence.WEEK:
            self.open.append(_Weeks(name, week_days, found.date_format))
        self.seen: set[str] = set()

    @property
    def is_done(self) -> bool:
        return not self.open or len(self.seen) >= _LOOKED_AT

    def add(self, cell: object) -> None:
        if isinstance(cell, str) and cell not in self.seen:
            self.seen.add(cell)
            self.open = [one for one in self.open if one.is_open_after(cell.strip())]

    def settled(self) -> PeriodColumn:
        for one in self.open:
            one.settle(self.found)
        return self.found


def instant(text: str) -> datetime | None:
    """A moment with its zone, or the seconds or milliseconds since 1970; None where it is neither."""
    if _INSTANT.match(text):
        try:
            found = datetime.fromisoformat(re.sub(r" (?=[+-]|Z)", "", text.upper()))
        except ValueError as error:
            raise Unreadable(f"There is no such moment as “{text}”.") from error
        return found if 1900 < found.year < 3000 else None
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    return None


class _Question(Protocol):
    """Something that one cell leaves open."""

    def is_open_after(self, cell: str) -> bool:
        """Take in a cell; False once the column has decided that nothing is to be done about it."""
        ...

    def settle(self, found: PeriodColumn) -> None:
        """Say what all cells together mean."""
        ...


class _Years:
    """2008-09 and 2012/13 are years from one into the next. In a column where each cell may be one, and
    there are several or one that can be nothing else, all are: months would leap by thirteen."""

    def __init__(self, date_format: str) -> None:
        self.date_format = date_format
        self.cells: list[str] = []

    def is_open_after(self, cell: str) -> bool:
        if _years(cell):
            self.cells.append(cell)
            return True
        try:
            cell_values.named(cell, date_format=self.date_format)
        except Unreadable:
            return True  # an empty cell, a total: it says nothing of the others
        return False

    def settle(self, found: PeriodColumn) -> None:
        if not self.cells:
            return
        sure = len(self.cells) > 1 or not _is_month(self.cells[0])
        found.years = (
            f"“%(cell)s” is a financial year, where {_wanted(found.cadence)} is wanted."
            if sure
            else "“%(cell)s” may be a month or a financial year. Write a month as 2026-03-01."
        )


class _Weeks:
    """Days that stand for weeks are all the same day of the week; days that are counted are not."""

    def __init__(self, name: str, said: str, date_format: str) -> None:
        self.said = said or _said_by(name)
        self.date_format = date_format
        self.day: date | None = None

    def is_open_after(self, cell: str) -> bool:
        try:
            first, span = cell_values.named(cell, date_format=self.date_format)
        except Unreadable:
            return True
        if span is not Span.DAY or instant(cell) is not None:
            return True
        if self.day is not None and first.weekday() != self.day.weekday():
            return False
        self.day = first
        # What begins on Mondays is asked no further, unless it is said that they end the weeks.
        return first.weekday() != 0 or self.said == "last"

    def settle(self, found: PeriodColumn) -> None:
        if self.day is None:
            return
        if self.said:
            found.week_shift = -_MIDDLE if self.said == "last" else _MIDDLE
        else:
            day = _WEEKDAYS[self.day.weekday()]
            found.weeks = (
                f"The weeks of this column are named by {day}s. Choose in the column mapping whether they "
                "begin or end on it."
            )


class _Moments:
    """Periods that are written as moments are midnights somewhere: here, or where they were written. At
    another hour, the same all year but for the clock change, they may be midnights of a third place, which is a
    day further where it is noon or later here."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.here = self.there = True
        self.hours: set[int] = set()
        self.any = self.odd = self.late = False

    def is_open_after(self, cell: str) -> bool:
        try:
            moment = instant(cell)
        except Unreadable:
            return True
        if moment is None:
            return not cell or self.any
        self.any = True
        local = moment.astimezone(self.zone)
        self.here = self.here and _is_midnight(local)
        self.there = self.there and _is_midnight(moment)
        self.late = self.late or local.hour >= 12
        at = moment.astimezone(UTC)
        self.odd = self.odd or bool(at.minute % 15 or at.second or at.microsecond)
        self.hours.add(at.hour * 60 + at.minute)
        return True

    def settle(self, found: PeriodColumn) -> None:
        if not self.any or self.here:
            return
        if self.there:
            found.written = True
        elif self.late and not self.odd and _are_near(self.hours):
            found.moments = (
                "These moments look like midnights of another time zone, so it is not known on which days "
                "they are. Have the source write days, such as 2026-03-31."
            )


def _is_midnight(moment: datetime) -> bool:
    return not (moment.hour or moment.minute or moment.second or moment.microsecond)


def _are_near(minutes: set[int]) -> bool:
    """At most two times of day, an hour apart: one without and one with daylight saving."""
    if len(minutes) == 1:
        return True
    return len(minutes) == 2 and (max(minutes) - min(minutes)) in (60, 23 * 60)


def _years(text: str) -> bool:
    match = _YEARS.match(text)
    if not match:
        return False
    first, second = int(match[1]), match[2]
    return int(second) == (first + 1) % (100 if len(second) == 2 else 10_000)


def _is_month(text: str) -> bool:
    match = _YEARS.match(text)
    return bool(match and len(match[2]) == 2 and 1 <= int(match[2]) <= 12)


def _said_by(name: str) -> str:
    words = name.replace("_", " ")
    ends, begins = bool(_ENDS.search(words)), bool(_BEGINS.search(words))
    return "" if ends == begins else "last" if ends else "first"


def _wanted(cadence: Cadence) -> str:
    return f"a {cadence.value}"
