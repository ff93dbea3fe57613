"""What a source yields: measurements, and rows that were refused with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Window:
    """The days asked for: `start` is in, `end` is not.

    `end` is normally the start of the running, unfinished period. `today` tells rows of that
    period (not wanted yet) from rows about the future (refused). `zone` is where these days are.
    """

    start: date
    end: date
    today: date | None = None
    zone: tzinfo = UTC


class Cadence(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def starts(self, day: date) -> date:
        """The first day of the period that holds `day`; weeks start on Monday."""
        if self is Cadence.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Cadence.MONTH else day

    def next(self, start: date) -> date:
        """The first day of the period after the one that starts on `start`."""
        if self is Cadence.MONTH:
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        return start + timedelta(days=7 if self is Cadence.WEEK else 1)

    def periods(self, window: Window) -> Iterator[tuple[date, date]]:
        """The whole periods inside the window, as (first day, first day of the next)."""
        start = self.starts(window.start)
        if start < window.start:
            start = self.next(start)
        while (end := self.next(start)) <= window.end:
            yield start, end
            start = end


class MeasureKind(StrEnum):
    """What the numbers of a metric are."""

    PROPORTION = "proportion"
    RATE = "rate"  # events over how long or how often they could have happened
    COUNT = "count"  # events of a period, each period with the same opportunity
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured in one period: a value, or for a proportion so many of so many, and perhaps
    how many of them were to be `expected` by the patients' risks. Of a rate the numerator are the events
    and the denominator the exposure, of a count that is one."""

    period: date
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken over. `raw` holds its mapped cells only, fit to be stored."""

    line: int | str
    raw: str
    reason: str


@dataclass(slots=True)
class RowCounts:
    """What came: `received` is always the sum of accepted, refused, outside and filtered rows.

    Of the refused ones, `suppressed` and `unknown` say themselves that they have no number.
    """

    received: int = 0
    accepted: int = 0
    refused: int = 0
    outside: int = 0
    filtered: int = 0
    suppressed: int = 0
    unknown: int = 0
    requests: int = 0
    bytes: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Add a remark once."""
        if sentence not in self.notes:
            self.notes.append(sentence)
