"""How much of people's time is promised and asked for, week by week. Pure: intervals in, loads out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pilots.protected_time import weeks
from pilots.staffing.capacity import Promise, peak


@dataclass(frozen=True)
class Demand:
    """A share of one person's time between two days: given, or only asked for; covered or not."""

    percent: int
    starts_on: date
    ends_on: date
    is_asked: bool = False
    is_covered: bool = True


@dataclass(frozen=True)
class WeekLoad:
    """One week, in percent of full time, on its heaviest day."""

    week: date
    capacity: int
    agreed: int = 0
    asked: int = 0  # what the open requests would add
    uncovered: int = 0  # of what is agreed, for which nobody covers

    def __add__(self, other: WeekLoad) -> WeekLoad:
        return WeekLoad(
            self.week,
            self.capacity + other.capacity,
            self.agreed + other.agreed,
            self.asked + other.asked,
            self.uncovered + other.uncovered,
        )

    @property
    def demand(self) -> int:
        return self.agreed + self.asked

    @property
    def over(self) -> int:
        """What is promised and asked beyond what there is."""
        return max(self.demand - self.capacity, 0)


def week_load(demands: Iterable[Demand], *, week: date, capacity: int) -> WeekLoad:
    """One person's week.

    >>> half = Demand(50, date(2026, 11, 1), date(2026, 11, 30), is_covered=False)
    >>> more = Demand(60, date(2026, 11, 25), date(2026, 12, 30), is_asked=True)
    >>> load = week_load([half, more], week=date(2026, 11, 23), capacity=100)
    >>> load.agreed, load.asked, load.uncovered, load.over
    (50, 60, 50, 10)
    """
    demands = list(demands)
    agreed = _most((one for one in demands if not one.is_asked), week)
    uncovered = (one for one in demands if not one.is_asked and not one.is_covered)
    return WeekLoad(
        week, capacity, agreed, _most(demands, week) - agreed, uncovered=_most(uncovered, week)
    )


def _most(demands: Iterable[Demand], week: date) -> int:
    promises = [Promise(one.percent, one.starts_on, one.ends_on) for one in demands]
    return peak(promises, starts_on=week, ends_on=weeks.last_day_of(week)).percent
