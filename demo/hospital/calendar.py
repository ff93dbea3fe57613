"""When things happened at Lakeshore Health, told from the day the demo began."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)
HISTORY = 84 * WEEK


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of the story. `today` is the day the demo began; the world goes on after it."""

    today: date

    @property
    def begins(self) -> date:
        """The first day that any system has numbers for."""
        return monday(self.today) - HISTORY

    @property
    def ambient_live(self) -> date:
        """Ambient documentation goes live in primary care."""
        return self._weeks_ago(22)

    @property
    def claims_live(self) -> date:
        """The coding assistant goes live in patient accounts."""
        return self._weeks_ago(14)

    @property
    def claims_turn(self) -> date:
        """A payer changes its edits, and denials begin to climb."""
        return self._weeks_ago(8)

    @property
    def sepsis_silent(self) -> date:
        """The sepsis alert begins to run unseen."""
        return self._weeks_ago(9)

    @property
    def letters_live(self) -> date:
        """Discharge letters are drafted on the wards of St Brigid."""
        return self._weeks_ago(10)

    @property
    def letters_live_east(self) -> date:
        """… on 4 West; on 5 East seven weeks later."""
        return self._weeks_ago(3)

    @property
    def reminders_live(self) -> date:
        """Reminder calls by voice assistant begin; they change nothing."""
        return self._weeks_ago(40)

    def _weeks_ago(self, weeks: int) -> date:
        return monday(self.today) - weeks * WEEK


def weeks_since(day: date, start: date) -> float:
    """Weeks from `start` to `day`; negative before it."""
    return (day - start).days / 7


def ramp(day: date, start: date, weeks: float) -> float:
    """0 before `start`, then rising to 1 over so many weeks."""
    return min(1.0, max(0.0, weeks_since(day, start) / weeks)) if day >= start else 0.0


def season(day: date, *, high_in: int = 1) -> float:
    """A wave between -1 and 1 over the year, highest in the middle of that month."""
    turn = (day.timetuple().tm_yday - (high_in * 30.4 - 15)) / 365.25
    return math.cos(2 * math.pi * turn)


def days(first: date, after: date) -> Iterator[date]:
    """Each day from `first` to the day before `after`."""
    for number in range((after - first).days):
        yield first + timedelta(days=number)
