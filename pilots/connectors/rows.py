"""From rows to observations: one set of rules for every kind of source.

A row is accepted, refused with a reason, outside the window, or left out by a filter; nothing
is lost on the way: the counts always add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from pilots.connectors import absent, cell_values, number_marks, periods
from pilots.connectors.absent import Absence
from pilots.connectors.answer import shortened
from pilots.connectors.cell_values import Absent, Unreadable
from pilots.connectors.errors import BadAnswer, Who
from pilots.connectors.fields import Config
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)

MOST_REFUSED = 10_000  # of those that are wrong; a cell that says that it has no number is right
PARTS = ("value", "numerator", "denominator", "n", "expected")


@dataclass(frozen=True, slots=True)
class MappedRow:
    """The mapped cells of one row, as they came. A cell that is not mapped is None; cells that are added up
    are a tuple."""

    line: int | str
    period: object
    value: object = None
    numerator: object = None
    denominator: object = None
    n: object = None
    expected: object = None

    def raw(self) -> str:
        cells = (
            self.period, self.value, self.numerator, self.denominator, self.n, self.expected,
        )  # fmt: skip
        return shortened(" | ".join(_shown(cell) for cell in cells if cell is not None))


@dataclass(frozen=True, slots=True)
class Rules:
    """How the rows of one metric are to be read."""

    cadence: Cadence
    measure: MeasureKind
    date_format: str = "iso"
    week_days: str = ""
    decimal_mark: str = ""  # as the cells show
    sums: bool = False
    per: Decimal = Decimal(1)
    negative_ok: bool = False
    time_zone: str = ""  # of the source; empty where it is the window's
    missing: tuple[str, ...] = ()  # codes that stand for no number

    @classmethod
    def of(cls, config: Config, cadence: Cadence | str, measure: MeasureKind | str) -> Rules:
        """The rules that a metric's settings ask for."""
        return cls(
            cadence=Cadence(cadence),
            measure=MeasureKind(measure),
            date_format=str(config.get("date_format") or "iso"),
            week_days=str(config.get("week_days") or ""),
            decimal_mark=str(config.get("decimal_mark") or ""),
            sums=config.get("several_rows") == "sum",
            per=Decimal(str(config.get("per") or 1)),
            negative_ok=bool(config.get("negative_ok")),
            time_zone=str(config.get("time_zone") or ""),
            missing=absent.codes_of(str(config.get("missing") or "")),
        )

    def zone(self, window: Window) -> tzinfo:
        """Where the days are that the source means."""
        return ZoneInfo(self.time_zone) if self.time_zone else window.zone

    def conventions(self, rows: Iterable[MappedRow], window: Window, name: str = "") -> Conventions:
        """How the cells of these rows are written; `name` is what the column of their periods is called. Looks
        no further than until it is known."""
        dates = periods.ColumnSeen(
            periods.PeriodColumn(self.cadence, self.date_format, self.zone(window)),
            name=name,
            week_days=self.week_days,
        )
        marks = number_marks.MarksSeen(self.decimal_mark)
        for row in rows:
            dates.add(row.period)
            if not marks.is_done:
                for part in PARTS:
                    for cell in _cells(getattr(row, part)):
                        marks.add(part, cell)
            if dates.is_done and marks.is_done:
                break
        return Conventions(dates.settled(), marks.settled())


@dataclass(frozen=True, slots=True)
class Conventions:
    """What all cells of a series say of how each is written."""

    periods: periods.PeriodColumn
    marks: number_marks.NumberMarks


@dataclass(frozen=True, slots=True)
class _Numbers:
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    expected: Decimal | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that could be read; `place` is its place among all rows, to keep their order."""

    place: int
    row: MappedRow
    numbers: _Numbers


class SeriesBuilder:
    """The rows of one series, gathered by period."""

    def __init__(
        self,
        rules: Rules,
        window: Window,
        counts: RowCounts,
        conventions: Conventions | None = None,
    ) -> None:
        self.rules = rules
        self.window = window
        self.counts = counts
        self._read: dict[date, list[_Read]] = {}
        self._spoilt: dict[date, tuple[int | str, Absence | None]] = {}
        self._refused: list[tuple[int, Rejected]] = []
        self.conventions = conventions or rules.conventions((), window)

    def look_at(self, rows: Iterable[MappedRow], name: str = "") -> None:
        """Before they are added: all rows, and what the column of their periods is called."""
        self.conventions = self.rules.conventions(rows, self.window, name)

    def add(self, row: MappedRow) -> None:
        """Take in one row."""
        self.counts.received += 1
        place = self.counts.received
        try:
            period = self.conventions.periods.period(row.period)
        except Unreadable as error:
            self._refuse(place, row, str(error))
            return
        if period > (self.window.today or self.window.end):
            self._refuse(place, row, "The period lies in the future.")
        elif not self.window.start <= period < self.window.end:
            self.counts.outside += 1
        else:
            try:
                read = _Read(place, row, self._numbers(row))
            except Unreadable as error:
                self._spoilt.setdefault(period, (row.line, _absence(error)))
                self._refuse(place, row, str(error), _absence(error))
            else:
                self._read.setdefault(period, []).append(read)

    def refuse(self, line: int | str, raw: str, reason: str) -> None:
        """Refuse a row that is not even a row."""
        self.counts.received += 1
        self._refuse(self.counts.received, MappedRow(line, raw), reason)

    @property
    def periods(self) -> Collection[date]:
        """Of which something was read so far."""
        return self._read.keys()

    def numbers_at(self, period: date) -> tuple[Decimal, ...] | None:
        """What was read of a period so far, as many numbers as a row has; None where nothing was."""
        read = self._read.get(period)
        if read is None:
            return None
        own = read[0].numbers
        found = (own.value, own.numerator, own.denominator)
        return tuple(Decimal(0) if one is None else one for one in found)

    def turn_away(self, reason: str) -> None:
        """Refuse every row that could be read: it is known now that they are not wanted."""
        for read in self._read.values():
            for one in read:
                self._refuse(one.place, one.row, reason)
        self._read.clear()

    def close(self) -> Iterator[Measurement | Rejected]:
        """Observations by period, then the refused rows in the order they came."""
        observations = [self._settled(period, self._read[period]) for period in sorted(self._read)]
        yield from (observation for observation in observations if observation is not None)
        yield from (refused for _, refused in sorted(self._refused, key=lambda pair: pair[0]))

    def _numbers(self, row: MappedRow) -> _Numbers:
        rules, marks = self.rules, self.conventions.marks
        if marks.mixed and row.value is not None:
            raise Unreadable(marks.mixed)

        def read(part: str, *, count: bool) -> Decimal | None:
            cell = getattr(row, part)
            if cell is None:
                return None
            return _total([self.number(part, one, count=count) for one in _cells(cell)], part)

        valued = rules.measure in (MeasureKind.VALUE, MeasureKind.COUNT)
        value = read("value", count=False) if valued else None
        numerator = read("numerator", count=True)
        denominator = read("denominator", count=True)
        counted = None if self._is_blank(row.n) else read("n", count=True)
        if counted is not None and counted != counted.to_integral_value():
            raise Unreadable("The n is not a whole number.")
        n = None if counted is None else int(counted)
        expected = read("expected", count=True)
        numbers = _Numbers(value, numerator, denominator, n, expected)
        if not rules.sums:
            _observed(rules, date.min, numbers)
        return numbers

    def _is_blank(self, cell: object) -> bool:
        """Whether nothing is said of how many a value rests on."""
        if isinstance(cell, str):
            return absent.absence(cell.strip(), self.rules.missing) is Absence.UNKNOWN
        return cell is None

    def number(self, part: str, cell: object, *, count: bool) -> Decimal:
        """The number in a cell of this part."""
        return cell_values.number(
            cell,
            part,
            decimal_mark=self.conventions.marks.of(cell, count=part in number_marks.COUNTS),
            count=count,
            negative_ok=self.rules.negative_ok and not count,
            missing=self.rules.missing,
        )

    def _settled(self, period: date, read: list[_Read]) -> Measurement | None:
        """One observation from all rows of a period, or none and every row refused."""
        try:
            numbers = self._added(period, read) if self.rules.sums else _agreed(period, read)
            observation = _observed(self.rules, period, numbers)
        except Unreadable as error:
            for one in read:
                self._refuse(one.place, one.row, str(error), _absence(error))
            return None
        self.counts.accepted += len(read)
        return observation

    def _added(self, period: date, read: list[_Read]) -> _Numbers:
        if period in self._spoilt:
            line, absence = self._spoilt[period]
            said = (
                f"Another row of the same period (line {line}) was refused, and a part of a period would pass "
                "for the whole."
            )
            raise Unreadable(said) if absence is None else Absent(said, absence)
        return _Numbers(
            _total([one.numbers.value for one in read], "value"),
            _total([one.numbers.numerator for one in read], "numerator"),
            _total([one.numbers.denominator for one in read], "denominator"),
            sum(one.numbers.n or 0 for one in read)
            if all(one.numbers.n is not None for one in read)
            else None,
            _total([one.numbers.expected for one in read], "expected"),
        )

    def _refuse(
        self, place: int, row: MappedRow, reason: str, absence: Absence | None = None
    ) -> None:
        counts = self.counts
        counts.refused += 1
        counts.suppressed += absence is Absence.SUPPRESSED
        counts.unknown += absence is Absence.UNKNOWN
        rejected = Rejected(row.line, row.raw(), shortened(reason, 300))
        self._refused.append((place, rejected))
        if counts.refused - counts.suppressed - counts.unknown > MOST_REFUSED:
            raise BadAnswer(
                f"More than {MOST_REFUSED:,} rows could not be read, so nothing was taken over. "
                "The mapping is probably not the right one for this data. An example: "
                f"{rejected.reason}",
                who=Who.METRIC_OWNER,
            )


def _agreed(period: date, read: list[_Read]) -> _Numbers:
    numbers = read[0].numbers
    if any(other.numbers != numbers for other in read):
        lines = ", ".join(str(one.row.line) for one in read[:5])
        raise Unreadable(
            f"The period {period} appears more than once with different numbers ({lines}); which "
            "is right cannot be known. If they belong together, choose to add rows up."
        )
    return numbers


def _observed(rules: Rules, period: date, numbers: _Numbers) -> Measurement:
    value, n = numbers.value, numbers.n
    numerator, denominator = numbers.numerator, numbers.denominator
    if denominator == 0:
        raise Unreadable("The denominator is 0: there was nothing to count in this period.")
    if rules.measure in (MeasureKind.RATE, MeasureKind.COUNT):
        return _events(rules.measure, period, numbers)
    if rules.measure is MeasureKind.PROPORTION:
        if numerator is None or denominator is None:
            raise Unreadable("A proportion needs a numerator and a denominator.")
        for part, counted in (("numerator", numerator), ("denominator", denominator)):
            if counted != counted.to_integral_value():
                raise Unreadable(
                    f"The {part} ({counted:f}) is no count of cases: there are no parts of one."
                )
        if numerator > denominator:
            raise Unreadable(
                f"The numerator ({numerator:f}) is larger than the denominator ({denominator:f})."
            )
        expected = numbers.expected
        if expected is not None and not 0 < expected <= denominator:
            raise Unreadable(
                f"The expected number ({expected:f}) is not between 0 and the denominator "
                f"({denominator:f}): it is the sum of the patients' risks."
            )
        return Measurement(period, None, numerator, denominator, int(denominator), expected)
    if value is None:
        if numerator is None:
            raise Unreadable("The value is missing.")
        value = numerator
        if denominator is not None:
            value = cell_values.bounded(numerator / denominator * rules.per, "value")
            n = int(denominator) if n is None else n
    return Measurement(period, value, None, None, n)


def _events(measure: MeasureKind, period: date, numbers: _Numbers) -> Measurement:
    """Events over their exposure; of a count that is the period itself."""
    events, exposure = numbers.numerator, numbers.denominator
    if measure is MeasureKind.COUNT:
        if exposure is not None:
            raise Unreadable("A count has no denominator. With one it is a rate.")
        if numbers.value is not None and events is not None:
            raise Unreadable("A count is one number: give a value or a numerator, not both.")
        events, exposure = numbers.value if events is None else events, Decimal(1)
        if events is None:
            raise Unreadable("The count is missing.")
    if events is None or exposure is None:
        raise Unreadable("A rate needs events and their exposure, such as bed days.")
    if events < 0 or events != events.to_integral_value():
        raise Unreadable(f"{events:f} is no count of events: there are no parts of one.")
    return Measurement(period, None, events, exposure, None)


def _cells(cell: object) -> tuple[object, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


def _total(numbers: Sequence[Decimal | None], name: str) -> Decimal | None:
    present = [number for number in numbers if number is not None]
    return cell_values.bounded(sum(present, Decimal(0)), f"sum of the {name}") if present else None


def _absence(error: Unreadable) -> Absence | None:
    return error.absence if isinstance(error, Absent) else None


def _shown(cell: object) -> str:
    if isinstance(cell, tuple):
        return " + ".join(map(_shown, cell))
    return cell if isinstance(cell, str) else str(cell)[:60]
