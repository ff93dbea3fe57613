"""Days reckoned from days."""

import doctest
from datetime import date

import pytest

from innovation.rules import dates


def test_examples_run() -> None:
    assert doctest.testmod(dates).failed == 0


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)
def test_months_after_stay_in_their_month(day: date, months: int, found: date) -> None:
    assert dates.months_after(day, months) == found
