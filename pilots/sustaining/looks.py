"""When what was scaled is looked at, and until when that is to be decided. Pure: days in, days out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from innovation.rules import dates

# Half a year shows whether it is used once the team has left; a year, what it costs.
MONTHS = (6, 12)
DECIDE_WITHIN = timedelta(days=28)
MOST_WEEKS = 52


@dataclass(frozen=True)
class NextLook:
    """One look: how many months after scaling, and on which day it is due."""

    months: int
    due_on: date


@dataclass(frozen=True)
class Looked:
    """The last look, decided: what of, and when it is to be looked at again, where it is."""

    months: int
    again_on: date | None = None


def next_look(scaled_on: date, looked: Looked | None, *, today: date) -> NextLook | None:
    """The next look at what was scaled; None where there is none any more. What was scaled long
    before anybody looked is looked at once, as of the last date that has passed."""
    if looked is not None and looked.again_on is not None:
        return NextLook(looked.months, looked.again_on)
    left = [months for months in MONTHS if looked is None or months > looked.months]
    if not left:
        return None
    looks = [NextLook(months, dates.months_after(scaled_on, months)) for months in left]
    passed = [look for look in looks if look.due_on <= today]
    return passed[-1] if passed else looks[0]


def is_overdue(opened_on: date, *, today: date) -> bool:
    return today > opened_on + DECIDE_WITHIN
