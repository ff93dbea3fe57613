"""Reading one cell: a number or a date, never a guess.

What could mean two things is refused with the two meanings and the setting that decides.
"""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pilots.connectors.absent import Absence, absence

# What the table of observations holds: thirty digits, twelve of them decimals.
LARGEST = Decimal(10) ** 15
PLACES = Decimal(1).scaleb(-12)
_SPACES = "\u00a0\u202f\u2009 "
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_GROUPED = {
    mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}({separator}\d{{3}})+({decimal}\d+)?\Z", re.ASCII)
    for mark, separator, decimal in ((".", ",", r"\."), (",", r"\.", ","))
}
# One group alone, 1.012 or 1,012, is what the mapping says; only more shows the other mark.
_ONE_MARK = re.compile(r"[+-]?\d*[.,]\d*\Z", re.ASCII)
_SPACED = re.compile(rf"[+-]?\d{{1,3}}([{_SPACES}']\d{{3}})+([.,]\d+)?\Z", re.ASCII)
_COMMA_DECIMAL = re.compile(r"[+-]?\d*,\d+\Z", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|snan)\Z", re.IGNORECASE)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}.*)?\Z", re.ASCII)
_ISO_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})\Z", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})\Z", re.ASCII)
_MONTH_M = re.compile(r"(\d{4})-?M(\d{1,2})\Z", re.ASCII | re.IGNORECASE)
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])\Z", re.ASCII)
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})(-[1-7])?\Z", re.ASCII | re.IGNORECASE)
# Days since 30 December 1899, as spreadsheets number them: of the years 1990 to 2099.
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?\Z", re.ASCII)
_SERIAL_BEGINS = date(1899, 12, 30)
_SERIAL_FROM, _SERIAL_TO = 32_874, 73_050
_THREE_PARTS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z", re.ASCII)
_NAMED_MONTH = re.compile(r"([a-z]+)\.?[ -](\d{4})\Z", re.ASCII | re.IGNORECASE)
_SHORT_YEAR = re.compile(r"([a-z]+)\.?[ '’-]+(\d{2})\Z", re.ASCII | re.IGNORECASE)
_CODED_MONTH = re.compile(r"[a-z&]+[-_ ]([a-z]{3,9})[-_ ](\d{4})\Z", re.ASCII | re.IGNORECASE)
_QUARTER = re.compile(
    r"(?:(\d{4})[- ]?Q([1-4])|Q([1-4])[- ](\d{4})(?:[-/]\d{2,4})?)\Z", re.ASCII | re.IGNORECASE
)
_HALF = re.compile(
    r"(?:(\d{4})[- ]?H([12])|H([12])[- ](\d{4})(?:[-/]\d{2,4})?)\Z", re.ASCII | re.IGNORECASE
)
_NAMED_DAY = re.compile(r"(\d{1,2})[ -]([a-z]+)\.?[ -](\d{4})\Z", re.ASCII | re.IGNORECASE)


class Span(StrEnum):
    """How long a time is that a cell names."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"

    @property
    def words(self) -> str:
        return "half a year" if self is Span.HALF else f"a {self.value}"


class Unreadable(ValueError):
    """A cell that cannot be taken over; the message is the reason, for a person."""


class Absent(Unreadable):
    """A cell that says itself that it has no number: nothing is wrong with how it is read."""

    def __init__(self, said: str, absence: Absence) -> None:
        super().__init__(said)
        self.absence = absence


def number(
    cell: object,
    name: str,
    *,
    decimal_mark: str = ".",
    count: bool = False,
    negative_ok: bool = False,
    missing: tuple[str, ...] = (),
) -> Decimal:
    """The number in a cell, finite, with at most twelve decimals. `missing`: codes that stand for none."""
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, Decimal)):
        raise Unreadable(f"The {name} is not a number.")
    text = cell.strip() if isinstance(cell, str) else _plain_text(cell, name)
    if not isinstance(cell, str):
        decimal_mark = "."  # a number of JSON is written in one way
    if (why := absence(text, missing)) is not None:
        raise Absent(_absent(text, name, why), why)
    if "\0" in text:
        raise Unreadable(f"The {name} holds an invisible zero character; the file is damaged.")
    if len(text) > 60:
        raise Unreadable(f"The {name} is too long to be a number.")
    if _NOT_FINITE.match(text):
        raise Unreadable(f"The {name} is “{text}”, which is not a number.")
    if text.endswith("%"):
        if count:
            raise Unreadable(f"The {name} is a percentage, where a count is needed.")
        text = text[:-1].rstrip(_SPACES)
    if not decimal_mark:
        raise Unreadable(
            f"The {name} “{text}” could have a decimal comma, or thousands set apart by one. Choose how "
            "numbers are written in the column mapping."
        )
    try:
        value = Decimal(_normalised(text, name, decimal_mark))
    except InvalidOperation as error:
        raise Unreadable(f"The {name} “{text}” is not a number.") from error
    if value < 0 and not negative_ok:
        raise Unreadable(f"The {name} is negative.")
    return bounded(value, name)


def day(cell: object, *, date_format: str = "iso") -> date:
    """The day in a cell; a month or a week is its first day."""
    return named(cell, date_format=date_format)[0]


def named(cell: object, *, date_format: str = "iso") -> tuple[date, Span]:
    """The first day of the time that a cell names, and how long it is."""
    if not isinstance(cell, str):
        raise Unreadable("The date is not text that can be read as a date.")
    text = cell.strip()
    if not text:
        raise Unreadable("The date is empty.")
    if "\0" in text:
        raise Unreadable("The date holds an invisible zero character; the file is damaged.")
    if len(text) > 60:
        raise Unreadable("The date is too long to be a date.")
    try:
        found, span = _named(text, date_format)
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"There is no such day as “{text}”.") from error
    if not 1900 <= found.year <= 2999:
        raise Unreadable(f"The year {found.year} cannot be right.")
    return found, span


def is_day_number(text: str) -> bool:
    """Whether a cell can be a day as spreadsheets number them, perhaps with its hours behind a point."""
    return bool(_SERIAL.match(text)) and _SERIAL_FROM <= int(text[:5]) <= _SERIAL_TO


def month_of(name: str) -> int:
    """The number of a month that is named without its year; 0 for any other name."""
    return _MONTHS.get(name.strip(" .").casefold(), 0)


def bounded(value: Decimal, name: str) -> Decimal:
    """The value with at most twelve decimals, no exponent and no trailing zeros."""
    if abs(value) >= LARGEST:
        raise Unreadable(f"The {name} is larger than any real count or measurement.")
    rounded = value.quantize(PLACES).normalize() + 0  # + 0 turns -0 into 0
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _absent(text: str, name: str, why: Absence) -> str:
    if why is Absence.SUPPRESSED:
        return (
            f"The {name} is suppressed (“{text}”): the source keeps it back, as it does with small numbers. It "
            "is not zero."
        )
    if _NOT_FINITE.match(text):
        return f"The {name} is “{text}”, which is not a number."
    return f"The {name} is not known (“{text}”)." if text else f"The {name} is empty."


def _plain_text(cell: float | Decimal, name: str) -> str:
    if isinstance(cell, int) and abs(cell) >= int(LARGEST):  # before str() refuses its length
        raise Unreadable(f"The {name} is larger than any real count or measurement.")
    return repr(cell) if isinstance(cell, float) else str(cell)


def _normalised(text: str, name: str, decimal_mark: str) -> str:
    if _SPACED.match(text):
        text = re.sub(rf"[{_SPACES}']", "", text)
    other = "," if decimal_mark == "." else "."
    if _GROUPED[decimal_mark].match(text):
        text = text.replace(other, "")
    elif decimal_mark == "." and (_COMMA_DECIMAL.match(text) or _grouped_otherwise(text, ",")):
        raise Unreadable(
            f"The {name} “{text}” looks like a number with a decimal comma. If it is one, choose "
            "the decimal comma in the column mapping."
        )
    elif decimal_mark == "," and _grouped_otherwise(text, "."):
        raise Unreadable(
            f"The {name} “{text}” looks like a number with a decimal point, but the column mapping "
            "says decimal comma."
        )
    elif decimal_mark == "," and "." in text:
        raise Unreadable(f"The {name} “{text}” has a point where it cannot have one.")
    if decimal_mark == ",":
        text = text.replace(",", ".")
    if not _PLAIN.match(text):
        raise Unreadable(f"The {name} “{text}” is not a number.")
    return text


def _grouped_otherwise(text: str, decimal_mark: str) -> bool:
    """Whether the text can only be a number with that mark."""
    return bool(_GROUPED[decimal_mark].match(text)) and not _ONE_MARK.match(text)


def _named(text: str, date_format: str) -> tuple[date, Span]:
    for pattern in (_ISO_DAY, _ISO_SLASHED, _COMPACT):
        if match := pattern.match(text):
            return date(int(match[1]), int(match[2]), int(match[3])), Span.DAY
    for pattern in (_ISO_MONTH, _MONTH_M, _COMPACT_MONTH):
        if match := pattern.match(text):
            return date(int(match[1]), int(match[2]), 1), Span.MONTH
    if match := _ISO_WEEK.match(text):
        return date.fromisocalendar(int(match[1]), int(match[2]), 1), Span.WEEK
    for pattern in (_NAMED_MONTH, _CODED_MONTH):
        if match := pattern.match(text):
            return date(int(match[2]), _month(match[1], text), 1), Span.MONTH
    if match := _SHORT_YEAR.match(text):
        return date(2000 + int(match[2]), _month(match[1], text), 1), Span.MONTH
    if match := _NAMED_DAY.match(text):
        return date(int(match[3]), _month(match[2], text), int(match[1])), Span.DAY
    for pattern, span, months in ((_QUARTER, Span.QUARTER, 3), (_HALF, Span.HALF, 6)):
        if match := pattern.match(text):
            year, part = int(match[1] or match[4]), int(match[2] or match[3])
            return date(year, (part - 1) * months + 1, 1), span
    if match := _THREE_PARTS.match(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if date_format == "day_first":
            return date(year, second, first), Span.DAY
        if date_format == "month_first":
            return date(year, first, second), Span.DAY
        raise Unreadable(
            f"“{text}” could begin with the day or with the month. Choose which in the column "
            "mapping."
        )
    if is_day_number(text):
        day = _SERIAL_BEGINS + timedelta(days=int(text.partition(".")[0]))
        if date_format == "serial":
            return day, Span.DAY
        raise Unreadable(
            f"“{text}” is not a date. It may be a spreadsheet's day number, and would be {day.isoformat()}: choose "
            "day numbers in the column mapping, or have the column written as dates."
        )
    raise Unreadable(f"“{text}” is not a date that can be read. 2026-03-31 always can.")


def _month(name: str, text: str) -> int:
    try:
        return _MONTHS[name.lower()]
    except KeyError:
        raise Unreadable(f"“{text}” is not a date that can be read.") from None
