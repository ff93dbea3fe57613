"""The x axis of `spc`: which cells are times, of what precision, and in what order they stand.

A column is read as a whole, because a cell alone may mean two things: 2010-11 is a month among
months and a financial year among financial years.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from innovation.rules.dates import month_in_words
from pilots.connectors import cell_values
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.totals import is_total

Precision = Literal["time", "day", "week", "month", "quarter", "half-year", "year"]
PRECISIONS: tuple[Precision, ...] = (
    "time", "day", "week", "month", "quarter", "half-year", "year",
)  # fmt: skip

_NAMES = (
    "jan january januar janvier janv enero ene gennaio gen januari janeiro",
    "feb february februar février fevrier févr fevr febrero febbraio februari fevereiro fev",
    "mar march märz maerz mrz mär mars marzo maart mrt marts março marco",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maj maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus augusti",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december des desember dez dezember décembre decembre déc diciembre dic dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_WORD = r"[^\W\d_]+"
_TIMED = re.compile(
    r"(?P<day>.{5,40}?)(?:T|,? {1,3})(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?: ?h| Uhr)?(?: ?(?P<half>[ap])\.?m\.?)?"
    r" ?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?\Z",
    re.ASCII | re.IGNORECASE,
)
_YEAR = re.compile(r"(\d{4})\Z", re.ASCII)
_COMPACT_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])\Z", re.ASCII)
_NAMED_MONTH = re.compile(rf"({_WORD})\.?[ ./’'-]*(\d{{4}}|\d{{2}})\Z")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[ ./-]*({_WORD})\.?\Z")
_NAMED_DAY = re.compile(rf"(\d{{1,2}})\.?[ -]({_WORD})\.?[ -](\d{{4}}|\d{{2}})\Z")
_PART = re.compile(r"(?P<year>\d{4})[ /-]*(?P<kind>Q|H|KW|W|Week )(?P<number>\d{1,2})\Z", re.I)
_PART_FIRST = re.compile(
    r"(?P<kind>Q|H|KW|W|Week )[ ]?(?P<number>\d{1,2})[ /'’-]+(?P<year>\d{4}|\d{2})\Z", re.I
)
_FINANCIAL = re.compile(r"(?:FY ?)?(\d{4})[-/–](\d{4}|\d{2})\Z", re.IGNORECASE)
_FINANCIAL_PART = re.compile(
    r"(?:(?P<part>[QH]\d)[ ,]*)?(?P<from>\d{4})[-/–](?P<to>\d{4}|\d{2})(?:[ ,]*(?P<last>[QH]\d))?\Z",
    re.IGNORECASE,
)
_FINANCIAL_NAMED = re.compile(r"FY ?'?(\d{4}|\d{2})\Z", re.IGNORECASE)
_THREE_PARTS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\Z", re.ASCII)
_DATE_LIKE = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}[-/]\d{1,2})\Z", re.ASCII)
_NUMBERED = re.compile(r"(\D*)(\d{1,18})(\D*)\Z", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\Z", re.ASCII)
# Words of English, too: months only before a year of four digits.
_SAME_WORD = frozenset({"set", "out"})
# From the last month or week of a year to the first of the next.
_WRAPS = (11, 51, 52)


@dataclass(frozen=True)
class Period:
    """A stretch of time: its first moment, the first after it, and whether it names its offset."""

    start: datetime
    end: datetime
    precision: Precision
    zoned: bool = False

    def __contains__(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end and self != other


@dataclass(frozen=True)
class Axis:
    """What the cells of the x column are: `periods` by cell if they are times, and for a cell that
    is none of them the reason; `notes` say how it was read."""

    periods: Mapping[str, Period] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    clock: bool = False

    @property
    def dated(self) -> bool:
        return bool(self.periods)


_NUMBERED_DAYS = (
    "The x column may hold days as spreadsheets number them: with --dates serial they are read so. Now they are"
    " names, in the order of the file."
)


def axis(cells: Iterable[str], dates: str) -> Axis:
    """The x column as a whole, from its cells. More times than names: the names are refused."""
    written = list(dict.fromkeys(cell for cell in cells if cell))
    financial = [found for cell in written if (found := _financial(cell))]
    if written and len(financial) * 2 > len(written):
        read = {cell: _financial(cell) for cell in written}
        said = "The x column holds financial years, taken to run from April."
        return _settled(written, {c: p for c, p in read.items() if p}, {}, (said,))
    periods: dict[str, Period] = {}
    unsure: dict[str, str] = {}
    short: dict[str, Period] = {}
    for cell in written:
        try:
            found = period(cell, dates)
        except Unreadable as problem:
            unsure[cell] = str(problem)
            continue
        if found is None:
            continue
        if found.precision == "month" and (match := _NAMED_MONTH.match(cell)) and len(match[2]) < 4:
            short[cell] = found
        else:
            periods[cell] = found
    if short and (periods or _are_months(short)):
        periods |= short
    else:
        unsure |= {
            cell: f"“{cell}” could be a month or a day. Write the year with four digits."
            for cell in short
        }
        short = {}
    if all(cell.isdigit() for cell in written) and len(periods) < len(written):
        numbered = bool(written) and all(map(cell_values.is_day_number, written))
        return Axis(notes=(_NUMBERED_DAYS,) if numbered else ())  # or some of them could be years
    others = sum(not is_total(cell) for cell in written)
    if not others or (len(periods) + len(unsure)) * 2 <= others:
        return Axis(notes=_undated(written, len(periods) + len(unsure)))
    first = next(iter(short), "")
    notes = (f"“{first}” was read as {month_in_words(short[first].start)}.",) if first else ()
    return _settled(written, periods, unsure, notes)


def _settled(
    written: Sequence[str],
    periods: dict[str, Period],
    unsure: Mapping[str, str],
    notes: tuple[str, ...],
) -> Axis:
    refused = {
        cell: unsure.get(cell, f"“{cell}” is no date, where the other points have one.")
        for cell in written
        if cell not in periods
    }
    counts = Counter(found.precision for found in periods.values())
    if not counts:
        return Axis(refused=refused, notes=notes)
    usual = max(counts, key=lambda name: (counts[name], -PRECISIONS.index(name)))
    for cell, found in list(periods.items()):
        if PRECISIONS.index(found.precision) <= PRECISIONS.index(usual):
            continue
        if any(other in found for other in periods.values()):
            refused[cell] = (
                f"“{cell}” is a {found.precision} among points of one {usual} each and covers some"
                " of them, so it is probably their total."
            )
            del periods[cell]
    timed = [cell for cell, found in periods.items() if found.precision == "time"]
    zoned = [cell for cell in timed if periods[cell].zoned]
    if zoned and len(zoned) < len(timed):
        for cell in timed:
            refused[cell] = (
                f"“{cell}” cannot be put in order: some times name their offset from UTC and some"
                " do not. Write all of them one way."
            )
            del periods[cell]
    clock = any(periods[cell].start.time() != time() for cell in timed if cell in periods)
    return Axis(periods, refused, notes, clock or bool(zoned))


def _undated(written: Sequence[str], dates: int) -> tuple[str, ...]:
    if dates:
        return (
            f"{dates} of {len(written)} cells of the x column look like dates, too few to chart by:"
            " the points are taken by name, in the order of the file.",
        )
    return ()


def period(cell: str, dates: str) -> Period | None:
    """The period that one cell names; None for a name. Raises Unreadable for half a date."""
    text = cell.strip()
    if match := _TIMED.match(text):
        day = period(match["day"], dates)
        if day is not None and day.precision == "day":
            return _at(day.start, match, text)
    if match := _THREE_PARTS.match(text):
        return _three_parts(match, dates, text)
    if (match := _NAMED_DAY.match(text)) and match[2].lower() in MONTHS:
        return _day(_year(match[3]), MONTHS[match[2].lower()], int(match[1]), text)
    if match := _YEAR.match(text):
        year = int(text)
        return _months(year, 1, 12, "year") if 1900 <= year <= 2100 else None
    if match := _COMPACT_MONTH.match(text):
        year = int(match[1])
        return _months(year, int(match[2]), 1, "month") if 1900 <= year <= 2100 else None
    named = _NAMED_MONTH.match(text) or _YEAR_FIRST.match(text)
    if named:
        first, second = named.groups()
        word, year_text = (second, first) if first.isdigit() else (first, second)
        if word.lower() in MONTHS and (len(year_text) == 4 or word.lower() not in _SAME_WORD):
            return _months(_year(year_text), MONTHS[word.lower()], 1, "month")
    if match := _PART.match(text) or _PART_FIRST.match(text):
        return _part(_year(match["year"]), match["kind"], int(match["number"]), 1, text)
    if match := _FINANCIAL_NAMED.match(text):
        # FY24 is known by the year it ends in.
        return _months(_year(match[1]) - 1, 4, 12, "year")
    if match := _FINANCIAL_PART.match(text):
        part = match["part"] or match["last"]
        if part and _follows(match["from"], match["to"]):
            return _part(int(match["from"]), part[0], int(part[1:]), 4, text)
    try:
        found = cell_values.day(text, date_format=dates)
    except (Unreadable, ValueError) as problem:
        if _DATE_LIKE.match(text):
            raise Unreadable(str(problem)) from None
        return None
    if re.match(r"\d{4}[-/]\d{1,2}\Z", text):
        return _months(found.year, found.month, 1, "month")
    if "w" in text.lower():
        return _days(found, 7, "week")
    return _days(found, 1, "day")


def in_order(cells: Sequence[str]) -> tuple[bool, str]:
    """Whether names stand newest first, so that they must be turned round, and what to say of it.

    Names that count (Week 12, 11, 10 …) and months without a year are known to run backwards.
    """
    if len(cells) < 3:
        return False, ""
    backwards = "The points stand in the file newest first; they are charted oldest first."
    months = [MONTHS.get(cell.lower().strip(". ")) for cell in cells]
    if all(months):
        steps = {(b - a) % 12 for a, b in pairwise(month for month in months if month)}
        if steps == {11}:
            return True, backwards
        return False, "" if steps == {1} else _unknown()
    numbers = _counted(cells)
    if not numbers:
        return False, _unknown()
    apart = [b - a for a, b in pairwise(numbers)]
    if all(step > 0 for step in apart) or _turns_over(apart, 1):
        return False, ""
    if all(step < 0 for step in apart) or _turns_over(apart, -1):
        return True, backwards
    return False, _unknown()


def _counted(cells: Sequence[str]) -> list[int]:
    """The numbers of names that count, Week 12 or 08:30; nothing where they do not."""
    clock = [_CLOCK.match(cell) for cell in cells]
    if all(clock):
        return [int(match[1]) * 60 + int(match[2]) for match in clock if match]
    counted = [_NUMBERED.match(cell) for cell in cells]
    if all(counted) and len({(match[1], match[3]) for match in counted if match}) == 1:
        return [int(match[2]) for match in counted if match]
    return []


def _turns_over(apart: Sequence[int], step: int) -> bool:
    """Whether numbers go by one step, but for the turn of a year."""
    return step in apart and all(found == step or -found * step in _WRAPS for found in apart)


def _unknown() -> str:
    return (
        "The x column holds names, which say nothing of time: the points are charted in the order"
        " of the file, which must be oldest first."
    )


def newest_first(periods: Iterable[Period]) -> bool:
    """Whether more neighbours go back in time than forward."""
    back = [(b.start > a.start) - (b.start < a.start) for a, b in pairwise(periods)]
    return sum(back) < 0


def shown(found: Period, written: str, clock: bool) -> str:
    """How a point is named: by its first day, with its time where times tell points apart, and
    as it is written where it is longer than a month."""
    if found.precision in ("quarter", "half-year", "year"):
        return written
    if found.precision == "time" and clock:
        return written if found.zoned else found.start.isoformat(timespec="minutes")
    return f"{found.start:%Y-%m-%d}"


def _at(day: datetime, match: re.Match[str], text: str) -> Period:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable(f"There is no such time as “{text}”.")
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    try:
        moment = datetime.combine(day, time(hour, minute, int(match["second"] or 0)))
    except ValueError:
        raise Unreadable(f"There is no such time as “{text}”.") from None
    zone = match["zone"]
    if zone and zone.upper() not in ("Z", "UTC"):
        ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment += ahead if zone[0] == "-" else -ahead
    span = timedelta(minutes=1) if match["minute"] else timedelta(hours=1)
    return Period(moment, moment + span, "time", bool(zone))


def _three_parts(match: re.Match[str], dates: str, text: str) -> Period:
    first, second = int(match[1]), int(match[2])
    if dates == "iso":
        raise Unreadable(
            f"“{text}” could begin with the day or with the month. Say which: --dates day_first or"
            " --dates month_first."
        )
    day, month = (first, second) if dates == "day_first" else (second, first)
    return _day(_year(match[3]), month, day, text)


def _day(year: int, month: int, day: int, text: str) -> Period:
    try:
        return _days(date(year, month, day), 1, "day")
    except ValueError:
        raise Unreadable(f"There is no such day as “{text}”.") from None


def _days(first: date, number: int, precision: Precision) -> Period:
    start = datetime.combine(first, time())
    return Period(start, start + timedelta(days=number), precision)


def _months(year: int, month: int, number: int, precision: Precision) -> Period:
    after = year * 12 + month - 1 + number
    return Period(datetime(year, month, 1), datetime(after // 12, after % 12 + 1, 1), precision)  # noqa: DTZ001 - a period has no zone


def _part(year: int, kind: str, number: int, first_month: int, text: str) -> Period:
    kind = kind.strip().upper()
    if kind in ("Q", "H"):
        long, most = (3, 4) if kind == "Q" else (6, 2)
        if 1 <= number <= most:
            ahead = first_month - 1 + (number - 1) * long
            name: Precision = "quarter" if kind == "Q" else "half-year"
            return _months(year + ahead // 12, ahead % 12 + 1, long, name)
    else:
        try:
            return _days(date.fromisocalendar(year, number, 1), 7, "week")
        except ValueError:
            pass
    raise Unreadable(f"There is no such part of a year as “{text}”.")


def _financial(cell: str) -> Period | None:
    match = _FINANCIAL.match(cell)
    if match and _follows(match[1], match[2]):
        return _months(int(match[1]), 4, 12, "year")
    return None


def _follows(year: str, later: str) -> bool:
    return (int(year) + 1) % 10 ** len(later) == int(later) and 1900 <= int(year) <= 2100


def _year(text: str) -> int:
    number = int(text)
    if len(text) == 4:
        return number
    return number + (2000 if number < 70 else 1900)


def _are_months(short: Mapping[str, Period]) -> bool:
    """Whether Mar-24 and its like are months: as such they lie at most a year apart, and are
    not all one month; days of a month, so read, would be years apart."""
    starts: Iterator[datetime] = iter(sorted(found.start for found in short.values()))
    apart = [b.year * 12 + b.month - a.year * 12 - a.month for a, b in pairwise(starts)]
    names = {found.start.month for found in short.values()}
    return len(names) > 1 and max(apart, default=99) <= 12
