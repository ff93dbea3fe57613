"""How much of somebody's time is promised, day by day. Pure: intervals in, peaks out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# What a share of full time is in hours: in words, and in what a stop freed.
FULL_TIME_HOURS = 40


def hours_a_week(percent: int) -> Decimal:
    """What a share of full time comes to in a week.

    >>> hours_a_week(15)
    Decimal('6')
    """
    return Decimal(percent) * FULL_TIME_HOURS / 100


@dataclass(frozen=True)
class Promise:
    """So many percent of full time, from one day until another, both counted."""

    percent: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Peak:
    """The most that is promised on any day of a window, and the first such day."""

    percent: int
    on: date


def peak(promises: Iterable[Promise], *, starts_on: date, ends_on: date) -> Peak:
    """The heaviest day of the window: its first, or one on which a promise starts."""
    inside = [p for p in promises if p.starts_on <= ends_on and p.ends_on >= starts_on]
    days = sorted({starts_on, *(p.starts_on for p in inside if p.starts_on > starts_on)})
    loads = [
        Peak(sum(p.percent for p in inside if p.starts_on <= day <= p.ends_on), day) for day in days
    ]
    return max(loads, key=lambda load: (load.percent, -load.on.toordinal()))
