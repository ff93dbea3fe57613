"""A number before and after a day, over as many periods on both sides; pure, and no word of a cause."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

# Fewer say nothing; older ones are of another time.
LEAST = 4
MOST = 12


@dataclass(frozen=True)
class Around:
    """The mean of so many periods just before a day, and of as many from it on."""

    before: float | None
    after: float | None
    periods: int  # on the shorter side

    @property
    def is_enough(self) -> bool:
        return self.before is not None and self.after is not None


def around(
    periods: Sequence[date],
    values: Sequence[float],
    *,
    first_day: date,
    last_day: date,
    next_day: Callable[[date], date],
) -> Around:
    """What was seen around `first_day`. A period that lies on both sides of it counts on neither, and nothing
    counts from after the last day. `next_day` says when the period after the one of a day begins.

    >>> from datetime import timedelta
    >>> days = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(8)]
    >>> around(days, [4.0] * 4 + [6.0] * 4, first_day=days[4], last_day=days[7],
    ...        next_day=lambda day: day + timedelta(weeks=1))
    Around(before=4.0, after=6.0, periods=4)
    """
    known = [
        (day, value)
        for day, value in sorted(zip(periods, values, strict=True))
        if not math.isnan(value)
    ]
    before = [value for day, value in known if next_day(day) <= first_day]
    after = [value for day, value in known if first_day <= day <= last_day]
    n = min(len(before), len(after), MOST)
    if n < LEAST:
        return Around(None, None, n)
    return Around(sum(before[-n:]) / n, sum(after[:n]) / n, n)
